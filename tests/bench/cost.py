"""(d) What a node costs: processor time and memory of all processes of the daemon, while nothing
happens, at four periods and with one link and three."""

import time
from pathlib import Path

from products import Heartbeat, Ours, addresses

# ha.cf's keepalive, with the other times that fit it.
PERIODS = {"1 s": ("1", "5", "3", "10"), "100 ms": ("100ms", "1", "600ms", "3"),
           "20 ms": ("20ms", "300ms", "150ms", "3"), "10 ms": ("10ms", "150ms", "80ms", "3")}
LINKS = (1, 3)
JUDGED = (("20 ms", 1), ("10 ms", 3))    # several rounds, in turn
CPU, RSS, PSS, COUNT = "processor", "resident memory", "proportional memory", "processes"


def case_of(period, links):
    return f"keepalive {period}, {links} link{'s' if links > 1 else ''}"


def processor_seconds(pids):
    """User and system time of these processes with all their threads, those that have ended too."""
    return sum(time.clock_gettime(_clock_of(pid)) for pid in pids)


def _clock_of(pid):
    """clock_getcpuclockid(3), which Python lacks: in nanoseconds, where /proc/PID/stat has ticks."""
    return (~pid << 3) | 2


def kib(pids, file, name):
    """The sum of a line of /proc/PID/FILE."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(name + ":"):
                total += int(line.split()[1])
    return total


def measure(figures, place, kind, period, links):
    keepalive, deadtime, warntime, initdead = PERIODS[period]
    pair = kind(place.work(), place.trees, networks=links)
    try:
        pair.configure([addresses(1)], media=[f"bcast eth{n}" for n in range(links)],
                       keepalive=keepalive, deadtime=deadtime,
                       warntime=warntime, initdead=initdead)
        pair.start()
        pair.wait_serving(pair.owner)
        for host in pair.cluster.hosts:
            pair.cluster.settled(host, timeout=90)
        time.sleep(2)
        pids = pair.pids(pair.owner)
        before, began = processor_seconds(pids), time.monotonic()
        time.sleep(place.cost_seconds)
        used, seconds = processor_seconds(pids) - before, time.monotonic() - began
        case = case_of(period, links)
        figures.add("d", case, CPU, pair.name, "%", 100 * used / seconds)
        figures.add("d", case, RSS, pair.name, "MiB", kib(pids, "status", "VmRSS") / 1024)
        figures.add("d", case, PSS, pair.name, "MiB", kib(pids, "smaps_rollup", "Pss") / 1024)
        figures.add("d", case, COUNT, pair.name, "", len(pids))
    finally:
        pair.close()


def run(figures, place):
    periods = ("20 ms", "10 ms") if place.quick else PERIODS
    for period in periods:
        for links in LINKS:
            # What a wake-up costs changes by the minute on a machine that is shared with others.
            rounds = place.rounds if (period, links) in JUDGED else 1
            for _ in range(rounds):
                for kind in (Ours, Heartbeat):
                    place.attempt(f"{case_of(period, links)}, {kind.name}", measure, figures, place,
                                  kind, period, links)
