"""Whole articles: the pairs of each sentence, also of those who speak in it or are referred to without being named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stance.entities import Catalogue, Mention, read_names
from stance.pairs import Pair
from stance.references import resolve_references
from stance.speech import find_quotes, find_speakers
from stance.text import Sentence

_MARKS = re.compile(r"^[\s“”«»„\"'‘’]+|[\s“”«»„\"]+$")


def article_pairs(
    text: str, sentences: Sequence[Sentence], catalogue: Catalogue
) -> Iterator[tuple[Sentence, Mention, Mention, Pair]]:
    """The sentence, actor, target and pair of every statement that the article may hold.

    Per sentence and ordered couple of entities one pair is formed of the names, and one of the references where either
    is not named. The speaker of a sentence that is all quote is taken for its actor, in a text of its own.
    """
    reading = read_names(text, sentences, catalogue)
    quotes = find_quotes(text)
    mentions = resolve_references(text, sentences, reading, quotes, catalogue)
    turns = find_speakers(text, sentences, mentions, quotes)
    for sentence, here, turn in zip(sentences, mentions, turns, strict=True):
        if not here:
            continue
        at = sentence.start
        for actor in here:
            if not actor.is_actor:
                continue
            for target in here:
                if target.is_target and actor.entity != target.entity and (actor.end <= target.start or target.end <= actor.start):
                    yield sentence, actor, target, Pair(
                        sentence.text, (actor.start - at, actor.end - at), (target.start - at, target.end - at)
                    )
        speaker = turn.speaker
        if speaker is None or not turn.quoted or not speaker.is_actor:
            continue
        name = speaker.entity
        lead = f"{name} said: “"
        left = _MARKS.match(sentence.text)
        cut = left.end() if left else 0
        body = lead + _MARKS.sub("", sentence.text) + "”"
        for target in here:
            if target.is_target and target.entity != name:
                a, b = target.start - at - cut + len(lead), target.end - at - cut + len(lead)
                if body[a:b] == target.surface:
                    yield sentence, speaker, target, Pair(body, (0, len(name)), (a, b))
