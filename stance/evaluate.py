"""How good a model is: grouped cross-validation, scores, baselines. Everything returns data; the command line prints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.pairs import OFFSETS, STANCES, Pair, frame_pairs, frame_stances, occurrences
from stance.text import InputError

if TYPE_CHECKING:
    import pandas as pd

    from stance.model import StanceModel
    from stance.tfidf import Incidence

BINS = 15
"""Of the calibration error, equally wide."""
THRESHOLDS = (0.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Of the table of coverage against accuracy; with three stances the likeliest has at least a third."""
RESAMPLES = 500
TARGETS = 10
PHENOMENA = 50
"""How many targets and phenomena at most have scores of their own: those with most pairs."""

Interval = tuple[float, float]


@dataclass(frozen=True)
class ClassScore:
    """Precision, recall and F1 of one stance, and the number of pairs that hold it."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Scores:
    """Scores of predicted stances beside those of always answering the commonest stance.

    `intervals` holds (low, high), 95 %, of the F1 of each stance, of "macro" (F1) and of "accuracy", where documents were
    resampled.
    """

    classes: dict[str, ClassScore]
    macro: ClassScore
    accuracy: float
    baseline_stance: str
    baseline_macro_f1: float
    baseline_accuracy: float
    intervals: dict[str, Interval] = field(default_factory=dict, kw_only=True)

    def as_dict(self) -> dict[str, Any]:
        """Plain nested dicts, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class PartScore:
    """Scores of some of the pairs, such as those of one target; `interval` is that of the macro-F1."""

    classes: dict[str, ClassScore]
    macro: ClassScore
    accuracy: float
    interval: Interval


@dataclass(frozen=True)
class Coverage:
    """What answering only where the highest probability is at least `min_confidence` gives.

    `coverage` is the share of pairs answered; accuracy and macro-F1 are of those, None where there are none.
    """

    min_confidence: float
    coverage: float
    accuracy: float | None
    macro_f1: float | None


@dataclass(frozen=True)
class AuditScore:
    """Scores with other names: `renamed` pairs got one, and `changed` is the share of them with another prediction."""

    macro_f1: float
    accuracy: float
    renamed: int
    changed: float


@dataclass(frozen=True)
class Evaluation(Scores):
    """Scores of the pairs that were answered, and of parts of them.

    Parameters
    ----------
    min_confidence : pairs whose highest probability is lower were not answered.
    answered : the share of pairs that were.
    calibration_error : mean distance, over all pairs, of the highest probability from how often it is right.
    coverage : all pairs at `THRESHOLDS`.
    targets : the `TARGETS` with most pairs. phenomena : those of the column `phenomenon`, whose cells may hold several by "|".
    audit : "masked" and "swapped", where asked for (see `audit_names`).
    """

    min_confidence: float
    answered: float
    calibration_error: float
    coverage: list[Coverage]
    targets: dict[str, PartScore]
    phenomena: dict[str, PartScore]
    audit: dict[str, AuditScore] = field(default_factory=dict)


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
    frame: pd.DataFrame,
    model: StanceModel,
    folds: int = 5,
    progress: Callable[[int], None] | None = None,
    found: Incidence | None = None,
) -> tuple[Evaluation, np.ndarray]:
    """Score a model's settings by cross-validation grouped by document.

    Parameters
    ----------
    frame : labelled pairs, as `read_labeled` gives.
    model : its settings are used; it is not fitted itself.
    folds : number of folds.
    progress : called with 1 after each fold.
    found : the terms of the pairs of `frame`, where they are counted already (see `StanceModel.incidence`).

    Returns
    -------
    The scores of the predictions out of fold, and those predictions' probabilities, float64 (n_rows, 3) in the order
    of `STANCES`.
    """
    from stance.model import StanceModel, probabilities

    p = np.empty((len(frame), len(STANCES)))
    splits = list(folds_of(frame, folds))
    whole = model.incidence(frame) if found is None else found
    stances = np.array(frame_stances(frame))
    for train, test in splits:
        seen = whole.rows(train)
        common = seen.common(model.min_df)
        fold = StanceModel(**model.get_params()).fit_incidence(seen.columns(common), stances[train])
        p[test] = probabilities(fold.scorer_.log_odds_of(whole.rows(test).columns(common))).round(6)
        if progress:
            progress(1)
    return evaluate_probabilities(frame, p), p


def calibration_offsets(stances: Any, p: np.ndarray, prior: Mapping[str, float]) -> dict[str, float]:
    """What to add to log-odds so that probabilities out of fold mean what they say.

    Terms that a fold has not seen make its predictions fainter than those on its own training data, so that the mean
    probability of a stance falls short of its share. Under the weights that give the classes the shares of `prior`, the
    offsets raise the means to the shares: iterative proportional fitting (Deming and Stephan 1940).

    Parameters
    ----------
    stances : the true ones, n_rows.
    p : float (n_rows, 3), probabilities under `prior` of models that had not seen the rows, in the order of `STANCES`.
    prior : the class shares that the models were trained for.

    Returns
    -------
    stance -> offset, their mean 0; a stance without a share gets 0.
    """
    given = np.array([s for s in STANCES if prior[s] > 0])
    columns = [STANCES.index(s) for s in given]
    shares = np.array([prior[s] for s in given])
    truth = np.asarray(stances, dtype=str)
    weight = np.zeros(len(truth))
    for stance, share in zip(given, shares, strict=True):
        weight[truth == stance] = share / np.mean(truth == stance)
    weight /= weight.sum()
    offsets = np.zeros(len(given))
    for _ in range(200):
        fitted = p[:, columns] * np.exp(offsets)
        means = weight @ (fitted / fitted.sum(axis=1, keepdims=True))
        step = np.log(shares / means)
        offsets += step
        if np.abs(step).max() < 1e-9:
            break
    offsets -= offsets.mean()
    return dict.fromkeys(STANCES, 0.0) | dict(zip(given.tolist(), offsets.tolist(), strict=True))


def evaluate_model(
    frame: pd.DataFrame,
    model: StanceModel,
    prior: Mapping[str, float] | None = None,
    min_confidence: float = 0.0,
    audit: bool = False,
) -> Evaluation:
    """Score a fitted model on labelled pairs that it has not seen.

    Parameters
    ----------
    frame : labelled pairs, as `read_labeled` gives.
    prior, min_confidence : see `StanceModel.predict_pairs`; the scores are those of the pairs that are answered.
    audit : score the pairs under other names too (takes three times as long), see `audit_names`.

    Raises
    ------
    InputError
        where no pair is answered.
    """
    p = _shares(model.predict_pairs(frame, prior))
    found = evaluate_probabilities(frame, p, min_confidence)
    return replace(found, audit=audit_names(frame, model, prior)) if audit else found


def evaluate_probabilities(frame: pd.DataFrame, p: np.ndarray, min_confidence: float = 0.0) -> Evaluation:
    """Score probabilities, float64 (n_rows, 3) in the order of `STANCES`, by the labels of `frame`."""
    from stance.model import check_confidence

    min_confidence = check_confidence(min_confidence)
    if not len(frame):
        raise InputError("no pairs to score")
    truth = np.array(frame_stances(frame))
    top, best = p.max(axis=1), np.array(STANCES)[p.argmax(axis=1)]
    kept = top >= min_confidence
    if not kept.any():
        raise InputError(
            f"no pair reaches a confidence of {min_confidence:g}; the highest is {top.max():.3f}, so ask for less"
        )
    scores = score(truth[kept], best[kept])
    part = frame[kept]
    targets = {str(t): (part["target"] == t).to_numpy() for t in part["target"].value_counts().index[:TARGETS]}
    phenomena: dict[str, np.ndarray] = {}
    if "phenomenon" in part:
        cells = [{v.strip() for v in str(c).split("|")} - {"", "nan", "None"} for c in part["phenomenon"]]
        commonest = Counter(name for c in cells for name in sorted(c)).most_common(PHENOMENA)
        phenomena = {name: np.array([name in c for c in cells]) for name in sorted(n for n, _ in commonest)}
    members = [np.ones(len(part), dtype=bool), *targets.values(), *phenomena.values()]
    (whole, *rest) = bootstrap(truth[kept], best[kept], groups_of(part), members)
    parts = [
        PartScore(s.classes, s.macro, s.accuracy, i["macro"])
        for s, i in ((score(truth[kept][m], best[kept][m]), i) for m, i in zip(members[1:], rest, strict=True))
    ]
    return Evaluation(
        **{name: getattr(scores, name) for name in Scores.__dataclass_fields__ if name != "intervals"},
        intervals={name: interval for name, interval in whole.items() if name not in STANCES or name in scores.classes},
        min_confidence=min_confidence,
        answered=float(kept.mean()),
        calibration_error=calibration_error(top, best == truth),
        coverage=coverage_table(truth, best, top),
        targets=dict(zip(targets, parts, strict=False)),
        phenomena=dict(zip(phenomena, parts[len(targets) :], strict=True)),
    )


def _shares(predicted: pd.DataFrame) -> np.ndarray:
    return predicted[[f"p_{s}" for s in STANCES]].to_numpy(dtype=np.float64)


def calibration_error(top: np.ndarray, right: np.ndarray, bins: int = BINS) -> float:
    """Expected calibration error: |mean of `top` - share of `right`| of each of `bins` equally wide bins, by its size.

    `top` : float (n,), the highest probability of each pair; `right` : bool (n,), whether its stance is the true one.
    """
    place = np.minimum((top * bins).astype(int), bins - 1)
    gaps = np.bincount(place, top - right, minlength=bins)
    return float(np.abs(gaps).sum() / len(top))


def coverage_table(truth: np.ndarray, best: np.ndarray, top: np.ndarray) -> list[Coverage]:
    """Coverage against accuracy at `THRESHOLDS`."""
    out = []
    for threshold in THRESHOLDS:
        kept = top >= threshold
        found = score(truth[kept], best[kept]) if kept.any() else None
        figures = (found.accuracy, found.macro.f1) if found else (None, None)
        out.append(Coverage(threshold, float(kept.mean()), *figures))
    return out


def bootstrap(
    truth: np.ndarray,
    best: np.ndarray,
    groups: np.ndarray,
    members: Sequence[np.ndarray],
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> list[dict[str, Interval]]:
    """95 % intervals of F1 by stance, of macro-F1 and of accuracy, from resampling documents with replacement.

    Rows of one document stand and fall together: their labels and their errors are alike, so that resampling rows would
    give intervals that are too narrow.

    Parameters
    ----------
    truth, best : stances, (n,). groups : the document's number of each row, from 0.
    members : bool (n,) each: which rows a part has.

    Returns
    -------
    for each part: a stance, "macro" or "accuracy" -> (low, high). A resample without rows of the part is left out.
    """
    from scipy.sparse import csr_matrix

    n, k = int(groups.max()) + 1, len(STANCES)
    order = {s: i for i, s in enumerate(STANCES)}
    cell = np.array([order[t] * k + order[b] for t, b in zip(truth, best, strict=True)])
    # a confusion matrix of every document and part; a resample is then a sum of them
    row = np.concatenate([groups[rows] for rows in members])
    column = np.concatenate([i * k * k + cell[rows] for i, rows in enumerate(members)])
    tables = csr_matrix((np.ones(len(row)), (row, column)), shape=(n, len(members) * k * k))
    rng = np.random.default_rng(seed)
    sums = [np.bincount(rng.integers(n, size=n), minlength=n) @ tables for _ in range(resamples)]
    drawn = np.reshape(sums, (resamples, len(members), k, k))
    hits = np.diagonal(drawn, axis1=2, axis2=3)
    sizes = drawn.sum(axis=2) + drawn.sum(axis=3)
    total = drawn.sum(axis=(2, 3))
    with np.errstate(invalid="ignore"):
        f1 = 2 * hits / sizes  # nan where a stance neither stands nor is predicted, as `score` leaves it out
        accuracy = hits.sum(axis=2) / total
    there = ~np.isnan(f1)
    macro = np.where(there, f1, 0).sum(axis=2) / np.maximum(there.sum(axis=2), 1)
    out = []
    for i in range(len(members)):
        drawings = {s: f1[:, i, j] for j, s in enumerate(STANCES)} | {"macro": macro[:, i], "accuracy": accuracy[:, i]}
        some = total[:, i] > 0
        out.append({name: _interval(values[some]) for name, values in drawings.items()})
    return out


def _interval(values: np.ndarray) -> Interval:
    values = values[~np.isnan(values)]
    if not len(values):
        return 0.0, 1.0
    low, high = np.percentile(values, [2.5, 97.5])
    return round(float(low), 6), round(float(high), 6)


# ---------------------------------------------------------------------------------------------- who is named


def audit_names(
    frame: pd.DataFrame, model: StanceModel, prior: Mapping[str, float] | None = None, seed: int = 0
) -> dict[str, AuditScore]:
    """Whether predictions depend on who is named: scores with other names in the mentions' places.

    A name is replaced wherever it stands in the sentence; a mention without capitals ("it", "the workers") only where the
    pair has it, since elsewhere the same words may mean another.

    Parameters
    ----------
    frame : labelled pairs. model : fitted. prior : as for `StanceModel.predict_pairs`.
    seed : of the draw of names to swap in.

    Returns
    -------
    "masked" : every letter of the names is an x, capitals kept, and an article that opens one. "swapped" : other rows' mentions
    of the same `name_shape`.
    """
    pairs = frame_pairs(frame)
    truth = frame["stance"].to_numpy().astype(str)
    before = model.predict_pairs(frame, prior)["stance"].to_numpy().astype(str)
    out = {}
    for name, others in (("masked", _masked(pairs)), ("swapped", _swapped(pairs, np.random.default_rng(seed)))):
        renamed = [rename(pair, *new) for pair, new in zip(pairs, others, strict=True)]
        after = model.predict_pairs(pairs_frame(renamed), prior)["stance"].to_numpy().astype(str)
        other = np.array([a != b for a, b in zip(pairs, renamed, strict=True)])
        changed = float((after != before)[other].mean()) if other.any() else 0.0
        found = score(truth, after)
        out[name] = AuditScore(found.macro.f1, found.accuracy, int(other.sum()), changed)
    return out


def name_shape(name: str) -> str:
    """The shape of a name: its words, each begun by a capital (X), a small letter (x) or a digit (0), and its signs.

    An article that opens it stays, since it is grammar and no name.

    >>> name_shape("Ministry of Ports (U.K.)"), name_shape("The Ministry of Ports")
    ('X x X (X.X.)', 'The X x X')
    """

    def kind(word: str) -> str:
        return "0" if word[0].isdigit() else "X" if word[0].isupper() else "x"

    article = _article(name)
    return article + re.sub(r"\w+", lambda match: kind(match.group()), name[len(article) :])


def _article(name: str) -> str:
    """The article that opens a name of more words, with the blank after it."""
    found = re.match(r"(?:the|an?)\s+(?=\w)", name, re.IGNORECASE)
    return found.group() if found else ""


def pairs_frame(pairs: Sequence[Pair]) -> pd.DataFrame:
    """Pairs as a table with text, actor, target and offsets."""
    import pandas as pd

    rows = [(p.text, p.text[slice(*p.actor)], p.text[slice(*p.target)], *p.actor, *p.target) for p in pairs]
    return pd.DataFrame(rows, columns=["text", "actor", "target", *OFFSETS])


def rename(pair: Pair, actor: str, target: str) -> Pair:
    """The pair with another actor and target: names wherever they stand in the text, other mentions in their place.

    >>> rename(Pair("Oslo and Rome: Oslo won.", (0, 4), (9, 13)), "Lima", "Bern")
    Pair(text='Lima and Bern: Lima won.', actor=(0, 4), target=(9, 13))
    """
    spans = [(*pair.actor, actor), (*pair.target, target)]
    taken = [pair.actor, pair.target]
    for (start, end), new in ((pair.actor, actor), (pair.target, target)):
        old = pair.text[start:end]
        for s, e in occurrences(pair.text, old) if old != old.lower() else ():
            if all(e <= a or b <= s for a, b in taken):
                spans.append((s, e, new))
                taken.append((s, e))
    pieces: list[str] = []
    place: dict[tuple[int, int], tuple[int, int]] = {}
    at = size = 0
    for start, end, new in sorted(spans):
        pieces += [pair.text[at:start], new]
        size += start - at
        place[start, end] = (size, size + len(new))
        size, at = size + len(new), end
    return Pair("".join([*pieces, pair.text[at:]]), place[pair.actor], place[pair.target])


def _mentions(pair: Pair) -> tuple[str, str]:
    return pair.text[slice(*pair.actor)], pair.text[slice(*pair.target)]


def _masked(pairs: Sequence[Pair]) -> list[tuple[str, str]]:
    def mask(name: str) -> str:
        article = _article(name)
        return article + "".join("X" if c.isupper() else "x" if c.isalpha() else c for c in name[len(article) :])

    return [(mask(a), mask(t)) for a, t in map(_mentions, pairs)]


def _swapped(pairs: Sequence[Pair], rng: np.random.Generator) -> list[tuple[str, str]]:
    """Another actor and target for each pair, of the shape of its own; its own where there is no other."""
    pool: dict[str, list[str]] = {}
    for name in dict.fromkeys(name for pair in pairs for name in _mentions(pair)):
        pool.setdefault(name_shape(name), []).append(name)
    out = []
    for pair in pairs:
        new: list[str] = []
        for name in _mentions(pair):
            others = pool[name_shape(name)]
            first = int(rng.integers(len(others)))
            free = (others[(first + i) % len(others)] for i in range(len(others)))
            new.append(next((o for o in free if o not in (*_mentions(pair), *new)), name))
        out.append((new[0], new[1]))
    return out


def labeled_digest(frame: pd.DataFrame) -> str:
    """sha256 of the labelled pairs, in order: what the model file says that it was trained on."""
    import hashlib
    import json

    digest = hashlib.sha256()
    for row in frame[["text", *OFFSETS, "stance"]].itertuples(index=False, name=None):
        digest.update(json.dumps([row[0], *map(int, row[1:5]), row[5]]).encode())
    return digest.hexdigest()
