"""A service manager of the tests: it listens at NOTIFY_SOCKET and judges nothing."""

import sys

from cluster import wait_for

# The manager's end of NOTIFY_SOCKET: each message with its time, line ends as `|`.
MANAGER = """
import socket, time
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
end.bind("/run/notify")
while True:
    text = end.recv(4096).decode().replace("\\n", "|")
    with open("/run/notified", "a") as file:
        print(time.monotonic(), text, file=file)
"""


def listen(host):
    host.spawn(sys.executable, "-c", MANAGER)
    wait_for(lambda: host.path("/run/notify").exists(), 20, "the service manager listens")


def told(host):
    """(time, text) of each message."""
    lines = [line.partition(" ") for line in host.read("/run/notified").splitlines()]
    return [(float(when), text) for when, _, text in lines]
