"""A relay in one host's cable: every frame passes through a function that may drop, bend, double
or delay it. What netem does, for kernels without it."""

import heapq
import itertools
import random
import select
import socket
import threading
import time

import kernel

_SOL_PACKET = 263
_PACKET_IGNORE_OUTGOING = 23
_ETH_P_ALL = 3


class Relay:
    """Works from construction to close(). `treat`: a function (frame, chance) that returns what
    leaves instead, as pairs (delay in seconds, frame); it may be exchanged at any time."""

    def __init__(self, switch, number, network=0, seed=1, treat=None):
        self.treat = treat or passing
        self.frames = 0    # that came
        self._switch, self._number, self._network = switch, number, network
        self._names = (switch.port(network, number), f"relay{number}-{network}")
        switch.isolate(number, network)
        inner = f"inner{number}-{network}"
        switch.ip([f"link add name {self._names[1]} type veth peer name {inner}",
                   f"link set dev {inner} master net{network} up",
                   f"link set dev {self._names[1]} up"])
        self._chance = random.Random(seed)
        self._open = True
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        assert self._ready.wait(10), "the relay does not start"

    def _work(self):
        kernel.enter_network_of(self._switch.pid)
        ends = []
        for name in self._names:
            end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            end.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
            end.bind((name, _ETH_P_ALL))
            ends.append(end)
        queue, order = [], itertools.count()
        self._ready.set()
        while self._open:
            now = time.monotonic()
            while queue and queue[0][0] <= now:
                _, _, out, frame = heapq.heappop(queue)
                try:
                    out.send(frame)
                except OSError:
                    pass    # the far end is down: lost, as on any cable
            wait = min(0.1, queue[0][0] - now) if queue else 0.1
            for end in select.select(ends, [], [], wait)[0]:
                try:
                    frame = end.recv(65600)
                except OSError:
                    continue
                self.frames += 1
                out = ends[1] if end is ends[0] else ends[0]
                for delay, changed in self.treat(_without_checksum(frame), self._chance):
                    heapq.heappush(queue, (time.monotonic() + delay, next(order), out, changed))
        for end in ends:
            end.close()

    def close(self):
        """Takes the relay out and puts the plain cable back."""
        self._open = False
        self._thread.join()
        self._switch.ip([f"link delete dev {self._names[1]}"])
        self._switch.plug(self._number, self._network)


def udp_payload(frame):
    """Where the payload of a UDP frame begins, or None for anything else."""
    if len(frame) < 42 or frame[12:14] != b"\x08\x00" or frame[23] != 17:
        return None
    return 14 + (frame[14] & 15) * 4 + 8


def _without_checksum(frame):
    """The kernel leaves it to the card, and there is none: zero means that there is no checksum."""
    payload = udp_payload(frame)
    return frame if payload is None else frame[:payload - 2] + b"\0\0" + frame[payload:]


def with_payload(frame, payload):
    """The same UDP frame with another content."""
    begin = udp_payload(frame)
    header = bytearray(frame[:begin])
    network = 14
    header[network + 2:network + 4] = (begin - network + len(payload)).to_bytes(2, "big")
    header[begin - 4:begin - 2] = (8 + len(payload)).to_bytes(2, "big")
    header[network + 10:network + 12] = b"\0\0"
    total = sum(int.from_bytes(header[i:i + 2], "big") for i in range(network, begin - 8, 2))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    header[network + 10:network + 12] = (0xffff - total).to_bytes(2, "big")
    return bytes(header) + payload


def passing(frame, _chance):
    """Nothing is changed."""
    return [(0.0, frame)]


def lossy(loss, doubled, jitter):
    """Loses and doubles these shares of all frames; each comes up to `jitter` seconds late, so that
    they overtake each other."""
    def treat(frame, chance):
        if chance.random() < loss:
            return []
        copies = 2 if chance.random() < doubled else 1
        return [(chance.uniform(0, jitter), frame) for _ in range(copies)]
    return treat


def damaged(share):
    """Of that share of UDP packets some bits are flipped, the end is cut off, or garbage follows."""
    def treat(frame, chance):
        begin = udp_payload(frame)
        if begin is None or begin == len(frame) or chance.random() >= share:
            return [(0.0, frame)]
        payload = bytearray(frame[begin:])
        kind = chance.randrange(3)
        if kind == 0:
            for _ in range(chance.randrange(1, 9)):
                payload[chance.randrange(len(payload))] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del payload[chance.randrange(len(payload)):]
        else:
            payload += chance.randbytes(max(0, 1400 - len(payload)))
        return [(0.0, with_payload(frame, bytes(payload)))]
    return treat
