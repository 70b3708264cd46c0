"""Filesystem on loop devices: forms of a device, what is below it, and who keeps it busy."""

import os
import signal
import subprocess

from world import has, same, sh, wait_for


def mounted(point):
    return [line.split()[0] for line in sh("cat /proc/self/mounts").splitlines()
            if line.split()[1] == str(point)]


def busy(world, folder, script):
    """A shell in `folder` that runs `script`; back when it has begun."""
    ready = world.folder / "ready"
    child = subprocess.Popen(["sh", "-c", f"cd {folder} && {script}"], stdin=subprocess.DEVNULL,
                             start_new_session=True)
    world.children.append(child)
    wait_for(ready.exists)
    ready.unlink()
    return child


def test_cycle_on_ext4(world):
    # Why: the plain case, twice each way, with a mount point that start makes.
    device, point = world.loop_device(), world.folder / "deep" / "m"
    for words in (device, point, "ext4"), (device, point), (device, f"{point}//", "ext4", "noatime"):
        same(world.agent("Filesystem", *words, "status").says(), "stopped")
        for _ in range(2):
            result = world.agent("Filesystem", *words, "start")
            same((result.code, result.out, result.err), (0, "INFO:  Success\n", ""))
        same(mounted(point), [device])
        same(world.agent("Filesystem", *words, "status").out, "INFO:  Running OK\n")
        for _ in range(2):
            result = world.agent("Filesystem", *words, "stop")
            same((result.code, result.out, result.err), (0, "INFO:  Success\n", ""))
        same(mounted(point), [])


def test_label_and_uuid(world):
    # Why: device names change between boots.
    device, point = world.loop_device(), world.folder / "m"
    sh(f"tune2fs -L hbtest{os.getpid()} {device}")
    label, uuid = f"hbtest{os.getpid()}", sh(f"blkid -o value -s UUID {device}").strip()
    for form in (f"-L{label}", f"LABEL={label}", f"--label={label}", f"-U{uuid}", f"UUID={uuid}",
                 f"--uuid={uuid}"):
        result = world.agent("Filesystem", form, point, "ext4", "start")
        same((form, result.code), (form, 0))
        same(mounted(point), [device])
        same(world.agent("Filesystem", form, point, "ext4", "stop").code, 0)
    same(world.agent("Filesystem", "-L", point, "start").code, 2)


def test_errors_name_the_cause(world):
    # Why: whoever reads the log must not guess.
    point = world.folder / "m"
    for words, code, complaint in (
            (("/dev/none", point, "ext4"), 1, "/dev/none does not exist"),
            (("/none", point, "none", "bind"), 1, "/none does not exist"),
            (("/dev/loop0", "relative", "ext4"), 2, "expected a path from the root"),
            (("/dev/loop0", "/", "ext4"), 2, "expected another directory"),
            ((world.loop_device(), point, "vfat"), 1, "mount of ")):
        result = world.agent("Filesystem", *words, "start")
        same((words, result.code), (words, code))
        has(result.err, complaint)
        same((words, world.agent("Filesystem", *words, "stop").code), (words, 0))


def test_fsck_of_a_file_system_without_journal(world):
    # Why: an ext2 whose owner died must be checked before it is mounted.
    device, point = world.loop_device("ext2"), world.folder / "m"
    sh(f"debugfs -w -R 'set_super_value state 0' {device}")
    result = world.agent("Filesystem", device, point, "ext2", "start")
    same(result.code, 0)
    has(result.err, "check forced")
    same(world.agent("Filesystem", device, point, "ext2", "stop").code, 0)


def test_something_mounted_below_is_refused(world):
    # Why: it would be hidden by the new mount.
    device, point = world.loop_device(), world.folder / "m"
    sh(f"mkdir -p {point}/sub; mount -t tmpfs t {point}/sub")
    result = world.agent("Filesystem", device, point, "ext4", "start")
    same(result.code, 6)
    has(result.err, f"{point}/sub is mounted below it")


def test_mounts_below_and_copies_elsewhere_go_first(world):
    # Why: the disk must be free for the peer.
    device, point, copy = world.loop_device(), world.folder / "m", world.folder / "copy"
    same(world.agent("Filesystem", device, point, "ext4", "start").code, 0)
    sh(f"mkdir -p {copy} {point}/a '{point}/b c'; mount -t tmpfs t {point}/a; mkdir {point}/a/d;"
       f"mount -t tmpfs t {point}/a/d; mount -t tmpfs t '{point}/b c'; mount --bind {point}/a {copy};"
       f"umount {copy}; mount --bind {point} {copy}")
    same(world.agent("Filesystem", device, point, "ext4", "stop").code, 0)
    same([line for line in sh("cat /proc/self/mounts").splitlines() if str(world.folder) in line], [])


def test_users_are_asked_then_killed(world):
    # Why: a file system that stays busy ends in a reboot of the node.
    device, point, ready = world.loop_device(), world.folder / "m", world.folder / "ready"
    same(world.agent("Filesystem", device, point, "ext4", "start").code, 0)
    polite = busy(world, point, f"touch {ready}; exec sleep 100")
    holder = busy(world, "/", f"exec 3>{point}/file; touch {ready}; exec sleep 100")
    stubborn = busy(world, point, f"trap '' TERM; touch {ready}; exec sleep 100")
    bystander = busy(world, world.folder, f"touch {ready}; exec sleep 100")
    result = world.agent("Filesystem", device, point, "ext4", "stop",
                         HA_FILESYSTEM_STOP_SECONDS="4")
    same(result.code, 0)
    same(mounted(point), [])
    same(polite.wait(5), -signal.SIGTERM)
    same(holder.wait(5), -signal.SIGTERM)
    same(stubborn.wait(5), -signal.SIGKILL)
    same(bystander.poll(), None)
    has(result.err, f"sending SIGTERM to process {polite.pid} (sleep)")
    assert result.seconds < 5, result.seconds


def test_stop_spares_its_own_caller_and_gives_up_in_time(world):
    # Why: the daemon may sit in that directory; killing it would end the whole node's service.
    device, point = world.loop_device(), world.folder / "m"
    same(world.agent("Filesystem", device, point, "ext4", "start").code, 0)
    before = os.getcwd()
    os.chdir(point)
    try:
        result = world.agent("Filesystem", device, point, "ext4", "stop",
                             HA_FILESYSTEM_STOP_SECONDS="2")
    finally:
        os.chdir(before)
    same((result.code, result.out), (1, "ERROR:  Generic error\n"))
    name = sh("cat /proc/$PPID/comm").strip()
    has(result.err, f"gave up after 2 s, used by: {os.getpid()} ({name})")
    assert result.seconds < 4, result.seconds
    same(world.agent("Filesystem", device, point, "ext4", "stop").code, 0)


def test_whoever_holds_it_in_memory_or_in_a_container_is_found(world):
    # Why: a file that was closed after it was mapped, and a mount that came into another mount
    # namespace, both keep it busy.
    ready = world.folder / "ready"
    sh(f"mount -t tmpfs t {world.folder}; mount --make-shared {world.folder}")
    device, point = world.loop_device(), world.folder / "m"
    same(world.agent("Filesystem", device, point, "ext4", "start").code, 0)
    mapper = busy(world, "/", "exec python3 -c 'import mmap, time\n"
                  f"file = open(\"{point}/mapped\", \"w+b\"); file.truncate(4096)\n"
                  "memory = mmap.mmap(file.fileno(), 4096); file.close()\n"
                  f"open(\"{ready}\", \"w\"); time.sleep(100)'")
    inside = busy(world, "/", f"exec unshare --mount --propagation unchanged sh -c '"
                  f"cd {point}; touch {ready}; exec sleep 100'")
    bystander = busy(world, "/", f"exec unshare --mount --propagation unchanged sh -c '"
                     f"cd {world.folder}; touch {ready}; exec sleep 100'")
    same(world.agent("Filesystem", device, point, "ext4", "stop").code, 0)
    same(mounted(point), [])
    same((mapper.wait(5), inside.wait(5)), (-signal.SIGTERM, -signal.SIGTERM))
    same(bystander.poll(), None)


def test_two_mounts_at_one_place_go_both(world):
    # Why: whatever is mounted at the place of a group must be gone after its stop.
    device, point = world.loop_device(), world.folder / "a b"
    point.mkdir()
    same(world.agent("Filesystem", "t", point, "tmpfs", "start").code, 0)
    sh(f"mount {device} '{point}'")
    same(world.agent("Filesystem", device, point, "ext4", "status").says(), "running")
    same(world.agent("Filesystem", device, point, "ext4", "stop").code, 0)
    same(world.agent("Filesystem", device, point, "ext4", "status").says(), "stopped")
    same([line for line in sh("cat /proc/self/mounts").splitlines() if str(world.folder) in line], [])


def test_a_loop_device_on_it_is_named(world):
    # Why: no process can be ended for it, so somebody must be told.
    device, point = world.loop_device(), world.folder / "m"
    same(world.agent("Filesystem", device, point, "ext4", "start").code, 0)
    inner = sh(f"truncate -s 1M {point}/image; losetup -f --show {point}/image").strip()
    try:
        result = world.agent("Filesystem", device, point, "ext4", "stop",
                             HA_FILESYSTEM_STOP_SECONDS="1")
    finally:
        sh(f"losetup -d {inner}")
    same(result.code, 1)
    has(result.err, f"gave up after 1 s, used by: {inner} ({point}/image)")
    same(world.agent("Filesystem", device, point, "ext4", "stop").code, 0)


def test_status_asks_for_no_program(world):
    # Why: it must cost nothing and wait for nothing; of a start and a stop the programs are known.
    empty = world.folder / "empty"
    empty.mkdir()
    device, point = world.loop_device(), world.folder / "m"
    log = world.folder / "called"
    for name in "mount", "umount", "fsck", "fuser", "blkid":
        (empty / name).write_text(f"#!/bin/sh\necho {name} >>{log}\n"
                                  f"PATH=/usr/sbin:/usr/bin:/sbin:/bin exec {name} \"$@\"\n")
        (empty / name).chmod(0o755)
    path = f"{empty}:{os.environ['PATH']}"
    for action, called in (("status", []), ("start", ["mount"]), ("status", []), ("start", []),
                           ("stop", ["umount"]), ("stop", []), ("status", [])):
        log.unlink(missing_ok=True)
        same(world.agent("Filesystem", device, point, "ext4", action, PATH=path).code in (0, 7), True)
        same((action, log.read_text().split() if log.exists() else []), (action, called))


def test_bind_mount_leaves_its_source_alone(world):
    # Why: both share a device number; users of the source, the whole machine maybe, must live.
    device, point, copy = world.loop_device(), world.folder / "m", world.folder / "copy"
    ready = world.folder / "ready"
    same(world.agent("Filesystem", device, point, "ext4", "start").code, 0)
    (point / "part").mkdir()
    for words in (f"{point}/part", copy, "none", "bind"), (f"{point}/part", copy, "bind"):
        same(world.agent("Filesystem", *words, "start").code, 0)
        same(mounted(copy), [device])
        of_source = busy(world, point, f"touch {ready}; exec sleep 100")
        of_copy = busy(world, copy, f"touch {ready}; exec sleep 100")
        same(world.agent("Filesystem", *words, "stop").code, 0)
        same((mounted(copy), mounted(point)), ([], [device]))
        same(of_copy.wait(5), -signal.SIGTERM)
        same(of_source.poll(), None)
    same(world.agent("Filesystem", device, point, "ext4", "stop").code, 0)


def test_mount_point_behind_a_link(world):
    # Why: the kernel's table names the real directory.
    device, point, link = world.loop_device(), world.folder / "real", world.folder / "link"
    point.mkdir()
    link.symlink_to(point)
    words = device, link / "m", "ext4"
    same(world.agent("Filesystem", *words, "start").code, 0)
    same(mounted(point / "m"), [device])
    same(world.agent("Filesystem", *words, "status").says(), "running")
    same(world.agent("Filesystem", *words, "stop").code, 0)
    same(mounted(point / "m"), [])


def test_tmpfs_and_image_file(world):
    # Why: neither is a block device, both are mounted every day.
    point = world.folder / "m"
    image = sh(f"losetup -n -O BACK-FILE {world.loop_device()}").strip()
    sh(f"losetup -d {world.loops.pop()}")
    for words in ("t", point, "tmpfs", "size=1m"), (image, point, "ext4", "loop"):
        same(world.agent("Filesystem", *words, "start").code, 0)
        same(len(mounted(point)), 1)
        same(world.agent("Filesystem", *words, "stop").code, 0)
