"""Runs inside a host's network: says when each address came up in the kernel.
Usage: address_watch.py COUNT; prints `ready`, and after that many addresses (or at the end of stdin)
one JSON object: address to seconds, wall clock."""

import json
import os
import select
import socket
import struct
import sys
import time

_ROUTE, _GROUP_IPV4 = 0, 0x10
_RTM_NEWADDR, _IFA_LOCAL = 20, 2
_RCVBUFFORCE = 33
_TOO_MANY = 5000    # more than any benchmark has
# Between two looks: the watcher must not take the processor from who is watched.
_PAUSE = 0.0005


def found_in(buffer):
    """The addresses that one read names as new."""
    at = 0
    while at + 16 <= len(buffer):
        length, kind = struct.unpack_from("IH", buffer, at)
        if length < 16:
            return
        place = at + 24
        while kind == _RTM_NEWADDR and place + 4 <= at + length:
            size, name = struct.unpack_from("HH", buffer, place)
            if name == _IFA_LOCAL:
                yield socket.inet_ntoa(buffer[place + 4:place + 8])
            if size < 4:
                break
            place += (size + 3) & ~3
        at += (length + 3) & ~3


def main():
    wanted = min(int(sys.argv[1]), _TOO_MANY)
    seen = {}
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _ROUTE) as line:
        line.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, 16 << 20)
        line.bind((0, _GROUP_IPV4))
        line.setblocking(False)
        print("ready", flush=True)
        while len(seen) < wanted:
            came, _, _ = select.select([line, sys.stdin], [], [])
            if sys.stdin in came and not os.read(0, 100):
                break
            now, reads = time.time(), []
            try:
                while True:
                    reads.append(line.recv(65536))
            except BlockingIOError:
                pass
            for address in (each for read in reads for each in found_in(read)):
                seen.setdefault(address, now)
            time.sleep(_PAUSE)
    print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    main()
