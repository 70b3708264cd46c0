"""What a service manager hears of a real daemon, and what its scripts do not hear of it."""

import statistics

from cluster import wait_for
from runner import test
from service_manager import listen, told
from witness import gaps

def states(host):
    return [text for _, text in told(host) if not text.startswith(("WATCHDOG=", "STATUS="))]


def words(host):
    return [text.removeprefix("STATUS=") for _, text in told(host) if text.startswith("STATUS=")]


def reload(host, count):
    """Asks for one; waits until `count` states were told, and returns the last two."""
    host.run("kill", "-HUP", host.read("/run/heartbeat.pid").strip())
    wait_for(lambda: len(states(host)) >= count, 20, "the reload is told")
    return states(host)[count - 2:]


@test()
def the_service_manager_hears_each_state(t):
    """start, reload, refused reload, stop; that the daemon lives, twice as often as asked for."""
    cluster = t.cluster()
    alpha, beta = cluster.hosts
    cluster.configure("alpha svc::a\nbeta svc::b\n")
    script = alpha.read("/etc/ha.d/resource.d/svc")
    alpha.write("/etc/ha.d/resource.d/svc",
                script.replace("unset LD_PRELOAD", "env >>/run/environment"), mode=0o755)
    listen(alpha)
    cluster.start(alpha, wrapper=("env", "NOTIFY_SOCKET=/run/notify", "WATCHDOG_USEC=800000"))
    cluster.start(beta)
    cluster.wait_runs(alpha, "a")
    cluster.wait_runs(beta, "b")
    assert states(alpha) == ["READY=1"]
    wait_for(lambda: "1 of 2 groups runs here; beta active" in words(alpha), 20, "a line for people")

    def alive():
        return [when for when, text in told(alpha) if text == "WATCHDOG=1"]
    wait_for(lambda: len(alive()) > 5, 20, "the daemon says that it lives")
    pauses = gaps(alive())
    assert 0.3 < statistics.median(pauses) < 0.5, f"WATCHDOG=1 each {pauses} s, expected 0.4"

    reloading, ready = reload(alpha, 3)
    assert reloading.startswith("RELOADING=1|MONOTONIC_USEC=") and ready == "READY=1", reloading
    good = alpha.read("/etc/ha.d/ha.cf")
    alpha.write("/etc/ha.d/ha.cf", good + "frobnicate 1\n")
    reloading, ready = reload(alpha, 5)
    assert reloading.startswith("RELOADING=1|MONOTONIC_USEC=") and ready == "READY=1", reloading
    wait_for(lambda: words(alpha)[-1].endswith("; the last reload was refused"), 20, "refused")
    alpha.write("/etc/ha.d/ha.cf", good)
    reload(alpha, 7)
    wait_for(lambda: "refused" not in words(alpha)[-1], 20, "all is well")

    alpha.write("/run/svc-a.slow-stop", "2")
    cluster.ask_to_stop(alpha)
    wait_for(lambda: states(alpha)[-1] == "STOPPING=1", 20, "the stop is told")
    assert alpha.path("/run/svc-a").exists(), "told at the end, not at the beginning"
    assert cluster.daemons[alpha].wait(30) == 0
    assert states(alpha).count("STOPPING=1") == 1 and states(alpha)[-1] == "STOPPING=1"
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC"):
        assert name not in alpha.read("/run/environment"), f"scripts hear of {name}"
