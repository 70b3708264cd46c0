"""(f) and (g): programs that need no hosts: how many packets the core takes, how fast the simulated
world lives."""

import re
import subprocess

from figures import OURS

CORE_CASE, CORE, BARE = "one thread, packets signed with sha1", "through Core::step", "bare HMAC"
SIM_CASE, SPEED = "two nodes at rest, keepalive 1 s", "virtual seconds per second of one core"


def run_core(figures, place):
    packets = 50_000 if place.quick else 500_000
    for _ in range(place.rounds):
        done = subprocess.run([place.program("hb_core_rate"), str(packets)], text=True,
                              capture_output=True, check=True, timeout=120)
        found = dict(re.findall(r"^(\w+) (\d+)", done.stdout, re.M))
        figures.add("f", CORE_CASE, CORE, OURS, "packets/s", int(found["core"]))
        figures.add("f", CORE_CASE, BARE, "OpenSSL", "packets/s", int(found["hmac"]))
        figures.about["bytes of a packet"] = int(found["bytes"])


def run_simulator(figures, place):
    for _ in range(1 if place.quick else place.rounds):
        done = subprocess.run([place.program("hb_sim"), "--speed"], text=True, capture_output=True,
                              check=True, timeout=300)
        (rate,) = re.findall(r"core: (\d+) per second", done.stdout)
        figures.add("g", SIM_CASE, SPEED, OURS, "", int(rate))
