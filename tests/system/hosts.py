"""One virtual host: namespaces with an init that reaps, a disk of its own, and a power switch. Cables are switch.py's, daemons are cluster.py's."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import kernel

# What runs as process 1. The host sees the trees under test laid over the machine's own root; what
# it writes goes to its own disk, which outlives a power cut. /run is empty after each boot.
_BOOT = r"""
set -e
disk=$1 name=$2 lower=$3 shared=$4
mkdir -p "$disk"/{root,work,new}
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$disk/root,workdir=$disk/work" "$disk/new"
cd "$disk/new"
mount --rbind /dev dev
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p srv/shared
[ -z "$shared" ] || mount --bind "$shared" srv/shared
pivot_root . .
umount -l .
cd /
getent group haclient >/dev/null || echo haclient:x:64990: >>/etc/group
getent passwd hacluster >/dev/null ||
    echo hacluster:x:64990:64990::/var/lib/heartbeat:/usr/sbin/nologin >>/etc/passwd
mkdir -p /run/lock/subsys /run/heartbeat/rsctmp /run/heartbeat/ccm /run/heartbeat/dopd \
    /run/resource-agents /var/log /var/lib/heartbeat/cores/{root,hacluster} /etc/ha.d
chown hacluster:haclient /run/heartbeat /run/heartbeat/{ccm,dopd} /var/lib/heartbeat \
    /var/lib/heartbeat/cores/hacluster
chmod 750 /run/heartbeat/{ccm,dopd}
hostname "$name"
ip link set lo up
echo ready
exec </dev/null >/dev/null 2>&1
while :; do sleep 1000 & wait $!; done
"""


class Host:
    """A machine that can be booted, cut off its power, frozen and booted again."""

    def __init__(self, name, disk, trees=(), shared=""):
        """`trees`: installed files laid over the machine's, the first on top. `shared`: a folder
        that this host sees as /srv/shared."""
        self.name = name
        self.disk = Path(disk)
        self.trees = [str(tree) for tree in trees] + ["/"]
        self.shared = str(shared)
        self.init = None
        self._unshare = None
        self._running = []
        self.console = self.disk / "console.log"
        self.disk.mkdir(parents=True, exist_ok=True)

    def boot(self):
        assert self.init is None, f"{self.name} runs already"
        self._unshare = subprocess.Popen(
            ["unshare", "--net", "--uts", "--mount", "--pid", "--ipc", "--fork",
             "--kill-child=KILL", "--mount-proc", "--propagation", "private",
             "bash", "-c", _BOOT, "init", str(self.disk), self.name, ":".join(self.trees),
             self.shared],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=kernel.die_with_parent)
        if self._unshare.stdout.readline() != b"ready\n":
            raise RuntimeError(f"{self.name} does not boot: {self._unshare.stderr.read().decode()}")
        (self.init,) = kernel.children_of(self._unshare.pid)

    @property
    def alive(self):
        return self.init is not None

    def path(self, name):
        """Where the test finds a file that this host wrote, up or down."""
        root = Path(f"/proc/{self.init}/root") if self.init else self.disk / "root"
        return root / name.lstrip("/")

    def read(self, name, since=0):
        """The text of a file from byte `since` on; of anything else, or nothing, an empty one."""
        path = self.path(name)
        try:
            if not path.is_file():
                return ""
            with path.open("rb") as file:
                file.seek(since)
                return file.read().decode(errors="replace")
        except OSError:
            return ""

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(text)
        fresh.chmod(mode)
        fresh.rename(path)

    def command(self, *argv):
        assert self.init, f"{self.name} has no power"
        return ["nsenter", "--target", str(self.init), "--mount", "--uts", "--ipc", "--net",
                "--pid", "--wd=/", "--", *map(str, argv)]

    def run(self, *argv, timeout=30, check=True, stdin=None):
        """Runs a program inside to its end; its output is text in .stdout and .stderr."""
        done = subprocess.run(self.command(*argv), input=stdin, text=True, capture_output=True,
                              timeout=timeout, preexec_fn=kernel.die_with_parent,
                              **({} if stdin is not None else {"stdin": subprocess.DEVNULL}))
        if check and done.returncode != 0:
            raise RuntimeError(f"{self.name}: {' '.join(map(str, argv))} ended with "
                               f"{done.returncode}: {done.stdout}{done.stderr}")
        return done

    def shell(self, text, **options):
        return self.run("sh", "-c", text, **options)

    def spawn(self, *argv):
        """Starts a program inside and returns at once; its output goes to the console log."""
        with open(self.console, "ab") as console:
            process = subprocess.Popen(self.command(*argv), stdin=subprocess.DEVNULL,
                                       stdout=console, stderr=console,
                                       preexec_fn=kernel.die_with_parent)
        self._running.append(process)
        return process

    def pids(self, name=None):
        """Processes inside, seen from outside; with `name` only those of that program."""
        found = [pid for pid in kernel.processes_like(self.init) if pid != self.init]
        return found if name is None else [pid for pid in found if _name_of(pid) == name]

    def kill(self, name, number=signal.SIGKILL):
        """Signals the programs of that name inside this host, and nowhere else."""
        for pid in self.pids(name):
            with contextlib.suppress(ProcessLookupError):    # it has ended meanwhile
                os.kill(pid, number)

    def power_cut(self):
        """Every process of the host is gone at once; its disk stays. Returns the wall time."""
        at = time.time()
        os.kill(self.init, signal.SIGKILL)
        self._unshare.wait()
        self._unshare.stdout.close()
        self._unshare.stderr.close()
        for process in self._running:
            process.kill()
            process.wait()
        self._running.clear()
        self.init = self._unshare = None
        return at

    def pause(self):
        """Freezes every process but init, as a stopped virtual machine whose clock runs on."""
        stopped = set()
        while fresh := set(self.pids()) - stopped:
            for pid in fresh:
                _signal(pid, signal.SIGSTOP)
            stopped |= fresh

    def resume(self):
        # nsenter stops when the program it started stops, and must be woken as well.
        for pid in self.pids() + [process.pid for process in self._running]:
            _signal(pid, signal.SIGCONT)


def _signal(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def _name_of(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""
