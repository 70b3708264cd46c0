"""(c) Boot to service: both nodes are started together; from the second one's start to the first ARP
of the address, and to the first answer that a client gets."""

import time

from cluster import wait_for
from helpers import Helper
from products import Heartbeat, Keepalived, Ours, addresses
from switchover import client_of

CASE = "both nodes started together"
ARP, ANSWER = "first ARP", "first answer to a client"


def one_round(figures, place, kind):
    pair = kind(place.work(), place.trees)
    polls = None
    try:
        pair.configure([addresses(1)], script=True)
        guest = client_of(pair.cluster)
        polls = Helper(guest, "poll_client.py", addresses(1)[0], 2)
        pair.start(pair.owner)
        began = time.time()
        pair.start(pair.survivor)
        pair.wait_serving(pair.owner)
        wait_for(lambda: first_arp(pair, began), 20, "the address is announced", 0.1)
        time.sleep(0.5)
        answers = [at for at in polls.finish() if at > began]
        figures.add("c", CASE, ARP, pair.name, "s", first_arp(pair, began) - began)
        if answers:
            figures.add("c", CASE, ANSWER, pair.name, "s", answers[0] - began)
    finally:
        if polls:
            polls.close()
        pair.close()


def first_arp(pair, since):
    """Of either host; the client's own questions for the address name another sender."""
    cluster = pair.cluster
    times = [p.at for p in cluster.witness.packets(since)
             if p.arp == addresses(1)[0] and p.sender in (1, 2)]
    return min(times, default=None)


def run(figures, place):
    for _ in range(place.rounds):
        for kind in (Ours, Heartbeat, Keepalived):
            place.attempt(kind.name, one_round, figures, place, kind)
