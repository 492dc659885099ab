"""Other tools' formats: networks read back by networkx, DNA and three annotation tools both ways."""

import csv
import io
import json
import warnings

import networkx
import pandas as pd
import pytest
from conftest import run_in
from hypothesis import given
from hypothesis import strategies as st

from stance.entities import load_catalogue
from stance.exchange import (
    ANNOTATION_TOOLS,
    DNA_COLUMNS,
    NETWORKS,
    Utf16,
    actor_network,
    corpus_positions,
    network_matrix,
    read_annotations,
    read_dna,
    read_dna_events,
    read_table,
    tasks_of,
    write_dna,
    write_graphml,
    write_tasks,
)
from stance.pairs import OFFSETS, read_labeled
from stance.text import Document, InputError, Problems

# "😀" is one code point and two UTF-16 units: every offset after it differs between the two
TEXT = "😀 Olsen backs the ferry tunnel. The Harbour Union rejects the ferry tunnel!\n- Later it met Olsen."
DOCUMENT = Document("d1", TEXT, "2024-02-03", "Gazette")


def statement(sentence, actor, target, stance, doc="d1", text=TEXT):
    start = text.index(sentence)
    p = {"favor": (0.8, 0.1, 0.1), "against": (0.1, 0.8, 0.1), "neutral": (0.1, 0.1, 0.8)}[stance]
    a, t = start + sentence.index(actor), start + sentence.index(target)
    return {
        **{"doc_id": doc, "sentence_id": 0, "actor": actor, "target": target, "stance": stance},
        **dict(zip(("p_favor", "p_against", "p_neutral"), p, strict=True)),
        **{"evidence": sentence, "sentence_start": start, "sentence_end": start + len(sentence)},
        **dict(zip(OFFSETS, (a, a + len(actor), t, t + len(target)), strict=True)),
    }


@pytest.fixture
def statements() -> pd.DataFrame:
    first, second = "😀 Olsen backs the ferry tunnel.", "The Harbour Union rejects the ferry tunnel!"
    return pd.DataFrame(
        [
            statement(first, "Olsen", "ferry tunnel", "favor"),
            statement(second, "Harbour Union", "ferry tunnel", "against"),
            statement("- Later it met Olsen.", "it", "Olsen", "neutral"),
        ]
    )


def positions(*rows) -> pd.DataFrame:
    """Positions from (actor, target, stance)."""
    score = {"favor": 0.7, "against": -0.7, "mixed": 0.1, "neutral": 0.0}
    made = []
    for actor, target, stance in rows:
        count = {"n_favor": int(stance in ("favor", "mixed")), "n_against": int(stance in ("against", "mixed"))}
        made.append(
            {
                **{"actor": actor, "target": target, "stance": stance, "score": score[stance]},
                **{"p_favor": 0.3, "p_against": 0.3, "p_neutral": 0.4, "n_statements": 2, **count, "n_neutral": 0},
                "evidence": "x",
            }
        )
    return pd.DataFrame(made)


# ---------------------------------------------------------------------------------------------- our own tables

HOLDS = {"actor": "Ann", "target": "tax", "stance": "favor", "p_favor": 1, "p_against": 0, "p_neutral": 0, "evidence": ""}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"p_favor": 1.5}, r"p_favor must be from 0 to 1, not '1\.5'; is it a percentage"),
        ({"p_against": -0.1}, r"p_against must be from 0 to 1, not '-0\.1'"),
        ({"p_neutral": "nan"}, "p_neutral must be a number, not 'nan'"),
        ({"p_neutral": "inf"}, "p_neutral must be a number, not 'inf'"),
        ({"p_favor": ""}, "p_favor must be a number, not ''"),
        ({"score": 7}, "score must be from -1 to 1, not '7'"),
        ({"n_statements": 0}, "n_statements must be a whole number, 1 or more, not '0'"),
        ({"n_favor": 0.5}, r"n_favor must be a whole number, 0 or more, not '0\.5'"),
        ({"actor_start": -1}, "actor_start must be from 0"),
        ({"actor": ""}, "actor is empty"),
        ({"target": " "}, "target is empty"),
        ({"stance": ""}, "unknown stance ''"),
        ({"stance": "Favor"}, "unknown stance 'Favor'"),
        ({"stance": "mixed"}, "unknown stance 'mixed' .*; only positions, which have n_statements, are mixed"),
    ],
)
def test_tables_that_cannot_be_right_are_refused(tmp_path, change, message):
    whole = HOLDS | dict.fromkeys(change, 1) | {k: v for k, v in HOLDS.items() if k in change}
    pd.DataFrame([whole, HOLDS | change]).to_csv(tmp_path / "s.csv", index=False)
    with pytest.raises(InputError, match=rf"s\.csv:3: {message}"):
        read_table(tmp_path / "s.csv")
    done = run_in(tmp_path, "export", "s.csv", "-o", "n.graphml")
    assert done.returncode == 2 and "Traceback" not in done.stderr and not (tmp_path / "n.graphml").exists()


def test_what_an_export_leaves_out_is_counted(tmp_path):
    rows = [HOLDS, HOLDS | {"actor": "Bo", "stance": "uncertain"}, HOLDS | {"actor": "Cy", "stance": "neutral"}]
    pd.DataFrame(rows).to_csv(tmp_path / "s.csv", index=False)
    for ending in ("graphml", "csv"):
        done = run_in(tmp_path, "export", "s.csv", "-o", f"n.{ending}")
        assert done.returncode == 0
        assert "1 of 3 rows are uncertain, and count as neutral" in done.stderr
        assert "1 of 3 positions take a side; the others are left out" in done.stderr


# ---------------------------------------------------------------------------------------------- networks

CAMPS = positions(
    *[("Ann", "tax", "favor"), ("Bo", "tax", "favor"), ("Cy", "tax", "against")],
    *[("Ann", "port", "against"), ("Bo", "port", "against"), ("Cy", "port", "favor")],
    *[("Bo", "rail", "mixed"), ("Cy", "rail", "favor"), ("Dee", "park", "favor"), ("Eve", "tax", "neutral")],
)


def test_actor_network_counts_targets_by_hand():
    ties = {(r.actor_a, r.actor_b): (r.congruence, r.conflict, r.subtract) for r in actor_network(CAMPS).itertuples()}
    # Bo's mixed position on rail both agrees and differs with Cy's
    assert ties == {("Ann", "Bo"): (2, 0, 2), ("Ann", "Cy"): (0, 2, -2), ("Bo", "Cy"): (1, 3, -2)}


def test_actor_network_of_nobody():
    assert actor_network(positions(("A", "b", "neutral"))).empty


@pytest.mark.parametrize(
    ("network", "edges", "weights"),
    [("congruence", 2, {1, 2}), ("conflict", 2, {2, 3}), ("subtract", 3, {2})],
)
def test_graphml_of_actors_reads_back(tmp_path, network, edges, weights):
    with open(tmp_path / "n.graphml", "w", encoding="utf-8") as stream:
        write_graphml(CAMPS, stream, network)
    graph = networkx.read_graphml(tmp_path / "n.graphml")
    assert not graph.is_directed()
    assert set(graph) == {"Ann", "Bo", "Cy", "Dee"}
    assert graph.number_of_edges() == edges
    assert {d["weight"] for _, _, d in graph.edges(data=True)} == weights
    matrix = network_matrix(CAMPS, network)
    for a, b, d in graph.edges(data=True):
        assert d["sign"] * d["weight"] == d[network] == matrix.loc[a, b] == matrix.loc[b, a]


@pytest.mark.parametrize("name", ["Ann", 'A & "B" <c>', "Zoë 😀", "tab\there", "bell\x07", "=1+1"])
def test_graphml_of_actors_and_targets_reads_back(name):
    table = positions((name, "tax", "against"), ("tax", name, "favor"), (name, "port", "mixed"))
    stream = io.StringIO()
    write_graphml(table, stream)
    graph = networkx.parse_graphml(stream.getvalue())
    assert graph.is_directed()
    labels = {(d["kind"], d["label"]) for _, d in graph.nodes(data=True)}
    clean = name.replace("\x07", "\ufffd")
    assert labels == {("actor", clean), ("target", "tax"), ("target", "port"), ("actor", "tax"), ("target", clean)}
    edge = graph.edges[f"actor:{clean}", "target:tax"]
    assert (edge["weight"], edge["sign"], edge["score"], edge["stance"]) == (1, -1, -0.7, "against")


def test_matrices_make_graphs():
    graph = networkx.from_pandas_adjacency(network_matrix(CAMPS, "subtract"))
    assert graph.edges["Ann", "Cy"]["weight"] == -2
    wide = network_matrix(CAMPS)
    assert list(wide.index) == ["Ann", "Bo", "Cy", "Dee"]
    assert wide.loc["Ann", "tax"] == 0.7
    assert wide.loc["Dee", "tax"] == 0


@pytest.mark.parametrize("network", NETWORKS)
def test_names_like_the_index_of_a_matrix(tmp_path, network):
    positions(("actor", "R", "favor"), ("P", "actor", "favor"), ("P", "R", "favor")).to_csv(tmp_path / "p.csv", index=False)
    done = run_in(tmp_path, "export", "p.csv", "--network", network, "-o", "m.csv")
    assert done.returncode == 0, done.stderr
    columns = ["R", "actor"] if network == "actor-target" else ["P", "actor"]
    assert pd.read_csv(tmp_path / "m.csv", index_col=0).columns.tolist() == columns


def test_what_is_uncertain_takes_no_side():
    rows = [HOLDS | {"actor": name, "stance": "uncertain"} for name in ("Ann", "Ann", "Bo")]
    of_statements = corpus_positions(pd.DataFrame(rows))
    assert list(of_statements["stance"]) == ["neutral", "neutral"]
    assert list(corpus_positions(of_statements.assign(stance="uncertain"))["stance"]) == ["neutral", "neutral"]


def test_positions_by_document_merge_near_to_those_of_the_statements(statements):
    from stance import aggregate_stances

    both = pd.concat([statements, statements.assign(doc_id="d2")], ignore_index=True)
    merged = corpus_positions(aggregate_stances(both, by="document"))
    whole = corpus_positions(both)
    pd.testing.assert_frame_equal(merged, whole)


# ---------------------------------------------------------------------------------------------- UTF-16


@given(st.text(alphabet=st.sampled_from("ab😀é𝔘\n"), max_size=30))
def test_utf16_offsets_go_both_ways(text):
    to = Utf16(text)
    for i in range(len(text) + 1):
        units = len(text[:i].encode("utf-16-le")) // 2
        assert to.units_of(i) == units
        assert to.point_of(units) == i


# ---------------------------------------------------------------------------------------------- DNA


def test_dna_has_its_header_and_utf16_positions(statements):
    stream = io.StringIO()
    assert write_dna(statements, [DOCUMENT], stream) == 2  # the neutral one is left out
    lines = stream.getvalue().splitlines()
    assert lines[0] == (
        "statement_id;time;person;organization;concept;agreement;start_position;stop_position;text;coder;"
        "document_id;document_title;document_author;document_source;document_section;document_type"
    )
    first, second = csv.DictReader(lines, delimiter=";")
    assert (first["organization"], first["concept"], first["agreement"], first["coder"]) == (
        "Olsen",
        "ferry tunnel",
        "1",
        "stance",
    )
    assert (first["time"], first["document_source"]) == ("2024-02-03 00:00:00", "Gazette")
    assert second["agreement"] == "0"
    raw = TEXT.encode("utf-16-le")
    for row in (first, second):
        start, stop = int(row["start_position"]), int(row["stop_position"])
        assert raw[2 * start : 2 * stop].decode("utf-16-le") == row["text"]


@pytest.mark.parametrize(("neutral", "rows"), [(None, 2), ("0", 3), ("1", 3)])
def test_dna_neutral_is_left_out_or_as_asked(statements, neutral, rows):
    stream = io.StringIO()
    assert write_dna(statements, [DOCUMENT], stream, neutral) == rows
    stances = [r["agreement"] for r in csv.DictReader(stream.getvalue().splitlines(), delimiter=";")]
    assert stances == ["1", "0", *([neutral] if neutral else [])]


@pytest.mark.parametrize(
    ("date", "time", "said"),
    [
        ("2024-02-03 10:30", "2024-02-03 10:30:00", ""),
        ("13/01/2020", "2020-01-13 00:00:00", ""),
        ("7 November 2017", "2017-11-07 00:00:00", ""),
        ("0001-01-01", "0001-01-01 00:00:00", ""),
        ("2020-01-01T10:00:00+05:00", "2020-01-01 10:00:00", "a zone, which is left out: '2020-01-01T10:00:00+05:00'"),
        ("", "", ""),
        *((d, "", f"1 of 1 documents have a date that is none: {d!r}") for d in ("spring 2017", "43000", "now", "10:30", "May 5")),
    ],
)
def test_dna_has_the_dates_that_are_dates(statements, date, time, said):
    stream, told = io.StringIO(), []
    with warnings.catch_warnings(action="error"):
        write_dna(statements, [Document("d1", TEXT, date)], stream, say=told.append)
    assert {r["time"] for r in csv.DictReader(stream.getvalue().splitlines(), delimiter=";")} == {time}
    assert bool(told) == bool(said) and said in "".join(told)


def test_dna_affiliation_tells_person_from_organization(statements):
    names = pd.DataFrame(
        {"name": ["Olsen", "Harbour Union"], "affiliation": ["Harbour Union", ""], "kind": "actor", "aliases": ""}
    )
    stream = io.StringIO()
    write_dna(statements, [DOCUMENT], stream, catalogue=load_catalogue(names))
    rows = list(csv.DictReader(stream.getvalue().splitlines(), delimiter=";"))
    assert [(r["person"], r["organization"]) for r in rows] == [("Olsen", "Harbour Union"), ("", "Harbour Union")]


@pytest.mark.parametrize(
    ("documents", "message"),
    [([], "no document 'd1'; give the documents"), ([Document("d1", "x" + TEXT)], "is it another version")],
)
def test_dna_needs_the_documents_as_they_were(statements, documents, message):
    with pytest.raises(InputError, match=message):
        write_dna(statements, documents, io.StringIO())


def test_dna_round_trip(tmp_path, statements):
    with open(tmp_path / "e.csv", "w", encoding="utf-8", newline="") as stream:
        write_dna(statements, [DOCUMENT], stream, neutral="0")
    events = read_dna_events(tmp_path / "e.csv", [DOCUMENT])
    assert [TEXT[e.start : e.end] for e in events.itertuples()] == list(statements["evidence"])
    labeled = read_dna(tmp_path / "e.csv", [DOCUMENT])
    assert list(labeled["actor"]) == list(statements["actor"])
    for row in labeled.to_dict("records"):
        assert row["text"][row["actor_start"] : row["actor_end"]] == row["actor"]
    labeled.to_csv(tmp_path / "labeled.csv", index=False)
    assert list(read_labeled(tmp_path / "labeled.csv")["stance"]) == ["favor", "against", "against"]


def dna_file(path, *rows, header=DNA_COLUMNS):
    path.write_text("\n".join([";".join(header), *(";".join(r) for r in rows)]) + "\n", encoding="utf-8")
    return path


def dna_row(organization, concept, agreement, text, start="", stop="", document="d1", person=""):
    return (
        "7",
        "2024-01-01 00:00:00",
        person,
        organization,
        concept,
        agreement,
        start,
        stop,
        text,
        "Kim",
        document,
        *[""] * 5,
    )


CATALOGUE = load_catalogue(
    pd.DataFrame(
        {
            "name": ["Harbour Union", "Build the ferry tunnel"],
            "kind": ["actor", "target"],
            "aliases": ["the union|dockers", "ferry tunnel|tunnel"],
        }
    )
)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # named by aliases, in any case
        (
            ("Harbour Union", "Build the ferry tunnel", "0", "Dockers reject the tunnel"),
            ("Dockers", "tunnel", "against"),
        ),
        # the person stands for the organization when named
        (
            ("Harbour Union", "ferry tunnel", "1", "Olsen likes the ferry tunnel", "", "", "", "Olsen"),
            ("Olsen", "ferry tunnel", "favor"),
        ),
        # a coded clause; the actor stands in the sentence around it
        (
            ("Harbour Union", "ferry tunnel", "0", "rejects the ferry tunnel", "51", "75"),
            ("Harbour Union", "ferry tunnel", "against"),
        ),
    ],
)
def test_dna_statements_become_labelled_pairs(tmp_path, row, expected):
    labeled = read_dna(dna_file(tmp_path / "e.csv", dna_row(*row)), [DOCUMENT], CATALOGUE)
    assert tuple(labeled.iloc[0][["actor", "target", "stance"]]) == expected


def test_dna_statement_that_names_nobody_is_refused(tmp_path):
    path = dna_file(
        tmp_path / "e.csv", dna_row("Olsen", "tax", "1", "Olsen likes the tax"), dna_row("Zed", "tax", "1", "He agrees")
    )
    with pytest.raises(InputError, match=r"e\.csv:3: 'Zed' and 'tax' are not both named"):
        read_dna(path)
    problems = Problems(skip=True)
    assert len(read_dna(path, problems=problems)) == 1
    assert [r["line"] for r in problems.rows] == [3]


def test_dna_rows_of_no_use_are_skipped_and_long_cells_are_read(tmp_path):
    span = ("Olsen", "ferry tunnel", "1", "Olsen on the ferry tunnel", "0")
    bad = [dna_row(*span, "999"), dna_row("A", "b", "yes", "A b"), dna_row("A", "b", "1", "A b \0"), ("A", "b")]
    path = dna_file(tmp_path / "e.csv", *bad, dna_row(*span, "33"), header=(*DNA_COLUMNS[:-1], "x" * 140_000))
    problems = Problems(skip=True)
    assert len(read_dna(path, [DOCUMENT], problems=problems)) == 1
    told = {r["line"]: r["reason"] for r in problems.rows}
    assert sorted(told) == [2, 3, 4, 5]
    for line, reason in ((2, "the statement ends at"), (3, "agreement must be 0 or 1"), (4, "text holds a NUL"), (5, "2 fields")):
        assert reason in told[line]


def test_dna_of_earlier_versions_and_signed_agreement(tmp_path):
    header = ("statement ID", "time", "document ID", "document title", "author", "source", "section", "type", "text")
    header += ("organization", "concept", "agreement")
    rows = [
        ("1", "", "9", "T", "", "", "", "", f"Olsen on the tax {i}", "Olsen", "tax", a)
        for i, a in enumerate(("1", "-1", "0"))
    ]
    labeled = read_dna(dna_file(tmp_path / "e.csv", *rows, header=header))
    assert list(labeled["stance"]) == ["favor", "against", "neutral"]
    assert list(labeled["doc_id"]) == ["9"] * 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("text,actor\n", "1: no column 'concept'"),
        ("organization;concept;agreement;text\nA;b;yes;A b\n", "e.csv:2: agreement must be 0 or 1, not 'yes'"),
        ("organization;concept;agreement;text\nA;b;1\n", "e.csv:2: 3 fields where the header has 4"),
        ("organization;concept;agreement;text;text\nA;b;1;A b;c\n", "e.csv:1: column 'text' stands twice"),
        ("concept;agreement;text\nb;1;A b\n", "e.csv:1: no column 'organization'"),
        ("organization;concept;agreement;text\n", "e.csv: holds no statements"),
        ("organization;concept;agreement;text;start_position;stop_position\nA;b;1;A b;9;3\n", "e.csv:2: positions 9:3"),
        (
            "organization;concept;agreement;text;start_position;stop_position\nA;b;1;A b;x;3\n",
            "e.csv:2: positions must be",
        ),
    ],
)
def test_dna_refuses_with_line_and_value(tmp_path, content, message):
    (tmp_path / "e.csv").write_text(content)
    with pytest.raises(InputError, match=message.replace(".", r"\.")):
        read_dna(tmp_path / "e.csv")


# ---------------------------------------------------------------------------------------------- annotation tools


def finish(tool, content):
    """What the tool saves when the annotator confirms every suggestion."""
    if tool == "label-studio":
        tasks = json.loads(content)
        for i, task in enumerate(tasks):
            task |= {"id": i, "annotations": [{"id": 7, "completed_by": 2, "result": task["predictions"][0]["result"]}]}
        return json.dumps(tasks)
    if tool == "prodigy":
        tasks = [json.loads(line) | {"answer": "accept", "_annotator_id": "set-kim"} for line in content.splitlines()]
        return "".join(json.dumps(t) + "\n" for t in tasks)
    return "".join(json.dumps(json.loads(line) | {"Comments": []}) + "\n" for line in content.splitlines())


@pytest.mark.parametrize("tool", ANNOTATION_TOOLS)
def test_suggestions_confirmed_come_back_as_labelled_data(tmp_path, statements, tool):
    stream = io.StringIO()
    assert write_tasks(tasks_of(statements), stream, tool) == 3
    (tmp_path / "done").write_text(finish(tool, stream.getvalue()), encoding="utf-8")
    labeled = read_annotations(tmp_path / "done", tool)
    assert list(labeled["stance"]) == list(statements["stance"])
    assert list(labeled["doc_id"]) == ["d1"] * 3
    for row, given_ in zip(labeled.to_dict("records"), statements.to_dict("records"), strict=True):
        assert row["text"] == given_["evidence"]
        assert (row["actor_start"], row["target_end"]) == tuple(
            given_[c] - given_["sentence_start"] for c in ("actor_start", "target_end")
        )
    labeled.to_csv(tmp_path / "labeled.csv", index=False)
    assert len(read_labeled(tmp_path / "labeled.csv")) == 3


@pytest.mark.parametrize("tool", ["label-studio", "prodigy"])
def test_suggestions_that_nobody_answered_are_no_labels(tmp_path, statements, tool):
    with open(tmp_path / "s", "w", encoding="utf-8") as stream:
        write_tasks(tasks_of(statements), stream, tool)
    with pytest.raises(InputError, match="no finished annotation"):
        read_annotations(tmp_path / "s", tool)


def test_a_pair_outside_its_sentence_takes_the_text_between(statements):
    row = statements.iloc[[2]].assign(
        actor="Harbour Union", actor_start=TEXT.index("Harbour"), actor_end=TEXT.index(" rejects")
    )
    with pytest.raises(InputError, match="outside the sentence; give the documents"):
        list(tasks_of(row))
    (task,) = tasks_of(row, [DOCUMENT])
    assert task.text == TEXT[TEXT.index("Harbour") :]
    assert task.text[slice(*task.actor)] == "Harbour Union"
    assert task.text[slice(*task.target)] == "Olsen"


SENTENCE = "😀 Mayor Lind praised the tram but Fox did not."
MAYOR, TRAM, FOX = ((SENTENCE.index(w), SENTENCE.index(w) + len(w)) for w in ("Mayor Lind", "tram", "Fox"))


def ls_span(name, label, at, unit=0, words=True):
    value = {"start": at[0] + unit, "end": at[1] + unit, "labels": [label]} | (
        {"text": SENTENCE[slice(*at)]} if words else {}
    )
    return {"id": name, "from_name": "role", "to_name": "text", "type": "labels", "value": value}


LS_CHOICE = {"id": "c", "from_name": "stance", "to_name": "text", "type": "choices", "value": {"choices": ["favor"]}}
LS_RELATION = {"from_id": "m", "to_id": "t", "type": "relation", "direction": "right", "labels": ["Favor"]}


def ls_task(*results, **more):
    return {
        "id": 1,
        "data": {"text": SENTENCE},
        "annotations": [{"id": 5, "completed_by": {"id": 3}, "result": list(results), **more}],
    }


SPANS = [{"start": MAYOR[0], "end": MAYOR[1], "label": "ACTOR"}, {"start": TRAM[0], "end": TRAM[1], "label": "TARGET"}]
PRODIGY = {"text": SENTENCE, "spans": SPANS, "accept": ["favor"], "answer": "accept"}
ENTITIES = [
    {"id": 10, "label": "actor", "start_offset": MAYOR[0], "end_offset": MAYOR[1]},
    {"id": 11, "label": "target", "start_offset": TRAM[0], "end_offset": TRAM[1]},
    {"id": 12, "label": "actor", "start_offset": FOX[0], "end_offset": FOX[1]},
]


# files written by hand as the tools' documentation shows them
@pytest.mark.parametrize(
    ("tool", "content"),
    [
        ("label-studio", [ls_task(ls_span("m", "actor", MAYOR), ls_span("t", "target", TRAM), LS_CHOICE)]),
        (
            "label-studio",
            [ls_task(ls_span("m", "actor", MAYOR, 1), ls_span("t", "target", TRAM, 1), LS_CHOICE)],
        ),  # UTF-16
        ("label-studio", [ls_task(ls_span("m", "Person", MAYOR), ls_span("t", "Thing", TRAM), LS_RELATION)]),
        (
            "label-studio",
            [ls_task(ls_span("t", "Thing", MAYOR), ls_span("m", "P", TRAM), LS_RELATION | {"direction": "left"})],
        ),
        (
            "label-studio",
            [
                {
                    **{"id": 4, "text": SENTENCE, "stance": "favor", "annotator": 3},
                    "role": [ls_span("", "actor", MAYOR)["value"], ls_span("", "target", TRAM)["value"]],
                }
            ],
        ),
        ("prodigy", [{"text": SENTENCE, "spans": SPANS, "accept": ["favor"], "answer": "accept"}]),
        (
            "prodigy",
            [
                {
                    **{"text": SENTENCE, "spans": SPANS, "answer": "accept"},
                    "relations": [
                        {"head": 1, "child": 5, "head_span": SPANS[0], "child_span": SPANS[1], "label": "FAVOR"}
                    ],
                }
            ],
        ),
        (
            "doccano",
            [
                {
                    "id": 1,
                    "text": SENTENCE,
                    "entities": ENTITIES,
                    "relations": [{"id": 0, "from_id": 10, "to_id": 11, "type": "favor"}],
                }
            ],
        ),
        ("doccano", [{"id": 1, "text": SENTENCE, "label": ["favor"], "actor": "Mayor Lind", "target": "tram"}]),
    ],
)
def test_files_as_documented_are_read(tmp_path, tool, content):
    (tmp_path / "a.json").write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps(t, ensure_ascii=False) + "\n" for t in content), encoding="utf-8"
    )
    for name in ("a.json", "a.jsonl"):
        (row,) = read_annotations(tmp_path / name, tool).to_dict("records")
        assert (row["text"], row["actor"], row["target"], row["stance"]) == (SENTENCE, "Mayor Lind", "tram", "favor")
        assert (row["actor_start"], row["target_start"]) == (MAYOR[0], TRAM[0])


@pytest.mark.parametrize(
    ("tool", "task"),
    [
        ("label-studio", ls_task(LS_CHOICE, was_cancelled=True)),
        ("label-studio", {"id": 1, "data": {"text": SENTENCE}, "annotations": []}),
        ("label-studio", ls_task()),
        ("prodigy", {"text": SENTENCE, "spans": SPANS, "accept": ["favor"], "answer": "reject"}),
        ("prodigy", {"text": SENTENCE, "spans": SPANS, "accept": ["favor"], "answer": "ignore"}),
        ("prodigy", {"text": SENTENCE, "spans": SPANS, "accept": [], "answer": "accept"}),
        ("doccano", {"id": 1, "text": SENTENCE, "entities": ENTITIES, "relations": []}),
    ],
)
def test_skipped_and_rejected_tasks_are_left_out(tmp_path, tool, task):
    good = {
        "label-studio": ls_task(ls_span("m", "actor", MAYOR), ls_span("t", "target", TRAM), LS_CHOICE),
        "prodigy": {"text": SENTENCE, "spans": SPANS, "accept": ["favor"], "answer": "accept"},
        "doccano": {"id": 2, "text": SENTENCE, "label": ["favor"], "actor": "Mayor Lind", "target": "tram"},
    }[tool]
    (tmp_path / "a.json").write_text(json.dumps([task, good]))
    assert len(read_annotations(tmp_path / "a.json", tool)) == 1


@pytest.mark.parametrize(
    ("tool", "task", "message"),
    [
        ("label-studio", ls_task(ls_span("m", "actor", MAYOR), LS_CHOICE), "task 1: no span is labelled target"),
        ("label-studio", ls_task(ls_span("m", "actor", MAYOR, 3), LS_CHOICE), "says 'Mayor Lind', but the text has"),
        (
            "label-studio",
            ls_task(ls_span("m", "actor", MAYOR), ls_span("f", "actor", FOX), ls_span("t", "target", TRAM), LS_CHOICE),
            "two actor spans",
        ),
        (
            "label-studio",
            {"data": {"text": SENTENCE}, "annotations": [{"result": [{"value": 1}]}]},
            "not an annotation of label",
        ),
        (
            "prodigy",
            {"text": SENTENCE, "spans": SPANS, "accept": ["pro"], "answer": "accept"},
            "unknown stance 'pro'; did you mean 'favor'",
        ),
        (
            "prodigy",
            {"text": SENTENCE, "spans": SPANS, "accept": ["favor", "against"], "answer": "accept"},
            "2 stances were chosen",
        ),
        ("doccano", {"id": 1, "text": SENTENCE, "label": [[0, 4, "actor"]]}, "has no relations"),
        (
            "doccano",
            {"id": 1, "text": "A b", "entities": [], "relations": [{"from_id": 1, "to_id": 2, "type": "favor"}]},
            "not an annotation of doccano",
        ),
        *(
            ("label-studio", ls_task({"id": "m", "type": "labels", "value": {"start": start, "end": 9, "labels": ["actor"]}}), why)
            for start, why in (
                *(("abc", "start must be a number, not 'abc'"), (float("inf"), "start must be a number, not inf")),
                *((1.5, "start must be a whole number"), (-1, "start must be from 0 to"), (None, "start must be a number, not None")),
            )
        ),
        ("prodigy", PRODIGY | {"spans": [SPANS[0] | {"end": "q"}]}, "end must be a number, not 'q'"),
        ("prodigy", PRODIGY | {"text": SENTENCE + "\ud83d"}, "task 1: text holds half a surrogate pair"),
        ("prodigy", PRODIGY | {"text": SENTENCE + "\0"}, "task 1: text holds a NUL character"),
        ("prodigy", PRODIGY | {"text": list(SENTENCE)}, "text must be a string"),
        ("doccano", {"text": SENTENCE, "entities": [ENTITIES[0] | {"start_offset": "x"}]}, "start must be a number, not 'x'"),
    ],
)
def test_bad_annotations_are_refused_by_task(tmp_path, tool, task, message):
    (tmp_path / "a.json").write_text(json.dumps([task]))
    with pytest.raises(InputError, match=message):
        read_annotations(tmp_path / "a.json", tool)
    problems = Problems(skip=True)
    assert read_annotations(tmp_path / "a.json", tool, problems=problems).empty and problems.count == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [("[1]", "something else than objects"), ("[{", "not valid JSON"), ("{}\n{", ":2: not valid")],
)
def test_files_that_are_no_annotations(tmp_path, content, message):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(InputError, match=message):
        read_annotations(tmp_path / "a.json", "prodigy")


def test_one_file_of_no_use_takes_no_other_along(tmp_path):
    tasks = {"bad": PRODIGY | {"accept": ["maybe"]}, "none": PRODIGY | {"answer": "ignore"}, "good": PRODIGY}
    for name, task in tasks.items():
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(task) + "\n")
    skip = ("--from", "prodigy", "--on-error", "skip", "-o", "q.csv")
    done = run_in(tmp_path, "import", "bad.jsonl", "none.jsonl", "good.jsonl", *skip)
    assert done.returncode == 0 and "2 refused" in done.stderr and len(read_labeled(tmp_path / "q.csv")) == 1
    (tmp_path / "q.csv").unlink()
    done = run_in(tmp_path, "import", "bad.jsonl", *skip)
    assert done.returncode == 2 and "1 refused, the first bad.jsonl, task 1: unknown stance 'maybe'" in done.stderr
    assert (tmp_path / "q.csv.refused.jsonl").exists() and not (tmp_path / "q.csv").exists()


def test_two_annotators_are_two_rows(tmp_path):
    task = ls_task(ls_span("m", "actor", MAYOR), ls_span("t", "target", TRAM), LS_CHOICE)
    task["annotations"].append(task["annotations"][0] | {"completed_by": 4})
    (tmp_path / "a.json").write_text(json.dumps([task]))
    assert list(read_annotations(tmp_path / "a.json", "label-studio")["coder"]) == ["3", "4"]


# ---------------------------------------------------------------------------------------------- commands


def run(*arguments, cwd):
    return run_in(cwd, *arguments)


def test_commands_go_out_and_back(tmp_path, statements):
    statements.to_csv(tmp_path / "s.csv", index=False)
    (tmp_path / "d1.txt").write_text(TEXT, encoding="utf-8", newline="")
    for tool in ("dna", *ANNOTATION_TOOLS):
        done = run("export", "s.csv", "--to", tool, "-d", "d1.txt", "-o", f"out.{tool}", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        if tool != "dna":
            path = tmp_path / f"out.{tool}"
            path.write_text(finish(tool, path.read_text(encoding="utf-8")), encoding="utf-8")
        done = run("import", f"out.{tool}", "--from", tool, "-d", "d1.txt", "-o", f"{tool}.csv", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        labeled = read_labeled(tmp_path / f"{tool}.csv")
        assert list(labeled["actor"])[:2] == ["Olsen", "Harbour Union"]
        assert list(labeled["text"]) == list(statements["evidence"])[: len(labeled)]
    # the bullet that a spreadsheet would take for a formula is defused in the file and whole after reading
    assert read_table(tmp_path / "s.csv")["evidence"].iloc[2].startswith("- Later")


def test_a_lone_carriage_return_goes_out_and_back(tmp_path):
    text = "Olsen backs the\rferry tunnel."
    (tmp_path / "d1.txt").write_text(text, newline="")
    pd.DataFrame([statement(text, "Olsen", "ferry tunnel", "favor", text=text)]).to_json(
        tmp_path / "s.jsonl", orient="records", lines=True
    )
    for arguments in (("export", "s.jsonl", "--to"), ("import", "out.csv", "--from")):
        name = "out.csv" if arguments[0] == "export" else "labeled.csv"
        done = run(*arguments, "dna", "-d", "d1.txt", "-o", name, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert list(read_labeled(tmp_path / "labeled.csv")["text"]) == [text]


def test_commands_write_networks(tmp_path):
    CAMPS.to_csv(tmp_path / "p.csv", index=False)
    assert run("export", "p.csv", "-o", "n.graphml", cwd=tmp_path).returncode == 0
    assert run("export", "p.csv", "--network", "congruence", "-o", "m.csv", cwd=tmp_path).returncode == 0
    assert networkx.read_graphml(tmp_path / "n.graphml").number_of_nodes() == 8
    matrix = pd.read_csv(tmp_path / "m.csv", index_col="actor")
    pd.testing.assert_frame_equal(matrix, network_matrix(CAMPS, "congruence"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["export", "p.csv", "-o", "x.txt"], "--to is missing: choose graphml"),
        (["export", "p.csv", "-o", "x.txt", "--to", "brat"], "--to brat: choose graphml"),
        (["export", "p.csv", "-o", "x.graphml", "--network", "x"], "unknown network 'x'"),
        (
            ["export", "p.csv", "-o", "x.json", "--to", "prodigy"],
            "no column 'sentence_start'; tasks are made from statements",
        ),
        (["export", "t.csv", "-o", "x.json", "--to", "doccano"], "no column 'actor_start'; tasks are made from statements"),
        (["export", "p.csv", "-o", "x.csv", "--to", "dna"], "no column 'doc_id'; the Discourse Network Analyzer needs"),
        (["import", "p.csv"], "--from is missing: choose dna"),
        (["import", "p.csv", "--from", "dna"], "p.csv:1: no column 'concept'"),
    ],
)
def test_commands_refuse_with_a_remedy(tmp_path, arguments, message):
    CAMPS.to_csv(tmp_path / "p.csv", index=False)
    CAMPS.assign(text="x").to_csv(tmp_path / "t.csv", index=False)
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p.csv", "t.csv"]
