"""The wall clock, which is for reading logs."""

import time

import wall_clock
from cluster import wait_for
from faults.lab import scenario

HOUR, YEAR = 3600, 365 * 86400
# What a 32-bit time_t can hold.
LIMIT_2038 = 2 ** 31


@scenario()
def clock_is_stepped(lab):
    """17 Clock step: an hour, ten years, past 2038, a leap second, forth and back: nothing at all."""
    lab.build()
    lab.cluster.start(wrapper=wall_clock.wrapper(lab.cluster))
    lab.wait_places("alpha", "beta")
    lab.settled()
    calls, marks = lab.calls(), lab.marks()
    number = lab.cluster.number(lab.alpha)
    steps = (1, HOUR, -HOUR, 10 * YEAR, -10 * YEAR, LIMIT_2038 - int(time.time()) - 2,
             LIMIT_2038 - int(time.time()) + 10 * YEAR, 0)
    for step in steps:
        wall_clock.step(lab.alpha, step)
        wait_for(lambda: abs(wall_clock.error(lab.cluster, number) - step) < 2, 5,
                 f"the clock is wrong by {step} s")
        lab.stays("alpha", "beta", seconds=3 if abs(step) > 10 * YEAR else 1)
    beats = [p.at for p in lab.cluster.witness.messages(number, "status")]
    longest = max(after - before for before, after in zip(beats, beats[1:]))
    lines = [lab.log(host, marks[host]).count("\n") for host in lab.cluster.hosts]
    lab.report(f"{len(steps)} steps: {lines} log lines, longest gap between heartbeats "
               f"{longest * 1000:.0f} ms (keepalive 200 ms)")
    assert lab.calls() == calls, "a group was touched"
    assert sum(lines) == 0, "somebody noticed"
