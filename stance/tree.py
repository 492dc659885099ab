"""A dependency tree of a sentence by rules: which word each word hangs on, and how.

No treebank and no model: one pass from left to right attaches each of the `phrases` to what stands before it. The labels are
those of ClearNLP, as in spaCy's English pipelines (nsubj, dobj, pobj, prep, agent, poss, relcl ...), so that a statistical parser
can take the place of these rules, see `syntax`. Of 100 words in the sentences of `labeled/`, 83 hang where spaCy's small pipeline
hangs them, and 88 of 100 subjects; in real news 78 and 84.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from stance.grammar import (
    CLAUSAL,
    DAYS,
    HELPING,
    LETTING,
    PLACES,
    RELATIVES,
    WISHING,
    WITH_FATE,
    Reading,
    is_participle,
    read,
    word_set,
    words_of,
)
from stance.lexicon import verb_of
from stance.phrases import ANY_TIMES, GIVING, MANY_TIMES, NAMING, SINCE_WHEN, TIMES, TO_DO, WHEN, Group, Phrases


@dataclass(frozen=True, slots=True)
class Tree:
    """The token that each token hangs on (the root on itself), how, its class as in `grammar.Reading`, and its children."""

    heads: tuple[int, ...]
    labels: tuple[str, ...]
    tags: tuple[str, ...]
    children: tuple[tuple[int, ...], ...]

    def is_negated(self, i: int) -> bool:
        """Whether a "not" or "never" hangs on a token."""
        return any(self.labels[k] == "neg" for k in self.children[i])


def make_tree(heads: list[int], labels: list[str], tags: Sequence[str]) -> Tree:
    """A tree from lists; where heads run in a circle, the circle is cut."""
    children = _children_of(heads)
    reached = [i for i, head in enumerate(heads) if head == i]
    for i in reached:
        reached += children[i]
    if len(reached) < len(heads):
        _cut_circles(heads, labels)
        children = _children_of(heads)
    return Tree(tuple(heads), tuple(labels), tuple(tags), tuple(map(tuple, children)))


def _children_of(heads: list[int]) -> list[list[int]]:
    children: list[list[int]] = [[] for _ in heads]
    for i, head in enumerate(heads):
        if head != i:
            children[head].append(i)
    return children


def _cut_circles(heads: list[int], labels: list[str]) -> None:
    state = [0] * len(heads)  # 1: on the way up now, 2: reaches a root
    for i in range(len(heads)):
        way = []
        while state[i] == 0:
            state[i] = 1
            way.append(i)
            if heads[i] == i:
                break
            if state[heads[i]] == 1:
                heads[i], labels[i] = i, "ROOT"
                break
            i = heads[i]
        for j in way:
            state[j] = 2


def tree_of(text: str, forced: tuple[int, ...] = ()) -> Tree:
    """The tree of a sentence; `forced` are the tokens that are names though they do not look like it."""
    reading = read(text, forced)
    low = words_of(text).lower
    return _Attaching(reading, low, forced).tree()


MOVES = word_set("move step decision act measure gesture action ruling verdict result outcome choice announcement development")
_ADVERBIAL = word_set("because while whilst although though albeit if when whereas unless until after before since as where once")
_CONCEDING = word_set("though although albeit while whilst")
_SUPPOSING = word_set("if when once unless until")  # "Ruiz, if elected, would"
_SUBJECT_FORMS = word_set("he she they we i")
_OF_THE_VERB = word_set("in at on after before during since until by as from with to through amid into")
_OF_WHAT = word_set("for over about despite without against because")  # after a name: "thanked Oslo for"
_AFTER_AGENTS = word_set("against after before during over on to since until for")
_OF_DOING = word_set("accuse suspect convict acquit warn")
_PARTICLES = word_set("up down out off aside")  # "turned down the offer"
_SOON = 30  # groups ahead: what is longer is a list
_DONE_TO = word_set("on against to into at towards toward upon")
_MANDATIVE = word_set("ask demand insist urge propose recommend request suggest order require")
_DO = word_set("do does did")
_OF_TIMES = word_set("in on during by over after before until since from")
_BY_DOING = word_set("by without after before while")
_WAYS = word_set("reaction response wake attempt effort bid return exchange order protest retaliation hope hopes")
_UTTERING = word_set("say tell note add warn insist vow announce declare state explain stress argue claim contend call")
_DATIVE = GIVING | word_set("send sell show bring buy teach promise")
_WHATEVER = word_set("whatever whoever whichever")
_TELLING = word_set("say tell warn assure remind inform convince persuade promise notify show")
_THOUGHTS = word_set("doubt doubts fear fears hope hopes concern concerns belief worry worries confidence conviction suspicion")
_FOR_ONE_TO = word_set("call ask plead press push wait appeal long hope pray plea wish demand request time campaign argue bid")


class _Attaching(Phrases):
    """One pass over the groups of a sentence, from left to right; `heads` and `labels` fill up on the way."""

    def __init__(self, reading: Reading, low: tuple[str, ...], forced: tuple[int, ...]) -> None:
        super().__init__(reading, low, forced)
        self.verb: Group | None = None  # the last verb group
        self.root: Group | None = None
        self.subject: Group | None = None  # of the last verb that has one
        self.noun: Group | None = None  # the last noun phrase that is no apposition
        self.thing: Group | None = None  # the last object of a verb
        self.object: Group | None = None  # of the last verb, or what follows its "for", with nothing since that cuts it off
        self.subjects: list[Group] = []  # noun phrases that wait for their verb, the outermost first
        self.fate: Group | None = None  # the last verb group that says what is wished of an object
        # "who", "because": where, itself, the noun before or -1, the last verb before
        self.opener: tuple[int, Group, int, Group | None] | None = None
        self.complement: Group | None = None  # the verb that takes the clause whose subject waits
        self.waiting: list[int] = []  # what stands before the root
        self.aside: Group | None = None  # the verb of who says so between commas
        self.verbs: dict[int, Group] = {}  # those so far, by their heads
        self.commas: list[int] = []  # so far

    def tree(self) -> Tree:
        top = self._attach_groups()
        for i, head in enumerate(self.heads):
            if head < 0:
                self.heads[i] = top
        if self.heads:
            self.heads[top], self.labels[top] = top, "ROOT"
        return make_tree(self.heads, self.labels, self.tags)

    def _attach_groups(self) -> int:
        """Attach every group; the token that is the root."""
        groups = self.groups
        before: Group | None = None
        beyond: Group | None = None  # the group before that, where `before` is a comma
        for k, group in enumerate(groups):
            if group.kind == ",":
                self.commas.append(group.head)
            if group.role == "aside":
                continue
            group.before = before
            if group.kind == "," and before is not None and before in self.subjects and (close := self._says_aside(k)):
                self._attach_aside(k, close)
            if group.kind == "A":
                if group.word == "back" and self._is_fate(k, group, before):
                    continue
                owns = "S" in self.tags[group.end : group.end + 1]  # "in Tuesday's debate"
                if before is not None and before.kind == "P" and self.low[group.head] in DAYS and not owns:
                    self.hang(group.head, before.head, "npadvmod")  # a day is no argument: "to leave by Monday"
                    before = group  # "said on Tuesday Oslo opposed it"
                elif self.verb is None:
                    self.waiting.append(group.head)
                else:
                    self.hang(group.head, self.verb.head, "advmod")
                continue
            if self.words[group.head] in ANY_TIMES and self._is_when(group, before):
                continue
            if group.kind == "NP":
                self._attach_noun(k, group, before, beyond)
            elif group.kind == "P":
                if not self._is_fate(k, group, before):
                    self._attach_preposition(k, group, before)
            elif group.kind == "VP":
                self._attach_verb(k, group, before)
                self.object = None
            elif group.kind == "R":
                if self._is_verbless_clause(k, group, before):
                    continue
                self._open_clause(k, group, before, beyond)
            elif group.kind in ",.QC":
                self.object = None
                if group.word == ":" and self.root is None and self.subjects and self.subjects[0] is groups[0]:
                    self.hang(self.subjects.pop(0).head, -1, "speaker")  # "Mayor: the plan is a disgrace"
            beyond = before if group.kind == "," else group
            before = group
        if self.root is not None and self._speaks(self.root):
            for group in self.subjects:  # what is said has no verb: '"A disgrace," said Oslo'
                self.hang(group.head, self.root.head, "ccomp")
        if self.aside is not None and self.root is not None:
            self.hang(self.root.head, self.aside.head, "ccomp")
            self.root = self.aside
        return self._top()

    def _says_aside(self, k: int) -> int:
        """The comma after who says so, where that stands between a subject and its verb: "The plan, Oslo said, was"; else 0."""
        at = self._past_adverbs(k)
        kinds = [g.kind for g in self.groups[at : at + 2]]
        if kinds not in (["NP", "VP"], ["VP", "NP"]):
            return 0
        verb = self.groups[at + kinds.index("VP")]
        if not verb.is_main or verb.passive or not self._speaks(verb):
            return 0
        close = at + 2
        while close < len(self.groups) and self.groups[close].kind in ("P", "A", "NP"):
            close += 1
        after = self._after(close)
        closed = close < len(self.groups) and self.groups[close].kind == ","
        return close if closed and after is not None and after.is_main else 0

    def _attach_aside(self, k: int, close: int) -> None:
        """Attach who says so between commas, the groups from k to `close`; the first of the noun phrases is the subject."""
        groups = self.groups[k + 1 : close + 1]
        verb = self.aside = next(g for g in groups if g.kind == "VP")
        self.verbs[verb.head] = verb
        label = "nsubj"
        for before, group in zip([self.groups[k], *groups], groups, strict=False):
            group.role = "aside"
            if group.kind == "NP" and before.kind == "P":
                self.hang(group.head, before.head, "pobj")
            elif group.kind == "NP":
                self.hang(group.head, verb.head, label)
                label = "dobj"
            elif group.kind in ("P", "A"):
                self.hang(group.head, verb.head, "prep" if group.kind == "P" else "advmod")

    def _is_when(self, group: Group, before: Group | None) -> bool:
        """Attach a time between a noun and its verb: "The court last year rejected"."""
        if group.kind != "NP" or before is None:
            return False
        if before.word in RELATIVES and before.word != "that" and self.words[group.start] in WHEN:
            self._wait(group.head, "npadvmod")  # "Oslo, which last year rejected"
            return True
        named = before.kind == "A" and group.start == group.head  # "on Monday night Oslo rejected"
        ago = self.words[group.end : group.end + 1]
        named = named or (self.words[group.head] in MANY_TIMES and bool(ago) and ago[0] in SINCE_WHEN)
        if not named and (before.kind != "NP" or self.words[group.start] not in WHEN):
            return False
        if self.verb is None:
            self._wait(group.head, "npadvmod")
        else:
            self.hang(group.head, self.verb.head, "npadvmod")
        return True

    def _open_clause(self, k: int, group: Group, before: Group | None, beyond: Group | None) -> None:
        """Keep the word that opens a clause, and which noun it is about, until the clause's verb is met."""
        close = before is not None and (before.kind == "NP" or (before.kind == "," and beyond is self.noun))
        close = close or (before is not None and before.kind == "P" and group.word in ("which", "whom"))  # "to which"
        antecedent = self.noun.head if self.noun is not None and close and group.word in RELATIVES else -1
        followed = self.groups[k + 1].kind if k + 1 < len(self.groups) else ""
        if group.word == "that" and followed == "NP" and self.verb is not None and self._speaks(self.verb):
            above = self.heads[antecedent]
            said = self.lemmas[self.verb.head] == "say" and "Q" not in self.tags  # "said of Rome that"
            spoken_of = above >= 0 and self.labels[antecedent] == "pobj" and self.words[above] in ("of", "about", "over") and not said
            noted = self.noun is self.object and self.lemmas[self.verb.head] not in _TELLING
            if not (spoken_of or noted):
                antecedent = -1  # "told reporters that the plan", but "spoke of the bill that Oslo", "noted the tone that Oslo"
        if antecedent >= 0 and group.word == "which" and before is not self.noun:
            antecedent = self._deed_of(antecedent)  # "the ban on Oslo, which"
        self.opener = (k, group, antecedent, self.verb)

    def _is_verbless_clause(self, k: int, group: Group, before: Group | None) -> bool:
        """Whether a conjunction adds to a noun what an apposition would: "Oslo, though wary of the plan,", "while backing it,"."""
        concedes = group.word in _CONCEDING
        if not (concedes or group.word in _SUPPOSING) or (before is not None and before.kind not in ",RQ."):
            return False
        at = self._past_adverbs(k)
        if at == len(self.groups):
            return False
        after = self.groups[at]
        if after.kind == ",":
            return True  # "albeit reluctantly,"
        closed = before is not None and before.kind == "," and [g.kind for g in self.groups[at + 1 : at + 2]] == [","]
        if after.kind != "NP" or not concedes:
            said = after.gerund or after.participle or self.is_bare_participle(after)
            # "Ruiz, once freed from prison, thanked"
            closed = closed or (before is not None and before.kind == "," and self._closes(at))
            return after.kind == "VP" and said and (closed or concedes)
        cue = self.cue_of[after.head]
        return closed or (cue is not None and cue.pos != "noun" and not self.finite_ahead(at))

    def _closes(self, k: int) -> bool:
        """Whether nothing but phrases that hang on group k follow it up to a comma."""
        ahead = list(takewhile(lambda g: g.kind in ("P", "NP", "A"), self.groups[k + 1 :]))
        return [g.kind for g in self.groups[k + 1 + len(ahead) : k + 2 + len(ahead)]] == [","]

    def _top(self) -> int:
        """The token of the main verb; of what has none, the first that waits for it."""
        if self.root is not None:
            return self.root.head
        return next((g.head for g in self.groups if self.labels[g.head] != "speaker"), 0)

    def _attach_noun(self, k: int, group: Group, before: Group | None, beyond: Group | None) -> None:
        if self._is_echo(k, group, before) or self._is_denied(k, group, before):
            return
        subject = self._awaits_verb(k, group, before, beyond)
        if before is not None and before.kind == "P":
            self._attach_after_preposition(k, group, before)
        elif before is not None and before.kind == "VP":
            self._attach_after_verb(k, group, before, subject)
        elif before is None or not (self._attach_after_noun(k, group, before) or self._is_joined(k, group, before, beyond, subject)):
            after, verb = self._after(k), self.verb
            if subject and before is not None and before.kind == "A" and verb is not None and self.lemmas[verb.head] in CLAUSAL:
                self.opener, self.complement = None, verb  # "said on Tuesday Oslo opposed it"
            if subject or verb is None or after is None or after.kind in ("P", "R", ",", "VP", "NP", "C"):
                self.subjects.append(group)
                group.role = "subject"
            else:
                self.hang(group.head, verb.head, "npadvmod")
        if group.role != "apposition" or self.words[group.head] in MOVES:
            self.noun = group

    def _awaits_verb(self, k: int, group: Group, before: Group | None, beyond: Group | None) -> bool:
        """Whether a noun phrase stands where the subject of a verb ahead may stand."""
        after, noun = self._after(k), self.noun
        kind = before.kind if before else "."
        if kind == "," and noun is beyond and noun in self.subjects and after is not None and after.kind in (",", "C"):
            return False  # "Oslo, Rome and Lima condemned"
        listed = kind == "," and noun is beyond and noun is not None and noun.role in ("pobj", "conj")
        listed = listed and after is not None and after.kind in (",", "C") and self._subject_waits()
        if listed and noun is not None and self.tags[group.start] == "N" == self.tags[noun.head]:
            return False  # "people like Oslo, Rome and Lima condemned"
        if after is not None and after.is_main:
            return True
        opens = kind in (",", "Q", "R", ".", "C") or (kind == "VP" and before is not None and self.lemmas[before.head] in CLAUSAL)
        return before is not None and opens and self.finite_ahead(k)  # "said the ban on Oslo was wrong"

    def _attach_after_preposition(self, k: int, group: Group, before: Group) -> None:
        if before.word in _PARTICLES and self._follows_verb(k - 1):
            self.labels[before.head] = "prt"
            self.hang(group.head, self.heads[before.head], "dobj")
            group.role, self.object = "object", group
            return
        self.hang(group.head, before.head, "pobj")
        group.role = "pobj"
        if before.word == "for":
            self.object = group

    def _attach_after_verb(self, k: int, group: Group, before: Group, subject: bool) -> None:
        if before.role == "inverted":
            self.hang(group.head, before.head, "nsubj")
        elif self.words[group.head] in TIMES and self.words[group.start] in WHEN:
            self.hang(group.head, before.head, "npadvmod")
        elif subject and ((self.lemmas[before.head] in CLAUSAL and not self._sees(k, before)) or group.word in _SUBJECT_FORMS):
            self.subjects.append(group)
            self.opener, self.complement = None, before
            group.role = "subject"
        else:
            named = before.passive or (self.lemmas[before.head] in NAMING and self._says_of_antecedent(group, before))
            self.hang(group.head, before.head, "attr" if before.copula else "oprd" if named else "dobj")
            group.role = "object"
            self.object = self.thing = group

    def _says_of_antecedent(self, group: Group, verb: Group) -> bool:
        """Whether a noun phrase says what a clause calls the noun that it is about: "the ban that Oslo calls a disgrace"."""
        cue = self.cue_of[group.head]
        says = self.words[group.start] in ("a", "an") or (cue is not None and cue.pos == "adj")
        return says and self.labels[verb.head] == "relcl" and self.subject is not None and self.subject.word not in RELATIVES

    def _attach_after_noun(self, k: int, group: Group, before: Group) -> bool:
        """Attach what says something of a noun phrase without a verb between them."""
        thing = self.object
        if before.kind == "NP" and self._is_verbless(k, group, before):
            self.subjects.remove(before)
            self.hang(before.head, group.head, "nsubj")
            before.role, group.role = "", "predicate"
            self.root = self.root or group
        elif before.kind == "NP" and thing is before and self._is_given(before, group):
            self.labels[before.head] = "dative"
            self.hang(group.head, self.heads[before.head], "dobj")
            group.role = "object"
        elif before.kind == "NP" and thing is before and self._is_called_first(before, group):
            self.labels[before.head] = "oprd"
            self.hang(group.head, self.heads[before.head], "dobj")
            before.role, group.role = "predicate", "object"
            self.object = self.thing = group
        elif before.kind == "NP" and thing is not None and self._names(thing, group):
            self.hang(group.head, self.heads[thing.head], "oprd")
            group.role = "predicate"
        elif before.word in (":", "—", "–") and self._is_named_last(k):
            self.hang(group.head, (self.thing or self.noun or group).head, "appos")
            group.role = "apposition"
        else:
            return False
        return True

    def _is_joined(self, k: int, group: Group, before: Group, beyond: Group | None, subject: bool) -> bool:
        """Attach the next of a list, or an apposition."""
        noun = self.noun
        if noun is None:
            return False
        if before.kind == "C" and self._is_list(group, before, noun, subject):
            first = self._parallel(k, noun)
            self.hang(group.head, first.head, "conj")
            group.role, group.first = "conj", first.first or first
            return True
        if before.kind == "," and beyond is not None and beyond is self.verb and self._is_shared(k):
            self.hang(group.head, beyond.head, "dobj")
            group.role, self.object = "object", group
            return True
        if before.kind != "," or beyond is not noun or subject or self._follows_opening(k, noun):
            return False
        after = self._after(k)
        listed = after is not None and after.kind in (",", "C") and self.tags[group.start] != "D" and not self._is_owned(group)
        listed = listed or (self.labels[noun.head] == "conj" and after is not None and after.kind == ",")
        if listed and self._is_named_after(k, group, noun):  # "A lawyer for Obi, Ada Neri, said"
            noun, listed = self.subjects[-1], False
        self.hang(group.head, noun.head, "conj" if listed else "appos")
        group.role, group.first = ("conj", noun.first or noun) if listed else ("apposition", None)
        return True

    def _is_named_after(self, k: int, group: Group, noun: Group) -> bool:
        """Whether a name between commas, before the verb, names the subject and not what hangs on it."""
        if noun.role != "pobj" or not self.subjects or self.tags[self.subjects[-1].head] != "O" or self.verb is not None:
            return False
        named = self.tags[group.head] == "N" == self.tags[noun.head]
        return named and [g.kind for g in self.groups[k + 1 : k + 3]] == [",", "VP"]

    def _follows_opening(self, k: int, noun: Group) -> bool:
        """Whether a noun phrase with an aside is the subject after an opening phrase: "In Kentucky, Ruiz, the mayor, rejects"."""
        above = self.heads[noun.head]
        if noun.role != "pobj" or self.verb is not None or above not in self.waiting or k + 2 >= len(self.groups):
            return False
        if self.tags[noun.head] == "0" or self.words[noun.head] in TIMES:
            return True  # "In 2006, the town of Lima, Texas, rejected"
        if self.groups[k + 1].kind != ",":
            return False
        aside = self.groups[k + 2]
        if aside.kind == "R":
            return self.tags[self.groups[k].head] == "N" != self.tags[noun.head]  # "In fact, Ruiz, who"
        return aside.kind == "NP" and not self.finite_ahead(k + 2)  # "In Lima, the capital, the police reject"

    def _is_shared(self, k: int) -> bool:
        """Whether group k is the object of two verbs that commas set apart: "backs, but (Rome) will not fund, the plan"."""
        kinds = [g.kind for g in self.groups[max(0, k - 8) : k] if g.kind != "A"]
        return kinds[-5:] == ["VP", ",", "C", "VP", ","] or kinds[-6:] == ["VP", ",", "C", "NP", "VP", ","]

    def _after(self, k: int) -> Group | None:
        """The group after group k, past adverbs."""
        at = self._past_adverbs(k)
        return self.groups[at] if at < len(self.groups) else None

    def _past_adverbs(self, k: int) -> int:
        """The number of the group after group k, past adverbs."""
        k += 1
        while k < len(self.groups) and self.groups[k].kind == "A":
            k += 1
        return k

    def _is_echo(self, k: int, group: Group, before: Group | None) -> bool:
        """Attach who does likewise: "rejects the plan, as does Oslo", "and so did Oslo"."""
        echoes = before is not None and before.kind == "VP" and self.words[before.head] in _DO and before.start == before.head
        if not echoes or self.subject is None or k < 2 or self.groups[k - 2].word not in ("as", "so", "nor"):
            return False
        if self.finite_ahead(k):  # "nor did Oslo say"
            return False
        self.hang(group.head, self.subject.head, "conj")
        return True

    def _is_denied(self, k: int, group: Group, before: Group | None) -> bool:
        """Attach who is ruled out: "Oslo, not Rome, rejects"."""
        if self.noun is None or before is None or before.kind not in (",", "C") or self.groups[k - 1].word != "not":
            return False
        if self.finite_ahead(k):  # ", and not one of them complained"
            return False
        self.hang(group.head, self.noun.head, "dep")
        return True

    def _is_named_last(self, k: int) -> bool:
        """Whether what follows a colon names what was spoken of: "endorsed a candidate: Oslo", "has two rivals: Oslo and Rome"."""
        if self.root is None or (self.thing is None and self.noun is None):
            return False
        return not any(g.kind == "VP" for g in takewhile(lambda g: g.word not in (".", ";"), self.groups[k : k + _SOON]))

    def _sees(self, k: int, verb: Group) -> bool:
        """Whether what is to be seen is done to the noun phrase that is group k: "wants to see the plan dropped"."""
        return verb.infinitive and self.lemmas[verb.head] == "see" and self.is_bare_participle(self.groups[k + 1])

    def _is_verbless(self, k: int, group: Group, before: Group) -> bool:
        """Whether a noun phrase says what the one before is, as in headlines: "Tram plan a bad joke"."""
        if before.role != "subject" or self.opener is not None or self.tags[group.start] != "D" or self.words[group.start] == "the":
            return False
        return not self.finite_ahead(k)

    def _follows_verb(self, k: int) -> bool:
        """Whether group k comes right after an active verb."""
        return k > 0 and self.groups[k - 1].kind == "VP" and not self.groups[k - 1].passive and not self.groups[k - 1].copula

    def _is_given(self, thing: Group, group: Group) -> bool:
        """Whether a noun phrase is what the verb gives to its object: "gave the plan its blessing"."""
        given = self.labels[thing.head] == "dobj" and self.lemmas[self.heads[thing.head]] in _DATIVE
        return given and self.tags[group.start] in "DO"

    def _names(self, thing: Group, group: Group) -> bool:
        """Whether a noun phrase says what the verb before calls its object: "called the plan a mistake"."""
        cue = self.cue_of[group.head]
        says = self.tags[group.start] == "D" or (cue is not None and cue.pos == "adj")
        return says and self.lemmas[self.heads[thing.head]] in NAMING

    def _is_called_first(self, thing: Group, group: Group) -> bool:
        """Whether what something is called stands before it: "found unconstitutional the decree"."""
        cue = self.cue_of[thing.head]
        called = cue is not None and cue.pos == "adj" and thing.start == thing.head
        return called and self.tags[group.start] == "D" and self.lemmas[self.heads[thing.head]] in NAMING

    def _parallel(self, k: int, noun: Group) -> Group:
        """What a noun phrase after "and" is joined to: the object in "drew praise from Oslo and scorn from Rome"."""
        after = self.groups[k + 1 : k + 2]
        thing = self.thing
        if noun.role != "pobj" or not after or after[0].word != self.words[self.heads[noun.head]]:
            return noun
        if thing is not None and thing.head < noun.head and self.tags[self.groups[k].head] != "N":
            return thing
        above = self.heads[self.heads[noun.head]]  # "with abuse of power and obstruction of Congress"
        return next((g for g in self.groups[max(0, k - _SOON) : k] if g.head == above and g.kind == "NP"), noun)

    def _is_owned(self, group: Group) -> bool:
        """Whether a noun phrase says whose it is: "Oslo, Rome's ally,"."""
        return self.tags[group.head] != "N" and "S" in self.tags[group.start : group.head]

    def _subject_waits(self) -> bool:
        """Whether a noun phrase waits for its verb, and has had none but what hangs on it: "the call to free", "the ban imposed by"."""
        verb = self.verb
        inside = verb is not None and not verb.is_main and bool(self.subjects) and verb.head > self.subjects[-1].head
        return bool(self.subjects) and (verb is None or inside)

    def _is_list(self, group: Group, before: Group, noun: Group, subject: bool) -> bool:
        """Whether "and" joins two noun phrases, and not two clauses."""
        if before.word == "but":
            return self.words[noun.head] == "anything"  # "is anything but happy"
        if not subject or self.verb is None or (noun.first or noun) in self.subjects:
            return True
        return self._subject_waits()  # "the call to free Obi and Ruiz was"

    def _attach_preposition(self, k: int, group: Group, before: Group | None) -> None:
        verb = self.verb
        label = "prep"
        after = self.groups[k + 1] if k + 1 < len(self.groups) else group
        if self.root is None and before is not None and before.role == "subject" and after.kind == "A" and self.low[after.head] in DAYS:
            self._wait(group.head, "prep")  # "Obi on Thursday rejected"
            return
        if before is not None and before.kind == "NP":
            head = before.head
            if verb is not None and self._is_of_the_clause(k, group, verb):
                head = verb.head
            elif group.word == "by" and verb is not None and verb.passive:
                head, label = verb.head, "agent"
            elif group.word == "by":
                head = self._deed_of(head)
            elif verb is not None and group.word == "for" and self._is_blamed(k, before, verb):
                head = verb.head
            elif before.role == "pobj" and not self._opens_phrase(group) and (deed := self._deed_above(before, group.word)) >= 0:
                head = deed
            elif verb is not None and (self._opens_phrase(group) or self._is_of_the_verb(k, group, before)):
                head = verb.head
        elif before is not None and before.kind == "VP":
            head = before.head
            if group.word == "by" and not before.passive and before.start == head:  # "was let go by Oslo"
                before = next((g for g in self.groups[:k] if g.passive and g.head == self.heads[head]), before)
                head = before.head
            label = "agent" if group.word == "by" and before.passive else "prep"
        elif group.word == "including" and self.noun is not None:
            head = self.noun.head
        elif group.word == "by" and verb is not None and (done := self._done_by(verb)) >= 0:
            head, label = done, "agent"  # "was banned, Oslo said, by Rome"
        elif verb is not None and before is not None and before.kind != ".":
            head = verb.head
        else:
            self.waiting.append(group.head)
            self.labels[group.head] = "prep"
            return
        self.hang(group.head, head, label)

    def _done_by(self, verb: Group) -> int:
        """What was done of which a verb of speech after it tells; -1 where that names its agent or is no passive."""
        for group in self.groups:
            if group.passive and group.head < verb.head and self.heads[group.head] == verb.head and self.labels[group.head] == "ccomp":
                return group.head
        return -1

    def _is_of_the_clause(self, k: int, group: Group, verb: Group) -> bool:
        """Whether a preposition opens a time, a way or a reason: "backed the ban on cars in 2011", "by saying so", "in response to"."""
        if k + 1 == len(self.groups) or (self.subjects and self.subjects[-1].head > verb.head):
            return False
        after = self.groups[k + 1]
        if after.kind == "VP":
            return after.gerund and group.word in _BY_DOING
        if after.kind == "A":
            return self.low[after.head] in DAYS and group.word in _OF_TIMES
        if after.kind != "NP" or after.head in self.forced:
            return False
        word = self.words[after.head]
        dated = word in ANY_TIMES or (len(word) == 4 and word.isdigit())
        return (dated and group.word in _OF_TIMES) or (word in _WAYS and group.word == "in")

    def _is_blamed(self, k: int, thing: Group, verb: Group) -> bool:
        """Whether "for" says what somebody did to earn what the verb says: "was jailed in Oslo for insulting"."""
        after = self.groups[k + 1] if k + 1 < len(self.groups) else thing
        earned = verb.passive or self.tags[thing.head] == "N"
        return after.kind == "VP" and after.gerund and earned and thing.role in ("pobj", "conj")

    def _is_of_the_verb(self, k: int, group: Group, thing: Group) -> bool:
        """Whether a preposition after an object hangs on the verb: "thanked Oslo for", "accused Oslo of lying"."""
        noun = thing.head
        above = self.heads[noun]
        if group.word == "as" and thing.role == "pobj" and above >= 0:
            refers = self.heads[above] >= 0 and self.lemmas[self.heads[above]] == "refer"
            return self.labels[above] == "agent" or refers  # "is seen by Oslo as", "refers to Oslo as"
        if thing.role == "pobj" and above >= 0 and self.labels[above] == "agent":
            accused = group.word == "of" and self.lemmas[self.heads[above]] in _OF_DOING  # "accused by Oslo of lying"
            return accused or group.word in _AFTER_AGENTS  # "a case brought by Oslo against Rome"
        if thing.role == "pobj" and group.word == "to" and self.verb is not None and self.lemmas[self.verb.head] in GIVING:
            return above >= 0 and self.words[above] == "of"  # "gave control of the port to Oslo"
        if thing.role != "object" or (self.verb is not None and self.verb.copula):
            return False
        after = self.groups[k + 1] if k + 1 < len(self.groups) else group
        lemma = self.lemmas[self.verb.head] if self.verb is not None else ""
        if group.word == "of":
            of_doing = (lemma in _OF_DOING or self.tags[noun] == "N") and after.kind == "VP" and after.gerund
            return of_doing or (lemma == "accuse" and after.kind == "NP")
        if group.word in _OF_THE_VERB:
            return not self._takes(noun, group.word)
        return group.word in _OF_WHAT and self.tags[noun] == "N"

    def _opens_phrase(self, group: Group) -> bool:
        """Whether a phrase of the lexicon begins here: "at the request of"."""
        cue = self.cue_of[group.head]
        return cue is not None and cue.pos == "phrase" and cue.start == group.head and cue.end - cue.start > 2

    def _is_deed(self, noun: int) -> bool:
        cue = self.cue_of[noun]
        return cue is not None and cue.pos == "noun" and cue.frame in ("subj", "fate", "both")

    def _deed_of(self, noun: int) -> int:
        """The deed whose doer "by" names, after the one to whom it is done: "the arrest of Ruiz by the army"."""
        at = noun
        while self.labels[at] == "pobj":
            at = self.heads[self.heads[at]]
            if at < 0:  # a preposition that waits for its verb
                break
            if self._is_deed(at):
                return at
        return noun

    def _deed_above(self, thing: Group, preposition: str) -> int:
        """The deed, above what "of" or "in" names, that a preposition belongs to: "the award of a medal to", "a raid by Oslo on"."""
        noun = thing.head
        above = self.heads[noun]
        if preposition == "among" and above >= 0 and self.heads[above] >= 0 and self._is_deed(self.heads[above]):
            return self.heads[above]  # "support for the bill among tenants"
        if preposition == "from" and above >= 0 and self.tags[thing.start] in "DN" and not self.low[noun].endswith("s"):
            cue = self.cue_of[self.heads[above]]  # "opposition to the plan from Oslo", but "support for refugees from Oslo"
            if cue is not None and (cue.pos, cue.frame) == ("noun", "subj") and cue.stance != "neutral":
                return self.heads[above]
        if above < 0 or self.words[above] not in ("of", "in", "by", "among") or self._takes(noun, preposition):
            return -1
        at = self.heads[above]
        last = self.thing
        if self.words[above] == "in" and last is not None and 0 <= at == self.heads[last.head] and self.tags[at] in "VX":
            at = last.head  # "there is support in Oslo for"
        if at < 0 or (self.words[above] == "by" and self.tags[at] != "O"):
            return -1
        if not self._takes(at, preposition) and not (preposition == "for" and self._is_deed(at)):
            return -1
        if self.words[above] == "in":
            self.hang(above, at, "prep")
        return at

    def _takes(self, noun: int, preposition: str) -> bool:
        """Whether a noun is a deed to whatever follows the preposition: "a ban on", "cuts to"."""
        if preposition == "with":
            cue = self.cue_of[noun]
            return cue is not None and cue.pos == "noun" and cue.frame in ("subj", "both")
        return preposition in _DONE_TO and self._is_deed(noun)

    def _attach_verb(self, k: int, group: Group, before: Group | None) -> None:
        kind = before.kind if before else "."
        head, verb, noun = group.head, self.verb, self.noun
        self.verb = self.verbs[head] = group
        if verb is not None and self._is_parted_verb(k, group, verb):
            self._take_over(group, verb)
            return
        if self._has_own_subject(k, group, kind, verb):
            return
        if verb is not None and kind == "VP" and group.start == head and self.words[verb.head] in HELPING:
            self.hang(head, verb.head, "xcomp")  # "helped lead the attack"
        elif group.infinitive:
            self._attach_infinitive(group, before, verb)
        elif group.gerund:
            self._attach_gerund(group, before, verb)
        elif verb is None and self.root is None and kind == "." and not self.subjects and self.is_bare_participle(group):
            group.passive = True  # "Stripped of her title by the union, Ruiz"
            self._wait(head, "advcl")
        elif kind == "NP" and before is not None and verb is not None and not self.subjects and self._is_added(k, group, before):
            group.passive = True
            self.hang(head, before.head, "acl")
        elif group.participle and kind in ("NP", ",") and noun is not None and self._not_the_main_verb(k, noun):
            self.hang(head, self._deed_of(noun.head) if kind == "," else noun.head, "acl")
        elif kind == "R" and self.opener is not None and self.opener[1].word in _WHATEVER:
            opener = self.opener[1]
            self.opener = None
            self.hang(opener.head, head, "nsubj")
            if verb is None:
                self._wait(head, "advcl")  # "Whatever happens, Oslo will"
                self.verb = None
            else:
                self.hang(head, verb.head, "ccomp")
        elif self.opener is not None and self.opener[1].word in RELATIVES and (kind == "R" or self._is_parted_relative(k, group)):
            at, opener, antecedent, _ = self.opener
            self.opener = None
            if noun is not None and (opener.word != "that" or self.groups[max(at - 1, 0)].kind in ("NP", ",")):
                self.hang(head, noun.head if antecedent < 0 else antecedent, "relcl")
                self.hang(opener.head, head, "nsubj")
            elif verb is not None:
                self.hang(head, verb.head, "ccomp")
        else:
            self._attach_finite(k, group, kind, verb)

    def _is_parted_verb(self, k: int, group: Group, auxiliary: Group) -> bool:
        """Whether a phrase stands between an auxiliary and its verb: "will on Sunday hold", "has in the past rejected"."""
        if self.tags[auxiliary.head] != "X" or auxiliary.copula or group.start != group.head or self.tags[group.head] != "V":
            return False
        inside = self.groups[self.groups.index(auxiliary) + 1 : k]
        phrase = all(g.kind in ("P", "A") or g.role == "pobj" for g in inside) and any(g.kind == "P" for g in inside)
        participle = self.words[auxiliary.head] not in ("have", "has", "had") or is_participle(self.words[group.head])
        return phrase and participle and self.words[auxiliary.head] not in _DO

    def _take_over(self, group: Group, auxiliary: Group) -> None:
        """Hang all that hung on an auxiliary on its verb, and the verb where the auxiliary hung."""
        self.hang(group.head, self.heads[auxiliary.head], self.labels[auxiliary.head])
        for token, head in enumerate(self.heads):
            if head == auxiliary.head:
                self.heads[token] = group.head
        self.hang(auxiliary.head, group.head, "aux")
        if self.root is auxiliary:
            self.root = group

    def _is_parted_relative(self, k: int, group: Group) -> bool:
        """Whether a phrase stands between "which" and its verb: "the council, which for years has rejected"."""
        if self.opener is None or not group.finite:
            return False
        inside = self.groups[self.opener[0] + 1 : k]
        inside = inside[:-1] if inside and inside[-1].kind == "," else inside
        dated = bool(inside) and self.words[inside[0].start] in WHEN and self.words[inside[0].head] in TIMES
        aside = dated or (len(inside) > 1 and inside[0].kind == "P")
        return aside and all(g.kind in ("P", "A") or g.role in ("pobj", "conj") or (dated and g is inside[0]) for g in inside)

    def _attach_infinitive(self, group: Group, before: Group | None, verb: Group | None) -> None:
        waits = before is not None and before.role == "subject" and (verb is None or verb.head < before.head)
        if before is not None and before.role == "pobj" and self.words[self.heads[before.head]] == "for":
            noun = self.heads[self.heads[before.head]]
            if noun >= 0 and self.tags[noun] == "O" and self.words[noun].removesuffix("s") in _FOR_ONE_TO:
                self.hang(before.head, group.head, "nsubj")  # "the call for Obi to go was"
                self.hang(group.head, noun, "ccomp")
                return
        if before is not None and (waits or (before.kind == "NP" and self.words[before.head] in TO_DO)):
            self.hang(group.head, before.head, "acl")  # "plans to"
        elif verb is not None:
            self.hang(group.head, verb.head, "xcomp")
        elif self.noun is not None:
            self.hang(group.head, self.noun.head, "acl")
        else:
            self._wait(group.head, "advcl")  # "To stop the plan, Oslo sued"

    def _attach_gerund(self, group: Group, before: Group | None, verb: Group | None) -> None:
        kind = before.kind if before else "."
        if verb is not None and self.lemmas[verb.head] in ("spend", "waste") and kind == "NP":
            self.hang(group.head, verb.head, "xcomp")  # "spent years fighting"
        elif before is not None and kind in ("P", "NP"):
            self.hang(group.head, before.head, "pcomp" if kind == "P" else "acl")
        elif kind == "C" and verb is not None and verb.gerund and before is not None and before.word in ("and", "or"):
            self.hang(group.head, verb.head, "conj")
        elif verb is not None:
            self.hang(group.head, verb.head, "xcomp" if kind == "VP" else "advcl")
        elif self.subjects:
            self.hang(group.head, self.subjects[-1].head, "acl")
        else:
            self._wait(group.head, "advcl")

    def _is_added(self, k: int, group: Group, before: Group) -> bool:
        """Whether a participle is said of the noun before it: "denounced the fine imposed on Oslo"."""
        after = self.groups[k + 1].kind if k + 1 < len(self.groups) else "."
        common = self.tags[before.head] == "O" or before.head in self.forced
        return common and after != "NP" and self.is_bare_participle(group)

    def _has_own_subject(self, k: int, group: Group, kind: str, verb: Group | None) -> bool:
        """Attach a verb whose subject is the object before it: "wants the dam stopped", "called for Ruiz to be freed"."""
        if self._is_joined_fate(k, group, verb) or self._is_fate_of_relative(group, kind, verb):
            return True
        thing, head = self.object, group.head
        if thing is None or kind != "NP" or (self.subjects and (verb is None or self.subjects[-1].head > verb.head)):
            return False
        above = self.heads[thing.head]
        after_for = self.labels[thing.head] == "pobj"
        if after_for:
            above = self.heads[above]
        if above < 0 or not (after_for or (verb is not None and above == verb.head)):
            return False
        asks = self.tags[above] == "X" and self.root is verb and group.start == head
        if asks and not any(self.heads[g.head] == above and self.labels[g.head] == "nsubj" for g in self.groups[: k - 1]):
            # "did Oslo condemn the ban?"
            self.hang(thing.head, head, "nsubj")
            self.hang(above, head, "aux")
            self.root = group
            return True
        if not self._takes_clause(above, group, after_for):
            return False
        group.passive = group.passive or (self.lemmas[above] in WITH_FATE and not group.infinitive)
        self.hang(thing.head, head, "nsubjpass" if group.passive else "nsubj")
        self.hang(head, above, "ccomp")
        self.fate = group
        return True

    def _takes_clause(self, word: int, group: Group, after_for: bool) -> bool:
        """Whether a word takes this verb group, with its subject, as what is wished, asked for or brought about."""
        lemma = self.lemmas[word]
        if after_for:
            return group.infinitive and (group.passive or lemma in _FOR_ONE_TO)
        if group.infinitive:
            return lemma in WISHING
        if self.words[group.start] == "be":  # "demanded the ban be lifted"
            return lemma in _MANDATIVE
        return (self.words[word] in LETTING and group.start == group.head) or (lemma in WITH_FATE and self.is_bare_participle(group))

    def _is_fate_of_relative(self, group: Group, kind: str, verb: Group | None) -> bool:
        """Attach what is wished of what a relative clause is about: "the ban, which Oslo wants lifted"."""
        if verb is None or kind != "VP" or self.labels[verb.head] != "relcl":
            return False
        if self.lemmas[verb.head] not in WITH_FATE or not self.is_bare_participle(group):
            return False
        group.passive = True
        self.hang(group.head, verb.head, "ccomp")
        return True

    def _is_joined_fate(self, k: int, group: Group, verb: Group | None) -> bool:
        """Attach the second of two fates: "wants the road scrapped and the bridge kept"."""
        if verb is None or verb is not self.fate or not self.subjects or not self.is_bare_participle(group):
            return False
        subject = self.subjects[-1]
        if self.groups[k - 1] is not subject or self.groups[k - 2].word not in ("and", "but"):
            return False
        self.subjects.pop()
        group.passive, subject.role = True, ""
        self.hang(subject.head, group.head, "nsubjpass")
        self.hang(group.head, self.heads[verb.head], "ccomp")
        self.fate = group
        return True

    def _is_fate(self, k: int, group: Group, before: Group | None) -> bool:
        """Attach where something is wished to be: "wants the army out of Jos"."""
        thing = self.object
        if thing is None or before is not thing or group.word not in PLACES or self.verb is None:
            return False
        if self.labels[thing.head] != "dobj" or self.lemmas[self.verb.head] not in WITH_FATE:
            return False
        if group.word == "over" and k + 1 < len(self.groups) and self.groups[k + 1].kind == "NP":
            return False
        self.hang(group.head, self.verb.head, "ccomp")
        self.hang(thing.head, group.head, "nsubj")
        return True

    def _not_the_main_verb(self, k: int, noun: Group) -> bool:
        if not self.subjects or self.subjects[-1] is not noun:
            return True
        for group in self.groups[k + 1 :]:
            if group.kind == "VP" and group.finite:
                return True
            if group.kind == ".":
                break
        return False

    def _attach_finite(self, k: int, group: Group, kind: str, verb: Group | None) -> None:
        if kind == "C" and verb is not None and self._is_of_the_relative(k, verb):
            self.hang(group.head, verb.head, "conj")
        elif self.subjects and kind in ("Q", ",") and self._is_inverted(k, group):
            for fragment in (self._free_root(), *self.subjects[:-1]):
                if fragment is not None:
                    self.hang(fragment.head, group.head, "ccomp")
            del self.subjects[:-1]
            self.root = group
            group.role = "inverted"
        elif self.subjects:
            self._attach_with_subject(k, group, verb)
        elif kind in ("Q", ",") and (said := self._speaks_of_all(k, group)) is not None:
            self.hang(said.head, group.head, "ccomp")
            self.root = group
            group.role = "inverted"  # '"...," said Oslo'
        elif verb is not None and self.root is None and verb.gerund and group.copula and self._ends_with_subject(k):
            self.root = group
            group.role = "inverted"  # "Opposing the plan is Oslo", "Among those opposing it is Oslo"
        elif verb is not None:
            self._attach_without_subject(group, kind, verb)
        elif self.root is None:
            self.root = group
            if kind == "Q" and k + 1 < len(self.groups) and self.groups[k + 1].kind == "NP" and self._speaks(group):
                group.role = "inverted"  # '"Down with Rome," chanted Oslo'
                for token in self.waiting:
                    self.labels[token] = "ccomp"
        if self.root is group:
            for token in self.waiting:
                self.heads[token] = group.head
            self.waiting = []

    def _is_of_the_relative(self, k: int, verb: Group) -> bool:
        """Whether a verb after "and" goes on with what is said of a noun whose own verb is to come: "who shot Obi and fled was"."""
        if not self.subjects or self.heads[verb.head] != self.subjects[-1].head or self.labels[verb.head] not in ("relcl", "acl"):
            return False
        ahead = takewhile(lambda g: g.kind not in ".QR", self.groups[k + 1 : k + _SOON])
        return any(g.is_main for g in ahead)

    def _ends_with_subject(self, k: int) -> bool:
        """Whether nothing but a noun phrase, with what hangs on it, follows group k."""
        kinds = [g.kind for g in self.groups[k + 1 : k + 3]]
        return kinds[:1] == ["NP"] and kinds[1:2] in ([], ["."], [","], ["P"], ["C"])

    def _free_root(self) -> Group | None:
        """The main verb so far, where it hangs on nothing yet."""
        return self.root if self.root is not None and self.heads[self.root.head] < 0 else None

    def _speaks_of_all(self, k: int, group: Group) -> Group | None:
        """The main verb so far, where this verb says who says all that: "the plan is a disgrace, Oslo said"."""
        quoted = any(g.kind == "Q" for g in self.groups[max(0, k - 2) : k])  # '"...," wrote Oslo'
        bidding = self.root is not None and self.root.start == self.root.head == self.groups[0].head  # "Free Obi, Oslo asked"
        says = self.lemmas[group.head] in CLAUSAL or ((quoted or bidding) and self._speaks(group))
        return self._free_root() if says else None

    def _attach_with_subject(self, k: int, group: Group, verb: Group | None) -> None:
        """Attach a verb and the last noun phrase that waits for one, its subject."""
        head, root = group.head, self.root
        subject = self.subject = self.subjects.pop()
        self.hang(subject.head, head, "nsubjpass" if group.passive else "nsubj")
        subject.role = ""
        if self.subjects and subject.before is self.subjects[-1] and self._is_of_whose(self.subjects[-1]):
            self.hang(self.subjects.pop().head, head, "dobj")  # "whose plan Oslo rejects"
        joined = subject.before is not None and subject.before.kind == "C"
        if self.subjects and self._is_said_before(subject):
            self.hang(self.subjects.pop().head, subject.head, "appos")
        if self.opener is not None:
            _, opener, antecedent, above = self.opener
            self.opener = None
            inside = verb is not None and verb.head > subject.head  # "that a man sitting behind him attacked"
            self._attach_opened(group, opener, antecedent, above if inside else verb)
        elif contact := self._contact(k, subject, verb):
            self.hang(head, *contact)
        elif self.complement is not None:
            self.hang(head, self.complement.head, "ccomp")
            self.complement = None
        elif root is None:
            self.root = group
        elif not joined and (said := self._speaks_of_all(k, group)) is not None:
            self.hang(said.head, head, "ccomp")
            self.root = group
        elif verb is not None and subject.head > verb.head:
            self.hang(head, root.head, "conj" if joined else "parataxis")
        elif self.heads[root.head] != head:
            self.hang(head, root.head, "parataxis")

    def _is_of_whose(self, noun: Group) -> bool:
        """Whether a noun phrase follows the "whose" that opens the clause."""
        return self.opener is not None and self.opener[1].word == "whose" and noun.before is self.opener[1]

    def _attach_opened(self, group: Group, opener: Group, antecedent: int, verb: Group | None) -> None:
        """Attach the verb of a clause that a word opens: "who", "because"."""
        head, root = group.head, self.root
        self.hang(opener.head, head, "mark")
        if antecedent >= 0:
            cue = self.cue_of[antecedent]
            # "is angry that", "has doubts that"
            felt = opener.word == "that" and ((cue is not None and cue.pos != "noun") or self.words[antecedent] in _THOUGHTS)
            self.hang(head, antecedent, "ccomp" if felt else "relcl")
        elif opener.word in _ADVERBIAL:
            if root is not None:
                self.hang(head, (verb or root).head, "advcl")
            else:
                self._wait(head, "advcl")
        elif verb is not None:
            self.hang(head, verb.head, "ccomp")
        elif root is None:
            self.root = group

    def _attach_without_subject(self, group: Group, kind: str, verb: Group) -> None:
        """Attach a verb that shares the subject of the one before."""
        head = group.head
        if kind == "C":
            self.hang(head, self._resumed(group, verb), "conj")
        elif kind == "VP" and self.labels[verb.head] == "relcl" and self.lemmas[verb.head] in CLAUSAL:
            self.hang(head, verb.head, "ccomp")  # "a plot that Oslo says was foiled"
        elif kind == "VP" and verb.copula and self.is_bare_participle(group):
            self.hang(head, verb.head, "xcomp")  # "remains opposed to"
        elif self._is_after_relative(verb):
            thing = self.heads[verb.head]
            self.hang(head, self.heads[thing], "ccomp")
            self.hang(thing, head, "nsubjpass" if group.passive else "nsubj")
        else:
            self.hang(head, verb.head, "conj" if kind == "," else "dep")

    def _resumed(self, group: Group, verb: Group) -> int:
        """The verb that a verb after "and" goes on with, past an aside: "praised the plan, which Oslo drafted, and rejected"."""
        if self._is_finite(group, verb):
            verb = self._finite_above(verb, group)
        at = self.heads[verb.head]
        if self.commas[-1:] != [group.start - 2]:
            return verb.head
        if self.lemmas[group.head] not in _UTTERING and (said := self._said_by(verb)) >= 0:
            return said  # "angered Rome, Oslo said, and pleased Lima"
        aside = self.labels[verb.head] in ("relcl", "advcl") and bisect_right(self.commas, at) < bisect_left(self.commas, verb.head)
        while aside and at >= 0 and self.tags[at] not in "VX":
            at = self.heads[at]
        return at if aside and at >= 0 else verb.head

    def _said_by(self, verb: Group) -> int:
        """The verb of what a verb after it says, in no quotes; else -1."""
        if self.root is not verb:
            return -1
        ahead = takewhile(lambda g: g.kind != "Q" and g is not verb, self.groups)
        said = (g.head for g in ahead if g.kind == "VP" and self.heads[g.head] == verb.head and self.labels[g.head] == "ccomp")
        return next(said, -1)

    def _is_finite(self, group: Group, verb: Group) -> bool:
        """Whether a verb is certainly finite, and so goes on with no infinitive or gerund: "hopes to win and has spoken"."""
        kind = verb_of(self.words[group.head])[1]
        return self.tags[group.start] == "X" or kind == "s" or (is_participle(self.words[group.head]) and not verb.passive)

    def _finite_above(self, verb: Group, group: Group) -> Group:
        """The verb, or the next above it, that a finite verb after "and" may go on with."""
        of = self.verbs
        at = verb.head
        while at in of and not of[at].finite and self.heads[at] >= 0 and self.heads[at] != at:
            at = self.heads[at]
            while at >= 0 and at not in of and self.heads[at] >= 0:
                at = self.heads[at]
        found = of.get(at, verb)
        if self.lemmas[group.head] in _UTTERING and self.labels[found.head] == "ccomp":
            above = of.get(self.heads[found.head], found)
            found = above if self._speaks(above) and above.finite else found  # "said Oslo could pay but noted that"
        return found if found.finite else verb

    def _is_said_before(self, subject: Group) -> bool:
        """Whether what opens the sentence is said of the subject after its comma: "A critic of the plan, Oslo", "Wary of it, Oslo"."""
        fragment = self.subjects[-1]
        if subject.before is None or subject.before.kind != "," or self.root is not None or len(self.subjects) > 1:
            return False
        cue = self.cue_of[fragment.head]
        says = self.words[fragment.start] in ("a", "an") or (cue is not None and cue.pos != "noun")
        return says and all(self.tags[i] in "AR" for i in range(fragment.start))

    def _is_after_relative(self, verb: Group) -> bool:
        """Whether a verb of speech has what is the subject of a clause: "said the plan, which Oslo drafted, was"."""
        noun = self.heads[verb.head]
        return self.labels[verb.head] == "relcl" and self.labels[noun] == "dobj" and self.lemmas[self.heads[noun]] in CLAUSAL

    def _contact(self, k: int, subject: Group, verb: Group | None) -> tuple[int, str] | None:
        """How a clause hangs on the noun right before it, "the plan Oslo backs was", or on who tells it, "told Oslo the plan was"."""
        noun = subject.before
        if noun is None or noun.kind != "NP" or self.tags[noun.head] == "W" or self.words[subject.start] in ("a", "an"):
            return None
        if noun.role == "apposition":  # "banned Rome, a move Oslo rejects"
            return noun.head, "relcl"
        if noun.role in ("object", "pobj") and verb is not None and noun.head > verb.head:
            # "if Rome finds money it will pay" still wants its main verb
            if self.root is None and not any(g.kind == "VP" and g.finite for g in self.groups[k + 1 : k + _SOON]):
                return None
            return (verb.head, "ccomp") if noun.role == "object" and self._speaks(verb) else (noun.head, "relcl")
        waits = noun.role == "pobj" or noun is (self.subjects[-1] if self.subjects else None)
        return (noun.head, "relcl") if waits and self.finite_ahead(k) else None

    def _speaks(self, group: Group) -> bool:
        cue = self.cue_of[group.head]
        return self.lemmas[group.head] in CLAUSAL or (cue is not None and cue.frame == "speech" and cue.pos == "verb")

    def _is_inverted(self, k: int, group: Group) -> bool:
        """Whether a verb of speech follows words that have none: '"A disgrace," said Oslo', "shame on Rome, says Oslo"."""
        groups, subject = self.groups, self.subjects[-1]
        if not self._speaks(group) or group.passive or k + 1 >= len(groups) or groups[k + 1].kind != "NP":
            return False
        if self.finite_ahead(k + 1):
            return False
        if groups[k - 1].kind == "Q":
            return True
        between = list(takewhile(lambda g: g.kind in ("NP", "P", "A", "C"), reversed(groups[max(0, k - 12) : k - 1])))
        return subject in between  # no apposition or clause of its own

    def _wait(self, token: int, label: str) -> None:
        self.waiting.append(token)
        self.labels[token] = label
