"""A mixed cluster on a bad network: cut, deaf, lossy, one line of three gone."""

import re
import time

from cluster import wait_for
from mixed.scenario import scenario
from switch import lose, lose_no_more
from test_noise import PROBE, probes, send_probe


def unplug(pair, network=0):
    pair.owners.line_cut()
    pair.cluster.switch.isolate(1, network)


def plug(pair, network=0):
    pair.cluster.switch.plug(1, network)
    pair.owners.line_healed()


def rests_at_home_or_once(pair, timeout=40):
    """Until every group runs once and every real node has come to rest."""
    wait_for(lambda: pair.once_each() and pair.stable(), timeout, "once each, and at rest",
             every=0.1)
    pair.stays_once_each()


@scenario(limit=150, overlaps="both sides served during the cut; a real node restarts 2 s after it")
def partition_heals(pair):
    """Three deadtimes without a line, then it is back: each group must run once, soon."""
    pair.build().serving()
    pair.wait_stable()
    unplug(pair)
    time.sleep(3 * 2)
    marks = pair.marks()
    plug(pair)
    for ours in pair.ours:
        (real,) = pair.real
        # The real node restarts itself: at its last word all groups are ours.
        left = pair.cluster.wait_log(ours, f"Received shutdown notice from '{real.name}'",
                                     since=marks[ours]) and time.time()
        pair.wait_places(ours.name, ours.name, timeout=1)
        pair.notes["all groups on ours after its shutdone"] = f"{time.time() - left:.2f} s"
    pair.wait_restarted(marks)
    rests_at_home_or_once(pair)


@scenario(limit=150, overlaps="the deaf node took what the other still held")
def alpha_is_deaf_for_a_while(pair):
    """A firewall rule too many: one node hears nothing, takes everything, and hears again."""
    pair.build().serving()
    pair.wait_stable()
    pair.owners.line_cut()
    lose(pair.alpha, 100, match="ip saddr 10.0.0.2")
    time.sleep(3 * 2)
    marks = pair.marks()
    lose_no_more(pair.alpha)
    pair.owners.line_healed()
    pair.wait_restarted(marks)
    rests_at_home_or_once(pair)


@scenario(limit=150, overlaps="a 3.0.6 takes the groups of a node that is late, and nobody restarts")
def silence_just_above_deadtime(pair):
    """Longer than the other's deadtime but never declared dead: two real nodes keep both groups
    twice, for ever (bug B24)."""
    pair.build(failback="off")
    # Alpha announces 4 s, so beta does not declare it dead, yet finds it too late by its own 2 s.
    text = pair.alpha.read("/etc/ha.d/ha.cf")
    pair.alpha.write("/etc/ha.d/ha.cf", text.replace("deadtime 2\n", "deadtime 4\n"))
    pair.serving()
    pair.wait_stable()
    time.sleep(5.5)    # until it no longer announces the patience of a fresh start
    unplug(pair)
    time.sleep(3)
    marks = pair.marks()
    plug(pair)
    if pair.role == "reference":
        time.sleep(8)
        return
    pair.wait_restarted(marks)
    rests_at_home_or_once(pair)


@scenario(limit=180)
def thirty_percent_loss_each_way(pair):
    """A dying switch: nobody dies of it, and every message comes through in the end."""
    seconds = 60 if pair.long else 15
    pair.build(deadtime="4", warntime="2", initdead="6")
    for host in pair.cluster.hosts:
        host.write("/etc/ha.d/rc.d/probe", PROBE, mode=0o755)
    pair.serving()
    pair.wait_stable()
    began = time.time()
    for host, peer in ((pair.alpha, "10.0.0.2"), (pair.beta, "10.0.0.1")):
        lose(host, 30, match=f"ip saddr {peer}")
    count = 0
    while time.time() - began < seconds:
        for host in pair.cluster.hosts:
            send_probe(host, count)
        count += 1
        pair.stays("alpha", "beta", seconds=0.5)
    for host in pair.cluster.hosts:
        lose_no_more(host)
    for host in pair.cluster.hosts:
        for source in pair.cluster.names:
            if host is pair.cluster[source]:
                continue
            wait_for(lambda: sorted(probes(host, source)) == list(range(count)), 30,
                     f"{host.name} has each message of {source} once")
    for host in pair.cluster.hosts:
        text = pair.log(host)
        assert "is dead" not in text, f"{host.name} declared a death"
        assert not re.search(r"lost a lot|[Ll]ost a lot", text), f"{host.name} lost a lot"
    pair.wait_stable()


@scenario(limit=180, tolerated=("Both machines own", "Ignored standby message"))
def hand_overs_under_loss(pair):
    """Commands during such a time: they may be late, but nothing may be stuck or run twice. (When a
    report is lost and the next message is not, a 3.0.6 believes the older report for a quarter
    second, and drops its own `me` after it has sent it.)"""
    pair.build(deadtime="4", warntime="2", initdead="6", failback="off")
    pair.serving()
    for host, peer in ((pair.alpha, "10.0.0.2"), (pair.beta, "10.0.0.1")):
        lose(host, 30, match=f"ip saddr {peer}")
    for round_ in range(8 if pair.long else 4):
        pair.tool(pair.cluster.hosts[round_ % 2], "hb_standby", "all")
        time.sleep(2)
        if pair.role != "reference":    # two real nodes may get stuck here for an hour
            wait_for(pair.once_each, 30, "once each")
            pair.wait_stable()
    for host in pair.cluster.hosts:
        lose_no_more(host)
    if pair.role == "reference":
        time.sleep(2)
        return
    pair.wait_stable(timeout=30)
    pair.wait_once_each()
    pair.tool(pair.alpha, "hb_takeover", "all")
    pair.wait_places("alpha", "alpha")


@scenario(limit=150)
def one_of_three_lines_is_cut(pair):
    """Redundant lines are there so that this is an entry in the log and nothing else."""
    pair.build(networks=3, media=("bcast eth0", "mcast eth1 225.0.0.1 694 1 0", "ucast eth2 PEER"))
    pair.serving()
    pair.wait_stable()
    for network in range(3):
        for host in pair.cluster.hosts:
            pair.cluster.wait_log(host, f"Link {pair.cluster.peer(host).name}:eth{network} up")
    for network in range(3):
        marks = pair.marks()
        pair.cluster.switch.isolate(1, network)
        for host in pair.cluster.hosts:
            other = pair.cluster.peer(host).name
            pair.cluster.wait_log(host, f"Link {other}:eth{network} dead", since=marks[host])
        pair.stays("alpha", "beta", seconds=1)
        pair.cluster.switch.plug(1, network)
        for host in pair.cluster.hosts:
            other = pair.cluster.peer(host).name
            pair.cluster.wait_log(host, f"Link {other}:eth{network} up", since=marks[host])
    assert "is dead" not in pair.log(pair.alpha) + pair.log(pair.beta)
