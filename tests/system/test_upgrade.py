"""A node on which Debian's heartbeat was installed before: its files are still there."""

import shutil
import subprocess
import time

from runner import REPO, test
from test_handover import wait_places


def debian_package():
    """The file of Debian's heartbeat package, fetched once."""
    store = REPO / "build" / "debian-heartbeat"
    store.mkdir(parents=True, exist_ok=True)
    if not list(store.glob("heartbeat_*.deb")):
        fetch = ["apt-get", "download", "-q", "heartbeat"]
        if subprocess.run(fetch, cwd=store, capture_output=True).returncode != 0:
            subprocess.run(["apt-get", "update", "-q"], check=True, capture_output=True)
            subprocess.run(fetch, cwd=store, check=True, capture_output=True)
    (package,) = store.glob("heartbeat_*.deb")
    return package


def debian_files(work):
    """Scripts and helpers of Debian's heartbeat package, unpacked, not installed."""
    unpacked, tree = work / "unpacked", work / "debian"
    subprocess.run(["dpkg", "-x", debian_package(), unpacked], check=True)
    for part in ("etc/ha.d", "usr/share/heartbeat"):
        shutil.copytree(unpacked / part, tree / part, symlinks=True)
    return tree


@test()
def scripts_of_the_old_heartbeat_do_not_start_groups_twice(t):
    """Its rc.d scripts would take over once more what the daemon itself has taken over."""
    cluster = t.cluster(trees=(debian_files(t.work),))
    alpha, beta = cluster.hosts
    cluster.configure("alpha svc::a svc::a2\nbeta svc::b\n", failback="on")
    assert alpha.path("/etc/ha.d/rc.d/status").exists(), "the old files are not in place"
    cluster.start()
    cluster.wait_runs(alpha, "a", "a2")
    cluster.wait_runs(beta, "b")
    for host in cluster.hosts:
        cluster.settled(host)
    cluster.power_cut(alpha)
    cluster.wait_runs(beta, "a", "a2")
    cluster.boot(alpha)
    cluster.start(alpha)
    wait_places(cluster, "alpha", "beta")
    time.sleep(0.5)    # a command in the last moment of a hand-over is refused, as in 3.0.6
    cluster.tool(alpha, "hb_takeover", "all")
    wait_places(cluster, "alpha", "alpha")
    starts = {(host.name, name): len(cluster.trace(host, name, "start"))
              for host in cluster.hosts for name in ("a", "a2", "b")}
    assert starts == {("alpha", "a"): 2, ("alpha", "a2"): 2, ("alpha", "b"): 1,
                      ("beta", "a"): 1, ("beta", "a2"): 1, ("beta", "b"): 1}, starts
    cluster.assert_exclusive("a", "a2", "b")
    assert "mach_down(default)" not in cluster.log(beta)
