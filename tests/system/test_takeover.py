"""The first promise: a host dies, the other serves. Here the figures are taken."""

from cluster import DEBIAN
from runner import test

ADDRESS = "10.0.0.100"


def measured_takeover(cluster, owner):
    """Cuts the owner's power; (last heartbeat -> first ARP, all that ran) in seconds."""
    survivor = cluster.peer(owner)
    cut = cluster.power_cut(owner)
    arp = cluster.witness.wait_arp(ADDRESS, cluster.number(survivor), cut, timeout=20)
    return arp - cluster.witness.last_heartbeat(cluster.number(owner), before=arp), arp


@test(alone=True)
def survivor_announces_the_address_soon_after_deadtime(t):
    """The figure that users ask for first: how long is the address away when a host dies?"""
    cluster = t.cluster()
    alpha, beta = cluster.hosts
    cluster.configure(f"alpha IPaddr::{ADDRESS}/24/eth0\n")
    cluster.start()
    cluster.settled(alpha, timeout=40)
    cluster.settled(beta, timeout=40)
    cluster.wait_holder(ADDRESS, alpha)
    took, _ = measured_takeover(cluster, alpha)
    t.report(f"last heartbeat to first ARP: {took * 1000:.1f} ms (deadtime 1000 ms)")
    bound = 3.0 if cluster.product is DEBIAN else 1.5
    assert 0.95 < took < bound, f"took {took:.3f} s"
    cluster.wait_holder(ADDRESS, beta)
