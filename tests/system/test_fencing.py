"""Two nodes that cannot hear each other, one disk, and a power switch: what users lose data by."""

import functools
import re

from cluster import wait_for
from fenced import FencedPair, figures
from power import AgentSwitch, ExternalSwitch, IpmiSwitch, PowerSwitch
from runner import test


class SlowSwitch(PowerSwitch):
    """The other node's delay runs while it is at work."""
    slow = 0.7


def cut_one_each(pair, rounds):
    """alpha, the first of ha.cf, need not wait."""
    cuts = []
    for _ in range(rounds):
        pair.one_each()
        cuts.append(pair.survives(pair.alpha, 0))
    pair.t.report(f"{pair.switch.shown}, one each: beta is shot, {figures(cuts)}")


def cut_all_on_beta(pair, rounds):
    """beta waits once, alpha, which runs less, twice."""
    cuts = []
    for _ in range(rounds):
        pair.all_on(pair.beta)
        cuts.append(pair.survives(pair.beta, 1))
    pair.t.report(f"{pair.switch.shown}, all on beta: alpha is shot, {figures(cuts)}")


def cut_every_line(t, device):
    """Every line is cut at once, three times in each direction of ownership: the owner of more
    survives. Then alpha loses its power by itself."""
    pair = FencedPair(t, device)
    cut_one_each(pair, 3)
    cut_all_on_beta(pair, 3)
    said_of_the_device(pair)
    pair.one_each()
    found = pair.finds_it_off(pair.beta, 1)
    t.report(f"{pair.switch.shown}, off already: confirmed after {found.device:.2f} s")
    pair.close()


def said_of_the_device(pair):
    def read():
        return pair.beta.run("/usr/sbin/heartbeatd", "-s", "-v").stdout

    named = re.escape(pair.switch.shown) + r" \(line \d+\)"
    # A shot is written down at the next turn of a second.
    wait_for(lambda: len(re.findall(rf"Z alpha \[{named}\] confirmed after \d+ ms", read())) == 3, 5,
             "three resets are in the history")
    report = read()
    assert re.search(named + ": answers", report), report
    for file in ("/var/log/ha-log", "/var/log/ha-debug"):
        assert "verysecret" not in report + pair.beta.read(file)


@test(crowd=True, limit=240)
def a_full_cut_leaves_one_node_and_one_mount(t):
    """What users lose data by: a full cut and one disk."""
    cut_every_line(t, PowerSwitch)


@test(crowd=True, limit=240)
def a_full_cut_with_a_script_of_cluster_glue(t):
    """The devices that Heartbeat's users have are driven by these scripts."""
    cut_every_line(t, ExternalSwitch)


@test(crowd=True, limit=240)
def a_full_cut_with_a_fence_agent(t):
    """The devices of today are driven by these agents."""
    cut_every_line(t, AgentSwitch)


@test(crowd=True, limit=360)
def a_full_cut_with_a_server_that_has_ipmi(t):
    """The real thing: fence_ipmilan, LAN packets, a BMC that cuts the power."""
    cut_every_line(t, IpmiSwitch)


@test(crowd=True, limit=1500)
def both_are_cut_at_the_same_instant(t):
    """Two that shoot each other at once leave nobody; here the device is at work while the other
    node's delay runs. In turns the cables are out and the switch between them is dead."""
    pair = FencedPair(t, SlowSwitch)
    cuts = []
    for number in range(30 if t.long else 2):
        if number % 2 == 0:
            pair.one_each()
            cuts.append(pair.survives(pair.alpha, 0, pair.switch_dead, pair.switch_works))
        else:
            pair.all_on(pair.beta)
            cuts.append(pair.survives(pair.beta, 1))
    t.report(f"race: one of two survived, {figures(cuts)}")
    pair.close()


def fifty_in_a_row(t, device, direction):
    """What works three times may fail once in fifty."""
    pair = FencedPair(t, device)
    direction(pair, 50)
    pair.close()


for _device, _limit in ((PowerSwitch, 1800), (ExternalSwitch, 1800), (AgentSwitch, 1800),
                        (IpmiSwitch, 3000)):
    for _direction in (cut_one_each, cut_all_on_beta):

        @functools.wraps(fifty_in_a_row)
        def _run(t, device=_device, direction=_direction):
            fifty_in_a_row(t, device, direction)

        _run.__name__ = f"fifty_in_a_row.{_device.__name__}.{_direction.__name__}"
        test(crowd=True, long_only=True, limit=_limit)(_run)
