"""The helpers of Heartbeat 3.0.6 that scripts in the field call, at running daemons."""

from runner import test


@test()
def old_helpers_ask_the_running_daemon(t):
    """A script that starts a group behind the daemon's back would have it run on two nodes."""
    cluster = t.cluster()
    alpha, beta = cluster.hosts
    cluster.configure("alpha svc::a\nbeta svc::b\n", failback="off")

    def call(host, tool, *words, status=0, says=""):
        done = cluster.tool(host, tool, *words, check=False)
        assert done.returncode == status and says in done.stderr and not done.stdout, \
            f"{host.name}: {tool} {' '.join(words)}: {done}"

    # No daemon runs: the scripts are called from here.
    call(alpha, "ResourceManager", "takegroup", "svc::a")
    assert cluster.runs(alpha, "a")
    call(alpha, "ResourceManager", "givegroup", "svc::a")
    assert not cluster.runs(alpha, "a")
    call(alpha, "hb_addnode", "gamma", status=1, says="heartbeat is not running")

    cluster.start()
    cluster.wait_runs(alpha, "a")
    cluster.wait_runs(beta, "b")
    for host in cluster.hosts:
        cluster.settled(host)
    call(beta, "ResourceManager", "takegroup", "svc::a", says="asked it for 'hb_takeover foreign'")
    assert cluster.runs(beta, "a", "b") and not cluster.runs(alpha, "a")
    call(beta, "req_resource", "svc::a")
    call(beta, "ResourceManager", "givegroup", "svc::a", says="asked it for 'hb_standby foreign'")
    assert not cluster.runs(beta, "a")
    cluster.wait_runs(alpha, "a")
    call(beta, "mach_down", "alpha", status=1, says="nothing is taken from a node that heartbeat hears")
    call(beta, "hb_addnode", "gamma", status=1, says="add 'node gamma' to")
    cluster.wait_log(beta, "addnode.*not supported with haresources")

    cluster.power_cut(alpha)
    cluster.wait_log(beta, "node alpha: is dead")
    call(beta, "mach_down", "alpha")
    assert cluster.runs(beta, "a", "b")
    call(beta, "ResourceManager", "givegroup", "svc::a", status=1, says="no other node is there")
    assert cluster.runs(beta, "a", "b")
    cluster.assert_exclusive("a", "b")

    # What really runs here is in a report, and the key is not.
    made = beta.run("/usr/share/heartbeat/hb_report", "-S", "/var/log/report", timeout=60)
    assert made.stdout == "/var/log/report.tar.gz\n", made
    beta.shell("cd /var/log && tar -xzf report.tar.gz")
    for name, words in {"status": "heartbeat OK", "status.json": '"name": "beta"', "ha.cf": "node alpha beta",
                        "var_log_ha-log": "node alpha: is dead", "ip_addr": "eth0"}.items():
        assert words in beta.read(f"/var/log/report/beta/{name}"), name
    assert beta.shell("grep -r SharedSecret /var/log/report", check=False).returncode == 1
