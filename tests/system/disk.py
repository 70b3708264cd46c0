"""A disk that both hosts see: a loop device with ext4 on it. It disappears with the test."""

import os
import subprocess


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
