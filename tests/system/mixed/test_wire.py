"""What goes over the line of a mixed cluster: both forms of messages, compression, clocks that
differ, and a great many heartbeats."""

import re
import time

import wall_clock
from cluster import wait_for
from mixed.scenario import scenario
from test_noise import memory_kib

_BIG = """#!/bin/sh
echo "$HA_src $HA_f0 $HA_f1 $HA_f2 $HA_f3 $HA_f4 $HA_f5" >>/var/log/big
"""


def with_line(pair, line, *hosts):
    """Appends a directive to ha.cf of these hosts, before their first start."""
    for host in hosts or pair.cluster.hosts:
        host.write("/etc/ha.d/ha.cf", f"{line}\n" + host.read("/etc/ha.d/ha.cf"))


def die_and_return(pair):
    """Each loses its power once. More cannot be asked for: with msgfmt netstring a 3.0.6 hears
    nothing of its own scripts and children, so it neither hands over nor ends."""
    for victim, survivor in ((pair.alpha, "beta"), (pair.beta, "alpha")):
        pair.cluster.wait_steady()
        pair.cluster.power_cut(victim)
        pair.wait_places(survivor, survivor)
        pair.cluster.boot(victim)
        pair.cluster.start(victim)
        pair.cluster.wait_log(pair.cluster[survivor],
                              f"(?s)node {victim.name}: is dead.*{victim.name}: status active")
        pair.stays(survivor, survivor, seconds=1)


def moves_back_and_forth(pair):
    for word, places in (("hb_standby", ("beta", "beta")), ("hb_takeover", ("alpha", "alpha"))):
        pair.wait_stable()
        pair.tool(pair.alpha, word, "all")
        pair.wait_places(*places)


@scenario()
def netstring_on_one_side(pair):
    """msgfmt may differ while ha.cf is being changed on one node after the other."""
    pair.build(failback="off")
    with_line(pair, "msgfmt netstring", pair.alpha)
    pair.serving()
    die_and_return(pair)


@scenario()
def netstring_on_both_sides(pair):
    """The same form on both sides."""
    pair.build(failback="off")
    with_line(pair, "msgfmt netstring")
    pair.serving()
    die_and_return(pair)


def big_messages(pair, algorithm):
    pair.build()
    for line in ("traditional_compression yes", f"compression {algorithm}",
                 "compression_threshold 1"):
        with_line(pair, line)
    for host in pair.cluster.hosts:
        host.write("/etc/ha.d/rc.d/big", _BIG, mode=0o755)
    pair.serving()
    pair.wait_stable()
    fields = [f"abcdefgh{n:03d}" * 40 for n in range(6)]
    text = ">>>\nt=big\n" + "".join(f"f{n}={field}\n" for n, field in enumerate(fields)) + "<<<\n"
    began = time.time()
    for host in pair.cluster.hosts:
        host.run("sh", "-c", "cat >/var/lib/heartbeat/fifo", stdin=text)
    for host in pair.cluster.hosts:
        other = pair.cluster.peer(host).name
        wait_for(lambda: " ".join([other] + fields) in host.read("/var/log/big").splitlines(), 10,
                 f"{host.name} has the message of {other}, to the byte")
    # Nothing of that length went over the line as it was, and both used compression.
    for number in (1, 2):
        packed = [p for p in pair.cluster.witness.messages(number, since=began)
                  if p.fields.get("_compression_algorithm") == algorithm]
        assert packed, f"host {number} sent nothing compressed"
    assert max(p.size for p in pair.cluster.witness.packets(began)) < 1500


@scenario()
def compressed_with_zlib(pair):
    """traditional_compression: whole messages, in both directions."""
    big_messages(pair, "zlib")


@scenario()
def compressed_with_bz2(pair):
    """The other algorithm."""
    big_messages(pair, "bz2")


@scenario()
def clocks_an_hour_apart_and_stepped(pair):
    """The wall clock is for reading logs: wrong or stepped, it must move nothing."""
    pair.build(failback="off")
    wrapper = wall_clock.wrapper(pair.cluster)
    wall_clock.step(pair.alpha, 3600)
    pair.cluster.start(wrapper=wrapper)
    pair.wait_places("alpha", "beta", timeout=40)
    pair.settled()
    pair.wait_stable()

    def clock(number):
        return wall_clock.error(pair.cluster, number)
    assert 3590 < clock(1) - clock(2) < 3610, "the clocks are not apart: nothing is tested"
    for host, number, wanted in ((pair.alpha, 1, -3600), (pair.beta, 2, 7200), (pair.alpha, 1, 0),
                                 (pair.beta, 2, -86400)):
        wall_clock.step(host, wanted)
        wait_for(lambda: abs(clock(number) - wanted) < 10, 5, "the clock is stepped")
        pair.stays("alpha", "beta", seconds=2.5)
    moves_back_and_forth(pair)
    assert "is dead" not in pair.log(pair.alpha) + pair.log(pair.beta)


@scenario(limit=330)
def many_heartbeats(pair):
    """Three hours' worth at the usual keepalive: acknowledgements never stop, history never fills,
    memory stays as it was."""
    seconds = 216 if pair.long else 20
    pair.build(keepalive="20ms")
    pair.serving()
    pair.wait_stable()
    names = {host: "heartbeat" if pair.is_real(host) else "heartbeatd"
             for host in pair.cluster.hosts}

    def memory():
        return {host.name: sum(memory_kib(pid) for pid in host.pids(names[host]))
                for host in pair.cluster.hosts}
    time.sleep(4)
    before, began = memory(), time.time()
    worst = 0
    while time.time() - began < seconds:
        pair.stays("alpha", "beta", seconds=4)
        for number in (1, 2):
            recent = pair.cluster.witness.messages(number, "status")
            sent = int(recent[-1].fields["seq"], 16)
            acks = [p for p in pair.cluster.witness.messages(3 - number, "NS_ackmsg")
                    if p.fields["dest"] == pair.cluster.names[number - 1]]
            worst = max(worst, sent - int(acks[-1].fields["ackseq"], 16))
        pair.cluster.witness.forget()
        time.sleep(1)
    after = memory()
    grown = {name: after[name] - kib for name, kib in before.items()}
    pair.notes["messages not yet acknowledged, at most"] = worst
    pair.notes["memory grown (KiB)"] = str(grown)
    assert worst < 50, f"{worst} messages unacknowledged"
    for host in pair.cluster.hosts:
        text = pair.log(host)
        assert not re.search(r"queue is filling|flow control|is dead|lost packet", text), f"{host.name}'s log tells"
        if not pair.is_real(host):
            assert grown[host.name] < 1024, f"memory: {grown}"
