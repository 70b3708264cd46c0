"""The three products on two virtual hosts, behind one face: set up with groups of addresses, started,
asked for a planned move. Measures nothing."""

import cluster as hosts
from cluster import Cluster, wait_for
from figures import HEARTBEAT, KEEPALIVED, OURS
from witness import SleepingWitness

DEADTIME = 1.0
# The detection time that comes nearest to one second: three advertisements and the backup's skew.
_ADVERTISED = 0.28
_PRIORITIES = (200, 100)
SCRIPT = "answers"
# A trivial init script whose effect can be seen from outside: the host answers pings while it runs.
_ANSWERS = """#!/bin/sh
for action; do :; done
switch=/proc/sys/net/ipv4/icmp_echo_ignore_all
case $action in
start) echo 0 >$switch ;;
stop) echo 1 >$switch ;;
status) read -r off <$switch; if [ "$off" = 0 ]; then echo running; else echo stopped; fi ;;
esac
"""


def addresses(count, first=0):
    """That many addresses of a network of their own."""
    return [f"10.9.{number // 250}.{number % 250 + 1}" for number in range(first, first + count)]


class Pair:
    """Two hosts with one of the products. `owner` is the one with the higher priority."""

    name = ""
    detection = DEADTIME
    daemons = ()    # names of the product's processes

    def __init__(self, work, trees=(), networks=1, product=hosts.OURS):
        self.cluster = Cluster(work, trees, product, networks=networks, witness=SleepingWitness)
        self.owner, self.survivor = self.cluster.hosts
        self.groups = []

    def configure(self, groups, script=False, **options):
        """`groups`: lists of addresses, all at home on the owner; with `script` the trivial init
        script belongs to the first."""
        self.groups = groups
        if script:
            for host in self.cluster.hosts:
                host.write(f"/etc/ha.d/resource.d/{SCRIPT}", _ANSWERS, 0o755)
                host.run(f"/etc/ha.d/resource.d/{SCRIPT}", "stop")
        self.write(script, **options)

    def serves(self, host):
        """Whether every address is there. (One look, however many they are.)"""
        shown = host.run("ip", "-o", "-4", "address").stdout
        return all(f" {address}/" in shown for group in self.groups for address in group)

    def start(self, *which):
        for host in which or self.cluster.hosts:
            self.start_on(host)

    def wait_serving(self, host, timeout=90):
        wait_for(lambda: self.serves(host), timeout, f"{host.name} serves", 0.1)

    def swap(self):
        self.owner, self.survivor = self.survivor, self.owner

    def pids(self, host):
        return [pid for name in self.daemons for pid in host.pids(name)]

    def close(self):
        self.cluster.close()


class HeartbeatPair(Pair):
    """What ours and 3.0.6 have in common: the files, the tools."""

    def write(self, script, **options):
        lines = []
        for number, group in enumerate(self.groups):
            members = [f"IPaddr2::{address}/16/eth0" for address in group]
            if script and number == 0:
                members.append(SCRIPT)
            lines.append("alpha " + " \\\n ".join(members) + "\n")
        self.cluster.configure("".join(lines), scripts=(), **options)

    def start_on(self, host):
        self.cluster.start(host)

    def wait_ready(self):
        """Until the owner serves and both would act on a death at their plain deadtime."""
        self.wait_serving(self.owner)
        for host in self.cluster.hosts:
            self.cluster.settled(host, timeout=90)
        self.cluster.wait_steady()

    def wait_ready_owner(self):
        """Until the owner, which has run for a while, serves and beats."""
        self.wait_serving(self.owner)

    def move(self):
        self.cluster.tool(self.owner, "hb_standby", "all")


class Ours(HeartbeatPair):
    name = OURS
    daemons = ("heartbeatd", "heartbeat-plugi")

    def wait_returned(self, host, since):
        """Until a node that boots again could take over."""
        self.cluster.settled(host, timeout=60, since=since)
        self.cluster.wait_steady()


class Heartbeat(HeartbeatPair):
    name = HEARTBEAT
    daemons = ("heartbeat",)

    def __init__(self, work, trees=(), networks=1):
        super().__init__(work, (), networks, hosts.DEBIAN)


class Keepalived(Pair):
    """One VRRP instance for each group. An advertisement has room for few addresses: a larger group
    puts the rest where its manual says."""

    name = KEEPALIVED
    daemons = ("keepalived",)

    def __init__(self, work, trees=(), networks=1):
        super().__init__(work, (), networks)
        self.priorities = dict(zip(self.cluster.hosts, _PRIORITIES))

    @property
    def detection(self):
        """Three advertisements and the skew of the one that waits for them."""
        return _ADVERTISED * (3 + (256 - self.priorities[self.survivor]) / 256)

    def write(self, script, failback="on", **_options):
        for host, priority in self.priorities.items():
            text = "global_defs {\n vrrp_version 3\n script_user root\n}\n"
            for number, group in enumerate(self.groups):
                text += _instance(number, priority, group, script and number == 0,
                                  "" if failback == "on" else " nopreempt\n")
            host.write("/etc/keepalived/keepalived.conf", text)

    def start_on(self, host):
        self.cluster.daemons[host] = host.spawn("keepalived", "-n", "-l", "--vrrp")

    def wait_ready(self):
        self.wait_ready_owner()

    def wait_ready_owner(self):
        self.wait_serving(self.owner)
        number = self.cluster.number(self.owner)
        wait_for(lambda: len(self.cluster.witness.messages(number, "vrrp")) > 8, 20,
                 "the owner advertises", 0.1)

    def wait_returned(self, host, since):
        wait_for(lambda: len(host.pids("keepalived")) >= 2, 20, "keepalived runs", 0.05)
        # It listens after that; there is no word of it on the wire.
        wait_for(lambda: "Entering BACKUP" in host.console.read_text(errors="replace")[since:], 20,
                 f"{host.name} is a backup", 0.05)

    def move(self):
        """The end in order: its last advertisement says that it goes."""
        for pid in self.owner.pids("keepalived"):
            self.owner.run("sh", "-c", "kill -TERM $(cat /run/keepalived.pid)")
            return pid
        raise RuntimeError("no keepalived runs")


def _instance(number, priority, group, script, preempts):
    run = f"/etc/ha.d/resource.d/{SCRIPT}"
    notify = (f' notify_master "{run} start"\n notify_backup "{run} stop"\n'
              f' notify_stop "{run} stop"\n') if script else ""
    first, rest = group[:20], group[20:]
    return (f"vrrp_instance group{number} {{\n interface eth0\n virtual_router_id {number + 1}\n"
            f" state BACKUP\n priority {priority}\n advert_int {_ADVERTISED}\n{preempts}{notify}"
            + _block("virtual_ipaddress", first) + _block("virtual_ipaddress_excluded", rest) + "}\n")


def _block(name, group):
    if not group:
        return ""
    return f" {name} {{\n" + "".join(f"  {address}/16\n" for address in group) + " }\n"
