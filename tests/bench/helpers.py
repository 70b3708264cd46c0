"""Small programs of this folder that run inside a virtual host while something is measured there."""

import json
import sys
from pathlib import Path

import kernel
import subprocess

HERE = Path(__file__).resolve().parent


class Helper:
    """Runs until finish(), which gives what it saw. It ends with this process, however."""

    def __init__(self, host, program, *words):
        # It is read from this machine's own files: a host's disk need not have it.
        self._process = subprocess.Popen(
            ["nsenter", "--target", str(host.init), "--net", "--", sys.executable, "-B",
             str(HERE / program), *map(str, words)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            preexec_fn=kernel.die_with_parent)
        if self._process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{program} does not start")

    def finish(self):
        said, _ = self._process.communicate(timeout=30)
        return json.loads(said)

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for end in (self._process.stdin, self._process.stdout):
            end.close()
