"""Programs of respawn and failfast lines, and the watchdog, with real daemons."""

import os
import re
import signal
import time

from cluster import LOG, wait_for
from runner import test
from service_manager import listen, told

NOTES = "/var/log/programs"
FED = "/run/fed"

# Notes its start and its end by SIGTERM; what stands in /run/NAME.exit is its exit status at once.
_PROGRAM = f"""#!/bin/sh
name=$(basename "$0")
note() {{ echo "$name $1 $$ $(id -un)" >>{NOTES}; }}
trap 'note end; exit 0' TERM
note start
while :; do
    [ ! -e /run/$name.exit ] || exit "$(cat /run/$name.exit)"
    sleep 0.05 & wait $!
done
"""


def noted(host, name, what):
    """(pid, user) of each such note."""
    lines = [line.split() for line in host.read(NOTES).splitlines()]
    return [(int(pid), user) for who, did, pid, user in lines if who == name and did == what]


def programs_of(*names):
    users = {"second": "hacluster"}
    return [f"{'failfast' if name == 'vital' else 'respawn'} {users.get(name, 'root')} /opt/{name} x"
            for name in names]


def reload(cluster, host, *names):
    host.write("/etc/ha.d/ha.cf",
               cluster.ha_cf(host, extra=("watchdog /run/watchdog", *programs_of(*names))))
    since = cluster.log_end(host)
    host.run("kill", "-HUP", cluster.pid(host))
    cluster.wait_log(host, "Configuration (reloaded|unchanged)", since=since)


def wait_noted(host, name, what, count=1):
    wait_for(lambda: len(noted(host, name, what)) >= count, 30, f"{name}: {what} {count}")
    return noted(host, name, what)[-1]


NAMES = ("first", "second", "hundred", "crash", "vital")


def prepared(t):
    """Two hosts with all programs; `hundred` and `crash` end at once. A FIFO is the watchdog, with a
    reader that stays, whoever opens and closes the other end."""
    cluster = t.cluster()
    cluster.configure("alpha svc::a\n", extra=("watchdog /run/watchdog", *programs_of(*NAMES)))
    for host in cluster.hosts:
        host.write(NOTES, "", mode=0o666)
        for name in (*NAMES, "third"):
            host.write(f"/opt/{name}", _PROGRAM, mode=0o755)
        host.write("/run/hundred.exit", "100")
        host.write("/run/crash.exit", "3")
        host.shell("mkfifo /run/watchdog")
        host.spawn("sh", "-c", f"exec 3<>/run/watchdog; exec cat <&3 >{FED}")
    return cluster


def fed(host):
    return host.path(FED).read_bytes() if host.path(FED).exists() else b""


def crashes(cluster, alpha):
    """One starts again, one asks not to, one is damped."""
    (first, _), = noted(alpha, "first", "start")
    alpha.run("kill", "-KILL", first)
    assert wait_noted(alpha, "first", "start", 2)[0] != first
    cluster.wait_log(alpha, r'"/opt/first x" was killed by signal 9; started again in 1000 ms')
    cluster.wait_log(alpha, r'"/opt/hundred x" exited with status 100')
    cluster.wait_log(alpha, r'(?s)"/opt/crash x" exited with status 3; started again in 1000 ms'
                            r'.*again in 2000 ms.*again in 4000 ms')
    assert len(noted(alpha, "hundred", "start")) == 1


def changes_at_a_reload(cluster, alpha):
    """What is new starts, what is gone stops, and nothing else."""
    second = noted(alpha, "second", "start")
    reload(cluster, alpha, "second", "vital", "third")
    wait_noted(alpha, "first", "end")
    wait_noted(alpha, "third", "start")
    assert noted(alpha, "second", "start") == second and not noted(alpha, "second", "end")


def kill_and_start_again(cluster, alpha):
    """A daemon that is killed disarms nothing; the next one ends what it left, and starts it once."""
    os.kill(alpha.pids("heartbeatd")[0], signal.SIGKILL)
    cluster.daemons[alpha].wait(10)
    assert b"V" not in fed(alpha), "disarmed by a crash"
    since, before = cluster.log_end(alpha), len(fed(alpha))
    cluster.start(alpha)
    wait_noted(alpha, "second", "end")
    wait_noted(alpha, "second", "start", 2)
    assert "of a daemon that died still runs" in cluster.log(alpha, since)
    wait_noted(alpha, "third", "start", 2)
    wait_for(lambda: len(fed(alpha)) > before, 20, "the watchdog is fed again")


def orderly_stop(cluster, alpha):
    """Resources first, then programs backwards, then the watchdog."""
    cluster.settled(alpha)
    alpha.write(NOTES, "", mode=0o666)
    since = cluster.log_end(alpha)
    assert cluster.stop(alpha) == 0
    assert re.findall(r"(\w+) end", alpha.read(NOTES)) == ["third", "vital", "second"]
    assert fed(alpha).endswith(b"\0V"), fed(alpha)[-10:]
    log = cluster.log(alpha, since)
    assert log.index("All HA resources relinquished") < log.index("Stopping program"), log


def a_silent_link_starves_both_watchdogs(cluster, beta):
    """No heartbeat leaves: neither the device nor systemd hears that all is well, until one does."""
    texts = [text for _, text in told(beta)]
    assert texts[0] == "READY=1" and "WATCHDOG=1" in texts, texts
    beta.run("ip", "link", "set", "eth0", "down")
    cluster.wait_log(beta, "watchdog is not fed")
    before = len(fed(beta))
    # After deadtime (1 s) systemd hears nothing any more either: three seconds without a word.
    def word():
        return [text for _, text in told(beta)].count("WATCHDOG=1")
    end = time.monotonic() + 30
    silence, seen = time.monotonic(), word()
    while time.monotonic() < silence + 3:
        time.sleep(0.1)
        if word() != seen:
            silence, seen = time.monotonic(), word()
            assert silence < end, "systemd goes on to hear that all is well"
    assert len(fed(beta)) == before
    beta.run("ip", "link", "set", "eth0", "up")
    cluster.wait_log(beta, "watchdog is fed again")
    wait_for(lambda: word() > seen and len(fed(beta)) > before, 20, "all is well again")


@test(crowd=True, limit=150)
def programs_live_with_the_daemon(t):
    """respawn, failfast and watchdog over one life of a node: start, crash, reload, kill -9, stop."""
    cluster = prepared(t)
    alpha, beta = cluster.hosts
    alpha.write("/run/svc-a.slow-start", "3")
    listen(beta)
    cluster.start(alpha)
    cluster.start(beta, wrapper=("env", "NOTIFY_SOCKET=/run/notify", "WATCHDOG_USEC=2000000"))
    # A reload while a script runs must not take it for one of a dead daemon.
    wait_for(lambda: cluster.trace(alpha, "a", "start"), 30, "the start of a")
    reload(cluster, alpha, *NAMES)
    first, second = (wait_noted(alpha, name, "start") for name in ("first", "second"))
    assert first[1] == "root" and second[1] == "hacluster", f"{first} {second}"
    log = cluster.log(alpha)
    assert log.index("Comm_now_up") < log.index("Starting program"), "too early"
    cluster.wait_runs(alpha, "a")
    assert "of a daemon that died" not in cluster.log(alpha)
    crashes(cluster, alpha)
    changes_at_a_reload(cluster, alpha)
    wait_for(lambda: fed(alpha).count(b"\0") >= 5, 20, "the watchdog is fed")
    kill_and_start_again(cluster, alpha)
    orderly_stop(cluster, alpha)
    cluster.wait_runs(beta, "a")
    a_silent_link_starves_both_watchdogs(cluster, beta)
    # A failure of a failfast program is the end of the node.
    beta.write("/run/vital.exit", "7")
    assert cluster.daemons[beta].wait(20) == 1
    assert re.search(r"ungracefully! failfast program /opt/vital x exited with status 7",
                     beta.read(LOG))
