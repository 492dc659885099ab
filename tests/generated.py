"""Text that these tests and benchmarks make themselves: documents of any number and length, a catalogue, a model."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path

NAMES = ("Ardenia", "Belmora", "Corvane", "Delmark", "Estovia", "Fennland")
FOR = ("supports", "welcomed", "praised", "backed", "defended")
AGAINST = ("condemned", "criticised", "rejected", "opposes", "threatened")
NEITHER = ("met", "visited", "borders", "wrote to", "played")
TAILS = (
    "over the plan for the harbour",
    "after talks that lasted two days",
    "in a speech to students",
    "and asked for a new vote on the budget",
    "as grain prices rose for the third month",
)
FILLERS = (
    "The harvest was poor in most valleys this year.",
    "Trains ran late along the coast.",
    "Bread costs 3.2 percent more, the office said.",
    "A new bridge will open in spring.",
)


def sentence(rng: random.Random) -> tuple[str, str, str, str]:
    """A sentence, its actor, its target and its stance."""
    actor, target = rng.sample(NAMES, 2)
    stance, verbs = rng.choice([("favor", FOR), ("against", AGAINST), ("neutral", NEITHER)])
    return f"{actor} {rng.choice(verbs)} {target} {rng.choice(TAILS)}.", actor, target, stance


def documents(n: int, sentences: int = 1, start: int = 0) -> Iterator[dict[str, str]]:
    """Documents numbered from `start`; number i is the same whatever the others."""
    for i in range(start, start + n):
        rng = random.Random(i)
        parts = [sentence(rng)[0] if j == 0 or rng.random() < 0.5 else rng.choice(FILLERS) for j in range(sentences)]
        yield {"doc_id": f"d{i}", "text": " ".join(parts)}


def write_documents(path: Path, n: int, sentences: int = 1, start: int = 0) -> Path:
    """A JSONL file of documents."""
    with path.open("w", encoding="utf-8") as stream:
        for row in documents(n, sentences, start):
            stream.write(json.dumps(row) + "\n")
    return path


def labelled(n: int) -> list[dict[str, str]]:
    """Labelled pairs."""
    rng = random.Random(0)
    rows = []
    for _ in range(n):
        text, actor, target, stance = sentence(rng)
        rows.append({"text": text, "actor": actor, "target": target, "stance": stance})
    return rows


def write_catalogue(path: Path, extra: int = 0) -> Path:
    """A catalogue of the names, and of as many more that no text holds."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["name", "kind", "aliases", "affiliation"])
        for name in (*NAMES, *(f"Guild {i} of Weavers" for i in range(extra))):
            writer.writerow([name, "actor|target", "", ""])
    return path


def write_model(path: Path) -> Path:
    """A model of a few hundred pairs."""
    import pandas as pd

    from stance import StanceModel

    StanceModel().fit(pd.DataFrame(labelled(300))).save(path)
    return path
