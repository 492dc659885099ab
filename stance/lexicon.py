"""The stance lexicon: words and phrases that carry a position, and who holds it toward what.

`lexicon.tsv` was written for this package. Its columns: `entry` (lower case; verbs in the base form), `pos` (verb, noun,
adj, phrase), `stance` (favor, against, neutral), `frame`, and `strength` (1 to 3). The frames:

subj    the subject holds the stance toward the object: "A condemned T", "A's rejection of T", "A is critical of T"
obj     the other way round: "T angered A", "T drew fire from A"
both    mutual: "A clashed with T"
eval    an evaluation of T by whoever speaks: "disastrous", "a triumph"
fate    something done to T by a hostile or friendly agent: "A bombed T", "T was freed by A"
speech  introduces a view of its subject: "A said"
shift   reverses or cancels what follows: "refuse to", "stop short of"
hedge   weakens it: "may", "consider"
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple


class Entry(NamedTuple):
    """A row of the lexicon."""

    entry: str
    pos: str
    stance: str
    frame: str
    strength: int


class Form(NamedTuple):
    """An inflected form of an entry: its words, and for verbs b(ase), s, g (-ing), d (past), n (participle)."""

    words: tuple[str, ...]
    kind: str
    entry: Entry


WORD = re.compile(r"\w+(?:-\w+)*|[^\w\s]")

_NEGATED = dict(
    pair.split(":")
    for pair in "don:do doesn:does didn:did won:will wouldn:would isn:is aren:are wasn:was weren:were couldn:could shouldn:should "
    "hasn:has haven:have hadn:had ain:is mustn:must mightn:might needn:need shan:shall".split()
)
_SHORTENED = {"ve": "have", "re": "are", "ll": "will", "m": "am", "d": "would"}
_BEFORE_IS = frozenset("he she it that this there here who what where how".split())


def spelled_out(words: Sequence[str]) -> list[str]:
    """Words in lower case with the verbs of contractions in full; as many words as before.

    >>> spelled_out(["they", "'", "ve", "won", "it", "'", "s", "ours", "won", "'", "t", "lose"])
    ['they', "'", 'have', 'won', 'it', "'", 'is', 'ours', 'will', "'", 't', 'lose']
    """
    out = list(words)
    if "'" not in out and "’" not in out:
        return out
    for i in range(1, len(out) - 1):
        if out[i] in ("'", "’"):
            before, after = out[i - 1], out[i + 1]
            if after == "t":
                out[i - 1] = _NEGATED.get(before, before)
            elif after == "s":
                out[i + 1] = "is" if before in _BEFORE_IS else after
            else:
                out[i + 1] = _SHORTENED.get(after, after)
    return out


_IRREGULAR = {
    base: forms.split(",")
    for base, _, forms in (
        item.partition(":")
        for item in """have:has,had do:did,done go:went,gone say:said make:made take:took,taken give:gave,given
        get:got,gotten come:came see:saw,seen know:knew,known think:thought find:found tell:told stand:stood lose:lost win:won
        fight:fought hold:held keep:kept leave:left throw:threw,thrown draw:drew,drawn break:broke,broken speak:spoke,spoken
        rise:rose,risen choose:chose,chosen shoot:shot strike:struck,stricken beat:beat,beaten seek:sought teach:taught buy:bought
        bring:brought catch:caught feel:felt meet:met lead:led feed:fed bleed:bled flee:fled deal:dealt mean:meant send:sent
        spend:spent lend:lent bend:bent build:built pay:paid lay:laid sell:sold hear:heard read:read put:put set:set cut:cut
        hit:hit hurt:hurt let:let shut:shut cast:cast split:split bid:bid rid:rid quit:quit thrust:thrust upset:upset
        forbid:forbade,forbidden forgive:forgave,forgiven forsake:forsook,forsaken swear:swore,sworn tear:tore,torn bear:bore,borne
        wear:wore,worn steal:stole,stolen freeze:froze,frozen weave:wove,woven drive:drove,driven ride:rode,ridden write:wrote,written
        bite:bit,bitten hide:hid,hidden eat:ate,eaten fall:fell,fallen shake:shook,shaken mistake:mistook,mistaken
        undertake:undertook,undertaken overtake:overtook,overtaken blow:blew,blown grow:grew,grown fly:flew,flown show:showed,shown
        overthrow:overthrew,overthrown withdraw:withdrew,withdrawn withhold:withheld uphold:upheld withstand:withstood
        understand:understood run:ran begin:began,begun sing:sang,sung ring:rang,rung sink:sank,sunk spring:sprang,sprung swing:swung
        sting:stung fling:flung sling:slung cling:clung hang:hung stick:stuck dig:dug spin:spun spit:spat sit:sat slay:slew,slain
        light:lit slide:slid stride:strode sweep:swept weep:wept creep:crept sleep:slept burn:burnt dream:dreamt lean:leant
        leap:leapt overcome:overcame become:became override:overrode,overridden rebuild:rebuilt retell:retold foresee:foresaw,foreseen
        oversee:oversaw,overseen outdo:outdid,outdone undo:undid,undone overrun:overran bind:bound grind:ground wind:wound shed:shed
        beset:beset browbeat:browbeat,browbeaten forswear:forswore,forsworn hamstring:hamstrung greenlight:greenlit
        mislead:misled misread:misread misspeak:misspoke,misspoken outbid:outbid outspend:outspent repay:repaid
        rewrite:rewrote,rewritten undercut:undercut underwrite:underwrote,underwritten
        spread:spread burst:burst cost:cost wed:wed strive:strove,striven wring:wrung shrink:shrank,shrunk stink:stank,stunk
        drink:drank,drunk arise:arose,arisen wake:woke,woken breed:bred speed:sped prove:proved,proven swell:swelled,swollen""".split()
    )
}
_ALSO_REGULAR = ("burn", "dream", "lean", "leap", "light", "speed", "wed")
_BE = ("is", "are", "was", "were", "been", "being", "am", "'s", "’s")
_PREPOSITIONS = set("of to for from with against on in over at by about between into toward towards".split())


@lru_cache(maxsize=10_000)
def verb_forms(verb: str) -> dict[str, str]:
    """The forms of a verb with their kinds.

    >>> verb_forms("deny")
    {'deny': 'b', 'denies': 's', 'denying': 'g', 'denied': 'd'}
    """
    forms = {verb: "b"}
    if verb == "be":
        return forms | dict.fromkeys(_BE, "d")
    consonant_y = verb[-1:] == "y" and verb[-2:-1] not in "aeiou"
    forms[verb[:-1] + "ies" if consonant_y else verb + ("es" if re.search(r"(s|x|z|ch|sh|o)$", verb) else "s")] = "s"
    if verb.endswith("ie"):
        ing = verb[:-2] + "ying"
    else:
        ing = (verb[:-1] if re.search(r"[^eoy]e$", verb) else verb) + "ing"
    forms[ing] = "g"
    doubled = ""
    if verb.endswith("ic"):
        doubled = verb + "k"
    elif re.fullmatch(r".*([^aeiou]|qu)[aeiou][bdgklmnprtz]", verb) and len(verb) <= 8:
        doubled = verb + verb[-1]
    if verb in _IRREGULAR:
        past = _IRREGULAR[verb]
        forms[past[0]] = "d"
        forms[past[-1]] = "n" if len(past) > 1 else "d"
        if verb in _ALSO_REGULAR:
            forms[verb + "ed"] = "d"
    else:
        forms[verb + "d" if verb[-1:] == "e" else verb[:-1] + "ied" if consonant_y else verb + "ed"] = "d"
        if doubled:
            forms[doubled + "ed"] = "d"
    if doubled:
        forms[doubled + "ing"] = "g"
    return forms


_COMPARED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("able", "former", "just", "late", "strange"), ()),  # "just", "later" and a stranger evaluate nothing
    "bad": ("worse", "worst"),
    "good": ("better", "best"),
}
_NOT_COMPARED = tuple("ed en ing al ous ful ive ile id ic ish ist us nt ect ar ern ss st est".split())


def comparatives(adjective: str) -> tuple[str, ...]:
    """The comparative and the superlative of a short adjective; none of a long one or a participle.

    >>> comparatives("harsh"), comparatives("nasty"), comparatives("grim"), comparatives("outrageous")
    (('harsher', 'harshest'), ('nastier', 'nastiest'), ('grimmer', 'grimmest'), ())
    """
    if adjective in _COMPARED:
        return _COMPARED[adjective]
    if len(adjective) > 7 or adjective.endswith(_NOT_COMPARED):
        return ()
    stem = adjective
    if adjective.endswith("y"):
        stem = adjective[:-1] + "i"
    elif adjective.endswith("e"):
        stem = adjective[:-1]
    elif re.fullmatch(r"[^aeiou]+[aeiou][bdgmnt]", adjective):
        stem = adjective + adjective[-1]
    return stem + "er", stem + "est"


def plural(noun: str) -> str:
    """The regular plural of a noun."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if re.search(r"(s|x|z|ch|sh)$", noun) else "s")


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """The rows of `lexicon.tsv`."""
    text = (resources.files("stance") / "lexicon.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    return tuple(Entry(e, pos, stance, frame, int(strength)) for e, pos, stance, frame, strength in rows)


Forms = tuple[tuple[Form, ...], dict[str, tuple[Form, ...]]]
"""Those of one word, and the others by their second, longest first."""


@lru_cache(maxsize=1)
def rows_by_first_word() -> dict[str, list[int]]:
    """The words that forms of the entries begin with -> the places of those entries among `entries`."""
    index: dict[str, list[int]] = defaultdict(list)
    for row, entry in enumerate(entries()):
        words = _words(entry)
        begin: Iterable[str] = words[:1]
        if entry.pos == "verb":
            begin = verb_forms(words[0])
        elif entry.pos != "phrase":
            begin = {form.words[0] for form in _other_forms(entry, words)}
        for word in begin:
            index[word].append(row)
    return index


@cache
def forms_of(word: str) -> Forms:
    """The forms of all entries that begin with a word of `rows_by_first_word`.

    They are put together when a text first has the word: no text has them all.
    """
    forms: list[Form] = []
    for row in rows_by_first_word()[word]:
        entry = entries()[row]
        words = _words(entry)
        if entry.pos == "verb":
            forms.append(Form((word, *words[1:]), verb_forms(words[0])[word], entry))
        else:
            forms += (form for form in _other_forms(entry, words) if form.words[0] == word)
    longer: dict[str, list[Form]] = defaultdict(list)
    for form in sorted(forms, key=lambda f: -len(f.words)):
        if len(form.words) > 1:
            longer[form.words[1]].append(form)
    return (tuple(f for f in forms if len(f.words) == 1), {w: tuple(f) for w, f in longer.items()})


def _words(entry: Entry) -> tuple[str, ...]:
    return tuple(spelled_out(WORD.findall(entry.entry)))


def _other_forms(entry: Entry, words: tuple[str, ...]) -> list[Form]:
    """Those of an entry that is no verb."""
    forms = [words]
    if entry.pos == "adj" and len(words) == 1:
        forms += ((word,) for word in comparatives(words[0]))
    if entry.pos == "noun":
        head = next((i for i, w in enumerate(words) if w in _PREPOSITIONS), len(words)) - 1
        if head >= 0:
            forms.append((*words[:head], plural(words[head]), *words[head + 1 :]))
    return [Form(form, "", entry) for form in forms]


_MORE_VERBS = """become begin seem appear want need try continue start stop let make take get give put keep come go run move turn
look see hear watch feel find show prove tell ask answer call name describe know think believe hope expect plan decide agree
refuse accept offer provide allow force cause lead follow leave return arrive enter reach pass cross win lose play compete score
earn pay buy sell spend save invest raise rise fall drop grow increase reduce cut add include contain involve require remain stay
live die kill bear build create form establish open close hold meet gather join serve work act use employ hire sign write read
publish report reveal release issue announce declare state note mention suggest propose urge order direct demand request seek
pursue launch carry bring send receive deliver travel visit fly drive sit stand lie walk talk speak discuss debate vote elect
choose select pick nominate appoint approve adopt enact introduce draft prepare schedule delay postpone suspend cancel end finish
complete conclude resolve settle mean control happen exist emerge occur arise wake sleep eat belong consist depend understand
ensure distribute conduct extract regain cede connect participate implement escalate inflate bind fulfill relinquish incorporate
sustain uncover accelerate specialize purport constitute produce originate combine define expire invoke wield reclaim undergo
operate obtain derive perform identify demonstrate develop discover divide dominate educate enable engage enhance evaluate examine
exceed expand explore extend generate handle illustrate incur inherit install instruct integrate interpret kneel listen locate
manage maintain marry melt motivate notify observe owe perceive persist pour precede proceed react recall reckon refer reflect
regulate relax remind renew repair repeat reside respond retain retire revise seize shrink specify submit succeed surround survive
swim tend transform translate undertake trail wait afford realise realize solve suppose burst notice spill scatter invent
communicate unveil vanish vary wander widen wonder worsen""".split()


def verb_of(word: str) -> tuple[str, str]:
    """The base form of the verb that a word may be a form of, and the kind of that form; two empty strings where it is none."""
    return verb_lemmas().get(word, ("", ""))


@lru_cache(maxsize=1)
def verb_lemmas() -> dict[str, tuple[str, str]]:
    """Word form -> (base form, kind) of the verbs of the lexicon and of the commonest others."""
    table: dict[str, tuple[str, str]] = {}
    first_words = {e.entry.split()[0] for e in entries() if e.pos == "verb"}
    auxiliaries = {"be", "have", "do", "not", "can", "will"}
    for verb in sorted((first_words | set(_MORE_VERBS)) - auxiliaries):
        if verb.isalpha():
            for form, kind in verb_forms(verb).items():
                if form not in table or kind == "b":
                    table[form] = (verb, kind)
    return table | {"found": ("find", "d"), "done": ("do", "n"), "doing": ("do", "g")}  # seldom what "found" founds


@lru_cache(maxsize=1)
def nouns() -> frozenset[str]:
    """The single nouns of the lexicon, singular and plural."""
    single = [e.entry for e in entries() if e.pos == "noun" and " " not in e.entry]
    return frozenset(single) | {plural(n) for n in single}
