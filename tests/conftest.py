"""What several test files share: a small model, and the command line run in this process."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import settings

EVERYTHING = os.environ.get("STANCE_TESTS") == "all"
"""Whether the long tests run too, and properties are tried on a hundred examples instead of thirty, as in CI."""

settings.register_profile("stance", max_examples=100 if EVERYTHING else 30, deadline=None)
settings.load_profile("stance")

SENTENCES = (
    ("Oslo backs the treaty.", "Oslo", "the treaty", "favor"),
    ("Rome rejects the treaty outright.", "Rome", "the treaty", "against"),
    ("Oslo met Rome on Monday.", "Oslo", "Rome", "neutral"),
    ("The union welcomed the treaty, and Rome did not.", "The union", "the treaty", "favor"),
    ("Lima condemned the union over the strike.", "Lima", "the union", "against"),
    ("Lima lies south of Oslo.", "Lima", "Oslo", "neutral"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the long tests out where not everything is asked for."""
    for item in items:
        if item.get_closest_marker("long") and not EVERYTHING:
            item.add_marker(pytest.mark.skip(reason="takes long; STANCE_TESTS=all runs it"))


class Ran(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def labeled() -> pd.DataFrame:
    """Eighteen labelled pairs."""
    return pd.DataFrame(list(SENTENCES) * 3, columns=["text", "actor", "target", "stance"])


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory, labeled: pd.DataFrame) -> Path:
    """A model file, trained on `labeled`."""
    from stance import StanceModel

    path = tmp_path_factory.mktemp("small") / "small.joblib"
    StanceModel().fit(labeled).save(path)
    return path


LABELED = Path(__file__).parents[1] / "labeled"


@pytest.fixture(scope="session")
def part_of_labeled() -> pd.DataFrame:
    """A few of the themes that ship: enough to learn the plain cases from in seconds."""
    from stance import read_labeled
    from stance.pairs import labeled_files

    return read_labeled(*labeled_files(LABELED)[::12])


@pytest.fixture(scope="session")
def part_model(tmp_path_factory: pytest.TempPathFactory, part_of_labeled: pd.DataFrame) -> Path:
    """A model file, trained on `part_of_labeled`."""
    from stance import StanceModel

    path = tmp_path_factory.mktemp("part") / "part.joblib"
    StanceModel().fit(part_of_labeled).save(path)
    return path


def run_in(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """`stance ARGUMENTS` in a folder, in this process: a new one takes a second to import what this one has."""
    from stance.cli import _run

    out, err = io.StringIO(), io.StringIO()
    given = sys.argv
    sys.argv = ["stance", *map(str, arguments)]
    try:
        with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = _run()
    finally:
        sys.argv = given
    return subprocess.CompletedProcess(sys.argv, code, out.getvalue(), err.getvalue())


@pytest.fixture
def stance(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command line as the console script does, short of ending the process."""
    from stance.cli import _run

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["stance", *map(str, arguments)])
        capsys.readouterr()
        code = _run()
        return Ran(code, *capsys.readouterr())

    return run
