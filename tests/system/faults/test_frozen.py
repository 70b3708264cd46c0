"""Nodes that stand still for a while: a stopped daemon, a stopped machine, a starved processor."""

import os
import signal
import time

from cluster import wait_for
from faults.lab import scenario


def freezes_below_deadtime(lab, host, spans):
    """None of these may be noticed by anybody but the log."""
    calls = lab.calls()
    for span in spans:
        mark = lab.cluster.log_end(host)
        lab.freeze_daemon(host)
        time.sleep(span)
        lab.thaw(host)
        lab.cluster.wait_log(host, "our own stall", since=mark)
        lab.stays("alpha", "beta", seconds=1)
    assert lab.calls() == calls, "a group was touched"
    for each in lab.cluster.hosts:
        assert not lab.lines(each, "is dead")


@scenario()
def owner_frozen_below_deadtime(lab):
    """12 Frozen owner, 0.5 s and 2 s of a deadtime of 5 s: nothing happens."""
    lab.build(deadtime="5", warntime="1", initdead="6").serving()
    freezes_below_deadtime(lab, lab.alpha, (0.5, 2))


@scenario()
def owner_frozen_for_half_its_deadtime(lab):
    """12 Frozen owner, 0.5 s of a deadtime of 1 s: nothing happens."""
    lab.build().serving()
    lab.cluster.wait_steady()
    freezes_below_deadtime(lab, lab.alpha, (0.5, 0.5))


@scenario()
def standby_frozen_below_deadtime(lab):
    """13 Frozen backup, below deadtime: it wakes to unread heartbeats, and declares nobody dead."""
    lab.build(deadtime="5", warntime="1", initdead="6").serving()
    freezes_below_deadtime(lab, lab.beta, (0.5, 2, 3))


def owner_frozen(lab, span, deadtime="1", machine=False):
    lab.build(deadtime=deadtime, initdead=str(float(deadtime) + 2), warntime="600ms").serving()
    lab.cluster.wait_steady()
    calls, marks = lab.calls(), lab.marks()
    with lab.cause("the owner stood still"):
        if machine:
            lab.alpha.pause()
        else:
            lab.freeze_daemon(lab.alpha)
        began = time.time()
        lab.cluster.wait_runs(lab.beta, "a")
        took = time.time() - began
        time.sleep(max(0.0, span - took))
        woken = time.time()
        lab.thaw(lab.alpha)
    lab.cluster.wait_log(lab.alpha, "we stood still", since=marks[lab.alpha])
    lab.wait_once_each()
    lab.report(f"frozen {span} s, deadtime {deadtime} s: taken over after {took:.2f} s; "
               f"once each {time.time() - woken:.2f} s after it woke")
    lab.stays_once_each(3)
    # It may keep its own group, in which case the other gives it back; it takes nothing else.
    assert lab.cluster.runs(lab.beta, "b"), "the revived one took the other's group"
    assert lab.calls() - calls <= 2, "more was started and stopped than one takeover"
    assert lab.lines(lab.beta, "node alpha: is dead", marks[lab.beta])
    assert not lab.lines(lab.alpha, "node beta: is dead", marks[lab.alpha])


@scenario()
def owner_frozen_for_two_seconds(lab):
    """12 Frozen owner, 2 s at deadtime 1 s: taken over; the revived one notices and does not act."""
    owner_frozen(lab, 2)


@scenario(limit=200)
def owner_frozen_for_ten_seconds(lab):
    """12 Frozen owner, 10 s (60 s in the long run) at deadtime 5 s."""
    owner_frozen(lab, 60 if lab.long else 10, "5")


@scenario()
def owner_machine_frozen(lab):
    """12 Frozen owner, the whole machine as a stopped virtual machine, its scripts with it."""
    owner_frozen(lab, 3, machine=True)


@scenario(limit=200)
def standby_frozen_above_deadtime(lab):
    """13 Frozen backup, above deadtime: the owner is untouched, and is not declared dead later."""
    lab.build(deadtime="1").serving()
    lab.cluster.wait_steady()
    starts = len(lab.cluster.trace(lab.alpha, "a", "start"))
    for span in (2, 60 if lab.long else 6):
        marks = lab.marks()
        with lab.cause("the standby node stood still"):
            lab.freeze_daemon(lab.beta)
            lab.cluster.wait_log(lab.alpha, "node beta: is dead", since=marks[lab.alpha])
            time.sleep(span - 1)
            lab.thaw(lab.beta)
        lab.cluster.wait_log(lab.beta, "we stood still", since=marks[lab.beta])
        lab.wait_once_each()
        lab.stays_once_each(2)
        assert not lab.lines(lab.beta, "node alpha: is dead", marks[lab.beta])
        assert len(lab.cluster.trace(lab.alpha, "a", "start")) == starts
        assert not lab.cluster.trace(lab.alpha, "a", "stop"), "the owner was touched"
        assert not lab.cluster.trace(lab.beta, "a", "start"), "the thawed one took a group"


MEMORY_GROUPS = "/sys/fs/cgroup/memory"


class MemoryGroup:
    """A memory cgroup (version 1) with a bound."""

    def __init__(self, name, bytes_max):
        self.path = f"{MEMORY_GROUPS}/{name}-{os.getpid()}"
        os.mkdir(self.path)
        self._write("memory.limit_in_bytes", bytes_max)

    def _write(self, file, value):
        with open(f"{self.path}/{file}", "w") as out:
            out.write(str(value))

    def add(self, pid):
        self._write("cgroup.procs", pid)

    def failures(self):
        """How often the bound was met."""
        with open(f"{self.path}/memory.failcnt") as text:
            return int(text.read())

    def close(self):
        for pid in open(f"{self.path}/cgroup.procs").read().split():
            with open(f"{MEMORY_GROUPS}/cgroup.procs", "w") as root:
                root.write(pid)
        wait_for(lambda: not open(f"{self.path}/cgroup.procs").read(), 10, "the group is empty")
        os.rmdir(self.path)


@scenario(alone=True)
def starved_by_hogs(lab):
    """15 Starved CPU: 64 normal hogs, and hogs that exhaust the daemon's own memory cgroup again and
    again: nobody dies at deadtime 5 s."""
    lab.build(deadtime="5", warntime="2", initdead="6").serving()
    calls, mark = lab.calls(), lab.cluster.log_end(lab.alpha)
    group = MemoryGroup("hb-faults", 96 << 20)
    began = time.time()
    hogs = [lab.alpha.spawn("stress-ng", "--cpu", "64", "--timeout", "8", "--quiet"),
            lab.alpha.spawn("sh", "-c", "while [ ! -e /run/go ]; do sleep 0.05; done; exec "
                            "stress-ng --vm 4 --vm-bytes 400m --vm-populate --timeout 7 --quiet")]
    try:
        (daemon,) = lab.alpha.pids("heartbeatd")
        for pid in wait_for(lambda: lab.alpha.pids("sh"), 5, "the hog waits") + [daemon]:
            group.add(pid)
        lab.alpha.path("/run/go").touch()
        lab.stays("alpha", "beta", seconds=6)
        beats = [p.at for p in lab.cluster.witness.messages(1, "status", since=began)]
        for hog in hogs:
            hog.wait(20)
        pressed = group.failures()
    finally:
        group.close()
    longest = max(after - before for before, after in zip(beats, beats[1:]))
    lab.report(f"64 hogs, memory bound met {pressed} times: longest gap between heartbeats "
               f"{longest * 1000:.0f} ms (keepalive 200 ms, deadtime 5 s); "
               f"{len(lab.lines(lab.alpha, 'our own stall', mark))} lines on being late")
    assert pressed > 0, "there was no memory pressure: nothing is tested"
    assert longest < 5
    assert lab.calls() == calls
    for host in lab.cluster.hosts:
        assert not lab.lines(host, "is dead")


def realtime_hogs(lab, count, priority, seconds):
    """That many busy loops of real-time class beside alpha's daemon on one processor."""
    (pid,) = lab.alpha.pids("heartbeatd")
    for task in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(task), {1})
    script = f"for n in $(seq {count}); do timeout -s KILL {seconds} sh -c 'while :; do :; done' & done; wait"
    return lab.alpha.spawn("taskset", "-c", "1", "chrt", "--rr", str(priority), "sh", "-c", script)


@scenario(alone=True)
def starved_by_realtime_hogs_of_equal_rank(lab):
    """15 Starved CPU: 8 real-time hogs of the daemon's own priority on its processor make it late
    by their time slices (100 ms each); nobody dies at deadtime 5 s."""
    lab.build(deadtime="5", warntime="2", initdead="6").serving()
    calls, mark, began = lab.calls(), lab.cluster.log_end(lab.alpha), time.time()
    hogs = realtime_hogs(lab, 8, 1, 6)
    lab.stays("alpha", "beta", seconds=6)
    hogs.wait(20)
    beats = [p.at for p in lab.cluster.witness.messages(1, "status", since=began)]
    longest = max(after - before for before, after in zip(beats, beats[1:]))
    lab.report(f"8 real-time hogs of equal rank: longest gap between heartbeats "
               f"{longest * 1000:.0f} ms (keepalive 200 ms)")
    assert longest > 0.3, "the daemon was not starved: nothing is tested"
    assert longest < 5
    assert lab.lines(lab.alpha, "our own stall", mark), "it does not say that it was late"
    assert lab.calls() == calls
    for host in lab.cluster.hosts:
        assert not lab.lines(host, "is dead")


@scenario(alone=True)
def starved_by_realtime_hogs_of_higher_rank(lab):
    """15 Starved CPU: whoever is above the daemon can stop it; past deadtime the peer takes over,
    and the starved one notices."""
    lab.build().serving()
    lab.cluster.wait_steady()
    mark, dead = lab.cluster.log_end(lab.alpha), lab.cluster.log_end(lab.beta)
    with lab.cause("the owner was starved"):
        hogs = realtime_hogs(lab, 2, 50, 3)
        hogs.wait(20)
    lab.wait_once_each()
    lab.stays_once_each(2)
    assert lab.lines(lab.beta, "node alpha: is dead", dead), "it was not starved: nothing is tested"
    assert lab.lines(lab.alpha, "we stood still", mark)
    assert not lab.lines(lab.alpha, "node beta: is dead", mark)
