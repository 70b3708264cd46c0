"""Disks that are full, hang, or hold what they held some time ago."""

import shutil
import time

from cluster import wait_for
from disk import Frozen, SharedDisk
from faults.lab import scenario

GENERATION = "/var/lib/heartbeat/hb_generation"
LOG, DEBUG_LOG = "/var/log/ha-log", "/var/log/ha-debug"


def generation(host):
    return int(host.read(GENERATION))


def longest_gap(lab, number, since):
    beats = [p.at for p in lab.cluster.witness.messages(number, "status", since=since)]
    return max(after - before for before, after in zip(beats, beats[1:]))


@scenario()
def state_directory_restored_from_yesterday(lab):
    """14 Snapshot and rollback: an older copy of the state directory; the node serves again."""
    lab.build().serving()
    state = lab.alpha.disk / "root/var/lib/heartbeat"
    copy = lab.context.work / "yesterday"
    shutil.copytree(state, copy, ignore=shutil.ignore_patterns("fifo"))
    for _ in range(3):    # a few lives that the copy knows nothing of
        assert lab.cluster.stop(lab.alpha) == 0
        lab.wait_places("beta", "beta")
        lab.back(lab.alpha, boot=False)
    known = generation(lab.alpha)
    mark = lab.cluster.log_end(lab.beta)
    lab.cluster.power_cut(lab.alpha)
    shutil.copy(copy / "hb_generation", state)
    lab.cluster.boot(lab.alpha)
    assert generation(lab.alpha) < known, "nothing was rolled back"
    # The lives of this test are shorter than a second; those of a machine are not.
    wait_for(lambda: time.time() > known + 1, 10, "the clock has passed the generation")
    began = time.time()
    lab.back(lab.alpha, boot=False)
    lab.cluster.wait_log(lab.beta, "Heartbeat restart on node alpha", since=mark)
    lab.report(f"generation {known} known, restored to an older one, started with "
               f"{generation(lab.alpha)}; heard again after {time.time() - began:.2f} s")
    assert generation(lab.alpha) > known
    assert not lab.lines(lab.beta, "possible replay attack", mark)
    lab.tool(lab.alpha, "hb_takeover", "local")
    lab.wait_places("alpha", "beta")


def small_disk(host, folder):
    """Lays a file system of 128 KiB over that folder of a host, with what was in it, and fills it."""
    host.shell(f"""set -e
        mkdir -p /tmp/kept && cp -a {folder}/. /tmp/kept/
        mount -t tmpfs -o size=128k tmpfs {folder}
        cp -a /tmp/kept/. {folder}/
        dd if=/dev/zero of={folder}/filler bs=1k 2>/dev/null || :
        ! dd if=/dev/zero of={folder}/more bs=1k count=8 2>/dev/null""")


@scenario()
def full_log_disk(lab):
    """16 Stuck storage, log disk full: heartbeats go on, a takeover works, the loss is told."""
    lab.build(extra=(f"debugfile {DEBUG_LOG}",))
    host = lab.beta
    host.shell(f"mkdir /var/small && mount -t tmpfs -o size=128k tmpfs /var/small && "
               f"ln -s ../small/ha-log {LOG} && ln -s ../small/ha-debug {DEBUG_LOG}")
    lab.serving()
    lab.cluster.wait_steady()
    host.shell("cd /var/small; dd if=/dev/zero of=filler bs=1k 2>/dev/null; "
               "for log in ha-log ha-debug; do yes | tr '\\n' - >>$log; done", check=False)    # to the last byte of their own blocks
    began, size = time.time(), lab.cluster.log_end(host)
    lab.cluster.power_cut(lab.alpha)
    lab.wait_places("beta", "beta")
    lab.back(lab.alpha)
    assert lab.cluster.log_end(host) == size, "the disk was not full"
    host.path("/var/small/filler").unlink()
    lab.tool(lab.beta, "hb_standby", "foreign")    # another line, to be written
    lab.wait_places("alpha", "beta")
    lab.cluster.wait_log(host, "log lines were dropped: the log could not keep up")
    lab.report(f"log disk full: longest gap between heartbeats "
               f"{longest_gap(lab, 2, began) * 1000:.0f} ms (keepalive 200 ms)")
    assert longest_gap(lab, 2, began) < 1


@scenario()
def full_state_disk(lab):
    """16 Stuck storage, state disk full: a running daemon does not mind, moves included; one that
    starts says what is wrong, and the peer keeps the groups."""
    lab.build().serving()
    lab.cluster.wait_steady()
    small_disk(lab.alpha, "/var/lib/heartbeat")
    lab.tool(lab.beta, "hb_standby", "all")
    lab.wait_places("alpha", "alpha")
    assert lab.cluster.stop(lab.alpha) == 0
    lab.wait_places("beta", "beta")
    lab.cluster.start(lab.alpha)
    status = lab.cluster.daemons.pop(lab.alpha).wait(10)
    said = lab.lines(lab.alpha, "heartbeat not started")
    lab.report(f"start with a full state disk: exit status {status}: "
               f"{said[-1].partition('CRIT: ')[2] if said else 'no line'}")
    assert status != 0 and said and "No space left" in said[-1]
    lab.stays("beta", "beta", seconds=1)
    lab.alpha.path("/var/lib/heartbeat/filler").unlink()
    lab.back(lab.alpha, boot=False)


def on_slow_disk(lab, host):
    """Puts the logs, and the FIFO and state, of this host on an ext4 of its own."""
    disk = SharedDisk(lab.context.work)
    host.shell(f"""set -e
        mkdir /var/slow && mount {disk.device} /var/slow && mkdir /var/slow/state
        cp -a /var/lib/heartbeat/. /var/slow/state/ && chown --reference=/var/lib/heartbeat \
            /var/slow/state
        mount --bind /var/slow/state /var/lib/heartbeat
        ln -s ../slow/ha-log {LOG} && ln -s ../slow/ha-debug {DEBUG_LOG}""")
    return disk


@scenario()
def hung_log_and_state_disk(lab):
    """16 Stuck storage, log and state disk hang: heartbeats go on, and a takeover works meanwhile."""
    lab.build(extra=(f"debugfile {DEBUG_LOG}",))
    disk = on_slow_disk(lab, lab.beta)
    lab.serving()
    lab.cluster.wait_steady()
    frozen = Frozen(lab.beta.path("/var/slow"))
    try:
        began = time.time()
        lab.cluster.power_cut(lab.alpha)
        lab.wait_places("beta", "beta", timeout=10)
        took = time.time() - began
        lab.back(lab.alpha)
        lab.tool(lab.beta, "hb_standby", "foreign")
        lab.wait_places("alpha", "beta")
        size = len(lab.log(lab.beta))
        time.sleep(1)
        assert "Resources being acquired" not in lab.log(lab.beta), "the disk did not hang"
        gap = longest_gap(lab, 2, began)
    finally:
        frozen.thaw()
    lab.report(f"log and state disk hung: takeover after {took:.2f} s (deadtime 1 s), longest gap "
               f"between heartbeats {gap * 1000:.0f} ms (keepalive 200 ms)")
    assert gap < 1 and took < 5
    lab.cluster.wait_log(lab.beta, "Resources being acquired from alpha")
    assert len(lab.log(lab.beta)) > size
    disk.close()


@scenario()
def log_is_a_pipe_that_nobody_reads(lab):
    """16 Stuck storage, the log is a named pipe without a reader, or one that stopped reading."""
    lab.build(extra=(f"debugfile {DEBUG_LOG}",))
    for host in lab.cluster.hosts:
        host.shell(f"mkfifo {LOG}.pipe && mkfifo {DEBUG_LOG} && ln -s ha-log.pipe {LOG}")
    reader = lab.alpha.spawn("sh", "-c", f"exec 3<>{DEBUG_LOG} 4<>{LOG}.pipe; exec sleep 600")
    wait_for(lambda: lab.alpha.pids("sleep"), 5, "the reader is there")
    lab.alpha.shell(f"dd if=/dev/zero bs=4k count=64 oflag=nonblock of={DEBUG_LOG} 2>/dev/null || :")
    began = time.time()
    lab.cluster.start()
    lab.wait_places("alpha", "beta")
    time.sleep(1)
    lab.tool(lab.beta, "hb_standby", "all")
    lab.wait_places("alpha", "alpha")
    lab.report(f"logs are pipes that nobody reads: longest gap between heartbeats "
               f"{longest_gap(lab, 1, began) * 1000:.0f} ms (keepalive 200 ms)")
    assert longest_gap(lab, 1, began) < 1
    reader.kill()
