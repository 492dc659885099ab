"""What to code next, and what to look at again: where a person's label teaches the model most.

Both give a table with the model's answer in `suggested`; `stance` is left for the person, or is the label as it stands.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.exchange import need_statements, task_of
from stance.pairs import OFFSETS, PROBABILITIES, STANCES, PairError
from stance.text import Document, InputError, Problems, as_text

if TYPE_CHECKING:
    import pandas as pd

    from stance.model import StanceModel

SUGGESTION_COLUMNS = ("text", "actor", "target", "stance", "suggested", "uncertainty", *PROBABILITIES, "doc_id", *OFFSETS)


def uncertainty(p: np.ndarray) -> np.ndarray:
    """How little the likeliest stance leads the next, from 0 (sure) to 1 (a tie). `p`: float (n, 3), rows sum to 1."""
    ordered = np.sort(p, axis=1)
    return np.asarray(1 - (ordered[:, -1] - ordered[:, -2]))


def drawn(worth: np.ndarray, seed: int | None) -> np.ndarray:
    """Worths shuffled so that the best `n` of them are a draw in proportion to `worth`, without replacement.

    The least certain alone are rows that are hard in one way, and a model that learns from them finds everything hard:
    it says neutral too often. A draw keeps some of the clear ones. None draws nothing.
    """
    if seed is None:
        return worth
    return np.asarray(worth / np.random.default_rng(seed).exponential(size=len(worth)))


def spread_out(worth: Sequence[float], keys: Sequence[Sequence[Hashable]], n: int) -> list[int]:
    """The indices of `n` items, best first, each worth less the more chosen items share a key with it.

    An item's worth is divided by the square root of one plus the number chosen before it, for each of its keys (such as
    actor, target, document): the second of an actor counts 0.71 of the first, the fourth half. Ties go to the earlier.

    >>> spread_out([0.9, 0.8, 0.6], [["a"], ["a"], ["b"]], 2)
    [0, 2]
    """
    chosen: Counter[tuple[int, Hashable]] = Counter()

    def value(i: int) -> float:
        share = 1.0
        for at, key in enumerate(keys[i]):
            share *= 1 + chosen[at, key]
        return -worth[i] / float(np.sqrt(share))

    # worth only ever falls, so that an item which is still best after it was valued anew is the best
    heap = [(value(i), i) for i in range(len(worth))]
    heapq.heapify(heap)
    out: list[int] = []
    while heap and len(out) < n:
        _, i = heapq.heappop(heap)
        now = (value(i), i)
        if heap and now > heap[0]:
            heapq.heappush(heap, now)
            continue
        out.append(i)
        chosen.update(enumerate(keys[i]))
    return out


def suggest_statements(
    statements: pd.DataFrame,
    n: int = 50,
    documents: Iterable[Document] = (),
    exclude: pd.DataFrame | None = None,
    problems: Problems | None = None,
    seed: int | None = 0,
) -> pd.DataFrame:
    """The statements worth coding next: drawn by uncertainty, spread over actors, targets, documents and sentences.

    Parameters
    ----------
    statements : the statements table of unlabelled documents, predicted with the prior of training (`model.prior_`): with
        the one that documents are read with by default, what looks uncertain is neutral, and worth less than chance.
    n : how many.
    documents : the documents, for pairs whose words stand outside their sentence.
    exclude : labelled data; a sentence that stands in it with the same pair is not suggested.
    problems : what to do with a pair outside its sentence whose document is not given; by default it is left out.
    seed : of the draw, see `drawn`; None takes the least certain themselves.

    Returns
    -------
    DataFrame with `SUGGESTION_COLUMNS` and the index of `statements`, the most worth coding first. `stance` is empty;
    `uncertainty` is from 0 to 1, see `uncertainty`.

    Raises
    ------
    InputError
        where `n` is less than 1 or there is nothing to suggest.
    """
    import pandas as pd

    if n < 1:
        raise InputError(f"suggest at least 1 statement, not {n}")
    problems = problems or Problems(skip=True)
    need_statements(statements, (*PROBABILITIES, "actor", "target"), "suggestions are made from statements")
    have: set[tuple[str, str, str]] = set()
    if exclude is not None:
        have.update(exclude[["text", "actor", "target"]].itertuples(index=False, name=None))
    texts = {d.doc_id: d.text for d in documents}
    rows: list[dict[str, Any]] = []
    keys: list[tuple[str, ...]] = []
    places: list[int] = []
    for number, record in enumerate(statements.to_dict("records"), 1):
        row = {str(k): v for k, v in record.items()}
        try:
            task = task_of(row, texts)
        except PairError as error:
            problems.refuse("statements", number, str(error), row)
            continue
        text, actor, target = task.text, task.text[slice(*task.actor)], task.text[slice(*task.target)]
        if (text, actor, target) in have:
            continue
        have.add((text, actor, target))
        doc_id = as_text(row.get("doc_id"))
        rows.append(
            {
                **{"text": text, "actor": actor, "target": target, "stance": "", "suggested": task.stance},
                **{c: float(row[c]) for c in PROBABILITIES},
                **{"doc_id": doc_id, **dict(zip(OFFSETS, (*task.actor, *task.target), strict=True))},
            }
        )
        keys.append((row["actor"], row["target"], doc_id, text))
        places.append(number - 1)
    if not rows:
        left = "is left that is not labelled already" if len(statements) else "was found; do the names of the catalogue stand in it?"
        raise InputError(f"nothing to suggest: no statement {left}")
    doubt = uncertainty(np.array([[r[c] for c in PROBABILITIES] for r in rows]))
    order = spread_out(drawn(doubt, seed).tolist(), keys, n)
    index = statements.index[[places[i] for i in order]]
    frame = pd.DataFrame([rows[i] for i in order], columns=list(SUGGESTION_COLUMNS), index=index)
    return frame.assign(uncertainty=doubt[order].round(6))


def doubtful_labels(
    labeled: pd.DataFrame,
    model: StanceModel,
    n: int | None = None,
    folds: int = 5,
    progress: Callable[[int], None] | None = None,
) -> pd.DataFrame:
    """Labelled rows whose label the model doubts most, to find errors of coding.

    Each row is judged by a model that saw neither it nor any row of its document.

    Parameters
    ----------
    labeled : as `read_labeled` gives.
    model : its settings are used; it is not fitted itself.
    n : how many rows at most; by default all whose label another stance leads.
    folds, progress : as for `cross_validate`.

    Returns
    -------
    Rows of `labeled` with its index, most doubtful first, and beside its columns suggested, doubt (the probability of
    the suggested stance minus that of the label, 0 to 1), p_favor, p_against, p_neutral. Labels without doubt are left
    out.
    """
    from stance.evaluate import cross_validate

    p = cross_validate(labeled, model, folds, progress)[1]
    label = np.array([STANCES.index(s) for s in labeled["stance"]])
    best = p.argmax(axis=1)
    rows = np.arange(len(p))
    doubt = p[rows, best] - p[rows, label]
    shares = {c: p[:, STANCES.index(c[2:])].round(6) for c in PROBABILITIES}
    names = np.array(STANCES, dtype=object)
    judged = labeled.assign(suggested=names[best], doubt=doubt.round(6), **shares)
    order = np.argsort(-doubt, kind="stable")
    order = order[best[order] != label[order]]
    chosen: pd.DataFrame = judged.iloc[order if n is None else order[:n]]
    return chosen
