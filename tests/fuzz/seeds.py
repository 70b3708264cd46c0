#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets that are made rather than found: packets of real 3.0.6
clusters (tests/data/captures) and small programs for core_fuzz (core_program.hpp).

Run it after a change of that format: tests/fuzz/seeds.py
"""
import pathlib
import struct

HERE = pathlib.Path(__file__).resolve().parent
CORPUS = HERE / "corpus"
DATA = HERE.parent / "data"

# --- packets of the captures ---


def udp_payloads(path):
    """Payloads of unfragmented UDP over IPv4, in order."""
    whole = path.read_bytes()
    at = 24
    while at < len(whole):
        size = struct.unpack_from("<I", whole, at + 8)[0]
        frame = whole[at + 16 : at + 16 + size]
        at += 16 + size
        if frame[12:14] != b"\x08\x00" or frame[23] != 17 or frame[20] & 0x3F or frame[21]:
            continue
        begin = 14 + 4 * (frame[14] & 15)
        length = struct.unpack_from(">H", frame, begin + 4)[0]
        yield frame[begin + 8 : begin + length]


def field(packet, name):
    """Value of a string field, in either form."""
    for begin, end in ((b"(0)" + name + b"=", b","), (b"\n" + name + b"=", b"\n")):
        at = packet.find(begin)
        if at >= 0:
            value = packet[at + len(begin) :]
            return value[: value.find(end)].decode("ascii", "replace")
    return ""


def capture_seeds():
    """One packet of each kind that a capture has, for packet_fuzz."""
    for capture in sorted((DATA / "captures").glob("*.pcap")):
        seen = set()
        for packet in udp_payloads(capture):
            form = {b"###\n": "netstring", b">>>\n": "text"}.get(packet[:4])
            if form is None or len(packet) > 1500:
                continue
            kind = field(packet, b"t") or "other"
            word = field(packet, b"st") or field(packet, b"info") or field(packet, b"rsc_hold")
            name = "_".join(part for part in (capture.stem, kind, word, form) if part)
            name = "".join(c if c.isalnum() or c in "_-" else "-" for c in name)[:60]
            if name not in seen:
                seen.add(name)
                yield name, packet


# --- streams of a serial line ---


def serial_seeds():
    real = (DATA / "wire" / "a16_serial_text.bin").read_bytes()
    small = b">>>\nt=status\nst=active\n<<<\n"
    yield "two_real_frames", real + real
    yield "noise_in_front", b"\x7f\x01~{y\n" + real
    yield "half_frame", small[:14] + small
    yield "half_line", small[:9] + small + small
    yield "lost_end", small[:-4] + small
    yield "breaks", b"\0\0" + small + b"\0" + small[:11] + b"\0" + small
    yield "c_strings", small + b"\0" + small + b"\0"
    yield "endless_line", b"x" * 400 + b"\n" + small
    yield "endless_frame", b">>>\n" + b"a=b\n" * 100 + b"<<<\n" + small
    yield "nested", b">>>\n(2)s=>>>\x14a=b\x14<<<\x14\n(3)l=3:abc,\n(1)u=QUJD\n<<<\n"
    yield "ends_and_no_begin", b"<<<\n\n<<<\n" + small


# --- programs for core_fuzz ---

(RAW, SIGNED, MESSAGE, PASS, SLEEP, DONE, SUCCEED, LOCAL, WISH, LINK, LOAD, CONFIG, OWN,
 STOP) = range(14)
(STATUS, STATUS_306, STARTING, RESOURCE, RESOURCE_306, ASK, ACK, REXMIT, NAK, REQNODES, REPNODES,
 SHUTDONE, TAKEOVER, IP_REQUEST, IP_RESPONSE) = range(15)
ON, OFF, LEGACY = 0, 1, 2
ACTIVE, UP, INIT, DEAD = range(4)
NONE, LOCAL_CLASS, FOREIGN, ALL = range(4)
BOTH = 2


def op(code, *arguments):
    data = bytes(arguments)
    return struct.pack("<BH", code, len(data)) + data


def say(kind, *values, number=0, life=0, form=0):
    return op(MESSAGE, BOTH, kind, 0, number, life, form, *values)


def short():
    return op(PASS, 0, 0)


def boot(ours):
    """Both nodes up and our own groups asked; the peer holds nothing and says so."""
    status = STATUS if ours else STATUS_306
    return [op(SUCCEED), say(status, INIT, 0), say(status, UP, 0), say(REPNODES), short(),
            say(REQNODES), say(status, ACTIVE, 0), say(STARTING), short(),
            say(RESOURCE if ours else RESOURCE_306, NONE, 0, 0, 0), short(), op(SUCCEED),
            *[op(SUCCEED), short()] * 5]


def programs():
    work = [op(SUCCEED), short()] * 5
    for name, ours in (("ours", True), ("real", False)):
        status = STATUS if ours else STATUS_306
        resource = RESOURCE if ours else RESOURCE_306
        for policy, word in ((ON, "on"), (OFF, "off"), (LEGACY, "legacy")):
            yield f"boot_{name}_{word}", policy, boot(ours) + work
        yield f"peer_dies_{name}", OFF, boot(ours) + [op(PASS, 4, 1)] + work
        yield (f"peer_returns_{name}", ON,
               boot(ours) + [op(PASS, 4, 1)] + work + [say(status, INIT, 0, life=200)] + work)
        yield (f"cut_heals_{name}", OFF,
               boot(ours) + [op(PASS, 4, 1)] + work + [say(resource, ALL, 0, 0, 0, 1)] + work)
        yield f"we_give_{name}", OFF, (boot(ours) + [op(WISH, 0, 0), short(), say(ASK, 0, 1)] +
                                       work + [say(ASK, 0, 2), say(resource, ALL, 0, 0)] + work)
        yield f"we_take_{name}", OFF, (boot(ours) + [say(resource, FOREIGN, 0, 0), say(ASK, 0, 0)] +
                                       work + [say(ASK, 0, 2)] + work)
        yield f"wants_all_{name}", OFF, boot(ours) + [say(TAKEOVER, 0)] + work
        yield f"we_want_all_{name}", OFF, boot(ours) + [op(WISH, 1, 0)] + work
        yield f"leaves_{name}", OFF, (boot(ours) + [say(resource, ALL, 0, 0), say(SHUTDONE)] + work)
        yield f"we_leave_{name}", OFF, boot(ours) + [op(STOP)] + work + [say(SHUTDONE)]
        yield f"restart_unseen_{name}", OFF, boot(ours) + [say(status, INIT, 0, life=200)] + work
    yield "start_fails", OFF, boot(True) + [op(DONE, 0, 0, 1), short()] * 6 + work
    yield "stop_fails", OFF, (boot(True) + work + [op(WISH, 0, 0), say(ASK, 0, 1)] +
                              [op(DONE, 0, 0, 1), op(PASS, 9, 1)] * 6)
    yield "script_hangs", OFF, boot(True) + [op(PASS, 11, 1), op(DONE, 0, 3, 9)] + work
    yield "found_running", OFF, [op(SUCCEED, 1)] + boot(True) + work
    yield "gaps", OFF, boot(True) + [say(STARTING, number=140), op(PASS, 1, 1), say(NAK, 2, 0, 0),
                                     op(PASS, 1, 1), say(RESOURCE, 0, 0, 0, number=193)] + work
    yield "asks_again", OFF, boot(True) + [say(REXMIT, 0, 0, 0), say(REXMIT, 1, 2, 0), say(ACK, 0, 0)]
    yield "ip_request", LEGACY, boot(False) + work + [say(IP_REQUEST, 0, 0), say(IP_REQUEST, 1, 0)
                                                     ] + work + [say(IP_RESPONSE, 0, 0, 0)] + work
    yield "stall", OFF, boot(True) + work + [op(SLEEP, 4), say(STATUS, ACTIVE, 0)] + work
    yield "links_and_load", OFF, boot(True) + [op(LINK, 0, 0), op(LINK, 1, 0), op(PASS, 4, 1),
                                               op(LINK, 0, 1), op(LOAD, 49, 46, 48), op(OWN, 0, 3)]
    yield "new_configuration", OFF, boot(True) + work + [op(CONFIG, 0), op(PASS, 1, 1)] + work
    yield "text_and_compressed", OFF, [op(SUCCEED), say(STATUS, UP, 0, form=1),
                                       say(STATUS, ACTIVE, 0, form=2), say(STATUS, 0, 0, form=3)]
    yield "third_node", OFF | 4, boot(True) + [op(MESSAGE, BOTH, STATUS, 5, 0, 0, 0, 0, 0)] + work


def captured_lives():
    """What the real beta of cap4 said, ten packets a seed, raw."""
    packets, seen = [], set()
    for packet in udp_payloads(DATA / "captures" / "cap4.pcap"):
        if field(packet, b"src") == "beta" and packet not in seen:
            seen.add(packet)
            packets.append(packet)
    for first in range(0, min(len(packets), 60), 10):
        ops = [op(SUCCEED)]
        for packet in packets[first : first + 10]:
            ops += [op(RAW, 0, *packet), short(), op(SUCCEED)]
        yield f"cap4_beta_{first:02}", OFF, ops


def write(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def main():
    for name, packet in capture_seeds():
        write("packet_fuzz", name, packet)
        if name.endswith("text"):
            write("text_form_fuzz", name, packet)
    for name, stream in serial_seeds():
        write("serial_frame_fuzz", name, stream)
    for name, variant, ops in [*programs(), *captured_lives()]:
        write("core_fuzz", name, bytes([variant]) + b"".join(ops))


if __name__ == "__main__":
    main()
