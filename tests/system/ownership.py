"""Who runs what, looked at every 20 ms from outside both hosts. Records; judges nothing."""

import re
import threading
import time
from dataclasses import dataclass

EVERY = 0.02
_LOCAL = re.compile(r"\|-- ([0-9.]+)\n\s+/32 host LOCAL")


@dataclass(frozen=True)
class Span:
    """A time during which that many hosts ran a group as were asked for. Seconds, wall clock."""
    name: str
    begin: float
    end: float


class Ownership:
    """Looks from construction to close(). A name with dots is an address, others are services."""

    def __init__(self, cluster, names):
        self._cluster = cluster
        self.names = names
        self._samples = []    # (time, {name: hosts}) whenever something changed
        self._cuts = []       # [begin, end] of times in which a line is cut
        self._open = True
        self._thread = threading.Thread(target=self._look_always, daemon=True)
        self._thread.start()

    def holders(self):
        """Names to the hosts (their names) that run them now."""
        found = {name: set() for name in self.names}
        for host in self._cluster.hosts:
            init = host.init
            if init is None:
                continue
            addresses = ()
            if any("." in name for name in self.names):
                try:
                    with open(f"/proc/{init}/net/fib_trie") as trie:
                        addresses = _LOCAL.findall(trie.read())
                except OSError:
                    pass
            for name in self.names:
                if name in addresses or "." not in name and host.path(f"/run/svc-{name}").exists():
                    found[name].add(host.name)
        return found

    def _look_always(self):
        last = None
        while self._open:
            now = time.time()
            found = self.holders()
            if any(len(hosts) > 1 for hosts in found.values()):
                found = self.holders()    # one host was looked at a moment before the other
            if found != last:
                self._samples.append((now, found))
                last = found
            time.sleep(EVERY)

    def line_cut(self):
        self._cuts.append([time.time(), float("inf")])

    def line_healed(self):
        self._cuts[-1][1] = time.time()

    def spans(self, wanted, begin=0.0):
        """Times in which `wanted(number of hosts)` held for a name, oldest first."""
        spans, opened = [], {}
        samples = self._samples + [(time.time(), {name: set() for name in self.names})]
        for index, (at, found) in enumerate(samples):
            last = index == len(samples) - 1
            for name, hosts in found.items():
                if wanted(len(hosts)) and not last:
                    opened.setdefault(name, at)
                elif name in opened:
                    spans.append(Span(name, opened.pop(name), at))
        return [span for span in spans if span.end > begin]

    def overlaps(self):
        """Spans with two owners while every line was up: the rest is a partition's."""
        found = []
        for span in self.spans(lambda count: count > 1):
            begin = span.begin
            for cut_begin, cut_end in self._cuts:
                if begin < cut_begin < span.end:
                    found.append(Span(span.name, begin, cut_begin))
                if cut_begin <= begin < cut_end or begin < cut_begin < span.end:
                    begin = max(begin, cut_end)
            if begin < span.end:
                found.append(Span(span.name, begin, span.end))
        return found

    def close(self):
        self._open = False
        self._thread.join()
