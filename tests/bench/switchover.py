"""(b) Planned switchover: what a client sees that pings the service every 2 ms while it is moved in
order. The service is one address and an init script that lets the host answer."""

import time

from cluster import wait_for
from helpers import Helper
from products import Heartbeat, Keepalived, Ours, addresses

PERIOD_MS = 2
CASE = "one address and one script"
OUTAGE = "outage seen by a client"


def client_of(cluster):
    """A third host on the switch, in the network of the addresses."""
    guest = cluster.guest("client")
    guest.run("ip", "address", "add", "10.9.255.3/16", "dev", "eth0")
    return guest


def longest_gap(answers, begin, end):
    """Between two answers, of those that lie wholly within that time; seconds."""
    times = [at for at in answers if begin <= at <= end]
    return max((after - before for before, after in zip(times, times[1:])), default=end - begin)


def one_round(figures, place, kind):
    pair = kind(place.work(), place.trees)
    polls = None
    try:
        pair.configure([addresses(1)], script=True, failback="off")
        guest = client_of(pair.cluster)
        pair.start()
        pair.wait_ready()
        wait_for(lambda: answers_ping(guest, addresses(1)[0]), 30, "the service answers", 0.1)
        polls = Helper(guest, "poll_client.py", addresses(1)[0], PERIOD_MS)
        time.sleep(0.5)
        began = time.time()
        pair.move()
        pair.wait_serving(pair.survivor)
        time.sleep(1)
        ended = time.time()
        answers = polls.finish()
        # One that was under way when we began is the move's, too.
        first = max((at for at in answers if at < began), default=began)
        figures.add("b", CASE, OUTAGE, pair.name, "ms", longest_gap(answers, first, ended) * 1000)
    finally:
        if polls:
            polls.close()
        pair.close()


def answers_ping(host, address):
    return host.run("ping", "-c", "1", "-W", "1", address, check=False).returncode == 0


def run(figures, place):
    for _ in range(place.rounds):
        for kind in (Ours, Heartbeat, Keepalived):
            place.attempt(kind.name, one_round, figures, place, kind)
