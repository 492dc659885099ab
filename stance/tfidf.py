"""The terms of many pairs as one matrix, and their TF-IDF: what training counts once and prediction looks up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from stance.features import GROUPS, term_groups, terms_of, uncollected
from stance.pairs import Pair
from stance.workers import in_processes

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_MANY = 10_000  # pairs from which on other processes are worth their start

_PIECE = 1500  # pairs: few enough to keep two processes busy to the end

_Coded = dict[str, tuple[list[str], np.ndarray, np.ndarray]]
"""group -> (its terms, the numbers of those that stand in each pair, one pair after the other; how many in each)"""


@dataclass(frozen=True)
class Incidence:
    """Which terms stand in which pairs.

    Parameters
    ----------
    terms : group -> its terms, sorted; the columns of `matrix` are those of one group after the other
    matrix : float32 CSR (n_pairs, n_terms), 1 where a term stands in a pair, column numbers ascending in each row
    """

    terms: dict[str, list[str]]
    matrix: csr_matrix

    def rows(self, which: np.ndarray) -> Incidence:
        """Some of the pairs."""
        return Incidence(self.terms, self.matrix[which])

    def common(self, min_df: int) -> np.ndarray:
        """The columns of terms that stand in at least `min_df` pairs."""
        return np.flatnonzero(self.document_frequencies() >= min_df)

    def columns(self, which: np.ndarray) -> Incidence:
        """Some of the terms, by ascending column."""
        ends = np.searchsorted(which, np.cumsum([len(terms) for terms in self.terms.values()]))
        kept, start, base = {}, 0, 0
        for (group, terms), end in zip(self.terms.items(), ends, strict=True):
            kept[group] = [terms[i] for i in (which[start:end] - base).tolist()]
            start, base = end, base + len(terms)
        return Incidence(kept, self.matrix[:, which])

    def document_frequencies(self) -> np.ndarray:
        """In how many pairs each term stands, int64 (n_terms,)."""
        return np.bincount(self.matrix.indices, minlength=self.matrix.shape[1])


def worth_processes(pairs: Sequence[Pair], syntax: str) -> bool:
    """Whether pairs are so many that all cores should read them; spaCy is not loaded once more in each process."""
    return not syntax and len(pairs) >= _MANY


def incidence(pairs: Sequence[Pair], syntax: str = "", min_df: int = 1) -> Incidence:
    """The terms of pairs, those that stand in at least `min_df` of them; many pairs are read on all cores."""
    # each pair is read once, and next to the others of its sentence, which is then read once too
    once = sorted(set(pairs), key=lambda pair: (pair.text, pair.actor, pair.target))
    pieces = [once[i : i + _PIECE] for i in range(0, len(once), _PIECE)]
    if worth_processes(once, syntax):
        found = in_processes(_coded, pieces)
    else:
        found = [_coded(piece, syntax) for piece in pieces]
    number = {pair: i for i, pair in enumerate(once)}
    rows = np.array([number[pair] for pair in pairs], np.int32)
    return _merged(found, term_groups(syntax), rows, min_df)


@uncollected()
def _coded(pairs: Sequence[Pair], syntax: str = "") -> _Coded:
    groups = term_groups(syntax)
    flat: dict[str, list[str]] = {group: [] for group in groups}
    sizes: dict[str, list[int]] = {group: [] for group in groups}
    for terms in terms_of(pairs, syntax):
        for group, every in flat.items():
            found = set(terms[group])
            every += found
            sizes[group].append(len(found))
    return {group: (*_numbered(every), np.array(sizes[group], np.int32)) for group, every in flat.items()}


def _numbered(every: list[str]) -> tuple[list[str], np.ndarray]:
    """Terms in order of first appearance, and for each string the number of its term, int32."""
    first: dict[str, int] = {}
    places = np.fromiter(map(first.setdefault, every, count()), np.int32, len(every))  # where each term stands first
    opens = places == np.arange(len(every), dtype=np.int32)
    return list(first), (np.cumsum(opens, dtype=np.int32) - 1)[places]


@uncollected()
def _merged(pieces: Sequence[_Coded], groups: Sequence[str], rows: np.ndarray, min_df: int) -> Incidence:
    """One matrix of all pieces: its row i is the pair that was read as number `rows[i]`."""
    from scipy.sparse import csr_matrix, hstack

    times = np.bincount(rows)
    kept: dict[str, list[str]] = {}
    blocks = []
    for group in groups:
        found = [piece[group] for piece in pieces]
        terms, numbers = _numbered([term for listed, _, _ in found for term in listed])
        starts = np.cumsum([0, *(len(listed) for listed, _, _ in found)])
        column = np.concatenate([numbers[:0], *(numbers[start + codes] for start, (_, codes, _) in zip(starts, found, strict=False))])
        ends = np.cumsum(np.concatenate([[0], *(size for _, _, size in found)]))
        block = csr_matrix((np.ones(len(column), np.float32), column, ends), shape=(len(times), len(terms)))
        often = sorted(np.flatnonzero(block.T @ times >= min_df).tolist(), key=terms.__getitem__)
        kept[group] = [terms[i] for i in often]
        block = block[:, often]  # pairs keep their rows, without the terms that are too rare
        block.sort_indices()
        blocks.append(block)
    return Incidence(kept, csr_matrix(hstack(blocks, format="csr"))[rows])


def row_and_column(found: Incidence) -> tuple[np.ndarray, np.ndarray]:
    """Pair and term of each cell of the matrix, int64, rows and then columns ascending."""
    counts = np.diff(found.matrix.indptr)
    return np.repeat(np.arange(len(counts)), counts), found.matrix.indices.astype(np.int64)


def inverse_document_frequencies(found: Incidence) -> np.ndarray:
    """As scikit-learn's smoothed idf, 1 in groups where rarity does not count: float64 (n_terms,), rounded to float32.

    Rounded as the model file holds it, so that a model is trained on what it will be asked with.
    """
    smooth = np.log((1 + found.matrix.shape[0]) / (1 + found.document_frequencies())) + 1
    counts = np.repeat([GROUPS[group].idf for group in found.terms], [len(t) for t in found.terms.values()])
    return np.where(counts, smooth, 1.0).astype(np.float32).astype(np.float64)


def weigh(row: np.ndarray, column: np.ndarray, idf: np.ndarray, terms: Mapping[str, Sized]) -> np.ndarray:
    """TF-IDF of terms that stand in pairs, each group scaled to the length of its own weight, as in scikit-learn.

    Parameters
    ----------
    row, column : int (n,), the pairs and the numbers of their terms.
    idf : float64 (n_terms,). terms : group -> its terms, of which only the number counts.

    Returns
    -------
    float64 (n,)
    """
    group = np.repeat(np.arange(len(terms)), [len(t) for t in terms.values()])[column]
    block = row * len(terms)
    block += group
    value = idf[column]
    length = np.sqrt(np.bincount(block, value * value))
    value /= length[block]  # in place, here and above: to touch new memory takes longer than the arithmetic
    value *= np.array([GROUPS[name].weight for name in terms])[group]
    return np.asarray(value)
