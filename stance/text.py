"""Documents and sentences: reading the inputs, and splitting text with offsets into it.

Every offset in the package is 0-based, end-exclusive, and counts code points of the text exactly as it was given.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zip")
TABLES = (".csv", ".jsonl", ".parquet")
READABLE = (".txt", *TABLES)
MAX_CHARS = 5_000_000
"""A longer document is refused: it is nearly always a whole corpus that lost its boundaries."""

csv.field_size_limit(2**31 - 1)  # the default of 131,072 characters is shorter than some articles


class InputError(ValueError):
    """An input that cannot be used. The message names the file, the line, the value and the remedy."""


@dataclass(frozen=True)
class Document:
    """One text with an id; `date` and `source` are carried along when the input has them."""

    doc_id: str
    text: str
    date: str = ""
    source: str = ""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a document: its number there, and `document.text[start:end]`."""

    sentence_id: int
    start: int
    end: int
    text: str


@dataclass
class Problems:
    """What to do with a row that cannot be used: raise at once, or keep it aside with its reason.

    With ``skip=True`` each refused row is appended to `rows` as ``{"file", "line", "reason", "row"}``.
    """

    skip: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, file: str, line: int | str, reason: str, row: object = "") -> None:
        """Raise `InputError`, or put the row aside."""
        if not self.skip:
            raise InputError(f"{file}:{line}: {reason}" if line else f"{file}: {reason}")
        self.rows.append({"file": file, "line": line, "reason": reason, "row": row})


# ---------------------------------------------------------------------------------------------- sentences

# A line break ends a sentence after a blank line, before a bullet or after a line that stands by itself (a headline, a
# byline, a list entry): one that is clearly shorter than the hard-wrapped lines of the paragraph around it.
_PARAGRAPH = re.compile(r"\r\n|\r|\n|\u2028|\u2029")
_BULLET = re.compile(r"[ \t]*(?:[-*•–—‣▪]|\d{1,2}[.)])[ \t]+\S")
_CLOSED = re.compile(r"[.!?…:;][\"'”’»)\]]*\s*$")
_WRAP = 50  # hard-wrapped prose has longer lines than this; headlines that are longer rarely run on in lower case


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Spans of `text` that sentences never cross: paragraphs, headlines, bullets."""
    start = 0
    previous = 0
    for brk in _PARAGRAPH.finditer(text):
        line, rest = text[previous : brk.start()], brk.end()
        follows = text[rest : rest + 80].lstrip(" \t")
        wraps = bool(follows) and follows[0] not in "\r\n" and not _BULLET.match(text, rest) and bool(line.strip())
        if wraps and not _CLOSED.search(line):
            wraps = follows[0].islower() or (len(line) >= _WRAP and not line.isupper() and not _headline(line))
        if wraps and _CLOSED.search(line):
            wraps = follows[0].islower()
        if not wraps:
            yield start, brk.start()
            start = rest
        previous = rest
    yield start, len(text)


def _headline(line: str) -> bool:
    words = re.findall(r"[^\W\d_]{4,}", line)
    return sum(w[0].isupper() for w in words) >= 0.6 * max(len(words), 1)


@lru_cache(maxsize=1)
def _splitter() -> Any:
    from nupunkt import sent_spans

    return sent_spans


def split_sentences(text: str) -> list[Sentence]:
    """Split a text into sentences.

    nupunkt (Punkt with a trained set of abbreviations) finds the boundaries inside a paragraph; line breaks count as
    boundaries where they end a paragraph, a headline or a list entry, not where prose is hard-wrapped.

    Returns
    -------
    list of Sentence, in order; `text[s.start:s.end] == s.text`, without surrounding white space.

    >>> [s.text for s in split_sentences('Gen. Ali of the U.S. Army agreed. "We oppose it," he said.')]
    ['Gen. Ali of the U.S. Army agreed.', '"We oppose it," he said.']
    """
    spans = _splitter()
    out: list[Sentence] = []
    for block_start, block_end in _blocks(text):
        block = text[block_start:block_end]
        if not block.strip():
            continue
        for start, end in spans(block):
            piece = block[start:end]
            left = len(piece) - len(piece.lstrip())
            piece = piece.strip()
            if piece:
                at = block_start + start + left
                out.append(Sentence(len(out), at, at + len(piece), piece))
    return out


# ---------------------------------------------------------------------------------------------- reading


def open_text(path: str | Path, encoding: str = "utf-8") -> IO[str]:
    """Open a text file for reading, compressed or not, a byte-order mark skipped, line ends as they are."""
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path}: no such file")
    if path.is_dir():
        raise InputError(f"{path}: is a folder, not a file")
    encoding = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    if path.suffix in COMPRESSED:
        from pandas.io.common import get_handle  # the compressions that pandas reads, by the same names

        handle = get_handle(path, "r", encoding=encoding, compression="infer", errors="strict").handle
        return handle  # type: ignore[return-value]
    return open(path, encoding=encoding, newline="")


def _undecodable(path: str | Path, encoding: str) -> InputError:
    """Say where the bytes stop being `encoding`; the stream's own error counts from its last buffer."""
    import io

    from pandas.io.common import get_handle

    with get_handle(path, "rb", compression="infer", is_text=False) as handles:
        raw = io.BufferedReader(handles.handle).read()  # type: ignore[arg-type]
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return InputError(
            f"{path}:{line}: byte {error.start} (0x{raw[error.start]:02x}) is not valid {encoding}; "
            f"save the file as UTF-8, or say what it is with --encoding (for example latin-1 or utf-16)"
        )
    return InputError(f"{path}: cannot be read as {encoding}")


def kind_of(path: str | Path) -> str:
    """'.csv' for both `a.csv` and `a.csv.gz`; '' for what cannot be read."""
    path = Path(path)
    suffixes = [s.lower() for s in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSED:
        suffixes.pop()
    return suffixes[-1] if suffixes and suffixes[-1] in READABLE else ""


def stem_of(path: str | Path) -> str:
    """The name of a file without its ending and without a compression's."""
    name = Path(path).name
    for suffix in (*COMPRESSED, *READABLE):
        name = name.removesuffix(suffix)
    return name


def list_files(path: str | Path, kinds: Iterable[str] = READABLE) -> list[Path]:
    """The readable files of a folder, also in folders below it, sorted; a file is its own list."""
    path = Path(path)
    if not path.is_dir():
        return [path]
    found = sorted(p for p in path.rglob("*") if p.is_file() and kind_of(p) in kinds and not p.name.startswith("."))
    if not found:
        raise InputError(f"{path}: holds no file that ends in {', '.join(kinds)}")
    return found


def read_rows(
    path: str | Path, required: Iterable[str], encoding: str = "utf-8", problems: Problems | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of a CSV, JSONL or Parquet table, each with its line number (row number in Parquet).

    A row is never completed, cut or shifted: one whose number of fields is not the header's is refused.

    Raises
    ------
    InputError
        for a file that is missing, empty, undecodable or without a required column, and for a bad row.
    """
    problems = problems or Problems()
    path = Path(path)
    kind = kind_of(path)
    if kind == ".parquet":
        yield from _parquet_rows(path, required)
        return
    if kind not in TABLES:
        raise InputError(f"{path}: not a table; name a file that ends in {', '.join(TABLES)} (compressed or not)")
    reader = _csv_rows if kind == ".csv" else _jsonl_rows
    try:
        with open_text(path, encoding) as stream:
            yield from reader(path, stream, required, problems)
    except UnicodeDecodeError:
        raise _undecodable(path, encoding) from None
    except (OSError, EOFError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None


def _check_columns(path: Path, columns: Iterable[str], required: Iterable[str]) -> None:
    columns = list(columns)
    missing = [c for c in required if c not in columns]
    if missing:
        raise InputError(
            f"{path}:1: no column {', '.join(map(repr, missing))}; the file has {', '.join(map(repr, columns))}"
        )


def _csv_rows(
    path: Path, stream: IO[str], required: Iterable[str], problems: Problems
) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.reader(stream, strict=True)
    header: list[str] | None = None
    line = 1
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            what = "a quote that is opened here is never closed" if "unexpected end" in str(error) else str(error)
            raise InputError(f"{path}:{line}: not valid CSV: {what}") from None
        if not row:
            continue
        if header is None:
            header = [c.strip() for c in row]
            twice = sorted({c for c in header if header.count(c) > 1})
            if twice:
                raise InputError(f"{path}:{line}: column {twice[0]!r} stands twice in the header; rename one")
            _check_columns(path, header, required)
        elif len(row) != len(header):
            problems.refuse(
                str(path),
                line,
                f"{len(row)} fields where the header has {len(header)}; quote the fields that hold commas",
                row,
            )
        else:
            yield line, dict(zip(header, row, strict=True))
    if header is None:
        raise InputError(f"{path}: is empty; a table needs a header line with {', '.join(required)}")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        names = [k for k, _ in pairs]
        raise ValueError(f"key {next(k for k in names if names.count(k) > 1)!r} stands twice")
    return row


def _jsonl_rows(
    path: Path, stream: IO[str], required: Iterable[str], problems: Problems
) -> Iterator[tuple[int, dict[str, Any]]]:
    required = list(required)
    seen = False
    for number, line in enumerate(_lines(stream), 1):
        if not line.strip():
            continue
        seen = True
        try:
            row = json.loads(line, object_pairs_hook=_no_twins)
        except (ValueError, RecursionError) as error:
            problems.refuse(str(path), number, f"not valid JSON: {error}; each line must hold one object", line)
            continue
        if not isinstance(row, dict):
            problems.refuse(str(path), number, f"holds {type(row).__name__}, not an object", line)
            continue
        missing = [c for c in required if c not in row]
        if missing:
            names = ", ".join(map(repr, missing))
            problems.refuse(str(path), number, f"no key {names}; the object has {', '.join(map(repr, row))}", row)
            continue
        yield number, row
    if not seen:
        raise InputError(f"{path}: is empty; each line must hold one object with {', '.join(required)}")


def _lines(stream: IO[str]) -> Iterator[str]:
    # str.splitlines would also break at U+2028, which JSON allows inside strings
    for line in stream:
        yield line.rstrip("\r\n")


def _parquet_rows(path: Path, required: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise InputError(f"{path}: reading Parquet needs pyarrow; pip install 'stance[parquet]'") from None
    if not path.exists():
        raise InputError(f"{path}: no such file")
    try:
        table = parquet.ParquetFile(path)
        _check_columns(path, table.schema_arrow.names, required)
        number = 0
        for batch in table.iter_batches(batch_size=1024):
            for row in batch.to_pylist():
                number += 1
                yield number, row
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: not a readable Parquet file: {error}") from None


def as_text(value: object) -> str:
    """A table's value as text: '' for a missing one, '7' for 7; 'NA', 'null' and '007' stay as they are."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    return value if isinstance(value, str) else str(value)


def read_documents(
    *inputs: str | Path,
    encoding: str = "utf-8",
    max_chars: int = MAX_CHARS,
    problems: Problems | None = None,
) -> Iterator[Document]:
    """Read documents, one at a time.

    Parameters
    ----------
    inputs : paths of `.txt`, `.csv`, `.jsonl`, `.parquet` files (also compressed), of folders of them, or "-" for
        standard input. A text file is one document, named by its stem; a table has `text`, optionally `doc_id`, `date`
        and `source`. Rows without `doc_id` are named STEM-LINE.
    encoding : of text, CSV and JSONL.
    max_chars : a longer document is refused.
    problems : what to do with a row that cannot be used; by default it raises.

    Raises
    ------
    InputError
        naming the file, the line and the remedy.
    """
    problems = problems or Problems()
    seen: dict[str, str] = {}
    for given in inputs:
        for path in ["-"] if str(given) == "-" else list_files(given):
            for line, document in _documents_of(path, encoding, problems):
                if len(document.text) > max_chars:
                    reason = (
                        f"document {document.doc_id!r} has {len(document.text):,} characters; the limit is {max_chars:,}"
                        " (raise it with --max-chars)"
                    )
                    problems.refuse(str(path), line, reason, document.doc_id)
                    continue
                here = f"{path}:{line}" if line else str(path)
                if seen.setdefault(document.doc_id, here) != here:
                    reason = f"doc_id {document.doc_id!r} was given already, at {seen[document.doc_id]}; make ids unique"
                    problems.refuse(str(path), line, reason, document.doc_id)
                    continue
                yield document


def _documents_of(path: str | Path, encoding: str, problems: Problems) -> Iterator[tuple[int, Document]]:
    if str(path) == "-":
        raw = sys.stdin.buffer.read()
        try:
            yield 0, Document("stdin", raw.decode("utf-8-sig" if encoding == "utf-8" else encoding))
        except UnicodeDecodeError as error:
            raise InputError(f"standard input: byte {error.start} is not valid {encoding}; use --encoding") from None
        return
    path = Path(path)
    kind = kind_of(path)
    if kind == ".txt":
        try:
            with open_text(path, encoding) as stream:
                yield 0, Document(stem_of(path), stream.read())
        except UnicodeDecodeError:
            raise _undecodable(path, encoding) from None
        return
    if not kind:
        if not path.exists():
            raise InputError(f"{path}: no such file")
        raise InputError(f"{path}: unknown kind of file; name one that ends in {', '.join(READABLE)}")
    for line, row in read_rows(path, ["text"], encoding, problems):
        if row["text"] is not None and not isinstance(row["text"], str):
            kind_name = type(row["text"]).__name__
            problems.refuse(str(path), line, f"text is {kind_name}, not a string: {row['text']!r}", row)
            continue
        doc_id = as_text(row.get("doc_id")) or f"{stem_of(path)}-{line}"
        yield (
            line,
            Document(doc_id, as_text(row["text"]), as_text(row.get("date")), as_text(row.get("source"))),
        )
