"""The arguments of a cue: which of two mentions holds what it says, and which one it is said of, read off the tree.

For each cue of the lexicon the tree gives holders and receivers: subject and object of a verb, the other way round in the
passive; owner and object of a noun ("Oslo's rejection of the plan"); subject and object of the verb that carries the noun
("Oslo voiced support for the plan"); for evaluations, whoever says so and what is spoken of. Subjects are shared by what is
joined or depends ("Oslo wants to stop the plan"), conjuncts and appositions count as their first, "who" as what it follows.

What is only wished or asked for ("urged Rome to free Ruiz") is held by whoever wishes it, not by whoever is asked.

A cue may speak of a deed, which is another cue: who condemns the attack on Oslo is against whoever made it, not against Oslo.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from stance.grammar import Cue, Reading, Span, forced_names, is_participle, read
from stance.phrases import GIVING, NAMING
from stance.tree import MOVES, Tree, tree_of

Argument = tuple[int, int]  # a token and how far it is from being the argument itself

NONE = 9
_ITSELF, _LINKED, _PRONOUN, _OWNED = 0, 1, 3, 4

_THIRD = frozenset("he she they it him her them his hers their its himself herself themselves itself".split())
_FIRST = frozenset("i we me us my our mine ours".split())
_OWNERS = frozenset(("his", "her", "its", "their"))
_WHO = frozenset(("who", "which", "that", "whom"))
_JOINED = frozenset(("conj", "appos"))
_PARTS = frozenset(("poss", "compound", "amod", "nmod"))
_OF = frozenset(("of", "for", "from", "in", "to", "against", "with", "on", "at", "including"))
_LED = frozenset(
    "led headed chaired fronted brought filed launched proposed submitted made lodged drafted tabled written issued organised "
    "organized staged built run owned joined".split()
)
# nouns of which "of" names the holder: "the demands of Oslo"; of the others, as "criticism", what they are about
_OF_HOLDERS = frozenset(
    "accusation aid brainchild airstrike allegation allegiance confidence loyalty trust "
    "anger animosity annoyance assault assistance attack backing charge complaint "
    "concern demand demonstration disappointment discontent dismay displeasure dissatisfaction doubt enmity frustration "
    "fury gratitude help hostility indignation irritation objection offensive opposition outrage pressure protest rebellion "
    "refusal resentment reservation resistance retaliation revolt sanction scepticism skepticism solidarity strike support "
    "thanks threat uprising walkout wrath".split()
)
# shifts that are against their object: "lifted the ban"
_UNDOING = frozenset(
    "abandon,avert,block,call off,cancel,cease,discontinue,drop,end,forestall,forgo,halt,keep from,lift,negate,phase out,prevent,"
    "prevent from,reverse,rule out,scale back,shelve,stop,stop from,terminate,undo,walk back,wind down,withdraw,withhold".split(",")
)
# deeds that, condemned when they are over, say nothing of whom they hit
_VIOLENCE = frozenset(
    "abduct abduction airstrike ambush assassinate assassination assault attack beat beating behead bomb bombing "
    "bombardment execute execution kidnap kidnapping kill killing lynch lynching massacre murder poison poisoning "
    "rape shell shelling shoot shooting slaughter slay slaying stab stabbing torture".split()
)
# what happens to its subject
_BEFALLING = frozenset("collapse die perish starve suffer flourish prosper thrive recover rebound lose".split())
# what takes a clause of what is wished: "wants the ban lifted", "urged Oslo to lift it"
_WISHES = frozenset(
    "want like prefer wish need ask urge press push call demand order request insist appeal lobby plead plea beg implore advise "
    "propose move vote petition bid challenge encourage".split()
)
# whose subject, too, is behind what the object does: "forced Rome to lift the ban"
_CAUSES = _WISHES | frozenset("force make get have compel persuade convince oblige pressure instruct".split())
# whose object is who then acts: "urged Rome to free Ruiz"; with the others the subject acts: "filed suit to free Ruiz"
_MOVING = _WISHES | frozenset(
    "advise allow appoint authorise authorize bar bribe cause choose commission compel convince direct drive elect empower enable "
    "encourage entice expect force get help hire induce inspire instruct invite lead leave let motivate oblige pay permit persuade "
    "pressure prod prompt provoke remind require schedule select spur summon teach tell tempt trust warn".split()
)
# whose subject is what the others feel about: "drew a protest from Oslo", "met with the approval of Oslo"
_EARNING = frozenset(
    "win draw earn gain get receive meet attract bring elicit cause raise stir fuel spark prompt provoke trigger ignite unleash "
    "face".split()
)
# what is felt or done "over" a deed, "at" it, "by" it is no part of it
_REACTING = frozenset("over at about against after despite amid of by during since before".split())
# nouns of what befalls someone whose owner is who does it, also where nobody is named to whom: "the army's shelling"
_OF_DOERS = frozenset(
    "amnesty award bailout blacklist blackmail blitz bombardment bombing censorship coup cutback fine firebombing harassment hiring "
    "intimidation jamming layoff looting nationalisation nationalization persecution pogrom purge raid ramming repression restriction "
    "sabotage shelling shutdown surveillance withdrawal".split()
)
# nouns of who takes a side: their owner is whom they are for or against, "Lima's critics", "a Lima loyalist"
_PARTISANS = frozenset(
    "accuser adherent admirer adversary advocate ally antagonist apologist architect attacker attorney backer barrister "
    "benefactor booster challenger champion cheerleader competitor confidant confidante critic defamer defender denier "
    "detractor devotee disciple donor doubter driving enemy fan financier foe follower funder hater heckler lawyer loyalist "
    "naysayer nemesis opponent promoter proponent protector rival sceptic skeptic slanderer solicitor sponsor superfan "
    "supporter sympathiser sympathizer".split()
)
_SOME = frozenset("one some many most several few two three none all".split())
_WAYS = frozenset(("way", "manner"))
# which never lack an object: after "Oslo opposes and Lima backs" it stands last
_TRANSITIVE = frozenset(
    "applaud back ban block condemn criticise criticize defend denounce dislike endorse favor favour fear hate like love oppose "
    "praise reject support want welcome".split()
)
_ASIDE = frozenset("in with after before during since at from".split())  # "is an insult in my eyes"
_COMPARING = frozenset(("like", "unlike"))
_PREFERRING = frozenset("favor favour prefer choose pick back".split())
_ONCE = frozenset("once formerly initially originally previously".split())
_NOW = frozenset("now since then later today".split())
_OUTLIVING = _ONCE | _NOW
_NOBODY = frozenset(("no", "none", "nobody", "neither"))
_EXCEPTING = frozenset(("but", "except", "save", "excluding"))
_NOT = frozenset(("not", "t", "never"))
_APOSTROPHES = frozenset("'’")
_VIEWS = frozenset(("according", "view", "opinion", "eyes", "words", "judgment", "judgement"))
_SEEING = frozenset("describe regard view see portray depict characterise characterize paint present perceive treat".split())
_FOR_WHOM = frozenset(("to", "for", "on"))
_DEALT = frozenset(("on", "to", "against", "at"))
_FROM = frozenset(("from", "among", "of"))
_ADJUNCTS = frozenset("after before during since until amid despite like unlike".split())  # what follows is no argument
# who calls a ban wrong, or reads the charges, is not behind them
_TELLING = frozenset("call describe discuss mention read regard report see view watch".split())
_HAVING = _EARNING | frozenset("have has had enjoy need lack lose deserve secure await escape".split())
_SHARING = frozenset("echo share repeat join second endorse adopt reflect mirror match".split())
# whose subject does what the object is to do: "made a plan to close the mine"
_HATCHING = frozenset(
    "abandon adopt announce approve break cancel defend delay devise draft draw drop form give hatch have hold issue keep launch "
    "make need obtain offer pass present publish pursue reach renew repeat retain reveal revive seek set show sign submit "
    "take unveil use win withdraw".split()
)
_LEGISLATED = frozenset("ban outlaw prohibit forbid criminalise criminalize legalise legalize decriminalise decriminalize".split())
_AUDIENCE = frozenset("applaud boo cheer clap heckle hiss jeer whistle".split())  # whose object is whoever speaks just then
_WHEN = frozenset(("when", "as", "while"))
_SEEKING = frozenset("seek court await beg crave solicit".split())  # what is sought nobody gives yet
_SUBJECTS = frozenset(("nsubj", "nsubjpass", "csubj"))
_FEARING = frozenset(("fear", "worry", "dread"))
_OBJECTS = frozenset(("dobj", "dative", "oprd", "attr"))
_PREDICATES = frozenset(("attr", "acomp", "oprd"))
_LEAVES_OPEN = frozenset(",CAXT")  # what may stand between verbs that share an object
_HANGING = frozenset(("acl", "pcomp", "prep", "pobj", "xcomp"))  # from a deed up to what is spoken of: "a plan to close the mine"
_DEPTH = 6  # how far a subject is looked for; deeper trees are lists and misreadings


@dataclass(frozen=True, slots=True)
class Clauses:
    """A sentence's tree, words and base forms, asked for arguments.

    `viewed` where it may say in whose view it is so, `cleft` where "what" may stand for something named; `impersonal` are
    the verbs whose subject "it" names nothing.
    """

    tree: Tree
    words: Sequence[str]
    lemmas: Sequence[str]
    viewed: bool
    cleft: bool
    impersonal: frozenset[int]

    def subjects(self, verb: int, depth: int = 0) -> list[Argument]:
        """Who does what a verb says: its own subject, or that of the verb it is joined to or depends on."""
        if depth > _DEPTH:
            return []
        heads, labels, children, words = self.tree.heads, self.tree.labels, self.tree.children, self.words
        own = [k for k in children[verb] if labels[k] in _SUBJECTS]
        if own:
            out = []
            for k in own:
                if words[k] in _WHO and labels[verb] == "relcl":
                    out.append((heads[verb], _ITSELF))
                    out += [(s, _LINKED) for s in self.predicated(heads[verb], depth)]
                    continue
                if verb in self.impersonal and words[k] == "it":
                    continue
                out.append((k, _ITSELF))
                if words[k] in _WAYS:
                    out += self._whose_way(k)
                if words[k] in _THIRD or words[k] in _FIRST:
                    things = self._spoken_of(verb) if words[k] in _THIRD else []
                    out += [(s, _LINKED) for s in things or self._subjects_above(verb)]
                elif (whose := self.whose(k)) >= 0:
                    out.append((whose, _LINKED))  # "Oslo, whose mayor opposes"
            return out
        if self.cleft and (what := self._what(verb)):
            return what
        head, label = heads[verb], labels[verb]
        if head == verb:
            return []
        if label in ("conj", "advcl"):
            return self.subjects(head, depth + 1)
        if label == "ccomp" and labels[head] == "relcl":
            return [(heads[head], _ITSELF)]  # "the ban that Oslo wants lifted", "that Oslo says was lifted"
        if label == "xcomp" and head in self.impersonal:
            return []
        if label == "xcomp":  # "urged Oslo to": whoever is urged
            moved = self.lemmas[head] in _MOVING or (words[verb] == "be" and self.lemmas[head] in NAMING)  # "found it to be"
            controlled = [k for k in children[head] if moved and labels[k] == "dobj" and words[k] not in _THIRD]
            return [(k, _ITSELF) for k in controlled] or self.subjects(head, depth + 1)
        if label in ("acl", "relcl"):
            out = [(head, _ITSELF), *((s, _LINKED) for s in self.predicated(head, depth))]
            carrier = self._carrier(verb)
            return out + [(k, _LINKED) for k, _ in self.subjects(carrier, depth + 1)] if carrier >= 0 else out
        if label != "pcomp":
            return []
        at = heads[head]
        if words[at] == "short":  # "stopped short of endorsing"
            return self.subjects(heads[at], depth + 1)
        controlled = [k for k in children[at] if labels[k] == "dobj"] if words[head] in ("for", "of", "over") else []
        if words[head] == "in" and self.lemmas[at] == "join":  # "joined Oslo in rejecting"
            return self.subjects(at, depth + 1) + [(k, _LINKED) for k in children[at] if labels[k] == "dobj"]
        if not controlled and (labels[at] == "pobj" or labels[at] in _PREDICATES):  # "is in favour of lifting", "is wary of lifting"
            at = heads[heads[at]] if labels[at] == "pobj" else heads[at]
            return self.subjects(at, depth + 1) if self.tree.tags[at] in "VX" else []
        return [(k, _ITSELF) for k in controlled] or self.subjects(at, depth + 1)  # "thanked Oslo for lifting"

    def whose(self, noun: int) -> int:
        """Whose a noun is by the "whose" before it, "Oslo, whose mayor opposes"; -1 where it is not the first after one."""
        verb = self.tree.heads[noun]
        children = self.tree.children[verb]
        opening = [k for k in children if self.words[k] == "whose"] if self.tree.labels[verb] == "relcl" else []
        return self.tree.heads[verb] if opening and not any(opening[0] < k < noun for k in children) else -1

    def _carrier(self, verb: int) -> int:
        """The verb that carries the noun a clause hangs on, where its subject does what the clause says, else -1."""
        heads, labels, words, tags = self.tree.heads, self.tree.labels, self.words, self.tree.tags
        noun = heads[verb]
        at = heads[noun]
        to = any(words[k] == "to" for k in self.tree.children[verb])
        if labels[noun] == "dobj" and to:  # "made a plan to close", "defended its plan to close"
            owners = self.owners(noun)
            theirs = words[owners[0]] in _OWNERS if owners else self.lemmas[at] in _HATCHING
            return at if theirs else -1
        if labels[noun] != "pobj":
            return -1
        speech = words[at] == "in" and tags[verb] == "G" and tags[heads[at]] in "VX"  # "in a speech attacking Rome, Oslo"
        return heads[at] if speech or (to and tags[heads[at]] == "X") else -1  # "is under pressure to lift"

    def owners(self, noun: int) -> list[int]:
        """Whose a noun is, by name or by "his" and "its"."""
        own = [k for k in self.tree.children[noun] if self.tree.labels[k] == "poss" or self.words[k] in _OWNERS]
        return own if (whose := self.whose(noun)) < 0 else [*own, whose]

    def predicated(self, noun: int, depth: int = 0) -> list[int]:
        """Of whom a noun is said: "Oslo is a city that", "Oslo is one of the cities that", "Oslo is among those who"."""
        heads, labels = self.tree.heads, self.tree.labels
        noun = self.one_of(noun)
        head = heads[noun]
        verb = heads[head] if labels[noun] == "pobj" and self.words[head] in ("among", "as") else head
        if labels[noun] not in ("attr", "oprd") and verb == head:
            return []
        # "called Oslo a critic", "regards Oslo as an ally"
        named = [k for k, _ in self.named_by(verb) if k < noun] if labels[noun] != "attr" else []
        return named or [k for k, _ in self.subjects(verb, depth + 1)]

    def one_of(self, noun: int) -> int:
        """The token that stands for some of those whom a noun names: "one" in "one of the critics"."""
        heads, head = self.tree.heads, self.tree.heads[noun]
        if self.tree.labels[noun] == "pobj" and self.words[head] == "of" and self.words[heads[head]] in _SOME:
            return heads[head]
        return noun

    def wishers(self, verb: int) -> list[Argument]:
        """Who wants done what a verb says, where it is only wished or asked for: "wants the ban lifted", "urged Oslo to lift it"."""
        labels, children, head = self.tree.labels, self.tree.children, self.tree.heads[verb]
        if labels[verb] == "ccomp" and self.lemmas[head] in ("see", "have") and labels[head] == "xcomp":
            head = self.tree.heads[head]  # "wants to see the ban lifted"
        if labels[verb] == "ccomp" and self.tree.tags[head] == "O" and self.words[head].removesuffix("s") in _WISHES:
            return [(k, _LINKED) for k in self.owners(head)]  # "Oslo's call for Ruiz to go"
        if labels[verb] not in ("ccomp", "xcomp") or self.lemmas[head] not in _CAUSES or head in self.impersonal:
            return []
        asked = {labels[k] for k in children[head]}
        if labels[verb] == "xcomp" and "nsubjpass" in asked:  # "was asked by Oslo to lift it"
            wishers = self.agents(head)
        elif labels[verb] == "xcomp":
            wishers = self.subjects(head) if "dobj" in asked else []
        else:
            auxiliaries = [self.words[k] for k in children[verb] if labels[k] in ("aux", "auxpass")]
            wishers = self.subjects(head) if "to" in auxiliaries or auxiliaries in ([], ["be"]) else []
        return [(k, _LINKED) for k, _ in wishers]

    def _subjects_above(self, verb: int) -> list[int]:
        """The named subjects of the nearest verb above that has any: what "he" in a clause that it takes may mean."""
        at = verb
        for _ in range(_DEPTH):
            if self.tree.heads[at] == at:
                break
            at = self.tree.heads[at]
            if self.tree.tags[at] in "VGX":
                found = [k for k in self.tree.children[at] if self.tree.labels[k] in _SUBJECTS]
                named = [k for k in found if self.words[k] not in _THIRD and self.words[k] not in _FIRST]
                if named:
                    return named
        return []

    def _spoken_of(self, verb: int) -> list[int]:
        """Of whom a clause is said: '"It will ruin us," Oslo said of the plan', "asked about the plan, Oslo said"."""
        heads, labels, children, words = self.tree.heads, self.tree.labels, self.tree.children, self.words
        at = verb
        for _ in range(_DEPTH):
            if labels[at] != "conj":
                break
            at = heads[at]
        if labels[at] != "ccomp":
            return []
        says = heads[at]
        asked = [k for k in children[says] if words[k] == "asked" and k != at]
        spoken = [p for k in (says, *asked) for p in children[k] if labels[p] == "prep" and words[p] in ("of", "about")]
        return [q for p in spoken for q in children[p] if labels[q] == "pobj"]

    def objects(self, verb: int, depth: int = 0) -> list[Argument]:
        """What a verb is done to, or says its subject to be."""
        heads, labels, children, words = self.tree.heads, self.tree.labels, self.tree.children, self.words
        own = [k for k in children[verb] if labels[k] in _OBJECTS]
        relative = labels[verb] == "relcl"
        out = []
        for k in own:
            if relative and words[k] in _WHO:
                out.append((heads[verb], _ITSELF))
                continue
            out.append((k, _ITSELF))
            if (whose := self.whose(k)) >= 0:
                out.append((whose, _LINKED))  # "Oslo, whose mayor Lima opposes"
            if words[k] in _THIRD:
                out.append((k, _PRONOUN))
                out += [(s, _LINKED) for s in self._spoken_of(verb)]
            if words[k] in _WAYS:
                out += self._whose_way(k)
        if own:
            return out
        if self.cleft and (what := self._what(verb)):
            return what
        if depth < _DEPTH and (other := self._joined(verb)) >= 0:
            return self.objects(other, depth + 1)
        above = heads[verb] if labels[verb] == "xcomp" else verb
        sought = labels[above] == "relcl" and any(labels[k] == "nsubj" and words[k] not in _WHO for k in children[above])
        if sought and (above == verb or not any(labels[k] in _OBJECTS for k in children[above])):
            out.append((heads[above], _ITSELF))  # "a bill that Oslo opposed", "that Oslo wants to stop"
        return out

    def _what(self, verb: int) -> list[Argument]:
        """What "what" stands for: "What Oslo opposes is the plan", "The plan is what Oslo opposes"."""
        tree = self.tree
        if not any(self.words[k] == "what" for k in tree.children[verb]):
            return []
        head = tree.heads[verb]
        if tree.labels[verb] == "ccomp" and tree.tags[head] == "X":
            return [(k, _ITSELF) for k in tree.children[head] if tree.labels[k] == "nsubj"]
        return [(q, _ITSELF) for k in tree.children[verb] if tree.tags[k] == "X" for q in tree.children[k] if tree.labels[q] == "attr"]

    def _joined(self, verb: int) -> int:
        """The verb whose object, or agent, a verb without its own shares, else -1: "criticised and rejected the plan"."""
        tree, labels = self.tree, self.tree.labels
        other = next((k for k in tree.children[verb] if k > verb and labels[k] == "conj" and tree.tags[k] in "VGX"), -1)
        if other < 0:
            return -1
        between = tree.tags[verb + 1 : other]
        if any(labels[k] in _SUBJECTS for k in tree.children[other]):  # "Oslo opposes and Lima backs the plan"
            halves = between[:1] == ("C",) or between[:2] == (",", "C")
            return other if halves and self.lemmas[verb] in _TRANSITIVE else -1
        return other if between and _LEAVES_OPEN.issuperset(between) else -1

    def _whose_way(self, noun: int) -> list[Argument]:
        """Who does something in the way that a noun speaks of: "admired the way Oslo handled it"."""
        labels, children = self.tree.labels, self.tree.children
        return [(s, _LINKED) for c in children[noun] if labels[c] == "relcl" for s in children[c] if labels[s] == "nsubj"]

    def deed_named(self, noun: int) -> int:
        """The verb whose deed a noun sums up, else -1: "banned Rome, a move that"."""
        tree = self.tree
        if tree.labels[noun] not in ("appos", "npadvmod"):
            return -1
        at = noun
        for _ in range(_DEPTH + 1):
            at = tree.heads[at]
            if tree.tags[at] in "VG":
                return at
        return -1

    def named_by(self, verb: int) -> list[Argument]:
        """What a verb calls something: "called the plan a mistake", "a plan that Oslo called a mistake"."""
        own = [k for k in self.tree.children[verb] if self.tree.labels[k] == "dobj"]
        if any(self.whose(k) >= 0 for k in own):
            return [(own[0], _ITSELF), (self.tree.heads[verb], _LINKED)]  # "whose plan Oslo called a mistake"
        named = [(k, level) for k in own for level in ((_ITSELF, _PRONOUN) if self.words[k] in _THIRD else (_ITSELF,))]
        if named or self.tree.labels[verb] != "relcl" or any(self.words[k] in _WHO for k, _ in self.subjects(verb)):
            return named
        return [(self.tree.heads[verb], _ITSELF)]

    def obliques(self, word: int, depth: int = 0) -> list[tuple[str, Argument]]:
        """What hangs on a word by a preposition or in a clause that it takes: (preposition, argument)."""
        labels, children, words = self.tree.labels, self.tree.children, self.words
        out: list[tuple[str, Argument]] = []
        for k in children[word]:
            label = labels[k]
            if words[k] in _ADJUNCTS:
                continue
            if label in ("prep", "dative", "agent"):
                for q in children[k]:
                    if labels[q] == "pobj":
                        out.append((words[k], (q, _ITSELF)))
                    elif labels[q] == "pcomp":
                        out.append((words[k], (q, _ITSELF)))
                        out += [(words[k], (o, max(level, _LINKED))) for o, level in self.objects(q)]
            elif label == "xcomp" and depth < _DEPTH:
                out += [("to", o) for o in self.objects(k)]
                out += [("to", o) for _, o in self.obliques(k, depth + 1)]
            elif label == "ccomp":
                out += [("that", (o, _ITSELF)) for o in children[k] if labels[o] in ("nsubj", "nsubjpass")]
        return out

    def agents(self, verb: int, depth: int = 0, obliques: list[tuple[str, Argument]] | None = None) -> list[Argument]:
        """Whom "by" names; `obliques` are those of the verb, where they are known already."""
        known = self.obliques(verb) if obliques is None else obliques
        agents = [o for preposition, o in known if preposition == "by"]
        if agents or depth == _DEPTH or (other := self._joined(verb)) < 0:
            return agents
        return self.agents(other, depth + 1)

    def speakers(self, word: int) -> list[Argument]:
        """Who says what stands around a word."""
        heads, labels, tags = self.tree.heads, self.tree.labels, self.tree.tags
        at = word
        for _ in range(2 * _DEPTH):
            if self.viewed and tags[at] in "VGX" and (named := self._in_the_view_of(at)):
                return named
            if heads[at] == at:
                break
            found = labels[at] == "xcomp" and self.lemmas[heads[at]] in NAMING  # "found the plan to be a disgrace"
            if (labels[at] in ("ccomp", "parataxis") and tags[heads[at]] in "VG") or found:
                return self.subjects(heads[at])
            at = heads[at]
        return [(k, _ITSELF) for k in self.tree.children[at] if labels[k] == "speaker"]

    def _in_the_view_of(self, verb: int) -> list[Argument]:
        """Whose view a verb tells: "according to Oslo", "in Oslo's view"."""
        labels, children, words = self.tree.labels, self.tree.children, self.words
        for k in children[verb]:
            if words[k] == "according":
                return [(q, _ITSELF) for j in children[k] for q in children[j] if labels[q] == "pobj"]
            if words[k] in ("to", "for") and k == 0:  # "To Oslo, the plan is"
                return [(q, _ITSELF) for q in children[k] if labels[q] == "pobj"]
            if words[k] == "in" and labels[k] == "prep":
                views = [q for q in children[k] if words[q] in _VIEWS]
                if views:
                    owners = [(o, _ITSELF) for q in views for o in children[q] if labels[o] == "poss"]
                    return owners or [o for q in views for preposition, o in self.obliques(q) if preposition == "of"]
        return []

    def head_of(self, start: int, end: int) -> int:
        """The token of a span that the others hang on, of several one that is no adverb."""
        if end - start == 1:
            return start
        tops = [i for i in range(start, end) if self.tree.heads[i] == i or not start <= self.tree.heads[i] < end]
        return next((i for i in tops if self.tree.tags[i] != "A"), tops[0] if tops else start)


@dataclass(frozen=True, slots=True)
class Roles:
    """What the actor and the target are to a cue, a letter each.

    H, h: holder itself, or by way of something linked to it ("Oslo's minister"); R, r: receiver, likewise; x: hangs on the cue
    some other way; s: says so; i, q: may be meant by a pronoun that holds or receives; -: nothing. Of a target in a deed that
    the cue speaks of, v, w and b: it suffers from it (w: as violence) or benefits; d and e: it does it, a hostile or a friendly one.
    """

    cue: Cue
    actor: str
    target: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is read once for all pairs of a sentence.

    `cues` holds each cue that has arguments, and the token that heads it. Their holders, receivers, other arguments and
    speakers stand by token, so that a pair only looks at its own words: token -> (slot, distance), the slot being four times
    the number of the cue plus 0 to 3. `pronouns` holds (token, slot, distance) of those that may stand for a mention before;
    `deeds`, by the number of a cue, those of the deeds that it speaks of.
    """

    reading: Reading
    clauses: Clauses
    cues: tuple[tuple[Cue, int], ...]
    reached: dict[int, list[tuple[int, int]]]
    pronouns: list[tuple[int, int, int]]
    deeds: dict[int, list[int]]

    def distances(self, span: Span) -> list[int]:
        """How far a mention is from being each argument of each cue, by slot; `NONE` where it is none."""
        out = [NONE] * (4 * len(self.cues))
        for i in range(*span):
            for slot, distance in self.reached.get(i, ()):
                if distance < out[slot]:
                    out[slot] = distance
        if self.pronouns:
            head = self.clauses.head_of(*span)
            for token, slot, distance in self.pronouns:
                if head < token and distance < out[slot]:
                    out[slot] = distance
        return out


def argued(cue: Cue) -> Cue:
    """A cue as its arguments are read: verbs that undo something are against it."""
    return cue._replace(stance="against", frame="subj") if cue.entry in _UNDOING else cue


def read_arguments(text: str, actor: Span, target: Span, syntax: str = "") -> Sentence:
    """A sentence in which the tokens of two mentions are names; its tree by rules, or by the spaCy pipeline `syntax`."""
    return _sentence(text, forced_names(text, actor, target), syntax)


@lru_cache(maxsize=64)
def _sentence(text: str, forced: tuple[int, ...], syntax: str) -> Sentence:
    reading = read(text, forced)
    if syntax:
        from stance.syntax import parsed

        tree = parsed(text, syntax)
    else:
        tree = tree_of(text, forced)
    words = reading.words.lower
    viewed = words[:1] in (("to",), ("for",)) or not _VIEWS.isdisjoint(words)
    impersonal = _impersonal(tree, reading) if "it" in words else frozenset()
    clauses = Clauses(tree, words, reading.lemmas, viewed, "what" in words, impersonal)
    cues = [(cue, clauses.head_of(cue.start, cue.end)) for cue in map(argued, reading.cues) if cue.frame not in ("shift", "hedge")]
    # the verb, and the last word of what is opposed to something: "wary of", "come out against"
    opposing = frozenset(i for cue, word in cues if cue.fights or _resists(cue) for i in (word, cue.end - 1))
    arguments: list[tuple[list[Argument], ...]] = []
    for cue, word in cues:
        said = clauses.speakers(word)
        arguments.append((*_arguments(clauses, cue, word, opposing, said), said))
    if not _OUTLIVING.isdisjoint(words) and (gone := _outlived(words, cues, arguments)):
        kept = [k for k in range(len(cues)) if k not in gone]
        cues, arguments = [cues[k] for k in kept], [arguments[k] for k in kept]
    for cue, word, found in _understood(clauses, reading, cues, arguments) + _contrasted(clauses, cues, arguments):
        cues.append((cue, word))
        arguments.append(found)
    reached: dict[int, list[tuple[int, int]]] = {}
    pronouns: list[tuple[int, int, int]] = []
    for k, found in enumerate(arguments):
        for slot, some in enumerate(found, 4 * k):
            if some:
                for token, distance in _reach(clauses, some, slot, pronouns).items():
                    reached.setdefault(token, []).append((slot, distance))
    return Sentence(reading, clauses, tuple(cues), reached, pronouns, _deeds(clauses, cues, reached))


def _outlived(
    words: Sequence[str], cues: Sequence[tuple[Cue, int]], arguments: Sequence[tuple[list[Argument], ...]]
) -> set[int]:
    """The numbers of cues that a later one takes back: "once a critic of the plan, Oslo now backs it".

    The later one is of the other stance, and said of a pronoun; either the one says that it is over, or the other that it is new.
    """
    out: set[int] = set()
    polar = [k for k, (cue, _) in enumerate(cues) if cue.stance != "neutral" and cue.frame in ("subj", "fate", "both")]
    for j in polar:
        later = cues[j][0]
        if not any(words[token] in _THIRD for token, _ in arguments[j][1]):
            continue
        new = not _NOW.isdisjoint(words[max(0, later.start - 3) : later.start])
        for i in polar:
            cue = cues[i][0]
            over = new or not _ONCE.isdisjoint(words[max(0, cue.start - 3) : cue.start])
            if over and cue.end <= later.start and (cue.stance == later.stance) == (cue.negated != later.negated):
                out.add(i)
    return out


def _impersonal(tree: Tree, reading: Reading) -> frozenset[int]:
    """The verbs whose "it" stands for what is to be done: "it would be wrong to ban the book", "called it wrong to"."""
    out = []
    for i, cue in enumerate(reading.cue_of):
        verb = tree.heads[i]
        if cue is None or cue.frame != "eval" or tree.labels[i] not in _PREDICATES:
            continue
        stands = "dobj" if tree.labels[i] == "oprd" else "nsubj"
        labels = {reading.words.lower[k] if tree.labels[k] == stands else tree.labels[k] for k in tree.children[verb]}
        if "it" in labels and ("xcomp" in labels or "ccomp" in labels):
            out.append(verb)
    return frozenset(out)


def _resists(cue: Cue) -> bool:
    """Whether it is an adjective or phrase for being against something: "wary of", "up in arms over"."""
    return cue.pos in ("adj", "phrase") and (cue.stance, cue.frame, cue.negated) == ("against", "subj", False)


def _understood(
    clauses: Clauses, reading: Reading, cues: Sequence[tuple[Cue, int]], arguments: Sequence[tuple[list[Argument], ...]]
) -> list[tuple[Cue, int, tuple[list[Argument], ...]]]:
    """Cues that are not said again: "Oslo backs the plan, but Lima does not", "unlike Lima, Oslo backs it", "all but Lima".

    Each with the token that stands for it, and its arguments.
    """
    tree, words = clauses.tree, clauses.words
    marks = [i for i, tag in enumerate(tree.tags) if tag == "X" and _is_elliptic(clauses, i)]
    if not _COMPARING.isdisjoint(words):
        marks += [i for i, word in enumerate(words) if word in _COMPARING and tree.tags[i] == "P"]
    if not _EXCEPTING.isdisjoint(words):
        marks += [i for i, word in enumerate(words) if word in _EXCEPTING and tree.tags[i] == "P" and tree.tags[tree.heads[i]] in "ODW"]
    if "exception" in words:
        marks += [i for i, word in enumerate(words) if word == "of" and words[tree.heads[i]] == "exception"]
    out: list[tuple[Cue, int, tuple[list[Argument], ...]]] = []
    for i in marks:
        verb, turned = tree.heads[i], words[i] == "unlike"
        excepted, none = words[i] in _EXCEPTING or words[verb] == "exception", False
        if excepted:  # from "every state", or from "no state"
            none = not _NOBODY.isdisjoint((words[verb], *(words[k] for k in tree.children[verb])))
            verb = tree.heads[tree.heads[verb] if words[verb] == "exception" else verb]
        if tree.tags[i] == "X":
            # what is understood is the verb without its own negation: "does not back it, but Lima does"
            turned = tree.is_negated(verb) != any(words[k] in _NOT for k in tree.children[i])
        for k, (cue, word) in enumerate(cues):
            plain = cue.pos == "verb" and cue.frame in ("subj", "both", "fate") and not cue.passive
            if plain and (word == verb or (tree.heads[word] == verb and tree.labels[word] == "xcomp")):
                negated = not (none or cue.negated) if excepted else cue.negated != turned
                found = (_likewise(clauses, i), *arguments[k][1:])
                out.append((cue._replace(start=i, end=i + 1, negated=negated), i, found))
    return out


def _contrasted(
    clauses: Clauses, cues: Sequence[tuple[Cue, int]], arguments: Sequence[tuple[list[Argument], ...]]
) -> list[tuple[Cue, int, tuple[list[Argument], ...]]]:
    """Cues that are denied of something else: "favours the ferry over the bridge", "backs the ferry, not the bridge"."""
    tree, words = clauses.tree, clauses.words
    out: list[tuple[Cue, int, tuple[list[Argument], ...]]] = []
    for k, (cue, word) in enumerate(cues):
        if cue.entry in _PREFERRING and cue.pos == "verb":
            beside = [o for token in (word, *(t for t, _ in clauses.objects(word))) for o in clauses.obliques(token)]
            others = [o for preposition, o in beside if preposition == "over"]
            if others:
                out.append((cue._replace(negated=not cue.negated), word, (arguments[k][0], others, [], [])))
    for i in (i for i, word in enumerate(words) if word == "not" and words[i - 1] == "," and i):
        other = next((k for k in range(i + 1, min(i + 6, len(words))) if tree.labels[k] == "dep" and tree.tags[k] in "ON"), i)
        for k, (cue, word) in enumerate(cues):
            plain = cue.pos == "verb" and cue.frame in ("subj", "fate") and not cue.passive and cue.end < i
            if plain and other > i and (tree.heads[other], _ITSELF) in arguments[k][1] and word < tree.heads[other]:
                denied = cue._replace(start=i, end=i + 1, negated=not cue.negated)
                out.append((denied, i, (arguments[k][0], [(other, _ITSELF)], [], [])))
    return out


def _is_elliptic(clauses: Clauses, i: int) -> bool:
    """Whether an auxiliary has a subject of its own and stands for a verb before it: "but Lima does not"."""
    tree = clauses.tree
    after = i + 1
    while after < len(tree.tags) and (tree.tags[after] == "A" or clauses.words[after] in _APOSTROPHES):
        after += 1
    ends = after == len(tree.tags) or tree.tags[after] in ",.QC" or clauses.words[after : after + 2] == ("as", "well")
    if not ends:
        return False
    labels = {tree.labels[k] for k in tree.children[i]}
    return tree.heads[i] < i and tree.tags[tree.heads[i]] == "V" and "nsubj" in labels


def _likewise(clauses: Clauses, word: int) -> list[Argument]:
    """Who does what is not said again, or does it not."""
    labels = clauses.tree.labels
    return [(k, _ITSELF) for k in clauses.tree.children[word] if labels[k] in ("nsubj", "pobj")]


def _is_feared(clauses: Clauses, word: int) -> bool:
    """Whether a clause tells what somebody fears."""
    head = clauses.tree.heads[word]
    return clauses.tree.labels[word] == "ccomp" and clauses.lemmas[head] in _FEARING


def _deeds(clauses: Clauses, cues: Sequence[tuple[Cue, int]], reached: dict[int, list[tuple[int, int]]]) -> dict[int, list[int]]:
    """The numbers of the deeds that each cue speaks of: what it is said of, or what hangs on that."""
    tree = clauses.tree
    deeds: dict[int, list[int]] = {}
    for j, (cue, word) in enumerate(cues):
        feared = cue.frame == "eval" and _is_feared(clauses, word)  # "fears the plan will fail"
        if cue.stance == "neutral" or (cue.frame not in ("subj", "fate", "both") and not feared):
            continue
        at, found = word, {j}
        for _ in range(_DEPTH):
            for slot, distance in reached.get(at, ()):
                k = slot // 4
                if slot % 4 in (1, 2) and distance < _PRONOUN and k not in found and cues[k][1] != word:
                    found.add(k)
                    deeds.setdefault(k, []).append(j)
            if tree.labels[at] not in _HANGING or tree.heads[at] == at:
                break
            at = tree.heads[at]
    return deeds


def roles_of(sentence: Sentence, actor: Span, target: Span) -> list[Roles]:
    """The roles of two mentions to each cue of which either has a part, in order of the text."""
    first, second = sentence.distances(actor), sentence.distances(target)
    out = []
    for k, (cue, word) in enumerate(sentence.cues):
        slots = slice(4 * k, 4 * k + 4)
        held_a, received_a, near_a, said_a = of_actor = first[slots]
        held_t, received_t, near_t, _ = of_target = second[slots]
        # who has a part only in a deed of a cue that is about neither of them has none in the cue
        apart = min(min(of_actor), min(of_target)) == NONE
        if apart or actor[0] <= word < actor[1] or target[0] <= word < target[1]:
            continue
        if cue.frame == "both":
            held_a, received_a = min(held_a, received_a), NONE
            held_t, received_t = NONE, min(held_t, received_t)
        one = _letter("H", held_a, "R", received_a, min(near_a + _LINKED, NONE))
        other = _letter("R", received_t, "H", held_t, min(near_t + _LINKED, NONE))
        if k in sentence.deeds and other in "rxq-":
            other = _part_in_deeds(sentence, k, second) or other
        if one == "-" and other != "-" and said_a < NONE:
            one = "s"
        if (one, other) != ("-", "-"):
            out.append(Roles(cue, one, other))
    return out


def _part_in_deeds(sentence: Sentence, k: int, distances: Sequence[int]) -> str:
    """What a mention is in the last of the deeds that cue `k` speaks of in which it is anything, see `Roles`."""
    part = ""
    for j in sentence.deeds[k]:
        held, received = distances[4 * j : 4 * j + 2]
        cue, deed = sentence.cues[k][0], sentence.cues[j][0]
        between = sentence.reading.tags[cue.end : deed.start]
        fought = cue.fights and 0 <= deed.start - cue.end <= 3 and all(tag in "DJSN" for tag in between)
        turned = deed.negated and not fought  # what fights a deed has turned it round already
        friendly = (deed.stance == "favor") != turned
        if received < _PRONOUN and received < held:
            part = "b" if friendly else "w" if deed.entry in _VIOLENCE else "v"
        elif held < _PRONOUN:
            part = "e" if friendly else "d"
    return part


def _letter(one: str, level: int, other: str, other_level: int, near: int) -> str:
    if level == other_level == near == NONE:
        return "-"
    if level == _ITSELF or other_level == _ITSELF:
        return one if level == _ITSELF else other
    if min(level, other_level) < _PRONOUN:
        return (one if level <= other_level else other).lower()
    if near < _PRONOUN:
        return "x"
    by_pronoun = {"H": "i", "R": "q"}
    if level < NONE or (near < NONE and one == "R"):
        return by_pronoun[one]
    return "x" if near < NONE else by_pronoun[other] if other_level < NONE else "-"


def _arguments(
    clauses: Clauses, cue: Cue, word: int, opposing: frozenset[int], said: list[Argument]
) -> tuple[list[Argument], list[Argument], list[Argument]]:
    """Holders, receivers and other arguments of a cue whose head is `word`.

    `opposing` are verbs that are against their object, `said` are those who say so.
    """
    tree = clauses.tree
    rest: list[Argument] = []
    if cue.end - cue.start > 1 or cue.pos == "phrase":
        inside = range(cue.start, cue.end)
        # what hangs on another word of the phrase than its head: "at odds with Oslo", "wants to abolish the tax"
        rest = [o for i in inside if i != word for o in clauses.objects(i) + [o for _, o in clauses.obliques(i, _DEPTH)]]
        # of a lone preposition, as "against", what follows it
        rest += [(k, _ITSELF) for i in inside if i != word or cue.pos == "phrase" for k in tree.children[i] if tree.labels[k] == "pobj"]
        rest = [o for o in rest if o[0] not in inside]
    verbal = tree.tags[word] in "VGX"
    if verbal:
        holders, receivers, others = _of_verb(clauses, cue, word, rest, opposing)
    else:
        holders, receivers, others = _of_noun(clauses, cue, word, rest, opposing)
    if cue.frame == "obj":
        holders, receivers = receivers, holders
    if cue.frame == "eval":
        holders, receivers = _of_evaluation(clauses, word, receivers + holders, said)
    return holders, receivers, others


def _said_to_be(clauses: Clauses, word: int) -> tuple[list[Argument], list[Argument]]:
    """Who says what to be a noun or adjective, if anybody does."""
    heads, labels = clauses.tree.heads, clauses.tree.labels
    if labels[word] == "conj":  # "called it a friend and a partner"
        word = heads[word]
    if labels[word] == "oprd":
        verb = heads[word]
        if named := clauses.named_by(verb):  # "called the plan a disgrace"
            return clauses.subjects(verb), named
        return clauses.agents(verb), clauses.subjects(verb)  # "has been called a disgrace by Oslo"
    if labels[word] == "pobj" and clauses.words[heads[word]] == "as":
        verb = heads[heads[word]]
        referred = [o for preposition, o in clauses.obliques(verb) if preposition == "to"]
        if clauses.tree.tags[verb] in "VG" and (named := clauses.objects(verb) or referred):  # "described the plan as a disgrace"
            return clauses.subjects(verb), named
        if any(labels[k] == "nsubjpass" for k in clauses.tree.children[verb]):  # "is seen by Oslo as a disgrace"
            return clauses.agents(verb), clauses.subjects(verb)
    return [], []


def _of_evaluation(
    clauses: Clauses, word: int, about: list[Argument], said: list[Argument]
) -> tuple[list[Argument], list[Argument]]:
    """Who evaluates, and what: `about` are the arguments that the evaluation has by itself."""
    heads, labels, tags = clauses.tree.heads, clauses.tree.labels, clauses.tree.tags
    if labels[word] in _PREDICATES and heads[word] in clauses.impersonal:  # "it would be wrong to ban the book"
        by = clauses.subjects(heads[word]) if labels[word] == "oprd" else said
        of_whom = [o for preposition, o in clauses.obliques(word) if preposition in ("of", "for")]  # "it was wrong of Oslo to"
        return by, [*of_whom, *((k, _ITSELF) for k in clauses.tree.children[heads[word]] if labels[k] in ("xcomp", "ccomp"))]
    judges, judged = _said_to_be(clauses, word)
    if judges or judged:
        return judges, judged
    if labels[word] in ("amod", "compound", "appos"):
        about = [*about, (heads[word], _ITSELF)]
    if tags[word] in "VGX":
        about = about + clauses.subjects(word)
    clause = heads[word] if labels[word] in ("attr", "acomp", "dobj") else word
    if labels[clause] == "ccomp":  # '"A disgrace," Oslo said of the plan'
        about = about + [o for preposition, o in clauses.obliques(heads[clause]) if preposition in ("of", "about")]
    return [] if _is_feared(clauses, word) else said, about


def _of_verb(
    clauses: Clauses, cue: Cue, word: int, rest: list[Argument], opposing: frozenset[int]
) -> tuple[list[Argument], list[Argument], list[Argument]]:
    tree, words = clauses.tree, clauses.words
    labels, children = tree.labels, tree.children[word]
    objects = [o for o in clauses.objects(word) if not cue.start <= o[0] < cue.end]
    obliques = clauses.obliques(word)
    agents = clauses.agents(word, obliques=obliques)
    others = [o for preposition, o in obliques if preposition != "by" and not cue.start <= o[0] < cue.end]
    if labels[word] == "amod":  # "the ruling party", "an embattled party"
        modified = [(tree.heads[word], _ITSELF)]
        return (modified, objects, []) if words[word].endswith("ing") else ([], modified, [])
    # "opposes banning Oslo", "deplored that Rome banned it": the deed itself
    if cue.stance != "neutral":
        rest = rest + [(k, _ITSELF) for k in children if labels[k] == "ccomp" or (labels[k] == "xcomp" and tree.tags[k] == "G")]
    if cue.end - cue.start == 1 and " " in cue.entry:  # "wants the army out"
        rest = rest + [(k, _ITSELF) for c in children if labels[c] == "ccomp" for k in tree.children[c] if labels[k] in _SUBJECTS]
    if clauses.lemmas[word] in GIVING:  # "awarded a prize to Oslo"
        rest = rest + [o for preposition, o in obliques if preposition == "to"]
    if cue.entry in _AUDIENCE and not objects + rest:  # "booed when Oslo spoke"
        heard = [c for c in children if labels[c] == "advcl" and any(words[k] in _WHEN for k in tree.children[c])]
        rest = [o for c in heard for o in clauses.subjects(c) + clauses.objects(c)]
    subjects = clauses.subjects(word)
    if labels[word] in ("xcomp", "pcomp") and tree.tags[word] == "G" and tree.heads[word] in opposing:
        subjects = []
    if cue.pos != "verb" and agents and not cue.entry.endswith(" by"):  # "fiercely opposed by"
        return agents, subjects, others
    if cue.pos != "verb":  # "backed by": the frame of a phrase speaks of subject and object as they stand in it
        return subjects, objects + rest + agents, others
    passive = not cue.entry.startswith("be ") and (cue.passive or any(labels[k] in ("nsubjpass", "auxpass", "agent") for k in children))
    if not passive and labels[word] in ("acl", "advcl") and words[word].endswith(("ed", "wn", "en")):
        passive = not any(labels[k] in ("nsubj", "dobj", "aux", "mark") for k in children)
    if objects and clauses.lemmas[word] in _WISHES and any(labels[k] == "xcomp" for k in children):
        objects, others = [], others + objects  # whoever is asked to do something is not what is asked for
    if cue.entry in _BEFALLING and not objects and not passive:  # "fears that the clinic may collapse"
        return [], subjects, others
    wishers = clauses.wishers(word)
    if passive and not agents and cue.entry in _LEGISLATED:
        agents = [o for preposition, o in obliques if preposition == "in"]  # "is banned in Oslo"
    if passive:
        return agents or wishers, subjects, others
    if wishers:
        things = objects + rest
        return (wishers, things, others + subjects) if things else (wishers, subjects, others)
    return subjects, objects + rest, others


def _of_noun(
    clauses: Clauses, cue: Cue, word: int, rest: list[Argument], opposing: frozenset[int]
) -> tuple[list[Argument], list[Argument], list[Argument]]:
    tree = clauses.tree
    heads, labels, tags = tree.heads, tree.labels, tree.tags
    obliques = clauses.obliques(word)
    owners = [
        (k, _ITSELF)
        for k in tree.children[word]
        if labels[k] == "poss"
        or (labels[k] in ("compound", "nmod", "amod") and not cue.start <= k < cue.end and tags[k] in "NO")
    ]
    if (whose := clauses.whose(word)) >= 0:
        owners.append((whose, _ITSELF))  # "Oslo, whose suit against Rome failed"
    if _is_partisan(cue.entry):
        return _of_partisan(clauses, word, owners, obliques, rest)
    if cue.frame != "eval":  # "the fine handed to Oslo"
        dealt = [k for k in tree.children[word] if labels[k] == "acl" and is_participle(clauses.words[k])]
        obliques = obliques + [o for k in dealt for o in clauses.obliques(k) if o[0] in _DEALT]
    holding = ["by", "among"]
    if any(preposition not in ("by", "among", "in") for preposition, _ in obliques):
        holding.append("in")  # "opposition in Oslo to the plan"
    owned = any(labels[k] == "poss" or tags[k] == "N" for k, _ in owners)  # and not only "strong", which is no owner
    if cue.entry in _OF_HOLDERS and not owned and not any(preposition == "by" for preposition, _ in obliques):
        holding.append("of")
    if cue.frame == "subj" and cue.entry != "departure":
        holding.append("from")  # "protests from Oslo"
    holders = owners + [o for preposition, o in obliques if preposition in holding]
    if labels[word] == "dobj" and clauses.lemmas[heads[word]] in _SEEKING:
        holders = []
    # "Tram plan a bad joke", "is angry that Oslo backed the plan"
    rest = rest + [(k, _ITSELF) for k in tree.children[word] if labels[k] in ("nsubj", "ccomp")]
    if cue.frame == "subj" and not obliques and owners:  # "Oslo's pet project, the canal,"
        rest = rest + [(k, _ITSELF) for k in tree.children[word] if labels[k] == "appos"]
    if any(labels[k] == "ccomp" for k in tree.children[word]) and clauses.words[word].removesuffix("s") in _WISHES:
        holding.append("that")  # a call for Ruiz to go is not for Ruiz
    receivers = [o for preposition, o in obliques if preposition not in holding] + rest
    if cue.frame == "fate" and not receivers and cue.entry not in _OF_DOERS:  # "Ruiz's arrest"
        receivers = [o for o in owners if labels[o[0]] == "poss"]
        holders = [o for o in holders if o not in receivers]
    head, label = heads[word], labels[word]
    if label == "conj" and labels[head] in _PREDICATES:  # "is a liar and a fraud"
        head, label = heads[head], labels[head]
    called = label == "oprd" or (label == "pobj" and clauses.lemmas[heads[head]] in _SEEING)
    if called and (cue.frame in ("subj", "both") or not _FOR_WHOM.isdisjoint((cue.entry.split()[-1], *(p for p, _ in obliques)))):
        judges, judged = _said_to_be(clauses, word)
        if judged:  # "considers Oslo a friend", "sees the plan as a blow to Oslo", but not "calls Oslo a victim"
            return judges, judged, receivers
    others: list[Argument] = []
    if label in _PREDICATES:
        receivers = [o for preposition, o in obliques if preposition not in holding and preposition not in _ASIDE] + rest
        subjects = clauses.subjects(head)
        if cue.pos == "adj" or (cue.frame == "subj" and receivers):
            holders = holders + subjects
        else:
            receivers = receivers + subjects
    elif label in ("dobj", "pobj", "nsubj", "nsubjpass", "conj") and head != word:
        verb = heads[head] if label == "pobj" else heads[heads[head]] if label == "conj" else head
        if tags[verb] in "VGX":
            own = [o for o in owners if o in holders]  # of "Ruiz's arrest" he is no holder
            more_holders, more_receivers, others = _of_carrier(clauses, word, verb, own, holders, obliques, opposing)
            holders, receivers = holders + more_holders, receivers + more_receivers
    elif label in ("amod", "compound"):
        receivers = [*receivers, (head, _ITSELF)]
    else:
        holders = holders + _holders_above(clauses, cue, word, opposing)
    return holders, receivers, others


def _of_partisan(
    clauses: Clauses, word: int, owners: list[Argument], obliques: list[tuple[str, Argument]], rest: list[Argument]
) -> tuple[list[Argument], list[Argument], list[Argument]]:
    """The arguments of a noun of persons who take a side: "Lima loyalist Ada Obi", "a critic of the plan"."""
    heads, label = clauses.tree.heads, clauses.tree.labels[word]
    if label in ("compound", "amod"):
        owners = owners + [(k, _ITSELF) for k in clauses.tree.children[heads[word]] if k < word and clauses.tree.tags[k] == "N"]
    as_one = label == "pobj" and clauses.words[heads[word]] == "as"
    verb = heads[heads[word]] if as_one else heads[word]
    named = [o for o in clauses.named_by(verb) if o[0] < word] if label == "oprd" or as_one else []
    if named and not owners and not obliques:
        return clauses.subjects(verb), named, []  # "regards Oslo as an ally"
    here = [o for preposition, o in obliques if preposition == "in"]
    if label == "dobj" and clauses.lemmas[heads[word]] in _HAVING and not owners:  # "the plan has critics in Oslo"
        owners = clauses.subjects(heads[word])
        here = [o for preposition, o in clauses.obliques(heads[word]) if preposition in ("in", "among")]
    return _taking_sides(clauses, word) + here, owners + [o for preposition, o in obliques if preposition != "in"] + rest, []


def _holders_above(clauses: Clauses, cue: Cue, word: int, opposing: frozenset[int]) -> list[Argument]:
    """Who holds what an adjective or a phrase says, where that hangs on a noun or verb."""
    tree = clauses.tree
    head, label = tree.heads[word], tree.labels[word]
    if label == "appos" and cue.pos != "noun":  # "Oslo, angry at the plan,"
        return [(head, _ITSELF)]
    if label != "prep":
        return []
    if tree.tags[head] in "VGX" and cue.frame == "obj":  # "at the request of Oslo": favors what the verb tells
        return [(head, _ITSELF), *((k, _LINKED) for k, _ in clauses.subjects(head))]
    if tree.tags[head] in "VGX":
        return clauses.agents(head) or clauses.subjects(head)
    if cue.pos != "phrase" or tree.tags[head] != "O":
        return []
    # "won its case against Oslo"
    owning = [(k, _ITSELF) for k in clauses.owners(head)]
    if owning or tree.labels[head] != "dobj" or tree.heads[head] in opposing:
        return owning
    return [(k, _LINKED) for k, _ in clauses.subjects(tree.heads[head])]


@lru_cache(maxsize=10_000)
def _is_partisan(entry: str) -> bool:
    return not _PARTISANS.isdisjoint(entry.split())


def _taking_sides(clauses: Clauses, word: int) -> list[Argument]:
    """Whom a noun of persons speaks of: "Obi is a critic of", "Obi, one of the critics of", "critic Ada Obi"."""
    at = clauses.one_of(word)
    out = [word, at, *clauses.predicated(at)]
    if clauses.tree.labels[at] in ("appos", "compound", "amod"):
        out.append(clauses.tree.heads[at])
    return [(k, _ITSELF) for k in out]


def _of_carrier(
    clauses: Clauses,
    word: int,
    verb: int,
    owners: list[Argument],
    holders: list[Argument],
    obliques: list[tuple[str, Argument]],
    opposing: frozenset[int],
) -> tuple[list[Argument], list[Argument], list[Argument]]:
    """What the verb that carries a noun ("voiced support for", "drew protests from") adds to its holders and receivers; others."""
    first = clauses.tree.heads[word] if clauses.tree.labels[word] == "conj" else word
    label, preposition = clauses.tree.labels[first], clauses.words[clauses.tree.heads[word]]
    beside = clauses.obliques(verb)
    others = [o for _, o in beside]
    if label in ("dobj", "pobj"):
        others = [o for o in others + (clauses.objects(verb) if label == "pobj" else []) if o[0] != word]
    elif label == "nsubj" or verb in opposing:
        others = clauses.objects(verb) + others
    else:
        others = []
    if label == "pobj" and preposition in ("despite", "over") and holders:
        return [], [(verb, _ITSELF)], others  # "despite protests by nationalists"
    given = [(k, _ITSELF) for k in clauses.tree.children[verb] if clauses.tree.labels[k] == "dative" and clauses.tree.tags[k] != "P"]
    if clauses.lemmas[verb] in GIVING:
        given += [o for to, o in beside if to == "to"]
    if given and label == "dobj":  # "gave the plan its blessing"
        return clauses.subjects(verb), given, others
    if clauses.lemmas[verb] in _EARNING and label in ("dobj", "pobj"):
        things = clauses.subjects(verb)
        if clauses.tree.labels[verb] == "advcl" and clauses.tree.tags[verb] == "G":  # "freed Ruiz, drawing a protest from Oslo"
            done = clauses.tree.heads[verb]
            things = [*things, (done, _ITSELF), *((k, _LINKED) for k, _ in clauses.objects(done))]
        return [o for by, o in obliques + beside if by in _FROM], things, others  # "drew a protest from Oslo"
    if label == "dobj" and clauses.lemmas[verb] in ("see", "find"):  # "sees an insult in the plan"
        return clauses.subjects(verb), [o for preposition, o in beside if preposition == "in"], others
    if label == "dobj" and any(clauses.words[k] not in _OWNERS for k, _ in owners):
        if clauses.lemmas[verb] in _SHARING:  # "echoed Oslo's criticism of"
            return clauses.subjects(verb), [], others
        return [], clauses.subjects(verb) if clauses.lemmas[verb] in _HAVING else [], others  # "the reform has Oslo's support"
    # who condemns an attack, or strikes over it, does not make it
    apart = label == "nsubj" or verb in opposing or clauses.lemmas[verb] in _TELLING or (label == "pobj" and preposition in _REACTING)
    return [] if apart else clauses.subjects(verb), [], others


def _reach(
    clauses: Clauses, arguments: Iterable[Argument], slot: int, pronouns: list[tuple[int, int, int]]
) -> dict[int, int]:
    """Everything that the arguments reach, token -> distance; pronouns that may stand for a mention go to `pronouns`."""
    levels: dict[int, int] = {}
    for token, level in arguments:
        if level == _PRONOUN:
            pronouns.append((token, slot, _PRONOUN))
        else:
            _spread(clauses, token, level, levels, 0)
            if clauses.words[token] in MOVES and (deed := clauses.deed_named(token)) >= 0:
                levels[deed] = level
            third = clauses.words[token] in _THIRD and clauses.tree.labels[token] == "pobj"
            if third or clauses.words[token] in _OWNERS:  # "is open to it", "its crackdown on"
                pronouns.append((token, slot, _PRONOUN))
        pronouns += [(k, slot, _OWNED) for k in clauses.tree.children[token] if clauses.words[k] in _OWNERS]
    return levels


def _spread(clauses: Clauses, token: int, level: int, levels: dict[int, int], depth: int) -> None:
    """A token, its conjuncts and appositions; its owners, modifiers and objects of prepositions one level farther."""
    if depth > _DEPTH or levels.get(token, NONE + 1) <= level:
        return
    levels[token] = level
    tree = clauses.tree
    for k in tree.children[token]:
        label = tree.labels[k]
        if label in _JOINED:
            _spread(clauses, k, level, levels, depth + 1)
        elif label in _PARTS:
            _spread(clauses, k, level + 1, levels, depth + 1)
        elif label == "prep" and clauses.words[token].removesuffix("s") in _PARTISANS:
            continue  # what "a critic of the plan" does, the plan has no part in
        elif label == "prep" and (clauses.words[k] in _OF or (clauses.words[k] == "as" and clauses.words[k - 1] == "such")):
            for q in tree.children[k]:
                if tree.labels[q] == "pobj":
                    _spread(clauses, q, level + 1, levels, depth + 1)
        elif label == "acl" and clauses.words[k] in _LED:  # "deputies led by Oslo", "a case brought by Oslo"
            for q in (q for by in tree.children[k] if tree.labels[by] == "agent" for q in tree.children[by]):
                _spread(clauses, q, level + 1, levels, depth + 1)
