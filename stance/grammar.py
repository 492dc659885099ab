"""A sentence read once: its words, names, rough word classes, and the cues of the lexicon that it holds.

No parser: closed word classes, the lexicon's verbs and a few rules about neighbours tell nouns, verbs and names apart well
enough for `stance.phrases` and `stance.tree` to say what hangs on what, in tens of microseconds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from stance.lexicon import WORD, Form, Forms, forms_of, nouns, rows_by_first_word, spelled_out, verb_lemmas, verb_of

Span = tuple[int, int]


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


PREPOSITIONS = word_set(
    "of in on at for with by from against over about into after before under between among toward towards during without within "
    "across behind beyond despite concerning regarding upon like unlike than as via per amid alongside beside beneath aboard aside "
    "around near since until through along off onto out up down throughout outside above below including except"
)
BE = word_set("is are was were be been being am 's ’s")
_HAVE = word_set("have has had having")
_WONT = word_set("cannot wont cant dont doesnt didnt wouldnt couldnt shouldnt")  # as they are printed where apostrophes are lost
_NOT = _WONT | word_set("isnt arent wasnt werent hasnt havent hadnt")
_AUXILIARIES = BE | _HAVE | _NOT | word_set("do does did will would can could may might must shall should")
_SUBORDINATORS = word_set(
    "that which who whom whose whatever whoever whichever whenever wherever because while whilst although though albeit if when "
    "where whether unless what why how"
)
_PRONOUNS = word_set("he she they it we i you him her them us me himself herself itself themselves this these those")
_DETERMINERS = word_set("the a an his her its their our my your any no some every each all both another such")
_VERBS_IN_LY = word_set("ally apply bully comply imply misapply multiply rally rely reply resupply sully supply")
_ARTICLES = word_set("the a an his her its their our my any every no")
_ADVERBS = word_set(
    "not never no also now then still just only already again even too very so more most less least once often always "
    "sometimes later earlier soon sooner yet ever here there however meanwhile instead away back ahead perhaps ago "
    "almost forward together quite rather twice nonetheless nevertheless therefore thus otherwise likewise moreover furthermore "
    "elsewhere indeed maybe overnight altogether alike else afterward afterwards beforehand thereafter anyway"
)
_COORDINATORS = word_set("and or but nor")
RELATIVES = word_set("who which that whom whose")
_PASSIVE = BE | word_set("get gets got getting")
_VERB_BEFORE = word_set(
    "will would can could may might must shall should to do does did he she they we i it who which"
)
_APOSTROPHES = frozenset("'’‘")
# what a headline in title case leaves small
_SMALL = word_set("a an the and but or nor of in on at to for from by with as over into up off out than if via per vs v s t")
_NOUN_BEFORE = _DETERMINERS | word_set("this that these those in of for with by on more further public fresh new")
_NEGATIONS = _NOT | word_set("not no never nor neither without hardly scarcely barely")
_NONE = word_set("nobody nothing none")
_MAY_NEGATE = _NEGATIONS | _NONE | word_set("t yet")
DAYS = word_set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october "
    "november december yesterday today tomorrow"
)
# seldom verbs, see `_acts`
_RATHER_NOUNS = word_set(
    "minister house campaign court judge party states state forces force points point attacks prices rates hundred part allies "
    "rules team issues shares lines club banks fund emails taxes bank show bid figures tax side arms races head rivals votes courts "
    "details lives needs steps reports places pounds teams line hosts finance exports plans plan parts gas gun report sides polls "
    "fall coach war members police guards ministers judges evidence interest interests group leaders host document documents tests "
    "test rebels stations nurses spring thanks cuts calls lawmakers ally partners parties terms shows charges sanctions lobby rival "
    "partner clashes strikes funds moves orders signals changes rights roots values levels records fans names comments projects "
    "acts gains hands scores heads bombs imports profits protests campaigns voices star stars books seconds brands credits papers "
    "films wages forms circles bonds houses centers ballots supplies tweets transfers neighbors tricks clips phones tears toys pals "
    "trolls purchases pockets tanks wars seals bites plants leaks files forecasts tips spies crowds inches yields ships bridges "
    "bands requests talks guns uprising flooding death ground date race prison jail president senator film water life research book "
    "process level station"
)
# verb forms in -s that are plurals as often
_ALSO_NOUNS = word_set(
    "stones controls claims causes costs attempts rallies returns views notes links increases promises advocates limits bars pledges "
    "pitches tracks bids rings bets trades pins decrees signs blocks picks posts monitors scales winds fuels bats dates interviews "
    "amounts deals questions studies exchanges delays battles contacts edits eyes awards rolls benefits targets voices"
)
# forms in -ing that are nouns where nothing follows that they govern
_ING_NOUNS = word_set(
    "spending shooting bombing meeting hearing funding trafficking polling financing accounting rating briefing testing laundering "
    "meddling marketing advertising shopping boxing warming messaging training trading recording pricing lending "
    "cleansing filing poisoning counseling profiling sentencing policing doping licensing listing stabbing "
    "editing building beginning opening killing recruiting monitoring"
)
_NO_ING = word_set(  # never verbs
    "morning evening nothing something everything anything ceiling lightning clothing wrongdoing inning sibling wedding string darling "
    "sterling offspring"
)
_RELATIVE_DAYS = word_set("yesterday today tomorrow tonight")
_EACH = word_set("both all each")
_ALSO_NAMES = word_set("beijing nanjing chongqing boeing wyoming manning harding browning fleming italy sicily emily")
HELPING = word_set("help helps helped helping")
_ALSO_CLAUSAL = word_set("shows reports needs plans signals")  # of `_RATHER_NOUNS`, see `_tells`
_THINGS = word_set("everything nothing something anything")
_ATTRIBUTIVE = word_set("court gun state campaign death war")  # "according to court records"
_GONE_TO = word_set("court death war team jail prison date ground school church power office criticism life market trial")
_ONLY_VERBS = word_set(  # never nouns
    "say make take see get go become happen believe want include give come bring keep appear continue understand think seem ask "
    "provide create accept suggest expect agree allow remain follow argue insist tell know require produce receive describe"
)
_OFFICES = word_set("state defense defence education energy labor health agriculture commerce transportation")
_HEADLINED = word_set("calls moves plans votes protests talks")
CLAUSAL = word_set(
    "say tell think believe know claim argue insist suggest warn hope fear feel announce declare admit deny confirm report note "
    "add explain show mean conclude predict expect acknowledge allege state maintain contend wish assume understand see hear "
    "learn find complain boast vow pledge promise swear indicate stress signal decide realise realize remember recall guess estimate "
    "testify imagine ensure reckon determine"
)
WISHING = word_set("want like prefer wish expect")  # "wants the dam to be built"
WITH_FATE = WISHING | word_set("need get have has had see keep leave order find")  # "wants the dam stopped"
PLACES = word_set("out off away down back dead over")  # "wants the army out"
LETTING = word_set("let lets letting help helps helped helping make makes made making watch watched see")  # "helped Oslo free Ruiz"
_MANY = word_set("people police men women children")
_ALSO_VERBS = word_set("back like")  # of the closed classes
_TRADES = word_set(
    "shipping mining trading broadcasting banking housing planning engineering publishing manufacturing farming fishing hunting racing "
    "betting gambling teaching nursing training building ruling governing drilling logging smelting recycling "
    "advertising marketing tracking polling accounting lending testing"
)
_ABOUT = word_set("about around over under")
_NUMBERS = word_set("half two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty")
_NO_ADVERBS = word_set(
    "family assembly anomaly monopoly homily butterfly italy sicily friendly unfriendly deadly costly likely unlikely daily weekly "
    "monthly elderly lovely lonely ugly ghastly cowardly silly unruly timely untimely scholarly neighbourly neighborly worldly orderly"
)
_DESCRIBING = word_set(
    "ruling governing sitting acting existing ranking leading growing rising mounting remaining visiting competing emerging "
    "dissenting protesting warring feuding"
)
_ALSO_ADVERBS = word_set("long first well")
_EVERY = word_set("every all no any each")
_ALL = word_set("all everyone everybody anyone nobody none nothing one")
_OF_TWO_CLASSES = (
    _ALSO_ADVERBS
    | _TRADES
    | _DESCRIBING
    | _ABOUT
    | _RELATIVE_DAYS
    | _EACH
    | word_set("late retired appeals longer but because since thank top than such given that neither either live")
)
_MENDED = _OF_TWO_CLASSES | _ALSO_VERBS | word_set("of")
_PARTICLES = word_set("up down out off aside apart away back gone dead from of responsible accountable")
_GIVEN = word_set("to for after on with against in into at")  # what follows is what the verb is about: "donated money to Oslo"
_OBJECT = 8  # tokens from a verb to its particle
_CLAUSE, _PHRASE = 60, 12  # tokens: what is longer, without a mark or a verb, is a list
CLOSED = {
    word: tag
    for tag, words in (  # a word of two classes has the last
        *(("A", _ADVERBS), ("P", PREPOSITIONS), ("W", _PRONOUNS), ("D", _DETERMINERS), ("R", _SUBORDINATORS)),
        *(("C", _COORDINATORS), ("X", _AUXILIARIES), ("T", ("to",)), ("0", _NUMBERS)),
    )
    for word in words
    if word[0].isalpha()  # an apostrophe is a token of its own
}
_MODALS = _WONT | word_set("will would can could may might must shall should do does did")
_PERSONS = word_set("rival partner guard pilot coach host champion star")  # "and rival Lima"
_WHO = word_set("who which whose along including unlike")
_BREAKS = word_set('; : “ ” " ( ) — – -- but while whilst although though albeit whereas because')
TITLES = word_set(
    "president minister senator sen rep gov governor mayor mr mrs ms dr prime secretary judge justice general gen chancellor "
    "chairman leader king queen prince pope sir lord lady former vice house speaker"
)
_OPENERS = (
    word_set(
        "the a an but and or to he she it they we you this that these those his her its their our my no yes there here what who how "
        "why all some many most one two three such both each every few last next first other another i"
    )
    | _ADVERBS
    | _SUBORDINATORS
    | (PREPOSITIONS - {"per", "via", "than"})
)

_SUFFIXES = (
    *("ations", "ation", "ings", "ing", "ments", "ment", "edly", "ers", "er", "ies", "ied", "ed", "es", "ions", "ion"),
    *("ives", "ive", "als", "al", "ly", "s", "e", "y"),
)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """A light suffix stripper: enough to bring "condemns", "condemned" and "condemnation" together.

    >>> stem("condemns") == stem("condemned") == stem("condemnation")
    True
    """
    if len(word) <= 4:
        return word[:-1] if len(word) == 4 and word[-1] == "s" != word[-2] else word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            base = word[: -len(suffix)]
            if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "ls":
                base = base[:-1]
            return base[:-1] if base[-1] == "i" else base
    return word


class Cue(NamedTuple):
    """A hit of the lexicon: tokens start to end, the entry, and whether it stands in the passive or is negated."""

    start: int
    end: int
    entry: str
    pos: str
    stance: str
    frame: str
    strength: int
    passive: bool
    negated: bool

    @property
    def fights(self) -> bool:
        """Whether it is a verb whose subject is against its object."""
        return self.pos == "verb" and not self.passive and (self.stance, self.frame) == ("against", "subj")


@dataclass(frozen=True, slots=True)
class Words:
    """The tokens of a sentence: offsets, lower-case words, and which belong to names."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    lower: tuple[str, ...]
    is_name: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as read: all lists have an item per token.

    tags: N name, D determiner, P preposition, T "to", V verb, G -ing form, X auxiliary, W pronoun, R subordinator,
    C coordinator, A adverb, J adjective or participle before a noun, S possessive, 0 number, O other (mostly nouns),
    and `,` `Q` (quote) `.` for punctuation.
    """

    words: Words
    stems: tuple[str, ...]
    tags: tuple[str, ...]
    lemmas: tuple[str, ...]
    cues: tuple[Cue, ...]
    cue_of: tuple[Cue | None, ...]


@lru_cache(maxsize=64)
def words_of(text: str) -> Words:
    """Tokenize, and tell names from words that are capitalised because they open a sentence or a quote."""
    spans = [match.span() for match in WORD.finditer(text)]
    words = [text[start:end] for start, end in spans]
    lower = spelled_out([word.lower() for word in words])
    lexicon = rows_by_first_word()
    is_name = [False] * len(words)
    headline = _is_title_case(words)
    for i, word in enumerate(words):
        if word[0].isupper() and (low := lower[i]) not in TITLES and low != "i":
            opens = headline or i == 0 or words[i - 1] in '.“”"!?:'
            known = low in _OPENERS or low in lexicon or (low.endswith(("ing", "ly")) and low not in _ALSO_NAMES)
            known = known or (headline and (low in CLOSED or low in nouns() or low in verb_lemmas()))
            is_name[i] = not (opens and known)
    starts, ends = zip(*spans, strict=True) if spans else ((), ())
    return Words(starts, ends, tuple(lower), tuple(is_name))


def _is_title_case(words: list[str]) -> bool:
    """Whether a text is a Headline Like This, in which a capital tells no name."""
    for word in words:  # prose is known by its first words
        if word[0].islower() and word not in _SMALL:
            return False
    return sum(word[0].isupper() for word in words) >= 4


def token_span(words: Words, start: int, end: int) -> Span:
    """The tokens that the characters start to end touch, without punctuation at the ends; (0, 0) where they touch none.

    A mention that was cut too long, as in "Oslo’" before an s, is an owner all the same.
    """
    first, last = bisect_right(words.ends, start), bisect_left(words.starts, end)
    low = words.lower
    while last - first > 1 and not low[last - 1][0].isalnum():
        last -= 1
    while last - first > 1 and not low[first][0].isalnum():
        first += 1
    return (first, last) if first < last else (0, 0)


def read_sentence(text: str, first: Span, second: Span) -> Reading:
    """Read a sentence in which the tokens of two mentions are names, whatever they look like.

    The words of the mentions themselves are masked, so that a reading, and with it a prediction, cannot depend on who
    is named.
    """
    return read(text, forced_names(text, first, second))


def forced_names(text: str, first: Span, second: Span) -> tuple[int, ...]:
    """The tokens of two mentions that do not look like names, without an article that opens one."""
    words = words_of(text)
    out = []
    for start, end in sorted((first, second)):
        start += end - start > 1 and words.lower[start] in ("the", "a", "an")
        out += [i for i in range(start, end) if not words.is_name[i]]
    return tuple(out)


@lru_cache(maxsize=64)
def read(text: str, forced: tuple[int, ...]) -> Reading:
    """`read_sentence` by the tokens that are names though they do not look like it."""
    words = words_of(text)
    is_name = list(words.is_name)
    for i in forced:
        is_name[i] = True
    # a word inside a name ("No Labels") says nothing
    low = tuple("•" if name else word for word, name in zip(words.lower, is_name, strict=True))
    tags, lemmas = _tag(low, is_name, words)
    cues = _find_cues(low, is_name, tags)
    cue_of: list[Cue | None] = [None] * len(low)
    for cue in cues:
        for i in range(cue.start, cue.end):
            if tags[i] in "VGOJP" and cue_of[i] is None:
                cue_of[i] = cue
    stems = tuple("E" if n else "0" if w[0].isdigit() else stem(w) for w, n in zip(low, is_name, strict=True))
    reading_words = Words(words.starts, words.ends, low, tuple(is_name))
    return Reading(reading_words, stems, tuple(tags), tuple(lemmas), tuple(cues), tuple(cue_of))


def _negated(low: tuple[str, ...], i: int) -> bool:
    if low[i] in _NEGATIONS or (low[i] == "t" and i > 0 and low[i - 1] in "'’"):
        return True
    return low[i] == "yet" and low[i + 1 : i + 2] == ("to",)  # "has yet to endorse"


def _reaches(low: tuple[str, ...], tags: list[str], k: int, i: int) -> bool:
    """Whether what negates at k is no aside before i: "Oslo, not Rome, rejects", "Oslo, who never liked it, rejects"."""
    if "," not in low[k:i]:
        return True
    aside = k == 0 or low[k - 1] in (",", "and", "or", "but")
    return not aside and "V" not in tags[k : low.index(",", k)]


def _negated_before(low: tuple[str, ...], tags: list[str], i: int) -> bool:
    """Whether one of the four words before, back to where the clause begins, negates."""
    for k in range(i - 1, max(-1, i - 5), -1):
        if low[k] in _BREAKS or low[k] == "doubt":  # "left no doubt that it opposes"
            return False
        if _negated(low, k):
            return _reaches(low, tags, k, i)
    for k in range(i - 5, max(-1, i - 11), -1):  # "Nothing in the report of the council pleased"
        if tags[k] in "VXR,.Q":
            return False
        if low[k] in _NONE:
            return True
    return False


def _find_cues(low: tuple[str, ...], is_name: list[bool], tags: list[str]) -> list[Cue]:
    """Longest matches of the lexicon, left to right; shifts turn the next cue round."""
    known = rows_by_first_word()
    denies = not _MAY_NEGATE.isdisjoint(low)
    cues: list[Cue] = []
    n, i = len(low), 0
    while i < n:
        if low[i] not in known:
            i += 1
            continue
        found = forms_of(low[i])
        hits: list[Form] = []
        parted = 0
        for form in found[1].get(low[i + 1], ()) if i + 1 < n else ():
            size = len(form.words)
            if hits and size < len(hits[0].words):
                break
            if size == 2 or low[i : i + size] == form.words:
                hits.append(form)
        if not hits and tags[i] == "V":
            hits, parted = _parted(found, low, tags, i)
        if not hits:
            hits = list(found[0])
        if not hits:
            i += 1
            continue
        titled = low[i] == "justice" and is_name[i + 1 : i + 2] == [True]
        if titled or (tags[i] in "AP" and len(hits[0].words) == 1 and _is_other_word(low, i)):
            i += 1
            continue
        nominal = tags[i] == "O" and (tags[i - 1] in "DJSP0NVG" if i else low[i].endswith("s"))  # "Raids on Oslo"
        form = hits[0] if len(hits) == 1 else _likeliest(hits, low, is_name, i, nominal, tags[i] == "V")
        end = parted or i + len(form.words)
        if form.entry.pos == "verb" and nominal:
            alone = next((f for f in found[0] if f.entry.pos == "noun"), None)
            if alone is not None:  # "the demands of", where the lexicon has a verb "demand of"
                form, end = alone, i + 1
            elif end == i + 1 and form.kind != "g":
                i += 1  # "the tax": a noun that the lexicon knows as a verb only
                continue
        negated = denies and _negated_before(low, tags, i)
        cues.append(Cue(i, end, *form.entry, _passive(form, low, is_name, i, end), negated))
        i = end
    for a, cue in enumerate(cues):
        if cue.frame == "shift":
            b = next((k for k in range(a + 1, len(cues)) if cues[k].frame != "shift"), None)
            if b is not None and cues[b].start - cue.end <= 3 and _reaches(low, tags, cue.start, cues[b].start):
                # "did not back": the shift is the negation that the cue has seen already, no second one
                seen = any(_negated(low, k) for k in range(cue.start, cue.end))
                cues[b] = cues[b]._replace(negated=seen or not cues[b].negated)
            elif low[cue.start] == "the" and low[cue.end - 1] == "of":
                cues[a] = _deed(low, cue)
            undone = cues[a + 1] if a + 1 < len(cues) else cue
            if undone.frame == "shift" and undone.start == cue.end:  # "refused to block": what undoes something is itself denied
                cues[a + 1] = undone._replace(negated=not undone.negated)
    for b in range(1, len(cues)):
        verb, noun = cues[b - 1], cues[b]
        beside = noun.pos == "noun" and noun.start - verb.end <= 3
        if verb.fights and beside and all(tags[k] in "DJSN" for k in range(verb.end, noun.start)):
            # "suspended its sanctions on", "rejects the criticism of": against what is against
            cues[b] = noun._replace(negated=not noun.negated)
    return cues


def _parted(found: Forms, low: tuple[str, ...], tags: list[str], i: int) -> tuple[list[Form], int]:
    """The forms of a verb whose other words stand after its object, and where the cue ends; else none, and 0.

    "turned the plan down" and "took Oslo to court" are said of the object; "gave money to Oslo" of what follows it.
    """
    alone, longer = found
    known = any(form.entry.pos == "verb" for form in alone)
    for j in range(i + 1, min(len(low), i + _OBJECT)):
        if j > i + 1 and low[j] in longer:
            short = low[j] in _PARTICLES or not known
            if low[j] == "from":
                short = tags[j + 1 : j + 2] == ["G"]
            forms = [f for f in longer[low[j]] if f.entry.pos == "verb" and (short or len(f.words) > 2)]
            if hits := [f for f in forms if low[j : j + len(f.words) - 1] == f.words[1:]]:
                if tags[j - 1] in "DJ":  # "lifted its sanctions on"
                    return hits, j + len(hits[0].words) - 1
                given = len(hits[0].words) == 2 and low[j] in _GIVEN
                return ([], 0) if given and "N" in tags[i + 1 : j] else (hits, j + 1 if given else i + 1)
        if j > i + 1 and low[j] in longer and verb_of(low[i])[0] == "give":
            given_to = [f for f in longer[low[j]] if f.words[-1] == "to" and low[j : j + len(f.words) - 2] == f.words[1:-1]]
            if given_to:  # "gave Oslo the cold shoulder"
                return given_to, i + 1
        if tags[j] not in "DJ0ONSW" and low[j] not in "$£€" and not (low[j] == "," and tags[j + 1 : j + 2] == ["0"]):
            break
    return [], 0


def _is_other_word(low: tuple[str, ...], i: int) -> bool:
    """Whether an adverb or preposition only looks like an entry: "the mayor, like the bishop,", "just after", "For Oslo, it is"."""
    if low[i] == "for" and not i:
        return True
    if low[i] == "late":  # "late last week"
        return True
    return low[i] in _ALSO_VERBS or (low[i] == "just" and not (i and low[i - 1] in _DETERMINERS))


def _deed(low: tuple[str, ...], shift: Cue) -> Cue:
    """A shift such as "the suspension of", which turns a cue round ("the suspension of aid"): with none after it, a deed."""
    noun = low[shift.start + 1]
    for form in forms_of(noun)[0] if noun in rows_by_first_word() else ():
        if form.entry.pos == "noun" and form.entry.stance != "neutral":
            return Cue(shift.start + 1, shift.end - 1, *form.entry, False, shift.negated)
    return shift


def _likeliest(hits: list[Form], low: tuple[str, ...], is_name: list[bool], i: int, nominal: bool, verb: bool) -> Form:
    """Of forms of one length, the verb where the word before calls for one, else the other; never where it is `nominal`."""
    verbs = [h for h in hits if h.entry.pos == "verb"]
    if verb and verbs:
        return verbs[0]
    if nominal and i + 1 < len(low) and (low[i + 1] in PREPOSITIONS or not low[i + 1][0].isalnum() or is_participle(low[i + 1])):
        noun = next((h for h in hits if h.entry.pos == "noun"), None)
        if noun is not None:  # "Oslo's fine on the firm"
            return noun
    if not verbs or len(verbs) == len(hits):
        return hits[0]
    before = low[i - 1] if i else ""
    kinds = {v.kind for v in verbs}
    verbal = before in _VERB_BEFORE or (i > 0 and is_name[i - 1]) or (kinds == {"g"} and before in _PASSIVE)
    if not verbal:
        verbal = bool(kinds & {"d", "n", "s"}) and before not in _NOUN_BEFORE
    if nominal or (before in _NOUN_BEFORE and before != "that"):
        verbal = False
    return verbs[0] if verbal else next(h for h in hits if h.entry.pos != "verb")


def _passive(form: Form, low: tuple[str, ...], is_name: list[bool], i: int, end: int) -> bool:
    if form.entry.pos != "verb" or form.kind not in ("d", "n"):
        return False
    for k in range(i - 1, max(-1, i - 4), -1):
        if low[k] in _PASSIVE:
            return True
        if low[k] in _HAVE or is_name[k] or low[k] == ",":
            break
    return low[end : end + 1] == ("by",)


def _tag(low: tuple[str, ...], is_name: list[bool], text: Words) -> tuple[list[str], list[str]]:
    verbs, noun_forms = verb_lemmas(), nouns()
    apostrophes = _apostrophes(text)
    n = len(low)
    tags, lemmas = ["O"] * n, list(low)
    verb_seen = False  # since the clause began
    for i, word in enumerate(low):
        if is_name[i]:
            tags[i] = "N"
            continue
        closed = CLOSED.get(word)
        if closed:
            tags[i] = closed
            if closed in "XR" or word == "but":
                verb_seen = closed == "X"
            continue
        first = word[0]
        before = tags[i - 1] if i else "."
        if first in "'’":
            tags[i] = "S" if low[i + 1 : i + 2] == ("s",) else apostrophes.get(i, "Q")
        elif word == "s" and before == "S":
            tags[i] = "S"
        elif word == "t" and i and low[i - 1] in "'’":
            tags[i] = tags[i - 1] = "A"
        elif first.isdigit():
            tags[i] = "0"
        elif not first.isalpha():
            tags[i] = "," if word == "," else "Q" if word in '"“”' else "0" if word in "$£€" else "."
            if before == "0" and word in ",." and _is_in_number(text, i):
                tags[i] = "0"  # "300,000", "1.5"
            elif word in ".;:?!—–()":
                verb_seen = False
        elif len(word) > 4 and word.endswith("ly") and word not in _VERBS_IN_LY and word not in _NO_ADVERBS:
            tags[i] = "A"
        elif word in verbs:
            lemma, kind = verbs[word]
            tags[i] = _verb_or_noun(kind, word in noun_forms or word in _ALSO_NOUNS, before, tags, low, i, verb_seen)
            if tags[i] != "O":
                lemmas[i] = lemma
            verb_seen = verb_seen or tags[i] in "VG"
        else:
            lemmas[i] = stem(word)
            if len(word) > 4 and word.endswith("ed"):
                tags[i] = "J" if before in "DPSJ" or _describes(word, low, i) else "V"
                verb_seen = verb_seen or tags[i] == "V"
            elif len(word) > 5 and word.endswith("ing") and word not in _NO_ING:
                tags[i] = "O" if before in "DJS" else "J" if _describes(word, low, i) else "G"
    _mend(tags, low, text.lower)
    return tags, lemmas


def _is_in_number(text: Words, i: int) -> bool:
    """Whether a mark stands between digits."""
    inside = 0 < i < len(text.lower) - 1 and text.ends[i - 1] == text.starts[i] and text.ends[i] == text.starts[i + 1]
    return inside and text.lower[i + 1][0].isdigit()


def _describes(word: str, low: tuple[str, ...], i: int) -> bool:
    """Whether a participle can only be said of the noun after it: "record-setting losses", "an unnamed aide"."""
    made = "-" in word or word == "classified" or (word.startswith("un") and word.endswith("ed"))
    return made and i + 1 < len(low) and low[i + 1] not in CLOSED and low[i + 1][0].isalpha()


def _apostrophes(text: Words) -> dict[int, str]:
    """Tags of the apostrophes that are no quotation marks: S after owners ("the doctors' strike"), A in "they've"."""
    out: dict[int, str] = {}
    quoted = False
    last = len(text.lower) - 1
    for i in (i for i, word in enumerate(text.lower) if word in _APOSTROPHES):
        after_word = i > 0 and text.ends[i - 1] == text.starts[i]
        before_word = i < last and text.ends[i] == text.starts[i + 1]
        if after_word and before_word and CLOSED.get(text.lower[i + 1]) == "X":
            out[i] = "A"
        elif after_word and not before_word and not quoted and text.lower[i - 1].endswith("s") and i < last:
            out[i] = "S"
        elif after_word != before_word:
            quoted = before_word
    return out


def is_participle(word: str) -> bool:
    """Whether a verb form may be a past participle."""
    known = verb_lemmas().get(word)
    return known[1] in "dn" if known else word.endswith("ed")


def _mend(tags: list[str], low: tuple[str, ...], unmasked: tuple[str, ...]) -> None:
    """Mend tags where more than the word before tells noun from verb; days are no names."""
    verbs, noun_forms = verb_lemmas(), nouns()
    verb_seen = False  # since the last mark or conjunction
    for i, word in enumerate(low):
        tag = tags[i]
        if tag not in "OVGWR" and word not in _MENDED:
            if tag == "N" and unmasked[i] in DAYS:
                tags[i] = "A"
            verb_seen = tags[i] in "VX" or (verb_seen and tags[i] not in ",.QRC")
            continue
        before = tags[i - 1] if i else "."
        after = tags[i + 1] if i + 1 < len(tags) else "."
        following = low[i + 1] if i + 1 < len(low) else ""
        modal = before in "XA" and low[_past_adverbs(tags, i)] in _MODALS
        described = before in "VG" and (after in "ON" or following in _RATHER_NOUNS)
        if described and tag == "V" and low[i - 1] not in _PASSIVE and is_participle(word):
            tags[i] = "J"  # "handled classified information"
        elif described and tag == "G" and word in _DESCRIBING:
            tags[i] = "J"  # "faced mounting pressure"
        elif tag == "V" and (before in ".RQ" or after in "X,.P") and (other := _no_verb(tags, low, i, before, after, verb_seen)):
            tags[i] = other
        elif word == "of" and i and unmasked[i - 1] == "secretary" and _is_office(tags, unmasked, i):
            tags[i] = "N"
        elif word in _OF_TWO_CLASSES and (other := _other_class(low, tags, i, before, after)):
            tags[i] = other
            if word == "longer":
                tags[i - 1] = other
            elif word == "since" and after == "J":
                tags[i + 1] = "V"
        elif tag == "G" and before == "V" and after == "P" and word in noun_forms:
            tags[i] = "O"  # "wins backing of"
        elif tag == "G" and word in _ING_NOUNS and _is_noun_in_ing(tags, low, i, before, after):
            tags[i] = "O"
        elif tag in "VG" and word in _RATHER_NOUNS:
            if not modal and not _acts(tags, low, i, verb_seen):
                tags[i] = "O"
        elif tag == "O" and (modal or (before == "T" and after in "DWNPTRA")) and _may_be_strange_verb(word, after):
            tags[i] = "V"
        elif (tag == "W" and word in ("this", "that", "these", "those") and after in "JON0") or (
            tag == "R" and word == "that" and after in "JO" and (before == "P" or _points(tags, low, i))
        ):
            tags[i] = "D"
        elif tag == "O" and after == "D" and before in "N," and word.endswith("s") and not verb_seen and _is_strange(word):
            tags[i] = "V"  # "Oslo embodies the ideal"
        if tags[i] == "V" and word.endswith("s") and after == "X" and before in "NOJ":
            clause = before == "N" and (word not in noun_forms or (i > 1 and tags[i - 2] == "R"))
            if not clause:  # "the plan to which Oslo objects was"
                tags[i] = "O"
        if tags[i] == "V" and after == "V" and before in "NOJ" and (word in _ALSO_NOUNS or word in noun_forms):
            kind = verbs.get(low[i + 1], ("", ""))[1]
            if word.endswith("s") and kind in ("b", "d"):  # "the plan's advocates want", "nuclear talks failed"
                tags[i] = "O"
        if tags[i] == "O" and before in ".Q" and after in "DW" and verbs.get(word, ("", ""))[1] == "b":
            tags[i] = "V"  # '"Lock them up"'
        if tags[i] == "O" and word in _ALSO_CLAUSAL and _tells(tags, low, i, before, after, verb_seen):
            tags[i] = "V"
        if (word in _ALSO_VERBS and _is_verb(tags, low, i, verb_seen)) or (
            tags[i] == "O" and i and word in verbs and (_is_base_verb(tags, low, i, verb_seen) or _governs(tags, low, i))
        ):
            tags[i] = "V"
        verb_seen = tags[i] in "VX" or (verb_seen and tags[i] not in ",.QRC")


def _acts(tags: Sequence[str], low: tuple[str, ...], i: int, verb_seen: bool) -> bool:
    """Whether a word that is rather a noun is a verb: "Oslo attacks Rome", but "Oslo minister Ada Obi said"."""
    word, last, tag = low[i], low[i - 1] if i else "", tags[i]
    following, after = (low[i + 1], tags[i + 1]) if i + 1 < len(low) else ("", ".")
    before = tags[_past_adverbs(tags, i)] if i else "."
    if before == "T":
        rival = after == "N" and word in ("rival", "partner")  # "handed to rival Oslo"
        gone = (word in _GONE_TO and after in "P,.CRXV") or (word in _ATTRIBUTIVE and after in "OV")  # "went to court over it"
        return not (rival or gone)
    if before == "W" or last == "who":
        return True
    if last in RELATIVES:  # "which signals"
        return i > 1 and tags[i - 2] in "ON," and after in "DNWP" and word.endswith("s")
    if word in _HEADLINED and not verb_seen and _heads_line(tags, low, i):
        return True
    if before == "X":  # "is bombing the town"
        return last in BE and after in "DWN"
    if before in "NO" and following in _ARTICLES:  # "the minister attacks the plan"
        return True
    if before != "N" or tag != "V" or word in TITLES or word in _PERSONS or last == "of":
        return False
    named = after == "N" or following in TITLES
    return after in "DW" or following in _THINGS or (named and not _verb_later(tags, i))


def _may_be_strange_verb(word: str, after: str) -> bool:
    """Whether a word that may be unknown can be a verb after "to" or "will", as it is not in "sentenced to death by"."""
    if word.endswith("s") or word in TITLES or word == "well":
        return False
    return word in verb_lemmas() or after in "DWN" or not (word in nouns() or word in _GONE_TO)


def _points(tags: Sequence[str], low: tuple[str, ...], i: int) -> bool:
    """Whether "that" opens no clause: "dug that canal"."""
    if i == 0 or tags[i - 1] != "V" or verb_lemmas().get(low[i - 1], ("say", ""))[0] in CLAUSAL:
        return False
    ahead = takewhile(lambda tag: tag not in ".Q", tags[i + 1 :])
    return not any(tag in "VX" for tag in ahead)


def _is_noun_in_ing(tags: Sequence[str], low: tuple[str, ...], i: int, before: str, after: str) -> bool:
    """Whether a form in -ing is a noun: "funding for the army", "the police training centre", not "accused of funding rebels"."""
    if before == "X" or after in "DWN0":
        return False
    return after in "P.,XVCRQS" or (before in "NO" and not _are_many(tags, low, i - 1))


def _tells(tags: Sequence[str], low: tuple[str, ...], i: int, before: str, after: str, verb_seen: bool) -> bool:
    """Whether what may be a plural is what someone does: "the report shows that", "Oslo needs to", "a map shows Lima"."""
    if low[i - 1] in ("who", "which") or (before in "NO" and after == "R" and low[i + 1] != "who"):
        return True
    if after in ".," and before in "NO" and tags[_before_phrase(tags, i - 1)] in ",Q":  # "Lima is angry, the paper reports."
        return True
    return not verb_seen and before in "NO" and after in "NTDW" and not _verb_later(tags, i)


def _is_office(tags: Sequence[str], unmasked: tuple[str, ...], i: int) -> bool:
    """Whether "of" stands inside a title before a name: "Secretary of State John Kerry"."""
    return tags[i + 2 : i + 3] == ["N"] and (tags[i + 1] == "N" or unmasked[i + 1] in _OFFICES)


def _no_verb(tags: Sequence[str], low: tuple[str, ...], i: int, before: str, after: str, verb_seen: bool) -> str:
    """The class of what looks like a verb where its neighbours are those of an adjective or a noun, else ''."""
    if before == "R" and after == "P" and low[i - 1] == "that":  # "said that support for the plan was"
        known = verb_lemmas().get(low[i])
        said = i > 1 and tags[i - 2] == "V" and _verb_later(tags, i)
        return "O" if said and known is not None and known[1] == "b" else ""
    if before in ".RQ":
        known = verb_lemmas().get(low[i])
        told = known is not None and known[0] in CLAUSAL  # "Obi (Lima) said Rome was"
        told = told or low[i - 1] in ("who", "which")
        return "J" if after in "ON" and not told and is_participle(low[i]) and _opens_phrase(tags, low, i) else ""
    if after == "X" and low[i + 1] not in _NEGATIONS and low[i] not in _ONLY_VERBS and verb_of(low[i])[1] == "b":
        return "O" if before in "NO" else ""  # "the Lima lodge may"
    if after == "P":
        noun = not verb_seen and before in "NO" and tags[_before_phrase(tags, i - 1)] != "P" and _are_several(tags, low, i)
    elif after == "X":
        noun = _heads_phrase(tags, low, i)
    else:
        noun = before == "O" and verb_seen and _ends_phrase(tags, i)
    return "O" if noun else ""


def _are_several(tags: Sequence[str], low: tuple[str, ...], i: int) -> bool:
    """Whether what may be a verb heads the subject of one: "Lima exiles in Quito thanked", not "Neri says in Quito Obi lied"."""
    lemma, kind = verb_of(low[i])
    if kind != "s" or lemma in CLAUSAL:
        return False
    for j in range(i + 2, min(len(tags), i + _PHRASE)):
        if tags[j] in "VX":
            return tags[j] == "X" or (low[j + 1 : j + 2] != ("by",) and tags[j - 1] != "T")
        if tags[j] not in "NODJ0SPA":
            return False
    return False


def _opens_phrase(tags: Sequence[str], low: tuple[str, ...], i: int) -> bool:
    """Whether a participle and nouns after it end at a verb: "Retired judge Ada Obi rejected"."""
    j = i + 1
    while j < len(tags) and (tags[j] in "ONJ" or low[j] in _RATHER_NOUNS):
        j += 1
    return j < len(tags) and tags[j] in "VX"


def _heads_phrase(tags: Sequence[str], low: tuple[str, ...], i: int) -> bool:
    """Whether what may be a verb in its base form is a noun before its verb: "the special counsel did not"."""
    start = _before_phrase(tags, i - 1) + 1
    known = verb_lemmas().get(low[i])
    opened = start < i and (tags[start] == "D" or "S" in tags[start:i])
    return known is not None and known[1] == "b" and opened and not _are_many(tags, low, i - 1)


def _ends_phrase(tags: Sequence[str], i: int) -> bool:
    """Whether a word closes what a preposition opens: "argues for lower immigration levels,"."""
    at = _before_phrase(tags, i - 1)
    return at < i - 1 and tags[at] == "P"


def _is_strange(word: str) -> bool:
    """Whether the lists of nouns and verbs lack a word."""
    return len(word) > 4 and word.isalpha() and word not in verb_lemmas() and word not in nouns()


def _heads_line(tags: Sequence[str], low: tuple[str, ...], i: int) -> bool:
    """Whether what may be a noun is what someone does: "Oslo plans to ban it", "Minister calls for calm"."""
    at = _before_phrase(tags, i - 1)
    follows = low[i + 1 : i + 2] in (("to",), ("for",), ("on",), ("against",))
    opens = i == 1 or (at < i - 1 and tags[at] not in "PV")
    return follows and opens and not _verb_later(tags, i)


def _other_class(low: tuple[str, ...], tags: Sequence[str], i: int, before: str, after: str) -> str:
    """The rarer class of a word that has two, where its neighbours call for it, else ''."""
    word, next_word = low[i], low[i + 1] if i + 1 < len(low) else ""
    if word in _RELATIVE_DAYS:
        return "A"
    if word in _EACH:  # "Oslo and Rome both rejected"
        return "A" if tags[i] == "D" and after in "VX" and before in "NOWX" else ""
    if word == "given":  # "which, given the state of the town,"
        return "P" if before in ".,RQ" and after == "D" else ""
    if word == "that":  # "the guild of Oslo and that of Lima"
        return "W" if next_word == "of" else ""
    if word == "live":  # "Long live Oslo"
        return "V" if i and low[i - 1] == "long" else ""
    if word in ("neither", "either"):
        return "A" if after in "DN" else ""
    if word in _ALSO_ADVERBS:  # "has long been", "who first opposed"
        return "A" if before == "X" or after in "VX" or (word == "long" and not i) else ""
    if word in _TRADES and before in "DNO":  # "the Oslo shipping firm"
        return "O" if tags[i] == "G" and after == "O" else ""
    if word == "appeals":
        return "O" if next_word in ("court", "courts", "panel") else ""
    if word == "than":  # "More than 30 deputies rejected"
        return "A" if i and low[i - 1] in ("more", "less", "fewer") and (after == "0" or next_word in _NUMBERS) else ""
    if word == "longer":
        return "A" if i and low[i - 1] == "no" else ""
    if word == "but":  # "all but Oslo"
        k = next((k for k in range(i - 1, max(-1, i - 4), -1) if low[k] in _ALL or low[k] in _EVERY or tags[k] not in "OJ"), i)
        return "P" if after in "DNOW" and (low[k] in _EVERY or (k == i - 1 and low[k] in _ALL)) else ""
    if word == "since":  # "has since rejected"
        return "A" if before == "X" and after in "VJX" else ""
    if word == "top":  # "said that top officials"
        return "J" if before not in "TX" and after in "JNO" else ""
    if word == "such":  # "leaders such as Oslo"
        return "A" if next_word == "as" else ""
    if word == "late":  # "late last week"
        return "A" if next_word in ("last", "this", "on") or next_word in DAYS else ""
    if word == "retired":  # ", retired judge Ada Obi,"
        return "J" if after in "NO" else ""
    if word in _ABOUT:  # "About 40 deputies rejected"
        return "A" if before in ".,QRC" and (after == "0" or next_word in _NUMBERS) else ""
    if word in _DESCRIBING:
        return "J" if tags[i] == "G" and before in ".,QR" and after in "NO" else ""
    if word == "because":
        return "P" if next_word == "of" else ""
    return "V" if next_word == "you" else ""  # "thank you"


def _is_base_verb(tags: Sequence[str], low: tuple[str, ...], i: int, verb_seen: bool) -> bool:
    """Whether what may be a noun is a verb in its base form.

    That of several ("voters support the plan"), of a wish ("that Oslo release Ruiz"), or after a verb and whom it helps or asks
    about ("helped Oslo free Ruiz", "did Oslo free Ruiz?").
    """
    after = tags[i + 1] if i + 1 < len(tags) else "."
    if verb_lemmas()[low[i]][1] != "b" or low[i] in TITLES or (low[i] in _RATHER_NOUNS and after not in "DWT"):
        return False
    k = _past_adverbs(tags, i)
    last = i + 1 == len(tags)
    follows = not last and (tags[i + 1] in "DWN" or low[i] not in nouns())
    if follows and (low[k] == "than" or _is_bare(tags, low, k)):
        return True
    at = k if tags[k] == "P" else _before_phrase(tags, k)
    if follows and tags[at] == "P" and low[_past_adverbs(tags, at)] in _MODALS:
        return True  # "will on Sunday hold the vote", "could not in good conscience back it"
    if low[k] in HELPING and tags[k] in "VG" and after in "DWNOJ":  # "helped lead the attack"
        return True
    if follows and (tags[k] == "C" or (tags[k] == "," and tags[i + 1] in "DWN")):
        return _goes_on(tags, low, k, i)
    many = _are_many(tags, low, k)
    verb_seen = verb_seen and not _is_in_saying(tags, low, k)
    if last or verb_seen:
        return many and not verb_seen  # "council axes bus, unions fume"
    if not many:
        return follows and _are_many_before(tags, low, k) and not _verb_later(tags, i)
    if after in "DW":
        return True
    return (after in "NT" or low[i + 1] in ("against", "for")) and not _verb_later(tags, i)


def _are_many(tags: Sequence[str], low: tuple[str, ...], k: int) -> bool:
    """Whether a name or a noun may be the subject of a base form."""
    return tags[k] == "N" or (tags[k] == "O" and (low[k] in _MANY or (low[k].endswith("s") and not low[k].endswith("ss"))))


def _is_in_saying(tags: Sequence[str], low: tuple[str, ...], k: int) -> bool:
    """Whether the phrase that ends with token k opens what a verb says: "says members of the council fear"."""
    at = _before_phrase(tags, k)
    if at > 0 and tags[at] == "P" and tags[at - 1] == "O":
        at = _before_phrase(tags, at - 1)
    return tags[at] == "V" and verb_of(low[at])[0] in CLAUSAL


def _are_many_before(tags: Sequence[str], low: tuple[str, ...], k: int) -> bool:
    """Whether token k ends a phrase of several, as "members of the council"."""
    at = _before_phrase(tags, k)
    return tags[k] in "NO" and at > 0 and tags[at] == "P" and _are_many(tags, low, at - 1)


def _goes_on(tags: Sequence[str], low: tuple[str, ...], k: int, i: int) -> bool:
    """Whether a base form after "and" goes on with a verb: "fight and fear Rome", "wants to shut the mine and help the miners"."""
    if _verb_later(tags, i) or low[i] in TITLES or low[i] in _PERSONS:
        return False
    for j in range(k - 1, max(0, k - _PHRASE), -1):
        if j == k - 1 and tags[j] == "V":
            return True
        begun = tags[j] == "T" or low[j] in _MODALS
        if begun or tags[j] in ".QR":
            return begun
        if tags[j] == "V" and tags[_past_adverbs(tags, j)] not in "TX":
            return verb_of(low[j])[1] == "b"  # "they back the reform but oppose the tax"
    return False


def _governs(tags: Sequence[str], low: tuple[str, ...], i: int) -> bool:
    """Whether what may be a noun has an object: "Oslo, which left, supports the plan", "Greens, who left, support Rome"."""
    k = _past_adverbs(tags, i)
    kind = verb_lemmas()[low[i]][1]
    before = tags[k] if k >= 0 else "."
    may = before in "O,C" if kind == "s" else kind == "b" and before == "," and not _WHO.isdisjoint(low[max(0, k - _CLAUSE) : k])
    if kind == "s" and before == "V":
        may = _is_relative(tags, k)  # "the plan that Oslo backs angers Rome"
    elif kind == "s" and before == "N" and low[i + 1 : i + 2] in (("down",), ("off",), ("up",), ("out",)):
        return tags[i + 2 : i + 3] in (["D"], ["N"])  # "Oslo votes down the plan"
    return may and i + 1 < len(tags) and tags[i + 1] in "DNW" and low[i + 1] != "this" and not _verb_later(tags, i)


def _is_relative(tags: Sequence[str], k: int) -> bool:
    """Whether the verb at k ends a clause about the noun that opens the sentence: "The plan that Oslo backs"."""
    at = _before_phrase(tags, k - 1)
    return 0 < at < k - 1 and tags[at] == "R" and tags[at - 1] in "NO" and not {"V", "X", ",", "."} & set(tags[:at])


def _is_bare(tags: Sequence[str], low: tuple[str, ...], k: int) -> bool:
    """Whether a noun phrase that ends with token k takes a base form: "helped Oslo free Ruiz", "did Oslo free Ruiz?"."""
    at = _before_phrase(tags, k)
    return at < k and tags[k] in "NO" and (low[at] in LETTING or low[at] in _MODALS)


def _before_phrase(tags: Sequence[str], k: int) -> int:
    """The token before the noun phrase that ends with token k; k itself where none does."""
    first = max(0, k - _PHRASE)
    while k > first and tags[k] in "NODJ0S":
        k -= 1
    return k


def _is_verb(tags: Sequence[str], low: tuple[str, ...], i: int, verb_seen: bool) -> bool:
    """Whether "back" or "like" is a verb: "does not like the plan", "Greens back the bill"."""
    k = _past_adverbs(tags, i)
    if k >= 0 and low[k] in _MODALS:
        return True
    if k < 0 or tags[i + 1 : i + 2] in ([","], ["."], []):
        return False
    if tags[k] == "T" or low[k] in ("who", "i", "we", "you", "they"):
        return True
    if low[i] == "back" and tags[k] == "C" and tags[i + 1] in "DN":
        return _goes_on(tags, low, k, i)
    if tags[k] not in "NO" or tags[i + 1] not in "DNOJWS0":
        return False
    if low[i] == "back" and _is_bare(tags, low, k):
        return True  # "will Oslo back the plan?"
    # "a man like the bishop said", "people like Obi, Neri and Ruiz have"
    return not verb_seen and not _verb_later(tags, i) and not (low[i] == "like" and _lists_subjects(tags, i))


def _lists_subjects(tags: Sequence[str], i: int) -> bool:
    """Whether a list of names and then a finite verb follow token i."""
    j = i + 1
    while j < len(tags) and tags[j] in "NDO,C":
        j += 1
    return j < len(tags) and tags[j] in "VX" and "," in tags[i:j]


def _verb_later(tags: Sequence[str], i: int) -> bool:
    """Whether a finite verb follows token i before the next mark or conjunction."""
    for j in range(i + 1, min(len(tags), i + _CLAUSE)):
        if tags[j] in ",.QRC":
            return False
        if tags[j] in "VX" and tags[j - 1] != "T":
            return True
    return False


def _past_adverbs(tags: Sequence[str], i: int) -> int:
    """The token before token i, past adverbs; -1 where there is none."""
    k = i - 1
    while k > 0 and tags[k] == "A":
        k -= 1
    return k


def _verb_or_noun(
    kind: str, is_noun: bool, before: str, tags: list[str], low: tuple[str, ...], i: int, verb_seen: bool
) -> str:
    k = _past_adverbs(tags, i)
    if k < i - 1:
        before = tags[k]
    last, following = low[i - 1] if i else "", low[i + 1] if i + 1 < len(low) else "."
    if last == "whose":
        before = "D"
    if kind in "dn":
        all_of_them = last in _EACH and following in CLOSED
        if low[i] == "said" or all_of_them:  # "both said", "the people in the meeting said"
            return "V" if before != "D" or all_of_them else "J"
        return "J" if before in "DJ0SP" and following != "by" else "V"
    if kind == "g":
        if before not in "DJS":
            return "G"
        noun = following in CLOSED or not following[0].isalpha() or is_participle(following)
        return "O" if noun else "J"  # "the meeting of", "the ruling angered", "the ruling party"
    if kind == "b" and before == "X" and low[i - 1] in BE:
        return "J"  # "is open to"
    if kind == "b" and low[i] in _ONLY_VERBS:  # "allies say the attack was"
        return "O" if before in "DJP" or (before == "S" and low[max(0, i - 3) : i - 2] != ("let",)) else "V"
    if last in ("these", "those") or (kind == "b" and last in ("this", "that") and before == "W"):
        return "O"  # "these attacks", "said this attack was"
    if kind == "s":
        verbal = before in "NWR" or (before in "O,C" and not verb_seen) if is_noun else before not in "DPSJT"
    else:
        goes_on = before == "C" if verb_seen else k >= 0 and _are_many(tags, low, k)
        verbal = before in "TXWR" or (goes_on and not is_noun and last != "other")
    return "V" if verbal else "O"
