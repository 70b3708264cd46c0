"""The native agents in the daemon: addresses of groups that share a subnet."""

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
