"""The catalogue of entities, and finding the mentions of their names in a document.

Names are matched by their first word, longest first, so that the cost of a document hardly depends on the catalogue's
size. Besides the aliases that the catalogue lists, those count that can be derived: surnames, acronyms, names without
article or legal form, adjectives and capitals of states, members of parties, plurals of plain nouns.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from stance.text import InputError, Sentence, as_text, read_rows

KINDS = ("actor", "target")


@dataclass(frozen=True, slots=True)
class Entity:
    """A named thing: its name, the roles it may take, other names for it, and for whom it speaks."""

    name: str
    is_actor: bool = True
    is_target: bool = True
    aliases: tuple[str, ...] = ()
    affiliation: str = ""


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


class Alias(NamedTuple):
    """One way to write an entity: the words as listed, whose they are, and how they were come by."""

    surface: str
    entity: str
    how: str


WORD = re.compile(r"\w+|[^\w\s]")


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

    def __post_init__(self) -> None:
        self.index = build_index(alias for e in self.entities.values() for alias in aliases_of(e))
        self.phrases = build_phrases(self.entities.values())


def build_index(aliases: Iterable[Alias]) -> Index:
    """Aliases by first word and length; where one is listed and another only derived, the listed one counts."""
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
            by_length[len(words)][words] = listed or owners
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
            stems = frozenset(phrase_stem(w) for w in fold(name) if len(w) > 2 and w not in _PLAIN)
            if len(stems) >= 2:
                phrase = Phrase(stems, max(2, (2 * len(stems) + 1) // 3), entity.name)
                for stem in stems:
                    index[stem].append(phrase)
    return {stem: found for stem, found in index.items() if len(found) <= 50}


_PLAIN = frozenset(
    "the and for with from into over that this those these his her its their our new not about against between under "
    "more all any are was has have had will who which than out off law laws bill act plan deal year years month months day "
    "days one two three four five six seven eight nine ten eleven twelve hundred thousand million first second third".split()
)


@lru_cache(maxsize=100_000)
def phrase_stem(word: str) -> str:
    """A word without its ending, the nouns that news uses for one another as one."""
    for suffix in ("ations", "ation", "ings", "ing", "ions", "ion", "ments", "ment", "ies", "ers", "er", "ed", "es", "s", "y", "e"):
        if word.endswith(suffix) and len(word) - len(suffix) >= (3 if suffix == "s" and word[-2] != "s" else 4):
            base = word[: -len(suffix)]
            return base[:-1] if len(base) > 4 and base[-1] == base[-2] else base
    return word


def fold(text: str) -> tuple[str, ...]:
    """The words of a name in lower case, the apostrophe straight."""
    return tuple(w.lower().replace("’", "'") for w in WORD.findall(text))


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
    """Read `entities.csv`; see `load_catalogue`."""
    return _catalogue(str(path), read_rows(path, ["name"], encoding), discover)


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
        entities[name] = Entity(name, "actor" in kinds, "target" in kinds, _split(row.get("aliases")), affiliation)
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


def _split(value: object) -> tuple[str, ...]:
    return tuple(v.strip() for v in as_text(value).split("|") if v.strip())


# ---------------------------------------------------------------------------------------------- derived aliases

_ARTICLE = re.compile(r"^(?:the|a|an) ", re.I)
_LEGAL = re.compile(
    r",? (?:Inc|Corp|Corporation|Incorporated|Ltd|Limited|LLC|LLP|PLC|plc|AG|SE|SA|S\.A|NV|N\.V|GmbH|Co|Company|AB|ASA|Oy|"
    r"SpA|S\.p\.A|Oyj|KG|Pty|BV|Holdings?)\.?$"
)
_SUFFIX = re.compile(r",? (?:Jr|Sr|II|III|IV)\.?$")
_PARTICLES = frozenset("al bin ben ibn van von de da del della di du el la le der den ten ter dos das abu".split())
_GROUP_WORDS = frozenset(
    "party committee union council court bank ministry front house congress parliament agency army federation association "
    "company commission university club group fund institute board department senate office service services bureau "
    "administration government corporation foundation league alliance society movement network campaign coalition caucus "
    "assembly authority organization organisation church police forces force guard militia brigade team center centre "
    "centers centres school college hospital airlines airline industries partners times post journal news newspaper press "
    "greens list guild cooperative chamber syndicate confederation lobby trust press embassy brotherhood taliban bloc "
    "states republicans democrats conservatives socialists liberals workers farmers teachers doctors nurses drivers "
    "voters residents students parents lawmakers senators officials lawyers activists protesters survivors immigrants "
    "migrants veterans prosecutors fishermen owners traders businesses unions companies banks tribe nation "
    "air pure resorts minerals midstream health foods food media energy oil gas motors systems technologies mining capital "
    "logistics telecom pharma holdings hotels group partners press records studios academy ensemble "
    "orchestra theatre theater museum museums festival airport port railway railways mine mines works".split()
)
_PLURAL_GROUPS = {
    "Democratic": ("Democrats", "Democrat"), "Labour": ("Labour",), "Conservative": ("Conservatives", "Tories", "Tory"),
    "Green": ("Greens",), "Liberal": ("Liberals",), "Socialist": ("Socialists",), "Communist": ("Communists",),
    "Republican": ("Republicans", "Republican", "GOP", "G.O.P."), "Libertarian": ("Libertarians",),
}  # fmt: skip
_PARTY = re.compile(r"^(?:the )?((?:[A-Z][\w-]+ )*?)([A-Z][\w-]+) Party$")
_COMMON_SURNAMES = frozenset(
    "brown white black green gray grey young may bush rice price king bishop long short day hill wood woods church cook "
    "baker love hope grace rose stone field fields banks rivers lake north west south east strong wise sharp swift best "
    "gold silver ball bell bird fox wolf hunt hunter fisher forest frost snow summer winter march april june august "
    "mason miller taylor carter potter smith page chase case power powers little good rich noble read field law laws "
    "sessions gates marshall major judge pope knight duke earl prince dean abbott house hall park parks street will mark "
    "bill grant art christian english french german holland wales jordan israel lord cross ford rush berry cherry house "
    "right justice flood storm peace paul james lee bond cash cotton salt pepper root burns singer gay blunt crane".split()
)


def aliases_of(entity: Entity) -> Iterator[Alias]:
    """The aliases of an entity, listed and derived, each once.

    >>> [a.surface for a in aliases_of(Entity("Chamber of Ports", aliases=("the port lobby",)))]
    ['Chamber of Ports', 'the port lobby', 'COP', 'C.O.P.', 'port lobby', 'port lobbies']
    """
    seen: set[str] = set()
    listed = (entity.name, *entity.aliases)
    found = (*((a, "name") for a in listed), *(d for a in listed for d in _derived(a, entity)))
    for surface, how in (*found, *((_plainly(surface), how) for surface, how in found)):
        if surface and surface not in seen:
            seen.add(surface)
            yield Alias(surface, entity.name, how)


def _plainly(name: str) -> str:
    """A name without the marks that many writers leave out: "Al Shabaab", "Veterans Affairs"."""
    return re.sub(r"(?<=\w)-(?=[A-Z])", " ", re.sub(r"(?<=s)['’](?= )", "", name))


def _derived(alias: str, entity: Entity) -> Iterator[tuple[str, str]]:
    """Other ways to write `alias`, and how each was come by."""
    bare = _LEGAL.sub("", _ARTICLE.sub("", alias)).strip()
    if bare != alias and len(bare) > 2 and (" " in bare or not bare.islower()):
        yield bare, "name" if " " in bare else "derived"
    if bare in states():
        _, adjectives, people, capitals, others = states()[bare]
        yield from ((n, "name") for n in (states()[bare][0], *others))
        yield from ((n, "people") for n in people)
        yield from ((n, "adjective") for n in adjectives)
        yield from ((n, "capital") for n in capitals)
        return
    words = bare.split()
    if bare.islower() and (len(words) > 1 or bare == alias):
        yield from _plain_forms(words)
    elif len(words) > 1 and words[-1].islower():  # "Latino voter"
        yield from _other_number(words)
    kind = profile_of(alias, entity.is_actor)
    if kind.kind == "person" and len(words) > 1:
        core = [w for w in _SUFFIX.sub("", bare).split() if not re.fullmatch(r"[A-Za-z]\.", w)]
        if len(core) > 1:
            core = [w.capitalize() for w in core] if bare.islower() else core
            last = next((i for i, w in enumerate(core[1:-1], 1) if w.lower() in _PARTICLES), len(core) - 1)
            yield f"{core[0]} {' '.join(core[last:])}", "derived"
            yield from ((f"{other} {' '.join(core[last:])}", "derived") for other in short_names().get(core[0], ()))
            yield " ".join(core), "derived"
            yield " ".join(core[last:]), "surname"
            if last < len(core) - 1:
                yield core[-1], "surname"
        return
    party = _PARTY.match(bare)
    if party:
        for form in _PLURAL_GROUPS.get(party[2], (f"{party[2]}s",) if party[2][-2:] in ("an", "st", "al", "ve") else ()):
            singular = not form.endswith("s") and not form.isupper() and "." not in form and form != "Tories"
            yield (party[1] or "") + form, "adjective" if singular and form != "Labour" else "derived"
        if party[2] in ("Democratic", "Republican"):
            yield party[2], "adjective"
    if not bare[:1].isupper():
        return
    for shorter in _without_state(bare):
        yield shorter, "derived"
        yield from _office_forms(shorter)
    yield from _office_forms(bare)
    for short in _acronyms(bare):
        yield short, "acronym"


_SHORT_NAMES = (
    "Robert Bob Rob Bobby,William Bill Will Billy,Charles Chuck Charlie,Gregory Greg,Joseph Joe,Bernard Bernie,Michael Mike,"
    "James Jim Jimmy,Thomas Tom,Timothy Tim,Ronald Ron,Donald Don,Kenneth Ken,Edward Ed Ted,Steven Steve,Stephen Steve,Daniel Dan,"
    "Richard Dick Rick Rich,Christopher Chris,Matthew Matt,Nicholas Nick,Joshua Josh,Benjamin Ben,Jeffrey Jeff,Douglas Doug,"
    "Samuel Sam,Patrick Pat,Patricia Pat,Elizabeth Liz Beth Betsy,Deborah Deb Debbie,Susan Sue,Katherine Kathy Kate,Jerrold Jerry,"
    "Gerald Jerry,Lawrence Larry,Harold Hal,Rudolph Rudy,Mitchell Mitch,David Dave,Anthony Tony,Andrew Andy Drew,Peter Pete,"
    "Philip Phil,Raymond Ray,Walter Walt,Alexander Alex,Eugene Gene,Frederick Fred,Leonard Len,Randall Randy,Vincent Vince,"
    "Jennifer Jen Jenny,Jacqueline Jackie,Margaret Maggie Meg,Rebecca Becky,Victoria Vicky,Theodore Ted,Jonathan Jon,John Jack"
)
"""Given names and their usual short forms."""


@lru_cache(maxsize=1)
def short_names() -> dict[str, set[str]]:
    """A given name -> others that the same person may go by."""
    out: dict[str, set[str]] = defaultdict(set)
    for group in _SHORT_NAMES.split(","):
        names = group.split()
        for name in names:
            out[name] |= {n for n in (names if name == names[0] else [names[0]]) if n != name}
    return out


def _other_number(words: list[str]) -> Iterator[tuple[str, str]]:
    """The plural of a phrase in the singular, or its singular."""
    *rest, last = words
    if len(last) > 3:
        if last.endswith("ies"):
            yield " ".join([*rest, last[:-3] + "y"]), "name"
        elif last.endswith("s") and not last.endswith("ss"):
            yield " ".join([*rest, last[:-1]]), "name"
        elif last.endswith("y") and last[-2] not in "aeiou":
            yield " ".join([*rest, last[:-1] + "ies"]), "name"
        else:
            yield " ".join([*rest, last + ("es" if last[-1] in "sxz" or last[-2:] in ("ch", "sh") else "s")]), "name"


def _plain_forms(words: list[str]) -> Iterator[tuple[str, str]]:
    """Plural and singular of a phrase in lower case, its head put by a synonym, its last qualifier dropped."""
    yield from _other_number(words)
    cut = next((i for i, w in enumerate(words) if w in ("on", "of", "for", "to", "in", "against", "over", "with")), 0)
    if cut > 1 and words[0] not in _NUMBERS:  # "two years of trenches" is not any two years
        yield " ".join(words[:cut]), "derived"
    heads = next((h for h in HEADS if words[-1] in h), ()) if not cut else ()
    if heads and len(words) > 1:
        for head in heads:
            yield " ".join([*words[:-1], head]), "derived"
            if len(words) > 2:
                yield f"{words[-2]} {head}", "derived"


_NUMBERS = frozenset("one two three four five six seven eight nine ten eleven twelve dozen several many few some half".split())

HEADS: tuple[tuple[str, ...], ...] = (
    ("bill", "legislation", "measure", "act", "law", "proposal", "amendment", "statute"),
    ("deal", "agreement", "accord", "pact", "treaty"),
    ("plan", "proposal", "scheme", "project", "programme", "program"),
    ("ban", "prohibition"),
    ("order", "decree", "directive"),
    ("tax", "levy", "duty"),
    ("talks", "negotiations"),
    ("truce", "ceasefire"),
    ("ruling", "decision", "verdict", "judgment", "judgement"),
    ("shooting", "attack"),
    ("investigation", "inquiry", "probe"),
    ("merger", "takeover"),
    ("strike", "walkout", "stoppage"),
    ("budget",), ("referendum",), ("conference", "congress", "summit"), ("policy",), ("code",), ("rule",), ("reform",),
)  # fmt: skip
"""Nouns that news uses for one another when it comes back to a thing."""


_STATE_PREFIXES = {
    "United States": ("U.S.", "US", "American"),
    "United Kingdom": ("UK", "British"),
    "European Union": ("EU",),
}


def _without_state(name: str) -> Iterator[str]:
    """'United States Senate' and 'Supreme Court of the United States' without the state, and with its short names."""
    for state, shorts in _STATE_PREFIXES.items():
        rest = ""
        if name.startswith(state + " "):
            rest = name[len(state) + 1 :]
        elif name.endswith(" of the " + state):
            rest = name[: -len(" of the " + state)]
        elif name.startswith("U.S. ") and state == "United States":
            rest = name[5:]
        if rest and rest[0].isupper():
            yield rest
            yield from (f"{short} {rest}" for short in shorts)
            if rest == "House of Representatives":
                yield "House"


def _office_forms(name: str) -> Iterator[tuple[str, str]]:
    for head in ("Department", "Ministry"):
        if name.startswith(head + " of ") and " " in name:
            field_ = name[len(head) + 4 :].removeprefix("the ")
            yield f"{field_} {head}", "derived"
            if head == "Department" and field_.count(" ") >= 2:
                yield from ((a, "acronym") for a in _acronyms(field_))
    chamber, on, field_ = name.partition("Committee on ")
    if on and (not chamber or chamber in ("Senate ", "House ", "Select ")):
        yield from ((f"{c}{field_} Committee", "derived") for c in {chamber, ""})
        if chamber:
            yield on + field_, "derived"
    if name.startswith("Court of Appeals for the "):
        circuit = name.removeprefix("Court of Appeals for the ")
        yield circuit, "derived"
        yield f"{circuit} Court of Appeals", "derived"
        number = _ORDINALS.get(circuit.split()[0])
        if number:
            yield circuit.replace(circuit.split()[0], number), "derived"


_ORDINALS = dict(zip("First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth Eleventh".split(),
                     "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th 11th".split(), strict=True))  # fmt: skip


def _acronyms(name: str) -> Iterator[str]:
    """Acronyms of three letters and more, in both spellings: NRA, N.R.A.; with and without the letter of "of"."""
    words = re.findall(r"[A-Za-zÀ-ž]+", re.sub(r"['’]s\b", "", name))
    tight = "".join(w[0] for w in words if w[0].isupper())
    loose = "".join(w[0].upper() for w in words if w[0].isupper() or w == "of")
    for short in dict.fromkeys((tight, loose)):
        if len(short) >= 3 and len(words) >= 3:
            yield short
            yield ".".join(short) + "."
    if len(tight) > 3 and " and " in name:  # CDC drops what follows the last "and"
        head = "".join(w[0] for w in re.findall(r"[A-Za-z]+", name[: name.rindex(" and ")]) if w[0].isupper())
        if len(head) >= 3:
            yield head


@lru_cache(maxsize=100_000)
def head_of(name: str) -> str:
    """The noun that a name turns on, in lower case: "Bank" of "Bank of Oslo", "withdrawal" of "withdrawal of the film"."""
    words = name.lower().split()
    cut = next((i for i, w in enumerate(words) if i and w in _AFTER_HEAD), len(words))
    return words[cut - 1] if words else ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a name says of its bearer: person, state, group or thing; gender m, f or ''; whether "they" fits."""

    kind: str
    gender: str = ""
    plural: bool = False


@lru_cache(maxsize=1)
def states() -> dict[str, tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    """Every name of a state -> (its usual name, adjectives, people, capitals, other names)."""
    out = {}
    for line in _data_lines("states.tsv"):
        name, adjectives, people, capital, others = (line.split("\t") + [""] * 4)[:5]
        row = (name, *(tuple(v for v in cell.split("|") if v) for cell in (adjectives, people, capital, others)))
        for known in (name, *row[4]):
            out[known] = row
    return out  # type: ignore[return-value]


@lru_cache(maxsize=1)
def given_names() -> dict[str, str]:
    """Given name -> m or f."""
    return {name: gender for gender, name in (line.split("\t") for line in _data_lines("given_names.tsv"))}


def _data_lines(name: str) -> list[str]:
    return (resources.files("stance") / name).read_text(encoding="utf-8").splitlines()[1:]


@lru_cache(maxsize=100_000)
def profile_of(name: str, is_actor: bool = True) -> Profile:
    """What a name alone says of its bearer."""
    bare = _ARTICLE.sub("", name)
    if bare in states():
        return Profile("state")
    words = _SUFFIX.sub("", bare).split()
    lower = [w.lower() for w in words]
    gender = given_names().get(words[0].capitalize() if words and words[0].islower() else words[0], "") if words else ""
    if lower and not _GROUP_WORDS.isdisjoint(lower):
        head = head_of(bare)
        plural = (head.endswith("s") and not head.endswith("ss")) or head in ("women", "men", "people")
        return Profile("group", plural=plural or lower[-1] in ("party", "police", "government", "campaign"))
    if not is_actor:
        return Profile("thing", plural=bool(lower) and lower[-1].endswith("s") and not lower[-1].endswith("ss"))
    if 2 <= len(words) <= 5 and "of" not in lower and "for" not in lower:
        if gender:
            return Profile("person", gender)
        if all(w[0].isupper() or w in _PARTICLES for w in words) and not any(w.isupper() and len(w) > 2 for w in words):
            return Profile("person")
    if name.islower() and head_of(name) in _TITLE_WORDS:
        return Profile("person")  # "agriculture minister"
    if name.islower():
        return Profile("group" if lower and lower[-1].endswith("s") else "thing", plural=bool(lower) and lower[-1].endswith("s"))
    return Profile("group" if len(words) > 1 or name.isupper() else "name")


@lru_cache(maxsize=100_000)
def entity_profile(entity: Entity) -> Profile:
    """What an entity's name says of its bearer, and its other names: "the airline" is no person, "the mayor" and "Ms. Obi" are."""
    profile = profile_of(entity.name, entity.is_actor)
    if not entity.is_actor or profile.kind == "state":
        return profile
    for alias in entity.aliases:
        words = fold(alias)
        if not words:
            continue
        if words[0] in _HE or words[0] in _SHE:
            return Profile("person", "m" if words[0] in _HE else "f")
        head = next((words[i - 1] for i, w in enumerate(words) if i and w in _AFTER_HEAD), words[-1])
        if alias.islower() and not profile.gender and profile.kind in ("person", "name", "thing") and head in _BODY_NOUNS:
            return Profile("group")
        if alias.islower() and profile.kind in ("name", "thing") and head in _TITLE_WORDS and words[0] in ("the", "a", "an"):
            return Profile("person")
    return profile


_AFTER_HEAD = frozenset("of for in on at from against over with to".split())
_BODY_NOUNS = _GROUP_WORDS | frozenset(
    "firm operator builder retailer carrier maker contractor utility brewery airline app chain website newspaper magazine".split()
)

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
    "effort plan plans push backing objections rivals strategists operatives state attorneys".split()
)
_TITLE_WORDS = frozenset(
    "president mr mrs ms miss dr prof professor sen senator rep representative gov governor mayor judge justice gen general "
    "col colonel capt captain lt sgt sir lady lord king queen prince princess pope bishop archbishop cardinal rabbi imam "
    "sheikh ayatollah ambassador commissioner secretary speaker chief chairman chairwoman chair director councillor coach "
    "sheriff inspector minister premier chancellor leader attorney spokesman spokeswoman spokesperson congressman "
    "congresswoman nominee lawyer candidate superintendent principal archduke emir sultan father sister brother officer "
    "executive pastor reverend rev deputy detective sergeant major admiral analyst editor envoy economist owner author "
    "activist actor actress singer head member democrat republican whip lawmaker businessman billionaire officials "
    "then-president then-sen then".split()
)
_HE = frozenset("mr sir lord king prince pope bishop archbishop cardinal rabbi imam sheikh ayatollah father brother emir".split())
_SHE = frozenset("mrs ms miss lady queen princess sister".split())


@dataclass
class Reading:
    """What was found in a document.

    Attributes
    ----------
    mentions : per sentence, in order of start; names that no catalogue lists have neither role, they only keep others
        from being taken for them.
    ambiguous : surface -> how often it stood without a way to tell whose it was.
    profiles : entity -> what is known of it, from its name and from the words around it.
    roles : entity -> nouns that the text or the name gives it, such as "president" or "party".
    """

    mentions: list[list[Mention]]
    ambiguous: Counter[str] = field(default_factory=Counter)
    profiles: dict[str, Profile] = field(default_factory=dict)
    roles: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


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
    if "’" in text:
        lower = ["'" if w == "’" else w for w in lower]
    dateline = _DATELINE.match(text) or _DATELINE.search(text, 0, 600)
    place = dateline.span(1) if dateline else (-1, -1)
    outsiders, local = _local_names(text, sentences, catalogue, recognised)
    reading = Reading([])
    full_names = _full_names(text, catalogue, outsiders)
    index, overlay = catalogue.index, local
    entities = catalogue.entities
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
            if (word not in index and word not in overlay) or place[0] <= starts[at] < place[1]:
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
                    options.append((length, fit))
                    for alias in fit:
                        if alias.how not in ("surname", "adjective", "capital"):
                            evidence[alias.entity].add(
                                alias.surface if _is_plain(alias.surface) and alias.surface != alias.entity else ""
                            )
            if options:
                here.append((at, options))
        hits.append(here)
        bounds.append((first, stop))
        i = stop
    large = len(entities) > _LARGE
    # an entity that a large catalogue only describes by one plain noun ("the court") is not meant by each such noun
    # nor, in the catalogue that ships, by any number of them
    vague = {e for e, ways in evidence.items() if large and "" not in ways and (len(ways) < 2 or catalogue.discover)}
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
                owners = [o for o in dict.fromkeys(a.entity for a in fit) if o not in vague]
                if not owners:
                    continue
                if len(owners) > 1:
                    owners = _choose(owners, at, first, lower, named, evidence)
                if len(owners) != 1:
                    reading.ambiguous[surface] += 1
                    until = at + length
                    break
                name = owners[0]
                entity = entities.get(name)
                acts, aimed = (entity.is_actor, entity.is_target) if entity else (catalogue.discover,) * 2
                found.append(Mention(starts[at], ends[at + length - 1], surface, name, acts, aimed))
                if fit[0].how not in ("surname", "adjective", "capital"):
                    named.add(name)
                _learn(reading, name, entity, at, at + length, first, words, lower)
                until = at + length
                break
        if catalogue.phrases:
            found += _described(catalogue, found, first, stop, starts, ends, lower, text)
            found.sort(key=lambda m: m.start)
        reading.mentions.append(found)
    return reading


_LARGE = 200
"""A catalogue with more entities was not made for the article at hand."""


def _is_plain(alias: str) -> bool:
    """Whether an alias is a plain noun, or an office, with or without article: "the court", "nurses", "the prime minister"."""
    words = [w for w in alias.split() if w not in _LITTLE]
    return alias.islower() and (len(words) <= 1 or (len(words) == 2 and words[-1] in _TITLE_WORDS))


_LITTLE = frozenset("the a an this that its his her their our".split())


def _choose(
    owners: list[str], at: int, first: int, lower: list[str], named: set[str], evidence: dict[str, set[str]]
) -> list[str]:
    """Of several owners of a name those whom the text has named before, or names otherwise; by Mr or Ms, if need be."""
    before = [o for o in owners if o in named] or [o for o in owners if "" in evidence[o]]
    title = lower[at - 1] if at > first else ""
    title = lower[at - 2] if title == "." and at - 1 > first else title
    if len(before) > 1 and (title in _HE or title in _SHE):
        before = [o for o in before if profile_of(o).gender == ("m" if title in _HE else "f")]
    return before


def _described(
    catalogue: Catalogue,
    found: Sequence[Mention],
    first: int,
    stop: int,
    starts: list[int],
    ends: list[int],
    lower: list[str],
    text: str,
) -> list[Mention]:
    """Mentions of things by most of the content words of their description, close together, in any order."""
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
            if phrase.entity in named or phrase in tried:
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
    if how == "name" or how == "people":
        return not (i == first and j - i == 1 and after in _PORTFOLIO and profile_of(alias.entity).kind != "state")
    before = lower[i - 1] if i > first else ""
    if how == "adjective":
        wanted = _OF_PARTY if "Party" in alias.entity else _OF_STATE
        return after.lower() in wanted or (alias.surface[-1] == "." and after[:1].islower() and after.lower() in wanted)
    if how == "capital":
        if before in _PLACE or after in ("(", "—", "–", "-") or (after == "," and before in ("", ",")):
            return False
        return not (at < 40 and i - first < 3 and any(w in ("—", "–", "-") for w in words[j : j + 6]))
    if j - i > 1 and how != "surname":
        return True
    if how == "acronym":
        return True
    if alias.surface.islower():
        return True
    # one capitalised word: not a part of somebody else's name
    if before and words[i - 1][0].isupper() and before not in _TITLE_WORDS and i - 1 > first and before not in ("the", "u", "s"):
        return how == "surname" and before == alias.entity.split()[0].lower()
    if before == "." and i - 2 >= first and len(words[i - 2]) == 1 and words[i - 2] not in "S":
        return False
    if after and after[0].isupper() and lower[j] not in ("jr", "sr", "i", "and") and how == "surname" and len(after) > 1:
        return False
    if after in ("-", "‑") and j + 1 < stop and words[j + 1][0].isupper():
        return False
    if how == "surname":
        known = full_names.get(lower[j - 1])
        if known:
            if alias.entity in known:
                return True
            if at > min(known.values()):  # the surname of somebody whom the text has named, or will be taken for him
                return False
            if lower[j - 1] not in _COMMON_SURNAMES:
                known[alias.entity] = at
                return True
        if lower[j - 1] in _COMMON_SURNAMES:
            return before in _TITLE_WORDS or (before == "." and i - 2 >= first and lower[i - 2] in _TITLE_WORDS)
    return True


_PORTFOLIO = frozenset("minister ministry secretary".split())
"""After the first word of a sentence these make it a field of government: "Labour minister Ada Obi"."""


def _same_case(surface: str, alias: str) -> bool:
    """An alias in lower case stands in any; the capitals of another must be there, or all be capitals."""
    if surface == alias or alias.islower():
        return True
    if surface.isupper():
        return len(surface) > 2 or alias.isupper()
    have, want = surface.split(), alias.split()
    if len(have) == len(want) + 1 and len(have[1]) == 2 and have[1][1] == ".":
        del have[1]
    if len(have) != len(want) or len(want) < 2:
        return surface.replace("’", "'") == alias.replace("’", "'")
    return all(h[0].isupper() or not w[0].isupper() for h, w in zip(have, want, strict=True)) and (
        not alias.isupper() or surface.isupper()
    )


def _learn(
    reading: Reading, name: str, entity: Entity | None, i: int, j: int, first: int, words: list[str], lower: list[str]
) -> None:
    """Note what the words before a name say of its bearer: gender and roles."""
    profile = reading.profiles.get(name)
    if profile is None:
        profile = reading.profiles[name] = entity_profile(entity) if entity else profile_of(name)
        if profile.kind == "person" and not profile.gender and not entity and i > first and lower[i - 1] in _PLACE:
            profile = reading.profiles[name] = Profile("place")  # "a teacher from La Serena"
        if profile.kind != "person":
            reading.roles[name].update(lower[i:j][-1:] if profile.kind == "group" else ())
            reading.roles[name].add(head_of(name))
            if profile.kind == "thing" and name.split()[-1].lower() not in _TITLE_WORDS:
                reading.roles[name].add(name.split()[-1].lower())
    if profile.kind in ("state", "thing", "place"):
        return
    if profile.kind in ("person", "name") and not profile.gender and _is_body(i, j, first, words, lower):
        profile = reading.profiles[name] = Profile("group")
    k = i - 1
    while k >= first and i - k < 7 and (lower[k] in _TITLE_WORDS or lower[k] == "." or (words[k][0].isupper() and k > first)):
        title = lower[k]
        if title in _TITLE_WORDS:
            if profile.kind in ("person", "name") and (title in _HE or title in _SHE):
                profile = reading.profiles[name] = Profile("person", "m" if title in _HE else "f")
            elif profile.kind == "name":
                profile = reading.profiles[name] = Profile("person", profile.gender)
            if profile.kind == "person":
                reading.roles[name].add(_LONG_TITLES.get(title, title))
        k -= 1


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
    if len(after) > 3 and after[0] == "," and after[1] in ("a", "an", "the"):
        stop = next((k for k in range(2, len(after)) if after[k] in _AFTER_HEAD or after[k] in (",", "that", "which", ".")), 0)
        return stop > 2 and after[stop - 1] in _BODY_NOUNS
    return False


_BODY_TITLES = frozenset(
    "firm company airline app group chain bank brewery operator retailer carrier maker builder website newspaper magazine".split()
)
_OF_COMPANY = frozenset(
    "shares shareholders headquarters subsidiary subsidiaries customers board ceo profits president chairman chairwoman".split()
)

_LONG_TITLES = {
    **{"sen": "senator", "rep": "representative", "gov": "governor", "gen": "general", "prof": "professor"},
    **{"dr": "doctor", "col": "colonel", "capt": "captain", "premier": "minister"},
}


# -- names that no catalogue lists

_UP = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶŁŃŇŌŐŒŘŚŞŠŢŤŪŮŰŹŻŽȘȚ"
_STOPPED = "|".join(rf"(?<=\b{w})" for w in (f"[{_UP}]", "Mr", "Ms", "Dr", "St", "Mrs", "Sen", "Rep", "Gov", "Gen"))
_RUN = re.compile(
    rf"(?<![\w’'-])[{_UP}][\w’'-]*(?:(?: (?:of|for) (?:the )?| and |(?:{_STOPPED})\. | |-)?"
    rf"(?:(?:al|bin|ibn|van|von|de|da|del|di|el|der|den|dos)[ -])*(?<=[ -])[{_UP}][\w’'-]*)*"
)
"""A run of capitalised words, the small words of names among them."""
_DATELINE = re.compile(
    rf"^([{_UP}][{_UP} .'’/-]{{2,40}}(?:, [{_UP}][\w. ]{{1,25}}?)?)(?: \([^)\n]{{2,40}}\))? ?(?:—|–|--|-) ", re.MULTILINE
)
_INTRODUCED = re.compile(rf" \((?:the |or |known as )?[“\"']?([{_UP}][{_UP}&.-]{{1,9}})[”\"']?[,)]")
_SPEECH = re.compile(
    r"\s*(?:,[^,.]{3,60},|,)?\s*(?:said|says|told|added|argued|warned|insisted|called|wrote|tweeted|accused|welcomed|rejected|"
    r"opposed|praised|condemned|criticised|criticized|backed|denied|announced|urged|vowed)\b"
)
_STOP = frozenset(
    "The A An In On At For But And Or If When While After Before As By With From To Of He She It They We I You This That "
    "These Those His Her Its Their Our My Not No Yes Monday Tuesday Wednesday Thursday Friday Saturday Sunday January "
    "February March April May June July August September October November December Mr Mrs Ms Dr So Yet Since Under Over "
    "Last Next Now Then There Here What Who Why How Some Many Most All Both Each Only Also Even Still Later Earlier Today "
    "Yesterday Instead Meanwhile However Once Among Against According Asked Despite During Until Inside Outside Nobody "
    "Everyone Photo Reuters AP AFP Image Credit Updated Published".split()
)


class Outsiders(NamedTuple):
    """Names in a text that no catalogue lists: all of them, and the surnames of persons."""

    names: list[str]
    surnames: list[tuple[str, str]]


def _local_names(
    text: str, sentences: Sequence[Sentence], catalogue: Catalogue, recognised: Sequence[str]
) -> tuple[Outsiders, Index]:
    """Names outside the catalogue, and the aliases that hold in this text only: introduced in brackets, surnames."""
    aliases: list[Alias] = []
    for m in _INTRODUCED.finditer(text):
        aliases += _introduced(text, m.start(), m[1].rstrip("."), catalogue)
    aliases += _epithets(text, catalogue)
    names: list[str] = []
    surnames: list[tuple[str, str]] = []
    introduced = {a.surface for a in aliases}
    found = discover_names(text, sentences, every=not catalogue.discover)
    for name in dict.fromkeys((*found, *recognised)):
        tail = " ".join(name.split()[-2:])
        listed = any(_known(part, catalogue) for part in (*name.split(" and "), tail))
        if name in introduced or listed or _ends_known(name, catalogue):
            continue
        names.append(name)
        aliases.append(Alias(name, name, "name"))
        words = _SUFFIX.sub("", name).split()
        if profile_of(name).kind == "person" and len(words) > 1:
            surnames.append((words[-1].lower(), name))
            if not _known(words[-1], catalogue):
                aliases.append(Alias(words[-1], name, "surname"))
    return Outsiders(names, surnames), build_index(aliases)


def _ends_known(name: str, catalogue: Catalogue) -> bool:
    """Whether the last word alone is in the catalogue and more than a surname: the Republican-led Senate."""
    words = fold(name.split()[-1])
    return any(a.how != "surname" for _, t in catalogue.index.get(words[0], ()) for a in t.get(words, ())) if words else True


def _known(name: str, catalogue: Catalogue) -> bool:
    words = fold(name)
    return any(words in table for _, table in catalogue.index.get(words[0], ())) if words else True


def _introduced(text: str, at: int, short: str, catalogue: Catalogue) -> list[Alias]:
    """The aliases that "Long Name (LN)" introduces, `at` where the long name ends."""
    before = WORD.findall(text, max(0, at - 120), at)
    letters = short.replace(".", "").replace("-", "").replace("&", "")
    for n in range(min(len(before), 10), 0, -1):  # the longest name that the catalogue has, ending at the bracket
        words = tuple(w.lower().replace("’", "'") for w in before[-n:])
        for length, table in catalogue.index.get(words[0], ()):
            if length == n and words in table:
                owners = {a.entity for a in table[words] if a.how == "name" or n > 1}
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
    words = fold(short)
    owners = {a.entity for length, table in catalogue.index.get(words[0], ()) for a in table.get(words, ())}
    if len(owners) == 1:  # the catalogue has the acronym: the long name is another name of it
        return [Alias(long, owners.pop(), "name")]
    return [Alias(short, long, "name"), Alias(long, long, "name")]


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
_PLACES = "|".join(_STATES_OF_US.values())
_OFFICES = {"Sen": "senator", "Senator": "senator", "Rep": "representative", "Representative": "representative"} | {
    **{"Gov": "governor", "Governor": "governor", "Congressman": "congressman", "Congresswoman": "congresswoman"}
}
_PARTIES = {"R": "Republican", "D": "Democrat", "I": "independent"}
_OF_PLACE = re.compile(
    rf"(?:\b(?P<before>{_PLACES}) )?\b(?:(?P<office>{'|'.join(_OFFICES)})\.? )?"
    rf"(?P<name>[{_UP}][\w’'-]+(?: (?:[A-Z]\.|[{_UP}][\w’'-]+)){{0,3}})"
    rf"(?:(?: \(|, )(?P<party>[RDI])-(?P<short>[A-Z][\w.]*?(?: [A-Z][a-z]+)?)\.?[,)]"
    rf"|, (?:an? )?(?P<place>{_PLACES}) (?P<side>Republican|Democrat|independent)\b| of (?P<of>{_PLACES})\b)?"
)


def _epithets(text: str, catalogue: Catalogue) -> Iterator[Alias]:
    """What a text may call a politician of a state of the US whom it introduced as such: "the Kentucky Republican", "the Iowa senator"."""
    for m in _OF_PLACE.finditer(text):
        place = m["before"] or m["place"] or m["of"] or _STATES_OF_US.get(m["short"] or "", m["short"])
        if not place or not (m["office"] or m["party"] or m["side"]):
            continue
        nouns = [_OFFICES[m["office"]], "lawmaker"] if m["office"] else []
        nouns += [m["side"] or _PARTIES[m["party"]]] if m["side"] or m["party"] else []
        words = fold(m["name"])
        tails = (words[i:] for i in range(len(words)))
        known = ({a.entity for n, t in catalogue.index.get(w[0], ()) if n == len(w) for a in t.get(w, ())} for w in tails)
        owners = next(filter(None, known), {m["name"]} if " " in m["name"] else set())
        if len(owners) == 1:
            owner = owners.pop()
            yield from (Alias(f"{place} {noun}", owner, "name") for noun in nouns)


def _full_names(text: str, catalogue: Catalogue, outsiders: Outsiders) -> dict[str, dict[str, int]]:
    """Surname in lower case -> the persons whose full name stands in the text, in the catalogue or not, and where first."""
    out: dict[str, dict[str, int]] = defaultdict(dict)
    for surname, name in outsiders.surnames:
        out[surname].setdefault(name, text.find(name.split()[0]) if name not in text else text.find(name))
    for m in _RUN.finditer(text):
        if " " not in m.group():
            continue
        words = fold(m.group())
        for i in range(len(words) - 1):
            for length, table in catalogue.index.get(words[i], ()):
                if length > 1:
                    for alias in table.get(words[i : i + length], ()):
                        if alias.how in ("name", "derived"):
                            out[words[i + length - 1]].setdefault(alias.entity, m.start())
    return out


def discover_names(text: str, sentences: Sequence[Sentence], every: bool = False) -> list[str]:
    """Actors that the text itself names: names with titles, bodies, names that speak or recur; or every full name."""
    names: Counter[str] = Counter()
    sure: dict[str, None] = {}
    for m in _RUN.finditer(text):
        run = m.group()
        if "\n" in run or (run.isupper() and " " in run):
            continue
        together = not _GROUP_WORDS.isdisjoint(run.lower().split()) and run.split()[0] not in given_names()
        for piece in [run] if together else run.split(" and "):
            words, titled = _strip_titles(piece.replace(". ", " ").split())
            if not words:
                continue
            words[-1] = re.sub(r"['’]s?$", "", words[-1])
            name = " ".join(words)
            if len(name) < 3 or name in _STOP:
                continue
            names[name] += 1
            speaks = bool(_SPEECH.match(text, m.end())) or (len(words) in (2, 3) and words[0] in given_names())
            body = not _GROUP_WORDS.isdisjoint(w.lower() for w in words)
            if (titled and "of" not in words and "for" not in words) or (len(words) > 1 and (speaks or body)):
                sure[name] = None
    fuller: dict[str, str] = {}  # last word -> the first name of several words that ends in it
    for name in names:
        if " " in name and " and " not in name:
            fuller.setdefault(name.rpartition(" ")[2], name)
    for name in [n for n in sure if n in fuller]:  # "Ms. Delmar" is the Rosa Delmar of the sentence before
        del sure[name]
        sure[fuller[name]] = None
    for name, count in names.items():
        if " " in name and (count >= 2 or every) and " and " not in name and name not in sure:
            sure[name] = None
    return list(sure)


def _strip_titles(words: list[str]) -> tuple[list[str], bool]:
    """A capitalised run without what comes before the name in it, and whether that was a title.

    >>> _strip_titles("Senate Majority Leader Ada Obi of Lagos".split())
    (['Ada', 'Obi'], True)
    """
    titled = False
    body = any(w.lower() in _GROUP_WORDS for w in words[2:] if w.lower() != "house")
    last = -1
    for i, word in enumerate(words[:-1]):
        plain = word.lower().strip(".").split("-")[-1]
        if plain in _TITLE_WORDS and not (body and i and words[i + 1].lower() in _GROUP_WORDS):
            last, titled = i, True
        elif (word in _STOP and i == last + 1) or (word.endswith(("’s", "'s")) and i - last < 3):
            last = i
    words = words[last + 1 :]
    if titled and words[:1] == ["of"]:  # Secretary of State Ada Obi
        words = words[2:]
    if words and words[0] in _STOP:
        words = words[1:]
    person = "of" in words[2:3] and _GROUP_WORDS.isdisjoint(w.lower() for w in words[:2])  # Tomas Quirk of the Greens
    if words and (titled or person or words[0] in given_names()):
        cut = next((i for i, w in enumerate(words) if w in ("of", "for", "and")), len(words))
        if cut > 1 or titled:
            words = words[:cut]
        words = [w for i, w in enumerate(words) if not (0 < i < len(words) - 1 and len(w.strip(".")) == 1)]
    return words, titled
