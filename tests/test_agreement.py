"""Agreement with a coder: alpha checked against hand-made tables, matching, networks."""

import json

import numpy as np
import pandas as pd
import pytest
from conftest import run_in

from stance.agreement import agreement, alpha, read_coded
from stance.entities import load_catalogue
from stance.text import InputError

pytest.importorskip("krippendorff")


def predicted(*rows) -> pd.DataFrame:
    """Statements from (doc_id, sentence number, actor, target, stance); sentence n stands at 100 n."""
    p = {"favor": (0.8, 0.1, 0.1), "against": (0.1, 0.8, 0.1), "neutral": (0.1, 0.1, 0.8)}
    made = [
        {
            **{"doc_id": doc, "sentence_id": n, "actor": actor, "target": target, "stance": stance},
            **dict(zip(("p_favor", "p_against", "p_neutral"), p[stance], strict=True)),
            **{"evidence": f"Sentence {n} of {doc}.", "sentence_start": 100 * n, "sentence_end": 100 * n + 50},
        }
        for doc, n, actor, target, stance in rows
    ]
    return pd.DataFrame(made)


def coded(*rows) -> pd.DataFrame:
    """A coder's table from (doc_id, start, end, actor, target, stance)."""
    columns = ["doc_id", "start", "end", "actor", "target", "stance"]
    return pd.DataFrame(rows, columns=columns).assign(sentence_id=-1, text="")


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("favor", "favor"), ("against", "against")], 1.0),
        ([("favor", "against"), ("against", "favor")], -0.5),  # 1 - (n-1) * 4 / (2 * 2 * 2), n = 4 values
        ([("favor", "favor")], None),
        ([], None),
        # by hand: 1 disagreement of 4 pairs: observed 2/8, expected 2 * 5 * 3 / (8 * 7)
        (
            [("favor", "favor"), ("favor", "favor"), ("against", "against"), ("favor", "against")],
            1 - (2 / 8) / (30 / 56),
        ),
    ],
)
def test_alpha_by_hand(pairs, expected):
    assert alpha(pairs) == (None if expected is None else pytest.approx(expected, abs=1e-6))


STATEMENTS = predicted(
    ("d1", 0, "Ann", "tax", "favor"),
    ("d1", 1, "Ann", "tax", "neutral"),
    ("d1", 2, "Bo", "tax", "against"),
    ("d2", 0, "Bo", "port", "favor"),
    ("d2", 1, "Cy", "port", "against"),
    ("d9", 0, "Zed", "zoo", "favor"),
)


def test_statements_match_by_place():
    found = agreement(
        coded(
            ("d1", 10, 30, "Ann", "tax", "favor"),  # inside sentence 0: the same
            ("d1", 110, 130, "Ann", "tax", "against"),  # the model found it neutral: missed
            ("d1", 290, 330, "bo", "TAX", "against"),  # another sentence: missed; the model's own is extra
            ("d2", 0, 50, "Bo", "port", "against"),  # the other side
        ),
        STATEMENTS,
    )
    level = found.statement
    assert level is not None
    assert (level.units, level.both, level.same, level.missed, level.extra) == (6, 2, 1, 2, 2)
    assert found.documents == 2  # nobody coded d9


def test_a_document_is_the_side_that_most_statements_take():
    found = agreement(
        coded(
            *[
                ("d1", 0, 9, "Ann", "tax", "favor"),
                ("d1", 0, 9, "Ann", "tax", "favor"),
                ("d1", 0, 9, "Ann", "tax", "against"),
            ],
            ("d2", 0, 9, "Bo", "port", "favor"),
            ("d2", 0, 9, "Cy", "port", "favor"),
        ),
        STATEMENTS,
    )
    level = found.document
    assert (level.units, level.both, level.same, level.missed, level.extra) == (4, 3, 2, 0, 1)


def test_perfect_agreement_is_one_at_every_level():
    sides = STATEMENTS[STATEMENTS["stance"] != "neutral"]
    own = sides.rename(columns={"sentence_start": "start", "sentence_end": "end"}).assign(text="")
    found = agreement(own, STATEMENTS)
    assert found.statement is not None
    assert found.statement.alpha == found.document.alpha == found.network.pearson == found.network.spearman == 1.0
    assert found.statement.missed == found.statement.extra == 0


def test_networks_correlate_as_numpy_says():
    other = coded(
        ("d1", 0, 9, "Ann", "tax", "against"), ("d1", 0, 9, "Bo", "tax", "against"), ("d2", 0, 9, "Bo", "port", "favor")
    )
    net = agreement(other, STATEMENTS).network
    # actors Ann, Bo, Cy by targets tax, port
    coder, model = [-1, 0, -1, 1, 0, 0], [1, 0, -1, 1, 0, -1]
    assert net.pearson == pytest.approx(np.corrcoef(coder, model)[0, 1], abs=1e-6)
    # coder: Ann and Bo agree on tax; model: they differ, and Bo and Cy differ on port
    assert net.congruence is None
    assert (net.actors, net.targets) == (3, 2)


def test_aliases_mean_one_entity_with_a_catalogue():
    catalogue = load_catalogue(pd.DataFrame({"name": ["Ann"], "aliases": ["Ms Ann|The chair"]}))
    table = coded(("d1", 0, 50, "the  Chair", "tax", "favor"))
    assert agreement(table, STATEMENTS, catalogue).document.same == 1
    assert agreement(table, STATEMENTS).document.same == 0


def test_no_document_in_common():
    with pytest.raises(InputError, match="no document of the coder's table"):
        agreement(coded(("x", 0, 9, "Ann", "tax", "favor")), STATEMENTS)


# ---------------------------------------------------------------------------------------------- reading, command


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("doc_id,actor,target,stance\nd1,Ann,tax,favor\n", None),
        ("doc_id,actor,target,stance,sentence_id\nd1,Ann,tax,favor,0\n", (1, 0)),
        ("doc_id,actor,target,stance,sentence_start,sentence_end\nd1,Ann,tax,favor,0,50\n", (1, 0)),
        ("doc_id,actor,target,stance,text\nd1,Ann,tax,favor,sentence 0 of\n", (1, 0)),
        ("doc_id,actor,target,stance,text\nd1,Ann,tax,favor,Another sentence.\n", (0, 1)),
        ("organization;concept;agreement;text;document_id;start_position;stop_position\nAnn;tax;1;x;d1;5;20\n", (1, 0)),
    ],
)
def test_coders_tables_are_read_in_several_forms(tmp_path, content, place):
    (tmp_path / "c.csv").write_text(content)
    found = agreement(read_coded(tmp_path / "c.csv"), STATEMENTS)
    assert found.document.same == 1
    if ";" not in content:
        pytest.importorskip("pyarrow")
        pd.read_csv(tmp_path / "c.csv").to_parquet(tmp_path / "c.parquet")
        assert agreement(read_coded(tmp_path / "c.parquet"), STATEMENTS) == found
    level = found.statement
    assert (None if level is None else (level.same, level.missed)) == place


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("doc_id,actor,target\nd,a,b\n", "c.csv:1: no column 'stance'"),
        ("doc_id,actor,target,stance\nd,a,b,pro\n", "c.csv:2: unknown stance 'pro'"),
        (
            "doc_id,actor,target,stance,start\nd,a,b,favor,x\n",
            "c.csv:2: start must be a number, not 'x'",
        ),
        ("doc_id,actor,target,stance,start\nd,a,b,favor,1.7\n", "c.csv:2: start must be a whole number, 0 or more, not '1.7'"),
        ("doc_id,actor,target,stance,sentence_id\nd,a,b,favor,1e400\n", "c.csv:2: sentence_id must be a number, not '1e400'"),
        ("doc_id,actor,target,stance\n", "holds no statements"),
    ],
)
def test_coders_tables_that_cannot_be_used(tmp_path, content, message):
    (tmp_path / "c.csv").write_text(content)
    with pytest.raises(InputError, match=message.replace(".", r"\.")):
        read_coded(tmp_path / "c.csv")


def test_command_prints_and_writes(tmp_path):
    STATEMENTS.to_csv(tmp_path / "s.csv", index=False)
    (tmp_path / "c.csv").write_text("doc_id,actor,target,stance,sentence_id\nd1,Ann,tax,favor,0\nd1,Bo,tax,favor,2\n")
    done = run_in(tmp_path, "evaluate", "c.csv", "--statements", "s.csv", "-o", "a.json")
    assert done.returncode == 0, done.stderr
    assert [line.split()[:6] for line in done.stdout.splitlines()[1:3]] == [
        ["statement", "3", "2", "1", "0", "0"],
        ["document", "2", "2", "1", "0", "0"],
    ]
    scores = json.loads((tmp_path / "a.json").read_text())
    assert scores["statement"]["same"] == 1
    assert set(scores) == {"documents", "statement", "document", "network"}
