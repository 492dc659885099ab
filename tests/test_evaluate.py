"""Scores, intervals, calibration, coverage and the audit of names: by hand where a hand can, and through the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance import InputError, StanceModel, cross_validate, evaluate_model
from stance.evaluate import (
    audit_names,
    bootstrap,
    calibration_error,
    calibration_offsets,
    evaluate_probabilities,
    folds_of,
    groups_of,
    name_shape,
    rename,
    score,
)
from stance.pairs import OFFSETS, STANCES, Pair

A, F, N = STANCES


@pytest.fixture(scope="module")
def model(part_model: Path) -> StanceModel:
    return StanceModel.load(part_model)


@pytest.fixture(scope="module")
def others(part_of_labeled: pd.DataFrame) -> pd.DataFrame:
    """Pairs of a theme that the model was not trained on."""
    from conftest import LABELED

    from stance import read_labeled
    from stance.pairs import labeled_files

    frame = read_labeled(labeled_files(LABELED)[3])[:250]
    assert not set(frame["doc_id"]) & set(part_of_labeled["doc_id"])
    return frame


# ---------------------------------------------------------------------------------------------- scores


def test_scores_by_hand() -> None:
    found = score([A, A, F, N, N, N], [A, N, N, N, N, F])
    assert found.classes[A] == pytest.approx(found.classes[A].__class__(1.0, 0.5, 2 / 3, 2))
    assert (found.classes[F].f1, found.classes[F].support) == (0.0, 1)
    assert found.classes[N].precision == pytest.approx(0.5) and found.classes[N].recall == pytest.approx(2 / 3)
    assert found.macro.f1 == pytest.approx((2 / 3 + 0 + 4 / 7) / 3) and found.accuracy == pytest.approx(0.5)
    assert (found.baseline_stance, found.baseline_accuracy) == (N, 0.5)
    assert found.baseline_macro_f1 == pytest.approx(2 / 9)
    assert set(score([A, A], [A, A]).classes) == {A}  # a stance that nobody names is not averaged in
    with pytest.raises(InputError, match="no pairs"):
        score([], [])


CALIBRATIONS = [
    ([0.95, 0.95], [True, True], 0.05),
    ([0.95, 0.95], [True, False], 0.45),
    ([0.55, 0.95], [True, False], (0.45 + 0.95) / 2),
    ([0.5, 0.5, 0.5, 0.5], [True, False, True, False], 0.0),
    ([1.0], [True], 0.0),
    # in one bin, what is too high evens out what is too low
    ([0.94, 0.98], [True, True], 0.04),
]


@pytest.mark.parametrize(("top", "right", "expected"), CALIBRATIONS)
def test_calibration_error_by_hand(top: list[float], right: list[bool], expected: float) -> None:
    assert calibration_error(np.array(top), np.array(right)) == pytest.approx(expected)


def table(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["doc_id", "stance", "target", "phenomenon"]).assign(
        text=[f"Text {i}." for i in range(len(rows))]
    )


HAND = table(("1", A, "S", "irony"), ("1", A, "T", "irony|nested"), ("2", F, "S", ""), ("3", N, "S", "nested "))
HAND_P = np.array([[0.8, 0.1, 0.1], [0.3, 0.2, 0.5], [0.1, 0.6, 0.3], [0.05, 0.05, 0.9]])


def test_parts_and_coverage_by_hand() -> None:
    found = evaluate_probabilities(HAND, HAND_P)
    assert found.accuracy == 0.75 and found.answered == 1.0
    assert {t: (p.macro.support, p.accuracy) for t, p in found.targets.items()} == {"S": (3, 1.0), "T": (1, 0.0)}
    assert list(found.targets) == ["S", "T"]
    assert {t: (p.macro.support, p.accuracy) for t, p in found.phenomena.items()} == {
        "irony": (2, 0.5),
        "nested": (2, 0.5),
    }
    assert [(c.min_confidence, c.coverage, c.accuracy) for c in found.coverage] == [
        (0.0, 1.0, 0.75),
        (0.4, 1.0, 0.75),
        (0.5, 1.0, 0.75),
        (0.6, 0.75, 1.0),
        (0.7, 0.5, 1.0),
        (0.8, 0.5, 1.0),
        (0.9, 0.25, 1.0),
    ]
    assert found.calibration_error == pytest.approx((0.2 + 0.5 + 0.4 + 0.1) / 4)
    data = json.loads(json.dumps(found.as_dict()))
    assert data["phenomena"]["irony"]["macro"]["support"] == 2 and len(data["intervals"]["macro"]) == 2


def test_abstaining_leaves_the_rest_to_score() -> None:
    found = evaluate_probabilities(HAND, HAND_P, 0.6)
    assert found.accuracy == 1.0 and found.answered == 0.75 and found.macro.support == 3
    assert "T" not in found.targets and found.coverage[0].coverage == 1.0
    assert found.calibration_error == evaluate_probabilities(HAND, HAND_P).calibration_error
    with pytest.raises(InputError, match=r"no pair reaches a confidence of 0\.95; the highest is 0\.900"):
        evaluate_probabilities(HAND, HAND_P, 0.95)
    assert evaluate_probabilities(HAND.drop(columns="phenomenon"), HAND_P).phenomena == {}
    with pytest.raises(InputError, match="no pairs"):
        evaluate_probabilities(HAND.iloc[:0], HAND_P[:0])


# ---------------------------------------------------------------------------------------------- intervals and splits


def test_intervals_hold_the_score_and_narrow_with_documents() -> None:
    rng = np.random.default_rng(3)
    truth = rng.choice(STANCES, 400)
    best = np.where(rng.random(400) < 0.7, truth, rng.choice(STANCES, 400))
    every, first = np.ones(400, dtype=bool), np.arange(400) < 40
    whole, part = bootstrap(truth, best, np.arange(400), [every, first])
    for found, rows in ((whole, every), (part, first)):
        exact = score(truth[rows], best[rows])
        for name, value in [(s, c.f1) for s, c in exact.classes.items()] + [("macro", exact.macro.f1)]:
            assert found[name][0] < value < found[name][1]
        assert found["accuracy"][0] < exact.accuracy < found["accuracy"][1]
    width = {name: part[name][1] - part[name][0] for name in ("macro", "accuracy")}
    assert all(whole[name][1] - whole[name][0] < 0.6 * w for name, w in width.items())
    # the spread of a share of 400 is known
    low, high = whole["accuracy"]
    share = float((truth == best).mean())
    assert (high - low) == pytest.approx(2 * 1.96 * (share * (1 - share) / 400) ** 0.5, rel=0.15)
    assert bootstrap(truth, best, np.arange(400), [every]) == [whole]  # the same each time


def test_documents_are_drawn_and_not_rows() -> None:
    rng = np.random.default_rng(4)
    truth = rng.choice(STANCES, 60)
    best = np.where(rng.random(60) < 0.7, truth, rng.choice(STANCES, 60))
    rows = np.ones(60, dtype=bool)
    (once,) = bootstrap(truth, best, np.arange(60), [rows])
    # ten copies of every row in one document each are no more evidence
    (copies,) = bootstrap(np.repeat(truth, 10), np.repeat(best, 10), np.repeat(np.arange(60), 10), [np.repeat(rows, 10)])
    assert copies == once
    (apart,) = bootstrap(np.repeat(truth, 10), np.repeat(best, 10), np.arange(600), [np.repeat(rows, 10)])
    assert apart["macro"][1] - apart["macro"][0] < 0.5 * (once["macro"][1] - once["macro"][0])


def test_rows_that_share_a_document_or_a_text_share_a_group() -> None:
    frame = pd.DataFrame({"doc_id": ["a", "a", "b", "c", "d"], "text": ["s", "t", "t", "u", "s"]})
    assert groups_of(frame).tolist() == [0, 0, 0, 1, 0]


def test_folds_split_no_document(part_of_labeled: pd.DataFrame) -> None:
    groups = groups_of(part_of_labeled)
    tested: list[int] = []
    for train, test in folds_of(part_of_labeled, 4):
        assert not set(groups[train]) & set(groups[test])
        tested += test.tolist()
    assert sorted(tested) == list(range(len(part_of_labeled)))
    with pytest.raises(InputError, match="2 documents cannot be split into 3 folds"):
        next(folds_of(pd.DataFrame({"doc_id": ["a", "b"], "text": ["s", "t"]}), 3))


def test_cross_validation_scores_every_row_once(labeled: pd.DataFrame) -> None:
    frame = labeled.assign(doc_id=[str(i // 6) for i in range(len(labeled))])
    frame["text"] = [f"{t[:-1]} ({i // 6})." for i, t in enumerate(frame["text"])]
    steps: list[int] = []
    model = StanceModel(C=3.0)
    scores, p = cross_validate(frame, model, 3, steps.append)
    assert steps == [1, 1, 1] and p.shape == (18, 3) and not hasattr(model, "scorer_")
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)
    assert scores.macro.support == 18 and scores.intervals["macro"][0] <= scores.macro.f1 <= scores.intervals["macro"][1]


# ---------------------------------------------------------------------------------------------- who is named

SHAPES = [
    ("Ada Obi", "X X"),
    ("the Ministry of Ports", "the X x X"),
    ("U.N.", "X.X."),
    ("Obi's 3 men", "X'x 0 x"),
    ("Anglo-Irish", "X-X"),
    ("İzmir", "X"),
    ("élan", "x"),
]


@pytest.mark.parametrize(("name", "shape"), SHAPES)
def test_name_shape(name: str, shape: str) -> None:
    assert name_shape(name) == shape


RENAMED = [
    (("Oslo met Rome.", (0, 4), (9, 13)), ("Geneva", "Ur"), "Geneva met Ur."),
    (("Oslo met Rome.", (9, 13), (0, 4)), ("Geneva", "Ur"), "Ur met Geneva."),
    # a name wherever it stands as a word of its own
    (("Oslo met Rome, and Oslo's men, not Oslonians, left.", (0, 4), (9, 13)), ("Ur", "Bari"), None),
    # words without capitals only where the pair has them
    (("Rome asked it whether it rains.", (0, 4), (11, 13)), ("Bari", "them"), "Bari asked them whether it rains."),
    # one name within the other
    (("New York sued York.", (0, 8), (14, 18)), ("Old Town", "Town"), "Old Town sued Town."),
]


@pytest.mark.parametrize(("pair", "names", "text"), RENAMED)
def test_rename(pair: tuple[str, tuple[int, int], tuple[int, int]], names: tuple[str, str], text: str | None) -> None:
    found = rename(Pair(*pair), *names)
    assert found.text == (text or "Ur met Bari, and Ur's men, not Oslonians, left.")
    assert (found.text[slice(*found.actor)], found.text[slice(*found.target)]) == names
    back = rename(found, pair[0][slice(*pair[1])], pair[0][slice(*pair[2])])
    assert back == Pair(*pair)


_NAMES = ("Peru", "Chad", "Ada Obi", "Lee Kim", "the plan", "the bill", "U.N.", "E.U.")


@given(st.sampled_from(_NAMES), st.sampled_from(_NAMES), st.data())
def test_names_of_one_shape_may_be_exchanged(model: StanceModel, actor: str, target: str, data: st.DataObject) -> None:
    if actor == target:
        return
    verb, tail = data.draw(st.sampled_from(["backs", "was condemned by", "never praised", "and others met"])), "on Monday"
    text = f"Reporters say {actor} {verb} {target} {tail}."
    pair = Pair(text, (14, 14 + len(actor)), (text.index(target + " " + tail), text.index(" " + tail)))
    new = [data.draw(st.sampled_from([n for n in _NAMES if name_shape(n) == name_shape(m)])) for m in (actor, target)]
    if new[0] == new[1]:
        return
    other = rename(pair, *new)
    np.testing.assert_array_equal(model.scorer_.log_odds([other]), model.scorer_.log_odds([pair]))


def test_no_prediction_changes_with_the_names(model: StanceModel, others: pd.DataFrame) -> None:
    before = model.predict_pairs(others)
    audit = audit_names(others, model)
    assert set(audit) == {"masked", "swapped"}
    whole = score(others["stance"], before["stance"])
    for found in audit.values():
        assert found.renamed > 0.9 * len(others)
        assert found.changed == 0
        assert found.macro_f1 == pytest.approx(whole.macro.f1) and found.accuracy == pytest.approx(whole.accuracy)


class Gossip:
    """A model that goes by who is named, which an audit must bring to light."""

    def predict_pairs(self, frame: pd.DataFrame, prior: Any = None, min_confidence: float = 0.0) -> pd.DataFrame:
        against = frame["actor"].str.removeprefix("the ").str.lower().str.startswith(("a", "b", "c", "d")).to_numpy()
        p = np.where(against, 0.8, 0.1)
        return pd.DataFrame(
            {"stance": np.where(against, A, N), "p_favor": 0.1, "p_against": p, "p_neutral": 0.9 - p}, index=frame.index
        )


def test_an_audit_finds_a_model_that_goes_by_names(others: pd.DataFrame) -> None:
    found: Any = evaluate_model(others, Gossip(), audit=True)  # type: ignore[arg-type]
    assert found.audit["masked"].changed > 0.2 and found.audit["swapped"].changed > 0.2
    assert evaluate_model(others, Gossip()).audit == {}  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------- the command


def test_evaluate_prints_what_it_writes(
    others: pd.DataFrame, part_model: Path, model: StanceModel, tmp_path: Path, stance: Callable[..., Any]
) -> None:
    others.to_csv(tmp_path / "o.csv", index=False)
    out = tmp_path / "scores.json"
    ran = stance("evaluate", tmp_path / "o.csv", "-m", part_model, "-o", out, "--audit")
    assert ran.code == 0 and ran.err == ""
    found = evaluate_model(others, model, audit=True)
    assert json.loads(out.read_text()) == json.loads(json.dumps(found.as_dict()))
    for part in (
        "95 % interval",
        "accuracy",
        "baseline, always",
        f"calibration error {found.calibration_error:.3f}",
        f"{found.macro.f1:7.3f}  {found.intervals['macro'][0]:.3f} to {found.intervals['macro'][1]:.3f}",
        *(f"\n{name[:29]}" for name in (*found.targets, *found.phenomena)),
        "\nconfidence  coverage  accuracy  macro-F1\nany            1.000",
        "\nmasked",
        "0.00%",
    ):
        assert part in ran.out
    assert len(found.phenomena) > 5 and set(found.intervals) == {*STANCES, "macro", "accuracy"}


def test_evaluate_with_a_prior_and_a_least_confidence(
    others: pd.DataFrame, part_model: Path, model: StanceModel, tmp_path: Path, stance: Callable[..., Any]
) -> None:
    others.drop(columns="phenomenon").to_csv(tmp_path / "o.csv", index=False)
    prior = {"against": 0.1, "favor": 0.1, "neutral": 0.8}
    asked = ("evaluate", tmp_path / "o.csv", "-m", part_model, "--prior", "against=.1,favor=.1,neutral=.8")
    ran = stance(*asked)
    plain, given_prior = evaluate_model(others, model), evaluate_model(others, model, prior)
    assert f"calibration error {given_prior.calibration_error:.3f}" in ran.out
    assert plain.calibration_error != given_prior.calibration_error and "phenomenon" not in ran.out
    ran = stance(*asked, "--min-confidence", 0.7)
    sure = evaluate_model(others, model, prior, 0.7)
    assert ran.out.startswith(f"Of the {sure.answered:.1%} of pairs with a confidence of at least 0.7:")
    assert 0 < sure.answered < 1 and sure.accuracy > given_prior.accuracy
    assert sure.accuracy == next(c.accuracy for c in given_prior.coverage if c.min_confidence == 0.7)


def test_evaluate_refuses_what_it_cannot_do(
    others: pd.DataFrame, part_model: Path, tmp_path: Path, stance: Callable[..., Any]
) -> None:
    others[:20].to_csv(tmp_path / "o.csv", index=False)
    asked = ("evaluate", tmp_path / "o.csv", "-m", part_model)
    for options, message in [
        (("--min-confidence", 1), "no pair reaches a confidence of 1"),
        (("--min-confidence", 2), "min-confidence"),
        (("--prior", "favor=1"), "--prior favor=1: write against="),
        (("--statements", tmp_path / "o.csv", "--audit"), "--audit: is for a model's scores; leave it out"),
    ]:
        ran = stance(*asked, *options)
        assert ran.code == 2 and message in ran.err and ran.out == ""


def test_training_keeps_the_intervals(part_of_labeled: pd.DataFrame, tmp_path: Path, stance: Callable[..., Any]) -> None:
    from stance.storage import read_header

    part_of_labeled[:300].drop(columns=[*OFFSETS]).to_csv(tmp_path / "l.csv", index=False)
    ran = stance("train", tmp_path / "l.csv", "-o", tmp_path / "m.joblib", "--folds", 2)
    assert ran.code == 0, ran.err
    found = read_header(tmp_path / "m.joblib")["cross_validation"]
    low, high = found["intervals"]["macro"]
    assert low < found["macro"]["f1"] < high and f"{low:.3f} to {high:.3f}" in ran.out
    assert f"({low:.3f} to {high:.3f})" in (tmp_path / "m.md").read_text(encoding="utf-8")


def test_offsets_make_probabilities_out_of_fold_mean_what_they_say() -> None:
    truth = np.repeat(["against", "favor", "neutral"], [200, 100, 700])
    rng = np.random.default_rng(0)
    odds = rng.normal(0, 1, (1000, 3)) + 1.5 * (truth[:, None] == np.array(STANCES))
    odds[:, 2] += 1.0  # too much of neutral
    p = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
    prior = {"against": 0.2, "favor": 0.1, "neutral": 0.7}  # the shares themselves, so that every row weighs the same
    offsets = calibration_offsets(truth, p, prior)
    q = p * np.exp([offsets[s] for s in STANCES])
    q /= q.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(q.mean(axis=0), [prior[s] for s in STANCES], atol=1e-6)
    assert sum(offsets.values()) == pytest.approx(0, abs=1e-9) and offsets["neutral"] != 0
    two = calibration_offsets(np.where(truth == "favor", "neutral", truth), p, {"against": 0.2, "favor": 0, "neutral": 0.8})
    assert two["favor"] == 0


def test_a_given_prior_is_met_after_cross_validation(part_of_labeled: pd.DataFrame) -> None:
    few = part_of_labeled[:700]
    model = StanceModel().fit(few)
    _, p = cross_validate(few, model, 3)
    before = model.predict_pairs(few, model.prior_)
    without = model.predict_pairs(few)
    assert (before["stance"] == without["stance"]).all()  # the shares of training: as sure of less, and of the same
    shares = [f"p_{s}" for s in STANCES]
    assert (before[shares].max(axis=1) <= without[shares].max(axis=1) + 1e-6).all()
    model.offsets_ = calibration_offsets(few["stance"], p, model.prior_)
    after = model.predict_pairs(few, model.prior_)
    assert after["p_neutral"].mean() < before["p_neutral"].mean()  # out of fold, stances were too faint
    pd.testing.assert_frame_equal(without, model.predict_pairs(few))  # nothing moves without a prior
