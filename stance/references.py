"""References: pronouns, "who" and role nouns ("the minister", "the deal") to the entity that they stand for.

Precision before recall: a reference is resolved only where one entity fits better than every other.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial

from stance.entities import Catalogue, Mention, Reading, plays
from stance.grammar import PREPOSITIONS
from stance.lexicon import verb_lemmas
from stance.names import HEADS, TITLE_WORDS, Profile, head_of, phrase_stem, profile_of
from stance.speech import VERBS, Quote, speaker_before
from stance.text import Sentence

_WORD = re.compile(
    r"\b(?=[hstiwmou])(?:(?P<this>(?:this|that)(?=[.,;!?]|,?[”\"]|\s+(?:too|either|as well)\b))"
    r"|(?P<he>he|him|his|himself)|(?P<she>she|her|hers|herself)|(?P<it>its|itself|it)|(?P<they>they|them|their|themselves)"
    r"|(?P<who>who|which|whose)|(?P<i>I|me|my|mine|we|us|our)"
    r"|(?P<the>the|this|that|these|those)(?: (?:[a-z]+-[a-z]+|\d\d?-year-old|"
    r"proposed|controversial|new|same|current|ruling|late|embattled|"
    r"presidential|republican|democratic|conservative|liberal|final|whole|entire|outgoing|sitting|bipartisan|draft|planned|latest))*"
    r" (?P<noun>(?!(?:he|she|it|they|his|her|hers|its|their|him|them|we|our|my|the|this|these|those|who|i)\b)[a-z][a-z-]+))\b",
    re.IGNORECASE,
)
_BE = (
    r"(?:['’](?:s|d be)|(?:['’]s| is| was)(?: not)? going to be| (?:is|was|has been|had been|seems|seemed|appears|appeared|remains|"
    r"remained|looks|looked|becomes|became|(?:would|will|could|may|might|must|should|can)(?: not)?(?: have been| be))(?:n['’]t)?)"
    r"(?: (?:not|also|now|still|only|just|so|too|very|quite|far|more|less|almost|nearly|about|over|already|\w{2,12}ly)(?! to\b)){0,3}"
)
_ADJECTIVE = (
    r"(?:un)?clear(?:er)?|(?:im)?possible|hard(?:er)?|eas(?:y|ier)|difficult|(?:un)?known|plain|necessary|obvious|evident|apparent|"
    r"(?:un)?true|(?:un)?(?:likely|certain)(?! to\b)|important|essential|vital|crucial|imperative|doubtful|ironic|worth|time"
)
_SPAN = (
    r"(?:(?:\d[\d,.]{0,8}|one|two|three|four|five|six|ten|several|many|a|an|few|some|the|long|this|that|than|first|last|only|"
    r"second|\w{2,9}(?:th|rd|st)) ){0,3}(?:times?|years?|months?|weeks?|days?|decades?|hours?|minutes?|a while|noon|\w{2,6}day)\b"
)
_EXPLETIVE = re.compile(  # "it" that stands for nothing, or for a clause that follows
    rf"[Ii]t(?: (?:{_ADJECTIVE})\b|{_BE} (?:{_ADJECTIVE}|no (?!longer)|{_SPAN}|up to|late|early|dark|cold|hot|raining|snowing"
    r"|\w{2,15} that|(?:fair|wrong|right|good|bad|better|best|sad|common|rare|unusual|(?:il)?legal|safe|wise|strange|odd|useful"
    r"|critical|proper|decent|appropriate|\w{2,9}ous|\w{3,9}ble|unfair|a (?:pity|shame|mistake|crime)) (?:to|for|if|when|how|wh\w{1,5})"
    r"|(?:[A-Z]|the |th[aeio]\w{1,3} |an? |in |on |at |under |because |through |with |from )[^,.;:“”\n]{1,40} (?:that|who))\b"
    r"| be known\b|(?: (?:could|may|might|would|will|can|has|did|does|do)(?:n['’]t| not)?)? (?:takes?|took|taken)"
    rf" (?:{_SPAN}|time|courage|longer|an? [\w-]{{2,15}} to)\b"
    r"| (?:does|did|do|would|will)(?:n['’]t| not)? (?:take|matter|help|hurt|seem|appear|mean|follow|snow|rain)\b"
    r"| (?:might|may|would|could|will|can|must|should) (?:also )?(?:help (?:to|if)|be (?:noted|said|remembered|stressed|argued))\b"
    r"| (?:seem|appear)(?:s|ed)?\b(?! to\b)| look(?:s|ed)? (?:like|as)\b| ma(?:kes|de|ke) (?:no |little |more )?(?:sense|difference)\b"
    r"| turn(?:s|ed)? out\b| (?:rain|snow|happen)(?:s|ed)?\b| (?:ended|c[ao]mes? to|transpired|matters|helps to|pays to|dawned)\b"
    r"| emerged(?! (?:as|from)\b)| remains to\b)"
)
_EVENT = re.compile(  # "it was a blow", "it was passed in May": what happened, or another thing, rather than a body
    rf"[Ii]t{_BE} (?!\w{{2,12}}ing\b|(?:un)?(?:able|willing|ready|likely|expected|prepared|committed)\b|(?:accused|founded|forced|"
    r"fined|sued|criticised|criticized|opposed|disappointed|concerned|worried|proud|pleased|banned|led|owned|against|"
    r"in talks|in favou?r|no longer)\b|the (?:\w{1,12} )?(?:\w{2,9}est|only|main)\b)"
)
_FIRST = re.compile(r"(?:[.!?\n]|[.,:]? ?[“\"]|\b(?:that|says?|said|and|which))\s*$")
_REACH = 2  # sentences that a pronoun looks back
_ROLE_REACH = 40  # sentences that a role noun looks back

ROLES = frozenset(
    "president senator minister governor mayor judge justice congressman congresswoman representative secretary speaker chairman "
    "chairwoman chancellor king queen prince pope ambassador general commissioner director chief spokesman spokeswoman "
    "candidate nominee premier professor doctor bishop archbishop sheriff superintendent principal coach lawyer attorney".split()
)
BODIES = frozenset(
    "party group union committee council court company firm bank ministry government congress senate house agency army "
    "department commission association federation club university foundation movement alliance coalition organization "
    "organisation administration fund board institute church guild cooperative front airline league campaign office bureau".split()
)
_SYNONYMS = {"firm": "company", "airline": "company", "organization": "group", "organisation": "group", "movement": "group"} | {
    "premier": "prime minister", "congresswoman": "representative", "congressman": "representative",
}  # fmt: skip


@dataclass(frozen=True)
class _Read:
    """A text as far as it is read: its sentences, names and quotes, and the mentions of each sentence so far."""

    text: str
    sentences: Sequence[Sentence]
    reading: Reading
    quotes: Sequence[Quote]
    quote_starts: Sequence[int]
    out: list[list[Mention]]

    def profile(self, name: str) -> Profile:
        """What is known of an entity."""
        return self.reading.profiles.get(name) or profile_of(name)

    def quote_at(self, at: int) -> int:
        """The number of the quote that holds a place, or -1."""
        i = bisect_right(self.quote_starts, at) - 1
        return i if i >= 0 and at < self.quotes[i].end else -1


def resolve_references(
    text: str, sentences: Sequence[Sentence], reading: Reading, quotes: Sequence[Quote], catalogue: Catalogue
) -> list[list[Mention]]:
    """The mentions of each sentence, names and references together, in order of their start.

    First-person pronouns are left to the speaker of their quote, see `stance.speech.find_speakers`.
    """
    read = _Read(text, sentences, reading, quotes, [q.start for q in quotes], [])
    is_thing, is_state, is_group = (partial(_is_kind, read, kind) for kind in ("thing", "state", "group"))
    out = read.out
    firm = _only_firm(reading)

    def is_firm(entity: str) -> bool:
        return is_group(entity) and bool(_FIRM.fullmatch(entity)) and _NO_FIRMS.isdisjoint(entity.lower().split())

    stems: set[str] = set()

    @cache
    def unnamed(noun: str) -> str | None:
        """The only thing of the catalogue with this head that the text never names, where it has some other word of its name."""
        if not stems:
            stems.update(phrase_stem(w) for w in _PLAIN_WORD.findall(text.lower()))
        described = catalogue.by_head[noun]
        fits = [e for e, others in described if not stems.isdisjoint(others)]
        named = (m.entity for mentions in reading.mentions for m in mentions)
        return fits[0] if len(fits) == 1 and {e for e, _ in described}.isdisjoint(named) else None

    held = Counter(title for titles in reading.roles.values() for title in titles)
    only_of = {t for t, n in held.items() if t.endswith(" of") and n == 1 and t.removesuffix(" of") not in held}
    last_role: dict[str, tuple[int, str, bool]] = {}  # noun -> sentence, entity, whether another shares that place
    for k, (sentence, names) in enumerate(zip(sentences, reading.mentions, strict=True)):
        here = list(names)
        ends = [n.end for n in names]  # names are in order and never overlap
        ahead = after_opening(sentence, names)

        def near(at: int, here: list[Mention] = here) -> list[Mention]:
            """The mentions of this sentence on the same side of its quotation marks."""
            side = read.quote_at(at)
            return here if not quotes else [x for x in here if read.quote_at(x.start) == side]

        strangers: set[str | None] = set()  # pronouns that mean a speaker nobody lists: "a nurse said she feared for her job"
        for m in _WORD.finditer(text, sentence.start, sentence.end):
            kind = m.lastgroup
            start, end = m.span()
            after = bisect_right(ends, start)
            if kind == "i" or (after < len(names) and names[after].start < end):
                continue
            entity: str | None = None
            how = "pronoun"
            if kind in strangers or (m.group().lower() == kind and _is_stranger(text, sentence.start, m, here)):
                strangers.add(kind)
                continue
            speaks = _who_says(read, sentence, m, near) if kind in ("he", "she", "it") else None
            if speaks is not None:
                entity = speaks.entity
            elif kind == "who":
                before_it = names[after - 1] if after else None
                entity, how = _relative(read, before_it, start, m.group().lower()), "relative"
            elif kind == "noun":
                noun, end = _title_at(text, m.end("the") + 1, last_role) or (m["noun"].lower(), end)
                how = "role"
                if (m["the"].lower() == "that" and noun not in BODIES) or _before_noun(text, end):
                    continue
                if noun in ("company", "firm"):
                    entity = _nearest(k, start, is_firm, here, out) or firm
                entity = entity or _role(noun, k, last_role, text, end)
                if entity is None and noun in _NEAREST and not _OF.match(text, end):
                    entity = _nearest(k, start, is_state if _NEAREST[noun] == "state" else is_group, here, out)
                elif entity is None and noun in _ANY_THING and not _GOES_ON.match(text, end):
                    entity = _nearest(k, start, is_thing, here, out)
                if entity is None and noun in catalogue.by_head and not _OTHER_ROLE.match(text, end):
                    entity = unnamed(noun)
            elif kind == "this":
                entity = _nearest(k, start, is_thing, [], out) if text[max(0, start - 2)].islower() else None
            elif kind in ("he", "she"):
                gender = "m" if kind == "he" else "f"
                entity = _person(read, k, start, gender, m.group().lower(), here)
            elif kind == "they":
                entity = _body(read, k, start, m.group().lower(), near(start), plural=True)
            elif kind == "it" and (m.group().lower() == "its" or not _EXPLETIVE.match(text, start)):
                entity = _body(read, k, start, m.group().lower(), near(start), False, here)
                first = entity and is_thing(entity) and _FIRST.search(text, start - 12, start)
                entity = None if not first and _EVENT.match(text, start) else entity
            if ahead and start < ahead.start and kind in ("he", "she", "it"):
                entity = _looks_ahead(read, sentence.start, m, ahead, entity)
            if entity is not None:
                here.append(Mention(start, end, text[start:end], entity, *plays(catalogue, entity, reading.things), how))
        here.sort(key=lambda x: x.start)
        out.append(here)
        for n in names:
            for noun in (*reading.roles.get(n.entity, ()), *_heads_of(n.entity)):
                noun = noun if noun not in only_of else noun.removesuffix(" of")
                before = last_role.get(noun)
                last_role[noun] = (k, n.entity, bool(before and before[0] == k and before[1] != n.entity))
    return out


@lru_cache(maxsize=100_000)
def _heads_of(name: str) -> tuple[str, ...]:
    """The nouns by which a text comes back to a thing: its own head and what news puts for that."""
    plain = re.sub(r"^H\.R\.", "bill", name.rstrip(" 0123456789"))  # of House Bill 12
    head = re.sub(r"(?<=[^s])s$", "", head_of(plain))
    return tuple(dict.fromkeys(h for group in HEADS if head in group for h in group))


def _is_kind(read: _Read, kind: str, name: str) -> bool:
    return read.profile(name).kind == kind


_PLAIN_WORD = re.compile(r"[a-z]{3,}")
_APPOSITION = re.compile(r"(?: of [^,;]{2,40})?\s*(?:\([^)]{1,30}\)\s*)?(?:,\s*(?:[^,;]{2,60},\s*)?)?")
_OF_A_THING = re.compile(  # "a treaty with Chile, which"
    r"\b(?:an?|the|its|his|her|their) (?:[a-z-]+ )?(?P<noun>[a-z-]+) (?:with|for|from|on|against|to) (?:the )?$"
)
_WHICH_HE = re.compile(r"which (?:s?he|it|they) (?:den|reject|disput|confirm|acknowledg|admit)", re.IGNORECASE)


def _relative(read: _Read, name: Mention | None, start: int, word: str) -> str | None:
    """The name before "who" or "which", where they follow it, an apposition between them or not."""
    gap = read.text[name.end : start] if name else ""
    if name is None or len(gap) >= 70 or not _APPOSITION.fullmatch(gap) or gap.endswith((" and ", " but ")):
        return None
    thing = _OF_A_THING.search(read.text, max(0, name.start - 50), name.start)
    if word == "which" and (_WHICH_HE.match(read.text, start) or (thing and thing["noun"] not in TITLE_WORDS)):
        return None
    kind = read.profile(name.entity).kind
    return name.entity if (word == "which") == (kind != "person") or kind == "name" else None


_TITLE_WORDS = re.compile(r"[a-z]+(?:[ -][a-z]+){1,3}", re.IGNORECASE)


def _title_at(text: str, at: int, last_role: dict[str, tuple[int, str, bool]]) -> tuple[str, int] | None:
    """The longest title of several words at a place that someone was given, and its end: "prime minister", "former mayor"."""
    found = _TITLE_WORDS.match(text, at)
    words = re.split("[ -]", found.group()) if found else []
    for n in range(len(words), 1, -1):
        title = " ".join(words[:n])
        known = re.sub("^ex ", "former ", title.lower())
        if known in last_role:
            return known, at + len(title)
    return None


_GIVEN = re.compile(r"\b(?:g[ai]ves?|giving|grant(?:s|ed)?|offer(?:s|ed)?|den(?:y|ies|ied)|cost|costs) (?:the|that|this) [a-z-]+$")
_NEXT_WORD = re.compile(r" ([a-z]{2,20})\b(?![-'’])")
_NO_NOUN = PREPOSITIONS | frozenset(
    "two three four five six several many few to every no such and or but nor that which who whom whose because while although "
    "though if when where whether unless what why how is are was were be been being has have had do does did will would can could "
    "may might must shall should cannot not never also now then still just only already again even too very so more most less "
    "least once often always sometimes later earlier soon yet ever here there however instead away back ahead perhaps today "
    "yesterday tomorrow tonight overnight late early last next this each all both alone itself himself herself themselves he she "
    "it they we you his her its their the an cut hit let put set read shut split quit beat cast cost hurt burst become come run "
    "worth due able likely responsible almost rather twice first far long well went slept slid crept forgot meant means "
    "understood undertook ate drank sped found lay bet woke bound".split()
)


def _before_noun(text: str, end: int) -> bool:
    """Whether a noun follows: in "the party leader" or "the court order" nobody means the party or the court."""
    found = _NEXT_WORD.match(text, end)
    if found and _GIVEN.search(text, max(0, end - 40), end):
        return False  # "gave the council wide powers"
    if not found or found[1] in _NO_NOUN or found[1].endswith(("ed", "ly", "ing")):
        return False
    verb = verb_lemmas().get(found[1])
    return verb is None or (verb[1] == "b" and text[end - 1] != "s")  # "the Republicans acknowledge"


def _role(noun: str, k: int, last_role: dict[str, tuple[int, str, bool]], text: str, end: int) -> str | None:
    """The last entity that the text gave this role, unless two share the place."""
    if _OTHER_ROLE.match(text, end):
        return None
    found = last_role.get(noun) or last_role.get(_SYNONYMS.get(noun, ""))
    if found is None or found[2] or k - found[0] > _ROLE_REACH:
        return None
    return found[1]


# not "thanked the mayor for coming", "accused the mayor of lying"
_OTHER_ROLE = re.compile(r"\s+(?:of\b(?! \w+ing\b)|for\b(?! (?:\w+ing|his|her|its|their|not)\b)|[A-Z])")
_SAID_BEFORE = re.compile(rf"\b(?:{VERBS}|told \w{{2,20}}(?: \w{{2,20}})?)(?: (?:on )?\w{{2,6}}day)?(?: that)? $")
_NO_PERSON = BODIES | frozenset(
    "report statement letter poll survey study document filing paper newspaper article website post memo majority half number "
    "aide spokesman spokeswoman spokesperson lawyer attorney adviser advisor friend family".split()
)


def _is_stranger(text: str, begin: int, m: re.Match[str], here: Sequence[Mention]) -> bool:
    """Whether a pronoun follows the words of a speaker whom only a noun names, and fits him: "a union official said he"."""
    said = _SAID_BEFORE.search(text, max(begin, m.start() - 60), m.start())
    if not said or said.group().split(" ")[0].endswith("ing"):
        return False
    before = text[max(begin, said.start() - 80) : said.start()]
    parts = re.split(r"[,;:“”\"]", before)
    phrase = parts[-3 if len(parts) > 2 and not parts[-1].strip() else -1]  # "a trader, 54, told"
    at = said.start() - len(before) + before.rindex(phrase)
    words = phrase.split()
    words = words[: next((i for i, w in enumerate(words) if w.lower() in PREPOSITIONS), None)]
    if not words:
        return False
    noun = words[-1].lower()
    last = at + phrase.index(words[-1])
    if any(x.start < last + len(noun) and last < x.end for x in here):
        return False
    many = noun.endswith("s") or noun in ("people", "police", "women", "men")
    if not (words[-1].islower() or (many and len(words) == 1)) or _PRONOUN.fullmatch(noun):
        return False
    if m.lastgroup == "they" or many:
        return m.lastgroup == "they" and many
    known = not _ARTICLES.isdisjoint(w.lower() for w in words)
    return known and (noun in BODIES if m.lastgroup == "it" else noun not in _NO_PERSON)


_SAYS = re.compile(  # with a clause after it
    r"\b(?:said|says|say|added|adds|argued|argues|warned|warns|insisted|insists|wrote|declared|explained|stated|noted|claimed|claims|"
    r"complained|concluded|acknowledged|admitted|conceded|stressed|suggested|testified|maintained|maintains|predicted|confirmed|"
    r"believes|believed|thinks|thought|hopes|hoped|asserted|alleged|knew|knows|fears|feared)(?=(?: (?:on )?\w{2,6}day)?(?: that)? $)"
)


def _who_says(
    read: _Read, sentence: Sentence, m: re.Match[str], near: Callable[[int], Sequence[Mention]]
) -> Mention | None:
    """Whoever says it, for a pronoun right after the verb that fits him: "Oslo, which met Rome, said it".

    `near` gives the mentions on the same side of the quotation marks as a place.
    """
    if m.group().lower() in ("him", "himself", "herself", "itself"):
        return None
    verb = _SAYS.search(read.text, max(sentence.start, m.start() - 40), m.start())
    speaker = speaker_before(read.text, verb, sentence, near(m.start())) if verb else None
    if speaker is None or _EXPLETIVE.match(read.text, m.start()) or _NO_OWNER.match(read.text, m.end()):
        return None
    p = read.profile(speaker.entity)
    if m.lastgroup == "it":
        if p.kind == "name":  # "Boeing said it": no person
            read.reading.profiles[speaker.entity] = Profile("group")
            read.reading.roles[speaker.entity].add("group")
        return speaker if p.kind in ("name", "group", "state") and not p.plural else None
    fits = p.kind == "person" and p.gender in ("", "m" if m.lastgroup == "he" else "f")
    if fits:
        _remember(read.reading, speaker.entity, "m" if m.lastgroup == "he" else "f")
    return speaker if fits else None


_PRONOUN = re.compile("s?he|they|it|who|we|i|you")
_ARTICLES = frozenset(("a", "an", "one", "another", "the", "his", "her", "its", "their"))
_ANY_THING = frozenset("decision move step idea proposal plan measure initiative project scheme document paper matter".split())
_GOES_ON = re.compile(r"\s+(?:of|for|to|that|which|in|on|by|[A-Z])|[-'’]")

_OF = re.compile(r"\s+(?:of|for|that|which|(?:in )?[A-Z])")
_NEAREST = {"group": "group", "organization": "group", "organisation": "group", "country": "state", "nation": "state"}
_FIRM = re.compile(
    r".+ (?:company|corporation|airlines?|air|bank|foods|energy|oil|gas|motors|systems|technologies|mining|capital|logistics|telecom|"
    r"pharma|holdings|hotels|group|records|studios|inc|corp|ltd|plc|llc|ag|gmbh|industries|insurance|resorts|minerals|media)\.?",
    re.IGNORECASE,
)


def _only_firm(reading: Reading) -> str | None:
    """The only body of a text, where it may be a company: what else would "the company" be."""
    bodies = [e for e, p in reading.profiles.items() if p.kind in ("group", "name")]
    only = bodies[0] if len(bodies) == 1 and not bodies[0].isupper() else ""
    return only if only and reading.roles[only].isdisjoint(_NO_FIRMS) else None


_NO_FIRMS = BODIES - {"company", "firm", "airline", "bank", "group"}


def _nearest(
    k: int, start: int, suits: Callable[[str], bool], here: Sequence[Mention], out: Sequence[Sequence[Mention]]
) -> str | None:
    """The only body, state or thing of the nearest of three sentences that has one: what "the country" or "the move" comes back to."""
    for level in _candidates(k, here, out, start, lambda m: suits(m.entity)):
        entities = {m.entity for m in level}
        if entities:
            return entities.pop() if len(entities) == 1 else None
    return None


_OPENING = re.compile(
    r"(?:In|After|Before|During|Despite|While|When|As|With|Without|Like|Unlike|At|On|For|By|Since|Once|If|Although|Though|"
    r"Because|Until|Under|Following|Through|Throughout|Besides|Given|From|To) [^,.;:“”\"]{2,90}, "
)
_TITLES = r"(?:[Tt]he )?(?:(?:[A-Z][\w.’'-]{0,20}|former|president|minister|senator|mayor|governor) ){0,3}"
_TITLE_RUN = re.compile(_TITLES)
_INSIDE = re.compile(rf"\b(?i:{'|'.join(sorted(PREPOSITIONS))}) {_TITLES}$")
_THEN = re.compile(rf" {_TITLES}")


_AND_THEN_HE = re.compile(r", (?:s?he|it|they|the|a|an)\b")


def after_opening(sentence: Sentence, mentions: Sequence[Mention]) -> Mention | None:
    """The mention that follows the comma of an opening phrase: the subject of "In her reply, Ada Obi said"."""
    opening = _OPENING.match(sentence.text)
    for m in mentions if opening else ():
        at = m.start - sentence.start
        if opening and at >= opening.end():
            if _AND_THEN_HE.match(sentence.text, m.end - sentence.start):
                return None  # "At a meeting with his rival, Ada Obi, he said"
            return m if _TITLE_RUN.fullmatch(sentence.text, opening.end(), at) and m.how == "name" else None
    return None


def _looks_ahead(read: _Read, begin: int, m: re.Match[str], ahead: Mention, behind: str | None) -> str | None:
    """The subject after an opening phrase for a pronoun in that phrase, or else whom the sentences before offer."""
    word, kind, p = m.group().lower(), m.lastgroup, read.profile(ahead.entity)
    fits = p.kind in ("state", "group") if kind == "it" else p.kind == "person" and p.gender in ("", "m" if kind == "he" else "f")
    if not fits or word in ("him", "himself", "hers", "herself", "itself") or _ELSEWHERE.match(read.text, m.end()):
        return behind
    doubt = word == kind and behind not in (None, ahead.entity)  # "After he resigned, Otto Brask took over."
    return None if doubt and read.text.startswith(("After", "Once", "Since", "When", "If", "Because"), begin) else ahead.entity


_ELSEWHERE = re.compile(r" (?:view|opinion|eyes|words|absence|place|stead|footsteps|wake|honou?r|memory|name|death)\b")


def _subject(read: _Read, level: Sequence[Mention]) -> Mention | None:
    """The mention that heads its sentence: the one after an opening phrase, or the first unless it stands in another's phrase."""
    text = read.text
    first = next((m for m in level if m.entity == level[0].entity and not _owns(text, m)), level[0])
    sentence = read.sentences[bisect_right(read.sentences, first.start, key=lambda s: s.start) - 1]
    ahead = after_opening(sentence, level)
    if ahead:
        return ahead
    if _owns(text, first):
        return next((m for m in level if _OWNED.fullmatch(text, first.end, m.start)), None)  # "Peru's envoy, Ada Obi, spoke"
    if _INSIDE.search(text, max(sentence.start, first.start - 60), first.start):
        follows = (m for m in level if _THEN.fullmatch(text, first.end, m.start))  # "In Oslo the party rejected"
        return next(follows, None) if first.start - sentence.start < 20 else None
    joint = any(m.entity != first.entity and _JOINT.fullmatch(text, first.end, m.start) for m in level[1:2])
    return None if joint else first


_OWNED = re.compile(r"['’]s? [a-z][\w -]{1,50},? ")
_OWNS = re.compile(r"['’]s?\b|['’](?= )")


def _owns(text: str, m: Mention) -> bool:
    """Whether a mention is the owner of what follows."""
    return m.surface.lower() in ("his", "her", "its", "their") or bool(_OWNS.match(text, m.end))


def _candidates(
    k: int, here: Sequence[Mention], out: Sequence[Sequence[Mention]], start: int, fits: Callable[[Mention], bool]
) -> list[list[Mention]]:
    """Fitting mentions of this sentence before `start`, then of the sentences before, nearest first."""
    levels = [[m for m in here if m.end <= start and fits(m)]]
    for back in range(1, _REACH + 1):
        if k - back >= 0:
            levels.append([m for m in out[k - back] if fits(m)])
    return levels


def _person(read: _Read, k: int, start: int, gender: str, word: str, here: Sequence[Mention]) -> str | None:
    """The person whom "he" or "she" means: of the nearest sentence that has one, the only one or its subject."""

    def fits(m: Mention) -> bool:
        p = read.profile(m.entity)
        return p.kind == "person" and p.gender in ("", gender)

    text, quote_at = read.text, read.quote_at
    quoted = quote_at(start)
    said = {m.entity for m in here if quote_at(m.start) < 0 and fits(m)} if quoted >= 0 else set()
    levels = _candidates(k, here, read.out, start, fits)
    if quoted < 0:  # what is quoted in between neither counts as a sentence nor offers anyone
        levels = [levels[0], *_told(read, k, fits)]
    if quoted >= 0:  # in "“He is a fraud,” he said" whoever speaks is another
        speaks = _HE_SAID.match(text, read.quotes[quoted].end)
        if speaks and speaks[1] == ("he" if gender == "m" else "she"):
            at = speaks.start(1)
            said.add(_person(read, k, at, gender, "he", here) or "")
        if k and not any(quote_at(m.start) < 0 for m in here):  # who spoke before goes on: “...,” Obi said. “He ...”
            before = [m.entity for m in read.out[k - 1] if quote_at(m.start) < 0]
            if len(before) == 1 and quote_at(read.sentences[k - 1].start) >= 0:
                said.update(before)
    if quoted >= 0 and (spoken_of := _spoken_of(read, k, quoted, here, fits)) is not None:
        return spoken_of
    aimed = word == "him" or (word == "her" and bool(_NO_OWNER.match(text, start + 3)))
    if word in ("he", "she"):
        levels[0] = [m for m in levels[0] if not _in_opening(text, read.sentences[k].start, m, start)]
    if aimed:  # nobody is the object of a clause of his own
        own = [m for m in levels[0] if _same_clause(text, m.end, start) and not _owns(text, m)]
        if len(own) > 1 and _PARTICIPLE.fullmatch(text, own[-1].end, start):
            own.pop()  # "Obi wrote to Neri urging him"
        begin = read.sentences[k].start
        begin = max([begin, *(c.end() for c in _CLAUSE.finditer(text, max(begin, start - 90), start))])
        same = "he" if gender == "m" else "she"
        if any(c.group().lower() == same and all(m.end != c.end() for m in own) for c in _HE.finditer(text, begin, start)):
            return None
        barred = {m.entity for m in own} | _shared_subject(text, read.sentences[k].start, start, here)
        levels = [[m for m in level if m.entity not in barred] for level in levels]
    if quoted < 0 and not levels[0] and any(levels) and _someone_else(read, k, start, gender, here):
        levels = levels[:1]
    for depth, level in enumerate(levels):
        # he who speaks outside a quote is not "him" inside, and the other way about
        if depth == 0:
            level = [m for m in level if (quote_at(m.start) == quoted)]
        elif quoted >= 0:  # “Her questions are good,” said Ada Obi. “She is fair.”
            level = [m for m in level if m.how == "pronoun" and quote_at(m.start) >= 0] or level
        if said:
            level = [m for m in level if m.entity not in said]
        sure = list(dict.fromkeys(m.entity for m in level if read.profile(m.entity).gender == gender))
        entities = sure or list(dict.fromkeys(m.entity for m in level))
        if not entities:
            continue
        if len(entities) == 1:
            _remember(read.reading, entities[0], gender)
            return entities[0]
        lead = level[0] if quoted >= 0 else _subject(read, level)  # who is quoted goes on about the same man
        subject = lead if depth > 0 and not aimed else None
        return subject.entity if subject and subject.entity in entities else None
    if quoted < 0 and k:  # nobody else: whom a quote named
        inside = list(dict.fromkeys(m.entity for m in read.out[k - 1] if fits(m) and quote_at(m.start) >= 0))
        inside = [e for e in inside if not aimed or e not in barred]
        return inside[0] if len(inside) == 1 else None
    return None


_MEN = "man boy brother father son husband king pope spokesman businessman policeman fisherman monk priest".split()
_WOMEN = "woman girl sister mother daughter wife widow queen nun spokeswoman businesswoman waitress".split()
_ANYBODY = frozenset(
    "driver resident witness suspect student teacher nurse colleague friend neighbour neighbor player fan farmer worker soldier "
    "prisoner guard victim expert researcher aide passenger customer tenant officer".split()
)
_NAME_BEFORE = re.compile(r"[A-Z][\w’'-]+, $")  # "Ada Obi, the driver,"
_NOUNS = "|".join(sorted({*_MEN, *_WOMEN, *_ANYBODY}))
_SOMEONE = re.compile(
    r"(?P<opens>^|\b(?:said|added|says) )?\b(?:(?:[Aa]n?|[Oo]ne|[Aa]nother) (?:[a-z-]+ ){0,2}"
    rf"(?P<any>{_NOUNS}|{'|'.join(sorted(ROLES))})|[Tt]he (?P<the>{_NOUNS}))"
    r"\b(?!,? [A-Z]|['’]s?\b)"
)


def _someone_else(read: _Read, k: int, start: int, gender: str, here: Sequence[Mention]) -> bool:
    """Whether "he" may be somebody of whom only a noun tells, nearer than whom the sentences before name.

    "A driver from Tell said the plan was bad. He said"; "The suspect, a student, was arrested at his home".
    """
    other = _WOMEN if gender == "m" else _MEN
    before = read.sentences[k - 1] if k else None
    places = [(read.sentences[k].start, start, here)] + ([(before.start, before.end, read.out[k - 1])] if before else [])
    for begin, end, mentions in places:
        for m in _SOMEONE.finditer(read.text[begin:end]):
            kind = "any" if m["any"] else "the"
            apposed = _NAME_BEFORE.search(read.text[max(0, begin + m.start() - 30) : begin + m.start()])
            named = apposed or any(x.start <= begin + m.start(kind) < x.end for x in mentions)
            if not named and m[kind] not in other and (begin == read.sentences[k].start or m["opens"] is not None):
                return True
    return False


_AND_VERB = re.compile(
    r",? (?:and|but|or|then) (?:(?:has|had|have|also|then|later|never|not|did not|even|now|would|will|\w+ly) )*[a-z]+(?: [a-z]+)? $"
)
_OPENS_CLAUSE = re.compile(rf" ?{_TITLES}")
_NOT_VERB = re.compile(
    r",? (?:and|but|or|then)(?: then)? (?:the|a|an|that|which|who|in|on|at|to|with|his|her|its|their|if|when|as|he|she|it|they)\b"
)


def _shared_subject(text: str, begin: int, start: int, here: Sequence[Mention]) -> set[str]:
    """The subject of a verb after "and" that has none of its own: "Obi met Neri and praised him" is no praise of himself."""
    joint = _AND_VERB.search(text, max(begin, start - 70), start)
    if not joint or _NOT_VERB.match(text, joint.start()) or any(joint.start() <= m.start for m in here if m.end <= start):
        return set()
    opens = {begin, max([begin, *(c.end() for c in _CLAUSE.finditer(text, begin, joint.start()))])}
    firsts = ((at, next((m for m in here if at <= m.start and m.end <= joint.start()), None)) for at in opens)
    return {m.entity for at, m in firsts if m and _OPENS_CLAUSE.fullmatch(text, at, m.start) and not _owns(text, m)}


_SPOKEN_OF = re.compile(rf"(?:said|says|wrote|added|complained|joked) (?:of|about) {_TITLES}$")
_TELLS = re.compile(r"\b(?:told|asked|reminded|tells)\b")
_TURNS_ON = re.compile(r"[^“”\"«»]{0,60}(?:: |, (?:saying|writing|adding|warning)(?: that)?:? )$")


def _spoken_of(read: _Read, k: int, quoted: int, here: Sequence[Mention], fits: Callable[[Mention], bool]) -> str | None:
    """Of whom a quote is, where its sentence says so: "Obi said of Neri", "Obi attacked Neri: “He ...”"."""
    text, quote = read.text, read.quotes[quoted]
    begin = read.sentences[k].start
    outside = [m for m in here if read.quote_at(m.start) < 0]
    for m in outside:
        if m.start >= quote.end and fits(m) and _SPOKEN_OF.search(text, max(quote.end, m.start - 60), m.start):
            return m.entity
    before = [m for m in outside if m.end <= quote.start]
    if len(before) < 2 or not _TURNS_ON.match(text, before[-1].end, quote.start) or _owns(text, before[0]):
        return None
    spoken = {m.entity for m in before[1:] if fits(m)} - {before[0].entity}
    return spoken.pop() if len(spoken) == 1 and not _TELLS.search(text[begin : quote.start]) else None


_IN_OPENING = re.compile(
    r"(?!(?:According|As|For|Like|Unlike|To)\b)(?:In|At|On|After|Before|During|Despite|With|Without|By|From|Since|Amid|Besides|"
    rf"[A-Z][a-z]+(?:ing|ed))\b[^,;:“”\"]{{0,90}}?(?:\b(?i:{'|'.join(sorted(PREPOSITIONS))}|to|\w+ing)|,) {_TITLES}"
)


def _in_opening(text: str, begin: int, m: Mention, start: int) -> bool:
    """Whether a name ends an opening phrase in which it is no subject: "After meeting Obi, he", but not "After Obi left, he"."""
    return text[m.end : start] == ", " and bool(_IN_OPENING.fullmatch(text, begin, m.start))


_HE = re.compile(r"\b(?:[Hh]e|[Ss]he)\b")
_HE_SAID = re.compile(rf"\s*(?:(?:{VERBS})\s+)?(s?he)\b")
_NO_OWNER = re.compile(rf"[.,;:?!”\"]|\s+(?:{'|'.join(sorted(PREPOSITIONS))}|an?|the|and|or|but|that|when|if)\b|$")


def _told(read: _Read, k: int, fits: Callable[[Mention], bool]) -> list[list[Mention]]:
    """Fitting mentions outside quotes of the sentences before, nearest first, as far as `_REACH` that have any words."""
    levels: list[list[Mention]] = []
    for back in range(1, 8):
        if k - back < 0 or len(levels) >= _REACH:
            break
        outside = [m for m in read.out[k - back] if read.quote_at(m.start) < 0]
        if outside or not read.out[k - back]:
            levels.append([m for m in outside if fits(m)])
    return levels


_JOINT = re.compile(r"\s*(?:,|and|or|&|, and)\s*")
_CLAUSE = re.compile(r"[,;:—–]|\b(?:said|says|say|that|and|but|who|which|because|when|while|if|after|before|as)\b")
_SUBJECT_IT = re.compile(
    r"(?:^|[,;:—–“\"(]|\b(?:and|but|that|what|as|because|when|while|if|which|whether|where|than|or|"
    r"(?:said|says?|announced|warned|warns|insist(?:ed|s)|argued|promised|vowed|predicted|hopes|thinks)(?: (?:on )?\w{2,6}day)?))\s*$"
)


_PARTICIPLE = re.compile(r"(?: \w+){0,3} [a-z]+ing ")
_ASIDE = re.compile(
    r", (?:(?:who|whose|which|an?|the|once|now|long) [^,;:“”\"]{2,70}|[A-Z][\w.’-]+(?: [A-Z][\w.’-]+){0,3}), "
    r"(?!(?:an?|the|he|she|it|they|we|his|her|its|and|but)\b)(?=[a-z])"
)


_OF_HIS = re.compile(r"(?: [a-z-]+){1,3}(?=, [A-Z])")  # "Its leader, Ada Obi, called it"


def _same_clause(text: str, end: int, start: int) -> bool:
    """Whether nothing between two places begins a clause, but for what is said of a name: "Peru, the host, praised it"."""
    owned = _OF_HIS.match(text, end, start)
    aside = _ASIDE.match(text, owned.end() if owned else end, start)
    return not _CLAUSE.search(text, aside.end() if aside else end, start)


def _remember(reading: Reading, entity: str, gender: str) -> None:
    """A person once called "she" is not "he" later."""
    p = reading.profiles.get(entity)
    if p and p.kind == "person" and not p.gender:
        reading.profiles[entity] = Profile("person", gender, p.plural)


_ITS_PEOPLE = re.compile(
    r"[Ii]ts (?:(?!own\b)[a-z-]+ ){0,2}(?:leaders?|president|chair\w*|spokes\w+|members?|executive|chief|boss|founder|secretary|"
    r"lawyers?|director|head|workers|staff|employees|supporters|officials|ministers?|government|parliament|candidates?|"
    r"shareholders|customers|owners?|headquarters|ambassador|envoy|army|troops|lawmakers|board)\b"
)
_ACTS = re.compile(
    r"[Ii]t (?:(?:has|had|also|then|later|now|\w+ly) ){0,3}(?:(?:would|will|did not|does not) (?:say|sue|oppose|reject|back|support)|"
    r"said|says|announced|sued|accused|vowed|urged|warned|denied|insisted|argued|called on|opposes|opposed|rejected|rejects|welcomed|"
    r"praised|condemned|criticised|criticized|backs|backed|supports|supported|wants|wanted|hopes|hoped|plans to|planned to|intends|"
    r"intended|refused|refuses|demanded|demands|apologised|apologized|complained|pledged|promised|threatened|appealed)\b"
)
_PLURAL = re.compile(r"(?<!corp)(?<=[^us])s$")
_NO_THING = re.compile(r"\b(?:den(?:y|ied|ies|ying)|did|does|doing|done|ma[dk]e|making|put|puts|(?:see|sees|saw|seen|seeing) to)\s$")
_UNLISTED = re.compile(rf"\b(?:[Hh]is|[Hh]er|[Tt]heir|[Aa]n?|[Tt]he) (?:[a-z]+ )?(?P<noun>{'|'.join(sorted(BODIES))})\b(?!['’])")


_OF_WHOM = re.compile(r"\b(?:by|of|from) (?:the )?$")

def _is_listed(m: re.Match[str], mentions: Sequence[Mention]) -> bool:
    """Whether a mention covers the noun of a match."""
    return any(x.start < m.end() and m.start("noun") < x.end for x in mentions)


_A_THING = re.compile(r"\b(?:[Aa]n?|[Tt]he|[Tt]his|its|his|her|their) (?:[a-z-]+ ){0,2}?(?P<noun>[a-z-]{3,})\b(?!['’])")


def _is_other(read: _Read, begin: int, end: int, mentions: Sequence[Mention]) -> bool:
    """Whether "it" may rather be something between two places that nobody lists, or a name that may be a body's.

    Before it in its sentence, "The deal is fair, but it will cost", or in the one before: "The board will close a clinic. All
    oppose it."
    """
    unlisted = any(not _is_listed(m, mentions) for m in _A_THING.finditer(read.text, begin, end))
    return unlisted or any(m.end <= end and read.profile(m.entity).kind == "name" for m in mentions)


def _has_stranger(text: str, begin: int, start: int, here: Sequence[Mention]) -> bool:
    """Whether a body that nobody lists stands before "it" in its sentence: "her party would end the ban if it won"."""
    return any(not _is_listed(m, here) for m in _UNLISTED.finditer(text, begin, start))


def _body(
    read: _Read, k: int, start: int, word: str, here: Sequence[Mention], plural: bool, around: Sequence[Mention] = ()
) -> str | None:
    """The body or thing that "they" or "it" means, where the nearest sentence that has one has just one.

    `here` are the mentions of the sentence on the same side of its quotation marks, `around` all of them. As an object "it" is
    not the subject of its own clause ("Oslo does not like it"), and rather a thing than a body.
    """
    text, begin = read.text, read.sentences[k].start
    aimed = word == "them" or (word == "it" and not _SUBJECT_IT.search(text[max(begin, start - 40) : start]))

    agent = not plural and bool(_ITS_PEOPLE.match(text, start) if word == "its" else _ACTS.match(text, start))

    def fits(m: Mention) -> bool:
        p = read.profile(m.entity)
        if plural:
            return p.kind == "group" and (p.plural or m.surface.endswith("s")) and not _FIRM.fullmatch(m.entity)
        crowd = p.plural and m.entity.islower() and _PLURAL.search(head_of(m.entity))
        many = bool(crowd) or m.surface.lower().endswith(("ans", "crats", "ists"))
        return p.kind in (("state", "group", "name") if agent else ("state", "group", "thing")) and not many

    def is_thing(m: Mention) -> bool:
        return read.profile(m.entity).kind == "thing"

    quoted = read.quote_at(start)
    if quoted >= 0 and (spoken_of := _spoken_of(read, k, quoted, around, fits)) is not None:
        return spoken_of
    if word == "it" and (_NO_THING.search(text, max(begin, start - 20), start) if aimed else _has_stranger(text, begin, start, here)):
        return None
    levels = _candidates(k, here, read.out, start, fits)[:2]
    told = word == "it" and _SAYS.search(text, max(begin, start - 40), start)
    if told and not aimed:  # by somebody else, since whoever says it was looked for before: "doctors say it would"
        levels[1:] = [[m for m in level if is_thing(m)] for level in levels[1:]]
    if quoted >= 0 and len(levels) > 1 and any(read.quote_at(m.start) >= 0 for m in read.out[k - 1]):
        levels[1] = [m for m in levels[1] if read.quote_at(m.start) >= 0]  # not who spoke
    if word == "it" and not agent and len(levels) > 1:
        before = read.sentences[k - 1]
        if aimed and _is_other(read, before.start, before.end, read.out[k - 1]):
            levels[1] = [m for m in levels[1] if is_thing(m)]
        elif not aimed and _is_other(read, begin, start, around):
            levels[1] = []
    if aimed:
        own = {m.entity for m in levels[0] if _same_clause(text, m.end, start)} | _shared_subject(text, begin, start, here)
        levels = [[m for m in level if m.entity not in own] for level in levels]
        # of bodies, not who only owns or made what is spoken of: "Peru's envoy praised the plan, calling it"
        levels[0] = [m for m in levels[0] if is_thing(m) or not (_owns(text, m) or _OF_WHOM.search(text, begin, m.start))]
    for depth, level in enumerate(levels):
        entities = list(dict.fromkeys(m.entity for m in level))
        things = [e for e in entities if read.profile(e).kind == "thing"]
        if aimed and len(things) == 1:
            return things[0]
        if not entities:
            continue
        if len(entities) == 1:
            named = depth == 0 and word == "its" and things and any(read.profile(m.entity).kind == "name" for m in here)
            return None if named else entities[0]  # "Norland says the dam will choke its rivers"
        heads = _subject(read, read.out[k - 1]) if depth == 1 and not aimed else None
        return heads.entity if heads and heads.entity in entities else None
    return None
