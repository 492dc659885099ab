"""Quotes with every kind of mark, and who speaks in each sentence."""

from itertools import pairwise

import pytest

from stance.articles import article_pairs, read_article
from stance.entities import Catalogue, Entity
from stance.speech import find_quotes
from stance.text import split_sentences

KNOWN = Catalogue(
    {n: Entity(n) for n in ("Ada Obi", "Robert Amadi", "Maria Duarte", "Peru", "Salt Workers Union", "Jos Dam")}
    | {"gas law": Entity("gas law", is_actor=False)}
)

QUOTES = [
    ("“No,” he said. “Never.”", ["“No,”", "“Never.”"]),
    ('"No," he said. "Never."', ['"No,"', '"Never."']),
    ("‘No,’ he said. ‘It’s over.’", ["‘No,’", "‘It’s over.’"]),
    ("'No,' he said.", ["'No,'"]),
    ("«Non», dit-il.", ["«Non»"]),
    ("„Nein“, sagte er.", ["„Nein“"]),
    ("“He said ‘no’ to me,” she said.", ["“He said ‘no’ to me,”"]),
    ("“A “very” bad idea,” she said.", ["“A “very” bad idea,”"]),
    # a quote goes on in the next paragraph, which opens with the mark again
    ("“One.\n\n“Two,” he said.", ["“One.", "“Two,”"]),
    # never closed: it ends with its paragraph or line
    ("“One. He left.\n\nRain fell.", ["“One. He left."]),
    ('"One. He left.\nRain fell.', ['"One. He left.']),
    # marks that open nothing
    ("It measured 5\" by 7\".", []),
    ("The girls' school and the '90s.", []),
    ("He left.”", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), QUOTES, ids=[repr(q[0][:30]) for q in QUOTES])
def test_quotes(text, expected):
    assert [text[q.start : q.end] for q in find_quotes(text)] == expected


@pytest.mark.parametrize("text", ["“" * 2000, '"' * 2001, "’" * 999, "«»" * 500, "“‘" * 500, "'“\"«„" * 300, "“a " * 3000])
def test_odd_marks_stop_nothing(text):
    quotes = find_quotes(text)
    assert all(0 <= q.start < q.end <= len(text) for q in quotes)
    assert all(a.end <= b.start for a, b in pairwise(quotes))


def speakers(text):
    article = read_article(text, split_sentences(text), KNOWN)
    return [t.speaker.entity if t.speaker else None for t in article.turns]


SPOKEN = [
    ("“No,” Ada Obi said.", ["Ada Obi"]),
    ("“No,” said Ada Obi.", ["Ada Obi"]),
    ("“No,” said the tired mayor, Ada Obi, on Monday.", ["Ada Obi"]),
    # beside the body that she is of
    ("“No,” said Salt Workers Union leader Ada Obi on Monday.", ["Ada Obi"]),
    ("“No,” said former Salt Workers Union boss Ada Obi.", ["Ada Obi"]),
    ("Ada Obi of the Salt Workers Union said no.", ["Ada Obi"]),
    ("“No,” Ada Obi, a senator, told the Salt Workers Union. “Never.”", ["Ada Obi", "Ada Obi"]),
    ("“No,” mill owner Ada Obi said of Robert Amadi.", ["Ada Obi"]),
    ("• Ada Obi: “No. Never.”", ["Ada Obi", "Ada Obi"]),
    ("Ada Obi, however, praised Peru.", ["Ada Obi"]),
    ("Ada Obi spoke. In her view, Peru is wrong.", [None, "Ada Obi"]),
    ("Robert Amadi’s deputy, Ada Obi, went on, calling it “a gift”.", ["Ada Obi"]),
    ("Ada Obi, head of the junior Salt Workers Union, said her friends could not help Peru.", ["Ada Obi"]),
    # quotes right after a deed, and those of a spokesman
    ("Ada Obi thanked Peru. “It was brave.”", [None, "Ada Obi"]),
    ("The Salt Workers Union met. “No,” a spokesman said.", [None, "Salt Workers Union"]),
    # somebody whom nobody lists
    ("The dam would hurt Peru, analysts said.", [None]),
    ("The bank can pay without Peru, a spokesman said.", [None]),
    ("Ada Obi met Peru. “No,” said a spokesman for the mill.", [None, None]),
    ("Ada Obi said: “No.”", ["Ada Obi"]),
    ("Ada Obi, the mayor, said no.", ["Ada Obi"]),
    ("According to Ada Obi, the dam leaks.", ["Ada Obi"]),
    ("“No,” Ada Obi said, “not now.”", ["Ada Obi"]),
    ("The Salt Workers Union warned that pay was late.", ["Salt Workers Union"]),
    ("A spokesman for Peru said no.", ["Peru"]),
    ("Peru's embassy said no.", ["Peru"]),
    ("“No,” said the head of the Salt Workers Union, Robert Amadi.", ["Robert Amadi"]),
    ("“No,” said the head of the Salt Workers Union.", ["Salt Workers Union"]),
    ("Peru, said its envoy Ada Obi, is tired.", ["Ada Obi"]),
    # titles with a full stop, parties, asides, lists
    ("“No,” said Rep. Ada Obi. “We need it.”", ["Ada Obi"] * 2),
    ("“No,” said Lt. Gov. Ada Obi (D-N.J.), who chairs the panel.", ["Ada Obi"]),
    ("Ada Obi of New Jersey, the top Democrat on the panel, said no.", ["Ada Obi"]),
    ("Ada Obi — the mayor since 2019, and a foe of Peru — said no.", ["Ada Obi"]),
    ("Ada Obi, a critic of Maria Duarte, said no.", ["Ada Obi"]),
    ("Ada Obi, the lawyer who represented Maria Duarte, said no.", ["Ada Obi"]),
    ("The head of the Salt Workers Union, Robert Amadi, said no.", ["Robert Amadi"]),
    ("“No,” said the woman who would replace Peru's envoy, Ada Obi.", ["Ada Obi"]),
    ("Ada Obi and Maria Duarte said no.", ["Ada Obi"]),
    ("Ada Obi late on Tuesday said no.", ["Ada Obi"]),
    # any verb where a quote ends in a comma; none where the name leads in or signs
    ("“No,” Ada Obi growled.", ["Ada Obi"]),
    ("“No,” growled the 68-year-old Ada Obi.", ["Ada Obi"]),
    ("Ada Obi did not mince words: “No.”", ["Ada Obi"]),
    ("Ada Obi: The dam leaks.", ["Ada Obi"]),
    ("“No.”\n— Ada Obi, mayor", ["Ada Obi", None]),
    ("“No,” Ada Obi said, according to two who heard her.", ["Ada Obi"]),
    ("In Ada Obi's view, the dam leaks.", ["Ada Obi"]),
    ("Ada Obi was quoted as saying no.", ["Ada Obi"]),
    ("Ada Obi left for Peru and said no.", ["Ada Obi"]),
    ("Ada Obi rejected an offer from Maria Duarte, calling it “an insult”.", ["Ada Obi"]),
    # who only stands near
    ("Critics of Ada Obi said no.", [None]),
    ("“No,” said a neighbour of Ada Obi. “Never.”", [None, None]),
    ("“No,” said the man who shot Ada Obi.", [None]),
    ("Witnesses in Peru said no.", [None]),
    ("According to two who had met Ada Obi, the dam leaks.", [None]),
    ("According to police, Ada Obi fled.", [None]),
    ("The judge told Ada Obi: “No.”", [None]),
    ("Ada Obi, accused of theft, fled.", [None]),
    # several sentences, several paragraphs
    ("Ada Obi shook her head. “No.”", [None, "Ada Obi"]),
    ("Ada Obi met Maria Duarte. “No.”", [None, None]),
    ("“No,” Ada Obi said. “It is late. We are tired.”", ["Ada Obi"] * 3),
    ("“It is late. We are tired,” said Ada Obi.", ["Ada Obi"] * 2),
    ("“No,” Ada Obi said.\n\n“It is late.\n\n“We are tired.”", ["Ada Obi"] * 3),
    ("Ada Obi was blunt:\n\n“No more.”", [None, "Ada Obi"]),
    ("Ada Obi spoke. “No,” she said. “Never.”", [None, "Ada Obi", "Ada Obi"]),
    # a new speaker takes over, also one whom nothing resolves
    ("“No,” Ada Obi said. “Yes,” said Maria Duarte. “Now.”", ["Ada Obi", "Maria Duarte", "Maria Duarte"]),
    ("“No,” Ada Obi said. “Yes,” said a tired clerk. “Now.”", ["Ada Obi", None, None]),
    # speech ends with the quote
    ("“No,” Ada Obi said. Rain fell on the town.", ["Ada Obi", None]),
    ("“No,” Ada Obi said. Rain fell. “Yes.”", ["Ada Obi", None, None]),
    ("Nobody said a word.", [None]),
    # the one of whom something is said or thought does not speak, nor does a thing
    ("Ada Obi was thought of as a candidate.", [None]),
    ("Ada Obi was told to wait.", [None]),
    ("The gas law, said an old clerk, is dead.", [None]),
]


@pytest.mark.parametrize(("text", "expected"), SPOKEN, ids=[repr(s[0][:45]) for s in SPOKEN])
def test_speakers(text, expected):
    assert speakers(text) == expected


def test_the_speaker_of_a_quote_is_the_actor_of_its_pairs():
    text = "“We need it,” Ada Obi said. “The Jos Dam is a blessing.”"
    article = read_article(text, split_sentences(text), KNOWN)
    (pair,) = [f for f in article_pairs(article) if f.target.entity == "Jos Dam"]
    assert (pair.actor.entity, pair.resolved) == ("Ada Obi", "speaker")
    assert text[pair.actor.start : pair.actor.end] == "Ada Obi"  # where she was last mentioned
    assert pair.sentence.text == "“The Jos Dam is a blessing.”"
    assert pair.pair.text == "Ada Obi said: “The Jos Dam is a blessing.”"
    assert pair.pair.text[slice(*pair.pair.target)] == "Jos Dam"


def test_a_quote_inside_a_quote_belongs_to_the_inner_speaker():
    text = "“Robert Amadi told me that the Jos Dam was ‘a folly’,” Ada Obi said."
    article = read_article(text, split_sentences(text), KNOWN)
    couples = {(f.actor.entity, f.target.entity) for f in article_pairs(article)}
    assert ("Robert Amadi", "Jos Dam") in couples
