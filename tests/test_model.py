"""The model: what it says of plain sentences, from Python and from the command line, and what scikit-learn expects."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from stance import InputError, StanceModel, aggregate_stances
from stance.batch import Sums
from stance.evaluate import cross_validate, evaluate_model
from stance.model import PRIOR, TEMPERATURE, Scorer, probabilities
from stance.pairs import STANCES, Pair, frame_pairs

P = ["p_favor", "p_against", "p_neutral"]

MEANINGS = [
    ("Hungary condemned Russia on Monday.", "Hungary", "Russia", "against"),
    ("Hungary condemned Russia on Monday.", "Russia", "Hungary", "neutral"),
    ("Kenya praised the African Union for its work.", "Kenya", "African Union", "favor"),
    ("Peru criticised Chile over the fishing ban.", "Peru", "Chile", "against"),
    ("Chile was criticised by Peru over the fishing ban.", "Peru", "Chile", "against"),
    ("Norway welcomed the decision of Sweden.", "Norway", "Sweden", "favor"),
    ("Spain rejects the demands of Portugal.", "Spain", "Portugal", "against"),
    ("Finland supports Estonia in the dispute.", "Finland", "Estonia", "favor"),
    ("Ghana accused Togo of breaking the deal.", "Ghana", "Togo", "against"),
    ("The road from Nepal to India is 300 kilometres long.", "Nepal", "India", "neutral"),
    ("Nepal opposes India on the treaty.", "Nepal", "India", "against"),
]
NAMES = sorted({name for _, *pair, _ in MEANINGS for name in pair})


@pytest.fixture(scope="module")
def model(part_model: Path) -> StanceModel:
    return StanceModel.load(part_model)


@pytest.fixture(scope="module")
def meanings() -> pd.DataFrame:
    return pd.DataFrame(MEANINGS, columns=["text", "actor", "target", "meant"])


# ---------------------------------------------------------------------------------------------- what it says


@pytest.mark.parametrize(("text", "actor", "target", "meant"), MEANINGS)
def test_stance_of_a_plain_sentence(model: StanceModel, text: str, actor: str, target: str, meant: str) -> None:
    found = model.predict_pairs(pd.DataFrame([{"text": text, "actor": actor, "target": target}]))
    assert found["stance"].tolist() == [meant], found.to_dict("records")


def test_the_command_line_says_the_same(
    tmp_path: Path, part_model: Path, model: StanceModel, meanings: pd.DataFrame, stance: Callable[..., Any]
) -> None:
    texts = list(dict.fromkeys(meanings["text"]))
    pd.DataFrame({"doc_id": [f"d{i}" for i in range(len(texts))], "text": texts}).to_csv(tmp_path / "in.csv", index=False)
    pd.DataFrame({"name": NAMES, "kind": "actor|target"}).to_csv(tmp_path / "e.csv", index=False)
    shares = ",".join(f"{k}={v}" for k, v in PRIOR.items())
    asked = ("predict", tmp_path / "in.csv", "-e", tmp_path / "e.csv", "-m", part_model, "--by", "statement")
    ran = stance(*asked, "--prior", shares)
    assert ran.code == 0, ran.err
    table = pd.read_csv(io.StringIO(ran.out)).set_index(["doc_id", "actor", "target"])
    # with a prior, the same numbers come out as for pairs
    alone = model.predict_pairs(meanings, PRIOR)
    for i, (text, actor, target, meant) in enumerate(MEANINGS):
        row = table.loc[(f"d{texts.index(text)}", actor, target)]
        assert row["stance"] == meant and row["evidence"] == text
        assert row[P].tolist() == pytest.approx(alone.loc[i, P].tolist(), abs=2e-6)


def test_who_is_named_does_not_matter(model: StanceModel, meanings: pd.DataFrame) -> None:
    """Names of one shape, as many words and capitals, may be exchanged: not even a probability changes."""
    expected = model.predict_pairs(meanings)[P].to_numpy()
    for one, two in (("Brazil", "Japan"), ("Acme", "Zorin"), ("Xxxxx", "Qqqqqq")):
        other = meanings.copy()
        for i, (text, actor, target, _) in enumerate(MEANINGS):
            if " " in actor + target:
                continue
            other.loc[i, "text"] = text.replace(actor, "\0").replace(target, two).replace("\0", one)
            other.loc[i, ["actor", "target"]] = [one, two]
        assert (other["text"] != meanings["text"]).sum() >= 10
        np.testing.assert_array_equal(model.predict_pairs(other)[P].to_numpy(), expected)


# ---------------------------------------------------------------------------------------------- tables in and out


def test_pairs_keep_their_index(model: StanceModel, meanings: pd.DataFrame) -> None:
    shuffled = meanings.sample(frac=1, random_state=1).set_index(pd.Index([f"r{i}" for i in range(len(meanings))]))
    found = model.predict_pairs(shuffled)
    assert found.index.equals(shuffled.index) and list(found.columns) == ["stance", *P]
    twice = pd.concat([meanings, meanings]).iloc[::-1]
    assert model.predict_pairs(twice).index.equals(twice.index)
    assert model.predict_pairs(meanings.iloc[:0]).shape == (0, 4)
    np.testing.assert_allclose(found[P].sum(axis=1), 1, atol=3e-6)
    assert ((found[P] > 0) & (found[P] < 1)).all(axis=None)


def test_a_prior_moves_what_is_likely(model: StanceModel, meanings: pd.DataFrame) -> None:
    plain = model.predict_pairs(meanings)
    same = model.predict_pairs(meanings, PRIOR)
    pd.testing.assert_series_equal(same["stance"], plain["stance"])  # as sure of less, and of the same
    odds = [t["p_against"] / t["p_neutral"] for t in (plain, same)]
    np.testing.assert_allclose(odds[0], odds[1] ** TEMPERATURE, rtol=0.01)
    few = model.predict_pairs(meanings, {"against": 0.05, "favor": 0.05, "neutral": 0.9})
    assert (few["p_neutral"] > same["p_neutral"]).all()
    # the odds move by the odds of the priors, whatever the sentence
    moved = few["p_against"] / few["p_neutral"] / odds[1]
    np.testing.assert_allclose(moved, (0.05 / 0.9) / (PRIOR["against"] / PRIOR["neutral"]), rtol=0.01)
    for wrong in ({"favor": 1.0}, {"against": 0, "favor": 1, "neutral": 1}):
        with pytest.raises(InputError, match="a prior gives a share"):
            model.predict_pairs(meanings, wrong)


# ---------------------------------------------------------------------------------------------- abstention


def test_what_is_not_sure_is_uncertain(model: StanceModel, meanings: pd.DataFrame) -> None:
    plain = model.predict_pairs(meanings)
    top = plain[P].max(axis=1)
    least = float(top.median())
    found = model.predict_pairs(meanings, min_confidence=least)
    pd.testing.assert_frame_equal(found[P], plain[P])
    assert found["stance"].tolist() == [
        s if p >= least else "uncertain" for s, p in zip(plain["stance"], top, strict=True)
    ]
    assert 0 < (found["stance"] == "uncertain").sum() < len(found)
    assert (model.predict_pairs(meanings, min_confidence=1)["stance"] == "uncertain").all()
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(InputError, match="from 0 to 1"):
            model.predict_pairs(meanings, min_confidence=wrong)
        with pytest.raises(InputError, match="from 0 to 1"):
            model.predict([], min_confidence=wrong)


def test_abstention_from_the_command_line(tmp_path: Path, part_model: Path, stance: Callable[..., Any]) -> None:
    texts = list(dict.fromkeys(text for text, *_ in MEANINGS))
    pd.DataFrame({"doc_id": range(len(texts)), "text": texts}).to_csv(tmp_path / "in.csv", index=False)
    pd.DataFrame({"name": NAMES, "kind": "actor|target"}).to_csv(tmp_path / "e.csv", index=False)
    asked = ("predict", tmp_path / "in.csv", "-e", tmp_path / "e.csv", "-m", part_model, "--min-confidence", 0.7)
    statements, positions = (
        pd.read_csv(io.StringIO(stance(*asked, "--by", by).out)) for by in ("statement", "corpus")
    )
    unsure = statements[P].max(axis=1) < 0.7
    assert unsure.any() and (~unsure).any()
    assert (statements["stance"] == "uncertain").tolist() == unsure.tolist()
    assert positions["n_statements"].sum() == len(statements)
    assert positions[["n_favor", "n_against", "n_neutral"]].sum().sum() == (~unsure).sum()
    assert stance(*asked[:-1], 1.5).code == 2


VOTES = [
    (["favor", "uncertain"], "favor", (1, 0, 0)),
    (["uncertain", "uncertain"], "uncertain", (0, 0, 0)),
    (["neutral", "uncertain"], "neutral", (0, 0, 1)),
    (["against", "uncertain", "neutral"], "against", (0, 1, 1)),
]


@pytest.mark.parametrize(("stances", "position", "counts"), VOTES)
def test_uncertain_statements_are_counted_and_have_no_vote(
    stances: list[str], position: str, counts: tuple[int, int, int]
) -> None:
    shares = {"favor": (0.8, 0.1, 0.1), "against": (0.1, 0.8, 0.1), "neutral": (0.1, 0.1, 0.8), "uncertain": (0.4, 0.3, 0.3)}
    rows = [("d", "A", "T", s, *shares[s], f"Sentence {i}.") for i, s in enumerate(stances)]
    table = pd.DataFrame(rows, columns=["doc_id", "actor", "target", "stance", *P, "evidence"])
    (row,) = aggregate_stances(table).to_dict("records")
    assert row["stance"] == position and row["n_statements"] == len(stances)
    assert (row["n_favor"], row["n_against"], row["n_neutral"]) == counts
    sums, again = Sums(), Sums()
    sums.add(table)
    again.load(json.loads(json.dumps(sums.dump())))
    assert again.table().to_dict("records") == [row]


# ---------------------------------------------------------------------------------------------- scikit-learn


def test_parameters(labeled: pd.DataFrame) -> None:
    model = StanceModel(C=2.0, min_df=1, prior=None)
    assert model.get_params() == {"C": 2.0, "min_df": 1, "prior": None, "syntax": False}
    copy = clone(model)
    assert copy is not model and copy.get_params() == model.get_params()
    assert copy.set_params(C=5.0) is copy and copy.C == 5.0 and model.C == 2.0
    assert clone(StanceModel()).prior == PRIOR
    assert repr(model) == "StanceModel(C=2.0, min_df=1, prior=None, syntax=False)"
    with pytest.raises(ValueError, match="no parameter 'alpha'; there are C, min_df, prior"):
        model.set_params(alpha=1)
    with pytest.raises(AttributeError, match="not fitted"):
        model.predict_pairs(labeled)
    assert not hasattr(clone(model.fit(labeled)), "scorer_")


_WORDS = st.sampled_from(
    "condemned praised not by said the of Oslo , . “ ” ' s rejects Rome support was never plan U.S. İ ß 3.5 😀 \u0301".split()
)
_texts = st.one_of(st.lists(_WORDS, max_size=12).map(" ".join), st.text(max_size=20))


@st.composite
def arbitrary_pairs(draw: st.DrawFn) -> Pair:
    parts = [draw(_texts) for _ in range(5)]
    mentions = [draw(st.one_of(_WORDS, st.text(min_size=1, max_size=6))) for _ in range(2)]
    gap = draw(st.sampled_from([" ", ""]))
    text = parts[0] + gap
    spans = []
    for mention, after in zip(mentions, parts[1:], strict=False):
        spans.append((len(text), len(text) + len(mention)))
        text += mention + gap + after + gap
    actor, target = spans if draw(st.booleans()) else spans[::-1]
    return Pair(text, actor, target)


@settings(max_examples=60, deadline=None)
@given(st.lists(arbitrary_pairs(), min_size=1, max_size=4))
def test_scikit_learn_and_the_scorer_agree(model: StanceModel, pairs: list[Pair]) -> None:
    regression = model.pipeline_.named_steps["regression"]
    assert list(regression.classes_) == list(model.classes_) == list(STANCES)
    ours = model.scorer_.log_odds(pairs)
    np.testing.assert_allclose(ours, model.pipeline_.decision_function(pairs), rtol=0, atol=1e-9)
    np.testing.assert_allclose(probabilities(ours), model.pipeline_.predict_proba(pairs), rtol=0, atol=3e-6)
    free = np.exp(ours - ours.max(axis=1, keepdims=True))  # without the floor that keeps 0 and 1 away
    free /= free.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(free, model.pipeline_.predict_proba(pairs), rtol=0, atol=1e-9)


def test_the_pipeline_is_usable_on_its_own(part_of_labeled: pd.DataFrame, model: StanceModel) -> None:
    pairs = frame_pairs(part_of_labeled[:200])
    assert model.pipeline_.predict(pairs).tolist() == model.predict_pairs(part_of_labeled[:200])["stance"].tolist()
    # fitted anew it learns other terms, and starts from nothing
    other = StanceModel(min_df=model.min_df).fit(part_of_labeled[:200]).pipeline_
    assert other.fit(pairs[50:150], part_of_labeled["stance"][50:150]).predict(pairs).shape == (200,)


# ---------------------------------------------------------------------------------------------- learning


def test_the_same_data_give_the_same_file(part_of_labeled: pd.DataFrame, tmp_path: Path) -> None:
    few = part_of_labeled[:300]
    for name in "ab":
        StanceModel().fit(few).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    loaded = StanceModel.load(tmp_path / "a")
    fitted = StanceModel().fit(few)
    np.testing.assert_array_equal(
        loaded.scorer_.log_odds(frame_pairs(few)), fitted.scorer_.log_odds(frame_pairs(few))
    )
    loaded.save(tmp_path / "c")
    assert (tmp_path / "c").read_bytes() == (tmp_path / "a").read_bytes()


def test_labels_may_stand_beside_the_table(labeled: pd.DataFrame) -> None:
    beside = StanceModel().fit(labeled.drop(columns="stance"), labeled["stance"])
    pd.testing.assert_frame_equal(beside.predict_pairs(labeled), StanceModel().fit(labeled).predict_pairs(labeled))


@pytest.mark.parametrize(
    ("stance", "message"),
    [
        ("support", "row 7: unknown stance 'support'; did you mean 'favor'? (allowed: against, favor, neutral)"),
        (np.nan, "row 7: unknown stance '' (allowed: against, favor, neutral)"),
    ],
)
def test_labels_that_are_none_are_named(labeled: pd.DataFrame, stance: object, message: str) -> None:
    wrong = labeled.assign(doc_id=[str(i) for i in range(len(labeled))]).astype({"stance": object})
    wrong.loc[7, "stance"] = stance
    for learn in (
        StanceModel().fit,
        StanceModel(prior=None).fit,
        lambda frame: StanceModel().fit(frame.drop(columns="stance"), frame["stance"]),
        lambda frame: cross_validate(frame, StanceModel(), 2),
        lambda frame: evaluate_model(frame, StanceModel().fit(labeled)),
    ):
        with pytest.raises(InputError, match=re.escape(message)):
            learn(wrong)


def test_labels_that_are_not_there(labeled: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no column 'stance'; the table has 'text', 'actor', 'target'"):
        StanceModel().fit(labeled.drop(columns="stance"))
    with pytest.raises(InputError, match="18 rows, and 1 stances beside them; give one for each"):
        StanceModel().fit(labeled, ["favor"])


@pytest.mark.parametrize("favor", [1e308, float("inf"), 1e-320, -2, 0, "much", None])
def test_priors_that_are_none(model: StanceModel, labeled: pd.DataFrame, favor: Any) -> None:
    prior = {"favor": favor, "against": 1e308 if favor == 1e308 else 1e10, "neutral": 1}
    with pytest.raises(InputError, match=r"a prior gives a share above 0 to each of against, favor, neutral; got \{'favor'"):
        model.predict_pairs(labeled, prior)


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        (pd.DataFrame({"doc_id": ["a", "b", "a"], "text": "Oslo met Rome."}), "document 'a' was given already; make ids unique"),
        (pd.DataFrame({"doc_id": [7, "7"], "text": "Oslo met Rome."}), "document '7' was given already; make ids unique"),
        (["Oslo met Rome.", "Oslo \ud83d met Rome."], "document '1': text holds half a surrogate pair"),
        (pd.DataFrame([["a", "b", "c"]], columns=["doc_id", "text", "text"]), "column 'text' stands twice in the table"),
        (pd.DataFrame({"text": ["a"]}), "no column 'doc_id'; the table has 'text'"),
    ],
)
def test_documents_that_are_none(model: StanceModel, documents: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        model.predict(documents)


def test_documents_of_a_table_without_ids_are_numbered(model: StanceModel) -> None:
    found = model.predict(pd.DataFrame({"doc_id": [None, np.nan, "x"], "text": "Turkey condemned Russia."}))
    assert set(found["doc_id"]) == {"0", "1", "x"}


def test_prior_of_training(labeled: pd.DataFrame) -> None:
    many = pd.concat([labeled, *[labeled[labeled["stance"] == "neutral"]] * 3])
    plain, shares = StanceModel(prior=None).fit(many), many["stance"].value_counts(normalize=True)
    assert plain.prior_ == pytest.approx({s: shares[s] for s in STANCES})
    assert StanceModel().fit(many).prior_ == pytest.approx(PRIOR)
    even = StanceModel(prior=dict.fromkeys(STANCES, 2.0)).fit(many)
    assert even.prior_ == pytest.approx(dict.fromkeys(STANCES, 1 / 3))
    # a model trained for fewer neutral pairs finds fewer
    assert (even.predict_pairs(many)["p_neutral"] < plain.predict_pairs(many)["p_neutral"]).all()


@pytest.mark.parametrize("left_out", STANCES)
def test_two_stances_suffice(labeled: pd.DataFrame, tmp_path: Path, left_out: str) -> None:
    two = labeled[labeled["stance"] != left_out]
    model = StanceModel().fit(two)
    found = model.predict_pairs(labeled)
    assert found[f"p_{left_out}"].max() < 1e-5 and (found["stance"] != left_out).all()
    assert model.prior_[left_out] == 0 and sum(model.prior_.values()) == pytest.approx(1)
    assert (model.predict_pairs(two)["stance"].to_numpy() == two["stance"].to_numpy()).mean() > 0.9
    assert (model.predict_pairs(labeled, dict.fromkeys(STANCES, 1.0))["stance"] != left_out).all()
    pairs = frame_pairs(labeled)
    np.testing.assert_allclose(model.scorer_.log_odds(pairs), model.pipeline_.decision_function(pairs), atol=1e-9)
    model.save(tmp_path / "two.joblib")
    pd.testing.assert_frame_equal(StanceModel.load(tmp_path / "two.joblib").predict_pairs(labeled), found)


def test_one_stance_does_not(labeled: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="only one stance in the labelled data"):
        StanceModel().fit(labeled[labeled["stance"] == "favor"])


def test_a_text_without_a_known_term_has_the_odds_of_the_intercept(model: StanceModel) -> None:
    empty = Scorer({g: {} for g in model.scorer_.vocabulary}, np.zeros(0), np.zeros((0, 3)), model.scorer_.intercept)
    np.testing.assert_array_equal(empty.log_odds([Pair("A b", (0, 1), (2, 3))])[0], model.scorer_.intercept)
