"""Whole articles through the API and the command line: who takes which stance where the sentence does not say who."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
from conftest import run_in

from stance import StanceModel
from stance.articles import ALONE, CROWDED, NEIGHBOURS, article_pairs, borne_out, crowded, outshone, read_article
from stance.entities import Catalogue, Entity, load_catalogue
from stance.model import NEUTRAL_IN_ARTICLES, STATEMENT_COLUMNS
from stance.text import Sentence, split_sentences

ARTICLE = """HARBOUR TOWN SPLIT OVER FERRY

By Lin Marsh

SALTBY, Norland — Mayor Ines Duarte wants the night ferry back. The Saltby Sailors Union (SSU) does not.

“The night ferry is a gift to this town,” Ms. Duarte said on Friday. “It pays for itself.

“Only fools oppose the night ferry,” she added.

• The SSU condemned the night ferry as a danger.
• Oskar Brandt, a spokesman for the union, called the night ferry a scandal

According to Brandt, nobody asked the crews."""

ENTITIES = pd.DataFrame(
    [
        ("Ines Duarte", "actor|target", "", "Saltby"),
        ("Saltby", "actor|target", "", ""),
        ("Saltby Sailors Union", "actor|target", "", ""),
        ("Oskar Brandt", "actor|target", "", "Saltby Sailors Union"),
        ("night ferry", "target", "", ""),
    ],
    columns=["name", "kind", "aliases", "affiliation"],
)


@pytest.fixture(scope="module")
def model():
    rows = []
    for actor in ("Rome", "Oslo", "Lima", "Accra", "Quito"):
        for target in ("the dam", "the pact", "the port", "the tax"):
            rows += [(f"{actor} praised {target}.", actor, target, "favor"), (f"{actor} condemned {target}.", actor, target, "against")]
            rows += [(f"{actor} said: “{target} is a gift.”", actor, target, "favor")]
            rows += [(f"{actor} visited {target}.", actor, target, "neutral")]
            rows += [(f"{actor} called {target} a scandal.", actor, target, "against")]
    return StanceModel().fit(pd.DataFrame(rows, columns=["text", "actor", "target", "stance"]))


def couples(text, entities=ENTITIES):
    article = read_article(text, split_sentences(text), load_catalogue(entities))
    return [(f.actor.entity, f.target.entity, f.resolved) for f in article_pairs(article)]


def test_an_article_with_headline_byline_dateline_quotes_and_bullets():
    found = [(a, r) for a, t, r in couples(ARTICLE) if t == "night ferry"]
    assert found == [
        ("Ines Duarte", "named"),
        ("Saltby Sailors Union", "carried"),  # does not
        ("Ines Duarte", "named"),
        ("Ines Duarte", "speaker"),  # “It pays for itself.
        ("Ines Duarte", "pronoun"),
        ("Saltby Sailors Union", "named"),
        ("Oskar Brandt", "named"),
        ("Saltby Sailors Union", "role"),
    ]


CARRIED = [
    # of the only thing of the sentence before, or of the one thing that the article is about
    ("The toll rose. Peru rejects any such folly.", [("Peru", "toll")]),
    ("The toll rose. Peru and Chile disagree strongly with that policy.", [("Peru", "toll"), ("Chile", "toll")]),
    ("The toll rose. Unlike Peru, Chile is furious.", [("Chile", "toll")]),
    ("The toll rose. “Bad news,” said Chile. “A shame.”", [("Chile", "toll")]),
    ("The toll rose. The toll hurts. Rain fell. Oman is furious.", [("Oman", "toll")]),
    # nothing is carried over ...
    ("The toll rose. Peru slept.", []),  # where a sentence takes no side
    ("The toll rose. Peru rejects the ban.", []),  # has a thing of its own
    ("The toll rose and the ban fell. Peru is furious.", []),  # two could be meant
    ("The ban fell. Peru has a port. Snow fell. Oman is furious.", []),  # mentioned once, a while ago
    ("The toll rose. “A disgrace,” said a tired clerk.", []),  # nobody known speaks
    ("Chile rose. Peru is furious.", []),  # an actor is no thing
]


@pytest.mark.parametrize(("text", "expected"), CARRIED, ids=[c[0][:50] for c in CARRIED])
def test_what_a_sentence_leaves_unsaid_is_carried_over(text, expected):
    entities = pd.DataFrame(
        [(n, "actor|target") for n in ("Peru", "Chile", "Oman")] + [("toll", "target"), ("ban", "target")], columns=["name", "kind"]
    )
    article = read_article(text, split_sentences(text), load_catalogue(entities))
    carried = [f for f in article_pairs(article) if f.resolved == "carried"]
    assert [(f.actor.entity, f.target.entity) for f in carried] == expected
    for f in carried:
        assert text[f.target.start : f.target.end] == f.target.surface  # its last mention, before the sentence
        assert f.target.end <= f.sentence.start
        assert f.pair.text[slice(*f.pair.target)] == f.target.entity
        assert f.pair.text[slice(*f.pair.actor)] in (f.actor.surface, f.actor.entity)


JOINT = [
    ("Peru, Chile and Oman condemned the toll.", []),  # toward one another they are neutral
    ("Peru and Chile condemned each other.", [("Peru", "Chile"), ("Chile", "Peru")]),
    ("According to Peru, Chile broke the toll.", [("Peru", "Chile"), ("Chile", "Peru")]),
    ("Peru condemned Chile and Oman.", [("Peru", "Chile"), ("Peru", "Oman"), ("Chile", "Peru"), ("Oman", "Peru")]),
]


@pytest.mark.parametrize(("text", "expected"), JOINT, ids=[j[0] for j in JOINT])
def test_joint_actors_are_no_pair(text, expected):
    entities = pd.DataFrame({"name": ["Peru", "Chile", "Oman", "toll"], "kind": ["", "", "", "target"]})
    assert [(a, t) for a, t, _ in couples(text, entities) if t != "toll"] == expected


def test_a_comma_before_and_joins_no_two():
    entities = pd.DataFrame({"name": ["Peru", "Chile", "Oman"]})
    found = {(a, t) for a, t, _ in couples("Peru condemned Chile, and Oman did too.", entities)}
    assert ("Oman", "Chile") in found


def test_the_second_half_of_a_sentence_says_what_the_other_holds():
    text = "Peru blamed Chile; Chile blamed Peru."
    article = read_article(text, split_sentences(text), load_catalogue(pd.DataFrame({"name": ["Peru", "Chile"]})))
    places = {f.actor.entity: (f.actor.start, f.target.start) for f in article_pairs(article)}
    assert places == {"Peru": (0, 12), "Chile": (19, 32)}


OF_ONE = [  # who speaks for a body says nothing of it by that
    ("Ada Obi, head of the River Party, left.", []),
    ("River Party leader Ada Obi left.", []),
    ("The River Party’s chairwoman, Ada Obi, left.", []),
    ("The River Party’s President Ada Obi left.", []),
    ("Ada Obi, head of the ferry, fears the River Party.", [("Ada Obi", "River Party"), ("River Party", "Ada Obi")]),
]


@pytest.mark.parametrize(("text", "expected"), OF_ONE, ids=[j[0] for j in OF_ONE])
def test_a_person_and_the_body_of_the_title_are_no_pair(text, expected):
    assert [(a, t) for a, t, _ in couples(text, pd.DataFrame({"name": ["Ada Obi", "River Party"]}))] == expected


SHAPES = [
    ("Joint actors", "Peru, Chile and Oman condemned the toll.", [("Peru", "toll"), ("Chile", "toll"), ("Oman", "toll")]),
    ("Bullets", "- Peru condemned the toll\n- Chile praised the toll", [("Peru", "toll"), ("Chile", "toll")]),
    ("No full stops", "Peru condemned the toll\n\nChile praised it", [("Peru", "toll"), ("Chile", "toll")]),
    ("Capitals", "PERU CONDEMNS THE TOLL\n\nRain fell.", [("Peru", "toll")]),
    ("A tweet", "Chile replied: “Peru is right. The toll must go!!! #toll” (@chile)", [("Chile", "Peru"), ("Chile", "toll")]),
    ("Itself", "Peru praised Peru.", []),
    ("Not across sentences", "Peru slept. The toll rose.", []),
]


@pytest.mark.parametrize(("text", "expected"), [s[1:] for s in SHAPES], ids=[s[0] for s in SHAPES])
def test_shapes_of_text(text, expected):
    entities = pd.DataFrame([(n, "actor|target") for n in ("Peru", "Chile", "Oman")] + [("toll", "target")], columns=["name", "kind"])
    found = [(a, t) for a, t, _ in couples(text, entities)]
    assert [c for c in expected if c not in found] == []
    assert [c for c in found if c[1] == "toll" and c not in expected] == []


def test_statements_keep_the_contract(model):
    table = model.predict([ARTICLE], ENTITIES)
    assert tuple(table.columns) == STATEMENT_COLUMNS
    for r in table.itertuples():
        assert ARTICLE[r.sentence_start : r.sentence_end] == r.evidence
        assert ARTICLE[r.actor_start : r.actor_end] == r.actor_mention
        assert ARTICLE[r.target_start : r.target_end] == r.target_mention
    assert not table.duplicated(["doc_id", "sentence_id", "actor", "target"]).any()
    ferry = table[table["target"] == "night ferry"]
    assert set(ferry[ferry["actor"] == "Oskar Brandt"]["stance"]) == {"against"}
    assert "favor" in set(ferry[ferry["actor"] == "Ines Duarte"]["stance"])


def test_whole_documents_lean_towards_stances_and_a_prior_replaces_that(model):
    text = "Rome visited the dam."
    entities = pd.DataFrame({"name": ["Rome", "the dam"]})
    default = model.predict([text], entities)
    calm = model.predict([text], entities, prior={"favor": 0.01, "against": 0.01, "neutral": 0.98})
    assert (default["p_neutral"] < calm["p_neutral"]).all()


def test_empty_and_odd_documents(model):
    assert model.predict(["", " \n", "“““", "...", "\x00"], ENTITIES).empty


def test_roll_up_on_the_command_line(model, tmp_path):
    model.info_ = {}
    model.save(tmp_path / "m.joblib")
    ENTITIES.to_csv(tmp_path / "entities.csv", index=False)
    (tmp_path / "news.txt").write_text(ARTICLE, encoding="utf-8")

    def predict(*options):
        done = run_in(tmp_path, "predict", "news.txt", "-m", "m.joblib", "-e", "entities.csv", "--by", "statement", *options)
        assert done.returncode == 0, done.stderr
        return pd.read_csv(io.StringIO(done.stdout), keep_default_na=False)

    plain, rolled = predict(), predict("--roll-up")
    assert "Saltby" not in set(plain[plain["target"] == "night ferry"]["actor"])
    ferry = rolled[rolled["target"] == "night ferry"]
    assert (ferry["actor"] == "Saltby").sum() == (ferry["actor"] == "Ines Duarte").sum() > 0
    assert not rolled.duplicated(["doc_id", "sentence_id", "actor", "target"]).any()


@pytest.mark.parametrize("words", ["Oslo, Rome, ", "Oslo and ", "Oslo Rome ", "Oslo, who ", "Oslo said that ", "U.S."])
def test_a_sentence_without_end_takes_no_square_of_its_length(words: str) -> None:
    """Tables and lists that lost their line ends: four times as many names, not sixteen times the work."""
    known = Catalogue({name: Entity(name) for name in ("Oslo", "Rome", "U.S.")})
    took = []
    for size in (300, 1_200):
        text = words * size
        with lines_run() as lines:
            article = read_article(text, [Sentence(0, 0, len(text), text)], known)
            assert sum(map(len, article.mentions)) >= size
            assert len(list(article_pairs(article))) <= 2
        took.append(lines[0])
    assert took[1] < 5 * took[0]


def test_a_crowd_is_paired_with_its_neighbours() -> None:
    """Three hundred names in a sentence: the pairs grow with the names, not with their square."""
    names = [f"Guild{i}" for i in range(300)]
    known = Catalogue({name: Entity(name) for name in names})
    text = " met ".join(names) + "."
    found = list(article_pairs(read_article(text, [Sentence(0, 0, len(text), text)], known)))
    apart = {abs(int(f.actor.entity[5:]) - int(f.target.entity[5:])) for f in found}
    assert apart == set(range(1, NEIGHBOURS + 1))
    assert len(found) == 2 * sum(len(names) - d for d in apart)


@contextmanager
def lines_run() -> Iterator[list[int]]:
    """How many lines of Python were run: what a clock would say, and the same each time."""
    count = [0]

    def trace(frame: object, event: str, argument: object) -> object:
        count[0] += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        yield count
    finally:
        sys.settrace(before)


OUTSHONE = [
    # of two directions the fainter is taken back, by four times as much as it is fainter and at most by three
    ([("s", "A", "T"), ("s", "T", "A")], [2.0, 1.9], [0.0, 0.4]),
    ([("s", "A", "T"), ("s", "T", "A")], [2.0, -1.0], [0.0, 3.0]),
    ([("s", "A", "T"), ("s", "T", "A")], [2.0, 2.0], [0.0, 0.0]),  # they praise each other
    # of two who could be at one target, the fainter by as much again and at most by one
    ([("s", "A", "T"), ("s", "B", "T")], [2.0, 1.75], [0.0, 0.25]),
    ([("s", "A", "T"), ("s", "B", "T")], [-1.0, 2.0], [1.0, 0.0]),
    # another sentence, another target: nothing
    ([("s", "A", "T"), ("r", "T", "A"), ("r", "B", "A")], [2.0, 1.0, 1.0], [0.0, 0.0, 0.0]),
    ([("s", "A", "T"), ("s", "A", "B")], [2.0, 1.0], [0.0, 0.0]),
    # a direction that has been taken back outshines nobody, and is outshone
    ([("s", "A", "T"), ("s", "T", "A"), ("s", "B", "A")], [3.0, 1.0, 0.5], [0.0, 4.0, 0.0]),
    ([], [], []),
]


@pytest.mark.parametrize(("couples", "sides", "loss"), OUTSHONE)
def test_statements_of_one_sentence_outshine_each_other(couples, sides, loss):
    assert outshone(couples, np.array(sides)).tolist() == pytest.approx(loss)


def test_who_is_criticised_is_not_said_to_criticise(part_model):
    model = StanceModel.load(part_model)
    entities = pd.DataFrame({"name": ["Peru", "Chile"], "kind": "actor|target"})
    text = "On Monday Peru condemned Chile."
    table = model.predict([text], entities).set_index("actor")
    pairs = pd.DataFrame({"text": text, "actor": ["Peru", "Chile"], "target": ["Chile", "Peru"]}, index=["Peru", "Chile"])
    alone = model.predict_pairs(pairs)
    side = alone["p_neutral"] / (1 - alone["p_neutral"])
    found = table["p_neutral"] / (1 - table["p_neutral"])
    # the one leans to its side, as all statements of articles do, more as the sentence has but two pairs; the other,
    # fainter, leans back
    lean = NEUTRAL_IN_ARTICLES * (2 / ALONE) ** CROWDED
    assert found["Peru"] / side["Peru"] == pytest.approx(lean, rel=0.01)
    assert found["Chile"] / side["Chile"] > 5 * lean


def test_a_crowded_sentence_says_less_of_each_pair():
    few, mean, many = crowded(["few"] * 2 + ["mean"] * 4 + ["many"] * 9)[[0, 2, 6]]
    assert few < mean < 0 < many
    assert many - few == pytest.approx(CROWDED * np.log(9 / 2))
    assert crowded([]).tolist() == []


BORNE_OUT = [
    # half of what the others lean, as far as they take sides; at most three counts
    ([("d", "A", "T"), ("d", "A", "T")], [2.0, -1.0], [9.9, 9.9], [-0.5, 1.0]),
    ([("d", "A", "T"), ("d", "A", "T")], [2.0, -8.0], [9.9, 9.9], [-1.5, 1.0]),
    ([("d", "A", "T"), ("d", "A", "T")], [2.0, -1.0], [0.0, -9.9], [0.0, 0.5]),
    ([("d", "A", "T")] * 3, [2.0, 2.0, -2.0], [9.9, 9.9, 9.9], [0.0, 0.0, 2.0]),
    # another article, another target, the other direction: nothing
    ([("d", "A", "T"), ("e", "A", "T"), ("d", "A", "B"), ("d", "T", "A")], [2.0] * 4, [9.9] * 4, [0.0] * 4),
    ([], [], [], []),
]


@pytest.mark.parametrize(("couples", "leanings", "sides", "gain"), BORNE_OUT)
def test_statements_of_one_article_bear_each_other_out(couples, leanings, sides, gain):
    assert borne_out(couples, np.array(leanings), np.array(sides)).tolist() == pytest.approx(gain, abs=0.001)


def test_what_a_faint_sentence_says_follows_the_rest_of_the_article(part_model):
    model = StanceModel.load(part_model)
    entities = pd.DataFrame({"name": ["Peru", "Chile"], "kind": ["actor", "target"]})
    faint = "On Friday Peru spoke about Chile."
    clear = "Peru condemned Chile and rejected its plan.", "Peru praised Chile and supported its plan."
    against, favor = (model.predict([f"{faint} {c}"], entities).iloc[0] for c in clear)
    assert against["evidence"] == favor["evidence"] == faint
    assert against["p_against"] > favor["p_against"]
    assert against["p_favor"] < favor["p_favor"]
    assert against["p_neutral"] == pytest.approx(favor["p_neutral"], abs=1e-5)
