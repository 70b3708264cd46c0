"""(a) Unplanned takeover: the owner loses its power; from its last heartbeat on the wire to the
survivor's ARPs, both ends by the kernel's time stamps on the switch."""

import time

from figures import HEARTBEAT, OURS
from helpers import Helper
from products import Heartbeat, Keepalived, Ours, addresses

CASES = {"1 address": [1], "10 addresses": [10], "100 addresses": [100], "1,000 addresses": [1000],
         "100 groups of 10": [10] * 100}
_SERIAL_CASES = {"1 address": [1], "10 addresses": [10], "50 addresses": [50]}
MANY_TIMES = "1 address, many times"
FIRST, LAST, UP = "first ARP", "last address's first ARP", "last address up"
BEYOND = "beyond detection"


def groups_of(sizes):
    groups, first = [], 0
    for size in sizes:
        groups.append(addresses(size, first))
        first += size
    return groups


def first_arps(witness, number, since, wanted):
    """When each wanted address was first announced by that host."""
    found = {}
    for packet in witness.packets(since):
        if packet.arp in wanted and packet.sender == number:
            found.setdefault(packet.arp, packet.at)
    return found


def take_over(pair):
    """One power cut; seconds after the owner's last heartbeat: {what: seconds}."""
    cluster = pair.cluster
    wanted = {address for group in pair.groups for address in group}
    watch = Helper(pair.survivor, "address_watch.py", len(wanted))
    try:
        number = cluster.number(pair.survivor)
        cut = cluster.power_cut(pair.owner)
        time.sleep(pair.detection + 0.5)    # nobody looks while it happens
        end = time.monotonic() + 60
        while len(arps := first_arps(cluster.witness, number, cut, wanted)) < len(wanted):
            if time.monotonic() > end:
                raise TimeoutError(f"{pair.name}: {len(arps)} of {len(wanted)} announced in 60 s")
            time.sleep(0.2)
        up = watch.finish()
        first, last = min(arps.values()), max(arps.values())
        beat = cluster.witness.last_heartbeat(cluster.number(pair.owner), before=first)
        return {FIRST: first - beat, LAST: last - beat,
                UP: max(up[address] for address in wanted) - beat}
    finally:
        watch.close()


def add(figures, case, pair, took):
    for what, seconds in took.items():
        figures.add("a", case, what, pair.name, "ms", seconds * 1000)
        figures.add("a", case, f"{what}, {BEYOND}", pair.name, "ms",
                    (seconds - pair.detection) * 1000)


def one_round(figures, place, kind, case, sizes):
    pair = kind(place.work(), place.trees)
    try:
        pair.configure(groups_of(sizes))
        pair.start()
        pair.wait_ready()
        add(figures, case, pair, take_over(pair))
    finally:
        pair.close()


def many_times(figures, place, kind, times):
    """The same pair again and again, for a 99th percentile: the node without power boots, and the
    next cut is the other's."""
    pair = kind(place.work(), place.trees)
    try:
        pair.configure(groups_of([1]), failback="off")
        pair.start()
        pair.wait_ready()
        for number in range(times):
            took = take_over(pair)
            add(figures, MANY_TIMES, pair, {FIRST: took[FIRST]})
            if number + 1 == times:
                break
            pair.wait_serving(pair.survivor)
            return_of_the_dead(pair)
    finally:
        pair.close()


def return_of_the_dead(pair):
    cluster, dead = pair.cluster, pair.owner
    cluster.boot(dead)
    since = cluster.log_end(dead) if pair.name == OURS else dead.console.stat().st_size
    cluster.witness.forget()
    pair.start(dead)
    pair.wait_returned(dead, since)
    pair.swap()
    pair.wait_ready_owner()


def run(figures, place):
    quick = place.quick
    cases = {"1 address": [1], "1,000 addresses": [1000]} if quick else CASES
    for case, sizes in cases.items():
        for _ in range(place.rounds):
            for kind in (Ours, Keepalived):
                place.attempt(f"{case}, {kind.name}", one_round, figures, place, kind, case, sizes)
    serial = {"1 address": [1]} if quick else _SERIAL_CASES
    for case, sizes in serial.items():
        for _ in range(place.rounds):
            place.attempt(f"{case}, {HEARTBEAT}", one_round, figures, place, Heartbeat, case, sizes)
            if case not in cases:    # ours beside it
                place.attempt(f"{case}, {OURS}", one_round, figures, place, Ours, case, sizes)
    for kind in (Ours, Keepalived):
        place.attempt(f"{MANY_TIMES}, {kind.name}", many_times, figures, place, kind, place.takeovers)
