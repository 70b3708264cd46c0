"""Media beside bcast, mcast and ucast: IPv6, ping nodes; and every line cut but one, whichever it is."""

import re
import time

from cluster import wait_for
from runner import test
from watched import Watched

MCAST6 = "ff02::694 694 1 0"
# A port of its own for mcast6: a 3.0.6 would hear there what comes by the other lines.
LINES = ("bcast eth0", "ucast6 eth1 PEER6", "mcast6 eth2 ff02::694 695 1 0")
# Of rc.d: whose state is told, and which.
HOOK = """#!/bin/sh
echo "$HA_t $HA_src$HA_node $HA_st $HA_info" >>/var/log/told
"""


def alone_on(t, medium):
    """Both serve over that one line, hand over by command, and take over after its end."""
    pair = Watched(t).build(media=(medium,)).serving()
    pair.tool(pair.alpha, "hb_standby", "all")
    pair.wait_places("beta", "beta")
    pair.tool(pair.alpha, "hb_takeover", "all")
    pair.wait_places("alpha", "alpha")
    pair.cluster.switch.remove_card(1, 0)
    pair.cluster.wait_log(pair.beta, "node alpha: is dead")
    wait_for(lambda: pair.cluster.runs(pair.beta, "a", "b"), 20, "beta takes over")


@test()
def a_cluster_lives_on_ucast6_alone(t):
    """IPv6 is the only protocol in some racks."""
    alone_on(t, "ucast6 eth0 PEER6")


@test()
def a_cluster_lives_on_mcast6_alone(t):
    """The same, for those whose file must be the same on both nodes."""
    alone_on(t, f"mcast6 eth0 {MCAST6}")


def isolate(pair, *networks):
    """Cuts these lines; returns where the logs were."""
    marks = pair.marks()
    for network in networks:
        pair.cluster.switch.isolate(1, network)
    return marks


def wait_lines(pair, state, marks, *networks):
    """Until both nodes say so of each of these lines."""
    for host in pair.cluster.hosts:
        other = pair.cluster.peer(host).name
        for network in networks:
            pair.cluster.wait_log(host, f"Link {other}:eth{network} {state}", since=marks[host])


def warnings(log):
    """The names of lines of which it says, as a warning or worse, that they are dead."""
    return sorted(re.findall(r" (?:WARN|ERROR|CRIT): Link \w+:(\w+) dead", log))


def keeps_one_line(pair):
    """Leaves first eth0 alone, then eth1, then eth2: each cut is one warning, and nothing else
    happens. (Four changes of one line within a minute are logged one by one, and no more.)"""
    marks = isolate(pair, 1, 2)
    wait_lines(pair, "dead", marks, 1, 2)
    pair.stays("alpha", "beta", seconds=1.5)
    for back, cut in ((1, 0), (2, 1)):
        since = pair.marks()
        pair.cluster.switch.plug(1, back)
        wait_lines(pair, "up", since, back)
        wait_lines(pair, "dead", isolate(pair, cut), cut)
        pair.stays("alpha", "beta", seconds=1.5)
    return marks


@test(limit=120)
def any_one_of_three_lines_is_enough(t):
    """Redundant lines are the first medicine against split brain; only the last cut is a partition."""
    pair = Watched(t).build(networks=3, media=LINES).serving()
    wait_lines(pair, "up", dict.fromkeys(pair.cluster.hosts, 0), 0, 1, 2)
    marks = keeps_one_line(pair)
    for host in pair.cluster.hosts:
        log = pair.log(host, marks[host])
        assert warnings(log) == ["eth0", "eth1", "eth1", "eth2"] and "is dead" not in log, log
    isolate(pair, 2)
    for host in pair.cluster.hosts:
        pair.cluster.wait_log(host, f"node {pair.cluster.peer(host).name}: is dead")
        wait_for(lambda: pair.cluster.runs(host, "a", "b"), 20, f"{host.name} runs both")
    for network in range(3):
        pair.cluster.switch.plug(1, network)
    pair.wait_places("alpha", "beta")


def told(host):
    return host.read("/var/log/told").splitlines()


@test(limit=120)
def ping_nodes_come_and_go(t):
    """A router that falls silent is told to the administrator and to rc.d, once, and moves nothing."""
    pair = Watched(t).build()
    router = pair.cluster.guest("router")
    spare = pair.cluster.guest("spare")
    numbers = [pair.cluster.number(host) for host in (router, spare)]
    pair.cluster.witness.ignore(numbers[0])
    one, two = (pair.cluster.switch.address(0, number) for number in numbers)
    six = pair.cluster.switch.link_local(0, numbers[0]) + "%eth0"
    pair.configure(extra=(f"ping {one}", f"ping6 {six}", f"ping_group both {one} {two}",
                          "deadping 1500ms", "rc_d_all yes"))
    for host in pair.cluster.hosts:
        for hook in ("status", "ifstat"):
            host.write(f"/etc/ha.d/rc.d/{hook}", HOOK, mode=0o755)
    pair.serving()
    for host in pair.cluster.hosts:
        for name in (one, re.escape(six), "both"):
            pair.cluster.wait_log(host, f"Status update for node {name}: status ping")
    marks = pair.marks()
    pair.cluster.switch.isolate(numbers[0], 0)
    for host in pair.cluster.hosts:
        for name in (one, re.escape(six)):
            pair.cluster.wait_log(host, f"WARN: node {name}: is dead", since=marks[host])
    pair.stays("alpha", "beta", seconds=2)
    pair.cluster.switch.isolate(numbers[1], 0)
    for host in pair.cluster.hosts:
        pair.cluster.wait_log(host, "WARN: node both: is dead", since=marks[host])
    for number in numbers:
        pair.cluster.switch.plug(number, 0)
    for host in pair.cluster.hosts:
        for name in (one, re.escape(six), "both"):
            pair.cluster.wait_log(host, f"Status update for node {name}: status ping",
                                  since=marks[host])
        log = pair.log(host, marks[host])
        assert log.count("is dead") == 3, log
        for line in (f"status {one} dead ping", f"status {one} ping ping",
                     f"ifstat {one} dead ", f"ifstat {one} up ", "status both dead ping"):
            wait_for(lambda: line in told(host), 20, f"{host.name} tells rc.d: {line}")
    pair.stays("alpha", "beta", seconds=0.5)


@test()
def a_silent_ping_node_does_not_keep_the_cluster_down(t):
    """At start everybody waits for ping nodes, but not longer than initdead; a name that cannot be
    looked up is one that does not answer."""
    pair = Watched(t).build(extra=("ping 10.0.0.77 nosuch.invalid",))
    began = time.time()
    pair.serving()
    took = time.time() - began
    assert took > 2.5, f"served after {took:.1f} s, initdead is 3 s"
    for host in pair.cluster.hosts:
        for name in ("10.0.0.77", "nosuch.invalid"):
            assert pair.log(host).count(f"node {name}: is dead") == 1, pair.log(host)
