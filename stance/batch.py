"""Prediction of many documents to one table, in chunks and on all cores.

`predict_file` reads, scores and writes a chunk at a time, so that memory stays flat; the table has the same bytes
whatever the number of jobs. `shards.py` runs it over the files of a folder and the machines of a cluster.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from math import fsum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from stance import __version__
from stance.aggregate import LEAST
from stance.entities import Catalogue, default_catalogue_path, load_catalogue
from stance.model import StanceModel
from stance.pairs import PROBABILITIES
from stance.storage import default_model_path, replacing
from stance.text import (
    MAX_CHARS,
    CsvLines,
    Document,
    InputError,
    Problems,
    defuse,
    list_files,
    numbered_documents,
    read_documents,
    twin_reason,
)
from stance.workers import deaths, out_of_reach, started

if TYPE_CHECKING:
    import pandas as pd

BY = ("statement", "document", "corpus")
FORMATS = ("csv", "jsonl", "parquet")
CHUNK_DOCUMENTS = 1000
CHUNK_CHARS = 100_000
"""A chunk ends at whichever comes first; it never depends on the number of jobs, so neither does the table."""
WAVE = 16
"""Chunks per job that may wait for one slow chunk before them; what bounds memory when documents differ in size."""
ROWS_PER_GROUP = 50_000

LESS_MEMORY = "; use fewer --jobs or a lower --max-chars"
"""What to do where workers are killed for want of memory."""

Watch = Callable[[int, float], None]


# ---------------------------------------------------------------------------------------------- what to predict


@dataclass(frozen=True)
class Job:
    """What is asked of every document; small, so that it travels with each chunk, and the model does not.

    `model` and `entities` are paths (None for those that ship); their digests tell a worker on another machine whether
    it holds the same files. `prior` is pairs of stance and share; `skip` puts rows that cannot be used aside
    (see `shards.run_shard`). Make one with `job_of`.
    """

    model: str | None = None
    model_sha256: str = ""
    entities: str | None = None
    entities_sha256: str = ""
    prior: tuple[tuple[str, float], ...] | None = None
    by: str = "document"
    format: str = "csv"
    encoding: str = "utf-8"
    max_chars: int = MAX_CHARS
    skip: bool = False
    roll_up: bool = False
    min_confidence: float = 0.0
    version: str = __version__


def job_of(
    model: str | Path | None = None,
    entities: str | Path | None = None,
    prior: Mapping[str, float] | None = None,
    by: str = "document",
    format: str = "csv",
    encoding: str = "utf-8",
    max_chars: int = MAX_CHARS,
    skip: bool = False,
    roll_up: bool = False,
    min_confidence: float = 0.0,
) -> Job:
    """A job from what the user gave, checked, with the digests of its files.

    Raises
    ------
    InputError
        for an unknown `by` or `format`, or a model or catalogue that is missing.
    """
    if by not in BY:
        raise InputError(f"--by {by}: choose {', '.join(BY[:-1])} or {BY[-1]}")
    if format not in (*FORMATS, "frame"):
        raise InputError(f"--format {format}: choose {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    return Job(
        None if model is None else str(Path(model).absolute()),
        digest_of(default_model_path() if model is None else model),
        None if entities is None else str(Path(entities).absolute()),
        digest_of(default_catalogue_path() if entities is None else entities),
        None if prior is None else tuple(sorted(prior.items())),
        *(by, format, encoding, max_chars, skip, roll_up, min_confidence),
    )


def digest_of(path: str | Path) -> str:
    """Digest of a file, read a megabyte at a time."""
    if os.path.exists(path) and not os.path.isfile(path):  # a device or a pipe may never end
        raise InputError(f"{path}: is no file")
    try:
        with open(path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None


@lru_cache(maxsize=2)
def _engine(job: Job) -> tuple[StanceModel, Catalogue]:
    """The model and catalogue of a job: loaded once in each process, and the very ones that the run began with."""
    for given, default, wanted in (
        (job.model, default_model_path, job.model_sha256),
        (job.entities, default_catalogue_path, job.entities_sha256),
    ):
        path = given or default()
        if digest_of(path) != wanted:
            raise InputError(f"{path}: is not the file that this run began with; every worker must see the same one")
    return StanceModel.load(job.model), load_catalogue(job.entities)


# ---------------------------------------------------------------------------------------------- reading in chunks


class SeenIds:
    """The ids met so far, as sorted arrays of 8-byte digests: eight bytes an id, not a hundred.

    Among 30 million ids, two share a digest once in 40,000 runs; whoever refuses one looks the id itself up first.
    """

    def __init__(self) -> None:
        self.runs: list[np.ndarray] = []

    def __len__(self) -> int:
        return sum(len(run) for run in self.runs)

    def add(self, digests: np.ndarray) -> np.ndarray:
        """Add digests, uint64 (n,); gives bool (n,), true where one was there before or stands earlier in them."""
        new, first = np.unique(digests, return_index=True)
        again = np.ones(len(digests), dtype=bool)
        again[first] = False
        for run in self.runs:
            at = np.minimum(np.searchsorted(run, new), len(run) - 1)
            again[first[run[at] == new]] = True
        new = new[~again[first]]
        if len(new):
            self.runs.append(new)
        while len(self.runs) > 1 and len(self.runs[-2]) < 2 * len(self.runs[-1]):
            last = self.runs.pop()
            self.runs[-1] = np.union1d(self.runs[-1], last)
        return again


def digests_of(ids: Iterable[str]) -> np.ndarray:
    """Eight bytes of BLAKE2 for each id, uint64 (n,)."""
    raw = b"".join(hashlib.blake2b(i.encode("utf-8", "surrogatepass"), digest_size=8).digest() for i in ids)
    return np.frombuffer(raw, dtype="<u8")


@dataclass(frozen=True)
class Chunk:
    """Documents that are scored together; `position` is how many bytes of the inputs have been read, about."""

    documents: list[Document]
    position: float


def read_chunks(
    files: Iterable[str | Path], job: Job, problems: Problems | None = None, seen: SeenIds | None = None
) -> Iterator[Chunk]:
    """Documents of files in chunks of at most `CHUNK_DOCUMENTS` and about `CHUNK_CHARS` characters.

    Raises
    ------
    InputError
        as `read_documents` does, also for an id that stands twice in the files (or `problems` takes what is refused).
    """
    files = list(files)
    problems = problems or Problems()
    seen = SeenIds() if seen is None else seen
    batch: list[Document] = []
    places: list[tuple[str, int]] = []
    size, finished, here = 0, 0.0, 0
    for path in files:
        weight = _size(path)
        # read_documents would keep every id that it met, and where
        for name, line, document in numbered_documents([path], job.encoding, job.max_chars, problems):
            batch.append(document)
            places.append((name, line))
            size += len(document.text)
            here += len(document.text) + 60  # the characters of a line that are no text: a guess, for progress only
            if len(batch) == CHUNK_DOCUMENTS or size >= CHUNK_CHARS:
                yield Chunk(_unique(batch, places, seen, files, job, problems), finished + min(here, weight))
                batch, places, size = [], [], 0
        finished, here = finished + weight, 0
    if batch:
        yield Chunk(_unique(batch, places, seen, files, job, problems), finished)


def _size(path: str | Path) -> int:
    return os.stat(path).st_size if os.path.exists(path) else 0


def _unique(
    batch: list[Document],
    places: list[tuple[str, int]],
    seen: SeenIds,
    files: list[str | Path],
    job: Job,
    problems: Problems,
) -> list[Document]:
    """The documents whose ids were not met before. Only an id that is about to stop the run is looked up again."""
    again = seen.add(digests_of(d.doc_id for d in batch))
    if not again.any():
        return batch
    kept = []
    for document, (name, line), twin in zip(batch, places, again.tolist(), strict=True):
        if not twin:
            kept.append(document)
        elif problems.skip:
            problems.refuse(name, line, twin_reason(document.doc_id, line), document.doc_id)
        else:
            refuse_twins(files, job)
            kept.append(document)  # two ids of one digest
    return kept


def refuse_twins(files: Iterable[str | Path], job: Job) -> None:
    """Read files again, keeping each id and its line, and raise InputError where one stands twice.

    It returns where none does: two ids had one digest.
    """
    again = [f for f in files if str(f) != "-"]
    for _ in read_documents(*again, encoding=job.encoding, max_chars=job.max_chars):
        pass


def files_of(inputs: Iterable[str | Path]) -> list[str | Path]:
    """The files of inputs, folders opened, in the order in which `read_documents` reads them."""
    files: list[str | Path] = []
    for given in inputs:
        files += ["-"] if str(given) == "-" else list_files(given)
    return files


# ---------------------------------------------------------------------------------------------- scoring a chunk


@dataclass
class Result:
    """What became of a chunk: its rows, encoded for the output, and counts."""

    columns: tuple[str, ...]
    rows: Any
    documents: int
    empty: int
    n_statements: int
    n_rows: int
    position: float = 0.0


def predict_chunk(job: Job, chunk: Chunk) -> Result:
    """Score a chunk and encode its rows. All that the main process has left to do is to write them."""
    model, catalogue = _engine(job)
    prior = None if job.prior is None else dict(job.prior)
    statements = model.predict(chunk.documents, catalogue, prior, job.min_confidence)
    if job.roll_up:
        from stance.aggregate import roll_up

        statements = roll_up(statements, {e.name: e.affiliation for e in catalogue.entities.values() if e.affiliation})
    n = len(chunk.documents)
    empty = sum(not d.text.strip() for d in chunk.documents)
    if job.by == "corpus":
        sums = Sums()
        sums.add(statements)
        return Result((), sums, n, empty, len(statements), 0, chunk.position)
    table = statements
    if job.by == "document":
        from stance.aggregate import aggregate_stances

        table = aggregate_stances(statements, by="document")
    columns = tuple(table.columns)
    return Result(columns, encode(table, job.format), n, empty, len(statements), len(table), chunk.position)


def encode(table: pd.DataFrame, format: str) -> Any:
    """Rows as they stand in a file: text for csv (without the header) and jsonl, an Arrow table for parquet."""
    if format == "csv":
        return csv_rows(table)
    if format == "jsonl":
        return table.to_json(orient="records", lines=True, force_ascii=False) if len(table) else ""
    if format == "parquet":
        import pyarrow

        return pyarrow.Table.from_pandas(table, schema=_schema(tuple(table.columns)), preserve_index=False)
    return table


def csv_rows(table: pd.DataFrame) -> str:
    """Rows as CSV without a header: the bytes that `write_csv` would write, in a third of the time."""
    columns = []
    for name in table.columns:
        values = table[name].tolist()
        if table[name].dtype.kind == "f":
            columns.append(["" if v != v else v for v in values])
        elif table[name].dtype.kind in "iub":
            columns.append(values)
        else:
            columns.append([defuse(v) if isinstance(v, str) else v for v in values])
    text = io.StringIO()
    csv.writer(CsvLines(text), lineterminator="\r\n").writerows(zip(*columns, strict=True))
    return text.getvalue()


def _schema(columns: tuple[str, ...]) -> Any:
    """Column types by name, so that a chunk without rows has the same ones."""
    import pyarrow

    def kind(name: str) -> Any:
        if name == "score" or name.startswith("p_"):
            return pyarrow.float64()
        if name == "sentence_id" or name.startswith("n_") or name.endswith(("_start", "_end")):
            return pyarrow.int64()
        return pyarrow.string()

    return pyarrow.schema([(c, kind(c)) for c in columns])


class TableWriter:
    """Appends encoded rows to a file, or to an open text stream; the header is written with the first."""

    def __init__(self, target: Path | IO[str], format: str) -> None:
        self.format = format
        self.columns: tuple[str, ...] = ()
        self.waiting: list[Any] = []
        self.own = isinstance(target, Path)
        self.target = target
        self.stream: Any = None

    def write(self, columns: tuple[str, ...], rows: Any) -> None:
        """Append the rows of a chunk."""
        first = not self.columns
        self.columns = columns
        if self.format == "parquet":
            import pyarrow.parquet as parquet

            if first:
                self.stream = parquet.ParquetWriter(self.target, _schema(columns))
            self.waiting.append(rows)
            if sum(t.num_rows for t in self.waiting) >= ROWS_PER_GROUP:
                self._flush()
            return
        if first:
            self.stream = open(self.target, "w", encoding="utf-8", newline="") if self.own else self.target  # type: ignore[arg-type]  # noqa: SIM115
            if self.format == "csv":
                self.stream.write(",".join(columns) + "\n")
        self.stream.write(rows)

    def _flush(self) -> None:
        if self.waiting:
            import pyarrow

            self.stream.write_table(pyarrow.concat_tables(self.waiting), row_group_size=ROWS_PER_GROUP)
            self.waiting = []

    def close(self) -> None:
        """Write what waits."""
        if self.format == "parquet" and self.stream is not None:
            self._flush()
        if self.own and self.stream is not None:
            self.stream.close()


# ---------------------------------------------------------------------------------------------- sums that merge


def _grow(partials: list[float], x: float) -> None:
    """Add to a sum that is kept exactly, as floats that do not overlap (Shewchuk); `math.fsum` of them rounds once."""
    i = 0
    for y in partials:
        if abs(x) < abs(y):
            x, y = y, x
        high = x + y
        low = y - (high - x)
        if low:
            partials[i] = low
            i += 1
        x = high
    partials[i:] = [x]


class Sums:
    """What `aggregate_stances(..., by="corpus")` needs of the statements so far, in memory that grows with positions.

    Per actor and target: exact sums of the weights, of the weighted probabilities, and of the margins of the statements
    in favour and against; counts; and the evidence that would be shown for each stance. `add` and `merge` in any order
    give the same sums, and `table` the positions of all statements put together.
    """

    def __init__(self) -> None:
        self.positions: dict[tuple[str, str], dict[str, Any]] = {}

    def _of(self, actor: str, target: str) -> dict[str, Any]:
        key = (actor, target)
        if key not in self.positions:
            self.positions[key] = {"sums": [[] for _ in _SUMS], "counts": [0] * len(_COUNTED), "best": {}}
        return self.positions[key]

    def add(self, statements: pd.DataFrame) -> None:
        """Add a statements table."""
        columns = ["actor", "target", "stance", *PROBABILITIES, "evidence"]
        for actor, target, stance, favor, against, neutral, evidence in statements[columns].itertuples(
            index=False, name=None
        ):
            here = self._of(actor, target)
            weight = max(1 - neutral, LEAST)
            values = [weight, weight * favor, weight * against, weight * neutral, 0.0, 0.0]
            if stance in ("favor", "against"):
                values[4 if stance == "favor" else 5] = favor - against if stance == "favor" else against - favor
            for partials, value in zip(here["sums"], values, strict=True):
                if value:
                    _grow(partials, value)
            here["counts"][_COUNTED.index(stance)] += 1
            for name, p in (("favor", favor), ("against", against), ("neutral", neutral), ("", weight)):
                here["best"][name] = max(here["best"].get(name, (-1.0, "")), (p, evidence))

    def merge(self, other: Sums) -> None:
        """Add the sums of other statements."""
        for key, there in other.positions.items():
            here = self._of(*key)
            for partials, more in zip(here["sums"], there["sums"], strict=True):
                for value in more:
                    _grow(partials, value)
            here["counts"] = [a + b for a, b in zip(here["counts"], there["counts"], strict=True)]
            for name, best in there["best"].items():
                here["best"][name] = max(here["best"].get(name, (-1.0, "")), tuple(best))

    def table(self) -> pd.DataFrame:
        """The positions table of `aggregate_stances`, by corpus."""
        import pandas as pd

        from stance.aggregate import POSITION_COLUMNS, side_of

        rows = []
        for (actor, target), here in self.positions.items():
            total, *shares, favor, against = (fsum(partials) for partials in here["sums"])
            share = [s / total for s in shares]
            if not here["counts"][0] and not here["counts"][1]:
                stance = "neutral" if here["counts"][2] else "uncertain"
            else:
                stance = side_of(favor, against)
            score = round(share[0] - share[1], 6)
            p = [round(x, 6) for x in share]
            n = here["counts"]
            evidence = here["best"].get(stance, here["best"][""])[1]  # mixed or uncertain: the one that is least neutral
            rows.append((actor, target, stance, score, *p, sum(n), *n[:3], evidence))
        return pd.DataFrame(rows, columns=list(POSITION_COLUMNS))

    def dump(self) -> list[Any]:
        """The sums as plain JSON data; `load` gives them back exactly."""
        return [[*key, here["sums"], here["counts"], here["best"]] for key, here in self.positions.items()]

    def load(self, data: list[Any]) -> None:
        """Add sums that `dump` gave."""
        other = Sums()
        for actor, target, sums, counts, best in data:
            other.positions[actor, target] = {"sums": sums, "counts": counts, "best": best}
        self.merge(other)


_COUNTED = ("favor", "against", "neutral", "uncertain")
_SUMS = ("weight", *PROBABILITIES, "favor", "against")


# ---------------------------------------------------------------------------------------------- one table


@dataclass
class Totals:
    """What a run came to."""

    documents: int = 0
    empty: int = 0
    n_statements: int = 0
    n_rows: int = 0
    refused: int = 0

    def count(self, result: Result) -> None:
        """Add a chunk's counts."""
        self.documents += result.documents
        self.empty += result.empty
        self.n_statements += result.n_statements
        self.n_rows += result.n_rows


def results(chunks: Iterator[Chunk], job: Job, jobs: int = 1) -> Iterator[Result]:
    """The results of chunks in their order, from `jobs` processes.

    A wave of chunks is scored while the next one is read. Waves bound what piles up behind one slow chunk, which joblib
    alone does not. Reading stays in this thread: in joblib's, an error of the reader would be lost, and a signal that
    arrives while it waits for a pipe would end in a deadlock.
    """
    if jobs == 1:
        for chunk in chunks:
            yield predict_chunk(job, chunk)
        return
    from joblib import Parallel, cpu_count, delayed

    jobs = cpu_count() if jobs < 1 else jobs
    size = 2 * jobs  # the first waves are short, so that the work begins at once
    parallel = Parallel(n_jobs=jobs, return_as="generator", batch_size=1, pre_dispatch=2 * jobs)
    with deaths(lambda: LESS_MEMORY), ExitStack() as stack:
        with out_of_reach():
            stack.enter_context(parallel)
        wave = list(islice(chunks, size))
        while wave:
            with started(parallel, (delayed(predict_chunk)(job, chunk) for chunk in wave)) as running:
                size = min(2 * size, WAVE * jobs)
                try:
                    wave = list(islice(chunks, size))
                except Exception:
                    for _ in running:  # workers that are killed at work complain on stderr
                        pass
                    raise
                yield from running


def predict_file(
    inputs: Iterable[str | Path],
    target: Path | IO[str] | None,
    job: Job,
    jobs: int = 1,
    problems: Problems | None = None,
    watch: Watch = lambda documents, share: None,
    seen: SeenIds | None = None,
) -> tuple[Totals, pd.DataFrame | None]:
    """Predict documents of files, folders or "-", a chunk at a time, to one table.

    Parameters
    ----------
    inputs : as for `read_documents`.
    target : a path, which is replaced when all is done; an open text stream, which is written as the work goes on; or
        None for the table itself, with a job whose format is "frame".
    job : see `job_of`.
    jobs : processes; -1 for one per core. The bytes of the table do not depend on it.
    problems : what to do with a row that cannot be used; by default it raises.
    watch : called after each chunk with the documents done and the share of the input that they are, about.
    seen : ids that stand elsewhere already; those of the inputs are added.

    Returns
    -------
    the counts, and the table where `target` is None.

    Raises
    ------
    InputError
        for an input that cannot be used; the file at `target` is then as it was.
    """
    files = files_of(inputs)
    size = float(sum(_size(f) for f in files))
    totals, sums, frames = Totals(), Sums(), []
    with ExitStack() as stack:
        path = stack.enter_context(replacing(target)) if isinstance(target, Path) else target
        writer = None if path is None else TableWriter(path, job.format)

        def put(columns: tuple[str, ...], rows: Any) -> None:
            frames.append(rows) if writer is None else writer.write(columns, rows)

        for result in _at_least_one(read_chunks(files, job, problems, seen), job, jobs):
            totals.count(result)
            if job.by == "corpus":
                sums.merge(result.rows)
            else:
                put(result.columns, result.rows)
            watch(totals.documents, min(result.position / size, 1.0) if size else 0.0)
        if job.by == "corpus":
            table = sums.table()
            totals.n_rows = len(table)
            put(tuple(table.columns), encode(table, job.format))
        if writer is not None:
            writer.close()
        totals.refused = problems.count if problems else 0
    if writer is not None:
        return totals, None
    import pandas as pd

    return totals, pd.concat([f for f in frames if len(f)] or frames[:1], ignore_index=True)


def _at_least_one(chunks: Iterator[Chunk], job: Job, jobs: int) -> Iterator[Result]:
    """The results of chunks; of one chunk without documents where there is none, for the header of the table."""
    none = True
    for result in results(chunks, job, jobs):
        none = False
        yield result
    if none:
        yield predict_chunk(job, Chunk([], 0.0))


class Meter:
    """Documents, rate and time left, drawn on one line of a terminal; nothing where stderr is none."""

    def __init__(self, unit: str = "documents") -> None:
        self.unit = unit
        self.start = self.drawn = time.monotonic()
        self.on = sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, done: int, share: float) -> None:
        """Draw, at most five times a second."""
        now = time.monotonic()
        if not self.on or now - self.drawn < 0.2:
            return
        self.drawn = now
        rate = done / (now - self.start)
        left = ""
        if 0 < share < 1:
            seconds = int((now - self.start) * (1 - share) / share)
            left = f", {seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02} left"
        unit = self.unit.removesuffix("s") if done == 1 else self.unit
        print(f"\r\x1b[K{done:,} {unit}, {rate:,.0f} a second{left}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Clear the line."""
        if self.on:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
