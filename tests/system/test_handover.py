"""Groups that move because somebody says so: standby, takeover, stop. Nothing dies here."""

import time

from cluster import wait_for
from runner import test

GROUPS = "alpha svc::a\nbeta svc::b\n"


def both_serving(t, **ha_cf):
    cluster = t.cluster()
    cluster.configure(GROUPS, **{"failback": "off", **ha_cf})
    cluster.start()
    cluster.wait_runs(cluster["alpha"], "a")
    cluster.wait_runs(cluster["beta"], "b")
    for host in cluster.hosts:
        cluster.settled(host)
    return cluster


def wait_places(cluster, a, b, timeout=25):
    """Until service a runs on host a alone and b on host b alone."""
    def reached():
        return all(cluster.runs(host, name) == (host.name == place)
                   for name, place in (("a", a), ("b", b)) for host in cluster.hosts)
    wait_for(reached, timeout, f"a on {a} and b on {b}")


@test()
def each_class_of_standby_and_takeover_moves_what_it_names(t):
    """all, local, foreign, failback: the words of 3.0.6, from both sides."""
    cluster = both_serving(t)
    steps = [("alpha", "hb_standby", "all", "beta", "beta"),
             ("alpha", "hb_takeover", "all", "alpha", "alpha"),
             ("alpha", "hb_standby", "foreign", "alpha", "beta"),
             ("alpha", "hb_standby", "local", "beta", "beta"),
             ("beta", "hb_standby", "failback", "alpha", "beta"),
             ("beta", "hb_takeover", "foreign", "beta", "beta"),
             ("alpha", "hb_takeover", "local", "alpha", "beta"),
             ("beta", "hb_takeover", "all", "beta", "beta"),
             ("alpha", "hb_takeover", "failback", "alpha", "beta")]
    slowest = 0.0
    for on, tool, word, a, b in steps:
        began = time.monotonic()
        host = cluster[on]
        cluster.tool(host, tool, word)
        try:
            wait_places(cluster, a, b)
        except TimeoutError as late:
            raise AssertionError(f"{tool} {word} on {on}: {late}") from None
        slowest = max(slowest, time.monotonic() - began)
        # The next command is refused, rightly, while the last hand-over is still being settled.
        time.sleep(0.5)
    cluster.assert_exclusive("a", "b")
    t.report(f"{len(steps)} hand-overs, the slowest took {slowest:.2f} s")


@test()
def a_released_group_serves_while_another_still_stops(t):
    """One group whose stop takes long must not keep the others of a planned move from serving."""
    cluster = both_serving(t)
    alpha, beta = cluster.hosts
    cluster.tool(alpha, "hb_takeover", "all")
    cluster.wait_runs(alpha, "a", "b")
    cluster.wait_log(beta, "Other node completed standby takeover")
    cluster.wait_steady()
    alpha.write("/run/svc-b.slow-stop", "4")
    began = time.monotonic()
    cluster.tool(alpha, "hb_standby", "all")
    cluster.wait_runs(beta, "a", timeout=3)
    first = time.monotonic() - began
    assert cluster.runs(alpha, "b") and not cluster.runs(beta, "b")
    cluster.wait_runs(beta, "a", "b")
    cluster.assert_exclusive("a", "b")
    t.report(f"the one served after {first:.2f} s, the other after {time.monotonic() - began:.2f} s")


@test()
def both_stopped_together_release_everything_and_end(t):
    """A whole site is shut down at night: nobody may take over what nobody wants."""
    cluster = both_serving(t)
    for host in cluster.hosts:
        cluster.ask_to_stop(host)
    for host in cluster.hosts:
        assert cluster.daemons[host].wait(30) == 0
        assert not cluster.runs(host, "a") and not cluster.runs(host, "b")
    cluster.assert_exclusive("a", "b")


@test()
def returned_owner_gets_its_group_back_after_a_stop(t):
    """auto_failback on also counts after a planned stop, and only for groups of that node."""
    cluster = both_serving(t, failback="on")
    alpha, beta = cluster.hosts
    cluster.stop(alpha)
    cluster.wait_runs(beta, "a", "b")
    cluster.start(alpha)
    wait_places(cluster, "alpha", "beta")
    cluster.assert_exclusive("a", "b")


@test()
def restarted_daemon_adopts_what_still_runs(t):
    """A daemon that was killed left its groups running: stopping and starting them is an outage."""
    cluster = both_serving(t, deadtime="5", warntime="2", initdead="6")
    alpha, beta = cluster.hosts
    starts = len(cluster.trace(alpha, "a", "start"))
    alpha.kill("heartbeatd")
    cluster.daemons[alpha].wait(10)
    cluster.start(alpha)
    cluster.wait_log(beta, "Heartbeat restart on node alpha")
    before = cluster.log(alpha).rfind("Starting heartbeat")
    cluster.wait_log(alpha, "Initial resource acquisition complete", since=before)
    time.sleep(1)
    assert cluster.runs(alpha, "a") and not cluster.runs(beta, "a")
    assert len(cluster.trace(alpha, "a", "start")) == starts, "started again"
    assert not cluster.trace(alpha, "a", "stop"), "stopped"
    assert cluster.runs(beta, "b") and not cluster.runs(alpha, "b")
    cluster.assert_exclusive("a", "b")


@test()
def standby_without_a_peer_changes_nothing(t):
    """Nobody could take the groups: they stay, and the log says so."""
    cluster = both_serving(t)
    alpha, beta = cluster.hosts
    cluster.stop(beta)
    cluster.wait_runs(alpha, "a", "b")
    cluster.tool(alpha, "hb_standby", "all")
    cluster.wait_log(alpha, "No reply to standby request|[Ss]tandby.*(ignored|refused|cancelled)")
    assert cluster.runs(alpha, "a", "b") and not cluster.trace(alpha, "a", "stop")


@test()
def tools_without_a_daemon_fail_at_once(t):
    """hb_standby of 3.0.6 hung for ever on the FIFO of a stopped daemon."""
    cluster = t.cluster()
    alpha = cluster["alpha"]
    for tool in ("hb_standby", "hb_takeover"):
        began = time.monotonic()
        assert cluster.tool(alpha, tool, "all", check=False).returncode != 0
        assert time.monotonic() - began < 2
        assert cluster.tool(alpha, tool, "nonsense", check=False).returncode == 1
