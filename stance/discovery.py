"""The names that a text gives to its actors and that no catalogue lists: persons, bodies, laws."""

from __future__ import annotations

import re
from collections import Counter

from stance.grammar import BE
from stance.lexicon import verb_of
from stance.names import BODY_NOUNS, GROUP_WORDS, LAWS, LOWERED, TITLE_WORDS, given_names

UP = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶŁŃŇŌŐŒŘŚŞŠŢŤŪŮŰŹŻŽȘȚ"
_STOPPED = "|".join(rf"(?<=\b{w})" for w in (f"[{UP}]", "Mr", "Ms", "Dr", "St", "Mrs", "Sen", "Rep", "Gov", "Gen"))
RUN = re.compile(
    rf"(?<![\w’'-])[{UP}][\w’'-]*(?:(?: (?:of|for) (?:the )?| and |(?:{_STOPPED})\. | |-)?"
    rf"(?:(?:al|bin|ibn|van|von|de|da|del|di|el|der|den|dos)[ -])*(?<=[ -])[{UP}][\w’'-]*)*"
)
"""A run of capitalised words, the small words of names among them."""
SPEECH = re.compile(
    r"\s*(?:,[^,.]{3,60},|,)?\s*(?:said|says|told|added|argued|warned|insisted|called|wrote|tweeted|accused|welcomed|rejected|"
    r"opposed|praised|condemned|criticised|criticized|backed|denied|announced|urged|vowed)\b"
)
STOP = frozenset(
    "The A An In On At For But And Or If When While After Before As By With From To Of He She It They We I You This That "
    "These Those His Her Its Their Our My Not No Yes Monday Tuesday Wednesday Thursday Friday Saturday Sunday January "
    "February March April May June July August September October November December Mr Mrs Ms Dr So Yet Since Under Over "
    "Last Next Now Then There Here What Who Why How Some Many Most All Both Each Only Also Even Still Later Earlier Today "
    "Yesterday Instead Meanwhile However Once Among Against According Asked Despite During Until Inside Outside Nobody "
    "Everyone Photo Reuters AP AFP Image Credit Updated Published Unlike Although Though Because Perhaps Unless Where Whether "
    "Like Neither Nor Did Does Do Is Are Was Were Can Could Should Would Has Have Had Maybe Indeed Besides Following".split()
)


def discover_names(text: str, every: bool = False) -> list[str]:
    """Actors that the text itself names: names with titles, bodies, names that speak or recur; or every full name."""
    names: Counter[str] = Counter()
    free: set[str] = set()  # not only where something is
    sure: dict[str, None] = {}
    bodies: dict[str, None] = {}  # of one word
    for m in RUN.finditer(text):
        run = m.group()
        if "\n" in run or text[m.start() - 1 : m.start()] == "." or (run.isupper() and " " in run):
            continue
        together = not (GROUP_WORDS | LAWS).isdisjoint(run.lower().split()) and run.split()[0] not in given_names()
        for piece in [run] if together else run.split(" and "):
            words, titled = _strip_titles(piece.replace(". ", " ").split())
            if not words:
                continue
            words[-1] = re.sub(r"['’]s?$", "", words[-1])
            name = " ".join(words) if every else re.sub(r"^([A-Z]) ", r"\1. ", " ".join(words))
            place = words[-1] in _STREETS or (titled and text[m.start() - 9 : m.start()].endswith((" in ", " near ", " outside ")))
            if len(name) < 3 or name in STOP or (place and not every):
                continue
            names[name] += 1
            placed = not every and bool(_PLACED.search(text, max(0, m.start() - 12), m.start()))
            if not placed:
                free.add(name)
            speaks = bool(SPEECH.match(text, m.end())) or (len(words) in (2, 3) and words[0] in given_names())
            speaks = speaks or (not every and not placed and 1 < len(words) < 5 and _acts_there(text, m.start(), m.end()))
            body = not _GROUPS.isdisjoint(w.lower() for w in words)
            law = len(words) > 2 and words[-1].lower() in LAWS
            role = _ROLE_BEFORE.search(text, max(0, m.start() - 24), m.start()) if len(words) == 1 and not every else None
            of_body = role is not None and role[1] in BODY_NOUNS and not role[2]  # "the airline Corvane"
            if (titled and "of" not in words and "for" not in words) or of_body or (len(words) > 1 and (speaks or body or law)):
                sure[name] = None
            elif len(words) == 1 and not titled and (speaks or body or (name.isupper() and len(name) > 2)):
                bodies[name] = None
    fuller: dict[str, str] = {}  # last word -> the first name of several words that ends in it
    for name in names:
        if " " in name and " and " not in name:
            fuller.setdefault(name.rpartition(" ")[2], name)
    for name in [n for n in sure if n in fuller]:  # "Ms. Delmar" is the Rosa Delmar of the sentence before
        del sure[name]
        sure[fuller[name]] = None
    shortened = {name.split()[0] for name in names if name.split()[-1] in COMPANY}
    for name in () if every else bodies:  # "Taliban", "IRS", and what speaks and is named again
        other = name in fuller or name in shortened or name in given_names() or name.lower() in _NO_BODIES
        if names[name] > 1 and not other:
            sure[name] = None
    for name, count in names.items():
        if " " in name and name in free and (count >= 2 or every) and " and " not in name and name not in sure:
            sure[name] = None
    return list(sure)


_STREETS = frozenset(
    "Lane Road Street Avenue Square Hill Bay Beach River Creek Lake Valley Island Islands Heights Falls Bridge".split()
)
_GROUPS = GROUP_WORDS | frozenset("forum collective estates alliance project voice".split())
_PLACED = re.compile(r"\b(?:in|at|of|from|to|near|across|through|outside|between|over|into|around|the)(?: the)? $")
_INVERTED = re.compile(r"\b(?:said|says|told|added|argued|warned|by|asked|thanked|praised|accused|with) $")
_ROLE_BEFORE = re.compile(r"\b([a-z]{3,20})(,?) $")
_BORNE_BY = re.compile(
    r",? (?:who|whose)\b|, \d\d\b| \([RDI]-[A-Z]"
    r"|, (?:an?|the|his|her|its|head|chief|president|general secretary|secretary|director|chairman)\b"
)
_VERB_AFTER = re.compile(r",? (?:(?:also|now|then|has|had|have|not|since|long) )*([a-z]{2,15})\b")


def _acts_there(text: str, start: int, end: int) -> bool:
    """Whether the words around a name of several words say that its bearer acts: a verb, a title, an apposition."""
    if _INVERTED.search(text, max(0, start - 12), start) or _BORNE_BY.match(text, end):
        return True
    verb = _VERB_AFTER.match(text, end)
    if verb and (verb[1] in BE or verb_of(verb[1])[1] in ("s", "d", "n")):
        return True
    before = _ROLE_BEFORE.search(text, max(0, start - 24), start)
    return before is not None and (before[1] in TITLE_WORDS or before[1] in BODY_NOUNS or before[2] == ",")


COMPANY = frozenset(
    "Energy Group Airlines Air Holdings Capital Mining Homes Industries Computing Systems Technologies Foods Pharma Motors Steel Bank "
    "Health Media Resorts Minerals Logistics Telecom Power Partners Securities Oil Gas Water Estates Studios Cement".split()
)
_NO_BODIES = LOWERED - {"congress", "parliament"} | TITLE_WORDS | frozenset(
    "states nations university college school company church center centre united air oil gas energy health home news post times "
    "press workers farmers teachers doctors nurses drivers voters residents students parents lawyers list services service office "
    "p.m a.m usa the god internet facebook twitter covid covid-19 tv ceo gop aids dna hiv department party general more county "
    "branch presidential electric everybody investigators constitution capitol".split()
)


def _strip_titles(words: list[str]) -> tuple[list[str], bool]:
    """A capitalised run without what comes before the name in it, and whether that was a title.

    >>> _strip_titles("Senate Majority Leader Ada Obi of Lagos".split())
    (['Ada', 'Obi'], True)
    """
    titled = False
    body = any(w.lower() in GROUP_WORDS for w in words[2:] if w.lower() != "house")
    last = -1
    for i, word in enumerate(words[:-1]):
        plain = word.lower().strip(".").split("-")[-1]
        group = words[i + 1].lower() in GROUP_WORDS and ((body and i) or plain in ("republican", "democrat"))  # Republican Union
        if plain in TITLE_WORDS and not group:
            last, titled = i, True
        elif (word in STOP and i == last + 1) or (word.endswith(("’s", "'s")) and i - last < 3):
            last = i
    words = words[last + 1 :]
    if titled and words[:1] in (["of"], ["for"]) and len(words) > 3:  # Secretary of State Ada Obi
        words = words[2:]
    if words and words[0] in STOP:
        words = words[1:]
    person = "of" in words[2:3] and GROUP_WORDS.isdisjoint(w.lower() for w in words[:2])  # Tomas Quirk of the Greens
    if words and (titled or person or words[0] in given_names()):
        cut = next((i for i, w in enumerate(words) if w in ("of", "for", "and")), len(words))
        if cut > 1 or titled:
            words = words[:cut]
        words = [w for i, w in enumerate(words) if not (0 < i < len(words) - 1 and len(w.strip(".")) == 1)]
    return words, titled
