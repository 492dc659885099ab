"""What happens to input that is odd or bad: one table through the API and the command line.

Odd input is read as it stands. A bad row is refused with its line: by default the run stops (exit code 2, one line
on stderr, nothing written); with `--on-error skip` the row goes to OUTPUT.refused.jsonl and the others are used. A bad
file stops the run either way, because nothing in it can be trusted.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from stance import InputError, load_catalogue, read_documents, read_labeled
from stance.text import Problems, read_rows

BOM = b"\xef\xbb\xbf"
LONG = "word " * 40_000  # 200,000 characters: above the csv module's own limit of 131,072
ACCENTS = (
    "Ame\u0301lie said no \U0001f469\u200d\U0001f680, \u05d9\u05e8\u05d5\u05e9\u05dc\u05d9\u05dd \u202eRLO\u202c "
    "\u0939\u093f\u0928\u094d\u0926\u0940"
)


def rows(*objects: Any) -> bytes:
    return b"".join(json.dumps(o).encode() + b"\n" for o in objects)


# ------------------------------------------------------------------------------------------------- read as it stands

# name: file, content, options of read_documents, the (doc_id, text) that come out
ODD: dict[str, tuple[str, bytes, dict[str, Any], list[tuple[str, str]]]] = {
    "byte-order mark, text": ("a.txt", BOM + b"Oslo agreed.", {}, [("a", "Oslo agreed.")]),
    "byte-order mark, CSV": ("a.csv", BOM + b"doc_id,text\nx,Oslo\n", {}, [("x", "Oslo")]),
    "byte-order mark, JSONL": ("a.jsonl", BOM + rows({"text": "Oslo"}), {}, [("a-1", "Oslo")]),
    "UTF-16": ("a.csv", "text\nÅse\n".encode("utf-16"), {"encoding": "utf-16"}, [("a-2", "Åse")]),
    "UTF-16, text": ("a.txt", "Åse\r\n".encode("utf-16"), {"encoding": "utf-16"}, [("a", "Åse\r\n")]),
    "Latin-1": ("a.csv", "text\nÅse\n".encode("latin-1"), {"encoding": "latin-1"}, [("a-2", "Åse")]),
    "CRLF": ("a.csv", b'text,doc_id\r\n"a\r\nb",x\r\nc,y\r\n', {}, [("x", "a\r\nb"), ("y", "c")]),
    "CR": ("a.csv", b'text,doc_id\r"a\rb",x\rc,y\r', {}, [("x", "a\rb"), ("y", "c")]),
    "CRLF, text": ("a.txt", b"a\r\nb\rc\n", {}, [("a", "a\r\nb\rc\n")]),
    "CRLF, JSONL": ("a.jsonl", b'{"text": "a"}\r\n\r\n{"text": "b"}\r\n', {}, [("a-1", "a"), ("a-3", "b")]),
    "no last line end": ("a.csv", b"text\nOslo", {}, [("a-2", "Oslo")]),
    "blank lines": ("a.csv", b"\n\ntext,doc_id\n\na,\n\n\nb,\n", {}, [("a-5", "a"), ("a-8", "b")]),
    "lines after a quoted line end": ("a.csv", b'text,x\n"a\n\nb",\nc,\n', {}, [("a-2", "a\n\nb"), ("a-5", "c")]),
    "long field": ("a.csv", f'doc_id,text\nx,"{LONG}"\n'.encode(), {}, [("x", LONG)]),
    "missing as text": (
        "a.csv",
        b"doc_id,text\nNA,null\nnull,NA\nnan,None\n",
        {},
        [("NA", "null"), ("null", "NA"), ("nan", "None")],
    ),
    "numbers as ids": (
        "a.csv",
        b"doc_id,text\n007,a\n1.0,b\n1e3,c\n7,d\n",
        {},
        [("007", "a"), ("1.0", "b"), ("1e3", "c"), ("7", "d")],
    ),
    "numbers as ids, JSONL": (
        "a.jsonl",
        rows({"doc_id": "007", "text": "a"}, {"doc_id": 7, "text": "b"}, {"doc_id": 1.0, "text": "c"}),
        {},
        [("007", "a"), ("7", "b"), ("1.0", "c")],
    ),
    "numbers as text": ("a.csv", b"text\n007\n", {}, [("a-2", "007")]),
    "empty id": ("a.csv", b"doc_id,text\n,a\n", {}, [("a-2", "a")]),
    "empty and white": ("a.csv", b'doc_id,text\nx,\ny," \t"\nz,a\n', {}, [("x", ""), ("y", " \t"), ("z", "a")]),
    "null text": ("a.jsonl", rows({"doc_id": "x", "text": None}), {}, [("x", "")]),
    "white text file": ("a.txt", b" \n\t\n", {}, [("a", " \n\t\n")]),
    "marks, joiners, right to left": ("a.jsonl", rows({"doc_id": "é", "text": ACCENTS}), {}, [("é", ACCENTS)]),
    "pair of surrogates": ("a.jsonl", b'{"text": "\\ud83d\\ude00"}\n', {}, [("a-1", "\U0001f600")]),
    "line separators in JSON": (
        "a.jsonl",
        '{"text": "a\u2028b\x85c\u000bd"}\n'.replace("\x0b", "").encode(),
        {},
        [("a-1", "a\u2028b\x85cd")],
    ),
    "formulas": (
        "a.csv",
        b"doc_id,text\n'=x,'=1+1\ny,'tis so\nz,''@a\n",
        {},
        [("=x", "=1+1"), ("y", "'tis so"), ("z", "'@a")],
    ),
    "capital ending": ("A.CSV", b"text\na\n", {}, [("A-2", "a")]),
    "gzip": ("a.csv.gz", gzip.compress(b"text\na\n"), {}, [("a-2", "a")]),
    "gzip, text": ("a.b.txt.gz", gzip.compress(b"a\r\nb"), {}, [("a.b", "a\r\nb")]),
    "spaces in the header": ("a.csv", b" doc_id , text \nx,a\n", {}, [("x", "a")]),
    "other columns": ("a.csv", b"text,NA,x y\na,1,2\n", {}, [("a-2", "a")]),
    "header alone": ("a.csv", b"text\n", {}, []),
    "a name that is not UTF-8": ("caf\udce9.txt", b"Oslo agreed.", {}, [("caf\\xe9", "Oslo agreed.")]),
    "rows of a name that is not UTF-8": ("caf\udce9.csv", b"text\nOslo\n", {}, [("caf\\xe9-2", "Oslo")]),
}


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("case", ODD)
def test_odd_input_is_read_as_it_stands(
    case: str, tmp_path: Path, stance: Callable[..., Any], small_model: Path
) -> None:
    name, content, options, expected = ODD[case]
    path = put(tmp_path, name, content)
    documents = list(read_documents(path, **options))
    assert [(d.doc_id, d.text) for d in documents] == expected
    flags = [f"--{k.replace('_', '-')}={v}" for k, v in options.items()]
    ran = stance("predict", path, "-m", small_model, "-o", tmp_path / "out.csv", "--on-error", "skip", *flags)
    assert ran.code == 0, ran.err
    assert f"{len(expected):,} document" in ran.err and "refused" not in ran.err
    empty = sum(not text.strip() for _, text in expected)
    assert (f"{empty} without text" in ran.err) == bool(empty)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([name, "out.csv"])


# ------------------------------------------------------------------------------------------------- documents refused

GOOD = b"x,Oslo agreed.\n"
HEAD = b"doc_id,text\n"
# name: file, content, what is said, the line that a row is refused at (None: the file is)
BAD: dict[str, tuple[str, bytes | None, str, int | None]] = {
    "missing": ("a.csv", None, "no such file", None),
    "missing, text": ("a.txt", None, "no such file", None),
    "missing, JSONL": ("a.jsonl", None, "no such file", None),
    "missing, Parquet": ("a.parquet", None, "no such file", None),
    "unknown kind": ("a.docx", b"PK", "unknown kind of file; name one that ends in .txt", None),
    "empty, text": ("a.txt", b"", "is empty; a document needs text", 0),
    "only a byte-order mark": ("a.txt", BOM, "is empty", 0),
    "empty, CSV": ("a.csv", b"", "is empty; a table needs a header line with text", None),
    "empty, JSONL": ("a.jsonl", b"\n\n", "is empty; each line must hold one object with text", None),
    "empty, Parquet": ("a.parquet", b"", "not a readable Parquet file", None),
    "no such column": ("a.csv", b"id,body\nx,a\n", "a.csv:1: no column 'text'; the file has 'id', 'body'", None),
    "semicolons": ("a.csv", b"doc_id;text\nx;a\n", "separate the columns by commas", None),
    "column twice": ("a.csv", b"text,text\na,b\n", "a.csv:1: column 'text' stands twice in the header", None),
    "not UTF-8": (
        "a.csv",
        HEAD + GOOD + "y,Åse\n".encode("latin-1"),
        "a.csv:3: byte 29 (0xc5) is not valid utf-8; save",
        None,
    ),
    "not UTF-8, text": ("a.txt", b"caf\xe9", "a.txt:1: byte 3 (0xe9) is not valid utf-8", None),
    "not UTF-8, far in": ("a.txt", b"a\n" * 600_000 + b"\xff", "a.txt:600001: byte 1200000 (0xff)", None),
    "not UTF-8, cut": ("a.txt", "né".encode()[:-1], "a.txt:1: byte 1 (0xc3) is not valid utf-8", None),
    "not UTF-8, gzip": ("a.csv.gz", gzip.compress(HEAD + b"y,\xff\n"), "a.csv.gz:2: byte 14 (0xff)", None),
    "UTF-16": ("a.csv", "text\na\n".encode("utf-16"), "byte 0 (0xff) is not valid utf-8", None),
    "UTF-16 without mark": (
        "a.txt",
        "Oslo".encode("utf-16-le"),
        "holds a NUL character at character 1; it is no text",
        0,
    ),
    "NUL": ("a.csv", HEAD + b"y,O\0slo\n" + GOOD, "text holds a NUL character at character 1", 2),
    "NUL, JSONL": ("a.jsonl", b'{"text": "a\\u0000"}\n', "text holds a NUL character", 1),
    "half a surrogate pair": (
        "a.jsonl",
        b'{"text": "Oslo \\ud83d fell"}\n',
        r"half a surrogate pair ('\ud83d') at character 5",
        1,
    ),
    "half a pair in an id": (
        "a.jsonl",
        b'{"doc_id": "\\udc00", "text": "a"}\n',
        "doc_id holds half a surrogate pair",
        1,
    ),
    "quote never closed": (
        "a.csv",
        HEAD + GOOD + b'y,"Oslo\nz,b\n',
        "a.csv:3: not valid CSV: a quote that is opened in this row",
        None,
    ),
    "text after a quote": (
        "a.csv",
        HEAD + b'y,"Oslo" said\n',
        "a.csv:2: not valid CSV: text follows a closing quote",
        None,
    ),
    "too few fields": ("a.csv", HEAD + GOOD + b"\ny\n", "1 field where the header has 2; quote the fields", 4),
    "too many fields": ("a.csv", HEAD + b"y,Oslo, Rome\n" + GOOD, "3 fields where the header has 2", 2),
    "too many after a line end": ("a.csv", HEAD + b'"y\ny",a\n' + b"z,a,b\n", "3 fields", 4),
    "id twice": ("a.csv", HEAD + GOOD + b"x,Rome agreed.\n", "doc_id 'x' was given already", 3),
    "JSON cut": ("a.jsonl", b'\n\n{"text": "a"}\n\n{"text": "b', "not valid JSON: Unterminated string", 5),
    "JSON list": ("a.jsonl", b"[1]\n", "holds list, not an object", 1),
    "JSON number": ("a.jsonl", b"7\n", "holds int, not an object", 1),
    "JSON key twice": ("a.jsonl", b'{"text": "a", "text": "b"}\n', "key 'text' stands twice", 1),
    "JSON without the key": ("a.jsonl", rows({"body": "a"}), "no key 'text'; the object has 'body'", 1),
    "JSON NaN": ("a.jsonl", b'{"text": NaN}\n', "NaN is no JSON value", 1),
    "JSON nests": ("a.jsonl", b'{"text": ' + b"[" * 100_000 + b"\n", "not valid JSON", 1),
    "a number as text": ("a.jsonl", rows({"text": 7}), "text is int, not a string: 7", 1),
    "a list as id": ("a.jsonl", rows({"text": "a", "doc_id": ["x"]}), "doc_id must be a single value", 1),
    "gzip cut": ("a.csv.gz", gzip.compress(HEAD + GOOD)[:-9], "cannot be", None),
    "no gzip": ("a.csv.gz", HEAD, "cannot be", None),
    "no zip": ("a.csv.zip", HEAD, "cannot be", None),
    "no Parquet": ("a.parquet", HEAD, "not a readable Parquet file", None),
    "a line of 10 MB": (
        "a.jsonl",
        rows({"text": "word " * 2_000_000}),
        "has 10,000,000 characters; the limit is 5,000,000",
        1,
    ),
    "a text of 10 MB": ("a.txt", b"word " * 2_000_000, "has more than 5,000,000 characters", 0),
}


def one_line(error: str) -> str:
    lines = error.splitlines()
    assert len(lines) == 1 and lines[0].startswith("stance: ") and "Traceback" not in error, error
    return lines[0]


@pytest.mark.parametrize("case", BAD)
def test_bad_documents(case: str, tmp_path: Path, stance: Callable[..., Any], small_model: Path) -> None:
    name, content, message, line = BAD[case]
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError) as error:
        list(read_documents(path))
    assert message in str(error.value) and name in str(error.value)
    if line:
        assert f"{name}:{line}: " in str(error.value)
    out = tmp_path / "out" / "table.csv"
    arguments = ["predict", path, "-m", small_model, "-o", out]
    ran = stance(*arguments)
    said = one_line(ran.err)
    assert (ran.code, ran.out) == (2, "") and message.split(", at ")[0] in said
    assert sorted(tmp_path.iterdir()) == before

    ran = stance(*arguments, "--on-error", "skip")
    if line is None:
        assert ran.code == 2 and message in one_line(ran.err)
        assert sorted(tmp_path.iterdir()) == before
        return
    assert ran.code == 0 and "1 refused; see " in ran.err
    refused = [json.loads(row) for row in Path(f"{out}.refused.jsonl").read_text().splitlines()]
    problems = Problems(skip=True)
    documents = list(read_documents(path, problems=problems))
    assert problems.count == len(problems.rows) == len(refused) == 1
    assert refused[0]["file"] == str(path) and message.split(", at ")[0] in refused[0]["reason"]
    assert problems.rows[0]["line"] == line == refused[0]["line"]
    assert f"{len(documents)} document" in ran.err


PARQUET: dict[str, tuple[Any, str, int | None]] = {
    "a date beyond all calendars": (lambda pa: {"text": ["a"], "date": pa.array([1 << 62], pa.timestamp("us"))}, "date value", None),
    "bytes as text": (lambda pa: {"text": [b"Oslo"]}, "text is bytes, not a string", 1),
    "bytes as id": (lambda pa: {"text": ["a"], "doc_id": [b"\xff"]}, "doc_id must be a single value", 1),
    "an object as text": (lambda pa: {"text": [{"a": "b"}]}, "text is dict, not a string", 1),
    "no text column": (lambda pa: {"body": ["a"]}, "no column 'text'", None),
}


@pytest.mark.parametrize("case", PARQUET)
def test_bad_parquet(case: str, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    make, message, row = PARQUET[case]
    parquet.write_table(pa.table(make(pa)), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=re.escape(message)) as error:
        list(read_documents(tmp_path / "a.parquet"))
    assert f"a.parquet:{row}: " in str(error.value) if row else "a.parquet:" in str(error.value)


def test_what_json_cannot_hold_is_put_aside_as_json(tmp_path: Path, stance: Callable[..., Any], small_model: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pa.table({"text": [b"Oslo"], "w": [float("nan")], "v": [float("inf")]}), tmp_path / "a.parquet")
    ran = stance("predict", tmp_path / "a.parquet", "-m", small_model, "-o", tmp_path / "o.csv", "--on-error", "skip")
    assert ran.code == 0
    ((_, refused),) = read_rows(tmp_path / "o.csv.refused.jsonl", ["row"])
    assert refused["row"] == {"text": "b'Oslo'", "w": None, "v": "Infinity"}


def test_damaged_parquet_loses_no_row_in_silence(tmp_path: Path) -> None:
    """Bits flipped in the file's own account of its rows: all of them, or an error."""
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"doc_id": [str(i) for i in range(50)], "text": ["Oslo agreed."] * 50}), path)
    raw = path.read_bytes()
    found = set()
    for bit in range(8 * (len(raw) - 1500), 8 * len(raw), 13):
        path.write_bytes(raw[: bit // 8] + bytes([raw[bit // 8] ^ 1 << bit % 8]) + raw[bit // 8 + 1 :])
        try:
            found.add(len(list(read_documents(path, unique=False))))
        except InputError:
            found.add(-1)
    assert found == {-1, 50}


def test_every_row_is_counted(tmp_path: Path, stance: Callable[..., Any], small_model: Path) -> None:
    """Documents scored, empty and refused add up to the rows of the file; the refused keep their line and content."""
    lines = [HEAD]
    for i in range(200):
        lines.append([b"%d,Oslo backs Rome.\n", b"%d,\n", b"%d\n", b"%d,a,b\n", b"%d,\0\n"][i % 5] % i)
    path = put(tmp_path, "a.csv", b"".join(lines))
    ran = stance("predict", path, "-m", small_model, "-o", tmp_path / "o.jsonl", "--on-error", "skip")
    assert ran.code == 0 and "80 documents" in ran.err and "40 without text" in ran.err and "120 refused" in ran.err
    refused = [json.loads(r) for r in (tmp_path / "o.jsonl.refused.jsonl").read_text().splitlines()]
    assert [r["line"] for r in refused] == [i + 2 for i in range(200) if i % 5 > 1]
    good = put(tmp_path, "b.csv", HEAD + GOOD)
    assert stance("predict", good, "-m", small_model, "-o", tmp_path / "o.jsonl", "--on-error", "skip").code == 0
    assert not (tmp_path / "o.jsonl.refused.jsonl").exists()


def test_refused_rows_are_said_where_there_is_no_output(
    tmp_path: Path, stance: Callable[..., Any], small_model: Path
) -> None:
    path = put(tmp_path, "a.csv", HEAD + b"y\n" + GOOD)
    ran = stance("predict", path, "-m", small_model, "--on-error", "skip")
    assert ran.code == 0 and "a.csv:2: 1 field where" in ran.err and "1 refused" in ran.err
    assert ran.out.startswith("doc_id,") and "refused" not in ran.out
    ran = stance("predict", path, "-m", small_model, "--on-error", "ignore")
    assert ran.code == 2 and "choose stop or skip" in one_line(ran.err)


@pytest.mark.parametrize("output", ["o.csv", "o.jsonl", "o.parquet", "out"])
def test_file_names_that_are_not_utf8(output: str, tmp_path: Path, stance: Callable[..., Any], small_model: Path) -> None:
    """As old archives unpack to: each name, and each row refused of it, is written as text."""
    (tmp_path / "in").mkdir()
    for name in ("caf\udce9.txt", "caf\udce8.txt", "caf.txt"):
        put(tmp_path / "in", name, b"Turkey condemned Russia.")
    put(tmp_path / "in", "emp\udce9.txt", b"")
    catalogue = put(tmp_path, "e.csv", CATALOGUE + b"Turkey,,,\nRussia,,,\n")
    to = tmp_path / output
    ran = stance("predict", tmp_path / "in", "-m", small_model, "-e", catalogue, "-o", to, "--on-error", "skip")
    assert ran.code == 0, ran.err
    table, refused = to, Path(f"{to}.refused.jsonl")
    if output == "out":
        table, refused = to / "part-00000.csv", to / "part-00000.csv.refused.jsonl"
        names = ["caf.txt", "caf\\xe8.txt", "caf\\xe9.txt", "emp\\xe9.txt"]
        assert json.loads((to / "manifest.json").read_text())["inputs"][0]["files"] == names
    assert {row["doc_id"] for _, row in read_rows(table, ["doc_id"])} == {"caf", "caf\\xe8", "caf\\xe9"}
    assert json.loads(refused.read_text())["file"].endswith("emp\\xe9.txt")
    assert r"in/emp\xe9.txt: is empty" in one_line(stance("predict", tmp_path / "in", "-m", small_model).err)


def test_training_data_whose_name_is_not_utf8(tmp_path: Path, stance: Callable[..., Any]) -> None:
    path = put(tmp_path, "lab\udce9.csv", LABELS + FINE)
    model = tmp_path / "m\udce9.joblib"
    assert stance("train", path, "-o", model, "--folds", "0").code == 0
    assert r"lab\xe9.csv" in stance("info", model).out and r"lab\xe9.csv" in model.with_suffix(".md").read_text()


def test_standard_input(
    monkeypatch: pytest.MonkeyPatch, stance: Callable[..., Any], small_model: Path, tmp_path: Path
) -> None:
    for content, code, message in (
        (b"Oslo agreed.", 0, "1 document"),
        (b"caf\xe9", 2, "standard input: byte 3 is not valid utf-8"),
        (b"", 2, "standard input: is empty"),
    ):
        with open(put(tmp_path, "in", content)) as stream:
            monkeypatch.setattr("sys.stdin", stream)
            ran = stance("predict", "-", "-m", small_model)
        assert ran.code == code and message in ran.err


def test_offsets_index_the_given_text(tmp_path: Path, small_model: Path) -> None:
    """Combining marks, emoji, right-to-left text and line ends before a mention move no offset."""
    from stance import StanceModel

    text = f"{ACCENTS}.\r\n\r\nTurkey condemned Russia on Monday.\rRussia thanked Turkey."
    path = put(tmp_path, "a.csv", b'doc_id,text\nx,"' + text.encode() + b'"\n')
    documents = list(read_documents(path))
    assert documents[0].text == text
    catalogue = pd.DataFrame({"name": ["Turkey", "Russia"], "kind": ["actor|target"] * 2})
    statements = StanceModel.load(small_model).predict(documents, catalogue)
    assert len(statements) >= 2
    for row in statements.itertuples():
        assert text[row.actor_start : row.actor_end] == row.actor_mention
        assert text[row.target_start : row.target_end] == row.target_mention
        assert text[row.sentence_start : row.sentence_end] == row.evidence


# ------------------------------------------------------------------------------------------------- labels refused

LABELS = b"text,actor,target,stance\n"
FINE = b"Oslo backs Rome.,Oslo,Rome,favor\nLima rejects Rome.,Lima,Rome,against\n" * 4
SPANS = b"text,actor,target,stance,actor_start,actor_end,target_start,target_end\n"
LABELED: dict[str, tuple[str, bytes, str, int | None]] = {
    "typo in a label": (
        "a.csv",
        LABELS + FINE + b"Oslo left Rome.,Oslo,Rome,agianst\n",
        "unknown stance 'agianst'; did you mean 'against'? (allowed: against, favor, neutral)",
        10,
    ),
    "capital in a label": (
        "a.csv",
        LABELS + b"Oslo left Rome.,Oslo,Rome,Favor\n" + FINE,
        "unknown stance 'Favor'; did you mean 'favor'?",
        2,
    ),
    "British label": ("a.csv", LABELS + b"Oslo left Rome.,Oslo,Rome,favour\n" + FINE, "did you mean 'favor'?", 2),
    "other words": ("a.csv", LABELS + b"Oslo left Rome.,Oslo,Rome,oppose\n" + FINE, "did you mean 'against'?", 2),
    "no label": ("a.csv", LABELS + b"Oslo left Rome.,Oslo,Rome,\n" + FINE, "unknown stance ''", 2),
    "a number as label": (
        "a.jsonl",
        rows({"text": "Oslo left Rome.", "actor": "Oslo", "target": "Rome", "stance": 1}),
        "unknown stance '1'",
        1,
    ),
    "no such column": (
        "a.csv",
        b"text,actor,stance\n",
        "no column 'target'; the file has 'text', 'actor', 'stance'",
        None,
    ),
    "not in the text": (
        "a.csv",
        LABELS + FINE + b"Oslo left Rome.,Bern,Rome,favor\n",
        "actor 'Bern' does not stand in the text 'Oslo left Rome.'",
        10,
    ),
    "part of a word": (
        "a.csv",
        LABELS + b"Omani left Rome.,Oman,Rome,favor\n" + FINE,
        "actor 'Oman' does not stand",
        2,
    ),
    "before a mark": (
        "a.csv",
        LABELS + "Rene\u0301 left Rome.,Rene,Rome,favor\n".encode() + FINE,
        "actor 'Rene' does not stand",
        2,
    ),
    "other capitals": ("a.csv", LABELS + b"Oslo left Rome.,oslo,Rome,favor\n" + FINE, "it does with other capitals", 2),
    "other Unicode form": (
        "a.csv",
        LABELS + "Rene\u0301 left Rome.,René,Rome,favor\n".encode() + FINE,
        "it does in another Unicode form",
        2,
    ),
    "other spaces": (
        "a.csv",
        LABELS + b"New  York left Rome.,New York,Rome,favor\n" + FINE,
        "it does with other spaces",
        2,
    ),
    "overlap": ("a.csv", LABELS + b"New York left.,New York,York,favor\n" + FINE, "overlap wherever they stand", 2),
    "empty actor": ("a.csv", LABELS + b"Oslo left Rome.,,Rome,favor\n" + FINE, "actor is empty", 2),
    "null actor": (
        "a.jsonl",
        rows({"text": "Oslo left.", "actor": None, "target": "Oslo", "stance": "favor"}),
        "actor must be a string, not None",
        1,
    ),
    "offsets outside": (
        "a.csv",
        SPANS + b"Oslo left Rome.,Oslo,Rome,favor,0,4,10,99\n",
        "target offsets 10:99 lie outside the text (0:15)",
        2,
    ),
    "offsets elsewhere": (
        "a.csv",
        SPANS + b"Oslo left Rome.,Oslo,Rome,favor,0,4,9,13\n",
        "but its offsets 9:13 hold ' Rom'",
        2,
    ),
    "offsets in part": ("a.csv", SPANS + b"Oslo left Rome.,Oslo,Rome,favor,0,4,,\n", "give all four of actor_start", 2),
    "offsets broken": (
        "a.csv",
        SPANS + b"Oslo left Rome.,Oslo,Rome,favor,0.5,4,10,14\n",
        "offsets must be whole numbers",
        2,
    ),
    "offsets endless": (
        "a.csv",
        SPANS + b"Oslo left Rome.,Oslo,Rome,favor,0,1e999,10,14\n",
        "offsets must be whole numbers",
        2,
    ),
    "offsets overlap": (
        "a.csv",
        SPANS + b"Oslo left Rome.,Oslo,Oslo,favor,0,4,0,4\n",
        "actor 'Oslo' and target 'Oslo' overlap",
        2,
    ),
    "ragged": ("a.csv", LABELS + FINE + b"Oslo, left Rome.,Oslo,Rome,favor\n", "5 fields where the header has 4", 10),
    "line after a quoted line end": (
        "a.csv",
        LABELS + b'"Oslo\n\nleft\nRome.",Oslo,Rome,favor\n\n' + b"Oslo left Rome.,Oslo,Rome,fovor\n",
        "unknown stance 'fovor'",
        7,
    ),
    "no rows": ("a.csv", LABELS, "no labelled pairs", None),
    "a text file": ("a.txt", b"Oslo", "not a table", None),
}


@pytest.mark.parametrize("case", LABELED)
def test_bad_labelled_rows(case: str, tmp_path: Path, stance: Callable[..., Any], small_model: Path) -> None:
    name, content, message, line = LABELED[case]
    path = put(tmp_path, name, content)
    with pytest.raises(InputError) as error:
        read_labeled(path)
    assert message in str(error.value) and (f"{name}:{line}: " if line else name) in str(error.value)
    model = tmp_path / "m.joblib"
    for command in (
        ("train", path, "-o", model, "--folds", "0"),
        ("evaluate", path, "-m", small_model, "-o", tmp_path / "s.json"),
    ):
        ran = stance(*command)
        assert ran.code == 2 and ran.out == "" and message in one_line(ran.err)
        assert list(tmp_path.iterdir()) == [path]
    if line is None or FINE not in content:
        return
    ran = stance("train", path, "-o", model, "--folds", "0", "--on-error", "skip")
    assert ran.code == 0 and "1 refused" in ran.err and "8 labelled pairs" in ran.err
    refused = json.loads(Path(f"{model}.refused.jsonl").read_text())
    assert refused["line"] == line and message in refused["reason"]


def test_labelled_rows_all_refused(tmp_path: Path, stance: Callable[..., Any]) -> None:
    path = put(tmp_path, "a.csv", LABELS + b"Oslo,Bern,Oslo,favor\n" * 3)
    ran = stance("train", path, "-o", tmp_path / "m.joblib", "--on-error", "skip")
    assert ran.code == 2 and list(tmp_path.iterdir()) == [path]
    assert re.search(
        r"no labelled pairs that can be used: 3 refused, the first \S*a.csv:2: actor 'Bern'", one_line(ran.err)
    )


def test_odd_labelled_rows_are_kept(tmp_path: Path) -> None:
    content = (
        LABELS[:-1] + b",doc_id,note\nNA backs null.,NA,null,favor,007,NA\n'=Oslo backs Rome.,Oslo,Rome,favor,1.0,\n"
    )
    frame = read_labeled(put(tmp_path, "a.csv", content))
    assert list(frame["doc_id"]) == ["007", "1.0"] and list(frame["note"]) == ["NA", ""]
    assert list(frame["text"]) == ["NA backs null.", "=Oslo backs Rome."] and list(frame["actor_start"]) == [0, 1]


ONE = LABELS + b"Oslo backs Rome.,Oslo,Rome,favor\n" * 5
TRAINING: dict[str, tuple[bytes, list[str], str]] = {
    "one stance": (ONE, ["--folds", "0"], "only one stance in the labelled data"),
    "fewer documents than folds": (LABELS + FINE, ["--folds", "5"], "2 documents cannot be split into 5 folds"),
    "one fold": (LABELS + FINE, ["--folds", "1"], "--folds 1 leaves nothing to train on"),
    "a fold of one stance": (LABELS + FINE, ["--folds", "2"], "lower --folds"),
    "no model's ending": (LABELS + FINE, ["-o", "m.pkl"], "a model file ends in .joblib"),
    "unknown encoding": (LABELS + FINE, ["--encoding", "utf-99"], "no such text encoding"),
    "no text encoding": (LABELS + FINE, ["--encoding", "hex"], "no such text encoding"),
}


@pytest.mark.parametrize("case", TRAINING)
def test_training_that_cannot_be(case: str, tmp_path: Path, stance: Callable[..., Any]) -> None:
    content, options, message = TRAINING[case]
    path = put(tmp_path, "a.csv", content)
    ran = stance("train", path, "-o", tmp_path / "m.joblib", *options)
    assert ran.code == 2 and message in one_line(ran.err.splitlines()[-1])
    assert list(tmp_path.iterdir()) == [path]


# ------------------------------------------------------------------------------------------------- catalogues

CATALOGUE = b"name,kind,aliases,affiliation\n"
CATALOGUES: dict[str, tuple[bytes, str]] = {
    "no name": (CATALOGUE + b",actor,,\n", "name is empty"),
    "name twice": (CATALOGUE + b"Oslo,actor,,\nOslo,target,,\n", "'Oslo' stands already"),
    "unknown kind": (CATALOGUE + b"Oslo,acter,,\n", "unknown kind 'acter'"),
    "affiliation nowhere": (
        CATALOGUE + b"Oslo,actor,,Norway\n",
        "affiliation 'Norway' of 'Oslo' is not in the catalogue",
    ),
    "affiliation to itself": (CATALOGUE + b"Oslo,actor,,Oslo\n", "circle"),
    "affiliation in a circle": (CATALOGUE + b"A,actor,,B\nB,actor,,C\nC,actor,,A\n", "circle"),
    "no column": (b"entity\nOslo\n", "no column 'name'; the file has 'entity'"),
    "empty": (b"", "is empty"),
    "header alone": (CATALOGUE, "names nothing below its header; list the entities to look for"),
    "ragged": (CATALOGUE + b"Oslo,actor\n", "2 fields where the header has 4"),
    "not UTF-8": (CATALOGUE + b"\xc5se,actor,,\n", "is not valid utf-8"),
}


@pytest.mark.parametrize("case", CATALOGUES)
def test_bad_catalogues(case: str, tmp_path: Path, stance: Callable[..., Any], small_model: Path) -> None:
    content, message = CATALOGUES[case]
    path = put(tmp_path, "entities.csv", content)
    text = put(tmp_path, "a.txt", b"Oslo agreed.")
    with pytest.raises(InputError, match=r"entities\.csv") as error:
        load_catalogue(path)
    assert message in str(error.value)
    ran = stance("predict", text, "-m", small_model, "-e", path, "-o", tmp_path / "o.csv")
    assert ran.code == 2 and message in one_line(ran.err) and not (tmp_path / "o.csv").exists()


def test_an_alias_of_two_entities_is_never_guessed(tmp_path: Path, small_model: Path) -> None:
    from stance import StanceModel

    path = put(tmp_path, "e.csv", CATALOGUE + b"Bank of Oslo,,BO,\nBank of Rome,,BO,\nLima,,,\n")
    model = StanceModel.load(small_model)
    assert model.predict(["Lima condemned BO."], path).empty
    assert set(model.predict(["Lima condemned the Bank of Oslo."], path)["target"]) >= {"Bank of Oslo"}


# ------------------------------------------------------------------------------------------------- usage

MODEL = "MODEL"  # stands for a model file
USAGE: dict[str, tuple[list[str], str]] = {
    "no such option": (["predict", "--frobnicate", "a.txt"], "No such option"),
    "no such command": (["predikt", "a.txt"], "No such command"),
    "no input": (["predict"], "Missing argument"),
    "by what": (["predict", "a.txt", "--by", "year"], "--by year: choose statement, document or corpus"),
    "output of no kind": (["predict", "a.txt", "-o", "o.xlsx"], "tables are written as .csv, .jsonl or .parquet"),
    "prior in words": (["predict", "a.txt", "--prior", "against=lots"], "--prior against=lots: write against="),
    "prior of zero": (["predict", "a.txt", "--prior", "against=0,favor=1,neutral=1"], "each once and above 0"),
    "prior twice": (["predict", "a.txt", "--prior", "favor=1,favor=2,against=1,neutral=1"], "each once and above 0"),
    "a scheduler for nothing": (["predict", "a.txt", "--scheduler", "tcp://host:8786"], "is for --backend dask; add that"),
    **{
        f"a scheduler at {address!r}": (
            ["predict", "a.txt", "-o", "out", "--model", MODEL, "--backend", "dask", "--scheduler", address],
            f"--scheduler {address!r}: is no address; write tcp://HOST:PORT",
        )
        for address in ("host", "host:8786", "http://host:8786", "tcp://host:port", "tcp://host:99999", "tcp://[::1:8786")
    },
    "an empty name": (["predict", "a.txt", "", "--model", MODEL], "an input has an empty name"),
    "no room": (["predict", "a.txt", "--max-chars", "0", "--model", MODEL], "--max-chars 0: give the number"),
    "no processes": (["predict", "a.txt", "--jobs", "0"], "--jobs 0"),
    "more processes than can be": (["predict", "a.txt", "--jobs", "100000000000"], "is too many for"),
    "a dash for a file": (["predict", "a.txt", "-o", "-"], "-o -: leave -o out to write CSV to stdout"),
    "a view of a page": (["report", "s.csv", "--view", "time", "-o", "r.html"], "--view time: is for one picture, .png or .svg"),
    "a format for nothing": (["predict", "a.txt", "--format", "jsonl"], "--format jsonl: is for a folder of tables"),
    "a timeout for one table": (["predict", "a.txt", "--timeout", "5"], "--timeout 5: is for a folder of tables"),
    "a catalogue for scores": (["evaluate", "l.csv", "-e", "e.csv"], "--entities e.csv: is for agreement with a coder (--statements)"),
    "documents for scores": (["evaluate", "l.csv", "-d", "a", "-d", "b"], "--documents a b: is for agreement with a coder"),
    **{
        f"{option} for agreement": (
            ["evaluate", "l.csv", "--statements", "s.csv", option, *value],
            f"{' '.join([option, *value])}: is for a model's scores; leave it out here",
        )
        for option, *value in (
            ("--on-error", "bogus"), ("--model", "m.joblib"), ("--prior", "against=1,favor=1,neutral=1"), ("--audit",),
            ("--min-confidence", "0.5"),
        )
    },
    "a catalogue for labels": (["suggest", "--doubtful", "l.csv", "-e", "e.csv"], "--entities e.csv: is for documents, not for"),
    "labels for labels": (["suggest", "--doubtful", "l.csv", "--exclude", "e.csv"], "--exclude e.csv: is for documents, not for"),
    "folds for documents": (["suggest", "a.txt", "--folds", "3"], "--folds 3: is for --doubtful"),
    "a model for a picture": (["report", "s.csv", "-o", "r.svg", "-m", "m.joblib"], "--model m.joblib: is for a page (.html)"),
    "neutral in a network": (["export", "s.csv", "-o", "x.graphml", "--neutral", "7"], "--neutral 7: is for --to dna"),
    "a catalogue for a network": (["export", "s.csv", "-o", "x.csv", "-e", "e.csv"], "--entities e.csv: is for --to dna"),
    "documents for a network": (["export", "s.csv", "-o", "x.csv", "-d", "a.txt"], "--documents a.txt: is for --to dna and for tasks"),
    "a network of events": (["export", "s.csv", "--to", "dna", "-o", "x", "--network", "foo"], "--network foo: is for --to graphml"),
    "a catalogue for tasks done": (["import", "t.json", "--from", "doccano", "-e", "e.csv"], "--entities e.csv: is for --from dna"),
    "no model": (["predict", "a.txt", "--model", "none.joblib"], "none.joblib: "),
    "a model that is none": (["predict", "a.txt", "--model", "a.txt"], "is no gzip file"),
    "info on none": (["info", "a.txt"], "is no gzip file"),
    "a device as model": (["predict", "a.txt", "--model", "/dev/zero"], "/dev/zero: is no file"),
    "a device as catalogue": (["predict", "a.txt", "--model", MODEL, "-e", "/dev/zero"], "/dev/zero: is no file"),
    "a folder as catalogue": (["predict", "a.txt", "--model", MODEL, "-e", "."], ".: is no file"),
    "a long name": (["predict", "a" * 300 + ".txt", "--model", MODEL], "cannot be read: File name too long"),
    "a long output": (["predict", "a.txt", "--model", MODEL, "-o", "a" * 300 + ".csv"], "written: File name too long"),
    **{
        f"a long name of {what}": ([a.replace("LONG", "a" * 300) for a in arguments], f"{message}: File name too long")
        for what, message, *arguments in (
            ("labels", ".csv: cannot be read", "evaluate", "LONG.csv", "-m", MODEL),
            ("labels to train on", ".csv: cannot be read", "train", "LONG.csv"),
            ("labels known", ".csv: cannot be read", "suggest", "a.txt", "--exclude", "LONG.csv", "-m", MODEL),
            ("a model", ".joblib: cannot be read", "info", "LONG.joblib"),
            ("a folder to write", "/out: cannot be read", "predict", "a.txt", "-m", MODEL, "-o", "LONG/out"),
            ("a card", ".joblib: cannot be written", "train", "l.csv", "-o", "LONG.joblib"),
            ("suggestions", ".csv: cannot be written", "suggest", "none.txt", "-o", "LONG.csv"),
            ("tasks", ".json: cannot be written", "suggest", "none.txt", "-o", "LONG.json", "--to", "prodigy"),
            ("a page", ".html: cannot be written", "report", "none.csv", "-o", "LONG.html"),
            ("scores", ".json: cannot be written", "evaluate", "none.csv", "-o", "LONG.json"),
        )
    },
    "a long name of Parquet": (["predict", "a" * 300 + ".parquet", "-m", MODEL], ".parquet: not a readable Parquet file"),
    "a long name of no kind": (["predict", "a" * 300 + ".docx", "-m", MODEL], ".docx: no such file"),
    "a file as folder": (["predict", "a.txt", "--model", MODEL, "-o", "/dev/null"], "/dev/null: is no folder"),
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage(
    case: str, tmp_path: Path, stance: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, small_model: Path
) -> None:
    arguments, message = USAGE[case]
    arguments = [str(small_model) if a is MODEL else a for a in arguments]
    monkeypatch.chdir(tmp_path)
    put(tmp_path, "a.txt", b"Oslo agreed.")
    ran = stance(*arguments)
    assert ran.code == 2 and message in ran.err and "Traceback" not in ran.err and ran.out == ""
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


# command, name of the one file that it would read and write, and other arguments
OVERWRITING: dict[str, tuple[str, str, list[str]]] = {
    "predict": ("predict", "a.jsonl", []),
    "predict, a folder": ("predict", ".", []),
    "explain": ("explain", "a.jsonl", ["--actor", "Oslo", "--target", "Rome"]),
    "suggest": ("suggest", "./a.jsonl", []),
    "suggest, tasks": ("suggest", "a.jsonl", ["--to", "doccano"]),
    "export": ("export", "a.jsonl", ["--to", "prodigy"]),
    "import": ("import", "a.jsonl", ["--from", "doccano"]),
}


@pytest.mark.parametrize("case", OVERWRITING)
def test_no_command_overwrites_what_it_reads(
    case: str, tmp_path: Path, stance: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    command, name, more = OVERWRITING[case]
    monkeypatch.chdir(tmp_path)
    content = rows({"text": "Oslo backs Rome."})
    path = put(tmp_path, "a.jsonl", content)
    ran = stance(command, name, *more, "-o", path)
    assert ran.code == 2 and f"{path}: is read by this command too" in one_line(ran.err)
    assert path.read_bytes() == content and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("given", "output"), [("in", "in/out"), ("in", "in/deeper/out"), ("in", "in"), (".", "out")])
def test_no_folder_of_tables_lies_in_what_is_read(
    given: str, output: str, tmp_path: Path, stance: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same command would read its own tables, and could not be taken up."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    put(tmp_path / "in", "a.jsonl", rows({"text": "Oslo backs Rome."}))
    ran = stance("predict", given, "-o", output)
    assert ran.code == 2 and "which this command reads; name an output outside" in one_line(ran.err)
    assert [str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*")] == ["in", "in/a.jsonl"]


@pytest.mark.parametrize("output", ["in/.hidden", "in2", "in/.o.csv", "in.csv"])
def test_outputs_that_are_not_read_again(
    output: str, tmp_path: Path, stance: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, small_model: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    put(tmp_path / "in", "a.jsonl", rows({"text": "Oslo backs Rome."}))
    for _ in range(2):
        assert stance("predict", "in", "-o", output, "-m", small_model).code == 0


def test_labels_may_be_written_beside_the_folder_that_they_are_read_from(
    tmp_path: Path, stance: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a folder with statements/ in it nothing else is read."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "labeled" / "statements").mkdir(parents=True)
    put(tmp_path / "labeled" / "statements", "a.csv", LABELS + FINE)
    for _ in range(2):
        ran = stance("train", "labeled", "-o", "labeled/m.joblib", "--folds", "0", "--on-error", "skip")
        assert ran.code == 0, ran.err


# what is skipped goes to OUTPUT.refused.jsonl: command, output, other arguments
REFUSING: dict[str, tuple[str, str, list[str]]] = {
    "train": ("train", "o.joblib", ["--folds", "0"]),
    "predict": ("predict", "o.csv", ["--model", "MODEL"]),
    "evaluate": ("evaluate", "o.json", ["--model", "MODEL"]),
    "export": ("export", "o.csv", ["--to", "matrix"]),
    "import": ("import", "o.csv", ["--from", "doccano"]),
}


@pytest.mark.parametrize("case", REFUSING)
def test_refused_rows_do_not_overwrite_what_is_read(
    case: str, tmp_path: Path, stance: Callable[..., Any], small_model: Path
) -> None:
    """Rows that were refused, mended where they stood, and given again."""
    command, name, more = REFUSING[case]
    content = rows({"text": "Oslo backs Rome."})
    path = put(tmp_path, f"{name}.refused.jsonl", content)
    more = [str(small_model) if a == MODEL else a for a in more]
    ran = stance(command, path, *more, "-o", tmp_path / name, "--on-error", "skip")
    assert ran.code == 2 and f"{path}: is read by this command too" in one_line(ran.err)
    assert path.read_bytes() == content and list(tmp_path.iterdir()) == [path]


def test_a_model_is_not_overwritten_by_its_scores(tmp_path: Path, stance: Callable[..., Any], small_model: Path) -> None:
    labelled = put(tmp_path, "a.csv", LABELS + FINE)
    path = put(tmp_path, "m.json", small_model.read_bytes())
    ran = stance("evaluate", labelled, "-m", path, "-o", path)
    assert ran.code == 2 and f"{path}: is read by this command too" in one_line(ran.err)
    assert path.read_bytes() == small_model.read_bytes()


def test_a_catalogue_is_not_overwritten(tmp_path: Path, stance: Callable[..., Any], small_model: Path) -> None:
    text = put(tmp_path, "a.txt", b"Oslo backs Rome.")
    path = put(tmp_path, "e.csv", CATALOGUE + b"Oslo,,,\n")
    ran = stance("predict", text, "-e", path, "-m", small_model, "-o", path)
    assert ran.code == 2 and "is read by this command too" in one_line(ran.err)
    assert path.read_bytes() == CATALOGUE + b"Oslo,,,\n"
