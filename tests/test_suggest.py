"""Suggestions: the least certain first, spread out; and labels that the model doubts."""

import json

import numpy as np
import pandas as pd
import pytest
from conftest import run_in

from stance import StanceModel
from stance.pairs import OFFSETS, read_labeled
from stance.suggest import SUGGESTION_COLUMNS, doubtful_labels, drawn, spread_out, suggest_statements, uncertainty
from stance.text import InputError, Problems, read_rows


@pytest.mark.parametrize(
    ("p", "expected"),
    [((1.0, 0.0, 0.0), 0.0), ((0.5, 0.5, 0.0), 1.0), ((1 / 3, 1 / 3, 1 / 3), 1.0), ((0.2, 0.7, 0.1), 0.5)],
)
def test_uncertainty_is_how_little_the_first_leads(p, expected):
    assert uncertainty(np.array([p]))[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("worth", "keys", "n", "expected"),
    [
        ([0.1, 0.9, 0.5], ["a", "b", "c"], 2, [1, 2]),
        ([0.9, 0.8, 0.6], ["a", "a", "b"], 2, [0, 2]),  # 0.8 / sqrt(2) < 0.6
        ([0.9, 0.8, 0.5], ["a", "a", "b"], 2, [0, 1]),
        ([0.5, 0.5, 0.5], ["a", "b", "a"], 9, [0, 1, 2]),  # ties go to the earlier
        ([], [], 3, []),
    ],
)
def test_spread_out(worth, keys, n, expected):
    assert spread_out(worth, [[k] for k in keys], n) == expected


def test_a_draw_is_in_proportion_to_worth_and_repeats_itself():
    worth = np.array([0.6, 0.3, 0.1])
    first = np.bincount([drawn(worth, seed).argmax() for seed in range(4000)], minlength=3) / 4000
    np.testing.assert_allclose(first, worth, atol=0.03)
    assert drawn(worth, 7).tolist() == drawn(worth, 7).tolist()
    assert drawn(worth, None).tolist() == worth.tolist()


def test_spread_out_is_the_greedy_choice():
    draw = np.random.default_rng(0)
    worth = draw.random(60)
    keys = [tuple(map(int, draw.integers(4, size=3))) for _ in worth]
    chosen: list[int] = []
    while len(chosen) < 25:

        def value(i):
            same = [sum(keys[c][k] == keys[i][k] for c in chosen) for k in range(3)]
            return worth[i] / np.sqrt(np.prod([1 + s for s in same]))

        chosen.append(max((i for i in range(60) if i not in chosen), key=value))
    assert spread_out(worth.tolist(), keys, 25) == chosen


def statement(actor, verb, target, p, doc="d1", at=0):
    text = f"{actor} {verb} the {target}."
    a, t = at, at + text.index(target)
    return {
        **{"doc_id": doc, "actor": actor, "target": target, "evidence": text, "sentence_start": at},
        "stance": ["favor", "against", "neutral"][int(np.argmax(p))],
        **dict(zip(("p_favor", "p_against", "p_neutral"), p, strict=True)),
        **dict(zip(OFFSETS, (a, a + len(actor), t, t + len(target)), strict=True)),
    }


SURE, UNSURE, HALF = (0.98, 0.01, 0.01), (0.35, 0.34, 0.31), (0.6, 0.3, 0.1)


@pytest.fixture
def statements() -> pd.DataFrame:
    return pd.DataFrame(
        [
            statement("Ann", "saw", "tax", SURE),
            statement("Ann", "met", "tax", UNSURE),
            statement("Ann", "left", "tax", UNSURE, at=40),
            statement("Bo", "saw", "port", HALF, doc="d2"),
        ],
        index=[10, 11, 12, 13],
    )


def test_suggestions_are_labelled_data_with_an_empty_label(statements, tmp_path):
    table = suggest_statements(statements, 3, seed=None)
    assert tuple(table.columns) == SUGGESTION_COLUMNS
    assert list(table.index) == [11, 13, 12]  # the second of Ann, tax and d1 waits for Bo's
    assert set(table["stance"]) == {""}
    assert list(table["suggested"]) == ["favor"] * 3
    assert table["uncertainty"].tolist() == pytest.approx([0.99, 0.7, 0.99])
    table.assign(stance="neutral").to_csv(tmp_path / "coded.csv", index=False)
    assert len(read_labeled(tmp_path / "coded.csv")) == 3


def test_what_is_labelled_or_said_twice_is_not_suggested(statements):
    labeled = pd.DataFrame([{"text": "Ann met the tax.", "actor": "Ann", "target": "tax", "stance": "favor"}])
    again = pd.concat([statements, statements])
    assert set(suggest_statements(again, 99, exclude=labeled)["text"]) == {
        *("Ann saw the tax.", "Ann left the tax.", "Bo saw the port."),
    }
    with pytest.raises(InputError, match="nothing to suggest"):
        suggest_statements(statements.iloc[[1]], exclude=labeled)


def test_pairs_outside_their_sentence_are_counted_when_the_document_is_missing(statements):
    statements.loc[12, "actor_start"] = 3  # the sentence begins at 40
    problems = Problems(skip=True)
    assert 12 not in suggest_statements(statements, 9, problems=problems).index
    assert problems.count == 1


@pytest.mark.parametrize(
    ("change", "n", "message"),
    [({}, 0, "at least 1"), ({"p_favor": None}, 5, "no column 'p_favor'; suggestions are made")],
)
def test_what_cannot_be_suggested_says_why(statements, change, n, message):
    with pytest.raises(InputError, match=message):
        suggest_statements(statements.drop(columns=list(change)), n)


# ---------------------------------------------------------------------------------------------- doubtful labels

VERBS = {"favor": ["praised", "backed"], "against": ["attacked", "opposed"], "neutral": ["visited", "described"]}


@pytest.fixture
def labeled() -> pd.DataFrame:
    """Sixty sentences whose verb says the stance; three labels are wrong: rows 7, 20, 33."""
    rows = []
    for i in range(60):
        stance = list(VERBS)[i % 3]
        actor, target = ("Ann", "Bo", "Cy", "Dee")[i % 4], ("tax", "port", "tram", "park", "dam")[i % 5]
        text = f"{actor} {VERBS[stance][i % 2]} the {target} on day {i}."
        rows.append({"doc_id": f"d{i}", "text": text, "actor": actor, "target": target, "stance": stance})
    frame = pd.DataFrame(rows, index=range(100, 160))
    for i in (7, 20, 33):
        frame.loc[100 + i, "stance"] = "against" if frame.loc[100 + i, "stance"] == "favor" else "favor"
    return frame


def test_doubtful_labels_finds_the_wrong_ones(labeled):
    table = doubtful_labels(labeled, StanceModel(min_df=1), folds=5)
    assert {107, 120, 133} <= set(table.index[:6])
    assert table["doubt"].is_monotonic_decreasing
    assert (table["stance"] != table["suggested"]).all()
    assert len(doubtful_labels(labeled, StanceModel(min_df=1), n=2)) == 2
    assert list(labeled.columns) == ["doc_id", "text", "actor", "target", "stance"]  # the input is as it was


# ---------------------------------------------------------------------------------------------- command


@pytest.fixture
def folder(tmp_path, labeled):
    labeled.to_csv(tmp_path / "labeled.csv", index=False)
    StanceModel(min_df=1).fit(read_labeled(tmp_path / "labeled.csv")).save(tmp_path / "m.joblib")
    pd.DataFrame(
        {
            "doc_id": ["x", "y"],
            "text": ["😀 Ann weighed the tax. Bo praised the port.", "Cy ignored the dam."],
            "date": "2024-01-01",
        }
    ).to_csv(tmp_path / "docs.csv", index=False)
    names = [
        ("Ann", "actor"),
        ("Bo", "actor"),
        ("Cy", "actor"),
        ("tax", "target"),
        ("port", "target"),
        ("dam", "target"),
    ]
    pd.DataFrame(names, columns=["name", "kind"]).to_csv(tmp_path / "entities.csv", index=False)
    return tmp_path


def run(*arguments, cwd):
    return run_in(cwd, *arguments)


def test_suggest_writes_a_table_and_tasks(folder):
    common = ("suggest", "docs.csv", "-e", "entities.csv", "-m", "m.joblib", "-n", "2")
    done = run(*common, "-o", "next.csv", cwd=folder)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    table = pd.read_csv(folder / "next.csv", keep_default_na=False)
    assert len(table) == 2
    assert set(table["stance"]) == {""}
    for tool, count in (("label-studio", 2), ("prodigy", 2), ("doccano", 2)):
        done = run(*common, "--to", tool, "-o", "tasks", cwd=folder)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        content = (folder / "tasks").read_text(encoding="utf-8")
        made = json.loads(content) if tool == "label-studio" else [json.loads(line) for line in content.splitlines()]
        assert len(made) == count
    done = run(*common, "--to", "dna", "-o", "events.csv", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "events.csv").read_text().startswith("statement_id;time;person")


def test_suggested_labels_train_a_model(folder):
    common = ("docs.csv", "-e", "entities.csv", "-m", "m.joblib", "-o", "next.jsonl")
    assert run("suggest", *common, cwd=folder).returncode == 0
    coded = pd.read_json(folder / "next.jsonl", lines=True)
    coded.assign(stance=coded["suggested"]).to_csv(folder / "coded.csv", index=False)
    done = run("train", "labeled.csv", "coded.csv", "-o", "second.joblib", "--folds", "0", cwd=folder)
    assert done.returncode == 0, done.stderr
    # what is coded is not suggested again
    done = run("suggest", "docs.csv", "-e", "entities.csv", "-m", "m.joblib", "--exclude", "coded.csv", cwd=folder)
    assert done.returncode == 2
    assert "nothing to suggest" in done.stderr


def test_doubtful_command_lists_rows_with_all_their_columns(folder):
    done = run("suggest", "--doubtful", "labeled.csv", "-m", "m.joblib", "-n", "5", cwd=folder)
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()
    assert len(rows) <= 6
    assert rows[0].startswith("doc_id,text,actor,target,stance,actor_start")


LONG, HUGE, FINE = 1234567890123456789, 1 << 70, 0.12345678901234567
CARRIED = [{"long": LONG, "mixed": 7, "huge": HUGE, "fine": FINE}, {"mixed": "x", "huge": 5, "fine": FINE}, {"mixed": [1, "\ud83d"]}]


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        ("csv", [(str(LONG), "7", str(HUGE), str(FINE)), ("", "x", "5", str(FINE)), ("", "[1, '\\ud83d']", "", "")]),
        ("jsonl", [(LONG, 7, HUGE, FINE), (None, "x", 5, FINE), (None, [1, "\ud83d"], None, None)]),
        ("parquet", [(LONG, "7", str(HUGE), FINE), (None, "x", "5", FINE), (None, "[1, '\\ud83d']", None, None)]),
    ],
)
def test_doubtful_rows_keep_what_they_carry(folder, labeled, ending, expected):
    rows = [row | CARRIED[i % 3] for i, row in enumerate(labeled.to_dict("records"))]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = run("suggest", "--doubtful", "rows.jsonl", "-o", f"out.{ending}", cwd=folder)
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if "are written as text" in line]
    assert [line.split("'")[1] for line in said] == (["mixed", "huge"] if ending == "parquet" else [])
    found = {row["doc_id"]: row for _, row in read_rows(folder / f"out.{ending}", ["doc_id"])}
    for doc_id, row in found.items():
        assert tuple(row[c] for c in ("long", "mixed", "huge", "fine")) == expected[int(doc_id[1:]) % 3]
    assert {int(doc_id[1:]) % 3 for doc_id in found} == {0, 1, 2}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["suggest", "docs.csv", "--to", "prodigy"], "--to prodigy: name the file to write with -o"),
        (["suggest", "docs.csv", "--to", "brat", "-o", "x"], "--to brat: choose dna"),
        (["suggest", "--doubtful", "labeled.csv", "--to", "dna", "-o", "x"], "choose another format"),
        (["suggest", "docs.csv", "-o", "x.txt"], "tables are written as"),
    ],
)
def test_suggest_refuses_with_a_remedy(folder, arguments, message):
    done = run(*arguments, cwd=folder)
    assert done.returncode == 2
    assert message in done.stderr
