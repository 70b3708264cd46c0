"""Lines that fail in one direction only."""

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
