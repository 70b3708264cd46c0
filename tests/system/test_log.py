"""A log that takes nothing: what a full disk and a dead syslog may cost, and what not."""

import sys
import time

from cluster import wait_for
from runner import test
from witness import gaps

# A /dev of the host's own; its log is a socket that nobody reads and whose queue is full.
_DEAD_SYSLOG = """
import socket, time
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
end.bind("/dev/log")
pen = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
pen.setblocking(False)
pen.connect("/dev/log")
try:
    while True:
        pen.send(b"x")
except BlockingIOError:
    open("/run/syslog-is-dead", "w").close()
time.sleep(3600)
"""


def break_both(host):
    host.shell("mkdir /run/dev && for name in null zero full urandom tty; do "
               "cp -a /dev/$name /run/dev; done && mount --bind /run/dev /dev && "
               "mkdir /run/small && mount -t tmpfs -o size=64k tmpfs /run/small && "
               "! cat /dev/zero >/run/small/fill 2>/dev/null")
    host.spawn(sys.executable, "-c", _DEAD_SYSLOG)
    wait_for(lambda: host.path("/run/syslog-is-dead").exists(), 20, "syslog takes nothing")


@test()
def a_dead_log_delays_nothing(t):
    """The log's disk is full and syslog hangs: heartbeats, a takeover and a stop go on all the same."""
    cluster = t.cluster()
    alpha, beta = cluster.hosts
    cluster.configure("alpha svc::a\nbeta svc::b\n")
    alpha.write("/etc/ha.d/ha.cf", cluster.ha_cf(alpha).replace(
        "logfile /var/log/ha-log\nlogfacility none\n",
        "logfile /run/small/ha-log\nlogfacility daemon\ndebug 1\n"))
    break_both(alpha)
    cluster.start()
    cluster.wait_runs(alpha, "a")
    cluster.wait_runs(beta, "b")
    began = time.time()
    for _ in range(200):  # each is a line, and more lines than any queue of syslog holds
        alpha.run("kill", "-USR1", cluster.pid(alpha))
    beats = [p.at for p in cluster.witness.messages(1, "status", since=began)]
    longest = max(gaps([began, *beats, time.time()]))
    t.report(f"{len(beats)} heartbeats beside 200 lines that nobody takes, longest gap "
             f"{longest * 1000:.0f} ms (keepalive 200 ms)")
    assert longest < 0.6, "later than warntime"
    cluster.power_cut(beta)
    cluster.wait_runs(alpha, "a", "b")
    (state,) = (line.split()[2] for pid in alpha.pids("heartbeatd")
                for line in [open(f"/proc/{pid}/stat").read()] if "heartbeatd" in line)
    assert state in "SR", f"the daemon itself hangs ({state})"
    assert alpha.path("/run/small/ha-log").stat().st_size == 0, "the disk was not full"
    stopping = time.time()
    assert cluster.stop(alpha) == 0
    assert time.time() - stopping < 10, "the log held the stop up"
    assert not cluster.runs(alpha, "a")
