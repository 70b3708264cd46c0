"""The fault laboratory: one function per scenario, on two daemons of ours. What must hold in every
scenario is checked here: no group on both hosts except for a stated cause and until a stated bound
after it, one daemon on each host that ought to have one, and a log that stays readable."""

import contextlib
import functools
import os
import signal
import threading
import time

from runner import test
from test_noise import memory_kib
from watched import Watched

# Looks come every 20 ms, and on a busy machine some of them late.
SLACK = 0.3


class Lab(Watched):
    """The pair under test, and the causes of overlaps that the scenario itself has made."""

    def __init__(self, context):
        super().__init__(context)
        self.lines_max = 400    # of each host's log, whatever happens: an operator reads this
        self._causes = []       # (what, begin, end)
        self._supervisor = None
        self.report = context.report

    def configure(self, haresources="alpha svc::a\nbeta svc::b\n", **ha_cf):
        options = {"failback": "off", "deadtime": "1", "keepalive": "200ms", **ha_cf}
        self.deadtime = float(options["deadtime"])
        super().configure(haresources, **options)

    @property
    def bound(self):
        """What the simulator grants as well after a cause of an overlap has ended: a heartbeat, the
        repair of a lost report, and the stops."""
        return 2 * 0.2 + self.deadtime + 5

    # --- harm ---

    @contextlib.contextmanager
    def cause(self, what):
        """While it lasts, and until `bound` after it, a group may run on both hosts."""
        began = time.time()
        self.owners.line_cut()
        try:
            yield
        finally:
            self.owners.line_healed()
            self._causes.append((what, began, time.time()))

    def freeze_daemon(self, host):
        host.kill("heartbeatd", signal.SIGSTOP)

    def thaw(self, host):
        host.resume()

    def supervise(self, pause=1.0):
        """From now on a daemon that did not end well is started again, as systemd would."""
        self._supervisor = Supervisor(self.cluster, pause)

    def kill_daemon(self, host):
        """kill -9; until the supervisor has started another one its groups have no daemon."""
        with self.cause("a daemon was gone while its groups lived"):
            mark = self.cluster.log_end(host)
            host.kill("heartbeatd")
            self.cluster.wait_log(host, "Starting heartbeat", since=mark)

    def back(self, host, boot=True):
        """Boots a host whose power was cut and starts its daemon, until it has settled."""
        if boot:
            self.cluster.boot(host)
        mark = self.cluster.log_end(host)
        self.cluster.start(host)
        self.cluster.wait_log(host, "Initial resource acquisition complete", since=mark)

    # --- questions ---

    def calls(self, host=None):
        """How many starts and stops were asked of the services (of one host)."""
        hosts = [host] if host else self.cluster.hosts
        return sum(call[2] in ("start", "stop") for each in hosts for call in self.cluster.trace(each))

    def lines(self, host, pattern, since=0):
        """The log lines with this text in them."""
        return [line for line in self.log(host, since).splitlines() if pattern in line]

    def health(self, host):
        """(memory in KiB, open descriptors, processes of the daemon's host)."""
        (pid,) = host.pids("heartbeatd")
        return memory_kib(pid), len(os.listdir(f"/proc/{pid}/fd")), len(host.pids())

    def without_groups(self, name, since):
        """For how long that group ran nowhere since then, in seconds."""
        spans = self.owners.spans(lambda count: count == 0, begin=since)
        return sum(span.end - max(span.begin, since) for span in spans if span.name == name)

    # --- verdict ---

    def finish(self):
        if self._supervisor:
            self._supervisor.close()
        self.owners.close()
        for span in self.owners.overlaps():
            causes = [what for what, begin, end in self._causes if begin <= span.begin <= end + SLACK]
            length = span.end - span.begin
            assert causes or length < 0.05, f"{span.name} on both hosts for {length:.2f} s, no cause"
            assert length <= self.bound, \
                f"{span.name} on both hosts for {length:.2f} s after: {causes}"
            if causes:
                self.report(f"{span.name} on both hosts for {length:.2f} s after the end of: "
                            f"{causes[-1]} (bound {self.bound:.1f} s)")
        for at, name, host in self.conflicts():
            assert any(begin <= at <= end + self.bound for _, begin, end in self._causes), \
                f"{host} started {name} while the other had it, without a cause"
        for host in self.cluster.hosts:
            if host.alive and host in self.cluster.daemons:
                assert len(host.pids("heartbeatd")) == 1, f"{host.name} has no daemon"
                lines = self.log(host).count("\n")
                assert lines <= self.lines_max, f"{host.name} logged {lines} lines"


class Supervisor:
    """Starts a daemon again some time after it ended otherwise than with status 0."""

    def __init__(self, cluster, pause):
        self._cluster, self._pause = cluster, pause
        self._open = True
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self):
        while self._open:
            for host, daemon in list(self._cluster.daemons.items()):
                if host.alive and daemon.poll():
                    time.sleep(self._pause)
                    if self._open and host.alive:
                        self._cluster.start(host)
            time.sleep(0.02)

    def close(self):
        self._open = False
        self._thread.join()


def scenario(limit=120, crowd=True, **marks):
    """Marks a scenario: function(lab). Its docstring begins with its number and name in the table
    of README.md."""
    def mark(function):
        @functools.wraps(function)
        def run(context):
            lab = Lab(context)
            function(lab)
            lab.finish()
        test(crowd=crowd and not marks.get("alone"), limit=limit, **marks)(run)
        return function
    return mark
