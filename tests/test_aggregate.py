"""Statements to positions: what counts how much, what merges, what an organisation is credited with."""

import random

import pandas as pd
import pytest

from stance import InputError, aggregate_stances
from stance.aggregate import POSITION_COLUMNS, roll_up, score_intervals
from stance.batch import Sums


def statement(actor, target, favor, against, doc="d", sentence=0, evidence="E."):
    neutral = round(1 - favor - against, 6)
    stance = max((favor, "favor"), (against, "against"), (neutral, "neutral"))[1]
    return dict(
        zip(
            ("doc_id", "sentence_id", "actor", "target", "stance", "p_favor", "p_against", "p_neutral", "evidence"),
            (doc, sentence, actor, target, stance, favor, against, neutral, evidence),
            strict=True,
        )
    )


def table(*rows):
    return pd.DataFrame(list(rows))


CASES = [
    ([(0.8, 0.1)], "favor"),
    ([(0.1, 0.8)], "against"),
    ([(0.1, 0.1)], "neutral"),
    ([(0.8, 0.1), (0.05, 0.05)], "favor"),  # one that takes no side does not dilute one that does
    ([(0.8, 0.1), (0.1, 0.8)], "mixed"),  # opposite ones are not averaged away
    ([(0.8, 0.1), (0.8, 0.1), (0.8, 0.1), (0.3, 0.5)], "favor"),  # unless one side is weak
]


@pytest.mark.parametrize(("shares", "stance"), CASES)
def test_stance_of_a_position(shares, stance):
    positions = aggregate_stances(table(*(statement("A", "T", f, a, sentence=i) for i, (f, a) in enumerate(shares))))
    (row,) = positions.to_dict("records")
    assert tuple(positions.columns) == POSITION_COLUMNS
    assert row["stance"] == stance
    assert row["n_statements"] == len(shares) == row["n_favor"] + row["n_against"] + row["n_neutral"]
    assert row["score"] == pytest.approx(row["p_favor"] - row["p_against"], abs=2e-6)


def test_evidence_is_the_sentence_that_weighs_most_for_the_stance():
    rows = [statement("A", "T", 0.6, 0.1, evidence="Weak."), statement("A", "T", 0.9, 0.05, evidence="Strong.")]
    assert aggregate_stances(table(*rows, statement("A", "T", 0.2, 0.7, evidence="Other.")))["evidence"][0] == "Strong."


def test_order_does_not_matter_and_documents_stay_apart():
    draw = random.Random(1)
    rows = []
    for i in range(300):
        favor = round(draw.random() * 0.6, 6)
        rows.append(statement(draw.choice("AB"), draw.choice("ST"), favor, round(draw.random() * (1 - favor), 6), doc=str(i % 7)))
    whole = aggregate_stances(table(*rows)).sort_values(["actor", "target"], ignore_index=True)
    draw.shuffle(rows)
    shuffled = aggregate_stances(table(*rows)).sort_values(["actor", "target"], ignore_index=True)
    pd.testing.assert_frame_equal(whole, shuffled)
    by_document = aggregate_stances(table(*rows), by="document")
    assert by_document.groupby(["actor", "target"])["n_statements"].sum().tolist() == whole["n_statements"].tolist()
    assert by_document["doc_id"].nunique() == 7


def test_nothing_gives_nothing_and_nonsense_is_refused():
    empty = table(statement("A", "T", 0.5, 0.2)).iloc[:0]
    assert aggregate_stances(empty).empty
    with pytest.raises(InputError, match="by must be"):
        aggregate_stances(empty, by="week")
    with pytest.raises(InputError, match="stance 'mixed' is none of statements"):
        aggregate_stances(table(statement("A", "T", 0.5, 0.2)).assign(stance="mixed"))
    with pytest.raises(InputError, match="p_favor"):
        aggregate_stances(empty.drop(columns="p_favor"))


def test_statements_that_are_sure_of_neutral_make_a_position():
    sure = table(statement("A", "T", 0.0, 0.0), statement("A", "T", 0.0, 0.0))
    (position,) = aggregate_stances(sure).to_dict("records")
    assert (position["stance"], position["score"], position["p_neutral"], position["n_neutral"]) == ("neutral", 0, 1, 2)
    sums = Sums()
    sums.add(sure)
    assert sums.table().to_dict("records") == [position]


def rolled(*rows, **affiliations):
    out = roll_up(table(*rows), {k.replace("_", " "): v for k, v in affiliations.items()})
    return [(r.sentence_id, r.actor, r.target) for r in out.itertuples()]


ROLL_UPS = [
    # a member's statement counts for the organisation, and for what that belongs to
    ([("Obi", "T", 0)], {"Obi": "Ministry", "Ministry": "Peru"}, [(0, "Obi", "T"), (0, "Ministry", "T"), (0, "Peru", "T")]),
    # the organisation has spoken itself in that sentence
    ([("Obi", "T", 0), ("Peru", "T", 0)], {"Obi": "Peru"}, [(0, "Obi", "T"), (0, "Peru", "T")]),
    # in another sentence it counts
    ([("Obi", "T", 0), ("Peru", "T", 1)], {"Obi": "Peru"}, [(0, "Obi", "T"), (0, "Peru", "T"), (1, "Peru", "T")]),
    # two members in one sentence count once
    ([("Obi", "T", 0), ("Eze", "T", 0)], {"Obi": "Peru", "Eze": "Peru"}, [(0, "Obi", "T"), (0, "Peru", "T"), (0, "Eze", "T")]),
    # nobody has a stance toward itself
    ([("Obi", "Peru", 0)], {"Obi": "Peru"}, [(0, "Obi", "Peru")]),
    # a circle ends
    ([("Obi", "T", 0)], {"Obi": "Eze", "Eze": "Obi"}, [(0, "Obi", "T"), (0, "Eze", "T")]),
    ([("Obi", "T", 0)], {}, [(0, "Obi", "T")]),
]


@pytest.mark.parametrize(("rows", "affiliations", "expected"), ROLL_UPS)
def test_roll_up(rows, affiliations, expected):
    assert rolled(*(statement(a, t, 0.7, 0.1, sentence=s) for a, t, s in rows), **affiliations) == expected


def test_roll_up_takes_the_member_who_is_least_neutral():
    rows = [statement("Obi", "T", 0.4, 0.1), statement("Eze", "T", 0.1, 0.8)]
    out = roll_up(table(*rows), {"Obi": "Peru", "Eze": "Peru"})
    assert out[out["actor"] == "Peru"]["stance"].tolist() == ["against"]
    assert list(out.columns) == list(table(*rows).columns)
    assert out.index.tolist() == [0, 1, 2]


def test_roll_up_of_a_column_of_categories():
    kept = table(statement("Obi", "T", 0.4, 0.1)).astype({"actor": "category"})
    assert roll_up(kept, {"Obi": "Peru"})["actor"].tolist() == ["Obi", "Peru"]


def test_interval_holds_the_score_and_narrows_with_more_statements():
    few = aggregate_stances(table(statement("A", "T", 0.8, 0.1)))
    many = aggregate_stances(table(*(statement("A", "T", 0.8, 0.1, sentence=i) for i in range(50))))
    for positions in (few, many):
        interval = score_intervals(positions)
        assert (-1 <= interval["score_low"][0] <= positions["score"][0] <= interval["score_high"][0] <= 1)
    width = [float((i["score_high"] - i["score_low"]).iloc[0]) for i in map(score_intervals, (few, many))]
    assert width[1] < width[0] / 3
    assert list(score_intervals(few.iloc[:0]).columns) == ["score_low", "score_high"]
