"""The model card: what a model is made of, how good it is, what it is for and what it must not be used for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stance.text import InputError

_MARK = "<!-- model card, written by `stance train` -->"

_USE = """\
## Intended use

Labelling, in English news prose, which actor is for or against which target, sentence by sentence, with the sentence as
evidence: a first coding for discourse network analysis and political research that people check, and counts over many
documents, where single mistakes weigh little.

## What it must not be used for

- Decisions about a single person or organisation: screening, policing, hiring, credit, moderation, surveillance.
- Quoting a position as fact without a person having read the sentence.
- The opinion of the author, the truth of a claim, or what somebody privately thinks: it reads what a sentence conveys.
- Languages other than English, and text far from edited prose (chats, transcripts of speech, fiction, satire).

## Limits

- It learns words and their order around the two names. Irony, hearsay, changes of mind and positions that take
  knowledge of the world to see are often missed or turned round.
- Most pairs of names in news hold no stance. The model is trained for set shares of the three stances (the prior,
  below); where the text at hand has others, the probabilities are off until `--prior` gives them.
- Scores from cross-validation are for text like the training data. Expect less on other topics, times and outlets:
  label a few hundred sentences of your own and run `stance evaluate`.
- Names of people and states stand in the training data. Mentions are masked, but words that go along with them are
  not: compare groups of actors only after checking the errors on each.
"""


def card_path(model: str | Path) -> Path:
    """Where a model's card stands: beside it, ending in .md.

    Raises
    ------
    InputError
        where another file stands there.
    """
    path = Path(model).with_suffix(".md")
    if os.path.exists(path):
        try:
            with open(path, encoding="utf-8", errors="replace") as stream:
                ours = stream.readline().strip() == _MARK
        except OSError:
            ours = False
        if not ours:
            raise InputError(f"{path}: the model card would be written here, but another file stands here; rename one")
    return path


def model_card(
    name: str,
    info: Mapping[str, Any],
    settings: Mapping[str, Any] | None = None,
    versions: Mapping[str, str] | None = None,
) -> str:
    """The text of a model card, in Markdown; the same arguments give the same text.

    Parameters
    ----------
    name : of the model.
    info : what `StanceModel.info_` holds: ``data`` (sources, rows, documents, stances, sha256), ``seed``,
        ``cross_validation`` (folds, classes, macro, accuracy, baselines; optionally ``intervals``, name of a figure to
        (low, high), and ``phenomena``, name to the scores of those rows). What is missing is left out or said to be.
    settings, versions : of the model's header.
    """
    data = info.get("data", {})
    stances = data.get("stances", {})
    lines = [_MARK, f"# Model card: {_cell(name)}", ""]
    lines += [
        "A TF-IDF and logistic-regression model of stance: given a sentence, an actor and a target in it, it says",
        "`favor`, `against` or `neutral`, with probabilities.",
        "",
        "## Data",
        "",
    ]
    if data:
        sources = ", ".join(_code(s) for s in data.get("sources", []))
        documents = f"{data.get('documents', 0):,} document{'s' * (data.get('documents', 0) != 1)}"
        lines.append(f"{data.get('rows', 0):,} labelled pairs in {documents}, from {sources or 'a table in memory'}.")
        if stances:
            total = sum(stances.values()) or 1
            shares = ", ".join(f"{k} {n:,} ({n / total:.0%})" for k, n in sorted(stances.items()))
            lines += ["", f"Stances: {shares}."]
        lines += ["", f"Digest of the data (sha256): `{data.get('sha256', 'unknown')}`."]
    else:
        lines.append("Not recorded.")
    lines += ["", "## Scores", "", *_scores(info.get("cross_validation")), ""]
    lines += [_USE]
    lines += ["## How it was made", ""]
    made = {**(settings or {}), "seed": info.get("seed", 0)}
    for title, values in (("Settings", made), ("Versions", versions or {})):
        if values:
            lines.append(f"- {title}: " + ", ".join(f"{_cell(k)} {_cell(in_words(v))}" for k, v in values.items()))
    lines += [
        "- The file is plain data and can run nothing. The same data, settings and versions give the same bytes.",
        "",
    ]
    return "\n".join(lines)


def _scores(scores: Mapping[str, Any] | None) -> list[str]:
    if not scores:
        return ["Not measured: the model was trained with `--folds 0`."]
    intervals = scores.get("intervals", {})
    out = [
        f"Cross-validation grouped by document, {scores['folds']} folds; every row was scored by a model that had",
        "not seen its document.",
        "",
        "| stance | precision | recall | F1 | pairs |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, row in [*scores["classes"].items(), ("macro", scores["macro"])]:
        f1 = f"{row['f1']:.3f}" + _interval(intervals.get(name))
        out.append(f"| {_cell(name)} | {row['precision']:.3f} | {row['recall']:.3f} | {f1} | {row['support']:,} |")
    accuracy = f"{scores['accuracy']:.3f}{_interval(intervals.get('accuracy'))}"
    baseline = f"macro-F1 {scores['baseline_macro_f1']:.3f}, accuracy {scores['baseline_accuracy']:.3f}"
    out += ["", f"Accuracy {accuracy}. Always answering {scores['baseline_stance']}: {baseline}."]
    if intervals:
        out += ["", "In brackets: 95 % intervals from resampling documents."]
    phenomena = scores.get("phenomena", {})
    if phenomena:
        out += [
            "",
            "By phenomenon, as the labelled data names them:",
            "",
            "| phenomenon | macro-F1 | accuracy | pairs |",
            "| --- | --- | --- | --- |",
        ]
        for name, row in sorted(phenomena.items()):
            f1 = f"{row['macro']['f1']:.3f}{_interval(row.get('interval'))}"
            out.append(f"| {_cell(name)} | {f1} | {row['accuracy']:.3f} | {row['macro']['support']:,} |")
    return out


def _interval(pair: Any) -> str:
    return f" ({pair[0]:.3f} to {pair[1]:.3f})" if pair else ""


def in_words(value: Any) -> str:
    """A value of a model's header for reading.

    >>> in_words({"favor": 0.2, "against": 0.3}), in_words(["a.csv", "b.csv"]), in_words(5)
    ('(favor 0.2, against 0.3)', '(a.csv, b.csv)', '5')
    """
    if isinstance(value, dict):
        value = [f"{k} {v}" for k, v in value.items()]
    return ", ".join(map(str, value)).join("()") if isinstance(value, list) else str(value)


def _code(text: Any) -> str:
    return "`" + "".join(c if c.isprintable() and c != "`" else " " for c in str(text)) + "`"


def _cell(text: Any) -> str:
    """Text that stays in its cell of a Markdown table, and brings no mark-up of its own."""
    out = "".join("\\" + c if c in "\\|<>`*_[]" else c if c.isprintable() else " " for c in str(text))
    return out.strip()
