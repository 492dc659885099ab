"""How fast and how large: each figure beside its peer's in the same run, as a table in Markdown.

    python tests/benchmarks/bench.py            about five minutes
    python tests/benchmarks/bench.py --full     a million documents and 500,000 labelled rows: an hour or so
    python tests/benchmarks/bench.py --hostile  only model files made to do harm: how soon each is refused, at what cost

The text is the labelled data of this repository and sentences made up on the spot. The peer is ten lines of
scikit-learn (TF-IDF of words and pairs of words, mentions masked, logistic regression), and fastText where it is
installed. Other work on the machine changes seconds, and ratios less.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import generated  # noqa: E402
import pandas as pd  # noqa: E402

import stance  # noqa: E402
from stance import StanceModel, read_labeled  # noqa: E402

LABELED = HERE.parent.parent / "labeled"
SKLEARN = "import sklearn.linear_model, sklearn.feature_extraction.text, pandas"
ROWS: list[tuple[str, str, str, str]] = []


def row(what: str, ours: str, peer: str = "", ratio: float | None = None) -> None:
    """A line of the table, also shown at once."""
    ROWS.append((what, ours, peer, f"{ratio:.2f}" if ratio is not None else ""))
    print("|", " | ".join(ROWS[-1]), "|", flush=True)


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def run(*arguments: object) -> tuple[float, int]:
    """Seconds and peak memory (MB, of the largest process) of a Python command."""
    code = (
        "import resource, subprocess, sys;"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True);"
        "sys.exit(done.stderr) if done.returncode else None;"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    start = time.perf_counter()
    command = [sys.executable, "-c", code, sys.executable, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, arguments))}\n{done.stderr}")
    return time.perf_counter() - start, int(done.stdout) // (1024 if sys.platform == "linux" else 1 << 20)


def median(times: int, *arguments: object) -> float:
    """The median time of a Python command."""
    return statistics.median(run(*arguments)[0] for _ in range(times))


# ------------------------------------------------------------------------------------------------ the peers


def masked(frame: pd.DataFrame) -> list[str]:
    """Each sentence with its first actor and target as words of their own."""
    rows = zip(frame["text"], frame["actor"], frame["target"], strict=True)
    return [text.replace(actor, "ACTOR", 1).replace(target, "TARGET", 1) for text, actor, target in rows]


def ten_lines(texts: list[str], labels: list[str]) -> Any:
    """The peer: ten lines of scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=10, max_iter=1000)).fit(texts, labels)


def fast_text(texts: list[str], labels: list[str], folder: Path) -> Any:
    """FastText with 3-grams of words, or None where it is not installed."""
    try:
        import fasttext
    except ImportError:
        return None
    path = folder / "fasttext.txt"
    lines = (f"__label__{label} {' '.join(text.split())}\n" for text, label in zip(texts, labels, strict=True))
    path.write_text("".join(lines), encoding="utf-8")
    return fasttext.train_supervised(str(path), wordNgrams=3, epoch=10, verbose=0, thread=os.cpu_count())


# ------------------------------------------------------------------------------------------------ the figures


def start(folder: Path, model: Path, catalogue: Path) -> None:
    """From the prompt to the result."""
    article = folder / "one.txt"
    article.write_text(next(generated.documents(1, 20))["text"], encoding="utf-8")
    peer = median(5, "-c", SKLEARN)
    helped = median(5, "-m", "stance", "--help")
    row("`stance --help`, s", f"{helped:.2f}", f"import scikit-learn and pandas {peer:.2f}", helped / peer)
    one = median(5, "-m", "stance", "predict", article, "-m", model, "-e", catalogue)
    row("`stance predict` of one article, s", f"{one:.2f}", f"import scikit-learn and pandas {peer:.2f}", one / peer)


def train(frame: pd.DataFrame, folder: Path) -> tuple[Any, Any]:
    """Fitting, and the fitted peers."""
    labels = frame["stance"].astype(str).tolist()
    ten_lines(masked(frame[:100]), labels[:100])  # imports scikit-learn, for both
    fitted: dict[str, Any] = {}
    ours = seconds(lambda: StanceModel().fit(frame))
    peer = seconds(lambda: fitted.update(peer=ten_lines(masked(frame), labels)))
    row(f"train, {len(frame):,} rows, s", f"{ours:.1f}", f"ten lines of scikit-learn {peer:.1f}", ours / peer)
    took = seconds(lambda: fitted.update(fast=fast_text(masked(frame), labels, folder)))
    if fitted["fast"] is not None:
        row(f"train, {len(frame):,} rows, s", f"{ours:.1f}", f"fastText {took:.1f}", ours / took)
    return fitted["peer"], fitted["fast"]


def sentences(frame: pd.DataFrame, model: Path, peer: Any, fast: Any) -> None:
    """Pairs that are given: the same sentences for all."""
    ours = StanceModel.load(model)
    ours.predict_pairs(frame[:100])
    rate = len(frame) / seconds(lambda: ours.predict_pairs(frame))
    theirs = len(frame) / seconds(lambda: peer.predict_proba(masked(frame)))
    row("`predict_pairs`, pairs a second", f"{rate:,.0f}", f"ten lines of scikit-learn {theirs:,.0f}", rate / theirs)
    if fast is not None:
        flat = [" ".join(t.split()) for t in masked(frame)]
        theirs = len(frame) / seconds(lambda: fast.predict(flat, k=3))
        row("`predict_pairs`, pairs a second", f"{rate:,.0f}", f"fastText {theirs:,.0f}", rate / theirs)


def articles(frame: pd.DataFrame, folder: Path, model: Path, peer: Any, n: int) -> None:
    """JSONL to CSV by the command, on one core and on two; the peer scores the bare sentences of the same articles.

    An article is twenty sentences of the labelled data, drawn at random, and the catalogue is the one that ships.
    """
    rng = random.Random(0)
    known = frame["text"].unique().tolist()
    drawn = [rng.sample(known, 20) for _ in range(n)]
    path, texts = folder / "articles.jsonl", [text for article in drawn for text in article]
    rows = ({"doc_id": f"d{i}", "text": "\n\n".join(article)} for i, article in enumerate(drawn))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    theirs = len(texts) / seconds(lambda: peer.predict_proba(texts))
    times = []
    for jobs in (1, 2):
        took, _ = run(*predict(path, model, LABELED / "entities.csv", folder / f"{jobs}.csv"), "--jobs", jobs)
        times.append(took)
        rate = len(texts) / took
        what = f"{n:,} articles of 20 sentences to CSV, `--jobs {jobs}`, sentences a second"
        row(what, f"{rate:,.0f}", f"ten lines of scikit-learn, one core {theirs:,.0f}", rate / theirs)
    assert (folder / "1.csv").read_bytes() == (folder / "2.csv").read_bytes()
    row("two jobs against one, times as fast", f"{times[0] / times[1]:.2f}")


def predict(path: Path, model: Path, catalogue: Path, out: Path) -> list[object]:
    """The arguments of a prediction."""
    return ["-m", "stance", "predict", path, "-m", model, "-e", catalogue, "-o", out]


def memory(folder: Path, model: Path, catalogue: Path, n: int) -> None:
    """Peak memory of short documents, few and many."""
    peaks = []
    for size in (10_000, n):
        path = generated.write_documents(folder / "short.jsonl", size)
        took, peak = run(*predict(path, model, catalogue, folder / "short.csv"))
        row(f"{size:,} short documents, peak MB ({took:,.0f} s)", str(peak))
        peaks.append(peak)
    row(f"memory of {n:,} against 10,000", f"{peaks[1] / peaks[0]:.2f}")


def catalogue_size(folder: Path, model: Path, n: int) -> None:
    """Fifty names and 50,000 of which no more stand in the text; in one process, the best of three."""
    ours = StanceModel.load(model)
    documents = list(stance.read_documents(generated.write_documents(folder / "articles.jsonl", n, 20)))
    loads, reads = [], []
    for extra in (50, 50_000):
        path = generated.write_catalogue(folder / "size.csv", extra)
        loads.append(seconds(lambda path=path: ours.predict(documents[:1], stance.load_catalogue(path))))
        catalogue = stance.load_catalogue(path)
        ours.predict(documents[:1], catalogue)
        reads.append(min(seconds(lambda c=catalogue: ours.predict(documents, c)) for _ in range(3)))
    what = "catalogue of 50,000 names"
    row(f"{what}, {n:,} articles, s", f"{reads[1]:.2f}", f"50 names {reads[0]:.2f}", reads[1] / reads[0])
    row(f"{what}, loading, s", f"{loads[1]:.2f}", f"50 names {loads[0]:.2f}")


def train_at_scale(frame: pd.DataFrame, rows: int) -> None:
    """Seconds and memory of a fit on rows drawn from the labelled data, words shuffled so that no two are the same."""
    rng = random.Random(0)
    source = frame.to_dict("records")
    drawn = []
    for i in range(rows):
        r = rng.choice(source)
        tail = " ".join(rng.sample(rng.choice(source)["text"].split(), 4))
        drawn.append({k: r[k] for k in ("actor", "target", "stance")} | {"text": f"{r['text']} {tail} {i}."})
    large = pd.DataFrame(drawn)
    took = seconds(lambda: StanceModel().fit(large))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    row(f"train, {rows:,} rows, s", f"{took:.0f}", f"peak {peak:,} MB")


REFUSE = """
import resource, sys, time
import stance.storage
from stance import InputError, StanceModel
wall, own = time.perf_counter(), time.process_time()
try:
    StanceModel.load(sys.argv[1])
except InputError:
    print(time.perf_counter() - wall, time.process_time() - own)
    with open("/proc/self/status") as status:  # ru_maxrss would count what the parent held
        print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""
MOST_SECONDS, MOST_MB = 1, 200


def refusal(path: Path) -> tuple[float, float, int]:
    """What a new process (of Linux) takes to refuse a model file: seconds, those on the processor, and peak memory (MB).

    The seconds leave imports out, the memory does not.
    """
    ran = subprocess.run([sys.executable, "-c", REFUSE, str(path)], capture_output=True, text=True, check=False)
    if ran.returncode or not ran.stdout:
        raise SystemExit(f"not refused: {path.name}\n{ran.stderr}")
    wall, own, peak = ran.stdout.split()
    return float(wall), float(own), int(peak) // 1024


def hostile(folder: Path) -> None:
    """Every kind of model file that the tests know to refuse, the larger ones made from the model that ships."""
    import test_storage as kinds

    from stance.storage import default_model_path, read_plain

    genuine = default_model_path().read_bytes()
    plain: dict[str, Any] = {
        k: v if isinstance(v, str) else bytes(v) for k, v in read_plain(default_model_path()).items()
    }

    def flipped(at: int) -> bytes:
        return genuine[:at] + bytes([genuine[at] ^ 4]) + genuine[at + 1 :]

    def large(size: int, times: int) -> bytes:
        """Of that size, unpacking to as many times that: it must be read to its end before its header is refused."""
        more = os.urandom(size) + bytes(size * (times - 1))
        return kinds.signed(plain | {"terms:more": more, "header": "{}"})

    ran = folder / "ran"
    groups: dict[str, dict[str, Callable[[], bytes]]] = {
        "pickles that ask for more than a dict": {
            k: lambda make=make: kinds.packed(make(ran)) for k, (make, _) in kinds.PICKLES.items()
        },
        "bombs, cut and damaged files": {k: lambda make=make: make(genuine) for k, (make, _) in kinds.FILES.items()},
        "contents that do not fit": {
            k: lambda change=change: kinds.signed(change(plain)) for k, (change, _) in kinds.CONTENTS.items()
        },
        "one bit flipped": {f"at byte {at:,}": lambda at=at: flipped(at) for at in range(20, len(genuine), 150_000)},
        "large files": {
            f"{size} MB that unpack to {times * size}": lambda size=size, times=times: large(size << 20, times)
            for size, times in ((50, 1), (20, 7))
        },
    }
    path = folder / "hostile.joblib"
    for what, files in groups.items():
        cost = {}
        for name, make in files.items():
            path.write_bytes(make())
            cost[name] = refusal(path)
        assert not ran.exists(), "it was run"
        for at, unit, most in ((0, "s", MOST_SECONDS), (1, "s of processor", MOST_SECONDS), (2, "MB", MOST_MB)):
            worst = max(cost, key=lambda name: cost[name][at])
            figure = cost[worst][at]
            named = f"model files refused: {what} ({len(cost)}); the worst, {worst}, {unit}"
            row(named, f"{figure:.2f}" if at < 2 else f"{figure}", f"limit {most}", figure / most)


def main() -> None:
    """Run what was asked for and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--full", action="store_true", help="a million documents, 500,000 labelled rows")
    parser.add_argument("--hostile", action="store_true", help="only model files made to do harm")
    parser.add_argument("--articles", type=int, default=2000)
    given = parser.parse_args()
    full, n = given.full, given.articles
    print(f"stance {stance.__version__}, {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}\n")
    print("| what | stance | beside it | ratio |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.hostile:
            hostile(folder)
            return
        frame = read_labeled(LABELED)
        model, catalogue = folder / "model.joblib", generated.write_catalogue(folder / "catalogue.csv")
        StanceModel().fit(frame).save(model)
        start(folder, model, catalogue)
        peer, fast = train(frame, folder)
        sentences(frame, model, peer, fast)
        articles(frame, folder, model, peer, n)
        memory(folder, model, catalogue, 1_000_000 if full else 50_000)
        catalogue_size(folder, model, n // 10)
        for rows in (100_000, 500_000) if full else (50_000,):
            train_at_scale(frame, rows)


if __name__ == "__main__":
    main()
