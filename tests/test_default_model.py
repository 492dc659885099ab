"""The model that ships is the one that its own command makes from `labeled/`, and it reads an article."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


# what one says of what is done to another, what one wishes, and how news tells it; either of two stances is right where coders differ
STANCES_HELD = [
    ("Ghana denounced the raid on Lome.", "Ghana", "Lome", "neutral favor"),
    ("Ghana denounced Togo's raid on Lome.", "Ghana", "Togo", "against"),
    ("Togo launched a raid on Lome.", "Togo", "Lome", "against"),
    ("Sudan blamed Chad for the bombing of Port Nala.", "Sudan", "Port Nala", "neutral favor"),
    ("Sudan blamed Chad for the bombing of Port Nala.", "Sudan", "Chad", "against"),
    ("Detectives are investigating the murder of Ann Doyle.", "Detectives", "Ann Doyle", "neutral"),
    ("The council condemned the demolition of the huts by the army.", "The council", "the army", "against"),
    ("The union protested against the arrest of Ida Moss.", "The union", "Ida Moss", "favor"),
    ("The governor welcomed the arrest of Ida Moss.", "The governor", "Ida Moss", "against"),
    ("The union criticised Ida Moss.", "The union", "Ida Moss", "against"),
    ("The club appealed against the suspension of Marco Neri.", "The club", "Marco Neri", "favor"),
    ("Rwanda objected to the removal of Jean Kagabo.", "Rwanda", "Jean Kagabo", "favor"),
    ("Rwanda objected to the appointment of Jean Kagabo.", "Rwanda", "Jean Kagabo", "against"),
    ("Chile opposes sanctions on Peru.", "Chile", "Peru", "favor"),
    ("Chile supports sanctions on Peru.", "Chile", "Peru", "against"),
    ("Parents fought the closure of Hill Street School.", "Parents", "Hill Street School", "favor"),
    ("Spain rejects the demands of Portugal.", "Spain", "Portugal", "against"),
    ("Farmers urged the minister to scrap the levy.", "Farmers", "the minister", "neutral"),
    ("Farmers urged the minister to scrap the levy.", "Farmers", "the levy", "against"),
    # what is wished, and of whom
    ("Fishermen want the dam.", "Fishermen", "the dam", "favor"),
    ("Fishermen want the dam stopped.", "Fishermen", "the dam", "against"),
    ("The union wants Ida Moss sacked.", "The union", "Ida Moss", "against"),
    ("The union wants Ida Moss reinstated.", "The union", "Ida Moss", "favor"),
    ("Chile called for Marco Neri to be released.", "Chile", "Marco Neri", "favor"),
    ("Chile called for Marco Neri to be jailed.", "Chile", "Marco Neri", "against"),
    ("Farmers demanded that the levy be lifted.", "Farmers", "the levy", "against"),
    ("Students urged the rector to reinstate Marco Neri.", "Students", "Marco Neri", "favor"),
    ("Students urged the rector to reinstate Marco Neri.", "Students", "the rector", "neutral"),
    ("Students urged the rector to dismiss Marco Neri.", "Students", "Marco Neri", "against"),
    ("Most voters support the levy.", "voters", "the levy", "favor"),
    ("Residents do not like the levy.", "Residents", "the levy", "against"),
    # contractions, quotes, whose view it is, headlines
    ("Ghana won't back the levy.", "Ghana", "the levy", "against"),
    ("Ghana doesn't support the levy.", "Ghana", "the levy", "against"),
    ("The union isn't happy with the levy.", "The union", "the levy", "against"),
    ("\"We can't accept the levy,\" said the bishop.", "the bishop", "the levy", "against"),
    ("\"Shame on Togo,\" said the bishop.", "the bishop", "Togo", "against"),
    ("\"A disgrace,\" the bishop said of the levy.", "the bishop", "the levy", "against"),
    ("Chile called the levy \"a disgrace\".", "Chile", "the levy", "against"),
    ("According to the bishop, the levy is a disgrace.", "the bishop", "the levy", "against"),
    ("Chile told reporters that the levy was a disgrace.", "Chile", "the levy", "against"),
    ("Chile described the levy as a triumph.", "Chile", "the levy", "favor"),
    ("The miners' rejection of the levy surprised Chile.", "The miners", "the levy", "against"),
    ("Ida Moss is a vocal critic of the levy.", "Ida Moss", "the levy", "against"),
    ("Ida Moss, one of Chile's fiercest critics, left town.", "Ida Moss", "Chile", "against"),
    ("The governor no longer supports the levy.", "The governor", "the levy", "against"),
    ("City Council Rejects Port Plan", "City Council", "Port Plan", "against"),
    ("Farmers Welcome Port Plan, Unions Protest", "Farmers", "Port Plan", "favor"),
    ("The toll has been fiercely opposed by drivers.", "drivers", "The toll", "against"),
    ("Farmers filed suit to block the levy.", "Farmers", "the levy", "against"),
    ("Oslo: tram plan a disgrace", "Oslo", "tram plan", "against"),
    # what the reader has learned since: clauses about a noun, who does likewise, what is given, dealt, called, lifted
    ("Togo scrapped the levy Ghana imposed.", "Ghana", "the levy", "favor"),
    ("Ghana rejects the levy, as does Togo.", "Togo", "the levy", "against"),
    ("Unions including Solid Work rejected the levy.", "Solid Work", "the levy", "against"),
    ("Ghana itself opposed the levy.", "Ghana", "the levy", "against"),
    ("Ghana has endorsed a candidate for speaker: Ida Moss.", "Ghana", "Ida Moss", "favor"),
    ("Chile, angry at the levy, left the hall.", "Chile", "the levy", "against"),
    ("A fierce critic of the levy, the bishop left the hall.", "the bishop", "the levy", "against"),
    ("Ghana remains opposed to the levy.", "Ghana", "the levy", "against"),
    ("Marco Neri has long been a critic of the levy.", "Marco Neri", "the levy", "against"),
    ("Ghana regards Ida Moss as an ally.", "Ghana", "Ida Moss", "favor"),
    ("The reform is seen by the bishop as a disgrace.", "the bishop", "The reform", "against"),
    ("To the bishop, the levy is a disgrace.", "the bishop", "the levy", "against"),
    ("\"It will ruin us,\" the bishop said of the levy.", "the bishop", "the levy", "against"),
    ("Ghana gave the levy its blessing.", "Ghana", "the levy", "favor"),
    ("There is opposition in Ghana to the levy.", "Ghana", "the levy", "against"),
    ("Ghana turned the levy down.", "Ghana", "the levy", "against"),
    ("Ghana took Togo to court.", "Ghana", "Togo", "against"),
    ("Ghana donated $10,000 to Ida Moss.", "Ghana", "Ida Moss", "favor"),
    ("Ghana wants Ida Moss out.", "Ghana", "Ida Moss", "against"),
    ("Ghana wants Ida Moss back.", "Ghana", "Ida Moss", "favor"),
    ("Ghana demanded the levy be dropped.", "Ghana", "the levy", "against"),
    ("Ghana would like to see the levy fail.", "Ghana", "the levy", "against"),
    ("\"I cannot support the levy,\" said the bishop.", "the bishop", "the levy", "against"),
    ("Togo was criticised by Ghana for backing the levy.", "Ghana", "the levy", "against"),
    ("Togo banned Ida Moss, a move that Ghana condemned.", "Ghana", "Togo", "against"),
    ("Togo banned Ida Moss, a move that Ghana condemned.", "Ghana", "Ida Moss", "favor neutral"),
    ("Ghana denounced the ban handed to Ida Moss.", "Ghana", "Ida Moss", "favor"),
    ("Ghana welcomed the lifting of sanctions on Togo.", "Ghana", "Togo", "favor"),
    ("Ghana called the ban on Ida Moss a disgrace.", "Ghana", "Ida Moss", "favor"),
    ("Ghana deplored the decision to ban Ida Moss.", "Ghana", "Ida Moss", "favor"),
    ("Ghana was angry that Togo backed the levy.", "Ghana", "Togo", "against"),
    ("Deputies led by Ida Moss rejected the levy.", "Ida Moss", "the levy", "against"),
    ("Marco Neri was jailed for insulting Ida Moss.", "Marco Neri", "Ida Moss", "against"),
    ("Ghana praises the port and supports the levy.", "Ghana", "the levy", "favor"),
    ("Ghana, which left the union, attacks Togo.", "Ghana", "Togo", "against"),
    ("Members of the council fear the levy.", "Members of the council", "the levy", "against"),
    ("Ghana wants to shut the port and help Ida Moss.", "Ghana", "Ida Moss", "favor"),
    ("Ghana, not Togo, rejects the levy.", "Ghana", "the levy", "against"),
    ("Ghana joined Togo in condemning the levy.", "Togo", "the levy", "against"),
    ("Ghana backs the levy, but Togo does not.", "Togo", "the levy", "against"),
    ("Ghana opposes the levy, and Togo does too.", "Togo", "the levy", "against"),
    ("Ghana supports the levy, unlike Togo.", "Togo", "the levy", "against"),
    ("Unlike Togo, Ghana backs the levy.", "Ghana", "the levy", "favor"),
    ("Ghana opposes, and Togo backs, the levy.", "Ghana", "the levy", "against"),
    ("Ghana, though wary of the levy, backs Ida Moss.", "Ghana", "the levy", "against"),
    ("Ghana, though wary of the levy, backs Ida Moss.", "Ghana", "Ida Moss", "favor"),
    ("While critical of the levy, Ghana backs Ida Moss.", "Ghana", "the levy", "against"),
    ("Ida Moss said the levy backed by Ghana was a disgrace.", "Ida Moss", "the levy", "against"),
    ("What Ghana opposes is the levy.", "Ghana", "the levy", "against"),
    ("Ghana said on Tuesday Togo had rejected the levy.", "Togo", "the levy", "against"),
]


def test_what_plain_sentences_hold() -> None:
    frame = pd.DataFrame(STANCES_HELD, columns=["text", "actor", "target", "right"])
    found = frame.assign(stance=StanceModel.load().predict_pairs(frame)["stance"])
    assert [tuple(r) for r in found.to_numpy() if r[4] not in r[3].split()] == []


def test_the_command_line_says_so_too(tmp_path: Path, stance: Callable[..., Any]) -> None:
    texts = list(dict.fromkeys(text for text, *_ in STANCES_HELD))
    pd.DataFrame({"doc_id": texts, "text": texts}).to_csv(tmp_path / "in.csv", index=False)
    names = sorted({name for _, *pair, _ in STANCES_HELD for name in pair})
    pd.DataFrame({"name": names, "kind": "actor|target"}).to_csv(tmp_path / "e.csv", index=False)
    ran = stance("predict", tmp_path / "in.csv", "-e", tmp_path / "e.csv", "--by", "statement")
    assert ran.code == 0, ran.err
    said = pd.read_csv(io.StringIO(ran.out)).set_index(["doc_id", "actor", "target"])["stance"]
    # in documents the model leans towards a side, see `document_log_odds`
    sided = [row for row in STANCES_HELD if row[3] != "neutral"]
    assert [(*row, said[row[:3]]) for row in sided if said[row[:3]] not in row[3].split()] == []


def test_it_reads_an_article() -> None:
    documents = list(read_documents(LABELED / "articles" / "hijab-leaves-hnc.txt"))
    statements = StanceModel.load().predict(documents)
    positions = aggregate_stances(statements, by="document").set_index(["actor", "target"])["stance"]
    assert positions["Riad Hijab", "side deals"] == "against"
    text = documents[0].text
    assert all(text[r.sentence_start : r.sentence_end] == r.evidence for r in statements.itertuples())
