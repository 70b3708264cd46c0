"""auto_failback on, off and legacy, the same on both sides and differing: where the group is after
its node has left and come back."""

from mixed.scenario import scenario


def leave_and_return(pair, on_alpha, on_beta, boot=("alpha", "beta")):
    pair.build(deadtime="4", warntime="2", initdead="6")
    for host, word in zip(pair.cluster.hosts, (on_alpha, on_beta)):
        text = host.read("/etc/ha.d/ha.cf").replace("auto_failback on", f"auto_failback {word}")
        host.write("/etc/ha.d/ha.cf", text)
    pair.cluster.start()
    pair.wait_places(*boot)
    pair.wait_stable()
    pair.stop(pair.alpha)
    pair.wait_places("beta", "beta")
    pair.wait_ended(pair.alpha)
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
