"""A mixed cluster comes up: together, in both orders, apart."""

import time

from mixed.scenario import scenario


def boots(pair, *order, pause=0.0):
    pair.build()
    began = time.time()
    first, second = order
    pair.cluster.start(pair.cluster[first])
    time.sleep(pause)
    pair.cluster.start(pair.cluster[second])
    pair.wait_places("alpha", "beta")
    pair.notes["start to service"] = f"{time.time() - began:.1f} s"
    pair.settled()
    pair.stays("alpha", "beta")


@scenario()
def alpha_first(pair):
    """Both hosts get their power back at once."""
    boots(pair, "alpha", "beta")


@scenario()
def beta_first(pair):
    """The same the other way round: who is first on the line must not matter."""
    boots(pair, "beta", "alpha")


@scenario()
def five_seconds_apart(pair):
    """One host needs longer for its file systems: within initdead, the other must wait for it."""
    boots(pair, "alpha", "beta", pause=5)
