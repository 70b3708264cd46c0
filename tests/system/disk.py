"""Disks for hosts: a loop device with ext4 on it, which disappears with the test, and a way to make
one hang."""

import os
import subprocess

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
        return [host for host in cluster.hosts if host.alive and any(
            line.split(" - ")[1].split()[1] == self.device
            for line in open(f"/proc/{host.init}/mountinfo"))]

    def close(self):
        os.close(self._handle)


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
