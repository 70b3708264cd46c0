"""Runs test functions, each in a process with mounts of its own, several at a time; prints one
line per test. Knows nothing about heartbeats."""

import importlib
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import workspace
from cluster import Cluster
from workspace import REPO

LOGS = REPO / "build" / "system-logs"
_tests = []


@dataclass
class Test:
    """What the runner knows of a test; `alone`: it measures time and wants the machine; `crowd`: it
    mostly waits, so many may run side by side."""
    function: object
    alone: bool
    crowd: bool
    long_only: bool
    limit: float

    @property
    def name(self):
        return f"{self.function.__module__.replace('test_', '')}.{self.function.__name__}"

    @property
    def reason(self):
        return (self.function.__doc__ or "").strip().splitlines()[0]


def test(alone=False, crowd=False, long_only=False, limit=90):
    """Marks a test function. Its docstring's first line says why it exists."""
    def mark(function):
        assert function.__doc__, f"{function.__name__} does not say why it exists"
        _tests.append(Test(function, alone, crowd, long_only, limit))
        return function
    return mark


@dataclass
class Context:
    """What a test function is given: a place to work, the tree under test, a pen for figures."""
    work: Path
    stage: object     # the installed tree of ours, or None
    product: object
    long: bool
    names: frozenset  # of all tests of this run
    began: float      # when the run began, wall clock
    logs: Path
    clusters: list = field(default_factory=list)

    def cluster(self, trees=(), **options):
        options.setdefault("product", self.product)
        if self.stage:
            tree = self.work / "tree"
            if not tree.exists():
                shutil.copytree(self.stage, tree, symlinks=True)
            trees = (tree, *trees)
        made = Cluster(self.work / f"cluster{len(self.clusters)}", trees, **options)
        self.clusters.append(made)
        return made

    def report(self, text):
        """A figure worth printing even though the test passes."""
        print(text, flush=True)
        with open(self.logs / "figures", "a") as figures:
            figures.write(text + "\n")

    def close(self):
        for cluster in self.clusters:
            cluster.close()

    def keep_logs(self):
        for cluster in self.clusters:
            for host in cluster.hosts:
                target = self.logs / host.name
                for written in ("var/log", "etc/ha.d"):
                    if (host.disk / "root" / written).is_dir():
                        shutil.copytree(host.disk / "root" / written, target / Path(written).name,
                                        dirs_exist_ok=True, symlinks=True,
                                        copy_function=_copy_if_plain)
                if host.console.exists():
                    shutil.copy(host.console, target)


def _copy_if_plain(source, target):
    """Named pipes are not read: nobody may be there who writes."""
    if os.path.isfile(source):
        shutil.copy2(source, target)


def find(pattern):
    here = Path(__file__).parent
    for file in sorted(here.glob("test_*.py")) + sorted(here.glob("*/test_*.py")):
        importlib.import_module(".".join(file.relative_to(here).with_suffix("").parts))
    return [test for test in _tests if pattern in test.name]


def _child(test, work, options):
    """The process of one test: 0 passed, 1 failed."""
    workspace.enter(work)
    logs = LOGS / test.name
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    output = os.open(logs / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    context = Context(Path(work), logs=logs, **options)
    passed = False
    try:
        test.function(context)
        passed = True
    except BaseException:  # also the runner's SIGTERM: the logs are wanted then above all
        traceback.print_exc()
        context.keep_logs()
    context.close()
    sys.stdout.flush()
    return 0 if passed else 1


def _start(test, options):
    work = tempfile.mkdtemp(prefix="hb-system-")
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = _child(test, work, options)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return pid, (test, work, time.monotonic())


def _finish(test, work, began, status):
    """Prints how a test ended; whether it passed."""
    seconds = time.monotonic() - began
    os.rmdir(work)
    logs = LOGS / test.name
    passed = status == 0
    print(f"{'ok  ' if passed else 'FAIL'} {seconds:6.1f} s  {test.name}", flush=True)
    figures = logs / "figures"
    if figures.exists():
        print("".join(f"               {line}\n" for line in figures.read_text().splitlines()),
              end="", flush=True)
    if passed:
        shutil.rmtree(logs, ignore_errors=True)
    else:
        print(f"               why the test exists: {test.reason}")
        tail = (logs / "output.txt").read_text(errors="replace").splitlines()[-3:]
        print("".join(f"               {line}\n" for line in tail), end="")
        print(f"               logs: {logs}", flush=True)
    return passed


def _pool(tests, jobs, options, running):
    """Runs the tests, `jobs` at a time; returns those that failed."""
    waiting, failed, told = list(tests), [], set()
    while waiting or running:
        while waiting and len(running) < jobs:
            pid, entry = _start(waiting.pop(0), options)
            running[pid] = entry
        for pid, (test, work, began) in list(running.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                del running[pid]
                if not _finish(test, work, began, status):
                    failed.append(test)
            elif time.monotonic() - began > test.limit + 20:
                os.kill(pid, signal.SIGKILL)
            elif time.monotonic() - began > test.limit and pid not in told:
                told.add(pid)    # once: a second one would interrupt what keeps the logs
                os.kill(pid, signal.SIGTERM)
        time.sleep(0.05)
    return failed


def _once_more(failed, again, options, running):
    """Runs a few failed tests again, one at a time on a machine that is theirs, and says so; the
    first logs stay beside the second. Returns those that failed for good."""
    if not failed or len(failed) > again:
        return failed
    for test in failed:
        kept = LOGS / f"{test.name}.first"
        shutil.rmtree(kept, ignore_errors=True)
        (LOGS / test.name).rename(kept)
    print(f"once more, each alone: {', '.join(test.name for test in failed)}", flush=True)
    still = _pool(failed, 1, options, running)
    for test in failed:
        if test not in still:
            print(f"passed alone only: {test.name}, first logs: {LOGS / test.name}.first")
    return still


def run(tests, jobs, crowd, repeat=1, again=0, **options):
    """Runs everything `repeat` times, `jobs` side by side, of the crowd `crowd`; gives up to `again`
    failed ones a second run alone. Returns the exit status."""
    running, began, failed = {}, time.monotonic(), []
    options |= {"names": frozenset(test.name for test in tests), "began": time.time()}
    signal.signal(signal.SIGTERM, workspace.interrupted)
    signal.signal(signal.SIGINT, workspace.interrupted)
    try:
        for _ in range(repeat):    # one after the other: two of a name would share a folder of logs
            failed += _pool([test for test in tests if test.crowd], crowd, options, running)
            failed += _pool([test for test in tests if not test.crowd and not test.alone], jobs,
                            options, running)
            failed += _pool([test for test in tests if test.alone], 1, options, running)
        failed = _once_more(failed, again, options, running)
    except KeyboardInterrupt:
        for pid in running:
            os.kill(pid, signal.SIGTERM)
        for pid, (_, work, _) in running.items():
            os.waitpid(pid, 0)
            os.rmdir(work)
        print("interrupted; everything is taken down", flush=True)
        return 130
    if failed:
        print(f"failed: {', '.join(sorted(test.name for test in failed))}")
    print(f"{len(tests) * repeat - len(failed)} passed, {len(failed)} failed in "
          f"{time.monotonic() - began:.0f} s")
    return 1 if failed else 0
