"""Trees by rules, and the arguments of cues: tables of sentences and what hangs on what."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from test_model import arbitrary_pairs

from stance.arguments import Roles, read_arguments, roles_of
from stance.grammar import forced_names, read, token_span, words_of
from stance.lexicon import entries, verb_forms
from stance.pairs import Pair, find_pair
from stance.tree import make_tree, tree_of

# sentence, {word: (how it hangs, on which word)}
TREES = [
    ("Oslo rejected the plan.", {"Oslo": ("nsubj", "rejected"), "plan": ("dobj", "rejected")}),
    (
        "The plan was rejected by Oslo.",
        {"plan": ("nsubjpass", "rejected"), "Oslo": ("pobj", "by"), "by": ("agent", "rejected")},
    ),
    (
        "Oslo's refusal of the plan angered Rome.",
        {"Oslo": ("poss", "refusal"), "Rome": ("dobj", "angered"), "plan": ("pobj", "of")},
    ),
    ("Oslo wants to stop the plan.", {"stop": ("xcomp", "wants"), "plan": ("dobj", "stop")}),
    (
        "Oslo says Rome blocked the plan.",
        {"Rome": ("nsubj", "blocked"), "blocked": ("ccomp", "says"), "Oslo": ("nsubj", "says")},
    ),
    ("Oslo said the ban on Lima was wrong.", {"ban": ("nsubj", "was"), "was": ("ccomp", "said")}),
    ("“We oppose the plan,” said Oslo.", {"oppose": ("ccomp", "said"), "Oslo": ("nsubj", "said")}),
    ("Oslo, Rome and Lima condemned the plan.", {"Oslo": ("nsubj", "condemned"), "Rome": ("conj", "Oslo")}),
    ("The minister who drafted the plan left Oslo.", {"drafted": ("relcl", "minister"), "minister": ("nsubj", "left")}),
    ("After Oslo blocked the plan, Rome resigned.", {"Oslo": ("nsubj", "blocked"), "Rome": ("nsubj", "resigned")}),
    ("After talks in Oslo, Rome resigned.", {"talks": ("pobj", "After"), "Rome": ("nsubj", "resigned")}),
    ("A bill backed by Oslo failed.", {"backed": ("acl", "bill"), "bill": ("nsubj", "failed")}),
    ("Oslo called the plan a mistake.", {"plan": ("dobj", "called"), "mistake": ("oprd", "called")}),
    ("Oslo is open to the plan.", {"open": ("attr", "is"), "Oslo": ("nsubj", "is")}),
    ("Oslo sent Rome a gift.", {"Rome": ("dative", "sent"), "Oslo": ("nsubj", "sent"), "gift": ("dobj", "sent")}),
    ("Oslo mocked the ban on Lima.", {"on": ("prep", "ban"), "ban": ("dobj", "mocked")}),
    ("Oslo deplored the beating of Ruiz by soldiers.", {"by": ("prep", "beating"), "of": ("prep", "beating")}),
    ("Oslo called the raid on Lima a mistake.", {"raid": ("dobj", "called"), "mistake": ("oprd", "called")}),
    # what is wished of an object
    ("Oslo wants the plan stopped.", {"plan": ("nsubjpass", "stopped"), "stopped": ("ccomp", "wants")}),
    ("Oslo wants the plan to fail.", {"plan": ("nsubj", "fail"), "fail": ("ccomp", "wants")}),
    ("Oslo wants the army out of Lima.", {"army": ("nsubj", "out"), "out": ("ccomp", "wants")}),
    ("Oslo wants control over Lima.", {"control": ("dobj", "wants"), "over": ("prep", "control")}),
    ("Oslo called for the plan to be stopped.", {"plan": ("nsubjpass", "stopped"), "stopped": ("ccomp", "called")}),
    ("Oslo paid for the bus to please Rome.", {"bus": ("pobj", "for"), "please": ("xcomp", "paid")}),
    (
        "Oslo wants the road closed and the bridge kept.",
        {"road": ("nsubjpass", "closed"), "bridge": ("nsubjpass", "kept"), "kept": ("ccomp", "wants")},
    ),
    ("The ban, which Oslo wants lifted, hurt Rome.", {"wants": ("relcl", "ban"), "lifted": ("ccomp", "wants")}),
    ("Oslo helped the rebels attack Lima.", {"rebels": ("nsubj", "attack"), "attack": ("ccomp", "helped")}),
    ("Why did Oslo condemn the plan?", {"Oslo": ("nsubj", "condemn"), "did": ("aux", "condemn"), "plan": ("dobj", "condemn")}),
    # participles that are not the main verb
    ("The ban imposed on Lima by Oslo was lifted.", {"imposed": ("acl", "ban"), "ban": ("nsubjpass", "lifted")}),
    ("Raids on Lima, halted in May, have begun.", {"halted": ("acl", "Raids"), "Raids": ("nsubj", "begun")}),
    ("Oslo fired on Lima and was condemned.", {"Oslo": ("nsubj", "fired"), "condemned": ("conj", "fired")}),
    ("Freed by Oslo, Ruiz thanked Rome.", {"Freed": ("advcl", "thanked"), "Ruiz": ("nsubj", "thanked")}),
    ("The raid on Lima, which Oslo condemned, failed.", {"condemned": ("relcl", "raid"), "raid": ("nsubj", "failed")}),
    # what hangs on the verb, and what on its object
    ("Oslo thanked Rome for the ships.", {"for": ("prep", "thanked"), "Rome": ("dobj", "thanked")}),
    ("Oslo accused Rome of lying.", {"of": ("prep", "accused"), "lying": ("pcomp", "of")}),
    ("Oslo denied a charge of lying.", {"of": ("prep", "charge")}),
    ("Oslo freed the envoy of Lima at the request of Rome.", {"at": ("prep", "freed")}),
    ("Oslo turned down the offer.", {"offer": ("dobj", "turned"), "down": ("prt", "turned")}),
    ("Oslo regretted Rome's decision to go.", {"go": ("acl", "decision"), "decision": ("dobj", "regretted")}),
    # clauses about a noun, and what a participle is said of
    ("Oslo mocked the plan Rome backs.", {"Rome": ("nsubj", "backs"), "backs": ("relcl", "plan"), "plan": ("dobj", "mocked")}),
    ("The plan Rome backs was dropped.", {"backs": ("relcl", "plan"), "plan": ("nsubjpass", "dropped")}),
    ("The plan to which Rome objects was dropped.", {"objects": ("relcl", "plan"), "plan": ("nsubjpass", "dropped")}),
    ("Oslo told Rome the plan was a mistake.", {"plan": ("nsubj", "was"), "was": ("ccomp", "told")}),
    ("Oslo mocked the fine imposed on Lima.", {"imposed": ("acl", "fine"), "fine": ("dobj", "mocked")}),
    ("The activist Ada Obi left.", {"activist": ("compound", "Obi"), "Obi": ("nsubj", "left")}),
    ("Oslo let the poet Ada Obi go.", {"poet": ("compound", "Obi"), "Obi": ("nsubj", "go")}),
    ("If Oslo finds money it will pay Rome.", {"it": ("nsubj", "pay"), "finds": ("advcl", "pay")}),
    ("Oslo gave the plan its blessing.", {"plan": ("dative", "gave"), "blessing": ("dobj", "gave")}),
    ("A federal appeals court freed Ruiz.", {"court": ("nsubj", "freed"), "appeals": ("compound", "court")}),
    ("Oslo thanked Rome for the ships, and Lima said it would pay.", {"said": ("conj", "thanked"), "Lima": ("nsubj", "said")}),
    # two words that are verbs only now and then
    ("Oslo does not like the plan.", {"plan": ("dobj", "like"), "Oslo": ("nsubj", "like")}),
    ("Oslo, like Rome, left.", {"Rome": ("pobj", "like"), "Oslo": ("nsubj", "left")}),
    ("Greens back the plan.", {"plan": ("dobj", "back"), "Greens": ("nsubj", "back")}),
    ("Oslo sent the ship back to Rome.", {"back": ("advmod", "sent"), "ship": ("dobj", "sent")}),
    ("Oslo went to Lima.", {"Oslo": ("nsubj", "went")}),
    ("Oslo sharply condemned Lima.", {"Oslo": ("nsubj", "condemned"), "Lima": ("dobj", "condemned")}),
    ("Oslo minister Ada Obi condemned Lima.", {"Oslo": ("compound", "Obi"), "Obi": ("nsubj", "condemned")}),
    ("Police found the ship.", {"Police": ("nsubj", "found"), "ship": ("dobj", "found")}),
    ("Sen. Ana Ruiz (R-Ohio) praised Oslo.", {"Ruiz": ("nsubj", "praised"), "Oslo": ("dobj", "praised")}),
    ("The human rights record of Oslo angered Rome.", {"record": ("nsubj", "angered"), "Rome": ("dobj", "angered")}),
    ("Oslo found its court records.", {"records": ("dobj", "found")}),
    ("Privacy advocates won a victory.", {"advocates": ("nsubj", "won")}),
    ("The Western allies say the attack was a crime.", {"allies": ("nsubj", "say"), "was": ("ccomp", "say")}),
    ("The people in the meeting said the deal was off.", {"people": ("nsubj", "said"), "was": ("ccomp", "said")}),
    ("Both said they wanted the deal.", {"Both": ("nsubj", "said")}),
    ("Oslo and Rome both admitted it.", {"Oslo": ("nsubj", "admitted"), "Rome": ("conj", "Oslo")}),
    ("It dealt a blow to President Obi's bid.", {"bid": ("pobj", "to"), "Obi": ("poss", "bid")}),
    ("He was sentenced to death by a court.", {"death": ("pobj", "to")}),
    ("According to court records, Oslo lied.", {"records": ("pobj", "to")}),
    ("The report shows that Oslo lied.", {"report": ("nsubj", "shows"), "lied": ("ccomp", "shows")}),
    ("A new map shows Rome.", {"map": ("nsubj", "shows"), "Rome": ("dobj", "shows")}),
    ("Obi said that support for the plan was weak.", {"support": ("nsubj", "was"), "was": ("ccomp", "said")}),
    ("Oslo opposes funding for the dam.", {"funding": ("dobj", "opposes")}),
    ("Oslo was accused of funding rebels.", {"funding": ("pcomp", "of"), "rebels": ("dobj", "funding")}),
    ("Oslo launched a radio advertising campaign.", {"campaign": ("dobj", "launched")}),
    ("The ruling angered Rome.", {"ruling": ("nsubj", "angered"), "Rome": ("dobj", "angered")}),
    ("Ruling party members accused Obi.", {"members": ("nsubj", "accused")}),
    ("Oslo could well be angry.", {"Oslo": ("nsubj", "be")}),
    ("Oslo helped lead the attack.", {"lead": ("xcomp", "helped"), "attack": ("dobj", "lead")}),
    ("The council handled classified information.", {"information": ("dobj", "handled"), "classified": ("amod", "information")}),
    ("Oslo faces mounting pressure.", {"pressure": ("dobj", "faces")}),
    ("Oslo wrote a record-setting, bitter reply.", {"reply": ("dobj", "wrote")}),
    ("Democrat Ada Obi proudly calls herself an ally.", {"Obi": ("nsubj", "calls")}),
    ("Obi, who lives in Lima, left.", {"lives": ("relcl", "Obi"), "Obi": ("nsubj", "left")}),
    ("They support reform but oppose Rome.", {"oppose": ("conj", "support"), "Rome": ("dobj", "oppose")}),
    ("Beijing accuses Rome.", {"Beijing": ("nsubj", "accuses"), "Rome": ("dobj", "accuses")}),
    ("She used racist words decades earlier.", {"words": ("dobj", "used"), "decades": ("npadvmod", "used")}),
    ("Rome banned the party two years ago.", {"party": ("dobj", "banned"), "years": ("npadvmod", "banned")}),
    ("Obi told the paper yesterday.", {"paper": ("dobj", "told")}),
    ("Oslo backed the ban on cars in 2011.", {"in": ("prep", "backed"), "on": ("prep", "ban")}),
    ("Oslo answered the charge by saying so.", {"by": ("prep", "answered"), "saying": ("pcomp", "by")}),
    ("Whatever happens in Rome, Oslo will pay.", {"happens": ("advcl", "pay"), "Oslo": ("nsubj", "pay")}),
    ("The removal of Obi as police chief drew cheers.", {"removal": ("nsubj", "drew"), "chief": ("pobj", "as")}),
    ("Miners from the Oslo cooperative slept.", {"Miners": ("nsubj", "slept"), "cooperative": ("pobj", "from")}),
    ("The request to free Obi and his son failed.", {"request": ("nsubj", "failed"), "son": ("conj", "Obi")}),
    ("People like Obi, Ruiz and Neri left.", {"People": ("nsubj", "left"), "Ruiz": ("conj", "Obi")}),
    ("Critics and supporters alike fear Rome.", {"Critics": ("nsubj", "fear"), "supporters": ("conj", "Critics")}),
    ("She praised the plan, which Oslo drafted, and rejected Rome.", {"rejected": ("conj", "praised"), "drafted": ("relcl", "plan")}),
    ("Ruiz read it, as the rules require, and left.", {"left": ("conj", "read")}),
    ("The party, which for years has opposed it, left.", {"opposed": ("relcl", "party"), "party": ("nsubj", "left")}),
    ("The agency, which last week sued Rome, left.", {"sued": ("relcl", "agency"), "agency": ("nsubj", "left")}),
    ("Lima noted the tone that Obi struck.", {"struck": ("relcl", "tone")}),
    ("Lima told reporters that Obi lied.", {"lied": ("ccomp", "told")}),
    ("An idea Greens strongly reject would help.", {"reject": ("relcl", "idea"), "idea": ("nsubj", "help")}),
    ("Hill also said no time was set.", {"Hill": ("nsubj", "said"), "set": ("ccomp", "said")}),
    ("She says his words, along with his deeds, hurt Rome.", {"words": ("nsubj", "hurt"), "hurt": ("ccomp", "says")}),
    ("Racial and social tensions rose.", {"tensions": ("nsubj", "rose")}),
    ("A brief, bitter war ended.", {"war": ("nsubj", "ended")}),
    ("Neri said Obi could stay but noted that Rome won.", {"noted": ("conj", "said")}),
    ("Ruiz struggled with learning to fly and has failed.", {"failed": ("conj", "struggled")}),
    ("Obi was accused of attacking Oslo and backing Rome.", {"backing": ("conj", "attacking")}),
    ("Oslo gave control of the port to Rome.", {"to": ("prep", "gave")}),
    ("Obi, who mailed pipe bombs to Rome, left.", {"mailed": ("relcl", "Obi"), "bombs": ("dobj", "mailed"), "Obi": ("nsubj", "left")}),
    ("Obi brushed aside the plan.", {"aside": ("prt", "brushed"), "plan": ("dobj", "brushed")}),
    ("A week into the war, Oslo and other states left.", {"Oslo": ("nsubj", "left"), "states": ("conj", "Oslo")}),
    ("The arrest of its cook, Obi, angered Rome.", {"Obi": ("conj", "cook"), "arrest": ("nsubj", "angered")}),
    ("It is a factor in the row.", {"in": ("prep", "factor")}),
]


@pytest.mark.parametrize(("text", "expected"), TREES, ids=[t for t, _ in TREES])
def test_words_hang_where_they_should(text: str, expected: dict[str, tuple[str, str]]) -> None:
    words = [text[s:e] for s, e in zip(words_of(text).starts, words_of(text).ends, strict=True)]
    tree = tree_of(text)
    found = {w: (tree.labels[words.index(w)], words[tree.heads[words.index(w)]]) for w in expected}
    assert found == expected


# sentence with a form of a verb (b base, s, d past, n participle, g -ing), its subject, its object
FRAMES = [
    ("Most voters {b} the plan.", "voters", "plan"),
    ("The minister {s} the plan.", "minister", "plan"),
    ("The minister {d} the plan.", "minister", "plan"),
    ("Doctors from Oslo {b} the plan.", "Doctors", "plan"),
    ("The minister will {b} the plan.", "minister", "plan"),
    ("The minister has {n} the plan.", "minister", "plan"),
    ("The minister is {g} the plan.", "minister", "plan"),
    ("The plan was {n} by Oslo.", "plan", None),
]
OTHERWISE = {"can", "concern"}  # "can" is an auxiliary, "concerning" a preposition


@pytest.mark.parametrize(("frame", "subject", "thing"), FRAMES, ids=[f for f, *_ in FRAMES])
def test_every_verb_of_the_lexicon_has_its_subject_and_object(frame: str, subject: str, thing: str | None) -> None:
    verbs = {e.entry for e in entries() if e.pos == "verb" and e.entry.isalpha() and len(e.entry) > 2} - OTHERWISE
    assert len(verbs) > 1500
    failed = []
    for verb in sorted(verbs):
        forms = {kind: word for word, kind in reversed(verb_forms(verb).items())} | {"b": verb}
        text = frame.format(**forms | {"n": forms.get("n", forms["d"])})
        words = [text[s:e] for s, e in zip(words_of(text).starts, words_of(text).ends, strict=True)]
        tree = tree_of(text)
        of = {words[i]: tree.labels[i] for i in range(len(words)) if tree.labels[tree.heads[i]] == "ROOT"}
        expected = {subject: "nsubj", thing: "dobj"} if thing else {subject: "nsubjpass"}
        if not expected.items() <= of.items():
            failed.append(text)
    assert failed == []


@settings(max_examples=100, deadline=None)
@given(arbitrary_pairs())
def test_any_text_is_a_tree(pair: Pair) -> None:
    words = words_of(pair.text)
    tree = tree_of(pair.text, forced_names(pair.text, token_span(words, *pair.actor), token_span(words, *pair.target)))
    assert len(tree.heads) == len(tree.labels) == len(tree.tags) == len(tree.children) == len(words.lower)
    for i in range(len(tree.heads)):
        way = [i]
        while tree.heads[way[-1]] != way[-1]:
            way.append(tree.heads[way[-1]])
            assert len(way) <= len(tree.heads)
        assert (i in tree.children[tree.heads[i]]) == (tree.heads[i] != i)


def test_a_circle_is_cut() -> None:
    tree = make_tree([1, 2, 0, 2], ["a", "b", "c", "d"], list("OOOO"))
    roots = [i for i, head in enumerate(tree.heads) if head == i]
    assert len(roots) == 1 and tree.labels[roots[0]] == "ROOT"


# sentence, actor, target, cue: what the actor and the target are to it
ROLES = [
    ("Oslo condemned the raid.", "Oslo", "the raid", "condemn", "HR"),
    ("The raid was condemned by Oslo.", "Oslo", "The raid", "condemned by", "HR"),
    ("The raid was condemned on Monday by Oslo.", "Oslo", "The raid", "condemn", "HR"),
    ("The raid angered Oslo.", "Oslo", "The raid", "anger", "HR"),
    ("Oslo's rejection of the pact surprised Rome.", "Oslo", "the pact", "rejection", "HR"),
    ("Oslo voiced support for the pact.", "Oslo", "the pact", "voice support for", "HR"),
    ("Oslo's minister condemned the raid.", "Oslo", "the raid", "condemn", "hR"),
    ("Oslo, Rome and Lima condemned the raid.", "Rome", "the raid", "condemn", "HR"),
    ("Oslo wants to abolish the tax.", "Oslo", "the tax", "want to abolish", "HR"),
    ("Oslo met Rome and condemned Lima.", "Oslo", "Lima", "condemn", "HR"),
    ("Oslo met Rome and condemned Lima.", "Rome", "Lima", "condemn", "-R"),
    ("Oslo, which condemned Lima, met Rome.", "Oslo", "Lima", "condemn", "HR"),
    ("Oslo told Rome to condemn Lima.", "Rome", "Lima", "condemn", "HR"),
    ("The pact that Oslo condemned will hurt Rome.", "Oslo", "The pact", "condemn", "HR"),
    ("Oslo called the pact a disaster.", "Oslo", "the pact", "disaster", "HR"),
    ("Oslo called the pact a disaster.", "Oslo", "Rome", "disaster", "H-"),
    ("The pact was called a disaster by Oslo.", "Oslo", "The pact", "disaster", "HR"),
    ("The pact has Oslo's full support.", "Oslo", "The pact", "support", "HR"),
    ("“We need the pact,” said Oslo.", "Oslo", "the pact", "need", "hR"),
    ("“The pact is a disaster,” said Oslo.", "Oslo", "The pact", "disaster", "HR"),
    ("Oslo condemned the raid.", "the raid", "Oslo", "condemn", "RH"),
    ("The plan angered Rome, but Oslo is open to it.", "Oslo", "The plan", "open to", "Hq"),
    ("Oslo does not like the pact.", "Oslo", "the pact", "like", "HR"),
    # what is wished or asked for is held by whoever wishes or asks, not by whoever is asked
    ("Oslo wants Neri sacked.", "Oslo", "Neri", "sack", "hR"),
    ("Oslo wants Neri to resign.", "Oslo", "Neri", "resign", "hR"),
    ("Oslo wants Rome to free Neri.", "Oslo", "Neri", "free", "hR"),
    ("Oslo wants Rome to free Neri.", "Rome", "Neri", "free", "xR"),
    ("Oslo demanded that Neri be freed.", "Oslo", "Neri", "free", "hR"),
    ("Oslo said that Neri was freed.", "Oslo", "Neri", "free", "sR"),
    ("Oslo called for Neri to be freed.", "Oslo", "Neri", "free", "hR"),
    ("Oslo urged Rome to condemn Lima.", "Oslo", "Lima", "condemn", "hR"),
    ("Oslo urged Rome to condemn Lima.", "Rome", "Lima", "condemn", "xR"),
    ("Oslo pressed Rome to free Neri.", "Oslo", "Rome", "press", "Hx"),
    ("Rome was asked by Oslo to free Neri.", "Oslo", "Neri", "free", "hR"),
    ("The tax, which Oslo wants abolished, hurt Rome.", "Oslo", "The tax", "abolish", "hR"),
    ("Rome's plan to abolish the tax failed.", "Rome", "the tax", "abolish", "hR"),
    ("Rome made an effort to abolish the tax.", "Rome", "the tax", "abolish", "hR"),
    ("Oslo thanked Rome for freeing Neri.", "Rome", "Neri", "free", "HR"),
    # what is felt about the subject, or about what a clause tells
    ("The pact brought protests from Oslo.", "Oslo", "The pact", "protest", "HR"),
    ("The pact met with the approval of Oslo.", "Oslo", "The pact", "meet with the approval of", "HR"),
    ("The pact met with the scorn of Oslo.", "Oslo", "The pact", "scorn", "HR"),
    ("Oslo's departure from the pact hurt Rome.", "Oslo", "the pact", "departure", "HR"),
    ("Rome freed Neri at the request of Oslo.", "Oslo", "Neri", "at the request of", "Hb"),
    ("Despite objections by Oslo, Rome sacked Neri.", "Oslo", "Neri", "objection", "Hv"),
    ("Workers struck over the sacking of Neri.", "Workers", "Neri", "sacking", "-R"),
    ("Oslo is deeply critical of Lima.", "Oslo", "Lima", "deeply critical of", "HR"),
    ("Oslo is against the pact.", "Oslo", "the pact", "against", "HR"),
    ("Oslo stood by the pact.", "Oslo", "the pact", "stand by", "HR"),
    ("Oslo was pleased with the pact.", "Oslo", "the pact", "be pleased with", "HR"),
    ("Voters support the pact.", "Voters", "the pact", "support", "HR"),
    ("Oslo demanded that Rome release Neri.", "Oslo", "Neri", "release", "hR"),
    # deeds that a cue speaks of: who suffers, who benefits, who does them
    ("Oslo condemned the raid on Lima.", "Oslo", "Lima", "condemn", "Hv"),
    ("Oslo condemned the bombing of Lima.", "Oslo", "Lima", "condemn", "Hw"),
    ("Oslo condemned Neri's arrest.", "Oslo", "Neri", "condemn", "Hv"),
    ("Oslo condemned the army's shelling.", "Oslo", "the army", "condemn", "Hd"),
    ("Oslo opposes banning Lima.", "Oslo", "Lima", "oppose", "Hv"),
    ("Oslo opposes banning Lima.", "Oslo", "Lima", "ban", "-R"),
    ("Oslo deplores that Rome banned Lima.", "Oslo", "Lima", "deplore", "Hv"),
    ("Oslo halted the eviction of Neri.", "Oslo", "Neri", "halt", "Hv"),
    ("The eviction of Neri was halted by Oslo.", "Oslo", "Neri", "halt", "Hv"),
    ("Oslo backs Rome after the raid on Lima.", "Oslo", "Lima", "back", "H-"),
    ("Oslo condemned the raid on Lima.", "Oslo", "Lima", "raid", "-R"),
    ("Oslo launched the raid on Lima.", "Oslo", "Lima", "raid", "HR"),
    ("Oslo condemned Rome for raiding Lima.", "Oslo", "Lima", "condemn", "Hv"),
    ("Oslo condemned Rome's raid on Lima.", "Oslo", "Rome", "condemn", "Hd"),
    ("Oslo opposed the suspension of Neri.", "Oslo", "Neri", "oppose", "Hv"),
    ("Oslo opposed the promotion of Neri.", "Oslo", "Neri", "oppose", "Hb"),
    ("Oslo mocked Rome's praise of Neri.", "Oslo", "Rome", "mock", "He"),
    # what "of" names: the holder of demands, the object of criticism
    ("Oslo ignored the demands of Lima.", "Oslo", "Lima", "demand", "-H"),
    ("Rome saw the attack of Lima by Oslo.", "Oslo", "Lima", "attack", "HR"),
    ("Oslo ignored the criticism of Lima.", "Oslo", "Lima", "criticism", "-R"),
    # contractions, also without their apostrophe; owners of whom there are several
    ("Oslo doesn't back the pact.", "Oslo", "the pact", "back", "HR"),
    ("Oslo won’t back the pact.", "Oslo", "the pact", "back", "HR"),
    ("Oslo doesnt back the pact.", "Oslo", "the pact", "back", "HR"),
    ("Oslo no longer backs the pact.", "Oslo", "the pact", "back", "HR"),
    ("Oslo isn't happy with the pact.", "Oslo", "the pact", "happy with", "HR"),
    ("\"They've rejected the pact,\" said Oslo.", "Oslo", "the pact", "reject", "hR"),
    ("The miners' rejection of the pact hurt Rome.", "miners", "the pact", "rejection", "HR"),
    # words in quotation marks, quotes without a verb, whose view something is
    ('Oslo called the pact "a disaster".', "Oslo", "the pact", "disaster", "HR"),
    ('"Shame on Rome," said Oslo.', "Oslo", "Rome", "shame on", "sR"),
    ('"A disaster," Oslo said of the pact.', "Oslo", "the pact", "disaster", "HR"),
    ('"The pact is a disaster," Oslo wrote.', "Oslo", "The pact", "disaster", "HR"),
    ("Oslo told reporters that the pact was a disaster.", "Oslo", "the pact", "disaster", "HR"),
    ('Oslo called Neri "a liar" and "a fraud".', "Oslo", "Neri", "a fraud", "HR"),
    ('Oslo said in a letter that the pact "is a disaster."', "Oslo", "the pact", "disaster", "HR"),
    ("Oslo called Neri corrupt.", "Oslo", "Neri", "corrupt", "HR"),
    ("Oslo described the pact as a disaster.", "Oslo", "the pact", "disaster", "HR"),
    ("According to Oslo, the pact is a disaster.", "Oslo", "the pact", "disaster", "HR"),
    ("In Oslo's view, the pact is a disaster.", "Oslo", "the pact", "disaster", "HR"),
    # headlines
    ("Oslo: port plan a disaster", "Oslo", "port plan", "disaster", "HR"),
    ("Port plan a disaster, says Oslo", "Oslo", "Port plan", "disaster", "HR"),
    ("City Council Condemns Port Plan", "City Council", "Port Plan", "condemn", "HR"),
    ("Oslo Backs Port Plan, Unions Protest", "Unions", "Port Plan", "back", "-R"),
    # nouns of those who take a side
    ("Ada Neri is a vocal Rome critic.", "Ada Neri", "Rome", "critic", "HR"),
    ("Ada Neri, a critic of Rome, left Lima.", "Ada Neri", "Rome", "critic", "HR"),
    ("Ada Neri, one of Rome's critics, left Lima.", "Ada Neri", "Rome", "critic", "HR"),
    ("Rome loyalist Ada Neri left Lima.", "Ada Neri", "Rome", "loyalist", "HR"),
    # subjects that stand elsewhere
    ("Oslo, whose mayor opposes the pact, met Rome.", "Oslo", "the pact", "oppose", "hR"),
    ("Oslo is one of the cities that oppose the pact.", "Oslo", "the pact", "oppose", "hR"),
    ("Oslo (which opposes the pact) met Rome.", "Oslo", "the pact", "oppose", "HR"),
    ("Having condemned the pact, Oslo left Rome.", "Oslo", "the pact", "condemn", "HR"),
    ("To stop the pact, Oslo sued Rome.", "Oslo", "the pact", "stop", "HR"),
    ("Oslo stopped short of endorsing Neri.", "Oslo", "Neri", "endorse", "HR"),
    ("The pact has been fiercely opposed by Oslo.", "Oslo", "The pact", "fiercely opposed", "HR"),
    ("Oslo filed suit to block the pact.", "Oslo", "the pact", "block", "HR"),
    # clauses about a noun that open without "that"; what is wished in them
    ("Oslo mocked the pact Rome signed.", "Rome", "the pact", "sign", "HR"),
    ("The pact Rome signed was dropped by Oslo.", "Rome", "The pact", "sign", "HR"),
    ("Oslo said the pact Rome signed was a disaster.", "Oslo", "the pact", "disaster", "HR"),
    ("Oslo spoke of the pact that Rome wants to block.", "Rome", "the pact", "want to block", "HR"),
    ("Oslo said the pact, which Rome signed, was a disaster.", "Oslo", "the pact", "disaster", "HR"),
    ("In a statement Oslo said the pact was a disaster.", "Oslo", "the pact", "disaster", "HR"),
    # who does likewise, who does not
    ("Oslo rejects the pact, as does Rome.", "Rome", "the pact", "reject", "HR"),
    ("Oslo rejects the pact, and so does Rome.", "Rome", "the pact", "reject", "HR"),
    ("Oslo, not Rome, rejects the pact.", "Oslo", "the pact", "reject", "HR"),
    ("Oslo, not Rome, rejects the pact.", "Rome", "the pact", "reject", "-R"),
    ("Cities including Oslo rejected the pact.", "Oslo", "the pact", "reject", "hR"),
    ("Deputies led by Oslo rejected the pact.", "Oslo", "the pact", "reject", "hR"),
    ("Oslo itself rejected the pact.", "Oslo", "the pact", "reject", "HR"),
    ("Oslo has endorsed a candidate for mayor: Neri.", "Oslo", "Neri", "endorse", "HR"),
    # what is said of somebody before the comma, or after it
    ("Oslo, angry at the pact, left Rome.", "Oslo", "the pact", "angry at", "HR"),
    ("A fierce critic of the pact, Oslo left Rome.", "Oslo", "the pact", "fierce critic", "HR"),
    ("Oslo, Rome's closest ally, left Lima.", "Rome", "Oslo", "ally", "HR"),
    ("Oslo remains opposed to the pact.", "Oslo", "the pact", "opposed to", "HR"),
    ("Oslo became a critic of the pact.", "Oslo", "the pact", "critic", "HR"),
    ("Oslo has long been a critic of the pact.", "Oslo", "the pact", "critic", "HR"),
    ("Oslo was the only city to oppose the pact.", "Oslo", "the pact", "oppose", "HR"),
    ("Oslo is under pressure to back the pact.", "Oslo", "the pact", "back", "hR"),
    # what somebody calls, sees, finds something to be
    ("Oslo regards Neri as an ally.", "Oslo", "Neri", "ally", "HR"),
    ("Oslo considers Neri a friend.", "Oslo", "Neri", "friend", "HR"),
    ("Oslo found the pact to be a disaster.", "Oslo", "the pact", "disaster", "HR"),
    ("Oslo refers to the pact as a disaster.", "Oslo", "the pact", "disaster", "HR"),
    ("The pact is seen by Oslo as a disaster.", "Oslo", "The pact", "disaster", "HR"),
    ("To Oslo, the pact is a disaster.", "Oslo", "the pact", "disaster", "HR"),
    ("The pact is a disaster in the eyes of Oslo.", "Oslo", "The pact", "disaster", "HR"),
    ("Oslo sees an insult in the pact.", "Oslo", "the pact", "insult", "HR"),
    ('"It will ruin us," Oslo said of the pact.', "Oslo", "the pact", "ruin", "sh"),
    # what is given to whom, and what draws what from whom
    ("Oslo gave the pact its blessing.", "Oslo", "the pact", "blessing", "HR"),
    ("The pact drew praise from Oslo and scorn from Rome.", "Rome", "The pact", "scorn", "HR"),
    ("The army freed Neri, drawing a protest from Oslo.", "Oslo", "Neri", "protest", "Hb"),
    ("There is opposition in Oslo to the pact.", "Oslo", "the pact", "opposition", "HR"),
    ("Oslo won its case against Rome.", "Oslo", "Rome", "against", "iR"),
    ("Oslo echoed Lima's criticism of Rome.", "Oslo", "Rome", "criticism", "HR"),
    # what a verb says after its object
    ("Oslo turned the pact down.", "Oslo", "the pact", "turn down", "HR"),
    ("Oslo took Rome to court.", "Oslo", "Rome", "take to court", "HR"),
    ("Oslo kept Rome from leaving.", "Oslo", "Rome", "keep from", "HR"),
    ("Oslo donated $10,000 to Neri.", "Oslo", "Neri", "donate to", "HR"),
    ("Oslo wants the army out.", "Oslo", "the army", "want out", "HR"),
    # what is wished, and what somebody is made to do
    ("Oslo demanded the pact be dropped.", "Oslo", "the pact", "drop", "hR"),
    ("Oslo wants to see the pact dropped.", "Oslo", "the pact", "drop", "hR"),
    ("Oslo forced Rome to drop the pact.", "Oslo", "the pact", "drop", "hR"),
    ("Rome was jailed in Lima for insulting Oslo.", "Rome", "Oslo", "insulting", "HR"),
    ("Oslo spent years fighting Rome.", "Oslo", "Rome", "fight", "HR"),
    ("Oslo has yet to endorse the pact.", "Oslo", "the pact", "endorse", "HR"),
    ('"I cannot back the pact," said Oslo.', "Oslo", "the pact", "back", "hR"),
    ("Will Oslo back the pact?", "Oslo", "the pact", "back", "HR"),
    # deeds: summed up, dealt, only told of, lifted
    ("Oslo banned Neri, a move that Rome welcomed.", "Rome", "Neri", "welcome", "Hv"),
    ("Oslo denounced the ban handed to Neri.", "Oslo", "Neri", "denounce", "Hv"),
    ("Oslo called the ban on Neri a mistake.", "Oslo", "Neri", "ban", "-R"),
    ("Oslo regretted the decision to ban Neri.", "Oslo", "Neri", "ban", "-R"),
    ("Oslo welcomed the lifting of sanctions on Rome.", "Oslo", "Rome", "welcome", "Hb"),
    ("Oslo is angry that Rome backed Neri.", "Oslo", "Neri", "angry that", "Hb"),
    ("Oslo admired the way Neri handled it.", "Oslo", "Neri", "admire", "Hr"),
    ("A court threw out a case brought by Rome.", "court", "Rome", "throw out", "Hr"),
    # a noun in the plural or a verb
    ("Oslo backs the ban and supports Rome.", "Oslo", "Rome", "support", "HR"),
    ("Oslo, which left the pact, attacks Rome.", "Oslo", "Rome", "attack", "HR"),
    ("Neri said the council supports the pact.", "the council", "the pact", "support", "HR"),
    ("Greens, who dislike Rome, attack Neri.", "Greens", "Neri", "attack", "HR"),
    ("Members of the council fear the pact.", "Members", "the pact", "fear", "HR"),
    ("Oslo wants to close the mine and help the miners.", "Oslo", "the miners", "help", "HR"),
    ("Members of the council oppose and fear the pact.", "Members", "the pact", "fear", "HR"),
    # an object, or a doer, for two verbs
    ("Oslo criticised and rejected the pact.", "Oslo", "the pact", "criticise", "HR"),
    ("Oslo criticised, but has not rejected, the pact.", "Oslo", "the pact", "reject", "HR"),
    ("The pact was backed and funded by Oslo.", "Oslo", "The pact", "back", "HR"),
    ("Oslo joined Rome in condemning the raid.", "Rome", "the raid", "condemn", "hR"),
    ("Oslo opposes and Rome backs the pact.", "Oslo", "the pact", "oppose", "HR"),
    ("Oslo opposes, and Rome backs, the pact.", "Rome", "the pact", "back", "HR"),
    # clauses without a verb, or without a subject of their own
    ("Oslo, though wary of the pact, backs Rome.", "Oslo", "the pact", "wary of", "HR"),
    ("Oslo, though wary of the pact, backs Rome.", "Oslo", "Rome", "back", "HR"),
    ("While critical of the pact, Oslo backs Rome.", "Oslo", "the pact", "critical of", "HR"),
    ("Although backed by Oslo, the pact was rejected.", "Oslo", "the pact", "backed by", "HR"),
    ("Oslo, albeit reluctantly, backs Rome.", "Oslo", "Rome", "back", "HR"),
    ("Neri, if elected, would ban the app.", "Neri", "the app", "ban", "HR"),
    ("Greens, angered by the pact that Neri signed with Rome, left Lima.", "Greens", "Lima", "leave", "HR"),
    ("The memo released last week praised Rome.", "The memo", "Rome", "praise", "HR"),
    ("A man named Obi attacked Neri.", "A man", "Neri", "attack", "HR"),
    ("Oslo is in favour of lifting the quota.", "Oslo", "the quota", "lift", "HR"),
    ("Oslo is wary of lifting the quota.", "Oslo", "the quota", "lift", "-R"),
    ("Opposing the pact is Rome.", "Rome", "the pact", "opposing", "HR"),
    # the main verb is farther on
    ("The man who shot Obi and fled to Lima praised Rome.", "The man", "Rome", "praise", "HR"),
    ("Neri said the pact backed by Oslo was a disgrace.", "Neri", "the pact", "a disgrace", "HR"),
    ("Neri said the decision to ban the app was a disgrace.", "Neri", "the decision", "a disgrace", "HR"),
    ("A judge ruled that limits imposed by Rome are a disgrace.", "A judge", "limits", "a disgrace", "HR"),
    ("Obi said Neri, the mayor, was a disgrace.", "Obi", "Neri", "a disgrace", "HR"),
    ("Neri vowed his party would back the pact.", "his party", "the pact", "back", "HR"),
    ("After Neri, a student, was attacked by Obi, Oslo wept.", "Obi", "Neri", "attacked by", "HR"),
    ("Unrest on both sides since May has angered Rome.", "Rome", "Unrest", "anger", "HR"),
    ("Oslo, where the talks were held, rejected the pact.", "Oslo", "the pact", "reject", "HR"),
    ("The pact that Oslo backs angers Rome.", "Rome", "The pact", "anger", "HR"),
    ("What Oslo opposes is the pact.", "Oslo", "the pact", "oppose", "HR"),
    ("The pact is what Oslo opposes.", "Oslo", "The pact", "oppose", "HR"),
    ("Rome backs a ban, which Oslo considers disastrous.", "Oslo", "a ban", "disastrous", "HR"),
    ("Oslo backed Rome, a move Lima rejects.", "Lima", "move", "reject", "HR"),
    ("Obi, sidelined by her school and paid a low wage, thanked Rome.", "Obi", "Rome", "thank", "HR"),
    ("Neri left, and Obi, Rome's ally, attacked Lima.", "Obi", "Lima", "attack", "HR"),
    ("Neri left, and Obi, who had first accepted it, rejected the pact.", "Obi", "the pact", "reject", "HR"),
    ("Ruiz, accused by Oslo of starting the war, fled.", "Ruiz", "the war", "start", "HR"),
    # times and places between a subject and its verb, or before both
    ("Oslo said on Tuesday Rome had rejected the pact.", "Rome", "the pact", "reject", "HR"),
    ("Oslo said on Tuesday it opposes the pact.", "it", "the pact", "oppose", "HR"),
    ("In Tuesday's talks with Obi, Rome rejected the pact.", "Rome", "the pact", "reject", "HR"),
    ("Oslo ordered the troops to leave by Monday.", "Oslo", "the troops", "leave", "hR"),
    ("Deputies last week rejected the pact.", "Deputies", "the pact", "reject", "HR"),
    ("On Monday night, the clerk, an expert, rejected the pact.", "the clerk", "the pact", "reject", "HR"),
    ("In 2006, the town of Lima, Texas, rejected the pact.", "the town", "the pact", "reject", "HR"),
    ("In Oslo, Neri, the man in line to lead it, backed the pact.", "Neri", "the pact", "back", "HR"),
    ("In Oslo, the capital, the police rejected the pact.", "the police", "the pact", "reject", "HR"),
    ("In fact, Neri, who is scheduled to speak, rejects the pact.", "Neri", "the pact", "reject", "HR"),
    ("Meanwhile, Neri, the mayor of Lima, thanked Rome.", "Neri", "Rome", "thank", "HR"),
    ("About two dozen deputies rejected the pact.", "deputies", "the pact", "reject", "HR"),
    ("Critics elsewhere reject the pact.", "Critics", "the pact", "reject", "HR"),
    ("Secretary of State Ada Obi thanked Rome.", "Ada Obi", "Rome", "thank", "HR"),
    # nouns and adjectives that look like verbs, and the other way about
    ("Lima exiles in Quito thanked Rome.", "Lima exiles", "Rome", "thank", "HR"),
    ("Leading Greens rejected the pact.", "Greens", "the pact", "reject", "HR"),
    ("Retired judges rejected the pact.", "judges", "the pact", "reject", "HR"),
    ("Neri said that top officials rejected the pact.", "officials", "the pact", "reject", "HR"),
    ("Neri and other top Greens oppose the pact.", "Greens", "the pact", "oppose", "HR"),
    ("The special counsel did not praise Rome.", "counsel", "Rome", "praise", "HR"),
    ("The long arm of the union attacks Rome.", "The long arm", "Rome", "attack", "HR"),
    ("Neri has since rejected the pact.", "Neri", "the pact", "reject", "HR"),
    ("Oslo plans to ban the app.", "Oslo", "the app", "ban", "HR"),
    ("Oslo votes down the pact.", "Oslo", "the pact", "vote down", "HR"),
    ("Oslo will leave Lima and back Rome.", "Oslo", "Rome", "back", "HR"),
    ("Oslo sees Rome as a friend.", "Oslo", "Rome", "friend", "HR"),
    ("Oslo described the pact as a fraud and a disgrace.", "Oslo", "the pact", "a disgrace", "HR"),
    ("Oslo called the pact a blow to Rome.", "Oslo", "the pact", "a blow to", "HR"),
    ("The pact is seen by Oslo as a gift to Rome.", "Oslo", "The pact", "a gift to", "HR"),
    ("Oslo called Lima a victim of Rome.", "Oslo", "Lima", "a victim of", "R-"),
    ("Opposition to the pact from Oslo is firm.", "Oslo", "the pact", "opposition", "HR"),
    ("Support for refugees from Oslo is firm.", "Oslo", "refugees", "support", "rR"),
    ("Oslo called Lima a friend and a partner.", "Oslo", "Lima", "partner", "HR"),
    ("Oslo protests against the pact.", "Oslo", "the pact", "protest against", "HR"),
    ("Long live Lima, said Oslo.", "Oslo", "Lima", "long live", "sR"),
    ("It was wrong to jail Lima, Oslo said.", "Oslo", "Lima", "wrong", "Hv"),
    ("It would be wrong to free Lima, Oslo said.", "Oslo", "Lima", "wrong", "Hb"),
    ("Oslo said it was a disgrace that Rome had banned Lima.", "Oslo", "Lima", "a disgrace", "Hv"),
    ("Oslo called it a mistake to jail Lima.", "Oslo", "Lima", "mistake", "Hv"),
    ("Oslo fears that Lima will fail.", "Oslo", "Lima", "fear that", "Hv"),
    ("Oslo fears that the pact may collapse.", "Oslo", "the pact", "fear that", "Hv"),
    ("Oslo says the pact may collapse.", "Oslo", "the pact", "collapse", "sR"),
    ("Oslo says it has no intention of withdrawing the pact.", "Oslo", "the pact", "withdraw", "sR"),
    ("Residents of Oslo lined the road to thank the army.", "Residents of Oslo", "the army", "thank", "HR"),
    # who wants something done, and who rejects that it is done
    ("Oslo rejected calls to scrap the pact.", "Oslo", "the pact", "reject", "Hv"),
    ("Oslo rejected calls to scrap the pact.", "Oslo", "the pact", "scrap", "-R"),
    ("Oslo dismissed efforts to ban the pact.", "Oslo", "the pact", "dismiss", "Hv"),
    ("Oslo opposes the repeal of the pact.", "Oslo", "the pact", "oppose", "Hv"),
    ("A raid by Oslo on the army failed.", "Oslo", "the army", "raid", "HR"),
    ("Oslo booed when Neri spoke.", "Oslo", "Neri", "boo", "HR"),
    ("Oslo cheered as Neri scored.", "Oslo", "Neri", "cheer", "HR"),
    ("The pact has critics in Oslo.", "Oslo", "The pact", "critic", "HR"),
    ("Oslo sought the support of Neri for the pact.", "Neri", "the pact", "support", "-R"),
    ("Oslo gave Neri the cold shoulder.", "Oslo", "Neri", "give the cold shoulder to", "HR"),
    ("Oslo's call for Neri to resign was ignored.", "Oslo", "Neri", "call for", "Hv"),
    ("Oslo's call for Neri to resign was ignored.", "Oslo", "Neri", "resign", "hR"),
    ("Oslo repeated its call for Neri to resign.", "Oslo", "Neri", "resign", "iR"),
    ("Oslo broke ranks with Rome to vote for the pact.", "Oslo", "the pact", "break ranks with", "H-"),
    ("The pact is banned in Oslo.", "Oslo", "The pact", "ban", "HR"),
    ("Support for the pact among Oslo fell.", "Oslo", "the pact", "support", "HR"),
    ("Anger among Oslo at the pact grew.", "Oslo", "the pact", "anger", "HR"),
    ("Neri has the full confidence of Oslo.", "Oslo", "Neri", "confidence", "HR"),
    ("Rome, joined by Oslo, backs the pact.", "Oslo", "the pact", "back", "hR"),
    ("Oslo's pet project, the pact, is late.", "Oslo", "the pact", "pet project", "HR"),
    ("Oslo cleared Neri of fraud.", "Oslo", "Neri", "clear of", "HR"),
    # a critic of the pact is no part of it
    ("Oslo, a critic of the pact, likes Neri.", "the pact", "Neri", "like", "-R"),
    # what a later clause takes back
    ("Oslo, once a critic of the pact, now supports it.", "Oslo", "the pact", "support", "Hq"),
    ("Oslo, who once opposed the pact, now backs it.", "Oslo", "the pact", "back", "Hq"),
]

TAKEN_BACK = [
    ("Oslo, once a critic of the pact, now supports it.", "critic", []),
    ("Oslo backed the pact but now opposes it.", "back", []),
    ("Oslo backed the pact but now opposes Neri.", "back", ["HR"]),  # another thing
    ("Oslo once backed the pact.", "back", ["HR"]),
    ("Oslo backed the pact and now defends it.", "back", ["HR"]),
]


@pytest.mark.parametrize(("text", "entry", "letters"), TAKEN_BACK)
def test_what_a_later_clause_takes_back(text: str, entry: str, letters: list[str]) -> None:
    assert [r.actor + r.target for r in roles(text, "Oslo", "the pact") if r.cue.entry == entry] == letters


def roles(text: str, actor: str, target: str) -> list[Roles]:
    """What actor and target are to each cue."""
    pair, words = find_pair(text, actor, target), words_of(text)
    spans = token_span(words, *pair.actor), token_span(words, *pair.target)
    return roles_of(read_arguments(text, *spans), *spans)


@pytest.mark.parametrize(("text", "actor", "target", "entry", "letters"), ROLES)
def test_who_holds_what_a_cue_says(text: str, actor: str, target: str, entry: str, letters: str) -> None:
    if target not in text:
        text += f" {target} slept."
    assert [r.actor + r.target for r in roles(text, actor, target) if r.cue.entry == entry] == [letters]


# sentence, cue, and for each time that it is said or understood: what Oslo and the pact are to it, and whether it is negated
UNDERSTOOD = [
    ("Rome backs the pact, but Oslo does not.", "back", [("-R", False), ("HR", True)]),
    ("Rome backs the pact; Oslo doesn't.", "back", [("-R", False), ("HR", True)]),
    ("Rome does not back the pact, but Oslo does.", "back", [("-R", True), ("HR", False)]),
    ("Rome opposes the pact, and Oslo does too.", "oppose", [("-R", False), ("HR", False)]),
    ("Rome opposes the pact, and Oslo does as well.", "oppose", [("-R", False), ("HR", False)]),
    ("Rome has endorsed the pact, while Oslo has not.", "endorse", [("-R", False), ("HR", True)]),
    ("Rome wants to ban the pact, but Oslo won't.", "want to ban", [("-R", False), ("HR", True)]),
    ("Unlike Oslo, Rome backs the pact.", "back", [("-R", False), ("HR", True)]),
    ("Rome, like Oslo, backs the pact.", "back", [("-R", False), ("HR", False)]),
    ("Oslo backed the ferry, not the pact.", "back", [("H-", False), ("HR", True)]),
    ("Oslo prefers the ferry over the pact.", "prefer", [("H-", False), ("HR", True)]),
    ("Nothing in the report of Oslo pleased the pact.", "please", [("rH", True)]),
    ("All but Oslo backed the pact.", "back", [("-R", False), ("HR", True)]),
    ("Every state but Oslo backed the pact.", "back", [("-R", False), ("HR", True)]),
    ("All members except Oslo signed the pact.", "sign", [("-R", False), ("HR", True)]),
    ("No party except Oslo backed the pact.", "back", [("-R", True), ("HR", False)]),
    ("With the exception of Oslo, all members backed the pact.", "back", [("xR", False), ("HR", True)]),
    ("Rome backs the pact, and so does Oslo.", "back", [("HR", False)]),  # one of two subjects
    ("Rome backs the pact that Oslo did not.", "back", [("-R", False)]),
]


@pytest.mark.parametrize(("text", "entry", "expected"), UNDERSTOOD)
def test_what_is_not_said_again_is_understood(text: str, entry: str, expected: list[tuple[str, bool]]) -> None:
    found = [r for r in roles(text, "Oslo", "the pact") if r.cue.entry == entry]
    assert [(r.actor + r.target, r.cue.negated) for r in found] == expected


def test_a_list_of_two_thousand_verbs_is_read() -> None:
    text = "Oslo " + "backed and opposed and " * 1000 + "condemned Rome."
    spans = (0, 1), (4002, 4003)
    sentence = read_arguments(text, *spans)
    found = roles_of(sentence, *spans)
    assert len(sentence.cues) == 2001
    assert (found[0].actor, found[-1].cue.entry, found[-1].target) == ("H", "condemn", "R")


# sentence, cue, whether it is turned round
TURNED = [
    ("Oslo kept its sanctions on Rome.", "sanction", False),
    ("Oslo lifted its blockade of Rome.", "blockade", True),
    ("Oslo suspended the sanctions on Rome.", "sanction", True),
    ("The suspension of aid for Rome hurt.", "aid", True),
    ("The suspension of Neri on Monday ended the row.", "suspension", False),
    ("Oslo opposes sanctions.", "sanction", True),
    ("Oslo rejects Lima's criticism of Rome.", "criticism", True),
    ("Oslo rejected the tax after criticism of Rome.", "criticism", False),
    ("Oslo was condemned; criticism of Rome grew.", "criticism", False),
    ("Oslo dropped its objections to the pact.", "objection", True),
    ("Oslo did not back the pact.", "back", True),
]


# sentence, what looks like an entry of the lexicon and is another word
OTHER_WORDS = [
    ("Oslo, like Rome, left.", "like"),
    ("Oslo sent it back.", "back"),
    ("Oslo left just after Rome.", "just"),
    ("Oslo left late last week.", "late"),
]


@pytest.mark.parametrize(("text", "entry"), OTHER_WORDS)
def test_other_words_are_no_cues(text: str, entry: str) -> None:
    assert entry not in [cue.entry for cue in read(text, ()).cues]


@pytest.mark.parametrize(("text", "entry", "turned"), TURNED)
def test_what_ends_or_fights_a_cue_turns_it_round(text: str, entry: str, turned: bool) -> None:
    assert [cue.negated for cue in read(text, ()).cues if cue.entry == entry] == [turned]
