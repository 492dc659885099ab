"""From a pair to terms, and the unfitted TF-IDF + logistic-regression pipeline: the file that a scientist edits.

`pair_terms` is the one function from a pair to terms. Training and prediction both go through it, and so do explanations.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from stance.pairs import Pair

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

GROUPS = {"ngrams": 1.0, "zones": 1.0, "windows": 1.0, "shape": 0.5}
"""The groups of terms and their weights; each has a TfidfVectorizer of its own."""

_TOKEN = re.compile(r"\w+(?:[-'’]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a sentence: what is done once, however many pairs the sentence holds."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    stems: tuple[str, ...]


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """A light suffix stripper: enough to bring "condemns", "condemned" and "condemnation" together."""
    if len(word) <= 4:
        return word[:-1] if len(word) == 4 and word[-1] == "s" != word[-2] else word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            base = word[: -len(suffix)]
            if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "ls":
                base = base[:-1]
            return base
    return word


_SUFFIXES = (
    *("ations", "ation", "ings", "ing", "ments", "ment", "edly", "ers", "er", "ies", "ied", "ed", "es", "ions", "ion"),
    *("ives", "ive", "als", "al", "ly", "s", "e", "y"),
)


@lru_cache(maxsize=4096)
def tokens_of(text: str) -> Tokens:
    """Tokenize once per sentence; names are masked as E, numbers as 0."""
    starts, ends, stems = [], [], []
    previous = "."
    for match in _TOKEN.finditer(text):
        word = match.group()
        if word[0].isupper() and previous not in '.“”"':
            form = "E"
        elif word[0].isdigit():
            form = "0"
        else:
            form = stem(word.lower().replace("’", "'"))
        starts.append(match.start())
        ends.append(match.end())
        stems.append(form)
        previous = word
    return Tokens(tuple(starts), tuple(ends), tuple(stems))


def _masked(pair: Pair) -> tuple[list[str], int, int]:
    """The sentence as stems with the two mentions as A and T and runs of names as one E; where A and T stand."""
    tokens = tokens_of(pair.text)
    words: list[str] = []
    actor = target = -1
    for start, end, word in zip(tokens.starts, tokens.ends, tokens.stems, strict=True):
        if start < pair.actor[1] and end > pair.actor[0]:
            if actor >= 0:
                continue
            actor, word = len(words), "A"
        elif start < pair.target[1] and end > pair.target[0]:
            if target >= 0:
                continue
            target, word = len(words), "T"
        elif word == "E" and words and words[-1] == "E":
            continue
        words.append(word)
    return words, actor, target


def pair_terms(pair: Pair) -> dict[str, list[str]]:
    """The terms of a pair, by group."""
    words, actor, target = _masked(pair)
    low, high = min(actor, target), max(actor, target)
    order = "AT" if actor < target else "TA"
    ngrams = words + [f"{a}_{b}" for a, b in zip(words, words[1:])]
    ngrams += [f"{a}_{b}_{c}" for a, b, c in zip(words, words[1:], words[2:])]
    zones = []
    for name, left, right in (("before", 0, low), ("between", low + 1, high), ("after", high + 1, len(words))):
        part = words[left:right]
        zones += [f"{order}:{name}:{w}" for w in part]
        zones += [f"{order}:{name}:{a}_{b}" for a, b in zip(part, part[1:])]
    windows = []
    for role, at in (("A", actor), ("T", target)):
        for distance in range(1, 5):
            if at - distance >= 0:
                windows.append(f"{order}:{role}-:{words[at - distance]}")
            if at + distance < len(words):
                windows.append(f"{order}:{role}+:{words[at + distance]}")
    shape = [order, f"{order}:distance{min(8, (high - low).bit_length())}", f"{order}:names{words[low:high].count('E')}"]
    return {"ngrams": ngrams, "zones": zones, "windows": windows, "shape": shape}


def terms_of(pairs: Iterable[Pair]) -> list[dict[str, list[str]]]:
    """The terms of each pair: the pipeline's first step."""
    return [pair_terms(pair) for pair in pairs]


def build_pipeline(C: float, min_df: int, class_weight: Any) -> Pipeline:
    """The unfitted scikit-learn pipeline: pairs to terms, a TF-IDF per group of terms, logistic regression."""
    from operator import itemgetter

    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import FeatureUnion, Pipeline
    from sklearn.preprocessing import FunctionTransformer

    vectorizers = [(g, TfidfVectorizer(analyzer=itemgetter(g), min_df=min_df, binary=True)) for g in GROUPS]
    regression = LogisticRegression(C=C, class_weight=class_weight, solver="newton-cg", tol=1e-3, max_iter=500)
    return Pipeline(
        [
            ("terms", FunctionTransformer(terms_of)),
            ("tfidf", FeatureUnion(vectorizers, transformer_weights=dict(GROUPS))),
            ("regression", regression),
        ]
    )
