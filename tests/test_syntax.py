"""Models whose trees come from spaCy: aligned to our words, remembered in the file, refused where they are missing."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from test_model import arbitrary_pairs

from stance import InputError, StanceModel, syntax
from stance.features import pair_terms, term_groups
from stance.grammar import words_of
from stance.pairs import Pair, find_pair
from stance.storage import read_header

pytest.importorskip("spacy")
try:
    PIPELINE = syntax.installed_pipeline()
except InputError:
    pytest.skip("no English spaCy pipeline", allow_module_level=True)


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory, labeled: pd.DataFrame) -> Path:
    path = tmp_path_factory.mktemp("syntax") / "syntax.joblib"
    StanceModel(syntax=True).fit(labeled).save(path)
    return path


@settings(max_examples=40, deadline=None)
@given(arbitrary_pairs())
def test_any_text_is_aligned(pair: Pair) -> None:
    tree, words = syntax.parsed(pair.text, PIPELINE), words_of(pair.text)
    assert len(tree.heads) == len(tree.tags) == len(words.lower)
    assert any(head == i for i, head in enumerate(tree.heads)) or not tree.heads
    found = pair_terms(pair, PIPELINE)
    assert set(found) == set(term_groups(PIPELINE))
    # what the rules read is there as without spaCy, and its tree beside it
    assert pair_terms(pair) == {group: terms for group, terms in found.items() if not group.startswith("parsed_")}
    assert found["parsed_paths"] and found["parsed_arguments"]


# words that spaCy cuts otherwise than we do: {word: what it hangs on}
ALIGNED = [
    ("Oslo doesn't back the pro-Rome plan.", {"Oslo": "back", "plan": "back", "pro-Rome": "plan"}),
    ("The U.S. condemned the raid.", {"raid": "condemned", "U": "condemned"}),
]


@pytest.mark.parametrize(("text", "expected"), ALIGNED)
def test_words_hang_where_spacy_hangs_them(text: str, expected: dict[str, str]) -> None:
    words = [text[s:e] for s, e in zip(words_of(text).starts, words_of(text).ends, strict=True)]
    tree = syntax.parsed(text, PIPELINE)
    assert {w: words[tree.heads[words.index(w)]] for w in expected} == expected


def test_a_model_remembers_its_pipeline(model_file: Path, labeled: pd.DataFrame) -> None:
    assert read_header(model_file)["syntax"] == PIPELINE
    loaded = StanceModel.load(model_file)
    assert loaded.syntax and loaded.scorer_.syntax == PIPELINE
    assert loaded.predict_pairs(labeled)["stance"].tolist() == labeled["stance"].tolist()
    fresh = StanceModel(syntax=True).fit(labeled)
    pd.testing.assert_frame_equal(fresh.predict_pairs(labeled), loaded.predict_pairs(labeled), atol=1e-5)
    assert loaded.pipeline_.predict([find_pair("Oslo backs the treaty.", "Oslo", "the treaty")]).tolist() == ["favor"]


def test_names_come_from_the_recogniser() -> None:
    assert syntax.recognised_names("Angela Merkel met Emmanuel Macron in Berlin.", PIPELINE)[:2] == [
        "Angela Merkel",
        "Emmanuel Macron",
    ]


def test_without_spacy_a_model_says_what_to_install(
    model_file: Path, labeled: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loading is free; what needs a tree is refused, and a plain model never asks for spaCy."""
    monkeypatch.setitem(sys.modules, "spacy", None)
    monkeypatch.setitem(sys.modules, "spacy.util", None)
    monkeypatch.setattr(syntax, "_TREES", {})
    for cached in (syntax._pipelines, syntax.load_pipeline):
        cached.cache_clear()
    other = pd.DataFrame([("Bonn hailed the new pact.", "Bonn", "the new pact")], columns=["text", "actor", "target"])
    for work in (
        lambda: StanceModel.load(model_file).predict_pairs(other),
        lambda: StanceModel(syntax=True).fit(labeled),
    ):
        with pytest.raises(InputError, match=r"need spaCy: pip install 'stance\[syntax\]'"):
            work()
    assert len(StanceModel().fit(labeled).predict_pairs(other)) == 1


def test_another_pipeline_is_refused(model_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "_TREES", {})
    syntax.load_pipeline.cache_clear()
    monkeypatch.setattr(syntax, "_pipelines", lambda: {"en_other 1.0.0": "en_other"})
    other = pd.DataFrame(
        [("Bonn hailed the newer pact.", "Bonn", "the newer pact")], columns=["text", "actor", "target"]
    )
    with pytest.raises(InputError, match=rf"trained with {PIPELINE}, and installed are en_other 1\.0\.0"):
        StanceModel.load(model_file).predict_pairs(other)
