"""One node of ours and one Heartbeat 3.0.6, each with a device that can cut the other's power: a
script of cluster-glue's protocol, as both read it."""

import functools
import time

from disk import MountWatch, SharedDisk
from mixed.scenario import ROLES, Pair
from power import FOLDER, ExternalSwitch
from runner import test

MOUNT = "/srv/data"
DELAY = 3.0


class GlueSwitch(ExternalSwitch):
    """In cluster-glue's own folder, where both look for it."""
    lines = (f"stonith_host * external/switch {FOLDER}",)    # by position, as 3.0.6 wants it
    scripts = "/usr/lib/stonith/plugins/external"


class Life:
    """Group svc::a, with the disk, at home on alpha, svc::b on beta. One of them runs a 3.0.6."""

    def __init__(self, context, role, extra=""):
        self.pair = Pair(context, role, "", ())
        disk = SharedDisk(context.work)
        self.pair.build(f"alpha Filesystem::{disk.device}::{MOUNT}::ext4 svc::a\nbeta svc::b\n",
                        failback="off", extra=GlueSwitch.lines)
        self.cluster = self.pair.cluster
        self.switch = GlueSwitch(self.cluster)
        for host in self.cluster.hosts:
            self.prepare(host)
        (self.ours,), (self.real,) = self.pair.ours, self.pair.real
        self.ours.write("/etc/ha.d/ha.cf", self.ours.read("/etc/ha.d/ha.cf") +
                        f"fence_delay {DELAY:.0f}\n{extra}")
        self.pair.serving()
        self.pair.wait_stable()
        self.mounts = MountWatch(disk, self.cluster)

    def prepare(self, host):
        self.switch.booted(host)
        host.run("mkdir", "-p", MOUNT)

    def alone(self, host, shots, what, timeout=60):
        """Serves the switch until everything runs on `host`; how long that took."""
        begin = time.time()
        self.switch.wait(lambda: len(self.switch.asked) > shots and
                         self.cluster.runs(host, "a", "b"), timeout, what)
        took = time.time() - begin
        end = time.time() + 2 * DELAY
        self.switch.wait(lambda: time.time() > end, 30, "nothing else happens")
        assert len(self.switch.asked) == shots + 1, self.switch.asked
        self.mounts.assert_single()
        return took

    def real_without_power(self):
        """Ours takes its groups after the confirmation."""
        shots = len(self.switch.asked)
        self.cluster.power_cut(self.real)
        took = self.alone(self.ours, shots, "ours has everything")
        assert self.switch.asked[shots:] == [self.real.name], self.switch.asked
        return took

    def every_line_cut(self):
        """The 3.0.6 shoots at once, so ours, which waits, is the one that is shot."""
        shots = len(self.switch.asked)
        self.cluster.switch.unplug_all([1, 2], 0)
        took = self.alone(self.real, shots, "the 3.0.6 has everything")
        assert self.switch.asked[shots:] == [self.ours.name], self.switch.asked
        assert self.switch.fired[-1][1] == self.ours.name, self.switch.fired
        return took

    def back(self, host):
        """It has power and cables again, and each group is at home."""
        peer = self.cluster.peer(host)
        self.cluster.switch.plug(self.cluster.number(peer), 0)
        self.cluster.boot(host)
        self.prepare(host)
        mark = self.cluster.log_end(host)
        self.cluster.start(host)
        self.cluster.settled(host, timeout=60, since=mark)
        self.pair.wait_stable()
        self.pair.wait_places(peer.name, peer.name)
        self.pair.tool(host, "hb_takeover", "local")
        self.pair.wait_places("alpha", "beta")
        self.pair.wait_stable()

    def close(self):
        self.mounts.assert_single()
        self.mounts.close()
        assert not self.pair.conflicts(), self.pair.conflicts()


def shown(times):
    return " ".join(f"{took:.2f}" for took in times)


def each_fences_the_other(context, role):
    """The 3.0.6 loses its power, and then every line is cut: one node is left each time."""
    life = Life(context, role)
    dead, cut = [], []
    for number in range(3 if context.long else 1):
        if number > 0:
            life.back(life.ours)
        dead.append(life.real_without_power())
        life.back(life.real)
        cut.append(life.every_line_cut())
    context.report(f"3.0.6 without power: all on ours after {shown(dead)} s (deadtime 2 s, delay 3 s)")
    context.report(f"every line cut: ours is shot, all on the 3.0.6 after {shown(cut)} s")
    life.close()


def a_device_that_hangs_proves_nothing(context, role):
    """Ours starts nothing of the 3.0.6's, and when that is heard again no shot comes any more."""
    life = Life(context, role, "fence_timeout 2\n")
    pair, ours, real = life.pair, life.ours, life.real
    life.switch.set(real.name, "hang")
    places = pair.owners.holders()
    life.cluster.power_cut(real)
    life.cluster.wait_log(ours, rf"Host {real.name} not reset! \[external/switch \(line \d+\)\]: "
                          "no answer", timeout=40)
    life.cluster.wait_log(ours, rf"STONITH of {real.name} failed.  Retrying", timeout=40)
    assert not life.cluster.runs(ours, "b" if ours.name == "alpha" else "a")
    mark = life.cluster.log_end(real)
    life.cluster.boot(real)
    real.run("mkdir", "-p", MOUNT)
    life.cluster.start(real)
    life.cluster.wait_log(ours, f"reset of node {real.name} called off: ", timeout=60)
    life.cluster.settled(real, timeout=60, since=mark)
    pair.wait_places("alpha", "beta")
    assert places == pair.owners.holders() and life.switch.asked == [], life.switch.asked
    pair.stays("alpha", "beta", seconds=2)
    life.close()


for _function, _limit in ((each_fences_the_other, 400), (a_device_that_hangs_proves_nothing, 200)):
    for _role in ("ours_alpha", "ours_beta"):
        assert _role in ROLES

        @functools.wraps(_function)
        def _run(context, function=_function, role=_role):
            function(context, role)

        _run.__name__ = f"{_function.__name__}.{_role}"
        test(crowd=True, limit=_limit)(_run)
