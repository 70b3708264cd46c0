"""What was measured: series of numbers with their names, kept as JSON. Judges nothing."""

import json
import os
import platform
import statistics
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

OURS, HEARTBEAT, KEEPALIVED, YARDSTICK = "ours", "Heartbeat 3.0.6", "Keepalived", "yardstick"


@dataclass
class Series:
    """One number, measured once a round. `letter`: the benchmark; `case`: what was done; `what`:
    what the number is; `product`: whose it is."""
    letter: str
    case: str
    what: str
    product: str
    unit: str
    values: list = field(default_factory=list)

    @property
    def median(self):
        return statistics.median(self.values)


def share(values, of):
    """The smallest value that at least that share of all values does not pass."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -int(-of * len(ordered) // 1) - 1))]


class Figures:
    """All series of one run, in the order in which they came."""

    def __init__(self):
        self.series = []
        self.about = {}
        self.missing = {}    # letter: what failed, and how

    def add(self, letter, case, what, product, unit, value):
        """One more value of that series; it is printed as it comes."""
        value = round(value, 4)
        key = (letter, case, what, product)
        known = self.find(*key)
        if known is None:
            known = Series(*key, unit)
            self.series.append(known)
        known.values.append(value)
        print(f"  ({letter}) {case}, {product}: {what} {value:g} {unit}", flush=True)

    def find(self, letter, case, what, product):
        return next((s for s in self.series
                     if (s.letter, s.case, s.what, s.product) == (letter, case, what, product)), None)

    def forget(self, letter):
        """What an earlier run found for that benchmark."""
        self.series = [s for s in self.series if s.letter != letter]
        self.missing.pop(letter, None)

    def note_machine(self):
        """What a reader must know of the machine to compare."""
        self.about |= {"made": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
                       "kernel": platform.release(), "cores": os.cpu_count(), "cpu": _cpu(),
                       "load at start": Path("/proc/loadavg").read_text().split()[:3],
                       "versions": {name: _version(name) for name in
                                    ("heartbeat", "keepalived", "libssl3", "stress-ng")}}

    def note_end(self):
        self.about["load at end"] = Path("/proc/loadavg").read_text().split()[:3]

    def save(self, path):
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(json.dumps({"about": self.about, "missing": self.missing,
                                     "series": [asdict(s) for s in self.series]}, indent=1) + "\n")
        fresh.rename(path)

    @classmethod
    def load(cls, path):
        read = json.loads(Path(path).read_text())
        made = cls()
        made.about, made.missing = read["about"], read["missing"]
        made.series = [Series(**one) for one in read["series"]]
        return made


def _cpu():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _version(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], text=True,
                          capture_output=True)
    return done.stdout if done.returncode == 0 else "not installed"
