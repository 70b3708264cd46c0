"""The witness on the switch: every frame with the kernel's time stamp, and what it means to us
(heartbeat messages, ARP). Judges nothing."""

import ctypes
import re
import socket
import struct
import threading
import time
from dataclasses import dataclass

import kernel
from switch import Switch

_SO_TIMESTAMPNS = 35
_SO_RCVBUFFORCE = 33
_SO_ATTACH_FILTER = 26
_SOL_PACKET = 263
_PACKET_STATISTICS = 6
_ETH_P_ALL = 3
_KEY = re.compile(rb"%%%\n\d+:(\d+) [0-9a-f]+,$")
_FIELD = re.compile(rb"\d+:\(0\)([A-Za-z_]+)=([^,]*),")


@dataclass
class Packet:
    """One frame: seconds (wall clock), network, sender by its number (0: unknown), and content."""
    at: float
    network: int
    sender: int
    fields: dict      # of a heartbeat message, else empty
    arp: str          # sender address of an ARP packet, else ""
    size: int
    key: int = 0      # index of the key that signed a heartbeat message


class Witness:
    """Records from construction to close(). Thread-safe to read at any time."""

    def __init__(self, switch):
        self._packets = []
        self._raw = []
        self._lock = threading.Lock()
        self._open = True
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._record, args=(switch.pid,), daemon=True)
        self._thread.start()
        self._ready.wait()

    def _record(self, pid):
        kernel.enter_network_of(pid)
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL)) as tap:
            tap.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            tap.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 64 << 20)
            tap.settimeout(0.1)
            self._tap = tap
            self._ready.set()
            self._listen(tap)

    def _listen(self, tap):
        while self._open:
            self._take(tap)

    def _take(self, tap):
        """Takes one frame from the kernel; False when none came in time."""
        try:
            frame, extra, _, source = tap.recvmsg(65600, 64)
        except (TimeoutError, BlockingIOError):
            return False
        # A broadcast is seen at the port and once more at the bridge itself (and at a relay).
        # A port that has gone since, with its host, has no name any more; a bridge stays.
        if source[2] != socket.PACKET_OUTGOING and (not source[0] or source[0].startswith("port")):
            seconds, nanos = struct.unpack("qq", extra[0][2])
            with self._lock:
                self._raw.append((seconds + nanos / 1e9, frame))
        return True

    @property
    def dropped(self):
        """Frames that the kernel did not give us since the last time this was asked."""
        return struct.unpack("II", self._tap.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))[1]

    def ignore(self, number):
        """Lets the kernel drop what that host sends: a flood must not drown the witness."""
        program = b"".join(struct.pack("HBBI", *step) for step in (
            (0x30, 0, 0, 11),               # load byte 11, the last of the sender's address
            (0x15, 0, 1, number),           # is it that host?
            (0x06, 0, 0, 0),                # then nothing
            (0x06, 0, 0, 0xffff)))          # else all of it
        buffer = ctypes.create_string_buffer(program)
        self._tap.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER,
                             struct.pack("HL", 4, ctypes.addressof(buffer)))

    def packets(self, since=0.0):
        """Everything seen so far from `since` on, oldest first."""
        with self._lock:
            fresh, self._raw = self._raw, []
        self._packets.extend(filter(None, (_decode(at, frame) for at, frame in fresh)))
        return [packet for packet in self._packets if packet.at >= since]

    def forget(self):
        """Drops what was seen, so that a long test stays small."""
        self.packets()
        self._packets.clear()

    def take(self):
        """Everything seen so far, and forgets that, and nothing that comes meanwhile."""
        taken = self.packets()
        self._packets.clear()
        return taken

    def messages(self, sender=None, kind=None, since=0.0):
        """Heartbeat messages, by sender's number and `t=`."""
        return [packet for packet in self.packets(since)
                if packet.fields and (sender is None or packet.sender == sender)
                and (kind is None or packet.fields.get("t") == kind)]

    def last_heartbeat(self, sender, before=float("inf")):
        """Time of the host's last heartbeat, or None. Other messages count for its links, not for
        its life (wire.md 6.2)."""
        times = [p.at for p in self.messages(sender)
                 if p.at < before and p.fields.get("t") in ("status", "vrrp")]
        return max(times) if times else None

    def first_arp(self, address, sender=None, since=0.0):
        """Time of the first ARP packet that announces `address`, or None."""
        times = [p.at for p in self.packets(since)
                 if p.arp == address and (sender is None or p.sender == sender)]
        return min(times) if times else None

    def wait_arp(self, address, sender, since, timeout):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if (at := self.first_arp(address, sender, since)) is not None:
                return at
            time.sleep(0.01)
        raise TimeoutError(f"no ARP for {address} from host {sender} within {timeout} s")

    def close(self):
        self._open = False
        self._thread.join()


class SleepingWitness(Witness):
    """Takes what it has seen from the kernel only when it is asked: while something is measured it
    costs the machine nothing. The kernel keeps some fifty thousand frames for it."""

    def __init__(self, switch):
        self._asked, self._done = threading.Event(), threading.Event()
        super().__init__(switch)

    def _listen(self, tap):
        while self._open:
            if not self._asked.wait(0.1):
                continue
            self._asked.clear()
            tap.settimeout(0)
            while self._take(tap):
                pass
            self._done.set()

    def packets(self, since=0.0):
        if self._open:
            self._done.clear()
            self._asked.set()
            self._done.wait()
        return super().packets(since)


def _decode(at, frame):
    if len(frame) < 34:
        return None
    network, sender = (frame[10], frame[11]) if frame[6:10] == b"\x02\0\0\0" else (0, 0)
    kind = frame[12:14]
    if kind == b"\x08\x06":
        return Packet(at, network, sender, {}, socket.inet_ntoa(frame[28:32]), len(frame))
    if kind == b"\x08\x00" and frame[23] == 112:    # Keepalived's advertisements
        return Packet(at, network, sender, {"t": "vrrp"}, "", len(frame))
    if kind == b"\x08\x00" and frame[23] == 17:
        payload = frame[14 + (frame[14] & 15) * 4 + 8:]
        if payload.startswith(b"###\n"):
            fields = {key.decode(): value.decode(errors="replace")
                      for key, value in _FIELD.findall(payload)}
            signed = _KEY.search(payload)
            return Packet(at, network, sender, fields, "", len(frame),
                          int(signed[1]) if signed else 0)
    return None


def gaps(times):
    """Distances between neighbours, in seconds."""
    return [after - before for before, after in zip(times, times[1:])]


def share(values, of):
    """The value below which that share of all values lies (0.999: the 99.9th percentile)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(of * len(ordered)))]
