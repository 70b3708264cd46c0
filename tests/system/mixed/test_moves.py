"""Groups that move because somebody says so, on either node, with either node's own tools."""

import time

from mixed.scenario import scenario


@scenario(limit=150)
def each_class_of_standby_and_takeover(pair):
    """The words that administrators type, and have in their scripts, on both nodes."""
    pair.build(failback="off").serving()
    steps = [("alpha", "hb_standby", "all", "beta", "beta"),
             ("alpha", "hb_takeover", "all", "alpha", "alpha"),
             ("beta", "hb_standby", "all", "alpha", "alpha"),
             ("alpha", "hb_standby", "foreign", "alpha", "beta"),
             ("alpha", "hb_standby", "local", "beta", "beta"),
             ("beta", "hb_standby", "failback", "alpha", "beta"),
             ("beta", "hb_takeover", "foreign", "beta", "beta"),
             ("alpha", "hb_takeover", "local", "alpha", "beta"),
             ("beta", "hb_takeover", "all", "beta", "beta"),
             ("beta", "hb_standby", "foreign", "alpha", "beta"),
             ("beta", "hb_standby", "local", "alpha", "alpha"),
             ("alpha", "hb_standby", "failback", "alpha", "beta")]
    slowest = {}
    for on, tool, word, *places in steps:
        host = pair.cluster[on]
        pair.wait_stable()
        began = time.time()
        pair.tool(host, tool, word)
        try:
            pair.wait_places(*places, timeout=15)
        except AssertionError as late:
            raise AssertionError(f"{tool} {word} on {on}: {late}") from None
        slowest[tool] = max(slowest.get(tool, 0.0), time.time() - began)
    for tool, seconds in slowest.items():
        pair.notes[f"slowest {tool}"] = f"{seconds:.2f} s"


@scenario()
def crossing_requests(pair):
    """Two administrators at two consoles: afterwards each group runs once, and a command works."""
    pair.build(failback="off").serving()
    for round_ in range(2):
        pair.wait_stable()
        home = tuple(next(iter(hosts)) for hosts in pair.owners.holders().values())
        for host in pair.cluster.hosts:
            pair.tool(host, "hb_standby", "all")
        pair.wait_stable(timeout=30)
        pair.wait_once_each()
        pair.notes[f"round {round_ + 1}"] = f"{'/'.join(home)} -> " + "/".join(
            next(iter(hosts)) for hosts in pair.owners.holders().values())
    pair.wait_stable()
    pair.tool(pair.alpha, "hb_takeover", "all")
    pair.wait_places("alpha", "alpha")


@scenario()
def standby_without_a_peer(pair):
    """Nobody could take the groups, so they stay."""
    pair.build(failback="off").serving()
    pair.wait_stable()
    pair.stop(pair.beta)
    pair.wait_places("alpha", "alpha")
    pair.tool(pair.alpha, "hb_standby", "all")
    pair.stays("alpha", "alpha", seconds=4)
    pair.cluster.start(pair.beta)
    pair.settled(pair.beta)
    pair.wait_stable(timeout=30)
    # A failback that was due since the peer's stop, or this command: either way beta gets its own.
    pair.tool(pair.alpha, "hb_standby", "foreign")
    pair.wait_places("alpha", "beta")
