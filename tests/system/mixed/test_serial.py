"""A mixed cluster on a serial line: alone, beside a network, and with every kind of line at once."""

import time

from mixed.scenario import scenario
from serial_cable import DEVICE, SerialCable
from test_all_media import MEDIA, NAMES, NETWORKS, AllMedia

TIMES = {"keepalive": "1", "deadtime": "5", "warntime": "3", "initdead": "10"}
PATIENCE = 100   # on a busy machine the scripts of a 3.0.6 alone take most of it


@scenario(long_only=True, limit=400)
def one_line_alone(pair):
    """Both daemons on one cable of 19200 bit/s: a hand-over, then the node that has all dies."""
    pair.build(media=("baud 19200", f"serial {DEVICE}"), failback="off", **TIMES)
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
    cable.close()


@scenario(long_only=True, limit=400)
def a_line_beside_a_network(pair):
    """Either way may fail without a failover; over what is left groups still move."""
    pair.build(media=("baud 115200", f"serial {DEVICE}", "bcast eth0"), failback="off",
               deadtime="4", warntime="2", initdead="8")
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
    cable.close()


@scenario(long_only=True, limit=400,
          overlaps="both sides served during the cut; a real node restarts 2 s after it")
def every_kind_of_line_at_once(pair):
    """Whichever line is left, nothing happens; the last cut is a partition, and it heals."""
    pair.build(networks=NETWORKS, media=MEDIA, deadtime="4", warntime="2", initdead="8")
    media = AllMedia(pair)
    pair.serving(timeout=PATIENCE)
    pair.wait_stable(PATIENCE)
    media.each_left_alone("alpha", "beta", timeout=PATIENCE)
    pair.owners.line_cut()
    media.cut(len(NAMES) - 1)
    for host in pair.cluster.hosts:
        pair.cluster.wait_log(host, f"node {pair.cluster.peer(host).name}: is dead", PATIENCE)
    marks = pair.marks()
    media.heal(*range(len(NAMES)))
    pair.owners.line_healed()
    pair.wait_restarted(marks)
    pair.wait_once_each(PATIENCE)
    media.cable.close()
