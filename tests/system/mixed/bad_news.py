"""ERROR and CRIT lines of real Heartbeat's logs, without what differs from run to run."""

import re

_LINE = re.compile(r"(?:heartbeat: \[\d+\]: (?:ERROR|CRIT|EMERG|ALERT): (?P<daemon>.*))"
                   r"|(?:\b(?P<script>(?:ERROR|CRIT|CRITICAL): .*))")
_CHANGING = ((re.compile(r"\b(alpha|beta)\b"), "NODE"), (re.compile(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b"), "UUID"),
             (re.compile(r"\bg?[0-9a-f]*\d[0-9a-f]*\b"), "N"), (re.compile(r"\s+"), " "))
# Whoever the peer is: no core folder and no locked memory in a container; and a FIFO in which 3.0.6
# now and then mixes up two of its own scripts that write at once.
_OWN = re.compile(r"core dump|coredump|lock ourselves|mlock|sched_setscheduler|realtime|softdog|"
                  r"NV failure \(msgfromsteam\)|Message with zero fields|Invalid message in send_cluster_msg")


def bad_news(text):
    """The set of such lines in a log."""
    found = set()
    for line in text.splitlines():
        match = _LINE.search(line)
        if match is None or _OWN.search(line):
            continue
        words = match["daemon"] or match["script"]
        for pattern, name in _CHANGING:
            words = pattern.sub(name, words)
        found.add(words.strip())
    return found
