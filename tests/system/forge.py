"""Sends hostile packets from inside a host: `forge.py MIXTURE ADDRESS PORT COUNT SECONDS SEED`.
Listens first, so that it can bend and replay the cluster's own packets. Standard library only:
it is fed to python3 on standard input. MIXTURE: `outsider` has no key, `insider` signs rightly."""

import hashlib
import hmac
import random
import socket
import sys
import time

KEY = b"SharedSecret"


def field(name, value, kind=0):
    body = b"(%d)%s=%s" % (kind, name.encode(), value)
    return b"%d:%s," % (len(body), body)


def packet(fields, key=KEY, index=1):
    body = b"###\n" + b"".join(fields) + b"%%%\n"
    auth = b"%d %s" % (index, hmac.new(key, body, hashlib.sha1).hexdigest().encode())
    return body + b"%d:%s," % (len(auth), auth)


def listen(port, seconds):
    """What the cluster says meanwhile."""
    heard = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("", port))
        ear.settimeout(0.2)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                heard.append(ear.recv(65600))
            except TimeoutError:
                continue
    return heard


def outsider(heard, chance):
    """One class after the other: garbage, truncated, bent, oversized, unsigned, wrong key, replay."""
    while True:
        real = chance.choice(heard)
        yield chance.randbytes(chance.randrange(0, 1400))
        yield b"###\n" + chance.randbytes(chance.randrange(0, 200)) + b"%%%\n"
        yield real[:chance.randrange(len(real))]
        bent = bytearray(real)
        bent[chance.randrange(len(bent))] ^= 1 << chance.randrange(8)
        yield bytes(bent)
        yield real.replace(b"st=active", b"st=dead  ")
        if chance.random() < 0.01:
            yield b"###\n" + field("t", b"x" * 60000) + b"%%%\n"
        yield b"###\n99999999999999999999:(0)t=status,%%%\n"
        yield real.partition(b"%%%\n")[0] + b"%%%\n"
        yield packet([field("t", b"status"), field("st", b"dead"), field("src", b"alpha")],
                     key=b"Guess")
        yield packet([field("t", b"shutdone"), field("src", b"alpha")], index=7)
        yield b">>>\nt=status\nst=dead\nsrc=beta\nauth=1 0\n<<<\n"
        yield real


def insider(heard, chance):
    """Rightly signed, and still nothing that may change a state."""
    names = [b"mallory", b"", b"x" * 300, b"alpha\nbeta", b"\xff\xfe"]
    while True:
        name = chance.choice(names)
        yield packet([field("t", b"status"), field("st", b"dead"), field("src", name)])
        yield packet([field("t", b"status"), field("src", b"alpha")])
        yield packet([field("src", b"beta"), field("seq", b"zz"), field("hg", b"-1")])
        yield packet([field("t", chance.randbytes(20).replace(b"=", b"").replace(b"\0", b""))])
        yield packet([field("s", b"###\n%%%\n", 2)] * 20)
        yield packet([field("c", chance.randbytes(300), 4)])
        yield packet([field("_compressed_payload", chance.randbytes(200), 1),
                      field("_compression_algorithm", b"zlib")])
        yield packet([field("n", b"1")] * 40)
        if chance.random() < 0.01:
            yield packet([field("n", b"1")] * 3000)
        yield packet([])
        yield chance.choice(heard)


def main():
    mixture, address, port, count, seconds, seed = sys.argv[1:7]
    port, count, seconds = int(port), int(count), float(seconds)
    heard = listen(port, 2)
    chance = random.Random(int(seed))
    source = {"outsider": outsider, "insider": insider}[mixture](heard, chance)
    # Made beforehand: making them costs more than sending them.
    stock = [next(source) for _ in range(min(count, 20000))]
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    began, refused = time.monotonic(), 0
    for number in range(count):
        try:
            out.sendto(stock[number % len(stock)], (address, port))
        except OSError:
            refused += 1
        ahead = number / count * seconds - (time.monotonic() - began)
        if ahead > 0.002:
            time.sleep(ahead)
    print(f"{count - refused} packets in {time.monotonic() - began:.1f} s")


main()
