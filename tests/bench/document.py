"""Writes the tables of docs/performance.md and its plots from the JSON file of a run."""

import re
import shutil
import subprocess

import table
from figures import HEARTBEAT, KEEPALIVED, OURS, YARDSTICK
from takeover import BEYOND, LAST, MANY_TIMES

_HEAD = """set terminal svg size 720,360 font 'sans-serif,13' background '#ffffff'
set output '{out}'
set border 3
set tics nomirror out
set grid ytics lc rgb '#dddddd'
set key top left
set ylabel '{label}'
"""
PICTURES = ("takeover.svg", "takeover-many.svg", "switchover.svg", "boot.svg", "processor-1.svg",
            "processor-3.svg", "stress.svg")
_COLOURS = {OURS: "#1f6feb", HEARTBEAT: "#d1495b", KEEPALIVED: "#66a182", YARDSTICK: "#888888"}


def _gnuplot(text):
    subprocess.run(["gnuplot"], input=text, text=True, check=True)


def _quoted(text):
    return "'" + text.replace("'", "''") + "'"


def bars(out, label, groups, series, logscale=False):
    """A cluster of bars for each of `groups`; `series`: product to one (median, least, most) each, or
    None."""
    series = {product: values for product, values in series.items() if any(values)}
    if not series:
        return False
    text = _HEAD.format(out=out, label=label)
    text += "set logscale y\n" if logscale else "set yrange [0:*]\n"
    text += "set style fill solid 0.85\n"
    text += "set xtics (" + ", ".join(f"{_quoted(name)} {i}" for i, name in enumerate(groups)) + ")\n"
    text += f"set xrange [-0.6:{len(groups) - 0.4}]\n"
    width = 0.8 / len(series)
    text += f"set boxwidth {width * 0.9:.3f}\n"
    plots = []
    for number, (product, values) in enumerate(series.items()):
        name = f"$data{number}"
        shift = (number - (len(series) - 1) / 2) * width
        text += f"{name} << END\n"
        for place, value in enumerate(values):
            if value:
                median, least, most = value
                text += f"{place + shift:.3f} {median:.6g} {least:.6g} {most:.6g}\n"
        text += "END\n"
        colour = _COLOURS.get(product, "#444444")
        plots.append(f"{name} using 1:2 with boxes lc rgb '{colour}' title {_quoted(product)}")
        plots.append(f"{name} using 1:2:3:4 with yerrorbars pt 0 lc rgb '#000000' notitle")
    _gnuplot(text + "plot " + ", \\\n ".join(plots) + "\n")
    return True


def spread(out, label, series):
    """Every single value, sorted, one line for each product."""
    if not series:
        return False
    text = _HEAD.format(out=out, label=label) + "set xlabel 'share of the rounds, %'\n"
    plots = []
    for number, (product, values) in enumerate(series.items()):
        text += f"$data{number} << END\n"
        for place, value in enumerate(sorted(values), 1):
            text += f"{100 * place / len(values):.3f} {value:.6g}\n"
        text += "END\n"
        plots.append(f"$data{number} with linespoints pt 7 ps 0.4 lw 2 lc rgb "
                     f"'{_COLOURS[product]}' title {_quoted(product)}")
    _gnuplot(text + "plot " + ", \\\n ".join(plots) + "\n")
    return True


def _of(figures, letter, cases, what, products):
    found = {}
    for product in products:
        every = [figures.find(letter, case, what, product) for case in cases]
        found[product] = [(s.median, min(s.values), max(s.values)) if s else None for s in every]
    return found


def plots(figures, folder):
    """Draws what there are figures for; file name to title."""
    everybody = (OURS, KEEPALIVED, HEARTBEAT)
    cases = ("1 address", "10 addresses", "50 addresses", "100 addresses", "1,000 addresses",
             "100 groups of 10")
    cases = [case for case in cases
             if any(figures.find("a", case, f"{LAST}, {BEYOND}", p) for p in everybody)]
    made = {}

    def draw(name, title, function, *words, **options):
        if function(folder / name, *words, **options):
            made[name] = title

    draw("takeover.svg", "From the detection of the death to the last address's first ARP", bars,
         "ms (logarithmic)", cases, _of(figures, "a", cases, f"{LAST}, {BEYOND}", everybody),
         logscale=True)
    many = {p: s.values for p in everybody
            if (s := figures.find("a", MANY_TIMES, f"first ARP, {BEYOND}", p))}
    draw("takeover-many.svg", "One address: each single takeover, beyond the detection time", spread,
         "ms", many)
    draw("switchover.svg", "Planned switchover: outage seen by a client", bars, "ms", ["outage"],
         _of(figures, "b", ["one address and one script"], "outage seen by a client", everybody))
    draw("boot.svg", "Both nodes started together: to the first ARP", bars, "s", ["first ARP"],
         _of(figures, "c", ["both nodes started together"], "first ARP", everybody))
    for links in (1, 3):
        word = f"{links} link{'s' if links > 1 else ''}"
        cases = [f"keepalive {period}, {word}" for period in ("1 s", "100 ms", "20 ms", "10 ms")]
        cases = [case for case in cases if figures.find("d", case, "processor", OURS)]
        draw(f"processor-{links}.svg", f"Processor time of a node's daemon, {word}", bars, "% of a core",
             [case.removeprefix("keepalive ").partition(",")[0] for case in cases],
             _of(figures, "d", cases, "processor", (OURS, HEARTBEAT)))
    cases = [f"deadtime {ms} ms" for ms in (150, 100, 60, 40)]
    series = _of(figures, "e", cases, "false deaths", (OURS,))
    series |= _of(figures, "e", cases, "gaps longer than that", (YARDSTICK,))
    if figures.find("e", cases[0], "false deaths", OURS):
        draw("stress.svg", "Under stress: false deaths of ours, gaps of two bare processes", bars,
             "in the whole run", cases, series)
    return made


def write(figures, folder):
    """Replaces what stands between the markers of performance.md, and the plots beside it."""
    page = folder / "performance.md"
    pictures = folder / "performance"
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir()
    made = plots(figures, pictures)
    text = page.read_text()
    text = _put(text, "about", table.about(figures))
    text = _put(text, "goals", table.markdown([["figure", "wished for", "found"]]
                                              + table.goals(figures)))
    for letter in table.NAMES:
        rows = table.rows(figures, letter)
        part = table.markdown([table.HEAD] + rows) if rows else "No figures in this run."
        for failure in figures.missing.get(letter, []):
            part += f"\n\nNot in this run: {failure}"
        text = _put(text, letter, part)
    for file in PICTURES:
        text = _put(text, file, f"![{made[file]}](performance/{file})" if file in made
                    else "(No plot: no figures in this run.)")
    page.write_text(text)


def _put(text, name, content):
    pattern = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)", re.S)
    if not pattern.search(text):
        raise SystemExit(f"docs/performance.md: no marker {name!r}, expected <!-- {name} --> and "
                         "<!-- end --> around what is written there")
    return pattern.sub(lambda match: f"{match[1]}{content}\n{match[2]}", text)
