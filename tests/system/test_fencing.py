"""Two nodes that cannot hear each other, one disk, and a power switch: what users lose data by."""

import re
import time

from disk import SharedDisk
from power import AgentSwitch, ExternalSwitch, IpmiSwitch, PowerSwitch
from runner import test

MOUNT = "/srv/data"


def fenced_cluster(t, haresources, device=PowerSwitch):
    cluster = t.cluster()
    switch = device(cluster)
    for host in cluster.hosts:
        switch.offer(host)
        host.run("mkdir", "-p", MOUNT)
    cluster.configure(haresources, failback="off",
                      extra=(device.line, f"fence_delay {device.delay:.0f}"))
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
    switch.booted(host)
    cluster.start(host)
    cluster.wait_log(host, f"this node was reset by node {cluster.peer(host).name}: it fell silent",
                     timeout=40, since=log)
    cluster.wait_steady()


def cut_every_line(t, device, rounds=1):
    """Every line is cut at once, in both directions of ownership: one survives, and it is the owner
    of more. `rounds` of both."""
    disk = SharedDisk(t.work)
    cluster, switch = fenced_cluster(
        t, f"alpha Filesystem::{disk.device}::{MOUNT}::ext4 svc::a\nbeta svc::b\n", device)
    alpha, beta = cluster.hosts
    cluster.wait_runs(alpha, "a")
    cluster.wait_runs(beta, "b")
    for number in range(rounds):
        if number > 0:
            for where, what in ((alpha, "a"), (beta, "b")):
                cluster.tool(where, "hb_takeover", "local")
                cluster.wait_runs(where, what, timeout=40)
                cluster.wait_steady()
            time.sleep(0.5)
        survives(t, cluster, switch, disk, alpha, "one each")
        cluster.tool(beta, "hb_takeover", "all")
        cluster.wait_moved(alpha, beta, "a", "b", timeout=40)
        cluster.wait_steady()
        time.sleep(0.5)    # reports are on their way; a cut may not ask for politeness
        survives(t, cluster, switch, disk, beta, "all")
    report = beta.run("/usr/sbin/heartbeatd", "-s", "-v").stdout
    named = re.escape(switch.shown) + r" \(line \d+\)"
    assert re.search(named + ": answers", report), report
    assert re.search(rf"Z alpha \[{named}\] confirmed after \d+ ms", report), report
    assert "verysecret" not in report + beta.read("/var/log/ha-log") + beta.read("/var/log/ha-debug")


def survives(t, cluster, switch, disk, keeper, owns):
    loser = cluster.peer(keeper)
    log, shots = cluster.log_end(loser), len(switch.fired)
    doubled = []

    def watched():
        if len(disk.mounted_on(cluster)) > 1:
            doubled.append(time.time())
        return len(switch.fired) > shots and cluster.runs(keeper, "a", "b")

    cut = time.time()
    for host in cluster.hosts:
        cluster.switch.unplug(cluster.number(host), 0)
    switch.wait(watched, 40, f"{keeper.name} serves alone")
    took = time.time() - cut
    end = time.time() + 3 * switch.delay + 1
    switch.wait(lambda: watched() and time.time() > end, 40, "nothing else happens")
    assert [name for _, name in switch.fired[shots:]] == [loser.name], switch.fired
    assert not doubled, f"mounted twice at {doubled}"
    assert disk.mounted_on(cluster) == [keeper]
    t.report(f"{switch.shown}, {owns}: {loser.name} is shot {switch.fired[-1][0] - cut:.2f} s after "
             f"the cut, all runs after {took:.2f} s (deadtime 1 s)")
    turns = 0 if keeper is cluster.hosts[0] else 1
    assert took < 1 + turns * switch.delay + switch.takes, took
    back(cluster, switch, loser, log)
    cluster.assert_exclusive("a", "b")


@test(limit=150)
def a_full_cut_leaves_one_node_and_one_mount(t):
    """What users lose data by: a full cut and one disk."""
    cut_every_line(t, PowerSwitch, 3 if t.long else 1)


@test(crowd=True, limit=200)
def a_full_cut_with_a_script_of_cluster_glue(t):
    """The devices that Heartbeat's users have are driven by these scripts."""
    cut_every_line(t, ExternalSwitch, 3 if t.long else 1)


@test(crowd=True, limit=200)
def a_full_cut_with_a_fence_agent(t):
    """The devices of today are driven by these agents."""
    cut_every_line(t, AgentSwitch, 3 if t.long else 1)


@test(crowd=True, limit=300)
def a_full_cut_with_a_server_that_has_ipmi(t):
    """The real thing: fence_ipmilan, LAN packets, a BMC that cuts the power."""
    cut_every_line(t, IpmiSwitch, 3 if t.long else 1)


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
