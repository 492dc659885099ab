"""The command line: parse, call the API, write."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stance.text import MAX_CHARS, InputError, kind_of, refused_path, spelled

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from stance.batch import Totals
    from stance.evaluate import Evaluation, Interval, Scores
    from stance.explain import Explanation

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Read news text and say who is for what and who is against it.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

ModelOption = Annotated[Path | None, typer.Option("--model", "-m", help="Model file; the one that ships by default.")]
EntitiesOption = Annotated[
    Path | None, typer.Option("--entities", "-e", help="Catalogue: a CSV of name, kind, aliases, affiliation.")
]
EncodingOption = Annotated[str, typer.Option(help="Encoding of text, CSV and JSONL input.")]
OnErrorOption = Annotated[
    str,
    typer.Option(
        "--on-error", help="At a row that is of no use: stop, or skip it to OUTPUT.refused.jsonl.", metavar="stop|skip"
    ),
]
PriorOption = Annotated[
    str | None,
    typer.Option("--prior", help="Expected shares, such as against=0.10,favor=0.06,neutral=0.84.", metavar="SHARES"),
]
ConfidenceOption = Annotated[
    float, typer.Option("--min-confidence", min=0, max=1, help="Less sure than this is 'uncertain', not a stance.")
]
LabeledArgument = Annotated[
    list[Path],
    typer.Argument(help="Labelled data: CSV, JSONL or Parquet files, or folders of them.", metavar="LABELED..."),
]

DocumentsOption = Annotated[
    list[Path] | None,
    typer.Option("--documents", "-d", help="The documents (dates, texts): files or folders.", metavar="INPUT"),
]
FAINT = 0.2
"""Positions whose score is nearer to 0 are left out of the table on a terminal."""


def say(message: str) -> None:
    """A message for the person at the terminal: on stderr, never mixed with a table, without control characters."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):  # whoever read the messages is gone; the table may still be wanted
            print(visible(message, "\n"), file=sys.stderr, flush=True)


def visible(text: str, kept: str = "") -> str:
    """Text for a terminal: control characters, which could hide or forge what it shows, as escapes."""
    return "".join(c if c.isprintable() or c in kept else ascii(c)[1:-1] for c in spelled(text))


def skips(on_error: str, output: Path | None, *read: str | Path | None) -> bool:
    """Whether `--on-error` says to skip; what is skipped must not take the place of what is read."""
    if on_error not in ("stop", "skip"):
        raise InputError(f"--on-error {on_error}: choose stop or skip")
    if on_error == "skip" and output is not None:
        check_output(refused_path(output), *read)
    return on_error == "skip"


def only_for(what: str, **given: Any) -> None:
    """Refuse an option that would change nothing, by its name: it was given for something that does not happen."""
    for name, value in given.items():
        if value:
            shown = "" if value is True else " " + " ".join(map(str, value if isinstance(value, list) else [value]))
            raise InputError(f"--{name.replace('_', '-')}{shown}: is for {what}; leave it out here")


# ---------------------------------------------------------------------------------------------- commands


def _version(wanted: bool) -> None:
    if wanted:
        from stance import __version__

        print(f"stance {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Read news text and say who is for what and who is against it."""


@app.command(
    epilog="Example: stance train labeled -o models/mine.joblib",
)
def train(
    labeled: LabeledArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="Model file to write.")] = Path("models/model.joblib"),
    folds: Annotated[int, typer.Option(min=0, help="Folds of cross-validation by document; 0 leaves it out.")] = 5,
    seed: Annotated[int, typer.Option(help="Recorded in the model; the fit itself draws no random number.")] = 0,
    syntax: Annotated[
        bool, typer.Option("--syntax", help="Parse by spaCy as well (the extra `syntax`): slower, more exact.")
    ] = False,
    encoding: EncodingOption = "utf-8",
    on_error: OnErrorOption = "stop",
) -> None:
    """Fit a model on labelled pairs, cross-validate it by document, save it with its card and print the scores."""
    if folds == 1:
        raise InputError("--folds 1 leaves nothing to train on; use 2 or more, or 0 for no cross-validation")
    if kind_of(output) or output.suffix != ".joblib":
        raise InputError(f"{output}: a model file ends in .joblib")
    from stance.card import card_path, model_card
    from stance.evaluate import calibration_offsets, cross_validate, folds_of, groups_of, labeled_digest
    from stance.model import StanceModel
    from stance.pairs import labeled_folder, read_labeled
    from stance.storage import check_writable, read_header, refusals, replacing

    card = card_path(output)
    for path in (output, card):  # what cannot be written is an error before the work, not after
        check_writable(path)
    with refusals(output, skips(on_error, output, *map(labeled_folder, labeled)), say) as problems:
        frame = read_labeled(*labeled, encoding=encoding, problems=problems)
    counts = frame["stance"].value_counts()
    documents = len(set(groups_of(frame)))
    say(
        f"{len(frame):,} labelled pairs in {documents:,} documents: "
        + ", ".join(f"{n:,} {s}" for s, n in counts.items())
    )
    if folds:
        next(folds_of(frame, folds))  # raises where there are too few documents
    model = StanceModel(syntax=syntax)
    found = model.incidence(frame)  # counted once, for the model and for all folds
    model.fit_incidence(found, frame["stance"].to_numpy(str))
    info: dict[str, Any] = {
        "data": {
            "sources": [spelled(str(p)) for p in labeled],
            "rows": len(frame),
            "documents": documents,
            "stances": {str(k): int(v) for k, v in sorted(counts.items())},
            "sha256": labeled_digest(frame),
        },
        "seed": seed,
    }
    if problems.count:
        info["data"]["refused"] = problems.count
    if folds:
        try:
            with progress("cross-validation", folds) as advance:
                scores, p = cross_validate(frame, model, folds, advance, found)
        except InputError as error:
            raise InputError(f"cross-validation: {error}; lower --folds, or leave it out with --folds 0") from None
        info["cross_validation"] = {"folds": folds, **scores.as_dict()}
        model.offsets_ = calibration_offsets(frame["stance"], p, model.prior_)
        print(f"Cross-validation by document, {folds} folds")
        print_scores(scores)
    model.info_ = info
    model.save(output)
    header = read_header(output)
    with replacing(card) as temporary:
        text = model_card(spelled(output.stem), info, {**header["settings"], "prior": header["prior"]}, header["versions"])
        temporary.write_text(text, encoding="utf-8")
    say(f"Saved {output} ({output.stat().st_size / 1e6:.1f} MB) and its card, {card}")


@app.command(epilog="Example: stance predict labeled/articles --by corpus -o positions.csv")
def predict(
    inputs: Annotated[
        list[str],
        typer.Argument(
            help=".txt, .csv, .jsonl or .parquet files, folders of them, or - for stdin.", metavar="INPUT..."
        ),
    ],
    entities: EntitiesOption = None,
    model: ModelOption = None,
    by: Annotated[
        str, typer.Option(help="A row per: statement, document or corpus.", metavar="statement|document|corpus")
    ] = "document",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Table to write: .csv, .jsonl or .parquet; or a folder, for a table per shard."),
    ] = None,
    prior: PriorOption = None,
    min_confidence: ConfidenceOption = 0.0,
    encoding: EncodingOption = "utf-8",
    max_chars: Annotated[int, typer.Option(help="Refuse longer documents.")] = MAX_CHARS,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Processes; -1 for one per core.")] = 1,
    backend: Annotated[str, typer.Option(help="Where to work: local, or dask.", metavar="local|dask")] = "local",
    scheduler: Annotated[
        str | None, typer.Option(help="Dask's scheduler, as tcp://HOST:PORT.", metavar="ADDRESS")
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(min=0.1, help="With a folder and several jobs: seconds in which a shard must be done; else 3600."),
    ] = None,
    format: Annotated[
        str | None, typer.Option(help="With a folder: of its tables; else csv.", metavar="csv|jsonl|parquet")
    ] = None,
    roll_up: Annotated[
        bool, typer.Option("--roll-up", help="Count what members say for their affiliation too.")
    ] = False,
    show_all: Annotated[bool, typer.Option("--all", help="Show neutral rows on the terminal too.")] = False,
    on_error: OnErrorOption = "stop",
) -> None:
    """Label each actor's stance toward each target, with the sentence that proves it."""
    from stance.batch import Meter, job_of, predict_file

    if jobs == 0 or jobs < -1:
        raise InputError(f"--jobs {jobs}: give a number of processes, or -1 for one per core")
    cores = os.cpu_count() or 1
    if jobs > max(64, 4 * cores):  # as many processes are started at once, and each holds the model
        raise InputError(f"--jobs {jobs}: is too many for {cores} cores; -1 is one per core")
    if backend not in ("local", "dask"):
        raise InputError(f"--backend {backend}: choose local or dask")
    if scheduler is not None and backend != "dask":
        raise InputError(f"--scheduler {scheduler}: is for --backend dask; add that, or leave the scheduler out")
    if str(output) == "-":
        raise InputError("-o -: leave -o out to write CSV to stdout")
    folder = output is not None and (not output.suffix or os.path.isdir(output))
    if output is not None:
        if not folder:
            check_table(output)
        check_output(output, *inputs, entities, model, folder=folder)
    if format is not None and not folder:
        raise InputError(f"--format {format}: is for a folder of tables; name one with -o, or a file by its ending")
    if not folder:
        only_for("a folder of tables (-o FOLDER)", timeout=timeout and f"{timeout:g}")
    shares = parse_prior(prior)
    shown = output is None and sys.stdout.isatty()
    kind = format or "csv" if folder else "frame" if shown else output.suffix[1:] if output else "csv"
    skip = skips(on_error, None if folder else output, *inputs, entities, model)  # in a folder, they lie in it
    job = job_of(model, entities, shares, by, kind, encoding, max_chars, skip, roll_up, min_confidence)
    if backend == "dask" and not folder:
        raise InputError("--backend dask writes a folder of tables; name it with -o FOLDER")
    if folder:
        from stance.shards import TIMEOUT, predict_shards

        if kind == "parquet":
            check_table(Path(f"{output}/part.parquet"))
        meter = Meter("shards")
        with closing(meter):
            where = backend.replace("local", "loky")
            totals = predict_shards(inputs, output or "", job, jobs, where, scheduler, timeout or TIMEOUT, meter)
        table = None
        if totals.refused:
            say(f"{totals.refused:,} refused; see {output}/*.refused.jsonl")
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
    if totals.documents > totals.empty and not totals.n_statements:
        say("No sentence brings two known names together; give the names that matter with --entities")


@app.command(epilog='Example: stance explain article.txt --actor Turkey --target "PYD inclusion"')
def explain(
    inputs: Annotated[list[str], typer.Argument(help="Files, folders, or - for stdin.", metavar="INPUT...")],
    actor: Annotated[str, typer.Option(help="Whose stance: a name of the catalogue or of the text.")],
    target: Annotated[str, typer.Option(help="Toward what.")],
    entities: EntitiesOption = None,
    model: ModelOption = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Table of all terms to write.")] = None,
    top: Annotated[int, typer.Option(min=1, help="Terms to show of each statement, on a terminal.")] = 8,
    encoding: EncodingOption = "utf-8",
) -> None:
    """Show the words that decided the stance of one actor toward one target, with their weights."""
    from stance.explain import explain_documents
    from stance.model import StanceModel
    from stance.text import read_documents

    if output is not None:
        check_table(output)
        check_output(output, *inputs, entities, model)
    given = read_documents(*inputs, encoding=encoding)
    found = explain_documents(StanceModel.load(model), given, actor, target, entities)
    if output is None and sys.stdout.isatty():
        print_explanations(found, top)
        return
    import pandas as pd

    write_plain(
        pd.concat([e.terms.assign(doc_id=e.doc_id, evidence=e.sentence) for e in found], ignore_index=True), output
    )


def print_explanations(found: Sequence[Explanation], top: int) -> None:
    """Why, in a line; the sentence with its words marked; and the weightiest terms with the words that made them."""
    from rich.text import Text

    console = terminal()
    colour = {"favor": "bold blue", "against": "bold red", "neutral": "bold"}
    holds = {"favor": "favors", "against": "is against", "neutral": "is neutral toward"}
    for e in found:
        line = Text(f"{visible(e.actor)} ").append(holds[e.stance], colour[e.stance])
        because = f"because of {visible(e.because)}" if e.words else "by the way that the sentence is built"
        console.print(line.append(f" {visible(e.target)} (p {e.probability:.2f}) {because}"))
        text = Text("".join(visible(c) if len(visible(c)) == 1 else " " for c in e.sentence))
        for span in (e.actor_span, e.target_span):
            if span:
                text.stylize("underline", *span)
        for start, end, _ in e.words:
            text.stylize(colour[e.stance], start, end)
        console.print(text.append(f"  {visible(e.doc_id)}", "dim"))
        for row in e.terms.head(top).to_dict("records"):
            words = f" [{visible(row['words'])}]" if row["words"] else ""
            console.print(Text(f"  {row['contribution']:+.2f}  {visible(row['says'])}").append(words, "dim"))
        rest = e.terms["contribution"].iloc[top:].sum()
        others = f"{max(0, len(e.terms) - top)} other terms"
        odds = f"the log-odds of {e.stance} over {e.terms['versus'][0]}"
        console.print(Text(f"  {rest:+.2f}  {others}; together {e.log_odds:+.2f}, {odds}"))


@app.command(epilog="Example: stance evaluate held_out.csv --model models/mine.joblib -o scores.json")
def evaluate(
    labeled: LabeledArgument,
    model: ModelOption = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Scores to write, as JSON.")] = None,
    statements: Annotated[
        list[Path] | None,
        typer.Option(help="The model's statements: LABELED is then a coder's table to agree with.", metavar="TABLE"),
    ] = None,
    entities: Annotated[
        Path | None, typer.Option("--entities", "-e", help="With --statements: names and aliases that mean one entity.")
    ] = None,
    documents: DocumentsOption = None,
    prior: PriorOption = None,
    min_confidence: ConfidenceOption = 0.0,
    audit: Annotated[
        bool,
        typer.Option("--audit", help="Score with the names masked and swapped too: it may not matter who is named."),
    ] = False,
    encoding: EncodingOption = "utf-8",
    on_error: OnErrorOption = "stop",
) -> None:
    """Score a model on labelled data that it has not seen, or its statements by a coder's table."""
    if output is not None and output.suffix != ".json":
        raise InputError(f"{output}: scores are written as .json")
    if output is not None:
        check_output(output, *labeled, *(statements or []), *(documents or []), entities, model)
    shares = parse_prior(prior)
    if statements:
        refuse = on_error if on_error != "stop" else None
        only_for("a model's scores", prior=prior, min_confidence=min_confidence, audit=audit, model=model, on_error=refuse)
        evaluate_agreement(labeled, statements, entities, documents, output, encoding)
        return
    only_for("agreement with a coder (--statements)", entities=entities, documents=documents)
    from stance.evaluate import evaluate_model, labeled_digest
    from stance.model import StanceModel
    from stance.pairs import labeled_folder, read_labeled
    from stance.storage import refusals, replacing

    loaded = StanceModel.load(model)
    with refusals(output, skips(on_error, output, *map(labeled_folder, labeled)), say) as problems:
        frame = read_labeled(*labeled, encoding=encoding, problems=problems)
    if loaded.info_.get("data", {}).get("sha256") == labeled_digest(frame):
        say("Warning: the model was trained on this very data; these scores say nothing about new text.")
    scores = evaluate_model(frame, loaded, shares, min_confidence, audit)
    print_evaluation(scores)
    if output is not None:
        with replacing(output) as temporary:
            temporary.write_text(json.dumps(scores.as_dict(), indent=2) + "\n", encoding="utf-8")


@app.command(epilog="Example: stance info models/mine.joblib")
def info(
    model: Annotated[
        Path | None, typer.Argument(help="Model file; the one that ships by default.", metavar="[MODEL]")
    ] = None,
) -> None:
    """Say what a model is: its data, settings, versions and scores."""
    from stance.storage import default_model_path, read_header

    path = model or default_model_path()
    header = read_header(path)
    try:
        _print_header(path, header)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError(f"{path}: its header is not one that stance writes; train the model again") from None


def _print_header(path: Path, header: dict[str, Any]) -> None:
    from stance.card import in_words

    print(f"model      {visible(str(path))}")
    for key in ("settings", "prior", "versions", "data"):
        print(f"{key:<10} " + visible(", ".join(f"{k} {in_words(v)}" for k, v in header.get(key, {}).items())))
    print("terms      " + visible(", ".join(f"{g['name']} {g['terms']:,}" for g in header["groups"])))
    if "cross_validation" in header:
        scores = header["cross_validation"]
        folds = f"{scores['folds']} folds"
        print(f"scores     macro-F1 {scores['macro']['f1']:.3f} in cross-validation by document, {folds}")
        print(f"           always {scores['baseline_stance']}: {scores['baseline_macro_f1']:.3f}")


@app.command(epilog="Example: stance report statements.csv -o report.html")
def report(
    tables: Annotated[
        list[Path], typer.Argument(help="Statements or positions tables, as predict writes.", metavar="TABLE...")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Page (.html), or one picture (.png, .svg).")] = Path(
        "report.html"
    ),
    view: Annotated[
        str | None,
        typer.Option(help="Which picture, as .png or .svg: heatmap unless told.", metavar="heatmap|network|time"),
    ] = None,
    top: Annotated[
        int | None, typer.Option(min=0, help="Only the actors, and targets, with the most statements; 0: all.")
    ] = None,
    documents: DocumentsOption = None,
    title: Annotated[str, typer.Option(help="Above the page or picture.")] = "",
    model: Annotated[
        Path | None, typer.Option("--model", "-m", help="In the page, whose deciding words are marked.")
    ] = None,
    encoding: EncodingOption = "utf-8",
) -> None:
    """Draw positions: who is for what and against what, who agrees with whom, over time, with the evidence."""
    from stance.exchange import read_table
    from stance.report import VIEWS, write_report

    if output.suffix.lower() not in (".html", ".png", ".svg"):
        raise InputError(f"{output}: a report is written as .html, .png or .svg")
    if view is not None and view not in VIEWS:
        raise InputError(f"--view {view}: choose {', '.join(VIEWS)}")
    if view is not None and output.suffix.lower() == ".html":
        raise InputError(f"--view {view}: is for one picture, .png or .svg; a page has all, leave it out")
    if output.suffix.lower() != ".html":
        only_for("a page (.html)", model=model)
    check_output(output, *tables, *(documents or []), model)
    table = read_table(*tables, encoding=encoding, say=say)
    if documents:
        dates = {d.doc_id: d.date for d in read_given(documents, encoding)}
        if "doc_id" not in table:
            raise InputError(f"{tables[0]}: has no doc_id to find dates by; use statements, or positions by document")
        found = table["doc_id"].map(dates).fillna("")
        table = table.assign(date=found.where(found != "", table["date"]) if "date" in table else found)
    if output.suffix.lower() == ".html":
        from stance.model import StanceModel
        from stance.report import with_cues

        table = with_cues(table, StanceModel.load(model))
    write_report(table, output, view=view or "heatmap", top=top, title=title)
    say(f"Wrote {output}")


@app.command(epilog="Example: stance export statements.csv --network congruence -o network.graphml")
def export(
    tables: Annotated[
        list[Path], typer.Argument(help="Statements tables (for networks also positions).", metavar="TABLE...")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")],
    to: Annotated[
        str | None,
        typer.Option(help="By default graphml or matrix, by the ending of the output.", metavar="FORMAT"),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(
            help="For graphml and matrix: actor-target unless told.", metavar="actor-target|congruence|conflict|subtract"
        ),
    ] = None,
    documents: DocumentsOption = None,
    entities: Annotated[
        Path | None, typer.Option("--entities", "-e", help="For dna: affiliations, which tell persons.")
    ] = None,
    neutral: Annotated[
        str | None, typer.Option(help="For dna: the agreement of neutral statements; else left out.", metavar="0|1")
    ] = None,
    encoding: EncodingOption = "utf-8",
    on_error: OnErrorOption = "stop",
) -> None:
    """Write statements for other tools: graphml, matrix (CSV), dna, label-studio, prodigy, doccano."""
    from stance.entities import load_catalogue
    from stance.exchange import (
        ANNOTATION_TOOLS,
        LABEL_STUDIO_CONFIG,
        corpus_positions,
        network_matrix,
        read_table,
        tasks_of,
        write_dna,
        write_graphml,
        write_tasks,
    )
    from stance.storage import refusals, replacing
    from stance.text import write_csv

    to = to or {".graphml": "graphml", ".csv": "matrix"}.get(output.suffix)
    check_tool(to, "--to", ("graphml", "matrix", "dna", *ANNOTATION_TOOLS))
    if to != "dna":
        only_for("--to dna", entities=entities, neutral=neutral)
    if to in ("graphml", "matrix"):
        only_for("--to dna and for tasks", documents=documents)
    else:
        only_for("--to graphml and matrix", network=network)
    network = network or "actor-target"
    check_output(output, *tables, *(documents or []), entities)
    skip = skips(on_error, output, *tables, *(documents or []), entities)
    table = read_table(*tables, encoding=encoding, say=say)
    given = read_given(documents, encoding)
    with (
        refusals(output, skip, say) as problems,
        replacing(output) as temporary,
        open(temporary, "w", encoding="utf-8", newline="") as stream,
    ):
        if to in ("graphml", "matrix"):
            table = corpus_positions(table)
            sided = int((table["stance"] != "neutral").sum())
            say(f"{sided:,} of {len(table):,} positions take a side" + "; the others are left out" * (sided < len(table)))
        if to == "graphml":
            write_graphml(table, stream, network)
        elif to == "matrix":
            write_csv(network_matrix(table, network).reset_index(), stream)
        elif to == "dna":
            catalogue = load_catalogue(entities) if entities else None
            written = write_dna(table, given, stream, neutral, catalogue, say)
            left = f"; {len(table) - written:,} neutral left out (see --neutral)" if written < len(table) else ""
            say(f"{written:,} statements{left}")
        else:
            say(f"{write_tasks(tasks_of(table, given, problems), stream, str(to)):,} tasks")
    say(f"Wrote {output}")
    if to == "label-studio":
        say(f"Labelling interface for the project:\n{LABEL_STUDIO_CONFIG}")


@app.command("import", epilog="Example: stance import project.json --from label-studio -o labeled.csv")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Finished annotations or coded statements.", metavar="FILE...")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Table: .csv, .jsonl or .parquet.")] = None,
    source: Annotated[
        str | None, typer.Option("--from", help="dna, label-studio, prodigy or doccano.", metavar="FORMAT")
    ] = None,
    documents: DocumentsOption = None,
    entities: Annotated[
        Path | None, typer.Option("--entities", "-e", help="For dna: aliases by which the text names entities.")
    ] = None,
    encoding: EncodingOption = "utf-8",
    on_error: OnErrorOption = "stop",
) -> None:
    """Read other tools' annotations into labelled data, to train on."""
    import pandas as pd

    from stance.entities import load_catalogue
    from stance.exchange import ANNOTATION_TOOLS, read_annotations, read_dna
    from stance.storage import refusals

    check_tool(source, "--from", ("dna", *ANNOTATION_TOOLS))
    if source != "dna":
        only_for("--from dna", entities=entities)
    if output is not None:
        check_table(output)
        check_output(output, *files, *(documents or []), entities)
    catalogue = load_catalogue(entities) if entities else None
    given = read_given(documents, encoding)
    frames = []
    with refusals(output, skips(on_error, output, *files, *(documents or []), entities), say) as problems:
        for file in files:
            if source == "dna":
                frames.append(read_dna(file, given, catalogue, encoding, problems))
            else:
                frames.append(read_annotations(file, str(source), encoding, problems))
    table = pd.concat(frames, ignore_index=True)
    if table.empty:
        raise InputError(f"no labelled pairs that can be used: {problems.count:,} refused, the first {problems.first}")
    say(f"{len(table):,} labelled pairs")
    write_plain(table, output)


@app.command(epilog="Example: stance suggest labeled/articles -n 50 -o to_code.csv")
def suggest(
    inputs: Annotated[
        list[str], typer.Argument(help="Unlabelled documents; with --doubtful labelled data.", metavar="INPUT...")
    ],
    n: Annotated[int, typer.Option("-n", min=1, help="How many.")] = 50,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Table (.csv, .jsonl, .parquet) or tasks to write.")
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="dna, label-studio, prodigy or doccano; else a table.", metavar="FORMAT")
    ] = None,
    doubtful: Annotated[bool, typer.Option("--doubtful", help="The labels that the model doubts most.")] = False,
    folds: Annotated[int | None, typer.Option(min=2, help="With --doubtful: folds of cross-validation; else 5.")] = None,
    exclude: Annotated[
        list[Path] | None, typer.Option(help="Labelled data that is not to be suggested again.", metavar="LABELED")
    ] = None,
    entities: EntitiesOption = None,
    model: ModelOption = None,
    encoding: EncodingOption = "utf-8",
) -> None:
    """Choose what a person should code next, or which labels to look at again."""
    from stance.exchange import ANNOTATION_TOOLS, tasks_of, write_dna, write_tasks
    from stance.model import StanceModel
    from stance.pairs import labeled_folder, read_labeled
    from stance.storage import replacing
    from stance.suggest import doubtful_labels, suggest_statements
    from stance.text import Problems

    if to is not None:
        check_tool(to, "--to", ("dna", *ANNOTATION_TOOLS))
        if output is None:
            raise InputError(f"--to {to}: name the file to write with -o")
    elif output is not None:
        check_table(output)
    if output is not None:
        read = map(labeled_folder, inputs) if doubtful else inputs
        check_output(output, *read, *map(labeled_folder, exclude or []), entities, model)
    if doubtful:
        only_for("documents, not for --doubtful", entities=entities, exclude=exclude)
        folds = folds or 5
        if to == "dna":
            raise InputError("--to dna: labelled sentences have no place in a document; choose another format")
        frame = read_labeled(*inputs, encoding=encoding)
        settings = StanceModel.load(model) if model else StanceModel()
        with progress("cross-validation", folds) as advance:
            table = doubtful_labels(frame, settings, n, folds, advance)
        say(f"{len(table):,} of {len(frame):,} labels")
    else:
        only_for("--doubtful", folds=folds)
        given = read_given(inputs, encoding)
        loaded = StanceModel.load(model)
        known = read_labeled(*exclude, encoding=encoding) if exclude else None
        # not leaned towards stances, as whole documents are read otherwise: see suggest_statements
        statements = loaded.predict(given, entities, {k: max(v, 1e-6) for k, v in loaded.prior_.items()})
        problems = Problems(skip=True)
        table = suggest_statements(statements, n, given, known, problems)
        say(f"{len(table):,} of {len(statements):,} statements in {len(given):,} document{'s' * (len(given) != 1)}")
        if to == "dna":
            statements = statements.loc[table.index]
    if to is None:
        write_plain(table, output)
        return
    with replacing(Path(str(output))) as temporary, open(temporary, "w", encoding="utf-8", newline="") as stream:
        if to == "dna":
            write_dna(statements, given, stream, say=say)
        else:
            write_tasks(tasks_of(table), stream, to)
    say(f"Wrote {output}")


# ---------------------------------------------------------------------------------------------- reading and writing


def read_given(inputs: Sequence[str | Path] | None, encoding: str) -> list[Any]:
    """The documents of an option or argument, as a list: they are asked for by id."""
    from stance.text import read_documents

    return list(read_documents(*inputs, encoding=encoding)) if inputs else []


def check_tool(name: str | None, option: str, allowed: Sequence[str]) -> None:
    """Refuse a format that there is not, or that cannot be told from the output's ending."""
    if name not in allowed:
        raise InputError(f"{option} {name or 'is missing'}: choose {', '.join(allowed)}")


def write_plain(table: pd.DataFrame, path: Path | None) -> None:
    """A table to a file by its ending, or as CSV to stdout; in CSV no cell is a formula."""
    from stance.storage import replacing
    from stance.text import write_csv

    if path is None:
        write_csv(table, sys.stdout)
        return
    with replacing(path) as temporary:
        if path.suffix == ".csv":
            with open(temporary, "w", encoding="utf-8", newline="") as stream:
                write_csv(table, stream)
        elif path.suffix == ".jsonl":
            # not by pandas, which cuts floats and takes no long integers; half a surrogate pair, deep in a value, as JSON's escape
            with open(temporary, "w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
                for row in table.astype(object).where(table.notna(), None).to_dict("records"):
                    print(json.dumps(row, ensure_ascii=False, default=str), file=stream)
        else:
            of_one_kind(table, path).to_parquet(temporary, index=False)
    say(f"Wrote {path}")


def of_one_kind(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The table with text for the values of a column that Parquet cannot hold together, which is said."""
    import pyarrow

    from stance.text import as_text

    for name in table.columns:
        try:
            pyarrow.array(table[name], from_pandas=True)
        except (pyarrow.ArrowException, ValueError, OverflowError):
            table = table.assign(**{name: table[name].map(lambda value: as_text(value) or None)})
            say(f"{path}: column {name!r} holds values that Parquet cannot keep together; they are written as text")
    return table


def parse_prior(text: str | None) -> dict[str, float] | None:
    """'against=0.1,favor=0.06,neutral=0.84' as a dict."""
    if text is None:
        return None
    from stance.model import check_prior

    try:
        shares = [(k.strip(), float(v)) for k, v in (part.split("=") for part in text.split(","))]
        if len(dict(shares)) < len(shares):
            raise ValueError("a name stands twice")
        return check_prior(dict(shares))
    except ValueError:
        raise InputError(f"--prior {text}: write against=0.10,favor=0.06,neutral=0.84, each once and above 0") from None


def check_table(path: Path) -> None:
    """Refuse an output that no table format has, before the work."""
    if path.suffix not in (".csv", ".jsonl", ".parquet"):
        raise InputError(f"{path}: tables are written as .csv, .jsonl or .parquet")
    if path.suffix == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise InputError(f"{path}: writing Parquet needs pyarrow; pip install 'stance[parquet]'") from None
        if spelled(str(path)) != str(path):
            raise InputError(f"{path}: Parquet is written under names in UTF-8 only; name another output")


def check_output(output: Path, *read: str | Path | None, folder: bool = False) -> None:
    """Refuse, before the work, an output that cannot be written, or that this command reads.

    `folder` says whether the output is a folder of tables, which must not lie in what is read: the run could not be taken up.
    """
    from stance.storage import check_writable

    there, resolved = os.path.isfile(output), Path(os.path.realpath(output))
    for path in (Path(p) for p in read if p is not None and str(p) != "-"):
        if os.path.isdir(path):
            base = Path(os.path.realpath(path))
            same = (folder or bool(kind_of(output))) and resolved.is_relative_to(base)
            same = same and not any(part.startswith(".") for part in resolved.relative_to(base).parts)  # hidden: not read
        else:
            same = there and os.path.exists(path) and path.samefile(output)
        if same and there:
            raise InputError(f"{output}: is read by this command too, from {path}; name another output")
        if same and folder:
            raise InputError(f"{output}: lies in {path}, which this command reads; name an output outside")
    if not folder:
        check_writable(output)


_NUMERIC = ("score", "p_favor", "p_against")
_EVIDENCE = 30  # characters of evidence at least beside the other columns


def terminal() -> Console:
    """What prints to the terminal; one that says it has next to no columns, as some that are no screen do, is taken for 80."""
    from rich.console import Console

    console = Console(highlight=False)
    if console.width < 20:
        console.width = 80
    return console


def print_table(table: pd.DataFrame, show_all: bool) -> None:
    """A readable table: the columns that a person reads, and the evidence: beside them, or below on a narrow terminal."""
    from rich.text import Text

    shown = table if show_all else table[~table["stance"].isin(["neutral", "uncertain"])]
    if "score" in shown:  # the clearest positions first, and those that lean nowhere with the neutral ones
        if not show_all:
            shown = shown[(shown["score"].abs() >= FAINT) | (shown["stance"] == "mixed")]
        shown = shown.sort_values("score", key=abs, ascending=False, kind="stable")
    several = "doc_id" in table and table["doc_id"].nunique() > 1
    columns = [*(["doc_id"] if several else []), "actor", "stance", "target"]
    columns += ["score"] if "score" in table else ["p_favor", "p_against"]
    widths = {}
    for name in columns:
        longest = 5 if name in _NUMERIC else max((len(visible(str(v))) for v in shown[name]), default=0)
        widths[name] = min(24, max(longest, len(name)))
    console = terminal()
    room = console.width - sum(widths.values()) - 2 * len(columns)
    beside = room >= _EVIDENCE
    colour = {"favor": "blue", "against": "red", "mixed": "magenta", "neutral": "dim"}

    def line(cells: dict[str, str], evidence: str, style: str) -> None:
        text = Text()
        for name, cell in cells.items():
            aligned = cell.rjust(widths[name]) if name in _NUMERIC else cell
            part = Text(aligned, colour.get(cell, "dim") if name == "stance" and not style else style)
            part.truncate(widths[name], overflow="ellipsis", pad=True)
            text.append(part).append("  ")
        if beside:
            text.append(evidence, style)
        console.print(text, no_wrap=True, overflow="ellipsis")
        if evidence and not beside:
            console.print(Text(f"    {evidence}", "dim"), no_wrap=True, overflow="ellipsis")

    line({name: name for name in columns}, "evidence" if beside else "", "bold")
    for row in shown.to_dict("records"):
        cells = {c: f"{row[c]:{'+' * (c == 'score')}.2f}" if c in _NUMERIC else visible(str(row[c])) for c in columns}
        line(cells, visible(" ".join(str(row["evidence"]).split())), "")
    if len(shown) < len(table):
        kinds = "neutral, uncertain" if (table["stance"] == "uncertain").any() else "neutral"
        say(f"{len(table) - len(shown):,} {kinds} or faint rows not shown; --all shows them, -o FILE writes all")


def evaluate_agreement(
    coded: list[Path],
    tables: list[Path],
    entities: Path | None,
    documents: list[Path] | None,
    output: Path | None,
    encoding: str,
) -> None:
    """Print, and write, how far statements and a coder's table agree."""
    import pandas as pd

    from stance.agreement import agreement, read_coded
    from stance.entities import load_catalogue
    from stance.exchange import read_table
    from stance.storage import replacing

    given = read_given(documents, encoding)
    coder = pd.concat([read_coded(path, given, encoding) for path in coded], ignore_index=True)
    found = agreement(coder, read_table(*tables, encoding=encoding, say=say), load_catalogue(entities) if entities else None)

    def figure(x: float | None) -> str:
        return "-" if x is None else f"{x:.2f}"

    print(f"{'':<10}  units   both   same missed  extra  alpha  of sides")
    for name, level in (("statement", found.statement), ("document", found.document)):
        if level is None:
            say("The coder's table does not say where its statements stand: no agreement on statements.")
            continue
        counts = (level.units, level.both, level.same, level.missed, level.extra)
        shown = " ".join(f"{c:6,}" for c in counts)
        print(f"{name:<10} {shown} {figure(level.alpha):>6} {figure(level.alpha_sides):>9}")
    n = found.network
    print(f"network    {n.actors:,} actors, {n.targets:,} targets, in {found.documents:,} documents")
    print(f"           actor by target: Pearson {figure(n.pearson)}, Spearman {figure(n.spearman)}")
    print(f"           actor by actor: congruence {figure(n.congruence)}, conflict {figure(n.conflict)}")
    if output is not None:
        with replacing(output) as temporary:
            temporary.write_text(json.dumps(found.as_dict(), indent=2) + "\n", encoding="utf-8")


def print_scores(scores: Scores) -> None:
    """Precision, recall, F1 and support per class and macro, and the baseline beside them."""
    print(f"{'':<10} precision  recall      F1  {'95 % interval' if scores.intervals else '':<14}  support")
    for name, s in [*scores.classes.items(), ("macro", scores.macro)]:
        between = span(scores.intervals.get(name))
        print(f"{name:<10} {s.precision:9.3f} {s.recall:7.3f} {s.f1:7.3f}  {between:<14} {s.support:8,}")
    print(f"accuracy {scores.accuracy:.3f}  {span(scores.intervals.get('accuracy'))}".rstrip())
    print(
        f"baseline, always {scores.baseline_stance}: macro-F1 {scores.baseline_macro_f1:.3f}, "
        f"accuracy {scores.baseline_accuracy:.3f}"
    )


def span(interval: Interval | None) -> str:
    """An interval in words."""
    return f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else ""


def print_evaluation(found: Evaluation) -> None:
    """The scores; how sure is how right; targets and phenomena; and what changes with the names."""
    if found.min_confidence:
        print(f"Of the {found.answered:.1%} of pairs with a confidence of at least {found.min_confidence:g}:")
    print_scores(found)
    print(f"calibration error {found.calibration_error:.3f}")
    print("\nconfidence  coverage  accuracy  macro-F1")
    for row in found.coverage:
        figures = "".join(f"{'-' if x is None else f'{x:.3f}':>10}" for x in (row.accuracy, row.macro_f1))
        print(f"{f'>= {row.min_confidence:g}' if row.min_confidence else 'any':<10}{row.coverage:10.3f}{figures}")
    for title, parts in (("target", found.targets), ("phenomenon", found.phenomena)):
        if parts:
            print(f"\n{title:<30} macro-F1  95 % interval   accuracy  support")
        for name, part in parts.items():
            shown = visible(name if len(name) <= 30 else name[:29] + "…")
            figures = f"{part.macro.f1:8.3f}  {span(part.interval):<14} {part.accuracy:9.3f} {part.macro.support:8,}"
            print(f"{shown:<30} {figures}")
    if found.audit:
        print("\nnames       macro-F1  accuracy  renamed  changed")
    for name, scores in found.audit.items():
        figures = f"{scores.macro_f1:8.3f} {scores.accuracy:9.3f} {scores.renamed:8,} {scores.changed:8.2%}"
        print(f"{name:<11} {figures}")


@contextmanager
def progress(label: str, total: int) -> Iterator[Any]:
    """A progress bar on stderr, drawn only on a terminal; gives the function that advances it."""
    if total < 2 or not sys.stderr.isatty():
        yield lambda n: None
        return
    with typer.progressbar(length=total, label=label, file=sys.stderr) as bar:
        yield bar.update


def main() -> None:
    """Run the command line: 0 done, 1 a failure at work, 2 wrong usage or unusable input, 130 and 143 on signals."""
    for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup and the shell's & ask for
            signal.signal(number, _stop)
    # workers are started with `python -m`, which would import from the folder at hand before all others: a downloaded
    # archive that holds a joblib.py would be run
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    sys.exit(_finish(_run()))


def _run() -> int:
    """The exit code of the command."""
    if sys.stdout is None:
        say("stance: standard output is closed")
        return 1
    if isinstance(sys.stdout, io.TextIOWrapper):
        if sys.stdout.isatty():
            sys.stdout.reconfigure(errors="replace")  # what the terminal cannot show
        else:
            sys.stdout.reconfigure(encoding="utf-8")  # a table has the same bytes in every locale
    try:
        app(prog_name="stance")
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
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # of a terminal that is closed, both the shell and the system send one
    threading.excepthook = lambda failure: None  # joblib's thread may stumble over the work that is taken from it
    with suppress(OSError):
        os.write(2, b"stance: interrupted\n" if number == signal.SIGINT else b"stance: terminated\n")
    sys.exit(128 + number)
