"""How good a model is: grouped cross-validation, scores, baselines. Everything returns data; the command line prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.pairs import OFFSETS, STANCES
from stance.text import InputError

if TYPE_CHECKING:
    import pandas as pd

    from stance.model import StanceModel


@dataclass(frozen=True)
class ClassScore:
    """Precision, recall and F1 of one stance, and the number of pairs that hold it."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Scores:
    """Scores of predicted stances beside those of always answering the commonest stance."""

    classes: dict[str, ClassScore]
    macro: ClassScore
    accuracy: float
    baseline_stance: str
    baseline_macro_f1: float
    baseline_accuracy: float

    def as_dict(self) -> dict[str, Any]:
        """Plain nested dicts, for JSON."""
        return asdict(self)


def score(truth: Any, predicted: Any) -> Scores:
    """Precision, recall, F1 and support per stance, their macro average, and the majority-class baseline.

    `truth` and `predicted` are sequences of stances of one length.

    The macro average is over the stances that stand in `truth` or in `predicted`.
    """
    from sklearn.metrics import accuracy_score, precision_recall_fscore_support

    truth, predicted = np.asarray(truth, dtype=str), np.asarray(predicted, dtype=str)
    if not len(truth):
        raise InputError("no pairs to score")
    labels = [s for s in STANCES if s in truth or s in predicted]
    columns = precision_recall_fscore_support(truth, predicted, labels=labels, zero_division=0)
    classes = {
        label: ClassScore(float(p), float(r), float(f), int(n))
        for label, p, r, f, n in zip(labels, *columns, strict=True)
    }
    precision, recall, f1 = (float(np.mean(c)) for c in columns[:3])
    macro = ClassScore(precision, recall, f1, len(truth))
    names, sizes = np.unique(truth, return_counts=True)
    majority = str(names[sizes.argmax()])
    guess = np.full(len(truth), majority, dtype=truth.dtype)
    base = precision_recall_fscore_support(truth, guess, labels=list(names), zero_division=0)[2]
    return Scores(
        classes,
        macro,
        float(accuracy_score(truth, predicted)),
        majority,
        float(np.mean(base)),
        float(sizes.max() / len(truth)),
    )


def groups_of(frame: pd.DataFrame) -> np.ndarray:
    """A group number per row: rows that share a doc_id or a text, directly or through others, share a group."""
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(x: tuple[str, str]) -> tuple[str, str]:
        while parent.setdefault(x, x) != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    keys = [(("doc", str(d)), ("text", t)) for d, t in zip(frame["doc_id"], frame["text"], strict=True)]
    for a, b in keys:
        parent[root(a)] = root(b)
    numbers: dict[tuple[str, str], int] = {}
    return np.array([numbers.setdefault(root(a), len(numbers)) for a, _ in keys])


def folds_of(frame: pd.DataFrame, folds: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(training rows, test rows) of each fold, split by document."""
    from sklearn.model_selection import GroupKFold

    groups = groups_of(frame)
    n = len(np.unique(groups))
    if n < folds:
        raise InputError(f"{n} documents cannot be split into {folds} folds; add labelled data or lower --folds")
    yield from GroupKFold(folds).split(groups, groups=groups)


def cross_validate(
    frame: pd.DataFrame, model: StanceModel, folds: int = 5, progress: Callable[[int], None] | None = None
) -> tuple[Scores, np.ndarray]:
    """Score a model's settings by cross-validation grouped by document.

    Parameters
    ----------
    frame : labelled pairs, as `read_labeled` gives.
    model : its settings are used; it is not fitted itself.
    folds : number of folds.
    progress : called with 1 after each fold.

    Returns
    -------
    The scores of the predictions out of fold, and those predictions' probabilities, float64 (n_rows, 3) in the order
    of `STANCES`.
    """
    from stance.model import StanceModel

    p = np.empty((len(frame), len(STANCES)))
    for train, test in folds_of(frame, folds):
        fold = StanceModel(**model.get_params()).fit(frame.iloc[train])
        columns = fold.predict_pairs(frame.iloc[test])
        for k, s in enumerate(STANCES):
            p[test, k] = columns[f"p_{s}"]
        if progress:
            progress(1)
    predicted = np.array(STANCES)[p.argmax(axis=1)]
    return score(frame["stance"].to_numpy(), predicted), p


def evaluate_model(frame: pd.DataFrame, model: StanceModel) -> Scores:
    """Score a fitted model on labelled pairs that it has not seen."""
    return score(frame["stance"].to_numpy(), model.predict_pairs(frame)["stance"].to_numpy())


def labeled_digest(frame: pd.DataFrame) -> str:
    """sha256 of the labelled pairs, in order: what the model file says that it was trained on."""
    import hashlib
    import json

    digest = hashlib.sha256()
    for row in frame[["text", *OFFSETS, "stance"]].itertuples(index=False, name=None):
        digest.update(json.dumps([row[0], *map(int, row[1:5]), row[5]]).encode())
    return digest.hexdigest()
