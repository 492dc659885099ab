"""What a text speaks of without a proper name: what is found, and what is rightly left alone."""

import pytest

from stance import load_catalogue
from stance.articles import article_pairs, read_article
from stance.entities import read_names
from stance.text import split_sentences
from stance.things import discover_things

THINGS = [
    # told by the words before, and named again
    ("They debated the gun bill. The gun bill fell.", {"gun bill": ["gun bill"]}),
    ("The Geneva talks began. The Geneva talks are over.", {"Geneva talks": ["Geneva talks"]}),
    ("The wage offer came late. Dockers saw no wage offer.", {"wage offer": ["wage offer"]}),
    # told by the words after, and come back to, by its own noun or another for the same
    ("A tax on sugar was debated. Nobody likes the tax.", {"tax on sugar": ["tax on sugar"]}),
    ("A law that bars doctors came. The bill fell.", {"law that bars doctors": ["law that bars doctors"]}),
    ("A plan to move the port is out. The scheme is old.", {"plan to move the port": ["plan to move the port"]}),
    (
        "House weighs gun bill\n\nA bill that would ban the sale of rifles fell. The bill was short.",
        {"gun bill": ["gun bill", "bill that would ban the sale of rifles"]},
    ),
    # what somebody means to do
    ("The council voted to close Elm library. The closure is near.", {"closure of Elm library": ["close Elm library"]}),
    ("It plans to build a dam. Nobody knew of the plan.", {"construction of dam": ["build a dam"]}),
    # never told, but spoken of again
    ("Dockers began a strike. The strike may last.", {"strike": ["a strike", "The strike"]}),
    ("The proposed ban is new. Few read the ban.", {"ban": ["The proposed ban", "the ban"]}),
    # told once, where nothing else is; or never, but backed or rejected
    ("Doctors spoke of a ban on vapes.", {"ban on vapes": ["ban on vapes"]}),
    ("Egypt backed the ceasefire.", {"ceasefire": ["the ceasefire"]}),
    # any noun that somebody backs or rejects, if it comes back
    ("They opposed the exhibition. The exhibition was shut.", {"exhibition": ["the exhibition", "The exhibition"]}),
    # bills by number
    ("Senate Bill 88 came back. SB 88 fell.", {"Senate Bill 88": ["Senate Bill 88", "SB 88"]}),
    # issues, under one name
    ("She spoke of abortion and gay marriage.", {"abortion": ["abortion"], "same-sex marriage": ["gay marriage"]}),
]
BODIES = [
    ("The teachers' union rejected it.", {"teachers' union": ["teachers' union"]}),
    ("The school board, which met on Friday, rejected it.", {"school board": ["school board"]}),
    ("A city council met. The city council slept.", {"city council": ["city council"]}),
    ("Residents in Elm Road opposed it.", {"residents": ["Residents"]}),
    ("The government denounced it.", {"government": ["The government"]}),
]
NOTHING = [
    "The boat was late.",
    "Law enforcement grew.",  # a part of something else
    "The tax rate rose.",
    "Obi plans to leave, and they will bill him.",  # verbs
    "A ruling on Monday surprised all. The ruling stands.",  # a day tells nothing, and "ruling" little
    "They opposed the exhibition.",  # once
    "They opposed the visitor. The visitor left.",  # a person
    "Residents were asleep. A union met.",  # nobody acts
    "",
    "’ ' “ ” s's ’s",
]


@pytest.mark.parametrize(("text", "expected"), THINGS)
def test_things(text, expected):
    found = [d for d in discover_things(text, split_sentences(text)) if not d.acts]
    assert {d.name: d.surfaces for d in found} == expected
    assert all(surface in text for d in found for surface in d.surfaces)


@pytest.mark.parametrize(("text", "expected"), BODIES)
def test_bodies(text, expected):
    assert {d.name: d.surfaces for d in discover_things(text, split_sentences(text)) if d.acts} == expected


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_left_alone(text):
    assert list(discover_things(text, split_sentences(text))) == []


def read(text):
    known = load_catalogue()
    return known, [m for ms in read_names(text, split_sentences(text), known).mentions for m in ms if m.is_target]


def test_a_thing_is_the_target_of_a_stance_and_holds_none():
    _, mentions = read("Ada Obi backed the gun bill. The gun bill is a start.")
    assert {(m.entity, m.is_actor) for m in mentions} == {("Ada Obi", True), ("gun bill", False)}


def test_words_for_a_described_thing_refer_to_it():
    text = "Ada Obi moved a bill that would ban vapes. The measure is cruel, Uwe Lang said. He rejected it."
    pairs = article_pairs(read_article(text, split_sentences(text), load_catalogue()))
    assert {(f.actor.entity, f.target.entity) for f in pairs} >= {
        ("Ada Obi", "bill that would ban vapes"),
        ("Uwe Lang", "bill that would ban vapes"),
    }


MEANT = [  # text, an entity of the catalogue that ships, whether it is meant
    ("Senators rejected a bill on rifles. Nobody missed the law.", "open grazing law", False),
    ("The Benue open grazing law split herders. The law stands.", "open grazing law", True),
    ("Congress must pass a national budget.", "Sochi congress", False),
    ("The prime minister spoke.", "Theresa May", False),
    ("Prime Minister Theresa May spoke.", "Theresa May", True),
    ("Obama spoke.", "Barack Obama", True),
    ("Ms. Foster spoke.", "Arlene Foster", False),  # any Foster
    ("Arlene Foster spoke. Ms. Foster left.", "Arlene Foster", True),
    ("The VP spoke.", "Vineyard Party", False),
    ("They filed an appeal.", "appeal", False),
    ("Ankara protested.", "Turkey", True),
    ("Labour leader Jeremy Corbyn spoke.", "Keir Starmer", False),  # whom an article calls the Labour leader
    ("The Communist Party of Sudan spoke.", "Sudan", False),
    ("Transport for London spoke.", "United Kingdom", False),
    ("The EU protested.", "European Union", True),
]


@pytest.mark.parametrize(("text", "entity", "meant"), MEANT)
def test_the_catalogue_that_ships_is_meant_only_where_a_text_says_so(text, entity, meant):
    known, mentions = read(text)
    assert entity in known.entities
    assert (entity in {m.entity for m in mentions}) is meant

