"""A client that wants an answer every 20 ms, from a host that is no node of the cluster."""

import socket
import threading
import time

import kernel

EVERY = 0.02


class Client:
    """Connects to the service anew each time, until close(). Thread-safe to read at any time."""

    def __init__(self, host, address, port):
        self._where = (address, port)
        self.answers = []    # (wall clock of a complete answer, name of the node that gave it)
        self._open = True
        self._thread = threading.Thread(target=self._ask_always, args=(host.init,), daemon=True)
        self._thread.start()

    def _ask_always(self, pid):
        kernel.enter_network_of(pid)
        while self._open:
            due = time.monotonic() + EVERY
            try:
                with socket.create_connection(self._where, timeout=0.1) as line:
                    if said := line.recv(100).decode().strip():
                        self.answers.append((time.time(), said))
            except OSError:
                pass
            time.sleep(max(0.0, due - time.monotonic()))

    def outage(self, since):
        """Longest time without an answer from `since` on, in seconds."""
        times = [since] + [at for at, _ in self.answers if at > since] + [time.time()]
        return max(after - before for before, after in zip(times, times[1:]))

    def served_by(self):
        """Who gave the last answer, if it came within the last tenth of a second."""
        at, name = self.answers[-1] if self.answers else (0.0, "")
        return name if time.time() - at < 0.1 else ""

    def close(self):
        self._open = False
        self._thread.join()
