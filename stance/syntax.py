"""Trees by spaCy: the extra `syntax`, which takes the place of the rules in `tree` for models that were trained with it.

Any English spaCy pipeline with a parser will do; a model remembers which one it learned from and is only used with that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
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
    """The pipeline, without the parts that trees do not need.

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

    # lemmas are our own; names are found when a document is read
    nlp = spacy.load(pipelines[identity], exclude=["ner", "lemmatizer", "senter"])
    nlp.max_length = 10**9  # texts are bounded where they are read
    return nlp


def trees_of(texts: Iterable[str], identity: str) -> Iterator[Tree]:
    """The tree of each text, over the tokens of `grammar.words_of`; a text that stands twice is parsed once."""
    cache = _TREES.setdefault(identity, {})
    texts = iter(texts)
    while chunk := list(islice(texts, 20 * _BATCH)):
        new = [t for t in dict.fromkeys(chunk) if t not in cache]
        if len(cache) + len(new) > _KEPT:
            cache.clear()
            new = list(dict.fromkeys(chunk))
        for text, doc in zip(new, load_pipeline(identity).pipe(new, batch_size=_BATCH), strict=True):
            cache[text] = _aligned(text, doc)
        yield from [cache[t] for t in chunk]


_KEPT = 20_000
_TREES: dict[str, dict[str, Tree]] = {}


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
