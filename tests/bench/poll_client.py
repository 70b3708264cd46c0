"""Runs inside a host: pings an address without pause and says when answers came, by the kernel's time
stamp of each. Usage: poll_client.py ADDRESS PERIOD_MS; prints `ready`; at the end of stdin one JSON
list of seconds, wall clock."""

import json
import os
import select
import socket
import struct
import sys
import threading
import time

_SO_TIMESTAMPNS = 35
_SO_RCVBUFFORCE = 33
_ECHO, _REPLY = 8, 0


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def request(ident, number):
    body = struct.pack("!HHH", ident, number & 0xffff, 0)
    head = struct.pack("!BBH", _ECHO, 0, 0)
    return struct.pack("!BBH", _ECHO, 0, checksum(head + body)) + body


def become_real_time():
    """What it misses must be the service's doing."""
    os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))


def wait_for_end(ended):
    sys.stdin.read()
    ended.set()


def main():
    address, period = sys.argv[1], float(sys.argv[2]) / 1000
    ident, answers, number = os.getpid() & 0xffff, [], 0
    ended = threading.Event()
    threading.Thread(target=wait_for_end, args=(ended,), daemon=True).start()
    become_real_time()
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as line:
        line.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        line.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 4 << 20)
        line.setblocking(False)
        print("ready", flush=True)
        due = time.monotonic()
        while not ended.is_set():
            number += 1
            try:
                line.sendto(request(ident, number), (address, 0))
            except OSError:
                pass    # nobody has the address: a lost request
            due = max(due + period, time.monotonic())
            while (left := due - time.monotonic()) > 0:
                if not select.select([line], [], [], left)[0]:
                    break
                packet, extra, _, source = line.recvmsg(200, 64)
                at = (packet[0] & 15) * 4
                kind, _, _, whose = struct.unpack_from("!BBHH", packet, at)
                if kind == _REPLY and whose == ident and source[0] == address:
                    seconds, nanos = struct.unpack("qq", extra[0][2])
                    answers.append(round(seconds + nanos / 1e9, 6))
    print(json.dumps(answers), flush=True)


if __name__ == "__main__":
    main()
