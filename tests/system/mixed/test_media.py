"""A mixed cluster over IPv6 alone, with ping nodes, and with every line cut but one."""

import re
import time

from cluster import wait_for
from mixed.scenario import scenario
from test_media import LINES, MCAST6, isolate, keeps_one_line, wait_lines, warnings


def deaths(log):
    """Of which lines it says that they are dead. (A 3.0.6 says so as an `info`.)"""
    return sorted(re.findall(r" Link \w+:(\w+) dead", log))


def serve_and_hand_over(pair, medium):
    pair.build(media=(medium,)).serving()
    pair.wait_stable()
    pair.tool(pair.alpha, "hb_standby", "all")
    pair.wait_places("beta", "beta")


@scenario()
def on_ucast6_alone(pair):
    """Link-local addresses, whose scope each side takes from its own interface."""
    serve_and_hand_over(pair, "ucast6 eth0 PEER6")


@scenario()
def on_mcast6_alone(pair):
    """A group of which each side is a member on that interface."""
    serve_and_hand_over(pair, f"mcast6 eth0 {MCAST6}")


@scenario(limit=150, overlaps="both sides served after the last line was cut", long_only=True)
def all_lines_but_one_are_cut(pair):
    """Whichever is left is enough; the last cut is a partition."""
    pair.build(networks=3, media=LINES, failback="off").serving()
    pair.wait_stable()
    wait_lines(pair, "up", dict.fromkeys(pair.cluster.hosts, 0), 0, 1, 2)
    marks = keeps_one_line(pair)
    for host in pair.cluster.hosts:
        log = pair.log(host, marks[host])
        assert deaths(log) == ["eth0", "eth1", "eth1", "eth2"] and "is dead" not in log, log
    for host in pair.ours:
        log = pair.log(host, marks[host])
        assert warnings(log) == deaths(log), log
    pair.owners.line_cut()
    isolate(pair, 2)
    for host in pair.cluster.hosts:
        pair.cluster.wait_log(host, f"node {pair.cluster.peer(host).name}: is dead",
                              since=marks[host])
        wait_for(lambda: pair.cluster.runs(host, "a", "b"), 20, f"{host.name} runs both")


@scenario(limit=150)
def ping_nodes_side_by_side(pair):
    """Real and ours ask the same router and the same group, and say the same of them."""
    pair.build()
    router = pair.cluster.guest("router")
    number = pair.cluster.number(router)
    pair.cluster.witness.ignore(number)
    address = pair.cluster.switch.address(0, number)
    pair.configure(extra=(f"ping {address}", f"ping_group net {address} 10.0.0.99", "deadping 3"))
    pair.serving()
    pair.wait_stable()
    for host in pair.cluster.hosts:
        for name in (address, "net"):
            pair.cluster.wait_log(host, f"Status update for node {name}: status ping")
    marks = pair.marks()
    began = time.time()
    pair.cluster.switch.isolate(number, 0)
    for host in pair.cluster.hosts:
        for name in (address, "net"):
            pair.cluster.wait_log(host, f"node {name}: is dead", since=marks[host])
    pair.notes["both nodes have seen the silence"] = f"{time.time() - began:.1f} s"
    pair.stays("alpha", "beta", seconds=1)
    back = pair.marks()
    pair.cluster.switch.plug(number, 0)
    for host in pair.cluster.hosts:
        for name in (address, "net"):
            pair.cluster.wait_log(host, f"Status update for node {name}: status ping",
                                  since=back[host])
    pair.stays("alpha", "beta", seconds=1)
    for host in pair.ours:
        assert pair.log(host, marks[host]).count("is dead") == 2
