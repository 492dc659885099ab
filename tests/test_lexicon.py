"""The lexicon: its rows are well formed, and its words are met in every form."""

from __future__ import annotations

from collections import Counter

import pytest

from stance.grammar import read
from stance.lexicon import comparatives, entries, verb_forms


def test_rows_are_well_formed_and_no_entry_stands_twice() -> None:
    for e in entries():
        assert e.entry == e.entry.strip().lower() and e.entry
        assert e.pos in ("verb", "noun", "adj", "phrase"), e
        assert e.stance in ("favor", "against", "neutral"), e
        assert e.frame in ("subj", "obj", "both", "eval", "fate", "speech", "shift", "hedge"), e
        assert e.strength in (1, 2, 3), e
    assert [e for e, n in Counter((e.entry, e.pos) for e in entries()).items() if n > 1] == []
    assert len(entries()) >= 2000


FORMS = [
    ("mislead", "misled"),
    ("rewrite", "rewritten"),
    ("acquit", "acquitted"),
    ("mimic", "mimicking"),
    ("snub", "snubbed"),
    ("deny", "denies"),
]


@pytest.mark.parametrize(("verb", "form"), FORMS)
def test_verbs_are_met_in_their_forms(verb: str, form: str) -> None:
    assert form in verb_forms(verb)


COMPARED = [
    ("harsh", ("harsher", "harshest")),
    ("bad", ("worse", "worst")),
    ("nasty", ("nastier", "nastiest")),
    ("just", ()),
    ("biased", ()),
    ("outrageous", ()),
]


@pytest.mark.parametrize(("adjective", "forms"), COMPARED)
def test_short_adjectives_are_compared(adjective: str, forms: tuple[str, ...]) -> None:
    assert comparatives(adjective) == forms


# (a sentence, the entries of the lexicon that stand in it)
CUES = [
    ("Oslo misled Boston.", ["mislead/verb"]),
    ("That was the worst day.", ["bad/adj"]),
    ("A critique of Oslo came on Monday.", ["critique/noun"]),
    ("Kelly shrugged at Boston’s attacks.", ["attack/noun"]),
    ("Boston attacks Oslo.", ["attack/verb"]),
    ("The tax fell.", []),
]


@pytest.mark.parametrize(("text", "cues"), CUES)
def test_cues_of_a_sentence(text: str, cues: list[str]) -> None:
    assert [f"{c.entry}/{c.pos}" for c in read(text, ()).cues] == cues
