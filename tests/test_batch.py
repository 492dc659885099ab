"""Streaming prediction: the same table whatever the chunks and the jobs, and memory that does not grow."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from generated import NAMES, write_catalogue, write_documents, write_model
from hypothesis import given, settings
from hypothesis import strategies as st
from processes import Started

from stance import InputError, StanceModel, aggregate_stances, batch, read_documents
from stance.batch import Meter, SeenIds, Sums, csv_rows, digests_of, job_of, predict_file, read_chunks
from stance.text import Problems, csv_safe, restore, write_csv


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    write_model(folder / "m.joblib")
    write_catalogue(folder / "c.csv")
    write_documents(folder / "docs.jsonl", 60, 3)
    return folder


def job(made: Path, **options: object) -> batch.Job:
    return job_of(made / "m.joblib", made / "c.csv", **options)  # type: ignore[arg-type]


def whole(made: Path, by: str) -> pd.DataFrame:
    """The table as it comes in one piece."""
    model = StanceModel.load(made / "m.joblib")
    table = model.predict(read_documents(made / "docs.jsonl"), made / "c.csv")
    return table if by == "statement" else aggregate_stances(table, by=by)


@pytest.mark.parametrize("by", ["statement", "document", "corpus"])
@pytest.mark.parametrize("chunk", [1, 7, 1000])
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_chunks_give_the_table_of_one_piece(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str, chunk: int, kind: str
) -> None:
    monkeypatch.setattr(batch, "CHUNK_DOCUMENTS", chunk)
    out = tmp_path / f"out.{kind}"
    totals, table = predict_file([made / "docs.jsonl"], out, job(made, by=by, format=kind))
    expected = whole(made, by)
    assert table is None and len(expected) > 10
    assert (totals.documents, totals.n_rows, totals.empty) == (60, len(expected), 0)
    if kind == "csv":
        assert out.read_text(encoding="utf-8") == csv_safe(expected).to_csv(index=False, lineterminator="\n")
    elif kind == "jsonl":
        assert [json.loads(line) for line in out.open(encoding="utf-8")] == expected.to_dict("records")
    else:
        pd.testing.assert_frame_equal(pd.read_parquet(out), expected, check_dtype=False)


def test_any_number_of_jobs_writes_the_same_bytes(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "CHUNK_DOCUMENTS", 2)
    monkeypatch.setattr(batch, "WAVE", 4)  # several waves
    for by in ("statement", "corpus"):
        found = set()
        for jobs in (1, 3):
            predict_file([made / "docs.jsonl"], tmp_path / "t.csv", job(made, by=by), jobs)
            found.add((tmp_path / "t.csv").read_bytes())
        assert len(found) == 1 and found.pop().count(b"\n") > 10


def test_frame_and_stream(made: Path) -> None:
    _, table = predict_file([made / "docs.jsonl"], None, job(made, by="document", format="frame"))
    stream = io.StringIO()
    predict_file([made / "docs.jsonl"], stream, job(made, by="document"))
    assert table is not None
    pd.testing.assert_frame_equal(table, whole(made, "document"))
    assert stream.getvalue() == csv_safe(table).to_csv(index=False, lineterminator="\n")


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("by", ["statement", "document", "corpus"])
@pytest.mark.parametrize("text", ["doc_id,text\n", "doc_id,text\na,Nothing happened.\n"])
def test_a_table_without_rows_has_its_columns(made: Path, tmp_path: Path, kind: str, by: str, text: str) -> None:
    (tmp_path / "in.csv").write_text(text)
    out = tmp_path / f"out.{kind}"
    totals, _ = predict_file([tmp_path / "in.csv"], out, job(made, by=by, format=kind))
    assert totals.n_rows == 0
    if kind == "jsonl":
        assert out.read_bytes() == b""
        return
    table = pd.read_csv(out) if kind == "csv" else pd.read_parquet(out)
    assert len(table) == 0 and list(table.columns) == list(whole(made, by).columns)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    ("last", "message"),
    [
        ('{"doc_id": "d3", "text": "again"}\n', r"in\.jsonl:61: doc_id 'd3' was given already, at .*in\.jsonl:4"),
        ('{"doc_id": "x", "text": 7}\n', r"in\.jsonl:61: text is int"),
        (json.dumps({"doc_id": "x", "text": "long " * 100}) + "\n", r"limit is 300 \(raise it with --max-chars\)"),
    ],
)
def test_a_bad_document_stops_the_run_and_leaves_the_old_table(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int, last: str, message: str
) -> None:
    monkeypatch.setattr(batch, "CHUNK_DOCUMENTS", 5)
    (tmp_path / "in.jsonl").write_text((made / "docs.jsonl").read_text() + last)
    out = tmp_path / "out.csv"
    out.write_text("old")
    with pytest.raises(InputError, match=message):
        predict_file([tmp_path / "in.jsonl"], out, job(made, max_chars=300), jobs)
    assert out.read_text() == "old" and sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl", "out.csv"]


def test_refused_rows_are_put_aside_and_counted(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "CHUNK_DOCUMENTS", 5)
    bad = '{"doc_id": "d3", "text": "again"}\n{"doc_id": "x"}\n{"doc_id": "y", "text": "fine"}\n'
    (tmp_path / "in.jsonl").write_text((made / "docs.jsonl").read_text() + bad)
    problems = Problems(skip=True)
    totals, _ = predict_file([tmp_path / "in.jsonl"], io.StringIO(), job(made), problems=problems)
    assert (totals.documents, problems.count) == (61, 2)
    assert {"given already" in str(r["reason"]) for r in problems.rows} == {True, False}


def test_the_model_must_be_the_one_that_the_run_began_with(made: Path, tmp_path: Path) -> None:
    (tmp_path / "m.joblib").write_bytes((made / "m.joblib").read_bytes())
    asked = job_of(tmp_path / "m.joblib", made / "c.csv")
    write_catalogue(tmp_path / "m.joblib")
    with pytest.raises(InputError, match="not the file that this run began with"):
        predict_file([made / "docs.jsonl"], io.StringIO(), asked)


def test_chunks_are_bounded_by_documents_and_by_characters(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "CHUNK_CHARS", 400)
    chunks = list(read_chunks([made / "docs.jsonl"], job(made)))
    assert sum(len(c.documents) for c in chunks) == 60 and len(chunks) > 5
    assert all(sum(len(d.text) for d in c.documents[:-1]) < 400 for c in chunks)
    assert [c.position for c in chunks] == sorted(c.position for c in chunks)


@given(st.lists(st.lists(st.integers(0, 40), max_size=12), max_size=12))
def test_seen_ids_are_a_set(batches: list[list[int]]) -> None:
    seen, known = SeenIds(), set()
    for numbers in batches:
        again = seen.add(digests_of(map(str, numbers)))
        expected = []
        for n in numbers:
            expected.append(n in known)
            known.add(n)
        assert again.tolist() == expected and len(seen) == len(known)


def test_seen_ids_take_little_room() -> None:
    seen = SeenIds()
    for i in range(0, 200_000, 1000):
        assert not seen.add(digests_of(f"document-{j}" for j in range(i, i + 1000))).any()
    assert sum(run.nbytes for run in seen.runs) == 8 * 200_000 and len(seen.runs) < 20


_share = st.integers(1, 10**6 - 2)


@st.composite
def statements(draw: st.DrawFn) -> pd.DataFrame:
    rows = []
    for i in range(draw(st.integers(0, 30))):
        p = np.array([draw(_share), draw(_share), draw(_share)], dtype=float)
        favor, against, neutral = (p / p.sum()).round(6)
        stance = draw(st.sampled_from(["favor", "against", "neutral"]))
        actor, target = draw(st.sampled_from(NAMES[:2])), draw(st.sampled_from(NAMES[2:4]))
        rows.append((f"d{i // 3}", actor, target, stance, favor, against, min(neutral, 0.999998), f"Sentence {i % 4}."))
    return pd.DataFrame(
        rows, columns=["doc_id", "actor", "target", "stance", "p_favor", "p_against", "p_neutral", "evidence"]
    )


@settings(max_examples=40, deadline=None)
@given(statements(), st.integers(0, 30), st.integers(0, 30))
def test_sums_of_parts_are_the_positions_of_the_whole(table: pd.DataFrame, one: int, two: int) -> None:
    one, two = sorted((one, two))
    total = Sums()
    for part in (table[:one], table[one:two], table[two:]):
        sums = Sums()
        sums.add(part)
        through_json = Sums()
        through_json.load(json.loads(json.dumps(sums.dump())))
        total.merge(through_json)
    expected = aggregate_stances(table, by="corpus")
    assert list(total.table().columns) == list(expected.columns)
    assert total.table().to_numpy(object).tolist() == expected.to_numpy(object).tolist()


_cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)


@given(st.lists(st.tuples(_cells, st.floats(allow_nan=True), st.integers(-9, 9)), max_size=6))
def test_rows_of_csv_are_those_of_pandas(rows: list[tuple[str, float, int]]) -> None:
    table = pd.DataFrame(rows, columns=["evidence", "p_favor", "n_favor"])
    found, whole = csv_rows(table), io.StringIO()
    write_csv(table, whole)
    assert whole.getvalue() == "evidence,p_favor,n_favor\n" + found
    back = list(csv.reader(io.StringIO(found, newline=""), strict=True))
    assert [restore(r[0]) for r in back] == [text for text, _, _ in rows]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(batch.time, "monotonic", lambda: now)
    for stream, shown in ((io.StringIO(), False), (_Terminal(), True)):
        monkeypatch.setattr(sys, "stderr", stream)
        meter = Meter()
        now += 10
        meter(5000, 0.25)
        now += 0.15
        meter(5001, 0.26)  # too soon after
        assert stream.getvalue().count("documents") == shown
        if shown:
            assert "5,000 documents, 500 a second, 0:00:30 left" in stream.getvalue()
        now += 0.15
        meter(5002, 0.27)
        assert stream.getvalue().count("documents") == 2 * shown
        meter.close()


def stance(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    with Started(*arguments, **options) as process:
        said = process.communicate()
    return subprocess.CompletedProcess(list(arguments), process.wait(), *said)


def test_command_line(made: Path, tmp_path: Path) -> None:
    model = ("-m", made / "m.joblib", "-e", made / "c.csv")
    one = stance("predict", made / "docs.jsonl", *model, "--by", "statement", "-o", tmp_path / "one.csv")
    two = stance("predict", made / "docs.jsonl", *model, "--by", "statement", "-o", tmp_path / "two.csv", "-j", 2)
    piped = stance("predict", made / "docs.jsonl", *model, "--by", "statement")
    assert (one.returncode, two.returncode, piped.returncode) == (0, 0, 0), one.stderr + two.stderr
    n = len(whole(made, "statement"))
    assert f"60 documents, {n:,} statements, {n:,} rows" in two.stderr and "\r" not in two.stderr
    assert (tmp_path / "one.csv").read_text() == (tmp_path / "two.csv").read_text() == piped.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-j", "0"], "--jobs 0: give a number of processes, or -1"),
        (["--by", "day"], "--by day: choose statement, document or corpus"),
        (["--backend", "slurm"], "--backend slurm: choose local or dask"),
        (["--backend", "dask", "--scheduler", "tcp://127.0.0.1:1"], "name it with -o FOLDER"),
        (["--backend", "dask", "-o", "out"], "--backend dask needs --scheduler ADDRESS"),
        (["--format", "xlsx", "-o", "out"], "--format xlsx: choose csv, jsonl or parquet"),
    ],
)
def test_wrong_usage(made: Path, tmp_path: Path, arguments: list[str], message: str) -> None:
    done = stance("predict", made / "docs.jsonl", "-m", made / "m.joblib", *arguments, folder=tmp_path)
    assert done.returncode == 2 and message in done.stderr and not list(tmp_path.iterdir())


def test_start_leaves_heavy_packages_alone(made: Path) -> None:
    """What makes the start slow is never imported: a test of imports, since one of seconds would fail by chance."""
    (made / "one.txt").write_text("Ardenia condemned Belmora. Corvane said that it supports Ardenia.")
    for arguments, absent in (
        (["--help"], ("numpy", "pandas", "sklearn", "scipy", "joblib", "rich")),
        (["predict", str(made / "one.txt"), "-m", str(made / "m.joblib")], ("sklearn", "scipy", "joblib", "dask")),
    ):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "stance", *arguments], capture_output=True, text=True, check=True
        )
        loaded = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines() if "import time:" in line}
        assert "stance.cli" in loaded and not loaded & set(absent)


@pytest.mark.long
def test_memory_is_flat(made: Path, tmp_path: Path) -> None:
    """Ten times the documents take hardly more; the whole claim, a million, is measured in benchmarks/."""
    code = (
        "import resource, sys; from stance.batch import *;"
        "job = job_of(sys.argv[1], sys.argv[2], by='statement');"
        "predict_file([sys.argv[3]], Path(sys.argv[4]), job);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    peak = []
    for n in (300, 3_000):
        path = write_documents(tmp_path / f"{n}.jsonl", n)
        command = [sys.executable, "-c", code, made / "m.joblib", made / "c.csv", path, tmp_path / "out.csv"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ})
        peak.append(int(done.stdout))
    assert peak[1] < 1.15 * peak[0]
