"""The model that ships is the one that its own command makes from `labeled/`, and it reads an article."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_model import MEANINGS

from stance import StanceModel, aggregate_stances, read_documents, read_labeled
from stance.evaluate import labeled_digest
from stance.storage import default_model_path, read_header, save_model

LABELED = Path(__file__).parent.parent / "labeled"


@pytest.fixture(scope="module")
def retrained() -> StanceModel:
    return StanceModel().fit(read_labeled(LABELED))


def test_it_was_trained_from_labeled() -> None:
    header = read_header(default_model_path())
    frame = read_labeled(LABELED)
    assert header["data"]["rows"] == len(frame)
    assert header["data"]["sha256"] == labeled_digest(frame)


@pytest.mark.long
def test_training_again_gives_the_same_bytes(retrained: StanceModel, tmp_path: Path) -> None:
    shipped = default_model_path()
    kept = StanceModel.load(shipped)
    # what the command learns by cross-validation, scores and offsets, is taken over: it takes five more fits
    retrained.info_, retrained.offsets_ = kept.info_, kept.offsets_
    again = tmp_path / "again.joblib"
    save_model(retrained, again)
    if read_header(again)["versions"] == read_header(shipped)["versions"]:
        assert again.read_bytes() == shipped.read_bytes()
    else:  # other releases of the numerical packages round otherwise; the model is the same all the same
        old, new = StanceModel.load(shipped).scorer_, StanceModel.load(again).scorer_
        assert old.vocabulary == new.vocabulary
        np.testing.assert_allclose(old.coef, new.coef, atol=1e-3)


def test_it_reads_plain_sentences() -> None:
    rows = [*MEANINGS, ("Envoys from Ghana will arrive in Togo on Tuesday.", "Ghana", "Togo", "neutral")]
    frame = pd.DataFrame(rows, columns=["text", "actor", "target", "meant"])
    assert StanceModel.load().predict_pairs(frame)["stance"].tolist() == frame["meant"].tolist()


def test_it_reads_an_article() -> None:
    documents = list(read_documents(LABELED / "articles" / "hijab-leaves-hnc.txt"))
    statements = StanceModel.load().predict(documents)
    positions = aggregate_stances(statements, by="document").set_index(["actor", "target"])["stance"]
    assert positions["Riad Hijab", "side deals"] == "against"
    text = documents[0].text
    assert all(text[r.sentence_start : r.sentence_end] == r.evidence for r in statements.itertuples())
