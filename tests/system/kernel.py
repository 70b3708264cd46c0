"""The few Linux calls that Python 3.11 lacks; nothing about hosts or clusters lives here."""

import ctypes
import fcntl
import os
import signal

CLONE_NEWNS = 0x00020000
CLONE_NEWNET = 0x40000000
_MS_REC_PRIVATE = 0x4000 | (1 << 18)
_PR_SET_PDEATHSIG = 1
_FIFREEZE, _FITHAW = 0xC0045877, 0xC0045878
_libc = ctypes.CDLL(None, use_errno=True)


def _check(result):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def die_with_parent():
    """For preexec_fn: the kernel ends this process when the one that started it ends, however."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def own_mounts():
    """Gives this process a mount namespace of its own: what it mounts ends with it."""
    _check(_libc.unshare(CLONE_NEWNS))
    _check(_libc.mount(b"none", b"/", None, _MS_REC_PRIVATE, None))


def mount_tmpfs(path, size="1g"):
    _check(_libc.mount(b"tmpfs", str(path).encode(), b"tmpfs", 0, f"size={size},mode=755".encode()))


def freeze(descriptor):
    """Writers to the file system of this open file hang from now on."""
    fcntl.ioctl(descriptor, _FIFREEZE, 0)


def thaw(descriptor):
    fcntl.ioctl(descriptor, _FITHAW, 0)


def enter_network_of(pid):
    """Moves the calling thread into the network namespace of `pid`."""
    with open(f"/proc/{pid}/ns/net") as namespace:
        _check(_libc.setns(namespace.fileno(), CLONE_NEWNET))


def children_of(pid):
    """Direct children, by asking every process for its parent."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as stat:
                    if int(stat.read().rpartition(")")[2].split()[1]) == pid:
                        found.append(int(name))
            except (OSError, IndexError):
                continue
    return found


def processes_like(pid, namespace="pid"):
    """Every process that lives in the same namespace as `pid`."""
    wanted = os.readlink(f"/proc/{pid}/ns/{namespace}")
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.readlink(f"/proc/{name}/ns/{namespace}") == wanted:
                    found.append(int(name))
            except OSError:
                continue
    return found
