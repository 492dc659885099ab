"""Worker processes on this machine: out of reach of the terminal's signals, and what it means when one is gone."""

from __future__ import annotations

import signal
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any


class WorkError(OSError):
    """Work that was rightly asked for and failed: a worker that died, a cluster that does not answer."""


def in_processes(function: Callable[[Any], Any], pieces: Iterable[Any]) -> list[Any]:
    """What a function gives of each piece, in their order, from one process per core.

    Raises
    ------
    WorkError
        where a process is killed.
    """
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=-1, return_as="generator")
    with deaths(), started(parallel, (delayed(function)(piece) for piece in pieces)) as running:
        return list(running)


@contextmanager
def started(parallel: Any, tasks: Iterable[Any]) -> Iterator[Any]:
    """What a `joblib.Parallel` that returns a generator makes of tasks; closed in the end, also where a signal came at the start."""
    with ExitStack() as stack:
        with out_of_reach():
            running = stack.enter_context(closing(parallel(tasks)))
        yield running


@contextmanager
def deaths(more: Callable[[], str] = lambda: "") -> Iterator[None]:
    """Say what it means that a worker process is gone, and leave out joblib's warning about the work that it held.

    `more` says what to do about it, or what the workers were at.
    """
    from joblib.externals.loky.process_executor import BrokenProcessPool

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*(tasks have been successfully executed|still being processed)")
        try:
            yield
        except BrokenProcessPool:
            raise WorkError("a worker process was killed, most likely for want of memory" + more()) from None


@contextmanager
def out_of_reach() -> Iterator[None]:
    """Start processes that neither Ctrl-C nor a closed terminal ends: this one hears of it too, and ends them in order.

    The two are held back meanwhile, and a process is started with what is held back; Python itself, where it is
    interrupted as it starts, would complain on stderr.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    import multiprocessing.resource_tracker

    from joblib.externals.loky.backend import resource_tracker

    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGHUP,))
    try:
        for tracker in (multiprocessing.resource_tracker, resource_tracker):
            tracker.ensure_running()  # its start, with that of the first process, would let Ctrl-C through again
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
