"""How far the model and a human coder agree: on statements, on documents, and on the networks that follow from them.

A coder writes down who takes a side; that nobody did is left unsaid. Here too a pair that one table holds and the other
lacks counts as neutral in the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.exchange import actor_network, need_statements, read_dna_events, whole_number
from stance.pairs import STANCES
from stance.text import Document, InputError, as_text, kind_of, open_text, read_rows

if TYPE_CHECKING:
    import pandas as pd

    from stance.entities import Catalogue


@dataclass(frozen=True)
class LevelAgreement:
    """Agreement on one kind of unit.

    units : pairs that either table holds. both : those on which both take a side; same : of these, the same side.
    missed : the coder takes a side, the model none; extra : the reverse. alpha : Krippendorff's alpha (nominal) over
    all units; alpha_sides : over `both` only, thus over the direction alone. None where alpha is undefined, because all
    answers are one.
    """

    units: int
    both: int
    same: int
    missed: int
    extra: int
    alpha: float | None
    alpha_sides: float | None


@dataclass(frozen=True)
class NetworkAgreement:
    """Correlation of the two tables' networks, cell by cell over all names of both; None where one does not vary.

    pearson and spearman : of actors by targets, cells the number of favor minus the number of against. congruence and
    conflict : Pearson's r of the actor by actor networks.
    """

    actors: int
    targets: int
    pearson: float | None
    spearman: float | None
    congruence: float | None
    conflict: float | None


@dataclass(frozen=True)
class Agreement:
    """Agreement at the three levels; `statement` is None where the coder's table does not say where they stand."""

    documents: int
    statement: LevelAgreement | None
    document: LevelAgreement
    network: NetworkAgreement

    def as_dict(self) -> dict[str, Any]:
        """Plain nested dicts, for JSON."""
        return asdict(self)


def read_coded(path: str | Path, documents: Iterable[Document] = (), encoding: str = "utf-8") -> pd.DataFrame:
    """A coder's table: an event list of the Discourse Network Analyzer, or doc_id, actor, target, stance.

    The latter may say where a statement stands: sentence_id, or sentence_start and sentence_end, or start and end (code
    points of the document), or the text of it.

    Returns
    -------
    DataFrame with doc_id, actor, target, stance, and start, end, sentence_id (-1 where unknown), text ("").

    Raises
    ------
    InputError
        naming file, line and value.
    """
    import pandas as pd

    first = ""
    if kind_of(path) != ".parquet":
        with open_text(path, encoding) as stream:
            first = stream.readline()
    if ";" in first and "concept" in first.lower():
        events = read_dna_events(path, documents, encoding)
        return events[["doc_id", "actor", "target", "stance", "start", "end", "text"]].assign(sentence_id=-1)
    rows = []
    for line, row in read_rows(path, ("doc_id", "actor", "target", "stance"), encoding):
        if row["stance"] not in (*STANCES, "mixed"):
            raise InputError(
                f"{path}:{line}: unknown stance {as_text(row['stance'])!r} (allowed: {', '.join(STANCES)})"
            )
        place = {}
        for name, columns in (
            ("start", ("sentence_start", "start")),
            ("end", ("sentence_end", "end")),
            ("sentence_id", ("sentence_id",)),
        ):
            given = next((c for c in columns if as_text(row.get(c)) not in ("", "-1")), "")
            place[name] = whole_number(row[given], given, f"{path}:{line}") if given else -1
        known = {c: as_text(row[c]) for c in ("doc_id", "actor", "target", "stance")}
        rows.append({**known, **place, "text": as_text(row.get("evidence") or row.get("text"))})
    if not rows:
        raise InputError(f"{path}: holds no statements")
    return pd.DataFrame(rows)


def agreement(coded: pd.DataFrame, statements: pd.DataFrame, catalogue: Catalogue | None = None) -> Agreement:
    """Compare a coder's table with the model's statements, over the documents that the coder's table names.

    Parameters
    ----------
    coded : as `read_coded` gives.
    statements : the model's statements table.
    catalogue : names and aliases that mean one entity; without it names are compared by their letters, in any case.

    Raises
    ------
    InputError
        where the tables have no document in common, or statements lack a column.
    """
    need_statements(statements, ("doc_id", "actor", "target", "stance", "p_neutral"), "agreement needs statements")
    names = _canon(catalogue)
    coder, model = (
        frame.assign(
            doc_id=frame["doc_id"].map(as_text),
            actor=[names(a) for a in frame["actor"]],
            target=[names(t) for t in frame["target"]],
        )
        for frame in (coded, statements)
    )
    documents = sorted(set(coder["doc_id"]))
    model = model[model["doc_id"].isin(documents)]
    if model.empty:
        raise InputError(
            f"no document of the coder's table ({', '.join(map(repr, documents[:3]))} …) stands in the statements; "
            "doc_id must be the same in both"
        )
    placed = (coder["sentence_id"] >= 0) | (coder["start"] >= 0) | (coder["text"] != "")
    keys = ["doc_id", "actor", "target"]
    sides_coder, sides_model = _sides(coder, keys), _sides(model, keys)
    return Agreement(
        documents=len(documents),
        statement=_statement_level(coder, model) if placed.all() else None,
        document=_level(
            [(sides_coder.get(k, "neutral"), sides_model.get(k, "neutral")) for k in _union(sides_coder, sides_model)]
        ),
        network=_network_level(coder, model),
    )


def _canon(catalogue: Catalogue | None) -> Any:
    alias: dict[str, str] = {}
    for entity in catalogue.entities.values() if catalogue else ():
        for name in (entity.name, *entity.aliases):
            alias.setdefault(_letters(name), _letters(entity.name))

    def canon(name: object) -> str:
        letters = _letters(as_text(name))
        return alias.get(letters, letters)

    return canon


def _letters(name: str) -> str:
    return " ".join(name.split()).casefold()


def _union(first: Iterable[Hashable], second: Iterable[Hashable]) -> list[Any]:
    return list(dict.fromkeys([*first, *second]))


def _sides(frame: pd.DataFrame, keys: Sequence[str]) -> dict[tuple[Any, ...], str]:
    """The side that most statements of each key take; as many for as against is mixed."""
    net: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for *key, stance in frame[[*keys, "stance"]].itertuples(index=False, name=None):
        count = net[tuple(key)]
        count[0] += stance in ("favor", "mixed")
        count[1] += stance in ("against", "mixed")
    return {
        k: "neutral" if not f + a else "mixed" if f == a else "favor" if f > a else "against"
        for k, (f, a) in net.items()
    }


def _level(pairs: Sequence[tuple[str, str]]) -> LevelAgreement:
    both = [p for p in pairs if "neutral" not in p]
    return LevelAgreement(
        units=len(pairs),
        both=len(both),
        same=sum(a == b for a, b in both),
        missed=sum(a != "neutral" and b == "neutral" for a, b in pairs),
        extra=sum(a == "neutral" and b != "neutral" for a, b in pairs),
        alpha=alpha(pairs),
        alpha_sides=alpha(both),
    )


def alpha(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Krippendorff's alpha, nominal, of two coders' answers; None where all answers are one and alpha is undefined."""
    try:
        import krippendorff
    except ImportError:
        raise InputError("agreement needs the package krippendorff; pip install 'stance[agreement]'") from None
    if len({answer for pair in pairs for answer in pair}) < 2:
        return None
    values = np.array(pairs, dtype=str).T
    return round(float(krippendorff.alpha(reliability_data=values, level_of_measurement="nominal")), 6)


def _statement_level(coder: pd.DataFrame, model: pd.DataFrame) -> LevelAgreement:
    """Match one to one: same document, actor and target, and the same sentence, overlapping place or the same text."""
    predicted: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    once: set[tuple[Any, ...]] = set()
    strongest = model.sort_values("p_neutral", kind="stable")
    for record in strongest.to_dict("records"):
        row = {str(k): v for k, v in record.items()}
        key = (row["doc_id"], row["actor"], row["target"])
        place = (*key, row.get("sentence_id"), row.get("sentence_start"), as_text(row.get("evidence")))
        if place not in once:  # several mentions in one sentence are one statement: the one that is least neutral
            once.add(place)
            predicted[key].append(row)
    pairs = []
    # coded sides first: an explicit neutral must not take the partner of a side in the same sentence
    coded = coder.assign(_last=coder["stance"] == "neutral").sort_values("_last", kind="stable")
    for record in coded.to_dict("records"):
        row = {str(k): v for k, v in record.items()}
        candidates = predicted[row["doc_id"], row["actor"], row["target"]]
        hit = next((i for i, c in enumerate(candidates) if _same_place(row, c)), None)
        pairs.append((row["stance"], "neutral" if hit is None else candidates.pop(hit)["stance"]))
    pairs += [("neutral", row["stance"]) for rows in predicted.values() for row in rows]
    return _level(pairs)


def _same_place(coded: Mapping[str, Any], predicted: Mapping[str, Any]) -> bool:
    if coded["sentence_id"] >= 0 and "sentence_id" in predicted:
        return int(coded["sentence_id"]) == int(predicted["sentence_id"])
    if coded["start"] >= 0 and "sentence_start" in predicted:
        return bool(coded["start"] < predicted["sentence_end"] and predicted["sentence_start"] < coded["end"])
    text, sentence = _letters(coded["text"]), _letters(as_text(predicted.get("evidence")))
    return bool(text and sentence) and (text in sentence or sentence in text)


def _network_level(coder: pd.DataFrame, model: pd.DataFrame) -> NetworkAgreement:
    taken = [frame[frame["stance"] != "neutral"] for frame in (coder, model)]
    actors = _union(*(t["actor"] for t in taken))
    targets = _union(*(t["target"] for t in taken))
    nets = []
    for frame in taken:
        net = np.zeros((len(actors), len(targets)))
        rows = {a: i for i, a in enumerate(actors)}
        columns = {t: j for j, t in enumerate(targets)}
        for actor, target, stance in frame[["actor", "target", "stance"]].itertuples(index=False, name=None):
            net[rows[actor], columns[target]] += {"favor": 1, "against": -1}.get(stance, 0)
        nets.append(net.ravel())
    ties = []
    for frame in taken:
        sides = _sides(frame, ["actor", "target"])
        ties.append(_ties([(*k, s) for k, s in sides.items()], actors))
    return NetworkAgreement(
        actors=len(actors),
        targets=len(targets),
        pearson=_pearson(*nets),
        spearman=_pearson(*(_ranks(n) for n in nets)),
        congruence=_pearson(ties[0]["congruence"], ties[1]["congruence"]),
        conflict=_pearson(ties[0]["conflict"], ties[1]["conflict"]),
    )


def _ties(sides: Sequence[tuple[Any, ...]], actors: Sequence[str]) -> dict[str, np.ndarray]:
    """The upper triangle of each actor by actor network, over all `actors`."""
    import pandas as pd

    network = actor_network(pd.DataFrame(sides, columns=["actor", "target", "stance"]))
    place = {a: i for i, a in enumerate(actors)}
    out = {}
    for kind in ("congruence", "conflict"):
        matrix = np.zeros((len(actors), len(actors)))
        for a, b, value in network[["actor_a", "actor_b", kind]].itertuples(index=False, name=None):
            i, j = sorted((place[a], place[b]))
            matrix[i, j] = value
        out[kind] = matrix[np.triu_indices(len(actors), 1)]
    return out


def _ranks(values: np.ndarray) -> np.ndarray:
    from scipy.stats import rankdata

    return np.asarray(rankdata(values))


def _pearson(x: np.ndarray, y: np.ndarray) -> float | None:
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return round(float(np.corrcoef(x, y)[0, 1]), 6)
