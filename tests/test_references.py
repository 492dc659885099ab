"""Pronouns, "who" and role nouns: whom they stand for, and where nobody can say."""

import pytest

from stance.articles import read_article
from stance.entities import Catalogue, Entity
from stance.text import split_sentences

KNOWN = Catalogue(
    {
        **{n: Entity(n) for n in ("Ada Obi", "Robert Amadi", "Maria Duarte", "Chile", "Peru", "Salt Workers Union", "River Party")},
        **{n: Entity(n, is_actor=False) for n in ("harbour bill", "ferry deal", "salt pans")},
        "House Bill 12": Entity("House Bill 12", is_actor=False),
        **{n: Entity(n) for n in ("Ivan Sorel", "Velmora", "Fair Reach", "Fair Reach United", "nurses", "doctors")},
        "Tidal Kestrel": Entity("Tidal Kestrel", aliases=("the brewery",)),
        "Corva Lumen": Entity("Corva Lumen"),
        "Anna Brandt": Entity("Anna Brandt", aliases=("Mr. Brandt's daughter",)),
        "fisheries minister": Entity("fisheries minister"),
    }
)


def references(text):
    article = read_article(text, split_sentences(text), KNOWN)
    found = [m for ms in article.mentions for m in ms if m.how != "name"]
    assert all(text[m.start : m.end] == m.surface for m in found)
    return [(m.surface, m.entity, m.how) for m in found]


RESOLVED = [
    ("Robert Amadi spoke. He left.", [("He", "Robert Amadi", "pronoun")]),
    ("Maria Duarte met Robert Amadi. She left.", [("She", "Maria Duarte", "pronoun")]),
    ("Mr. Brandt's daughter slept. She left.", [("She", "Anna Brandt", "pronoun")]),
    ("Robert Amadi loves his town.", [("his", "Robert Amadi", "pronoun")]),
    ("Ms. Obi spoke. Ada Obi was brief. She left.", [("She", "Ada Obi", "pronoun")]),
    ("Robert Amadi spoke. The rain fell. He left.", [("He", "Robert Amadi", "pronoun")]),
    ("Robert Amadi, who hates Peru, left.", [("who", "Robert Amadi", "relative")]),
    ("The Salt Workers Union, which hates Peru, met.", [("which", "Salt Workers Union", "relative")]),
    ("Peru signed. It praised Chile.", [("It", "Peru", "pronoun")]),
    ("Peru knows its friends.", [("its", "Peru", "pronoun")]),
    ("The Salt Workers Union read the harbour bill. Chile does not like it.", [("it", "harbour bill", "pronoun")]),
    ("President Robert Amadi spoke. The president left.", [("The president", "Robert Amadi", "role")]),
    ("Peru read HB 12. The measure is short.", [("The measure", "House Bill 12", "role")]),
    ("Mayor Robert Amadi spoke. They thanked the mayor for coming.", [("the mayor", "Robert Amadi", "role")]),
    ("The River Party met. The party split.", [("The party", "River Party", "role")]),
    ("The Salt Workers Union met. The union split.", [("The union", "Salt Workers Union", "role")]),
    ("The Salt Workers Union met. The group split.", [("The group", "Salt Workers Union", "role")]),
    ("Peru likes the harbour bill. The measure is short.", [("The measure", "harbour bill", "role")]),
    ("Chile likes the ferry deal. Peru fears the accord.", [("the accord", "ferry deal", "role")]),
    # whom somebody does something to, whose own pronoun stands before it
    ("Robert Amadi met Maria Duarte. He praised her.", [("He", "Robert Amadi", "pronoun"), ("her", "Maria Duarte", "pronoun")]),
    ("Maria Duarte left. Robert Amadi said he missed her.", [("he", "Robert Amadi", "pronoun"), ("her", "Maria Duarte", "pronoun")]),
    ("Robert Amadi accused Ivan Sorel of fraud and urged him to go.", [("him", "Ivan Sorel", "pronoun")]),
    ("Robert Amadi wrote to Ivan Sorel on Monday asking him to go.", [("him", "Ivan Sorel", "pronoun")]),
    # who says it, whoever else the sentence names
    ("Robert Amadi, who beat Ivan Sorel, said he won.", [("who", "Robert Amadi", "relative"), ("he", "Robert Amadi", "pronoun")]),
    ("Peru, which borders Chile, said it won.", [("which", "Peru", "relative"), ("it", "Peru", "pronoun")]),
    ("Velmora said it won. Its leaders met.", [("it", "Velmora", "pronoun"), ("Its", "Velmora", "pronoun")]),
    ("Velmora said it won. The group left.", [("it", "Velmora", "pronoun"), ("The group", "Velmora", "role")]),
    # not whom an opening phrase ends with
    ("Robert Amadi spoke. In a letter to Ivan Sorel, he left.", [("he", "Robert Amadi", "pronoun")]),
    ("Robert Amadi spoke. After meeting Ivan Sorel, he left.", [("he", "Robert Amadi", "pronoun")]),
    ("After Ivan Sorel spoke, he left.", [("he", "Ivan Sorel", "pronoun")]),
    ("Peru’s envoy, Robert Amadi, met Ivan Sorel. He left.", [("He", "Robert Amadi", "pronoun")]),
    # of whom a quote is
    ("Maria Duarte attacked Ivan Sorel: “He is wrong.”", [("He", "Ivan Sorel", "pronoun")]),
    ("Maria Duarte attacked the harbour bill: “It is wrong.”", [("It", "harbour bill", "pronoun")]),
    ("“He is wrong,” Robert Amadi said of Ivan Sorel.", [("He", "Ivan Sorel", "pronoun")]),
    ("“Ivan Sorel is wrong,” said Ada Obi. Maria Duarte wrote to him.", [("him", "Ivan Sorel", "pronoun")]),
    # what a body has, or does, no bill has or does
    ("The harbour bill hurts the Salt Workers Union. Its members left.", [("Its", "Salt Workers Union", "pronoun")]),
    ("The harbour bill hurts the Salt Workers Union. It has sued Maria Duarte.", [("It", "Salt Workers Union", "pronoun")]),
    ("Nurses hate the harbour bill. Doctors want its end.", [("its", "harbour bill", "pronoun")]),
    ("The River Party read the harbour bill. Its leader, Ada Obi, likes it.", [
        ("Its", "River Party", "pronoun"), ("it", "harbour bill", "pronoun"),
    ]),
    ("The Salt Workers Union met. Ada Obi accused the union of lying.", [("the union", "Salt Workers Union", "role")]),
    ("The Salt Workers Union met. Votes were counted by the union late on Monday.", [("the union", "Salt Workers Union", "role")]),
    ("Fair Reach, a charity, met. The charity left.", [("The charity", "Fair Reach", "role")]),
    ("Robert Amadi spoke. Fair Reach United met. He left.", [("He", "Robert Amadi", "pronoun")]),
    ("Peru’s ambassador to Chile, Ada Obi, spoke. The ambassador left.", [("The ambassador", "Ada Obi", "role")]),
    ("The River Party read the harbour bill. Ada Obi of the Salt Workers Union praised it.", [("it", "harbour bill", "pronoun")]),
    ("President Robert Amadi spoke. The president offered to go.", [("The president", "Robert Amadi", "role")]),
    ("The Salt Workers Union met. Peru gave the union wide powers.", [("the union", "Salt Workers Union", "role")]),
    ("The harbour bill passed. Robert Amadi said a party would not like it.", [("it", "harbour bill", "pronoun")]),
    # after "that", in reported speech
    ("Robert Amadi said that he was tired.", [("he", "Robert Amadi", "pronoun")]),
    # a company is no person, whatever its name looks like: by its other names, by the words around it
    ("Tidal Kestrel and Robert Amadi spoke. He left.", [("He", "Robert Amadi", "pronoun")]),
    ("Nils Vane met the airline Corva Lumen. Its planes are old.", [("Its", "Corva Lumen", "pronoun")]),
    ("Corva Lumen’s chief executive, Robert Amadi, spoke. He left.", [("He", "Robert Amadi", "pronoun")]),
    # a minister of whom only the office is known
    ("The fisheries minister spoke. He left.", [("He", "fisheries minister", "pronoun")]),
    # nouns for any plan, law or deal: the only thing of the sentences before
    ("Chile likes the ferry deal. Peru hates the idea.", [("the idea", "ferry deal", "role")]),
    ("The ferry deal is late. Peru regrets the decision.", [("the decision", "ferry deal", "role")]),
    ("Chile likes the ferry deal. Peru condemned that.", [("that", "ferry deal", "pronoun")]),
    # "it" with "is" and the like, where it is no expletive
    ("The River Party met. It was founded in May.", [("It", "River Party", "pronoun")]),
    ("Rain fell on the harbour bill. Critics say it is unfair.", [("it", "harbour bill", "pronoun")]),
    ("The River Party announced Monday it would leave.", [("it", "River Party", "pronoun")]),
    # titles after a name, of several words, and those that are not the plain title
    ("Robert Amadi, the finance minister, left. The minister slept.", [("The minister", "Robert Amadi", "role")]),
    ("Robert Amadi was elected president. The president slept.", [("The president", "Robert Amadi", "role")]),
    ("Maria Duarte, mayor of Oslo, left. The mayor slept.", [("The mayor", "Maria Duarte", "role")]),
    ("Prime Minister Robert Amadi left. The prime minister slept.", [("The prime minister", "Robert Amadi", "role")]),
    ("Mayor Maria Duarte left. Former mayor Robert Amadi fell. The mayor slept.", [("The mayor", "Maria Duarte", "role")]),
    ("Vice President Robert Amadi left. The vice president slept.", [("The vice president", "Robert Amadi", "role")]),
    # he is not the object of his own clause, nor the one whom he quotes himself on
    (
        "Robert Amadi met Jonas Amsel. In May he called him weak.",
        [("he", "Robert Amadi", "pronoun"), ("him", "Jonas Amsel", "pronoun")],
    ),
    (
        "Robert Amadi met Jonas Amsel. “He is a fraud,” he said.",
        [("He", "Jonas Amsel", "pronoun"), ("he", "Robert Amadi", "pronoun")],
    ),
    # ahead to the subject after an opening phrase
    ("Jonas Amsel left. In his reply, Robert Amadi was brief.", [("his", "Robert Amadi", "pronoun")]),
    ("Chile left. Despite its losses, the Salt Workers Union stayed.", [("its", "Salt Workers Union", "pronoun")]),
    # the subject of a sentence is not the name in its opening phrase
    ("In a letter to Jonas Amsel, Robert Amadi agreed. He slept.", [("He", "Robert Amadi", "pronoun")]),
    ("In Oslo the River Party left. It slept.", [("It", "River Party", "pronoun")]),
    # an object that is not the subject, past an aside
    (
        "Jonas Amsel fell ill. Robert Amadi, the mayor, praised him.",
        [("him", "Jonas Amsel", "pronoun")],
    ),
    (
        "Robert Amadi, whose car was red, called Jonas Amsel urging him to leave.",
        [("whose", "Robert Amadi", "relative"), ("him", "Jonas Amsel", "pronoun")],
    ),
    # what only its other words point to
    ("Work in the harbour stopped. Peru likes the bill.", [("the bill", "harbour bill", "role")]),
    ("Ferries are late. The deal is bad.", [("The deal", "ferry deal", "role")]),
    # companies and states
    ("Nordic Energy fell. The company slept.", [("The company", "Nordic Energy", "role")]),
    ("Peru fell. The country slept.", [("The country", "Peru", "role")]),
]


@pytest.mark.parametrize(("text", "expected"), RESOLVED, ids=[r[0][:45] for r in RESOLVED])
def test_resolved(text, expected):
    assert references(text) == expected


LEFT_ALONE = [
    "Peru fell. The government slept.",  # who governs is not the state
    "He left.",  # nobody before
    "Maria Duarte spoke. He left.",  # no man
    "Mr. Brandt's daughter spoke. He left.",  # the title is her father's
    "Robert Amadi spoke. Rain fell. Snow fell. Hail fell. He left.",  # too long ago
    "Peru spoke. It is raining.",  # stands for nothing
    "Peru spoke. It seems that nobody cared.",
    "Oslo slept. The president left.",  # no one was called president
    "Robert Amadi, Jonas Amsel and Peter Amsel met. Then his car came.",  # three could be meant
    "The river party was loud.",
    "Peru does not like it.",  # an object is not its own subject
    "Peru, the host, praised it.",
    "President Robert Amadi spoke. The president of Oslo left.",  # another president
    "The salt pans are old. Rain fell on it.",  # "it" is not many
    "Peru rang. It snowed in the hills. It ended at noon.",  # weather and time
    "The ferry deal met the harbour bill. Peru hates the idea.",  # either could be meant
    "The ferry deal is late. Peru hates the idea of summer.",  # the idea of something else
    "The ferry deal is late. Peru said that the rain fell.",  # a conjunction
    "The ferry deal is late. That is all.",
    "Peru likes the bill.",  # any bill
    "Work in the harbour stopped. Peru likes the bill of rights.",  # another bill
    "The ferry deal is late. The director left.",  # a thing directs nothing
    "Peru slept. It could be years before spring.",  # expletives
    "Peru slept. It had been feared that rain would fall. It does not help to weep.",
    "Peru slept. Many find it hard to stay.",
    "Peru slept. The mayor let it be known that rain would fall.",
    "Peru slept. It was a blow.",  # what happened, not who
    "President Robert Amadi, president of Oslo, left. The vice president slept.",
    "The River Party met. The party leader left.",  # a noun that only goes with another
    "The harbour bill passed. The bill sponsor slept.",
    "Robert Amadi opened the mine. A union official said he feared for his job.",  # whoever speaks
    "The Salt Workers Union met. Voters say they want change.",
    "The speech of Peter Amsel on Robert Amadi ended. He slept.",  # neither is the subject
    "Robert Amadi met Peter Amsel and Paul Weiss. Oslo praised him.",
    # somebody of whom only a noun tells
    "Robert Amadi spoke. A driver from Jos said the rain fell. He left.",
    "Robert Amadi fell. A man of forty ran. He left.",
    "Robert Amadi fell. The suspect, a student, was held at his home.",
    "Robert Amadi left. “No,” said a driver. Then he left.",
    "Maria Duarte spoke. An old colleague, who feared Peru, said she left.",
    # something of which only a noun tells
    "The Salt Workers Union backed the walkout, which began in May.",
    "Peru signed a treaty with Chile, which was read in May.",
    "The Salt Workers Union shut a mine. Doctors praised it.",
    "The Salt Workers Union signed a pact. The pact is fair, but it is late.",
    "The Salt Workers Union hates a tax. Doctors say it would save lives.",
    "The Salt Workers Union met. The city said it would sue.",
    "The Salt Workers Union’s envoy praised the vote, calling it a gift.",
    "Tidal Kestrel Holdings spoke. The auditors came. They left.",
    "Peru likes the ferry deal. Ada Obi’s accusers left, and Oslo denied it.",  # what is denied was said
    "Peru likes the ferry deal. The salt ministry said it was late.",  # a body that nobody lists
    "The ferry deal is late. A new party would fall if it won.",
    "Robert Amadi spoke to Ivan Sorel, and Peter Amsel met Paul Weiss and praised him.",  # two to choose from
]


@pytest.mark.parametrize("text", LEFT_ALONE, ids=[t[:45] for t in LEFT_ALONE])
def test_left_alone(text):
    assert references(text) == []


def test_a_speaker_is_not_the_one_he_speaks_of():
    text = "Peter Amsel resigned. “He was a bad minister,” said Robert Amadi."
    assert [(s, e) for s, e, _ in references(text)] == [("He", "Peter Amsel")] or references(text) == []
    assert ("He", "Robert Amadi", "pronoun") not in references(text)


def test_outsiders_keep_others_from_being_taken_for_them():
    text = "Robert Amadi spoke. Then Mr. Jonas Amsel came. He left."
    article = read_article(text, split_sentences(text), KNOWN)
    assert [m.entity for m in article.mentions[2]] == ["Jonas Amsel"]
    assert not article.mentions[2][0].is_actor
