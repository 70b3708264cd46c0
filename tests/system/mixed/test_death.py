"""Nodes that go: by a power cut, by an orderly stop, and for a moment only."""

import time

from mixed.scenario import scenario

ADDRESS = "10.0.0.100"


def cut_and_return(pair, victim, survivor, home):
    """Cuts one host's power, waits for the takeover, boots it again, waits until all is at home."""
    cut = pair.cluster.power_cut(victim)
    pair.wait_places(*[survivor.name] * len(home))
    last = pair.cluster.witness.last_heartbeat(pair.cluster.number(victim), before=cut + 0.1)
    took = pair.owners.spans(lambda count: count == 0, begin=cut)
    lost = max(span.end for span in took) - last
    pair.notes[f"last heartbeat of {victim.name} to all groups on {survivor.name}"] = f"{lost:.2f} s"
    pair.stays(*[survivor.name] * len(home), seconds=1)
    pair.cluster.boot(victim)
    pair.cluster.start(victim)
    pair.wait_places(*home)
    pair.stays(*home)


@scenario()
def each_loses_power_and_returns(pair):
    """What a cluster is for. The survivor takes an address and services, and gives them back."""
    home = ("alpha", "alpha", "beta")
    pair.build(f"alpha IPaddr2::{ADDRESS}/24/eth0 svc::a\nbeta svc::b\n", (ADDRESS, "a", "b"))
    pair.serving(*home)
    pair.cluster.wait_steady()
    cut_and_return(pair, pair.alpha, pair.beta, home)
    pair.cluster.wait_steady()
    cut_and_return(pair, pair.beta, pair.alpha, home)


@scenario()
def each_stops_in_order_and_returns(pair):
    """Maintenance: the peer takes over at the last word of the one that leaves, not at deadtime."""
    # So long that the scripts of a 3.0.6 on a busy machine are not taken for it.
    pair.build(deadtime="30", warntime="10", initdead="40")
    pair.serving()
    for leaver, stayer in ((pair.alpha, pair.beta), (pair.beta, pair.alpha)):
        pair.wait_stable()
        began = time.time()
        pair.cluster.ask_to_stop(leaver)
        pair.wait_places(stayer.name, stayer.name, timeout=28)
        pair.notes[f"stop of {leaver.name} to all groups on {stayer.name}"] = \
            f"{time.time() - began:.2f} s"
        pair.wait_ended(leaver)
        pair.stays(stayer.name, stayer.name, seconds=1)
        pair.cluster.start(leaver)
        pair.wait_places("alpha", "beta")
        pair.stays("alpha", "beta")


@scenario(tolerated=("Ignored standby message 'done'",))
def both_stop_at_once(pair):
    """A site goes down at night: nobody may take over what nobody wants, and both must end."""
    # The later 3.0.6 takes over at the other's last word. When its scripts need longer than deadtime
    # (a busy machine) it cancels that, and then does not know its own `done`.
    pair.build().serving()
    pair.wait_stable()
    for host in pair.cluster.hosts:
        pair.cluster.ask_to_stop(host)
    for host in pair.cluster.hosts:
        pair.wait_ended(host)
    pair.wait_places(None, None, timeout=1)


@scenario()
def each_restarts_within_deadtime(pair):
    """A reset that is faster than deadtime: nobody is declared dead, and nothing may get lost."""
    pair.build(deadtime="10", warntime="5", initdead="12")
    pair.serving()
    for host in pair.cluster.hosts:
        pair.wait_stable()
        pair.cluster.power_cut(host)
        pair.cluster.boot(host)
        pair.cluster.start(host)
        pair.wait_places("alpha", "beta")
        pair.stays("alpha", "beta")
    assert "is dead" not in pair.log(pair.alpha) + pair.log(pair.beta)


@scenario()
def owner_of_everything_restarts_within_deadtime(pair):
    """Two real nodes leave the other's groups down for ever then (bug B5); with ours in the pair
    each group must run again."""
    pair.build(deadtime="10", warntime="5", initdead="12", failback="off")
    pair.serving()
    pair.wait_stable()
    pair.tool(pair.alpha, "hb_takeover", "all")
    pair.wait_places("alpha", "alpha")
    pair.wait_stable()
    pair.cluster.power_cut(pair.alpha)
    pair.cluster.boot(pair.alpha)
    pair.cluster.start(pair.alpha)
    if pair.role == "reference":
        pair.wait_places("alpha", None)
        pair.stays("alpha", None, seconds=5)
        return
    pair.wait_once_each()
    pair.stays_once_each()
