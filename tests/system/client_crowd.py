"""Many clients of one daemon in one process: they sign on, subscribe, ask, say something and die at
random. Runs inside a host: client_crowd.py COUNT SECONDS [deaf]. The process must be light, or it is
the machine that is measured. Prints how many came, and how many answers were right."""

import os
import random
import selectors
import socket
import struct
import sys
import time

SOCKET = "/run/heartbeat/register"
PID = os.getpid()
PACE = 0.005    # between two acts of the whole crowd


def frame(**fields):
    body = ">>>\n" + "".join(f"{name}={value}\n" for name, value in fields.items()) + "<<<\n\0"
    return struct.pack("<iI", len(body), 0xABCD) + body.encode()


class Client:
    """One connection. They are all of one process, so each goes by its name alone."""

    def __init__(self, name):
        self.name = name
        self.buffer = b""
        self.signed_on = False
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(SOCKET)
        self.socket.setblocking(False)
        self.say(t="hbapi-req", reqtype="signon", pid=PID, from_id=name, uid=0, gid=os.getgid())

    def say(self, **fields):
        self.socket.send(frame(**fields))

    def ask(self, request, **fields):
        self.say(t="hbapi-req", reqtype=request, from_id=self.name, **fields)

    def read(self):
        """Takes what is there; the messages, as text. Fails at the end of the stream."""
        try:
            piece = self.socket.recv(65536)
        except BlockingIOError:
            return []
        if not piece:
            raise ConnectionError("closed by the daemon")
        self.buffer += piece
        bodies = []
        while len(self.buffer) >= 8:
            length, magic = struct.unpack_from("<iI", self.buffer)
            assert magic == 0xABCD, magic
            if len(self.buffer) < 8 + length:
                break
            bodies.append(self.buffer[8:8 + length])
            self.buffer = self.buffer[8 + length:]
        return bodies


class Crowd:
    """Keeps the number of clients about the same while members die."""

    def __init__(self, count):
        self.count = count
        self.came = self.answers = self.refused = self.closed = 0
        self.clients = []
        self.selector = selectors.DefaultSelector()
        self.dice = random.Random(PID)

    def come(self):
        self.came += 1
        client = Client(f"c{self.came}")
        self.clients.append(client)
        self.selector.register(client.socket, selectors.EVENT_READ, client)

    def go(self, client):
        self.selector.unregister(client.socket)
        client.socket.close()
        self.clients.remove(client)

    def act(self):
        client = self.dice.choice(self.clients)
        chance = self.dice.random()
        if not client.signed_on:
            return
        if chance < 0.3:
            client.ask("nodelist")
        elif chance < 0.5:
            client.ask("setfilter", fmask=self.dice.choice(["1", "3", "3f"]))
        elif chance < 0.6:
            client.say(t="hello", a="b")
        elif chance < 0.7:
            client.ask("signoff")
        elif chance < 0.8:    # in the middle of a word
            client.socket.send(frame(t="hello", a="x" * 100)[:50])
            self.go(client)
        elif chance < 0.9:
            self.go(client)
        else:
            client.ask("iflist", node="alpha")

    def read(self, wait):
        for key, _ in self.selector.select(wait):
            client = key.data
            try:
                bodies = client.read()
            except OSError:
                self.closed += 1
                self.go(client)
                continue
            for body in bodies:
                if b"reqtype=signon\nresult=OK" in body:
                    client.signed_on = True
                self.refused += b"result=badreq" in body
                self.answers += b"t=hbapi-resp" in body

    def run(self, seconds):
        end, next_act = time.monotonic() + seconds, time.monotonic()
        while (now := time.monotonic()) < end:
            if now >= next_act:
                next_act = max(next_act + PACE, now - 1)
                if len(self.clients) < self.count:
                    self.come()
                elif self.clients:
                    try:
                        self.act()
                    except OSError:
                        pass    # it is going; its end is read
            self.read(max(0.0, next_act - time.monotonic()))


def deaf(seconds):
    """A client that asks and never reads, until the daemon has closed it."""
    client = Client("deaf")
    client.socket.settimeout(seconds)
    while True:
        try:
            client.ask("nodelist")
        except (BrokenPipeError, ConnectionResetError):
            print("cut off", flush=True)
            return


if __name__ == "__main__":
    if sys.argv[3:] == ["deaf"]:
        deaf(float(sys.argv[2]))
    else:
        crowd = Crowd(int(sys.argv[1]))
        crowd.run(float(sys.argv[2]))
        print(f"came {crowd.came} answers {crowd.answers} refused {crowd.refused} "
              f"closed {crowd.closed} left {len(crowd.clients)}", flush=True)
