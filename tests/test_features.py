"""From a pair to terms: every group, by role and never by name, for any text."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_model import arbitrary_pairs

from stance.evaluate import rename
from stance.features import GROUPS, build_pipeline, pair_terms, term_groups, terms_of
from stance.pairs import Pair, find_pair, frame_pairs


def terms(text: str, actor: str, target: str) -> dict[str, list[str]]:
    return pair_terms(find_pair(text, actor, target))


@settings(max_examples=60, deadline=None)
@given(arbitrary_pairs())
def test_any_text_gives_terms_of_every_group(pair: Pair) -> None:
    found = pair_terms(pair)
    assert set(found) == set(term_groups(""))
    assert all(isinstance(t, str) and t for terms in found.values() for t in terms)
    assert found["roles"]  # there is always something to say
    assert pair_terms(pair) == found


def test_who_holds_and_who_receives_is_told_apart() -> None:
    text = "Hungary condemned Russia on Monday."
    one, two = terms(text, "Hungary", "Russia"), terms(text, "Russia", "Hungary")
    for group in ("ngrams", "roles", "paths"):
        assert set(one[group]) != set(two[group]), group


# (a sentence, another that means something else for the same pair): some term tells them apart
CONTRASTS = [
    ("Hungary condemned Russia.", "Hungary praised Russia."),
    ("Hungary backed Russia.", "Hungary refused to back Russia."),
    ("Hungary criticised Russia.", "Hungary was criticised by Russia."),
    ("Hungary attacked Peru, and Russia left.", "Peru left, and Hungary attacked Russia."),
]


@pytest.mark.parametrize(("one", "two"), CONTRASTS)
def test_the_words_of_the_lexicon_count_by_role(one: str, two: str) -> None:
    first, second = terms(one, "Hungary", "Russia"), terms(two, "Hungary", "Russia")
    assert set(first["roles"]) != set(second["roles"])
    assert set(first["arguments"]) != set(second["arguments"])


_NAMES = st.sampled_from(["Peru", "Chad", "Condemn", "Support", "Zzyx", "Ally", "Critic"])
FRAMES = [
    "On Monday {} condemned {} again.",
    "The leaders of {} and {} met.",
    "In the end {} was praised by {}, and not by Oslo.",
    "Critics of {} say that {} failed to support it.",
]


@given(_NAMES, _NAMES, st.sampled_from(FRAMES), st.booleans())
def test_no_term_depends_on_a_name(one: str, two: str, frame: str, turned: bool) -> None:
    """Not even where the name is a word of the lexicon."""
    if one == two:
        return
    plain = find_pair(frame.format("Qaaaa", "Qbbbb"), "Qaaaa", "Qbbbb")
    if turned:
        plain = Pair(plain.text, plain.target, plain.actor)
        one, two = two, one
    assert pair_terms(rename(plain, one, two)) == pair_terms(plain)


def test_names_of_others_are_masked() -> None:
    def all_terms(other: str) -> list[str]:
        found = terms(f"On Monday Hungary and {other} condemned Russia.", "Hungary", "Russia")
        return [t for group in found.values() for t in group]

    assert all_terms("Peru") == all_terms("Chad")
    assert not any("hung" in t.lower() or "russ" in t.lower() or "peru" in t.lower() for t in all_terms("Peru"))


def test_groups_are_the_steps_of_the_pipeline(labeled: pd.DataFrame) -> None:
    pipeline = build_pipeline(C=1.0, min_df=1, class_weight=None)
    union = pipeline.named_steps["tfidf"]
    assert [name for name, _ in union.transformer_list] == term_groups("")
    assert union.transformer_weights == {name: GROUPS[name].weight for name in term_groups("")}
    pairs = frame_pairs(labeled)
    matrix = pipeline[:-1].fit_transform(pairs)
    # each group that a pair has terms of is as long as its weight
    start = 0
    for name, vectorizer in union.transformer_list:
        end = start + len(vectorizer.vocabulary_)
        length = np.sqrt(np.asarray(matrix[:, start:end].multiply(matrix[:, start:end]).sum(axis=1)).ravel())
        has = np.array([bool(t[name]) for t in terms_of(pairs)])
        np.testing.assert_allclose(length[has], GROUPS[name].weight)
        start = end
    assert start == matrix.shape[1]
