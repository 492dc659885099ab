"""The catalogue of entities, and finding their mentions in a document."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

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
    """Where an entity stands in a document: `text[start:end] == surface`."""

    start: int
    end: int
    surface: str
    entity: str
    is_actor: bool
    is_target: bool


@dataclass
class Catalogue:
    """The entities to look for, indexed by the first word of each alias.

    `discover` says whether the names that a text itself gives to actors count too.
    """

    entities: dict[str, Entity]
    discover: bool = False
    index: dict[str, list[tuple[tuple[str, ...], str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        index: dict[str, list[tuple[tuple[str, ...], str, str]]] = defaultdict(list)
        for entity in self.entities.values():
            for alias in dict.fromkeys((entity.name, *entity.aliases)):
                words = tuple(w.lower() for w in WORD.findall(alias))
                if words:
                    index[words[0]].append((words, alias, entity.name))
        self.index = {k: sorted(v, key=lambda a: -len(a[0])) for k, v in index.items()}


WORD = re.compile(r"\w+|[^\w\s]")


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
    for name, entity in entities.items():
        above, path = entity.affiliation, [name]
        while above:
            if above not in entities:
                raise InputError(f"{file}:{lines[path[-1]]}: affiliation {above!r} of {path[-1]!r} is not in the catalogue")
            if above in path:
                raise InputError(f"{file}:{lines[name]}: affiliation runs in a circle: {' > '.join([*path, above])}")
            path.append(above)
            above = entities[above].affiliation
    return Catalogue(entities, discover)


def _split(value: object) -> tuple[str, ...]:
    return tuple(v.strip() for v in as_text(value).split("|") if v.strip())


# ---------------------------------------------------------------------------------------------- mentions


def find_mentions(text: str, sentences: Sequence[Sentence], catalogue: Catalogue) -> list[list[Mention]]:
    """The mentions of each sentence, in order of their start; none overlap, the longest match wins.

    Names and aliases match as whole words. An alias with a capital matches in that case only (or in capitals
    throughout); one in lower case matches in any. A surname matches once the full name of a person has stood.
    """
    names = discover_names(text, sentences) if catalogue.discover else []
    known = catalogue
    extra = [n for n in names if not any(n == a for a in _aliases_of(catalogue, n))]
    found = [_match(text, s, [known]) for s in sentences]
    if extra:
        introduced = Catalogue({n: Entity(n) for n in extra})
        found = [_merge(f, _match(text, s, [introduced])) for f, s in zip(found, sentences, strict=True)]
    surnames: dict[str, str] = {}
    out = []
    for sentence, mentions in zip(sentences, found, strict=True):
        if surnames:
            local = Catalogue({f"{s}": Entity(s) for s in surnames})
            for m in _match(text, sentence, [local]):
                owner = catalogue.entities.get(surnames[m.entity], Entity(surnames[m.entity]))
                m = Mention(m.start, m.end, m.surface, owner.name, owner.is_actor, owner.is_target)
                mentions = _merge(mentions, [m])
        for m in mentions:
            words = m.surface.split()
            if 2 <= len(words) <= 4 and all(w[0].isupper() for w in words) and _is_person(m.entity, catalogue):
                surname = words[-1]
                if surnames.setdefault(surname, m.entity) != m.entity:
                    surnames.pop(surname)  # two bearers of one surname: never guessed
        out.append(mentions)
    return out


def _aliases_of(catalogue: Catalogue, name: str) -> list[str]:
    words = [w.lower() for w in WORD.findall(name)]
    return [alias for _, alias, _ in catalogue.index.get(words[0], [])] if words else []


_NOT_PERSON = re.compile(
    r"\b(?:Party|Committee|Union|Council|Court|Bank|Ministry|Front|State|States|House|Congress|Parliament|Agency|Army|"
    r"Republic|Kingdom|Federation|Association|Company|Commission|University|Club|Group|Fund|Institute|Board|of|the)\b"
)


def _is_person(name: str, catalogue: Catalogue) -> bool:
    entity = catalogue.entities.get(name)
    if entity and not entity.is_actor:
        return False
    return len(name.split()) in (2, 3, 4) and not _NOT_PERSON.search(name)


def _merge(first: list[Mention], more: list[Mention]) -> list[Mention]:
    kept = list(first)
    for m in more:
        if all(m.end <= k.start or k.end <= m.start for k in kept):
            kept.append(m)
    return sorted(kept, key=lambda m: m.start)


def _match(text: str, sentence: Sentence, catalogues: list[Catalogue]) -> list[Mention]:
    tokens = [(m.start(), m.end(), m.group()) for m in WORD.finditer(text, sentence.start, sentence.end)]
    lower = [t[2].lower() for t in tokens]
    out: list[Mention] = []
    i = 0
    while i < len(tokens):
        step = 1
        for catalogue in catalogues:
            hits = []
            for words, alias, name in catalogue.index.get(lower[i], ()):
                if hits and len(words) < hits[0][0]:
                    break
                if tuple(lower[i : i + len(words)]) == words:
                    start, end = tokens[i][0], tokens[i + len(words) - 1][1]
                    if _same_case(text[start:end], alias):
                        hits.append((len(words), start, end, name))
            owners = {h[3] for h in hits}
            if len(owners) == 1:
                n, start, end, name = hits[0]
                entity = catalogue.entities[name]
                out.append(Mention(start, end, text[start:end], name, entity.is_actor, entity.is_target))
                step = n
                break
        i += step
    return out


def _same_case(surface: str, alias: str) -> bool:
    if alias.islower():
        return True
    return surface == alias or surface.isupper() or re.sub(r"\s+", " ", surface) == alias


# -- names that no catalogue lists

_TITLES = (
    "President|Prime Minister|Vice President|Chancellor|Minister|Premier|Senator|Sen|Rep|Representative|Gov|Governor|"
    "Mayor|Judge|Justice|Gen|General|Col|Colonel|Capt|Captain|Lt|Sgt|Dr|Prof|Professor|Mr|Mrs|Ms|Miss|Sir|Lady|Lord|King|"
    "Queen|Prince|Princess|Pope|Bishop|Archbishop|Cardinal|Rabbi|Imam|Sheikh|Ayatollah|Ambassador|Commissioner|Secretary|"
    "Speaker|Chief|Chairman|Chairwoman|Director|Councillor|Coach|Sheriff|Inspector"
)
_NAME = r"[A-Z][\w’'-]*[a-z][\w’-]*(?:[ ](?:(?:al|bin|van|von|de|da|del|di|el|la|le|der|den|ten|ibn)[ -])*[A-Z][\w’-]+){0,3}"
_TITLED = re.compile(rf"\b(?:{_TITLES})\.? ((?!(?:{_TITLES})\b){_NAME})")
_FULL = re.compile(r"(?<![\w’'-])[A-Z][a-zà-öø-ÿ’-]+(?: [A-Z]\.)?(?: (?:al|bin|van|von|de|da|del|di|el|la|le|der|den)[ -])? ?(?:[A-Z][\w’-]*[a-z][\w’-]*)(?: [A-Z][\w’-]*[a-z][\w’-]*){0,2}(?![\w])")
_ACRONYM = re.compile(r"((?:[A-Z][\w’-]+(?: (?:of|for|and|the|on|de|in) (?:the )?| )){1,7}[A-Z][\w’-]+) \(([A-Z][A-Z&-]{1,9})\)")
_SPEECH = re.compile(r"\s*(?:,[^,.]{3,60},)?\s*(?:said|says|told|added|argued|warned|insisted|called|wrote|tweeted|accused|welcomed|rejected|opposed|praised|condemned|criticised|criticized|backed|denied|announced|urged|vowed)\b")
_STOP = set("The A An In On At For But And Or If When While After Before As By With From To Of He She It They We I You This That These Those His Her Its Their Our My Not No Yes Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November December Mr Mrs Ms Dr".split())


def discover_names(text: str, sentences: Sequence[Sentence]) -> list[str]:
    """Actors that the text itself names: names with titles, acronyms introduced in brackets, names that speak or recur."""
    names: Counter[str] = Counter()
    sure: set[str] = set()
    for m in _TITLED.finditer(text):
        sure.add(_trim(m.group(1)))
    for m in _ACRONYM.finditer(text):
        sure.update((m.group(2), _trim(m.group(1))))
    for sentence in sentences:
        for m in _FULL.finditer(text, sentence.start, sentence.end):
            name = _trim(m.group())
            if not name or " " not in name or name.isupper():
                continue
            names[name] += 1
            if _SPEECH.match(text, m.end()):
                sure.add(name)
    out = [n for n in dict.fromkeys([*sorted(sure), *sorted(names)]) if n and (n in sure or names[n] >= 2)]
    return [n for n in out if n.split()[0] not in _STOP]


def _trim(name: str) -> str:
    words = name.split()
    while words and (words[0] in _STOP or re.fullmatch(_TITLES, words[0])):
        words.pop(0)
    if words:
        words[-1] = re.sub(r"['’]s?$", "", words[-1])
    return " ".join(words)
