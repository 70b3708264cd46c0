"""hb_standby and hb_takeover against FIFOs of every kind: with a reader, without, missing, full."""

import os

from world import has, same


def fifo(world, reader=True):
    path = world.folder / "fifo"
    os.mkfifo(path, 0o600)
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK) if reader else None
    world.environment["HB_FIFO"] = str(path)
    return descriptor


def sent(descriptor):
    try:
        return os.read(descriptor, 65536).decode()
    except BlockingIOError:
        return ""


def test_standby_sends_the_message_of_each_word(world):
    # Why: the daemon and 3.0.6 peers understand these bytes and no others (resources.md 7).
    reader = fifo(world)
    for words, on_wire in ([], "all"), (["all"], "all"), (["foreign"], "foreign"), \
            (["local"], "local"), (["failback"], "foreign"):
        result = world.tool("hb_standby", *words)
        same((result.code, result.err), (0, ""))
        same(result.out, f"Going standby [{on_wire}].\n")
        same(sent(reader), f">>>\nt=ask_resources\nrsc_hold={on_wire}\ninfo=me\n<<<\n")


def test_takeover_sends_local_for_failback(world):
    # Why: 3.0.6 sent `failback`, which its peer took for `all` (B3).
    reader = fifo(world)
    for words, on_wire in ([], "all"), (["all"], "all"), (["foreign"], "foreign"), \
            (["local"], "local"), (["failback"], "local"):
        result = world.tool("hb_takeover", *words)
        same((result.code, result.out, result.err), (0, "", ""))
        same(sent(reader), f">>>\nt=hb_takeover\nrsc_hold={on_wire}\n<<<\n")


def test_takeover_confirms_a_fenced_node(world):
    # Why: it is the last way on when no device confirms; a word too few must not confirm anything.
    reader = fifo(world)
    result = world.tool("hb_takeover", "--confirm-fenced", "beta")
    same((result.code, result.out, result.err), (0, "", ""))
    same(sent(reader), ">>>\nt=hb_confirm_fenced\nnode=beta\n<<<\n")
    for words in ([], [""], ["a", "b"], ["a\nt=x"], ["a" * 100]):
        result = world.tool("hb_takeover", "--confirm-fenced", *words)
        same((result.code, result.out), (1, ""))
        has(result.err, "--confirm-fenced needs the name of one node")
    same(sent(reader), "")


def test_wrong_words_send_nothing(world):
    # Why: a typing error must not move every group, and scripts look for these texts.
    reader = fifo(world)
    for tool in "hb_standby", "hb_takeover":
        usage = f"{tool} [all|foreign|local|failback]\n"
        for words, complaint in (["everything"], f"{tool}: wrong resources(everything).\n"), \
                (["all", "local"], f"{tool}: too many arguments\n"), (["--help"], ""):
            result = world.tool(tool, *words)
            same((result.code, result.out, result.err), (1, "usage:\n", complaint + usage))
    same(sent(reader), "")


def test_no_daemon_is_an_error_at_once(world):
    # Why: 3.0.6's scripts hung for ever in open(2) when no daemon ran (B14).
    world.environment["HB_FIFO"] = str(world.folder / "none")
    fifo_less = world.tool("hb_standby")
    fifo(world, reader=False)
    reader_less = world.tool("hb_takeover", "local")
    for result in fifo_less, reader_less:
        same((result.code, result.out), (1, ""))
        has(result.err, "heartbeat is not running")
        assert result.seconds < 1, result.seconds


def test_a_regular_file_is_left_as_it_is(world):
    # Why: a shell script's `> fifo` once left such a file, and later messages vanished in it.
    path = world.folder / "file"
    path.write_text("kept")
    result = world.tool("hb_standby", HB_FIFO=str(path))
    same(result.code, 1)
    has(result.err, "is not a FIFO")
    same(path.read_text(), "kept")


def test_a_full_fifo_is_an_error_at_once(world):
    # Why: a daemon that is stopped (SIGSTOP) reads nothing; the command must not hang with it.
    writer = fifo(world)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        pass
    result = world.tool("hb_standby")
    same(result.code, 1)
    has(result.err, "is full")
