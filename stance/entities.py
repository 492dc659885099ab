"""The catalogue of entities, and finding the mentions of their names in a document.

Names are matched by their first word, longest first, so that the cost of a document hardly depends on the catalogue's
size. Besides the aliases that the catalogue lists, those count that can be derived, see `stance.names`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from stance.discovery import COMPANY, RUN, SPEECH, STOP, UP, discover_names
from stance.names import (
    AFTER_HEAD,
    BODY_NOUNS,
    COMMON_SURNAMES,
    GROUP_WORDS,
    HE,
    HEADS,
    LAWS,
    LEGAL_FORM,
    LITTLE,
    LOWERED,
    PARTICLES,
    SHE,
    SUFFIX,
    TITLE_WORDS,
    UNIONS,
    WORD,
    Alias,
    Entity,
    Profile,
    acronyms,
    aliases_of,
    capitals,
    entity_profile,
    family_first,
    fold,
    given_names,
    head_of,
    phrase_stem,
    profile_of,
    state_words,
    states,
    unaccented,
)
from stance.text import InputError, Sentence, as_text, read_rows
from stance.things import discover_things

KINDS = ("actor", "target")


@dataclass(frozen=True, slots=True)
class Mention:
    """Where an entity stands in a document: `text[start:end] == surface`.

    `how` says what stands there: a "name", or a word that refers to one named elsewhere: a "pronoun", a "role" noun
    ("the minister"), a "relative" ("who").
    """

    start: int
    end: int
    surface: str
    entity: str
    is_actor: bool
    is_target: bool
    how: str = "name"


class Phrase(NamedTuple):
    """A thing that is described rather than named: its content words as stems, and how many of them must stand."""

    stems: frozenset[str]
    needed: int
    entity: str


Index = dict[str, list[tuple[int, dict[tuple[str, ...], list[Alias]]]]]
"""First word -> (number of words, words -> aliases), longest first; all words in lower case."""


@dataclass
class Catalogue:
    """The entities to look for, indexed by the first word of each alias.

    `discover` says whether the names that a text itself gives to actors count too.
    """

    entities: dict[str, Entity]
    discover: bool = False
    index: Index = field(default_factory=dict)
    phrases: dict[str, list[Phrase]] = field(default_factory=dict)
    phrase_words: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    by_head: dict[str, list[tuple[str, frozenset[str]]]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.by_head = described_by_head(self.entities.values())
        self.index = build_index(alias for e in self.entities.values() for alias in aliases_of(e))
        self.phrases = build_phrases(self.entities.values())

    def owner(self, name: str) -> str:
        """The entity of this name, or else the only one that has it as an alias; an empty string where there is none."""
        owners = {name} if name in self.entities else {a.entity for a in _aliases(fold(name), self.index)}
        return owners.pop() if len(owners) == 1 else ""


def build_index(aliases: Iterable[Alias]) -> Index:
    """Aliases by first word and length.

    Of several owners, the one counts whose own name it is, or else those that list it before those that it is derived for.
    """
    table: dict[str, dict[tuple[str, ...], list[Alias]]] = defaultdict(dict)
    for alias in aliases:
        words = fold(alias.surface)
        if words:
            table[words[0]].setdefault(words, []).append(alias)
    index: Index = {}
    for first, entries in table.items():
        by_length: dict[int, dict[tuple[str, ...], list[Alias]]] = defaultdict(dict)
        for words, owners in entries.items():
            listed = [a for a in owners if a.how == "name"]
            if len(listed) > 1:
                listed = [a for a in listed if fold(a.entity) == words] or listed
            if listed and len(listed) < len(owners) and listed[0].entity in states():  # Jordan, and Jim Jordan
                listed += [a for a in owners if a.how == "surname"]
            by_length[len(words)][words] = listed or [a for a in owners if a.how != "bare"] or owners
        index[first] = sorted(by_length.items(), reverse=True)
    return index


def build_phrases(entities: Iterable[Entity]) -> dict[str, list[Phrase]]:
    """Descriptions of two content words and more, by each of their stems.

    "funding for the border wall" is found in "money to fund a wall on the border" by them. Stems that many
    descriptions share lead nowhere by themselves and are dropped from the index.
    """
    index: dict[str, list[Phrase]] = defaultdict(list)
    for entity in entities:
        for name in (entity.name, *entity.aliases):
            if entity.is_actor and not (name == entity.name and name.islower()):
                continue
            if profile_of(name, entity.is_actor).kind not in ("thing", "group"):
                continue
            stems = _content_stems(fold(name))
            if len(stems) >= 2:
                phrase = Phrase(stems, max(2, (2 * len(stems) + 1) // 3), entity.name)
                for stem in stems:
                    index[stem].append(phrase)
    return {stem: found for stem, found in index.items() if len(found) <= _SHARED}


def described_by_head(entities: Iterable[Entity]) -> dict[str, list[tuple[str, frozenset[str]]]]:
    """Noun -> what a description of two words and more turns on it, with the stems of its other words.

    A noun that many descriptions share tells none of them and is left out.
    """
    out: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
    for name in (e.name for e in entities if e.name[:1].islower()):
        head = head_of(name)
        stems = _content_stems(w for w in fold(name) if w != head)
        if stems:
            out[head].append((name, stems))
    return {head: found for head, found in out.items() if len(found) <= _SHARED}


def _content_stems(words: Iterable[str]) -> frozenset[str]:
    """The stems of the words that say which thing a description means."""
    return frozenset(phrase_stem(w) for w in words if len(w) > 2 and w not in _PLAIN)


_SHARED = 50  # descriptions: a stem or a head that more of them have tells none of them


_PLAIN = frozenset(
    "the and for with from into over that this those these his her its their our new not about against between under "
    "more all any are was has have had will who which than out off law laws bill act plan deal year years month months day "
    "days one two three four five six seven eight nine ten eleven twelve hundred thousand million first second third".split()
)


def load_catalogue(source: object = None, encoding: str = "utf-8") -> Catalogue:
    """The catalogue from a path, from a DataFrame, or (None) the one that ships, with discovery of names.

    Columns: name, kind (actor, target, or "actor|target"; empty means both), aliases (separated by "|"), affiliation.

    Raises
    ------
    InputError
        for an unknown kind, an empty or repeated name, or an affiliation that points nowhere or in a circle.
    """
    if source is None:
        return read_catalogue(default_catalogue_path(), discover=True)
    if isinstance(source, (str, Path)):
        return read_catalogue(source, encoding=encoding)
    columns = list(getattr(source, "columns", []))
    if "name" not in columns:
        raise InputError(f"entities: no column 'name'; the table has {', '.join(map(repr, columns)) or 'no columns'}")
    rows = ((f"row {i}", dict(zip(columns, row, strict=True))) for i, row in enumerate(source.to_numpy(object).tolist()))  # type: ignore[attr-defined]
    return _catalogue("entities", rows)


def default_catalogue_path() -> Path:
    """The catalogue that ships: inside the package in a wheel, in `labeled/` in a checkout."""
    for path in (Path(str(resources.files("stance"))) / "entities.csv", Path(__file__).parent.parent / "labeled/entities.csv"):
        if path.exists():
            return path
    raise InputError("no catalogue is installed; give one with --entities")


def read_catalogue(path: str | Path, discover: bool = False, encoding: str = "utf-8") -> Catalogue:
    """Read `entities.csv`; see `load_catalogue`, which takes a table without rows, while a file without them is a slip."""
    catalogue = _catalogue(str(path), read_rows(path, ["name"], encoding), discover)
    if not catalogue.entities:
        raise InputError(f"{path}: names nothing below its header; list the entities to look for, or do without a catalogue")
    return catalogue


def _catalogue(file: str, rows: Iterable[tuple[object, dict[str, Any]]], discover: bool = False) -> Catalogue:
    entities: dict[str, Entity] = {}
    lines: dict[str, object] = {}
    for line, row in rows:
        name = as_text(row.get("name")).strip()
        if not name:
            raise InputError(f"{file}:{line}: name is empty")
        if name in entities:
            raise InputError(f"{file}:{line}: {name!r} stands already at {lines[name]}; put its aliases into one row")
        kinds = _split(row.get("kind")) or KINDS
        for kind in kinds:
            if kind not in KINDS:
                raise InputError(f"{file}:{line}: unknown kind {kind!r} (allowed: actor, target, actor|target)")
        affiliation = as_text(row.get("affiliation")).strip()
        aimed = discover or "target" in kinds  # whoever acts may in another text be whom it is about
        aliases = _split(row.get("aliases"))
        if discover:  # "Paris" and "the president" are left to the rules, which look at the words around them
            aliases = tuple(a for a in aliases if a not in capitals() and a not in _OFFICES_ALONE)
        entities[name] = Entity(name, "actor" in kinds, aimed, aliases, affiliation)
        lines[name] = line
    checked: set[str] = set()  # what hangs together is walked once, however long the chain
    for name, entity in entities.items():
        above, path = entity.affiliation, {name: None}
        while above and above not in checked:
            if above not in entities:
                last = next(reversed(path))
                raise InputError(f"{file}:{lines[last]}: affiliation {above!r} of {last!r} is not in the catalogue")
            if above in path:
                raise InputError(f"{file}:{lines[name]}: affiliation runs in a circle: {' > '.join([*path, above])}")
            path[above] = None
            above = entities[above].affiliation
        checked.update(path)
    if discover:  # the states of the world are known without being listed
        known = {a for e in entities.values() for a in (e.name, *e.aliases)}
        for name in dict.fromkeys(state[0] for state in states().values()):
            if name not in known:
                entities[name] = Entity(name)
    return Catalogue(entities, discover)


_OFFICES_ALONE = frozenset(f"{article}{title}" for title in TITLE_WORDS for article in ("", "the "))


def _split(value: object) -> tuple[str, ...]:
    return tuple(v.strip() for v in as_text(value).split("|") if v.strip())


# ---------------------------------------------------------------------------------------------- mentions

_PLACE = frozenset("in at from to near outside around toward towards via into through across of".split())
_OF_STATE = frozenset(
    "government governments officials official authorities forces troops army military air navy police ministry ministries "
    "foreign defence defense leaders leadership parliament delegation diplomats diplomat negotiators side state regime "
    "embassy lawmakers backing support supported backed opposition objections objection rejection refusal veto demand "
    "demands criticism denial condemnation proposal proposals draft plan plans pressure sanctions airstrikes strikes "
    "offensive invasion intervention approval endorsement aid cabinet administration intelligence ambassador envoy envoys "
    "position stance wish request call calls warning warnings threats threat tariffs ban hostility praise resistance "
    "delegates negotiating team representatives security warplanes jets and or presence interference help".split()
)
_OF_PARTY = frozenset(
    "senators senator lawmakers lawmaker leaders leader leadership members member representatives congressman congressmen "
    "legislators legislator officials governors governor candidates aides house senate opposition resistance support "
    "critics majority minority caucus conference establishment opponents donors voters party colleagues efforts attacks "
    "effort plan plans push backing objections rivals strategists operatives state attorneys mp mps peers "
    "backbenchers backbencher councillors frontbench manifesto government".split()
)


@dataclass
class Reading:
    """What was found in a document.

    Attributes
    ----------
    mentions : per sentence, in order of start; names that no catalogue lists have neither role, they only keep others
        from being taken for them.
    ambiguous : surface -> how often it stood without a way to tell whose it was.
    profiles : entity -> what is known of it, from its name and from the words around it.
    roles : entity -> nouns that the text or the name gives it, such as "president" or "party", and titles of several words
        ("finance minister"); one that goes on ends in "of" ("president of").
    things : what the text only describes and that can hold no views, such as "gun bill".
    """

    mentions: list[list[Mention]]
    ambiguous: Counter[str] = field(default_factory=Counter)
    profiles: dict[str, Profile] = field(default_factory=dict)
    roles: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    things: frozenset[str] = frozenset()


def plays(catalogue: Catalogue, name: str, things: Collection[str]) -> tuple[bool, bool]:
    """Whether an entity that a text names can be the actor, and whether the target, of a stance: a thing only the target."""
    entity = catalogue.entities.get(name)
    if entity is not None:
        return entity.is_actor, entity.is_target
    acts = name not in things and name.split()[-1].lower() not in LAWS
    return catalogue.discover and acts, catalogue.discover


def find_mentions(text: str, sentences: Sequence[Sentence], catalogue: Catalogue) -> list[list[Mention]]:
    """The mentions of names in each sentence, in order of their start; none overlap, the longest match wins.

    Names and aliases match as whole words. An alias with a capital matches in that case only (or in capitals
    throughout); one in lower case matches in any. A name that several entities share counts for the one that the text
    has named before in full; where it named none or several, it is left out.
    """
    found = read_names(text, sentences, catalogue).mentions
    return [[m for m in mentions if m.is_actor or m.is_target] for mentions in found]


def read_names(
    text: str, sentences: Sequence[Sentence], catalogue: Catalogue, recognised: Sequence[str] = ()
) -> Reading:
    """The mentions of names in each sentence, of the catalogue and (without a role) of other persons and bodies.

    `recognised` are names that somebody else, such as an entity recogniser, found in the text.
    """
    spans = [m.span() for m in WORD.finditer(text)]
    starts = [a for a, _ in spans]
    ends = [b for _, b in spans]
    words = WORD.findall(text)
    lower = [w.lower() for w in words]
    if not text.isascii():
        lower = [w if w.isascii() else unaccented(w) for w in lower]
    dateline = _DATELINE.match(text) or _DATELINE.search(text, 0, 600)
    away = [dateline.span(1)] if dateline else []
    away += [m.span() for m in _CREDIT.finditer(text)]
    outside = {i for a, b in away for i in range(bisect_left(starts, a), bisect_left(starts, b))}
    outsiders, local = _local_names(text, sentences, catalogue, recognised)
    reading = Reading([], things=outsiders.things)
    full_names = _full_names(text, catalogue, outsiders)
    index, overlay = catalogue.index, local
    entities = catalogue.entities
    large = len(entities) > _LARGE
    wide = large and catalogue.discover
    named: set[str] = set()
    hits: list[list[tuple[int, list[tuple[int, list[Alias]]]]]] = []
    bounds: list[tuple[int, int]] = []
    evidence: dict[str, set[str]] = defaultdict(set)  # entity -> the distinct ways in which the text writes it
    i, n = 0, len(words)
    for sentence in sentences:
        while i < n and starts[i] < sentence.start:
            i += 1
        stop = bisect_left(starts, sentence.end, i)
        first = i
        here: list[tuple[int, list[tuple[int, list[Alias]]]]] = []
        for at in range(first, stop):
            word = lower[at]
            if (word not in index and word not in overlay) or at in outside:
                continue
            listed = index.get(word)
            own = overlay.get(word)
            candidates = _longest(at, stop, lower, listed, own)
            if not candidates and (at + 3 >= stop or lower[at + 2] != "."):
                continue
            options = []
            if at + 3 < stop and lower[at + 2] == "." and len(lower[at + 1]) == 1:
                candidates = _past_initial(at, stop, lower, listed, own) + candidates
            for length, aliases in candidates:
                surface = text[starts[at] : ends[at + length - 1]]
                fit = [
                    a
                    for a in aliases
                    if _same_case(surface, a.surface)
                    and _fits(a, at, at + length, first, stop, words, lower, full_names, starts[at])
                ]
                if fit:
                    fit = [a for a in fit if a.how == "name"] or fit
                    options.append((length, fit))
                    for alias in fit:
                        if alias.how not in ("surname", "adjective", "capital"):
                            entity = entities.get(alias.entity)
                            plain = alias.how == "bare" if entity is None else _is_plain(alias, entity.is_actor, wide)
                            evidence[alias.entity].add(alias.surface if plain else "")
            if options:
                here.append((at, options))
        hits.append(here)
        bounds.append((first, stop))
        i = stop
    foreign: dict[str, bool] = {}
    sure = {e for e, ways in evidence.items() if "" in ways}

    def is_meant(alias: Alias) -> bool:
        if wide:
            return alias.entity in sure or alias.how in ("adjective", "capital")
        # what a large catalogue only describes by one plain noun ("the court") is not meant by each such noun
        return not large or alias.entity in sure or len(evidence.get(alias.entity, ())) != 1

    for here, (first, stop) in zip(hits, bounds, strict=True):
        found: list[Mention] = []
        until = 0
        for turn, (at, options) in enumerate(here):
            if at < until:
                continue
            following = here[turn + 1] if turn + 1 < len(here) else (-1, [])
            if lower[at] in ("the", "a", "an") and following[0] == at + 1 and following[1][0][0] >= options[0][0]:
                continue  # "the shepherds' league" is not "the shepherds"
            for length, fit in options:
                surface = text[starts[at] : ends[at + length - 1]]
                owners = list(dict.fromkeys(a.entity for a in fit if is_meant(a)))
                if not owners:
                    continue
                if len(owners) > 1:
                    owners = _choose(owners, at, first, lower, named, evidence)
                if len(owners) != 1:
                    reading.ambiguous[surface] += 1
                    until = at + length
                    break
                name = owners[0]
                if fit[0].how == "bare" and "" not in evidence[name]:
                    if surface not in foreign:  # one search for each, however often it stands
                        foreign[surface] = bool(re.search(rf"(?:{_OTHERS}) {re.escape(surface)}\b", text))
                    if foreign[surface]:
                        continue
                entity = entities.get(name)
                acts, aimed = plays(catalogue, name, outsiders.things)
                found.append(Mention(starts[at], ends[at + length - 1], surface, name, acts, aimed))
                if fit[0].how not in ("surname", "adjective", "capital"):
                    named.add(name)
                _learn(reading, name, entity, at, at + length, first, words, lower)
                until = at + length
                break
        if catalogue.phrases:
            found += _described(catalogue, sure if wide else entities, found, first, stop, starts, ends, lower, text)
            found.sort(key=lambda m: m.start)
        reading.mentions.append(found)
    return reading


_LARGE = 200
"""A catalogue with more entities was not made for the article at hand."""


_OTHERS = r"\b[A-Z]\w{1,20}(?:n|i|sh|se)|['’]s|\bU\.?S\.?|\bUK"
"""Before "Supreme Court" in a text, that it has another court in mind than the one that is listed."""


def _is_plain(alias: Alias, is_actor: bool, wide: bool) -> bool:
    """Whether an alias is so plain that others may be meant by it: "the court", "nurses", "the prime minister".

    In a `wide` catalogue, which was made for no text in particular, also "such a law", "court ruling" and "VP", even where
    they are the name of the entity.
    """
    if alias.how == "bare":
        return True
    words = [w for w in alias.surface.split() if w.lower() not in LITTLE]
    if not wide:
        small = len(words) <= 1 or (len(words) == 2 and words[-1] in TITLE_WORDS)
        return small and alias.surface.islower() and alias.surface != alias.entity
    telling = any(w.lower() not in _UNTELLING for w in words)
    if alias.surface.islower() or alias.entity.islower() or not is_actor:
        telling = telling and words[-1].lower() not in TITLE_WORDS
        return alias.how != "name" or not telling or (len(words) < 2 and alias.surface.islower())
    return not telling or alias.how == "initials" or (alias.how == "derived" and len(words) == 1)  # any state has a Senate


_UNTELLING = (TITLE_WORDS | BODY_NOUNS | LAWS | {head for group in HEADS for head in group}) - {
    *("republicans", "democrats", "senate")
} | frozenset(
    "prime former vice deputy acting interim interior foreign finance armed national federal supreme one two three four five "
    "of for on in to with new old big small local public main general first second last next judges regulators vote votes".split()
)
"""Words that say of a thing or body what it is, and not which one."""


def _choose(
    owners: list[str], at: int, first: int, lower: list[str], named: set[str], evidence: dict[str, set[str]]
) -> list[str]:
    """Of several owners of a name those whom the text has named before, or names otherwise; by Mr or Ms, if need be."""
    before = [o for o in owners if o in named] or [o for o in owners if "" in evidence[o]]
    title = lower[at - 1] if at > first else ""
    title = lower[at - 2] if title == "." and at - 1 > first else title
    if len(before) > 1 and (title in HE or title in SHE):
        before = [o for o in before if profile_of(o).gender == ("m" if title in HE else "f")]
    return before


def _described(
    catalogue: Catalogue,
    meant: Collection[str],
    found: Sequence[Mention],
    first: int,
    stop: int,
    starts: list[int],
    ends: list[int],
    lower: list[str],
    text: str,
) -> list[Mention]:
    """Mentions of things (those `meant`) by most of the content words of their description, close together, in any order."""
    stems: dict[str, list[int]] = {}
    known = catalogue.phrase_words
    for i in range(first, stop):
        word = lower[i]
        stem = known.get(word)
        if stem is None:
            stem = phrase_stem(word) if len(word) > 2 else ""
            stem = known[word] = stem if stem in catalogue.phrases else ""
        if stem:
            stems.setdefault(stem, []).append(i)
    if len(stems) < 2:
        return []
    named = {m.entity for m in found}
    tried: set[Phrase] = set()
    out: list[Mention] = []
    for stem in stems:
        for phrase in catalogue.phrases[stem]:
            if phrase.entity in named or phrase in tried or phrase.entity not in meant:
                continue
            tried.add(phrase)
            places = sorted((i, s) for s in phrase.stems for i in stems.get(s, ()))
            reach = 2 * len(phrase.stems) + 3
            for k, (at, _) in enumerate(places):
                window = [(i, s) for i, s in places[k:] if i - at < reach]
                if len({s for _, s in window}) >= phrase.needed:
                    low, high = starts[at], ends[window[-1][0]]
                    if all(m.end <= low or high <= m.start for m in (*found, *out)):
                        entity = catalogue.entities[phrase.entity]
                        out.append(Mention(low, high, text[low:high], entity.name, entity.is_actor, entity.is_target))
                        named.add(phrase.entity)
                    break
    return out


def _longest(
    i: int, stop: int, lower: list[str], *indexes: list[tuple[int, dict[tuple[str, ...], list[Alias]]]] | None
) -> list[tuple[int, list[Alias]]]:
    """The aliases that begin at word i, longest first; those of the text itself after the catalogue's."""
    hits: list[tuple[int, list[Alias]]] = []
    for entries in indexes:
        for length, table in entries or ():
            if i + length <= stop:
                aliases = table.get(tuple(lower[i : i + length]))
                if aliases:
                    hits.append((length, aliases))
    if len(hits) > 1:
        hits.sort(key=lambda h: -h[0])
    return hits


def _past_initial(
    i: int, stop: int, lower: list[str], *indexes: list[tuple[int, dict[tuple[str, ...], list[Alias]]]] | None
) -> list[tuple[int, list[Alias]]]:
    """The aliases of "Ada B. Obi" where only "Ada Obi" is listed."""
    plain = [lower[i], *lower[i + 3 : min(stop, i + 6)]]
    return [(length + 2, aliases) for length, aliases in _longest(0, len(plain), plain, *indexes) if length > 1]


def _fits(
    alias: Alias,
    i: int,
    j: int,
    first: int,
    stop: int,
    words: list[str],
    lower: list[str],
    full_names: dict[str, dict[str, int]],
    at: int,
) -> bool:
    """Whether the words around allow a derived alias at words i to j."""
    how = alias.how
    after = words[j] if j < stop else ""
    if words[i].islower() and i > first and lower[i - 1] in _ANY and alias.surface[0].isupper():
        return False  # a supreme court
    if i == first and j - i == 1 and alias.surface.isupper() and not words[i].isupper():
        return bool(SPEECH.match(f" {after} "))  # "Nato said", but any acronym may be a word
    before = lower[i - 1] if i > first else ""
    if before == "-" and i - 1 > first and words[i - 2] in ("R", "D", "I"):
        return False  # R-Lima
    if j - i > 1 and after[:1].isupper() and after not in STOP and lower[j - 1] in TITLE_WORDS and after not in alias.entity.split():
        return False  # "Labour leader Ada Obi" is not whoever else is the Labour leader
    if j - i == 1 and before in _QUARTERS and words[i - 1][0].isupper() and alias.entity in {*states(), *_STATES_OF_US.values()}:
        return False  # Northern Ireland
    if how == "name" or how == "people":
        if j - i == 1 and alias.entity in states():
            named = full_names.get(lower[i])
            if before in TITLE_WORDS or (before == "." and lower[i - 2] in TITLE_WORDS):  # Rep. Jordan
                return False
            if named and alias.entity not in named and at > min(named.values()) and before not in _PLACE:
                return False
            joined = after in ("-", "‑") and words[j + 1 : j + 2] and words[j + 1][0].isupper()  # Guinea-Bissau, not US-Israeli
            return not (joined and words[j + 1] not in state_words()) and after not in ("Gov", "Republicans", "Democrats")
        return not (i == first and j - i == 1 and after in _PORTFOLIO and profile_of(alias.entity).kind != "state")
    if how == "adjective":
        wanted = _OF_PARTY if "Party" in alias.entity else _OF_STATE
        if lower[j : j + 1] == ["opposition"]:  # "Syrian opposition to the plan", but the Syrian opposition is not Syria
            return lower[j + 1 : j + 2] == ["to"]
        return after.lower() in wanted or (alias.surface[-1] == "." and after[:1].islower() and after.lower() in wanted)
    if how == "capital":
        if before in _PLACE or after in ("(", "—", "–", "-") or (after == "," and before in ("", ",")):
            return False
        mayor = lower[j : j + 3] == ["'", "s", "mayor"]
        if mayor or before == "for" or (after[:1].isupper() and after not in STOP):  # Transport for London, London Chamber
            return False
        if after in ("state", "State", "Gov", "Mayor") or (after == "," and words[j + 1 : j + 2] == ["D"]):
            return False
        return not (at < 40 and i - first < 3 and any(w in ("—", "–", "-") for w in words[j : j + 6]))
    if how == "bare":
        return before in ("", "the") and after != "of"
    if how == "initials":
        return before == "the" or j - i > 1
    if j - i > 1 and how != "surname":
        return True
    if how == "acronym":
        return True
    if alias.surface.islower():
        return True
    # one capitalised word: not a part of somebody else's name; in a headline in capitals they say nothing
    headline = words[i].isupper() and len(words[i]) > 1
    if headline and before.capitalize() in given_names() and before != alias.entity.split()[0].lower():
        return False  # ERIC TRUMP
    if before and words[i - 1][0].isupper() and before not in TITLE_WORDS and i - 1 > first and before not in ("the", "u", "s"):
        if how == "surname" and before == alias.entity.split()[0].lower():
            return True
        party = how == "derived" and before in _CHAMBERS and "Party" in alias.entity  # Senate Republicans
        loud = headline and words[i - 1].isupper()
        if not party and not loud and words[i - 1] not in STOP:
            return False
    if before == "." and i - 2 >= first and len(words[i - 2]) == 1 and words[i - 2] not in "S":
        return False
    if after and after[0].isupper() and lower[j] not in ("jr", "sr", "i", "and") and how == "surname" and len(after) > 1 and not (
        headline and after.isupper()
    ):
        return False
    if after in ("-", "‑") and j + 1 < stop and words[j + 1][0].isupper():
        return False
    if how == "surname":
        known = full_names.get(lower[j - 1])
        if known:
            if alias.entity in known:  # but not "in May", "May elections", "in Washington"
                dated = before in _PLACE or before in ("since", "last", "next", "by", "until") or after in ("elections", "election")
                return not ((dated or after.isdigit()) and lower[j - 1] in _DATED)
            if at > min(known.values()):  # the surname of somebody whom the text has named, or will be taken for him
                return False
            if lower[j - 1] not in COMMON_SURNAMES:
                known[alias.entity] = at
                return True
        if lower[j - 1] in COMMON_SURNAMES or lower[j - 1] in _DATED:
            return before in TITLE_WORDS or (before == "." and i - 2 >= first and lower[i - 2] in TITLE_WORDS)
    return True


_STATES_OF_US = dict(
    pair.split(":")
    for pair in (
        "Ala:Alabama,Alaska:Alaska,Ariz:Arizona,Ark:Arkansas,Calif:California,Colo:Colorado,Conn:Connecticut,Del:Delaware,"
        "Fla:Florida,Ga:Georgia,Hawaii:Hawaii,Idaho:Idaho,Ill:Illinois,Ind:Indiana,Iowa:Iowa,Kan:Kansas,Ky:Kentucky,La:Louisiana,"
        "Maine:Maine,Md:Maryland,Mass:Massachusetts,Mich:Michigan,Minn:Minnesota,Miss:Mississippi,Mo:Missouri,Mont:Montana,"
        "Neb:Nebraska,Nev:Nevada,N.H:New Hampshire,N.J:New Jersey,N.M:New Mexico,N.Y:New York,N.C:North Carolina,"
        "N.D:North Dakota,Ohio:Ohio,Okla:Oklahoma,Ore:Oregon,Pa:Pennsylvania,R.I:Rhode Island,S.C:South Carolina,"
        "S.D:South Dakota,Tenn:Tennessee,Tex:Texas,Utah:Utah,Vt:Vermont,Va:Virginia,Wash:Washington,W.Va:West Virginia,"
        "Wis:Wisconsin,Wyo:Wyoming"
    ).split(",")
)
_ANY = frozenset("a an any every no another each some".split())
_QUARTERS = frozenset("north south east west northern southern eastern western new papua equatorial american".split())
_CHAMBERS = frozenset(("senate", "house", "state", "congressional", *(p.split()[-1].lower() for p in _STATES_OF_US.values())))
_DATED = frozenset("may march april june august washington lincoln houston austin madison london paris berlin jordan".split())
"""Surnames that after "in" are a month or a place."""
_PORTFOLIO = frozenset("minister ministry secretary".split())
"""After the first word of a sentence these make it a field of government: "Labour minister Ada Obi"."""


def _same_case(surface: str, alias: str) -> bool:
    """An alias in lower case stands in any; the capitals of another must be there, or all be capitals.

    But many write "the supreme court", "the Iraq war", "al-Shabaab" and "Nato".
    """
    if surface == alias or alias.islower():
        return True
    if surface.isupper():
        return len(surface) > 2 or alias.isupper()
    have, want = WORD.findall(surface), WORD.findall(alias)
    if len(want) == 1:
        return unaccented(surface) == unaccented(alias) or (len(alias) > 3 and alias.isupper() and surface == alias.capitalize())
    if len(have) == len(want) + 2:  # a middle initial
        del have[1:3]
    small = [w for h, w in zip(have, want, strict=True) if w[0].isupper() and not h[0].isupper() and w.lower() not in PARTICLES]
    head = head_of(alias)
    return (not small and not alias.isupper()) or (head in LOWERED and any(w.lower() == head for w in small))


_OTHER_TITLE = frozenset("vice prime chief lieutenant lt attorney solicitor under".split())
_NO_LONGER = frozenset("former deputy shadow assistant associate retired".split())
"""Words that make another title of the noun they stand before: a "vice president" is not called "the president"."""
_TITLE_ENDS = frozenset("the a an his her its their of for in on at from with to by and or who as , . ' ; - — – s told said".split())
_OPENING = frozenset("after before during unlike when while as according since despite like besides under".split())
_BORNE = re.compile(  # ", the finance minister", ", 54, president of", "was elected president", ", who has been president"
    r"(?:, (?:\d+ , )?|(?:, who )?(?:is|became|has been|(?:is|was|has been|had been) (?:elected|appointed|named|sworn in)(?: as)?) )"
    r"(?!no |not |never |who |is |once )((?:(?!(?:of|for|in|on|from|to|and|who|since|by|as|at|with) )(?:\w{1,30}|') ){0,5}?)"
    r"(\w{1,30})(?= (?:[,.)]|of|for|in|on|from|to|and|who|since|by|as|at|with)(?: |$))"
)


def _learn(
    reading: Reading, name: str, entity: Entity | None, i: int, j: int, first: int, words: list[str], lower: list[str]
) -> None:
    """Note what the words around a name say of its bearer: gender and roles."""
    profile = reading.profiles.get(name)
    if profile is None:
        profile = Profile("thing") if name in reading.things else entity_profile(entity) if entity else profile_of(name)
        reading.profiles[name] = profile
        if profile.kind == "person" and not profile.gender and not entity and i > first and lower[i - 1] in _PLACE:
            profile = reading.profiles[name] = Profile("place")  # "a teacher from La Serena"
        if profile.kind != "person":
            reading.roles[name].update(lower[i:j][-1:] if profile.kind == "group" else ())
            reading.roles[name].add(head_of(name))
            if profile.kind == "thing" and name.split()[-1].lower() not in TITLE_WORDS:
                reading.roles[name].add(name.split()[-1].lower())
    if profile.kind in ("state", "thing", "place"):
        return
    if profile.kind in ("person", "name") and not profile.gender and _is_body(i, j, first, words, lower):
        profile = reading.profiles[name] = Profile("group")
    if profile.kind == "group" and (noun := _apposed(lower[j : j + 8])) in BODY_NOUNS:
        reading.roles[name].add(noun)
    k = i - 1
    while k >= first and i - k < 7 and (lower[k] in TITLE_WORDS or lower[k] == "." or (words[k][0].isupper() and k > first)):
        title = lower[k]
        if title in TITLE_WORDS:
            if profile.kind in ("person", "name") and (title in HE or title in SHE):
                profile = reading.profiles[name] = Profile("person", "m" if title in HE else "f")
            elif profile.kind == "name":
                profile = reading.profiles[name] = Profile("person", profile.gender)
            if profile.kind == "person" and (k + 1 == i or lower[k + 1] not in TITLE_WORDS or lower[k + 1] in _LONG_TITLES):
                reading.roles[name] |= _title_of(lower, k, first)
        k -= 1
    if profile.kind != "person":
        return
    after = lower[j : j + 1]
    if after == [","] and i - 2 > first and lower[i - 1] == ",":  # "the mayor of Calne, Ian Shaw,"
        k = i - 2
        while k > first and i - k < 7 and lower[k] not in TITLE_WORDS and (words[k][0].isupper() or lower[k] in ("of", "the", "to")):
            k -= 1
        if lower[k] in TITLE_WORDS:
            reading.roles[name] |= _title_of(lower, k, first)
    if after and after[0] in (",", "is", "was", "became", "has", "had"):
        borne = _BORNE.match(" ".join(lower[j : j + 14]))
        if borne and borne[2] in TITLE_WORDS:
            head = j + borne[0].count(" ")
            opening = after == [","] and (lower[first] in AFTER_HEAD or lower[first] in _OPENING)
            if not opening or "," in lower[head + 1 : head + 7]:  # "After meeting Ada Obi, the president of Peru left"
                reading.roles[name] |= _title_of(lower, head, j)


def _title_of(lower: list[str], at: int, first: int) -> set[str]:
    """The title whose noun stands at a place, with and without the words before it: "finance minister", "minister".

    One that goes on is left to the reader: "president of" may be that of a club.
    """
    noun = _LONG_TITLES.get(lower[at], lower[at])
    before: list[str] = []
    k = at - 1
    while k >= first and len(before) < 3:
        if lower[k] == "-" and lower[k - 1] in ("ex", "vice"):
            k -= 1
        if lower[k] in _TITLE_ENDS:
            break
        before.insert(0, "former" if lower[k] == "ex" else lower[k])
        k -= 1
    if noun in HE or noun in SHE or noun in ("mr", "doctor"):
        return {noun}
    other = not _NO_LONGER.isdisjoint(before) or not _OTHER_TITLE.isdisjoint(before[-1:])
    found = {" ".join((*before[n:], noun)) for n in range(len(before) + (not other))}
    return {f"{title} of" for title in found} if lower[at + 1 : at + 2] == ["of"] else found


def _is_body(i: int, j: int, first: int, words: list[str], lower: list[str]) -> bool:
    """Whether the words around a name say that a company or another body bears it, not a person.

    "the airline Cordillera", "Cordillera, which ...", "Cordillera, a low-cost carrier," and "Cordillera's chief executive".
    """
    if i > first and words[i - 1] in _BODY_TITLES:
        return True
    after = lower[j : j + 8]
    if len(after) > 2 and after[0] == "," and after[1] == "which":
        return True
    if len(after) > 3 and after[0] == "'" and after[1] == "s":
        return after[2] in _OF_COMPANY or after[2:4] in (["chief", "executive"], ["managing", "director"])
    return _apposed(after) in BODY_NOUNS


def _apposed(after: list[str]) -> str:
    """The noun by which an apposition calls the name before it, if any: "carrier" of ", a low-cost carrier,"."""
    if len(after) < 4 or after[0] != "," or after[1] not in ("a", "an", "the"):
        return ""
    stop = next((k for k in range(2, len(after)) if after[k] in AFTER_HEAD or after[k] in (",", "that", "which", ".")), 0)
    return after[stop - 1] if stop > 2 else ""


_BODY_TITLES = frozenset(
    "firm company airline app group chain bank brewery operator retailer carrier maker builder website newspaper magazine charity "
    "coalition".split()
)
_OF_COMPANY = frozenset(
    "shares shareholders headquarters subsidiary subsidiaries customers board ceo profits president chairman chairwoman".split()
)

_LONG_TITLES = {
    **{"sen": "senator", "rep": "representative", "gov": "governor", "gen": "general", "prof": "professor"},
    **{"dr": "doctor", "col": "colonel", "capt": "captain"},
}


# -- names that no catalogue lists

_MONTH = "(?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)[a-z]{0,6}"
_DATELINE = re.compile(
    rf"^([{UP}](?:[{UP} .'’/-]{{2,40}}|[\w-]{{2,20}}(?=, (?:\d|{_MONTH})))(?:, [{UP}][\w. ]{{1,25}}?)?)"
    rf"(?:, (?:\d\d? )?{_MONTH}\.?(?: \d\d?)?)?(?: \([^)\n]{{2,40}}\))? ?(?:—|–|--|-) ", re.MULTILINE
)
_DASH = re.compile(r" ?(?:—|–|--|-) ")
_CREDIT = re.compile(
    rf"^(?:(?:Written |Reported |Story )?[Bb]y|BY) [{UP}][\w.’'-]{{0,30}}(?: (?:and )?[{UP}][\w.’'-]{{0,30}}){{1,5}}"
    rf"(?: ?[,|][^\n]{{0,80}})?$"
    rf"|^[{UP}][\w.’'-]{{1,20}}(?: [{UP}][\w.’'-]{{1,20}}){{1,2}} in (?:[Tt]he )?[{UP}][\w’'-]{{2,20}}(?: [{UP}][\w’'-]{{2,20}})?$"
    rf"|\((?:AP |AFP |Reuters |Getty )?(?:Photo|Image|Pool)[^()\n]{{0,80}}\)|^(?:Photograph|Photo|Picture|Image|Credit): [^\n]{{0,80}}"
    rf"|\((?:[Aa]dditional )?(?:[Rr]eporting|[Ee]diting|[Ww]riting) by [^()\n]{{0,200}}\)", re.MULTILINE
)  # fmt: skip
"""Who wrote, edited or photographed; nobody whom the article is about."""
_INTRODUCED = re.compile(rf" \((?:the |or |known as )?[“\"']?([{UP}][{UP}&.-]{{1,9}})[”\"']?[,)]")


class Outsiders(NamedTuple):
    """Names in a text that no catalogue lists: all of them, the surnames of persons, and what can hold no views."""

    names: list[str]
    surnames: list[tuple[str, str]]
    things: frozenset[str]


def _local_names(
    text: str, sentences: Sequence[Sentence], catalogue: Catalogue, recognised: Sequence[str]
) -> tuple[Outsiders, Index]:
    """Names outside the catalogue, and the aliases that hold in this text only: introduced in brackets, surnames."""
    aliases: list[Alias] = []
    for m in _INTRODUCED.finditer(text):
        if _DASH.match(text, m.end()):  # of an agency, in a dateline
            continue
        aliases += _introduced(text, m.start(), m[1].rstrip("."), catalogue)
    aliases += _epithets(text, catalogue)
    names: list[str] = []
    surnames: list[tuple[str, str]] = []
    introduced = {a.surface for a in aliases}
    found = discover_names(text, every=not catalogue.discover)
    for name in dict.fromkeys((*found, *recognised)):
        words = name.split()
        tails = (" ".join(words[i:]) for i in range(max(1, len(words) - 8), len(words) - 1))
        if name in introduced or any(_known(part, catalogue) for part in (*name.split(" and "), *tails, LEGAL_FORM.sub("", name))):
            continue
        if _of_known(name, catalogue):
            continue
        words = SUFFIX.sub("", name).split()
        person = profile_of(name).kind == "person" and len(words) > 1
        owner = _longer_form(name, words, person, catalogue)
        if owner:
            aliases.append(Alias(name, owner, "name"))
            continue
        names.append(name)
        aliases.append(Alias(name, name, "name"))
        if catalogue.discover and 1 < len(words) < 4 and words[-1] in COMPANY and not _known(words[0], catalogue):
            aliases.append(Alias(words[0], name, "derived"))  # "Gaelwind" of Gaelwind Energy
        if person:
            surnames.append((fold(words[-1])[-1], name))
            if not _known(words[-1], catalogue):
                aliases.append(Alias(words[-1], name, "surname"))
    things: set[str] = set()
    for name, surfaces, acts in discover_things(text, sentences) if catalogue.discover else ():
        *before, head = name.split()
        owned = len(before) == 1 and before[0][0].isupper() and _known(before[0], catalogue)
        if owned and head in _OF_STATE | _OF_PARTY:  # "Turkish government"
            continue
        aliases += (Alias(surface, name, "name") for surface in surfaces)
        if not acts:
            things.add(name)
    return Outsiders(names, surnames, frozenset(things)), build_index(dict.fromkeys(aliases))


def _of_known(name: str, catalogue: Catalogue) -> bool:
    """Whether a capitalised run only has a known name in it: "the Republican-led Senate", "Critics of Obi", "Tory MPs"."""
    *rest, last = name.split()
    if rest and last.lower() in _OF_PARTY and any("Party" in a.entity for a in _aliases(fold(" ".join(rest)), catalogue.index)):
        return True
    head, of, owner = name.partition(" of ") if " of " in name else name.partition(" for ")
    if of and head in _SIDES:
        return True
    if of and head.endswith("s") and " " not in head and _known(owner.removeprefix("the "), catalogue):
        return head.lower() not in _NAMED_OF
    if of and head.split()[-1].lower() in _NAMED_OF:
        return False
    if catalogue.discover and of and " " in head and head.split()[-1].lower() in GROUP_WORDS:
        return False  # the Communist Party of Sudan is not Sudan
    if catalogue.discover and rest and rest[0] in given_names() and rest[0].lower() not in COMMON_SURNAMES:
        return False  # Ellen Fitch is not Fitch
    if len(rest) == 1 and last in states() and rest[0] in given_names() and rest[0].lower() not in COMMON_SURNAMES:
        return False  # Michael Jordan
    wide = catalogue.discover and last.lower() in GROUP_WORDS  # the Rosary League is not any League
    return any(a.how not in (("surname", "derived") if wide else ("surname",)) for a in _aliases(fold(last), catalogue.index))


_SIDES = frozenset("Critics Opponents Supporters Foes Allies Backers Fans Lawyers Members Rivals Relatives Aides Victims".split())
_NAMED_OF = frozenset("times bank university college institute museum church voice radio club airlines friends doctors".split())
"""Of something these are names of their own: the Times of India is not India."""


def _aliases(words: tuple[str, ...], index: Index) -> list[Alias]:
    return [a for length, table in index.get(words[0], ()) if length == len(words) for a in table.get(words, ())] if words else []


def _known(name: str, catalogue: Catalogue) -> bool:
    words = fold(name)
    return not words or bool(_aliases(words, catalogue.index))


def _longer_form(name: str, words: list[str], person: bool, catalogue: Catalogue) -> str:
    """Whose longer name this is: "Ada Ngozi Obi" and "Ada Obi III" are Ada Obi, the "All Dock Union" is the ADU. Juniors are not."""
    forms: Iterable[str]
    if person:
        last = re.sub("^[ae]l-", "", words[-1]) if len(words) > 2 or words != name.split() or words[-1][2:3] == "-" else ""
        forms = [f"{words[0]} {last}"] if last and not name.endswith(("Jr", "Jr.", "Sr", "Sr.")) else []
    else:
        forms = [*acronyms(name), *UNIONS.get(name, ())] if not GROUP_WORDS.isdisjoint(name.lower().split()) else ()
    owners = {a.entity for form in forms for a in _aliases(fold(form), catalogue.index) if a.how in ("name", "derived")}
    return owners.pop() if len(owners) == 1 else ""


def _introduced(text: str, at: int, short: str, catalogue: Catalogue) -> list[Alias]:
    """The aliases that "Long Name (LN)" introduces, `at` where the long name ends."""
    before: list[str] = WORD.findall(text, max(0, at - 120), at)
    letters = short.replace(".", "").replace("-", "").replace("&", "")
    folded = tuple(unaccented(w).lower() for w in before)
    for n in range(min(len(before), 10), 0, -1):  # the longest name that the catalogue has, ending at the bracket
        owners = {a.entity for a in _aliases(folded[-n:], catalogue.index) if a.how == "name" or n > 1}
        if len(owners) == 1 and len(letters) > 1:
            return [Alias(short, owners.pop(), "name")]
    # otherwise as many capitalised words as the acronym has letters, from the right
    taken, left = [], len(letters)
    for word in reversed(before):
        if word[0].isupper() and left:
            left -= 1
            taken.append(word)
        elif word.lower() in ("of", "for", "the", "and", "on", "de", "in", "'") and taken and left:
            taken.append(word)
        else:
            break
    while taken and not taken[-1][0].isupper():
        taken.pop()
    if not taken or taken[-1][0] != letters[0] or left > 1 or len(letters) < 2:
        return []
    long = " ".join(reversed(taken)).replace(" ' ", "'")
    owners = {a.entity for a in _aliases(fold(short), catalogue.index)}
    if len(owners) == 1:  # the catalogue has the acronym: the long name is another name of it
        return [Alias(long, owners.pop(), "name")]
    return [Alias(short, long, "name"), Alias(long, long, "name")]


_PLACES = "|".join(_STATES_OF_US.values())
_OFFICES = {"Sen": "senator", "Senator": "senator", "Rep": "representative", "Representative": "representative"} | {
    **{"Gov": "governor", "Governor": "governor", "Congressman": "congressman", "Congresswoman": "congresswoman"}
}
_PARTIES = {"R": "Republican", "D": "Democrat", "I": "independent"}
_POLITICIAN = re.compile(rf"\b(?:[RDI]-[A-Z]|Republican|Democrat|independent|{'|'.join(_OFFICES)})")
_OF_PLACE = re.compile(
    rf"(?:\b(?P<before>{_PLACES}) )?\b(?:(?P<office>{'|'.join(_OFFICES)})\.? )?"
    rf"(?P<name>[{UP}][\w’'-]+(?: (?:[A-Z]\.|[{UP}][\w’'-]+)){{0,3}})"
    rf"(?:(?: \(|, )(?P<party>[RDI])-(?P<short>[A-Z][\w.]*?(?: [A-Z][a-z]+)?)\.?[,)]"
    rf"|, (?:an? )?(?P<place>{_PLACES}) (?P<side>Republican|Democrat|independent)\b| of (?P<of>{_PLACES})\b)?"
)


def _epithets(text: str, catalogue: Catalogue) -> Iterator[Alias]:
    """What a text may call a politician of a state of the US whom it introduced as such: "the Kentucky Republican"."""
    for m in _OF_PLACE.finditer(text) if _POLITICIAN.search(text) else ():
        short = m["short"] or ""
        place = m["before"] or m["place"] or m["of"] or _STATES_OF_US.get(short, short)
        if not place or not (m["office"] or m["party"] or m["side"]):
            continue
        nouns = [_OFFICES[m["office"]], "lawmaker"] if m["office"] else []
        nouns += [m["side"] or _PARTIES[m["party"]]] if m["side"] or m["party"] else []
        words = fold(m["name"])
        tails = (words[i:] for i in range(len(words)))
        known = ({a.entity for a in _aliases(w, catalogue.index)} for w in tails)
        owners = next(filter(None, known), {m["name"]} if " " in m["name"] else set())
        if len(owners) == 1:
            owner = owners.pop()
            yield from (Alias(f"{place} {noun}", owner, "name") for noun in nouns)


def _full_names(text: str, catalogue: Catalogue, outsiders: Outsiders) -> dict[str, dict[str, int]]:
    """Surname in lower case -> the persons whose full name stands in the text, in the catalogue or not, and where first."""
    out: dict[str, dict[str, int]] = defaultdict(dict)
    for surname, name in outsiders.surnames:
        out[surname].setdefault(name, text.find(name.split()[0]) if name not in text else text.find(name))
    for m in RUN.finditer(text):
        if " " not in m.group():
            continue
        words = fold(m.group())
        for i in range(len(words) - 1):
            for length, table in catalogue.index.get(words[i], ()):
                if length > 1:
                    for alias in table.get(words[i : i + length], ()):
                        if alias.how in ("name", "derived"):
                            k = i if family_first(alias.surface.split()) else i + length - 1
                            k -= words[k] in ("jr", "sr", "ii", "iii", "iv")
                            out[words[k]].setdefault(alias.entity, m.start())
    return out
