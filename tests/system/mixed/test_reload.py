"""SIGHUP on either node: a changed ha.cf, changed keys."""

import time

from cluster import wait_for
from mixed.scenario import scenario


def hang_up(pair, host):
    """What `/etc/init.d/heartbeat reload` comes down to."""
    host.run("kill", "-HUP", pair.cluster.pid(host))


@scenario()
def changed_ha_cf(pair):
    """A new timer: the real node restarts itself and keeps its groups, ours changes in place."""
    pair.build().serving()
    pids = {host: pair.cluster.pid(host) for host in pair.ours}
    for host in pair.cluster.hosts:
        pair.wait_stable()
        time.sleep(1.1)    # 3.0.6 compares times of whole seconds
        text = host.read("/etc/ha.d/ha.cf")
        host.write("/etc/ha.d/ha.cf", text.replace("warntime 1\n", "warntime 1500ms\n"))
        since = pair.cluster.log_end(host)
        hang_up(pair, host)
        if pair.is_real(host):
            pair.cluster.wait_log(host, "Starting heartbeat|Heartbeat generation", since=since)
            other = pair.cluster.peer(host)
            pair.cluster.wait_log(other, f"Heartbeat restart on node {host.name}")
        else:
            pair.cluster.wait_log(host, "Configuration reloaded", since=since)
        pair.stays("alpha", "beta", seconds=3)
    for host, pid in pids.items():
        assert pair.cluster.pid(host) == pid, "ours was restarted"
    for name, host in (("a", pair.alpha), ("b", pair.beta)):
        assert len(pair.cluster.trace(host, name, "start")) == 1, f"{name} was started again"
        assert not pair.cluster.trace(host, name, "stop"), f"{name} was stopped"
    assert "is dead" not in pair.log(pair.alpha) + pair.log(pair.beta)


KEYS = "{auth}\n1 sha1 Secret\n2 md5 Secret\n3 crc\n"


@scenario(tolerated=("authtoken does not match", "netstring authentication failed", "MSG[",
                     "MSG: Dumping message"))
def each_method_and_a_moved_key(pair):
    """sha1, md5 and crc, moved from one to the next on both nodes while they run. (A 3.0.6 checks a
    packet with the text of its own active key: a heartbeat that falls between the two hang-ups is
    refused and dumped, by two real nodes as by a mixed pair.)"""
    pair.build(keys=KEYS.format(auth="auth 1")).serving()
    pair.wait_stable()
    for index in (2, 3, 1):
        began = time.time()
        time.sleep(1.1)    # 3.0.6 compares times of whole seconds
        for host in pair.cluster.hosts:
            host.write("/etc/ha.d/authkeys", KEYS.format(auth=f"auth {index}"), mode=0o600)
            hang_up(pair, host)
        for number in (1, 2):
            wait_for(lambda: any(p.key == index for p in
                                 pair.cluster.witness.messages(number, "status", since=began)),
                     10, f"host {number} signs with key {index}")
        moved = time.time()
        wait_for(lambda: all(pair.cluster.witness.messages(number, "NS_ackmsg", since=moved)
                             for number in (1, 2)), 10, "both acknowledge what they hear")
        pair.stays("alpha", "beta", seconds=0.5)
    assert "is dead" not in pair.log(pair.alpha) + pair.log(pair.beta)
