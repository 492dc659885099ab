"""Pairs: one actor mention and one target mention of a sentence, as labelled rows name them."""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.text import InputError, Problems, as_text, kind_of, list_files, need_columns, read_rows, unfit

if TYPE_CHECKING:
    import pandas as pd

STANCES = ("against", "favor", "neutral")
"""The labels, in the order in which the model's columns stand."""

PROBABILITIES = ("p_favor", "p_against", "p_neutral")
"""The columns of tables that hold them."""

LABELED_COLUMNS = ("text", "actor", "target", "stance")
OFFSETS = ("actor_start", "actor_end", "target_start", "target_end")


@dataclass(frozen=True, slots=True)
class Pair:
    """An ordered (actor, target) pair of mentions in `text`: half-open spans in code points."""

    text: str
    actor: tuple[int, int]
    target: tuple[int, int]


class PairError(ValueError):
    """Why a row is no pair; whoever knows the file and line adds them."""


def occurrences(text: str, mention: str) -> list[tuple[int, int]]:
    """Where `mention` stands in `text` as words of its own.

    A word does not end before a combining mark: "Rene" does not stand in "Rene\u0301e".

    >>> occurrences("Oman, Omani, Oman's", "Oman")
    [(0, 4), (13, 17)]
    """
    if not mention:
        return []
    before = r"(?<!\w)" if re.match(r"\w", mention) else ""
    after = r"(?!\w)" if _in_word(mention[-1]) else ""
    found = [m.span() for m in re.finditer(before + re.escape(mention) + after, text)]
    return found if text.isascii() else [f for f in found if not _is_mark(text[f[1] : f[1] + 1])]


def _in_word(character: str) -> bool:
    return bool(re.match(r"\w", character)) or _is_mark(character)


def _is_mark(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] == "M"


def find_pair(text: str, actor: str, target: str, offsets: Sequence[int] | None = None) -> Pair:
    """The pair that a labelled row means.

    With `offsets` (actor_start, actor_end, target_start, target_end) those spans, checked against the words; without,
    the first occurrences that stand as words of their own and do not overlap.

    Raises
    ------
    PairError
        where a mention does not stand in the text, offsets do not hold it, or the two overlap.

    >>> find_pair("Oslo thanked Rome.", "Rome", "Oslo")
    Pair(text='Oslo thanked Rome.', actor=(13, 17), target=(0, 4))
    """
    if offsets is not None:
        a0, a1, t0, t1 = offsets
        for role, words, start, end in (("actor", actor, a0, a1), ("target", target, t0, t1)):
            if not 0 <= start < end <= len(text):
                raise PairError(f"{role} offsets {start}:{end} lie outside the text (0:{len(text)}) or are empty")
            if text[start:end] != words:
                raise PairError(f"{role} is {words!r}, but its offsets {start}:{end} hold {text[start:end]!r}")
        if a0 < t1 and t0 < a1:
            raise PairError(f"actor {actor!r} and target {target!r} overlap")
        return Pair(text, (a0, a1), (t0, t1))
    spans = {}
    for role, words in (("actor", actor), ("target", target)):
        if not words.strip():
            raise PairError(f"{role} is empty")
        spans[role] = occurrences(text, words)
        if not spans[role]:
            where = f"does not stand in the text {_short(text)!r} (as words of its own)"
            raise PairError(f"{role} {words!r} {where}{_otherwise(text, words)}")
    for a in spans["actor"]:
        for t in spans["target"]:
            if a[1] <= t[0] or t[1] <= a[0]:
                return Pair(text, a, t)
    raise PairError(f"actor {actor!r} and target {target!r} overlap wherever they stand in {_short(text)!r}")


def _otherwise(text: str, words: str) -> str:
    """In what other form a mention stands in a text: a remedy to name."""
    if occurrences(unicodedata.normalize("NFC", text), unicodedata.normalize("NFC", words)):
        return "; it does in another Unicode form, so normalise both alike"
    if occurrences(text.casefold(), words.casefold()):
        return "; it does with other capitals"
    if occurrences(" ".join(text.split()), " ".join(words.split())):
        return "; it does with other spaces"
    return ""


def _short(text: str, width: int = 80) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def row_pair(row: dict[str, Any]) -> Pair:
    """`find_pair` for a row that may or may not have the four offset columns filled."""
    offsets = _row_offsets(row)
    for column in ("text", "actor", "target"):
        if not isinstance(row.get(column), str):
            raise PairError(f"{column} must be a string, not {row.get(column)!r}")
    if reason := unfit(row["text"], nul=True):  # that of a file its reader refuses
        raise PairError(f"text {reason}")
    return find_pair(row["text"], row["actor"], row["target"], offsets)


def _row_offsets(row: dict[str, Any]) -> list[int] | None:
    plain = [value for c in OFFSETS if type(value := row.get(c)) is int]
    if len(plain) == len(OFFSETS):
        return plain
    given = [as_text(row.get(c)) for c in OFFSETS]
    filled = [g != "" for g in given]
    if all(filled):
        # "7.0" is what pandas makes of 7 in a column that has gaps
        if not all(re.fullmatch(r"\s*-?[0-9]{1,18}(?:\.0*)?\s*", g, re.ASCII) for g in given):
            raise PairError(f"offsets must be whole numbers, not {', '.join(map(repr, given))}")
        return [int(g.partition(".")[0]) for g in given]
    if any(filled):
        raise PairError(f"give all four of {', '.join(OFFSETS)}, or none")
    return None


def check_stance(value: object) -> str:
    """The label, or a `PairError` that names the nearest one allowed."""
    if isinstance(value, str) and value in STANCES:
        return str(value)
    text = as_text(value)
    near = difflib.get_close_matches(text.strip().lower(), STANCES, n=1, cutoff=0.4)
    synonyms = {"support": "favor", "pro": "favor", "for": "favor", "positive": "favor", "favour": "favor"}
    synonyms |= {"oppose": "against", "anti": "against", "con": "against", "negative": "against", "none": "neutral"}
    guess = synonyms.get(text.strip().lower()) or (near[0] if near else "")
    hint = f"; did you mean {guess!r}?" if guess else ""
    raise PairError(f"unknown stance {text!r}{hint} (allowed: {', '.join(STANCES)})")


def labeled_folder(path: str | Path) -> str | Path:
    """Where the labelled pairs of a path lie: `statements/` of a folder that has one, otherwise the path itself."""
    below = Path(path, "statements")
    return below if str(path) and os.path.isdir(below) else path


def labeled_files(path: str | Path) -> list[Path]:
    """The files of labelled pairs that a path stands for: itself, or a folder's, see `labeled_folder`."""
    not_pairs = {"entities.csv", "articles.csv"}
    return [p for p in list_files(labeled_folder(path), (".csv", ".jsonl", ".parquet")) if p.name not in not_pairs]


def read_labeled(*inputs: str | Path, encoding: str = "utf-8", problems: Problems | None = None) -> pd.DataFrame:
    """Read labelled pairs.

    Parameters
    ----------
    inputs : CSV, JSONL or Parquet files with the columns text, actor, target, stance; optional doc_id and the four
        offsets; or folders of such files (a folder with `statements/` in it means that).
    problems : what to do with a row that cannot be used; by default it raises.

    Returns
    -------
    DataFrame, a row a pair, every column carried along; doc_id filled (rows with the same text share one), the offsets
    filled and integer.

    Raises
    ------
    InputError
        naming the file, the line, the value and the remedy.
    """
    import pandas as pd

    problems = problems or Problems()
    if not inputs:
        raise InputError("no labelled data: name a file or a folder")
    rows: list[dict[str, Any]] = []
    for given in inputs:
        for path in labeled_files(given):
            if not kind_of(path):
                raise InputError(f"{path}: " + ("not a .csv, .jsonl or .parquet" if os.path.exists(path) else "no such file"))
            for line, row in read_rows(path, LABELED_COLUMNS, encoding, problems):
                try:
                    pair, stance = row_pair(row), check_stance(row["stance"])
                except PairError as error:
                    problems.refuse(str(path), line, str(error), row)
                    continue
                doc_id = as_text(row.get("doc_id"))
                rows.append({**row, "doc_id": doc_id, "stance": stance} | _offsets(pair))
    if not rows:
        refused = f" that can be used: {problems.count:,} refused, the first {problems.first}" if problems.count else ""
        raise InputError(f"{', '.join(map(str, inputs))}: no labelled pairs{refused}")
    # as they stand: where a row lacks one, pandas would make floats of whole numbers, and cut long ones
    frame = pd.DataFrame(rows, dtype=object).astype(dict.fromkeys(OFFSETS, "int64"))
    blank = frame["doc_id"] == ""
    if blank.any():
        names = {text: f"text-{i}" for i, text in enumerate(dict.fromkeys(frame["text"]))}
        frame.loc[blank, "doc_id"] = frame.loc[blank, "text"].map(names)
    return frame


def _offsets(pair: Pair) -> dict[str, int]:
    return dict(zip(OFFSETS, (*pair.actor, *pair.target), strict=True))


def frame_pairs(frame: pd.DataFrame) -> list[Pair]:
    """The pair of every row of a table with text, actor, target and maybe offsets, in order.

    Raises
    ------
    InputError
        naming the row's index, the value and the remedy.
    """
    need_columns(frame, ("text", "actor", "target"), OFFSETS)
    columns = [c for c in ("text", "actor", "target", *OFFSETS) if c in frame.columns]
    pairs = []
    for index, *values in frame[columns].itertuples(index=True, name=None):
        try:
            pairs.append(row_pair(dict(zip(columns, values, strict=True))))
        except PairError as error:
            raise InputError(f"row {index!r}: {error}") from None
    return pairs


def frame_stances(frame: pd.DataFrame, beside: Iterable[object] | None = None) -> list[str]:
    """The label of every row of a table, in order: its column stance, or those that are given beside it.

    Raises
    ------
    InputError
        naming the row's index, the value and the values allowed.
    """
    if beside is None:
        need_columns(frame, ["stance"])
    values = list(frame["stance"] if beside is None else beside)
    if len(values) != len(frame):
        raise InputError(f"{len(frame)} rows, and {len(values)} stances beside them; give one for each")
    stances = []
    for index, value in zip(frame.index, values, strict=True):
        try:
            stances.append(check_stance(value))
        except PairError as error:
            raise InputError(f"row {index!r}: {error}") from None
    return stances
