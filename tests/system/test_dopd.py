"""dopd: the other node's copy of a DRBD resource is outdated through Heartbeat's lines. `drbdadm` is
a script that notes how it was called. The other node runs 3.0.6 with Debian's own dopd."""

from cluster import DEBIAN, OURS, wait_for
from runner import test

LIBEXEC = "/usr/libexec/heartbeat"
DOPD = f"{LIBEXEC}/dopd"
OUTDATER = f"{LIBEXEC}/drbd-peer-outdater"
DRBDADM = """#!/bin/sh
echo "$(id -un) $*" >>/var/log/drbdadm
case $2 in slow) sleep 4 ;; old) exit 5 ;; primary) exit 17 ;; broken) exit 1 ;; esac
exit 0
"""


def asks(host, peer, resource, *more):
    return host.run(OUTDATER, "-p", peer, "-r", resource, "-t", "30", *more, check=False).returncode


@test(crowd=True, limit=120)
def drbd_peers_are_outdated(context):
    """DRBD goes on writing on this answer: ours and 3.0.6's dopd must understand each other."""
    cluster = context.cluster(product=(DEBIAN, OURS))
    cluster.configure("", deadtime="2", warntime="1", initdead="5", keepalive="300ms",
                      extra=("realtime off", "apiauth dopd uid=hacluster",
                             f"respawn hacluster {DOPD}"))
    real, ours = cluster.hosts
    for host in cluster.hosts:
        host.write("/usr/sbin/drbdadm", DRBDADM, mode=0o755)
        host.shell("touch /var/log/drbdadm; chmod 666 /var/log/drbdadm; "
                   "mkdir -p /run/heartbeat/dopd; chown -R hacluster:haclient /run/heartbeat")
    cluster.start()
    cluster.wait_log(ours, "waits for drbd-peer-outdater", timeout=40)
    wait_for(lambda: real.run("cl_status", "clientstatus", "beta", "dopd", "3000",
                              check=False).stdout.strip() == "online", 40,
             "alpha sees our dopd", every=0.2)
    wait_for(lambda: ours.run("cl_status", "clientstatus", "alpha", "dopd", "3000",
                              check=False).stdout.strip() == "online", 40,
             "beta sees the real dopd", every=0.2)
    # We ask, Debian's dopd runs drbdadm.
    for resource, value in (("r0", 4), ("old", 3), ("primary", 6), ("broken", 20)):
        assert asks(ours, "ALPHA", resource) == value, resource
    called = real.read("/var/log/drbdadm")
    assert "hacluster outdate r0\n" in called, called
    # Their program is answered by our dopd.
    assert asks(ours, "beta", "r0") == 5, "ourselves"
    assert asks(ours, "nobody", "r0") == 5
    assert asks(ours, "alpha", "r0;touch /x") == 20
    # A second question about the same resource, while the first one waits.
    first = ours.spawn(OUTDATER, "-p", "alpha", "-r", "slow")
    cluster.wait_log(ours, "alpha is to outdate slow")
    assert asks(ours, "alpha", "slow") == 21
    assert first.wait(30) == 4
    # Debian's dopd asks, we run drbdadm; theirs dies after each answer and comes again.
    for resource, value in (("r0", 4), ("old", 3), ("primary", 6)):
        wait_for(lambda: asks(real, "beta", resource) == value, 40,
                 f"alpha is answered {value} of {resource}", every=0.3)
    called = ours.read("/var/log/drbdadm")
    assert "hacluster outdate r0\n" in called, called
    assert "ended by signal" not in cluster.log(ours)
    # What 3.0.6 would send: the same fields.
    said = [packet.fields for packet in cluster.witness.messages(cluster.number(ours))
            if packet.fields["t"] in ("start_outdate", "outdate_rc")]
    wanted = {"start_outdate": ["t", "src", "dop_res", "dest", "from_id", "to_id"],
              "outdate_rc": ["t", "dop_value", "dop_res", "src", "dest", "from_id", "to_id"]}
    for kind, names in wanted.items():
        shown = [list(fields)[:len(names)] for fields in said if fields["t"] == kind]
        assert shown and all(each == names for each in shown), (kind, shown)
    # Nobody is left to ask.
    cluster.power_cut(real)
    cluster.wait_log(ours, r"alpha: is dead|node alpha", timeout=30)
    wait_for(lambda: asks(ours, "alpha", "r0") == 5, 20, "a dead node is unreachable", every=0.2)
    assert cluster.stop(ours) == 0
    assert not ours.path("/run/heartbeat/dopd/outdater").exists()
