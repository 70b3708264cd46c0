"""The native agents in the daemon: addresses of groups that share a subnet."""

from pathlib import Path

from runner import test

FIRST = ("10.77.0.5", "fd77::5")
SECOND = ("10.77.0.6", "fd77::6")


@test(limit=120)
def groups_in_one_subnet_leave_each_other_their_addresses(t):
    """The kernel drops all addresses of a subnet with its first one. No base address holds it."""
    cluster = t.cluster()
    alpha, beta = cluster.hosts
    cluster.configure("alpha 10.77.0.5/24/eth0 IPaddr2::fd77:0:0:0:0:0:0:5/64/eth0\n"
                      "beta IPaddr::10.77.0.6/24/eth0 IPv6addr::fd77:0:0:0:0:0:0:6/64/eth0\n",
                      scripts=(), failback="off")
    for host in cluster.hosts:
        host.shell("for c in all eth0; do echo 0 >/proc/sys/net/ipv4/conf/$c/promote_secondaries; "
                   "done")

    def holds(first, second):
        for addresses, host in (FIRST, first), (SECOND, second):
            for address in addresses:
                cluster.wait_holder(address, host)
            routes = host.shell("ip route show 10.77.0.0/24; ip -6 route show fd77::/64").stdout
            assert "10.77.0.0/24 dev eth0" in routes and "fd77::/64 dev eth0" in routes, routes

    cluster.start()
    holds(alpha, beta)
    cluster.settled(alpha, timeout=40)
    cluster.settled(beta, timeout=40)
    cluster.tool(alpha, "hb_standby", "local")    # beta: its own address first, then alpha's
    holds(beta, beta)
    cluster.tool(alpha, "hb_takeover", "local")   # the second one goes ...
    holds(alpha, beta)
    cluster.tool(alpha, "hb_standby", "local")
    holds(beta, beta)
    cluster.tool(beta, "hb_standby", "local")     # ... and the first one
    holds(beta, alpha)
    assert "promote_secondaries=1: other addresses of eth0 stay" in cluster.log(beta)
    assert cluster.stop(beta) == 0
    holds(alpha, alpha)


def _faults(pid):
    """Of each thread of that process: (minor, major) page faults so far."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        fields = (task / "stat").read_text().rpartition(") ")[2].split()
        found[int(task.name)] = int(fields[7]), int(fields[9])
    return found


@test(limit=60)
def a_takeover_waits_for_no_page(t):
    """Memory is locked as it is touched, so what a takeover touches was touched at the start."""
    cluster = t.cluster()
    alpha, beta = cluster.hosts
    cluster.configure("alpha IPaddr2::10.77.0.5/24/eth0\n", scripts=())
    cluster.start()
    cluster.wait_holder("10.77.0.5", alpha)
    for host in cluster.hosts:
        cluster.settled(host, timeout=40)
    pid = beta.pids("heartbeatd")[0]
    before = _faults(pid)
    cluster.power_cut(alpha)
    cluster.wait_holder("10.77.0.5", beta)
    grown = {task: (minor - before.get(task, (0, 0))[0], major - before.get(task, (0, 0))[1])
             for task, (minor, major) in _faults(pid).items()}
    minor = grown[pid][0]
    t.report(f"page faults of the loop in a takeover: {minor} minor")
    assert not any(major for _, major in grown.values()), grown
    # 11 without the rehearsal; what is left is the heap that grows with what peers have sent.
    assert minor <= 8, grown
