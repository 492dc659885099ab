"""Statements to positions: what an actor's statements about a target come to, in a document or in a corpus."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum
from typing import TYPE_CHECKING, Any

from stance.pairs import PROBABILITIES
from stance.text import InputError

if TYPE_CHECKING:
    import pandas as pd

POSITION_COLUMNS = (
    *("actor", "target", "stance", "score", *PROBABILITIES),
    *("n_statements", "n_favor", "n_against", "n_neutral", "evidence"),
)
_STANCES = ("favor", "against", "neutral")
LEAST = 1e-6
"""The least weight of a statement: one may be sure of neutral, and weights must not all be 0."""


def aggregate_stances(statements: pd.DataFrame, by: str = "corpus") -> pd.DataFrame:
    """Aggregate statements to positions.

    A statement weighs as much as it is not neutral (1 - p_neutral, but no less than `LEAST`), so that sentences which
    only name two entities do not dilute one that takes a side. Sums are exact (`math.fsum`): the order of the statements
    does not matter, and the statements of two halves of a corpus, put together, give the positions of the whole.

    Parameters
    ----------
    statements : the statements table.
    by : "corpus", a row an actor and target, or "document", a row a document, actor and target.

    Returns
    -------
    DataFrame with `POSITION_COLUMNS` (by document: doc_id before them), in order of first appearance. `score` is
    p_favor minus p_against, from -1 to 1; `evidence` is the sentence that weighs most for the stance. The stance is
    that of the statements that are not neutral, "mixed" where they oppose each other with similar weight. Statements
    that are "uncertain" (see `StanceModel.predict_pairs`) count in n_statements, and their probabilities in the score,
    but they have no vote; a position of such statements alone is "uncertain".

    Raises
    ------
    InputError
        for an unknown `by`, a missing column or a stance that statements do not have.
    """
    import pandas as pd

    if by not in ("document", "corpus"):
        raise InputError(f"by must be 'document' or 'corpus', not {by!r}")
    keys = ["doc_id", "actor", "target"] if by == "document" else ["actor", "target"]
    said = ["stance", *PROBABILITIES, "evidence"]
    missing = [c for c in (*keys, *said) if c not in statements.columns]
    if missing:
        raise InputError(f"no column {missing[0]!r}; statements have {', '.join(map(repr, statements.columns))}")
    if other := set(statements["stance"]) - {*_STANCES, "uncertain"}:
        raise InputError(f"stance {next(iter(other))!r} is none of statements: {', '.join(_STANCES)}, uncertain")
    groups: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    values = statements[said].itertuples(index=False, name=None)
    for key, value in zip(statements[keys].itertuples(index=False, name=None), values, strict=True):
        groups.setdefault(key, []).append(value)
    rows = [(*key, *_position(group)) for key, group in groups.items()]
    return pd.DataFrame(rows, columns=[*keys, *POSITION_COLUMNS[2:]])


def _position(statements: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    weights = [max(1 - s[3], LEAST) for s in statements]
    total = fsum(weights)
    share = [fsum(w * s[k] for w, s in zip(weights, statements, strict=True)) / total for k in (1, 2, 3)]
    count = {stance: sum(s[0] == stance for s in statements) for stance in _STANCES}
    stance = _stance_of(statements, count)
    column = {"favor": 1, "against": 2, "neutral": 3}.get(stance)
    best = max(statements, key=lambda s: ((1 - s[3] if column is None else s[column]), s[4]))
    return (
        *(stance, round(share[0] - share[1], 6), *(round(p, 6) for p in share)),
        *(len(statements), *(count[s] for s in _STANCES), best[4]),
    )


def _stance_of(statements: list[tuple[Any, ...]], count: dict[str, int]) -> str:
    if not count["favor"] and not count["against"]:
        return "neutral" if count["neutral"] else "uncertain"
    favor = fsum(s[1] - s[2] for s in statements if s[0] == "favor")
    against = fsum(s[2] - s[1] for s in statements if s[0] == "against")
    return side_of(favor, against)


def side_of(favor: float, against: float) -> str:
    """The stance of statements in favor and against that weigh so much: "mixed" where one side has over half of the other."""
    if min(favor, against) > 0.5 * max(favor, against):
        return "mixed"
    return "favor" if favor > against else "against"


def roll_up(statements: pd.DataFrame, affiliations: Mapping[str, str]) -> pd.DataFrame:
    """Add what members say to what their organisations, states or parties say.

    Each statement of an actor with an affiliation is repeated for the affiliation, and for the affiliation's own, right
    after it. One sentence never counts twice for an organisation: where it speaks itself of the same target, its own
    statement stays; of several members in a sentence, the one counts who is least neutral (the first of equals). Nobody
    is credited with a stance toward itself.

    Parameters
    ----------
    statements : the statements table.
    affiliations : actor -> for whom it speaks, such as ``{"Ada Obi": "Ministry of Ports"}``.

    Returns
    -------
    DataFrame with the columns of `statements`, the rows numbered anew; offsets and mention are those of the member.
    """
    import pandas as pd

    columns = ["doc_id", "sentence_id", "actor", "target", "p_neutral"]
    rows = list(statements[columns].itertuples(index=False, name=None))
    own = {row[:4] for row in rows}
    best: dict[tuple[Any, ...], tuple[float, int]] = {}
    for i, (doc_id, sentence_id, actor, target, p_neutral) in enumerate(rows):
        above, met = affiliations.get(actor, ""), {actor}
        while above and above not in met:
            key = (doc_id, sentence_id, above, target)
            if above != target and key not in own:
                best[key] = min(best.get(key, (p_neutral, i)), (p_neutral, i))
            met.add(above)
            above = affiliations.get(above, "")
    if not best:
        return statements.reset_index(drop=True)
    order = [(i, 0, row[2]) for i, row in enumerate(rows)]
    order += [(i, 1, key[2]) for key, (_, i) in best.items()]
    order.sort(key=lambda place: place[:2])
    table = statements.iloc[[i for i, _, _ in order]].reset_index(drop=True)
    kind = statements["actor"].dtype
    if isinstance(kind, pd.CategoricalDtype):  # an affiliation need not be one of the categories
        kind = kind.categories.dtype
    table["actor"] = pd.Series([actor for _, _, actor in order], index=table.index, dtype=kind)
    return table


def score_intervals(positions: pd.DataFrame, z: float = 1.96) -> pd.DataFrame:
    """How far the score of each position may be off: by the number of its statements and how they agree.

    The interval is Wilson's, for the mean of as many statements as took a side (of all where none did), with the spread
    that the probabilities show. It follows from the columns of the positions table, so it merges as they do.

    Parameters
    ----------
    positions : the positions table of `aggregate_stances`.
    z : 1.96 for 95 %.

    Returns
    -------
    DataFrame with the index of `positions` and the columns score_low, score_high, from -1 to 1.
    """
    sides = positions["n_favor"] + positions["n_against"]
    n = sides.where(sides > 0, positions["n_statements"]).clip(lower=1)
    mean = (positions["score"] + 1) / 2
    variance = (positions["p_favor"] + positions["p_against"] - positions["score"] ** 2).clip(lower=0) / 4
    shrink = 1 + z * z / n
    centre = (mean + z * z / (2 * n)) / shrink
    half = z * (variance / n + z * z / (4 * n * n)) ** 0.5 / shrink
    low, high = (2 * (centre - half) - 1).clip(-1, 1), (2 * (centre + half) - 1).clip(-1, 1)
    return low.round(6).rename("score_low").to_frame().assign(score_high=high.round(6))
