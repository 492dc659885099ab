"""Documents and sentences: reading the inputs, and splitting text with offsets into it.

Every offset in the package is 0-based, end-exclusive, and counts code points of the text exactly as it was given.
"""

from __future__ import annotations

import codecs
import csv
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zip")
TABLES = (".csv", ".jsonl", ".parquet")
READABLE = (".txt", *TABLES)
MAX_CHARS = 5_000_000
"""A longer document is refused: it is nearly always a whole corpus that lost its boundaries."""

MAX_SENTENCE = 1_000
"""Characters that a sentence may have; a longer one, as a table that lost its line ends, is read in parts."""

MAX_FIELD = 1 << 28
"""A longer line of JSONL or field of CSV is an error: a quote was never closed, or the file holds no lines."""


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

    With ``skip=True`` each refused row becomes ``{"file", "line", "reason", "row"}`` (line 0 for a whole file): given
    to `sink` where there is one, else appended to `rows`. `count` says how many there were, `first` what the first was.
    """

    skip: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)
    sink: Callable[[dict[str, Any]], None] | None = None
    count: int = 0
    first: str = ""

    def refuse(self, file: str, line: int | str, reason: str, row: object = "") -> None:
        """Raise `InputError`, or put the row aside."""
        file = spelled(file)
        if not self.skip:
            raise InputError(f"{file}:{line}: {reason}" if line else f"{file}: {reason}")
        self.count += 1
        self.first = self.first or (f"{file}:{line}: {reason}" if line else f"{file}: {reason}")
        (self.sink or self.rows.append)({"file": file, "line": line, "reason": reason, "row": row})


def refused_path(output: str | Path) -> Path:
    """Where rows are put aside that could not be used for an output."""
    return Path(f"{output}.refused.jsonl")


# ---------------------------------------------------------------------------------------------- sentences

# A line break ends a sentence after a blank line, before a bullet or after a line that stands by itself (a headline, a
# byline, a list entry). Where lines go on in lower case, the text is hard-wrapped, and a line stands by itself that is
# clearly shorter or longer than those around it; where none does, each does that does not plainly run on.
_PARAGRAPH = re.compile(r"\r\n|[\r\n\x0b\x85\u2028\u2029]")
_BULLET = re.compile(r"[ \t]*(?:[-*•–—‣▪●·➤►]|\d{1,2}[.)])[ \t]+\S")
_CLOSED = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
_RUNS_ON = re.compile(
    r"(?:,[\"”’»]*|\b(?:an?|the|of|and|or|but|at|by|to|for|from|with|into|in|on|as|than|that|which|who|whose|his|her|their|its|"
    r"is|are|was|were|be|has|have|had)|[a-z]-)$"
)
_WRAP = 50  # hard-wrapped prose has longer lines than this; a narrow column shows by the lines around
_NARROW = 25


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Spans of `text` that sentences never cross: paragraphs, headlines, bullets."""
    rows = list(_rows(text))
    wrapped = cache(lambda: _hard_wrapped([line for line, _, _ in rows]))
    start, before = 0, ""
    for k, (line, end, rest) in enumerate(rows[:-1], 1):
        after = rows[k + 1][0] if k + 1 < len(rows) else ""
        if not _wraps(before, line, rows[k][0], after, wrapped):
            yield start, end
            start = rest
        before = line
    yield start, len(text)


def _rows(text: str) -> Iterator[tuple[str, int, int]]:
    """Each line without its indent, where it ends, and where the next begins."""
    previous = 0
    for brk in _PARAGRAPH.finditer(text):
        yield text[previous : brk.start()].strip(), brk.start(), brk.end()
        previous = brk.end()
    yield text[previous:].strip(), len(text), len(text)


def _hard_wrapped(lines: Sequence[str]) -> bool:
    """Whether lines that are not closed go on in lower case, at least as many as in a capital."""
    small = large = 0
    for line, follows in pairwise(lines):
        if len(line) >= _NARROW and follows and not _CLOSED.search(line[-9:]):
            small += follows[0].islower()
            large += follows[0].isupper()
    return small >= max(large, 1)


def _wraps(before: str, line: str, follows: str, after: str, wrapped: Callable[[], bool]) -> bool:
    """Whether a sentence may go on from a line to the one that follows."""
    if not line or not follows or _BULLET.match(follows):
        return False
    if follows[0].islower() or follows[0] in ".,;:)":
        return True
    if _CLOSED.search(line[-9:]):
        short = line[-1] == "." and _ABBREVIATION.search(line, max(len(line) - 1 - _LONGEST, 0), len(line) - 1)
        return _goes_on(line[-14:], follows, 0) or bool(short and (follows[0].isdigit() or wrapped()))
    if _RUNS_ON.search(line[-9:]) or (follows[1:2].islower() and follows[0] in "\"“‘'("):
        return True
    width = max(len(before), len(follows) if after else 0) or max(len(line), _WRAP)  # of what is known to be full, if anything
    filled = len(line) + 1 + len(follows.split(None, 1)[0]) > (0.85 * width if len(line) >= _WRAP else width)
    plain = filled and _NARROW <= len(line) <= 1.25 * width and not line.isupper() and not _headline(line)
    return plain and wrapped()


def _headline(line: str) -> bool:
    words = re.findall(r"[^\W\d_]{4,}", line)
    return bool(sum(w[0].isupper() for w in words) >= 0.6 * max(len(words), 1))


@lru_cache(maxsize=1)
def _splitter() -> Any:
    from nupunkt import sent_spans

    return sent_spans


TITLES = (
    "Mr Mrs Ms Dr Prof Gen Col Capt Lt Sgt Maj Adm Cmdr Cdr Sen Sens Rep Reps Gov Govs Hon Rev Fr Supt Pres Amb Atty Cpl Pvt Pfc "
    "Spc Ens Brig Det Insp Cllr Ald Comm Msgr Engr Alh Asst Dep"
).split()
"""What stands before a name with a full stop that ends no sentence."""
_TITLE = "|".join(TITLES)
# Words that news ends with a full stop inside a sentence; Punkt takes some common words for more of them.
_ABBREVIATION = re.compile(
    rf"\b(?:[A-Za-z]|{_TITLE}|mrs?|ms|St|Ste|Jr|Sr|"
    r"Inc|Corp|Ltd|Co|Bros|No|Nos|Art|Sec|Fig|Vol|vs|etc|al|approx|Ave|Blvd|Rd|Mt|Ft|Dept|Univ|Assn|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun|"
    r"Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|La|Mass|Md|Mich|Minn|Miss|Mont|Neb|Nev|Okla|Ore|Pa|Tenn|Tex|"
    r"Va|Vt|Wash|Wis|Wyo)$"
)
_LONGEST = 6  # letters of the longest of them
_JOINED = re.compile(r"([.!?](?<=[a-z0-9]{2}.|\.[mSNKU].)[.!?]*)[\"”’»)]*\s*(?=[\"“‘«(]?[A-Z][a-z’' ])")
# a sentence in quotes after "Jos Water Inc.", "in the U.S.", "at 9 a.m."; a name that is no zone and no day after an hour
_FIRM = re.compile(r"(?:\b(?:Inc|Ltd|Co|Corp)|\b[ap]\.m|\b(?:U\.[SNK]|E\.U))$")
_SAYS = re.compile(r"[\"“][A-Z][\w’]*(?:,? [a-z]|,[\"”] )")
_HOUR = re.compile(r"\b(?:at|by|until|to|from|before|after|around|about|till) \d{1,2}(?:[:.]\d\d)?\s?[ap]\.m$")
_AT_FIRST = re.compile(r"[\"“]?(?:At|By|In|On|From|Until|Around|About|As|After|Before|When|While|Since|Shortly|Just)\b")
_ZONE = re.compile(
    r"[A-Z][a-z]{2,5}day|Eastern|Central|Mountain|Pacific|J(?:an|u[nl])|Feb|Ma[ry]|A(?:pr|ug)|Sep|Oct|Nov|Dec|(?:[A-Z]\w+ ){1,2}[Tt]ime"
)
# a space was lost: "the dam.Tom Reed said", "he said.“It fails"; not Booking.com, Change.Org, a link, a handle, a file
_LAST_WORD = re.compile(r"(?:^|[\s—–])[\"“‘'(]?[A-Za-z’'-]*[A-Za-z][a-z]{2}$")
_GLUED = re.compile(r"[“‘]?(?!(?:Com|Org|Net|Gov|Edu|Io|Co|Uk|Ng|Js|Tv|Ai)\b)[A-Z][a-z]+[\s,’']")

# where Punkt's next sentence begins, it may be seen that it is none
_OPENERS = (
    "The|An?|He|She|It|They|We|You|There|Th(?:is|at|ese|ose)|His|Her|Their|Its|Our|My|In|On|At|By|For|From|With|As|After|Before|When|"
    "While|Then|But|And|Or|So|If|Not?|Yes|Now|What|Who|Some|Many|Most|All|Others?|One|Later|Still|Critics|Officials|Experts|Police"
)
_NAME = re.compile(rf"(?!(?:{_OPENERS})\b)[A-ZÀ-Þ]")
_TITLE_ENDS = re.compile(rf"\b(?:{_TITLE})\.$")
_SERVED = re.compile(r"(?:\bU\.[SNK]|\bE\.U|\b(?:Inc|Co|Corp|Ltd))\.$")
_OFFICE = re.compile(
    r"General\b|(?:Senators?|Congress(?:wo)?man|Secretary|Ambassador|Judge|Admiral|Colonel|Captain|Lieutenant|Governor|"
    r"Chair(?:man|woman|person))\b(\s[A-Z])?"
)
_ELIDED = re.compile(r"[\w,;]\s?\[(?:\.\s?\.\s?\.|…)\]$")
_ASKED = re.compile(r"(?:[?!…]|\.\.\.)[\"”’'»]{1,2}$")
_ATTRIBUTED = re.compile(
    rf"(?!(?:{_OPENERS})\b)[A-ZÀ-Þ][\w.’'-]{{0,24}}(?:\s(?:(?:of|the|press|majority|minority|secretary|leader|chief|minister|speaker|"
    r"president|director|chair\w{0,6}|spokes\w{3,6})\s){0,2}[A-ZÀ-Þ][\w.’'-]{0,24}){0,6}(?:\s\([^()]{1,30}\))?"
    r"(?:,\s[^,.;:?!“”\"]{1,60},)?\s(?:(?:\w{2,12}ly|also|then|later|once|again)\s)?"
    r"(?:(?:said|says|wrote|writes|added|adds|replied|replies|shouted|cried|tweeted|posted|exclaimed|joked|answered|responded|declared)"
    r"\b(?!\s(?:the|an?|no|nobody|his|her|their|some|many|most|all|[A-Z](?!\w{2,8}day))\b)|"
    r"(?:told|tells|ask(?:s|ed))\b(?!(?:\s[\w’'-]{1,30}){0,4}\s(?:to|for)\b))"
    r"(?!(?:\s(?!(?:as|after|when|while|before|during)\b)[\w’'$%-]{1,30}){0,7}\s(?:that|whether|it|would|will|was|were|had|has|have|is|"
    r"are|should|could|must|can|did|does)\b)"
)
_MAY_GO_ON = re.compile(r"(?:[A-Z]\.[A-Z]\.|[?!.][\"”’»])$")  # "the A.C.L.U. said", "“Why?” she asked"
_CLOSES = re.compile(r"[”’»]+(?:(?<!\s.)|(?=\s|$))\s*")


def _goes_on(before: str, block: str, at: int) -> bool:
    """Whether a sentence that seems to end with `before` goes on at `at`."""
    first = block[at]
    if first in ")]":  # "(R-Ga.), said"
        return True
    if "a" <= first <= "z":
        return bool(_MAY_GO_ON.search(before))
    if before[-1:] in "\"”’'»":
        return bool(_ASKED.search(before) and _ATTRIBUTED.match(block, at))  # “Who pays?” Ada Obi asked
    if before[-1:] == "]":
        return bool(_ELIDED.search(before))
    if (office := _OFFICE.match(block, at)) and _SERVED.search(before):
        return not (office[1] and " the U" in before)  # "left the U.S. Senator Reed stayed" may be two
    return bool(before[-1:] == "." and _TITLE_ENDS.search(before[-8:]) and _NAME.match(block, at))


def _joined(block: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Punkt's spans, put together where one plainly goes on in the next, and each with the marks that close it."""
    start = end = 0
    for next_start, next_end in spans:
        closes = _CLOSES.match(block, next_start) if end and block[next_start] in "”’»" else None
        end, next_start = (closes.end(), closes.end()) if closes else (end, next_start)
        if next_start >= next_end:
            continue
        if end and not _goes_on(block[max(start, next_start - 14) : next_start].rstrip(), block, next_start):
            yield start, end
            start = next_start
        end = next_end
    if end:
        yield start, end


def _resplit(block: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans, divided where a plain word with a full stop plainly ends a sentence and was taken for short."""
    for start, end in spans:
        at = start
        for m in _JOINED.finditer(block, start, end):
            if _ends(block, at, m):
                yield at, m.end()
                at = m.end()
        if at < end:
            yield at, end


def _ends(block: str, at: int, m: re.Match[str]) -> bool:
    # a text may be one long span of abbreviations: no search goes back to where it began
    glued = not block[m.end() - 1].isspace()
    word = _LAST_WORD.search(block[max(at, m.start() - 40) : m.start()]) if glued and len(m[1]) == 1 else None
    if glued and not (word and _GLUED.match(block, m.end())):
        return False
    if m[1] != "." or not _ABBREVIATION.search(block, max(at, m.start() - _LONGEST), m.start()):
        return m[1] == "." or glued
    if block[m.end()] in "\"“":
        return bool(_FIRM.search(block, max(at, m.start() - _LONGEST), m.start()) and _SAYS.match(block, m.end()))
    hour = block[m.start() - 2 : m.start()] == ".m" and _HOUR.search(block, max(at, m.start() - 20), m.start())
    return bool(hour) and not _ZONE.match(block, m.end()) and not _AT_FIRST.match(block, at)


_MOST = 10_000  # characters of a block: Punkt takes the square of them where marks follow one another
_STOPS = (re.compile(r"[.!?][\"”’)]*\s+(?=[\"“A-Z])"), re.compile(r"\s+"))
_PAUSES = (re.compile(r"(?<=[;:,])(?=\s)"), re.compile(r"(?=\s)"))


def _pieces(text: str, start: int, end: int, most: int, places: Sequence[re.Pattern[str]]) -> Iterator[tuple[int, int]]:
    """A span as it is; one longer than `most` in parts that are not.

    Each is cut at the last place of the first kind that its second half has, or else where it is full.
    """
    while end - start > most:
        found = ([m.end() for m in kind.finditer(text, start + most // 2, start + most)] for kind in places)
        cut = next((ends[-1] for ends in found if ends), start + most)
        yield start, cut
        start = cut
    yield start, end


_UNSEEN = "\u200b\u200e\u200f\u2060\ufeff"  # of no width, of direction, of byte order: they may hide a boundary


def split_sentences(text: str) -> list[Sentence]:
    """Split a text into sentences.

    nupunkt (Punkt with a trained set of abbreviations) finds the boundaries inside a paragraph; line breaks count as
    boundaries where they end a paragraph, a headline or a list entry, not where prose is hard-wrapped. What is longer
    than `MAX_SENTENCE` is cut.

    Returns
    -------
    list of Sentence, in order; `text[s.start:s.end] == s.text`, without white space or unseen marks around.

    >>> [s.text for s in split_sentences('Gen. Ali of the U.S. Army agreed. "We oppose it," he said.')]
    ['Gen. Ali of the U.S. Army agreed.', '"We oppose it," he said.']
    """
    spans = _splitter()
    out: list[Sentence] = []
    seen = re.sub(f"[{_UNSEEN}]", " ", text) if any(mark in text for mark in _UNSEEN) else text  # as long as before
    for block_start, block_end in (piece for span in _blocks(seen) for piece in _pieces(seen, *span, _MOST, _STOPS)):
        block = seen[block_start:block_end]
        if not block.strip():
            continue
        for start, end in _resplit(block, _joined(block, spans(block))):
            for part_start, part_end in _pieces(block, start, end, MAX_SENTENCE, _PAUSES):
                piece = block[part_start:part_end]
                left = len(piece) - len(piece.lstrip())
                piece = piece.strip()
                if piece:
                    at = block_start + part_start + left
                    out.append(Sentence(len(out), at, at + len(piece), text[at : at + len(piece)]))
    return out


# ---------------------------------------------------------------------------------------------- reading


def check_encoding(encoding: str) -> str:
    """The codec's own name; `InputError` where Python has no such text encoding."""
    try:
        codec = codecs.lookup(encoding)
        "".encode(encoding)  # hex, rot13 and the like are codecs too, but not from text to bytes
    except (LookupError, UnicodeError, ValueError, TypeError, AssertionError):
        raise InputError(f"--encoding {encoding!r}: no such text encoding; utf-8, utf-16 and latin-1 are") from None
    return codec.name


@contextmanager
def open_text(path: str | Path, encoding: str = "utf-8") -> Iterator[IO[str]]:
    """Open a text file, compressed or not, for reading: a byte-order mark is skipped, line ends stay as they are.

    Raises
    ------
    InputError
        naming the file, here or while the block reads on: no such file, a folder, no right to read it, bytes that are
        not `encoding` (with the line and byte), a damaged compression.
    """
    path = Path(path)
    name = check_encoding(encoding)
    try:
        if not path.exists():
            raise InputError(f"{path}: no such file")
        if path.is_dir():
            raise InputError(f"{path}: is a folder, not a file")
        with _text_handle(path, "utf-8-sig" if name == "utf-8" else encoding) as stream:
            yield stream
    except InputError:
        raise
    except UnicodeError:
        raise _undecodable(path, encoding) from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except _damages(path) as error:
        raise InputError(f"{path}: cannot be unpacked: {error}") from None


@contextmanager
def _text_handle(path: Path, encoding: str) -> Iterator[IO[str]]:
    if path.suffix.lower() in COMPRESSED:
        from pandas.io.common import get_handle  # the compressions that pandas reads, by the same names

        with get_handle(path, "r", encoding=encoding, compression=_compression(path), errors="strict") as handles:
            yield handles.handle
        return
    with open(path, encoding=encoding, newline="") as stream:
        yield stream


def _compression(path: Path) -> Any:
    return {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zst": "zstd", ".zip": "zip"}[path.suffix.lower()]


def _damages(path: Path) -> tuple[type[BaseException], ...]:
    """What the decompressors raise; called only where something went wrong, so that their import costs nothing."""
    if path.suffix.lower() not in COMPRESSED:
        return ()
    import lzma
    import zipfile
    import zlib

    return (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, ImportError, ValueError)


def _undecodable(path: str | Path, encoding: str) -> InputError:
    """Say where the bytes stop being `encoding`: a stream's own error counts from its last buffer."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    path = Path(path)
    done, line = 0, 1
    with _binary_handle(path) as stream:
        while True:
            chunk = stream.read(1 << 20)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                # the error's positions count from what the decoder had kept back
                at = done - pending + error.start
                line += chunk.count(b"\n", 0, max(error.start - pending, 0))
                found = error.object[error.start : error.start + 1]
                return InputError(
                    f"{path}:{line}: byte {at} (0x{found.hex()}) is not valid {encoding}; "
                    "save the file as UTF-8, or say what it is with --encoding (for example latin-1 or utf-16)"
                )
            except UnicodeError as error:
                return InputError(f"{path}: is not {encoding} ({error}); say what it is with --encoding")
            if not chunk:
                return InputError(f"{path}: cannot be read as {encoding}; say what it is with --encoding")
            done += len(chunk)
            line += chunk.count(b"\n")


@contextmanager
def _binary_handle(path: Path) -> Iterator[IO[bytes]]:
    if path.suffix.lower() in COMPRESSED:
        from pandas.io.common import get_handle

        with get_handle(path, "rb", compression=_compression(path), is_text=False) as handles:
            yield handles.handle
        return
    with open(path, "rb") as stream:
        yield stream


def kind_of(path: str | Path) -> str:
    """'.csv' for both `a.csv` and `a.csv.gz`; '' for what cannot be read.

    >>> kind_of("a.csv"), kind_of("A.JSONL.gz"), kind_of("a.docx")
    ('.csv', '.jsonl', '')
    """
    path = Path(path)
    suffixes = [s.lower() for s in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSED:
        suffixes.pop()
    return suffixes[-1] if suffixes and suffixes[-1] in READABLE else ""


def spelled(name: str) -> str:
    """A file's name as text that can be written: bytes that are not in the system's encoding, as old archives have, as escapes.

    >>> spelled("caf\\udce9.txt")
    'caf\\\\xe9.txt'
    """
    return re.sub("[\udc80-\udcff]", lambda m: f"\\x{ord(m[0]) - 0xDC00:02x}", name)


def stem_of(path: str | Path) -> str:
    """The name of a file, as text, without its ending and without a compression's.

    >>> stem_of("news/a.b.txt.gz")
    'a.b'
    """
    path = Path(path)
    for endings in (COMPRESSED, READABLE):
        if path.suffix.lower() in endings:
            path = path.with_suffix("")
    return spelled(path.name)


def list_files(path: str | Path, kinds: Iterable[str] = READABLE) -> list[Path]:
    """The readable files of a folder, also in folders below it, sorted; a file is its own list.

    Hidden files and folders are left out. Links to files are read, links to folders are not followed.

    Raises
    ------
    InputError
        where documents would be missed: a folder that may not be read, a link to nowhere or to a folder elsewhere.
    """
    if not str(path):  # an unset variable of a shell, which would mean the folder at hand
        raise InputError("an input has an empty name; name a file or a folder")
    path = Path(path)
    if not os.path.isdir(path):  # Path.is_dir raises where a name is too long; whoever opens the file says so
        return [path]

    def unreadable(error: OSError) -> None:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from None

    found = []
    for folder, below, names in os.walk(path, onerror=unreadable):
        below[:] = [name for name in below if not name.startswith(".")]
        for link in (Path(folder, name) for name in below if os.path.islink(os.path.join(folder, name))):
            if not link.resolve().is_relative_to(path.resolve()):
                raise InputError(f"{link}: is a link to a folder elsewhere; name that as an input of its own")
        for file in (Path(folder, name) for name in names if kind_of(name) in kinds and not name.startswith(".")):
            if not os.path.isfile(file):
                what = "is no file" if os.path.exists(file) else "is a link that leads nowhere"
                raise InputError(f"{file}: {what}; take it out of the folder, or name the files to read")
            found.append(file)
    if not found:
        raise InputError(f"{path}: holds no file that ends in {', '.join(kinds)}")
    return sorted(found)


def read_rows(
    path: str | Path, required: Iterable[str], encoding: str = "utf-8", problems: Problems | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of a CSV, JSONL or Parquet table, each with its line number (row number in Parquet).

    A row is never completed, cut or shifted: one whose number of fields is not the header's is refused, as is one that
    holds a NUL character or half a surrogate pair. Values of CSV are text as it stands ('NA', '007'); only the mark
    that `csv_safe` sets before formulas is taken off.

    Raises
    ------
    InputError
        for a file that is missing, empty, undecodable or without a required column, and for a bad row.
    """
    problems = problems or Problems()
    path = Path(path)
    kind = kind_of(path)
    required = list(required)
    if kind == ".parquet":
        rows = _parquet_rows(path, required)
    elif kind in TABLES:
        rows = _text_rows(path, kind, required, encoding, problems)
    elif not os.path.exists(path):
        raise InputError(f"{path}: no such file")
    else:
        raise InputError(f"{path}: not a table; name a file that ends in {', '.join(TABLES)} (compressed or not)")
    for line, row in rows:
        if reason := unfit_cell(row):
            problems.refuse(str(path), line, reason, row)
        else:
            yield line, row


_UNFIT = re.compile("[\0\ud800-\udfff]")


def unfit(text: str, nul: bool = False) -> str:
    """Why a text cannot be read or written everywhere: a NUL character, half a surrogate pair. '' where it can.

    With `nul` a NUL character may stand in it: in a file it is a sign of UTF-16, in a text from Python it does no harm.

    >>> unfit("Rome \\ud83d fell"), unfit("Rome fell")
    ("holds half a surrogate pair ('\\\\ud83d') at character 5; repair the text where it was made", '')
    """
    if nul:
        text = text.replace("\0", " ")
    if text.isascii() and "\0" not in text:
        return ""
    found = _UNFIT.search(text)
    if not found:
        return ""
    if found.group() == "\0":
        return f"holds a NUL character at character {found.start()}; it is no text, or UTF-16: see --encoding"
    at = found.start()
    return f"holds half a surrogate pair ({found.group()!r}) at character {at}; repair the text where it was made"


def unfit_cell(row: Mapping[str, Any]) -> str:
    """Which cell of a row is `unfit`, and why; '' where none is."""
    return next((f"{k} {why}" for k, v in row.items() if isinstance(v, str) and (why := unfit(v))), "")


def need_columns(table: pd.DataFrame, needed: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Refuse a table that lacks a column that is needed, or has two of one that is read."""
    there = list(table.columns)
    missing = [c for c in needed if c not in there]
    if missing:
        raise InputError(f"no column {missing[0]!r}; the table has {', '.join(map(repr, there))}")
    twice = [c for c in (*needed, *optional) if there.count(c) > 1]
    if twice:
        raise InputError(f"column {twice[0]!r} stands twice in the table; rename one")


def _text_rows(
    path: Path, kind: str, required: list[str], encoding: str, problems: Problems
) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = rows_of_csv if kind == ".csv" else _jsonl_rows
    with open_text(path, encoding) as stream:
        yield from reader(path, stream, required, problems)


_SEPARATORS = {",": "commas", ";": "semicolons"}


def _check_columns(path: Path, columns: Iterable[str], required: Iterable[str], delimiter: str = ",") -> None:
    columns = list(columns)
    twice = next((c for c in columns if columns.count(c) > 1), None)
    if twice is not None:
        raise InputError(f"{path}:1: column {twice!r} stands twice in the header; rename one")
    missing = [c for c in required if c not in columns]
    if missing:
        remedy = ""
        if len(columns) == 1 and any(mark in columns[0] for mark in ",;\t|"):
            remedy = f"; separate the columns by {_SEPARATORS[delimiter]}"
        raise InputError(
            f"{path}:1: no column {', '.join(map(repr, missing))}; the file has {', '.join(map(repr, columns))}{remedy}"
        )


def rows_of_csv(
    path: Path,
    stream: IO[str],
    required: Iterable[str],
    problems: Problems,
    delimiter: str = ",",
    named: Callable[[str], str] = str,
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of an open CSV with their lines; `named` says what a column of the header is called here."""
    csv.field_size_limit(MAX_FIELD)  # the default of 131,072 characters is shorter than some articles
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            # whatever follows may be cut at the wrong place: no row after this one can be trusted, skipping or not
            what = str(error)
            if "unexpected end" in what or "field larger" in what:
                what = "a quote that is opened in this row is never closed"
            elif "expected after" in what:
                what = 'text follows a closing quote; write a quote inside a quoted field as ""'
            raise InputError(f"{path}:{line}: not valid CSV: {what}") from None
        if not row:
            continue
        if header is None:
            header = [named(restore(c.strip())) for c in row]
            _check_columns(path, header, required, delimiter)
        elif len(row) != len(header):
            problems.refuse(
                str(path),
                line,
                f"{len(row)} field{'s' * (len(row) != 1)} where the header has {len(header)}; "
                f"quote the fields that hold {_SEPARATORS[delimiter]}",
                row,
            )
        else:
            yield line, dict(zip(header, map(restore, row), strict=True))
    if header is None:
        raise InputError(f"{path}: is empty; a table needs a header line with {', '.join(required)}")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        names = [k for k, _ in pairs]
        raise ValueError(f"key {next(k for k in names if names.count(k) > 1)!r} stands twice")
    return row


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def _jsonl_rows(
    path: Path, stream: IO[str], required: Iterable[str], problems: Problems
) -> Iterator[tuple[int, dict[str, Any]]]:
    required = list(required)
    seen = False
    for number, line in enumerate(_lines(path, stream), 1):
        if not line.strip():
            continue
        seen = True
        try:
            row = json.loads(line, object_pairs_hook=_no_twins, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", None) or str(error)
            where = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
            problems.refuse(str(path), number, f"not valid JSON: {reason}{where}; each line must hold one object", line)
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


def _lines(path: Path, stream: IO[str]) -> Iterator[str]:
    # str.splitlines would also break at U+2028, which JSON allows inside strings
    number = 0
    while line := stream.readline(MAX_FIELD):
        number += 1
        if len(line) >= MAX_FIELD:
            limit = f"{MAX_FIELD:,}"
            raise InputError(f"{path}:{number}: the line is longer than {limit} characters; put one object on a line")
        yield line.rstrip("\r\n")


def _parquet_rows(path: Path, required: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise InputError(f"{path}: reading Parquet needs pyarrow; pip install 'stance[parquet]'") from None
    number = 0
    try:
        if not path.exists():
            raise InputError(f"{path}: no such file")
        with open(path, "rb") as stream, parquet.ParquetFile(stream) as table:  # pyarrow takes names in UTF-8 only
            _check_columns(path, table.schema_arrow.names, required)
            for batch in table.iter_batches(batch_size=1024):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
            if number != table.metadata.num_rows:
                promised = f"{table.metadata.num_rows:,} rows, as it says itself"
                raise InputError(f"{path}: damaged: {number:,} of {promised}, can be read; write it again")
    except InputError:
        raise
    except (OSError, ValueError, NotImplementedError, OverflowError) as error:  # pyarrow's own errors are kinds of these
        raise InputError(f"{path}: not a readable Parquet file: {' '.join(str(error).split())}") from None


def as_text(value: object) -> str:
    """A table's value as text: '' for a missing one, '7' for 7; 'NA', 'null' and '007' stay as they are."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if type(value).__name__ in ("NAType", "NaTType"):  # pandas' own missing values, without importing pandas
        return ""
    return value if isinstance(value, str) else str(value)


def read_documents(
    *inputs: str | Path,
    encoding: str = "utf-8",
    max_chars: int = MAX_CHARS,
    problems: Problems | None = None,
    unique: bool = True,
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
    unique : refuse an id that was given already; what that takes grows with the number of documents.

    Raises
    ------
    InputError
        naming the file, the line and the remedy.
    """
    problems = problems or Problems()
    seen: dict[str, tuple[str, int]] = {}
    for name, line, document in numbered_documents(inputs, encoding, max_chars, problems):
        if unique and document.doc_id in seen:
            problems.refuse(name, line, twin_reason(document.doc_id, line, seen[document.doc_id]), document.doc_id)
            continue
        if unique:
            seen[document.doc_id] = (name, line)
        yield document


def twin_reason(doc_id: str, line: int, first: tuple[str, int] | None = None) -> str:
    """What to say of an id that was given already, at file and line `first`; a text file has line 0."""
    at = f", at {first[0]}:{first[1]}" if first and first[1] else f", at {first[0]}" if first else ""
    return f"doc_id {doc_id!r} was given already{at}; make ids unique" + ("" if line else " (a text file's is its name)")


def numbered_documents(
    inputs: Iterable[str | Path], encoding: str, max_chars: int, problems: Problems
) -> Iterator[tuple[str, int, Document]]:
    """Documents as `read_documents` gives them, with file and line, whether or not an id stands twice."""
    check_encoding(encoding)
    if max_chars < 1:
        raise InputError(f"--max-chars {max_chars}: give the number of characters that a document may have at most")
    for given in inputs:
        for path in ["-"] if str(given) == "-" else list_files(given):
            for line, document in _documents_of(path, encoding, max_chars, problems):
                if len(document.text) <= max_chars:
                    yield str(path), line, document
                    continue
                size = f"{len(document.text):,}" if kind_of(path) in TABLES else f"more than {max_chars:,}"
                reason = (
                    f"document {document.doc_id!r} has {size} characters; the limit is {max_chars:,}"
                    " (raise it with --max-chars)"
                )
                problems.refuse(str(path), line, reason, document.doc_id)


def _documents_of(
    path: str | Path, encoding: str, max_chars: int, problems: Problems
) -> Iterator[tuple[int, Document]]:
    if str(path) == "-":
        raw = sys.stdin.buffer.read() if sys.stdin is not None else b""
        try:
            text = raw.decode("utf-8-sig" if check_encoding(encoding) == "utf-8" else encoding)
        except UnicodeError as error:
            at = f"byte {error.start} is" if isinstance(error, UnicodeDecodeError) else "is"
            raise InputError(f"standard input: {at} not valid {encoding}; say what it is with --encoding") from None
        yield from _text_document("standard input", "stdin", text, problems)
        return
    path = Path(path)
    kind = kind_of(path)
    if kind == ".txt":
        with open_text(path, encoding) as stream:
            text = stream.read(min(max_chars, sys.maxsize - 1) + 1)  # a bomb in a compressed file is not unpacked beyond what is taken
        yield from _text_document(str(path), stem_of(path), text, problems)
        return
    if not kind:
        if not os.path.exists(path):
            raise InputError(f"{path}: no such file")
        raise InputError(f"{path}: unknown kind of file; name one that ends in {', '.join(READABLE)}")
    for line, row in read_rows(path, ["text"], encoding, problems):
        if row["text"] is not None and not isinstance(row["text"], str):
            kind_name = type(row["text"]).__name__
            problems.refuse(str(path), line, f"text is {kind_name}, not a string: {_brief(row['text'])}", row)
            continue
        several = next((c for c in ("doc_id", "date", "source") if isinstance(row.get(c), (dict, list, bytes))), "")
        if several:
            problems.refuse(str(path), line, f"{several} must be a single value, not {_brief(row[several])}", row)
            continue
        doc_id, date, source = (as_text(row.get(c)) for c in ("doc_id", "date", "source"))
        yield line, Document(doc_id or f"{stem_of(path)}-{line}", as_text(row["text"]), date, source)


def _text_document(name: str, doc_id: str, text: str, problems: Problems) -> Iterator[tuple[int, Document]]:
    """A file's whole text as one document; nothing at all, or what is no text, is refused."""
    reason = unfit(text) if text else "is empty; a document needs text"
    if reason:
        problems.refuse(name, 0, reason, doc_id)
    else:
        yield 0, Document(doc_id, text)


def _brief(value: object, width: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= width else text[: width - 1] + "…"


# ---------------------------------------------------------------------------------------------- CSV that does not bite

_FORMULA = "=+-@\t\r\n＝＋－＠"  # a spreadsheet takes a cell that begins with one of these for a formula
_DEFUSED = re.compile(rf"'+[{re.escape(_FORMULA)}]")


def defuse(cell: str) -> str:
    """A text cell for CSV that no spreadsheet takes for a formula; `restore` gives the text back.

    >>> defuse("=1+1"), defuse("'=1+1"), defuse("'tis so"), restore(defuse("-5 degrees"))
    ("'=1+1", "''=1+1", "'tis so", '-5 degrees')
    """
    return "'" + cell if (cell and cell[0] in _FORMULA) or _DEFUSED.match(cell) else cell


def restore(cell: str) -> str:
    """The text that `defuse` was given."""
    return cell[1:] if cell[:1] == "'" and _DEFUSED.match(cell) else cell


@dataclass(frozen=True)
class CsvLines:
    """A stream for a writer of CSV whose lines end in "\\r\\n": it writes them with "\\n".

    What its line end holds, a writer puts in quotes: so a lone carriage return in a cell is quoted, without which no
    reader takes the file.
    """

    stream: IO[str]

    def write(self, line: str) -> None:
        """Write one line."""
        self.stream.write(line[:-2] + "\n")


def write_csv(table: pd.DataFrame, stream: IO[str]) -> None:
    """Write a table as CSV that a reader takes and no spreadsheet runs."""
    csv_safe(table).to_csv(CsvLines(stream), index=False, lineterminator="\r\n")  # type: ignore[call-overload]


def csv_safe(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every text cell (and column name) defused: what every writer of CSV here writes.

    Numbers stay numbers. `read_rows` takes the marks off again.
    """
    changed = {}
    for at, name in enumerate(table.columns):
        column = table.iloc[:, at]
        if column.dtype.kind in "OSU" or column.dtype.name in ("string", "str", "category"):
            values = column.to_list()
            safe = [defuse(v) if isinstance(v, str) else v for v in values]
            if safe != values:
                changed[name] = safe
    table = table.assign(**changed) if changed else table
    return table.rename(columns={c: defuse(c) for c in table.columns if isinstance(c, str) and defuse(c) != c})
