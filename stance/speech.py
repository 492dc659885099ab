"""Speech: where a text quotes, and who speaks.

Quotes are found with every common pair of marks, also where one is missing; a speaker is the actor beside a verb of
speech, outside the quote. A quote that runs on over sentences and paragraphs keeps its speaker, and so do quotes that
follow one another. Where the text names a speaker whom nothing resolves, the speaker is unknown rather than the last one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from stance.entities import Mention
from stance.names import TITLE_WORDS
from stance.text import TITLES, Sentence


class Quote(NamedTuple):
    """A quoted stretch of a text, its marks included."""

    start: int
    end: int


_CLOSING = {"“": "”", "«": "»", "„": "“”", "‘": "’", '"': '"', "'": "'", "»": "«", "‹": "›"}
_MARK = re.compile(r"[“”«»„‘’\"]|(?<![^\s(\[—–-])'(?=\w)|(?<=[,.!?…])'(?!\w)|\n[ \t\r]*\n")
_MAX_QUOTE = 4000  # characters; an opening mark with no end in that distance was a slip


def find_quotes(text: str) -> list[Quote]:
    """The outermost quotes of a text, in order; none overlap.

    A quote that a paragraph leaves open goes on in the next one if that begins with the opening mark, as newspapers
    print it; otherwise it ends with its paragraph. A mark that opens nothing and closes nothing is passed over.

    >>> [text[a:b] for text in ["“No,” said Ade. “We won’t.”"] for a, b in find_quotes(text)]
    ['“No,”', '“We won’t.”']
    """
    out: list[Quote] = []
    opened, start, depth = "", -1, 0

    def give_up(limit: int) -> None:
        """The quote was never closed: it ends with its own line."""
        line = text.find("\n", start, limit)
        out.append(Quote(start, limit if line < 0 else line))

    for m in _MARK.finditer(text):
        at, mark = m.start(), m.group()[0]
        left = text[at - 1] if at else " "
        right = text[at + 1] if at + 1 < len(text) else " "
        if opened and at - start > _MAX_QUOTE:
            give_up(at)
            opened = ""
        if mark == "\n":  # a paragraph ends; the next may open its own quote, of the same speaker
            if opened:
                out.append(Quote(start, at))
                opened = ""
            continue
        if opened:
            opens = left.isspace() and (right.isalnum() or right == "‘")
            if opened == '"' and mark in '"“' and opens and at > start + 1:
                give_up(at)
                opened, start = mark, at
            elif mark == opened and mark in "“«„":
                if left == "\n" or text[max(0, at - 2) : at] in (". ", "! ", "? "):
                    give_up(at) if left == " " else out.append(Quote(start, at))
                    start, depth = at, 0
                else:
                    depth += 1
            elif mark in _CLOSING[opened] or (mark == '"' and opened == "“" and not opens) or (mark == "”" and opened == '"'):
                if mark in "’'" and right.isalnum():
                    continue  # an apostrophe
                if depth:
                    depth -= 1
                    continue
                out.append(Quote(start, at + 1))
                opened = ""
            continue
        if _opens(text, at, mark, left, right):
            opened, start, depth = mark, at, 0
    if opened:
        give_up(len(text))
    return out


def _opens(text: str, at: int, mark: str, left: str, right: str) -> bool:
    """Whether a mark outside of quotes opens one."""
    plain = not left.isalnum() and not right.isspace()
    if mark in "“«„":
        return True
    if mark == "‘":
        return plain and right.isalnum()
    if mark == '"':  # also one that a line break parts from its words
        return plain or (left == " " and right == "\n" and at > 1 and text[at + 2 : at + 3].isalnum())
    if mark == "'":
        return plain and right.isalpha() and bool(re.search(r"[,.!?…]'(?!\w)", text[at : at + 600]))
    return mark == "»" and plain and text.find("«", at + 1, at + _MAX_QUOTE) > 0


VERBS = (
    "said|says|say|saying|told|tells|telling|added|adds|adding|argued|argues|arguing|warned|warns|warning|insisted|insists|"
    "insisting|wrote|writes|writing|tweeted|tweets|tweeting|called|calls|calling|declared|declares|declaring|announced|announces|"
    "announcing|explained|explains|explaining|stated|states|stating|replied|replies|replying|responded|responds|answered|asked|asks|"
    "asking|noted|notes|noting|claimed|claims|claiming|complained|complains|continued|continues|concluded|concludes|acknowledged|"
    "acknowledges|admitted|admits|conceded|concedes|recalled|remarked|remarks|stressed|stresses|suggested|suggests|joked|quipped|"
    "vowed|vows|pledged|urged|urges|testified|testifies|described|describes|describing|denounced|denounces|condemned|condemns|praised|"
    "praises|blasted|blasts|criticized|criticised|accused|accuses|accusing|charged|charges|maintained|maintains|contended|contends|predicted|"
    "predicts|observed|commented|shouted|cried|posted|read|reads|reading|mused|lamented|laments|boasted|countered|counters|allowed|"
    "reported|confirmed|denied|denies|believes|believed|thinks|thought|hopes|hoped|wants|wanted|asserted|asserts|alleged|alleges|"
    "cautioned|cautions|emphasi[sz]ed|emphasi[sz]es|reiterated|reiterates|retorted|snapped|scoffed|fumed|exclaimed|protested|protests|"
    "pleaded|pleads|demanded|demands|promised|promises|pointed out|points out|shot back|hit back|fired back|made (?:it )?clear|"
    "revealed|reveals|disclosed|hinted|opined|affirmed|put it|puts it"
)
_VERB = re.compile(rf"\b(?:{VERBS})\b")
_DEED = re.compile(
    r"(?:, [^,;:“”\"]{2,60},)? (?:\w+ly |also |has |had )*"
    r"(?:thanked|hailed|applauded|defended|mocked|slammed|dismissed|rejected|attacked|ridiculed|welcomed|backed)\b"
)
_SPOKESMAN = re.compile(
    r"\b(?:a|its|the) (?:\w+ )?spokes(?:man|woman|person) (?:said|added|told|wrote|replied|explained|insisted)\b|"
    r"\b(?:said|added|wrote|replied|explained|insisted) (?:a|its|the) (?:\w+ )?spokes(?:man|woman|person)\b(?! (?:for|of|from|at)\b)"
)
_STRONG = re.compile(
    r"\b(?:said|says|told|tells|added|adds|wrote|writes|tweeted|explained|declared|stated|replied|continued|noted|argued|"
    r"insisted|warned|concluded|answered|remarked|joked|quipped|asked|stressed)\b"
)
_HEARD = frozenset("told tells asked".split())
_ACCORDING = re.compile(
    r"\b(?:[Aa]ccording to|[Ii]n the (?:words|view|eyes|opinion) of|"
    r"[Ii]n(?= (?:[A-Z][\w .-]{1,40}['’]s?|his|her|its|their) (?:view|eyes|opinion)\b))\s+"
)
_TO_VERB = re.compile(
    r"(?:\s+(?:of|from)\s+(?:the\s+)?[A-Z][\w.]+(?:\s[A-Z]\w+){0,2}|\s+and\s+(?:his|her|its|their)\s+\w+)?(?:\s*\([^)]{1,40}\))?"
    # an aside ends with a mark: nobody speaks in "would hurt Peru, analysts said"
    r"(?:(?:\s*,\s*[^,;—–]{2,110}){1,2},|(?:\s*,\s*[^,;—–]{2,110}){0,2}\s*(?:--?|[—–])\s*[^;—–]{2,110}(?:,|--?|[—–])|\s*,)?\s*"
    r"(?:(?:\w+ly|also|has|have|had|then|later|who|himself|herself|itself|even|again|once|further|in turn|is|are|was|were|"
    r"be|long|always|often|still|now|first|soon|did|(?:late |early )?(?:on )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|morning|"
    r"afternoon|evening|night|this week|last week|this month|quoted as|, too,|, however,|"
    r"nevertheless|nonetheless|meanwhile|however|therefore|instead)\s+)*"
)
_NO_TITLE = "".join(rf"(?<!\b{title})" for title in ("[A-Z]", "St", "Del", *TITLES))  # "said Rep. Ada Obi": the stop ends nothing
_CLAUSE_END = re.compile(
    rf"[;:“\"«]|{_NO_TITLE}\.(?=\s+[A-Z“\"]|$)|"
    r",\s+(?:who|which|after|when|as|in|on|at|and|but|while|because|referring|adding)\b"
)
_POSSESSIVE = frozenset("his her its their whose".split())


_NOT_BEFORE = re.compile(
    r"\b(?:who|which|whose|under|that|to|in|on|at|by|and|with|about|against|it|as|during|after|before|would|will|was|were|is)\b"
)


def _is_owner(text: str, mention: Mention) -> bool:
    return mention.surface.lower() in _POSSESSIVE or text[mention.end : mention.end + 2] in ("’s", "'s")


def _may_follow(text: str, verb_end: int, mention: Mention) -> bool:
    """Whether a mention after the verb can be its subject: not an owner of it, not in a phrase of time, place or hearer."""
    if _is_owner(text, mention):
        return False
    return not _of_another(text, verb_end, mention.start) and not _NOT_BEFORE.search(text, verb_end, mention.start)


_NOUN_GAP = re.compile(
    r"(?:['’]s?)?\s+(?:[\w-]+ ){0,3}(?:spokesman|spokeswoman|spokesperson|official|embassy|ministry|office|statement|aide|campaign|"
    r"lawyer|attorney|ambassador|envoy|government|military|army|parliament|delegation|board|report)"
    r"(?: (?:in|to|at) (?:[A-Z]\w+ ?){1,2})?\s*(?:,\s*[^,;]{2,60},)?\s*"
)


_SIGNED = re.compile(r"\s*(?:--?|[—–])\s*(?=[A-Z])")
_NAMED_LAST = re.compile(r"\s+(?:the|a|an|its|his|her|their)\s+[^,;“”\"]{3,90},\s+")
_DONE_TO = re.compile(  # "Ada Obi, accused of theft", "described as a hawk", but not "said of Peru"
    r"(?<!\bsaid)(?<!\bsays)(?<!\bsay)(?<!\bwrote)\s+(?:of|with|as|about|by|off|guilty)\b"
)
_DONE_TO_HIM = re.compile(r"\s+(?:was|were|got|has been|had been|is|are)\s+(?:\w+ed|told|this|a)\b")
_BE = re.compile(r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+)?$")
_INVERTED = re.compile(  # "said its author Ada Obi", not "said its author could not help Ada Obi"
    r"\s+(?:(?:the|its|his|her|their|a|an)\s+(?:(?!(?:could|would|will|was|were|is|are|had|has|have|should|must|not|did)\b)[\w’'-]+\s+){1,4})?"
)
_LOWER = re.compile(r" (?:[a-z][\w’'-]* ){1,4}")
_OFFICE_OF = re.compile(r"\s+(?:the|a|an|its)\s+(?:[\w-]+\s+){1,3}(?:of|for|at|from|with)\s+(?:the\s+)?")


_TITLED = r"(?:(?:the|a|an)\s+)?(?:(?:[A-Z][\w.’'-]*|former|then|northern|southern|eastern|western|\d+-year-old)\s+)*"
_AFTER_COMMA = re.compile(rf"\s*(?:\w+ed\s+)?{_TITLED}")
_OPENS = re.compile(rf"(?:[•*·–-]\s+)?(?:[^,:;“”\"]{{0,60}},\s+)?{_TITLED}")
_TITLE = re.compile(r"(?:[•*·–-] )?(?:[A-Za-z]{1,12}\. )?")
_LABEL = re.compile(r"(?: \([^)\n]{1,30}\)|, [A-Z ]{2,30})?: (?=[^\s“\"‘])")  # "REYES: The court erred.", as transcripts have it
_AND = re.compile(r",? and ")
_ASIDE = re.compile(
    r"\s*(?:,|--?|[—–])\s+(?:[^,;—–]{0,80}\b(?:who|whose|whom|which|that)\b[^;]{1,90}|"
    r"[^;—–]{0,110}\b(?:of|for|from|with|to|by|at|in|on|against|like|unlike)\s+(?:(?:the|a|an|his|her|its)\s+)?(?:[a-z-]+\s+){0,2})"
)
_ASIDE_ENDS = re.compile(r"\s*(?:,|--|[—–])")


def _outermost(text: str, found: Mention, before: Sequence[Mention]) -> Mention:
    """The one who speaks where the name beside the verb stands in an aside, or ends a list.

    "Ada Obi, a critic of Peru, said", "Chad and Niger said".
    """
    joined = False
    for earlier in reversed(before):
        if earlier.end > found.start or earlier.how == "relative":
            continue
        gap = text[earlier.end : found.start]
        joined = earlier.how == found.how == "name" and bool(_AND.fullmatch(gap) or (joined and gap == ", "))
        if joined or (_ASIDE_ENDS.match(text, found.end) and _ASIDE.fullmatch(gap)):
            found = earlier
    return found


_SPEAKS_FOR = frozenset(
    "spokesman spokeswoman spokesperson spokespeople head president chief leader leaders director chair chairman chairwoman secretary "
    "minister official officials lawyer lawyers attorney attorneys counsel representative representatives statement office embassy "
    "government ministry board member members delegation parliament army military report study survey".split()
)
_OF_WHOM = re.compile(
    r"(?P<head>[\w-]+)\s+(?P<by>of|for|from|at|with|to|in|on|by|against|about|over|under|near|between|outside|inside|around)\s+"
    rf"{_TITLED}$|\b(?:who|which|that)\s+(?:[\w’'-]+\s+){{1,4}}{_TITLED}$|"
    rf"\w\s+(?:investigat|represent|back|support|oppos|fight|advis|guard|monitor|fac|surround)ing\s+{_TITLED}$"
)


def _of_another(text: str, begin: int, at: int) -> bool:
    """Whether the name at a place only says whose or which something is: "critics of Ada Obi", "the man who shot Ada Obi".

    What is said by a spokesman, an office or the head of a body is said for it.
    """
    m = _OF_WHOM.search(text, max(begin, at - 90), at)
    return m is not None and not (m["by"] in ("of", "for", "from", "at", "by") and m["head"].lower() in _SPEAKS_FOR)


def _in_apposition(text: str, verb_end: int, found: Mention, outside: Sequence[Mention]) -> Mention:
    """The one who speaks where "said the head of the union, Ada Obi" or "said union leader Ada Obi" names the union first."""
    titled = next((x for x in outside if x.start > found.end), None)
    if titled is not None and titled.how == "name":
        gap = _LOWER.fullmatch(text, found.end, titled.start)
        if gap and gap.group().split()[-1] in TITLE_WORDS:
            return titled
    if not _OFFICE_OF.fullmatch(text, verb_end, found.start):
        return found
    return next((x for x in outside if x.start > found.end and text[found.end : x.start] == ", " and x.how == "name"), found)


class Turn(NamedTuple):
    """Who speaks in a sentence: the mention beside the verb, or (None) someone unknown; and whether it is all quote."""

    speaker: Mention | None
    spoken: bool
    quoted: bool


def find_speakers(
    text: str, sentences: Sequence[Sentence], mentions: Sequence[Sequence[Mention]], quotes: Sequence[Quote]
) -> list[Turn]:
    """Who speaks in each sentence.

    `spoken` says that words of the sentence stand in a quote; `quoted` that all of them do, so that the sentence itself
    cannot name its speaker: there the speaker is that of the quote that it belongs to, or of the one just before.
    """
    starts = [q.start for q in quotes]
    turns: list[Turn] = []
    local: list[tuple[Mention | None] | None] = []
    inside: list[tuple[bool, bool, int, int]] = []
    for sentence, here in zip(sentences, mentions, strict=True):
        low = bisect_right(starts, sentence.start) - 1
        if low < 0 or quotes[low].end <= sentence.start:
            low += 1
        high = bisect_left(starts, sentence.end)
        spans = [(max(q.start, sentence.start), min(q.end, sentence.end)) for q in quotes[low:high]]
        covered = sum(b - a for a, b in spans)
        quoted = bool(spans) and covered >= len(sentence.text) - 2
        inside.append((bool(spans), quoted, low, high - 1))
        local.append(None if quoted else _attribution(text, sentence, here, spans))
    # a quote that several sentences share has one speaker, whichever of them names him
    by_quote: dict[int, tuple[Mention | None]] = {}
    for (spoken, quoted, low, high), found in zip(inside, local, strict=True):
        if spoken and not quoted and found is not None:
            for q in {low, high}:
                by_quote.setdefault(q, found)
    current: Mention | None = None
    lasting = False  # whether the sentence before was speech of `current`
    previous_end = 0
    for k, (sentence, (spoken, quoted, low, _)) in enumerate(zip(sentences, inside, strict=True)):
        found = local[k]
        if quoted:
            shared = by_quote.get(low)
            if shared is not None:
                current, lasting = shared[0], True
            elif not lasting:
                before = current
                current = None
                if k and local[k - 1] is None and not inside[k - 1][0]:
                    leads = text[previous_end - 1] == ":"
                    last = mentions[k - 1], sentences[k - 1]
                    current = _subject(*last) if leads else _only(text, *last)
                    if not leads and current is not None and before is not None and before.entity != current.entity:
                        current = None  # either may go on
                lasting = current is not None
            turns.append(Turn(current if lasting else None, True, True))
        elif found is not None:
            anonymous = found[0] is None and _SPOKESMAN.search(text, sentence.start, sentence.end)
            if not anonymous:
                current = found[0]
            elif not lasting:  # whose spokesman: theirs of whom the sentence before is
                current = _only(text, mentions[k - 1], sentences[k - 1]) if k and local[k - 1] is None else None
            lasting = True
            turns.append(Turn(current, spoken, False))
        else:
            signed = _SIGNED.match(text, sentence.start)
            signer = next((m for m in mentions[k] if signed and m.is_actor and m.start == signed.end()), None)
            for i in range(k - 1, -1, -1) if signer else ():  # “The dam will fail.” / — Ada Obi, senator
                if not turns[i].quoted or turns[i].speaker is not None:
                    break
                turns[i] = Turn(signer, True, True)
            turns.append(Turn(None, spoken, False))
            lasting = False
        previous_end = sentence.end
    return turns


_SUBJECT = 60  # characters from the start of a sentence within which its first actor is taken for its subject


def _subject(mentions: Sequence[Mention], sentence: Sentence) -> Mention | None:
    """The first actor of a sentence that leads into a quote with a colon."""
    return next((m for m in mentions if m.is_actor and m.start - sentence.start < _SUBJECT), None)


def _only(text: str, mentions: Sequence[Mention], sentence: Sentence) -> Mention | None:
    """The only actor of a sentence, its subject, who is likely to say what is quoted right after."""
    actors = [m for m in mentions if m.is_actor]
    if not actors or not _OPENS.fullmatch(text, sentence.start, actors[0].start):
        return None
    if _DEED.match(text, actors[0].end):
        return actors[0]  # "Ada Obi thanked Peru. “We ...”"
    if len({m.entity for m in actors}) > 1:
        return None
    return None if _DONE_TO_HIM.match(text, actors[0].end) else actors[0]


def _inside(spans: Sequence[tuple[int, int]], at: int) -> bool:
    return any(a <= at < b for a, b in spans)


def _attribution(
    text: str, sentence: Sentence, mentions: Sequence[Mention], spans: Sequence[tuple[int, int]]
) -> tuple[Mention | None] | None:
    """Who says what a sentence says, as it says itself: one whom it names, or None for someone unknown.

    Returns None instead of a tuple where the sentence attributes nothing.
    """
    # a thing says nothing; a name without a role belongs to somebody whom no catalogue lists, and he may well speak
    outside = [m for m in mentions if (m.is_actor or not m.is_target) and not _inside(spans, m.start)]
    if outside and _LABEL.match(text, outside[0].end) and _TITLE.fullmatch(text, sentence.start, outside[0].start):
        return (outside[0],)
    unknown = False
    m = _ACCORDING.search(text, sentence.start, sentence.end)
    if m and not _inside(spans, m.start()):
        source = next((x for x in outside if 0 <= x.start - m.end() < 50), None)
        if source is not None and (_of_another(text, m.end(), source.start) or ", " in text[m.end() : source.start]):
            source = None  # "according to two who had met Ada Obi", "according to police, Ada Obi"
        if source is not None or not spans:
            return (source,)
        unknown = True  # unless a name stands beside a verb: "“No,” Ada Obi said, according to two who heard her"
    if not outside and not spans:
        return None
    subject = next((x for x in outside if x.start - sentence.start < _SUBJECT and not _is_owner(text, x)), None)
    if subject is not None and not _OPENS.fullmatch(text, sentence.start, subject.start):
        subject = None  # "The judge told Ada Obi", "Critics of Ada Obi"
    for verb in _VERB.finditer(text, sentence.start, sentence.end):
        if _inside(spans, verb.start()):
            continue
        after_quote = any(0 <= verb.start() - b <= 3 for _, b in spans)
        speaker = _follows(text, verb, sentence, outside) if after_quote else _inverted(text, verb, outside, subject)
        speaker = speaker or speaker_before(text, verb, sentence, outside)
        if speaker is None and text.endswith("and ", 0, verb.start()) and subject is not None and subject.end < verb.start():
            speaker = subject  # "Ada Obi met Peru's envoys and said"
        if speaker is not None:
            return (speaker,)
        unknown = unknown or bool((spans or after_quote) and _STRONG.match(verb.group()))
    speaker = next(filter(None, (_beside(text, a, b, outside, subject) for a, b in spans)), None)
    if speaker is not None or unknown:
        return (speaker,)
    if spans and subject is not None and subject.end <= spans[0][0] and {x.entity for x in outside} == {subject.entity}:
        words = text[spans[0][0] + 1].islower() and text[subject.end] != "," and not _DONE_TO_HIM.match(text, subject.end)
        return (subject,) if words else None  # Ada Obi spoke of a “disaster”, but not: Ada Obi, author of “The Long Road”
    return None


def _follows(text: str, verb: re.Match[str], sentence: Sentence, outside: Sequence[Mention]) -> Mention | None:
    """Who speaks by a verb right after a quote that comes before its subject: “...,” said Ada Obi."""
    stop = _CLAUSE_END.search(text, verb.end(), sentence.end)
    end = min(stop.start() if stop else sentence.end, verb.end() + 90)
    near = next((x for x in outside if verb.end() < x.start < end and _may_follow(text, verb.end(), x)), None)
    if near is not None:
        return _in_apposition(text, verb.end(), near, outside)
    named = next((x for x in outside if x.start > verb.end() and _NAMED_LAST.fullmatch(text, verb.end(), x.start)), None)
    return named if named is not None and text[named.end : named.end + 1] in (".", ",", "") else None


def _inverted(text: str, verb: re.Match[str], outside: Sequence[Mention], subject: Mention | None) -> Mention | None:
    """Who speaks by a verb after a comma: "The pact, said its author Ada Obi, is dead", "Ada Obi left, calling it a trap"."""
    if text[verb.start() - 2 : verb.start()] != ", ":
        return None
    if verb.group().endswith("ing") and subject is not None:
        return subject
    if not _STRONG.match(verb.group()) or verb.group() in _HEARD:
        return None  # "Ada Obi, however, praised Peru", "Ada Obi, a senator, told Peru"
    near = (x for x in outside if verb.end() < x.start < verb.end() + 60 and x.how == "name")
    found = next(near, None)
    fits = found and _INVERTED.fullmatch(text, verb.end(), found.start) and text[found.end : found.end + 1] in ",."
    return found if fits else None


def speaker_before(text: str, verb: re.Match[str], sentence: Sentence, outside: Sequence[Mention]) -> Mention | None:
    """Who speaks by a verb that follows its subject: "Ada Obi, the mayor, said"."""
    before = [x for x in outside if x.end <= verb.start() and verb.start() - x.end < 240]
    for x in reversed(before[-4:]):
        gap = text[x.end : verb.start()]
        if x.how == "relative" or (x.surface.lower() in _POSSESSIVE and not _NOUN_GAP.fullmatch(gap)):
            continue
        if gap == " as " and verb.group() == "saying":  # "quoted Ada Obi as saying"
            return x
        if _TO_VERB.fullmatch(gap) or _NOUN_GAP.fullmatch(gap):
            passive = _BE.search(gap) and not verb.group().endswith("ing") and "quoted as" not in gap
            if passive or _DONE_TO.match(text, verb.end()):
                return None  # what was thought of or called something, or is accused, speaks not
            speaker = _outermost(text, x, before)
            if not _of_another(text, sentence.start, speaker.start):
                return speaker
    return None


def _beside(text: str, start: int, end: int, outside: Sequence[Mention], subject: Mention | None) -> Mention | None:
    """Who speaks beside a quote, whatever verb there is: Ada Obi was blunt: “...”; “...,” Ada Obi growled; “...” — Ada Obi."""
    if text[start - 2 : start] == ": ":
        leads = subject is not None and subject.end <= start and not _DONE_TO_HIM.match(text, subject.end)
        return subject if leads else None
    signed = _SIGNED.match(text, end)
    if not signed and "," not in text[end - 2 : end + 1]:
        return None
    end = signed.end() if signed else end
    after = next((x for x in outside if x.start >= end and not _is_owner(text, x)), None)
    return after if after is not None and _AFTER_COMMA.fullmatch(text, end, after.start) else None
