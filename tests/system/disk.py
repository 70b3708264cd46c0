"""Disks for hosts: a loop device with ext4 on it, which disappears with the test, and a way to make
one hang."""

import os
import subprocess
import threading
import time

import kernel


class SharedDisk:
    """`device` is its path in every host. Nothing guards it against a double mount: that is what
    the tests look for."""

    def __init__(self, work, megabytes=16):
        image = work / "disk.img"
        with open(image, "wb") as file:
            file.truncate(megabytes << 20)
        subprocess.run(["mkfs.ext4", "-q", image], check=True)
        self.device = subprocess.run(["losetup", "--find", "--show", image], check=True, text=True,
                                     capture_output=True).stdout.strip()
        # Detaching a device that is open makes the kernel do it at the last close: ours, when this
        # process ends, however it ends.
        self._handle = os.open(self.device, os.O_RDWR)
        subprocess.run(["losetup", "--detach", self.device], check=True)

    def mounted_on(self, cluster):
        """The hosts that have it mounted now."""
        return [host for host in cluster.hosts if self._is_mounted(host.init)]

    def _is_mounted(self, init):
        if init is None:
            return False
        try:
            with open(f"/proc/{init}/mountinfo") as mounts:
                return any(line.split(" - ")[1].split()[1] == self.device for line in mounts)
        except OSError:    # it has lost its power meanwhile
            return False

    def close(self):
        os.close(self._handle)


class MountWatch:
    """Looks every 10 ms, from construction to close() or the end of the process, on which hosts the
    disk is mounted."""

    EVERY = 0.01

    def __init__(self, disk, cluster):
        self._disk, self._cluster = disk, cluster
        self._open = True
        self.doubled = []      # wall times of looks that found it on two hosts
        self.looks, self.longest_pause = 0, 0.0
        self._thread = threading.Thread(target=self._look_always, daemon=True)
        self._thread.start()

    def _look_always(self):
        last = time.monotonic()
        while self._open:
            # One host was looked at a moment before the other: the second look decides.
            if self._twice() and self._twice():
                self.doubled.append(time.time())
            now = time.monotonic()
            self.longest_pause = max(self.longest_pause, now - last)
            last = now
            self.looks += 1
            time.sleep(self.EVERY)

    def _twice(self):
        return len(self._disk.mounted_on(self._cluster)) > 1

    def assert_single(self):
        assert self._thread.is_alive(), "nobody looks at the mounts any more"
        assert not self.doubled, f"mounted twice at {self.doubled}"

    def close(self):
        self._open = False
        self._thread.join()


class Frozen:
    """The file system that holds `folder` hangs from now on for everybody who writes to it. It goes
    on after thaw(), or when this process ends, however it ends: a helper waits for that."""

    def __init__(self, folder):
        self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        reading, self._alive = os.pipe()
        self._helper = os.fork()
        if self._helper == 0:
            try:
                os.setsid()
                os.close(self._alive)
                os.read(reading, 1)    # returns when nobody holds the other end any more
                kernel.thaw(self._folder)
            finally:
                os._exit(0)
        os.close(reading)
        kernel.freeze(self._folder)

    def thaw(self):
        os.close(self._alive)
        os.waitpid(self._helper, 0)
        os.close(self._folder)
