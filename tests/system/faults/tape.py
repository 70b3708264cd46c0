"""A tape recorder on the network: hears every heartbeat that a host without a part in the cluster
can hear, and plays it again."""

import socket
import threading
import time

import kernel

PORT = 694


class Tape:
    """Records from construction to stop(), in the network of `host`."""

    def __init__(self, host):
        self._pid = host.init
        self.packets = []
        self._open = True
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._record, daemon=True)
        self._thread.start()
        assert self._ready.wait(10), "the tape does not run"

    def _record(self):
        kernel.enter_network_of(self._pid)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
            ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            ear.bind(("", PORT))
            ear.settimeout(0.1)
            self._ready.set()
            while self._open:
                try:
                    self.packets.append(ear.recv(65600))
                except TimeoutError:
                    continue

    def stop(self):
        self._open = False
        self._thread.join()

    def play(self, packets, seconds, address="10.0.0.255"):
        """Sends these packets, evenly over that time."""
        def work():
            kernel.enter_network_of(self._pid)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
                mouth.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                began = time.monotonic()
                for number, packet in enumerate(packets):
                    mouth.sendto(packet, (address, PORT))
                    ahead = number / len(packets) * seconds - (time.monotonic() - began)
                    if ahead > 0.002:
                        time.sleep(ahead)
        player = threading.Thread(target=work, daemon=True)
        player.start()
        player.join()
