"""Reading and the CSV that does not bite, as properties; the table of odd and bad input is in test_bad_input.py."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stance import InputError, read_documents
from stance.text import (
    _ABBREVIATION,
    MAX_SENTENCE,
    Problems,
    as_text,
    csv_safe,
    defuse,
    kind_of,
    list_files,
    read_rows,
    restore,
    split_sentences,
    stem_of,
    unfit,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
BITING = ("=", "+", "-", "@", "\t", "\r")


@given(TEXT)
@example("=1+1")
@example("'=1+1")
@example("''-")
@example("'")
@example("")
@example("＝x")
def test_defused_cells_come_back_and_never_begin_as_a_formula(text: str) -> None:
    cell = defuse(text)
    assert restore(cell) == text
    assert not cell.startswith(BITING)
    assert cell in (text, "'" + text)


def test_csv_safe_leaves_numbers_and_the_given_table_alone() -> None:
    table = pd.DataFrame({"=name": ["-a", "b", None], "score": [-1.5, 0.0, 2.0], "n": [-1, 2, 3]})
    table["kind"] = pd.Categorical(["@x", "y", "y"])
    before = table.copy()
    safe = csv_safe(table)
    pd.testing.assert_frame_equal(table, before)
    assert list(safe.columns) == ["'=name", "score", "n", "kind"]
    assert safe["'=name"].to_list()[:2] == ["'-a", "b"] and pd.isna(safe["'=name"].to_list()[2])
    assert safe["kind"].to_list() == ["'@x", "y", "y"]
    assert safe["score"].to_list() == [-1.5, 0.0, 2.0] and safe["n"].to_list() == [-1, 2, 3]
    assert csv_safe(pd.DataFrame(columns=["a"])).empty


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=5))
def test_texts_come_back_from_csv_and_jsonl(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """Whatever stands in a text, with any line end: the document has it as it was."""
    folder = tmp_path_factory.mktemp("t")
    table = pd.DataFrame({"doc_id": [f"={i}" for i in range(len(texts))], "text": texts})
    with open(folder / "a.csv", "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(table.columns)
        writer.writerows(csv_safe(table).itertuples(index=False, name=None))
    (folder / "a.jsonl").write_text("".join(json.dumps(r) + "\n" for r in table.to_dict("records")))
    for name in ("a.csv", "a.jsonl"):
        assert [(d.doc_id, d.text) for d in read_documents(folder / name)] == list(
            table.itertuples(index=False, name=None)
        )


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["a.csv", "a.jsonl", "a.txt", "a.csv.gz", "a.parquet"]))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    """No input ends in anything but documents or an InputError that names the file."""
    path = tmp_path_factory.mktemp("b") / name
    path.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    problems = Problems(skip=True)
    try:
        for document in read_documents(path, problems=problems):
            assert isinstance(document.text, str) and not unfit(document.text)
    except InputError as error:
        assert name in str(error)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["a,b", '"a\n\nb",c', "", "x", "a,b,c", '"q""q",\u00e9', "=1,-2"]), max_size=12))
def test_line_numbers_of_csv(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    """Every row, kept or refused, has the number of the line that it begins at."""
    path = tmp_path_factory.mktemp("n") / "a.csv"
    path.write_text("text,other\n" + "".join(line + "\n" for line in lines))
    expected, at = [], 2
    for line in lines:
        if line:
            expected.append((at, len(next(csv.reader(io.StringIO(line)))) == 2))
        at += 1 + line.count("\n")
    problems = Problems(skip=True)
    kept = [n for n, _ in read_rows(path, ["text"], problems=problems)]
    refused = [r["line"] for r in problems.rows]
    assert kept == [n for n, good in expected if good]
    assert refused == [n for n, good in expected if not good] and problems.count == len(refused)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (float("nan"), ""), (pd.NA, ""), (pd.NaT, ""), (7, "7"), (1.0, "1.0"), (True, "True"), ("NA", "NA")],
)
def test_as_text(value: object, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("name", "kind", "stem"),
    [
        ("a.txt", ".txt", "a"),
        ("a.b.csv.gz", ".csv", "a.b"),
        ("a.JSONL", ".jsonl", "a"),
        ("a.parquet", ".parquet", "a"),
        ("a.gz", "", "a"),
        ("a.docx", "", "a.docx"),
        ("csv", "", "csv"),
    ],
)
def test_kinds_and_stems(name: str, kind: str, stem: str) -> None:
    assert (kind_of(name), stem_of(name)) == (kind, stem)


def test_folders_are_read_in_order_and_below(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/c.csv", ".hidden.txt", "note.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text\nOslo\n")
    assert [p.name for p in list_files(tmp_path)] == ["c.csv", "z.txt", "b.txt"]
    assert [d.doc_id for d in read_documents(tmp_path)] == ["c-2", "z", "b"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"empty: holds no file that ends in \.txt"):
        list_files(tmp_path / "empty")


@pytest.mark.parametrize(
    ("name", "target", "message"),
    [
        ("b.txt", "nowhere", "b.txt: is a link that leads nowhere"),
        ("b", "../elsewhere", "b: is a link to a folder elsewhere"),
        ("b.txt", "/dev/null", "b.txt: is no file"),
        ("b.txt", "../elsewhere/c.txt", ""),
        ("a/b", "..", ""),
        (".hidden/b.txt", "nowhere", ""),
        ("b.docx", "nowhere", ""),
    ],
)
def test_no_document_of_a_folder_is_missed_in_silence(tmp_path: Path, name: str, target: str, message: str) -> None:
    for file in ("in/a/a.txt", "elsewhere/c.txt", "in/.hidden/h.txt"):
        (tmp_path / file).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / file).write_text("Oslo agreed.")
    (tmp_path / "in" / name).symlink_to(target)
    if message:
        with pytest.raises(InputError, match=message):
            list_files(tmp_path / "in")
    else:
        assert len(list_files(tmp_path / "in")) == 1 + ("elsewhere" in target)


def test_ids_twice_over_files(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.txt").write_text("Oslo")
    with pytest.raises(InputError, match=r"doc_id 'x' was given already, at .*a/x\.txt; make ids unique"):
        list(read_documents(tmp_path))
    assert len(list(read_documents(tmp_path, unique=False))) == 2
    problems = Problems(skip=True)
    assert len(list(read_documents(tmp_path, problems=problems))) == 1
    assert problems.first.endswith("make ids unique (a text file's is its name)")


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"doc_id": ["007", None], "text": ["Oslo", None]}).to_parquet(path)
    assert [(d.doc_id, d.text) for d in read_documents(path)] == [("007", "Oslo"), ("a-2", "")]
    pd.DataFrame({"text": [1]}).to_parquet(path)
    with pytest.raises(InputError, match=r"a\.parquet:1: text is int, not a string: 1"):
        list(read_documents(path))
    pd.DataFrame({"body": ["Oslo"]}).to_parquet(path)
    with pytest.raises(InputError, match="no column 'text'; the file has 'body'"):
        list(read_documents(path))


def test_a_compressed_text_is_unpacked_no_further_than_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"word " * 20_000_000))
    with pytest.raises(InputError, match="has more than 1,000 characters"):
        list(read_documents(path, max_chars=1000))


@pytest.mark.parametrize(
    "parts",  # of a text, each a sentence
    [
        # a quote's own mark does not cut its speaker off, where a verb of speech says that it is one
        ["“Why should we pay?” Ana Reyes asked. ", "“Oslo must go!” Mr. Lee said. ", "“Ann knows.”"],
        ["'Who pays…' Minister of State Ann Lee, 52, wrote on Monday. ", '"No!" Rep. Émile Roy (D-Ohio) told reporters Monday.'],
        ["“Who pays?” ", "Ana Reyes left. ", "“Who?” ", "Critics said no. ", "“Why?” ", "The crowd asked for bread."],
        ["“Why?” ", "Reyes said that it was late. ", "“Who?” ", "Reyes said on Monday it would rain. ", "“Why?” Lee told Roy."],
        # titles and offices
        ["Lt. Gov. Ann Lee, then-Sen. Bob Ray and Reps. Jo Roy and Al Ng met Det. Sgt. Kit Low. ", "Cpl. Ray left."],
        ["U.S. Ambassador Ann Lee met the U.N. General Assembly and Acme Inc. Chairman Bob Ray. ", "He is Col. Ray."],
        # where an abbreviation ends a sentence, and where it does not
        ["It was made in the U.S. ", "“We love it,” he said. ", "She runs Acme Inc. ", "“No,” she said of the U.S. “Iron Dome”."],
        ["The vote is at 9 a.m. ", "Ann Lee will speak. ", "At 9 p.m. Ada Lee left the 6 p.m. Mass. ", "It is by 9 a.m. Oslo time."],
        # a headline, and lines that are wrapped
        ["Lee attacks the plan for the new bridge as its costs soar past two billion\n", "Ann Lee said on Monday that it did."],
        ["“The bridge is a mistake,”\nAnn Lee said of the plan of Gov.\nBob Ray and the\nUnion. ", "It opens on Jan.\n14 in Oslo."],
        ["Bridge costs more than was said at first, and it is late\n", "● Oslo pays\n", "● Rome does not"],
        [
            "Ann Lee attacks the plan for the bridge of Oslo and Rome\n",
            "The bridge is a mistake, as the union of the port said on Monday, and all of\n"
            "it will have to be paid for by the men and women of the port and by Ann\n"
            "Lee, who had no wish for a bridge or for a road or for what else there is\nof it. ",
            "It is late.",
        ],
        ["A column was as narrow as this is,\nand so a name, as that of the Bob\nRay of Oslo, was cut in two. ", "It is late."],
        # a space that was lost, a mark that nobody sees
        ["Lee left the bridge.", "Ray stayed, he said.", "“It will fail.”", "Oslo slept. ", "Booking.com met a.Lee@b.org."],
        ["The bridge fell.\u200b ", "Ann Lee left.\u200e\u200f", "Bob Ray stayed for the foot\u200bball."],
        ["“It is late [...] Oslo must not pay,” Lee said. ", "It fell."],
    ],
)
def test_where_sentences_end(parts: list[str]) -> None:
    assert [s.text for s in split_sentences("".join(parts))] == [p.strip(" \n\u200b\u200e\u200f") for p in parts]


@given(st.text(st.sampled_from("abA ;,.?“”’\u200b\u0301😀\n"), min_size=1, max_size=40), st.integers(40, 200))
def test_no_sentence_is_longer_than_its_limit(words: str, times: int) -> None:
    """And nothing but white space and unseen marks is lost between the parts."""
    text = words * times
    sentences = split_sentences(text)
    assert all(0 < len(s.text) <= MAX_SENTENCE and text[s.start : s.end] == s.text for s in sentences)
    ends = [0, *(s.end for s in sentences)]
    starts = [*(s.start for s in sentences), len(text)]
    assert all(end <= start and not text[end:start].replace("\u200b", "").strip() for end, start in zip(ends, starts, strict=True))


def test_a_long_sentence_is_cut_where_it_pauses() -> None:
    clause = "the union of the port of Saltby, which has many members, does not want the ferry; "
    sentences = split_sentences(clause * 30)
    assert len(sentences) == 3 and all(s.text.endswith((";", ",")) for s in sentences)


def test_no_search_for_an_abbreviation_goes_back_to_where_a_text_began(monkeypatch: pytest.MonkeyPatch) -> None:
    """Punkt takes line after line of "Calif." for one sentence; five million characters of that must not take hours."""

    class Watched:
        def search(self, block: str, start: int, end: int) -> object:
            reached.append(end - start)
            return _ABBREVIATION.search(block, start, end)

    reached: list[int] = []
    monkeypatch.setattr("stance.text._ABBREVIATION", Watched())
    split_sentences("In Fresno, Calif. Bob Ray met Gov. Ann Lee and " * 50)
    assert len(reached) == 100 and max(reached) < 10
