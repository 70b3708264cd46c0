"""Lines that fail: in one direction only, and all at once with an arbiter."""

from cluster import wait_for
from runner import test
from switch import lose, lose_no_more

ONE_WAY = "Link {}:eth1 works one way only: "


@test(limit=90)
def a_line_that_works_one_way_only_is_named_on_both_nodes(t):
    """A broken transmitter is seen by nobody but the other node; both administrators must read it."""
    cluster = t.cluster(networks=2)
    alpha, beta = cluster.hosts
    cluster.configure("alpha svc::a\n", media=("bcast eth0", "bcast eth1"))
    cluster.start()
    cluster.wait_runs(alpha, "a")
    for host in cluster.hosts:
        cluster.settled(host)
        cluster.wait_log(host, f"Link {cluster.peer(host).name}:eth1 up")
    lose(alpha, 100, match='iifname "eth1"')
    cluster.wait_log(alpha, ONE_WAY.format("beta") + "we do not hear beta", timeout=40)
    cluster.wait_log(beta, ONE_WAY.format("alpha") + "alpha does not hear us", timeout=40)
    lose_no_more(alpha)
    for host in cluster.hosts:
        cluster.wait_log(host, f"Link {cluster.peer(host).name}:eth1 no longer works one way only",
                         timeout=40)
        assert cluster.log(host).count("works one way only:") == 1
        assert f"node {cluster.peer(host).name}: is dead" not in cluster.log(host)
    assert "Link alpha:eth1 dead" not in cluster.log(beta), "beta hears alpha all the time"
    assert len(cluster.trace(alpha, "a", "start")) == 1


@test(limit=240)
def with_an_arbiter_the_isolated_node_gives_up_before_the_other_takes(t):
    """All lines of one node fail at once: only the node that hears the router goes on."""
    cluster = t.cluster()
    alpha, beta = cluster.hosts
    router = cluster.guest("router")
    address = cluster.switch.address(0, cluster.number(router))
    cluster.configure("alpha svc::a\nbeta svc::b\n", failback="off", deadtime="2", warntime="1",
                      extra=(f"ping {address}", f"arbiter ping {address}"))
    cluster.start()
    cluster.wait_runs(alpha, "a", timeout=40)
    cluster.wait_runs(beta, "b", timeout=40)
    for host in cluster.hosts:
        cluster.settled(host)
        cluster.wait_log(host, f"Protection of this pair: .* arbiter ping {address}")
    cluster.switch.isolate(1, 0)
    cluster.wait_log(alpha, "all groups are given up here", timeout=40)
    cluster.wait_moved(alpha, beta, "a", timeout=40)
    assert cluster.runs(beta, "b")
    cluster.assert_exclusive("a", "b")
    cluster.switch.plug(1, 0)
    cluster.wait_log(beta, "Cluster node alpha returning after partition", timeout=40)
    wait_for(lambda: cluster.runs(beta, "a", "b"), 20, "both groups stay on beta")
    cluster.assert_exclusive("a", "b")
