"""Why a stance: contributions that add up exactly, said in words, and the words of the sentence that decided."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_model import arbitrary_pairs

from stance import InputError, StanceModel
from stance.explain import (
    EXPLANATION_COLUMNS,
    Explanation,
    contributions,
    deciding_words,
    describe,
    explain_documents,
    explain_pairs,
    word_weights,
)
from stance.features import GROUPS
from stance.pairs import STANCES, Pair, find_pair

SENTENCES = [
    ("Hungary condemned Russia on Monday.", "Hungary", "Russia"),
    ("Kenya praised the African Union for its work.", "Kenya", "African Union"),
    ("Spain rejects the demands of Portugal.", "Spain", "Portugal"),
]


@pytest.fixture(scope="module")
def model(part_model: Path) -> StanceModel:
    return StanceModel.load(part_model)


@settings(max_examples=60, deadline=None)
@given(st.lists(arbitrary_pairs(), min_size=1, max_size=3))
def test_contributions_add_up_to_the_log_odds(model: StanceModel, pairs: list[Pair]) -> None:
    log_odds = model.scorer_.log_odds(pairs)
    for i, terms in enumerate(contributions(model.scorer_, pairs)):
        np.testing.assert_allclose(np.sum([t[3] for t in terms], axis=0), log_odds[i], rtol=0, atol=1e-9)
    frame = pd.DataFrame(
        explain_pairs(model.scorer_, pairs, list(range(len(pairs)))), columns=list(EXPLANATION_COLUMNS)
    )
    for i, rows in frame.groupby("row"):
        stance, versus = (STANCES.index(rows[c].iloc[0]) for c in ("stance", "versus"))
        assert rows["contribution"].sum() == pytest.approx(log_odds[i, stance] - log_odds[i, versus], abs=1e-9)
        np.testing.assert_allclose(rows[list(STANCES)].sum(), log_odds[i], rtol=0, atol=1e-9)
        weights = rows["contribution"].abs().tolist()
        assert weights == sorted(weights, reverse=True)
        assert rows["says"].str.len().gt(0).all()


def test_one_row_a_term(model: StanceModel) -> None:
    frame = pd.DataFrame(SENTENCES, columns=["text", "actor", "target"], index=["x", "y", "z"])
    found = model.explain(frame)
    assert tuple(found.columns) == EXPLANATION_COLUMNS
    assert found["row"].unique().tolist() == ["x", "y", "z"]
    assert not found.duplicated(["row", "group", "term"]).any()
    assert set(found["group"]) <= {"intercept", *GROUPS}
    assert found[found["group"] == "intercept"].groupby("row").size().tolist() == [1, 1, 1]
    first = found.groupby("row").first()
    predicted = model.predict_pairs(frame)
    assert first["stance"].to_dict() == predicted["stance"].to_dict()
    # the log-odds are those of the two probabilities
    total = found.groupby("row")["contribution"].sum()
    for row in frame.index:
        p, q = (predicted.loc[row, f"p_{first.loc[row, c]}"] for c in ("stance", "versus"))
        assert total[row] == pytest.approx(np.log(p / q), abs=1e-4)
    assert model.explain(frame.iloc[:0]).empty


@pytest.mark.parametrize(("text", "actor", "target"), SENTENCES)
def test_the_words_that_decide(model: StanceModel, text: str, actor: str, target: str) -> None:
    pair = find_pair(text, actor, target)
    words = deciding_words(model.scorer_, pair, most=3)
    assert words == sorted(words) and len(words) <= 3 and all(w > 0 for _, _, w in words)
    assert not {actor, target} & {text[s:e] for s, e, _ in words}


def test_weights_of_words_come_from_their_terms() -> None:
    pair = find_pair("Oslo never backed Rome.", "Oslo", "Rome")
    terms = [("ngrams", "nev_back", 1.0), ("ngrams", "back", 0.5), ("shape", "AT:gap2", 9.0), ("ngrams", "A", 7.0)]
    assert word_weights(pair, terms) == [(5, 10, 0.5), (11, 17, 1.0)]  # half of the pair of stems each


TERMS = [
    ("ngrams", "A_condemn_T", "[actor] condemn [target]"),
    ("between", ">A_condemn", "[actor] condemn, between actor and target"),
    ("between", "<vot", "vot, between target and actor"),
    ("ngrams", ">", ">"),
    ("between", ">>_vot", "> vot, between actor and target"),
    ("intercept", "", "the share of each stance that is expected"),
    ("roles", "not_favor|AT|verb|p!", "negated favor, held by the actor toward the target, verb, passive and negated"),
    ("roles", "against|-E|2|10", "against, held by nobody named toward another name, strength 2, a pause between it and the actor"),
    ("roles", "balance-3", "all that the actor says of the target adds up to -3"),
    ("arguments", "siege|!|HR", "'siege', negated, which the actor holds and the target is the object of"),
    ("arguments", "against|sx|2", "against, which the actor says and the target hangs on, strength 2"),
    ("paths", "d:poss>nsubj|dobj<p.of", "from the actor: owner of subject; from the target: object of 'of' phrase"),
    ("paths", "A:nsubj:kagainst.subj!", "the actor is subject under a word of being against (negated)"),
    ("paths", "l:say|nsubj|ccomp<dobj", "from the actor: subject; from the target: clause of object; both under 'say'"),
    ("paths", "b:minister", "'minister' stands between actor and target"),
    ("paths", "long", "actor and target are far apart"),
    ("paths", "A:nsubj:help!", "the actor is subject under 'help' (negated)"),
    ("paths", "A:nsubjpass:kfavor.obj!", "the actor is passive subject under a word of being for (negated)"),
    ("paths", "A:nsubj:kneutral.both", "the actor is subject under a neutral word"),
    ("paths", "T:pobj>p.of:kV", "the target is object of 'of' phrase under a verb"),
]


@pytest.mark.parametrize(("group", "term", "says"), TERMS)
def test_a_term_in_words(group: str, term: str, says: str) -> None:
    assert describe(group, term) == says


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text("It rained.\nHungary condemned Russia on Monday. Later, Kenya praised Hungary.", encoding="utf-8")
    (tmp_path / "e.csv").write_text("name,kind\n" + "".join(f"{n},actor|target\n" for n in ("Hungary", "Russia", "Kenya")))
    return path


def test_documents_are_explained_in_their_own_words(model: StanceModel, article: Path) -> None:
    known = pd.DataFrame({"name": ["Hungary", "Russia", "Kenya"], "aliases": ["Magyars", "", ""]})
    (found,) = explain_documents(model, [article.read_text()], "Hungary", "Russia", known)
    assert (found.doc_id, found.sentence, found.stance) == ("0", "Hungary condemned Russia on Monday.", "against")
    assert all(0 <= s < e <= len(found.sentence) and w > 0 for s, e, w in found.words)
    assert found.log_odds == pytest.approx(found.terms["contribution"].sum(), abs=1e-9)
    (by_alias,) = explain_documents(model, [article.read_text()], "Magyars", "Russia", known)
    assert (by_alias.actor, by_alias.sentence) == ("Hungary", found.sentence)
    with pytest.raises(InputError, match=r"no sentence brings 'Hungary' and 'Mars' together.*: Hungary >"):
        explain_documents(model, [article.read_text()], "Hungary", "Mars", known)


def test_an_explanation_is_of_the_stance_that_predict_gives(model: StanceModel) -> None:
    # the prior of articles leans towards stances: what is neutral as a pair alone may be none in an article
    text = "Oslo talked of the port that Rome would like. " + " ".join(s for s, _, _ in SENTENCES)
    names = ["Oslo", "Rome", *(n for _, a, t in SENTENCES for n in (a, t))]
    entities = pd.DataFrame({"name": names, "kind": "actor|target"})
    statements = model.predict([text], entities)
    assert len(statements) >= 4
    for row in statements.to_dict("records"):
        (found,) = explain_documents(model, [text], row["actor"], row["target"], entities)
        assert (found.stance, found.sentence) == (row["stance"], row["evidence"])
        assert found.probability == pytest.approx(row[f"p_{row['stance']}"], abs=1e-5)
        assert found.log_odds == pytest.approx(found.terms["contribution"].sum(), abs=1e-9)
        assert found.actor_span and found.sentence[slice(*found.actor_span)] == row["actor_mention"]
        assert found.target_span and found.sentence[slice(*found.target_span)] == row["target_mention"]


def test_why_in_a_line() -> None:
    text = "Oslo never objected to what Rome wanted"
    at = {w: (text.index(w), text.index(w) + len(w)) for w in ("never", "objected", "to", "wanted")}
    words = [(*at["never"], 0.5), (*at["objected"], 0.4), (*at["to"], 0.2), (*at["wanted"], 2.0)]
    found = Explanation("d", "Oslo", "Rome", text, "favor", 0.9, 1.0, words, None, None, pd.DataFrame())
    assert found.because == "“wanted”, “never objected to”"


def test_the_command_gives_the_table(
    model: StanceModel, article: Path, part_model: Path, tmp_path: Path, stance: Callable[..., Any]
) -> None:
    asked = ("explain", article, "--actor", "Hungary", "--target", "Russia", "-m", part_model)
    asked += ("-e", article.with_name("e.csv"))  # type: ignore[assignment]
    ran = stance(*asked)
    assert ran.code == 0, ran.err
    table = pd.read_csv(io.StringIO(ran.out), keep_default_na=False)
    assert set(EXPLANATION_COLUMNS) <= set(table.columns)
    (found,) = explain_documents(model, [article.read_text()], "Hungary", "Russia", article.with_name("e.csv"))
    assert table["contribution"].sum() == pytest.approx(found.log_odds, abs=1e-9)
    assert stance(*asked, "-o", tmp_path / "t.csv").out == "" and len(pd.read_csv(tmp_path / "t.csv")) == len(table)
    ran = stance(*asked[:3], "Mars", *asked[4:])
    assert ran.code == 2 and "no sentence brings 'Mars' and 'Russia' together" in ran.err
