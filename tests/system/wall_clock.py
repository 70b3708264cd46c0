"""Makes one host's daemon believe in another wall clock, which can be stepped while it runs."""

import subprocess
from pathlib import Path

_FILE = "/run/clock-shift"


def wrapper(cluster):
    """What Cluster.start() needs so that the daemons obey step()."""
    library = cluster.shared / "shift.so"
    subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-o", library,
                    Path(__file__).with_name("clock_shift.c")], check=True)
    for host in cluster.hosts:
        step(host, 0)
    return ("env", f"LD_PRELOAD=/srv/shared/{library.name}", f"CLOCK_SHIFT={_FILE}")


def step(host, seconds):
    """From now on the daemons of this host are wrong by so much."""
    host.write(_FILE, str(seconds))


def error(cluster, number):
    """By how many seconds the newest heartbeat of that host is wrong, as a witness sees it."""
    newest = cluster.witness.messages(number, "status")[-1]
    return int(newest.fields["ts"], 16) - newest.at
