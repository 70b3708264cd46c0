"""Neighbours that do not belong, and walls where none should be."""

import time

from cluster import wait_for
from faults.lab import scenario
from switch import lose, lose_no_more


class OtherPair:
    """Two more hosts on the same network with daemons of ours, nodes gamma and delta."""

    def __init__(self, lab, key):
        self.cluster = lab.cluster
        self.hosts = [lab.cluster.guest(name) for name in ("gamma", "delta")]
        text = lab.alpha.read("/etc/ha.d/ha.cf").replace("node alpha beta", "node gamma delta")
        for host in self.hosts:
            host.write("/etc/ha.d/ha.cf", text)
            host.write("/etc/ha.d/authkeys", f"auth 1\n1 sha1 {key}\n", mode=0o600)
            host.write("/etc/ha.d/haresources", "gamma svc::c\ndelta svc::d\n")
            host.write("/etc/ha.d/resource.d/svc", lab.alpha.read("/etc/ha.d/resource.d/svc"),
                       mode=0o755)
            host.spawn("/usr/sbin/heartbeatd", "-f", "--no-reboot")

    def wait_places(self, c, d):
        def reached():
            return all(self.cluster.runs(host, name) == (host.name == place)
                       for host in self.hosts if host.alive for name, place in (("c", c), ("d", d)))
        wait_for(reached, 20, f"c on {c} and d on {d}")


def beside_another_pair(lab, key):
    """Both pairs work, and each survives the death of a node, beside the other."""
    lab.build().serving()
    other = OtherPair(lab, key)
    other.wait_places("gamma", "delta")
    lab.stays("alpha", "beta", seconds=3)
    calls = lab.calls()
    other.hosts[0].power_cut()
    other.wait_places("delta", "delta")
    lab.stays("alpha", "beta", seconds=1)
    assert lab.calls() == calls, "the other pair's death moved a group of ours"
    lab.cluster.power_cut(lab.alpha)
    lab.wait_places("beta", "beta")
    assert not lab.lines(lab.beta, "node gamma: is dead")


@scenario()
def foreign_cluster_with_another_key(lab):
    """10 Foreign cluster, other key, same port and network: ignored; one line a minute says so."""
    beside_another_pair(lab, "AnotherSecret")
    lines = lab.lines(lab.beta, "wrong signature")
    lab.report(f"lines on it in the log: {len(lines)}")
    assert len(lines) == 1


@scenario()
def foreign_cluster_with_the_same_key(lab):
    """10 Foreign cluster with the same key: ignored, and the message names the stranger."""
    beside_another_pair(lab, "SharedSecret")
    lines = lab.lines(lab.beta, "which is no node of ha.cf")
    lab.report(f"lines on it in the log: {len(lines)}: {lines[0].partition('ERROR: ')[2]}")
    assert len(lines) == 1 and ("gamma" in lines[0] or "delta" in lines[0])


@scenario()
def firewall_on_one_medium(lab):
    """11 Local firewall, one of two media: the sender warns that it is mute there; nothing moves."""
    lab.build(networks=2, media=("bcast eth0", "ucast eth1 PEER")).serving()
    calls, marks = lab.calls(), lab.marks()
    lose(lab.alpha, 100, "output", match="oifname eth0 udp dport 694")
    lab.cluster.wait_log(lab.alpha, "sending on link eth0 fails: Operation not permitted",
                         since=marks[lab.alpha])
    lab.cluster.wait_log(lab.beta, "Link alpha:eth0 dead", since=marks[lab.beta])
    lab.stays("alpha", "beta", seconds=2)
    lose_no_more(lab.alpha, "output")
    lab.cluster.wait_log(lab.alpha, "sending on link eth0 works again", since=marks[lab.alpha])
    told = len(lab.lines(lab.alpha, "sending on link", marks[lab.alpha]))
    lab.report(f"{told} lines on sending")
    assert told == 2 and lab.calls() == calls


@scenario()
def firewall_on_every_medium(lab):
    """11 Local firewall, every medium: the owner says on which links it is mute; the peer takes
    over; the end of the rule is the end of the conflict."""
    lab.build(networks=2, media=("bcast eth0", "ucast eth1 PEER")).serving()
    lab.cluster.wait_steady()
    calls, marks = lab.calls(), lab.marks()
    with lab.cause("the owner was mute"):
        lose(lab.alpha, 100, "output", match="udp dport 694")
        for network in (0, 1):
            lab.cluster.wait_log(lab.alpha, f"sending on link eth{network} fails",
                                 since=marks[lab.alpha])
        lab.cluster.wait_log(lab.beta, "node alpha: is dead", since=marks[lab.beta])
        lab.cluster.wait_runs(lab.beta, "a")
        time.sleep(3)
        lose_no_more(lab.alpha, "output")
    healed = time.time()
    lab.wait_once_each()
    lab.report(f"{lab.calls() - calls} starts and stops; once each {time.time() - healed:.2f} s "
               f"after the rule was gone")
    lab.stays_once_each(2)
    assert lab.calls() - calls <= 2, "ping-pong"
    assert lab.lines(lab.beta, "returning after partition", marks[lab.beta])
