"""Hosts that go and come: power cuts, orderly stops, starts together and alone."""

import time

from cluster import wait_for
from faults.lab import scenario

ADDRESS = "10.0.0.100"
INITDEAD = 3.0


@scenario()
def power_cut(lab):
    """1 Power cut: the survivor serves soon after deadtime, whichever host it was."""
    lab.build(f"alpha IPaddr2::{ADDRESS}/24/eth0 svc::a\nbeta svc::b\n", (ADDRESS, "a", "b"))
    lab.serving("alpha", "alpha", "beta")
    for victim, survivor in ((lab.alpha, lab.beta), (lab.beta, lab.alpha)):
        lab.cluster.wait_steady()
        number, since = lab.cluster.number(survivor), lab.marks()[survivor]
        cut = lab.cluster.power_cut(victim)
        lab.wait_places(*[survivor.name] * 3)
        died = lab.cluster.witness.last_heartbeat(lab.cluster.number(victim), before=cut + 0.1)
        lost = lab.owners.spans(lambda count: count == 0, begin=cut)
        took = max(span.end for span in lost) - died
        lab.report(f"{victim.name}: last heartbeat to all groups on the survivor {took:.2f} s "
                   f"(deadtime 1 s)")
        assert lab.deadtime - 0.05 < took < lab.deadtime + 5
        assert lab.cluster.witness.first_arp(ADDRESS, number, since=cut), "nothing is announced"
        for cause in (f"node {victim.name}: is dead", f"Resources being acquired from {victim.name}"):
            assert lab.lines(survivor, cause, since), f"the log does not say: {cause}"
        lab.back(victim)
        lab.stays(*[survivor.name] * 3, seconds=1)


@scenario()
def clean_stop(lab):
    """2 Clean stop: a planned stop costs a moment, not deadtime."""
    lab.build(deadtime="10", warntime="5", initdead="10").serving()
    began = time.time()
    assert lab.cluster.stop(lab.alpha) == 0
    ended = time.time() - began
    lab.wait_places("beta", "beta")
    took = lab.cluster.trace(lab.beta, "a", "start")[-1][0] - began
    lab.report(f"stop asked to service on the peer {took * 1000:.0f} ms, "
               f"daemon ended after {ended:.1f} s (deadtime 10 s)")
    assert took < 5
    lab.cluster.assert_exclusive("a", "b")
    assert lab.lines(lab.beta, "Received shutdown notice from 'alpha'")
    assert not lab.lines(lab.beta, "is dead")
    del lab.cluster.daemons[lab.alpha]


def both_boot(lab, apart):
    lab.build()
    lab.cluster.start(lab.alpha)
    time.sleep(apart)
    lab.cluster.start(lab.beta)
    lab.wait_places("alpha", "beta")
    lab.settled()
    lab.stays("alpha", "beta", seconds=1)
    assert not lab.cluster.trace(lab.alpha, "b", "start"), "alpha took b before initdead was over"
    assert not lab.cluster.trace(lab.beta, "a", "start"), "beta took a before initdead was over"
    first = lab.cluster.witness.messages()[0].at
    later = lab.cluster.witness.messages(2)[0].at
    served = max(lab.cluster.trace(host, name, "start")[0][0]
                 for host, name in ((lab.alpha, "a"), (lab.beta, "b")))
    lab.report(f"{later - first:.1f} s apart: the second's first packet to all served "
               f"{served - later:.2f} s (initdead {INITDEAD:.0f} s)")
    assert served - later < INITDEAD


@scenario()
def both_boot_at_once(lab):
    """18 Both boot together: each group once, at home, without waiting for initdead."""
    both_boot(lab, 0.0)


@scenario()
def both_boot_just_within_initdead(lab):
    """18 Both boot together: the first waits for a second that needs nearly initdead to come."""
    both_boot(lab, 2.0)


@scenario()
def both_boot_without_a_link(lab):
    """18 Both boot together, without link: nobody serves before initdead, nobody waits for ever."""
    lab.build()
    lab.cluster.switch.isolate(1, 0)
    with lab.cause("no line"):
        lab.cluster.start()
        for number, host in enumerate(lab.cluster.hosts, 1):
            wait_for(lambda: lab.cluster.runs(host, "a", "b"), 20, f"{host.name} serves alone")
            waited = min(call[0] for call in lab.cluster.trace(host, action="start")) - \
                lab.cluster.witness.messages(number)[0].at
            lab.report(f"{host.name} alone: first packet to first start {waited:.2f} s")
            assert INITDEAD - 0.1 < waited < INITDEAD + 5
        lab.cluster.switch.plug(1, 0)
    healed = time.time()
    lab.wait_once_each()
    lab.report(f"link to each group once: {time.time() - healed:.2f} s")
    lab.stays_once_each(2)


@scenario()
def cold_start_alone(lab):
    """19 Cold start alone: waits initdead, then serves; a late second host does not disturb it."""
    lab.build()
    lab.cluster.start(lab.beta)
    lab.wait_places("beta", "beta")
    first = lab.cluster.witness.messages(2)[0].at
    started = min(call[0] for call in lab.cluster.trace(lab.beta, action="start"))
    lab.report(f"alone: first packet to first start {started - first:.2f} s (initdead 3 s)")
    assert INITDEAD - 0.1 < started - first < INITDEAD + 3
    assert lab.lines(lab.beta, "node alpha: is dead"), "the cause is not in the log"
    lab.cluster.start(lab.alpha)
    lab.settled(lab.alpha)
    lab.stays("beta", "beta")
    lab.cluster.assert_exclusive("a", "b")
