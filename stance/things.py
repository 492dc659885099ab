"""What a text speaks of without a proper name: "the gun bill", "a ban on cluster bombs", "the teachers' union", "abortion".

A catalogue lists such things best. Where a text is read without one of its own, those things count of which it says more than
what kind of thing they are, and to which it comes back; and those bodies that act in it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from stance.grammar import CLOSED, word_set
from stance.lexicon import entries, plural, rows_by_first_word, verb_forms, verb_lemmas
from stance.names import BILLS, GROUP_WORDS, HEADS, TITLE_WORDS, phrase_stem
from stance.text import Sentence

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
    "ban prohibition tax levy tariff duty sanction restriction curb limit cap quota moratorium embargo boycott blockade "
    "referendum"
)
_PACTS = word_set("deal agreement accord pact treaty truce ceasefire merger negotiations talks")
_OTHER_THINGS = word_set(
    "programme program decree directive ruling verdict investigation inquiry probe strike walkout budget summit policy overhaul "
    "rule curfew lockdown shutdown pipeline dam mine wall motorway bypass runway refinery bailout stimulus subsidy airstrikes "
    "offensive coup subpoena lawsuit bid offer cut hike package amnesty pardon rights control ceiling vaccination deployment "
    "experiment increase rollout order injunction licence license permit fee credit fund freeze clause veto siege refusal "
    "powers delay deferral crackdown buyback contract concession ratio tunnel bridge canal factory smelter quarry landfill "
    "incinerator casino reactor repository development statue monument stadium terminal port buyout auction ordinance stoppage "
    "redistricting farm plant station rail neighbourhood curriculum candidacy"
)
_THINGS = _PROPOSALS | _ACTIONS | _CURBS | _PACTS | _OTHER_THINGS
"""The nouns by which a text comes to speak of a thing that has no name."""

_PEOPLE = word_set(
    "lawmakers legislators activists protesters demonstrators residents villagers farmers workers teachers students nurses "
    "doctors scientists fishermen rebels militants separatists mayors governors campaigners survivors parents voters patients "
    "tenants landlords drivers pilots miners judges lawyers prosecutors bishops investors shareholders ranchers physicians "
    "merchants owners exporters traders shopkeepers senators councillors backbenchers peers surgeons economists employers "
    "employees customers environmentalists conservationists families fans unions academics lecturers pensioners motorists "
    "cyclists commuters critics opponents supporters growers fishers fisherfolk planners pupils headteachers analysts vendors "
    "herders hoteliers diplomats"
)
"""Groups that a text may leave at that: "Residents oppose the quarry"."""
_BODIES = _PEOPLE | word_set(
    "union group federation council board committee commission ministry association party administration coalition government "
    "regime industry company firm lobby authority police army opposition court business officials leaders ministers advocates "
    "chiefs department agency league chamber watchdog regulator cooperative delegation commissioners clerks clubs households "
    "organisation organization trust states troops delegates elders deans lenders"
)
"""The nouns of bodies and groups that act without having a name."""
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
_WORDS_BACK = 4  # words before it
_MOST = 200  # things of one kind in a text

_UNTOLD = word_set(
    "proposed controversial new current latest draft landmark sweeping big major massive bipartisan long-awaited so-called same "
    "whole entire first second third last next final original revised amended old other similar rival own planned pending "
    "recent previous future early tough tougher strict stricter strong stronger bold ambitious historic huge vast key main "
    "central good bad better great important possible potential likely full partial total formal official public private joint "
    "special emergency comprehensive contentious contested disputed unpopular popular simple single separate broad broader "
    "wider general specific particular further additional more several many few various multiple numerous different certain "
    "real actual would-be one both two three four five six seven eight nine ten dozen hundred thousand million billion trillion "
    "wide-ranging far-reaching hard-fought divisive high-profile unprecedented unanimous narrow compromise year month week day "
    "late former rejected stalled existing larger greater smaller higher lower longstanding long-standing subsequent "
    "independent fair opening coming impending expensive costly federal local national state irrational modest successful "
    "presidential closed-door in-house far-right far-left right-wing left-wing centre-right centre-left center-right "
    "center-left hard-right near-term downtown legal secret senior frequent majority angry unnamed any earlier earliest older "
    "oldest newer newest bigger biggest highest lowest largest smallest strictest strongest toughest tighter tightest longer "
    "longest shorter shortest widest broadest deeper cheaper faster safest safer fairer fairest harsher harshest harder softer "
    "richer poorer worse worst best useless reckless senseless careless cruel unfair unjust painful harmful shameful hasty "
    "overdue wasteful sensible"
)
"""Words before a noun that do not say which one it is."""
_DEFINITE = word_set("the this that these those its it his her their")
_OPEN = _DEFINITE | word_set("a an my your our such any no some every each of on for against")
_STOPS = word_set(
    "and but or that which who when while if because after before until as by in at from since is are was were be been has have "
    "had would will can could may might must should said says than during under despite through without about into amid where "
    "along either neither whenever wherever lest whether unless though"
)
_BEFORE_VERB = word_set("to will would can could may might must should not we they i you he she who please let")
"""What comes before a verb, and never before a noun: in "to ban it", "ban" is no thing."""
_NOUNS = word_set(
    "gun tax border trade spending funding voting housing water gas export import work rail wage rent fuel reform protest fine "
    "sentencing hunting whaling banking building smoking rescue aid research arms race cut benefit travel pay wind processing "
    "name appeals"
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
    "programme program policy rule control rights package talks investigation inquiry ruling fee fund credit powers experiment "
    "plan project measure scheme offer cut order clause contract budget station rail farm plant neighbourhood development "
    "sanction limit funding recall increase initiative statue introduction"
)
"""Things of which too many are spoken for the bare noun to say anything."""
_ARTICLES = word_set("the a an this that its their his her any")
_NO_THINGS = TITLE_WORDS | GROUP_WORDS | word_set(
    "idea view position claim claims charge charges suggestion notion side sides lead role call calls case cases point points "
    "question questions results result record election elections vote votes poll polls race seat seats power world city town "
    "village county region area street house home money time year years week month moment others other children child victim "
    "victims family families life lives death deaths people public crowd man woman number numbers news statement statements "
    "remarks comments words letter report reports story attack attacks violence threat threats pressure criticism opposition "
    "support work party parties enemy enemies ally allies president leader minister country nation state right rights hold "
    "person feel root scourge witness rest course argument truth effort efforts scenario approach impact solution debate "
    "narrative process leadership slaying slayings shooting shootings boss dollar plaintiff plaintiffs deadline move decision "
    "challenge scrutiny homeland market counsel candidate candidates release application theory theories change changes cause "
    "reason reasons fact system status quo plan thing things something anything nothing way means kind sort part parts face "
    "hand hands eye word door line back"
)


class _Text(NamedTuple):
    """The words and marks of a text: forms, lower case, where each starts and ends, and its sentence."""

    text: str
    forms: list[str]
    lower: list[str]
    starts: list[int]
    ends: list[int]
    sentence: list[int]

    def joined(self, i: int) -> bool:
        """Whether a word follows token i in its sentence with only blanks in between."""
        j = i + 1
        if j >= len(self.lower) or self.sentence[i] != self.sentence[j] or not self.lower[j][0].isalnum():
            return False
        return self.starts[j] > self.ends[i] and self.text[self.ends[i] : self.starts[j]].isspace()

    def slice(self, i: int, j: int) -> str:
        """What stands from token i to before token j."""
        return self.text[self.starts[i] : self.ends[j - 1]]


@dataclass
class _Thing:
    """A thing as far as it is read: what it is called, which stems make it this one, and how the text writes it."""

    name: str
    stems: frozenset[str]
    surfaces: list[str]
    told_after: bool = False  # by what follows the noun
    weight: int = 1


class Described(NamedTuple):
    """What a text speaks of without a proper name: what it is called, how it is written, and whether it can hold views."""

    name: str
    surfaces: list[str]
    acts: bool


def discover_things(text: str, sentences: Sequence[Sentence]) -> Iterator[Described]:
    """What a text describes and comes back to, the bodies and groups that act in it or recur, and the issues that it names.

    >>> from stance.text import split_sentences
    >>> text = "The Senate took up a ban on cluster bombs. Villagers want the ban. Gun control was not raised."
    >>> for found in discover_things(text, split_sentences(text)):
    ...     print(found.name, found.surfaces, found.acts)
    ban on cluster bombs ['ban on cluster bombs'] False
    villagers ['Villagers'] True
    gun control ['Gun control'] False
    """
    spans = [(*m.span(), k) for k, s in enumerate(sentences) for m in _TOKEN.finditer(text, s.start, s.end)]
    starts, ends, numbers = map(list, zip(*spans, strict=True)) if spans else ([], [], [])
    forms = [text[a:b] for a, b, _ in spans]
    read = _Text(text, forms, [f.lower() for f in forms], starts, ends, numbers)
    yield from (Described(name, surfaces, False) for name, surfaces in _things(read))
    yield from (Described(name, surfaces, False) for name, surfaces in _disputed(read))
    yield from (Described(name, surfaces, True) for name, surfaces in _bodies(read))
    yield from (Described(name, surfaces, False) for name, surfaces in _issues(read))
    yield from (Described(name, surfaces, False) for name, surfaces in _numbered(text))


def _things(read: _Text) -> Iterator[tuple[str, list[str]]]:
    """Bills, plans and bans, whether the text says which one it is or leaves it at "the ban"; if none recurs, the first told."""
    things: dict[str, list[_Thing]] = defaultdict(list)
    bare: dict[str, list[tuple[str, str]]] = defaultdict(list)  # kind -> noun and surface where nothing says which one it is
    objects: list[tuple[str, str]] = []  # those of them that somebody backs or rejects
    moves: list[tuple[int, str, _Thing]] = []
    to_plan = 0  # the last place where the text speaks of "the plan"
    within = 0  # where what is told of the last thing ends: "the sale" in "a bill that would ban the sale" is no other thing
    for i, low in enumerate(read.lower):
        kind = _KINDS.get(low)
        if kind is not None and not _is_verb(read, i) and not _goes_on(read, i):
            end = _complement(read, i)
            thing = _thing(read, i, end)
            if thing is not None:
                thing.weight += i >= within and _is_object(read, i)
                _add(things[kind], thing)
                within = max(within, end)
            elif (k := _article(read, i)) >= 0:
                place = (low, read.slice(k, i + 1))
                bare[kind].append(place)
                if _is_object(read, i):
                    objects.append(place)
        if low in _MOVES and i:
            moved = _move(read, i)
            if moved is not None:
                moves.append((i, _kind_of(_MOVES[low]), moved))
        elif low in _PLAN_FORMS and i and read.lower[i - 1] in _DEFINITE:
            to_plan = i
    for at, kind, moved in moves:
        moved.weight += to_plan > at
        _add(things[kind], moved)
    found: list[tuple[str, list[str]]] = []
    for kind, known in things.items():
        recurring = [t for t in known if t.weight > 1]
        one = len(known) == 1 or (len(known) == 2 and known[0].told_after != known[1].told_after)
        if not recurring and one and _comes_back(bare.get(kind, ())):
            known[0].surfaces += known[-1].surfaces  # "gun bill" in a headline, then "a bill that would ban the sale"
            recurring = known[:1]
        found += ((t.name, t.surfaces) for t in recurring)
    for kind, places in bare.items():
        noun = Counter(noun for noun, _ in places).most_common(1)[0][0]
        if kind not in things and len(places) > 1 and _single(noun) not in _VAGUE and _comes_back(places):
            found.append((noun, [surface for _, surface in places]))
    if not found:
        found = [(t.name, t.surfaces) for known in things.values() for t in known if t.told_after][:1]
        found = found or [(noun, [surface]) for noun, surface in objects[:1]]
    yield from ((name, list(dict.fromkeys(surfaces))) for name, surfaces in found)


def _comes_back(places: Sequence[tuple[str, str]]) -> bool:
    return any(surface.split()[0].lower() in _DEFINITE for _, surface in places)


def _add(known: list[_Thing], thing: _Thing) -> None:
    """Put a thing to those of its kind, or to the one that it is another mention of."""
    same = next((t for t in known if t.stems <= thing.stems or thing.stems <= t.stems), None)
    if same is None and thing.told_after:  # "repeal of farm credits" and "repeal of the state's clean energy credits"
        same = next((t for t in known if t.told_after and not t.stems.isdisjoint(thing.stems)), None)
    if same is not None:
        same.surfaces += thing.surfaces
        same.weight += thing.weight
        if len(thing.stems) < len(same.stems):
            same.name, same.stems = thing.name, thing.stems
    elif len(known) < _MOST:
        known.append(thing)


def _thing(read: _Text, i: int, end: int) -> _Thing | None:
    """The thing whose noun is word i, if the words before, or those after up to `end`, say which one it is."""
    start, telling = _qualifiers(read, i)
    opened = start > 0 and read.lower[start - 1] in _OPEN
    if read.lower[i][-1] == "s" and not opened and all(w[0].isupper() for w in telling):
        telling = []  # "Biden plans", "Cruz talks", but "the Geneva talks"
    if telling:
        name = _called(read, start, i + 1)
        stems = _stems(telling)
        return _Thing(name, stems, [read.slice(start, i + 1)]) if stems and name.lower() not in _ISSUES_LOWER else None
    stems = _stems(read.forms[i + 1 : end])
    return _Thing(_called(read, i, end), stems, [read.slice(i, end)], True) if stems else None


def _move(read: _Text, i: int) -> _Thing | None:
    """What the verb at word i is meant to be done to: "close the library" in "voted to close the library"."""
    before = read.lower[i - 1]
    if before == "to":
        k = i - 2 - (i > 2 and read.lower[i - 2].endswith("day"))
        if k < 0 or not _INTENDING.match(read.lower[k]):
            return None
    elif before not in ("will", "would", "could", "may", "should"):
        return None
    end = _follow(read, i, _WORDS_ON, lambda k: read.lower[k] in _STOPS or read.lower[k] in _LOOSE)
    first = i + 1
    while first < end and (read.lower[first] in _OPEN or read.lower[first] in _UNTOLD):
        first += 1
    stems = _stems(read.forms[first:end])
    return _Thing(f"{_MOVES[read.lower[i]]} of {_called(read, first, end)}", stems, [read.slice(i, end)], True) if stems else None


def _disputed(read: _Text) -> Iterator[tuple[str, list[str]]]:
    """What else somebody backs or rejects in so many words, and the text names again: "the exhibition"."""
    sides = _sides()
    places: dict[str, list[int]] = defaultdict(list)
    for i, low in enumerate(read.lower):
        places[low].append(i)
    seen: set[str] = set()
    for i, low in enumerate(read.lower):
        if low not in sides or not read.joined(i) or read.lower[i + 1] not in _ARTICLES:
            continue
        j = _follow(read, i + 1, 4, lambda k: not _is_part(read, k))
        noun = read.lower[j - 1]
        if j == i + 2 or noun in seen or not _may_be_thing(noun):
            continue
        seen.add(noun)
        at = sorted(k for form in {noun, plural(noun), noun.removesuffix("s")} for k in places.get(form, ()))
        told: Counter[str] = Counter()
        surfaces: dict[str, None] = {}
        for k in at if len(at) > 1 else ():
            start, telling = _qualifiers(read, k)
            start = start if telling else _article(read, k)
            if start >= 0 and not _goes_on(read, k):
                surfaces[read.slice(start, k + 1)] = None
                told[_called(read, start, k + 1) if telling else noun] += 1 + bool(telling)
        if surfaces:
            yield told.most_common(1)[0][0], list(surfaces)


def _bodies(read: _Text) -> Iterator[tuple[str, list[str]]]:
    """Bodies and groups that act or recur: "the teachers' union", "Residents", "the government"."""
    described: dict[str, Counter[str]] = defaultdict(Counter)
    groups: dict[str, dict[str, None]] = defaultdict(dict)
    for i, low in enumerate(read.lower):
        if low not in _BODY_OR_UNNAMED or _goes_on(read, i):
            continue
        start, telling = _qualifiers(read, i)
        if telling and low in _BODY_FORMS and (read.forms[i].islower() or low in _PEOPLE):
            described[_called(read, start, i + 1).lower()][read.slice(start, i + 1)] += 2 if _acts(read, i) else 1
        elif start == i and low in _PEOPLE and _acts(read, i):
            groups[low][read.forms[i]] = None
        elif start == i and low in _UNNAMED and i and read.lower[i - 1] == "the" and _acts(read, i):
            groups[low][read.slice(i - 1, i + 1)] = None
    for surfaces in described.values():
        if surfaces.total() > 1:
            plainest = min(surfaces, key=lambda s: sum(map(str.isupper, s)))
            yield " ".join(plainest.split()), list(surfaces)
    heads = {name.rpartition(" ")[2] for name in described}
    yield from ((group, list(surfaces)) for group, surfaces in groups.items() if group not in heads)


def _issues(read: _Text) -> Iterator[tuple[str, list[str]]]:
    """What people are for or against without anybody having moved it."""
    issues: dict[str, dict[str, None]] = defaultdict(dict)
    for i, low in enumerate(read.lower):
        for words in _ISSUE_WORDS.get(low, ()):
            end = i + len(words)
            if tuple(read.lower[i:end]) == words and all(read.joined(k) for k in range(i, end - 1)):
                issues[_ISSUES_LOWER[" ".join(words)]][read.slice(i, end)] = None
                break
    yield from ((issue, list(surfaces)) for issue, surfaces in issues.items())


def _numbered(text: str) -> Iterator[tuple[str, list[str]]]:
    """Bills that go by a number: "SB 88" is Senate Bill 88."""
    bills: dict[str, dict[str, None]] = defaultdict(dict)
    for m in _NUMBERED.finditer(text):
        kind = next(forms for forms in BILLS if m[1] in forms)
        bills[f"{kind[0]} {m[2]}"][m.group()] = None
    yield from ((bill, list(surfaces)) for bill, surfaces in bills.items())


_NUMBERED = re.compile(rf"\b({'|'.join(re.escape(f) for forms in BILLS for f in sorted(forms, reverse=True))}) ?(\d{{1,5}})\b")


def _is_verb(read: _Text, i: int) -> bool:
    """Whether word i, which may be the noun of a thing, is a verb here or part of a title: "to ban", "plans to", "Ban"."""
    if not read.forms[i].islower() or (i and read.lower[i - 1] in _BEFORE_VERB and read.joined(i - 1)):
        return True
    return read.lower[i][-1] == "s" and read.joined(i) and read.lower[i + 1] == "to"


def _is_object(read: _Text, i: int) -> bool:
    """Whether the noun phrase of word i is what somebody backs or rejects."""
    k = _qualifiers(read, i)[0] - 1
    while k > 0 and (read.lower[k] in _UNTOLD or read.lower[k] in _OPEN) and read.lower[k] != "against" and read.joined(k):
        k -= 1
    if k < 0 or not read.joined(k):
        return False
    called_for = read.lower[k] == "for" and k > 0 and read.lower[k - 1] in ("call", "calls", "called", "calling", "push", "pushed")
    return called_for or read.lower[k] in _sides()


def _goes_on(read: _Text, i: int) -> bool:
    """Whether a noun follows, so that word i is a part of something else: "law enforcement", "tax rate"."""
    if not read.joined(i):
        return i + 1 < len(read.lower) and read.lower[i + 1] in ("'", "’")
    word = read.forms[i + 1]
    if word in _KINDS:
        return True
    known = word in CLOSED or word in _STOPS or word in verb_lemmas() or word.endswith(("ly", "ed", "ing"))
    return word.islower() and not known


def _article(read: _Text, i: int) -> int:
    """Where the article of a noun stands that nothing tells apart, as in "the proposed ban"; -1 where there is none."""
    k = i - 1
    while k > 0 and read.lower[k] in _UNTOLD and read.joined(k):
        k -= 1
    return k if k >= 0 and (read.lower[k] in _DEFINITE or read.lower[k] in ("a", "an")) and read.joined(k) else -1


def _qualifiers(read: _Text, i: int) -> tuple[int, list[str]]:
    """Where a noun phrase begins that ends in word i, without what tells nothing at its front; and the words that tell.

    "gun" of "Senate blocks gun bill".
    """
    start = i
    verbs = verb_lemmas()
    for k in range(i - 1, max(-1, i - _WORDS_BACK - 1), -1):
        word, low = read.forms[k], read.lower[k].rstrip("’'")
        if not read.joined(k) or not low[-1:].isalpha() or low.endswith(("’s", "'s", "ly")):
            break
        if low in CLOSED or low in _STOPS or low in _OPEN:
            break
        verb = verbs.get(low) if word.islower() and low not in _NOUNS and low not in _UNTOLD else None
        opened = k > 0 and (read.lower[k - 1] in _OPEN or read.lower[k - 1] in _UNTOLD)
        if verb and (not opened or verb[1] not in "bg"):
            break
        if not verb and low.endswith("ed") and "-" not in low and low not in _UNTOLD:
            break
        start = k
    while start < i and read.lower[start] in _UNTOLD:
        start += 1
    return start, [read.forms[k] for k in range(start, i) if read.lower[k] not in _UNTOLD]


def _complement(read: _Text, i: int) -> int:
    """The end of what follows a thing and says which one it is: "on the sale of rifles"; i + 1 where nothing does."""
    links = _LINKS.get(_single(read.lower[i]), frozenset())
    rest = read.lower[i + 1 : _follow(read, i, 4, lambda k: False)] + [""] * 4
    verbs = verb_lemmas()
    link, words = rest[0], 1
    if link not in links and not ("-ing" in links and link not in _SAYING and verbs.get(link, ("", ""))[1] == "g"):
        return i + 1
    if link in ("that", "which"):  # "a law that would bar doctors", "a law that bars doctors"
        words = 1 if verbs.get(rest[1], ("", ""))[1] == "s" else 2
        if words == 2 and rest[1] not in ("would", "will"):
            return i + 1
        words += rest[2] == "have"
    elif link == "to":
        if rest[1] not in verbs and rest[1] != "be":
            return i + 1
    elif rest[1] in ("a", "an", "any") or any(_DAY.match(w) for w in rest[1:4]):
        return i + 1
    if link in ("to", "that", "which") and read.lower[i][-1] == "s":
        return i + 1
    at = i + words

    def ends(k: int) -> bool:
        return k > at + 1 and (read.lower[k] in _STOPS or verbs.get(read.lower[k], ("", ""))[1] == "d")

    end = _follow(read, i, words + _WORDS_ON, ends)
    while end > at + 1 and (read.lower[end - 1] in CLOSED or read.lower[end - 1] in ("mr", "ms", "mrs", "dr")):
        end -= 1
    return end if end > at + 1 else i + 1


def _follow(read: _Text, i: int, most: int, ends: Callable[[int], bool]) -> int:
    """The end of at most so many words after word i, before the first that ends them."""
    k = i
    while k - i < most and read.joined(k) and not ends(k + 1):
        k += 1
    return k + 1


def _is_part(read: _Text, j: int) -> bool:
    """Whether word j may go on a noun phrase in lower case."""
    low = read.lower[j]
    verb = verb_lemmas().get(low)
    if not read.forms[j].islower() or low in CLOSED or low in _STOPS or low in _OPEN or low.endswith("ly"):
        return False
    return verb is None or verb[1] in "bg" or low in _UNTOLD


def _may_be_thing(noun: str) -> bool:
    """Whether a noun of which nothing is known but that sides are taken on it is likely neither a person nor a mere word."""
    person = noun.endswith(("ers", "ors", "er", "or", "ists", "ist", "men", "man", "people", "woman", "women"))
    odd = len(noun) < 4 or noun.endswith(("ing", "'s", "’s", "'", "’"))
    return not (person or odd or noun in _KINDS or noun in _BODY_FORMS or noun in _NO_THINGS)


def _acts(read: _Text, i: int) -> bool:
    """Whether word i is the subject of a verb that the lexicon knows, also past "on Friday", "in Oslo" and ", who ...,"."""
    n = len(read.lower)
    k = i + 1
    if k < n and read.lower[k] == ",":
        k = next((j for j in range(k + 2, min(k + 18, n)) if read.lower[j] in (",", ".")), n)
        if k == n or read.lower[k] == ".":
            return False
        k += 1
    k = _to_verb(read, k)
    if k < n and read.lower[k] in ("in", "at", "of", "from", "across", "near", "outside"):
        k = next((j for j in range(k + 1, min(k + 7, n)) if read.lower[j] in verb_lemmas() or not read.lower[j][0].isalnum()), n)
    k = _to_verb(read, k)
    if k >= n or read.sentence[k] != read.sentence[i] or read.lower[k].endswith("ing"):
        return False
    return read.lower[k] in verb_lemmas() and read.lower[k] in rows_by_first_word()


def _to_verb(read: _Text, k: int) -> int:
    """The next word that is no auxiliary, adverb or day."""
    while k < len(read.lower) and (
        read.lower[k] in _BEFORE_ACT or (read.lower[k].endswith(("day", "ly")) and read.lower[k] not in verb_lemmas())
    ):
        k += 1
    return k


def _called(read: _Text, i: int, j: int) -> str:
    """A phrase as the name of what it describes: one line, and without the capital that only opens a sentence."""
    first = read.forms[i]
    opens = i == 0 or read.sentence[i - 1] != read.sentence[i]
    known = first.lower() in _NOUNS or first.lower() in verb_lemmas() or first.lower() in CLOSED
    words = read.slice(i, j).split()
    return " ".join([words[0].lower() if opens and known else words[0], *words[1:]])


def _stems(words: Sequence[str]) -> frozenset[str]:
    """The stems of the words that say which thing it is."""
    told = (w.lower().rstrip("’'") for w in words if w.lower() not in CLOSED and (len(w) > 2 or w.isupper()))
    return frozenset(phrase_stem(w) for w in told)


@lru_cache(maxsize=1)
def _sides() -> frozenset[str]:
    """The verbs in all forms, and "against", after which stands what somebody is for or against."""
    found = {
        word
        for entry in entries()
        if entry.pos == "verb" and entry.frame == "subj" and entry.stance != "neutral" and entry.strength > 1
        if " " not in entry.entry
        for word in verb_forms(entry.entry)
    }
    return frozenset(found | {"against"})


def _single(noun: str) -> str:
    """A noun in the singular, where that is a thing too."""
    shorter = noun[:-3] + "y" if noun.endswith("ies") else noun.removesuffix("s")
    return shorter if shorter in _THINGS else noun


def _kind_of(noun: str) -> str:
    """One noun for all that news uses for one another: "bill" for "law" and "measure"."""
    return next((group[0] for group in HEADS if noun in group), noun)


def _forms(nouns: frozenset[str]) -> Iterator[str]:
    for noun in nouns:
        yield noun
        if not noun.endswith(("s", "men", "folk", "police")):
            yield plural(noun)


_LINKS: Mapping[str, frozenset[str]] = {  # what may follow each to say which one it is
    **dict.fromkeys(_PROPOSALS, frozenset(("to", "that", "which", "on", "-ing"))),
    **dict.fromkeys(_ACTIONS, frozenset(("of",))),
    **dict.fromkeys(_CURBS, frozenset(("on", "against", "over"))),
    **dict.fromkeys(_PACTS, frozenset(("with", "on", "between"))),
    **{"merger": frozenset(("of", "with", "between")), "blockade": frozenset(("of",)), "boycott": frozenset(("of",))},
    **{"withdrawal": frozenset(("of", "from")), "freeze": frozenset(("on", "of")), "clause": frozenset(("on",))},
    **{"cut": frozenset(("to",)), "bid": frozenset(("to",)), "subsidy": frozenset(("for",)), "lawsuit": frozenset(("-ing",))},
}
_KINDS = {form: _kind_of(_single(form)) for form in _forms(_THINGS)}
_BODY_FORMS = frozenset(_forms(_BODIES))
_BODY_OR_UNNAMED = _BODY_FORMS | _UNNAMED
_PLAN_FORMS = frozenset(_forms(_PLANS))
_ISSUES_LOWER = {issue.lower(): name for issue, name in _ISSUES.items()}
_ISSUE_WORDS: dict[str, list[tuple[str, ...]]] = defaultdict(list)
for _issue in sorted(_ISSUES_LOWER, key=len, reverse=True):
    _ISSUE_WORDS[_issue.split()[0]].append(tuple(_issue.split()))
