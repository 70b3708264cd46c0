"""The table of a run, as text and as Markdown, and what was wished for beside what was found. Prints
and compares; no exit status depends on it."""

from figures import HEARTBEAT, KEEPALIVED, OURS, YARDSTICK, share
from takeover import BEYOND, FIRST, LAST, MANY_TIMES, UP

NAMES = {"a": "Unplanned takeover", "b": "Planned switchover", "c": "Boot to service",
         "d": "Processor and memory of a node", "e": "False deaths under stress",
         "f": "Packets per second", "g": "Speed of the simulator"}


def number(value):
    """As many digits as a reader wants."""
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"


def row(series):
    values = series.values
    spread = f"{number(min(values))} to {number(max(values))}" if len(values) > 1 else ""
    return [series.case, series.what, series.product, number(series.median), spread,
            number(share(values, 0.99)) if len(values) >= 20 else "", str(len(values)), series.unit]


HEAD = ["what was done", "figure", "product", "median", "range", "99 %", "rounds", "unit"]


def rows(figures, letter):
    return [row(series) for series in figures.series if series.letter == letter]


def aligned(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    right = {3, 4, 5, 6} if len(lines[0]) == len(HEAD) else set()
    return "\n".join("  ".join(word.rjust(width) if i in right else word.ljust(width)
                               for i, (word, width) in enumerate(zip(line, widths))).rstrip()
                     for line in lines)


def markdown(lines):
    out = ["| " + " | ".join(lines[0]) + " |", "|" + "---|" * len(lines[0])]
    return "\n".join(out + ["| " + " | ".join(line) + " |" for line in lines[1:]])


class Medians:
    """Medians by name; None where a figure is missing."""

    def __init__(self, figures):
        self._figures = figures

    def __call__(self, letter, case, what, product=OURS):
        found = self._figures.find(letter, case, what, product)
        return found.median if found else None

    def worst(self, letter, case, what, product=OURS):
        found = self._figures.find(letter, case, what, product)
        return max(found.values) if found else None


def ratio(above, below):
    return above / below if above is not None and below else None


def goals(figures):
    """(line of the promise, what is wanted, what was found)."""
    of = Medians(figures)
    one = MANY_TIMES if of("a", MANY_TIMES, f"{FIRST}, {BEYOND}") is not None else "1 address"
    found = []

    def line(what, wanted, value, unit=""):
        found.append([what, wanted, "not measured" if value is None
                      else f"{number(value)}{' ' if unit else ''}{unit}"])

    line("one address: first ARP after deadtime, median", "at most 2 ms",
         of("a", one, f"{FIRST}, {BEYOND}"), "ms")
    line("the same, Keepalived", "(beside it)", of("a", one, f"{FIRST}, {BEYOND}", KEEPALIVED), "ms")
    thousand, groups = "1,000 addresses", "100 groups of 10"
    for what in (LAST, UP):
        line(f"1,000 addresses: {what} after deadtime", "at most 40 ms",
             of("a", thousand, f"{what}, {BEYOND}"), "ms")
    line("the same, last ARP, of Keepalived's", "at most 1.2 times",
         ratio(of("a", thousand, f"{LAST}, {BEYOND}"),
               of("a", thousand, f"{LAST}, {BEYOND}", KEEPALIVED)))
    line("100 groups of 10: last ARP after deadtime", "at most 60 ms",
         of("a", groups, f"{LAST}, {BEYOND}"), "ms")
    case, outage = "one address and one script", "outage seen by a client"
    line("planned switchover: outage", "at most 30 ms", of("b", case, outage), "ms")
    for product, least in ((HEARTBEAT, 10), (KEEPALIVED, 5)):
        line(f"the same: shorter than {product}'s", f"at least {least} times",
             ratio(of("b", case, outage, product), of("b", case, outage)))
    case, arp = "both nodes started together", "first ARP"
    line("boot to service", "at most 1 s", of("c", case, arp), "s")
    line("the same: faster than Heartbeat", "at least 10 times",
         ratio(of("c", case, arp, HEARTBEAT), of("c", case, arp)))
    for deadtime in (150, 100, 60, 40):
        case, gaps = f"deadtime {deadtime} ms", "gaps longer than that"
        bare = of.worst("e", case, gaps, YARDSTICK)
        wanted = "none" if deadtime == 150 else f"at most {number(bare)}" if bare is not None else ""
        line(f"false deaths under stress, deadtime {deadtime} ms", wanted,
             of.worst("e", case, "false deaths"))
    case = "keepalive 20 ms, 1 link"
    line("processor at 20 ms, one link: part of Heartbeat's", "at most 0.33",
         ratio(of("d", case, "processor"), of("d", case, "processor", HEARTBEAT)))
    case = "keepalive 10 ms, 3 links"
    line("processor at 10 ms, three links", "at most 3 %", of("d", case, "processor"), "%")
    line("resident memory", "at most 16 MiB", of("d", case, "resident memory"), "MiB")
    line("proportional memory", "at most 8 MiB", of("d", case, "proportional memory"), "MiB")
    line("packets a second through the core", "at least 300,000",
         of("f", "one thread, packets signed with sha1", "through Core::step"))
    return found


def about(figures):
    said = figures.about
    versions = ", ".join(f"{name} {version}" for name, version in said.get("versions", {}).items())
    return (f"{said.get('made')}, {said.get('cores')} cores, {said.get('cpu')}, Linux "
            f"{said.get('kernel')}; load {' '.join(said.get('load at start', []))} before, "
            f"{' '.join(said.get('load at end', []))} after; {versions}")


def text(figures):
    parts = [about(figures)]
    for letter, name in NAMES.items():
        if lines := rows(figures, letter):
            parts.append(f"({letter}) {name}\n" + aligned([HEAD] + lines))
    parts.append("what is wished for, and what was found\n" + aligned(
        [["figure", "wished for", "found"]] + goals(figures)))
    for letter, failures in figures.missing.items():
        parts.append(f"({letter}) failed: " + "; ".join(failures))
    return "\n\n".join(parts) + "\n"
