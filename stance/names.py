"""Names: the other ways in which texts write an entity's name, and what a name says of its bearer.

Derived are surnames, acronyms, names without article or legal form, adjectives and capitals of states, members of parties,
plurals of plain nouns, and what else needs no knowledge of the world.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import NamedTuple
from unicodedata import normalize


@dataclass(frozen=True, slots=True)
class Entity:
    """A named thing: its name, the roles it may take, other names for it, and for whom it speaks."""

    name: str
    is_actor: bool = True
    is_target: bool = True
    aliases: tuple[str, ...] = ()
    affiliation: str = ""


class Alias(NamedTuple):
    """One way to write an entity: the words as listed, whose they are, and how they were come by."""

    surface: str
    entity: str
    how: str


_ACCENTS = "\u0300-\u036f"
WORD = re.compile(rf"[\w{_ACCENTS}]+|[^\w\s]")


def fold(text: str) -> tuple[str, ...]:
    """The words of a name in lower case, without accents, the apostrophe straight."""
    return tuple(WORD.findall(text.lower())) if text.isascii() else tuple(unaccented(w).lower() for w in WORD.findall(text))


@lru_cache(maxsize=100_000)
def unaccented(text: str) -> str:
    """A text without its accents, which many writers leave out, the apostrophe straight."""
    return text if text.isascii() else re.sub(f"[{_ACCENTS}]", "", normalize("NFD", text)).replace("’", "'")


TITLE_WORDS = frozenset(
    "president mr mrs ms miss dr prof professor sen senator rep representative gov governor mayor judge justice gen general "
    "col colonel capt captain lt sgt sir lady lord king queen prince princess pope bishop archbishop cardinal rabbi imam "
    "sheikh ayatollah ambassador commissioner secretary speaker chief chairman chairwoman chair director councillor coach "
    "sheriff inspector minister premier chancellor leader attorney spokesman spokeswoman spokesperson congressman "
    "congresswoman nominee lawyer candidate superintendent principal archduke emir sultan father sister brother officer "
    "executive pastor reverend rev deputy detective sergeant major admiral analyst editor envoy economist owner author "
    "activist actor actress singer head member democrat republican whip lawmaker businessman billionaire officials "
    "councilmember councilor assemblyman assemblywoman alderman treasurer founder dame baroness maulana mufti manager trustee "
    "mla mlc cr clr mep msp hon engr collector then-president then-sen then mp pm cm vp dp cllr barrister comrade alhaji "
    "challenger incumbent rival boss captain campaigner organiser organizer councilman councilwoman assemblymember".split()
)
HE = frozenset("mr sir lord king prince pope bishop archbishop cardinal rabbi imam sheikh ayatollah father brother emir".split())
SHE = frozenset(
    "mrs ms miss lady queen princess sister spokeswoman chairwoman congresswoman councilwoman assemblywoman businesswoman".split()
)
LOWERED = frozenset(
    "court ministry department council party government police parliament committee commission army military administration "
    "union cabinet act bill law deal plan agreement accord treaty war pipeline amendment lawmakers senators voters officials "
    "leaders workers activists groups forces troops".split()
)
"""What a name turns on that many writers put in lower case."""
LAWS = frozenset("act bill treaty agreement pact accord accords amendment resolution protocol memorandum referendum".split())

ARTICLE = re.compile(r"^(?:the|a|an) ", re.I)
LEGAL_FORM = re.compile(
    r",?(?: &| and)? (?:Inc|Corp|Corporation|Incorporated|Ltd|Limited|LLC|LLP|PLC|Plc|plc|AG|SE|SA|S\.A|NV|N\.V|GmbH|Co|Company|AB|ASA|"
    r"Oy|SpA|S\.p\.A|Oyj|KG|Pty|BV|Holdings?)\.?$"
)
SUFFIX = re.compile(r",? (?:Jr|Sr|II|III|IV)\.?$")
PARTICLES = frozenset("al bin ben ibn van von de da del della di du el la le der den ten ter dos das abu".split())
GROUP_WORDS = frozenset(
    "party committee union council court bank ministry front house congress parliament agency army federation association "
    "company commission university club group fund institute board department senate office service services bureau "
    "administration government corporation foundation league alliance society movement network campaign coalition caucus "
    "assembly authority organization organisation church police forces force guard militia brigade team center centre "
    "centers centres school college hospital airlines airline industries partners times post journal news newspaper press "
    "greens list guild cooperative chamber syndicate confederation lobby trust press embassy brotherhood taliban bloc "
    "states nations republicans democrats conservatives socialists liberals workers farmers teachers doctors nurses drivers "
    "voters residents students parents lawmakers senators officials lawyers activists protesters survivors immigrants "
    "migrants veterans prosecutors fishermen owners traders businesses unions companies banks tribe nation "
    "air pure resorts minerals midstream health foods food media energy oil gas motors systems technologies mining capital "
    "logistics telecom pharma holdings hotels group partners press records studios academy ensemble "
    "orchestra theatre theater museum museums festival airport port railway railways mine mines works charity international united "
    "rovers wanderers athletic fc".split()
)
_PLURAL_GROUPS = {
    "Democratic": ("Democrats", "Democrat"), "Labour": ("Labour",), "Conservative": ("Conservatives", "Tories", "Tory"),
    "Green": ("Greens",), "Liberal": ("Liberals",), "Socialist": ("Socialists",), "Communist": ("Communists",),
    "Republican": ("Republicans", "Republican", "GOP", "G.O.P."), "Libertarian": ("Libertarians",),
}  # fmt: skip
_PARTY = re.compile(r"^(?:the )?((?:[A-Z][\w-]+ )*?)([A-Z][\w-]+) Party(?: of [A-Z].*)?$")
COMMON_SURNAMES = frozenset(
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
    for surface, how in (*found, *((other, how) for form, how in found for other in _spellings(form))):
        if surface and surface not in seen:
            seen.add(surface)
            yield Alias(surface, entity.name, how)


def _spellings(name: str) -> Iterator[str]:
    """A name without the marks that many writers leave out, and as others spell it: "Veterans' Affairs", "Defence Ministry"."""
    if "-" in name or "'" in name or "’" in name:
        yield re.sub(r"(?<=\w)-(?=[A-Z])", " ", re.sub(r"(?<=s)['’](?= )", "", name))
    words = name.split()
    if not _SPELLINGS.keys().isdisjoint(words):
        for i, w in enumerate(words):
            if w in _SPELLINGS and len(words) > 1 and (words[-1] != "Party" or w[-1] == "s"):
                yield " ".join([*words[:i], _SPELLINGS[w].rstrip("'") if w is words[-1] else _SPELLINGS[w], *words[i + 1 :]])
    if words[0] == "Al" and len(words) == 2:
        yield f"al-{words[1]}"


_SPELLINGS = {
    cased[i]: cased[1 - i]
    for pair in ("organisation organization", "labour labor", "defence defense", "centre center", "centres centers")
    for cased in (pair.split(), pair.title().split()) for i in (0, 1)
} | {f"{w}s": f"{w}s'" for w in "Veteran Teacher Worker Farmer Nurse Student Lawyer Driver".split()}  # fmt: skip


def _derived(alias: str, entity: Entity) -> Iterator[tuple[str, str]]:
    """Other ways to write `alias`, and how each was come by."""
    bare = LEGAL_FORM.sub("", ARTICLE.sub("", alias)).strip()
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
    one = profile_of(entity.name, entity.is_actor).kind == "person"  # "the union leader" is not union leaders
    if bare.islower() and (len(words) > 1 or bare == alias) and not one:
        yield from _plain_forms(words)
    elif len(words) > 1 and words[-1].islower() and not one:  # "Latino voter"
        yield from _other_number(words)
    kind = profile_of(alias, entity.is_actor)
    if kind.kind == "person" and len(words) > 1:
        core = [w for w in SUFFIX.sub("", bare).split() if not re.fullmatch(r"[A-Za-z]\.", w)]
        if len(core) > 1:
            core = [w.capitalize() for w in core] if bare.islower() else core
            if core[-1].lower() in TITLE_WORDS and core[0] not in given_names():
                return  # "Prime Minister" is no surname of Minister
            if family_first(core):  # "Kim Jong-un" is Kim, not Un
                yield f"{core[0]} {' '.join(core[1:]).replace('-', ' ').title()}", "derived"
                if len(core) == 3:
                    yield f"{core[0]} {core[1]}-{core[2].lower()}", "derived"
                yield core[0], "surname"
                return
            last = next((i for i, w in enumerate(core[1:-1], 1) if w.lower() in PARTICLES), len(core) - 1)
            suffix = SUFFIX.search(bare)
            if suffix:
                short = suffix.group().strip(",. ")
                firsts = (" ".join(core), f"{core[0]} {core[-1]}")
                yield from ((f"{first} {short}{dot}", "derived") for first in firsts for dot in ("", "."))
            initials = core[0].replace(".", "")
            if core[0].isupper() and 2 <= len(initials) <= 3:  # "J.D. Obi" and "JD Obi"
                yield from ((f"{first} {' '.join(core[1:])}", "derived") for first in (initials, ".".join(initials) + "."))
            if core[-1][:3].lower() in ("al-", "el-"):
                yield from ((f"{core[0]} {core[-1][3:]}", "derived"), (core[-1][3:], "surname"))
            if len(core) > 2 and last == len(core) - 1 and core[-2] not in given_names():
                yield f"{core[-2]} {core[-1]}", "surname"
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
        if party[2] in _PLURAL_GROUPS and party[2] != "Labour":
            yield party[2], "adjective"
    if not bare[:1].isupper():
        return
    for shorter in _without_state(bare):
        yield shorter, "derived"
        yield from _office_forms(shorter)
    yield from _office_forms(bare)
    yield from _of_state(bare)
    for short in (*acronyms(bare), *UNIONS.get(bare, ())) if not one else ():
        yield short, "acronym"
    if len(words) == 2 and kind.kind == "group" and words[1][0].isupper() and words[0][0] + words[1][0] not in states():
        yield from ((short, "initials") for short in (words[0][0] + words[1][0], f"{words[0][0]}.{words[1][0]}."))
    if bare[-1].isdigit():
        yield from ((form, "name") for form in _bill_forms(bare))


UNIONS = {"European Union": ("EU", "E.U."), "United Nations": ("UN", "U.N."), "African Union": ("AU", "A.U.")} | {
    **dict.fromkeys(("EU", "E.U."), ("European Union",)), **dict.fromkeys(("UN", "U.N."), ("United Nations",)), "AU": ("African Union",)
}  # fmt: skip
BILLS = (("Senate Bill", "SB", "S.B."), ("House Bill", "HB", "H.B."), ("H.R.", "HR"), ("Proposition", "Prop", "Prop."))
"""How bills are numbered: the words and their short forms."""


def _bill_forms(name: str) -> Iterator[str]:
    """Other ways to write "Senate Bill 9": "SB 9", "S.B. 9", "SB9"."""
    kind, _, number = name.rpartition(" ")
    for forms in BILLS:
        if kind in forms or (not kind and number.rstrip("0123456789") in forms):
            number = number.lstrip("HBRS")
            yield from (f"{form} {number}" for form in forms)
            yield from (form + number for form in forms if form.isupper() and "." not in form)


@lru_cache(maxsize=1)
def state_words() -> dict[str, tuple[str, str]]:
    """Name or adjective of a state -> its usual name, its first adjective."""
    return {word: (row[0], row[1][0]) for name, row in states().items() if row[1] for word in (name, *row[1])}


_STATE_BODIES = LOWERED | {"navy"}


def _of_state(name: str) -> Iterator[tuple[str, str]]:
    """A state's body as others write it: "Iraqi parliament", "Iraq's parliament" and "parliament of Iraq" are the same."""
    words = re.split(r"['’]s | ", name, maxsplit=2)
    for owner, rest in (
        (words[0], name[len(words[0]) :].lstrip("'’s ")),
        (" ".join(words[:2]), words[-1]),
        (name.rpartition(" of ")[2].removeprefix("the "), name.rpartition(" of ")[0]),
    ):
        if owner in state_words() and rest and head_of(rest) in _STATE_BODIES:
            state, adjective = state_words()[owner]
            for body in (rest, *(form for form, how in _office_forms(rest) if how != "acronym")):
                yield from ((f, "derived") for f in (f"{adjective} {body}", f"{state}'s {body}", f"{body} of {state}"))
                if " " in body and body[0].isupper():
                    yield body, "bare"


_FAMILY_NAMES = frozenset("Xi Hu Wen Mao Deng Jiang Zhou Zhao Zhang Wang Liu Li Xu Nguyen Tran Pham Yoon".split())


def family_first(words: list[str]) -> bool:
    """Whether a person's first word is the family's name: Xi Jinping, Kim Jong Un, Tsai Ing-wen."""
    if words[0] in _FAMILY_NAMES and len(words) > 1:
        return True
    return (len(words) == 3 and words[0] == "Kim") or (len(words) == 2 and bool(re.fullmatch(r"[A-Z]\w+-[a-z]\w+", words[1])))


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
            if len(words) > 2 and words[-2] not in LITTLE:
                yield f"{words[-2]} {head}", "derived"


LITTLE = frozenset("the a an this that these those such any some no its his her their our my your other same".split())
"""Words before a noun that do not say which one."""
_NUMBERS = frozenset("one two three four five six seven eight nine ten eleven twelve dozen several many few some half".split())

HEADS: tuple[tuple[str, ...], ...] = (
    ("bill", "legislation", "measure", "act", "law", "proposal", "amendment", "statute", "ordinance"),
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
    "United Nations": ("U.N.", "UN"),
    "European Union": ("EU",),
}


_STATE_STARTS = tuple(f"{s} " for state, shorts in _STATE_PREFIXES.items() for s in (state, *shorts))


def _without_state(name: str) -> Iterator[str]:
    """'United States Senate' and 'Supreme Court of the United States' without the state, and with its short names."""
    if not name.startswith(_STATE_STARTS) and " of the " not in name:
        return
    for state, shorts in _STATE_PREFIXES.items():
        rest = ""
        if name.startswith(state + " "):
            rest = name[len(state) + 1 :]
        elif name.endswith(" of the " + state):
            rest = name[: -len(" of the " + state)]
        else:
            written = next((s for s in shorts if s.isupper() and name.startswith(s + " ")), "")
            rest = name[len(written) + 1 :] if written and (written == "U.S." or name.count(" ") > 1) else ""
        if rest and rest[0].isupper():
            yield rest
            yield from (f"{short} {rest}" for short in (state, *shorts))
            if rest == "House of Representatives":
                yield "House"


def _office_forms(name: str) -> Iterator[tuple[str, str]]:
    if name in ("Foreign Ministry", "Ministry of Foreign Affairs"):
        yield from ((form, "derived") for form in ("Foreign Ministry", "Ministry of Foreign Affairs", "Foreign Affairs Ministry"))
    for head in ("Department", "Ministry"):
        if name.endswith(f" {head}") and name.count(" ") < 4:
            yield f"{head} of {name[: -len(head) - 1]}", "derived"
        if name.startswith(head + " of ") and " " in name:
            field_ = name[len(head) + 4 :].removeprefix("the ")
            yield f"{field_} {head}", "derived"
            if head == "Department" and field_.count(" ") >= 2:
                yield from ((a, "acronym") for a in acronyms(field_))
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


def acronyms(name: str) -> Iterator[str]:
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
def phrase_stem(word: str) -> str:
    """A word without its ending, the nouns that news uses for one another as one."""
    for suffix in ("ations", "ation", "ings", "ing", "ions", "ion", "ments", "ment", "ies", "ers", "er", "ed", "es", "s", "y", "e"):
        if word.endswith(suffix) and len(word) - len(suffix) >= (3 if suffix == "s" and word[-2] != "s" else 4):
            base = word[: -len(suffix)]
            return base[:-1] if len(base) > 4 and base[-1] == base[-2] else base
    return word


@lru_cache(maxsize=100_000)
def head_of(name: str) -> str:
    """The noun that a name turns on, in lower case: "Bank" of "Bank of Oslo", "withdrawal" of "withdrawal of the film"."""
    words = name.lower().split()
    cut = next((i for i, w in enumerate(words) if i and w in AFTER_HEAD), len(words))
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
def capitals() -> frozenset[str]:
    """The capitals of all states."""
    return frozenset(capital for state in states().values() for capital in state[3])


@lru_cache(maxsize=1)
def given_names() -> dict[str, str]:
    """Given name -> m or f."""
    return {name: gender for gender, name in (line.split("\t") for line in _data_lines("given_names.tsv"))}


def _data_lines(name: str) -> list[str]:
    return (resources.files("stance") / name).read_text(encoding="utf-8").splitlines()[1:]


@lru_cache(maxsize=100_000)
def profile_of(name: str, is_actor: bool = True) -> Profile:
    """What a name alone says of its bearer."""
    bare = ARTICLE.sub("", name)
    if bare in states():
        return Profile("state")
    words = SUFFIX.sub("", bare).split()
    lower = [w.lower() for w in words]
    gender = given_names().get(words[0].capitalize() if words and words[0].islower() else words[0], "") if words else ""
    if len(lower) > 1 and lower[-1] in LAWS:
        return Profile("thing")
    if is_actor and name.islower() and head_of(name) in TITLE_WORDS:
        return Profile("person")  # "agriculture minister", "police commissioner"
    if lower and not GROUP_WORDS.isdisjoint(lower):
        head = head_of(bare)
        plural = (head.endswith("s") and not head.endswith("ss")) or head in ("women", "men", "people")
        return Profile("group", plural=plural or lower[-1] in ("party", "police", "government", "campaign"))
    if not is_actor:
        return Profile("thing", plural=bool(lower) and lower[-1].endswith("s") and not lower[-1].endswith("ss"))
    if 2 <= len(words) <= 5 and "of" not in lower and "for" not in lower:
        if gender:
            return Profile("person", gender)
        acronym = any(w.isupper() and len(w) > 2 and "." not in w for w in words)
        if not acronym and all(w[0].isupper() or w in PARTICLES for w in words):
            return Profile("person")
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
        if (words[0] in HE or words[0] in SHE) and not _OWNER.search(alias):  # not "Mr. Obi's daughter"
            return Profile("person", "m" if words[0] in HE else "f")
        head = next((words[i - 1] for i, w in enumerate(words) if i and w in AFTER_HEAD), words[-1])
        if alias.islower() and not profile.gender and profile.kind in ("person", "name", "thing") and head in BODY_NOUNS:
            return Profile("group")
        if alias.islower() and profile.kind in ("name", "thing") and head in TITLE_WORDS and words[0] in ("the", "a", "an"):
            return Profile("person")
    return profile


_OWNER = re.compile(r"['’]s\b|s['’]")
AFTER_HEAD = frozenset("of for in on at from against over with to".split())
BODY_NOUNS = GROUP_WORDS | frozenset(
    "firm operator builder retailer carrier maker contractor utility brewery airline app chain website newspaper magazine".split()
)
