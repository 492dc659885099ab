"""Prediction to a folder of tables, one per input table or thousand texts, on this machine or on a cluster.

A shard is written under a temporary name and renamed, and its record after it; the manifest says what the folder was
made from. So a run that was killed is taken up by the same command, and one that differs is refused.
"""

from __future__ import annotations

import base64
import hashlib
import json
import multiprocessing
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from stance import __version__
from stance.batch import (
    LESS_MEMORY,
    Job,
    SeenIds,
    Sums,
    TableWriter,
    Totals,
    Watch,
    digest_of,
    encode,
    predict_chunk,
    predict_file,
    read_chunks,
    refuse_twins,
)
from stance.storage import refusals, replacing, sweep
from stance.text import InputError, kind_of, list_files, spelled
from stance.workers import WorkError, deaths, started

TEXTS_PER_SHARD = 1000
"""Text files that make one shard; a table is one by itself."""
MANIFEST = "manifest.json"
_RECORDS = "records"
TIMEOUT = 3600.0
"""Seconds in which at least one shard must be finished."""
PACKAGES = ("stance", "joblib", "numpy", "pandas", "nupunkt")
"""What every worker must have in the version of this machine, or shards would differ by where they were made."""
CONNECT_TIMEOUT = 20
RESTART_TIMEOUT = 300
"""Seconds in which a worker that died is started again, if it is at all."""
MAX_BLAMED = 20
"""Shards on workers that died, beyond which it is not a shard that kills them, and running on would kill more."""


@dataclass(frozen=True)
class Shard:
    """Input files that make one table: `names` as the manifest has them, `files` where they are, and their digest."""

    name: str
    files: tuple[str, ...]
    names: tuple[str, ...]
    sha256: str = ""


def shards_of(inputs: Iterable[str | Path]) -> list[Shard]:
    """One shard per table, and one per `TEXTS_PER_SHARD` text files; numbered in the order of the inputs."""
    found: list[tuple[str, str]] = []
    for given in inputs:
        if str(given) == "-":
            raise InputError("-: standard input cannot be read in shards; name files or folders")
        base = Path(given)
        for path in list_files(base):
            name = path.relative_to(base).as_posix() if os.path.isdir(base) else path.name
            found.append((str(path.absolute()), spelled(name)))
    groups: list[list[tuple[str, str]]] = []
    for item in found:
        texts = bool(groups) and kind_of(item[0]) == ".txt" == kind_of(groups[-1][-1][0])
        if texts and len(groups[-1]) < TEXTS_PER_SHARD:
            groups[-1].append(item)
        else:
            groups.append([item])
    width = max(5, len(str(len(groups))))
    return [
        Shard(f"part-{i:0{width}}", tuple(f for f, _ in group), tuple(n for _, n in group))
        for i, group in enumerate(groups)
    ]


def shard_digest(shard: Shard) -> str:
    """One digest for the names and contents of a shard's files."""
    lines = [f"{digest_of(file)} {name}\n" for file, name in zip(shard.files, shard.names, strict=True)]
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def run_shard(job: Job, shard: Shard, folder: str, owner: int = 0, taken: np.ndarray | None = None) -> str:
    """Write a shard's table and, after it, its record: only then is the shard done. Gives the shard's name.

    Run twice, also at the same time, it leaves the same bytes: each is written under a temporary name and renamed.
    `owner` is the process that this one works for, if on the same machine: without it, what is queued is left alone.
    `taken` are digests of ids that another shard holds: where rows may be refused, theirs are.
    """
    from joblib import parallel_config

    if owner and os.getppid() != owner:
        raise WorkError("the process that began this run is gone")
    if job.version != __version__:
        raise WorkError(f"a worker has stance {__version__}, the run {job.version}; install the same everywhere")
    if shard_digest(shard) != shard.sha256:
        raise InputError(f"{shard.files[0]}: has changed since this run began; start again in another folder")
    seen = SeenIds()
    if taken is not None:
        seen.add(taken)
    record: dict[str, Any] = {}
    path = Path(folder) / f"{shard.name}.{job.format}"
    # whatever is parallel below would be sent to the cluster again
    with parallel_config(backend="sequential"), refusals(path, job.skip, lambda message: None) as problems:
        if job.by == "corpus":
            totals, sums = Totals(), Sums()
            for chunk in read_chunks(shard.files, job, problems, seen):
                result = predict_chunk(job, chunk)
                totals.count(result)
                sums.merge(result.rows)
            record["sums"] = sums.dump()
        else:
            totals, _ = predict_file(shard.files, path, job, problems=problems, seen=seen)
            record["bytes"] = path.stat().st_size
        totals.refused = problems.count
    ids = np.concatenate([np.array([], dtype="<u8"), *seen.runs])
    if taken is not None:
        ids = np.setdiff1d(ids, taken)
    record |= {**asdict(totals), "inputs": shard.sha256, "ids": base64.b64encode(ids.tobytes()).decode()}
    _write_json(Path(folder) / _RECORDS / f"{shard.name}.json", record)
    return shard.name


def _write_json(path: Path, data: Any) -> None:
    with replacing(path) as temporary, open(temporary, "w", encoding="utf-8") as stream:
        json.dump(data, stream, indent=None if "ids" in data else 1)


def _record(job: Job, shard: Shard, folder: Path) -> dict[str, Any] | None:
    """The record of a finished shard; None where it is not finished, or its table is not what was written."""
    try:
        record: dict[str, Any] = json.loads((folder / _RECORDS / f"{shard.name}.json").read_text(encoding="utf-8"))
        table = folder / f"{shard.name}.{job.format}"
        whole = job.by == "corpus" or table.stat().st_size == record["bytes"]
    except (OSError, ValueError):
        return None
    return record if whole and record["inputs"] == shard.sha256 else None


def manifest_of(job: Job, shards: list[Shard]) -> dict[str, Any]:
    """What a folder of tables was made from; paths are left out, so that the same run may be taken up elsewhere."""
    options = {k: v for k, v in asdict(job).items() if k not in ("model", "entities", "version")}
    return {
        "format": "1",
        "stance": job.version,
        "options": json.loads(json.dumps(options)),
        "inputs": [{"shard": s.name, "files": list(s.names), "sha256": s.sha256} for s in shards],
    }


def check_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest of a new run; refuse a folder that holds something else.

    Raises
    ------
    InputError
        saying what differs.
    """
    path = folder / MANIFEST
    remedy = "give another folder, or empty this one"
    try:
        there, empty = path.exists(), not folder.exists() or not any(folder.iterdir())
    except OSError as error:
        raise InputError(f"{folder}: cannot be read: {error.strerror}; {remedy}") from None
    if not there:
        if not empty:
            raise InputError(f"{folder}: holds files but no {MANIFEST}; {remedy}")
        _write_json(path, manifest)
        return
    try:
        there = json.loads(path.read_text(encoding="utf-8"))
        differs = [k for k in ("format", "stance") if there[k] != manifest[k]]
        differs += [k for k, v in manifest["options"].items() if there["options"].get(k) != v]
        if there["inputs"] != manifest["inputs"]:
            before = {n: i["sha256"] for i in there["inputs"] for n in i["files"]}
            now = {n: i["sha256"] for i in manifest["inputs"] for n in i["files"]}
            changed = sorted(n for n in {*before, *now} if before.get(n) != now.get(n))
            differs.append(f"inputs ({', '.join(changed[:3]) or 'order'}{', ...' if len(changed) > 3 else ''})")
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise InputError(f"{path}: cannot be read ({error}); {remedy}") from None
    if differs:
        raise InputError(f"{path}: is of another run, which differs in {', '.join(differs)}; {remedy}")


def predict_shards(
    inputs: Iterable[str | Path],
    folder: str | Path,
    job: Job,
    jobs: int = 1,
    backend: str = "loky",
    scheduler: str | None = None,
    timeout: float = TIMEOUT,
    watch: Watch = lambda done, share: None,
) -> Totals:
    """Predict shard by shard, each to a table of its own, and take a run that was killed up where it was.

    Parameters
    ----------
    inputs : files and folders; see `shards_of`.
    folder : for `part-00000.csv` and so on, one per shard; `manifest.json`, what they were made from; `records/`, the
        counts and the digests of the ids of each finished shard. By corpus, the one table is `positions.csv`.
    job : see `job_of`.
    jobs : processes on this machine, or what another backend takes them for; Dask uses all its workers.
    backend : "loky" on this machine, "dask", or another that joblib knows: "ray" with jobs=-1, once
        `ray.util.joblib.register_ray()` was called.
    scheduler : the address of Dask's scheduler, such as tcp://host:8786. Every worker needs the package, and must see
        inputs, model and folder under the same paths.
    timeout : seconds in which at least one shard must be finished.
    watch : called after each shard with the shards done and the share of all that they are.

    Raises
    ------
    InputError
        for an input that cannot be used, and for a folder that was made from something else.
    WorkError
        where the cluster does not answer, its workers have other versions, or a shard kills its worker also when it
        runs alone.
    """
    if scheduler is not None and backend != "dask":
        raise InputError(f"--scheduler {scheduler}: is for --backend dask; add that, or leave the scheduler out")
    folder = Path(folder).absolute()
    if os.path.lexists(folder) and not folder.is_dir():
        raise InputError(f"{folder}: is no folder; name one, or a table that ends in .csv, .jsonl or .parquet")
    shards = shards_of(inputs)
    with ExitStack() as stack:
        stack.callback(_sweep, folder)
        run = stack.enter_context(_runner(jobs, backend, scheduler, timeout))
        order = {shard.name: i for i, shard in enumerate(shards)}
        for name, digest in run(_named_digest, [(shard,) for shard in shards]):
            shards[order[name]] = replace(shards[order[name]], sha256=digest)
        check_manifest(folder, manifest_of(job, shards))
        seen, done, doubled = SeenIds(), 0, False

        def finish(shard: Shard, record: dict[str, Any]) -> None:
            nonlocal done, doubled
            done += 1
            ids = _ids(record)
            twins = ids[seen.add(ids)]
            if len(twins) and job.skip:
                doubled = True
            elif len(twins):
                refuse_twins(_holders(folder, shards, job, twins), job)
            watch(done, done / len(shards))

        owner = os.getpid() if backend == "loky" and jobs != 1 else 0
        todo = []
        for shard in shards:
            record = _record(job, shard, folder)
            if record is None:
                todo.append(shard)
            else:
                finish(shard, record)
        for name in run(run_shard, [(job, shard, str(folder), owner) for shard in todo]):
            shard = shards[order[name]]
            record = _record(job, shard, folder)
            if record is None:
                raise WorkError(f"{folder / name}: written by a worker, but not to be read here; is the folder shared?")
            finish(shard, record)
        if doubled:  # the first shard that has an id keeps it, whichever was done first
            again: list[tuple[Any, ...]] = []
            seen = SeenIds()
            for shard in shards:
                ids = _ids(_record(job, shard, folder) or {})
                taken = ids[seen.add(ids)]
                if len(taken):
                    again.append((job, shard, str(folder), owner, taken))
            for _ in run(run_shard, again):
                pass
    totals, sums = Totals(), Sums()
    for shard in shards:
        record = _record(job, shard, folder) or {}
        for key in asdict(totals):
            setattr(totals, key, getattr(totals, key) + record[key])
        if job.by == "corpus":
            sums.load(record["sums"])
    if job.by == "corpus":
        table = sums.table()
        totals.n_rows = len(table)
        with replacing(folder / f"positions.{job.format}") as temporary:
            writer = TableWriter(temporary, job.format)
            writer.write(tuple(table.columns), encode(table, job.format))
            writer.close()
    for left in _leftovers(folder):
        left.unlink(missing_ok=True)  # of workers that were killed, where the file system has no locks
    return totals


def _leftovers(folder: Path) -> list[Path]:
    return [*folder.glob(".part-*.tmp"), *(folder / _RECORDS).glob(".part-*.tmp")]


def _sweep(folder: Path) -> None:
    """Remove what workers left that a signal ended at work; what another run in the folder is writing is locked, and stays."""
    with suppress(OSError):
        for left in _leftovers(folder):
            sweep(left)


def _ids(record: dict[str, Any]) -> np.ndarray:
    """Digests of the ids that a finished shard has used."""
    return np.frombuffer(base64.b64decode(record["ids"]), dtype="<u8")


def _named_digest(shard: Shard) -> tuple[str, str]:
    return shard.name, shard_digest(shard)


def _holders(folder: Path, shards: list[Shard], job: Job, ids: np.ndarray) -> list[str]:
    """The files of the finished shards that hold one of the ids."""
    files: list[str] = []
    for shard in shards:
        record = _record(job, shard, folder)
        if record and np.isin(_ids(record), ids).any():
            files += shard.files
    return files


Run = Callable[[Callable[..., Any], list[tuple[Any, ...]]], Iterator[Any]]
_KEPT = "What is done is kept: the same command goes on from there"


@contextmanager
def _runner(jobs: int, backend: str, scheduler: str | None, timeout: float) -> Iterator[Run]:
    """A function that calls another once per tuple of arguments, in processes, and gives the results as they come."""
    if backend == "loky" and jobs == 1:
        yield lambda function, calls: (function(*call) for call in calls)
        return
    from joblib import Parallel, delayed, parallel_config

    client: Any = None
    with ExitStack() as stack:
        if backend == "dask":
            client = stack.enter_context(_client(scheduler))
            workers = _dask_backend(client)
            stack.enter_context(_end_without_workers(client, workers))
            stack.enter_context(parallel_config(backend=workers, n_jobs=-1))
            jobs = -1
        else:
            stack.enter_context(parallel_config(backend=backend, n_jobs=jobs))

        def run(function: Callable[..., Any], calls: list[tuple[Any, ...]]) -> Iterator[Any]:
            if not calls:
                return
            handed: dict[int, tuple[Any, ...]] = {}  # to workers, and not done
            blamed: list[tuple[Any, ...]] = []

            def tasks() -> Iterator[Any]:
                for number, call in enumerate(calls):
                    handed[number] = call
                    yield delayed(_numbered)(number, function, call)

            with deaths(lambda: f"{LESS_MEMORY}; under way were {_named(handed.values())}. {_KEPT}"):
                ahead = "all" if client else "2 * n_jobs"
                parallel = Parallel(
                    n_jobs=jobs, return_as="generator_unordered", batch_size=1, timeout=timeout, pre_dispatch=ahead
                )
                try:
                    with started(parallel, tasks()) as running:
                        for number, result in running:
                            call = handed.pop(number)
                            if result is not _BLAMED:
                                yield result
                                continue
                            blamed.append(call)
                            if len(blamed) > MAX_BLAMED:
                                raise WorkError(
                                    f"more than {MAX_BLAMED} shards were on workers that died again and again, such as "
                                    f"{_named(blamed)}; do the workers have the memory that they need? {_KEPT}"
                                )
                except multiprocessing.TimeoutError as error:  # joblib's; a task's own TimeoutError is another
                    suspects = f"; on workers that died were {_named(blamed)}" if blamed else ""
                    raise WorkError(
                        f"no shard was finished in {timeout:g} seconds (--timeout); are workers alive?{suspects} {_KEPT}"
                    ) from error
            yield from _each_alone(client, function, blamed, timeout)

        yield run


def _numbered(number: int, function: Callable[..., Any], call: tuple[Any, ...]) -> tuple[int, Any]:
    return number, function(*call)


def _named(calls: Iterable[tuple[Any, ...]]) -> str:
    """The shards of calls by name and file, the first few."""
    shards = [a for call in calls for a in call if isinstance(a, Shard)]
    more = [f" and {len(s.files) - 1:,} more" if len(s.files) > 1 else "" for s in shards]
    names = [f"{s.name} ({s.files[0]}{m})" for s, m in zip(shards, more, strict=True)]
    return ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")


# ---------------------------------------------------------------------------------------------- Dask


_ADDRESS = re.compile(r"(tcp|tls|ws|wss|ucx)://(\[[\da-fA-F:.%]+\]|[^\s/:\[\]]+):\d{1,5}")


@contextmanager
def _client(address: str | None) -> Iterator[Any]:
    """A client of a Dask scheduler whose workers have been found fit for the run."""
    if not address:
        raise InputError("--backend dask needs --scheduler ADDRESS, such as tcp://host:8786")
    if not _ADDRESS.fullmatch(address) or not 0 < int(address.rpartition(":")[2]) < 1 << 16:
        raise InputError(f"--scheduler {address!r}: is no address; write tcp://HOST:PORT, such as tcp://localhost:8786")
    try:
        from distributed import Client
    except ImportError:
        raise InputError("--backend dask needs Dask; pip install 'stance[cluster]'") from None
    try:
        client = Client(address, timeout=CONNECT_TIMEOUT, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError, TimeoutError) as error:  # TypeError: no certificate is set for tls
        raise WorkError(f"--scheduler {address}: no Dask scheduler answers there ({error})") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_TIMEOUT)
        except TimeoutError:
            raise WorkError(f"--scheduler {address}: has no workers; start some: dask worker {address}") from None
        check_workers(client)
        yield client


def check_workers(client: Any) -> None:
    """Refuse a cluster on which a worker lacks the package, or has another version of what decides the result.

    Raises
    ------
    WorkError
        naming worker, package, and both versions.
    """
    for package in PACKAGES:
        here = metadata.version(package)
        for worker, there in client.run(metadata.version, package, on_error="return").items():
            if isinstance(there, metadata.PackageNotFoundError):
                raise WorkError(f"worker {worker} has no {package}; install {package}=={here} on every worker")
            if there != here:
                raise WorkError(f"worker {worker} has {package} {there}, this machine {here}; install the same on both")


def _dask_backend(client: Any) -> Any:
    """The backend of joblib for Dask, made to notice that a task failed outside its own code.

    Where a task kills its workers, or a worker cannot even unpickle it, joblib's backend calls nobody back, and
    `Parallel` waits for ever.
    """
    from distributed import KilledWorker
    from joblib._dask import DaskDistributedBackend

    class Backend(DaskDistributedBackend):  # type: ignore[misc]
        def effective_n_jobs(self, n_jobs: int = 1) -> int:
            # joblib would do all the work here, in this process, if the cluster had one thread
            return max(2, int(super().effective_n_jobs(n_jobs)))

        def submit(self, func: Any, callback: Any = None) -> Any:
            ((_, (number, _, call), _),) = func.items
            future = super().submit(func, callback)
            pending.add(future)
            future.add_done_callback(pending.discard)

            def failed(done: Any) -> None:
                if done.exception() is not None:
                    callback(_Failed(done.exception(), number, call))

            future.add_done_callback(failed)
            return future

        def retrieve_result_callback(self, out: Any) -> Any:
            if not isinstance(out, _Failed):
                return super().retrieve_result_callback(out)
            if isinstance(out.error, KilledWorker):
                return [(out.number, _BLAMED)]
            if isinstance(out.error, _NoWorkers):
                raise WorkError(f"{out.error}. {_KEPT}")
            raise WorkError(f"{_named([out.call])}: {type(out.error).__name__}: {out.error}. {_KEPT}")

    pending: set[Any] = set()
    backend = Backend(client=client, wait_for_workers_timeout=CONNECT_TIMEOUT)
    backend.pending = pending
    return backend


class _NoWorkers(Exception):
    pass


@contextmanager
def _end_without_workers(client: Any, backend: Any) -> Iterator[None]:
    """Fail what waits once there has been no worker for `RESTART_TIMEOUT` seconds: Dask itself would wait on."""
    stopped = threading.Event()

    def watch() -> None:
        last = time.monotonic()
        while not stopped.wait(1):
            # where the scheduler does not answer, Dask fails what waits
            with suppress(Exception):
                if client.nthreads():
                    last = time.monotonic()
                elif time.monotonic() - last > RESTART_TIMEOUT:
                    for future in list(backend.pending):
                        future.set_exception(
                            _NoWorkers(f"all workers are gone, and none came back in {RESTART_TIMEOUT} seconds")
                        )
                    return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stopped.set()
        watcher.join(timeout=5)


@dataclass
class _Failed:
    error: BaseException
    number: int
    call: tuple[Any, ...]


_BLAMED = object()
"""The result of a call that Dask gave up as the killer of its workers."""


def _each_alone(
    client: Any, function: Callable[..., Any], blamed: list[tuple[Any, ...]], timeout: float
) -> Iterator[Any]:
    """The results of calls that Dask blames for dead workers, each run again with nothing beside it.

    Dask blames every task that was on workers when they died, running or waiting: only one that kills a worker when
    it runs alone is a killer for sure. Each has one worker, so that it takes no others down.

    Raises
    ------
    WorkError
        naming the killers, when all have been tried.
    """
    killers = []
    for call in blamed:
        try:
            client.wait_for_workers(1, timeout=RESTART_TIMEOUT)
        except TimeoutError:
            raise WorkError(f"no worker is left; on those that died were {_named(blamed)}. {_KEPT}") from None
        worker = next(iter(client.nthreads()))
        future = client.submit(function, *call, workers=[worker], pure=False)
        end = time.monotonic() + timeout
        while not future.done() and worker in client.nthreads():
            if time.monotonic() > end:
                what = "was on workers that died, and was not finished alone either"
                raise WorkError(f"{_named([call])}: {what} in {timeout:g} seconds (--timeout). {_KEPT}")
            time.sleep(0.1)
        if future.done() and not _killed(future):
            yield future.result()  # or the error of its own code
        else:
            future.cancel()  # a worker that comes back would run it again
            killers.append(call)
    if killers:
        raise WorkError(
            f"{_named(killers)}: the worker that ran it alone died; give workers more memory, or split the file. {_KEPT}"
        )


def _killed(future: Any) -> bool:
    from distributed import KilledWorker

    return future.status == "error" and isinstance(future.exception(), KilledWorker)
