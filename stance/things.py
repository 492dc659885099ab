"""What a text is about that bears no name of its own: "the gun bill", "a ban on cluster bombs", "same-sex marriage".

A catalogue lists such things best. Where a text is read without one of its own, those count of which the text says more than
what kind of thing they are, and to which it comes back.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from stance.grammar import CLOSED, word_set
from stance.lexicon import forms_by_first_word, verb_lemmas
from stance.names import HEADS, LAWS, head_of, phrase_stem

_LAWS = "bill legislation measure law proposal amendment statute resolution initiative motion petition mandate plan scheme project"
_ACTIONS = (
    "repeal abolition expansion extension closure construction withdrawal legalisation legalization privatisation privatization "
    "nationalisation nationalization annexation nomination appointment deportation extradition takeover sale demolition "
    "cancellation funding occupation invasion bombing recall removal rollback"
)
_CURBS = (
    "ban prohibition tax levy tariff duty sanction restriction curb limit cap quota moratorium embargo boycott blockade tariffs "
    "sanctions restrictions curbs limits"
)
_PACTS = "deal agreement accord pact treaty truce ceasefire merger negotiations talks"
_OTHERS = (
    "programme program decree directive ruling verdict investigation inquiry probe strike walkout budget referendum summit policy "
    "reform overhaul rule curfew lockdown shutdown pipeline dam mine wall motorway bypass runway refinery bailout stimulus "
    "subsidy airstrikes offensive subpoena lawsuit bid offer cut hike package amnesty pardon rights control ceiling vaccination "
    "deployment experiment increase rollout"
)
THINGS = frozenset(f"{_LAWS} {_ACTIONS} {_CURBS} {_PACTS} {_OTHERS}".split())
"""The nouns by which a text comes to speak of a thing that has no name."""

_ON = "on|against|over"
_LINKS = {  # what may follow each to say which one it is
    **dict.fromkeys(_LAWS.split(), r"to|that (?:would|will)|which (?:would|will)|\w{3,12}ing"),
    **dict.fromkeys(_ACTIONS.split(), "of"),
    **dict.fromkeys(_CURBS.split(), _ON),
    **dict.fromkeys(_PACTS.split(), "with"),
    **{"reform": "of", "cut": "to", "subsidy": "for", "lawsuit": r"\w{3,12}ing", "war": _ON, "bid": "to", "referendum": "on"},
}
_ISSUES = {
    issue: group.split("|")[0]
    for group in (
        *("gun control", "abortion", "abortion rights", "same-sex marriage|same sex marriage|gay marriage", "free trade", "fracking"),
        *("death penalty|capital punishment", "net neutrality", "nuclear power|nuclear energy", "affirmative action", "euthanasia"),
        *("assisted dying|assisted suicide", "birthright citizenship", "illegal immigration", "mass surveillance", "rent control"),
        *("universal basic income", "minimum wage", "fox hunting", "commercial whaling", "deep-sea mining", "offshore drilling"),
        *("conscription", "gerrymandering", "filibuster", "facial recognition", "school vouchers|school choice", "impeachment"),
        *("critical race theory", "solitary confinement", "conversion therapy", "gender-affirming care", "tuition fees"),
        *("proportional representation", "carbon pricing", "vaccine passports", "mask mandates|mask mandate", "compulsory voting"),
        *("Scottish independence", "Catalan independence", "Irish unification|united Ireland", "climate change denial"),
    )
    for issue in group.split("|")
}
"""What people are for or against without anybody having moved it -> what it is called."""
_ISSUE = re.compile(rf"\b(?:{'|'.join(sorted(_ISSUES, key=len, reverse=True))})\b(?![-’'])", re.IGNORECASE)

_KIND = "|".join(sorted((h if h[-1] == "s" else f"{h}s?" if h[-1] != "y" else f"(?:{h}|{h[:-1]}ies)" for h in THINGS), key=len, reverse=True))
_HEAD = re.compile(rf"\b(?P<head>{_KIND})\b(?![-’'])(?= (?P<after>[^\n.,;:!?…“”\"()—–]{{2,120}})|)")
_BEFORE = re.compile(r"(?:(?<![\w’'.-])[\w-]{1,25} ){1,5}\Z")
_BARE = re.compile(rf"\b(?:the|this|that|such an?|these|those|its?|his|her|their) (?P<head>{_KIND})\b(?![-’'])", re.IGNORECASE)

_BODIES = (
    "union group federation council board committee commission ministry association party administration coalition government "
    "regime industry company firm lobby authority police army opposition court officials lawmakers legislators activists "
    "protesters demonstrators residents villagers farmers workers teachers students nurses doctors scientists fishermen rebels "
    "militants separatists leaders mayors governors ministers advocates campaigners survivors parents voters patients tenants "
    "landlords drivers pilots miners judges lawyers prosecutors chiefs bishops investors shareholders business"
).split()
_BODY = re.compile(
    rf"\b(?P<head>{'|'.join(sorted((h if h[-1] == 's' or h == 'police' else f'{h[:-1]}(?:y|ies)' if h[-1] == 'y' else f'{h}s?' for h in _BODIES), key=len, reverse=True))})\b(?![-’'])"
    r"(?= (?P<after>\w{2,15}(?: \w{2,15})?)|)"
)
_UNTOLD = word_set(
    "proposed controversial new current latest draft landmark sweeping big major massive bipartisan long-awaited so-called same "
    "whole entire first second third last next final original revised amended old other similar rival own planned pending recent "
    "previous future early tough tougher strict stricter strong stronger bold ambitious historic huge vast key main central good "
    "bad better great important possible potential likely full partial total formal official public private joint special "
    "emergency comprehensive contentious contested disputed unpopular popular simple single separate broad broader wider general "
    "specific particular further additional more several many few various multiple numerous different certain real actual "
    "would-be two three four five six seven eight nine ten dozen hundred thousand million billion trillion wide-ranging "
    "far-reaching hard-fought divisive high-profile unprecedented unanimous narrow compromise year month week day late former "
    "rejected stalled existing larger greater smaller higher longstanding long-standing subsequent independent fair opening coming impending expensive lower "
    "federal local national state irrational modest successful presidential closed-door in-house near-term legal costly secret senior frequent majority angry unnamed"
)
"""Words before a thing that do not say which one it is."""
_OPEN = word_set("a an the this that these those its his her their our my your such any no some every each of on for against 's ’s")
_STOPS = word_set(
    "and but or that which who when while if because after before until as by in at from since is are was were be been has have had "
    "would will can could may might must should said says than during under despite through without about into amid where along either neither whenever wherever lest whether than unless though"
)
_BEFORE_VERB = word_set("to will would can could may might must should not we they i you he she it who please let")
_DAY = re.compile(r"(?:the )?(?:\w{2,6}day|weekend|week|month|year|night)s?\b", re.IGNORECASE)
_NOUNS = word_set(
    "gun tax border trade spending funding voting housing police health water gas export import land mask vaccine school budget "
    "debt peace truce work labour labor ship fish farm mine rail wage rent fuel power control reform protest fine stimulus "
    "sentencing drinking gambling mining drilling logging hunting fishing whaling shipping banking building parking smoking "
    "bottling grazing relief rescue aid transport research drug arms race climate cut benefit travel"
)
"""Verbs that before a thing are mostly nouns: "tax bill"."""
_TELLING = word_set("saying stating calling including according concerning regarding making being coming going making")
_REACH = 7  # words after a thing that say which one


@dataclass
class _Thing:
    """A thing as a text describes it: what it is called, what makes it this one, and how the text writes it."""

    name: str
    stems: frozenset[str]
    surfaces: list[str]
    after: bool  # told by what follows it


def discover_things(text: str) -> Iterator[tuple[str, list[str]]]:
    """Name and surfaces of each thing that a text describes and comes back to, and of the issues that it speaks of.

    >>> dict(discover_things("The Senate took up a ban on cluster bombs. Ada Obi wants the ban. Gun control was not raised."))
    {'ban on cluster bombs': ['ban on cluster bombs'], 'gun control': ['Gun control']}
    """
    by_kind: dict[str, list[_Thing]] = defaultdict(list)
    for kind, thing in _described(text):
        same = next((t for t in by_kind[kind] if t.stems <= thing.stems or thing.stems <= t.stems), None)
        if same is None:
            by_kind[kind].append(thing)
        else:
            same.surfaces += thing.surfaces
            if len(thing.stems) < len(same.stems):
                same.name, same.stems = thing.name, thing.stems
    comes_back = {_kind_of(m["head"]) for m in _BARE.finditer(text)}
    for kind, things in by_kind.items():
        recurring = [t for t in things if len(t.surfaces) > 1]
        if not recurring and kind in comes_back and [t.after for t in things] in ([True], [False], [True, False], [False, True]):
            things[0].surfaces += things[-1].surfaces  # "gun bill" in a headline, then "a bill that would ban the sale"
            recurring = things[:1]
        for thing in recurring:
            yield thing.name, list(dict.fromkeys(thing.surfaces))
    yield from _bodies(text)
    issues: dict[str, dict[str, None]] = defaultdict(dict)
    for m in _ISSUE.finditer(text):
        issues[_ISSUES.get(m.group(), _ISSUES.get(m.group().lower(), m.group()))][m.group()] = None
    for issue, surfaces in issues.items():
        yield issue, list(surfaces)


@lru_cache(maxsize=4096)
def is_thing(name: str) -> bool:
    """Whether what a text names is a thing, which can hold no views: a law, a plan, an issue."""
    if name.split()[-1].lower() in LAWS or name in _ISSUES:
        return True
    told = re.split(r" (?:that|which|to|\w{3,12}ing) ", name)[0]
    head = head_of(told)
    return f" {head} " in f" {told} " and _single(head) in THINGS


def _described(text: str) -> Iterator[tuple[str, _Thing]]:
    """Each place where a text says which bill, plan or ban it means, by the kind of thing."""
    for m in _HEAD.finditer(text):
        head, rest = m["head"], (m["after"] or "").split()
        if head.isupper() or (rest and _is_noun(rest[0])):
            continue
        found = _BEFORE.search(text, max(0, m.start() - 80), m.start())
        words = found.group().split() if found else []
        if words and words[-1].lower() in _BEFORE_VERB:
            continue
        before = _qualifiers(words)
        before, telling = _telling(before)
        if head[-1] == "s" and all(w[0].isupper() for w in telling):
            telling = []  # "Biden plans", "Cruz talks"
        if telling:
            surface = f"{' '.join(before)} {head}"
            yield _kind_of(head), _Thing(surface, _stems(telling), [surface], False)
        after = "" if telling or (head[-1] == "s" and head not in THINGS) else _complement(head, rest)
        if after and _stems(after.split()):
            yield _kind_of(head), _Thing(f"{head} {after}", _stems(after.split()), [f"{head} {after}"], True)


def _bodies(text: str) -> Iterator[tuple[str, list[str]]]:
    """Bodies and groups that a text describes and that act in it or recur: "the teachers' union", "opposition parties"."""
    places: dict[str, int] = defaultdict(int)
    for m in _BODY.finditer(text):
        found = _BEFORE_BODY.search(text, max(0, m.start() - 60), m.start())
        before = _qualifiers(found.group().split() if found else [])
        before, telling = _telling(before)
        if telling:
            places[f"{' '.join(before)} {m['head']}"] += 2 if _acts((m["after"] or "").split()) else 1
    yield from ((name, [name]) for name, weight in places.items() if weight > 1)


_BEFORE_BODY = re.compile(r"(?:(?<![\w.-])[\w-]{1,25}[’']?s? ){1,5}\Z")


def _acts(after: Sequence[str]) -> bool:
    """Whether what follows a noun makes it the subject of a verb that the lexicon knows."""
    words = [w for w in after if w not in ("has", "have", "had", "also", "would", "will", "is", "are", "was", "were")]
    return bool(words) and words[0] in forms_by_first_word() and words[0] in verb_lemmas() and not words[0].endswith("ing")


def _stems(words: Sequence[str]) -> frozenset[str]:
    return frozenset(phrase_stem(w.lower()) for w in words if len(w) > 2 and w.lower() not in CLOSED)


def _is_noun(word: str) -> bool:
    """Whether the word after a thing makes it part of another: "law enforcement", "tax rate"."""
    if _single(word) in THINGS:
        return True
    known = word.lower() in CLOSED or word in _STOPS or word in verb_lemmas() or word.endswith(("ly", "ed", "ing"))
    return word.islower() and not known


def _qualifiers(words: Sequence[str]) -> list[str]:
    """Those of the words before a noun that belong to it: "gun" of "Senate blocks gun"."""
    taken: list[str] = []
    verbs = verb_lemmas()
    for k in range(len(words) - 1, -1, -1):
        word, low = words[k], words[k].lower().rstrip("’'")
        if low.endswith(("’s", "'s")) or low in CLOSED or low in _STOPS or low in _OPEN or low.endswith("ly") or not low[-1:].isalpha() or len(taken) == 4:
            break
        verb = verbs.get(low) if word.islower() and low not in _NOUNS and low not in _UNTOLD else None
        opened = k > 0 and (words[k - 1].lower() in _OPEN or words[k - 1].lower() in _UNTOLD)
        if verb and (taken or not opened or verb[1] not in "bg"):
            break
        if not verb and low.endswith("ed") and "-" not in low and low not in _UNTOLD:
            break
        taken.insert(0, word)
    return taken


def _telling(before: list[str]) -> tuple[list[str], list[str]]:
    """The words before a noun without those at their front that do not say which one it is; and all that do."""
    telling = [w for w in before if w.lower() not in _UNTOLD and not re.fullmatch(r"\w{3,}est", w)]
    return before[before.index(telling[0]) :] if telling else [], telling


def _complement(head: str, rest: Sequence[str]) -> str:
    """As much of what follows a thing as says which one: "on the sale of rifles"."""
    link = re.match(rf"(?:{_LINKS.get(_single(head.lower()), '(?!)')}) ", " ".join(rest[:3]) + " ")
    if not link or _DAY.match(" ".join(rest[1:3])):
        return ""
    cut = link.group().count(" ")
    first = rest[cut] if len(rest) > cut else ""
    verbs = verb_lemmas()
    if rest[0] in ("to", "that", "which") and first not in verbs and first not in ("have", "be"):
        return ""
    if rest[0].endswith("ing") and (verbs.get(rest[0], ("", ""))[1] != "g" or rest[0] in _TELLING):
        return ""
    if first in ("a", "an", "any"):
        return ""
    stop = next((i for i, w in enumerate(rest) if i > cut and w.lower() in _STOPS and w != "have"), len(rest))
    stop = min(stop, cut + _REACH)
    while stop > cut and (rest[stop - 1].lower() in CLOSED or rest[stop - 1] in ("Mr", "Ms", "Mrs", "Dr", "--")):
        stop -= 1
    return " ".join(rest[:stop]) if stop > cut else ""


def _single(noun: str) -> str:
    """A noun in the singular, where that is a thing too."""
    shorter = noun[:-3] + "y" if noun.endswith("ies") else noun.removesuffix("s")
    return shorter if shorter in THINGS else noun


@lru_cache(maxsize=4096)
def _kind_of(head: str) -> str:
    """One noun for all that news uses for one another: "bill" for "laws" and "measure"."""
    single = _single(head.lower())
    return next((group[0] for group in HEADS if single in group), single)
