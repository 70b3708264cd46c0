"""ipfail: groups go to the node that reaches more ping nodes; and what must not move them. The
stories also run with a real Heartbeat 3.0.6 and its ipfail on the other side (mixed/test_ipfail)."""

import re
import time

from cluster import wait_for
from runner import test
from switch import lose, lose_no_more
from watched import Watched

PROGRAM = "/usr/libexec/heartbeat/ipfail"
KEEPALIVE = 0.2
# Out for longer than deadping and twice keepalive, so that a give-up can begin in each turn.
AWAY, BACK = 1.4, 0.6


class Story:
    """A pair that watches one router."""

    def __init__(self, pair, **ha_cf):
        self.pair, self.cluster = pair, pair.cluster
        router = self.cluster.guest("router")
        self.number = self.cluster.number(router)
        self.cluster.witness.ignore(self.number)
        self.address = self.cluster.switch.address(0, self.number)
        pair.configure(keepalive=f"{KEEPALIVE * 1000:.0f}ms", extra=(
            f"ping {self.address}", "deadping 700ms", f"respawn hacluster {PROGRAM}"), **ha_cf)
        pair.serving()
        for host in self.cluster.hosts:
            self.cluster.wait_log(host, f"Status update for node {self.address}: status ping")
            wait_for(lambda: self.watches(host), 30, f"ipfail of {host.name} is signed on")
        # Each greets the other, which leads to a hand-over of nothing 2 x keepalive later.
        time.sleep(3)
        if hasattr(pair, "wait_stable"):
            pair.wait_stable()    # a real ipfail drops its wish while groups move
        self.marks = pair.marks()
        self.began = time.time()

    def watches(self, host):
        if "heartbeatd" in self.cluster.products[host].program:
            return "ipfail watches for" in self.cluster.log(host)
        return host.run("cl_status", "clientstatus", host.name, "ipfail",
                        check=False).returncode == 0

    def cut(self, host):
        """Its way to the router is gone, that to its peer is not."""
        lose(host, 100, "input", f"ip saddr {self.address}")

    def mend(self, host):
        lose_no_more(host, "input")

    def wait_dead(self, host):
        self.cluster.wait_log(host, f"node {self.address}: is dead", since=self.marks[host])

    def deaths(self, host):
        return len(re.findall(f"node {self.address}: is dead", self.pair.log(host, self.marks[host])))

    def moves(self, name):
        """How often the service was started since the story began."""
        return sum(call[0] > self.began for host in self.cluster.hosts
                   for call in self.cluster.trace(host, name, "start"))


def owner_loses_its_path(pair, **ha_cf):
    """Its groups go to the node that still reaches the router, once."""
    story = Story(pair, **ha_cf)
    story.cut(pair.alpha)
    story.wait_dead(pair.alpha)
    seen = time.time()
    pair.wait_places("beta", "beta")
    took = time.time() - seen
    pair.stays("beta", "beta", seconds=3)
    assert story.moves("a") == 1 and story.moves("b") == 0, \
        f"a {story.moves('a')} times, b {story.moves('b')} times"
    assert took < 2 * KEEPALIVE + 8, f"moved {took:.1f} s after the death"
    return took


def both_lose_it(pair, **ha_cf):
    """A router that is off moves nothing."""
    story = Story(pair, **ha_cf)
    story.cluster.switch.isolate(story.number, 0)
    for host in story.cluster.hosts:
        story.wait_dead(host)
    pair.stays("alpha", "beta", seconds=4)
    story.cluster.switch.plug(story.number, 0)
    for host in story.cluster.hosts:
        story.cluster.wait_log(host, f"Status update for node {story.address}: status ping",
                               since=story.marks[host])
    pair.stays("alpha", "beta", seconds=3)


def it_flaps(pair, **ha_cf):
    """Gone and back, again and again; returns how often groups were moved."""
    story = Story(pair, **ha_cf)
    end = time.monotonic() + (60 if pair.long else 15)
    while time.monotonic() < end:
        story.cut(pair.alpha)
        time.sleep(AWAY)
        story.mend(pair.alpha)
        time.sleep(BACK)
    assert story.deaths(pair.alpha) >= 3, f"only {story.deaths(pair.alpha)} deaths were seen"
    pair.wait_once_each()
    return story.moves("a") + story.moves("b")


@test(long_only=True, limit=120)
def groups_leave_a_node_that_lost_its_path(t):
    """The owner does not reach its router any more, but its peer: what nobody else would notice."""
    took = owner_loses_its_path(Watched(t).build(), failback="on")
    t.report(f"moved {took:.2f} s after the death of the ping node, twice keepalive is "
             f"{2 * KEEPALIVE} s")


@test(long_only=True, limit=120)
def nothing_moves_when_both_lost_it(t):
    """With failback on, where a balance is a reason to give back."""
    both_lose_it(Watched(t).build(), failback="on")


@test(long_only=True, limit=180)
def a_flapping_ping_node_moves_groups_once_at_most(t):
    """A loose cable at the router must not make a service unreachable twice a second."""
    moves = it_flaps(Watched(t).build(), failback="on")
    t.report(f"{moves} moves")
    assert moves <= 1, f"{moves} moves"
