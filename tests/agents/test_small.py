"""Delay, MailTo and SendArp, and what all agents have in common."""

import os
import time

import world as w
from world import Ear, has, same, wait_for

AGENTS = {"IPaddr": ["10.0.0.5"], "IPaddr2": ["10.0.0.5"], "Filesystem": ["/dev/none", "/none"],
          "MailTo": ["root"], "Delay": ["0"], "SendArp": ["10.0.0.5/v0"],
          "IPv6addr": ["fd00:0:0:0:0:0:0:5"], "IPsrcaddr": ["10.0.0.5"]}


def test_agents_start_stopped(world):
    # Why: status decides whether start is called, by its text alone, and stop is called for every
    # member of a group, started or not.
    for name, words in AGENTS.items():
        result = world.agent(name, *words, "status")
        same((name, result.says(), result.code), (name, "stopped", 7))
        for action in "stop", "stop":
            result = world.agent(name, *words, action)
            same((name, result.code, result.out), (name, 0, "INFO:  Success\n"))


def test_agents_explain_their_arguments(world):
    # Why: a wrong line of haresources must be found from the log.
    too_many = {"IPaddr": 1, "IPaddr2": 1, "Filesystem": 4, "MailTo": 2, "Delay": 2, "SendArp": 1,
                "IPv6addr": 1, "IPsrcaddr": 1}
    for name, words in AGENTS.items():
        for arguments in [], [*words, "restart"], [*(words + ["1"] * 5)[:too_many[name] + 1],
                                                   "start"]:
            result = world.agent(name, *arguments)
            same((name, arguments, result.code, result.out), (name, arguments, 1, ""))
            has(result.err, f"usage: {name} ")


def test_delay_waits_at_start_and_stop_but_not_for_status(world):
    # Why: 3.0.6's status slept like a start, so each takeover lost it twice (B18).
    first = world.agent("Delay", "0.3", "0.4", "start")
    assert first.seconds >= 0.3 and first.code == 0
    status = world.agent("Delay", "0.3", "0.4", "status")
    same(status.says(), "running")
    assert status.seconds < 0.2, status.seconds
    assert world.agent("Delay", "0.3", "0.4", "start").seconds < 0.2
    assert world.agent("Delay", "0.3", "0.4", "stop").seconds >= 0.4
    assert world.agent("Delay", "0.3", "0.4", "stop").seconds < 0.3
    same(world.agent("Delay", "soon", "start").code, 2)


def mailbox(world, name):
    """A mail program that writes down what it is given."""
    folder = world.folder / "bin"
    folder.mkdir()
    program, box = folder / name, world.folder / "box"
    program.write_text(f'#!/bin/sh\n{{ echo "args: $*"; cat; }} >>{box}.part\nmv {box}.part {box}\n')
    program.chmod(0o755)
    return box, f"{folder}:{os.environ['PATH']}"


def test_mail_goes_out_at_takeover_and_at_release(world):
    # Why: the subject is what people's filters know.
    box, path = mailbox(world, "sendmail")
    words = "root,ops@example.org", "Web"
    for action, subject in ("start", "Web Takeover in progress at "), \
            ("stop", "Web Migrating resource away at "):
        for _ in range(2):  # the second one has nothing to say
            result = world.agent("MailTo", *words, action, PATH=path)
            same((result.code, result.err), (0, ""))
            expected = "running" if action == "start" else "stopped"
            same(world.agent("MailTo", *words, "status").says(), expected)
        wait_for(box.exists)
        text = box.read_text()
        same(text.count("args: -i -t"), 1)
        has(text, "To: root,ops@example.org\n")
        has(text, "Subject: " + subject)
        has(text, " node1\n")
        box.unlink()


def test_mail_program_missing_or_slow_does_not_matter(world):
    # Why: a mail must never stop a takeover.
    empty = world.folder / "empty"
    empty.mkdir()
    if not w.sh("command -v sendmail mail", check=False):
        result = world.agent("MailTo", "root", "start")
        same(result.code, 0)
        has(result.err, "neither sendmail nor mail is installed")
    _, path = mailbox(world, "sendmail")
    (world.folder / "bin" / "sendmail").write_text("#!/bin/sh\nexec sleep 100\n")
    result = world.agent("MailTo", "somebody", "start", PATH=path)
    same(result.code, 0)
    assert result.seconds < 1, result.seconds


def test_sendarp_announces_and_stops(world):
    # Why: it is there for addresses that another program sets.
    ear = Ear("v1")
    same(world.agent("SendArp", "10.0.0.5/v0", "start").code, 0)
    same(world.agent("SendArp", "10.0.0.5/v0", "status").says(), "running")
    assert len(ear.arps("10.0.0.5")) >= 2, "the first pair leaves before start is done"
    wait_for(lambda: len(ear.arps("10.0.0.5")) == 10)
    same(w.addresses("v0"), ["10.0.0.1/24"])
    same(world.agent("SendArp", "10.0.0.5/v0", "stop").code, 0)
    same(world.agent("SendArp", "10.0.0.5/v0", "status").says(), "stopped")
    result = world.agent("SendArp", "10.0.0.5/none", "start")
    same(result.code, 1)
    has(result.err, "none")


def test_sendarp_reads_its_settings(world):
    # Why: /etc/ha.d/conf/arp_config of an existing cluster stays in force.
    conf = world.folder / "ha.d" / "conf"
    conf.mkdir(parents=True)
    (conf / "arp_config").write_text("ARP_INTERVAL_MS=20\nARP_REPEAT=7\n")
    (conf / "arp_config:v0").write_text("ARP_REPEAT=3\n")
    ear = Ear("v1")
    same(world.agent("SendArp", "10.0.0.5/v0", "start").code, 0)
    time.sleep(0.4)
    same(len(ear.arps("10.0.0.5")), 6)


def test_send_arp_takes_the_old_command_line(world):
    # Why: resource scripts of other packages call it so (resources.md 8.3).
    ear = Ear("v1")
    pid_file = world.folder / "pid"
    result = world.tool("hb_send_arp", "-i", "20", "-r", "2", "-p", pid_file, "v0", "10.0.0.9",
                        "020304050607", "10.0.0.9", "ffffffffffff")
    same((result.code, result.out, result.err), (0, "", ""))
    assert not pid_file.exists()
    heard = ear.arps("10.0.0.9")
    same([operation for _, operation, _ in heard], [1, 2, 1, 2])
    for _, operation, frame in heard:
        same(frame[:12].hex(), "ffffffffffff" + "020304050607")
        same(frame[22:28].hex(), "020304050607")
        same(frame[32:38].hex(), "000000000000" if operation == 1 else "020304050607")
    for words in ([], ["v0", "10.0.0.9"], ["v0", "10.0.0", "auto"], ["v0", "10.0.0.9", "here"],
                  ["-r", "0", "v0", "10.0.0.9", "auto"], ["none", "10.0.0.9", "auto"]):
        same((words, world.tool("hb_send_arp", *words).code), (words, 1))
