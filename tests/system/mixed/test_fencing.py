"""One node of ours and one Heartbeat 3.0.6, each with a device that can cut the other's power: a
script of cluster-glue's protocol, as both read it."""

import functools
import time

from disk import SharedDisk
from mixed.scenario import ROLES, Pair
from power import FOLDER, ExternalSwitch
from runner import test

MOUNT = "/srv/data"
DELAY = 3.0


class GlueSwitch(ExternalSwitch):
    """In cluster-glue's own folder, where both look for it."""
    lines = (f"stonith_host * external/switch {FOLDER}",)    # by position, as 3.0.6 wants it
    scripts = "/usr/lib/stonith/plugins/external"


def fenced_pair(context, role):
    pair = Pair(context, role, "", ())
    disk = SharedDisk(context.work)
    pair.build(f"alpha Filesystem::{disk.device}::{MOUNT}::ext4 svc::a\nbeta svc::b\n",
               failback="off", extra=GlueSwitch.lines)
    switch = GlueSwitch(pair.cluster)
    for host in pair.cluster.hosts:
        switch.offer(host)
        host.run("mkdir", "-p", MOUNT)
    (ours,), (real,) = pair.ours, pair.real
    ours.write("/etc/ha.d/ha.cf", ours.read("/etc/ha.d/ha.cf") + f"fence_delay {DELAY:.0f}\n")
    pair.serving()
    pair.wait_stable()
    return pair, disk, switch, ours, real


def alone(pair, switch, disk, host, shots, what, timeout=60):
    """Serves the switch until everything runs on `host`; never is the disk mounted twice."""
    doubled = []

    def watched():
        if len(disk.mounted_on(pair.cluster)) > 1:
            doubled.append(time.time())
        return len(switch.asked) > shots and pair.cluster.runs(host, "a", "b")

    begin = time.time()
    switch.wait(watched, timeout, what)
    took = time.time() - begin
    end = time.time() + 4
    switch.wait(lambda: watched() and time.time() > end, 30, "nothing else happens")
    assert not doubled, f"mounted twice at {doubled}"
    assert disk.mounted_on(pair.cluster) == [host]
    return took


def each_fences_the_other(context, role):
    """The 3.0.6 loses its power: ours takes its groups after the confirmation. Then every line is
    cut: the 3.0.6 shoots at once, so ours, which waits, is the one that is shot."""
    pair, disk, switch, ours, real = fenced_pair(context, role)
    pair.cluster.power_cut(real)
    took = alone(pair, switch, disk, ours, 0, "ours has everything")
    assert switch.asked == [real.name], switch.asked
    context.report(f"3.0.6 without power: all on ours after {took:.2f} s (deadtime 2 s, delay 3 s)")
    pair.cluster.boot(real)
    real.run("mkdir", "-p", MOUNT)
    switch.booted(real)
    pair.cluster.start(real)
    pair.settled(real)
    pair.wait_stable()
    pair.wait_places(ours.name, ours.name)
    pair.tool(real, "hb_takeover", "local")
    pair.wait_places("alpha", "beta")
    pair.wait_stable()
    for host in pair.cluster.hosts:
        pair.cluster.switch.unplug(pair.cluster.number(host), 0)
    took = alone(pair, switch, disk, real, 1, "the 3.0.6 has everything")
    assert switch.asked == [real.name, ours.name], switch.asked
    assert [name for _, name in switch.fired] == [ours.name], switch.fired
    context.report(f"every line cut: ours is shot, all on the 3.0.6 after {took:.2f} s")
    assert not pair.conflicts(), pair.conflicts()


for _role in ("ours_alpha", "ours_beta"):
    assert _role in ROLES

    @functools.wraps(each_fences_the_other)
    def _run(context, role=_role):
        each_fences_the_other(context, role)

    _run.__name__ = f"each_fences_the_other.{_role}"
    test(crowd=True, limit=240)(_run)
