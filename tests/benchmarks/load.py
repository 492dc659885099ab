"""Many documents, good and bad mixed, through the command: is each accounted for, and does memory stay flat?

    python tests/benchmarks/load.py --documents 300000 --jobs 2              one table
    python tests/benchmarks/load.py --documents 300000 --jobs 2 --folder     a folder of tables

The documents are made up on the spot, and what must become of each is known: a scored one has rows in the table, a bad
one stands in the refused file with its line and its reason. Ends with 1 where one is lost, doubled or told wrongly.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gzip
import io
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import generated  # noqa: E402

MAX_CHARS = 2000
SCORED, EMPTY = "scored", "empty"
MARKS = (
    "שלום, אמר הדובר. ",
    "قال المتحدث إن السلام ممكن. ",
    "👩‍🚀🇺🇳 ",
    "Ame\u0301lie — ‘no’… ",
    "\u202eRLO\u202c \u200b",
    "हिन्दी में। ",
    "=1+1 ",
    "\ufeff",
)


@dataclass
class Expected:
    """What must become of the documents: ids of the scored, counts of the empty, reasons of the refused by place."""

    scored: set[str] = field(default_factory=set)
    empty: int = 0
    refused: dict[tuple[str, int], str] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, fate: str, doc_id: str, file: Path, line: int) -> None:
        """One document; `fate` is `SCORED`, `EMPTY`, or what the reason of its refusal must hold."""
        self.kinds[kind] += 1
        if fate == SCORED:
            self.scored.add(doc_id)
        elif fate == EMPTY:
            self.empty += 1
        else:
            self.refused[str(file), line] = fate

    def total(self) -> int:
        """All documents."""
        return sum(self.kinds.values())


# ------------------------------------------------------------------------------------------------ the documents

Make = Callable[[str, str, str], Any]
"""From an id, a text and the id of an earlier good document: the object or line of JSONL, or the row of CSV."""


def odd(text: str) -> str:
    """The text after words of another script, an emoji, a formula."""
    return random.Random(text).choice(MARKS) + text


def long(text: str) -> str:
    """The text, repeated beyond the limit."""
    return f"{text} " * (MAX_CHARS // len(text) + 1)


def nul(text: str) -> str:
    """The text with a NUL in it."""
    return text[:5] + "\0" + text[5:]


# kind: how often, what becomes of it, how it is made
JSONL: dict[str, tuple[float, str, Make]] = {
    "plain": (60, SCORED, lambda i, t, old: {"doc_id": i, "text": t}),
    "other scripts, emoji, formulas": (8, SCORED, lambda i, t, old: {"doc_id": i, "text": odd(t)}),
    "no id": (2, SCORED, lambda i, t, old: {"text": t}),
    "empty": (2, EMPTY, lambda i, t, old: {"doc_id": i, "text": ""}),
    "null": (1, EMPTY, lambda i, t, old: {"doc_id": i, "text": None}),
    "white space": (2, EMPTY, lambda i, t, old: {"doc_id": i, "text": " \t\r\n\u2003"}),
    "line cut off": (2, "not valid JSON", lambda i, t, old: json.dumps({"doc_id": i, "text": t})[: 20 + len(t) // 2]),
    "key twice": (1, "stands twice", lambda i, t, old: '{"text": "a", "text": "b"}'),
    "NaN": (1, "NaN is no JSON value", lambda i, t, old: '{"text": NaN}'),
    "brackets without end": (0.1, "not valid JSON", lambda i, t, old: "[" * 50_000),
    "no text key": (2, "no key 'text'", lambda i, t, old: {"doc_id": i, "body": t}),
    "number as text": (2, "text is int", lambda i, t, old: {"doc_id": i, "text": 7}),
    "list as text": (1, "text is list", lambda i, t, old: {"doc_id": i, "text": [t]}),
    "no object": (1, "not an object", lambda i, t, old: [i, t]),
    "object as id": (1, "doc_id must be a single value", lambda i, t, old: {"doc_id": {"id": i}, "text": t}),
    "half a surrogate pair": (2, "half a surrogate pair", lambda i, t, old: {"doc_id": i, "text": t + "\ud83d"}),
    "NUL": (2, "NUL character", lambda i, t, old: {"doc_id": i, "text": nul(t)}),
    "too long": (2, "the limit is", lambda i, t, old: {"doc_id": i, "text": long(t)}),
    "id twice": (3, "was given already", lambda i, t, old: {"doc_id": old, "text": t}),
}
CSV: dict[str, tuple[float, str, Make]] = {
    "plain": (60, SCORED, lambda i, t, old: [i, t, "2020-01-31"]),
    "other scripts, emoji, formulas": (8, SCORED, lambda i, t, old: [i, odd(t), "x"]),
    "line ends in a field": (4, SCORED, lambda i, t, old: [i, f"{t}\r\n\n{t}\r", "x"]),
    "no id": (2, SCORED, lambda i, t, old: ["", t, "x"]),
    "empty": (2, EMPTY, lambda i, t, old: [i, "", ""]),
    "white space": (2, EMPTY, lambda i, t, old: [i, " \t\u2003", ""]),
    "field too few": (3, "fields where the header has 3", lambda i, t, old: [i, t]),
    "field too many": (3, "fields where the header has 3", lambda i, t, old: [i, *t.split(" ", 1), ""]),
    "NUL": (2, "NUL character", lambda i, t, old: [i, nul(t), ""]),
    "too long": (2, "the limit is", lambda i, t, old: [i, long(t), ""]),
    "id twice": (3, "was given already", lambda i, t, old: [old, t, ""]),
}
TEXTS: dict[str, tuple[float, str, Make]] = {
    "plain": (60, SCORED, lambda i, t, old: t),
    "other scripts, emoji, formulas": (8, SCORED, lambda i, t, old: odd(t)),
    "empty": (2, "is empty", lambda i, t, old: ""),
    "white space": (2, EMPTY, lambda i, t, old: " \n\t\n"),
    "NUL": (2, "NUL character", lambda i, t, old: nul(t)),
    "too long": (2, "the limit is", lambda i, t, old: long(t)),
}
FILES = ("0.jsonl", "1.csv", "2.jsonl.gz", "3.csv.gz", "4.jsonl", "5.csv", "texts")


def write_inputs(folder: Path, n: int, seed: int) -> Expected:
    """Files of `n` documents together, and what must become of each."""
    rng = random.Random(seed)
    expected = Expected()
    share = n // (len(FILES) - 1)
    sizes = [share - n // 100, *[share] * (len(FILES) - 3), n - share * (len(FILES) - 2), n // 100]
    first = last = ""
    done = 0
    for name, size in zip(FILES, sizes, strict=True):
        kinds = JSONL if ".jsonl" in name else CSV if ".csv" in name else TEXTS
        drawn = rng.choices(list(kinds), [often for often, _, _ in kinds.values()], k=size)
        if not first:
            drawn[0] = "plain"  # whose id others may give again
        path, line = folder / name, 0
        with opened(path) as stream:
            if kinds is CSV:
                line += write(stream, ["doc_id", "text", "date"])
            for i, kind in enumerate(drawn, done):
                _, fate, make = kinds[kind]
                text = next(generated.documents(1, 1 + i % 3, i))["text"]
                doc_id = f"d{i:09}"
                content = make(doc_id, text, rng.choice((first, last)))
                if stream is None:
                    (path / f"{doc_id}.txt").write_text(content, encoding="utf-8", newline="")
                    expected.add(kind, fate, doc_id, path / f"{doc_id}.txt", 0)
                    continue
                if rng.random() < 0.01:
                    line += write(stream, "")
                expected.add(kind, fate, f"{name[0]}-{line + 1}" if kind == "no id" else doc_id, path, line + 1)
                line += write(stream, content if kinds is CSV or isinstance(content, str) else as_json(content))
                if kind == "plain":
                    first, last = first or doc_id, doc_id
        done += size
    return expected


@contextlib.contextmanager
def opened(path: Path) -> Iterator[IO[str] | None]:
    """A table to write, packed where its name says so; None for a folder of texts."""
    if not path.suffix:
        path.mkdir()
        yield None
        return
    with (gzip.open if path.suffix == ".gz" else open)(path, "wt", encoding="utf-8", newline="") as stream:
        yield stream


def as_json(content: object) -> str:
    """A line of JSONL, with escapes only where UTF-8 has no place for what they say."""
    line = json.dumps(content, ensure_ascii=False)
    return json.dumps(content) if "\ud83d" in line else line


def write(stream: IO[str], content: Any) -> int:
    """Write a line, or a row of CSV; how many lines that is."""
    if isinstance(content, str):
        stream.write(content + "\n")
        return 1
    held = io.StringIO(newline="")
    csv.writer(held).writerow(content)
    stream.write(held.getvalue())
    return len(re.findall("\r\n|\r|\n", held.getvalue()))


# ------------------------------------------------------------------------------------------------ the run


def resident(root: int) -> float:
    """Resident memory of a process and of all that it began, MB; pages that they share count for each."""
    parents, pages = {}, {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):  # it has just ended
                fields = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
                parents[int(entry)], pages[int(entry)] = int(fields[1]), int(fields[21])
    total = 0
    for process in pages:
        above = process
        while above != root and above in parents:
            above = parents[above]
        total += pages[process] if above == root else 0
    return total * os.sysconf("SC_PAGE_SIZE") / 1e6


def run(command: list[str], said: Path, every: float = 0.25) -> tuple[int, float, list[float]]:
    """Run a command whose messages go to a file: exit code, seconds, and memory over time."""
    memory = []
    start = time.perf_counter()
    with said.open("w") as stream, subprocess.Popen(command, stderr=stream, stdout=stream) as process:
        while process.poll() is None:
            memory.append(resident(process.pid))
            time.sleep(every)
    return process.returncode, time.perf_counter() - start, [m for m in memory if m]


def number(pattern: str, text: str) -> int:
    """The number that a message gives; 0 where it gives none."""
    found = re.search(pattern, text)
    return int(found[1].replace(",", "")) if found else 0


def scored_ids(tables: list[Path]) -> Counter[str]:
    """How many rows of CSV tables each document has."""
    ids: Counter[str] = Counter()
    csv.field_size_limit(1 << 28)
    for table in tables:
        with table.open(encoding="utf-8", newline="") as stream:
            ids.update(row["doc_id"] for row in csv.DictReader(stream, strict=True))
    return ids


def refusals(files: list[Path]) -> Iterator[tuple[str, int, str]]:
    """File, line and reason of each refused row."""
    for file in files:
        with file.open(encoding="utf-8") as stream:
            for line in stream:
                row = json.loads(line)
                yield row["file"], row["line"], row["reason"]


def faults(expected: Expected, said: str, tables: list[Path], refused: list[Path]) -> tuple[list[str], Counter[str]]:
    """What does not add up, in words; and how many were refused for each reason."""
    found: list[str] = []
    documents = number(r"([\d,]+) documents?, ", said)
    empty = number(r"([\d,]+) without text", said)
    turned_down = number(r"([\d,]+) refused", said)
    for what, ours, theirs in (
        ("generated, and scored + refused + empty", expected.total(), documents + turned_down),
        ("to be scored, and said to be", len(expected.scored), documents - empty),
        ("empty, and said to be", expected.empty, empty),
        ("to be refused, and said to be", len(expected.refused), turned_down),
    ):
        if ours != theirs:
            found.append(f"{what}: {ours:,} and {theirs:,}")
    ids = scored_ids(tables)
    for what, wrong in (
        ("to be scored, but without a row", expected.scored - ids.keys()),
        ("with rows, but not to be scored", ids.keys() - expected.scored),
    ):
        if wrong:
            found.append(f"{what}: {len(wrong):,}, such as {sorted(wrong)[:3]}")
    left = dict(expected.refused)
    reasons: Counter[str] = Counter()
    for file, line, reason in refusals(refused):
        fate = left.pop((file, line), None)
        if fate is None or fate not in reason:
            found.append(f"{file}:{line}: refused because {reason[:200]!r}, not {fate!r}")
        reasons[fate or "nothing known"] += 1
    found += [f"{file}:{line}: not refused: {fate}" for (file, line), fate in left.items()]
    return found, reasons


def main() -> int:
    """Make the documents, run the command, and see what became of each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", action="store_true", help="a folder of tables, not one")
    parser.add_argument("--work", type=Path, help="where the files are written, and removed (about 0.3 kB a document)")
    options = parser.parse_args()
    if options.work:
        options.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.work) as name:
        folder = Path(name)
        (folder / "in").mkdir()
        expected = write_inputs(folder / "in", options.documents, options.seed)
        catalogue = generated.write_catalogue(folder / "catalogue.csv")
        out = folder / ("out" if options.folder else "out.csv")
        command = [sys.executable, "-m", "stance", "predict", folder / "in", "-e", catalogue, "-o", out]
        command += ["--jobs", options.jobs, "--on-error", "skip", "--max-chars", MAX_CHARS]
        code, took, memory = run(list(map(str, command)), folder / "said")
        said = (folder / "said").read_text()
        print(said, end="")
        if code:
            return code
        tables = sorted(out.glob("*.csv")) if options.folder else [out]
        refused = [p for t in tables if (p := Path(f"{t}.refused.jsonl")).exists()]
        found, reasons = faults(expected, said, tables, refused)
    tenths = [memory[i * len(memory) // 10 : (i + 1) * len(memory) // 10] or memory[-1:] for i in range(10)]
    print("\n| refused because | documents |\n| --- | --- |")
    for reason, count in reasons.most_common():
        print(f"| {reason} | {count:,} |")
    print("\n| what | |\n| --- | --- |")
    for what, figure in (
        ("documents made", f"{expected.total():,}"),
        ("scored", f"{len(expected.scored):,}"),
        ("without text", f"{expected.empty:,}"),
        ("refused", f"{sum(reasons.values()):,}"),
        ("unaccounted for, or wrongly", f"{len(found):,}"),
        ("seconds", f"{took:,.0f}"),
        ("documents a second", f"{expected.total() / took:,.0f}"),
        ("memory of all processes, peak MB", f"{max(memory):,.0f}"),
        ("median in each tenth of the run", ", ".join(f"{statistics.median(part):,.0f}" for part in tenths)),
    ):
        print(f"| {what} | {figure} |")
    print(*found[:20], sep="\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
