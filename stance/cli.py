"""The command line: parse, call the API, write."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stance.text import InputError, kind_of

if TYPE_CHECKING:
    import pandas as pd

    from stance.batch import Totals
    from stance.evaluate import Scores

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Read news text and say who is for what and who is against it.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

ModelOption = Annotated[Path | None, typer.Option("--model", "-m", help="Model file; the one that ships by default.")]
EncodingOption = Annotated[str, typer.Option(help="Encoding of text, CSV and JSONL input.")]
OnErrorOption = Annotated[
    str,
    typer.Option(
        "--on-error", help="At a row that is of no use: stop, or skip it to OUTPUT.refused.jsonl.", metavar="stop|skip"
    ),
]
LabeledArgument = Annotated[
    list[Path], typer.Argument(help="Labelled data: CSV, JSONL or Parquet files, or folders of them.", metavar="LABELED...")
]


def say(message: str) -> None:
    """A message for the person at the terminal: on stderr, never mixed with a table, without control characters."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):  # whoever read the messages is gone; the table may still be wanted
            print("".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in message), file=sys.stderr)
            sys.stderr.flush()


def skips(on_error: str) -> bool:
    """Whether `--on-error` says to skip."""
    if on_error not in ("stop", "skip"):
        raise InputError(f"--on-error {on_error}: choose stop or skip")
    return on_error == "skip"


# ---------------------------------------------------------------------------------------------- commands


@app.command(
    epilog="Example: stance train labeled -o models/mine.joblib",
)
def train(
    labeled: LabeledArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="Model file to write.")] = Path("models/model.joblib"),
    folds: Annotated[int, typer.Option(min=0, help="Folds of cross-validation by document; 0 leaves it out.")] = 5,
    seed: Annotated[int, typer.Option(help="Recorded in the model; the fit itself draws no random number.")] = 0,
    encoding: EncodingOption = "utf-8",
    on_error: OnErrorOption = "stop",
) -> None:
    """Fit a model on labelled pairs, cross-validate it by document, save it with its card and print the scores."""
    if folds == 1:
        raise InputError("--folds 1 leaves nothing to train on; use 2 or more, or 0 for no cross-validation")
    if kind_of(output) or output.suffix != ".joblib":
        raise InputError(f"{output}: a model file ends in .joblib")
    from stance.card import card_path, model_card
    from stance.evaluate import cross_validate, folds_of, groups_of, labeled_digest
    from stance.model import StanceModel
    from stance.pairs import read_labeled
    from stance.storage import check_writable, read_header, refusals, replacing

    card = card_path(output)
    for path in (output, card):  # what cannot be written is an error before the work, not after
        check_writable(path)
    with refusals(output, skips(on_error), say) as problems:
        frame = read_labeled(*labeled, encoding=encoding, problems=problems)
    counts = frame["stance"].value_counts()
    say(
        f"{len(frame):,} labelled pairs in {len(set(groups_of(frame))):,} documents: "
        + ", ".join(f"{n:,} {s}" for s, n in counts.items())
    )
    if folds:
        next(folds_of(frame, folds))  # raises where there are too few documents
    model = StanceModel().fit(frame)
    info: dict[str, Any] = {
        "data": {
            "sources": [str(p) for p in labeled],
            "rows": len(frame),
            "documents": len(set(groups_of(frame))),
            "stances": {str(k): int(v) for k, v in sorted(counts.items())},
            "sha256": labeled_digest(frame),
        },
        "seed": seed,
    }
    if problems.count:
        info["data"]["refused"] = problems.count
    if folds:
        with progress("cross-validation", folds) as advance:
            scores, _ = cross_validate(frame, model, folds, advance)
        info["cross_validation"] = {"folds": folds, **scores.as_dict()}
        print(f"Cross-validation by document, {folds} folds")
        print_scores(scores)
    model.info_ = info
    model.save(output)
    header = read_header(output)
    with replacing(card) as temporary:
        text = model_card(output.stem, info, {**header["settings"], "prior": header["prior"]}, header["versions"])
        temporary.write_text(text, encoding="utf-8")
    say(f"Saved {output} ({output.stat().st_size / 1e6:.1f} MB) and its card, {card}")


@app.command(epilog="Example: stance predict labeled/articles --by corpus -o positions.csv")
def predict(
    inputs: Annotated[
        list[str],
        typer.Argument(help=".txt, .csv, .jsonl or .parquet files, folders of them, or - for stdin.", metavar="INPUT..."),
    ],
    entities: Annotated[Path | None, typer.Option("--entities", "-e", help="Catalogue: a CSV of name, kind, aliases.")] = None,
    model: ModelOption = None,
    by: Annotated[str, typer.Option(help="A row per: statement, document or corpus.", metavar="statement|document|corpus")] = "document",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Table to write: .csv, .jsonl or .parquet; or a folder: a table per file."),
    ] = None,
    prior: Annotated[
        str | None, typer.Option(help="Expected shares, such as against=0.10,favor=0.06,neutral=0.84.", metavar="SHARES")
    ] = None,
    encoding: EncodingOption = "utf-8",
    max_chars: Annotated[int, typer.Option(help="Refuse longer documents.")] = 5_000_000,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Processes; -1 for one per core.")] = 1,
    backend: Annotated[str, typer.Option(help="Where to work: local, or dask.", metavar="local|dask")] = "local",
    scheduler: Annotated[
        str | None, typer.Option(help="Dask's scheduler, as tcp://HOST:PORT.", metavar="ADDRESS")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="With a folder: seconds for one file at most.")] = 3600,
    format: Annotated[str, typer.Option(help="With a folder: of its tables.", metavar="csv|jsonl|parquet")] = "csv",
    show_all: Annotated[bool, typer.Option("--all", help="Show neutral rows on the terminal too.")] = False,
    on_error: OnErrorOption = "stop",
) -> None:
    """Label each actor's stance toward each target, with the sentence that proves it."""
    from stance.batch import Meter, job_of, predict_file

    if jobs == 0 or jobs < -1:
        raise InputError(f"--jobs {jobs}: give a number of processes, or -1 for one per core")
    if backend not in ("local", "dask"):
        raise InputError(f"--backend {backend}: choose local or dask")
    folder = output is not None and (not output.suffix or output.is_dir())
    if output is not None and not folder:
        check_table(output)
    shares = parse_prior(prior)
    shown = output is None and sys.stdout.isatty()
    kind = format if folder else "frame" if shown else output.suffix[1:] if output else "csv"
    skip = skips(on_error)
    job = job_of(model, entities, shares, by, kind, encoding, max_chars, skip)
    if backend == "dask" and not folder:
        raise InputError("--backend dask writes a folder of tables; name it with -o FOLDER")
    if folder:
        from stance.shards import predict_shards

        if kind == "parquet":
            check_table(Path("part.parquet"))
        meter = Meter("shards")
        with closing(meter):
            totals = predict_shards(
                inputs, output or "", job, jobs, backend.replace("local", "loky"), scheduler, timeout, meter
            )
        table = None
    else:
        meter = Meter()
        from stance.storage import refusals

        with refusals(output, skip, say) as problems, closing(meter):
            target = None if shown else output or sys.stdout
            totals, table = predict_file(inputs, target, job, jobs, problems, watch=meter)
    say_totals(totals)
    if table is not None:
        print_table(table, show_all)
    elif output is not None:
        say(f"Wrote {output}")


def say_totals(totals: Totals) -> None:
    """What a prediction came to."""
    say(
        f"{totals.documents:,} document{'s' * (totals.documents != 1)}, {totals.n_statements:,} statements, "
        f"{totals.n_rows:,} rows" + (f"; {totals.empty:,} without text" if totals.empty else "")
    )


@app.command(epilog="Example: stance evaluate held_out.csv --model models/mine.joblib -o scores.json")
def evaluate(
    labeled: LabeledArgument,
    model: ModelOption = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Scores to write, as JSON.")] = None,
    encoding: EncodingOption = "utf-8",
    on_error: OnErrorOption = "stop",
) -> None:
    """Score a model on labelled data that it has not seen."""
    if output is not None and output.suffix != ".json":
        raise InputError(f"{output}: scores are written as .json")
    from stance.evaluate import evaluate_model, labeled_digest
    from stance.model import StanceModel
    from stance.pairs import read_labeled
    from stance.storage import check_writable, refusals, replacing

    if output is not None:
        check_writable(output)
    loaded = StanceModel.load(model)
    with refusals(output, skips(on_error), say) as problems:
        frame = read_labeled(*labeled, encoding=encoding, problems=problems)
    if loaded.info_.get("data", {}).get("sha256") == labeled_digest(frame):
        say("Warning: the model was trained on this very data; these scores say nothing about new text.")
    scores = evaluate_model(frame, loaded)
    print_scores(scores)
    if output is not None:
        with replacing(output) as temporary:
            temporary.write_text(json.dumps(scores.as_dict(), indent=2) + "\n", encoding="utf-8")


@app.command(epilog="Example: stance info models/mine.joblib")
def info(model: Annotated[Path | None, typer.Argument(help="Model file; the one that ships by default.", metavar="[MODEL]")] = None) -> None:
    """Say what a model is: its data, settings, versions and scores."""
    from stance.storage import default_model_path, read_header

    path = model or default_model_path()
    header = read_header(path)
    try:
        _print_header(path, header)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError(f"{path}: its header is not one that stance writes; train the model again") from None


def _print_header(path: Path, header: dict[str, Any]) -> None:
    print(f"model      {path}")
    for key in ("settings", "prior", "versions", "data"):
        print(f"{key:<10} " + ", ".join(f"{k} {v}" for k, v in header.get(key, {}).items()))
    print("terms      " + ", ".join(f"{g['name']} {g['terms']:,}" for g in header["groups"]))
    if "cross_validation" in header:
        scores = header["cross_validation"]
        print(f"scores     macro-F1 {scores['macro']['f1']:.3f} in cross-validation by document, {scores['folds']} folds")
        print(f"           always {scores['baseline_stance']}: {scores['baseline_macro_f1']:.3f}")


# ---------------------------------------------------------------------------------------------- reading and writing


def parse_prior(text: str | None) -> dict[str, float] | None:
    """'against=0.1,favor=0.06,neutral=0.84' as a dict."""
    if text is None:
        return None
    from stance.model import check_prior

    try:
        return check_prior({k.strip(): float(v) for k, v in (part.split("=") for part in text.split(","))})
    except ValueError:
        raise InputError(f"--prior {text}: write against=0.10,favor=0.06,neutral=0.84, each above 0") from None


def check_table(path: Path) -> None:
    """Refuse an output that no table format has, before the work."""
    if path.suffix not in (".csv", ".jsonl", ".parquet"):
        raise InputError(f"{path}: tables are written as .csv, .jsonl or .parquet")
    if path.suffix == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise InputError(f"{path}: writing Parquet needs pyarrow; pip install 'stance[parquet]'") from None


def write_table(table: pd.DataFrame, path: Path | None, show_all: bool) -> None:
    """The table to a file by its ending, to a terminal for reading, to a pipe as CSV."""
    if path is None:
        if sys.stdout.isatty():
            print_table(table, show_all)
        else:
            table.to_csv(sys.stdout, index=False)
        return
    from stance.storage import replacing

    with replacing(path) as temporary:
        if path.suffix == ".csv":
            table.to_csv(temporary, index=False)
        elif path.suffix == ".jsonl":
            table.to_json(temporary, orient="records", lines=True, force_ascii=False)
        else:
            table.to_parquet(temporary, index=False)
    say(f"Wrote {path}")


def print_table(table: pd.DataFrame, show_all: bool) -> None:
    """A readable table: the columns that a person reads, the evidence cut to the width of the terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = table if show_all else table[table["stance"] != "neutral"]
    view = Table(box=None, pad_edge=False)
    several = "doc_id" in table and table["doc_id"].nunique() > 1
    columns = [*(["doc_id"] if several else []), "actor", "stance", "target"]
    columns += ["score"] if "score" in table else ["p_favor", "p_against"]
    for name in columns:
        view.add_column(name, justify="right" if name[:2] in ("sc", "p_") else "left", max_width=28)
    view.add_column("evidence", no_wrap=True, overflow="ellipsis", ratio=1)
    colour = {"favor": "blue", "against": "red", "mixed": "magenta", "neutral": "dim"}
    for row in shown.to_dict("records"):
        cells = [Text(f"{row[c]:+.2f}" if isinstance(row[c], float) else str(row[c])) for c in columns]
        cells[columns.index("stance")].stylize(colour[row["stance"]])
        view.add_row(*cells, Text(" ".join(str(row["evidence"]).split())))
    Console().print(view)
    if len(shown) < len(table):
        say(f"{len(table) - len(shown):,} neutral rows not shown; --all shows them, -o FILE writes all")


def print_scores(scores: Scores) -> None:
    """Precision, recall, F1 and support per class and macro, and the baseline beside them."""
    print(f"{'':<10} precision  recall      F1  support")
    for name, s in [*scores.classes.items(), ("macro", scores.macro)]:
        print(f"{name:<10} {s.precision:9.3f} {s.recall:7.3f} {s.f1:7.3f} {s.support:8,}")
    print(f"accuracy {scores.accuracy:.3f}")
    print(
        f"baseline, always {scores.baseline_stance}: macro-F1 {scores.baseline_macro_f1:.3f}, "
        f"accuracy {scores.baseline_accuracy:.3f}"
    )


@contextmanager
def progress(label: str, total: int) -> Iterator[Any]:
    """A progress bar on stderr, drawn only on a terminal; gives the function that advances it."""
    if total < 2 or not sys.stderr.isatty():
        yield lambda n: None
        return
    with typer.progressbar(length=total, label=label, file=sys.stderr) as bar:
        yield bar.update


def counted(documents: list[Any], advance: Any) -> Iterator[Any]:
    """The documents, each reported to the progress bar as it is taken."""
    for document in documents:
        yield document
        advance(1)


def main() -> None:
    """Run the command line: 0 done, 1 a failure at work, 2 wrong usage or unusable input, 130 and 143 on signals."""
    for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup and the shell's & ask for
            signal.signal(number, _stop)
    sys.exit(_finish(_run()))


def _run() -> int:
    """The exit code of the command."""
    if sys.stdout is None:
        say("stance: standard output is closed")
        return 1
    if not sys.stdout.isatty() and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # a table has the same bytes in every locale
    try:
        app()
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else int(done.code is not None)
        if code == 1 and isinstance(done.__context__, BrokenPipeError) and not _is_broken(sys.stdout):
            say(f"stance: {done.__context__}")  # not the reader of the table, but another process
        return code
    except InputError as error:
        say("stance: " + " ".join(str(error).splitlines()))
        return 2
    except MemoryError:
        say("stance: out of memory; use fewer --jobs, or a lower --max-chars")
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        say(f"stance: {where}{error.strerror or error}")
        return 1
    return 0


def _finish(code: int) -> int:
    """The exit code once all that was printed has gone out."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError) as error:
        if not isinstance(error, BrokenPipeError):
            say(f"stance: standard output: {getattr(error, 'strerror', None) or error}")
        code = code or 1
    with suppress(OSError, ValueError, AttributeError):  # nothing is left that the interpreter could fail to flush
        if code:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _is_broken(stream: Any) -> bool:
    """Whether whoever read a stream is gone."""
    import select

    try:
        poll = select.poll()
        poll.register(stream.fileno(), 0)
        return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))
    except (OSError, ValueError, AttributeError):
        return True


def _stop(number: int, frame: object) -> None:
    """End in good order at the first signal, so that no half-written file stays; at once at the second."""
    for other in (signal.SIGINT, signal.SIGTERM):
        signal.signal(other, lambda n, f: os._exit(128 + n))
    with suppress(OSError):
        os.write(2, b"stance: interrupted\n" if number == signal.SIGINT else b"stance: terminated\n")
    sys.exit(128 + number)
