"""Folders of tables: runs that are killed and taken up, on this machine and on a real Dask cluster of three workers."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from generated import write_catalogue, write_documents, write_model
from processes import Started

from stance import InputError, shards
from stance.batch import Job, job_of, predict_file
from stance.shards import predict_shards, run_shard, shards_of
from stance.text import Problems
from stance.workers import WorkError

N_FILES = 8
LIMIT = 600
"""Seconds after which a test has hung: many, because a machine at work on other things starts a worker in minutes."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    write_model(folder / "m.joblib")
    write_catalogue(folder / "c.csv")
    (folder / "in" / "deeper").mkdir(parents=True)
    for i in range(N_FILES):
        write_documents(folder / "in" / f"{'deeper/' if i % 2 else ''}{i}.jsonl", 40, 4, start=40 * i)
    return folder


def job(made: Path, **options: object) -> Job:
    return job_of(made / "m.joblib", made / "c.csv", **options)  # type: ignore[arg-type]


def tables(folder: Path) -> dict[str, bytes]:
    """The finished tables; nothing half-done may lie beside them."""
    assert not [p for p in folder.rglob("*") if p.name.endswith(".tmp")]
    return {p.name: p.read_bytes() for p in sorted(folder.glob("p*"))}


@pytest.fixture(scope="module")
def unbroken(made: Path) -> dict[str, bytes]:
    predict_shards([made / "in"], made / "unbroken", job(made))
    found = tables(made / "unbroken")
    assert list(found) == [f"part-{i:05}.csv" for i in range(N_FILES)]
    return found


# ------------------------------------------------------------------------------------------------ this machine


def test_the_tables_are_those_of_one_run(made: Path, unbroken: dict[str, bytes], tmp_path: Path) -> None:
    predict_file([made / "in"], tmp_path / "whole.csv", job(made))
    head, *_ = unbroken["part-00000.csv"].partition(b"\n")
    rows = b"".join(t.partition(b"\n")[2] for t in unbroken.values())
    assert (tmp_path / "whole.csv").read_bytes() == head + b"\n" + rows


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_jobs_and_formats(made: Path, tmp_path: Path, kind: str) -> None:
    for jobs in (1, 2):
        totals = predict_shards([made / "in"], tmp_path / str(jobs), job(made, format=kind), jobs)
        assert totals.documents == N_FILES * 40 and totals.n_rows > N_FILES
    assert tables(tmp_path / "1") == tables(tmp_path / "2")


def test_any_backend_of_joblib_takes_the_same_path(made: Path, tmp_path: Path, unbroken: dict[str, bytes]) -> None:
    predict_shards([made / "in"], tmp_path / "out", job(made), 2, backend="threading")
    assert tables(tmp_path / "out") == unbroken


def test_corpus_gives_one_table_of_all(made: Path, tmp_path: Path) -> None:
    predict_file([made / "in"], tmp_path / "whole.csv", job(made, by="corpus"))
    for _ in range(2):  # the second run finds all done
        predict_shards([made / "in"], tmp_path / "out", job(made, by="corpus"), 2)
        assert tables(tmp_path / "out") == {"positions.csv": (tmp_path / "whole.csv").read_bytes()}


def test_text_files_share_a_shard(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "TEXTS_PER_SHARD", 2)
    for name in ("a.txt", "b.txt", "c.txt", "d.csv", "e.txt"):
        (tmp_path / name).write_text("text\nArdenia condemned Belmora.\n")
    found = shards_of([tmp_path])
    assert [s.names for s in found] == [("a.txt", "b.txt"), ("c.txt",), ("d.csv",), ("e.txt",)]


def test_a_finished_shard_is_not_done_again(made: Path, tmp_path: Path, unbroken: dict[str, bytes]) -> None:
    out = tmp_path / "out"
    predict_shards([made / "in"], out, job(made))
    (out / "part-00002.csv").unlink()  # lost
    (out / "part-00003.csv").write_bytes(b"cut sho")  # damaged
    (out / "records" / "part-00004.json").unlink()  # killed between table and record
    before = {p.name: p.stat().st_mtime_ns for p in out.glob("part-*")}
    totals = predict_shards([made / "in"], out, job(made))
    after = {p.name: p.stat().st_mtime_ns for p in out.glob("part-*")}
    assert {n for n in after if after[n] != before.get(n)} == {f"part-0000{i}.csv" for i in (2, 3, 4)}
    assert tables(out) == unbroken and totals.documents == N_FILES * 40


def two_files(folder: Path) -> Path:
    copy = folder / "in"
    copy.mkdir()
    write_documents(copy / "a.jsonl", 5)
    write_documents(copy / "b.jsonl", 6, start=5)
    return copy


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f, o: o.update(by="statement"), "differs in by"),
        (lambda f, o: o.update(format="jsonl"), "differs in format"),
        (lambda f, o: o.update(prior={"favor": 0.2, "against": 0.2, "neutral": 0.6}), "differs in prior"),
        (lambda f, o: write_documents(f / "in" / "b.jsonl", 7, start=5), r"differs in inputs \(b\.jsonl\)"),
        (lambda f, o: write_documents(f / "in" / "c.jsonl", 7, start=50), r"differs in inputs \(c\.jsonl\)"),
        (lambda f, o: write_catalogue(f / "c.csv", 1), "differs in entities_sha256"),
        (lambda f, o: (f / "out" / "manifest.json").write_text("{"), "cannot be read"),
        (lambda f, o: (f / "out" / "manifest.json").unlink(), "holds files but no manifest.json"),
    ],
)
def test_a_folder_of_something_else_is_refused(
    made: Path, tmp_path: Path, change: Callable[[Path, dict[str, object]], object], message: str
) -> None:
    options: dict[str, object] = {}
    write_catalogue(tmp_path / "c.csv")
    folder = two_files(tmp_path)

    def run() -> None:
        asked = job_of(made / "m.joblib", tmp_path / "c.csv", **options)  # type: ignore[arg-type]
        predict_shards([folder], tmp_path / "out", asked)

    run()
    before = tables(tmp_path / "out")
    change(tmp_path, options)
    with pytest.raises(InputError, match=message):
        run()
    assert tables(tmp_path / "out") == before


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_id_in_two_files_is_found(made: Path, tmp_path: Path, jobs: int) -> None:
    folder = two_files(tmp_path)
    write_documents(folder / "z.jsonl", 1, start=8)
    with pytest.raises(InputError, match=r"z\.jsonl:1: doc_id 'd8' was given already, at .*b\.jsonl:4"):
        predict_shards([folder], tmp_path / "out", job(made), jobs)


@pytest.mark.parametrize("by", ["document", "corpus"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_id_in_two_files_is_refused_in_the_later_one(made: Path, tmp_path: Path, jobs: int, by: str) -> None:
    """As in one run over the files, whichever shard is done first; and again where it is taken up."""
    folder = two_files(tmp_path)
    write_documents(folder / "z.jsonl", 4, start=9)  # d9 and d10 stand in b.jsonl
    asked = job(made, by=by, skip=True)
    problems = Problems(skip=True)
    whole, _ = predict_file([folder], tmp_path / "whole.csv", asked, problems=problems)
    for _ in range(2):
        totals = predict_shards([folder], tmp_path / "out", asked, jobs)
        assert totals == whole and (totals.documents, totals.refused) == (13, 2)
        refused = [json.loads(r) for p in tmp_path.glob("out/*.refused.jsonl") for r in p.read_text().splitlines()]
        assert [(Path(r["file"]).name, r["line"], r["row"]) for r in refused] == [
            ("z.jsonl", 1, "d9"),
            ("z.jsonl", 2, "d10"),
        ]
        assert [r["line"] for r in refused] == [r["line"] for r in problems.rows]
        if by == "corpus":
            assert (tmp_path / "out" / "positions.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
        (tmp_path / "out" / "records" / "part-00002.json").unlink()


def test_a_folder_that_is_none(made: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("file", "link"):
        with pytest.raises(InputError, match=f"{name}: is no folder; name one, or a table that ends in"):
            predict_shards([made / "in"], tmp_path / name, job(made))
    assert (tmp_path / "file").read_text() == "mine" and not (tmp_path / "nowhere").exists()


def test_refused_rows_lie_beside_their_shard(made: Path, tmp_path: Path) -> None:
    folder = two_files(tmp_path)
    (folder / "c.jsonl").write_text('{"doc_id": "x"}\n{"doc_id": "y", "text": "Ardenia met Belmora."}\n')
    with pytest.raises(InputError, match=r"c\.jsonl:1: no key 'text'"):
        predict_shards([folder], tmp_path / "out", job(made))
    predict_shards([folder], tmp_path / "skipping", job(made, skip=True))
    refused = list(tmp_path.glob("skipping/*refused*"))
    assert [p.name for p in refused] == ["part-00002.csv.refused.jsonl"]
    assert json.loads((tmp_path / "skipping/records/part-00002.json").read_text())["refused"] == 1


def held(folder: Path) -> tuple[str, Path]:
    """Code that holds a run at its work: all shards but the first wait while the file, given with it, is there."""
    file = folder / "hold"
    file.touch()
    return HELD.format(file=str(file)), file


# Dask may run a preload twice in one process: each binds what it replaces as a default, so that it never calls itself.
HELD = """
import os, time
from stance.model import StanceModel
def waiting(self, documents, *args, predict=StanceModel.predict, **kwargs):
    while all(d.doc_id != "d0" for d in documents) and os.path.exists({file!r}):
        time.sleep(0.01)
    return predict(self, documents, *args, **kwargs)
StanceModel.predict = waiting
"""


def running(made: Path, out: Path, *more: object, **options: Any) -> Started:
    """The command line at work on the folder."""
    return Started("predict", made / "in", "-m", made / "m.joblib", "-e", made / "c.csv", "-o", out, *more, **options)


def run(made: Path, out: Path, *more: object) -> tuple[int, str]:
    """What the command line comes to: the exit code, and what it said on stderr."""
    with running(made, out, *more) as process:
        _, said = process.communicate(LIMIT)
        return process.wait(), said


def wait_for(condition: Callable[[], object], seconds: float = LIMIT) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_run_is_taken_up(
    made: Path, tmp_path: Path, unbroken: dict[str, bytes], jobs: int, sign: signal.Signals
) -> None:
    out = tmp_path / "out"
    holding, _ = held(tmp_path)
    (tmp_path / "sitecustomize.py").write_text(holding)  # what Python runs first in each worker
    paths = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {"PYTHONPATH": paths}
    with running(made, out, "-j", jobs, environment=environment, first=holding if jobs == 1 else "") as process:
        wait_for(lambda: list(out.glob("records/part-*")))
        os.killpg(process.pid, sign)
        process.wait(LIMIT)
        assert process.returncode in (-sign, 128 + sign)
    assert [p.stem for p in out.glob("records/part-*")] == ["part-00000"]
    assert sign == signal.SIGKILL or not list(out.rglob(".*.tmp"))
    code, said = run(made, out, "-j", jobs)
    assert code == 0, said
    assert f"{N_FILES * 40} documents" in said and tables(out) == unbroken


def test_a_worker_whose_run_is_gone_stops(made: Path, tmp_path: Path) -> None:
    shard = shards_of([made / "in"])[0]
    with pytest.raises(WorkError, match="is gone"):
        run_shard(job(made), shard, str(tmp_path / "out"), owner=os.getpid())  # we are not our own parent
    assert not (tmp_path / "out").exists()


# ------------------------------------------------------------------------------------------------ a cluster


@contextmanager
def cluster(folder: Path, preload: str = "", nanny: bool = False, workers: int = 3) -> Iterator[tuple[str, list[int]]]:
    """A scheduler and workers of Dask as processes of their own on loopback: its address, and the workers' ids."""
    pytest.importorskip("distributed")
    folder.mkdir(exist_ok=True)
    (folder / "preload.py").write_text(preload)
    started: list[Started] = []

    def start(*arguments: object) -> None:
        environment = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
        started.append(Started(*arguments, module="dask", folder=folder, environment=environment))

    try:
        file = folder / "scheduler.json"
        start("scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard", "--scheduler-file", file)
        wait_for(file.exists)
        wait_for(lambda: file.read_text().endswith("}"))
        address = json.loads(file.read_text())["address"]
        kind = "--nanny" if nanny else "--no-nanny"
        for _ in range(workers):
            start(
                *("worker", address, "--host", "127.0.0.1", "--nthreads", 1, "--no-dashboard", kind),
                *("--local-directory", folder, "--preload", folder / "preload.py"),
            )
        from distributed import Client

        with Client(address, timeout=LIMIT, set_as_default=False) as client:
            if workers:
                client.wait_for_workers(workers, timeout=LIMIT)
        yield address, [p.pid for p in started[1:]]
    finally:
        for process in started:
            process.end()


DEADLY = """
import os
from stance.model import StanceModel
def deadly(self, documents, *args, predict=StanceModel.predict, **kwargs):
    if any(d.doc_id == "d100" for d in documents):
        os._exit(1)
    return predict(self, documents, *args, **kwargs)
StanceModel.predict = deadly
"""
STUCK = """
import time
from stance.model import StanceModel
StanceModel.predict = lambda *args, **kwargs: time.sleep(600)
"""
NESTED = """
from joblib.parallel import get_active_backend
from stance.model import StanceModel
def watched(self, *args, predict=StanceModel.predict, **kwargs):
    name = type(get_active_backend()[0]).__name__
    assert name == "SequentialBackend", name
    return predict(self, *args, **kwargs)
StanceModel.predict = watched
"""
WITHOUT = """
import sys
from importlib import metadata
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "stance":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Nothing())
def without(name, version=metadata.version):
    if name == "stance":
        raise metadata.PackageNotFoundError(name)
    return version(name)
metadata.version = without
"""
OTHER = """
from importlib import metadata
def other(name, version=metadata.version):
    return "0.0.7" if name == "nupunkt" else version(name)
metadata.version = other
"""


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cluster(tmp_path_factory.mktemp("dask")) as (address, _):
        yield address


def on(address: str, *more: object) -> tuple[object, ...]:
    return ("--backend", "dask", "--scheduler", address, *more)


def test_a_cluster_writes_the_same_bytes(made: Path, tmp_path: Path, unbroken: dict[str, bytes], healthy: str) -> None:
    code, said = run(made, tmp_path / "out", *on(healthy))
    assert code == 0, said
    assert tables(tmp_path / "out") == unbroken
    again = predict_shards([made / "in"], tmp_path / "out", job(made))  # what a cluster did, this machine knows
    assert again.documents == N_FILES * 40


def test_bad_input_on_a_cluster_is_told_as_on_one_machine(made: Path, tmp_path: Path, healthy: str) -> None:
    folder = two_files(tmp_path)
    (folder / "c.jsonl").write_text('{"doc_id": "x"}\n')
    with pytest.raises(InputError, match=r"c\.jsonl:1: no key 'text'"):
        predict_shards([folder], tmp_path / "out", job(made), backend="dask", scheduler=healthy, timeout=LIMIT)


def test_what_is_parallel_below_is_not_sent_to_the_cluster_again(
    made: Path, tmp_path: Path, unbroken: dict[str, bytes]
) -> None:
    with cluster(tmp_path / "dask", NESTED, workers=1) as (address, _):
        predict_shards([made / "in"], tmp_path / "out", job(made), backend="dask", scheduler=address, timeout=LIMIT)
    assert tables(tmp_path / "out") == unbroken


def test_a_worker_that_is_killed_loses_and_doubles_nothing(
    made: Path, tmp_path: Path, unbroken: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    code, hold = held(tmp_path)
    with cluster(tmp_path / "dask", code) as (address, workers), running(made, out, *on(address)) as process:
        wait_for(lambda: list(out.glob("records/part-*")))
        os.kill(workers[0], signal.SIGKILL)
        hold.unlink()
        _, messages = process.communicate(LIMIT)
        assert process.returncode == 0, messages
        assert f"{N_FILES * 40} documents" in messages
    assert tables(out) == unbroken
    ids = [i for t in out.glob("part-*.csv") for i in pd.read_csv(t)["doc_id"].unique()]
    assert len(ids) == len(set(ids))


def test_a_killed_run_on_a_cluster_is_taken_up(made: Path, tmp_path: Path, unbroken: dict[str, bytes]) -> None:
    out = tmp_path / "out"
    code, hold = held(tmp_path)
    with cluster(tmp_path / "dask", code) as (address, _):
        with running(made, out, *on(address)) as process:
            wait_for(lambda: list(out.glob("records/part-*")))
            process.kill()
            process.wait(LIMIT)
        assert [p.stem for p in out.glob("records/part-*")] == ["part-00000"]
        hold.unlink()
        status, said = run(made, out, *on(address))
        assert status == 0, said
    assert tables(out) == unbroken


@pytest.mark.long
def test_a_shard_that_kills_its_workers_is_named(made: Path, tmp_path: Path, unbroken: dict[str, bytes]) -> None:
    """Dask blames whatever was on the workers that died; what is innocent is done alone, the killer named for sure."""
    out = tmp_path / "out"
    with cluster(tmp_path / "dask", DEADLY, nanny=True) as (address, _):
        code, messages = run(made, out, *on(address))
    assert code == 1 and "Traceback" not in messages
    (said,) = [line for line in messages.splitlines() if line.startswith("stance: ")]  # Dask may have said more
    deadly = next(s for s in shards_of([made / "in"]) if '"d100"' in Path(s.files[0]).read_text())
    assert f"stance: {deadly.name} ({deadly.files[0]}): the worker that ran it alone died" in said
    assert re.findall(r"part-\d+", said) == [deadly.name]
    assert {p.stem for p in out.glob("records/part-*")} == {f"part-{i:05}" for i in range(N_FILES)} - {deadly.name}
    predict_shards([made / "in"], out, job(made))  # where it kills nobody, the run goes on
    assert tables(out) == unbroken


def test_the_innocent_that_dask_blames_are_done_alone(
    made: Path, tmp_path: Path, unbroken: dict[str, bytes], healthy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if every worker had died again and again, by no fault of a shard."""
    distributed = pytest.importorskip("distributed")
    whole = shards._dask_backend

    def blaming(client: Any) -> Any:
        backend = whole(client)
        submit, alone = backend.submit, iter(range(100))

        def blame(func: Any, callback: Any = None) -> Any:
            if func.items[0][1][1] is not run_shard or next(alone) % 2:
                return submit(func, callback)
            (_, (number, _, call), _) = func.items[0]
            lost: Future[None] = Future()
            callback(shards._Failed(distributed.KilledWorker("task", None, 3), number, call))
            return lost

        backend.submit = blame
        return backend

    monkeypatch.setattr(shards, "_dask_backend", blaming)
    totals = predict_shards([made / "in"], tmp_path / "out", job(made), backend="dask", scheduler=healthy, timeout=LIMIT)
    assert totals.documents == N_FILES * 40 and tables(tmp_path / "out") == unbroken


@pytest.mark.long
def test_workers_that_die_of_every_shard_are_spared(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "MAX_BLAMED", 1)
    with (
        cluster(tmp_path / "dask", DEADLY.replace("d100", "").replace("==", "!="), nanny=True, workers=2) as (address, _),
        pytest.raises(WorkError, match=r"more than 1 shards were on workers that died.*, such as part-\d+ \(.*memory"),
    ):
        predict_shards([made / "in"], tmp_path / "out", job(made), backend="dask", scheduler=address, timeout=LIMIT)


@pytest.mark.parametrize(
    ("preload", "message"),
    [(WITHOUT, "has no stance; install stance=="), (OTHER, "has nupunkt 0.0.7, this machine ")],
)
def test_unfit_workers_are_refused(made: Path, tmp_path: Path, preload: str, message: str) -> None:
    with cluster(tmp_path / "dask", preload, workers=1) as (address, _), pytest.raises(WorkError, match=message):
        predict_shards([made / "in"], tmp_path / "out", job(made), backend="dask", scheduler=address)
    assert not (tmp_path / "out").exists()


def test_a_cluster_that_stands_still_is_given_up(made: Path, tmp_path: Path) -> None:
    with cluster(tmp_path / "dask", STUCK, workers=1) as (address, _):
        code, said = run(made, tmp_path / "out", *on(address, "--timeout", 2))
    assert code == 1 and "no shard was finished in 2 seconds (--timeout)" in said


def test_a_cluster_whose_workers_are_all_gone_is_given_up_soon(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a nanny nobody starts a worker anew, and Dask would wait for one until --timeout."""
    monkeypatch.setattr(shards, "RESTART_TIMEOUT", 2)
    every = DEADLY.replace("d100", "").replace("==", "!=")
    with cluster(tmp_path / "dask", every, workers=1) as (address, _), pytest.raises(WorkError, match="workers are gone"):
        predict_shards([made / "in"], tmp_path / "out", job(made), backend="dask", scheduler=address, timeout=LIMIT)


def test_no_scheduler_and_no_workers(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(shards, "CONNECT_TIMEOUT", 2)
    options = {"backend": "dask", "timeout": 5.0}
    with pytest.raises(WorkError, match="no Dask scheduler answers there"):
        predict_shards([made / "in"], tmp_path / "out", job(made), scheduler="tcp://127.0.0.1:9", **options)  # type: ignore[arg-type]
    with cluster(tmp_path / "dask", workers=0) as (address, _), pytest.raises(WorkError, match="has no workers"):
        predict_shards([made / "in"], tmp_path / "out", job(made), scheduler=address, **options)  # type: ignore[arg-type]
