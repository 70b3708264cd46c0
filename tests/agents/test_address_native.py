"""What the address agents do beyond the scripts of old: groups in one subnet, thousands at once, a
search for duplicates, IPv6addr and IPsrcaddr."""

import time

import world as w
from world import Ear, addresses, has, labels, same, sh


def batch(world, action, lines):
    """hb_agent --batch: (lines of its answer, stderr, seconds)."""
    calls = world.folder / "calls"
    calls.write_text("".join(f"{line}\n" for line in lines))
    began = time.monotonic()
    result = world.run("sh", "-c", f'exec "$HB_AGENT" --batch {action} <{calls}')
    return result.out.splitlines(), result.err, time.monotonic() - began


def test_two_groups_without_a_base_address_leave_each_other_alone(world):
    # Why: the kernel drops all secondaries of a subnet with its first address.
    for agent, inet, first, second in (
            ("IPaddr", 4, "10.7.0.5/24/v0", "10.7.0.6/24/v0"),
            ("IPaddr2", 4, "10.7.0.5/24/v0", "10.7.0.6/24/v0"),
            ("IPaddr2", 6, "fd07:0:0:0:0:0:0:5/64/v0", "fd07:0:0:0:0:0:0:6/64/v0"),
            ("IPv6addr", 6, "fd07:0:0:0:0:0:0:5/64/v0", "fd07:0:0:0:0:0:0:6/64/v0")):
        for leaves, stays in (first, second), (second, first):
            sh("echo 0 >/proc/sys/net/ipv4/conf/v0/promote_secondaries")
            for spec in first, second:
                same((agent, world.agent(agent, spec, "start").code), (agent, 0))
            same((agent, world.agent(agent, leaves, "stop").code), (agent, 0))
            has(world.agent(agent, stays, "status").out, "Running OK")
            shown = addresses("v0", inet)
            assert not [a for a in shown if a.startswith(("10.7.0.", "fd07:")) and
                        a.split("/")[0].endswith(leaves.split("/")[0][-1])], shown
            # The survivor must still have its network's route.
            has(sh(f"ip -{inet} route show dev v0"), "10.7.0.0/24" if inet == 4 else "fd07::/64")
            same((agent, world.agent(agent, stays, "stop").code), (agent, 0))


def test_a_thousand_addresses_at_once(world):
    # Why: all of them have to be up and announced 40 ms after the death of their owner.
    specs = [f"10.8.{n // 250}.{n % 250 + 1}/16/v0" for n in range(1000)]
    ear = Ear("v1")
    ear.socket.setsockopt(w.socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
    out, err, took_start = batch(world, "start", [f"IPaddr2 {spec}" for spec in specs])
    same((out, err), ([f"0 IPaddr2 {spec}" for spec in specs], ""))
    same(len(addresses("v0")), 1001)
    heard = [(when, frame[28:32]) for when, frame in ear.drain()
             if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\1" and frame[28:30] == b"\x0a\x08"]
    first = {}
    for when, address in heard:
        first.setdefault(address, when)
    same(len(first), 1000)
    span = (max(first.values()) - min(first.values())) * 1000
    out, err, took_status = batch(world, "status", [f"IPaddr2 {spec}" for spec in specs])
    same(out, [f"0 IPaddr2 {spec}" for spec in specs])
    out, err, took_stop = batch(world, "stop", [f"IPaddr2 {spec}" for spec in specs])
    same(out, [f"0 IPaddr2 {spec}" for spec in specs])
    same(addresses("v0"), ["10.0.0.1/24"])
    print(f"1,000 addresses: start {took_start * 1000:.0f} ms with the start of the program, first to "
          f"last first ARP {span:.1f} ms, status {took_status * 1000:.0f} ms, stop "
          f"{took_stop * 1000:.0f} ms")
    assert took_start < 2 and took_stop < 2, (took_start, took_stop)


def test_a_batch_is_as_good_as_its_parts(world):
    # Why: one bad member must not spoil the others, and each is told its own.
    lines = ["IPaddr 10.0.0.5", "IPaddr 10.0.0.300", "IPaddr 192.0.2.9", "IPaddr 10.0.0.6",
             "IPaddr2 10.0.0.5", "IPv6addr fd00:0:0:0:0:0:0:9/64/v0"]
    out, err, _ = batch(world, "start", lines)
    same(out, [f"{status} {line}" for status, line in zip((0, 2, 1, 0, 0, 0), lines)])
    has(err, "IPaddr(10.0.0.300): ERROR: 10.0.0.300: expected an IPv4 address")
    has(err, "IPaddr(192.0.2.9): ERROR: no route to a directly connected network")
    same(labels("v0"), {"10.0.0.1": "v0", "10.0.0.5": "v0:0", "10.0.0.6": "v0:1"})
    out, err, _ = batch(world, "stop", lines)
    same(out, [f"0 {line}" for line in lines])
    same(addresses("v0"), ["10.0.0.1/24"])


def neighbour(world, address):
    """Another machine at the far end of the cable, that has this address."""
    child = world.start("unshare", "-n", "sleep", "100")
    w.wait_for(lambda: sh(f"readlink /proc/{child.pid}/ns/net") != sh("readlink /proc/self/ns/net"))
    sh(f"ip link set v1 netns {child.pid}")
    sh(f"nsenter -t {child.pid} -n sh -c 'ip addr add {address} dev v1 nodad 2>/dev/null || "
       f"ip addr add {address} dev v1; ip link set v1 up'")


def test_search_for_duplicates_on_request(world):
    # Why: without a fencing device it is the last chance to see that the other node still serves.
    for address, spec in ("10.0.0.5/24", "10.0.0.5/24/v0"), ("fd00::5/64", "fd00:0:0:0:0:0:0:5/64/v0"):
        neighbour(world, address)
        result = world.agent("IPaddr2", spec, "start", HA_ADDRESS_PROBE="3")
        same((spec, result.code, result.out), (spec, 1, "ERROR:  Generic error\n"))
        has(result.err, f"on v0 answers for {spec.split('/')[0]}: expected nobody")
        same(world.agent("IPaddr2", spec, "status").says(), "stopped")
        free = spec.replace("5/", "6/")
        result = world.agent("IPaddr2", free, "start", HA_ADDRESS_PROBE="100ms")
        same((free, result.code, result.err), (free, 0, ""))
        assert 0.1 <= result.seconds, result.seconds
        world.close()
        world.children.clear()
        world.__init__(world.folder)
    result = world.agent("IPaddr2", "10.0.0.5", "start", HA_ADDRESS_PROBE="soon")
    same(result.code, 0)
    has(result.err, "ADDRESS_PROBE soon: expected a time")


def test_ipv6addr(world):
    # Why: haresources of old name it; 3.0.6's needs 7 s for a start.
    sh("ip addr add fd00::1/64 dev v0 nodad")
    ear = Ear("v1")
    result = world.agent("IPv6addr", "fd00:0:0:0:0:0:0:5", "start")
    same((result.code, result.out, result.err), (0, "INFO:  Success\n", ""))
    has(sh("ip -o -6 addr show dev v0"), "fd00::5/64")
    assert "tentative" not in sh("ip -o -6 addr show dev v0 to fd00::5")
    assert len(ear.advertisements("fd00::5")) >= 2
    same(world.agent("IPv6addr", "fd00:0:0:0:0:0:0:5", "status").says(), "running")
    same(world.agent("IPv6addr", "fd00:0:0:0:0:0:0:5", "stop").code, 0)
    same(addresses("v0", 6)[0], "fd00::1/64")
    result = world.agent("IPv6addr", "10.0.0.5", "start")
    same(result.code, 2)
    has(result.err, "expected an IPv6 address")


def source(route):
    """Preferred source of a route of v0."""
    words = sh(f"ip route show {route}").split()
    return words[words.index("src") + 1] if "src" in words else None


def test_ipsrcaddr_moves_the_source_and_gives_it_back(world):
    # Why: firewalls elsewhere let the service's address in, not the node's.
    sh("ip route add default via 10.0.0.254 metric 7")
    result = world.agent("IPsrcaddr", "10.0.0.5", "start")
    same(result.code, 1)
    has(result.err, "10.0.0.5 is not on this machine")
    same(world.agent("IPaddr", "10.0.0.5", "start").code, 0)
    same(world.agent("IPsrcaddr", "10.0.0.5", "status").says(), "stopped")
    for _ in range(2):
        result = world.agent("IPsrcaddr", "10.0.0.5", "start")
        same((result.code, result.err), (0, ""))
    same((source("10.0.0.0/24"), source("default")), ("10.0.0.5", "10.0.0.5"))
    has(sh("ip route show default"), "via 10.0.0.254 dev v0 src 10.0.0.5 metric 7")
    same(source("10.1.0.0/24"), "10.1.0.1")
    same(world.agent("IPsrcaddr", "10.0.0.5", "status").says(), "running")
    has(sh("ip route get 192.0.2.1"), "src 10.0.0.5")
    for _ in range(2):
        result = world.agent("IPsrcaddr", "10.0.0.5", "stop")
        same((result.code, result.err), (0, ""))
    same((source("10.0.0.0/24"), source("default")), ("10.0.0.1", None))
    has(sh("ip route get 192.0.2.1"), "src 10.0.0.1")
    result = world.agent("IPsrcaddr", "here", "start")
    same(result.code, 2)
    same(world.agent("IPsrcaddr", "here", "stop").code, 0)
