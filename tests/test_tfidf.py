"""The matrix of terms: counted once, in one process or in several, and the same as scikit-learn's."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import joblib
import numpy as np
import pandas as pd
import pytest

from stance import InputError, StanceModel, tfidf
from stance.features import build_pipeline, term_groups, terms_of
from stance.model import FIRMER, label_weights
from stance.pairs import find_pair, frame_pairs
from stance.tfidf import Incidence, incidence


def cells(found: Incidence) -> list[set[tuple[str, str]]]:
    """(group, term) of each pair."""
    named = [(group, term) for group, terms in found.terms.items() for term in terms]
    return [{named[i] for i in row.indices} for row in found.matrix]


def test_each_pair_has_the_terms_that_it_has(labeled: pd.DataFrame) -> None:
    pairs = frame_pairs(labeled)
    found = incidence(pairs)
    assert cells(found) == [{(g, t) for g in terms for t in terms[g]} for terms in terms_of(pairs)]
    assert list(found.terms) == term_groups("")
    assert all(terms == sorted(set(terms)) for terms in found.terms.values())
    assert set(found.matrix.data) == {1.0} and found.matrix.has_sorted_indices


def test_rare_terms_go_and_pairs_stay(labeled: pd.DataFrame) -> None:
    pairs = frame_pairs(labeled[:6])
    every, common = incidence(pairs), incidence(pairs, min_df=3)
    often = every.document_frequencies() >= 3
    assert 0 < common.matrix.shape[1] == often.sum() < every.matrix.shape[1]
    assert cells(common) == cells(every.columns(every.common(3)))
    assert (common.document_frequencies() >= 3).all()
    assert cells(every.rows(np.array([4, 1]))) == [cells(every)[4], cells(every)[1]]


def test_a_pair_that_stands_twice_is_read_once_and_counts_twice() -> None:
    rows = [("Oslo met Rome.", "Oslo", "Rome"), ("Lima praised Oslo loudly.", "Lima", "Oslo"), ("Oslo met Rome.", "Rome", "Oslo")]
    one, other, reverse = (find_pair(*row) for row in rows)
    with patch("stance.tfidf.terms_of", wraps=terms_of) as read:
        found = incidence([one, other, reverse, one], min_df=2)
    assert sorted(pair.text for call in read.call_args_list for pair in call.args[0]) == sorted(row[0] for row in rows)
    first, second, back, again = cells(found)
    assert first == again and ("ngrams", "A_met") in first and ("ngrams", "T_met") not in back
    assert not any("loud" in term for _, term in second)


def test_pieces_read_by_several_processes_give_the_same(
    part_of_labeled: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = frame_pairs(part_of_labeled[:500])
    whole = incidence(pairs)
    monkeypatch.setattr(tfidf, "_MANY", 1)
    monkeypatch.setattr(tfidf, "_PIECE", 130)
    parts = incidence(pairs)
    assert parts.terms == whole.terms
    assert (parts.matrix != whole.matrix).nnz == 0


def test_many_pairs_are_scored_by_several_processes_alike(
    part_model: Path, part_of_labeled: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = StanceModel.load(part_model)
    frame = part_of_labeled[:301]
    alone = model.predict_pairs(frame)
    monkeypatch.setattr(tfidf, "_MANY", 301)
    with patch("joblib.Parallel", wraps=joblib.Parallel) as parallel:
        pd.testing.assert_frame_equal(model.predict_pairs(frame), alone, check_exact=True)
        parallel.assert_called_once()


def test_training_is_that_of_the_pipeline(part_of_labeled: pd.DataFrame) -> None:
    frame = part_of_labeled[:400]
    model = StanceModel(prior=None).fit(frame)
    pipeline = build_pipeline(C=model.C / FIRMER, min_df=model.min_df, class_weight=None).fit(frame_pairs(frame), frame["stance"])
    # then once more, each pair weighing what the first fit makes of its label
    regression = pipeline.named_steps["regression"].set_params(C=model.C, tol=5e-4, warm_start=True)
    weights = label_weights(pipeline.predict_proba(frame_pairs(frame)), regression.classes_, frame["stance"].to_numpy(str))
    regression.fit(pipeline[:-1].transform(frame_pairs(frame)), frame["stance"], sample_weight=weights)
    for (group, vectorizer), (name, ours) in zip(
        pipeline.named_steps["tfidf"].transformer_list, model.scorer_.vocabulary.items(), strict=True
    ):
        assert group == name and sorted(vectorizer.vocabulary_) == list(ours)
    np.testing.assert_allclose(
        pipeline.predict_proba(frame_pairs(frame)), model.pipeline_.predict_proba(frame_pairs(frame)), atol=1e-5
    )
    found = incidence(frame_pairs(frame), min_df=model.min_df)
    np.testing.assert_array_equal(model.scorer_.log_odds_of(found), model.scorer_.log_odds(frame_pairs(frame)))


def test_a_group_may_be_left_without_terms() -> None:
    rows = [("Oslo met Rome.", "favor"), ("Oslo met Rome.", "against"), ("Lima praised Oslo's plan loudly.", "neutral")]
    pairs = [find_pair(t, "Oslo", "Rome" if "Rome" in t else "Lima") for t, _ in rows]
    found = incidence(pairs)
    ngrams = np.arange(len(found.terms["ngrams"]))
    model = StanceModel(min_df=1, prior=None).fit_incidence(found.columns(ngrams), np.array([s for _, s in rows]))
    assert [len(v) for v in model.scorer_.vocabulary.values()] == [len(ngrams)] + [0] * (len(term_groups("")) - 1)
    np.testing.assert_allclose(model.pipeline_.decision_function(pairs), model.scorer_.log_odds(pairs), atol=1e-9)


def test_too_few_pairs_for_a_common_term(labeled: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no term stands in 50 of the 18 labelled pairs; give more, or lower min_df"):
        StanceModel(min_df=50).fit(labeled)
