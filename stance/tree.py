"""A dependency tree of a sentence by rules: which word each word hangs on, and how.

No treebank and no model: the tags of `grammar` are grouped into noun phrases and verb groups, and one pass from left to right
attaches each group to what stands before it. The labels are those of ClearNLP, as in spaCy's English pipelines (nsubj, dobj,
pobj, prep, agent, poss, relcl ...), so that a statistical parser can take the place of these rules, see `syntax`. On the
sentences of `labeled/` three words in four hang where spaCy's small pipeline hangs them, and four subjects in five.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stance.grammar import BE, RELATIVES, Reading, read, word_set, words_of


@dataclass(frozen=True, slots=True)
class Tree:
    """The token that each token hangs on (the root on itself), how, its class as in `grammar.Reading`, and its children."""

    heads: tuple[int, ...]
    labels: tuple[str, ...]
    tags: tuple[str, ...]
    children: tuple[tuple[int, ...], ...]


def make_tree(heads: list[int], labels: list[str], tags: Sequence[str]) -> Tree:
    """A tree from lists; where heads run in a circle, the circle is cut."""
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
    children: list[list[int]] = [[] for _ in heads]
    for i, head in enumerate(heads):
        if head != i:
            children[head].append(i)
    return Tree(tuple(heads), tuple(labels), tuple(tags), tuple(map(tuple, children)))


def tree_of(text: str, forced: tuple[int, ...] = ()) -> Tree:
    """The tree of a sentence; `forced` are the tokens that are names though they do not look like it."""
    reading = read(text, forced)
    low = words_of(text).lower
    return _Attaching(reading, low).tree()


_TITLES = word_set("mr mrs ms dr sen rep gov gen st lt col sgt jr sr rev hon prof capt maj")  # their full stop ends nothing
_CLAUSAL = word_set(
    "say tell think believe know claim argue insist suggest warn hope fear feel announce declare admit deny confirm report note "
    "add explain show mean conclude predict expect acknowledge allege state maintain contend wish assume understand see hear "
    "learn find complain boast"
)
_NAMING = word_set("call consider deem declare pronounce find think make name label brand dub term proclaim judge")
_ADVERBIAL = word_set("because while although though if when whereas unless until after before since as where once")
_SUBJECT_FORMS = word_set("he she they we i")
_ALSO_CONJUNCTIONS = word_set("after before since until as")  # "after talks", but "after they talked"
_OF_THE_VERB = word_set("in at on after before during since until by as from with to through amid into")
_DONE_TO = word_set("on against to into at towards toward upon")
_NEGATIVE = word_set("not never no n't")


@dataclass(slots=True, eq=False)
class _Group:
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
    first: _Group | None = None  # of the list that it stands in


class _Attaching:
    """One pass over the groups of a sentence, from left to right; `heads` and `labels` fill up on the way."""

    def __init__(self, reading: Reading, low: tuple[str, ...]) -> None:
        self.words, self.lemmas = reading.words.lower, reading.lemmas
        self.tags, self.low = reading.tags, low
        self.cue_of = reading.cue_of
        self.heads, self.labels = [-1] * len(low), ["dep"] * len(low)
        self.groups: list[_Group] = []

    def tree(self) -> Tree:
        self._group()
        top = self._attach_groups()
        for i, head in enumerate(self.heads):
            if head < 0:
                self.heads[i] = top
        if self.heads:
            self.heads[top], self.labels[top] = top, "ROOT"
        return make_tree(self.heads, self.labels, self.tags)

    def _hang(self, token: int, head: int, label: str) -> None:
        self.heads[token], self.labels[token] = head, label

    # -- groups

    def _group(self) -> None:
        i, n, tags = 0, len(self.tags), self.tags
        while i < n:
            tag = tags[i]
            if tag in "DJ0ONS" or (tag == "A" and i + 1 < n and tags[i + 1] == "J"):
                group = self._noun_phrase(i)
            elif tag in "XVG" or (tag == "T" and self._verb_follows(i)):
                group = self._verb_group(i)
            else:
                kind = "NP" if tag == "W" else "P" if tag in "PT" else tag
                group = _Group(kind, i, i + 1, i, self.words[i])
            self.groups.append(group)
            i = group.end

    def _verb_follows(self, i: int) -> bool:
        i += 1
        while i < len(self.tags) and self.tags[i] == "A":
            i += 1
        return i < len(self.tags) and self.tags[i] in "VX"

    def _noun_phrase(self, start: int) -> _Group:
        """Determiners, adjectives and nouns up to the last noun, owners before 's included."""
        tags, words, n = self.tags, self.words, len(self.tags)
        owners: list[tuple[int, int]] = []  # head, end
        last, j = -1, start
        while j < n:
            tag = tags[j]
            if tag == "D" and last >= 0 and tags[j - 1] not in "DS":
                break
            if tag in "DJ0ON":
                last = j
                j += 1
            elif tag == "A" and j + 1 < n and tags[j + 1] == "J":
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
                if close > 0:  # "(R-Ohio)"
                    for k in range(j, close + 1):
                        self._hang(k, last, "appos")
                    j = close + 1
                break
            else:
                break
        if last < 0:
            if not owners:
                return _Group("A", start, start + 1, start, words[start])
            last = owners[-1][0]
        end = max(j, start + 1)
        begin = start
        for owner, stop in owners:
            if owner != last:
                self._hang(owner, last, "poss")
            for k in range(begin, stop):
                if k != owner and self.heads[k] < 0:
                    self._hang(k, owner, "case" if tags[k] == "S" else "compound")
            begin = stop
        for k in range(begin, end):
            if k != last and self.heads[k] < 0:
                self._hang(k, last, "det" if tags[k] == "D" else "compound" if tags[k] in "ON" else "amod")
        return _Group("NP", start, end, last)

    def _abbreviates(self, i: int) -> bool:
        """Whether a full stop after this token ends nothing: a title before a name, a letter of "U.S."."""
        if self.words[i] in _TITLES:
            return self.tags[i + 2] in "NO"
        return self.tags[i] == "N" and len(self.low[i]) == 1

    def _verb_group(self, start: int) -> _Group:
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
            elif tag in "VG":
                if not (tag == "G" and j != start and auxiliary < 0 and not infinitive):
                    verb = j
                    j += 1
                break
            else:
                break
        head = verb if verb >= 0 else max(auxiliary, start)
        end = max(j, start + 1)
        by = words[end : end + 1] == ("by",) and tags[head] == "V"
        bare = auxiliary < 0
        gerund = tags[head] == "G" and bare and not infinitive
        group = _Group("VP", start, end, head, words[head])
        group.infinitive, group.gerund, group.finite = infinitive, gerund, not infinitive and not gerund
        group.copula = verb < 0 and words[head] in BE
        group.passive = (verb >= 0 and not bare and words[auxiliary] in BE and tags[head] == "V") or (bare and by)
        group.participle = group.finite and bare and by
        for k in range(start, end):
            if k != head:
                self._hang(k, head, "neg" if words[k] in _NEGATIVE else "aux" if tags[k] in "XT" else "advmod")
        return group

    # -- attaching

    def _finite_ahead(self, k: int) -> bool:
        """Whether the noun phrase that is group k leads to a finite verb, past what hangs on it."""
        groups, j = self.groups, k + 1
        for _ in range(12):
            while j < len(groups) and groups[j].kind == "A":
                j += 1
            if j >= len(groups):
                return False
            group = groups[j]
            if group.kind == "VP":
                return group.finite and not group.participle
            joins = group.kind == "P" or (group.kind == "C" and group.word in ("and", "or"))
            if not joins or j + 1 >= len(groups) or groups[j + 1].kind != "NP":
                return False
            j += 2
        return False

    def _attach_groups(self) -> int:
        """Attach every group; the token that is the root."""
        groups = self.groups
        for k, group in enumerate(groups[:-1]):
            if group.word in _ALSO_CONJUNCTIONS and group.kind == "P" and groups[k + 1].kind == "NP":
                group.kind = "R" if self._finite_ahead(k + 1) else "P"
        self.verb: _Group | None = None  # the last verb group
        self.root: _Group | None = None
        self.noun: _Group | None = None  # the last noun phrase that is no apposition
        self.subjects: list[_Group] = []  # noun phrases that wait for their verb, the outermost first
        self.opener: tuple[int, _Group, _Group | None] | None = None  # "who", "because": where, itself, the noun before
        self.complement = False  # the subject that waits opens a clause that the verb before it takes
        self.waiting: list[int] = []  # what stands before the root
        before = beyond = None  # the group before, and the one before that where it is a comma
        for k, group in enumerate(groups):
            if group.kind == "A":
                if self.verb is None:
                    self.waiting.append(group.head)
                else:
                    self._hang(group.head, self.verb.head, "advmod")
                continue
            if group.kind == "NP":
                self._attach_noun(k, group, before, beyond)
            elif group.kind == "P":
                self._attach_preposition(group, before)
            elif group.kind == "VP":
                self._attach_verb(k, group, before)
            elif group.kind == "R":
                close = before is not None and (before.kind == "NP" or (before.kind == "," and beyond is self.noun))
                self.opener = (k, group, self.noun if close and group.word in RELATIVES else None)
            beyond = before if group.kind == "," else group
            before = group
        return self.root.head if self.root else groups[0].head if groups else 0

    def _attach_noun(self, k: int, group: _Group, before: _Group | None, beyond: _Group | None) -> None:
        after = next((g for g in self.groups[k + 1 :] if g.kind != "A"), None)
        kind = before.kind if before else "."
        subject = after is not None and after.kind == "VP" and after.finite and not after.participle
        subject = subject or (before is not None and kind in (",", "Q", "R", ".", "C") and self._finite_ahead(k))
        noun = self.noun
        if kind == "," and noun is beyond and noun in self.subjects and after is not None and after.kind in (",", "C"):
            subject = False  # "Oslo, Rome and Lima condemned"
        if kind == "P" and before is not None:
            self._hang(group.head, before.head, "pobj")
            group.role = "pobj"
        elif kind == "VP" and before is not None:
            if before.role == "inverted":
                self._hang(group.head, before.head, "nsubj")
            elif subject and (self.lemmas[before.head] in _CLAUSAL or group.word in _SUBJECT_FORMS):
                self.subjects.append(group)
                self.opener, self.complement = None, True
                group.role = "subject"
            else:
                self._hang(group.head, before.head, "attr" if before.copula else "oprd" if before.passive else "dobj")
                group.role = "object"
        elif kind == "NP" and before is not None and before.role == "object" and self._names(before, group):
            self._hang(group.head, self.heads[before.head], "oprd")
            group.role = "predicate"
        elif kind == "C" and noun is not None and before is not None and self._is_list(group, before, noun, subject):
            self._hang(group.head, noun.head, "conj")
            group.role, group.first = "conj", noun.first or noun
        elif kind == "," and noun is not None and beyond is noun and not subject:
            listed = after is not None and after.kind in (",", "C") and self.tags[group.start] != "D"
            listed = listed or (self.labels[noun.head] == "conj" and after is not None and after.kind == ",")
            self._hang(group.head, noun.head, "conj" if listed else "appos")
            group.role, group.first = ("conj", noun.first or noun) if listed else ("apposition", None)
        elif subject or self.verb is None or after is None or after.kind in ("P", "R", ",", "VP", "NP", "C"):
            self.subjects.append(group)
            group.role = "subject"
        else:
            self._hang(group.head, self.verb.head, "npadvmod")
        if group.role != "apposition":
            self.noun = group

    def _names(self, thing: _Group, group: _Group) -> bool:
        """Whether a noun phrase says what the verb before calls its object: "called the plan a mistake"."""
        return self.lemmas[self.heads[thing.head]] in _NAMING and self.tags[group.start] == "D"

    def _is_list(self, group: _Group, before: _Group, noun: _Group, subject: bool) -> bool:
        """Whether "and" joins two noun phrases, and not two clauses."""
        if before.word == "but":
            return False
        return not subject or self.verb is None or (noun.first or noun) in self.subjects

    def _attach_preposition(self, group: _Group, before: _Group | None) -> None:
        verb = self.verb
        label = "prep"
        if before is not None and before.kind == "NP":
            head = before.head
            if group.word == "by" and verb is not None and verb.passive:
                head, label = verb.head, "agent"
            elif group.word == "by":
                head = self._deed_of(head)
            elif verb is not None and before.role == "object" and group.word in _OF_THE_VERB and not self._takes(head, group.word):
                head = verb.head
        elif before is not None and before.kind == "VP":
            head = before.head
            label = "agent" if group.word == "by" and before.passive else "prep"
        elif verb is not None and before is not None and before.kind != ".":
            head = verb.head
        else:
            self.waiting.append(group.head)
            self.labels[group.head] = "prep"
            return
        self._hang(group.head, head, label)

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

    def _takes(self, noun: int, preposition: str) -> bool:
        """Whether a noun is a deed to whatever follows the preposition: "a ban on", "cuts to"."""
        return preposition in _DONE_TO and self._is_deed(noun)

    def _attach_verb(self, k: int, group: _Group, before: _Group | None) -> None:
        kind = before.kind if before else "."
        head, verb, noun = group.head, self.verb, self.noun
        self.verb = group
        if group.infinitive:
            if before is not None and before.role == "subject" and (verb is None or verb.head < before.head):
                self._hang(head, before.head, "acl")  # "plans to"
            elif verb is not None:
                self._hang(head, verb.head, "xcomp")
            elif noun is not None:
                self._hang(head, noun.head, "acl")
        elif group.gerund:
            if before is not None and kind in ("P", "NP"):
                self._hang(head, before.head, "pcomp" if kind == "P" else "acl")
            elif verb is not None:
                self._hang(head, verb.head, "xcomp" if kind == "VP" else "advcl")
            elif self.subjects:
                self._hang(head, self.subjects[-1].head, "acl")
            else:
                self._wait(head, "advcl")
        elif group.participle and kind in ("NP", ",") and noun is not None and self._not_the_main_verb(k, noun):
            self._hang(head, noun.head, "acl")
        elif kind == "R" and self.opener is not None and self.opener[1].word in RELATIVES:
            at, opener, _ = self.opener
            self.opener = None
            if noun is not None and (opener.word != "that" or self.groups[max(at - 1, 0)].kind in ("NP", ",")):
                self._hang(head, noun.head, "relcl")
                self._hang(opener.head, head, "nsubj")
            elif verb is not None:
                self._hang(head, verb.head, "ccomp")
        else:
            self._attach_finite(k, group, kind, verb)

    def _not_the_main_verb(self, k: int, noun: _Group) -> bool:
        if not self.subjects or self.subjects[-1] is not noun:
            return True
        for group in self.groups[k + 1 :]:
            if group.kind == "VP" and group.finite:
                return True
            if group.kind == ".":
                break
        return False

    def _attach_finite(self, k: int, group: _Group, kind: str, verb: _Group | None) -> None:
        head, root = group.head, self.root
        speaks = root is not None and self.lemmas[head] in _CLAUSAL and self.heads[root.head] < 0
        if self.subjects:
            subject = self.subjects.pop()
            self._hang(subject.head, head, "nsubjpass" if group.passive else "nsubj")
            subject.role = ""
            if self.opener is not None:
                _, opener, noun = self.opener
                self.opener = None
                self._hang(opener.head, head, "mark")
                if noun is not None:
                    self._hang(head, noun.head, "relcl")
                elif opener.word in _ADVERBIAL:
                    if root is not None:
                        self._hang(head, (verb or root).head, "advcl")
                    else:
                        self._wait(head, "advcl")
                elif verb is not None:
                    self._hang(head, verb.head, "ccomp")
                elif root is None:
                    self.root = group
            elif self.complement and verb is not None:
                self._hang(head, verb.head, "ccomp")
                self.complement = False
            elif root is None:
                self.root = group
            elif speaks:
                self._hang(root.head, head, "ccomp")
                self.root = group
            elif verb is not None and subject.head > verb.head:
                at = self.groups.index(subject)
                joined = at > 0 and self.groups[at - 1].kind == "C"
                self._hang(head, root.head, "conj" if joined else "parataxis")
            elif self.heads[root.head] != head:
                self._hang(head, root.head, "parataxis")
        elif kind == "C" and verb is not None:
            self._hang(head, verb.head, "conj")
        elif kind in ("Q", ",") and speaks and root is not None:
            self._hang(root.head, head, "ccomp")
            self.root = group
            group.role = "inverted"  # '"...," said Oslo'
        elif verb is not None:
            self._hang(head, verb.head, "conj" if kind == "," else "dep")
        elif root is None:
            self.root = group
        if self.root is group:
            for token in self.waiting:
                self.heads[token] = head
            self.waiting = []

    def _wait(self, token: int, label: str) -> None:
        self.waiting.append(token)
        self.labels[token] = label
