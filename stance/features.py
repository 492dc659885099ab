"""From a pair to terms, and the unfitted TF-IDF + logistic-regression pipeline: the file that a scientist edits.

`pair_terms` is the one function from a pair to terms. Training and prediction both go through it, and so do explanations.
The mentions are masked by their roles, A and T, and other names as E: no term depends on who is named.
"""

from __future__ import annotations

import gc
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from stance.arguments import Clauses, Roles, read_arguments, roles_of
from stance.grammar import Cue, Reading, Span, token_span, words_of
from stance.pairs import Pair
from stance.tree import Tree

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline


@dataclass(frozen=True)
class Group:
    """A group of terms: its weight, and whether the rarity of a term counts (idf)."""

    weight: float
    idf: bool


GROUPS = {
    "ngrams": Group(1.0, True),  # one or two stems in a row, anywhere
    "between": Group(0.8, True),  # those between the two mentions, by which of them comes first
    "roles": Group(1.0, False),  # who holds and who receives what each cue of the lexicon says, by what stands nearest
    "arguments": Group(1.2, False),  # the same by the tree of the sentence
    "paths": Group(1.5, True),  # the way through the tree from one mention to the other, and what is above each
    # with the extra `syntax`, the same two by spaCy's tree as well: two parsers err at different places
    "parsed_arguments": Group(1.0, False),
    "parsed_paths": Group(1.0, True),
}
"""The groups of terms; each has a TfidfVectorizer of its own, scaled to unit length and then by its weight."""


def term_groups(syntax: str) -> list[str]:
    """The groups of terms that pairs have: all with `syntax`, the name of a spaCy pipeline, else those without its tree."""
    return [name for name in GROUPS if syntax or not name.startswith("parsed_")]


_PAUSES = frozenset(
    (",", ";", ":", "but", "and", "that", "who", "which", "while", "because", "after", "as", '"', "“", "”")
)


@dataclass(slots=True)
class _Masked:
    """A sentence with each mention and each run of other names as one word."""

    words: list[str]  # lower-case forms
    stems: list[str]
    at: list[int]  # token -> position in `words`
    names: list[int]  # positions of the names, mentions among them
    actor: int
    target: int


def pair_terms(pair: Pair, syntax: str = "") -> dict[str, list[str]]:
    """The terms of a pair, by group; with `syntax`, the name of a spaCy pipeline, also from the tree that it gives."""
    words = words_of(pair.text)
    actor, target = token_span(words, *pair.actor), token_span(words, *pair.target)
    sentence = read_arguments(pair.text, actor, target)
    reading = sentence.reading
    masked = _mask(reading, actor, target)
    cues = [
        (cue, masked.at[cue.start], masked.at[cue.end - 1])
        for cue in reading.cues
        if masked.at[cue.start] not in (masked.actor, masked.target)
    ]
    terms = {
        "ngrams": _ngrams(masked.stems),
        "between": _between_terms(masked),
        "roles": _role_terms(masked, cues, _speakers(cues, masked.names)),
        "arguments": _argument_terms(roles_of(sentence, actor, target)),
        "paths": _path_terms(sentence.clauses, reading, actor, target),
    }
    if syntax:
        parsed = read_arguments(pair.text, actor, target, syntax)
        terms["parsed_arguments"] = _argument_terms(roles_of(parsed, actor, target))
        terms["parsed_paths"] = _path_terms(parsed.clauses, reading, actor, target)
    return terms


def _mask(reading: Reading, actor: Span, target: Span) -> _Masked:
    words: list[str] = []
    stems: list[str] = []
    at: list[int] = []
    names: list[int] = []
    last = ""
    position = {"A": -1, "T": -1}
    low, forms = reading.words.lower, reading.stems
    done = 0
    for i in (i for i, name in enumerate(reading.words.is_name) if name):
        if i > done:
            at += range(len(words), len(words) + i - done)
            words += low[done:i]
            stems += forms[done:i]
            last = ""
        mark = "A" if actor[0] <= i < actor[1] else "T" if target[0] <= i < target[1] else "E"
        if mark != last or (mark != "E" and position[mark] < 0):
            words.append(mark)
            stems.append(mark)
            names.append(len(words) - 1)
            if mark != "E":
                position[mark] = len(words) - 1
        at.append(len(words) - 1)
        last = mark
        done = i + 1
    at += range(len(words), len(words) + len(low) - done)
    words += low[done:]
    stems += forms[done:]
    a, t = position["A"], position["T"]
    # two mentions inside one token ("Anglo-Irish") share its place
    return _Masked(words, stems, at, names, max(a, t) if a < 0 else a, max(a, t) if t < 0 else t)


def _ngrams(stems: list[str]) -> list[str]:
    return stems + [f"{a}_{b}" for a, b in pairwise(stems)]


def _between_terms(masked: _Masked) -> list[str]:
    first, last = sorted((masked.actor, masked.target))
    side = ">" if masked.actor < masked.target else "<"
    inside = masked.stems[first + 1 : last]
    return [side + word for word in inside] + [f"{side}{a}_{b}" for a, b in pairwise(masked.stems[first : last + 1])]


def _speakers(cues: Sequence[tuple[Cue, int, int]], names: list[int]) -> set[int]:
    """Positions of the names next to verbs of speech."""
    out = set()
    for cue, start, _ in cues:
        if cue.frame == "speech" and cue.pos == "verb":
            k = bisect_left(names, start)
            before = names[k - 1] if k else None
            after = names[k] if k < len(names) else None
            if before is not None and start - before <= 4:
                out.add(before)
            elif after is not None and after - start <= 4:
                out.add(after)
            elif before is not None:
                out.add(before)
    return out


def _role_terms(masked: _Masked, cues: Sequence[tuple[Cue, int, int]], speakers: set[int]) -> list[str]:
    """Who holds and who receives what each cue says, by its frame and by what stands nearest."""
    actor, target, names = masked.actor, masked.target, masked.names
    pauses = [i for i, w in enumerate(masked.words) if w in _PAUSES]
    roles: list[str] = []
    balance = 0.0
    polar = False
    for cue, start, end in cues:
        stance = cue.stance
        polar = polar or stance != "neutral"
        if cue.frame in ("shift", "hedge"):
            continue
        if cue.negated and stance != "neutral":
            stance = "not_" + stance
        mark = ("p" if cue.passive else "") + ("!" if cue.negated else "")
        pattern = _pattern(actor, target, start)
        near = _nearness(actor, start, names, target) + _nearness(target, start, names, actor)
        holder, receiver = _holder_and_receiver(cue, start, end, masked.words, names, speakers)
        who = ("A" if holder == actor else "T" if holder == target else "-" if holder is None else "E") + (
            "A" if receiver == actor else "T" if receiver == target else "-" if receiver is None else "E"
        )
        apart = f"{_pause_between(pauses, actor, start)}{_pause_between(pauses, target, start)}"
        roles += (
            f"{stance}|{who}",
            f"{stance}|{who}|{cue.frame}|{cue.pos}|{mark}",
            f"{stance}|{who}|{cue.strength}|{apart}",
            f"{stance}|{pattern}|{near}",
            f"{stance}|{pattern}|{cue.frame}|{cue.pos}|{mark}",
        )
        if who in ("AT", "TA"):
            roles.append(f"{cue.entry}|{who}|{mark}")
        if receiver == target or holder == actor:
            roles.append(
                f"{stance}|{'h' if holder == actor else ''}{'r' if receiver == target else ''}|{cue.frame}|{near}"
            )
        if who == "AT":
            balance += {"favor": 1.0, "against": -1.0, "not_favor": -0.5, "not_against": 0.3}.get(
                stance, 0.0
            ) * cue.strength
    roles.append(f"balance{max(-4, min(4, int(balance)))}")
    if not polar:
        roles.append("no_cue")
    return roles


def _pattern(actor: int, target: int, cue: int) -> str:
    if cue < actor:
        return "cAT" if actor < target and cue < target else "TcA" if target < cue else "cTA"
    if cue < target:
        return "AcT"
    return "ATc" if actor < target else "TAc"


def _nearness(mention: int, cue: int, names: list[int], other: int) -> str:
    """n: within three words; s: no other name in between; f: farther."""
    if abs(mention - cue) <= 3:
        return "n"
    low, high = (mention, cue) if mention < cue else (cue, mention)
    between = bisect_left(names, high) - bisect_right(names, low) - (low < other < high)
    return "s" if between == 0 else "f"


def _pause_between(pauses: list[int], a: int, b: int) -> int:
    low, high = (a, b) if a < b else (b, a)
    return int(bisect_left(pauses, high) > bisect_right(pauses, low))


def _holder_and_receiver(
    cue: Cue, start: int, end: int, words: list[str], names: list[int], speakers: set[int]
) -> tuple[int | None, int | None]:
    """Positions of the names that the cue's frame makes holder and receiver, by voice and nearness."""
    k = bisect_left(names, start)
    before = names[k - 1] if k else None
    k = bisect_right(names, end)
    after = names[k] if k < len(names) else None
    by = None
    if cue.passive or cue.pos == "noun":
        for j in range(end + 1, min(len(words), end + 9)):
            if words[j] == "by":
                k = bisect_right(names, j)
                by = names[k] if k < len(names) and names[k] - j <= 6 else None
                break
    holder, receiver = before, after
    if cue.pos == "verb":
        if cue.passive:
            holder, receiver = by, before
    elif cue.pos == "noun":
        near = before if before is not None and start - before <= 4 else None
        holder = by if by is not None else before
        if cue.frame == "obj":
            return after, near
    if cue.frame == "obj":
        return receiver, holder
    if cue.frame == "eval":
        if cue.pos == "verb":
            receiver = before
        else:
            reach = 5 if cue.pos == "noun" else 4
            near_after = after is not None and (cue.pos == "noun" or after - start <= 4)
            receiver = before if before is not None and start - before <= reach else after if near_after else before
        return next((s for s in sorted(speakers) if s != receiver), None), receiver
    return holder, receiver


def _argument_terms(roles: Sequence[Roles]) -> list[str]:
    """What each mention is to each cue, see `Roles`; and the balance of what the actor holds toward the target."""
    terms: list[str] = []
    balance = 0.0
    for cue, actor, target in ((r.cue, r.actor, r.target) for r in roles):
        stance = ("not_" if cue.negated and cue.stance != "neutral" else "") + cue.stance
        leaning = _LEANING.get(stance, 0.0)
        who = actor + target
        terms += (f"{stance}|{who}", f"{stance}|{cue.frame}|{cue.pos}|{who}", f"{stance}|{who}|{cue.strength}")
        if target in "Rrqvwbde" or actor in "Hhs":
            terms.append(f"{cue.entry}|{'!' if cue.negated else ''}|{who}")
        if actor in "Hhs" and target in "vwbde":
            side = "+" if leaning > 0 else "-" if leaning < 0 else "0"
            terms.append(f"deed|{side}|{target}")
        certain = _HELD.get(actor, 0.0) * _RECEIVED.get(target, 0.0)
        balance += certain * cue.strength * leaning
    return [*terms, f"balance{max(-4, min(4, round(1.5 * balance)))}"]


_HELD = {"H": 1.0, "h": 0.7, "s": 0.5}
_RECEIVED = {"R": 1.0, "r": 0.7, "x": 0.4, "q": 0.3, "d": 0.7, "e": 0.7, "b": 0.7, "v": -0.7, "w": -0.1}
_LEANING = {"favor": 1.0, "against": -1.0, "not_favor": -0.6, "not_against": 0.2}


_THROUGH = frozenset(("conj", "appos", "compound", "pobj"))  # steps of a path that say nothing of their own
_LONG = 7


def _path_terms(clauses: Clauses, reading: Reading, actor: Span, target: Span) -> list[str]:
    """The way through the tree from actor to target, bare and with the word at its top; the words on it; what is above each."""
    tree = clauses.tree
    ways = [_to_root(tree, clauses.head_of(*span)) for span in (actor, target)]
    up, down, top = _between(*ways)
    inside = {*range(*actor), *range(*target)}

    def step(i: int) -> str:
        label = tree.labels[i]
        return f"p.{reading.words.lower[i]}" if label == "prep" else label

    def node(i: int, words: bool) -> str:
        cue = reading.cue_of[i]
        if cue is None:
            return reading.lemmas[i] if words else tree.tags[i]
        return (cue.entry if words else f"{cue.stance}.{cue.frame}") + ("!" if cue.negated else "")

    rising, falling = ([step(i) for i in way if tree.labels[i] not in _THROUGH] for way in (up, down))
    if len(rising) + len(falling) > _LONG:
        terms = ["long"]
    else:
        bare = f"{'>'.join(rising)}|{'<'.join(falling)}"
        terms = [f"d:{bare}", f"l:{node(top, True)}|{bare}"]
        terms += [f"b:{node(i, True)}" for i in (*up[1:], *down[1:], top) if i not in inside]
    for role, way in zip("AT", ways, strict=True):
        terms += _above(tree, step, node, role, way, inside)
    return terms


def _between(above_a: list[int], above_b: list[int]) -> tuple[list[int], list[int], int]:
    """The tokens of two ways up to, and without, the first that both have; and that one."""
    place = {token: k for k, token in enumerate(above_b)}
    for k, token in enumerate(above_a):
        if token in place:
            return above_a[:k], above_b[: place[token]], token
    return [], [], above_a[0]  # two trees in one text


def _to_root(tree: Tree, i: int) -> list[int]:
    out = [i]
    while tree.heads[i] != i:
        i = tree.heads[i]
        out.append(i)
    return out


def _above(
    tree: Tree,
    step: Callable[[int], str],
    node: Callable[[int, bool], str],
    role: str,
    above: list[int],
    inside: set[int],
) -> list[str]:
    """The three nearest words that a mention hangs on, with the steps to them; `above` is its way to the root."""
    out: list[str] = []
    steps: list[str] = []
    found = 0
    for i in above[:-1]:
        label, head = tree.labels[i], tree.heads[i]
        if label in ("conj", "appos", "compound"):
            continue
        steps.append(step(i))
        if label == "pobj":
            continue
        way = f"{role}:{'>'.join(steps)}"
        if head in inside:
            out.append(f"{way}:M")
        elif tree.labels[head] not in ("prep", "agent") and (tree.tags[head] != "P" or tree.labels[head] == "ccomp"):
            negated = "!" if tree.is_negated(head) else ""
            out += (f"{way}:{node(head, True)}{negated}", f"{way}:k{node(head, False)}{negated}")
            found += 1
        if found == 3:
            break
    return out


def terms_of(pairs: Iterable[Pair], syntax: str = "") -> Iterator[dict[str, list[str]]]:
    """The terms of each pair, see `pair_terms`."""
    pairs = iter(pairs)
    while chunk := list(islice(pairs, _PARSED_TOGETHER)):
        if syntax:
            from stance.syntax import parse

            parse((pair.text for pair in chunk), syntax)
        for pair in chunk:
            yield pair_terms(pair, syntax)


_PARSED_TOGETHER = 2000


def listed_terms(pairs: Iterable[Pair], syntax: str = "") -> list[dict[str, list[str]]]:
    """`terms_of` as the pipeline's first step."""
    with uncollected():
        return list(terms_of(pairs, syntax))


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the cyclic garbage collector, which would walk millions of strings again and again and find nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def build_pipeline(C: float, min_df: int, class_weight: Any, syntax: str = "") -> Pipeline:
    """The unfitted scikit-learn pipeline: pairs to terms, a TF-IDF per group of terms, logistic regression."""
    from operator import itemgetter

    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion, Pipeline
    from sklearn.preprocessing import FunctionTransformer

    vectorizers = [
        (name, TfidfVectorizer(analyzer=itemgetter(name), min_df=min_df, binary=True, use_idf=GROUPS[name].idf))
        for name in term_groups(syntax)
    ]
    return Pipeline(
        [
            ("terms", FunctionTransformer(listed_terms, kw_args={"syntax": syntax})),
            ("tfidf", FeatureUnion(vectorizers, transformer_weights={n: GROUPS[n].weight for n, _ in vectorizers})),
            ("regression", build_regression(C, class_weight)),
        ]
    )


def build_regression(C: float, class_weight: Any) -> LogisticRegression:
    """The unfitted logistic regression."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=C, class_weight=class_weight, solver="newton-cg", tol=5e-3, max_iter=500)
