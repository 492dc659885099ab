"""Whole articles: the pairs of each sentence, also of those who speak in it or are referred to without being named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from stance.entities import Catalogue, Mention, read_names
from stance.lexicon import WORD, forms_of, rows_by_first_word, spelled_out
from stance.names import TITLE_WORDS
from stance.pairs import Pair
from stance.references import after_opening, resolve_references
from stance.speech import Turn, find_quotes, find_speakers
from stance.text import Sentence

_MARKS = re.compile(r"^[\s“”«»„\"'‘’]+|[\s“”«»„\"]+$")


def bare(sentence: str) -> str:
    """A sentence without the quotation marks at its ends, as pairs hold it whose speaker is put before it."""
    return _MARKS.sub("", sentence)


class Found(NamedTuple):
    """A statement that an article may hold: where it stands, between whom, and the pair to score for it.

    `resolved` says what had to be resolved beyond names: "named" (nothing), "pronoun", "role", "speaker" or "carried"
    (the sentence takes sides and leaves unsaid of what). The pair's text is the sentence; it says first who speaks, where
    the sentence is all quote, and of what, where that is carried over.
    """

    sentence: Sentence
    actor: Mention
    target: Mention
    pair: Pair
    resolved: str


@dataclass
class Article:
    """A text read: its sentences, the mentions in each, who speaks in each, and what stayed ambiguous."""

    sentences: Sequence[Sentence]
    mentions: list[list[Mention]]
    turns: list[Turn]
    ambiguous: Counter[str]


def read_article(
    text: str, sentences: Sequence[Sentence], catalogue: Catalogue, recognised: Sequence[str] = ()
) -> Article:
    """Find the names of a text, what its pronouns and role nouns refer to, and who speaks in each sentence."""
    reading = read_names(text, sentences, catalogue, recognised)
    quotes = find_quotes(text)
    mentions = resolve_references(text, sentences, reading, quotes, catalogue)
    return Article(sentences, mentions, find_speakers(text, sentences, mentions, quotes), reading.ambiguous)


NEIGHBOURS = 15
"""With how many mentions before it, and how many after it, a mention of a sentence makes pairs.

Prose hardly reaches it; without it, a table or list that is read as one sentence would give the square of its names.
"""


def article_pairs(article: Article) -> Iterator[Found]:
    """One pair for every ordered couple of entities of a sentence, its speaker among them, from their first mentions.

    Mentions farther apart than `NEIGHBOURS` make none, nor do those that a list joins ("Chad, Niger and Mali"), nor a person
    and the body that a title joins ("Ada Obi, head of the Dockers' Union").

    >>> from stance.entities import load_catalogue, Catalogue, Entity
    >>> from stance.text import split_sentences
    >>> text = "Ada Obi spoke in Jos. “We need the Jos Dam,” she said. “Nobody can stop the Jos Dam.”"
    >>> known = Catalogue({n: Entity(n) for n in ("Ada Obi", "Jos Dam")})
    >>> for f in article_pairs(read_article(text, split_sentences(text), known)):
    ...     if f.actor.entity == "Ada Obi":
    ...         print(f.resolved, f.actor.surface, f.target.surface, "|", f.pair.text)
    pronoun she Jos Dam | “We need the Jos Dam,” she said.
    speaker she Jos Dam | Ada Obi said: “Nobody can stop the Jos Dam.”
    """
    topics = _topics(article)
    for sentence, mentions, turn, topic in zip(article.sentences, article.mentions, article.turns, topics, strict=True):
        if topic is not None:
            yield from _carried(sentence, mentions, turn, topic)
        if not mentions:
            continue
        at = sentence.start
        lists = _lists(sentence, mentions)
        seen: set[tuple[str, str]] = set()
        speaker = turn.speaker if turn.quoted and turn.speaker is not None and turn.speaker.is_actor else None
        if speaker is not None:
            yield from _spoken(sentence, speaker, mentions, seen)
        chosen: dict[tuple[str, str], tuple[Mention, Mention]] = {}
        for i, actor in enumerate(mentions):
            if not actor.is_actor:
                continue
            for target in mentions[max(0, i - NEIGHBOURS) : i + NEIGHBOURS + 1]:
                couple = (actor.entity, target.entity)
                if not target.is_target or couple[0] == couple[1] or couple in seen:
                    continue
                if lists.get(actor.start, -1) == lists.get(target.start, -2) or _of_one(sentence, actor, target):
                    continue
                if actor.end > target.start and target.end > actor.start:
                    continue
                before = chosen.setdefault(couple, (actor, target))
                # "Peru blamed Chile; Chile blamed Peru": the second half says what Chile holds
                if actor.end <= target.start and target.start - actor.end <= before[0].start - before[1].end:
                    chosen[couple] = (actor, target)
        for actor, target in chosen.values():
            pair = Pair(sentence.text, (actor.start - at, actor.end - at), (target.start - at, target.end - at))
            yield Found(sentence, actor, target, pair, _RESOLVED[max(_ORDER[actor.how], _ORDER[target.how])])


REVERSED, REVERSED_MOST = 4.0, 3.0
RIVAL_MOST = 1.0


def outshone(couples: Sequence[tuple[Hashable, str, str]], sides: np.ndarray) -> np.ndarray:
    """By how much a statement is the less likely for what else its sentence seems to say.

    A sentence seldom says what two hold of each other (3 % of annotated statements have their reverse beside them), and of
    several actors mostly one is at the target. So the fainter of two directions loses `REVERSED` times as much as it is
    fainter, at most `REVERSED_MOST`; then whoever is fainter toward a target than another loses as much again, at most
    `RIVAL_MOST`. What is equally likely, as for those who praise each other or oppose something together, stays so. The
    three constants are those of the best F1 over whole annotated articles.

    Parameters
    ----------
    couples : (sentence, actor, target) of each statement.
    sides : float64 (n,), its log-odds of favor or against, whichever, over neutral.

    Returns
    -------
    float64 (n,), what to take from the log-odds.
    """
    said = dict(zip(couples, sides.tolist(), strict=True))
    back = np.array([said.get((s, target, actor), -np.inf) for s, actor, target in couples])
    loss = np.minimum(REVERSED * np.maximum(back - sides, 0), REVERSED_MOST)
    left = sides - loss
    first: dict[tuple[Hashable, str], float] = {}
    for (sentence, _, target), side in zip(couples, left.tolist(), strict=True):
        first[sentence, target] = max(side, first.get((sentence, target), side))
    ahead = np.array([first[sentence, target] for sentence, _, target in couples])
    return np.asarray(loss + np.minimum(ahead - left, RIVAL_MOST))


CROWDED, ALONE = 0.4, 4.5


def crowded(sentences: Sequence[Hashable]) -> np.ndarray:
    """By how much a statement is the less likely for how many its sentence might make.

    A sentence of ten names says hardly more about who is for what than one of three, so that each of its pairs says less.

    Parameters
    ----------
    sentences : the sentence of each statement.

    Returns
    -------
    float64 (n,), what to take from the log-odds; 0 where a sentence has about `ALONE` pairs, as in the mean.
    """
    pairs = Counter(sentences)
    return np.asarray(CROWDED * np.log(np.array([pairs[s] for s in sentences]) / ALONE))


BORNE_OUT, BORNE_OUT_MOST = 0.5, 3.0


def borne_out(couples: Sequence[tuple[Hashable, str, str]], leanings: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """How much an article's other statements of the same actor and target speak for favor (above 0) or against (below).

    Who is against something in one sentence of a report is seldom for it in the next. Each statement lends the others
    `BORNE_OUT` of its leaning, as far as it takes sides at all; what stands only once stays as it is.

    Parameters
    ----------
    couples : (document, actor, target) of each statement.
    leanings : float64 (n,), its log-odds of favor over against; at most `BORNE_OUT_MOST` of it counts.
    sides : float64 (n,), its log-odds of either over neutral.

    Returns
    -------
    float64 (n,), what to add to the log-odds of favor over against.
    """
    lent = BORNE_OUT * np.clip(leanings, -BORNE_OUT_MOST, BORNE_OUT_MOST) * (1 + np.tanh(sides / 2)) / 2
    total: dict[tuple[Hashable, str, str], float] = {}
    for couple, lean in zip(couples, lent.tolist(), strict=True):
        total[couple] = total.get(couple, 0.0) + lean
    return np.asarray(np.array([total[couple] for couple in couples]) - lent)


_JOINED = re.compile(r"\s*(?:,|,? and|,? or|,? as well as|&)\s*(?:the )?")
_MUTUAL = re.compile(
    r"\b(?:each other|one another|against|with|between|clash\w*|feud\w*|quarrel\w*|all(?:y|ies|ied)|alliance|fought|fight\w*|war|"
    r"at odds|rivals?|enemies|friends|partners|joined forces|made peace|disagree\w*|split|attack\w*)\b"
)


def _lists(sentence: Sentence, mentions: Sequence[Mention]) -> dict[int, int]:
    """The number of the list in which a mention stands, by the mention's start: "Chad, Niger and Mali".

    Those of one list hold what they hold jointly, and nothing is said of one toward the other unless the sentence speaks
    of that.
    """
    lists: list[list[Mention]] = [[mentions[0]]]
    for mention in mentions[1:]:
        last, text = lists[-1][-1], sentence.text
        gap = text[max(last.end - sentence.start, 0) : max(mention.start - sentence.start, 0)]
        if mention.how == last.how == "name" and _JOINED.fullmatch(gap):
            lists[-1].append(mention)
        else:
            lists.append([mention])
    longer = [group for group in lists if _is_list(sentence, group)]
    if not longer or _MUTUAL.search(sentence.text):
        return {}
    return {m.start: i for i, group in enumerate(longer) for m in group}


def _is_list(sentence: Sentence, group: Sequence[Mention]) -> bool:
    """Whether mentions that are joined make a list; two with a comma between them do not: "fears the dam, and Chile too"."""
    if len(group) != 2:
        return len(group) > 2
    one, other = group
    return not sentence.text[one.end - sentence.start : other.start - sentence.start].lstrip().startswith(",")


_RESOLVED = ("named", "pronoun", "role")
_ORDER = {"name": 0, "relative": 1, "pronoun": 1, "role": 2}


_TITLE = r"(?:[\w-]+ ){0,3}(?:" + "|".join(sorted(TITLE_WORDS - {"rival", "challenger"})) + r"|chief executive)"
_BODY_FIRST = re.compile(rf"(?:['’]s? (?i:{_TITLE})| {_TITLE})(?:, | )(?:Mr\.? |Ms\.? )?")
_PERSON_FIRST = re.compile(rf", (?:an? |the )?{_TITLE} (?:of|at|for|with|from) (?:the )?")


def _of_one(sentence: Sentence, one: Mention, other: Mention) -> bool:
    """Whether two mentions are a person and the body that he speaks for: "Ada Obi, head of the Dockers' Union"."""
    first, second = (one, other) if one.start < other.start else (other, one)
    gap = sentence.text[max(first.end - sentence.start, 0) : max(second.start - sentence.start, 0)]
    if len(gap) > 60 or first.how != "name" or second.how != "name":
        return False
    return bool(_BODY_FIRST.fullmatch(gap) or _PERSON_FIRST.fullmatch(gap))


def _is_thing(mention: Mention) -> bool:
    """Whether a mention can only be the target of a stance: a plan, a law, a deal."""
    return mention.is_target and not mention.is_actor


_DOMINANT = 0.2  # share of the sentences that name the one thing which a whole article is about


def _topics(article: Article) -> list[Mention | None]:
    """For each sentence that names no thing itself, what it is likely about: the last mention of that.

    That is the only thing of the sentence before, or else the one that the whole article is about, if there is one.
    """
    counts: Counter[str] = Counter()
    for mentions in article.mentions:
        counts.update({m.entity for m in mentions if _is_thing(m)})
    main = ""
    if counts:
        (first, n), (_, second) = (*counts.most_common(2), ("", 0))[:2]
        main = first if n >= max(2, _DOMINANT * len(article.sentences), 2 * second) else ""
    topics: list[Mention | None] = []
    before: list[Mention] = []
    last: Mention | None = None  # of the main thing
    for mentions in article.mentions:
        things = [m for m in mentions if _is_thing(m)]
        only = before[-1] if before and all(m.entity == before[-1].entity for m in before) else None
        topics.append(None if things else only or last)
        before = things
        last = next((m for m in reversed(things) if m.entity == main), last)
    return topics


def _carried(sentence: Sentence, mentions: Sequence[Mention], turn: Turn, topic: Mention) -> Iterator[Found]:
    """The pairs of those who speak or act in a sentence that takes sides but names nothing to take them on."""
    holder = turn.speaker
    if holder is None and not turn.spoken:
        holder = after_opening(sentence, mentions) or next(iter(mentions), None)
    if holder is None or not holder.is_actor or holder.entity == topic.entity or not _takes_sides(sentence.text):
        return
    name = topic.entity
    if turn.quoted:
        lead = f"{holder.entity} said of "
        text = f"{lead}{name}: “{bare(sentence.text)}”"
        pair = Pair(text, (0, len(holder.entity)), (len(lead), len(lead) + len(name)))
        yield Found(sentence, holder, topic, pair, "carried")
        return
    reach = sentence.end if turn.speaker else sentence.start + _SUBJECT
    if not sentence.start <= holder.start < reach or holder.surface.lower() in ("his", "her"):
        return
    lead = f"On {name}, "
    shift = len(lead) - sentence.start
    seen: set[str] = set()
    for member in _joint(sentence, mentions, holder):
        if member.entity not in seen and member.entity != name:
            seen.add(member.entity)
            pair = Pair(lead + sentence.text, (member.start + shift, member.end + shift), (3, 3 + len(name)))
            yield Found(sentence, member, topic, pair, "carried")


def _joint(sentence: Sentence, mentions: Sequence[Mention], holder: Mention) -> list[Mention]:
    """An actor and those that a list joins to it: "Chad, Niger and Mali"."""
    out = [holder]
    for mention in mentions:
        if mention.start >= out[-1].end and mention.is_actor and mention.how == holder.how == "name":
            if not _JOINED.fullmatch(sentence.text, out[-1].end - sentence.start, mention.start - sentence.start):
                break
            out.append(mention)
    last = out[-1].end - sentence.start
    return out if _is_list(sentence, out) and not sentence.text.startswith(",", last) else [holder]


_SUBJECT = 60  # characters from the start of a sentence within which its first name is taken for its subject


def _takes_sides(text: str) -> bool:
    """Whether a word or phrase of the lexicon that is for or against something stands in a sentence."""
    words = tuple(spelled_out(WORD.findall(text.lower())))
    known = rows_by_first_word()
    for i, word in enumerate(words):
        if word not in known:
            continue
        single, longer = forms_of(word)
        if any(f.entry.stance != "neutral" for f in single):
            return True
        phrases = longer.get(words[i + 1], ()) if i + 1 < len(words) else ()
        if any(f.entry.stance != "neutral" and words[i : i + len(f.words)] == f.words for f in phrases):
            return True
    return False


def _spoken(
    sentence: Sentence, speaker: Mention, mentions: Sequence[Mention], seen: set[tuple[str, str]]
) -> Iterator[Found]:
    """The pairs of a speaker whom the sentence does not name: of a text that says who speaks, as reports do."""
    name = speaker.entity
    lead = f"{name} said: “"
    marks = _MARKS.match(sentence.text)
    shift = len(lead) - sentence.start - (marks.end() if marks else 0)
    text = lead + bare(sentence.text) + "”"
    for target in mentions:
        couple = (name, target.entity)
        start, end = target.start + shift, target.end + shift
        if target.is_target and name != target.entity and couple not in seen and text[start:end] == target.surface:
            seen.add(couple)
            yield Found(sentence, speaker, target, Pair(text, (0, len(name)), (start, end)), "speaker")
