"""What the network does to packets: it loses, doubles, delays and bends them, and plays old ones."""

import re
import time

from cluster import wait_for
from faults.lab import scenario
from faults.tape import Tape
from relay import Relay, damaged, lossy
from test_noise import PROBE, counted, probes, send_probe


@scenario(limit=180)
def lossy_doubling_and_jittering_line(lab):
    """7 Lossy: 30 % loss, 5 % duplicates, up to 100 ms of delay: no failover, each message once."""
    seconds = 60 if lab.long else 16
    lab.build(deadtime="3", warntime="1500ms", initdead="5")
    for host in lab.cluster.hosts:
        host.write("/etc/ha.d/rc.d/probe", PROBE, mode=0o755)
    lab.serving()
    lab.cluster.wait_steady()
    began, count = time.time(), 0
    relay = Relay(lab.cluster.switch, 1, treat=lossy(0.3, 0.05, 0.1))
    try:
        # A busy machine comes to the second hand-over later than that.
        while time.time() - began < seconds or count <= 40:
            for host in lab.cluster.hosts:
                send_probe(host, count)
            if count in (8, 32):
                lab.tool(lab.alpha, "hb_standby" if count == 8 else "hb_takeover", "all")
            count += 1
            time.sleep(0.25)
        for host in lab.cluster.hosts:
            for source in lab.cluster.names:
                wait_for(lambda: len(probes(host, source)) >= count, 15,
                         f"{host.name} gets all messages of {source}")
                assert sorted(probes(host, source)) == list(range(count)), "not once each"
        lab.wait_places("alpha", "alpha")
    finally:
        relay.close()
    asked = len(lab.cluster.witness.messages(kind="NS_rexmit", since=began))
    lab.report(f"{relay.frames} frames at 30 % loss, 5 % doubled, 0 to 100 ms late: {asked} requests "
               f"to repeat; 4 x {count} messages once, two hand-overs")
    lab.lines_max = 100 + 2 * count    # rc.d is told of once for each message
    assert asked < 3 * 0.3 * relay.frames, "repair floods the line"
    for host in lab.cluster.hosts:
        assert not lab.lines(host, "is dead")
    lab.cluster.assert_exclusive("a", "b")


@scenario(limit=180)
def damaged_packets(lab):
    """8 Corruption: flipped bits, cut ends and garbage behind: dropped, counted, nothing else."""
    seconds = 60 if lab.long else 14
    lab.build(deadtime="3", warntime="1500ms", initdead="5").serving()
    lab.cluster.wait_steady()
    calls, marks = lab.calls(), lab.marks()
    before = {host: lab.health(host) for host in lab.cluster.hosts}
    relay = Relay(lab.cluster.switch, 1, treat=damaged(0.5))
    try:
        lab.stays("alpha", "beta", seconds=seconds)
    finally:
        relay.close()
    assert lab.calls() == calls, "a group was touched"
    for host in lab.cluster.hosts:
        dropped = counted(lab.log(host, marks[host]).splitlines())
        after = lab.health(host)
        lab.report(f"{host.name}: {relay.frames} frames passed, half of them damaged; told at once: "
                   f"{dropped}; memory {after[0] - before[host][0]:+d} KiB")
        assert len(dropped) >= 2, "the log names no bad packets"
        assert not lab.lines(host, "is dead")
        assert after[0] - before[host][0] < 1024 and after[1] == before[host][1]


@scenario(limit=180)
def replayed_packets(lab):
    """9 Replay: an hour's worth of packets of this and of a former life: nothing moves, one line."""
    lab.build(deadtime="2", warntime="1", initdead="4")
    guest = lab.cluster.guest("mallory")
    lab.cluster.witness.ignore(lab.cluster.number(guest))
    tape = Tape(guest)
    lab.serving()
    for number, host in enumerate(lab.cluster.hosts):    # both begin a second life
        places = ["beta", "alpha"][number]
        assert lab.cluster.stop(host) == 0
        lab.wait_places(places, places)
        lab.cluster.start(host)
        lab.cluster.wait_log(host, "(?s)complete.*shutdown complete.*Initial resource acquisition")
    lab.cluster.wait_steady()
    former = list(tape.packets)
    time.sleep(4)
    tape.stop()
    current = tape.packets[len(former):]
    places = [next(iter(hosts)) for hosts in lab.owners.holders().values()]
    for what, packets, total in (("this life", current, 36000), ("former lives", former, 36000)):
        calls, marks = lab.calls(), lab.marks()
        before = {host: lab.health(host) for host in lab.cluster.hosts}
        stock = (packets * (total // len(packets) + 1))[:total]
        began = time.time()
        tape.play(stock, 6)
        took = time.time() - began
        lab.stays(*places, seconds=1)
        assert lab.calls() == calls, "a group was touched"
        for host in lab.cluster.hosts:
            lines = lab.log(host, marks[host]).splitlines()
            refused = [line for line in lines if "possible replay attack" in line]
            grown = lab.health(host)[0] - before[host][0]
            lab.report(f"{what}, {len(stock)} packets in {took:.1f} s, {host.name}: {len(lines)} log "
                       f"lines, {len(refused)} on replays; memory {grown:+d} KiB")
            assert len(refused) == (1 if what == "former lives" else 0), lines[:5]
            assert not [line for line in lines if re.search("is dead|restart|Status upd", line)]
            assert len(lines) <= 10 and grown < 1024


@scenario()
def replay_revives_nobody(lab):
    """9 Replay of a dead node's heartbeats: who recorded them must not keep its groups down."""
    lab.build(deadtime="2", warntime="1", initdead="4")
    guest = lab.cluster.guest("mallory")
    lab.cluster.witness.ignore(lab.cluster.number(guest))
    tape = Tape(guest)
    lab.serving()
    lab.cluster.wait_steady()
    tape.stop()
    beats = [packet for packet in tape.packets if b"src=alpha," in packet and b"=status," in packet]
    lab.cluster.power_cut(lab.alpha)
    tape.play(beats * 20, 5)
    lab.wait_places("beta", "beta", timeout=1)
    mark = lab.cluster.log_end(lab.beta)
    tape.play(beats * 20, 2)
    lab.stays("beta", "beta", seconds=1)
    assert not lab.lines(lab.beta, "alpha", mark), "the dead one was heard"
