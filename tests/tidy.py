"""The rules behind tests/tidy.sh. Each rule yields `file:line: what is wrong, what is expected`."""

import re
import subprocess
import sys
from pathlib import Path

LINES_MAX = 400
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100

# Folder of lib/ -> folders of lib/ that it may include (architecture 1.2).
LAYERS = {
    "base": {"base"},
    "wire": {"base", "wire"},
    "config": {"base", "config"},
    "cluster": {"base", "wire", "cluster"},
    "resource": {"base", "config", "resource"},
    "core": {"base", "wire", "config", "cluster", "resource", "core"},
    "check": {"base", "config", "resource", "core", "check"},
    "client": {"base", "wire", "client"},
    "plugin": {"plugin", "base", "wire"},
}
# Library headers that exactly one place may include.
ONLY_HERE = [
    (re.compile(r"boost/asio"), re.compile(r"^heartbeatd/asio(_impl)?\.[ch]pp$")),
    (re.compile(r"boost/program_options"), re.compile(r"^(heartbeatd/options\.[ch]pp|tools/.*)$")),
    (re.compile(r"spdlog/"), re.compile(r"^heartbeatd/journal\.cpp$")),
]
# What a pure library must not even include.
IMPURE = re.compile(r"<(thread|mutex|future|atomic|condition_variable|fstream|iostream|filesystem|"
                    r"random|ctime|unistd\.h|sys/[a-z]+\.h|netinet/.*|poll\.h|fcntl\.h|time\.h|"
                    r"pthread\.h|dlfcn\.h|spawn\.h)>")
CLOCK = re.compile(r"\bnow\(\)|clock_gettime|gettimeofday|::time\(")
# The shell's one clock, the age of a child, the stamp of a log line. What holds the shell's clock may
# ask it (`clock_.now()`).
CLOCK_ALLOWED = re.compile(r"^heartbeatd/(clock\.hpp|child\.cpp|runner\.[ch]pp|journal\.cpp|recording\.cpp)$")
CLOCK_ASKED = re.compile(r"\bclock_?\.(now|both)\(\)")
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<][^">]+[">])')
CODE = {".cpp", ".hpp", ".c", ".h"}
TEXT = CODE | {".py", ".sh", ".txt", ".cmake", ".md", ".def", ""}


def without_comments(text):
    """Comments and string literals blanked out, line breaks kept."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])
    pattern = r'R"(\w*)\((?:.|\n)*?\)\1"|//[^\n]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"'
    return re.sub(pattern + r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])'", blank, text)


def functions(code):
    """(first line, lines) of each outermost function body, by counting braces."""
    depth, opened, stack = 0, 0, []
    head = ""
    for number, line in enumerate(code.split("\n"), 1):
        for sign in line:
            if sign == "{":
                plain = re.search(r"\b(namespace|class|struct|union|enum)\b[^()]*$|extern\s*$", head)
                stack.append(bool(plain))
                if not plain:
                    depth += 1
                    if depth == 1:
                        opened = number
                head = ""
            elif sign == "}":
                if stack and not stack.pop():
                    depth -= 1
                    if depth == 0:
                        yield opened, number - opened + 1
                head = ""
            elif sign == ";":
                head = ""
            else:
                head += sign
        head += " "


def check_includes(name, lines):
    parts = name.split("/")
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        target = match[1].strip('"<>')
        for library, place in ONLY_HERE:
            if library.search(target) and not place.match(name) and parts[0] != "tests":
                yield number, f"includes {target}, which only {place.pattern} may"
        if parts[0] != "lib":
            continue
        folder = target.split("/")[0]
        allowed = LAYERS.get(parts[1], set())
        if folder in LAYERS and folder not in allowed and parts[1] != "client":
            yield number, f"lib/{parts[1]} includes {target}, expected only {sorted(allowed)}"
        if folder == "heartbeatd" or target.startswith("../"):
            yield number, f"lib/ includes {target}, expected nothing above it"
        if parts[1] not in ("client", "plugin") and IMPURE.search(match[1]):
            yield number, f"lib/ includes {match[1]}, expected neither I/O, clock, thread nor chance"


def check_code(name, text):
    lines = text.split("\n")
    yield from check_includes(name, lines)
    code = without_comments(text)
    top = name.split("/")[0]
    for number, line in enumerate(code.split("\n"), 1):
        pure = top == "lib" and not name.startswith(("lib/client/", "lib/plugin/"))
        if (pure or top == "heartbeatd" and not CLOCK_ALLOWED.match(name)) and \
                CLOCK.search(line if pure else CLOCK_ASKED.sub("", line)):
            yield number, "asks for the time, expected `now` from the caller (runner.cpp asks)"
        if pure and re.search(r"\bunordered_(map|set)\b", line):
            yield number, "unordered container, expected an ordered one (replays must be equal)"
        if re.search(r"\busing namespace (?!std::chrono_literals)", line) and name.endswith(".hpp"):
            yield number, "using namespace in a header"
    for first, length in functions(code):
        if length > FUNCTION_LINES_MAX:
            yield first, f"function of {length} lines, expected at most {FUNCTION_LINES_MAX}"
    if name.endswith(".hpp") and "#pragma once" not in text:
        yield 1, "no #pragma once"
    if top in ("lib", "heartbeatd", "tools") and not re.match(r"\s*(//|/\*)", text):
        yield 1, "does not open with a sentence on what lives here"


def check_python(text):
    """Functions of the test harness keep to the same length."""
    start, indent, last = 0, 0, 0
    for number, line in enumerate(text.split("\n") + ["end"], 1):
        depth = len(line) - len(line.lstrip())
        if start and line.strip() and depth <= indent:
            if last - start + 1 > FUNCTION_LINES_MAX:
                yield start, f"function of {last - start + 1} lines"
            start = 0
        if match := re.match(r"( *)def ", line):
            if not start:
                start, indent = number, len(match[1])
        if line.strip():
            last = number


def check_text(name, text):
    lines = text.split("\n")
    if len(lines) - 1 > LINES_MAX and Path(name).suffix in CODE | {".py"}:
        yield LINES_MAX, f"{len(lines) - 1} lines, expected at most {LINES_MAX}"
    for number, line in enumerate(lines, 1):
        if "\t" in line and Path(name).suffix in CODE | {".py"} and r"\t" not in line:
            yield number, "tab, expected blanks"
        if line != line.rstrip() and Path(name).suffix != ".md":
            yield number, "blanks at the end of the line"
        if re.search(r"\b(TODO|FIXME|XXX)\b(?! \(?#\d+)", line) and "tidy" not in name:
            yield number, "TODO without an issue number"
        if re.search(r"(?<![\w.])/(work|home|tmp/wt)[-/]", line) and "tidy" not in name:
            yield number, "path of one machine"
        if Path(name).suffix in CODE and len(line) > COLUMNS_MAX:
            yield number, f"{len(line)} columns, expected at most {COLUMNS_MAX}"
    if text and not text.endswith("\n"):
        yield len(lines), "no line break at the end"


def tracked():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
                            check=True, capture_output=True, text=True).stdout
    return [name for name in listed.split("\0") if name]


def main(names):
    count = 0
    for name in names or tracked():
        path = Path(name)
        if not path.is_file() or path.suffix not in TEXT or "/corpus/" in name or "/data/" in name:
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if name == "COPYING" or "\0" in text:
            continue
        found = list(check_text(name, text))
        if path.suffix in CODE:
            found += check_code(name, text)
        if path.suffix == ".py" or text.startswith("#!/usr/bin/env python3"):
            found += check_python(text)
        for line, what in found:
            print(f"{name}:{line}: {what}")
        count += len(found)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
