"""Configuration: what every tutorial shows, what is wrong and how it is said, what a reload does."""

import time

from cluster import LOG, wait_for
from runner import test
from witness import gaps

TUTORIAL_HA_CF = """logfile /var/log/ha-log
use_logd yes
keepalive 2
warntime 5
deadtime 30
initdead 120
udpport 6942
bcast eth0
ucast eth1 {peer}
auto_failback off
watchdog /dev/watchdog
respawn hacluster /usr/lib64/heartbeat/ipfail
apiauth dopd gid=haclient uid=hacluster
node node1 node2
"""
TUTORIAL_HARESOURCES = ("node1 IPaddr::10.0.0.200/24/eth0/ "
                        "Filesystem::/dev/loop1::/webdata::ext4 httpd tomcat\n")


@test(limit=120)
def tutorial_configuration_works_unchanged(t):
    """Line 4 of the promise: what people have had in /etc/ha.d for fifteen years just starts."""
    from disk import SharedDisk
    disk = SharedDisk(t.work)
    cluster = t.cluster(names=("node1", "node2"), networks=2)
    for number, host in enumerate(cluster.hosts, 1):
        host.write("/etc/ha.d/ha.cf", TUTORIAL_HA_CF.format(peer=f"10.0.1.{3 - number}"))
        host.write("/etc/ha.d/authkeys", "auth 1\n1 sha1 SomethingSecret\n", mode=0o600)
        host.write("/etc/ha.d/haresources", TUTORIAL_HARESOURCES)
        host.shell(f"mknod /run/disk b 7 {disk.device.removeprefix('/dev/loop')}; "
                   "mount --bind /run/disk /dev/loop1")
    for name in ("httpd", "tomcat"):
        cluster.init_script(name)
    cluster.start()
    node1, node2 = cluster.hosts
    cluster.wait_runs(node1, "httpd", "tomcat", timeout=60)
    assert cluster.holders("10.0.0.200") == [node1]
    assert " /webdata ext4 " in node1.run("cat", "/proc/mounts").stdout
    text = cluster.log(node1)
    for directive, words in (("use_logd", "needs no ha_logd"),
                             ("ipfail", "has nothing to compare")):
        assert any(directive in line and words in line
                   for line in text.splitlines()), f"no word on {directive}"
    assert "apiauth" not in text, text
    answer = node1.run("heartbeatd", "-s")
    assert "is running on node1" in answer.stdout, answer.stdout
    ports = {p.network for p in cluster.witness.messages(1)}
    assert ports == {0, 1}, f"heartbeats only on networks {ports}"
    assert cluster.stop(node1) == 0
    cluster.wait_runs(node2, "httpd", "tomcat", timeout=20)


@test()
def errors_of_all_three_files_are_told_at_once(t):
    """One start, one list: nobody should have to start six times to find six mistakes."""
    cluster = t.cluster()
    alpha = cluster["alpha"]
    cluster.configure("alpha svc::a\ngamma svc::c\n", keys="auth 2\n2 sha0 Secret\n",
                      extra=("frobnicate 1", "hopfudge 999"), keepalive="2s")
    cluster.start(alpha)
    assert cluster.daemons[alpha].wait(10) == 6
    said = alpha.console.read_text() + cluster.log(alpha)
    for place, words in (("ha.cf:3:", "keepalive"), ("ha.cf:9:", "frobnicate"),
                         ("ha.cf:10:", "hopfudge"), ("authkeys:2:", "sha0"),
                         ("haresources:2:", "gamma")):
        assert any(f"/etc/ha.d/{place}" in line and words in line for line in said.splitlines()), \
            f"nothing said of {place} {words}:\n{said}"
    assert "not started" in said
    assert not cluster.witness.messages(1), "it spoke all the same"


@test()
def readable_keys_are_refused(t):
    """A key that every user can read protects nothing; 3.0.6 refuses to start, so do we."""
    cluster = t.cluster()
    alpha = cluster["alpha"]
    cluster.configure("")
    alpha.path("/etc/ha.d/authkeys").chmod(0o644)
    cluster.start(alpha)
    assert cluster.daemons[alpha].wait(10) == 6
    assert "authkeys" in alpha.console.read_text() + cluster.log(alpha)


def serving(t, **options):
    cluster = t.cluster()
    cluster.configure("alpha svc::a\n", **{"deadtime": "2", **options})
    cluster.start()
    cluster.wait_runs(cluster["alpha"], "a")
    for host in cluster.hosts:
        cluster.settled(host)
    return cluster


def reload(cluster, host, answer):
    since = cluster.log_end(host)
    host.run("kill", "-HUP", cluster.pid(host))
    return cluster.wait_log(host, answer, since=since)


@test()
def reload_changes_timers_and_keys_in_the_running_process(t):
    """A changed timer or key must not cost a restart, let alone a failover."""
    cluster = serving(t)
    alpha, beta = cluster.hosts
    pids = [cluster.pid(host) for host in cluster.hosts]
    generation = cluster.witness.messages(1)[-1].fields["hg"]
    both = "1 sha1 SharedSecret\n2 sha256 AnotherSecret\n"
    for keys in ("auth 1\n" + both, "auth 2\n" + both, "auth 2\n2 sha256 AnotherSecret\n"):
        for host in cluster.hosts:
            host.write("/etc/ha.d/authkeys", keys, mode=0o600)
            reload(cluster, host, "Configuration reloaded")
    for host in cluster.hosts:
        host.write("/etc/ha.d/ha.cf", cluster.ha_cf(host, keepalive="50ms", deadtime="2",
                                                    failback="off"))
        reload(cluster, host, "Configuration reloaded")
    began = time.time()
    time.sleep(2)
    beats = [p.at for p in cluster.witness.messages(1, "status", since=began)]
    t.report(f"keepalive 200 -> 50 ms: {len(beats)} heartbeats in 2 s, "
             f"longest gap {max(gaps(beats)) * 1000:.0f} ms")
    assert len(beats) > 30
    assert [cluster.pid(host) for host in cluster.hosts] == pids
    assert cluster.witness.messages(1)[-1].fields["hg"] == generation
    assert "is dead" not in cluster.log(alpha) + cluster.log(beta)
    assert cluster.runs(alpha, "a") and len(cluster.trace(alpha, "a", "start")) == 1
    # auto_failback off is in force now, on both.
    cluster.power_cut(alpha)
    cluster.wait_runs(beta, "a")
    cluster.boot(alpha)
    cluster.start(alpha)
    cluster.settled(alpha)
    time.sleep(1)
    assert cluster.runs(beta, "a") and not cluster.runs(alpha, "a")


@test()
def reload_of_a_bad_file_changes_nothing(t):
    """A typing mistake at three in the morning must not end the service."""
    cluster = serving(t)
    alpha, beta = cluster.hosts
    pid = cluster.pid(alpha)
    good = alpha.read("/etc/ha.d/ha.cf")
    alpha.write("/etc/ha.d/ha.cf", good.replace("keepalive 200ms", "keepalive 50ms") + "nonsense\n")
    reload(cluster, alpha, "(?s)not reloaded.*")
    alpha.write("/etc/ha.d/ha.cf", good)
    alpha.write("/etc/ha.d/haresources", "gamma svc::a\n")
    reload(cluster, alpha, "not reloaded")
    alpha.write("/etc/ha.d/haresources", "alpha svc::a\n")
    reload(cluster, alpha, "Configuration unchanged|Configuration reloaded")
    began = time.time()
    time.sleep(1.5)
    beats = [p.at for p in cluster.witness.messages(1, "status", since=began)]
    assert 5 <= len(beats) <= 12, f"{len(beats)} heartbeats in 1.5 s with keepalive 200 ms"
    assert cluster.pid(alpha) == pid and cluster.runs(alpha, "a")
    assert "is dead" not in cluster.log(beta)
    assert len(cluster.trace(alpha, "a", "start")) == 1


@test()
def status_and_stop_options_answer_as_in_3_0_6(t):
    """Init scripts and monitoring rely on the exit codes of -s and -k."""
    cluster = t.cluster()
    alpha = cluster["alpha"]
    cluster.configure("")
    assert alpha.run("heartbeatd", "-s", check=False).returncode in (1, 3)
    assert alpha.run("heartbeatd", "-k", check=False).returncode == 0
    alpha.run("heartbeatd", "--no-reboot")    # forks: returns at once, the daemon runs
    wait_for(lambda: alpha.run("heartbeatd", "-s", check=False).returncode == 0, 5, "-s says OK")
    wait_for(lambda: cluster.witness.messages(1), 5, "it speaks")
    alpha.run("heartbeatd", "-k", timeout=20)
    assert alpha.run("heartbeatd", "-s", check=False).returncode in (1, 3)
    assert "Heartbeat shutdown complete" in alpha.read(LOG)
    assert not alpha.pids("heartbeatd")


def write_groups(cluster, text, hosts=None):
    for host in hosts or cluster.hosts:
        host.write("/etc/ha.d/haresources", text)


@test()
def reload_of_haresources_touches_what_has_changed(t):
    """A new address is one address more; what it stands beside must not notice."""
    cluster = serving(t)
    alpha, beta = cluster.hosts
    # On one node first, as everybody does it: the other one must not take what it knows of alone.
    for groups in ("alpha svc::a IPaddr2::10.0.0.210/24\nbeta svc::b\n", "alpha svc::a svc::c\n"):
        for host in (beta, alpha):
            write_groups(cluster, groups, [host])
            reload(cluster, host, "haresources counts as it is now")
        if "svc::b" in groups:
            cluster.wait_runs(beta, "b")
            wait_for(lambda: cluster.holders("10.0.0.210") == [alpha], 5, "the new address")
        else:
            cluster.wait_runs(alpha, "c")
            wait_for(lambda: not cluster.runs(beta, "b"), 5, "end of the group that is gone")
            assert cluster.holders("10.0.0.210") == []
    assert len(cluster.trace(alpha, "a", "start")) == 1 and not cluster.trace(alpha, "a", "stop")
    assert not cluster.trace(alpha, "b", "start") and not cluster.trace(beta, "c", "start")
    # What counts now is what is taken over.
    cluster.power_cut(alpha)
    cluster.wait_runs(beta, "a", "c")


@test(limit=120)
def a_hundred_reloads_stop_no_group(t):
    """Good files and bad ones at random, ten a second, through a takeover: `svc::a` is in all of
    them, and must run from beginning to end, moved once by the power cut."""
    import random
    dice = random.Random(4711)
    cluster = serving(t)
    alpha, beta = cluster.hosts
    good = ["alpha svc::a\n", "alpha svc::a svc::b\n", "alpha svc::a\nbeta svc::c\n",
            "alpha svc::a svc::d\nbeta svc::c svc::b\n", "beta svc::a\n"]
    bad = ["gamma svc::a\n", "alpha svc::a\nalpha svc::a\n", "alpha\n", ""]
    since = cluster.log_end(beta)
    began, refused, living = time.monotonic(), 0, [alpha, beta]
    for turn in range(100):
        is_bad = dice.random() < 0.4
        refused += is_bad
        text = dice.choice(bad if is_bad else good)
        hosts = [host for host in living if dice.random() < 0.8] or [beta]
        write_groups(cluster, text, hosts)
        for host in hosts:
            host.run("kill", "-HUP", cluster.pid(host))
        if turn == 50:
            cluster.power_cut(alpha)
            living = [beta]
        time.sleep(max(0, began + (turn + 1) * 0.1 - time.monotonic()))
    lasted = time.monotonic() - began
    write_groups(cluster, "alpha svc::a svc::b\n", [beta])
    reload(cluster, beta, "Configuration (reloaded|unchanged)")
    cluster.wait_runs(beta, "a", "b")
    taken = cluster.log(beta, since).count("counts as it is now")
    t.report(f"100 reloads in {lasted:.1f} s, {refused} of bad files; beta took over {taken} files")
    assert taken > 10
    assert not cluster.trace(alpha, "a", "stop") and not cluster.trace(beta, "a", "stop")
    assert len(cluster.trace(alpha, "a", "start")) == 1
    assert len(cluster.trace(beta, "a", "start")) == 1
