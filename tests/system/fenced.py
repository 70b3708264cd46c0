"""A pair with a power switch and one disk, cut and mended as often as a test likes. What must hold
in every cut is checked here: one node is shot, the other has everything, nothing was mounted twice."""

import re
import statistics
import time
from dataclasses import dataclass

from disk import MountWatch, SharedDisk
from power import PowerSwitch

MOUNT = "/srv/data"
DEADTIME = 1.0
# What may pass beside deadtime, delay and the time of the device and of the scripts: 250 ms, on a
# busy machine ten times as much.
BESIDE = 10 * 0.25


@dataclass(frozen=True)
class Cut:
    """Seconds: from the cut to everything running; what the device took, and the start of a group;
    and what is left of the first without deadtime, delay and these."""
    took: float
    device: float
    scripts: float
    beside: float


def fenced_cluster(t, haresources, device=PowerSwitch, extra=(), **options):
    """Two nodes that serve, and their power switch."""
    cluster = t.cluster(**options)
    switch = device(cluster)
    for host in cluster.hosts:
        switch.offer(host)
        host.run("mkdir", "-p", MOUNT)
    cluster.configure(haresources, failback="off", deadtime=f"{DEADTIME:.0f}",
                      extra=(*device.lines, f"fence_delay {device.delay:.0f}", *extra))
    cluster.start()
    cluster.wait_active(timeout=60)
    for host in cluster.hosts:
        cluster.settled(host, timeout=60)
    cluster.wait_steady()
    return cluster, switch


class FencedPair:
    """Groups svc::a, with the disk, at home on alpha, and svc::b at home on beta."""

    def __init__(self, t, device=PowerSwitch):
        self.t = t
        self.disk = SharedDisk(t.work)
        self.cluster, self.switch = fenced_cluster(
            t, f"alpha Filesystem::{self.disk.device}::{MOUNT}::ext4 svc::a\nbeta svc::b\n", device)
        self.alpha, self.beta = self.cluster.hosts
        self.mounts = MountWatch(self.disk, self.cluster)
        self.cluster.wait_runs(self.alpha, "a")
        self.cluster.wait_runs(self.beta, "b")

    # --- who owns what ---

    def one_each(self):
        for host, name in ((self.alpha, "a"), (self.beta, "b")):
            if not self.cluster.runs(host, name):
                self.cluster.tool(host, "hb_takeover", "local")
                self.cluster.wait_moved(self.cluster.peer(host), host, name, timeout=40)
        self.cluster.wait_steady()

    def all_on(self, host):
        if not self.cluster.runs(host, "a", "b"):
            self.cluster.tool(host, "hb_takeover", "all")
            self.cluster.wait_moved(self.cluster.peer(host), host, "a", "b", timeout=40)
        self.cluster.wait_steady()

    # --- a cut, and its end ---

    def cables_out(self):
        self.cluster.switch.unplug_all([1, 2], 0)

    def cables_in(self, host):
        self.cluster.switch.plug(self.cluster.number(host), 0)

    def switch_dead(self):
        self.cluster.switch.lose_power(0)

    def switch_works(self, _host):
        self.cluster.switch.has_power(0)

    def survives(self, keeper, turns, cut=None, heal=None):
        """All lines are cut at one instant: `keeper` shoots after so many times fence_delay, serves
        alone, and the other one boots and is told. A Cut."""
        loser = self.cluster.peer(keeper)
        self.cluster.witness.forget()
        log, told, shots = (self.cluster.log_end(keeper), self.cluster.log_end(loser),
                            len(self.switch.fired))
        began = time.time()
        (cut or self.cables_out)()
        self.switch.wait(lambda: len(self.switch.fired) > shots and
                         self.cluster.runs(keeper, "a", "b"), 60, f"{keeper.name} serves alone")
        device = self.device_time(keeper, loser, log)
        took = time.time() - began
        assert [name for _, name in self.switch.fired[shots:]] == [loser.name], self.switch.fired
        assert self.disk.mounted_on(self.cluster) == [keeper]
        (heal or self.cables_in)(keeper)
        self.back(loser, told)
        # Neither had an order left, and nobody shoots one that has come back.
        self.switch.serve()
        assert len(self.switch.fired) == shots + 1 and keeper.alive, self.switch.fired[shots:]
        assert self.cluster.runs(keeper, "a", "b")
        self.assert_single()
        return self._cut(took, device, turns, keeper, log)

    def finds_it_off(self, keeper, turns):
        """The other one loses its power with nobody's order, and the device says: off already."""
        loser = self.cluster.peer(keeper)
        log = self.cluster.log_end(keeper)
        began = time.time()
        self.switch.lost_power(loser)
        self.switch.wait(lambda: self.cluster.runs(keeper, "a", "b"), 60, f"{keeper.name} serves")
        took = time.time() - began
        self.assert_single()
        return self._cut(took, self.device_time(keeper, loser, log), turns, keeper, log)

    def _cut(self, took, device, turns, keeper, log):
        started = re.findall(r"Resource group \S+ runs here \((\d+) ms\)",
                             self.cluster.log(keeper, log))
        scripts = max(map(int, started), default=0) / 1000
        beside = took - DEADTIME - turns * self.switch.delay - device - scripts
        cut = Cut(took, device, scripts, beside)
        assert beside < BESIDE, cut
        return cut

    def device_time(self, keeper, loser, log):
        """What the keeper's log says of its device, in seconds."""
        said = self.cluster.wait_log(keeper, rf"node {loser.name} now reset\. \((\d+) ms\)",
                                     since=log)
        return int(said[1]) / 1000

    def back(self, host, log):
        """It boots, with new cables, and is told."""
        self.cluster.boot(host)
        self.switch.booted(host)
        self.cluster.start(host)
        keeper = self.cluster.peer(host).name
        self.cluster.wait_log(host, f"this node was reset by node {keeper}: it fell silent",
                              timeout=60, since=log)
        self.cluster.settled(host, timeout=60, since=log)

    def assert_single(self):
        self.mounts.assert_single()
        conflicts = self.cluster.shared / "conflicts"
        assert not conflicts.exists(), conflicts.read_text()

    def close(self):
        """The last word: of the whole life."""
        self.assert_single()
        self.mounts.close()
        self.cluster.assert_exclusive("a", "b")


def figures(cuts):
    """For a report: each of a few, worst and median of many."""
    times = [cut.took for cut in cuts]
    shown = " ".join(f"{took:.2f}" for took in times) if len(times) < 4 else \
        f"{len(times)} times, median {statistics.median(times):.2f}, worst {max(times):.2f}"
    device, scripts, beside = (max(getattr(cut, name) for cut in cuts)
                               for name in ("device", "scripts", "beside"))
    return (f"all runs {shown} s after the cut (device up to {device:.2f} s, start up to "
            f"{scripts:.2f} s), beside deadtime, delay and these at most {beside:.2f} s")
