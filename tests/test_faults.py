"""Faults, with real processes, signals and limits: the old output or the new one, whole, and the right exit code.

A named pipe as input holds a run at its work for as long as a test likes, so that no test waits for a time of day.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from processes import Started

from stance.storage import InputError, check_writable
from stance.text import list_files

ROW = b'{"doc_id": "%d", "text": "Turkey condemned Russia. Russia thanked Turkey."}\n'
OLD = "the old table\n"


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("catalogue") / "entities.csv"
    path.write_text("name,kind\nTurkey,actor|target\nRussia,actor|target\n")
    return path


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A named pipe that a run reads its documents from."""
    folder = tmp_path / "in"
    folder.mkdir()
    os.mkfifo(folder / "documents.jsonl")
    return folder / "documents.jsonl"


def until(condition: Callable[[], object], process: Started) -> None:
    """Wait for something that a running process does; fail where it ends before."""
    while not condition():
        if process.returncode is not None:
            raise AssertionError(f"ended with {process.returncode}: {process.said('err')}")
        time.sleep(0.01)


def predict(pipe: Path, output: Path, model: Path, catalogue: Path, *more: object) -> list[object]:
    return ["predict", pipe, "-m", model, "-e", catalogue, "--by", "statement", "-o", output, *more]


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def temporaries(folder: Path) -> list[Path]:
    return list(folder.glob(".*.tmp"))


@pytest.mark.parametrize(
    ("number", "code", "more"),
    [
        (signal.SIGINT, 130, ()),
        (signal.SIGTERM, 143, ()),
        (signal.SIGHUP, 129, ()),
        (signal.SIGKILL, -9, ()),
        (signal.SIGINT, 130, ("--jobs", "2")),
        (signal.SIGTERM, 143, ("--jobs", "2")),
        (signal.SIGHUP, 129, ("--jobs", "2")),
        (signal.SIGTERM, 143, ("--on-error", "skip")),
        (signal.SIGKILL, -9, ("--on-error", "skip")),
    ],
)
def test_signals_while_writing(
    number: int, code: int, more: tuple[str, ...], pipe: Path, tmp_path: Path, small_model: Path, catalogue: Path
) -> None:
    """Stopped in the middle of its output: the old table stays whole, nothing else stays, and no worker."""
    out = tmp_path / "out"
    out.mkdir()
    table = out / "table.csv"
    table.write_text(OLD)
    with Started(*predict(pipe, table, small_model, catalogue, *more)) as process, open(pipe, "wb") as stream:
        for i in range(5000 if "--jobs" in more else 1500):
            stream.write(ROW % i)
        stream.flush()
        if "--jobs" in more:  # what is done waits there for what is read next; so the workers are what to wait for
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            until(lambda: temporaries(out) and len(children.read_text().split()) >= 2, process)
        else:
            until(lambda: any(t.stat().st_size for t in temporaries(out) if ".refused" not in t.name), process)
        os.killpg(process.pid, number)  # as a terminal does: to the workers too
        _, said = process.communicate()
        assert process.returncode == code
        assert "Traceback" not in said, said
    assert table.read_text() == OLD
    if number != signal.SIGKILL:
        assert names(out) == ["table.csv"]
        assert said in ("stance: interrupted\n", "stance: terminated\n")
        return
    assert temporaries(out)  # nothing could be done about it then; the next run sweeps
    writer = [sys.executable, "-c", f"open({str(pipe)!r}, 'wb').write({ROW % 1!r})"]
    with Started(*predict(pipe, table, small_model, catalogue, *more)) as process, subprocess.Popen(writer) as feeder:
        process.communicate()
        assert process.returncode == 0 and feeder.wait() == 0
    assert names(out) == ["table.csv"] and table.read_text().count("\n") == 5


def test_workers_that_are_starting_hear_nothing_of_ctrl_c() -> None:
    """The bare tracebacks of interrupted imports would stand between the user and what the run itself has to say."""
    code = (
        "import signal, sys, time; from stance.workers import in_processes; "
        "signal.signal(signal.SIGINT, lambda number, frame: sys.exit(130)); in_processes(time.sleep, [600] * 2)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, start_new_session=True) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while process.poll() is None and len(children.read_text().split()) < 3:  # two trackers of resources, the first worker
            time.sleep(0.001)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130 and said == b""


def test_a_second_signal_ends_at_once(pipe: Path, tmp_path: Path, small_model: Path, catalogue: Path) -> None:
    with Started(*predict(pipe, tmp_path / "o.csv", small_model, catalogue)) as process:
        stream = open(pipe, "wb")  # noqa: SIM115
        for _ in range(2):
            process.send_signal(signal.SIGTERM)
        assert process.wait() == 143
        stream.close()


def test_train_stopped_keeps_the_old_model(pipe: Path, tmp_path: Path, small_model: Path) -> None:
    """Training reads, fits and scores before it touches the file."""
    out = tmp_path / "out"
    out.mkdir()
    model = out / "m.joblib"
    model.write_bytes(small_model.read_bytes())
    with Started("train", pipe, "-o", model) as process, open(pipe, "wb") as stream:
        stream.write(b'{"text": "Oslo backs Rome.", "actor": "Oslo", "target": "Rome", "stance": "favor"}\n')
        stream.flush()
        process.send_signal(signal.SIGTERM)
        process.communicate()
        assert process.returncode == 143
    assert names(out) == ["m.joblib"] and model.read_bytes() == small_model.read_bytes()


def test_killed_at_any_moment(tmp_path: Path, small_model: Path, catalogue: Path) -> None:
    """kill -9 again and again, each time later: the table is the old one or the new one, byte for byte."""
    out = tmp_path / "out"
    out.mkdir()
    table = out / "table.csv"
    documents = tmp_path / "documents.jsonl"
    documents.write_bytes(b"".join(ROW % i for i in range(500)))
    arguments = predict(documents, table, small_model, catalogue)
    start = time.monotonic()
    with Started(*arguments) as process:
        assert process.communicate() and process.returncode == 0
    whole = time.monotonic() - start
    new = table.read_text()
    assert new.count("\n") == 500 * 4 + 1
    for part in range(1, 6):
        table.write_text(OLD)
        with Started(*arguments) as process:
            time.sleep(whole * part / 5)
            process.kill()
        assert table.read_text() in (OLD, new)
    with Started(*arguments) as process:
        assert process.communicate() and process.returncode == 0
    assert names(out) == ["table.csv"] and table.read_text() == new


def test_two_writers_at_once(pipe: Path, tmp_path: Path, small_model: Path, catalogue: Path) -> None:
    other = pipe.with_name("other.jsonl")
    os.mkfifo(other)
    table = tmp_path / "table.csv"
    with (
        Started(*predict(pipe, table, small_model, catalogue)) as first,
        open(pipe, "wb") as one,
        Started(*predict(other, table, small_model, catalogue)) as second,
        open(other, "wb") as two,
    ):
        for i in range(2000):
            one.write(ROW % i)
        one.flush()
        until(lambda: temporaries(tmp_path), first)
        for i in range(2000, 3000):
            two.write(ROW % i)
        two.close()
        second.communicate()
        assert second.returncode == 0 and table.read_text().count("\n") == 1000 * 4 + 1
        one.close()
        first.communicate()
        assert first.returncode == 0
    lines = table.read_text().splitlines()
    assert len(lines) == 2000 * 4 + 1 and lines[1].startswith("0,") and lines[-1].startswith("1999,")
    assert not temporaries(tmp_path)


def fresh(*arguments: object, stdout: Any) -> subprocess.Popen[bytes]:
    """`stance ARGUMENTS` in a fresh interpreter: how it ends matters."""
    command = [sys.executable, "-m", "stance", *map(str, arguments)]
    return subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE)


def test_closed_pipe(tmp_path: Path, small_model: Path, catalogue: Path) -> None:
    """`stance predict ... | head -1`: the end of the reader is the end of the run, without a word."""
    documents = tmp_path / "documents.jsonl"
    documents.write_bytes(b"".join(ROW % i for i in range(1500)))
    with fresh("predict", documents, "-m", small_model, "-e", catalogue, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline().startswith(b"doc_id,")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


@pytest.mark.parametrize("command", ["predict", "info", "help"])
def test_full_device_behind_standard_output(command: str, tmp_path: Path, small_model: Path, catalogue: Path) -> None:
    documents = tmp_path / "documents.jsonl"
    documents.write_bytes(ROW % 1)
    arguments = {
        "predict": ["predict", documents, "-m", small_model, "-e", catalogue],
        "info": ["info", small_model],
        "help": ["--help"],
    }[command]
    with open("/dev/full", "wb") as full, fresh(*arguments, stdout=full) as process:
        _, said = process.communicate()
        assert process.returncode == 1
        assert b"No space left on device" in said and b"Traceback" not in said and b"Exception ignored" not in said


def test_closed_standard_output(small_model: Path) -> None:
    command = f'"{sys.executable}" -m stance info "{small_model}" >&-'
    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    assert ran.returncode == 1 and ran.stderr == "stance: standard output is closed\n"


def test_messages_without_a_reader(small_model: Path) -> None:
    """Nobody reads stderr: the table is written all the same."""
    command = f'"{sys.executable}" -m stance info "{small_model}" 2>&-'
    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    assert ran.returncode == 0 and ran.stdout.startswith("model ")


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_full_disk(ending: str, tmp_path: Path, small_model: Path, catalogue: Path) -> None:
    """No file may grow beyond 10 kB here, which stops a write as a full disk does."""
    documents = tmp_path / "documents.jsonl"
    documents.write_bytes(b"".join(ROW % i for i in range(4000 if ending == "parquet" else 1200)))
    out = tmp_path / "out"
    out.mkdir()
    table = out / f"table.{ending}"
    table.write_text(OLD)
    with Started(*predict(documents, table, small_model, catalogue), file_limit=10_000) as process:
        _, said = process.communicate()
    assert process.returncode == 1, said
    assert said.startswith("stance: ") and "File too large" in said and "Traceback" not in said
    assert names(out) == [table.name] and table.read_text() == OLD


def test_full_disk_under_a_model(tmp_path: Path, small_model: Path) -> None:
    labeled = tmp_path / "labeled.csv"
    verbs = {"backs": "favor", "rejects": "against", "meets": "neutral"}
    rows = [f"Oslo{i} {v} Rome{i} over w{i} x{i}.,Oslo{i},Rome{i},{s}" for i in range(300) for v, s in verbs.items()]
    labeled.write_text("text,actor,target,stance\n" + "\n".join(rows))
    out = tmp_path / "out"
    out.mkdir()
    model = out / "m.joblib"
    model.write_bytes(small_model.read_bytes())

    with Started("train", labeled, "-o", model, "--folds", "0", file_limit=2_000) as process:
        _, said = process.communicate()
    assert process.returncode == 1 and "File too large" in said and "Traceback" not in said, said
    assert names(out) == ["m.joblib"] and model.read_bytes() == small_model.read_bytes()


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    """As a user without rights; root may write where the mode of a folder forbids it."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_read_only_folder_and_file(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir(mode=0o555)
    with nobody(), pytest.raises(InputError, match=r"table\.csv: cannot be written: Permission denied"):
        check_writable(folder / "table.csv")
    with nobody(), pytest.raises(InputError, match="cannot be written"):
        check_writable(folder / "sub" / "table.csv")
    assert names(folder) == []


def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    """Its documents are not left out in silence."""
    locked = tmp_path / "in" / "locked"
    locked.mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_text("Oslo agreed.")
    for folder in (tmp_path, *tmp_path.parents):
        if "pytest-" in str(folder):  # pytest makes them for their owner alone
            folder.chmod(0o755)
    locked.chmod(0)
    try:
        with nobody(), pytest.raises(InputError, match="locked: cannot be read: Permission denied"):
            list_files(tmp_path / "in")
    finally:
        locked.chmod(0o755)


def test_read_only_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "table.csv"
    table.write_text(OLD)
    table.chmod(0o444)
    if not os.geteuid():
        monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    with pytest.raises(InputError, match="is read-only"):
        check_writable(table)
    assert table.read_text() == OLD


def test_modules_in_the_folder_at_hand_are_not_run(tmp_path: Path, small_model: Path, catalogue: Path) -> None:
    """A downloaded folder may hold a joblib.py, which Python would import in every worker."""
    documents = tmp_path / "documents.jsonl"
    long = "It rained in the north. " * 2500  # chunks enough for two workers, without a name to score
    documents.write_text("".join(json.dumps({"doc_id": str(i), "text": long}) + "\n" for i in range(4)))
    folder = tmp_path / "downloaded"
    folder.mkdir()
    for module in ("joblib", "json", "numpy", "signal", "stance"):
        (folder / f"{module}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w'); raise SystemExit(1)")
    script = tmp_path / "bin" / "stance"  # as pip installs it
    script.parent.mkdir()
    script.write_text("import sys\nfrom stance.cli import main\nsys.exit(main())\n")
    arguments = predict(documents, tmp_path / "o.csv", small_model, catalogue, "--jobs", "2")
    ran = subprocess.run([sys.executable, script, *map(str, arguments)], cwd=folder, capture_output=True, text=True)
    assert not (tmp_path / "ran").exists() and ran.returncode == 0, ran.stderr


def test_output_where_nothing_can_be(
    tmp_path: Path, small_model: Path, catalogue: Path, stance: Callable[..., Any]
) -> None:
    documents = tmp_path / "documents.jsonl"
    documents.write_bytes(ROW % 1)
    for path in ("/proc/none/table.csv", "/sys/table.csv", documents / "table.csv"):
        ran = stance(*predict(documents, Path(path), small_model, catalogue))
        assert ran.code == 2 and str(path) in ran.err and len(ran.err.splitlines()) == 1
