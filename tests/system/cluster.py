"""Hosts, switch, witness and configuration put together into a cluster that a test can drive:
start, stop, wait for an event, ask who runs what. What is right is for the tests to say."""

import re
import time
from dataclasses import dataclass

from hosts import Host
from switch import Switch
from witness import Witness

LOG = "/var/log/ha-log"
TRACE = "/var/log/trace"


@dataclass(frozen=True)
class Product:
    """Which daemon runs in the hosts, and how."""
    name: str
    program: str
    options: tuple = ()
    tools: str = "/usr/share/heartbeat"
    directives: tuple = ()   # of ha.cf, beside those that both have


OURS = Product("ours", "/usr/sbin/heartbeatd", ("--no-reboot",))
DEBIAN = Product("debian", "/usr/libexec/heartbeat/heartbeat", directives=("crm no",))

# A service for tests, driven by its arguments. It notes each call with its time, and does as the
# files /run/svc-NAME.{fail-start,hang-start,fail-stop} say; in /run/svc-NAME.slow-ACTION stands for
# how many seconds that action waits first. Used as svc::NAME, or under any name as an init script.
# While it runs it holds a lock on the disk that both hosts share: who finds the other's there starts
# all the same, and notes it (`conflicts`).
_SERVICE = r"""#!/bin/sh
unset LD_PRELOAD
for action; do :; done
name=$(basename "$0")
[ $# -lt 2 ] || name=$1
echo "$(date +%s.%N) $name $action $$" >>/var/log/trace
me=$(uname -n) lock=/srv/shared/$name
[ ! -e /run/svc-$name.slow-$action ] || sleep "$(cat /run/svc-$name.slow-$action)"
case $action in
start)
    [ ! -e /run/svc-$name.hang-start ] || exec sleep 600
    [ ! -e /run/svc-$name.fail-start ] || exit 1
    if ! mkdir "$lock" 2>/dev/null && ! [ -e "$lock/$me" ]; then
        echo "$(date +%s.%N) $name $me" >>/srv/shared/conflicts
    fi
    touch "$lock/$me" /run/svc-$name ;;
stop)
    [ ! -e /run/svc-$name.fail-stop ] || exit 1
    rm -f /run/svc-$name "$lock/$me"
    rmdir "$lock" 2>/dev/null || : ;;
status)
    if [ -e /run/svc-$name ]; then echo "$name is running"; else echo "$name is stopped"; fi ;;
*) exit 2 ;;
esac
"""


def wait_for(condition, timeout, what, every=0.01):
    """Returns the first true answer of `condition`; fails after `timeout` seconds."""
    end = time.monotonic() + timeout
    while True:
        if answer := condition():
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {timeout} s")
        time.sleep(every)


class Cluster:
    """Two hosts (or more) on a switch of their own. Host numbers begin with 1. `product`: one for
    all, or one for each; `trees` are laid over the hosts that run ours."""

    def __init__(self, work, trees=(), product=OURS, names=("alpha", "beta"), networks=1,
                 witness=Witness):
        self.names = names
        self.switch = Switch(networks)
        self.witness = witness(self.switch)
        self.shared = work / "shared"
        self.shared.mkdir(parents=True)
        products = [product] * len(names) if isinstance(product, Product) else product
        self.hosts = [Host(name, work / name, trees if each is OURS else (), self.shared)
                      for name, each in zip(names, products)]
        self.products = dict(zip(self.hosts, products))
        self.daemons = {}
        self.cuts = []    # (time, host)
        self.trees = trees
        self.work = work
        self.guests = []
        for host in self.hosts:
            self.boot(host)

    def __getitem__(self, name):
        return self.hosts[self.names.index(name)]

    def number(self, host):
        return (self.hosts + self.guests).index(host) + 1

    def guest(self, name):
        """Boots one more host on the switch that is no node of the cluster."""
        host = Host(name, self.work / name, self.trees)
        self.guests.append(host)
        self.boot(host)
        return host

    def runs_now(self, host, product):
        """From now on that daemon is installed there."""
        self.products[host] = product

    def peer(self, host):
        return self.hosts[1] if host is self.hosts[0] else self.hosts[0]

    def boot(self, host):
        host.boot()
        self.switch.connect(host, self.number(host))
        self.hosts_file(host)

    def hosts_file(self, host):
        names = "".join(f"{Switch.address(0, n + 1)} {name}\n" for n, name in enumerate(self.names))
        host.write("/etc/hosts", "127.0.0.1 localhost\n" + names)

    # --- configuration ---

    def ha_cf(self, host, media=("bcast eth0",), failback="on", keepalive="200ms", deadtime="1",
              warntime="600ms", initdead="3", extra=()):
        """The text of an ha.cf; in `media` PEER stands for the peer's address on that network,
        PEER6 for its link-local one."""
        peer = self.number(self.peer(host))
        lines = [f"logfile {LOG}", "logfacility none", f"keepalive {keepalive}",
                 f"deadtime {deadtime}", f"warntime {warntime}", f"initdead {initdead}"]
        for medium in media:
            if network := re.search(r"eth(\d+)", medium):
                network = int(network[1])
                medium = medium.replace("PEER6", Switch.link_local(network, peer))
                medium = medium.replace("PEER", Switch.address(network, peer))
            lines.append(medium)
        lines += [f"auto_failback {failback}", *extra, "node " + " ".join(self.names),
                  *self.products[host].directives]
        return "\n".join(lines) + "\n"

    def configure(self, haresources, keys="auth 1\n1 sha1 SharedSecret\n", scripts=("svc",), **ha_cf):
        """Writes the same three files on every host, and the service script under each name."""
        self.deadtime = ha_cf.get("deadtime", "1")
        for host in self.hosts:
            host.write("/etc/ha.d/ha.cf", self.ha_cf(host, **ha_cf))
            host.write("/etc/ha.d/authkeys", keys, mode=0o600)
            host.write("/etc/ha.d/haresources", haresources)
            for name in scripts:
                host.write(f"/etc/ha.d/resource.d/{name}", _SERVICE, mode=0o755)

    def init_script(self, name):
        for host in self.hosts:
            host.write(f"/etc/init.d/{name}", _SERVICE, mode=0o755)

    # --- daemons ---

    def start(self, *hosts, wrapper=(), options=()):
        for host in hosts or self.hosts:
            product = self.products[host]
            self.daemons[host] = host.spawn(*wrapper, product.program, "-f", *product.options,
                                            *options)

    def stop(self, host, timeout=30):
        """The orderly stop, to its end; the daemon's exit status."""
        self.ask_to_stop(host)
        return self.daemons[host].wait(timeout)

    def ask_to_stop(self, host):
        host.run("kill", "-TERM", self.pid(host))

    def pid(self, host):
        """The daemon's pid as its own host sees it, from its pid file; 0 without one."""
        return int(host.read("/run/heartbeat.pid") or 0)

    def tool(self, host, name, *words, check=True):
        return host.run(f"{self.products[host].tools}/{name}", *words, check=check)

    def power_cut(self, host):
        self.daemons.pop(host, None)
        at = host.power_cut()
        self.cuts.append((at, host))
        for lock in self.shared.glob(f"*/{host.name}"):
            lock.unlink()
            if not any(lock.parent.iterdir()):
                lock.parent.rmdir()
        return at

    # --- what happened ---

    def log(self, host, since=0):
        return host.read(LOG, since)

    def log_end(self, host):
        path = host.path(LOG)
        return path.stat().st_size if path.is_file() else 0

    def wait_log(self, host, pattern, timeout=20, since=0):
        """Waits for a line that matches; returns the match."""
        # The log is read each time, by each of the tests that run side by side.
        return wait_for(lambda: re.search(pattern, self.log(host, since)), timeout,
                        f"{host.name} logs /{pattern}/", every=0.03)

    def runs(self, host, *names):
        """True when every one of these test services runs on the host."""
        return host.alive and all(host.path(f"/run/svc-{name}").exists() for name in names)

    def wait_runs(self, host, *names, timeout=20):
        wait_for(lambda: self.runs(host, *names), timeout, f"{host.name} runs {' '.join(names)}")

    def wait_moved(self, source, target, *names, timeout=20):
        wait_for(lambda: self.runs(target, *names)
                 and not any(self.runs(source, name) for name in names), timeout,
                 f"{' '.join(names)} from {source.name} to {target.name}")

    def trace(self, host, name=None, action=None):
        """Calls of the test service: (time, name, action, pid), oldest first."""
        calls = [(float(at), who, what, int(pid)) for at, who, what, pid
                 in (line.split() for line in host.read(TRACE).splitlines() if line.count(" ") == 3)]
        return [call for call in calls if name in (None, call[1]) and action in (None, call[2])]

    def assert_exclusive(self, *names):
        """No service was started on one host before the other had begun its stop or lost power."""
        calls = [(*call, host) for host in self.hosts for call in self.trace(host)]
        cuts = [(at, None, "power cut", 0, host) for at, host in self.cuts]
        for name in names:
            running = set()
            for at, who, action, _, host in sorted(calls + cuts, key=lambda call: call[0]):
                if action == "power cut" or who == name and action == "stop":
                    running.discard(host)
                elif who == name and action == "start":
                    assert running <= {host}, f"{name} started twice, at {at} on {host.name}"
                    running.add(host)

    def holders(self, address):
        return [host for host in self.hosts if host.alive and
                f" {address}/" in host.run("ip", "-o", "address").stdout]

    def wait_holder(self, address, host, timeout=20):
        """Until that host, and only that host, has the address."""
        wait_for(lambda: self.holders(address) == [host], timeout,
                 f"{address} on {host.name} alone", every=0.05)

    def wait_active(self, timeout=20):
        """Until every daemon has seen every other as active."""
        for host in self.hosts:
            for other in self.hosts:
                if host is not other:
                    self.wait_log(host, f"Status update for node {other.name}: status active",
                                  timeout)

    def wait_steady(self, timeout=20):
        """Until every daemon announces its plain deadtime: for 5 s after its start a node asks its
        peers for 2 s more patience (wire.md 5)."""
        wanted = round(float(self.deadtime) * 1000)
        for number, host in enumerate(self.hosts, 1):
            if host.alive:
                wait_for(lambda: self._announced(number) == wanted, timeout,
                         f"{host.name} announces deadtime {wanted} ms", every=0.03)

    def _announced(self, number):
        """The deadtime in that host's last heartbeat, ms; 0 when none was seen."""
        said = self.witness.messages(number, "status")
        return int(said[-1].fields["dt"], 16) if said else 0

    def settled(self, host, timeout=20, since=0):
        self.wait_log(host, "Initial resource acquisition complete", timeout, since)

    def close(self):
        for host in self.hosts + self.guests:
            if host.alive:
                host.power_cut()
        self.witness.close()
        self.switch.close()
