"""The report: what is drawn, the three formats, and the page in a browser."""

import json
import re
import shutil
import struct
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from conftest import run_in

from stance.report import VIEWS, alike_together, layout, over_time, page, pieces, sides, strongest, write_report
from stance.text import InputError


def statement(actor, target, p, doc="d1", date="", sentence="", cues=()):
    """One row of a statements table; `p` is (favor, against, neutral)."""
    sentence = sentence or f"{actor} spoke about {target}."
    a, t = sentence.index(actor), sentence.index(target)
    return {
        **{"doc_id": doc, "sentence_id": 0, "actor": actor, "target": target},
        **{"stance": ["favor", "against", "neutral"][int(np.argmax(p))]},
        **dict(zip(("p_favor", "p_against", "p_neutral"), p, strict=True)),
        **{"evidence": sentence, "sentence_start": 7, "sentence_end": 7 + len(sentence)},
        **{"actor_start": 7 + a, "actor_end": 7 + a + len(actor), "target_start": 7 + t},
        **{"target_end": 7 + t + len(target), "date": date, "cues": cues},
    }


FAVOR, AGAINST, NEUTRAL = (0.9, 0.05, 0.05), (0.05, 0.9, 0.05), (0.1, 0.1, 0.8)


@pytest.fixture
def small() -> pd.DataFrame:
    return pd.DataFrame(
        [
            statement(
                "Mira Olsen", "ferry tunnel", FAVOR, "d1", "2024-01-03", "Mira Olsen backs the ferry tunnel.", [(11, 16)]
            ),
            statement("Mira Olsen", "ferry tunnel", FAVOR, "d2", "2024-03-09"),
            statement("Harbour Union", "ferry tunnel", AGAINST, "d2", "2024-03-09"),
            statement("Harbour Union", "port fee", AGAINST, "d3", "2024-05-30"),
            statement("Mira Olsen", "port fee", NEUTRAL, "d3", "2024-05-30"),
            statement("Quiet Club", "port fee", NEUTRAL, "d3", "2024-05-30"),
        ]
    )


def crowd(actors: int, targets: int, n: int) -> pd.DataFrame:
    """Statements of two camps: even actors favor what odd ones oppose."""
    draw = np.random.default_rng(3)
    rows = []
    for k in range(n):
        a, t = int(draw.integers(actors)), int(draw.integers(targets))
        p = (FAVOR, AGAINST, NEUTRAL)[2 if draw.random() < 0.2 else (a + t) % 2]
        day = pd.Timestamp("2021-01-01") + pd.Timedelta(days=k * 700 // n)
        rows.append(statement(f"Actor {a:03d}", f"topic {t:02d}", p, f"d{k // 3}", f"{day:%Y-%m-%d}"))
    return pd.DataFrame(rows)


# ---------------------------------------------------------------------------------------------- what is drawn


def test_only_who_takes_a_side_is_drawn(small):
    cells = sides(small)
    assert set(cells["actor"]) == {"Mira Olsen", "Harbour Union"}
    drawn = {(r.actor, r.target): (r.stance, r.n) for r in cells.itertuples()}
    assert drawn["Mira Olsen", "ferry tunnel"] == ("favor", 2)
    assert drawn["Mira Olsen", "port fee"] == ("neutral", 0)


def test_top_keeps_the_ones_with_the_most_statements():
    cells = sides(crowd(30, 12, 900), top=5)
    assert cells["actor"].nunique() == cells["target"].nunique() == 5


def test_alike_actors_stand_together_whatever_the_order_of_rows():
    table = crowd(8, 6, 400)
    orders = [alike_together(sides(t), "actor") for t in (table, table.sample(frac=1, random_state=1))]
    assert orders[0] == orders[1]
    camps = [int(name[-1]) % 2 for name in orders[0]]
    assert camps in ([0] * 4 + [1] * 4, [1] * 4 + [0] * 4)


def test_columns_follow_the_rows_where_hardly_any_target_is_shared():
    table = pd.DataFrame([statement(f"Actor {i:02d}", f"topic {i:02d}", FAVOR) for i in range(30)])
    data = json.loads(page(table).split('id="data">')[1].split("</script>")[0])
    assert sorted((c[0], c[1]) for c in data["cells"]) == [(i, i) for i in range(30)]


def test_nobody_takes_a_side(small):
    with pytest.raises(InputError, match="nobody takes a side"):
        sides(small[small["stance"] == "neutral"])


def test_positions_over_time_have_intervals_that_shrink_with_documents():
    few = pd.DataFrame([statement("A", "b", (0.6, 0.3, 0.1), f"d{i}", "2024-02-01") for i in range(2)])
    many = pd.DataFrame([statement("A", "b", (0.6, 0.3, 0.1), f"d{i}", "2024-02-01") for i in range(50)])
    (one,), (other,) = (over_time(t).to_dict("records") for t in (few, many))
    assert one["score"] == other["score"] == pytest.approx(0.3)
    assert -1 <= one["low"] < other["low"] < 0.3 < other["high"] < one["high"] <= 1
    # by hand: equal weights, no spread between documents, variance of one stance 0.9 - 0.3 ** 2
    assert other["high"] - 0.3 == pytest.approx(1.96 * np.sqrt(0.81 / 50), abs=1e-4)


@pytest.mark.parametrize(
    ("dates", "periods"),
    [
        *((["2024-01-01", "2024-01-01"], 1), (["2024-01-01", "", "no date"], 1), (["", ""], 0), (["now", "10:30"], 0)),
        (["0001-01-01", "13/01/2020", "2020-01-13T10:00:00+05:00", "Tue, 14 Jan 2020 23:30:00 -0500"], 2),
    ],
)
def test_undated_rows_are_left_out_of_time(dates, periods):
    table = pd.DataFrame([statement("A", "b", FAVOR, f"d{i}", d) for i, d in enumerate(dates)])
    assert len(over_time(table)) == periods


def test_layout_is_the_same_twice_and_puts_friends_nearer():
    names = ["a", "b", "c", "d"]
    ties = pd.DataFrame(
        [("a", "b", 3), ("c", "d", 3), ("a", "c", -3), ("b", "d", -3)], columns=["actor_a", "actor_b", "subtract"]
    )
    place = layout(names, ties)
    assert place == layout(names, ties)
    assert np.abs(list(place.values())).max() <= 1

    def distance(a, b):
        return np.hypot(*np.subtract(place[a], place[b]))

    assert distance("a", "b") < distance("a", "c")
    assert distance("c", "d") < distance("b", "d")


def test_strongest_keeps_a_few_ties_of_each_actor():
    names = [f"n{i}" for i in range(20)]
    rows = [(a, b, 1 + (i * 7 + j) % 5) for i, a in enumerate(names) for j, b in enumerate(names) if a < b]
    kept = strongest(pd.DataFrame(rows, columns=["actor_a", "actor_b", "subtract"]), agreements=3)
    assert len(kept) <= 3 * len(names)
    assert set(kept["actor_a"]) | set(kept["actor_b"]) == set(names)


@pytest.mark.parametrize(
    ("row", "marked"),
    [
        ({"evidence": "Oslo backs Rome.", "actor": "Oslo", "target": "Rome"}, [("Oslo", "a"), ("Rome", "t")]),
        (
            {"evidence": "Oslo backs Rome.", "actor": "Oslo", "target": "Rome", "cues": [(5, 10), (0, 4)]},
            [("Oslo", "a"), ("backs", "c"), ("Rome", "t")],
        ),
        ({"evidence": "He backs it.", "actor": "Oslo", "target": "Rome", "cues": [(3, 8)]}, [("backs", "c")]),
        (statement("A😀B", "c", FAVOR, sentence="😀 A😀B likes c."), [("A😀B", "a"), ("c", "t")]),
    ],
)
def test_pieces_mark_and_join_to_the_sentence(row, marked):
    found = pieces(row)
    assert [p for p in found if p[1]] == marked
    assert "".join(text for text, _ in found) == row["evidence"]


# ---------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("view", ["heatmap", "network", "time"])
@pytest.mark.parametrize("actors", [5, 200])
def test_pictures_are_drawn_and_fit_a_page(tmp_path, view, actors):
    table = crowd(actors, min(actors, 40), actors * 12)
    write_report(table, tmp_path / "p.png", view=view, scale=1)
    raw = (tmp_path / "p.png").read_bytes()
    width, height = struct.unpack(">II", raw[16:24])
    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    assert 150 < width < 1600
    assert 100 < height < 1600


def test_svg_is_text_with_a_description(tmp_path, small):
    write_report(small, tmp_path / "p.svg", title="Harbour")
    svg = (tmp_path / "p.svg").read_text()
    assert all(name in svg for name in ("Mira Olsen", "Harbour Union", "ferry tunnel", "port fee", ">Harbour<"))
    assert "Quiet Club" not in svg


@pytest.mark.parametrize("view", VIEWS)
def test_what_xml_cannot_hold_is_drawn_as_a_mark(tmp_path, small, view):
    table = small.assign(actor=small["actor"] + "\x01", target=small["target"] + "\ufffe")
    write_report(table, tmp_path / "p.svg", view=view, title="Har\x0cbour")
    svg = ElementTree.parse(tmp_path / "p.svg")
    assert "Har\ufffdbour" in "".join(svg.getroot().itertext())
    write_report(table, tmp_path / "p.png", view=view)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        *((f"r.{kind}", {"title": "\udce9"}, "the title holds half a surrogate pair") for kind in ("html", "svg", "png")),
        ("r.pdf", {}, "written as .html, .png or .svg"),
        ("r.png", {"view": "pie"}, "unknown view 'pie'"),
        ("r.svg", {"view": "time"}, "no positions over time"),
    ],
)
def test_what_cannot_be_drawn_says_why(tmp_path, small, name, options, message):
    with pytest.raises(InputError, match=message):
        write_report(small.drop(columns="date"), tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


def test_positions_give_the_same_heatmap_as_their_statements(small):
    from stance import aggregate_stances

    positions = aggregate_stances(small, by="corpus")
    pd.testing.assert_frame_equal(sides(small), sides(positions))
    by_document = sides(aggregate_stances(small, by="document"))
    assert by_document[["actor", "target", "stance", "n"]].equals(sides(small)[["actor", "target", "stance", "n"]])


HOSTILE = ('<img src=x onerror="window.bad=1">', "</script><script>window.bad=2</script>", "__TITLE__ & \u2028 'x'")


def hostile_table() -> pd.DataFrame:
    rows = [statement(a, t, p) for a in HOSTILE for t in HOSTILE for p in (FAVOR, AGAINST) if a != t]
    dates = ("2024-01-01", "2024-09-01", "2025-03-01", "2025-12-01")
    return pd.DataFrame([r | {"date": d, "doc_id": f"{HOSTILE[0]}{d}"} for r in rows for d in dates])


def test_page_is_self_contained_and_holds_names_as_data():
    html = page(hostile_table(), title="<b>T</b>")
    head, data = html.split('<script type="application/json" id="data">')
    data = data.split("</script>")[0]
    assert "default-src 'none'" in head
    assert "<title>&lt;b&gt;T&lt;/b&gt;</title>" in head
    assert not re.search(r"<(?:link|script|img)[^>]+(?:src|href)=[\"'](?!data:)", html.split("<body>")[0])
    assert "<" not in data
    assert set(json.loads(data)["actors"]) == set(HOSTILE)


def test_one_actor_makes_a_page_without_a_network(tmp_path):
    table = pd.DataFrame([statement("A", "b", FAVOR)])
    data = json.loads(page(table).split('id="data">')[1].split("</script>")[0])
    assert (data["actors"], data["targets"], data["ties"], data["charts"]) == (["A"], ["b"], [], {})
    for view in ("heatmap", "network"):
        write_report(table, tmp_path / "p.svg", view=view)


def test_evidence_is_capped_and_says_so():
    table = pd.DataFrame([statement("A", "b", FAVOR, f"d{i}") for i in range(45)] + [statement("C", "b", AGAINST)])
    data = json.loads(page(table).split('id="data">')[1].split("</script>")[0])
    key = f"{data['actors'].index('A')},0"
    assert len(data["evidence"][key]) == 31
    assert data["evidence"][key][-1] == {"more": 15}


def test_deciding_words_come_from_the_model(small):
    from stance import StanceModel
    from stance.report import with_cues

    verbs = {"favor": "praised", "against": "attacked", "neutral": "described"}
    rows = [(f"{a} {v} the {t}.", a, t, s) for a in ("Ann", "Bo") for t in ("tax", "port") for s, v in verbs.items()]
    model = StanceModel(min_df=1).fit(pd.DataFrame(rows, columns=["text", "actor", "target", "stance"]))
    table = pd.DataFrame(
        [
            statement("Cy", "dam", AGAINST, sentence="Cy attacked the dam."),
            statement("Cy", "dam", NEUTRAL, sentence="Cy described the dam."),
            statement("Cy", "dam", AGAINST, sentence="Cy attacked the dam.") | {"actor_start": 0, "actor_end": 2},
        ]
    )
    cues = with_cues(table, model)["cues"].tolist()
    assert "attacked" in [table["evidence"][0][a:b] for a, b in cues[0]]
    assert cues[1:] == [[], []]  # neutral; and an actor who stands before the sentence
    # the words are those for the stance that the table states, be it not the model's own
    told = table.assign(p_favor=0.9, p_against=0.05, p_neutral=0.05)
    assert "attacked" not in [table["evidence"][0][a:b] for a, b in with_cues(told, model)["cues"][0]]
    assert "cues" not in with_cues(table.drop(columns=["sentence_start", "cues"]), model)  # positions


def run(*arguments, cwd):
    return run_in(cwd, *arguments)


def test_command_draws_and_takes_dates_from_the_documents(tmp_path, small):
    small.drop(columns=["date", "cues"]).to_csv(tmp_path / "s.csv", index=False)
    pd.DataFrame(
        {"doc_id": ["d1", "d2", "d3"], "text": "x", "date": ["2024-01-03", "2024-03-09", "2025-05-30"]}
    ).to_csv(tmp_path / "docs.csv", index=False)
    for output, options in (("r.html", []), ("r.svg", ["--view", "network"]), ("t.png", ["--view", "time"])):
        done = run("report", "s.csv", "-d", "docs.csv", "-o", output, *options, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert (tmp_path / output).stat().st_size > 1000
    assert '"2024-03-09"' in (tmp_path / "r.html").read_text(encoding="utf-8")
    # a document without a date takes none away
    small.drop(columns="cues").to_csv(tmp_path / "s.csv", index=False)
    pd.DataFrame({"doc_id": ["d1"], "text": "x"}).to_csv(tmp_path / "docs.csv", index=False)
    assert run("report", "s.csv", "-d", "docs.csv", "-o", "t.svg", "--view", "time", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ("actor,target\na,b\n", [], "s.csv:1: no column 'stance'"),
        (
            "actor,target,stance,p_favor,p_against,p_neutral,evidence\na,b,pro,1,0,0,x\n",
            [],
            "s.csv:2: unknown stance 'pro'",
        ),
        (
            "actor,target,stance,p_favor,p_against,p_neutral,evidence\na,b,favor,?,0,0,x\n",
            [],
            "s.csv:2: p_favor must be a n",
        ),
        ("actor,target,stance,p_favor,p_against,p_neutral,evidence\na,b,neutral,0,0,1,x\n", [], "nobody takes a side"),
        ("", ["-o", "r.gif"], "r.gif: a report is written as"),
    ],
)
def test_command_refuses_with_file_line_and_remedy(tmp_path, content, arguments, message):
    (tmp_path / "s.csv").write_text(content)
    done = run("report", "s.csv", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


# ---------------------------------------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    webdriver = pytest.importorskip("selenium.webdriver")
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and chromedriver):
        pytest.skip("no chromium and chromedriver installed")
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (
        *("headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking"),
        *("disable-component-update", "disable-sync", "window-size=1400,1000"),
    ):
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('browser')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(chromedriver))
    yield driver
    driver.quit()


def show(browser, path: Path, table: pd.DataFrame, **options) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    write_report(table, path, **options)
    browser.get_log("browser"), browser.get_log("performance")
    browser.get(path.as_uri())
    WebDriverWait(browser, 60).until(
        lambda b: b.execute_script("return document.documentElement.dataset.ready") == "yes"
    )


def requests_of(browser) -> list[str]:
    events = [json.loads(e["message"])["message"] for e in browser.get_log("performance")]
    urls = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    return [u for u in urls if not u.startswith(("data:", "blob:"))]


def test_page_opens_evidence_and_fetches_nothing(browser, tmp_path, small):
    show(browser, tmp_path / "r.html", small)
    # one request: the page itself
    assert requests_of(browser) == [(tmp_path / "r.html").as_uri()]
    assert browser.get_log("browser") == []
    cell = browser.find_element("css selector", 'button[aria-label^="Mira Olsen toward ferry tunnel: favor"]')
    cell.click()
    evidence = browser.find_element("id", "evidence")
    assert "Mira Olsen backs the ferry tunnel." in evidence.text
    marks = [(m.get_attribute("class"), m.text) for m in evidence.find_elements("css selector", "li:first-child mark")]
    assert marks == [("a", "Mira Olsen"), ("c", "backs"), ("t", "ferry tunnel")]
    assert evidence.find_elements("css selector", "#one svg"), "the cell's own course over time"
    for chart in ("network", "time"):
        assert browser.find_elements("css selector", f"#{chart} svg"), chart
    assert browser.get_log("browser") == []


def test_page_finds_by_name_and_moves_by_keys(browser, tmp_path, small):
    from selenium.webdriver.common.keys import Keys

    show(browser, tmp_path / "r.html", small)
    first = browser.find_element("css selector", '.heat button[tabindex="0"]')
    first.send_keys(Keys.ARROW_DOWN)
    active = browser.switch_to.active_element
    assert active.get_attribute("data-cell").split(",")[0] == "1"
    active.send_keys(Keys.ENTER)
    assert active.get_attribute("aria-pressed") == "true"
    browser.find_element("id", "filter").send_keys("harbour")
    shown = [r.text for r in browser.find_elements("css selector", ".heat tbody th") if r.is_displayed()]
    assert shown == ["Harbour Union"]


def test_names_with_markup_stay_text(browser, tmp_path):
    show(browser, tmp_path / "r.html", hostile_table(), title=HOSTILE[1])
    for button in browser.find_elements("css selector", ".heat button"):
        browser.execute_script("arguments[0].click()", button)
    assert browser.execute_script("return window.bad === undefined")
    assert not browser.find_elements("css selector", "img")
    rows = [r.get_attribute("title") for r in browser.find_elements("css selector", ".heat tbody th")]
    assert sorted(rows) == sorted(HOSTILE)
    assert browser.find_element("id", "title").text == HOSTILE[1]
    assert HOSTILE[0] in browser.find_element("id", "evidence").text
    assert requests_of(browser) == [(tmp_path / "r.html").as_uri()]


def test_two_hundred_actors_in_a_page(browser, tmp_path):
    show(browser, tmp_path / "r.html", crowd(200, 40, 2400))
    assert len(browser.find_elements("css selector", ".heat tbody tr")) == 200
    # names of rows and columns stay in sight when the table is scrolled
    browser.execute_script("document.querySelector('.scroll').scrollTo(300, 2000)")
    box, head, row = (
        browser.execute_script(f"return document.querySelector('{q}').getBoundingClientRect().toJSON()")
        for q in (".scroll", ".heat thead th:nth-child(9)", ".heat tbody tr:nth-child(90) th")
    )
    assert abs(head["top"] - box["top"]) < 3
    assert abs(row["left"] - box["left"]) < 3
