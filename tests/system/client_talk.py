"""A client `ping` that talks to its like on another node: client_talk.py PEER. Ends well once it has
heard a message to all, one to this node, and the other one's leave."""

import os
import sys
import time

from client_crowd import Client

WANTED = {"note to all", "letter to us", "own note", "leave"}


def words(body):
    lines = body.decode(errors="replace").split("\n")
    return dict(line.split("=", 1) for line in lines if "=" in line)


def talk(peer, seconds):
    me = os.uname().nodename
    client, heard, next_word, leaving = Client("ping"), set(), 0.0, False
    end = time.monotonic() + seconds
    while time.monotonic() < end and not heard >= WANTED:
        if client.signed_on and time.monotonic() >= next_word:
            next_word = time.monotonic() + 0.3
            client.say(t="note", text="to all")
            client.say(t="letter", text="to one", dest=peer)
        for message in map(words, client.read()):
            kind, source = message.get("t"), message.get("src")
            client.signed_on |= kind == "hbapi-resp" and message.get("result") == "OK"
            if kind == "note" and message["to_id"] == message["from_id"] == "ping":
                heard.add("own note" if source == me else "note to all")
            if kind == "letter":
                assert (source, message["dest"]) == (peer, me), message
                heard.add("letter to us")
            if kind == "hbapi-clstat" and source == peer and message["st"] == "leave":
                heard.add("leave")
        # Who is to go first talks on for a little, so that the other hears it, and then its leave.
        if heard >= WANTED - {"leave"} and sys.argv[2:] == ["first"] and not leaving:
            leaving, end = True, time.monotonic() + 2
        time.sleep(0.01)
    print("heard", ", ".join(sorted(heard)), flush=True)
    return 0 if heard >= WANTED - ({"leave"} if sys.argv[2:] else set()) else 1


if __name__ == "__main__":
    sys.exit(talk(sys.argv[1], 30))
