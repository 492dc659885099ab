"""Why a stance: the exact contribution of every term, said in words, and the words of the sentence that weighed most."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.grammar import Reading, read_sentence, stem, token_span, words_of
from stance.pairs import STANCES, Pair

if TYPE_CHECKING:
    from stance.model import Scorer

EXPLANATION_COLUMNS = ("row", "stance", "versus", "group", "term", "says", "value", "contribution", *STANCES)

_MARKS = {"A": "[actor]", "T": "[target]", "E": "[name]", "0": "[number]"}


def contributions(scorer: Scorer, pairs: Sequence[Pair]) -> list[list[tuple[str, str, float, np.ndarray]]]:
    """For each pair its terms as (group, term, TF-IDF value, contribution to each stance's log-odds, float64 (3,)).

    The first item is the intercept. The contributions of a pair add up to `scorer.log_odds`.
    """
    names = {i: (group, term) for group, terms in scorer.vocabulary.items() for term, i in terms.items()}
    rows, columns, values = scorer.matrix(pairs)
    out = [[("intercept", "", 1.0, scorer.intercept.copy())] for _ in pairs]
    for row, column, value in zip(rows.tolist(), columns.tolist(), values.tolist(), strict=True):
        out[row].append((*names[column], value, value * scorer.coef[column]))
    return out


def explain_pairs(scorer: Scorer, pairs: Sequence[Pair], index: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows of `EXPLANATION_COLUMNS`, the weightiest terms of each pair first; see `StanceModel.explain`."""
    out: list[tuple[Any, ...]] = []
    for key, terms in zip(index, contributions(scorer, pairs), strict=True):
        total = np.sum([t[3] for t in terms], axis=0)
        best, second = np.argsort(-total, kind="stable")[:2]
        rows = [
            (
                *(key, STANCES[best], STANCES[second], group, term, describe(group, term), value),
                *(float(share[best] - share[second]), *map(float, share)),
            )
            for group, term, value, share in terms
        ]
        out += sorted(rows, key=lambda r: -abs(r[7]))
    return out


def describe(group: str, term: str) -> str:
    """A term in words.

    >>> describe("ngrams", "A_condemn")
    '[actor] condemn'
    """
    if group == "intercept":
        return "the share of each stance that the model expects"
    if group == "ngrams":
        return _plain(term)
    if group == "paths":
        return _way(term)
    if group == "arguments" and "|" in term:
        head, *rest = term.split("|")
        who = next(r for r in reversed(rest) if re.fullmatch(r"[A-Za-z-]{2}", r))
        said = [f"actor {_ROLE[who[0]]}, target {_ROLE[who[1]]}" if r == who else _signs(r) for r in rest if r]
        return "; ".join([head.replace("not_", "negated "), *said])
    if group in ("roles", "arguments"):
        head, *rest = term.split("|")
        roles = {"AT": "actor holds it toward target", "TA": "target holds it toward actor"}
        return "; ".join([head.replace("not_", "negated "), *(roles.get(r, _signs(r)) for r in rest if r)])
    if group in ("governors", "frames"):
        role, _, relation = term.partition(":")
        return (
            f"{'actor' if role == 'A' else 'target'} is {relation.replace(':', ' of ', 1).replace('!', ' (negated)')}"
        )
    return term


_ROLE = {
    **{"H": "holds it", "h": "is linked to who holds it", "R": "receives it", "r": "is linked to what receives it"},
    **{
        "x": "hangs on it",
        "s": "says it",
        "i": "may hold it (a pronoun)",
        "q": "may receive it (a pronoun)",
        "-": "has no part",
    },
}


def _way(term: str) -> str:
    """A term of the tree in words: the way from actor to target, a word on it, or what a mention hangs on.

    >>> _way("w:nsubj>_[condemn]_<dobj")
    'actor nsubj of condemn, which has target as dobj'
    """
    kind, _, rest = term.partition(":")
    if kind in ("A", "T"):
        steps, _, word = rest.rpartition(":")
        return f"{'actor' if kind == 'A' else 'target'} is {steps.replace('>', ' of ')} of {word.replace('!', ' (negated)')}"
    if kind == "b":
        return f"{rest} stands between actor and target"
    if kind in ("w", "k"):
        words = rest.replace("_<", ", which has ").replace(">_", " of ").replace("_", " ")
        return f"actor {words.replace('[', '').replace(']', '')}".replace(", which has ", ", which has target as ", 1)
    return f"actor and target: {rest}"


def _plain(stems: str) -> str:
    return " ".join(_MARKS.get(s, s) for s in stems.split("_"))


def _signs(code: str) -> str:
    if code in ("p", "!", "p!"):
        return " and ".join(n for c, n in (("p", "passive"), ("!", "negated")) if c in code)
    if re.fullmatch(r"[ATc]{3}", code):
        return "order " + " ".join({"A": "actor", "T": "target", "c": "cue"}[c] for c in code)
    return code


def word_weights(pair: Pair, terms: Sequence[tuple[str, str, float]]) -> list[tuple[int, int, float]]:
    """How much each word of the pair's text weighs: (start, end, weight) of its words, in code points.

    `terms` holds (group, term, contribution). A term's contribution is shared by the words that made it: those whose stems
    or lemmas it names, or the cues of the lexicon of its entry or class. Terms about the shape of the sentence belong to no
    word.
    """
    words = words_of(pair.text)
    actor, target = token_span(words, *pair.actor), token_span(words, *pair.target)
    reading = read_sentence(pair.text, actor, target)
    inside = {*range(*actor), *range(*target)}
    stems = [stem(w) for w in words.lower]
    named = _named(reading)
    weights = [0.0] * len(stems)
    for group, term, contribution in terms:
        if group == "ngrams":
            wanted = set(term.split("_"))
            hits = [i for i, s in enumerate(stems) if s in wanted]
        elif group in ("roles", "arguments", "governors", "frames", "paths"):
            parts = (_STEPS if group == "paths" else _PARTS).split(term)
            hits = sorted({i for part in parts for i in named.get(part.rstrip("p!~"), ())})
        else:
            continue
        hits = [i for i in hits if i not in inside]
        for i in hits:
            weights[i] += contribution / len(hits)
    return [(s, e, w) for s, e, w in zip(words.starts, words.ends, weights, strict=True) if w]


_PARTS = re.compile(r"[|:]=?")
_STEPS = re.compile(r"[|:_<>\[\]]+k?")


def _named(reading: Reading) -> dict[str, list[int]]:
    """The tokens that a term of the lexicon or of grammar may mean by each of its parts: lemmas, entries, classes."""
    out: dict[str, list[int]] = {}
    for i, lemma in enumerate(reading.lemmas):
        if lemma.isalpha():
            out.setdefault(lemma, []).append(i)
    for cue in reading.cues:
        stance = f"not_{cue.stance}" if cue.negated and cue.stance != "neutral" else cue.stance
        for name in (cue.entry, stance, f"{cue.stance}.{cue.frame}"):
            out.setdefault(name, []).extend(range(cue.start, cue.end))
    return out


def deciding_words(scorer: Scorer, pair: Pair, most: int = 5) -> list[tuple[int, int, float]]:
    """The words of the pair's text that spoke most for its stance: (start, end, weight), in order of the text."""
    return weightiest_words(pair, explain_pairs(scorer, [pair], [0]), most)


def weightiest_words(pair: Pair, rows: Sequence[tuple[Any, ...]], most: int = 5) -> list[tuple[int, int, float]]:
    """`deciding_words` from the rows of an explanation that is there already."""
    shares = word_weights(pair, [(r[3], r[4], r[7]) for r in rows])
    weights = [(s, e, w) for s, e, w in shares if w > 0 and e - s > 1]  # no punctuation
    return sorted(sorted(weights, key=lambda w: -w[2])[:most])
