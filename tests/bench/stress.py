"""(e) False deaths on a machine that is far too busy: four pairs of ours with falling deadtimes side
by side, and two bare processes of the same period and priority as the yardstick."""

import re
import time

import witness as seen
from cluster import Cluster
from figures import OURS, YARDSTICK
from products import Ours, addresses

DEADTIMES_MS = (150, 100, 60, 40)
PERIOD_MS = 10
STRESS = ("--cpu", "8", "--vm", "2", "--vm-bytes", "128m", "--io", "4")
DEATHS, GAPS = "false deaths", "gaps longer than that"
LATE, WORST = "a heartbeat is late by, 99.9th percentile", "a heartbeat is late by, at most"
_LOOK = 2.0    # s between two visits to the witnesses, whose frames wait in the kernel


class Beats:
    """Times of each sender's beats on one switch."""

    def __init__(self, cluster, kind):
        self.cluster, self.kind = cluster, kind
        self.times = {1: [], 2: []}

    def collect(self):
        for packet in self.cluster.witness.take():
            if packet.sender in self.times and packet.fields.get("t") == self.kind:
                self.times[packet.sender].append(packet.at)

    def gaps(self, begin, end):
        return [gap for times in self.times.values()
                for gap in seen.gaps([at for at in times if begin <= at <= end])]


def start_pair(place, deadtime):
    pair = Ours(place.work(), place.trees)
    pair.configure([addresses(1)], keepalive=f"{PERIOD_MS}ms", deadtime=f"{deadtime}ms",
                   warntime=f"{deadtime // 2}ms")
    # `wait_steady` reads seconds.
    pair.cluster.deadtime = str(deadtime / 1000)
    pair.start()
    return pair


def deaths(pair):
    return sum(len(re.findall(r"node \w+: is dead", pair.cluster.log(host)))
               for host in pair.cluster.hosts)


def measure(figures, place, pairs, bare):
    beats = {deadtime: Beats(pair.cluster, "status") for deadtime, pair in pairs.items()}
    yard = Beats(bare, "yardstick")
    seconds = place.stress_seconds
    for host in bare.hosts:
        host.spawn("hb_yardstick", PERIOD_MS, "10.0.0.255", "9999", int(seconds + 60))
    stress = bare.guest("stress").spawn("stress-ng", *STRESS, "--timeout", int(seconds + 60), "--quiet")
    time.sleep(2)
    before = {deadtime: deaths(pair) for deadtime, pair in pairs.items()}
    begin = time.time()
    while time.time() < begin + seconds:
        time.sleep(_LOOK)
        for each in (yard, *beats.values()):
            each.collect()
        if stress.poll() is not None:
            raise RuntimeError("stress-ng has ended early")
    end = time.time()
    for each in (yard, *beats.values()):
        each.collect()
    tell(figures, pairs, beats, yard, before, begin, end)


def tell(figures, pairs, beats, yard, before, begin, end):
    bare = yard.gaps(begin, end)
    for deadtime, pair in pairs.items():
        case = f"deadtime {deadtime} ms"
        figures.add("e", case, DEATHS, OURS, "", deaths(pair) - before[deadtime])
        for name, gaps in ((OURS, beats[deadtime].gaps(begin, end)), (YARDSTICK, bare)):
            figures.add("e", case, GAPS, name, "", sum(gap > deadtime / 1000 for gap in gaps))
            late = [(gap - PERIOD_MS / 1000) * 1000 for gap in gaps]
            figures.add("e", case, LATE, name, "ms", seen.share(late, 0.999))
            figures.add("e", case, WORST, name, "ms", max(late))
    figures.about["stress seconds"] = round(end - begin)


def whole(figures, place):
    pairs, bare = {}, None
    try:
        for deadtime in DEADTIMES_MS:
            pairs[deadtime] = start_pair(place, deadtime)
        bare = Cluster(place.work(), place.trees, names=("bare1", "bare2"),
                       witness=seen.SleepingWitness)
        for pair in pairs.values():
            pair.wait_serving(pair.owner)
            for host in pair.cluster.hosts:
                pair.cluster.settled(host, timeout=60)
            pair.cluster.wait_steady()
        measure(figures, place, pairs, bare)
    finally:
        for pair in pairs.values():
            pair.close()
        if bare:
            bare.close()


def run(figures, place):
    place.attempt("under stress", whole, figures, place)
