"""Every kind of line at once: whichever one is left, nothing happens but a warning for each that is
gone."""

import re

from cluster import wait_for
from runner import test
from serial_cable import DEVICE, SerialCable
from watched import Watched

NETWORKS = 5
# A port of its own for mcast6: a 3.0.6 would hear there what comes by ucast6 on another line.
LINES = ("bcast eth0", "mcast eth1 225.0.0.1 694 1 0", "ucast eth2 PEER", "ucast6 eth3 PEER6",
         "mcast6 eth4 ff02::694 695 1 0")
MEDIA = ("baud 115200", *LINES, f"serial {DEVICE}")
NAMES = [f"eth{network}" for network in range(NETWORKS)] + [DEVICE]


class AllMedia:
    """The lines of a pair by number, to be cut and healed in the same way."""

    def __init__(self, pair):
        self.pair = pair
        self.cable = SerialCable(pair.alpha, pair.beta, 115200)

    def cut(self, *numbers):
        for number in numbers:
            if number < NETWORKS:
                self.pair.cluster.switch.isolate(1, number)
            else:
                self.cable.dead = True

    def heal(self, *numbers):
        for number in numbers:
            if number < NETWORKS:
                self.pair.cluster.switch.plug(1, number)
            else:
                self.cable.dead = False

    def wait(self, state, marks, *numbers, timeout=20):
        """Until both nodes say so of each of these lines."""
        for host in self.pair.cluster.hosts:
            other = self.pair.cluster.peer(host).name
            for number in numbers:
                self.pair.cluster.wait_log(host, f"Link {other}:{NAMES[number]} {state}", timeout,
                                           marks[host])

    def each_left_alone(self, *places, timeout=20):
        """Leaves the first line alone, then the second, to the last: nothing moves. Each line
        changes four times in all, which is what is logged within a minute."""
        pair = self.pair
        everything = range(len(NAMES))
        self.wait("up", dict.fromkeys(pair.cluster.hosts, 0), *everything, timeout=timeout)
        marks = pair.marks()
        self.cut(*everything[1:])
        self.wait("dead", marks, *everything[1:], timeout=timeout)
        pair.stays(*places, seconds=1)
        for left in everything[1:]:
            since = pair.marks()
            self.heal(left)
            self.wait("up", since, left, timeout=timeout)
            self.cut(left - 1)
            self.wait("dead", since, left - 1, timeout=timeout)
            pair.stays(*places, seconds=1)
        return marks


@test(limit=150)
def each_line_alone_is_enough(t):
    """Redundant lines of every kind: only the last cut is a partition."""
    pair = Watched(t).build(networks=NETWORKS, media=MEDIA)
    media = AllMedia(pair)
    pair.serving()
    marks = media.each_left_alone("alpha", "beta")
    for host in pair.cluster.hosts:
        log = pair.log(host, marks[host])
        told = sorted(re.findall(r" WARN: Link \w+:(\S+) dead", log))
        # All but the first line were cut twice, the last one not yet again.
        assert told == sorted(NAMES[:-1] + NAMES[1:]), log
        assert len(re.findall(r" (?:WARN|ERROR|CRIT): ", log)) == len(told), log
    media.cut(len(NAMES) - 1)
    for host in pair.cluster.hosts:
        pair.cluster.wait_log(host, f"node {pair.cluster.peer(host).name}: is dead",
                              since=marks[host])
        wait_for(lambda: pair.cluster.runs(host, "a", "b"), 20, f"{host.name} runs both")
    media.heal(*range(len(NAMES)))
    pair.wait_places("alpha", "beta")
    media.cable.close()
