"""Serial lines: alone and beside a network, slow, cut, noisy, and with an adapter that vanishes."""

import re
import time

from cluster import wait_for
from runner import test
from serial_cable import DEVICE, SerialCable
from test_handover import GROUPS, wait_places

SERIAL = f"serial {DEVICE}"
DAMAGED = re.compile(r"(\d+) damaged frame\(s\) on ")
BAD = re.compile(rf"(\d+) bad packet\(s\) dropped on {DEVICE}")


def on_a_line(t, baud=19200, media=(SERIAL,), **ha_cf):
    """A cluster with a serial cable, both groups at home."""
    cluster = t.cluster()
    alpha, beta = cluster.hosts
    cable = SerialCable(alpha, beta, baud)
    cluster.configure(GROUPS, media=(f"baud {baud}", *media), **ha_cf)
    cluster.start()
    wait_places(cluster, "alpha", "beta", timeout=40)
    for host in cluster.hosts:
        cluster.settled(host)
    return cluster, cable


def load(cable, source, since, until):
    """Share of the line that is taken in that direction."""
    size = sum(frame.size for frame in cable.frames(source, since=since) if frame.at < until)
    return size * 10 / cable.baud / (until - since)


def counted(cluster, host):
    """Damaged frames that the log of that host tells of."""
    text = cluster.log(host)
    return sum(int(n) for pattern in (DAMAGED, BAD) for n in pattern.findall(text))


def warnings(cluster, host, since):
    return [line for line in cluster.log(host, since).splitlines()
            if re.search(r" (WARN|ERROR|CRIT)[a-zA-Z]*: ", line)]


@test(limit=150)
def one_line_at_19200_carries_a_cluster(t):
    """The smallest cluster there is: heartbeats each second and hand-overs on one slow cable, and a
    death is seen."""
    cluster, cable = on_a_line(t, keepalive="1", deadtime="5", warntime="3", initdead="10",
                               failback="off")
    alpha, beta = cluster.hosts
    for tool, where in (("hb_standby", "beta"), ("hb_takeover", "alpha")):
        began, wall = time.monotonic(), time.time()
        cluster.tool(alpha, tool, "all")
        wait_places(cluster, where, where, timeout=30)
        t.report(f"{tool} all on one line: {time.monotonic() - began:.2f} s, of which the line was "
                 f"taken {load(cable, alpha, wall, time.time()):.0%} and "
                 f"{load(cable, beta, wall, time.time()):.0%}")
    again = [frame for host in cluster.hosts for frame in cable.frames(host, "NS_rexmit")]
    t.report(f"requests to repeat: {len(again)}; heartbeats of {beta.name}: "
             f"{cable.frames(beta, 'status')[-1].size} bytes each")
    for host in cluster.hosts:
        assert not re.search("is dead|Late heartbeat|cannot be opened", cluster.log(host))
        beats = [frame.at for frame in cable.frames(host, "status")]
        assert max(b - a for a, b in zip(beats, beats[1:])) < 3, "a heartbeat waited"
        assert counted(cluster, host) == 0
    cluster.assert_exclusive("a", "b")
    # The adapter of alpha is pulled out for a moment: told once, and opened by itself.
    mark = cluster.log_end(alpha)
    cable.pull_out(alpha)
    cluster.wait_log(alpha, f"link {DEVICE} .* lost its device", since=mark)
    cable.plug_in(alpha)
    cluster.wait_log(alpha, f"link {DEVICE} .* is open", since=mark)
    back = time.time()
    for host in cluster.hosts:
        wait_for(lambda: cable.frames(host, "status", since=back), 10, f"{host.name} is heard")
    assert len(warnings(cluster, alpha, mark)) == 1, warnings(cluster, alpha, mark)
    assert not re.search("is dead", cluster.log(alpha) + cluster.log(beta))
    at = cluster.power_cut(alpha)
    cluster.wait_runs(beta, "a", "b", timeout=20)
    t.report(f"takeover {time.time() - at:.2f} s after the death, deadtime 5 s")
    cable.close()


@test(limit=120)
def a_line_beside_a_network_keeps_the_cluster_together(t):
    """What it is for: either way may fail, and only the loss of both is a partition."""
    cluster, cable = on_a_line(t, 115200, media=("bcast eth0", SERIAL))
    alpha, beta = cluster.hosts
    for host in cluster.hosts:
        cluster.wait_log(host, f"Link {cluster.peer(host).name}:{DEVICE} up")

    def line_goes(cut, name, again):
        """Cuts one line: one warning on each side and nothing moves; then it is back."""
        marks = {host: cluster.log_end(host) for host in cluster.hosts}
        cut()
        for host in cluster.hosts:
            cluster.wait_log(host, f"Link {cluster.peer(host).name}:{name} dead", since=marks[host])
        time.sleep(1)
        for host in cluster.hosts:
            told = warnings(cluster, host, marks[host])
            assert len(told) == 1 and f":{name} dead" in told[0], told
        wait_places(cluster, "alpha", "beta", timeout=0)
        if again:
            again()
            for host in cluster.hosts:
                cluster.wait_log(host, f"Link {cluster.peer(host).name}:{name} up",
                                 since=marks[host])

    def dead(value):
        cable.dead = value

    line_goes(lambda: dead(True), DEVICE, lambda: dead(False))
    # Only the serial line is left: a hand-over goes by it.
    line_goes(lambda: cluster.switch.isolate(1, 0), "eth0", None)
    cluster.tool(alpha, "hb_standby", "all")
    wait_places(cluster, "beta", "beta")
    cluster.assert_exclusive("a", "b")
    assert "is dead" not in cluster.log(alpha) + cluster.log(beta)
    # And the last one: both serve, and find together again.
    dead(True)
    cluster.wait_runs(alpha, "a", "b")
    cluster.wait_log(beta, "node alpha: is dead")
    dead(False)
    wait_for(lambda: [cluster.runs(alpha, name) + cluster.runs(beta, name) for name in "ab"]
             == [1, 1], 30, "once each")
    cable.close()


@test(limit=420)
def noise_and_breaks_kill_nobody(t):
    """A bad cable costs frames and no node; whoever looks at the log can see how bad it is."""
    cluster, cable = on_a_line(t, keepalive="1", deadtime="10", warntime="8", initdead="20")
    alpha, beta = cluster.hosts
    seconds = 300 if t.long else 20
    cable.flips, cable.breaks = 0.01, 0.5
    began = time.time()
    time.sleep(seconds)
    cable.flips = cable.breaks = 0.0
    for host in cluster.hosts:
        assert "is dead" not in cluster.log(host), f"{host.name} declared a death"
        assert host.pids("heartbeatd"), f"{host.name} crashed"
    wait_places(cluster, "alpha", "beta", timeout=0)
    time.sleep(1)
    for host in cluster.hosts:    # what is counted and not yet told is told at the end
        cluster.stop(host)
    for host in cluster.hosts:
        told, real = counted(cluster, host), cable.damaged_on_the_way_to(host)
        all_of_them = len(cable.frames(cluster.peer(host), since=began))
        t.report(f"{host.name}: {real} of {all_of_them} frames damaged on their way, {told} counted")
        assert real > 0.5 * seconds / 20 and told >= 0.9 * real and told <= 1.5 * real + 5
    cable.close()
