"""Where virtual hosts are built: the installed tree of the daemon, and a process with mounts of its
own whose end, however it comes, takes everything down."""

import os
import shutil
import signal
import subprocess
import tempfile
import traceback
from pathlib import Path

import kernel

REPO = Path(__file__).resolve().parents[2]


def install(stage, build=REPO / "build" / "release"):
    """Installs the build into a tree that the hosts lay over the machine's own root. For hosts the
    tree must be on their own disk: the kernel lays no folder of a root over that same root."""
    subprocess.run(["cmake", "--install", build], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "DESTDIR": str(stage)})
    # Debian's /lib, /bin and /sbin are links: a folder of that name must not hide them.
    for name in ("lib", "bin", "sbin"):
        if (stage / name).is_dir():
            shutil.copytree(stage / name, stage / "usr" / name, symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(stage / name)
    yardstick = Path(build) / "bin" / "hb_yardstick"
    if yardstick.exists():
        (stage / "usr" / "bin").mkdir(parents=True, exist_ok=True)
        shutil.copy(yardstick, stage / "usr" / "bin")
    zoo = stage / "usr" / "lib" / "heartbeat" / "zoo"    # tests/plugin, for test_plugins.py
    zoo.mkdir(parents=True, exist_ok=True)
    for plugin in (Path(build) / "plugins").glob("zoo_*.so"):
        shutil.copy(plugin, zoo)
    return stage


def interrupted(number, _frame):
    """A signal handler: lets `finally` do its work."""
    raise KeyboardInterrupt(f"signal {number}")


def enter(work):
    """For a forked process: own mounts, an own disk at `work`, and no life after its parent."""
    kernel.die_with_parent()
    os.setsid()
    signal.signal(signal.SIGTERM, interrupted)
    kernel.own_mounts()
    kernel.mount_tmpfs(work)


def run_apart(function):
    """Runs function(work) in such a process to its end; returns the exit status it gave."""
    work = tempfile.mkdtemp(prefix="hb-system-")
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            enter(work)
            status = function(Path(work))
        except KeyboardInterrupt:
            status = 130
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    signal.signal(signal.SIGTERM, interrupted)
    try:
        _, status = os.waitpid(pid, 0)
    except KeyboardInterrupt:
        for number in (signal.SIGTERM, signal.SIGINT):    # a second one must not leave anything
            signal.signal(number, signal.SIG_IGN)
        os.kill(pid, signal.SIGTERM)
        _, status = os.waitpid(pid, 0)
    os.rmdir(work)
    return os.waitstatus_to_exitcode(status)
