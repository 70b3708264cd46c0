"""The native agents in the daemon: addresses of groups that share a subnet, and who else takes them;
a disk that is busy."""

import time
from pathlib import Path

from cluster import wait_for
from disk import Frozen, MountWatch, SharedDisk
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


@test(limit=120)
def an_address_that_somebody_else_takes_away_is_put_back(t):
    """networkd and NetworkManager clean up what they do not know; a stop of ours is none of that."""
    cluster = t.cluster(networks=2)
    alpha, beta = cluster.hosts
    cluster.configure("alpha 10.77.0.5/24/eth0 IPaddr2::fd77:0:0:0:0:0:0:5/64/eth0\n", scripts=(),
                      media=("bcast eth0", "bcast eth1"), failback="off")
    cluster.start()
    cluster.settled(alpha, timeout=40)
    cluster.settled(beta, timeout=40)
    address, address6 = FIRST
    cluster.wait_holder(address, alpha)
    cluster.wait_holder(address6, alpha)
    time.sleep(2.5)    # the burst of the start is over
    since = time.time()
    alpha.shell(f"ip address del {address}/24 dev eth0; ip address del {address6}/64 dev eth0")
    cluster.wait_log(alpha, f"{address} went from eth0: put back and announced. Taken by an admin")
    cluster.wait_log(alpha, f"{address6}.* went from eth0: put back|fd77.* went from eth0: put back")
    assert cluster.holders(address) == cluster.holders(address6) == [alpha]
    cluster.witness.wait_arp(address, 1, since, 10)

    # An interface that was taken down has lost its IPv6 addresses, and neighbours have forgotten it.
    since = time.time()
    alpha.shell("ip link set eth0 down")
    cluster.wait_log(alpha, "went with eth0, which is down or gone")
    assert "state DOWN" in alpha.shell("ip link show eth0").stdout, "nobody brings it up but you"
    alpha.shell("ip link set eth0 up")
    cluster.wait_log(alpha, f"{address} announced again: eth0 is up again")
    wait_for(lambda: cluster.holders(address6) == [alpha], 20, "the IPv6 address is back")
    cluster.witness.wait_arp(address, 1, since, 10)

    # Again and again: left alone, and said so.
    end = cluster.log_end(alpha)
    for _ in range(8):
        alpha.shell(f"ip address del {address}/24 dev eth0", check=False)
        if "was removed 5 times within 60 s: left alone" in cluster.log(alpha, end):
            break
        wait_for(lambda: cluster.holders(address) or "left alone" in cluster.log(alpha, end), 20,
                 "it is back or given up")
    cluster.wait_log(alpha, "was removed 5 times within 60 s: left alone for 300 s", since=end)

    end = cluster.log_end(alpha)
    cluster.tool(alpha, "hb_standby", "all")
    cluster.wait_holder(address, beta)
    cluster.wait_holder(address6, beta)
    cluster.settled(beta)
    assert "put back" not in cluster.log(alpha, end), "what we give away is not put back"


@test(limit=120)
def a_stale_owner_is_answered(t):
    """Neighbours believe whoever spoke last: a machine that still announces an address of ours."""
    cluster = t.cluster()
    alpha, beta = cluster.hosts
    cluster.configure("alpha IPaddr2::10.77.0.5/24/eth0\n", scripts=(), failback="off")
    cluster.start()
    cluster.settled(alpha, timeout=40)
    cluster.settled(beta, timeout=40)
    cluster.wait_holder("10.77.0.5", alpha)
    time.sleep(1.5)    # the burst of the start is over

    def claim():
        since = time.time()
        beta.run("/usr/libexec/heartbeat/hb_send_arp", "-i", "1", "-r", "1", "-p", "/run/stale.pid",
                 "eth0", "10.77.0.5", "auto", "not_used", "not_used")
        return since

    since = claim()
    cluster.witness.wait_arp("10.77.0.5", 1, since, 5)
    cluster.wait_log(alpha, "10.77.0.5 announced again: .* announced it on eth0")
    assert cluster.holders("10.77.0.5") == [alpha]
    for _ in range(20):
        time.sleep(1.05)    # he is answered once a second
        claim()
        if "is announced by another machine on eth0" in cluster.log(alpha):
            break
    cluster.wait_log(alpha, "answered 10 times within 60 s, left alone for 300 s", timeout=5)


@test(limit=60)
def addresses_are_announced_from_time_to_time(t):
    """For switches that forget; one pair for each address and time."""
    cluster = t.cluster()
    alpha, beta = cluster.hosts
    cluster.configure("alpha IPaddr2::10.77.0.5/24/eth0\n", scripts=(), extra=("announce_refresh 1",))
    cluster.start()
    cluster.settled(alpha, timeout=40)
    cluster.wait_holder("10.77.0.5", alpha)
    time.sleep(1.5)    # the burst of the start is over
    for _ in range(3):
        since = time.time()
        cluster.witness.wait_arp("10.77.0.5", 1, since, 3)
        time.sleep(0.1)
    assert "announced again" not in cluster.log(alpha)


@test(limit=120)
def a_disk_moves_without_a_script_and_is_freed(t):
    """Filesystem is carried out by the daemon itself, and what keeps the disk busy does not stay."""
    disk = SharedDisk(t.work)
    cluster = t.cluster()
    alpha, beta = cluster.hosts
    cluster.configure(f"alpha Filesystem::{disk.device}::/srv/data::ext4 svc::a\n", failback="off",
                      extra=("env FILESYSTEM_STOP_SECONDS=4",))
    for host in cluster.hosts:    # a script could not do anything
        host.shell("rm /usr/libexec/heartbeat/hb_agent")
    mounts = MountWatch(disk, cluster)
    cluster.start()
    cluster.settled(alpha, timeout=40)
    cluster.settled(beta, timeout=40)
    cluster.wait_runs(alpha, "a")
    assert disk.mounted_on(cluster) == [alpha]

    polite = alpha.spawn("sh", "-c", "cd /srv/data; : >polite; exec sleep 1000")
    stubborn = alpha.spawn("sh", "-c", "trap '' TERM; exec 3>/srv/data/file; : >/srv/data/stubborn; "
                                       "exec sleep 1000")
    bystander = alpha.spawn("sleep", "1000")
    for name in "polite", "stubborn":
        wait_for(alpha.path(f"/srv/data/{name}").exists, 10, f"{name} keeps the disk busy")
    cluster.tool(alpha, "hb_standby", "all")
    cluster.wait_moved(alpha, beta, "a", timeout=30)
    assert disk.mounted_on(cluster) == [beta]
    assert polite.wait(5) != 0 and stubborn.wait(5) != 0
    assert bystander.poll() is None
    for number in "TERM", "KILL":
        cluster.wait_log(alpha, rf"Filesystem\(/srv/data\): INFO: /srv/data is busy: sending "
                                rf"SIG{number} to process \d+ \(sleep\)")
    cluster.wait_log(alpha, f"Running /etc/ha.d/resource.d/Filesystem {disk.device} /srv/data ext4 stop")

    cluster.power_cut(beta)
    cluster.wait_runs(alpha, "a", timeout=30)
    assert disk.mounted_on(cluster) == [alpha]
    assert cluster.stop(alpha) == 0
    assert disk.mounted_on(cluster) == []
    assert "): ERROR: " not in cluster.log(alpha) + cluster.log(beta)
    mounts.assert_single()
    mounts.close()


@test(limit=120)
def a_filesystem_that_hangs_in_the_kernel_is_given_up(t):
    """Nothing ends a thread that hangs there: its group goes elsewhere, all others do not notice, and
    what comes after all does not happen."""
    disk = SharedDisk(t.work)
    cluster = t.cluster()
    alpha, beta = cluster.hosts
    cluster.configure("alpha Filesystem::t::/srv/slow/m::tmpfs svc::a\nalpha svc::b\n",
                      scripts=("svc",), failback="off", extra=("start_timeout 2",))
    alpha.shell(f"mkdir /srv/slow && mount {disk.device} /srv/slow")
    frozen = Frozen(alpha.path("/srv/slow"))    # who makes a folder there waits
    try:
        cluster.start()
        cluster.wait_runs(alpha, "b")
        cluster.wait_log(alpha, r"Filesystem\(t\): ERROR: it hangs and is given up: the folder /srv/slow/m")
        cluster.wait_runs(beta, "a", timeout=40)
        assert " /srv/slow/m tmpfs " in beta.run("cat", "/proc/mounts").stdout
        assert cluster.runs(alpha, "b") and not cluster.runs(alpha, "a")
    finally:
        frozen.thaw()
    wait_for(alpha.path("/srv/slow/m").is_dir, 10, "the hung call has gone on")
    assert cluster.stop(alpha, timeout=30) == 0
    assert "/srv/slow/m" not in alpha.run("cat", "/proc/mounts").stdout
    assert cluster.runs(beta, "a", "b")
