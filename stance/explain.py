"""Why a stance: the exact contribution of every term, said in words, and the words of the sentence that weighed most."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.arguments import argued
from stance.features import terms_of
from stance.grammar import Reading, read_sentence, stem, token_span, words_of
from stance.pairs import STANCES, Pair
from stance.text import InputError

if TYPE_CHECKING:
    import pandas as pd

    from stance.model import Scorer, StanceModel

EXPLANATION_COLUMNS = ("row", "stance", "versus", "group", "term", "says", "value", "contribution", *STANCES)

_MARKS = {"A": "[actor]", "T": "[target]", "E": "[name]", "0": "[number]"}


def contributions(scorer: Scorer, pairs: Sequence[Pair]) -> list[list[tuple[str, str, float, np.ndarray]]]:
    """For each pair its terms as (group, term, TF-IDF value, contribution to each stance's log-odds, float64 (3,)).

    The first item is the intercept. The contributions of a pair add up to `scorer.log_odds`.
    """
    names = _names(scorer)
    rows, columns, values = scorer.matrix(terms_of(pairs, scorer.syntax))
    out = [[("intercept", "", 1.0, scorer.intercept.copy())] for _ in pairs]
    for row, column, value in zip(rows.tolist(), columns.tolist(), values.tolist(), strict=True):
        out[row].append((*names[column], value, value * scorer.coef[column]))
    return out


@lru_cache(maxsize=1)
def _names(scorer: Scorer) -> dict[int, tuple[str, str]]:
    """Column -> (group, term). Kept, because turning a vocabulary around takes longer than explaining a pair."""
    return {i: (group, term) for group, terms in scorer.vocabulary.items() for term, i in terms.items()}


def explain_pairs(
    scorer: Scorer, pairs: Sequence[Pair], index: Sequence[Any], told: np.ndarray | None = None
) -> list[tuple[Any, ...]]:
    """Rows of `EXPLANATION_COLUMNS`, the weightiest terms of each pair first; see `StanceModel.explain`.

    `told` is float (n_pairs, 3): the log-odds behind the stances that the user was told, where they are not the scorer's
    own, as under another prior. What they add goes to the row of the intercept, so that the sum stays exact.
    """
    out: list[tuple[Any, ...]] = []
    for i, (key, terms) in enumerate(zip(index, contributions(scorer, pairs), strict=True)):
        total = np.sum([t[3] for t in terms], axis=0)
        if told is not None:
            terms[0] = (*terms[0][:3], terms[0][3] + told[i] - total)
            total = told[i]
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


# ---------------------------------------------------------------------------------------------- terms in words

_HOLDERS = {"A": "the actor", "T": "the target", "E": "another name", "-": "nobody named"}
_ORDER = {"A": "actor", "T": "target", "c": "word"}
_NEAR = {"n": "close", "s": "with no name between", "f": "far"}
_PAUSE = {
    **{"00": "no pause between it and either", "11": "a pause between it and both"},
    **{"10": "a pause between it and the actor", "01": "a pause between it and the target"},
}
_FRAMES = {
    **{"subj": "its subject holds it", "obj": "its object holds it", "both": "held on both sides"},
    **{"eval": "a judgement", "fate": "what befalls someone", "speech": "a word of speech"},
}
_FLAGS = {"p": "passive", "!": "negated"}
_TAGS = {"V": "a verb", "N": "a noun", "O": "a noun", "J": "an adjective", "G": "an -ing form", "E": "another name"}


def describe(group: str, term: str) -> str:
    """A term in words.

    >>> describe("ngrams", "A_condemn")
    '[actor] condemn'
    >>> describe("roles", "against|AT|!")
    'against, held by the actor toward the target, negated'
    >>> describe("arguments", "against|Hv")
    'against, which the actor holds, of a deed that the target suffers from'
    >>> describe("arguments", "deed|-|v")
    'a deed spoken against that the target suffers from'
    >>> describe("paths", "A:nsubj:kagainst.subj")
    'the actor is subject under a word of being against'
    """
    group = group.removeprefix("parsed_")
    if group == "intercept":
        return "the share of each stance that is expected"
    if group == "ngrams":
        return " ".join(_MARKS.get(s, s) for s in term.split("_"))
    if group == "between":
        order = "actor and target" if term[0] == ">" else "target and actor"
        return f"{describe('ngrams', term[1:])}, between {order}"
    if group == "paths":
        return _way(term)
    if group in ("roles", "arguments"):
        head, *rest = term.split("|")
        if head.startswith("balance"):
            return f"all that the actor says of the target adds up to {head.removeprefix('balance')}"
        if head == "no_cue":
            return "no word for or against anything"
        if head == "deed":
            return f"a deed {_SIDES[rest[0]]} that the target {_IN_DEEDS[rest[1]]}"
        head = head if head.removeprefix("not_") in STANCES else f"'{head}'"
        say = _code if group == "roles" else _part
        return ", ".join([head.replace("not_", "negated "), *(say(r) for r in rest if r)])
    return term


def _code(code: str) -> str:
    """One part of a term about a cue, see `stance.features`."""
    if re.fullmatch(r"[ATE-]{2}", code):
        return f"held by {_HOLDERS[code[0]]} toward {_HOLDERS[code[1]]}"
    if re.fullmatch(r"[ATc]{3}", code):
        return "in the order " + "-".join(_ORDER[c] for c in code)
    if re.fullmatch(r"[nsf]{2}", code):
        return f"{_NEAR[code[0]]} to the actor, {_NEAR[code[1]]} to the target"
    if code in _PAUSE:
        return _PAUSE[code]
    if code in ("h", "r", "hr"):
        return " and ".join({"h": "held by the actor", "r": "received by the target"}[c] for c in code)
    if re.fullmatch(r"[p!]+", code):
        return " and ".join(_FLAGS[c] for c in code)
    return f"strength {code}" if code.isdigit() else _FRAMES.get(code, code)


def _part(code: str) -> str:
    """One part of a term about the arguments of a cue, see `stance.arguments.Roles`."""
    if re.fullmatch(r"[HhRrxsiq-]{2}", code):
        return f"which the actor {_ROLES[code[0]]} and the target {_ROLES[code[1]]}"
    if re.fullmatch(r"[HhRrxsiq-][bdevw]", code):
        return f"which the actor {_ROLES[code[0]]}, of a deed that the target {_IN_DEEDS[code[1]]}"
    return _code(code)


_ROLES = {
    **{"H": "holds", "h": "is linked to the holder of", "R": "is the object of", "r": "is linked to the object of"},
    **{"x": "hangs on", "s": "says", "i": "may hold as a pronoun", "q": "may be the object of as a pronoun"},
    "-": "has no part in",
}


_IN_DEEDS = {"b": "benefits from", "d": "does", "e": "does as a friend", "v": "suffers from", "w": "suffers as violence"}
_SIDES = {"+": "spoken for", "-": "spoken against", "0": "spoken of"}


def _way(term: str) -> str:
    """A term of the tree in words: the way from actor to target, a word on it, or what a mention hangs on.

    >>> _way("T:dobj>xcomp:want!")
    "the target is object of infinitive under 'want' (negated)"
    >>> _way("d:poss>agent|nsubjpass")
    'from the actor: owner of agent; from the target: passive subject'
    """
    kind, _, rest = term.partition(":")
    if kind in ("A", "T"):
        steps, _, word = rest.rpartition(":")
        where = f"the {_MENTION[kind]} is {_steps(steps)} under "
        if word.rstrip("!") in ("M", "kM"):
            return where + "the other mention"
        classed = word.startswith("k") and (word[1:].rstrip("!") in _TAGS or "." in word)
        return where + _word(word[1:] if classed else word)
    if kind == "b":
        return f"'{rest.rstrip('!')}' stands between actor and target" + " (negated)" * rest.endswith("!")
    top, *bare = rest.split("|") if kind == "l" else ("", *rest.split("|"))
    if len(bare) != 2:
        return "actor and target are far apart"
    up, down = (_steps(way.replace("<", ">")) or "right there" for way in bare)
    return f"from the actor: {up}; from the target: {down}" + (f"; both under {_word(top)}" if top else "")


def _steps(labels: str) -> str:
    """Labels of the tree, nearest first, in words."""
    named = (f"'{x[2:]}' phrase" if x.startswith("p.") else _LABELS.get(x, x) for x in labels.split(">") if x)
    return " of ".join(named)


_LABELS = {
    **{"nsubj": "subject", "nsubjpass": "passive subject", "dobj": "object", "pobj": "object", "attr": "predicate"},
    **{"agent": "agent", "poss": "owner", "amod": "modifier", "relcl": "relative clause", "acl": "modifying clause"},
    **{"xcomp": "infinitive", "ccomp": "clause", "advcl": "adverbial clause", "parataxis": "clause beside", "oprd": "predicate"},
    **{"pcomp": "clause after a preposition", "npadvmod": "adverbial", "dep": "part", "compound": "modifier", "prt": "particle"},
}
_MENTION = {"A": "actor", "T": "target"}


def _word(word: str) -> str:
    bare = word.rstrip("!")
    kind, _, frame = bare.partition(".")
    if frame:
        of = {"favor": "being for", "against": "being against"}.get(kind, frame)
        bare = "a neutral word" if of in _FRAMES and of != "speech" else f"a word of {of}"
    else:
        bare = _TAGS.get(bare, f"'{bare}'")
    return bare + " (negated)" * word.endswith("!")


# ---------------------------------------------------------------------------------------------- the words that decided


def term_words(pair: Pair, terms: Sequence[tuple[str, str]]) -> list[list[tuple[int, int]]]:
    """The words of the pair's text that made each (group, term): their spans, in code points.

    They are those whose stems or lemmas the term names, or the cues of the lexicon of its entry or class, but never the
    actor or the target. Terms about the shape of the sentence belong to no word.
    """
    words = words_of(pair.text)
    actor, target = token_span(words, *pair.actor), token_span(words, *pair.target)
    inside = {*range(*actor), *range(*target)}
    stems: dict[str, list[int]] = {}
    for i, form in enumerate(words.lower):
        stems.setdefault(stem(form), []).append(i)
    named = _named(read_sentence(pair.text, actor, target))
    out = []
    for group, term in ((g.removeprefix("parsed_"), t) for g, t in terms):
        hits: set[int] = set()
        if group in ("ngrams", "between"):
            grams = term if group == "ngrams" else term[1:]  # the sign before it says which mention comes first
            hits = {i for part in grams.split("_") for i in stems.get(part, ())}
        elif group in ("roles", "arguments", "paths"):
            parts = _STEPS.split(term) if group == "paths" else term.split("|")
            hits = {i for part in parts for i in named.get(part.rstrip("!"), ())}
        out.append([(words.starts[i], words.ends[i]) for i in sorted(hits - inside)])
    return out


_STEPS = re.compile(r"[|:<>]+k?")


def _named(reading: Reading) -> dict[str, list[int]]:
    """The tokens that a term of the lexicon or of grammar may mean by each of its parts: lemmas, entries, classes."""
    out: dict[str, list[int]] = {}
    for i, lemma in enumerate(reading.lemmas):
        if lemma.isalpha():
            out.setdefault(lemma, []).append(i)
    for cue in dict.fromkeys((*reading.cues, *map(argued, reading.cues))):
        stance = f"not_{cue.stance}" if cue.negated and cue.stance != "neutral" else cue.stance
        for name in (cue.entry, stance, f"{cue.stance}.{cue.frame}"):
            out.setdefault(name, []).extend(range(cue.start, cue.end))
    return out


def word_weights(pair: Pair, terms: Sequence[tuple[str, str, float]]) -> list[tuple[int, int, float]]:
    """How much each word of the pair's text weighs: (start, end, weight) of its words, in order of the text.

    `terms` holds (group, term, contribution). A term's contribution is shared by the words that made it.
    """
    weights: dict[tuple[int, int], float] = {}
    for (_, _, contribution), spans in zip(terms, term_words(pair, [t[:2] for t in terms]), strict=True):
        for span in spans:
            weights[span] = weights.get(span, 0.0) + contribution / len(spans)
    return [(s, e, w) for (s, e), w in sorted(weights.items()) if w]


def deciding_words(scorer: Scorer, pair: Pair, most: int = 5) -> list[tuple[int, int, float]]:
    """The words of the pair's text that spoke most for its stance: (start, end, weight), in order of the text."""
    return weightiest_words(pair, explain_pairs(scorer, [pair], [0]), most)


LEAST_SHARE = 0.2
"""A word that weighs less than this share of the weightiest did not decide."""


def weightiest_words(pair: Pair, rows: Sequence[tuple[Any, ...]], most: int = 5) -> list[tuple[int, int, float]]:
    """`deciding_words` from the rows of an explanation that is there already."""
    return _weightiest(pair, [(r[3], r[4], r[7]) for r in rows], most)


def words_for(
    scorer: Scorer, pairs: Sequence[Pair], told: np.ndarray, most: int = 5
) -> list[list[tuple[int, int, float]]]:
    """`deciding_words` of many pairs, for the stances that they were told to have: `told` as for `explain_pairs`."""
    out = []
    for pair, terms, odds in zip(pairs, contributions(scorer, pairs), told, strict=True):
        best, second = np.argsort(-odds, kind="stable")[:2]
        out.append(_weightiest(pair, [(group, term, w[best] - w[second]) for group, term, _, w in terms], most))
    return out


def _weightiest(pair: Pair, terms: Sequence[tuple[str, str, float]], most: int) -> list[tuple[int, int, float]]:
    shares = word_weights(pair, terms)
    weights = [(s, e, w) for s, e, w in shares if w > 0 and e - s > 1 and pair.text[s:e].lower() not in _IDLE]
    least = LEAST_SHARE * max((w for _, _, w in weights), default=0.0)
    return sorted(sorted((w for w in weights if w[2] >= least), key=lambda w: -w[2])[:most])


_IDLE = frozenset(
    ("the", "an", "this", "that", "these", "those", "it", "its", "of", "and", "be", "is", "are", "was", "were")
)
"""Words that stand beside everything: a pair of stems may weigh because of its other word."""


# ---------------------------------------------------------------------------------------------- documents


@dataclass(frozen=True)
class Explanation:
    """Why one statement has its stance: its terms by weight, and the words of its sentence that spoke for it.

    `words` holds (start, end, weight) into `sentence`, as do `actor_span` and `target_span`, None where that stands
    outside; `log_odds` is that of the stance against the next likeliest, the sum of the contributions in `terms`.
    """

    doc_id: str
    actor: str
    target: str
    sentence: str
    stance: str
    probability: float
    log_odds: float
    words: list[tuple[int, int, float]]
    actor_span: tuple[int, int] | None
    target_span: tuple[int, int] | None
    terms: pd.DataFrame

    @property
    def because(self) -> str:
        """The words that decided, neighbours as one phrase, the weightiest first, each once."""
        phrases: list[tuple[int, int, float]] = []
        for start, end, weight in self.words:
            if phrases and not self.sentence[phrases[-1][1] : start].strip():
                start, _, before = phrases.pop()
                weight += before
            phrases.append((start, end, weight))
        ordered = sorted(phrases, key=lambda w: -w[2])
        return ", ".join(dict.fromkeys(f"“{self.sentence[s:e]}”" for s, e, _ in ordered))


def explain_documents(
    model: StanceModel, documents: object, actor: str, target: str, entities: object = None
) -> list[Explanation]:
    """Explain every statement of documents that holds one actor's stance toward one target, as `predict` gives it.

    Either may be given by its name in the table that `predict` writes, or by an alias that only one entity has.

    Raises
    ------
    InputError
        where no statement has this actor and target, with pairs that there are, those with one of the two first.
    """
    import pandas as pd

    from stance.articles import bare
    from stance.entities import Catalogue, load_catalogue
    from stance.model import as_documents, document_pairs, probabilities

    catalogue = entities if isinstance(entities, Catalogue) else load_catalogue(entities)
    actor, target = (catalogue.owner(name) or name for name in (actor, target))
    names: set[tuple[str, str]] = set()
    out = []
    for document in as_documents(documents):
        stated = list(document_pairs(document, catalogue, model.scorer_.syntax))
        names.update((row[2], row[3]) for row, _ in stated)
        wanted = [i for i, (row, _) in enumerate(stated) if (row[2], row[3]) == (actor, target)]
        if not wanted:
            continue
        log_odds = model.document_log_odds([row for row, _ in stated], [pair for _, pair in stated])
        for i in wanted:
            row, pair = stated[i]
            told = log_odds[i : i + 1]
            rows = explain_pairs(model.scorer_, [pair], [0], told)
            terms = pd.DataFrame(rows, columns=list(EXPLANATION_COLUMNS))
            spans = term_words(pair, [(r[3], r[4]) for r in rows])
            terms = terms.assign(words=[" ".join(pair.text[s:e] for s, e in found) for found in spans])
            sentence, start = row[4], row[5]
            # a pair whose speaker or target stands elsewhere says that before its sentence; show what is in the text
            core = bare(sentence)
            before = pair.text.rfind(core) - sentence.find(core)
            words = [
                (s - before, e - before, w)
                for s, e, w in weightiest_words(pair, rows)
                if s >= before and e - before <= len(sentence)
            ]
            actor_span, target_span = (
                (a - start, b - start) if start <= a < b <= start + len(sentence) else None
                for a, b in (row[9:11], row[11:13])
            )
            stance = rows[0][1]
            probability = float(probabilities(told)[0, STANCES.index(stance)])
            odds = float(terms["contribution"].sum())
            what = (document.doc_id, actor, target, sentence, stance, probability, odds)
            out.append(Explanation(*what, words, actor_span, target_span, terms))
    if not out:
        nearest = sorted(names, key=lambda pair: (pair[0] != actor and pair[1] != target, pair))
        there = ", ".join(f"{a} > {t}" for a, t in nearest[:10]) or "none"
        there += f", and {len(nearest) - 10:,} more" if len(nearest) > 10 else ""
        raise InputError(f"no sentence brings {actor!r} and {target!r} together; pairs that there are: {there}")
    return out
