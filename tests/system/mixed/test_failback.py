"""auto_failback on, off and legacy, the same on both sides and differing: where the group is after
its node has left and come back."""

import time

from mixed.scenario import scenario


def set_failback(pair, on_alpha, on_beta):
    for host, word in zip(pair.cluster.hosts, (on_alpha, on_beta)):
        text = host.read("/etc/ha.d/ha.cf").replace("auto_failback on", f"auto_failback {word}")
        host.write("/etc/ha.d/ha.cf", text)


def leave_and_return(pair, on_alpha, on_beta):
    pair.build(deadtime="4", warntime="2", initdead="6")
    set_failback(pair, on_alpha, on_beta)
    pair.serving()
    pair.wait_stable()
    pair.stop(pair.alpha)
    pair.wait_places("beta", "beta")
    pair.cluster.start(pair.alpha)
    pair.cluster.wait_log(pair.beta, "Status update for node alpha: status active",
                          since=pair.log(pair.beta).rfind("Received shutdown notice"))
    pair.settled(pair.alpha)


def goes_home(pair, *words):
    leave_and_return(pair, *words)
    pair.wait_places("alpha", "beta")
    pair.stays("alpha", "beta")


def stays_away(pair, *words):
    leave_and_return(pair, *words)
    pair.stays("beta", "beta", seconds=4)


def serves_and_survives(pair, on_alpha, on_beta):
    """Two real nodes may leave groups down in such a pair; with ours each runs once, before and
    after a death."""
    pair.build(deadtime="2", warntime="1", initdead="6")
    set_failback(pair, on_alpha, on_beta)
    pair.cluster.start()
    if pair.role == "reference":
        time.sleep(16)
        pair.notes["after 16 s"] = str({k: sorted(v) for k, v in pair.owners.holders().items()})
        return
    pair.wait_places("alpha", "beta", timeout=25)
    pair.stays("alpha", "beta")
    pair.cluster.power_cut(pair.alpha)
    pair.wait_places("beta", "beta")
    pair.cluster.boot(pair.alpha)
    pair.cluster.start(pair.alpha)
    pair.cluster.wait_log(pair.beta, "(?s)is dead.*Status update for node alpha: status active")
    pair.wait_once_each()
    time.sleep(12)    # a node that waits for a report of the other gives up after 10 s
    pair.wait_once_each()
    pair.stays_once_each()


@scenario()
def on_and_off(pair):
    """Only the word of the node that holds the group counts; here it says off."""
    stays_away(pair, "on", "off")


@scenario()
def off_and_on(pair):
    """Only the word of the node that holds the group counts; here it says on."""
    goes_home(pair, "off", "on")


@scenario()
def off_and_off(pair):
    """A group that came to the other node stays until somebody moves it."""
    stays_away(pair, "off", "off")


@scenario()
def legacy_and_legacy(pair):
    """The oldest mode asks for each group by name, and always fails back."""
    goes_home(pair, "legacy", "legacy")


@scenario()
def legacy_here_and_on_there(pair):
    """Changed on one node only: the groups must run all the same."""
    serves_and_survives(pair, "legacy", "on")


@scenario()
def on_here_and_legacy_there(pair):
    """The same the other way round."""
    serves_and_survives(pair, "on", "legacy")
