"""A program that uses libheartbeat through ctypes, run on a host. talk.py LIBRARY hear|say NODE

`hear` waits for a hello of NODE, answers it, and goes with its bye. `say` says hello to NODE until it
is answered, asks the daemon for this and that, and prints what it was told as JSON."""

import ctypes
import json
import sys
import time

OK, REFUSED, TIMED_OUT = 0, 3, 4
IN_TIME_MS = 10_000
lib = ctypes.CDLL(sys.argv[1])
for name in ("hb_client_error", "hb_client_message_get", "hb_client_node"):
    getattr(lib, name).restype = ctypes.c_char_p
lib.hb_client_message_new.restype = ctypes.c_void_p


class Options(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("name", ctypes.c_char_p), ("socket", ctypes.c_char_p)]


class Node(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("name", ctypes.c_char_p), ("type", ctypes.c_char_p),
                ("status", ctypes.c_char_p)]


def good(rc, client):
    assert rc == OK, (rc, lib.hb_client_error(client))


def sign_on():
    options = Options(ctypes.sizeof(Options), b"ping", None)
    client = ctypes.c_void_p()
    good(lib.hb_client_open(ctypes.byref(options), IN_TIME_MS, ctypes.byref(client)), client)
    return client


def send(client, kind, text, node):
    message = ctypes.c_void_p(lib.hb_client_message_new(kind.encode()))
    lib.hb_client_message_set(message, b"text", text.encode())
    good(lib.hb_client_send(client, message, node.encode()), client)
    good(lib.hb_client_flush(client, IN_TIME_MS), client)
    lib.hb_client_message_free(message)


def receive(client, kind, node, seconds):
    """The text of the next such message from that node, or None."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        message = ctypes.c_void_p()
        rc = lib.hb_client_receive(client, int(left * 1000) + 1, ctypes.byref(message))
        if rc == TIMED_OUT:
            return None
        good(rc, client)
        fields = [lib.hb_client_message_get(message, name) or b"" for name in (b"t", b"src", b"text")]
        lib.hb_client_message_free(message)
        if fields[:2] == [kind.encode(), node.encode()]:
            return fields[2].decode()
    return None


def text(call, client, *words):
    out = ctypes.c_char_p()
    rc = call(client, *words, IN_TIME_MS, ctypes.byref(out))
    return rc, out.value.decode() if rc == OK else None


def ask(client, node):
    nodes = []

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(Node))
    def visit(_data, found):
        one = found.contents
        nodes.append([one.name.decode(), one.type.decode(), one.status.decode()])
        return 0

    good(lib.hb_client_nodes(client, IN_TIME_MS, visit, None), client)
    rc, status = text(lib.hb_client_status, client)
    assert rc in (OK, REFUSED), rc
    return {"nodes": nodes, "status": status and json.loads(status)["name"],
            "unknown": text(lib.hb_client_node_status, client, b"nobody")[0],
            "other_online": text(lib.hb_client_client_status, client, node.encode(), b"ping")[1]}


def main():
    what, node = sys.argv[2:]
    client = sign_on()
    if what == "hear":
        assert receive(client, "hello", node, 30) is not None
        send(client, "hi", f"hi {node}, with love", node)
        assert receive(client, "bye", node, 30) is not None
    else:
        heard = None
        for _ in range(60):
            send(client, "hello", "are you there?", node)
            if heard := receive(client, "hi", node, 0.5):
                break
        told = ask(client, node)
        send(client, "bye", "", node)
        print(json.dumps({**told, "heard": heard}))
    lib.hb_client_close(client)


main()
