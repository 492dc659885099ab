"""A sentence in phrases: noun phrases, verb groups, and the words between them, which the tree then hangs on each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stance.grammar import BE, CLAUSAL, LETTING, RELATIVES, TITLES, WITH_FATE, Reading, is_participle, word_set

_ABBREVIATED = word_set(  # their full stop ends nothing
    "mr mrs ms dr sen sens rep reps gov govs gen st lt col sgt jr sr rev hon prof capt maj"
)
_ALSO_CONJUNCTIONS = word_set("after before since until as")  # "after talks", but "after they talked"
_REFLEXIVES = word_set("himself herself itself themselves")
_BEFORE_NAMES = TITLES | word_set("two three four five six seven eight nine ten dozen other same first last former late next only")
GIVING = word_set("give grant lend offer deny refuse hand pay do bear owe award wish win earn cost deal spare")
_RISING = word_set("vote rise fall grow drop gain increase decline win lose begin start respond react end open close")
NAMING = word_set("rule call consider deem declare pronounce find think make name label brand dub term proclaim judge")
_LINKING = word_set("become remain")
TIMES = word_set("day night morning evening weekend week month year decade time summer winter spring autumn")
MANY_TIMES = word_set("seconds minutes hours days nights weeks weekends months years decades centuries")
ANY_TIMES = TIMES | MANY_TIMES
SINCE_WHEN = word_set("ago earlier later before after apart")
WHEN = word_set("last next this that every each")  # "backed last year"
_TO_DO = word_set(
    "decision refusal plan effort attempt bid move pledge promise call right power ability chance failure vow proposal offer "
    "threat campaign push request order willingness readiness desire intention need vote pressure permission demand motion bill "
    "law petition appeal drive wish ambition scheme agreement deal"
)
TO_DO = _TO_DO | {f"{noun}s" for noun in _TO_DO}  # nouns that take an infinitive: "the decision to ban", "calls to ban"
_COUNTS = word_set("several few many some")
_ASIDES = word_set("including along like unlike together with")
_ADJECTIVAL = ("al", "ous", "ive", "ful", "ic", "able", "ible", "ary", "less", "ish")
_NO_ADJECTIVES = word_set(
    "official deal trial proposal rival approval animal capital hospital festival journal metal goal appeal referendum music public "
    "critic traffic clinic topic panic fabric arrival removal withdrawal betrayal criminal individual professional executive "
    "initiative objective detective incentive perspective representative alternative native relative narrative archive table cable "
    "library salary secretary military diary anniversary fish table vegetable principal potential material total"
)
_FAR = 12  # groups to the comma that ends what is said of a noun
_CALLED = word_set("named called dubbed nicknamed")
_NEGATIVE = word_set("not never no t")


@dataclass(slots=True, eq=False)
class Group:
    """A noun phrase (NP), a verb group (VP), or a single token by its tag, P for "to" too."""

    kind: str
    start: int
    end: int
    head: int
    word: str = ""
    finite: bool = False
    infinitive: bool = False
    gerund: bool = False
    passive: bool = False
    copula: bool = False
    participle: bool = False  # before "by": "a bill backed by"
    role: str = ""
    first: Group | None = None  # of the list that it stands in
    before: Group | None = None

    @property
    def is_main(self) -> bool:
        """Whether it is the verb of a clause, and no participle that hangs on a noun."""
        return self.kind == "VP" and self.finite and not self.participle


def _part_quotes(tags: Sequence[str]) -> set[int]:
    """The marks around words that belong to the sentence about them: 'called it "a disgrace"', 'said it "will never pass"'."""
    out: set[int] = set()
    if "Q" not in tags:
        return out
    opening, apart = -1, False
    for i, tag in enumerate(tags):
        if tag == "Q":
            if opening < 0:
                opening, apart = i, i == 0 or tags[i - 1] in ",.Q"
                continue
            if not apart and i > opening + 1:
                out |= {opening} if tags[i - 1] in ",." else {opening, i}
            opening = -1
    return out


class Phrases:
    """The groups of a sentence; `heads` and `labels` say how the words of each hang on its head, the others are to come."""

    def __init__(self, reading: Reading, low: tuple[str, ...], forced: tuple[int, ...]) -> None:
        self.words, self.lemmas = reading.words.lower, reading.lemmas
        self.tags, self.low, self.forced = reading.tags, low, forced
        self.cue_of = reading.cue_of
        self.heads, self.labels = [-1] * len(low), ["dep"] * len(low)
        self.groups: list[Group] = []
        self.quiet = _part_quotes(self.tags)  # passed over
        self._group()

    def hang(self, token: int, head: int, label: str) -> None:
        """Hang a token on another one."""
        self.heads[token], self.labels[token] = head, label

    def _group(self) -> None:
        i, n, tags = 0, len(self.tags), self.tags
        while i < n:
            tag = tags[i]
            if i in self.quiet:
                i += 1
                continue
            if self.words[i] in _REFLEXIVES and self.groups and self.groups[-1].kind == "NP":
                self.hang(i, self.groups[-1].head, "appos")  # "the mayor himself opposed"
                i += 1
                continue
            if tag in "DJ0ONS" or (tag == "A" and i + 1 < n and tags[i + 1] == "J"):
                group = self._noun_phrase(i)
            elif tag in "XVG" or (tag == "T" and self._verb_follows(i)):
                group = self._verb_group(i)
            else:
                kind = "NP" if tag == "W" else "P" if tag in "PT" else "," if self.words[i] in "()" else tag
                group = Group(kind, i, i + 1, i, self.words[i])
            self.groups.append(group)
            i = group.end
        finite: list[int] = []
        if "since" in self.words:
            finite = [k for k, g in enumerate(self.groups) if g.is_main]
        for k, group in enumerate(self.groups[:-1]):
            if group.word in _ALSO_CONJUNCTIONS and group.kind == "P" and self.groups[k + 1].kind == "NP":
                waits = group.word == "since" and len(finite) == 1 and finite[0] > k  # "The war since May has angered Oslo"
                told = k > 0 and (self.groups[k - 1].word in RELATIVES or self.groups[k - 1].word == "such")
                waits = waits or (group.word == "as" and (told or self._is_office(k)))
                ahead = not waits and self.finite_ahead(k + 1)
                group.kind = "R" if ahead else "P"
        self._part_contacts()
        for k, group in enumerate(self.groups):
            if k and group.kind == "VP" and not group.participle and self._is_reduced(k, group):
                group.participle = group.passive = True

    def _is_office(self, k: int) -> bool:
        """Whether "as", group k, tells what somebody is before his verb: "The removal of Obi as police chief drew"."""
        office = self.groups[k + 1]
        one = self.tags[office.start] == "O" == self.tags[office.head] and not self.words[office.head].endswith("s")
        return one and k > 0 and not any(g.kind in "VP,RQ." and g.kind != "P" for g in self.groups[:k])

    def _part_contacts(self) -> None:
        """Part a noun from the name that opens a clause about it: "rejects the plan | Lima backs", "the plan | Lima backs was"."""
        groups, parted = self.groups, []
        verb: Group | None = None  # of the clause so far
        for k, group in enumerate(groups):
            if group.kind == "VP" and group.finite:
                verb = group
            elif group.kind in ",.QRC":
                verb = None
            at, cut = k + 1, 0
            if group.kind == "NP" and self.tags[group.end - 1] == "N" and at < len(groups):
                at += groups[at].kind == "A" and k + 2 < len(groups)  # "a move Oslo strongly rejects"
                cut = self._cut(k, group, groups[at])
            if cut and self._ends_before_name(k, at, group, verb):
                for i in range(group.start, cut - 1):
                    if self.heads[i] == group.head:
                        self.heads[i] = cut - 1
                self.heads[cut - 1] = -1
                parted.append(Group("NP", group.start, cut, cut - 1))
                group.start = cut
            parted.append(group)
        self.groups = parted

    def _ends_before_name(self, k: int, at: int, group: Group, verb: Group | None) -> bool:
        """Whether a name that ends a noun phrase before a verb, group `at`, is no part of it; `verb` is that of the clause so far."""
        if self.words[group.start] in ("a", "an") or self._follows_whose(k):
            return True  # ", a move Oslo rejects", "whose plan Oslo rejects"
        if verb is not None and not self._may_take_clause(verb.head):
            return True
        if k == 1 and self.groups[0].kind == "P":
            return True
        return (k == 0 or self.groups[k - 1].kind != "R") and self.finite_ahead(at)

    def _may_take_clause(self, verb: int) -> bool:
        return self.lemmas[verb] in CLAUSAL or self.lemmas[verb] in WITH_FATE or self.words[verb] in LETTING

    def _follows_whose(self, k: int) -> bool:
        return k > 0 and self.groups[k - 1].word == "whose"

    def _cut(self, k: int, group: Group, after: Group) -> int:
        """Where the name begins that ends a noun phrase before a verb, after a noun; 0 where it is none such."""
        opened = self.tags[group.start] == "D" or self.low[group.start] in ("the", "a", "an")  # in a mention it is no D
        opened = opened or self._follows_whose(k)
        if not opened or not after.is_main:
            return 0
        cut = group.end
        while self.tags[cut - 1] == "N" and cut - 1 not in self.forced:
            cut -= 1
        return cut if cut < group.end and self.tags[cut - 1] in "ON" and self.words[cut - 1] not in _BEFORE_NAMES else 0

    def _verb_follows(self, i: int) -> bool:
        i += 1
        while i < len(self.tags) and self.tags[i] == "A":
            i += 1
        return i < len(self.tags) and self.tags[i] in "VX"

    def _noun_phrase(self, start: int) -> Group:
        """Determiners, adjectives and nouns up to the last noun, owners before 's included."""
        tags, words, n = self.tags, self.words, len(self.tags)
        owners: list[tuple[int, int]] = []  # head, end
        last, j = -1, start
        called = bool(self.groups) and self.groups[-1].kind == "VP" and self._is_called(start)
        while j < n:
            tag = tags[j]
            if tag == "D" and last >= 0 and tags[j - 1] not in "DS":
                break
            if last >= 0 and words[j] in WHEN and words[j + 1 : j + 2] and words[j + 1] in TIMES:
                break  # "the court | last year"
            if last >= 0 and (tag == "0" or words[j] in MANY_TIMES or words[j] in _COUNTS) and self._is_ago(j, last):
                break  # "banned the party | decades earlier", "two years ago"
            if tag == "O" and last == j - 1 and (tags[last] == "N" or (called and tags[last] == "O")) and self._is_said_of(j):
                break  # "called Oslo corrupt", "wished Oslo luck", "called the plan reckless"
            if tag in "DJ0ON":
                last = j
                j += 1
            elif (
                j in self.quiet
                or (tag == "A" and self._modifies(j, start))
                or (tag in ",C" and last == j - 1 and self._joins_adjectives(j, start))
            ):
                j += 1
            elif tag == "S":
                if last < 0:
                    j += 1
                    continue
                while j < n and tags[j] == "S":
                    j += 1
                owners.append((last, j))
                if j < n and tags[j] in "DJ0ONA":
                    last = -1
                    continue
                break
            elif tag == "." and j + 1 < n and (words[j] in "%-–/&" or (words[j] == "." and self._abbreviates(j - 1))):
                j += 1
            elif tag == "." and words[j] == "(" and last >= 0:
                close = next((k for k in range(j + 1, min(n, j + 8)) if words[k] == ")"), -1)
                if close > 0 and not any(tags[k] in "VX" for k in range(j, close)):  # "(R-Ohio)"
                    for k in range(j, close + 1):
                        self.hang(k, last, "appos")
                    j = close + 1
                break
            else:
                break
        if last < 0:
            if not owners:
                return Group("A", start, start + 1, start, words[start])
            last = owners[-1][0]
        end = max(j, start + 1)
        begin = start
        for owner, stop in owners:
            if owner != last:
                self.hang(owner, last, "poss")
            for k in range(begin, stop):
                if k != owner and self.heads[k] < 0 and k not in self.quiet:
                    self.hang(k, owner, "case" if tags[k] == "S" else "compound")
            begin = stop
        for k in range(begin, end):
            if k != last and self.heads[k] < 0 and k not in self.quiet:
                self.hang(k, last, "det" if tags[k] == "D" else "compound" if tags[k] in "ON" else "amod")
        return Group("NP", start, end, last)

    def _is_called(self, start: int) -> bool:
        """Whether what begins here may be called something by the verb before it."""
        return self.lemmas[self.groups[-1].head] in NAMING and self.tags[start] in "DN"

    def _is_ago(self, i: int, last: int) -> bool:
        """Whether a time that lies back or ahead begins here, right after the noun `last`: "two years ago"."""
        if last != i - 1 or self.tags[last] == "0" or self.words[last] in _COUNTS:
            return False
        i += self.tags[i] == "0" or self.words[i] in _COUNTS
        return i + 1 < len(self.words) and self.words[i] in MANY_TIMES and self.words[i + 1] in SINCE_WHEN

    def _joins_adjectives(self, i: int, start: int) -> bool:
        """Whether a mark or an "and" stands between two adjectives of one noun: "a brief, bitter war", "racial and social strife"."""
        if i + 2 >= len(self.tags) or self.tags[i + 2] not in "ON" or self.words[i] in ("but", "nor"):
            return False
        said_of = bool(self.groups) and self.groups[-1].copula  # "was wrong, local officials said"
        if self.tags[start] != "D" and (said_of or self.tags[i] == ","):
            return False
        return self._is_adjective(i - 1) and self._is_adjective(i + 1) and not self._is_adjective(i + 2)

    def _is_adjective(self, i: int) -> bool:
        word = self.words[i]
        if self.tags[i] == "J":
            return True
        cue = self.cue_of[i]
        formed = (len(word) > 4 and word.endswith(_ADJECTIVAL) and word not in _NO_ADJECTIVES) or "-" in word
        return self.tags[i] == "O" and (formed or (cue is not None and cue.pos == "adj"))

    def _modifies(self, i: int, start: int) -> bool:
        """Whether an adverb belongs to the noun phrase that begins at `start`: "a most welcome plan", "the only plan"."""
        following = self.tags[i + 1] if i + 1 < len(self.tags) else "."
        return following == "J" or (following in "NO" and i > start and self.tags[i - 1] == "D")

    def _is_said_of(self, i: int) -> bool:
        """Whether an adjective after a name belongs to no noun, or a noun is what the verb gives to whom the name names."""
        cue = self.cue_of[i]
        if cue is not None and cue.pos == "noun" and self.groups and self.groups[-1].kind == "VP":
            named = cue.frame == "eval" and self.lemmas[self.groups[-1].head] in NAMING  # "called Oslo thugs"
            return cue.stance != "neutral" and (named or self.lemmas[self.groups[-1].head] in GIVING)
        if self.groups and self.groups[-1].kind == "P" and self.tags[self.groups[-1].end] == "D":
            return False  # "from the Oslo cooperative"
        return cue is not None and cue.pos == "adj" and (i + 1 == len(self.tags) or self.tags[i + 1] not in "ONJS")

    def _abbreviates(self, i: int) -> bool:
        """Whether a full stop after this token ends nothing: a title before a name, a letter of "U.S."."""
        if self.words[i] in _ABBREVIATED:
            return self.tags[i + 2] in "NO"
        return self.tags[i] == "N" and len(self.low[i]) == 1

    def _verb_group(self, start: int) -> Group:
        """Auxiliaries and adverbs up to the main verb, or to the last auxiliary where there is none."""
        tags, words, n = self.tags, self.words, len(self.tags)
        verb, auxiliary, j = -1, -1, start
        infinitive = tags[start] == "T"
        if infinitive:
            j += 1
        while j < n:
            tag = tags[j]
            if tag == "X":
                auxiliary = j
                j += 1
            elif (tag == "T" and auxiliary >= 0) or (tag == "A" and j + 1 < n and tags[j + 1] in "XVGA"):
                j += 1  # "is to leave", "has never left"
            elif j in self.quiet and j + 1 < n and tags[j + 1] in "XVGA":
                j += 1
            elif tag in "VG":
                if not (tag == "G" and j != start and auxiliary < 0 and not infinitive):
                    verb = j
                    j += 1
                break
            else:
                break
        head = verb if verb >= 0 else max(auxiliary, start)
        end = max(j, start + 1)
        cue = self.cue_of[head]
        stands_by = cue is not None and cue.pos == "verb" and cue.end > end  # "stands by the plan"
        by = words[end : end + 1] == ("by",) and tags[head] == "V" and not stands_by
        by = by and self.lemmas[head] not in _RISING and tags[end + 1 : end + 2] != ("G",)
        bare = auxiliary < 0
        gerund = (tags[head] == "G" and bare and not infinitive) or words[start] in ("having", "being")
        group = Group("VP", start, end, head, words[head])
        group.infinitive, group.gerund, group.finite = infinitive, gerund, not infinitive and not gerund
        group.copula = (verb < 0 and words[head] in BE) or self.lemmas[head] in _LINKING
        been = verb >= 0 and not bare and words[auxiliary] in BE and "T" not in tags[auxiliary:verb]  # "is to ban" is none
        group.passive = (been and tags[head] == "V") or (bare and by)
        group.participle = group.finite and bare and by
        for k in range(start, end):
            if k != head and k not in self.quiet:
                self.hang(k, head, "neg" if words[k] in _NEGATIVE else "aux" if tags[k] in "XT" else "advmod")
        return group

    def finite_ahead(self, k: int) -> bool:
        """Whether the noun phrase that is group k leads to a finite verb, past what hangs on it."""
        groups, j = self.groups, k + 1
        if [g.kind for g in groups[j : j + 2]] == ["NP", "VP"] and groups[j + 1].finite:
            j += 2  # "the plan Oslo backs was"
        for _ in range(12):
            while j < len(groups) and groups[j].kind == "A":
                j += 1
            if j >= len(groups):
                return False
            group = groups[j]
            if group.kind == "VP" and j == k + 1 and (group.gerund or group.participle or self._is_to_do(k, group)):
                j += 1  # "the decision to ban it was", "the plan backed by Oslo was", "the judge hearing the case said"
                if j < len(groups) and groups[j].kind == "NP":
                    j += 1
                continue
            if group.kind == "VP":
                return group.is_main
            if group.kind == "," and (close := self._list_ends(j)):
                j = close  # "and Oslo, Lima and Rome rejected"
                continue
            if group.kind == "," and (close := self._aside_ends(j)):
                j = close  # "said Obi, the mayor, was"
                continue
            joins = group.kind == "P" or (group.kind == "C" and group.word in ("and", "or"))
            if not joins or j + 1 >= len(groups):
                return False
            if groups[j + 1].kind != "NP" and (group.kind, groups[j + 1].kind) != ("P", "A"):  # "and Obi on Thursday rejected"
                return False
            j += 2
        return False

    def _list_ends(self, j: int) -> int:
        """The group after a list of names that goes on at the comma that is group j; else 0."""
        groups, n = self.groups, len(self.groups)
        if self.tags[groups[j - 1].head] != "N":
            return 0
        while j + 1 < n and groups[j].kind == "," and groups[j + 1].kind == "NP" and self.tags[groups[j + 1].head] == "N":
            j += 2
        listed = j + 1 < n and groups[j].kind == "C" and groups[j + 1].kind == "NP" and self.tags[groups[j + 1].head] == "N"
        return j + 2 if listed else 0

    def _is_to_do(self, k: int, verb: Group) -> bool:
        """Whether an infinitive says what a noun such as "decision" is to do."""
        noun = self.groups[k].head
        return verb.infinitive and (self.words[noun] in TO_DO or noun in self.forced)

    def _aside_ends(self, j: int) -> int:
        """The group after an apposition, or what "including" opens, between the comma that is group j and the next; else 0."""
        groups = self.groups
        if j == 0:
            return 0
        if j + 1 < len(groups) and groups[j + 1].word in ("who", "which", "whose"):  # "and Obi, who left Rome, rejected"
            return self._verb_after_comma(j + 2, j + _FAR)
        participle = j + 2 < len(groups) and groups[j + 2].kind != "NP" and self.is_bare_participle(groups[j + 1])
        if participle or (j + 1 < len(groups) and groups[j + 1].gerund):
            return self._verb_after_comma(j + 1, j + _FAR)  # "and Obi, seated beside him, said"
        close = next((i for i in range(j + 1, min(len(groups), j + _FAR)) if groups[i].kind not in ("NP", "P", "A", "C")), 0)
        if not close or groups[close].kind != "," or close == j + 1:
            return 0
        first = groups[j + 1]
        owned = first.kind == "NP" and "S" in self.tags[first.start : first.head]  # "Obi, Rome's ally,"
        named = first.kind == "NP" and self.tags[first.head] == "N" and self.tags[groups[j - 1].head] == "O"  # "her rival, Ada Obi,"
        if not (owned or named or first.word in _ASIDES or (first.kind == "NP" and self.tags[first.start] == "D")):
            return 0
        another = close + 1 < len(groups) and groups[close + 1].kind != "VP"
        return close if another else close + 1

    def _verb_after_comma(self, start: int, end: int) -> int:
        """The first verb group after a comma, both among the groups from `start` to `end`; else 0."""
        groups = self.groups
        for i in range(start + 1, min(end, len(groups))):
            before = groups[i - 2] if groups[i - 1].kind == "A" else groups[i - 1]
            if groups[i].kind == "VP" and before.kind == ",":
                return i
        return 0

    def is_bare_participle(self, group: Group) -> bool:
        """Whether a verb group is a single word that may be a past participle."""
        return group.kind == "VP" and group.start == group.head and is_participle(self.words[group.head])

    def _is_reduced(self, k: int, group: Group) -> bool:
        """Whether a participle with what hangs on it stands between a noun and its verb: "the ban imposed on Oslo was lifted"."""
        groups, j = self.groups, k + 1
        if not group.finite or not self.is_bare_participle(group):
            return False
        opening = groups[k - 1].kind
        if opening == "A" and k > 1:
            opening = groups[k - 2].kind
        if opening not in ("NP", ",") or j >= len(groups):
            return False
        named = self.words[group.head] in _CALLED and groups[j].kind == "NP"  # "a man named Ruiz attacked"
        if named or (groups[j].kind == "NP" and self.words[groups[j].head] in TIMES and self.words[groups[j].start] in WHEN):
            j += 1
        elif groups[j].kind not in ("P", "A"):
            return False
        while j < len(groups):
            with_noun = j + 1 < len(groups) and groups[j + 1].kind == "NP"
            dated = groups[j].kind == "NP" and self.words[groups[j].head] in TIMES
            if groups[j].kind not in ("P", "A") and not dated:
                break
            j += 2 if groups[j].kind == "P" and with_noun else 1
        if opening == "," and j < len(groups) and groups[j].kind == ",":
            j += 1
        elif opening == ",":  # "Oslo, angered by the deal that Lima signed with Rome, left"
            verb = self._verb_after_comma(j, j + _FAR)
            return verb > 0 and groups[verb].is_main and not any(g.kind in ".Q" for g in groups[j:verb])
        return j < len(groups) and groups[j].is_main
