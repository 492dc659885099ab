"""Labelled rows to pairs: which mention a row means, and what a table of pairs may hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance import InputError, read_labeled
from stance.pairs import OFFSETS, Pair, PairError, check_stance, find_pair, frame_pairs, occurrences

MEANT = [
    ("Oslo thanked Rome.", "Oslo", "Rome", (0, 4), (13, 17)),
    ("Oslo thanked Rome.", "Rome", "Oslo", (13, 17), (0, 4)),
    ("Omani and Oman's envoys met Rome.", "Oman", "Rome", (10, 14), (28, 32)),
    ("New York sued York.", "New York", "York", (0, 8), (14, 18)),
    ("New York sued York.", "York", "New York", (14, 18), (0, 8)),
    ("A and A met.", "A", "A", (0, 1), (6, 7)),
    ("the U.S. and Oslo", "U.S.", "Oslo", (4, 8), (13, 17)),
    ("C++ beat C.", "C++", "C", (0, 3), (9, 10)),
    ("\U0001f600 Oslo met Rome", "Oslo", "Rome", (2, 6), (11, 15)),
    ("Rene\u0301e met Rene\u0301.", "Rene\u0301", "Rene\u0301e", (11, 16), (0, 6)),
    ("ירושלים met רומא.", "רומא", "ירושלים", (12, 16), (0, 7)),
    ("हिन्दी met हिन्.", "हिन्", "हिन्दी", (11, 15), (0, 6)),
]


@pytest.mark.parametrize(("text", "actor", "target", "a", "t"), MEANT)
def test_the_first_words_of_their_own_are_meant(
    text: str, actor: str, target: str, a: tuple[int, int], t: tuple[int, int]
) -> None:
    assert find_pair(text, actor, target) == Pair(text, a, t)
    assert find_pair(text, actor, target, (*a, *t)) == Pair(text, a, t)


@given(st.text(max_size=30), st.text(max_size=30), st.text(min_size=1, max_size=5))
def test_occurrences_hold_the_mention(before: str, after: str, mention: str) -> None:
    text = before + mention + after
    for start, end in occurrences(text, mention):
        assert text[start:end] == mention


@pytest.mark.parametrize("value", ["favor", "against", "neutral"])
def test_labels(value: str) -> None:
    assert check_stance(value) == value


@pytest.mark.parametrize("value", ["", None, "xyz", 1, float("nan"), pd.NA, ["favor"]])
def test_labels_that_are_none(value: object) -> None:
    with pytest.raises(PairError, match="allowed: against, favor, neutral"):
        check_stance(value)


def test_frames_take_missing_offsets_in_any_form() -> None:
    frame = pd.DataFrame({"text": ["Oslo met Rome."] * 4, "actor": "Oslo", "target": "Rome"})
    for gap in (None, np.nan, pd.NA, ""):
        for column, value in zip(OFFSETS, (0, 4, 9, 13), strict=True):
            frame[column] = pd.Series([value, gap, float(value), str(value)], dtype=object)
        assert frame_pairs(frame) == [Pair("Oslo met Rome.", (0, 4), (9, 13))] * 4
    frame.loc[2, "actor_start"] = 0.5
    with pytest.raises(InputError, match=r"row 2: offsets must be whole numbers, not '0\.5'"):
        frame_pairs(frame)


def test_frames_without_a_column() -> None:
    with pytest.raises(InputError, match="no column 'target'; the table has 'text', 'actor'"):
        frame_pairs(pd.DataFrame({"text": ["a"], "actor": ["a"]}))
    with pytest.raises(InputError, match="column 'actor' stands twice in the table; rename one"):
        frame_pairs(pd.DataFrame([["A met B.", "A", "A", "B"]], columns=["text", "actor", "actor", "target"]))


def test_frames_of_texts_that_are_none() -> None:
    with pytest.raises(InputError, match=r"row 'x': text holds half a surrogate pair \('\\ud83d'\) at character 2"):
        frame_pairs(pd.DataFrame({"text": ["A \ud83d met B."], "actor": "A", "target": "B"}, index=["x"], dtype=object))


def test_rows_without_an_id_share_one_by_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "text,actor,target,stance,doc_id\nA met B.,A,B,favor,\nA met C.,A,C,favor,x\nA met B.,B,A,against,\n"
    )
    frame = read_labeled(path)
    ids = frame["doc_id"].to_list()
    assert ids[0] == ids[2] != ids[1] == "x"
    assert frame["actor_start"].to_list() == [0, 0, 6] and frame["actor_start"].dtype.kind == "i"


def test_folders_of_labelled_data(tmp_path: Path) -> None:
    row = "text,actor,target,stance\nA met B.,A,B,favor\n"
    (tmp_path / "entities.csv").write_text("name\nA\n")
    (tmp_path / "one.csv").write_text(row)
    assert len(read_labeled(tmp_path)) == 1
    (tmp_path / "statements").mkdir()
    for name in ("two.csv", "three.csv"):
        (tmp_path / "statements" / name).write_text(row)
    assert len(read_labeled(tmp_path)) == 2
    assert len(read_labeled(tmp_path / "one.csv", tmp_path)) == 3
    with pytest.raises(InputError, match="name a file or a folder"):
        read_labeled()
