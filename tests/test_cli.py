"""The command line as a whole: what goes where, what helps, what each command leaves behind."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer.main

from stance import StanceModel, read_documents, read_labeled
from stance.card import card_path, model_card
from stance.cli import app, visible

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
CATALOGUE = "name,kind\nTurkey,actor|target\nRussia,actor|target\n"
TEXT = "Turkey condemned Russia on Monday. Later, Russia thanked Turkey."


@pytest.fixture
def article(tmp_path: Path) -> Path:
    (tmp_path / "e.csv").write_text(CATALOGUE)
    path = tmp_path / "article.txt"
    path.write_text(TEXT)
    return path


@pytest.fixture
def rows(tmp_path: Path, labeled: pd.DataFrame) -> Path:
    path = tmp_path / "labeled.csv"
    frame = labeled.assign(doc_id=[str(i // 3) for i in range(len(labeled))])
    frame["text"] = [f"{t[:-1]} ({i})." for i, t in enumerate(frame["text"])]
    frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_help_has_an_example(name: str | None, stance: Callable[..., Any]) -> None:
    ran = stance(*([name] if name else []), "--help")
    assert ran.code == 0 and ran.err == "" and "Usage: stance" in ran.out
    if name:
        assert f"Example: stance {name}" in " ".join(ran.out.split())


def test_version(stance: Callable[..., Any]) -> None:
    from stance import __version__

    assert stance("--version").out == f"stance {__version__}\n"
    assert stance().code == 2


def test_train_evaluate_info(rows: Path, tmp_path: Path, stance: Callable[..., Any]) -> None:
    model = tmp_path / "new" / "mine.joblib"
    ran = stance("train", rows, "-o", model, "--folds", "2")
    assert ran.code == 0 and "macro" in ran.out and "baseline, always" in ran.out and "Saved" in ran.err
    assert sorted(p.name for p in model.parent.iterdir()) == ["mine.joblib", "mine.md"]
    again = tmp_path / "again.joblib"
    assert stance("train", rows, "-o", again, "--folds", "2").code == 0
    assert again.read_bytes() == model.read_bytes()

    scores = tmp_path / "scores.json"
    ran = stance("evaluate", rows, "-m", model, "-o", scores)
    assert ran.code == 0 and "Warning: the model was trained on this very data" in ran.err
    assert set(json.loads(scores.read_text())) >= {"classes", "macro", "accuracy", "baseline_macro_f1"}

    ran = stance("info", model)
    assert ran.code == 0
    for part in ("stance 0", "scikit-learn", "rows 18", "sha256", "macro-F1", "terms"):
        assert part in ran.out
    frame = read_labeled(rows)
    assert list(StanceModel.load(model).predict_pairs(frame)["stance"]) == list(
        StanceModel().fit(frame).predict_pairs(frame)["stance"]
    )


def test_the_card_beside_a_model(rows: Path, tmp_path: Path, stance: Callable[..., Any]) -> None:
    model = tmp_path / "mine.joblib"
    assert stance("train", rows, "-o", model, "--folds", "2").code == 0
    card = (tmp_path / "mine.md").read_text(encoding="utf-8")
    for part in (
        "# Model card: mine",
        "18 labelled pairs in 6 documents",
        "| favor | ",
        "| macro | ",
        "Always answering",
        "## Intended use",
        "## What it must not be used for",
        "## Limits",
        "sha256",
        "scikit-learn",
    ):
        assert part in card
    assert stance("train", rows, "-o", model, "--folds", "0").code == 0
    assert "Not measured" in (tmp_path / "mine.md").read_text()
    (tmp_path / "mine.md").write_text("my notes")
    before = model.read_bytes()
    ran = stance("train", rows, "-o", model, "--folds", "2")
    assert ran.code == 2 and "another file stands here" in ran.err
    assert (tmp_path / "mine.md").read_text() == "my notes" and model.read_bytes() == before


def test_a_card_takes_plain_dicts() -> None:
    row = {"precision": 0.5, "recall": 0.25, "f1": 0.333333, "support": 1200}
    scores = {
        "folds": 5,
        "classes": {"favor": row},
        "macro": row,
        "accuracy": 0.5,
        "baseline_stance": "neutral",
        "baseline_macro_f1": 0.2,
        "baseline_accuracy": 0.4,
        "intervals": {"macro": (0.3, 0.4)},
        "phenomena": {"irony|hearsay": {"macro": row, "accuracy": 0.5, "interval": [0.1, 0.6]}},
    }
    data = {"sources": ["a`b.csv"], "rows": 2400, "documents": 1, "stances": {"favor": 600, "neutral": 1800}}
    card = model_card(
        "m", {"data": data, "cross_validation": scores}, {"C": 3.0, "prior": {"favor": 0.2}}, {"stance": "1"}
    )
    for part in (
        "| macro | 0.500 | 0.250 | 0.333 (0.300 to 0.400) | 1,200 |",
        r"| irony\|hearsay | 0.333 (0.100 to 0.600) | 0.500 | 1,200 |",
        "favor 600 (25%), neutral 1,800 (75%)",
        "1 document, from `a b.csv`",
        "C 3.0, prior (favor 0.2), seed 0",
    ):
        assert part in card
    assert "Not recorded" in model_card("m", {})
    assert card_path("models/a.b.joblib") == Path("models/a.b.md")


def test_tables_go_out_and_messages_beside(article: Path, small_model: Path, stance: Callable[..., Any]) -> None:
    ran = stance("predict", article, "-m", small_model, "-e", article.with_name("e.csv"), "--by", "statement")
    assert ran.code == 0 and ran.out.splitlines()[0].startswith("doc_id,sentence_id,actor,target,stance,")
    assert len(ran.out.splitlines()) > 2 and "1 document" in ran.err
    table = pd.read_csv(io.StringIO(ran.out))
    expected = StanceModel.load(small_model).predict(list(read_documents(article)), article.with_name("e.csv"))
    assert table["stance"].to_list() == expected["stance"].to_list()


@pytest.mark.parametrize("by", ["statement", "document", "corpus"])
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_outputs_by_ending(by: str, ending: str, article: Path, small_model: Path, stance: Callable[..., Any]) -> None:
    from stance.text import read_rows

    out = article.with_name(f"out.{ending}")
    ran = stance("predict", article, "-m", small_model, "-e", article.with_name("e.csv"), "--by", by, "-o", out)
    assert ran.code == 0 and ran.out == "" and f"Wrote {out}" in ran.err
    found = [row for _, row in read_rows(out, ["actor", "target", "stance"])]
    assert {(r["actor"], r["target"]) for r in found} == {("Turkey", "Russia"), ("Russia", "Turkey")}


def test_a_formula_in_an_article_is_defused_and_comes_back(
    tmp_path: Path, small_model: Path, stance: Callable[..., Any]
) -> None:
    from stance.text import read_rows

    (tmp_path / "e.csv").write_text(CATALOGUE)
    (tmp_path / "a.csv").write_text('doc_id,text\n=id,"=Turkey condemned Russia."\n')
    out = tmp_path / "o.csv"
    ran = stance(
        "predict", tmp_path / "a.csv", "-m", small_model, "-e", tmp_path / "e.csv", "--by", "statement", "-o", out
    )
    assert ran.code == 0 and "'=id,0," in out.read_text() and "\n=" not in out.read_text()
    row = next(read_rows(out, ["evidence"]))[1]
    assert row["doc_id"] == "=id" and row["evidence"] == "=Turkey condemned Russia."


def test_ids_are_no_paths(tmp_path: Path, small_model: Path, stance: Callable[..., Any]) -> None:
    (tmp_path / "e.csv").write_text(CATALOGUE)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text(f'doc_id,text\n../../evil,"{TEXT}"\n/etc/evil,Russia thanked Turkey.\n')
    before = set(tmp_path.rglob("*"))
    ran = stance("predict", folder, "-m", small_model, "-e", tmp_path / "e.csv", "-o", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert all(p.is_relative_to(tmp_path / "out") for p in set(tmp_path.rglob("*")) - before)
    assert not any("evil" in p.name for p in tmp_path.rglob("*"))


@pytest.mark.parametrize(
    ("columns", "encoding", "lines"),
    [
        ("150", "utf-8", [r"Russia  favor    Turkey     1.00       0.00  Russia\x07 thanked “Turkey”."]),
        ("60", "utf-8", ["Russia  favor    Turkey     1.00       0.00", r"    Russia\x07 thanked “Turkey”."]),
        ("0", "utf-8", [r"Russia  favor    Turkey     1.00       0.00  Russia\x07 thanked “Turkey”."]),
        ("150", "latin-1", [r"Russia  favor    Turkey     1.00       0.00  Russia\x07 thanked ?Turkey?."]),
    ],
    ids=["evidence beside", "evidence below", "no columns", "few characters"],
)
def test_a_terminal_gets_a_table_to_read_without_escapes(
    article: Path, small_model: Path, columns: str, encoding: str, lines: list[str]
) -> None:
    article.write_text("Turkey condemned \x1b[31mRussia\x1b[0m. Russia\x07 thanked “Turkey”.", encoding="utf-8")
    command = [sys.executable, "-m", "stance", "predict", article, "-m", small_model, "--all", "--by", "statement"]
    command += ["-e", article.with_name("e.csv")]
    ours, theirs = pty.openpty()
    environment = os.environ | {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": columns, "LINES": "40", "PYTHONIOENCODING": encoding}
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE, env=environment) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
        assert process.wait() == 0
    os.close(ours)
    assert b"\x1b" not in shown and b"\x07" not in shown and rb"Russia\x07 thanked" in shown
    rows = [re.sub(r"\d\.\d\d", lambda m: f"{round(float(m[0])):.2f}", row) for row in shown.decode().splitlines()]
    at = [row.rstrip() for row in rows].index(lines[0])
    assert [row.rstrip() for row in rows[at : at + len(lines)]] == lines


@pytest.mark.parametrize(
    ("text", "shown"), [("a\x1b[2J", r"a\x1b[2J"), ("é\u202e", r"é\u202e"), ("a\nb", r"a\nb"), ("é 😀", "é 😀")]
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_output_is_the_same_in_every_locale(article: Path, small_model: Path) -> None:
    article.write_text(TEXT + " Turkey’s Ümit – “no” – condemned Russia.", encoding="utf-8")
    command = [sys.executable, "-m", "stance", "predict", article, "-m", small_model, "-e", article.with_name("e.csv")]
    outputs = {
        subprocess.run(command, capture_output=True, check=True, env=os.environ | {"PYTHONIOENCODING": e}).stdout
        for e in ("utf-8", "ascii")
    }
    assert len(outputs) == 1 and b"Turkey" in outputs.pop()


def test_importing_is_cheap() -> None:
    """Neither the package nor its help loads what only work needs."""
    heavy = ("sklearn", "pandas", "scipy", "numpy", "joblib", "nupunkt")
    script = f"import sys, stance, stance.cli; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "[]\n"
