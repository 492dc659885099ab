"""References: pronouns, "who" and role nouns ("the minister", "the deal") to the entity that they stand for.

Precision before recall: a reference is resolved only where one entity fits better than every other.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache

from stance.entities import HEADS, Catalogue, Mention, Profile, Reading, head_of, profile_of
from stance.speech import Quote
from stance.text import Sentence

_WORD = re.compile(
    r"\b(?=[hstiwmou])(?:(?P<this>(?:this|that)(?=[.,;!?]|,?[”\"]|\s+(?:too|either|as well)\b))"
    r"|(?P<he>he|him|his|himself)|(?P<she>she|her|hers|herself)|(?P<it>its|itself|it)|(?P<they>they|them|their|themselves)"
    r"|(?P<who>who|which|whose)|(?P<i>I|me|my|mine|we|us|our)"
    r"|(?P<the>the|this|that|these|those)(?: (?:[a-z]+-[a-z]+|former|proposed|controversial|new|same|current|ruling|late|embattled|"
    r"presidential|republican|democratic|conservative|liberal|final|whole|entire|outgoing|sitting|bipartisan|draft|planned|latest))*"
    r" (?P<noun>(?!(?:he|she|it|they|his|her|hers|its|their|him|them|we|our|my|the|this|these|those|who|i)\b)[a-z][a-z-]+))\b",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    r"it(?:['’]s| is| was| would be| will be| has been| may be| seems| appears| remains"
    r"| looks| takes| makes| turns?| turned out| became| becomes| rain| snow| rains| rained| snows| snowed| did (?:snow|rain)| ended"
    r"| came to| comes to| emerged| transpired| happened)\b",
    re.IGNORECASE,
)
_REACH = 2  # sentences that a pronoun looks back
_ROLE_REACH = 40  # sentences that a role noun looks back

ROLES = frozenset(
    "president senator minister governor mayor judge justice congressman congresswoman representative secretary speaker chairman "
    "chairwoman chancellor king queen prince pope ambassador general commissioner director chief spokesman spokeswoman "
    "candidate nominee premier professor doctor bishop archbishop sheriff superintendent principal coach lawyer attorney".split()
)
BODIES = frozenset(
    "party group union committee council court company firm bank ministry government congress senate house agency army "
    "department commission association federation club university foundation movement alliance coalition organization "
    "organisation administration fund board institute church guild cooperative front airline league campaign office bureau".split()
)
_SYNONYMS = {"firm": "company", "airline": "company", "organization": "group", "organisation": "group", "movement": "group"}


def resolve_references(
    text: str, sentences: Sequence[Sentence], reading: Reading, quotes: Sequence[Quote], catalogue: Catalogue
) -> list[list[Mention]]:
    """The mentions of each sentence, names and references together, in order of their start.

    First-person pronouns are left to the speaker of their quote, see `stance.speech.find_speakers`.
    """
    out: list[list[Mention]] = []
    quote_starts = [q.start for q in quotes]
    last_role: dict[str, tuple[int, str, bool]] = {}  # noun -> sentence, entity, whether another shares that place
    for k, (sentence, names) in enumerate(zip(sentences, reading.mentions, strict=True)):
        here = list(names)
        ends = [n.end for n in names]  # names are in order and never overlap

        def near(at: int, here: list[Mention] = here) -> list[Mention]:
            """The mentions of this sentence on the same side of its quotation marks."""
            side = _within(at, quotes, quote_starts)
            return here if not quotes else [x for x in here if _within(x.start, quotes, quote_starts) == side]

        for m in _WORD.finditer(text, sentence.start, sentence.end):
            kind = m.lastgroup
            start, end = m.span()
            after = bisect_right(ends, start)
            if kind == "i" or (after < len(names) and names[after].start < end):
                continue
            entity: str | None = None
            how = "pronoun"
            if kind == "who":
                before_it = names[after - 1] if after else None
                entity, how = _relative(text, before_it, start, m.group().lower(), reading), "relative"
            elif kind == "noun":
                noun = m["noun"].lower()
                how = "role"
                if m["the"].lower() == "that" and noun not in BODIES:
                    continue
                entity = _role(noun, k, last_role, reading, text, end)
                if entity is None and noun in _NEAREST:
                    entity = _nearest(k, start, _NEAREST[noun], here, out, reading)
                elif entity is None and noun in _ANY_THING and not _GOES_ON.match(text, end):
                    entity = _nearest(k, start, "thing", here, out, reading)
            elif kind == "this":
                entity = _nearest(k, start, "thing", [], out, reading) if text[max(0, start - 2)].islower() else None
            elif kind in ("he", "she"):
                entity = _person(
                    text, k, start, "m" if kind == "he" else "f", m.group().lower(), here, out, reading, quotes, quote_starts
                )
            elif kind == "they":
                entity = _body(text, sentence.start, k, start, m.group().lower(), near(start), out, reading, plural=True)
            elif kind == "it" and (m.group().lower() == "its" or not _EXPLETIVE.match(text, start)):
                entity = _body(text, sentence.start, k, start, m.group().lower(), near(start), out, reading, plural=False)
            if entity is not None:
                known = catalogue.entities.get(entity)
                acts, aimed = (known.is_actor, known.is_target) if known else (catalogue.discover,) * 2
                here.append(Mention(start, end, text[start:end], entity, acts, aimed, how))
        here.sort(key=lambda x: x.start)
        out.append(here)
        for n in names:
            for noun in (*reading.roles.get(n.entity, ()), *_heads_of(n.entity)):
                before = last_role.get(noun)
                last_role[noun] = (k, n.entity, bool(before and before[0] == k and before[1] != n.entity))
    return out


@lru_cache(maxsize=100_000)
def _heads_of(name: str) -> tuple[str, ...]:
    """The nouns by which a text comes back to a thing: its own head and what news puts for that."""
    head = re.sub(r"(?<=[^s])s$", "", head_of(name))
    return tuple(dict.fromkeys(h for group in HEADS if head in group for h in group))


def _profile(reading: Reading, name: str) -> Profile:
    return reading.profiles.get(name) or profile_of(name)


_APPOSITION = re.compile(r"\s*(?:\([^)]{1,30}\)\s*)?,?\s*(?:[^,;]{2,60},\s*)?")


def _relative(text: str, name: Mention | None, start: int, word: str, reading: Reading) -> str | None:
    """The name before "who" or "which", where they follow it, an apposition between them or not."""
    gap = text[name.end : start] if name else ""
    if name is None or len(gap) >= 70 or not _APPOSITION.fullmatch(gap) or gap.endswith((" and ", " but ")):
        return None
    kind = _profile(reading, name.entity).kind
    return name.entity if (word == "which") == (kind != "person") or kind == "name" else None


def _role(
    noun: str, k: int, last_role: dict[str, tuple[int, str, bool]], reading: Reading, text: str, end: int
) -> str | None:
    """The last entity that the text gave this role, unless two share the place."""
    if noun not in ROLES and noun not in BODIES and noun not in last_role:
        return None
    if re.match(r"\s+(?:of|for|[A-Z])", text[end : end + 5]):
        return None
    found = last_role.get(noun) or last_role.get(_SYNONYMS.get(noun, ""))
    if found is None or found[2] or k - found[0] > _ROLE_REACH:
        return None
    return found[1]


_ANY_THING = frozenset("decision move step idea proposal plan measure initiative project scheme document paper matter".split())
_GOES_ON = re.compile(r"\s+(?:of|for|to|that|which|in|on|by|[A-Z])|[-'’]")

_NEAREST = {"group": "group", "organization": "group", "organisation": "group", "country": "state", "nation": "state"}


def _nearest(
    k: int, start: int, kind: str, here: Sequence[Mention], out: Sequence[Sequence[Mention]], reading: Reading
) -> str | None:
    """The only body, state or thing of the nearest of three sentences that has one: what "the country" or "the move" comes back to."""
    for level in _candidates(k, here, out, start, lambda m: _profile(reading, m.entity).kind == kind):
        entities = {m.entity for m in level}
        if entities:
            return entities.pop() if len(entities) == 1 else None
    return None


def _candidates(
    k: int, here: Sequence[Mention], out: Sequence[Sequence[Mention]], start: int, fits: Callable[[Mention], bool]
) -> list[list[Mention]]:
    """Fitting mentions of this sentence before `start`, then of the sentences before, nearest first."""
    levels = [[m for m in here if m.end <= start and fits(m)]]
    for back in range(1, _REACH + 1):
        if k - back >= 0:
            levels.append([m for m in out[k - back] if fits(m)])
    return levels


def _person(
    text: str,
    k: int,
    start: int,
    gender: str,
    word: str,
    here: Sequence[Mention],
    out: Sequence[Sequence[Mention]],
    reading: Reading,
    quotes: Sequence[Quote],
    quote_starts: Sequence[int],
) -> str | None:
    """The person whom "he" or "she" means: of the nearest sentence that has one, the only one or its subject."""

    def fits(m: Mention) -> bool:
        p = _profile(reading, m.entity)
        return p.kind == "person" and p.gender in ("", gender)

    quoted = _within(start, quotes, quote_starts)
    said = {m.entity for m in here if _within(m.start, quotes, quote_starts) < 0 and fits(m)} if quoted >= 0 else set()
    levels = _candidates(k, here, out, start, fits)
    if quoted < 0:  # what is quoted in between neither counts as a sentence nor offers anyone
        levels = [levels[0], *_told(k, out, fits, quotes, quote_starts)]
    if word == "him":
        levels[0] = [m for m in levels[0] if _CLAUSE.search(text, m.end, start)]
    for depth, level in enumerate(levels):
        # he who speaks outside a quote is not "him" inside, and the other way about
        if depth == 0:
            level = [m for m in level if (_within(m.start, quotes, quote_starts) == quoted)]
        if quoted >= 0 and said:
            level = [m for m in level if m.entity not in said]
        sure = list(dict.fromkeys(m.entity for m in level if _profile(reading, m.entity).gender == gender))
        entities = sure or list(dict.fromkeys(m.entity for m in level))
        if not entities:
            continue
        if len(entities) == 1:
            _remember(reading, entities[0], gender)
            return entities[0]
        first = next(m for m in level if m.entity in entities)
        second = next(m for m in level if m.entity != first.entity)
        joint = _JOINT.fullmatch(text, first.end, second.start) if first.end <= second.start else None
        if depth > 0 and first is level[0] and not joint:
            return first.entity
        return None
    return None


def _told(
    k: int,
    out: Sequence[Sequence[Mention]],
    fits: Callable[[Mention], bool],
    quotes: Sequence[Quote],
    quote_starts: Sequence[int],
) -> list[list[Mention]]:
    """Fitting mentions outside quotes of the sentences before, nearest first, as far as `_REACH` that have any words."""
    levels: list[list[Mention]] = []
    for back in range(1, 8):
        if k - back < 0 or len(levels) >= _REACH:
            break
        outside = [m for m in out[k - back] if _within(m.start, quotes, quote_starts) < 0]
        if outside or not out[k - back]:
            levels.append([m for m in outside if fits(m)])
    return levels


_JOINT = re.compile(r"\s*(?:,|and|or|&|, and)\s*")
_CLAUSE = re.compile(r"[,;:—–]|\b(?:that|and|but|who|which|because|when|while|if|after|before|as)\b")
_SUBJECT_IT = re.compile(r"(?:^|[,;:—–“\"(]|\b(?:and|but|that|as|because|when|while|if|which|whether|where|than|or|said))\s*$")


def _remember(reading: Reading, entity: str, gender: str) -> None:
    """A person once called "she" is not "he" later."""
    p = reading.profiles.get(entity)
    if p and p.kind == "person" and not p.gender:
        reading.profiles[entity] = Profile("person", gender, p.plural)


def _within(at: int, quotes: Sequence[Quote], starts: Sequence[int]) -> int:
    """The number of the quote that holds a place, or -1."""
    i = bisect_right(starts, at) - 1
    return i if i >= 0 and at < quotes[i].end else -1


def _body(
    text: str,
    begin: int,
    k: int,
    start: int,
    word: str,
    here: Sequence[Mention],
    out: Sequence[Sequence[Mention]],
    reading: Reading,
    plural: bool,
) -> str | None:
    """The body or thing that "they" or "it" means, where the nearest sentence that has one has just one.

    As an object "it" is not the subject of its own clause ("Oslo does not like it"), and rather a thing than a body.
    """
    aimed = word == "them" or (word == "it" and not _SUBJECT_IT.search(text[begin:start]))

    def fits(m: Mention) -> bool:
        p = _profile(reading, m.entity)
        if plural:
            return p.kind == "group" and (p.plural or m.surface.endswith("s"))
        return p.kind in ("state", "group", "thing") and not m.surface.lower().endswith(("ans", "crats", "ists"))

    levels = _candidates(k, here, out, start, fits)[:2]
    if aimed:
        levels[0] = [m for m in levels[0] if _CLAUSE.search(text, m.end, start)]
    for depth, level in enumerate(levels):
        entities = list(dict.fromkeys(m.entity for m in level))
        things = [e for e in entities if _profile(reading, e).kind == "thing"]
        if aimed and len(things) == 1:
            return things[0]
        if len(entities) == 1:
            return entities[0]
        if not entities:
            continue
        if depth == 1 and not aimed and entities[0] == min(out[k - 1], key=lambda m: m.start).entity:
            return entities[0]
        return None
    return None
