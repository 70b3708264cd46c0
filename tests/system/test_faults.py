"""Scripts that fail or hang, and hosts that freeze."""

import time

from cluster import wait_for
from runner import test
from test_handover import both_serving


def with_fault(t, fault, **ha_cf):
    """A cluster whose service a misbehaves on alpha, not yet started; b is healthy."""
    cluster = t.cluster()
    cluster.configure("alpha svc::a\nalpha svc::b\n", failback="off", **ha_cf)
    cluster["alpha"].path(f"/run/svc-a.{fault}").touch()
    return cluster


@test()
def failed_start_gives_that_group_alone_to_the_peer(t):
    """3.0.6 left such a group down everywhere and moved the healthy ones instead."""
    cluster = with_fault(t, "fail-start")
    alpha, beta = cluster.hosts
    cluster.start()
    cluster.wait_runs(beta, "a")
    cluster.wait_runs(alpha, "b")
    assert "Giving up resources due to failure of" in cluster.log(alpha)
    assert not cluster.runs(alpha, "a") and not cluster.runs(beta, "b")
    time.sleep(2)
    assert len(cluster.trace(alpha, "a", "start")) == 1, "it must come back by command only"
    alpha.path("/run/svc-a.fail-start").unlink()
    cluster.tool(alpha, "hb_takeover", "local")
    cluster.wait_moved(beta, alpha, "a")
    cluster.assert_exclusive("a", "b")


@test()
def hung_start_is_killed_at_its_time_limit(t):
    """A script that hangs must not hold up the others, the heartbeats, or its group for ever."""
    cluster = with_fault(t, "hang-start", extra=("start_timeout 2",))
    alpha, beta = cluster.hosts
    cluster.start()
    cluster.wait_runs(alpha, "b")
    assert not cluster.runs(beta, "a"), "b waited for the time limit of a"
    cluster.wait_runs(beta, "a")
    hung = cluster.trace(alpha, "a", "start")[0][0]
    took = cluster.trace(beta, "a", "start")[0][0] - hung
    t.report(f"hung start to start on the peer: {took:.2f} s (limit 2 s)")
    assert 2 <= took < 8
    wait_for(lambda: len(alpha.pids("sleep")) <= 1, 5, "only init's own sleep is left")
    assert "was killed" in cluster.log(alpha)
    cluster.assert_exclusive("b")


@test()
def failed_stop_ends_in_the_last_resort(t):
    """A node that cannot let go must go itself, else two nodes run the same service."""
    cluster = both_serving(t, extra=("stop_retries 1",))
    alpha, beta = cluster.hosts
    alpha.path("/run/svc-a.fail-stop").touch()
    cluster.tool(alpha, "hb_standby", "local")
    cluster.wait_log(alpha, "Resource STOP failure. Reboot required!")
    assert len(cluster.trace(alpha, "a", "stop")) == 2, "stop_retries 1: two attempts"
    cluster.daemons[alpha].wait(10)
    assert not cluster.runs(beta, "a"), "started elsewhere before alpha was gone"
    cluster.wait_runs(beta, "a")
    assert "is dead" in cluster.log(beta)


@test()
def frozen_owner_does_not_act_when_it_wakes(t):
    """A virtual machine that stood still longer than deadtime was replaced: it must find out."""
    cluster = both_serving(t)
    alpha, beta = cluster.hosts
    alpha.pause()
    cluster.wait_runs(beta, "a")
    began = time.time()
    alpha.resume()
    wait_for(lambda: sum(cluster.runs(host, "a") for host in cluster.hosts) == 1, 20,
             "a runs once again")
    t.report(f"both had the group for {time.time() - began:.2f} s after the owner woke (no fencing)")
    assert cluster.runs(beta, "b") and not cluster.runs(alpha, "b")
    time.sleep(2)
    assert sum(cluster.runs(host, "a") for host in cluster.hosts) == 1


@test()
def short_freeze_is_forgiven(t):
    """Half a deadtime of standstill is a late heartbeat, not a death, on either side."""
    cluster = both_serving(t, deadtime="2", warntime="600ms")
    alpha, beta = cluster.hosts
    for host in (alpha, beta, alpha):
        host.pause()
        time.sleep(1)
        host.resume()
        time.sleep(0.5)
    assert "is dead" not in cluster.log(alpha) + cluster.log(beta)
    assert cluster.runs(alpha, "a") and cluster.runs(beta, "b")


@test()
def healed_partition_leaves_each_group_once(t):
    """Both were alone and served everything; when the link is back, one of them must let go."""
    cluster = both_serving(t)
    alpha, beta = cluster.hosts
    cluster.switch.isolate(1, 0)
    cluster.wait_runs(alpha, "a", "b")
    cluster.wait_runs(beta, "a", "b")
    cluster.switch.plug(1, 0)
    began = time.time()
    wait_for(lambda: all(sum(cluster.runs(host, name) for host in cluster.hosts) == 1
                         for name in "ab"), 30, "each group once")
    t.report(f"healed to each group once: {time.time() - began:.2f} s")
    assert "returning after partition" in cluster.log(alpha) + cluster.log(beta)
    time.sleep(2)
    assert all(sum(cluster.runs(host, name) for host in cluster.hosts) == 1 for name in "ab")
