"""A bad network and a hostile one: loss, garbage, forgery, replay."""

import re
import time
from pathlib import Path

from cluster import wait_for
from runner import test
from switch import lose, packets_lost
from test_handover import both_serving
from witness import gaps, share

KEEPALIVE = 0.2
PROBE = """#!/bin/sh
echo "$(date +%s.%N) $HA_src $HA_n probe" >>/var/log/probes
"""


def send_probe(host, number):
    """Puts a message into the host's FIFO; the cluster carries it to rc.d/probe of every node."""
    host.shell(f"printf '>>>\\nt=probe\\nn={number}\\n<<<\\n' >/var/lib/heartbeat/fifo")


def probes(host, source):
    lines = [line.split() for line in host.read("/var/log/probes").splitlines()]
    return [int(words[2]) for words in lines if words[1:2] == [source]]


@test(limit=150)
def thirty_percent_loss_each_way_is_no_failover(t):
    """Line 5 of the promise: no death, each message once, and repair that does not flood."""
    seconds = 60 if t.long else 20
    cluster = t.cluster()
    alpha, beta = cluster.hosts
    cluster.configure("alpha svc::a\nbeta svc::b\n", deadtime="2", warntime="1")
    for host in cluster.hosts:
        host.write("/etc/ha.d/rc.d/probe", PROBE, mode=0o755)
    cluster.start()
    cluster.wait_runs(alpha, "a")
    cluster.wait_runs(beta, "b")
    for host in cluster.hosts:
        cluster.settled(host)
    began = time.time()
    for host, peer in ((alpha, "10.0.0.2"), (beta, "10.0.0.1")):
        lose(host, 30, match=f"ip saddr {peer}")
    count = 0
    while time.time() - began < seconds:
        send_probe(alpha, count)
        send_probe(beta, count)
        count += 1
        time.sleep(0.25)
    lost = sum(packets_lost(host) for host in cluster.hosts)
    asked = len(cluster.witness.messages(kind="NS_rexmit", since=began))
    for host in cluster.hosts:
        host.run("nft", "flush", "ruleset")
    wanted = list(range(count))
    for host in cluster.hosts:
        for source in cluster.names:
            wait_for(lambda: len(probes(host, source)) >= count, 15,
                     f"{host.name} gets all messages of {source}")
            assert sorted(probes(host, source)) == wanted, f"{host.name} of {source}: not once each"
    t.report(f"{seconds} s of 30 % loss each way: {lost} packets lost, {asked} requests "
             f"({asked / lost:.2f} for each, wanted below 3), 4 x {count} messages once")
    assert asked < 3 * lost
    assert "is dead" not in cluster.log(alpha) + cluster.log(beta)
    assert len(cluster.trace(alpha, "a", "start")) == len(cluster.trace(beta, "b", "start")) == 1


def memory_kib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def counted(lines):
    """What the log says of bad packets: {class: packets}."""
    found = [re.search(r"(\d+) bad packet\(s\) dropped on \S+: (.*)", line) for line in lines]
    totals = {}
    for match in filter(None, found):
        totals[match[2]] = totals.get(match[2], 0) + int(match[1])
    return totals


def flood(t, mixture):
    cluster = both_serving(t)
    alpha, beta = cluster.hosts
    mallory = cluster.guest("mallory")
    cluster.witness.ignore(cluster.number(mallory))
    pids = {host: host.pids("heartbeatd")[0] for host in cluster.hosts}
    memory = {host: memory_kib(pid) for host, pid in pids.items()}
    logged = {host: cluster.log_end(host) for host in cluster.hosts}
    calls = [len(cluster.trace(host)) for host in cluster.hosts]
    began = time.time()
    said = mallory.run("python3", "-", mixture, "10.0.0.255", "694", "100000", "10", "1",
                       stdin=Path(__file__).with_name("forge.py").read_text(), timeout=60).stdout
    time.sleep(0.5)
    late = []
    for number, host in enumerate(cluster.hosts, 1):
        beats = [p.at for p in cluster.witness.messages(number, "status", since=began)]
        late += [gap - KEEPALIVE for gap in gaps(beats)]
        lines = cluster.log(host, logged[host]).splitlines()
        grown = memory_kib(pids[host]) - memory[host]
        assert host.pids("heartbeatd") == [pids[host]], f"{host.name} crashed"
        assert len(lines) < 200, f"{host.name} logged {len(lines)} lines"
        assert any("bad packet" in line or "dropped" in line for line in lines), "nothing is logged"
        assert not any("is dead" in line or "Status update" in line for line in lines), lines
        assert grown < 4096, f"{host.name} grew by {grown} KiB"
        t.report(f"{host.name}: {len(lines)} log lines, memory {grown:+d} KiB")
    t.report(f"{mixture}: {said.strip()}; lateness of heartbeats: 99th percentile "
             f"{share(late, 0.99) * 1000:.1f} ms, maximum {max(late) * 1000:.1f} ms")
    assert cluster.witness.dropped == 0, "the witness could not keep up: its figures are no good"
    assert max(late) < 0.1
    assert cluster.runs(alpha, "a") and cluster.runs(beta, "b")
    classes = counted(cluster.log(alpha, logged[alpha]).splitlines())
    t.report(f"classes told at once: {', '.join(classes)}")
    assert mixture == "insider" or len(classes) >= 3
    if t.long and mixture == "outsider":
        time.sleep(61)
        told = sum(counted(cluster.log(alpha, logged[alpha]).splitlines()).values())
        assert told > 80000, f"only {told} of 100000 were counted"
    assert [len(cluster.trace(host)) for host in cluster.hosts] == calls, "a script was called"


@test(alone=True, limit=180)
def flood_of_forged_and_replayed_packets_changes_nothing(t):
    """Line 6 of the promise: whoever has no key can neither stop nor move anything."""
    flood(t, "outsider")


@test(alone=True)
def flood_of_signed_nonsense_changes_nothing(t):
    """A broken program that has the key must not crash every node at once."""
    flood(t, "insider")
