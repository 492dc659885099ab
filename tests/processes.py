"""Real processes of the command line and of Dask, forked from one that has imported what they need.

A fresh interpreter takes seconds to import pandas and Dask, and the tests start some hundred processes. Each process here
has its own id, session, signals and output, and ends as it likes; only its imports are done already. Tests of the start
itself, and of how an interpreter ends, start fresh ones.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import resource
import runpy
import signal
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Self

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["stance.cli", "stance.batch", "stance.shards", "pandas", "joblib", "distributed"])


class Started:
    """`python -m MODULE ARGUMENTS` at work in a session of its own, used like a `subprocess.Popen`; ended where its block ends.

    Parameters
    ----------
    folder : where it works; None for that of the tests.
    environment : variables that are set beside those of the tests.
    first : code that it runs first.
    file_limit : the bytes that a file may have at most.
    """

    def __init__(
        self,
        *arguments: object,
        module: str = "stance",
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        first: str = "",
        file_limit: int = 0,
    ) -> None:
        self._said = tempfile.TemporaryDirectory()
        self._process = _FORKS.Process(
            target=_run,
            args=(module, list(map(str, arguments)), str(folder or ""), dict(environment or {}), first, file_limit),
            kwargs={"said": self._said.name},
        )
        self._process.start()
        assert self._process.pid
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    @property
    def returncode(self) -> int | None:
        """The exit code, that of a signal below zero, or None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float = 600) -> int:
        """Wait for the end; the exit code."""
        self._process.join(timeout)
        assert self.returncode is not None, f"still running after {timeout} s"
        return self.returncode

    def communicate(self, timeout: float = 600) -> tuple[str, str]:
        """Wait for the end; what it said on standard output and on stderr."""
        self.wait(timeout)
        return self.said("out"), self.said("err")

    def said(self, stream: str) -> str:
        """What it has said so far on "out" or "err"."""
        path = Path(self._said.name, stream)
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def send_signal(self, number: int) -> None:
        """Send a signal to the process, and not to its children."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself, and its parent, the fork server, knows already
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once, by SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def end(self) -> None:
        """End it and its children at once, if they run."""
        for end in (os.killpg, os.kill):  # a process that has just been forked has no group yet
            with contextlib.suppress(ProcessLookupError, PermissionError):
                end(self.pid, signal.SIGKILL)
        self._process.join()
        self._said.cleanup()


def _run(
    module: str,
    arguments: list[str],
    folder: str,
    environment: dict[str, str],
    first: str,
    file_limit: int,
    said: str,
) -> None:
    os.setsid()
    # a shell that runs the tests in the background has them ignore SIGINT, nohup SIGHUP, and they would pass that on
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    for number, stream in ((1, "out"), (2, "err")):
        file = os.open(Path(said, stream), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)
    os.environ.update(environment)
    if folder:
        os.chdir(folder)
    if file_limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    sys.argv = [module, *arguments]
    if module == "dask":
        from dask import config

        config.refresh()  # it was read before the environment was set
    try:
        exec(first, {})
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        # as an interpreter ends, and a forked process does not: workers are sent home, then waited for
        threading._shutdown()
        atexit._run_exitfuncs()
