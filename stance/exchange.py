"""Other tools' formats: networks for Gephi and networkx, the Discourse Network Analyzer, and three annotation tools.

Offsets are code points in here. The Discourse Network Analyzer and older Label Studio count UTF-16 units, in which an
emoji is two: they are converted on the way out and in.
"""

from __future__ import annotations

import csv
import json
import re
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from stance.aggregate import LEAST, aggregate_stances, side_of
from stance.pairs import OFFSETS, PROBABILITIES, STANCES, PairError, check_stance, find_pair, occurrences
from stance.text import (
    CsvLines,
    Document,
    InputError,
    Problems,
    as_text,
    defuse,
    open_text,
    read_rows,
    rows_of_csv,
    split_sentences,
    unfit_cell,
)

if TYPE_CHECKING:
    import pandas as pd

    from stance.entities import Catalogue

NETWORKS = ("actor-target", "congruence", "conflict", "subtract")
ANNOTATION_TOOLS = ("label-studio", "prodigy", "doccano")
DNA_COLUMNS = (
    *("statement_id", "time", "person", "organization", "concept", "agreement", "start_position", "stop_position"),
    *("text", "coder", "document_id", "document_title", "document_author", "document_source", "document_section"),
    "document_type",
)
LABEL_STUDIO_CONFIG = """\
<View>
  <Labels name="role" toName="text"><Label value="actor"/><Label value="target"/></Labels>
  <Text name="text" value="$text"/>
  <Choices name="stance" toName="text" choice="single" showInLine="true">
    <Choice value="favor"/><Choice value="against"/><Choice value="neutral"/>
  </Choices>
</View>
"""
"""The labelling interface that the Label Studio tasks are made for."""

_COUNTS = ("n_statements", "n_favor", "n_against", "n_neutral")
_WHOLE = ("sentence_id", "sentence_start", "sentence_end", *OFFSETS, *_COUNTS)


# ---------------------------------------------------------------------------------------------- reading our own tables


def read_table(
    *paths: str | Path, encoding: str = "utf-8", say: Callable[[str], None] = lambda message: None
) -> pd.DataFrame:
    """Read statements or positions tables, as `stance predict` writes them, numbers as numbers.

    Rows whose stance is "uncertain" take no side: they become neutral, and `say` is told how many there are.

    Returns
    -------
    DataFrame with at least actor, target, stance, p_favor, p_against, p_neutral, evidence; every column carried along.

    Raises
    ------
    InputError
        naming file, line and value where a column is missing, a name is empty, or a number is none or out of its range.
    """
    import pandas as pd

    required = ("actor", "target", "stance", *PROBABILITIES, "evidence")
    bounds = {"score": (-1.0, 1.0), **dict.fromkeys(PROBABILITIES, (0.0, 1.0))}
    rows: list[dict[str, Any]] = []
    uncertain = 0
    for path in paths:
        for line, row in read_rows(path, required, encoding):
            for column, (least, most) in bounds.items():
                if column in row:
                    row[column] = _number(row[column], column, f"{path}:{line}", least, most)
            for column in _WHOLE:
                if column in row:
                    row[column] = whole_number(row[column], column, f"{path}:{line}")
            allowed = ["favor", "against", "neutral", "uncertain", *(["mixed"] if "n_statements" in row else [])]
            if row["stance"] not in allowed:
                given = as_text(row["stance"])
                why = "; only positions, which have n_statements, are mixed" if given == "mixed" else ""
                raise InputError(f"{path}:{line}: unknown stance {given!r} (allowed: {', '.join(allowed)}){why}")
            if row["stance"] == "uncertain":
                row["stance"] = "neutral"
                uncertain += 1
            for column in ("actor", "target", "evidence", "doc_id", "date"):
                if column in row:
                    row[column] = as_text(row[column])
            for column in ("actor", "target"):
                if not row[column].strip():
                    raise InputError(f"{path}:{line}: {column} is empty ({row[column]!r}); name it, or take the row out")
            rows.append(row)
    if not rows:
        raise InputError(f"{', '.join(map(str, paths))}: no rows; nothing to draw or export")
    if uncertain:
        say(f"{uncertain:,} of {len(rows):,} rows are uncertain, and count as neutral")
    return pd.DataFrame(rows)


def _number(value: object, column: str, where: str, least: float, most: float) -> float:
    try:
        number = float(as_text(value))
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise InputError(f"{where}: {column} must be a number, not {value!r}")
    if not least <= number <= most:
        hint = "; is it a percentage, or another column?" if most == 1 else ""
        raise InputError(f"{where}: {column} must be from {least:g} to {most:g}, not {value!r}{hint}")
    return number


def whole_number(value: object, column: str, where: str) -> int:
    """A cell as a whole number, 0 or more; `InputError` where it is none."""
    number = _number(value, column, where, 0, 1 << 53)
    if number != int(number) or (column == "n_statements" and not number):
        least = "1 or more" if column == "n_statements" else "0 or more"
        raise InputError(f"{where}: {column} must be a whole number, {least}, not {value!r}")
    return int(number)


def corpus_positions(table: pd.DataFrame) -> pd.DataFrame:
    """Positions, one row an actor and target, from statements, from positions by document, or from such positions.

    What is "uncertain" takes no side, and counts as neutral.
    Positions by document are merged with each document's weight taken as n_statements times (1 - p_neutral), which is
    close to, but not exactly, what the statements themselves would give.
    """
    import pandas as pd

    table = table.assign(stance=table["stance"].where(table["stance"] != "uncertain", "neutral"))
    if "n_statements" not in table.columns:
        return aggregate_stances(table, by="corpus")
    if not table.duplicated(["actor", "target"]).any():
        return table.reset_index(drop=True)
    rows = []
    for (actor, target), group in table.groupby(["actor", "target"], sort=False):
        weight = group["n_statements"] * (1 - group["p_neutral"]).clip(lower=LEAST)
        share = {c: float((group[c] * weight).sum() / weight.sum()) for c in PROBABILITIES}
        count = {c: int(group[c].sum()) for c in _COUNTS}
        taken = group[group["stance"] != "neutral"]
        mass = (taken["score"] * weight[taken.index]).to_numpy()
        favor, against = float(mass[mass > 0].sum()), float(-mass[mass < 0].sum())
        if taken.empty:
            stance = "neutral"
        else:
            stance = "mixed" if (taken["stance"] == "mixed").all() else side_of(favor, against)
        best = group["evidence"].iloc[int(np.argmax(weight.to_numpy()))]
        score = round(share["p_favor"] - share["p_against"], 6)
        rows.append(
            {"actor": actor, "target": target, "stance": stance, "score": score, **share, **count, "evidence": best}
        )
    return pd.DataFrame(rows)


# ---------------------------------------------------------------------------------------------- networks


def actor_network(positions: pd.DataFrame) -> pd.DataFrame:
    """Which actors agree and which oppose each other, over the targets on which both take a side.

    An actor in favor of a target and another in favor of it are congruent once; one in favor and one against are in
    conflict once. A mixed position counts as both, as it does in discourse network analysis.

    Parameters
    ----------
    positions : one row an actor and target, as `corpus_positions` gives.

    Returns
    -------
    DataFrame, a row an unordered pair of actors with a target in common: actor_a, actor_b (in order of their names),
    congruence, conflict, subtract (congruence minus conflict), all whole numbers.
    """
    import pandas as pd
    from scipy.sparse import coo_array, triu

    taken = positions[positions["stance"] != "neutral"]
    actors = sorted(taken["actor"].unique())
    targets = list(taken["target"].unique())
    shape = (max(len(actors), 1), max(len(targets), 1))
    row = taken["actor"].map({a: i for i, a in enumerate(actors)}).to_numpy()
    column = taken["target"].map({t: i for i, t in enumerate(targets)}).to_numpy()
    side = {}
    for stance in ("favor", "against"):
        keep = taken["stance"].isin([stance, "mixed"]).to_numpy()
        side[stance] = coo_array((np.ones(keep.sum(), dtype=np.int64), (row[keep], column[keep])), shape=shape).tocsr()
    favor, against = side["favor"], side["against"]
    agree = favor @ favor.T + against @ against.T
    oppose = favor @ against.T + against @ favor.T
    pairs = triu(agree + oppose, k=1).tocoo()
    i, j = pairs.coords
    if not len(i):  # sparse arrays answer an empty index with another shape
        return pd.DataFrame(columns=["actor_a", "actor_b", "congruence", "conflict", "subtract"])
    order = np.lexsort((j, i))
    i, j = i[order], j[order]
    congruence = np.asarray(agree.tocsr()[i, j]).ravel().astype(int)
    conflict = np.asarray(oppose.tocsr()[i, j]).ravel().astype(int)
    names = np.array(actors, dtype=object)
    return pd.DataFrame(
        {
            "actor_a": names[i],
            "actor_b": names[j],
            "congruence": congruence,
            "conflict": conflict,
            "subtract": congruence - conflict,
        }
    )


def network_matrix(table: pd.DataFrame, network: str = "actor-target") -> pd.DataFrame:
    """A network as a matrix: actors by targets (scores), or actors by actors (counts of targets, symmetric).

    0 stands for no tie. `network` is one of `NETWORKS`; `table` holds statements or positions. The index is named
    "actor", or not at all where a column is.
    """
    import pandas as pd

    positions = corpus_positions(table)
    if _check_network(network) == "actor-target":
        taken = positions[positions["stance"] != "neutral"]
        wide = taken.pivot(index="actor", columns="target", values="score").fillna(0.0)
        return wide.rename_axis("" if "actor" in wide else "actor").rename_axis(None, axis="columns")
    ties = actor_network(positions)
    actors = sorted(positions.loc[positions["stance"] != "neutral", "actor"].unique())
    matrix = pd.DataFrame(0, index=pd.Index(actors, name="" if "actor" in actors else "actor"), columns=actors)
    for a, b, value in ties[["actor_a", "actor_b", network]].itertuples(index=False, name=None):
        matrix.loc[a, b] = matrix.loc[b, a] = value
    return matrix


def _check_network(network: str) -> str:
    if network not in NETWORKS:
        raise InputError(f"unknown network {network!r}; choose {', '.join(NETWORKS)}")
    return network


def write_graphml(table: pd.DataFrame, stream: IO[str], network: str = "actor-target") -> None:
    """Write a network as plain GraphML for Gephi and networkx.

    Edges have a `weight` that is never negative, because Gephi takes only such; which side it is on stands in `sign`
    (1, -1, 0) beside it. actor-target: directed, weight the number of statements that take a side, with score, stance
    and counts; a name that is both actor and target is two nodes. The others: undirected, with congruence, conflict and
    subtract; weight is the absolute value of the one asked for.
    """
    positions = corpus_positions(table)
    taken = positions[positions["stance"] != "neutral"]
    nodes: list[tuple[str, dict[str, Any]]] = []
    edges: list[tuple[str, str, dict[str, Any]]] = []
    if _check_network(network) == "actor-target":
        for kind in ("actor", "target"):
            names = sorted(taken[kind].unique())
            nodes += [(f"{kind}:{n}", {"label": n, "kind": kind}) for n in names]
        for p in taken.to_dict("records"):
            weight = int(p["n_favor"] + p["n_against"])
            data = {"weight": max(weight, 1), "sign": int(np.sign(p["score"])), "score": float(p["score"])}
            data |= {"stance": p["stance"], **{c: int(p[c]) for c in _COUNTS}}
            edges.append((f"actor:{p['actor']}", f"target:{p['target']}", data))
    else:
        nodes = [(n, {"label": n, "kind": "actor"}) for n in sorted(taken["actor"].unique())]
        for t in actor_network(positions).to_dict("records"):
            value = int(t[network])
            if value:
                counts = {c: int(t[c]) for c in ("congruence", "conflict", "subtract")}
                edges.append(
                    (t["actor_a"], t["actor_b"], {"weight": abs(value), "sign": int(np.sign(value)), **counts})
                )
    _graphml(stream, nodes, edges, directed=network == "actor-target")


_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(value: object) -> str:
    """A value as text that XML can hold: a control character becomes U+FFFD.

    >>> xml_text("bell\\x07") == "bell\\ufffd"
    True
    """
    return _NOT_XML.sub("\ufffd", str(value))


def _graphml(
    stream: IO[str],
    nodes: Sequence[tuple[str, Mapping[str, Any]]],
    edges: Sequence[tuple[str, str, Mapping[str, Any]]],
    directed: bool,
) -> None:
    kinds = {str: "string", int: "int", float: "double"}
    keys: dict[tuple[str, str], str] = {}
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n')
    for domain, first in (("node", nodes[0][1] if nodes else {}), ("edge", edges[0][2] if edges else {})):
        for name, value in first.items():
            key = keys[domain, name] = f"{domain}-{name}"
            stream.write(f'<key id="{key}" for="{domain}" attr.name="{name}" attr.type="{kinds[type(value)]}"/>\n')
    stream.write(f'<graph edgedefault="{"directed" if directed else "undirected"}">\n')

    def data(domain: str, values: Mapping[str, Any]) -> str:
        return "".join(f'<data key="{keys[domain, k]}">{escape(xml_text(v))}</data>' for k, v in values.items())

    for name, values in nodes:
        stream.write(f"<node id={quoteattr(xml_text(name))}>{data('node', values)}</node>\n")
    for a, b, values in edges:
        ends = f"source={quoteattr(xml_text(a))} target={quoteattr(xml_text(b))}"
        stream.write(f"<edge {ends}>{data('edge', values)}</edge>\n")
    stream.write("</graph>\n</graphml>\n")


# ---------------------------------------------------------------------------------------------- UTF-16


class Utf16:
    """Converts offsets into one text between code points and UTF-16 units."""

    def __init__(self, text: str) -> None:
        # before the n-th astral character: its place in code points, ascending
        self.astral = [i for i, c in enumerate(text) if c > "\uffff"]
        self.units = [i + n for n, i in enumerate(self.astral)]

    def units_of(self, point: int) -> int:
        """The UTF-16 offset of a code-point offset."""
        return point + bisect_right(self.astral, point - 1)

    def point_of(self, unit: int) -> int:
        """The code-point offset of a UTF-16 offset; one inside a surrogate pair counts as after it."""
        return unit - bisect_right(self.units, unit - 1)


# ---------------------------------------------------------------------------------------------- DNA


def write_dna(
    statements: pd.DataFrame,
    documents: Iterable[Document],
    stream: IO[str],
    neutral: str | None = None,
    catalogue: Catalogue | None = None,
    say: Callable[[str], None] = lambda message: None,
) -> int:
    """Write statements as an event list of the Discourse Network Analyzer; returns the number of rows.

    Times are those that the documents' dates say, to the second, and without their zone, for which it has no place.

    Parameters
    ----------
    statements : the statements table.
    documents : the documents that it was made from: positions are counted in UTF-16 units from the document's start.
    neutral : what agreement says of a neutral statement ("0" or "1"); None leaves those out.
    catalogue : an actor with an affiliation there is a person of that organization; all others are organizations.
    say : told how many documents have a date that cannot be read, whose statements then have no time, or one in a zone.

    Raises
    ------
    InputError
        where a document is missing, or its text is not the one that the offsets were made for.
    """
    if neutral not in (None, "0", "1"):
        raise InputError(f"neutral must be '0', '1' or left out, not {neutral!r}")
    need_statements(
        statements,
        ("doc_id", "sentence_start", "sentence_end", "evidence"),
        "the Discourse Network Analyzer needs statements",
    )
    agreement = {"favor": "1", "against": "0", "neutral": neutral}
    texts = {d.doc_id: d for d in documents}
    converters: dict[str, Utf16] = {}
    undated: dict[str, str] = {}
    zoned: dict[str, str] = {}
    writer = csv.writer(CsvLines(stream), delimiter=";", lineterminator="\r\n")
    writer.writerow(DNA_COLUMNS)
    written = 0
    for row in statements.to_dict("records"):
        if (agree := agreement.get(row["stance"])) is None:
            continue
        doc_id = str(row["doc_id"])
        document = texts.get(doc_id)
        if document is None:
            raise InputError(
                f"no document {doc_id!r}; give the documents that the statements were made from (--documents)"
            )
        start, end = int(row["sentence_start"]), int(row["sentence_end"])
        if document.text[start:end] != row["evidence"]:
            raise InputError(
                f"document {doc_id!r} does not hold the statement's sentence at {start}:{end}; is it another version?"
            )
        to = converters.setdefault(doc_id, Utf16(document.text))
        entity = catalogue.entities.get(row["actor"]) if catalogue else None
        affiliation = entity.affiliation if entity else ""
        stamp = timestamp_of(document.date)
        time = f"{stamp:%Y-%m-%d %H:%M:%S}".zfill(19) if stamp == stamp else ""  # NaT is not itself
        if document.date and not time:
            undated[doc_id] = document.date
        elif time and stamp.tzinfo:
            zoned[doc_id] = document.date
        written += 1
        fields = [
            *(written, time, row["actor"] if affiliation else "", affiliation or row["actor"]),
            *(row["target"], agree, to.units_of(start), to.units_of(end), row["evidence"], "stance"),
            *(doc_id, doc_id, "", document.source, "", ""),
        ]
        writer.writerow([defuse(f) if isinstance(f, str) else f for f in fields])
    for found, what in ((undated, "that is none"), (zoned, "with a zone, which is left out")):
        if found:
            say(f"{len(found):,} of {len(converters):,} documents have a date {what}: {next(iter(found.values()))!r}")
    return written


_DATED = re.compile(r"\d{4}|\d[./-]\w+[./-]\d")


@lru_cache(maxsize=1 << 16)
def timestamp_of(date: str) -> Any:
    """A date as pandas reads it, in the zone that it names; NaT where it is none, or says no year.

    Of "today" or "10:30" pandas would make the day on which it is asked, of "May 5" one in the year 1.
    """
    import pandas as pd

    with warnings.catch_warnings(action="ignore"):  # that 13/01/2020 can only be read day first is no news
        return pd.to_datetime(date, errors="coerce", format="mixed") if _DATED.search(date) else pd.NaT


def need_statements(frame: pd.DataFrame, columns: Iterable[str], why: str) -> None:
    """Refuse a table that lacks a column of statements, saying what they are needed for."""
    missing = [c for c in columns if c not in frame.columns]
    if missing:
        raise InputError(f"no column {missing[0]!r}; {why} (stance predict --by statement)")


_DNA_OTHER = {
    "author": "document_author",
    "source": "document_source",
    "section": "document_section",
    "type": "document_type",
    "start": "start_position",
    "stop": "stop_position",
    "end_position": "stop_position",
}


def read_dna_events(
    path: str | Path, documents: Iterable[Document] = (), encoding: str = "utf-8", problems: Problems | None = None
) -> pd.DataFrame:
    """Read an event list of the Discourse Network Analyzer as it is: no statement is left out but those that are refused.

    Headers of its earlier versions ("statement ID", "document ID", without positions) are read too.

    Returns
    -------
    DataFrame: statement_id, doc_id, date, person, organization, actor (the person, or else the organization), target
    (the concept), stance, text, start, end (code points where the document is given, UTF-16 units as they stand
    otherwise; -1 without positions), coder, line.

    Raises
    ------
    InputError
        for a file that is no event list, an agreement that is none, or offsets outside the document.
    """
    import pandas as pd

    problems = problems or Problems()
    texts = {d.doc_id: d for d in documents}

    def named(column: str) -> str:
        name = re.sub(r"\W+", "_", column.lower())
        return _DNA_OTHER.get(name, name if name in DNA_COLUMNS else column)

    before = problems.count
    with open_text(path, encoding) as stream:
        rows = list(rows_of_csv(Path(path), stream, ("concept", "agreement", "text"), problems, ";", named))
    if not rows and problems.count == before:
        problems.refuse(str(path), 0, "holds no statements")
    if rows and not {"person", "organization"} & set(rows[0][1]):
        raise InputError(f"{path}:1: no column 'organization'; an event list of DNA has {';'.join(DNA_COLUMNS)}")
    # some code agreement as 1 and -1, with 0 between; others as 1 and 0
    signed = any(row["agreement"].strip() == "-1" for _, row in rows)
    stances = {
        "1": "favor",
        "true": "favor",
        "-1": "against",
        "0": "neutral" if signed else "against",
        "false": "against",
    }
    out = []
    for line, row in rows:
        stance = stances.get(row["agreement"].strip().lower(), "")
        doc_id = row.get("document_id") or row.get("document_title") or ""
        try:
            if reason := unfit_cell(row):
                raise PairError(reason)
            if not stance:
                raise PairError(f"agreement must be 0 or 1, not {row['agreement']!r}")
            start, end = _dna_span(row)
            if (document := texts.get(doc_id)) and start >= 0:
                to = Utf16(document.text)
                start, end = to.point_of(start), to.point_of(end)
                if end > len(document.text):
                    raise PairError(f"the statement ends at {end}, document {doc_id!r} at {len(document.text)}")
        except PairError as error:
            problems.refuse(str(path), line, str(error), row)
            continue
        out.append(
            {
                "statement_id": row.get("statement_id", ""),
                "doc_id": doc_id,
                "date": row.get("time", ""),
                "person": row.get("person", ""),
                "organization": row.get("organization", ""),
                "actor": row.get("person") or row.get("organization") or "",
                "target": row["concept"],
                "stance": stance,
                "text": row["text"],
                "start": start,
                "end": end,
                "coder": row.get("coder", ""),
                "line": line,
            }
        )
    return pd.DataFrame(out)


def _dna_span(row: Mapping[str, str]) -> tuple[int, int]:
    given = [row.get(c, "").strip() for c in ("start_position", "stop_position")]
    if not any(given):
        return -1, -1
    try:
        start, end = int(given[0]), int(given[1])
    except ValueError:
        raise PairError(f"positions must be whole numbers, not {given[0]!r} and {given[1]!r}") from None
    if not 0 <= start < end:
        raise PairError(f"positions {start}:{end} hold no text")
    return start, end


def read_dna(
    path: str | Path,
    documents: Iterable[Document] = (),
    catalogue: Catalogue | None = None,
    encoding: str = "utf-8",
    problems: Problems | None = None,
) -> pd.DataFrame:
    """Coded statements of the Discourse Network Analyzer as labelled pairs, to train on.

    A model learns from the words around an actor and a target, so both must be named in the text: the person or else
    the organization, and the concept, each by its name or by an alias in the catalogue. With the documents the text is
    the whole sentence or sentences that the statement stands in; where those do not name the actor, up to three
    sentences before them are taken too. A statement that names no actor or target is refused.

    Returns
    -------
    DataFrame with the columns of labelled data, statement_id, date and coder.
    """
    import pandas as pd

    problems = problems or Problems()
    texts = {d.doc_id: d.text for d in documents}
    events = read_dna_events(path, (Document(k, v) for k, v in texts.items()), encoding, problems)
    sentences: dict[str, list[tuple[int, int]]] = {}
    rows = []
    for event in events.to_dict("records"):
        whole = texts.get(event["doc_id"], "")
        windows = [event["text"]]
        if whole and event["start"] >= 0:
            spans = sentences.setdefault(event["doc_id"], [(s.start, s.end) for s in split_sentences(whole)])
            hit = [i for i, (a, b) in enumerate(spans) if a < event["end"] and b > event["start"]]
            if hit:
                windows = [whole[spans[max(hit[0] - n, 0)][0] : spans[hit[-1]][1]] for n in (0, 1, 3)]
        actors = [n for name in (event["person"], event["organization"]) for n in _names(name, catalogue)]
        targets = _names(event["target"], catalogue)
        found = next((f for w in windows if (f := _named_pair(w, actors, targets))), None)
        if found is None:
            names = f"{event['actor']!r} and {event['target']!r}"
            reason = f"{names} are not both named in the text; add aliases to the catalogue (--entities)"
            problems.refuse(str(path), event["line"], reason, event)
            continue
        text, actor, target = found
        rows.append(
            {
                **{
                    "text": text,
                    "actor": text[slice(*actor)],
                    "target": text[slice(*target)],
                    "stance": event["stance"],
                },
                "doc_id": event["doc_id"] or f"dna-{event['line']}",
                **dict(zip(OFFSETS, (*actor, *target), strict=True)),
                **{"statement_id": event["statement_id"], "date": event["date"], "coder": event["coder"]},
            }
        )
    return pd.DataFrame(rows)


def _names(name: str, catalogue: Catalogue | None) -> list[str]:
    entity = catalogue.entities.get(name) if catalogue else None
    return [n for n in (name, *(sorted(entity.aliases, key=len, reverse=True) if entity else ())) if n.strip()]


def _named_pair(
    text: str, actors: Sequence[str], targets: Sequence[str]
) -> tuple[str, tuple[int, int], tuple[int, int]] | None:
    lower = text.lower()
    for fold in (False, True):
        if fold and len(lower) != len(text):  # lower-casing may lengthen a text, and then offsets would shift
            break
        where = lower if fold else text
        for actor in actors:
            for target in targets:
                for a in occurrences(where, actor.lower() if fold else actor):
                    for t in occurrences(where, target.lower() if fold else target):
                        if a[1] <= t[0] or t[1] <= a[0]:
                            return text, a, t
    return None


# ---------------------------------------------------------------------------------------------- annotation tools


@dataclass(frozen=True)
class Task:
    """One pair to annotate: its text, the two spans in it, the model's suggestion, and what else is known."""

    text: str
    actor: tuple[int, int]
    target: tuple[int, int]
    stance: str
    p: float
    meta: dict[str, Any]


def tasks_of(
    statements: pd.DataFrame, documents: Iterable[Document] = (), problems: Problems | None = None
) -> Iterator[Task]:
    """Tasks from statements; a pair whose words stand outside its sentence takes as much of the document as needed.

    Raises
    ------
    InputError
        for a table that holds no statements, and for a pair outside its sentence whose document is not given.
    """
    problems = problems or Problems()
    place = () if "text" in statements.columns else ("evidence", "sentence_start")
    need_statements(statements, (*place, *OFFSETS), "tasks are made from statements")
    texts = {d.doc_id: d.text for d in documents}
    for number, row in enumerate(statements.to_dict("records"), 1):
        try:
            task = task_of({str(k): v for k, v in row.items()}, texts)
        except PairError as error:
            problems.refuse("statements", number, str(error), row)
            continue
        yield task


def task_of(row: Mapping[str, Any], texts: Mapping[str, str]) -> Task:
    """The task of one statement (or labelled row); `texts` holds documents by id.

    Raises
    ------
    PairError
        where the pair stands outside its sentence and `texts` does not hold the document.
    """
    text, at = (row["text"], 0) if "text" in row else (row["evidence"], int(row["sentence_start"]))
    spans = [int(row[c]) for c in OFFSETS]
    if min(spans) < at or max(spans) > at + len(text):
        whole = texts.get(as_text(row.get("doc_id")))
        if whole is None:
            names = f"{row['actor']!r} or {row['target']!r}"
            raise PairError(f"{names} stands outside the sentence; give the documents (--documents)")
        at, end = min(at, *spans), max(at + len(text), *spans)
        text = whole[at:end]
    a0, a1, t0, t1 = (s - at for s in spans)
    stance = as_text(row.get("suggested")) or as_text(row["stance"])
    p = float(row.get(f"p_{stance}", float("nan")))
    meta = {k: row[k] for k in ("doc_id", "sentence_id", "date", "actor", "target") if k in row and as_text(row[k])}
    return Task(text, (a0, a1), (t0, t1), stance, p, meta)


def write_tasks(tasks: Iterable[Task], stream: IO[str], tool: str) -> int:
    """Write tasks for an annotation tool with the model's stance as pre-annotation; returns their number.

    label-studio: one JSON list, for the interface in `LABEL_STUDIO_CONFIG`. prodigy: JSONL for its `choice` interface.
    doccano: JSONL for a sequence-labelling project with relations.
    """
    if tool not in ANNOTATION_TOOLS:
        raise InputError(f"unknown tool {tool!r}; choose {', '.join(ANNOTATION_TOOLS)}")
    make = {"label-studio": _label_studio_task, "prodigy": _prodigy_task, "doccano": _doccano_task}[tool]
    made = [json.dumps(make(task, i), ensure_ascii=False) for i, task in enumerate(tasks, 1)]
    stream.write("[\n" + ",\n".join(made) + "\n]\n" if tool == "label-studio" else "".join(m + "\n" for m in made))
    return len(made)


def _roles(task: Task) -> list[tuple[str, int, int]]:
    return [("actor", *task.actor), ("target", *task.target)]


def _label_studio_task(task: Task, number: int) -> dict[str, Any]:
    common = {"to_name": "text"}
    result: list[dict[str, Any]] = [
        {
            **{"id": role, "from_name": "role", "type": "labels", **common},
            "value": {"start": a, "end": b, "text": task.text[a:b], "labels": [role]},
        }
        for role, a, b in _roles(task)
    ]
    result.append(
        {"id": "stance", "from_name": "stance", "type": "choices", **common, "value": {"choices": [task.stance]}}
    )
    data = {"text": task.text, **task.meta, **dict(zip(OFFSETS, (*task.actor, *task.target), strict=True))}
    prediction: dict[str, Any] = {"model_version": "stance", "result": result}
    if task.p == task.p:
        prediction["score"] = task.p
    return {"data": data, "predictions": [prediction]}


def _prodigy_task(task: Task, number: int) -> dict[str, Any]:
    spans = [{"start": a, "end": b, "label": role.upper()} for role, a, b in sorted(_roles(task), key=lambda r: r[1])]
    meta = dict(task.meta) | ({"score": round(task.p, 3)} if task.p == task.p else {})
    options = [{"id": s, "text": s} for s in ("favor", "against", "neutral")]
    return {"text": task.text, "spans": spans, "options": options, "accept": [task.stance], "meta": meta}


def _doccano_task(task: Task, number: int) -> dict[str, Any]:
    entities = [
        {"id": 2 * number + i, "label": r, "start_offset": a, "end_offset": b}
        for i, (r, a, b) in enumerate(_roles(task))
    ]
    relation = {"id": number, "from_id": 2 * number, "to_id": 2 * number + 1, "type": task.stance}
    return {"id": number, "text": task.text, "entities": entities, "relations": [relation], **task.meta}


def read_annotations(
    path: str | Path, tool: str, encoding: str = "utf-8", problems: Problems | None = None
) -> pd.DataFrame:
    """Finished annotations of Label Studio (JSON or JSON-MIN), Prodigy or doccano (JSONL) as labelled pairs.

    Both ways of marking are read: an actor span, a target span and one choice of stance; and spans joined by relations
    whose label is a stance, from the actor to the target. Tasks without an annotation, skipped and rejected ones are
    left out; doccano does not say which of its tasks were looked at, so export its confirmed ones. Several annotators'
    answers to one task are several rows, told apart by `coder`.

    Raises
    ------
    InputError
        naming the file and the task: for what is no export of that tool, an unknown stance, spans that hold other words
        than they say, or an annotation without both roles.
    """
    import pandas as pd

    problems = problems or Problems()
    if tool not in ANNOTATION_TOOLS:
        raise InputError(f"unknown tool {tool!r}; choose {', '.join(ANNOTATION_TOOLS)}")
    read = {"label-studio": _label_studio_pairs, "prodigy": _prodigy_pairs, "doccano": _doccano_pairs}[tool]
    rows: list[dict[str, Any]] = []
    before = problems.count
    for number, task in enumerate(_json_objects(path, encoding), 1):
        try:
            found = [_labeled_row(*pair, task=task, number=number, path=path) for pair in read(task)]
        except PairError as error:
            problems.refuse(f"{path}, task {number}", "", str(error), task)
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            reason = f"is not an annotation of {tool} as documented ({error!r})"
            problems.refuse(f"{path}, task {number}", "", reason, task)
        else:
            rows += found
    if not rows and problems.count == before:
        problems.refuse(str(path), 0, f"no finished annotation of {tool}")
    frame = pd.DataFrame(rows)
    return frame if "coder" in frame and frame["coder"].any() else frame.drop(columns="coder", errors="ignore")


def _json_objects(path: str | Path, encoding: str) -> list[dict[str, Any]]:
    with open_text(path, encoding) as stream:
        content = stream.read()
    if content.lstrip().startswith("["):
        try:
            objects = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}: not valid JSON: {error}") from None
    else:
        objects = []
        for line, raw in enumerate(content.split("\n"), 1):
            if raw.strip():
                try:
                    objects.append(json.loads(raw))
                except (ValueError, RecursionError) as error:
                    raise InputError(f"{path}:{line}: not valid JSON: {error}") from None
    if not all(isinstance(o, dict) for o in objects):
        raise InputError(f"{path}: holds something else than objects; export the annotations as JSON or JSONL")
    return list(objects)


Found = tuple[str, tuple[int, int], tuple[int, int], str, str]
"""Text, actor span, target span, stance, coder."""


def _labeled_row(
    text: str,
    actor: tuple[int, int],
    target: tuple[int, int],
    stance: str,
    coder: str,
    *,
    task: Any,
    number: int,
    path: Any,
) -> dict[str, Any]:
    if not isinstance(text, str):
        raise PairError(f"text must be a string, not {text!r}")
    spans = (*actor, *target)
    pair = find_pair(text, text[slice(*actor)], text[slice(*target)], spans)
    known = {**task, **task.get("data", {}), **(task.get("meta") or {})}
    row: dict[str, Any] = {"text": text, "actor": text[slice(*pair.actor)], "target": text[slice(*pair.target)]}
    row |= {"stance": check_stance(stance.strip().lower()), "doc_id": as_text(known.get("doc_id"))}
    row |= dict(zip(OFFSETS, spans, strict=True)) | {"coder": coder}
    if reason := unfit_cell(row):
        raise PairError(reason)
    return row


def _span(text: str, first: object, last: object, words: str | None = None) -> tuple[int, int]:
    """The span in code points; `words`, where the tool says them, tell UTF-16 units from code points."""
    try:
        start, end = whole_number(first, "start", "the span"), whole_number(last, "end", "the span")
    except InputError as error:
        raise PairError(str(error)) from None
    if words is None or text[start:end] == words:
        return start, end
    to = Utf16(text)
    units = to.point_of(start), to.point_of(end)
    if text[slice(*units)] == words:
        return units
    raise PairError(f"the span {start}:{end} says {words!r}, but the text has {text[start:end]!r} there")


def _roles_of(spans: Iterable[tuple[str, tuple[int, int]]]) -> tuple[tuple[int, int], tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for label, span in spans:
        label = label.lower()
        if label in ("actor", "target"):
            if label in found and found[label] != span:
                raise PairError(f"two {label} spans and one stance; mark one, or join spans by relations")
            found[label] = span
    for role in ("actor", "target"):
        if role not in found:
            raise PairError(f"no span is labelled {role}")
    return found["actor"], found["target"]


def _relation(stance: object) -> str | None:
    return stance.lower() if isinstance(stance, str) and stance.lower() in STANCES else None


def _label_studio_pairs(task: dict[str, Any]) -> list[Found]:
    if "annotations" not in task and "data" not in task:
        return _label_studio_min(task)
    text = task["data"]["text"]
    out: list[Found] = []
    for annotation in task.get("annotations", ()):
        if annotation.get("was_cancelled"):
            continue
        coder = annotation.get("completed_by", "")
        coder = as_text(coder.get("email") or coder.get("id") if isinstance(coder, dict) else coder)
        spans: dict[str, tuple[str, tuple[int, int]]] = {}
        relations, choices = [], []
        for item in annotation["result"]:
            value = item.get("value", {})
            if item["type"] == "labels":
                at = _span(text, value["start"], value["end"], value.get("text"))
                spans[item["id"]] = (value["labels"][0], at)
            elif item["type"] == "choices":
                choices += value["choices"]
            elif item["type"] == "relation":
                ends = (item["from_id"], item["to_id"])
                ends = ends[::-1] if item.get("direction") == "left" else ends
                relations += [(s, *ends) for label in item.get("labels") or () if (s := _relation(label))]
        if relations:
            out += [(text, spans[a][1], spans[b][1], s, coder) for s, a, b in relations]
        elif choices:
            given = [task["data"].get(c) for c in OFFSETS]
            if not spans and all(g is not None for g in given):  # only the choice was saved: the spans are the task's
                out.append((text, _span(text, *given[:2]), _span(text, *given[2:]), _one(choices), coder))
            else:
                out.append((text, *_roles_of(spans.values()), _one(choices), coder))
    return out


def _one(stances: Sequence[str]) -> str:
    if len(stances) != 1:
        raise PairError(f"{len(stances)} stances were chosen ({', '.join(map(str, stances))}); choose one")
    return str(stances[0])


def _label_studio_min(task: dict[str, Any]) -> list[Found]:
    if not task.get("stance"):
        return []
    text = task["text"]
    role = task.get("role") or task.get("label") or ()
    spans = [(s["labels"][0], _span(text, s["start"], s["end"], s.get("text"))) for s in role]
    stance = task["stance"]["choices"] if isinstance(task["stance"], dict) else task["stance"]
    stance = _one(stance) if isinstance(stance, list) else stance
    return [(text, *_roles_of(spans), stance, as_text(task.get("annotator")))]


def _prodigy_pairs(task: dict[str, Any]) -> list[Found]:
    if task.get("answer") != "accept":  # a task that nobody answered has no such key
        return []
    text, coder = task["text"], as_text(task.get("_annotator_id"))
    out: list[Found] = []
    for relation in task.get("relations") or ():
        if stance := _relation(relation["label"]):
            head, child = (_span(text, s["start"], s["end"]) for s in (relation["head_span"], relation["child_span"]))
            out.append((text, head, child, stance, coder))
    if out or not task.get("accept"):
        return out
    spans = [(s["label"], _span(text, s["start"], s["end"])) for s in task.get("spans", ())]
    return [(text, *_roles_of(spans), _one(task["accept"]), coder)]


def _doccano_pairs(task: dict[str, Any]) -> list[Found]:
    text = str(task.get("text", task.get("data")))
    coder = as_text(task.get("username"))
    if "entities" in task:
        spans = {e["id"]: _span(text, e["start_offset"], e["end_offset"]) for e in task["entities"]}
        relations = [(r, s) for r in task.get("relations", ()) if (s := _relation(r["type"]))]
        return [(text, spans[r["from_id"]], spans[r["to_id"]], s, coder) for r, s in relations]
    labels = task.get("label", task.get("labels")) or []
    if not labels:
        return []
    meta = {**task, **(task.get("meta") or {})}
    if isinstance(labels[0], str) and "actor" in meta and "target" in meta:  # text classification, the pair as metadata
        pair = find_pair(text, meta["actor"], meta["target"])
        return [(text, pair.actor, pair.target, _one(labels), coder)]
    raise PairError("has no relations; use a sequence-labelling project with relations from actor to target")
