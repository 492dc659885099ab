"""The corpus in labeled/: what the codebook promises about it holds. Run as a script, this writes the figures into the codebook."""

import csv
import random
import re
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from statistics import median

import pytest

from stance import read_labeled
from stance.pairs import STANCES

LABELED = Path(__file__).parents[1] / "labeled"
CODEBOOK = LABELED / "README.md"
BLANK = "{}"  # what masks a mention
# words that decide nothing by themselves where they stand in a cue
FUNCTION_WORDS = frozenset(
    "a about after against all an and any are as at back be been before but by could did do does down for from get give had has have "
    "he her him his if in into is it its let made make more no not of off on one or our out over put she should so than that the "
    "their them they this to took under up us was we were what when which who will with without would you your i me my s t".split()
)


@pytest.fixture(scope="module")
def corpus():
    """doc_id to (text, rows); reading checks that every row's mentions and offsets resolve."""
    return read_corpus()


def read_corpus():
    sentences = {}
    for row in read_labeled(LABELED).to_dict("records"):
        text, rows = sentences.setdefault(row["doc_id"], (row["text"], []))
        assert text == row["text"], f"{row['doc_id']} names two sentences"
        rows.append(row)
    return sentences


def read_table(name):
    with open(LABELED / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def all_pairs(corpus):
    return [row for _, rows in corpus.values() for row in rows]


def stance_pairs(corpus):
    return [row for row in all_pairs(corpus) if row["stance"] != "neutral"]


def masked_words(text, rows):
    """The sentence's words in lower case, each mention of any of its pairs one blank."""
    spans = sorted({(row[f"{role}_start"], row[f"{role}_end"]) for row in rows for role in ("actor", "target")})
    words, at = [], 0
    for start, end in spans:
        if start >= at:
            words += [*re.findall(r"\w+(?:['’]\w+)*", text[at:start].lower()), BLANK]
        at = max(at, end)
    return words + re.findall(r"\w+(?:['’]\w+)*", text[at:].lower())


def cue_words(rows):
    """The content words of a sentence's cues."""
    return {w for row in rows for w in re.findall(r"[^\W\d_]+", row["cue"].lower())} - FUNCTION_WORDS


def codes_of(rows):
    return [code for code in rows[0]["phenomenon"].split("|") if code]


def target_first(corpus):
    pairs = stance_pairs(corpus)
    return sum(row["target_start"] < row["actor_start"] for row in pairs) / len(pairs)


def words_per_sentence(corpus):
    return median(len(text.split()) for text, _ in corpus.values())


def theme(doc_id):
    return doc_id.rpartition("-")[0]


def cue_counts(corpus):
    return Counter(word for _, rows in corpus.values() for word in cue_words(rows))


# ---------------------------------------------------------------------------------------------- sentences


def test_rows_are_whole(corpus):
    for doc_id, (text, rows) in corpus.items():
        assert text == " ".join(text.split()), doc_id
        assert len({row["phenomenon"] for row in rows}) == 1, doc_id
        for row in rows:
            assert bool(row["cue"]) == (row["stance"] != "neutral"), (doc_id, row["actor"], row["target"])
            assert row["cue"].lower() in text.lower(), (doc_id, row["cue"])


def test_size(corpus):
    assert len(corpus) >= 6000
    assert len({theme(doc_id) for doc_id in corpus}) >= 40
    assert {theme(doc_id) for doc_id in corpus} == {path.stem for path in (LABELED / "statements").iterdir()}


def test_no_duplicates(corpus):
    texts = Counter(" ".join(text.lower().split()) for text, _ in corpus.values())
    assert [text for text, n in texts.items() if n > 1] == []
    spans = Counter(
        (doc_id, row["actor_start"], row["actor_end"], row["target_start"], row["target_end"])
        for doc_id, (_, rows) in corpus.items()
        for row in rows
    )
    assert [pair for pair, n in spans.items() if n > 1] == []


def test_no_near_duplicates(corpus):
    """No two sentences share more than half of the 4-grams of the shorter, mentions masked; three of them can meet by chance."""
    grams, holders = {}, defaultdict(list)
    for doc_id, (text, rows) in corpus.items():
        words = masked_words(text, rows)
        grams[doc_id] = {tuple(words[i : i + 4]) for i in range(len(words) - 3)}
        for gram in grams[doc_id]:
            holders[gram].append(doc_id)
    shared = Counter(couple for ids in holders.values() for couple in combinations(ids, 2))
    assert [(a, b) for (a, b), n in shared.items() if n > max(3, min(len(grams[a]), len(grams[b])) / 2)] == []


def test_no_templates(corpus):
    openings = Counter(tuple(masked_words(text, rows)[:6]) for text, rows in corpus.values())
    assert {opening: n for opening, n in openings.items() if n > 0.002 * len(corpus)} == {}


def test_proportions(corpus):
    shares = Counter(row["stance"] for row in all_pairs(corpus))
    assert set(shares) == set(STANCES)
    assert 0.45 <= shares["neutral"] / shares.total() <= 0.62
    assert 0.25 <= target_first(corpus) <= 0.75
    assert 20 <= words_per_sentence(corpus) <= 28


def test_cues(corpus):
    counts = cue_counts(corpus)
    assert len(counts) >= 700
    assert {word: n for word, n in counts.items() if n > 0.015 * len(corpus)} == {}


def test_wire_copy_quotes_nobody(corpus):
    """The plain news themes are full of real names: nothing is put into anyone's mouth there."""
    quotes = {d: re.findall(r"[\"“]([^\"”]*)[\"”]", text) for d, (text, _) in corpus.items() if d.startswith("wire-")}
    assert len(quotes) > 1000
    assert {d: found for d, found in quotes.items() if any(len(quote.split()) >= 3 for quote in found)} == {}


def test_phenomena(corpus):
    counts = Counter(code for _, rows in corpus.values() for code in codes_of(rows))
    defined = re.findall(r"^\| `([a-z-]+)` \| [A-Z]", CODEBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(counts) == set(defined) and len(defined) == 19
    assert {code: n for code, n in counts.items() if n < 60} == {}


# ---------------------------------------------------------------------------------------------- articles


def test_articles():
    positions = defaultdict(list)
    for row in read_table("articles.csv"):
        positions[row["doc_id"]].append(row)
    assert set(positions) == {path.stem for path in (LABELED / "articles").iterdir()}
    assert len(positions) >= 60
    for doc_id, rows in positions.items():
        words = (LABELED / "articles" / f"{doc_id}.txt").read_text(encoding="utf-8").split()
        assert 200 <= len(words) <= 500, doc_id
        assert 5 <= sum(row["stance"] != "neutral" for row in rows) <= 15, doc_id
        assert {row["stance"] for row in rows} <= set(STANCES), doc_id
        assert len({row["part"] for row in rows}) == 1 and rows[0]["part"] in ("train", "test"), doc_id
        assert len({(row["actor"], row["target"]) for row in rows}) == len(rows), doc_id
    tested = sum(rows[0]["part"] == "test" for rows in positions.values())
    assert 0.3 <= tested / len(positions) <= 0.37


def test_entities_of_articles_are_in_the_catalogue():
    catalogue = {row["name"] for row in read_table("entities.csv")}
    assert {row[role] for row in read_table("articles.csv") for role in ("actor", "target")} - catalogue == set()


# ---------------------------------------------------------------------------------------------- agreement, figures


def alphas(coded, draws=500):
    """(name, alpha, low, high) over the three stances and for each against the rest; the interval is a 95 % bootstrap."""
    krippendorff = pytest.importorskip("krippendorff")
    units = [(STANCES.index(row["first"]), STANCES.index(row["second"])) for row in coded]
    chance = random.Random(0)
    resampled = [chance.choices(range(len(units)), k=len(units)) for _ in range(draws)]

    def alpha(values):
        return krippendorff.alpha(reliability_data=list(zip(*values, strict=True)), level_of_measurement="nominal")

    found = []
    for name in ("all three", *STANCES):
        values = units if name == "all three" else [tuple(int(STANCES[v] == name) for v in unit) for unit in units]
        drawn = sorted(alpha([values[i] for i in sample]) for sample in resampled)
        found.append((name, alpha(values), drawn[int(0.025 * draws)], drawn[int(0.975 * draws) - 1]))
    return found


def agreement_table(coded):
    lines = ["| stance | alpha | 95 % interval |", "| --- | --- | --- |"]
    lines += [f"| {name} | {value:.3f} | {low:.3f} to {high:.3f} |" for name, value, low, high in alphas(coded)]
    same = sum(row["first"] == row["second"] for row in coded)
    return "\n".join([*lines, "", f"{len(coded)} pairs coded twice, {same} alike ({same / len(coded):.1%})."])


def counts_table(corpus):
    stances = Counter(row["stance"] for row in all_pairs(corpus))
    american = sum(bool(re.search(r"(^|-)us(-|$)", theme(doc_id))) for doc_id in corpus)
    of_stances = stances["favor"] + stances["against"]
    figures = [
        ("sentences", f"{len(corpus):,}"),
        ("themes", f"{len({theme(doc_id) for doc_id in corpus})}"),
        ("sentences in themes of US politics", f"{american:,} ({american / len(corpus):.0%})"),
        ("words in a sentence, median", f"{words_per_sentence(corpus):g}"),
        ("pairs", f"{stances.total():,}"),
        *((stance, f"{stances[stance]:,} ({stances[stance] / stances.total():.1%})") for stance in STANCES),
        ("against, of the pairs with a stance", f"{stances['against'] / of_stances:.1%}"),
        ("target before actor, of the pairs with a stance", f"{target_first(corpus):.1%}"),
        ("distinct cue words", f"{len(cue_counts(corpus)):,}"),
    ]
    lines = ["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in figures)]
    sentences = Counter(code for _, rows in corpus.values() for code in codes_of(rows))
    pairs = Counter(code for _, rows in corpus.values() for code in codes_of(rows) * len(rows))
    lines += ["", "| phenomenon | sentences | pairs |", "| --- | --- | --- |"]
    return "\n".join(lines + [f"| {code} | {n:,} | {pairs[code]:,} |" for code, n in sentences.most_common()])


def section(name):
    """The pattern of the part of the codebook that this file writes."""
    return re.compile(rf"(?<=<!-- {name} -->\n).*?(?=\n<!-- end -->)", re.DOTALL)


def written(name):
    found = section(name).search(CODEBOOK.read_text(encoding="utf-8"))
    assert found, f"the codebook has no section {name}"
    return found.group()


def test_agreement_is_high_and_the_codebook_says_how_high():
    coded = read_table("second_coding.csv")
    assert len(coded) >= 400
    assert alphas(coded, draws=40)[0][1] > 0.8
    assert written("agreement") == agreement_table(coded)


def test_every_disagreement_was_settled(corpus):
    """What was coded twice stands in the corpus with a label that one of the two coders gave it."""
    for row in read_table("second_coding.csv"):
        labels = {r["stance"] for r in corpus[row["doc_id"]][1] if (r["actor"], r["target"]) == (row["actor"], row["target"])}
        assert len(labels) == 1 and labels <= {row["first"], row["second"]}, row


def test_figures_of_the_codebook(corpus):
    assert written("counts") == counts_table(corpus)


def main():
    text = CODEBOOK.read_text(encoding="utf-8")
    for name, table in (("counts", counts_table(read_corpus())), ("agreement", agreement_table(read_table("second_coding.csv")))):
        text = section(name).sub(lambda _, table=table: table, text, count=1)
    CODEBOOK.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
