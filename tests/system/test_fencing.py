"""Two nodes that cannot hear each other, one disk, and a power switch: what users lose data by."""

import re
import time

from disk import SharedDisk
from power import FOLDER, PowerSwitch
from runner import test

MOUNT = "/srv/data"
DELAY = 2.0
DEVICE = f"stonith_host * null folder={FOLDER}"


def fenced_cluster(t, haresources, extra=()):
    cluster = t.cluster()
    switch = PowerSwitch(cluster)
    for host in cluster.hosts:
        switch.offer(host)
        host.run("mkdir", "-p", MOUNT)
    cluster.configure(haresources, failback="off",
                      extra=(DEVICE, f"fence_delay {DELAY:.0f}", *extra))
    cluster.start()
    cluster.wait_active(timeout=40)
    for host in cluster.hosts:
        cluster.settled(host, timeout=40)
    cluster.wait_steady()
    return cluster, switch


def back(cluster, switch, host, log):
    """The lines are mended, and the host that was shot boots and is told."""
    cluster.switch.plug(cluster.number(cluster.peer(host)), 0)
    cluster.boot(host)    # with new cables
    switch.offer(host)
    cluster.start(host)
    cluster.wait_log(host, f"this node was reset by node {cluster.peer(host).name}: it fell silent",
                     timeout=40, since=log)
    cluster.wait_steady()


@test(limit=150)
def a_full_cut_leaves_one_node_and_one_mount(t):
    """Every line is cut at once, in both directions of ownership: one survives, and it is the owner
    of more."""
    disk = SharedDisk(t.work)
    cluster, switch = fenced_cluster(
        t, f"alpha Filesystem::{disk.device}::{MOUNT}::ext4 svc::a\nbeta svc::b\n")
    alpha, beta = cluster.hosts
    cluster.wait_runs(alpha, "a")
    cluster.wait_runs(beta, "b")
    for keeper, owns in ((alpha, "one each"), (beta, "all")):
        loser = cluster.peer(keeper)
        if owns == "all":
            cluster.tool(keeper, "hb_takeover", "all")
            cluster.wait_moved(loser, keeper, "a", "b", timeout=40)
            cluster.wait_log(loser, "Standby resource acquisition done|Other node completed standby",
                             timeout=40)
            time.sleep(0.5)    # reports are on their way; a cut may not ask for politeness
        log, shots = cluster.log_end(loser), len(switch.fired)
        doubled = []

        def watched():
            if len(disk.mounted_on(cluster)) > 1:
                doubled.append(time.time())
            return len(switch.fired) > shots and cluster.runs(keeper, "a", "b")

        cut = time.time()
        for host in cluster.hosts:
            cluster.switch.unplug(cluster.number(host), 0)
        switch.wait(watched, 30, f"{keeper.name} serves alone")
        took = time.time() - cut
        end = time.time() + 3 * DELAY + 1
        switch.wait(lambda: watched() and time.time() > end, 30, "nothing else happens")
        assert [name for _, name in switch.fired[shots:]] == [loser.name], switch.fired
        assert not doubled, f"mounted twice at {doubled}"
        assert disk.mounted_on(cluster) == [keeper]
        t.report(f"{owns}: {loser.name} is shot {switch.fired[-1][0] - cut:.2f} s after the cut, "
                 f"all runs after {took:.2f} s (deadtime 1 s)")
        turns = 0 if keeper is alpha else 1
        assert took < 1 + turns * DELAY + 2.5, took
        back(cluster, switch, loser, log)
        cluster.assert_exclusive("a", "b")
    report = keeper.run("/usr/sbin/heartbeatd", "-s", "-v").stdout
    assert re.search(r"null \(line \d+\): answers", report), report
    assert re.search(r"Z alpha \[null \(line \d+\)\] confirmed after \d+ ms", report), report


@test(limit=120)
def nothing_starts_before_a_yes_and_a_liar_is_found_out(t):
    """The device refuses: nothing starts. It says yes and does nothing: both run until a line heals,
    then the one that was to be shot gives up."""
    cluster, switch = fenced_cluster(t, "alpha svc::a\nbeta svc::b\n")
    alpha, beta = cluster.hosts
    for name in ("alpha", "beta"):
        switch.set(name, "no")
    for host in cluster.hosts:
        cluster.switch.unplug(cluster.number(host), 0)
    cluster.wait_log(alpha, r"Host beta not reset! \[null \(line \d+\)\]: refused")
    cluster.wait_log(beta, r"Host alpha not reset!")
    assert not cluster.runs(alpha, "b") and not cluster.runs(beta, "a")
    switch.set("beta", "lie")
    cluster.wait_runs(alpha, "b", timeout=30)
    assert cluster.runs(beta, "b"), "the device has lied"
    for host in cluster.hosts:
        cluster.switch.plug(cluster.number(host), 0)
    cluster.wait_log(alpha, r"node beta is alive though \[null \(line \d+\)\] has confirmed")
    cluster.wait_log(beta, "node alpha has had a confirmation that this node was reset")
    cluster.wait_log(beta, r"Resource group svc::b is released", timeout=30)
    assert cluster.runs(alpha, "a", "b") and not cluster.runs(beta, "b")
    assert switch.fired == []
