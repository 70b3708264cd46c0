"""Links that break, break in one direction, flap and come back."""

import time

from faults.lab import scenario
from switch import lose, lose_no_more

THREE = {"networks": 3, "media": ("bcast eth0", "mcast eth1 225.0.0.1 694 1 0", "ucast eth2 PEER")}
ADDRESS = "10.0.0.100"


def all_links_up(lab, networks):
    for host in lab.cluster.hosts:
        for network in range(networks):
            lab.cluster.wait_log(host, f"Link {lab.cluster.peer(host).name}:eth{network} up")


@scenario()
def one_medium_lost(lab):
    """3 One medium lost: of three links each may break, at the cable or in the switch."""
    lab.build(**THREE).serving()
    all_links_up(lab, 3)
    calls = lab.calls()
    switch = lab.cluster.switch
    # One break each: of a link the log tells four changes a minute.
    for network, breaking in enumerate((switch.unplug, switch.isolate, switch.unplug)):
        marks = lab.marks()
        breaking(1, network)
        for word in ("dead", "up"):
            for host in lab.cluster.hosts:
                other = lab.cluster.peer(host).name
                lab.cluster.wait_log(host, f"Link {other}:eth{network} {word}", since=marks[host])
            switch.plug(1, network)
    lab.stays("alpha", "beta", seconds=1)
    assert lab.calls() == calls, "a group was touched"
    assert not lab.lines(lab.alpha, "is dead") + lab.lines(lab.beta, "is dead")


@scenario()
def one_way_on_one_medium(lab):
    """5 Asymmetric cut of one medium: the deaf side alone warns, the other medium carries on."""
    lab.build(networks=2, media=("bcast eth0", "ucast eth1 PEER")).serving()
    all_links_up(lab, 2)
    calls = lab.calls()
    for deaf, talker, number in ((lab.alpha, "beta", 2), (lab.beta, "alpha", 1)):
        for network in range(2):
            marks = lab.marks()
            lose(deaf, 100, match=f"ip saddr 10.0.{network}.{number}")
            lab.cluster.wait_log(deaf, f"Link {talker}:eth{network} dead", since=marks[deaf])
            other = lab.cluster.peer(deaf)
            assert not lab.lines(other, f"Link {deaf.name}:eth{network} dead", marks[other])
            lose_no_more(deaf)
            lab.cluster.wait_log(deaf, f"Link {talker}:eth{network} up", since=marks[deaf])
    lab.stays("alpha", "beta", seconds=1)
    assert lab.calls() == calls, "a group was touched"
    assert not lab.lines(lab.alpha, "is dead") + lab.lines(lab.beta, "is dead")


def deaf_on_all(lab, deaf):
    lab.build(networks=2, media=("bcast eth0", "ucast eth1 PEER")).serving()
    talker = lab.cluster.peer(deaf(lab))
    number = lab.cluster.number(talker)
    calls = lab.calls()
    with lab.cause(f"{deaf(lab).name} hears nothing"):
        lose(deaf(lab), 100, match=f"ip saddr {{ 10.0.0.{number}, 10.0.1.{number} }}")
        lab.cluster.wait_log(deaf(lab), f"node {talker.name}: is dead")
        time.sleep(10 if lab.long else 5)
        during = lab.calls() - calls
        lose_no_more(deaf(lab))
    lab.wait_once_each()
    lab.stays_once_each()
    asked = lab.calls() - calls
    lab.report(f"starts and stops asked of scripts: {during} during the cut, {asked} in all")
    # The deaf one takes one group; one of the two lets go of it, and there it ends.
    assert asked <= 4, "ping-pong"


@scenario()
def owner_is_deaf_on_every_medium(lab):
    """5 Asymmetric cut of all: A hears nothing and is heard; one decision, no ping-pong."""
    deaf_on_all(lab, lambda lab: lab.alpha)


@scenario()
def peer_is_deaf_on_every_medium(lab):
    """5 Asymmetric cut of all, in the other direction: who is preferred must not matter."""
    deaf_on_all(lab, lambda lab: lab.beta)


def flap(lab, seconds, network):
    """The cable is out for 200 ms and in for 200 ms, and so on."""
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        for step in (lab.cluster.switch.unplug, lab.cluster.switch.plug):
            began = time.monotonic()
            step(1, network)
            time.sleep(max(0.0, 0.2 - (time.monotonic() - began)))
        count += 1
    return count


@scenario(limit=700)
def the_only_link_flaps(lab):
    """6 Flapping link, the only one: at most one failover, and a log that can be read."""
    lab.build(deadtime="2", warntime="1").serving()
    calls = lab.calls()
    marks = lab.marks()
    with lab.cause("the link flaps"):
        count = flap(lab, 600 if lab.long else 20, 0)
    lab.wait_once_each()
    lab.stays_once_each(2)
    lines = [new_lines(lab, host, marks) for host in lab.cluster.hosts]
    lab.report(f"{count} flaps: {lab.calls() - calls} starts and stops, {lines} log lines")
    assert lab.calls() - calls <= 4, "more than one failover"


@scenario(limit=700)
def one_of_two_links_flaps(lab):
    """6 Flapping link, one of two: nothing moves, nobody dies, the damping is visible."""
    lab.build(networks=2, media=("bcast eth0", "ucast eth1 PEER")).serving()
    all_links_up(lab, 2)
    calls, marks = lab.calls(), lab.marks()
    count = flap(lab, 600 if lab.long else 20, 0)
    lab.stays("alpha", "beta", seconds=2)
    lines = [new_lines(lab, host, marks) for host in lab.cluster.hosts]
    lab.report(f"{count} flaps: {lines} log lines")
    assert lab.calls() == calls, "a group was touched"
    for host in lab.cluster.hosts:
        assert not lab.lines(host, "is dead")


def new_lines(lab, host, marks):
    return lab.log(host, marks[host]).count("\n")


@scenario()
def healed_partition(lab):
    """25 Healed partition, no fencing: both served all; one lets go, each group runs once."""
    lab.build(f"alpha IPaddr2::{ADDRESS}/24/eth0 svc::a\nbeta svc::b\n", (ADDRESS, "a", "b"))
    lab.serving("alpha", "alpha", "beta")
    with lab.cause("no line"):
        lab.cluster.switch.isolate(1, 0)
        for host in lab.cluster.hosts:
            lab.cluster.wait_runs(host, "a", "b")
        marks = lab.marks()
        lab.cluster.switch.plug(1, 0)
    healed = time.time()
    lab.wait_once_each()
    lab.report(f"healed to each group once: {time.time() - healed:.2f} s")
    lab.stays_once_each(3)
    for host in lab.cluster.hosts:
        assert lab.lines(host, "returning after partition", marks[host]), "no cause in the log"
        assert lab.lines(host, "ran on both nodes", marks[host]), "the settlement is not logged"
    arps = {number: [p.at for p in lab.cluster.witness.packets(healed) if p.arp == ADDRESS
                     and p.sender == number] for number in (1, 2)}
    lab.report(f"ARP after the link was back: {len(arps[1])} of the keeper, {len(arps[2])} of the "
               f"other")
