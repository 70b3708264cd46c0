"""A serial cable between two hosts: a pseudo-terminal at each end and a relay between them, which
keeps the speed of a line, flips bytes, puts breaks and noise in, goes dead, or lets one end vanish
as a USB adapter does. It counts frames; what is right is for the tests to say."""

import os
import random
import re
import select
import threading
import time
import tty
from dataclasses import dataclass, field

DEVICE = "/serial/ttyS0"
_FIELD = re.compile(rb"^([A-Za-z_]+)=(.*)$", re.MULTILINE)
_CHUNK = 64          # bytes on their way at once: so coarse is the speed


@dataclass
class Frame:
    """One frame as its sender wrote it."""
    at: float         # wall clock: when its end was read
    fields: dict
    size: int
    damaged: bool     # on its way, by this cable


@dataclass
class Way:
    """One direction."""
    source: object
    target: object
    frames: list = field(default_factory=list)
    bytes: int = 0
    free_at: float = 0.0
    text: bytes = b""         # of the frame under way
    damaged: bool = False     # it
    next_break: float = 0.0


class SerialCable:
    """Works from construction to close(). `baud`: the speed it really has (None: as fast as it
    can). Each end is DEVICE (or `device`) on its host."""

    def __init__(self, first, second, baud=None, device=DEVICE, seed=1):
        self.device = device
        self.baud = baud
        self.flips = 0.0       # share of bytes that are changed
        self.breaks = 0.0      # a second, each way
        self.dead = False      # everything vanishes
        self._chance = random.Random(seed)
        self._ends = {}
        self._ways = {host: Way(host, other) for host, other in ((first, second), (second, first))}
        self._lock = threading.RLock()
        for host in self._ways:
            self.plug_in(host)
        self._open = True
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    # --- what can be done to it ---

    def plug_in(self, host):
        """The device is there (again)."""
        master, slave = os.openpty()
        tty.setraw(slave)              # or it would echo until the daemon opens it
        os.set_blocking(master, False)
        place = host.path(self.device)
        place.parent.mkdir(exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(os.ttyname(slave))
        with self._lock:
            self._ends[host] = (master, slave)

    def pull_out(self, host):
        """The device vanishes from the host, as an adapter that is pulled out."""
        with self._lock:
            for end in self._ends.pop(host):
                os.close(end)
        host.path(self.device).unlink()

    def garbage(self, host, data):
        """Writes bytes of somebody else to that host's end."""
        with self._lock:
            self._give(host, data)

    # --- what went over it ---

    def frames(self, source, kind=None, since=0.0):
        with self._lock:
            return [frame for frame in self._ways[source].frames if frame.at >= since
                    and kind in (None, frame.fields.get("t"))]

    def damaged_on_the_way_to(self, target):
        (way,) = [way for way in self._ways.values() if way.target is target]
        with self._lock:
            return sum(frame.damaged for frame in way.frames)

    def close(self):
        self._open = False
        self._thread.join()
        for ends in self._ends.values():
            for end in ends:
                os.close(end)

    # --- the relay ---

    def _work(self):
        while self._open:
            with self._lock:
                now = time.monotonic()
                readable = {self._ends[way.source][0]: way for way in self._ways.values()
                            if way.source in self._ends and way.free_at <= now}
                waits = [way.free_at - now for way in self._ways.values() if way.free_at > now]
            try:
                ready = select.select(list(readable), [], [], min([0.05, *waits]))[0]
            except OSError:
                continue        # an end was pulled out just now
            with self._lock:
                for end in ready:
                    if self._ends.get(readable[end].source, (None,))[0] == end:
                        self._pass_on(end, readable[end])

    def _pass_on(self, end, way):
        try:
            data = os.read(end, _CHUNK if self.baud else 4096)
        except OSError:
            return
        if self.baud:
            now = time.monotonic()
            way.free_at = max(way.free_at, now - 0.05) + len(data) * 10 / self.baud
        way.bytes += len(data)
        arrives = bytearray()
        for byte in data:
            way.text += bytes([byte])
            if self._chance.random() < self.flips:
                byte ^= self._chance.randrange(1, 128)    # the eighth bit is not looked at
                way.damaged = True
            if self.breaks and time.monotonic() > way.next_break:
                way.next_break = time.monotonic() + self._chance.expovariate(self.breaks)
                arrives.append(0)
                way.damaged = way.damaged or len(way.text) > 1
            arrives.append(byte)
            if way.text.endswith(b"\n<<<\n"):
                fields = {name.decode(): value.decode(errors="replace")
                          for name, value in _FIELD.findall(way.text)}
                way.frames.append(Frame(time.time(), fields, len(way.text), way.damaged))
                way.text, way.damaged = b"", False
        if not self.dead:
            self._give(way.target, bytes(arrives))

    def _give(self, host, data):
        if host not in self._ends:
            return
        try:
            os.write(self._ends[host][0], data)
        except OSError:
            pass       # nobody has read for long
