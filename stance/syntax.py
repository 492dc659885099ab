"""Trees by spaCy: the extra `syntax`, a second opinion beside the rules in `tree` for models that were trained with it.

Any English spaCy pipeline with a parser will do; a model remembers which one it learned from and is only used with that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from stance.grammar import words_of
from stance.text import InputError
from stance.tree import Tree, make_tree

_INSTALL = "pip install 'stance[syntax]' and an English pipeline (python -m spacy download en_core_web_sm)"
_BATCH = 128
_TAGS = {
    **{"VERB": "V", "AUX": "X", "ADP": "P", "DET": "D", "PRON": "W", "NOUN": "O", "PROPN": "N", "ADJ": "J", "ADV": "A"},
    **{"NUM": "0", "CCONJ": "C", "SCONJ": "R", "PUNCT": ".", "SYM": ".", "SPACE": "."},
}


def installed_pipeline() -> str:
    """The English pipeline that training uses: the smallest official one, else the first by name.

    Returns
    -------
    Its identity, such as "en_core_web_sm 3.8.0".

    Raises
    ------
    InputError
        where spaCy or an English pipeline is missing, with the commands that install them.
    """
    return sorted(_pipelines(), key=lambda p: (not p.startswith("en_core_web_sm"), p))[0]


@lru_cache(maxsize=1)
def _pipelines() -> dict[str, str]:
    """Identity -> package name of the English pipelines that are installed."""
    try:
        from spacy.util import get_installed_models, get_package_path, load_meta
    except ImportError:
        raise InputError(f"models with syntax need spaCy: {_INSTALL}") from None
    found = {}
    for name in sorted(get_installed_models()):
        if name.startswith("en"):
            meta = load_meta(get_package_path(name) / "meta.json")
            found[f"{meta['lang']}_{meta['name']} {meta['version']}"] = name
    if not found:
        raise InputError(f"models with syntax need an English spaCy pipeline, and none is installed: {_INSTALL}")
    return found


@lru_cache(maxsize=1)
def load_pipeline(identity: str) -> Any:
    """The pipeline, without the parts that nobody needs here.

    Raises
    ------
    InputError
        where it is not installed, naming those that are.
    """
    pipelines = _pipelines()
    if identity not in pipelines:
        name, _, version = identity.partition(" ")
        raise InputError(
            f"this model was trained with {identity}, and installed are {', '.join(pipelines)}: "
            f"python -m spacy download {name}-{version} --direct"
        )
    import spacy

    nlp = spacy.load(pipelines[identity], exclude=["lemmatizer", "senter"])  # lemmas are our own
    nlp.max_length = 10**9  # texts are bounded where they are read
    return nlp


def parse(texts: Iterable[str], identity: str) -> None:
    """Parse texts together, which is faster than one by one; `parsed` then has the trees at hand."""
    new = [t for t in dict.fromkeys(texts) if (t, identity) not in _TREES]
    if len(_TREES) + len(new) > _KEPT:
        _TREES.clear()
    for text, doc in zip(new, load_pipeline(identity).pipe(new, batch_size=_BATCH, disable=["ner"]), strict=True):
        _TREES[text, identity] = _aligned(text, doc)


def parsed(text: str, identity: str) -> Tree:
    """The tree of a text, over the tokens of `grammar.words_of`."""
    if (text, identity) not in _TREES:
        parse([text], identity)
    return _TREES[text, identity]


def recognised_names(text: str, identity: str) -> list[str]:
    """The persons, bodies and states that the pipeline's entity recogniser finds in a text, in order, each once."""
    doc = load_pipeline(identity)(text, disable=["parser"])
    names = (e.text.strip() for e in doc.ents if e.label_ in ("PERSON", "ORG", "GPE"))
    return list(dict.fromkeys(re.sub(r"^[Tt]he |['’]s?$", "", n) for n in names if n[:1].isupper() and "\n" not in n))


_KEPT = 20_000
_TREES: dict[tuple[str, str], Tree] = {}


def _aligned(text: str, doc: Sequence[Any]) -> Tree:
    """The parser's tree over our tokens: one that holds several of spaCy's stands for the one they hang on."""
    words = words_of(text)
    chosen = []  # per token of ours, one of spaCy's
    first = 0
    for start, end in zip(words.starts, words.ends, strict=True):
        while first < len(doc) and doc[first].idx + len(doc[first]) <= start:
            first += 1
        last = first
        while last + 1 < len(doc) and doc[last + 1].idx < end:
            last += 1
        inside = doc[first : last + 1]
        chosen.append(next((t for t in inside if not first <= t.head.i <= last or t.head.i == t.i), inside[0]))
    ours: dict[int, int] = {}
    for i, token in enumerate(chosen):
        ours.setdefault(token.i, i)
    heads, labels, tags = [], [], []
    for i, token in enumerate(chosen):
        tags.append(_tag(token))
        if ours[token.i] != i:  # "n't" is one token there and two here
            heads.append(ours[token.i])
            labels.append("dep")
            continue
        head = token.head
        while head.i not in ours and head.head.i != head.i:
            head = head.head
        heads.append(ours.get(head.i, i))
        labels.append(token.dep_)
    return make_tree(heads, labels, tags)


def _tag(token: Any) -> str:
    """The class of a word as the tags of `grammar.Reading` say it."""
    if token.tag_ == "VBG" and token.pos_ == "VERB":
        return "G"
    if token.pos_ == "PART":
        return "S" if token.tag_ == "POS" else "T" if token.lower_ == "to" else "A"
    if token.tag_ == "PRP$":
        return "D"
    return _TAGS.get(token.pos_, "O")
