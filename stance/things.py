"""What a text speaks of without a proper name: "the gun bill", "a ban on cluster bombs", "the teachers' union", "abortion".

A catalogue lists such things best. Where a text is read without one of its own, those things count of which it says more than
what kind of thing they are, and to which it comes back; and those bodies that act in it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from stance.grammar import CLOSED, word_set
from stance.lexicon import forms_by_first_word, plural, verb_lemmas
from stance.names import GROUP_WORDS, HEADS, TITLE_WORDS, phrase_stem

_PROPOSALS = word_set(
    "bill legislation measure law proposal amendment statute resolution initiative motion petition mandate plan scheme project"
)
_ACTIONS = word_set(
    "repeal abolition expansion extension closure construction withdrawal legalisation legalization privatisation privatization "
    "nationalisation nationalization annexation nomination appointment deportation extradition takeover sale demolition "
    "cancellation funding occupation invasion bombing recall removal rollback restoration suspension relocation renaming "
    "introduction recognition reform"
)
_CURBS = word_set(
    "ban prohibition tax levy tariff duty sanction restriction curb limit cap quota moratorium embargo boycott blockade referendum"
)
_PACTS = word_set("deal agreement accord pact treaty truce ceasefire merger negotiations talks")
_OTHER_THINGS = word_set(
    "programme program decree directive ruling verdict investigation inquiry probe strike walkout budget summit policy overhaul "
    "rule curfew lockdown shutdown pipeline dam mine wall motorway bypass runway refinery bailout stimulus subsidy airstrikes "
    "offensive subpoena lawsuit bid offer cut hike package amnesty pardon rights control ceiling vaccination deployment "
    "experiment increase rollout order tariffs injunction licence license permit fee credit fund freeze clause powers delay deferral "
    "crackdown buyback contract concession quota ratio tunnel bridge canal factory smelter quarry landfill incinerator casino "
    "reactor repository development statue monument stadium farm plant station rail neighbourhood curriculum candidacy"
)
THINGS = _PROPOSALS | _ACTIONS | _CURBS | _PACTS | _OTHER_THINGS
"""The nouns by which a text comes to speak of a thing that has no name."""

BODIES = word_set(
    "union group federation council board committee commission ministry association party administration coalition government "
    "regime industry company firm lobby authority police army opposition court business officials lawmakers legislators activists "
    "protesters demonstrators residents villagers farmers workers teachers students nurses doctors scientists fishermen rebels "
    "militants separatists leaders mayors governors ministers advocates campaigners survivors parents voters patients tenants "
    "landlords drivers pilots miners judges lawyers prosecutors chiefs bishops investors shareholders department agency league "
    "chamber watchdog regulator cooperative delegation commissioners ranchers physicians merchants owners exporters traders "
    "shopkeepers clerks senators councillors backbenchers peers surgeons economists employers employees customers environmentalists "
    "conservationists families fans supporters clubs academics lecturers pensioners motorists cyclists commuters households"
)
"""The nouns of bodies and groups that act without having a name."""

_PEOPLE = word_set(
    "lawmakers legislators activists protesters demonstrators residents villagers farmers workers teachers students nurses doctors "
    "scientists fishermen rebels militants separatists mayors governors campaigners survivors parents voters patients tenants "
    "landlords drivers pilots miners judges lawyers prosecutors bishops investors shareholders ranchers physicians merchants owners "
    "exporters traders shopkeepers senators councillors backbenchers peers surgeons economists employers employees customers "
    "environmentalists conservationists families fans unions academics lecturers pensioners motorists cyclists commuters "
    "critics opponents supporters"
)
"""Groups that a text may leave at that: "Residents oppose the quarry"."""

_UNNAMED = word_set("government opposition police army military junta cabinet treasury navy")
"""Bodies that a text may leave at that, with their article: "The government rejected the plan"."""

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
        *("Scottish independence", "Catalan independence", "Irish unification|united Ireland"),
    )
    for issue in group.split("|")
}
"""What people are for or against without anybody having moved it -> what it is called."""

_MOVES = {
    verb: noun
    for noun, verbs in {
        "closure": "close shut", "construction": "build construct", "sale": "sell", "expansion": "expand enlarge",
        "demolition": "demolish", "abolition": "abolish scrap axe", "repeal": "repeal", "extension": "extend", "ban": "ban outlaw",
        "takeover": "buy acquire", "legalisation": "legalise legalize", "privatisation": "privatise privatize", "removal": "remove",
        "nationalisation": "nationalise nationalize", "annexation": "annex", "restoration": "restore reinstate", "merger": "merge",
        "cancellation": "cancel", "suspension": "suspend", "deployment": "deploy", "deportation": "deport", "withdrawal": "withdraw",
        "relocation": "relocate", "renaming": "rename", "introduction": "introduce", "recognition": "recognise recognize",
    }.items()
    for verb in verbs.split()
}  # fmt: skip
"""What may be meant to be done -> what it is then called: who votes to close the library is for its closure."""

_TOKEN = re.compile(r"\w[\w-]*(?:[’'](?:s\b)?)?|[^\w\s]")
_WORDS_ON = 7  # words after a thing that say which one
_WORDS_BACK = 5  # words before it
_MOST = 200  # things of one kind in a text

_UNTOLD = word_set(
    "proposed controversial new current latest draft landmark sweeping big major massive bipartisan long-awaited so-called same "
    "whole entire first second third last next final original revised amended old other similar rival own planned pending recent "
    "previous future early tough tougher strict stricter strong stronger bold ambitious historic huge vast key main central good "
    "bad better great important possible potential likely full partial total formal official public private joint special "
    "emergency comprehensive contentious contested disputed unpopular popular simple single separate broad broader wider general "
    "specific particular further additional more several many few various multiple numerous different certain real actual "
    "would-be one both two three four five six seven eight nine ten dozen hundred thousand million billion trillion wide-ranging "
    "far-reaching hard-fought divisive high-profile unprecedented unanimous narrow compromise year month week day late former "
    "rejected stalled existing larger greater smaller higher lower longstanding long-standing subsequent independent fair opening "
    "coming impending expensive costly federal local national state irrational modest successful presidential closed-door "
    "in-house near-term legal secret senior frequent majority angry unnamed"
)
"""Words before a noun that do not say which one it is."""
_COMPARED = frozenset(
    form for word in "large small big high low strong strict tight tough long short new old great wide broad late early poor rich hard "
    "soft cheap deep fast safe fair harsh".split() for form in (word.rstrip("e") + "er", word.rstrip("e") + "est")
) | word_set("bigger biggest worse worst better best")  # fmt: skip
_DEFINITE = word_set("the this that these those its it his her their")
_OPEN = _DEFINITE | word_set("a an my your our such any no some every each of on for against")
_STOPS = word_set(
    "and but or that which who when while if because after before until as by in at from since is are was were be been has have had "
    "would will can could may might must should said says than during under despite through without about into amid where along "
    "either neither whenever wherever lest whether unless though"
)
_BEFORE_VERB = word_set("to will would can could may might must should not we they i you he she it who please let")
_NOUNS = word_set(
    "gun tax border trade spending funding voting housing police health water gas export import land mask vaccine school budget "
    "debt peace truce work labour labor ship fish farm mine rail wage rent fuel power control reform protest fine stimulus "
    "sentencing drinking gambling mining drilling logging hunting fishing whaling shipping banking building parking smoking "
    "bottling grazing relief rescue aid transport research drug arms race climate cut benefit travel pay solar wind processing sales ballot check name"
)
"""Verbs that before a noun are mostly nouns themselves: "tax bill"."""
_SAYING = word_set("saying stating calling including according concerning regarding making being coming going")
_BEFORE_ACT = word_set("has have had also would will is are was were on strongly")
_LOOSE = word_set("for to with on over against once of")
_INTENDING = re.compile(
    r"(?:vot|plan|decid|propos|want|agree|promis|threaten|refus|mov|announc|consider|seek|hop|vow|pledg|intend|aim|prepar|tr[iy]|push|"
    r"fail|offer|choos|chose|resolv|decision|bid|proposal)\w{0,4}$"
)
_PLANS = word_set("plan decision move proposal project idea scheme")


_DAY = re.compile(r"(?:\w{2,6}day|weekend|week|month|year|night)s?$")


_VAGUE = word_set(
    "programme policy rule increase control rights package talks investigation inquiry ruling charge fee fund credit break powers "
    "experiment service plan project measure offer cut order clause contract budget station rail farm plant neighbourhood development "
    "sanction limit funding recall increase initiative statue introduction"
)


class _Text(NamedTuple):
    """The words and marks of a text: forms, lower case, and where each starts and ends."""

    forms: list[str]
    lower: list[str]
    starts: list[int]
    ends: list[int]

    def joined(self, i: int, j: int) -> bool:
        """Whether only a blank stands between two tokens that follow each other."""
        return self.starts[j] - self.ends[i] == 1 and self.lower[j][0].isalnum()


@dataclass
class _Thing:
    """What a text describes: what it is called, which stems make it this one, and how the text writes it."""

    name: str
    stems: frozenset[str]
    surfaces: list[str] = field(default_factory=list)
    told_after: bool = False  # by what follows the noun
    weight: int = 1


class Described(NamedTuple):
    """What a text speaks of without a proper name: what it is called, how it is written, and whether it can hold views."""

    name: str
    surfaces: list[str]
    acts: bool


def discover_things(text: str) -> Iterator[Described]:
    """What a text describes and comes back to, the bodies and groups that act in it, and the issues that it names.

    >>> text = "The Senate took up a ban on cluster bombs. Villagers want the ban. Gun control was not raised."
    >>> for found in discover_things(text):
    ...     print(found.name, found.surfaces, found.acts)
    ban on cluster bombs ['ban on cluster bombs'] False
    villagers ['Villagers'] True
    gun control ['Gun control'] False
    """
    spans = [m.span() for m in _TOKEN.finditer(text)]
    forms = [text[a:b] for a, b in spans]
    read = _Text(forms, [f.lower() for f in forms], [a for a, _ in spans], [b for _, b in spans])
    yield from (Described(name, surfaces, False) for name, surfaces in _things(text, read))
    yield from (Described(name, surfaces, False) for name, surfaces in _disputed(read))
    yield from (Described(name, surfaces, True) for name, surfaces in _bodies(read))
    yield from (Described(name, surfaces, False) for name, surfaces in _issues(text, read))


def _things(text: str, read: _Text) -> Iterator[tuple[str, list[str]]]:
    """Bills, plans and bans, whether the text says which one it is or leaves it at "the ban"."""
    things: dict[str, list[_Thing]] = defaultdict(list)
    bare: dict[str, list[tuple[str, str]]] = defaultdict(list)  # kind -> noun and surface where nothing says which one it is
    moves: list[tuple[int, str, _Thing]] = []
    to_plan = 0  # the last place where the text speaks of "the plan"
    for i, low in enumerate(read.lower):
        kind = _KINDS.get(low)
        if kind is not None and read.forms[i].islower() and not _goes_on(read, i):
            thing = _thing(read, i)
            k = _article(read, i)
            if thing is not None:
                _add(things[kind], thing)
            elif k >= 0:
                bare[kind].append((low, text[read.starts[k] : read.ends[i]]))
        if low in _MOVES and i:
            moved = _move(read, i)
            if moved is not None:
                moves.append((i, _kind_of(_MOVES[low]), moved))
        elif low in _PLAN_FORMS and i and read.lower[i - 1] in _DEFINITE:
            to_plan = i
    for at, kind, moved in moves:
        moved.weight += to_plan > at
        _add(things[kind], moved)
    any_found = False
    for kind, found in things.items():
        recurring = [t for t in found if t.weight > 1]
        one = len(found) == 1 or (len(found) == 2 and found[0].told_after != found[1].told_after)
        if not recurring and one and _comes_back(bare[kind]):
            found[0].surfaces += found[-1].surfaces  # "gun bill" in a headline, then "a bill that would ban the sale"
            recurring = found[:1]
        for thing in recurring:
            any_found = True
            yield thing.name, list(dict.fromkeys(thing.surfaces))
    for kind, places in bare.items():
        if kind not in things and len(places) > 1 and kind not in _VAGUE and _comes_back(places):
            noun = Counter(noun for noun, _ in places).most_common(1)[0][0]
            any_found = True
            yield noun, list(dict.fromkeys(surface for _, surface in places))
    if not any_found:  # what is told once in so many words is then what the text is about
        once = next((t for found in things.values() for t in found if t.told_after), None)
        if once:
            yield once.name, once.surfaces


def _bodies(read: _Text) -> Iterator[tuple[str, list[str]]]:
    """Bodies and groups that act or recur: "the teachers' union", "Residents", "the government"."""
    described: dict[str, Counter[str]] = defaultdict(Counter)
    groups: dict[str, dict[str, None]] = defaultdict(dict)
    for i, low in enumerate(read.lower):
        if (low not in _BODY_FORMS and low not in _PEOPLE and low not in _UNNAMED) or _goes_on(read, i):
            continue
        before, telling = _qualifiers(read, i)
        if telling and low in _BODY_FORMS and (read.forms[i].islower() or low in _PEOPLE):
            name = f"{' '.join(before)} {read.forms[i]}"
            described[name.lower()][name] += 2 if _acts(read, i) else 1
        elif not before and (low in _PEOPLE or (i and read.lower[i - 1] == "the")) and low not in _BODY_FORMS - _PEOPLE - _UNNAMED:
            if _acts(read, i):
                groups[low][read.forms[i] if low in _PEOPLE else f"{read.forms[i - 1]} {read.forms[i]}"] = None
    for low, forms in described.items():
        if forms.total() > 1:
            yield min(forms, key=lambda f: sum(map(str.isupper, f))), list(forms)
    heads = {name.rpartition(" ")[2] for name in described}
    yield from ((group, list(surfaces)) for group, surfaces in groups.items() if group not in heads)


def _issues(text: str, read: _Text) -> Iterator[tuple[str, list[str]]]:
    """What people are for or against without anybody having moved it."""
    issues: dict[str, dict[str, None]] = defaultdict(dict)
    for i, low in enumerate(read.lower):
        for words in _ISSUE_WORDS.get(low, ()):
            if tuple(read.lower[i : i + len(words)]) == words:
                issues[_ISSUES_LOWER[" ".join(words)]][text[read.starts[i] : read.ends[i + len(words) - 1]]] = None
                break
    yield from ((issue, list(surfaces)) for issue, surfaces in issues.items())


def _disputed(read: _Text) -> Iterator[tuple[str, list[str]]]:
    """What else somebody backs or rejects in so many words, and the text names again: "the exhibition"."""
    sides = _sides()
    places: dict[str, list[int]] = defaultdict(list)
    for i, low in enumerate(read.lower):
        places[low].append(i)
    seen: set[str] = set()
    for i, low in enumerate(read.lower):
        if low not in sides or i + 2 >= len(read.lower) or read.lower[i + 1] not in _ARTICLES or not read.joined(i, i + 1):
            continue
        j = i + 2
        while j < min(i + 6, len(read.lower)) and _is_part(read, j):
            j += 1
        noun = read.lower[j - 1]
        at = [k for form in {noun, plural(noun), noun.removesuffix("s")} for k in places.get(form, ())] if j > i + 2 else []
        if len(at) < 2 or noun in seen or not _may_be_thing(noun):
            continue
        seen.add(noun)
        told: Counter[str] = Counter()
        surfaces: dict[str, None] = {}
        for k in sorted(at):
            if _goes_on(read, k):
                continue
            before, telling = _qualifiers(read, k)
            start = k - len(before) if telling else _article(read, k)
            if start >= 0:
                words = " ".join(read.forms[start : k + 1])
                surfaces[words] = None
                told[words if telling else noun] += 1 + bool(telling)
        if surfaces:
            yield told.most_common(1)[0][0], list(surfaces)


def _is_part(read: _Text, j: int) -> bool:
    """Whether word j may go on a noun phrase in lower case."""
    low = read.lower[j]
    verb = verb_lemmas().get(low)
    return (
        read.joined(j - 1, j) and read.forms[j].islower() and low not in CLOSED and low not in _STOPS and low not in _OPEN
        and not low.endswith("ly") and (verb is None or verb[1] in "bg" or low in _UNTOLD)
    )  # fmt: skip


def _may_be_thing(noun: str) -> bool:
    person = noun.endswith(("ers", "ors", "er", "or", "ists", "ist", "men", "man", "people", "woman", "women"))
    odd = noun.endswith(("ing", "'s", "’s", "'", "’"))
    return len(noun) > 3 and not (person or odd or noun in _KINDS or noun in _BODY_FORMS or noun in _PEOPLE or noun in _NO_THINGS)


@lru_cache(maxsize=1)
def _sides() -> frozenset[str]:
    """The verbs in all forms, and "against", after which stands what somebody is for or against."""
    found = {
        word
        for word, (single, _) in forms_by_first_word().items()
        for form in single
        if form.entry.pos == "verb" and form.entry.frame == "subj" and form.entry.stance != "neutral" and form.entry.strength > 1
    }
    return frozenset(found | {"against", "oppose", "opposes", "opposed", "opposing", "backs", "backed", "supports", "supported"})


_ARTICLES = word_set("the a an this that its their his her any")
_NO_THINGS = TITLE_WORDS | GROUP_WORDS | word_set(
    "idea view position claim claims charge charges suggestion notion side sides lead role call calls case cases point points "
    "question questions results result record election elections vote votes poll polls race seat seats power world city town "
    "village county region area street house home money time year years week month moment others other children child victim "
    "victims family families life lives death deaths people public crowd man woman number numbers news statement statements remarks "
    "comments words letter report reports story attack attacks violence threat threats pressure criticism opposition support work "
    "party parties enemy enemies ally allies president leader minister country nation state right rights hold person feel root scourge "
    "witness rest course argument truth effort efforts scenario approach impact solution debate narrative process leadership slaying "
    "slayings shooting shootings boss dollar plaintiff plaintiffs deadline move decision challenge scrutiny homeland market counsel "
    "candidate candidates release application theory theories change changes cause reason reasons fact truth system status quo plan "
    "thing things something anything nothing way means kind sort part parts role face hand hands eye word door line back"
)


def _comes_back(places: Sequence[tuple[str, str]]) -> bool:
    return any(surface.split()[0].lower() in _DEFINITE for _, surface in places)


def _add(known: list[_Thing], thing: _Thing) -> None:
    """Put a thing to those of its kind, or to the one that it is another mention of."""
    same = next((t for t in known if t.stems <= thing.stems or thing.stems <= t.stems), None)
    if same is None and thing.told_after:  # "repeal of farm credits" and "repeal of the state's clean energy credits"
        same = next((t for t in known if t.told_after and not t.stems.isdisjoint(thing.stems)), None)
    if same is None:
        if len(known) < _MOST:
            known.append(thing)
        return
    same.surfaces += thing.surfaces
    same.weight += thing.weight
    if len(thing.stems) < len(same.stems):
        same.name, same.stems = thing.name, thing.stems


def _thing(read: _Text, i: int) -> _Thing | None:
    """The thing whose noun is word i, if the words around say which one it is."""
    head = read.forms[i]
    if not head.islower() or _goes_on(read, i) or (i and read.lower[i - 1] in _BEFORE_VERB - {"it"} and read.joined(i - 1, i)):
        return None
    before, telling = _qualifiers(read, i)
    if head[-1] == "s" and all(w[0].isupper() for w in telling):
        telling = []  # "Biden plans", "Cruz talks"
    if telling:
        name = f"{' '.join(before)} {head}"
        if name.lower() in _ISSUES_LOWER:
            return None
        return _Thing(name, _stems(telling), [name])
    after = _complement(read, i)
    stems = _stems(after)
    return _Thing(" ".join((head, *after)), stems, [" ".join((head, *after))], True) if stems else None


def _article(read: _Text, i: int) -> int:
    """Where the article of a noun stands that nothing tells apart, as in "the proposed ban"; -1 where there is none."""
    k = i - 1
    while k > 0 and (read.lower[k] in _UNTOLD or read.lower[k] in _COMPARED) and read.joined(k, k + 1):
        k -= 1
    return k if k >= 0 and (read.lower[k] in _DEFINITE or read.lower[k] in ("a", "an")) and read.joined(k, k + 1) else -1


def _goes_on(read: _Text, i: int) -> bool:
    """Whether a noun follows, so that word i is a part of something else: "law enforcement", "tax rate"."""
    if i + 1 == len(read.lower) or not read.joined(i, i + 1):
        return i + 1 < len(read.lower) and read.lower[i + 1] in ("'", "’")
    word = read.forms[i + 1]
    if word in _KINDS:
        return True
    return word.islower() and not (
        word in CLOSED or word in _STOPS or word in verb_lemmas() or word.endswith(("ly", "ed", "ing"))
    )


def _qualifiers(read: _Text, i: int) -> tuple[list[str], list[str]]:
    """The words before word i that belong to it, without those at their front that tell nothing; and those that tell.

    "gun" of "Senate blocks gun bill".
    """
    taken: list[str] = []
    verbs = verb_lemmas()
    for k in range(i - 1, max(-1, i - _WORDS_BACK), -1):
        word, low = read.forms[k], read.lower[k].rstrip("’'")
        if not read.joined(k, k + 1) or not low or not low[-1].isalpha() or low.endswith(("’s", "'s", "ly")):
            break
        if low in CLOSED or low in _STOPS or low in _OPEN:
            break
        verb = verbs.get(low) if word.islower() and low not in _NOUNS and low not in _UNTOLD else None
        opened = k > 0 and (read.lower[k - 1] in _OPEN or read.lower[k - 1] in _UNTOLD)
        if verb and (taken or not opened or verb[1] not in "bg"):
            break
        if not verb and low.endswith("ed") and "-" not in low and low not in _UNTOLD:
            break
        taken.insert(0, word)
    telling = [w for w in taken if w.lower() not in _UNTOLD and w.lower() not in _COMPARED]
    return (taken[taken.index(telling[0]) :] if telling else []), telling


def _complement(read: _Text, i: int) -> list[str]:
    """As much of what follows a thing as says which one: "on the sale of rifles"."""
    links = _LINKS.get(_single(read.lower[i]), frozenset())
    rest = _following(read, i, _WORDS_ON + 3)
    if len(rest) < 2 or not (rest[0] in links or ("-ing" in links and rest[0].endswith("ing"))):
        return []
    cut = 2 if rest[0] in ("that", "which") else 1
    first = rest[cut] if len(rest) > cut else ""
    verbs = verb_lemmas()
    if cut == 2 and rest[1] not in ("would", "will"):
        cut, first = 1, rest[1]  # "a law that bars doctors"
        if verbs.get(first, ("", ""))[1] != "s":
            return []
    elif rest[0] == "to" and first not in verbs and first != "be":
        return []
    if rest[0] in ("to", "that", "which") and read.lower[i][-1] == "s":
        return []  # "plans to leave"
    if rest[0].endswith("ing") and (verbs.get(rest[0], ("", ""))[1] != "g" or rest[0] in _SAYING):
        return []
    if rest[0] != "to" and cut == 1 and (first in ("a", "an", "any") or any(_DAY.match(w) for w in rest[1:4])):
        return []
    return _told(rest, cut + (first == "have"))


def _told(rest: Sequence[str], cut: int) -> list[str]:
    """The words up to where a clause ends, without little ones at the end; nothing where none but the first `cut` remain."""
    verbs = verb_lemmas()
    stop = next((k for k, w in enumerate(rest) if k > cut and (w.lower() in _STOPS or verbs.get(w, ("", ""))[1] == "d")), len(rest))
    stop = min(stop, cut + _WORDS_ON)
    while stop > cut and (rest[stop - 1].lower() in CLOSED or rest[stop - 1] in ("Mr", "Ms", "Mrs", "Dr")):
        stop -= 1
    return list(rest[:stop]) if stop > cut else []


def _following(read: _Text, i: int, most: int) -> list[str]:
    """The words after word i, as far as only blanks stand between them."""
    out: list[str] = []
    k = i
    while len(out) < most and k + 1 < len(read.forms) and read.joined(k, k + 1):
        k += 1
        out.append(read.forms[k])
    return out


def _move(read: _Text, i: int) -> _Thing | None:
    """What the verb at word i is meant to be done to: "close the library" in "voted to close the library"."""
    before = read.lower[i - 1]
    if before == "to":
        k = i - 2 - (i > 2 and read.lower[i - 2].endswith("day"))
        if k < 0 or not _INTENDING.match(read.lower[k]):
            return None
    elif before not in ("will", "would", "could", "may", "should"):
        return None
    rest = _following(read, i, _WORDS_ON + 1)
    stop = next((k for k, w in enumerate(rest) if w.lower() in _STOPS or w.lower() in _LOOSE), len(rest))
    words = rest[:stop]
    stems = _stems(words)
    if not stems:
        return None
    told = words[1:] if words[0].lower() in _OPEN else words
    return _Thing(f"{_MOVES[read.lower[i]]} of {' '.join(told)}", stems, [" ".join((read.forms[i], *words))], True)


def _acts(read: _Text, i: int) -> bool:
    """Whether word i is the subject of a verb that the lexicon knows, also past "on Friday", "in Oslo" and ", who ...,"."""
    k, n = i + 1, len(read.lower)
    if k + 1 < n and read.lower[k] == ",":
        k = next((j for j in range(k + 2, min(k + 18, n)) if read.lower[j] in (",", ".")), n) + 1
        if k > n or read.lower[k - 1] == ".":
            return False
    while k < n and (read.lower[k] in _BEFORE_ACT or read.lower[k].endswith(("day", "ly"))):
        k += 1
    if k < n and read.lower[k] in ("in", "at", "of", "from", "across", "near", "outside"):
        k = next((j for j in range(k + 1, min(k + 6, n)) if read.lower[j] in verb_lemmas() or not read.lower[j][0].isalnum()), n)
    while k < n and (read.lower[k] in _BEFORE_ACT or read.lower[k].endswith(("day", "ly"))):
        k += 1
    return k < n and read.lower[k] in forms_by_first_word() and read.lower[k] in verb_lemmas() and not read.lower[k].endswith("ing")


def _stems(words: Sequence[str]) -> frozenset[str]:
    return frozenset(phrase_stem(w.lower().rstrip("’'")) for w in words if len(w) > 2 and w.lower() not in CLOSED)


def _single(noun: str) -> str:
    """A noun in the singular, where that is a thing too."""
    shorter = noun[:-3] + "y" if noun.endswith("ies") else noun.removesuffix("s")
    return shorter if shorter in THINGS else noun


def _kind_of(noun: str) -> str:
    """One noun for all that news uses for one another: "bill" for "law" and "measure"."""
    return next((group[0] for group in HEADS if noun in group), noun)


def _forms(nouns: frozenset[str]) -> Iterator[str]:
    for noun in nouns:
        yield noun
        if noun[-1] != "s" and noun != "police":
            yield plural(noun)


_LINKS: Mapping[str, frozenset[str]] = {  # what may follow each to say which one it is
    **dict.fromkeys(_PROPOSALS, frozenset(("to", "that", "which", "-ing"))),
    **dict.fromkeys(_ACTIONS, frozenset(("of",))),
    **dict.fromkeys(_CURBS | {"sanctions", "restrictions", "curbs", "limits", "tariffs"}, frozenset(("on", "against", "over"))),
    **dict.fromkeys(_PACTS, frozenset(("with", "on", "between"))),
    **{"merger": frozenset(("of", "with", "between")), "blockade": frozenset(("of",)), "boycott": frozenset(("of",))},
    **{"withdrawal": frozenset(("of", "from")), "freeze": frozenset(("on", "of")), "clause": frozenset(("on",))},
    **{"cut": frozenset(("to",)), "bid": frozenset(("to",)), "subsidy": frozenset(("for",)), "lawsuit": frozenset(("-ing",))},
}
_KINDS = {form: _kind_of(_single(form)) for form in _forms(THINGS)}
_BODY_FORMS = frozenset(_forms(BODIES))
_PLAN_FORMS = frozenset(_forms(_PLANS))
_ISSUES_LOWER = {issue.lower(): name for issue, name in _ISSUES.items()}
_ISSUE_WORDS: dict[str, list[tuple[str, ...]]] = defaultdict(list)
for _issue in sorted(_ISSUES_LOWER, key=len, reverse=True):
    _ISSUE_WORDS[_issue.split()[0]].append(tuple(_issue.split()))
