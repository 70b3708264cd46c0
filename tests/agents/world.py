"""What each test of the agents gets: two cables, a state directory, calls of agents, an ear on the
wire. Runs in the namespaces that `run` has made; knows nothing of what any test is after."""

import os
import socket
import struct
import subprocess
import time

ETH_P_ALL = 0x0003
SO_TIMESTAMPNS = 35
PACKET_OUTGOING = 4

verbose = False
root = programs = None


def setup(root_folder, program_folder):
    global root, programs
    root, programs = root_folder, program_folder
    sh("ip link set lo up")


def sh(command, check=True):
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)
    if check and done.returncode != 0:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Result:
    def __init__(self, done, seconds):
        self.code, self.out, self.err, self.seconds = (done.returncode, done.stdout, done.stderr,
                                                       seconds)

    def says(self):
        """What Heartbeat makes of the output of status (resources.md 1.5)."""
        words = "".join(self.out.lower().split())
        if "notrunning" in words:
            return "stopped"
        running = "running" in self.out or "Running" in self.out or "OK" in self.out
        return "running" if running else "stopped"


class Ear:
    """Hears every frame that comes out of the far end of a cable, with the kernel's time stamp."""

    def __init__(self, interface):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind((interface, 0))
        self.socket.settimeout(0)
        self.frames = []

    def drain(self):
        while True:
            try:
                data, extra, _, where = self.socket.recvmsg(2048, 256)
            except BlockingIOError:
                return self.frames
            if where[2] == PACKET_OUTGOING:
                continue
            stamp = next(d for level, kind, d in extra if kind == SO_TIMESTAMPNS)
            seconds, nanoseconds = struct.unpack("qq", stamp)
            self.frames.append((seconds + nanoseconds / 1e9, data))

    def arps(self, address):
        """(time, operation, frame) of each ARP frame that announces `address`."""
        wanted = socket.inet_aton(address)
        return [(when, struct.unpack("!H", data[20:22])[0], data) for when, data in self.drain()
                if data[12:14] == b"\x08\x06" and data[28:32] == wanted == data[38:42]]

    def advertisements(self, address):
        wanted = socket.inet_pton(socket.AF_INET6, address)
        return [(when, data) for when, data in self.drain()
                if data[12:14] == b"\x86\xdd" and data[20] == 58 and data[54] == 136
                and data[62:78] == wanted]


class World:
    """v0 and w0 are the machine's interfaces (up, 10.0.0.1/24 and 10.1.0.1/24), v1 and w1 the other
    ends of their cables."""

    def __init__(self, folder):
        self.folder = folder
        self.state = folder / "rsctmp"
        self.calls = []
        self.children = []
        self.loops = []
        for near, far, address in ("v0", "v1", "10.0.0.1/24"), ("w0", "w1", "10.1.0.1/24"):
            sh(f"ip link add {near} type veth peer name {far}; ip link set {far} up;"
               f"echo 0 >/proc/sys/net/ipv4/conf/{near}/promote_secondaries;"
               f"ip addr add {address} brd + dev {near}; ip link set {near} up")
        self.environment = {**os.environ, "HA_RSCTMP": str(self.state),
                            "HB_AGENT": str(programs / "hb_agent"), "HA_CURHOST": "node1",
                            "HA_DIR": f"{folder}/ha.d/"}

    def run(self, *words, **environment):
        began = time.monotonic()
        done = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=60,
                              env={**self.environment, **environment})
        result = Result(done, time.monotonic() - began)
        self.calls.append((words, result))
        return result

    def agent(self, name, *words, **environment):
        return self.run(root / "resource.d" / name, *words, **environment)

    def tool(self, name, *words, **environment):
        return self.run(programs / name, *words, **environment)

    def start(self, *words):
        """A process of the test's own, ended at its end."""
        child = subprocess.Popen(words, stdin=subprocess.DEVNULL)
        self.children.append(child)
        return child

    def loop_device(self, fstype="ext4", megabytes=8):
        image = self.folder / f"disk{len(self.loops)}"
        sh(f"truncate -s {megabytes}M {image}; mkfs.{fstype} -q {image}")
        device = sh(f"losetup -f --show {image}").strip()
        self.loops.append(device)
        return device

    def history(self):
        return "".join(f"    {' '.join(map(str, words))}\n      {r.code} {r.out!r} {r.err!r}\n"
                       for words, r in self.calls)

    def close(self):
        for child in self.children:
            child.kill()
            child.wait()
        for line in reversed(sh("cat /proc/self/mounts").splitlines()):
            if (point := line.split()[1]).startswith(str(self.folder)):
                sh(f"umount -l {point}", check=False)
        for device in self.loops:
            sh(f"losetup -d {device}", check=False)
        sh("ip link del v0; ip link del w0", check=False)
        sh("ip -4 addr flush dev lo; ip addr add 127.0.0.1/8 dev lo", check=False)


def addresses(interface, family=4):
    """address/length words of one interface, in the kernel's order."""
    lines = sh(f"ip -o -{family} addr show dev {interface}").splitlines()
    return [line.split()[3] for line in lines]


def labels(interface):
    lines = sh(f"ip -o -4 addr show dev {interface}").splitlines()
    return {line.split()[3].split("/")[0]: line.split("\\")[0].split()[-1] for line in lines}


def same(found, expected):
    assert found == expected, f"found {found!r}, expected {expected!r}"


def has(text, part):
    assert part in text, f"{part!r} is not in {text!r}"


def wait_for(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.01)
