"""What a fencing device may say, and what each answer is worth (heartbeat-fencing(7))."""

import re
import time

from disk import MountWatch, SharedDisk
from fenced import DEADTIME, MOUNT, fenced_cluster
from power import AgentSwitch, ExternalSwitch, IpmiSwitch, PowerSwitch
from runner import test
from switch import Switch
from witness import gaps


@test(crowd=True, limit=120)
def nothing_starts_before_a_yes_and_a_liar_is_found_out(t):
    """The device refuses: nothing starts. It says yes and does nothing: both run until a line heals,
    then the one that was to be shot gives up."""
    disk = SharedDisk(t.work)
    cluster, switch = fenced_cluster(
        t, f"alpha svc::a\nbeta Filesystem::{disk.device}::{MOUNT}::ext4 svc::b\n")
    alpha, beta = cluster.hosts
    mounts = MountWatch(disk, cluster)
    for name in ("alpha", "beta"):
        switch.set(name, "no")
    cluster.switch.unplug_all([1, 2], 0)
    cluster.wait_log(alpha, r"Host beta not reset! \[null \(line \d+\)\]: refused")
    cluster.wait_log(beta, r"Host alpha not reset!")
    assert not cluster.runs(alpha, "b") and not cluster.runs(beta, "a")
    mounts.assert_single()
    switch.set("beta", "lie")
    cluster.wait_runs(alpha, "b", timeout=30)
    assert cluster.runs(beta, "b"), "the device has lied"
    for host in cluster.hosts:
        cluster.switch.plug(cluster.number(host), 0)
    cluster.wait_log(alpha, r"node beta is alive though \[null \(line \d+\)\] has confirmed")
    cluster.wait_log(beta, "node alpha has had a confirmation that this node was reset")
    cluster.wait_log(beta, r"Resource group Filesystem\S+ is released", timeout=30)
    assert cluster.runs(alpha, "a", "b") and not cluster.runs(beta, "b")
    assert disk.mounted_on(cluster) == [alpha]
    assert switch.fired == []
    # No other test can show that those who look for two owners would see them.
    assert mounts.doubled, "the disk was mounted twice, and nobody has seen it"
    assert "b alpha" in (cluster.shared / "conflicts").read_text()


class Chain(PowerSwitch):
    """Devices of every kind that misbehave in every way, one after the other, and then one that
    says that the node is off already. Each has a folder of its own."""
    steps = (("external/switch", "hang"), ("external/switch", "crash"),
             ("rhcs/fence_switch", "hang"), ("rhcs/fence_switch", "crash"),
             ("null", "hang"), ("null", "crash"),
             ("external/switch", "no"), ("rhcs/fence_switch", "no"), ("null", "no"))
    lines = tuple(f"stonith_host * {kind} folder=/srv/shared/{number}"
                  for number, (kind, _) in enumerate(steps)) + ExternalSwitch.lines
    scripts = ExternalSwitch.scripts

    def __init__(self, cluster):
        super().__init__(cluster)
        for number, (_, how) in enumerate(self.steps):
            (cluster.shared / str(number)).mkdir()
            (cluster.shared / str(number) / f"beta.{how}").touch()

    def offer(self, host):
        for kind in (PowerSwitch, ExternalSwitch, AgentSwitch):
            kind.offer(self, host)


@test(crowd=True, limit=120)
def devices_that_hang_or_crash_or_refuse_prove_nothing(t):
    """Each is ended in time, the next is asked, the daemon never waits; 'off already' is a yes."""
    cluster, switch = fenced_cluster(t, "alpha svc::a\nbeta svc::b\n", Chain,
                                     extra=("fence_timeout 2",))
    alpha, beta = cluster.hosts
    began = time.time()
    switch.lost_power(beta)
    switch.wait(lambda: cluster.runs(alpha, "b"), 60, "alpha serves")
    said = re.findall(r"Host beta not reset! \[(\S+) \(line \d+\)\]: (refused|no answer)",
                      cluster.log(alpha))
    wanted = [(kind, "refused" if how == "no" else "no answer") for kind, how in Chain.steps]
    assert said == wanted, said
    assert "outlet of beta is locked" in cluster.log(alpha)
    yes = cluster.wait_log(alpha, r"node beta now reset\. \((\d+) ms\)")
    (start,) = cluster.trace(alpha, "b", "start")
    assert start[0] - began > DEADTIME + 3 * 2, start
    worst = max(gaps([packet.at for packet in cluster.witness.messages(1, "status", began)]))
    assert worst < 10 * 0.2, worst
    left = alpha.run("pgrep", "-f", "switch|^sleep 600", check=False).stdout
    assert not left, "what hung was not ended"
    t.report(f"3 devices hang, 3 crash, 3 refuse, the last says off already after {yes[1]} ms: "
             f"service after {start[0] - began:.1f} s, no heartbeat later than {worst:.2f} s")


class BoardOnFeed(IpmiSwitch):
    """The management board of each node hangs on the power of its node, and is reached over a
    network of its own; then an operator is asked."""
    lines = (*(f"stonith_host {node} rhcs/fence_ipmilan ip={Switch.address(1, number)} "
               "ipport=9701 username=admin password=verysecret"
               for node, number in (("alpha", 2), ("beta", 1))),
             "stonith_host alpha meatware beta", "stonith_host beta meatware alpha")
    listens = "0.0.0.0"

    def victim_of(self, host):
        return host


@test(crowd=True, limit=200)
def a_board_without_power_proves_nothing_and_an_operator_does(t):
    """A board that shares the feed of its node is silent just when it is needed."""
    cluster, switch = fenced_cluster(t, "alpha svc::a\nbeta svc::b\n", BoardOnFeed, networks=2)
    alpha, beta = cluster.hosts
    cluster.wait_log(alpha, r"Fencing device rhcs/fence_ipmilan \(line \d+\) answers")
    began = time.time()
    cluster.power_cut(beta)
    cluster.wait_log(alpha, r"Host beta not reset! \[rhcs/fence_ipmilan", timeout=90)
    silent = time.time() - began
    cluster.wait_log(alpha, r"Resetting node beta with \[meatware")
    assert not cluster.runs(alpha, "b")
    meatclient = "/usr/share/heartbeat/meatclient"
    refused = alpha.run(meatclient, "-c", "alpha", check=False, stdin="y\n")
    assert refused.returncode == 4 and not cluster.runs(alpha, "b"), refused
    alpha.run(meatclient, "-c", "beta", stdin="y\n")
    cluster.wait_runs(alpha, "b")
    cluster.wait_log(alpha, "node beta now reset")
    t.report(f"a board without power: no answer after {silent:.1f} s, then an operator's word")
