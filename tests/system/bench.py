"""Takeover side by side: ours, Debian's Heartbeat 3.0.6 and Keepalived, on the same switch with the
same detection time of about one second. Measures; judges nothing."""

import statistics
import sys
import time

import workspace
from cluster import DEBIAN, OURS, Cluster, wait_for

ADDRESS = "10.0.0.100"
ROUNDS = 5
# Three advertisements and the backup's skew: 3 x 0.28 + (256 - 100) / 256 x 0.28 s.
KEEPALIVED_DETECTION = 0.28 * (3 + 156 / 256)
_KEEPALIVED = """
global_defs {{
    vrrp_version 3
}}
vrrp_instance one {{
    interface eth0
    virtual_router_id 51
    state BACKUP
    priority {priority}
    advert_int 0.28
    virtual_ipaddress {{
        {address}/24
    }}
}}
"""


def takeover(cluster, owner):
    """Cuts the owner's power; seconds from its last packet to the survivor's first ARP."""
    wait_for(lambda: cluster.holders(ADDRESS) == [owner], 60, f"{owner.name} has the address", 0.05)
    time.sleep(1.5)
    survivor = cluster.peer(owner)
    cut = cluster.power_cut(owner)
    arp = cluster.witness.wait_arp(ADDRESS, cluster.number(survivor), cut, timeout=30)
    last = cluster.witness.last_heartbeat(cluster.number(owner), before=arp)
    return arp - last


def heartbeat(work, product, trees):
    cluster = Cluster(work, trees, product)
    cluster.configure(f"alpha IPaddr::{ADDRESS}/24/eth0\n")
    cluster.start()
    for host in cluster.hosts:
        cluster.settled(host, timeout=60)
    cluster.wait_steady()
    took = takeover(cluster, cluster["alpha"])
    cluster.close()
    return took


def keepalived(work):
    cluster = Cluster(work)
    for host, priority in zip(cluster.hosts, (200, 100)):
        host.write("/etc/keepalived/keepalived.conf",
                   _KEEPALIVED.format(priority=priority, address=ADDRESS))
        cluster.daemons[host] = host.spawn("keepalived", "-n", "-l", "--vrrp")
    took = takeover(cluster, cluster["alpha"])
    cluster.close()
    return took


def measure(work):
    stage = workspace.install(work / "tree")
    rows = []
    for name, detection, once in (
            ("ours", 1.0, lambda at: heartbeat(at, OURS, (stage,))),
            ("Heartbeat 3.0.6", 1.0, lambda at: heartbeat(at, DEBIAN, ())),
            ("Keepalived", KEEPALIVED_DETECTION, keepalived)):
        figures = []
        for number in range(ROUNDS):
            figures.append(once(work / f"{name.split()[0]}{number}") * 1000)
            print(f"  {name}: {figures[-1]:.1f} ms", flush=True)
            time.sleep(0.5)    # the kernel still takes down the last cluster
        rows.append((name, detection * 1000, figures))
    base = statistics.median(rows[0][2]) - rows[0][1]
    print(f"\nlast heartbeat to first ARP, {ROUNDS} rounds each, milliseconds\n")
    print(f"{'':16} {'detection':>9} {'median':>8} {'worst':>8} {'beyond detection':>17} {'ratio':>7}")
    for name, detection, figures in rows:
        beyond = statistics.median(figures) - detection
        print(f"{name:16} {detection:9.0f} {statistics.median(figures):8.1f} {max(figures):8.1f} "
              f"{beyond:17.1f} {beyond / base if base > 0 else float('nan'):7.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(workspace.run_apart(measure))
