#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets that are made rather than found: packets of real 3.0.6
clusters (tests/data/captures) and small programs for core_fuzz (core_program.hpp).

Run it after a change of that format: tests/fuzz/seeds.py
"""
import bz2
import hmac
import pathlib
import struct
import zlib

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


# --- messages at the bounds of the two forms ---


def piece(content):
    return str(len(content)).encode() + b":" + content + b","


def netstring(*fields):
    return b"###\n" + b"".join(piece(field) for field in fields) + b"%%%\n"


def text(*lines):
    return b">>>\n" + b"".join(line + b"\n" for line in lines) + b"<<<\n"


def deep_text(levels, depth=0):
    end = lambda d: b"\n" if d == 0 else bytes([20 + d - 1 if d <= 12 else 15 + d - 13])
    inside = b"a=b" if depth == levels else b"(2)s=" + deep_text(levels, depth + 1)
    return b">>>" + end(depth) + inside + end(depth) + b"<<<" + end(depth)


def netstring_seeds():
    deep = b"(0)a=b"
    for _ in range(18):
        deep = b"(2)s=" + netstring(deep)
    yield "nested_too_deep", netstring(deep)
    yield "many_fields", netstring(*[b"(0)a=b"] * 1030)
    yield "many_fields_inside", netstring(*[b"(2)s=" + netstring(*[b"(0)a="] * 400)] * 12)
    yield "list", netstring(b"(3)l=3:abc,4:defg,", b"(3)l=1:x,")
    yield "list_too_long_to_write", netstring(b"(3)l=" + piece(b"x" * 700) * 2)
    yield "list_of_many", netstring(b"(3)l=" + b"1:x," * 1030)
    yield "list_broken", netstring(b"(3)l=3:ab")
    yield "list_with_empty_element", netstring(b"(3)l=0:,")
    yield "list_with_nul", netstring(b"(3)l=1:\0,")
    yield "string_with_nul", netstring(b"(0)a=b\0c")
    yield "name_empty", netstring(b"(0)=b")
    yield "type_unknown", netstring(b"(9)a=b")
    yield "type_missing", netstring(b"a=b")
    yield "no_equals", netstring(b"(0)abc")
    yield "field_cut", b"###\n9:(0)a=b,%%%\n"
    yield "nested_with_rest", netstring(b"(2)s=" + netstring(b"(0)a=b") + b"more")
    yield "compressed_field", netstring(b"(4)c=\x01\x02", b"(5)d=" + netstring(b"(0)a=b"))
    yield "no_end", b"###\n7:(0)a=b,"


def text_form_seeds():
    yield "nested_deep", deep_text(16)
    yield "nested_too_deep", deep_text(17)
    yield "many_fields", text(*[b"a=b"] * 1030)
    yield "list", text(b"(3)l=3:abc,4:defg,")
    yield "list_broken", text(b"(3)l=3:ab")
    yield "binary", text(b"(1)u=QUJDRA==")
    yield "binary_broken", text(b"(1)u=QUJ", b"a=b")
    yield "binary_not_canonical", text(b"(1)u=QUJDRB==")
    yield "compressed", text(b"(4)u=QUJDRA==")
    yield "type_zero", text(b"(0)a=b")
    yield "type_to_compress", text(b"(5)a=b")
    yield "no_equals", text(b"abc")
    yield "no_name", text(b"=b")
    yield "name_like_a_type", text(b"(1)(2)a=b")
    yield "escaped_newline", text(b"a=b\x13c")
    yield "ends_with_nul", b">>>\na=b\n\0"
    yield "nul_follows", text(b"a=b") + b"\0"
    yield "bytes_follow", text(b"a=b") + b"c"
    yield "nested_with_rest", b">>>\n(2)s=>>>\x14a=b\x14<<<\x14more\n<<<\n"
    yield "no_end", b">>>\na=b\n"
    yield "blank_lines", b">>>\n\n\na=b\n\n<<<\n"


KEYS = {1: ("sha1", b"SecretKey"), 2: ("md5", b"OtherKey"), 4: ("sha256", b"LongKey"),
        5: ("sha512", b"LongerKey")}


def digest(key, data):
    method, secret = KEYS[key]
    return str(key).encode() + b" " + hmac.new(secret, data, method).hexdigest().encode()


def signed(key, body):
    return body + piece(digest(key, body))


def wrapped(payload, algorithm=b"zlib"):
    return netstring(b"(1)_compressed_payload=" + payload, b"(0)_compression_algorithm=" + algorithm)


def packet_seeds():
    small = netstring(b"(0)t=x")
    for key, (method, _) in KEYS.items():
        yield f"signed_{method}", signed(key, small)
    yield "key_unknown", small + piece(b"9 " + b"0" * 40)
    yield "signature_wrong", small + piece(b"1 " + b"0" * 40)
    yield "signature_no_index", small + piece(b"x")
    yield "signature_missing", small
    lines = b"t=x\n"
    yield "text_signed", text(b"t=x", b"auth=" + digest(1, lines))
    yield "text_signature_wrong", text(b"t=x", b"auth=1 00")
    yield "text_without_auth", text(b"t=x")
    yield "text_with_two_auth", text(b"t=x", b"auth=" + digest(1, lines), b"auth=1 00")
    yield "zlib", wrapped(zlib.compress(small))
    yield "zlib_of_text", wrapped(zlib.compress(text(b"t=x") + b"\0"))
    yield "zlib_twice", wrapped(zlib.compress(wrapped(zlib.compress(small))))
    yield "zlib_of_large", wrapped(zlib.compress(netstring(b"(0)t=x", b"(0)a=" + b"x" * 300000)))
    yield "zlib_cut", wrapped(zlib.compress(small)[:-6])
    yield "zlib_with_rest", wrapped(zlib.compress(small) + b"more")
    yield "zlib_bomb", wrapped(zlib.compress(b"x" * (3 << 20)))
    yield "zlib_noise", wrapped(b"noise")
    yield "bz2", wrapped(bz2.compress(small, 1), b"bz2")
    yield "bz2_cut", wrapped(bz2.compress(small, 1)[:-6], b"bz2")
    yield "bz2_bomb", wrapped(bz2.compress(b"x" * (3 << 20), 1), b"bz2")
    yield "bz2_noise", wrapped(b"noise", b"bz2")
    yield "algorithm_unknown", wrapped(b"x", b"lzma")


def client_seeds():
    frame = lambda body: struct.pack("<iI", len(body), 0xABCD) + body
    yield "netstring", frame(netstring(b"(0)t=hbapi-req", b"(1)u=0123456789abcdef"))
    yield "list", frame(netstring(b"(3)l=3:a\nb,")) + frame(text(b"(3)l=3:abc,") + b"\0")
    yield "compressed_field", frame(netstring(b"(4)c=\x01\x02"))
    yield "empty_bodies", frame(b"") * 3 + frame(text(b"t=x") + b"\0")
    yield "neither_form", frame(b"hello")
    yield "length_negative", struct.pack("<iI", -1, 0xABCD) + b"x"
    yield "length_too_large", struct.pack("<iI", 263082, 0xABCD) + b"x"
    yield "magic_wrong", frame(text(b"t=x")) + struct.pack("<II", 4, 0xABCE) + b"abcd"
    yield "header_cut", frame(text(b"t=x"))[:5]
    yield "body_cut", frame(text(b"t=x"))[:10]


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
    yield "endless_line_ends_like_a_frame", b"x" * 301 + small
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
    yield "new_configuration", OFF, boot(True) + work + [op(CONFIG, 64), op(PASS, 1, 0)] + work
    yield "text_and_compressed", OFF, [op(SUCCEED), say(STATUS, UP, 0, form=1),
                                       say(STATUS, ACTIVE, 0, form=2), say(STATUS, 0, 0, form=3)]
    large = text(b"t=site-specific", b"long=" + b"x" * 2100)
    yield "large_compressed_classic", OFF | 32, boot(True) + [op(LOCAL, *large)] + work
    yield "large_compressed_netstring", OFF | 48, boot(True) + [op(LOCAL, *large)] + work
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


# --- programs for desk_fuzz (its Step) ---

COME, SIGN_ON, BODY, REQUEST, SAY, GO, TIME, PEER, RULES = range(9)
ROOT, CLUSTER, STRANGER = range(3)
TST, PING, CASUAL = range(3)


def desk_programs():
    root = [op(COME, ROOT), op(SIGN_ON, 0, 0, TST)]
    cluster = [op(COME, CLUSTER), op(SIGN_ON, 1, 0, PING)]
    status = op(PEER, 0, STATUS, 0, 0, 0, 0, ACTIVE, 0)
    yield "requests", root + [op(REQUEST, 0, kind) for kind in range(19)]
    yield "requests_of_a_node", root + [op(REQUEST, 0, kind, 0, 0, 0, node) for kind in range(19)
                                        for node in (0, 1)]
    yield "messages", root + cluster + [op(SAY, who, kind) for kind in range(11) for who in (0, 1)]
    forged = zlib.compress(netstring(b"(0)t=status", b"(0)st=dead", b"(0)src=alpha", b"(0)seq=1",
                                     b"(0)ts=1"))
    yield "packed", root + [op(SAY, 0, 0, 1, 18, 254, len(forged), *forged, 19, 0, 13),
                            op(SAY, 0, 0, 1, 18, 4, 10), op(SAY, 0, 0, 1, 19, 0, 13)]
    yield "everything_is_seen", root + [op(REQUEST, 0, 1, 0, 3, 0, 3), op(TIME, 100), status, status,
                                        op(TIME, 100)] + cluster + [op(SAY, 1, 0)]
    yield "not_root", [op(COME, CLUSTER), op(SIGN_ON, 0, 0, PING), op(REQUEST, 0, 1, 0, 3, 0, 3),
                       status, status, op(TIME, 100)]
    yield "strangers", [step for papers in range(6) for step in
                        (op(COME, STRANGER), op(SIGN_ON, 0, papers, TST))] + [op(TIME, 100)]
    yield "casual_says", [op(COME, ROOT), op(SIGN_ON, 0, 0, CASUAL), op(SAY, 0, 0)]
    yield "comes_and_goes", (root + [op(GO, 0)]) * 6 + [op(RULES, 1)] + root + cluster
    yield "nonsense", [op(COME, ROOT), op(BODY, 0, *b"GET /"), op(SIGN_ON, 0, 0, TST),
                       op(BODY, 0, *netstring(b"(0)t=hbapi-req", b"(0)reqtype=nodelist"))]
    yield "netstring", [bytes(0)] + root + [op(SAY, 0, 0, 1), op(REQUEST, 0, 0, 1)]


# --- frames of a plugin's helper ---


def helper_frame(kind, *pairs):
    body = struct.pack(">BH", kind, len(pairs))
    for name, value in pairs:
        body += struct.pack(">HI", len(name), len(value)) + name + value
    return struct.pack(">I", len(body)) + body


def helper_seeds():
    order = helper_frame(1, (b"kind", b"watch"), (b"plugin", b"ipfail"), (b"folder", b"/p"),
                         (b"user", b"hacluster"))
    call = helper_frame(3, (b"t", b"ping_count"), (b"n", b"2"), (b"n", b""))
    yield "to_helper", order + helper_frame(2) + call + helper_frame(4)
    yield "fence_call", helper_frame(3, (b"op", b"reset"), (b"node", b"beta"),
                                     (b"timeout_ms", b"20000"))
    yield "from_helper", (helper_frame(16) + helper_frame(17) +
                          helper_frame(18, (b"t", b"standby")) +
                          helper_frame(19, (b"level", b"4"), (b"text", b"words\n")) +
                          helper_frame(20, (b"rc", b"0")))
    yield "cut", call[:-3]
    yield "kind_unknown", helper_frame(99)
    yield "zero_in_value", helper_frame(3, (b"a", b"\0"))
    yield "no_name", helper_frame(3, (b"", b"a"))
    yield "name_256", helper_frame(3, (b"n" * 256, b"a"))
    yield "too_short", b"\0\0\0\2\3\0"
    yield "too_large", b"\0\1\0\1"
    yield "fields_257", b"\0\0\0\3\3\1\1"
    yield "longer_than_body", struct.pack(">I", 10) + b"\3\0\1\0\1\xff\xff\xff\xffa"
    yield "bytes_behind_fields", struct.pack(">I", 4) + b"\3\0\0x"


def write(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def main():
    for name, packet in capture_seeds():
        write("packet_fuzz", name, packet)
        if name.endswith("text"):
            write("text_form_fuzz", name, packet)
    made = {"netstring_fuzz": netstring_seeds, "text_form_fuzz": text_form_seeds,
            "packet_fuzz": packet_seeds, "client_frame_fuzz": client_seeds,
            "serial_frame_fuzz": serial_seeds, "helper_frame_fuzz": helper_seeds}
    for target, seeds in made.items():
        for name, data in seeds():
            write(target, name, data)
    for name, variant, ops in [*programs(), *captured_lives()]:
        write("core_fuzz", name, bytes([variant]) + b"".join(ops))
    for name, ops in desk_programs():
        write("desk_fuzz", name, bytes([16 if name == "netstring" else 0]) + b"".join(ops))


if __name__ == "__main__":
    main()
