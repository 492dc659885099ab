"""Names in a text: what each way of writing an entity is found by, and what is rightly left alone."""

import pandas as pd
import pytest

from stance.entities import Catalogue, Entity, _local_names, find_mentions, load_catalogue, read_names
from stance.text import split_sentences


def catalogue(*names, aliases=None, targets=(), discover=False):
    entities = {n: Entity(n, aliases=tuple((aliases or {}).get(n, ()))) for n in names}
    entities |= {n: Entity(n, is_actor=False, aliases=tuple((aliases or {}).get(n, ()))) for n in targets}
    return Catalogue(entities, discover)


def found(text, known):
    mentions = find_mentions(text, split_sentences(text), known)
    assert all(text[m.start : m.end] == m.surface for ms in mentions for m in ms)
    return [(m.surface, m.entity) for ms in mentions for m in ms]


FOUND = [
    # a person: in full, short, with a middle initial, by surname, with a title
    ("Robert Amadi spoke. Mr. Amadi left.", ["Robert Amadi"], ["Robert Amadi", "Amadi"]),
    ("Bob Amadi spoke.", ["Robert Amadi"], ["Bob Amadi"]),
    ("Robert K. Amadi spoke.", ["Robert Amadi"], ["Robert K. Amadi"]),
    ("Robert Amadi spoke.", ["Robert K. Amadi Jr."], ["Robert Amadi"]),
    ("Senate Majority Leader Ada Obi spoke.", ["Ada Obi"], ["Ada Obi"]),
    ("Obi’s plan stood.", ["Ada Obi"], ["Obi"]),
    ("Lena van der Meer spoke. Van der Meer left.", ["Lena van der Meer"], ["Lena van der Meer", "Van der Meer"]),
    # bodies: article, legal form, acronym, the state that they belong to, offices
    ("National Dock Workers Union and NDWU.", ["The National Dock Workers Union"], ["National Dock Workers Union", "NDWU"]),
    ("Tidewater and Tidewater Inc. merged.", ["Tidewater Inc."], ["Tidewater", "Tidewater Inc."]),
    ("The Senate and the U.S. Senate.", ["United States Senate"], ["Senate", "U.S. Senate"]),
    ("The Justice Department sued.", ["United States Department of Justice"], ["Justice Department"]),
    ("The N.D.W.U. struck.", ["National Dock Workers Union"], ["N.D.W.U."]),
    ("Republicans and Republican senators and the GOP.", ["Republican Party"], ["Republicans", "Republican", "GOP"]),
    # states: capital, people, adjective before what acts for the state
    ("Ankara protested.", ["Turkey"], ["Ankara"]),
    ("Turks and the Turkish government protested.", ["Turkey"], ["Turks", "Turkish"]),
    ("Britain and the UK.", ["United Kingdom"], ["Britain", "UK"]),
    # plain nouns: any case, plural, in capitals throughout
    ("Debt limits matter. THE DEBT LIMIT!", ["debt limit"], ["Debt limits", "DEBT LIMIT"]),
    ("DEMOCRATIC LEAGUE WINS", ["Democratic League"], ["DEMOCRATIC LEAGUE"]),
    # the longest wins
    ("The Bank of Oslo grew.", ["Oslo", "Bank of Oslo"], ["Bank of Oslo"]),
    ("The shepherds’ league met.", ["the shepherds", "shepherds’ league"], ["shepherds’ league"]),
    # introduced in brackets
    ("The Northern River Union (NRU) met. The NRU left.", ["Northern River Union"], ["Northern River Union", "NRU", "NRU"]),
    ("The Free River Party (FRP) met.", ["FRP"], ["Free River Party", "FRP"]),
    # an opener, a side or a title before a surname is no part of it
    ("Critics of Amadi left. Unlike Amadi, PM Obi stayed.", ["Robert Amadi", "Ada Obi"], ["Amadi", "Amadi", "Obi"]),
    # parties by their chamber, state and office
    ("It was backed by Senate Republicans and Texas Republicans.", ["Republican Party"], ["Republicans", "Republicans"]),
    ("The Tory MPs and Conservative peers left.", ["Conservative Party"], ["Tory", "Conservative"]),
    # acronyms of two letters, with the article; in capitals or not
    ("An EU ban and the AU.", ["European Union", "African Union"], ["EU", "AU"]),
    ("The European Union met.", ["EU"], ["European Union"]),
    ("They told Nato to leave.", ["NATO"], ["Nato"]),
    # accents, initials, hyphens, spellings
    ("Hugo Chavez spoke. Chavez left.", ["Hugo Chávez"], ["Hugo Chavez", "Chavez"]),
    ("Cha\u0301vez left, and so did Chávez.", ["Hugo Chavez"], ["Cha\u0301vez", "Chávez"]),
    ("JD Amadi met J. D. Amadi.", ["J.D. Amadi"], ["JD Amadi", "J. D. Amadi"]),
    ("They fear al-Shabaab.", ["Al Shabaab"], ["al-Shabaab"]),
    ("The Harbour Organization and the Veterans' League.", ["Harbour Organisation", "Veterans League"],
     ["Harbour Organization", "Veterans' League"]),
    # bodies of states, and in lower case
    ("Iraq's parliament and the parliament of Iraq.", ["Iraqi parliament"], ["Iraq's parliament", "parliament of Iraq"]),
    ("China's Ministry of Foreign Affairs spoke.", ["Chinese Foreign Ministry"], ["China's Ministry of Foreign Affairs"]),
    ("The Supreme Court ruled.", ["Supreme Court of India"], ["Supreme Court"]),
    ("The supreme court and the ministry of finance.", ["Supreme Court", "Ministry of Finance"],
     ["supreme court", "ministry of finance"]),
    ("The Department of Justice sued.", ["Justice Department"], ["Department of Justice"]),
    ("The US Food and Ports Agency met.", ["Food and Ports Agency"], ["Food and Ports Agency"]),
    # headlines, bills, middle names, family names that come first
    ("AMADI SLAMS OBI OVER PORT", ["Robert Amadi"], ["AMADI"]),
    ("Critics of SB 9 backed Prop 22.", ["Senate Bill 9", "Proposition 22"], ["SB 9", "Prop 22"]),
    ("Robert Ngozi Amadi spoke. Amadi left.", ["Robert Amadi"], ["Robert Ngozi Amadi", "Amadi"]),
    ("Robert Amadi III spoke.", ["Robert Amadi"], ["Robert Amadi III"]),
    ("Kim Jong Un spoke. Kim left.", ["Kim Jong-un"], ["Kim Jong Un", "Kim"]),
    # a person with the name of a state
    ("Rep. Jordan met Jim Jordan's voters.", ["Jordan", "Jim Jordan"], ["Jordan", "Jim Jordan"]),
]


@pytest.mark.parametrize(("text", "names", "surfaces"), FOUND, ids=[f[0][:40] for f in FOUND])
def test_found(text, names, surfaces):
    assert [s for s, _ in found(text, catalogue(*names))] == surfaces


LEFT_ALONE = [
    ("Obian culture and Obis.", ["Ada Obi"]),  # no word of its own
    ("Chike Obi spoke. Obi left.", ["Ada Obi"]),  # somebody else of that surname
    ("Green shoots and brown leaves. Brown was the colour.", ["Kofi Brown"]),  # a common word
    ("They met in Ankara.", ["Turkey"]),  # a place
    ("ANKARA — Rain fell.", ["Turkey"]),  # a dateline
    ("A Turkish singer toured.", ["Turkey"]),  # acts for no state
    ("turkey was served.", ["Turkey"]),
    ("The White House stood.", ["United States House of Representatives"]),
    ("It works. US", ["it works us"]),  # no match across sentences
    ("Harbour minister Lin Marsh spoke.", ["Harbour"]),  # a field of government
    ("Northern Ireland and Papua New Guinea met.", ["Ireland", "Guinea"]),  # longer names
    ("The Times of India wrote. Georgia Gov. Lin Marsh spoke.", ["India", "Georgia"]),
    ("It rained in Washington.", ["George Washington"]),  # a place
    ("Washington state sued.", ["United States"]),
    ("Robert Amadi Jr. spoke.", ["Robert Amadi"]),  # father or son
    ("ERIC OBI SLAMS PORT", ["Ada Obi"]),
    ("A green party was held.", ["Green Party"]),
    ("Pakistani Supreme Court judges met. The Supreme Court ruled.", ["Supreme Court of India"]),  # another one
    ("NAIROBI, Kenya, Jan. 4 — Rain fell.", ["Kenya"]),  # datelines, bylines, credits
    ("KYIV, Ukraine (AP) — Rain fell. The AP left.", ["Ukraine"]),
    ("By Ada Obi, Political Correspondent\nRain fell.", ["Ada Obi"]),
    ("Rain fell.\n(Reporting by Ada Obi; Editing by Kofi Mensah)", ["Ada Obi", "Kofi Mensah"]),
    ("It took two years. Three things count.", ["two years of trenches", "three salt things"]),  # numbers name nothing
]


@pytest.mark.parametrize(("text", "names"), LEFT_ALONE, ids=[x[0][:40] for x in LEFT_ALONE])
def test_left_alone(text, names):
    assert found(text, catalogue(*names)) == []


def test_shared_name_goes_to_the_one_named_before_and_is_counted_otherwise():
    known = catalogue("Ada Obi", "Chike Obi")
    assert found("Ada Obi spoke. Obi left.", known)[-1] == ("Obi", "Ada Obi")
    text = "Obi left."
    reading = read_names(text, split_sentences(text), known)
    assert reading.mentions == [[]]
    assert reading.ambiguous == {"Obi": 1}
    both = "Ada Obi met Chike Obi. Obi left. Ms. Obi stayed."
    assert [e for _, e in found(both, known)] == ["Ada Obi", "Chike Obi", "Ada Obi"]


@pytest.mark.parametrize("alias", ["Port Plan", "port plan", "the Port Plan"])
@pytest.mark.parametrize("of_others", [["Ada Obi"], ["Ada Obi", "Chike Obi"]])
def test_a_name_is_that_of_its_entity_also_where_others_list_it(alias, of_others):
    known = catalogue("Rome", *of_others, aliases=dict.fromkeys(of_others, (alias,)), targets=["Port Plan"])
    assert found("Rome backs Port Plan.", known) == [("Rome", "Rome"), ("Port Plan", "Port Plan")]


def test_things_are_found_by_their_description():
    known = catalogue(targets=["funding for the harbour wall"])
    assert found("The town wants money to fund a wall for the harbour.", known) == [
        ("fund a wall for the harbour", "funding for the harbour wall")
    ]
    assert found("The harbour is old.", known) == []


def test_large_catalogues_do_not_take_every_plain_noun_for_theirs():
    crowd = [f"Obinna Adeyinka{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(250)]
    known = catalogue(*crowd, targets=["Lome ferry"], aliases={"Lome ferry": ("the boat",)})
    assert found("The boat sank.", known) == []
    assert [s for s, _ in found("The Lome ferry was late. The boat sank.", known)] == ["Lome ferry", "The boat"]
    small = catalogue(targets=["Lome ferry"], aliases={"Lome ferry": ("the boat",)})
    assert found("The boat sank.", small) == [("The boat", "Lome ferry")]


def test_actors_outside_the_catalogue_are_discovered_only_where_asked():
    text = "President Ines Duarte met the Union of Salt Workers. Duarte smiled."
    known = catalogue("Peru", discover=True)
    assert [s for s, _ in found(text, known)] == ["Ines Duarte", "Union of Salt Workers", "Duarte"]
    assert found(text, catalogue("Peru")) == []


DISCOVERED = [  # a catalogue, a text, the names that the text itself gives to actors
    ([], "“No,” said Bwana Shee.", ["Bwana Shee"]),
    ([], "Its head, Peninah Wekesa, left.", ["Peninah Wekesa"]),
    ([], "Vier Hufe hailed the vote.", ["Vier Hufe"]),
    ([], "They met in Prince Albert.", []),  # a place
    ([], "Mill Lane said no. Mill Lane is shut.", []),  # a street
    ([], "Taliban fighters left. The Taliban said no.", ["Taliban", "Taliban"]),
    ([], "Halvorsen Energy lost. Halvorsen said so.", ["Halvorsen Energy", "Halvorsen"]),
    (["Agrarian League"], "The Rosary League said no.", ["Rosary League"]),
    (["Fitch"], "Ellen Fitch said no.", ["Ellen Fitch"]),
    (["Peru"], "Bo Lindqvist (R-Lima) left.", ["Bo Lindqvist"]),
    (["Ada Obi"], "Senator Ada Obi said no.", ["Ada Obi"]),
]


@pytest.mark.parametrize(("names", "text", "expected"), DISCOVERED)
def test_names_that_only_the_text_gives(names, text, expected):
    assert [s for s, _ in found(text, catalogue(*names, discover=True))] == expected


def test_odd_text_is_no_problem():
    known = catalogue("Ada Obi", "Oslo", discover=True)
    for text in ("", " ", "\n\n", "A" * 5000, "(((((", "“" * 500, ". . . .", "Mr. . Obi", "’’’", "Ada\u2028Obi", "Ada Obi\x00"):
        found(text, known)


def test_cost_hardly_depends_on_the_size_of_the_catalogue():
    text = "Ada Obi met Oslo today. " * 20
    small = load_catalogue(pd.DataFrame({"name": ["Ada Obi", "Oslo"]}))
    names = ["Ada Obi", "Oslo", *(f"Ada Obiora{i} Union" for i in range(3000))]
    large = load_catalogue(pd.DataFrame({"name": names}))
    assert found(text, small) == found(text, large)
    # each first word leads to a handful of lengths, however many aliases begin with it
    assert max(len(entries) for entries in large.index.values()) <= 6


def test_a_law_that_only_the_text_names_is_a_target_and_no_actor():
    text = "The Rail Safety Act was praised. Ada Obi backed the Rail Safety Act."
    reading = read_names(text, split_sentences(text), catalogue("Ada Obi", discover=True))
    roles = {(m.entity, m.is_actor, m.is_target) for ms in reading.mentions for m in ms}
    assert roles == {("Rail Safety Act", False, True), ("Ada Obi", True, True)}


def test_the_office_of_a_person_has_no_plural():
    known = catalogue("Ada Obi", "dock workers", aliases={"Ada Obi": ["the union leader"]})
    assert found("Union leaders met. The union leader and a dock worker spoke.", known) == [
        ("The union leader", "Ada Obi"),
        ("dock worker", "dock workers"),
    ]


def test_what_a_text_introduces_again_and_again_is_one_alias():
    """Or a list of a thousand would be gone through for each of a thousand mentions."""
    text = "Ada Obi, Kentucky Republican, met the Free River Party (FRP). " * 20
    _, index = _local_names(text, split_sentences(text), catalogue("Ada Obi"), ())
    owners = [aliases for tables in index.values() for _, table in tables for aliases in table.values()]
    assert {a.surface for o in owners for a in o} >= {"Kentucky Republican", "FRP"}
    assert all(len(set(o)) == len(o) for o in owners)


def test_a_table_without_rows_names_nobody():
    assert load_catalogue(pd.DataFrame([], columns=["name", "kind"])).entities == {}
