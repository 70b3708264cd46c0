"""A mixed cluster on a serial line: alone, beside a network, and with every kind of line at once."""

import re
import time

from mixed.scenario import scenario
from serial_cable import DEVICE, SerialCable
from test_all_media import MEDIA, NAMES, NETWORKS, AllMedia

# The cable is never closed here: the hosts end first. A 3.0.6 spins on a terminal that was hung up
# under it, and at real-time priority nobody else would get on.
CALM = ("realtime off",)
TIMES = {"keepalive": "1", "deadtime": "5", "warntime": "3", "initdead": "10"}
PATIENCE = 100   # on a busy machine the scripts of a 3.0.6 alone take most of it


def told(log, level=r"\w+"):
    """Of which lines a log says that they are dead. (A 3.0.6 says so as an `info`.)"""
    return sorted(re.findall(rf" {level}: Link \w+:([^\s.]+) dead", log))


@scenario(limit=400)
def one_line_alone(pair):
    """Both daemons on one cable of 19200 bit/s: a hand-over, then the node that has all dies."""
    pair.build(media=("baud 19200", f"serial {DEVICE}"), failback="off", extra=CALM,
               **TIMES)
    cable = SerialCable(pair.alpha, pair.beta, 19200)
    pair.serving(timeout=PATIENCE)
    pair.wait_stable(PATIENCE)
    pair.tool(pair.alpha, "hb_standby", "all")
    pair.wait_places("beta", "beta", timeout=PATIENCE)
    pair.wait_stable(PATIENCE)
    for host in pair.cluster.hosts:
        beats = [frame.at for frame in cable.frames(host, "status")]
        late = max(b - a for a, b in zip(beats, beats[1:]))
        pair.notes[f"longest gap between heartbeats of {host.name}"] = f"{late:.2f} s"
        assert "is dead" not in pair.log(host)
    pair.cluster.power_cut(pair.beta)
    pair.wait_places("alpha", "alpha", timeout=PATIENCE)


@scenario(limit=400, long_only=True)
def a_line_beside_a_network(pair):
    """Either way may fail without a failover; over what is left groups still move."""
    pair.build(media=("baud 115200", f"serial {DEVICE}", "bcast eth0"), failback="off",
               extra=CALM, deadtime="4", warntime="2", initdead="8")
    cable = SerialCable(pair.alpha, pair.beta, 115200)
    pair.serving(timeout=PATIENCE)
    pair.wait_stable(PATIENCE)

    def line_goes(name):
        marks = pair.marks()
        if name == DEVICE:
            cable.dead = True
        else:
            pair.cluster.switch.isolate(1, 0)
        for host in pair.cluster.hosts:
            other = pair.cluster.peer(host).name
            pair.cluster.wait_log(host, f"Link {other}:{name} dead", PATIENCE, marks[host])
        pair.stays("alpha", "beta", seconds=1)

    line_goes(DEVICE)
    marks = pair.marks()
    cable.dead = False
    for host in pair.cluster.hosts:
        other = pair.cluster.peer(host).name
        pair.cluster.wait_log(host, f"Link {other}:{DEVICE} up", since=marks[host])
    line_goes("eth0")
    pair.tool(pair.beta, "hb_standby", "all")
    pair.wait_places("alpha", "alpha", timeout=PATIENCE)
    pair.wait_stable(PATIENCE)
    pair.cluster.switch.plug(1, 0)
    time.sleep(1)
    pair.stays("alpha", "alpha", seconds=1)
    assert "is dead" not in pair.log(pair.alpha) + pair.log(pair.beta)


@scenario(limit=400,
          overlaps="both sides served after the last line was cut")
def every_kind_of_line_at_once(pair):
    """Whichever line is left, nothing happens but a word for each that is gone; the last cut is a
    partition."""
    pair.build(networks=NETWORKS, media=MEDIA, extra=CALM, deadtime="4", warntime="2",
               initdead="8")
    media = AllMedia(pair)
    pair.serving(timeout=PATIENCE)
    pair.wait_stable(PATIENCE)
    marks = media.each_left_alone("alpha", "beta", timeout=PATIENCE)
    for host in pair.cluster.hosts:
        log = pair.log(host, marks[host])
        assert told(log) == sorted(NAMES[:-1] + NAMES[1:]) and "is dead" not in log, log
    for host in pair.ours:
        log = pair.log(host, marks[host])
        assert told(log, "WARN") == told(log), log
    pair.owners.line_cut()
    media.cut(len(NAMES) - 1)
    for host in pair.cluster.hosts:
        pair.cluster.wait_log(host, f"node {pair.cluster.peer(host).name}: is dead", PATIENCE)
        pair.cluster.wait_runs(host, "a", "b", timeout=PATIENCE)
