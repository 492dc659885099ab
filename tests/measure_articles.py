"""Measure whole-article prediction, by what had to be resolved: a script, not a test.

usage: measure_articles.py DATA [--model PATH] [--limit N] [--discover]

DATA is either a JSONL file of annotated articles, each line with doc_id, sentences [{sentence_id, text}], entities
[{name, kind}] and stances [{sentence_id, actor, target, stance}], scored per statement; or a folder of *.txt with
`articles.csv` (doc_id, actor, target, stance, part), scored per position of a document, with `entities.csv` from the
folder or the one above it; with --discover without that catalogue, each entity that is found counting for those whose names
stand where it was found.
"""

from __future__ import annotations

import argparse
import bisect
import csv
import json
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd

from stance import StanceModel, aggregate_stances, load_catalogue, read_documents
from stance.articles import article_pairs, read_article
from stance.entities import Catalogue, Entity
from stance.names import states
from stance.text import Document, split_sentences

WORLD = Catalogue({name: Entity(name) for name, *_ in states().values()}, discover=True)
"""No catalogue but the states."""
KINDS = ("named", "pronoun", "role", "speaker", "carried", "none")


def measure_statements(path: Path, model: StanceModel, limit: int | None) -> None:
    """Precision and recall per sentence, by what had to be resolved; "none" is gold for which no pair was formed."""
    gold: dict[tuple[str, int, str, str], str] = {}
    formed: dict[tuple[str, int, str, str], str] = {}
    predicted: set[tuple[tuple[str, int, str, str], str]] = set()
    with path.open(encoding="utf-8") as lines:
        for line in list(lines)[:limit]:
            article = json.loads(line)
            starts, text = [], ""
            for s in article["sentences"]:
                starts.append(len(text))
                text += s["text"] + "\n"
            ids = [s["sentence_id"] for s in article["sentences"]]
            doc_id = article["doc_id"]
            for s in article["stances"]:
                gold[doc_id, s["sentence_id"], s["actor"], s["target"]] = s["stance"]
            entities = pd.DataFrame(article["entities"], columns=["name", "kind"])
            catalogue = load_catalogue(entities)
            read = read_article(text, split_sentences(text), catalogue)
            for f in article_pairs(read):
                at = ids[bisect.bisect_right(starts, f.sentence.start) - 1]
                formed.setdefault((doc_id, at, f.actor.entity, f.target.entity), f.resolved)
            table = model.predict(pd.DataFrame([{"doc_id": doc_id, "text": text}]), entities=catalogue)
            for r in table[table["stance"] != "neutral"].itertuples():
                at = ids[bisect.bisect_right(starts, r.sentence_start) - 1]
                predicted.add(((doc_id, at, r.actor, r.target), r.stance))
    print(f"{len(gold):,} annotated, {len(predicted):,} predicted, {len(set(formed) & set(gold)):,} annotated ones formed as pairs")
    print(f"{'resolved':<10}{'gold':>6}{'formed':>8}{'said':>6}{'hits':>6} precision  recall")
    for kind in (*KINDS, "all"):
        here = [k for k in gold if kind == "all" or formed.get(k, "none") == kind]
        said = [(k, s) for k, s in predicted if kind == "all" or formed.get(k, "none") == kind]
        pairs = sum(kind == "all" or v == kind for v in formed.values())
        hits = sum(gold.get(k) == s for k, s in said)
        print(
            f"{kind:<10}{len(here):>6}{pairs:>8}{len(said):>6}{hits:>6} {hits / max(len(said), 1):9.3f} {hits / max(len(here), 1):7.3f}"
        )


def found_by_name(documents: list[Document], entities: Path) -> dict[tuple[str, str], set[str]]:
    """(document, what is found without a catalogue) -> the entities of the catalogue whose names stand at the same places."""
    listed = load_catalogue(entities)
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for d in documents:
        places: list[list[tuple[int, int, str]]] = []
        for known in (listed, WORLD):
            read = read_article(d.text, split_sentences(d.text), known)
            places.append([(m.start, m.end, m.entity) for ms in read.mentions for m in ms if m.how in ("name", "role")])
        for start, end, name in places[1]:
            owners[d.doc_id, name] |= {e for a, b, e in places[0] if start < b and a < end}
    return owners


def measure_positions(folder: Path, model: StanceModel, part: str | None, show: bool, discover: bool) -> None:
    """Share of the annotated positions found with the right stance, the opposite one, or not at all."""
    gold: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    with (folder.parent / "articles.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if part is None or row.get("part") == part:
                gold[row["doc_id"]].append((row["actor"], row["target"], row["stance"]))
    entities = folder.parent / "entities.csv"
    documents = [d for d in read_documents(*sorted(folder.glob("*.txt"))) if d.doc_id in gold]
    found = aggregate_stances(model.predict(documents, entities=WORLD if discover else entities), by="document")
    table = {(r.doc_id, r.actor, r.target): r.stance for r in found.itertuples()}
    if discover:
        print(f"{sum(s != 'neutral' for s in table.values())} positions said of what the texts themselves name or describe")
        owners = found_by_name(documents, entities)
        table = {(d, a, t): s for (d, x, y), s in table.items() for a in owners[d, x] for t in owners[d, y]}
    outcome: Counter[str] = Counter()
    neutral: Counter[str] = Counter()
    for doc_id, positions in gold.items():
        for actor, target, stance in positions:
            got = table.get((doc_id, actor, target), "no pair")
            if stance == "neutral":
                neutral["said" if got in ("favor", "against", "mixed") else "left"] += 1
                continue
            kind = "right" if got == stance else "opposite" if got in ("favor", "against") else got
            outcome[kind] += 1
            if show and kind != "right":
                print(f"{kind:<9} {doc_id}: {stance} {actor} > {target}")
    total = sum(outcome.values())
    print(f"{total} positions in {len(gold)} articles: " + ", ".join(f"{k} {n / total:.1%}" for k, n in outcome.most_common()))
    print(f"{sum(neutral.values())} neutral pairs: " + ", ".join(f"{k} {n}" for k, n in neutral.items()))
    known = {(d, a, t) for d, ps in gold.items() for a, t, s in ps if s != "neutral"}
    said = {k for k, s in table.items() if s != "neutral"}
    print(f"{len(said)} positions said, {len(said & known)} of them on annotated pairs")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--part", help="of articles.csv: train or test")
    parser.add_argument("--show", action="store_true", help="print the positions that were missed or turned round")
    parser.add_argument("--discover", action="store_true", help="positions: without the catalogue")
    args = parser.parse_args()
    loaded = StanceModel.load(args.model)
    if args.data.is_dir():
        measure_positions(args.data, loaded, args.part, args.show, args.discover)
    else:
        measure_statements(args.data, loaded, args.limit)
