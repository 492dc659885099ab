"""What a user relies on around the code: public names, types, the README, the changelog, the citation, the CI run."""

from __future__ import annotations

import ast
import doctest
import importlib
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib import metadata, resources
from pathlib import Path

import pytest
import typer.main

import stance
from stance.cli import app

TOP = Path(__file__).parent.parent
README = (TOP / "README.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def options() -> Iterator[tuple[str, str]]:
    for name, command in COMMANDS.items():
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("-") and option != "--help":  # short ones too
                    yield name, option


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}[ \t]*\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", stance.__all__)
def test_public_names_are_there_and_documented(name: str) -> None:
    assert (getattr(stance, name).__doc__ or "").strip()


def test_no_other_names() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'StanceModle'"):
        stance.StanceModle  # noqa: B018


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_readme(name: str) -> None:
    assert re.search(rf"\bstance {re.escape(name)}\b", README), f"README.md does not show: stance {name}"


@pytest.mark.parametrize(("command", "option"), list(options()))
def test_every_option_stands_in_the_readme(command: str, option: str) -> None:
    assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", README), f"README.md lacks {option} of stance {command}"


def test_the_readme_begins_with_two_commands() -> None:
    first, second = blocks("sh")[:2]
    assert "stance predict" in first and "pytest" in second


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_python_of_the_readme(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples with prompts give what stands below them; the others compile, and import what they name."""
    monkeypatch.chdir(TOP)
    block = blocks("python")[number]
    if ">>>" in block:
        test = doctest.DocTestParser().get_doctest(block, {}, f"README.md, block {number + 1}", "README.md", 0)
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        assert runner.run(test).failed == 0
        return
    compile(block, f"README.md, block {number + 1}", "exec")
    for names in re.findall(r"^from stance import (.+)$", block, re.MULTILINE):
        for name in re.findall(r"\w+", names):
            assert hasattr(stance, name), name


def test_one_version_everywhere() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == stance.__version__ == metadata.version("stance")
    assert f"version: {stance.__version__}\n" in (TOP / "CITATION.cff").read_text(encoding="utf-8")
    changes = (TOP / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)$", changes, re.MULTILINE)
    assert newest and newest[1] == stance.__version__


def test_lower_bounds_are_named() -> None:
    requirements = metadata.requires("stance") or []
    runtime = {re.match(r"[\w-]+", r)[0]: r for r in requirements if "extra ==" not in r}  # type: ignore[index]
    assert set(runtime) >= {"scikit-learn", "joblib", "pandas", "typer"} and "pyarrow" not in runtime
    assert all(">=" in r for r in runtime.values())


def test_types_and_data_ship() -> None:
    assert resources.files("stance").joinpath("py.typed").is_file()


@pytest.mark.parametrize(
    "module", sorted(p.stem for p in Path(str(resources.files("stance"))).glob("*.py") if p.stem != "__main__")
)
def test_modules_import_and_say_what_they_are(module: str) -> None:
    importlib.import_module(f"stance.{module}")
    source = resources.files("stance").joinpath(f"{module}.py").read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source))  # a module that was compiled has none at run time


def test_the_ci_run_is_a_shell_script() -> None:
    run = TOP / ".ci" / "run"
    if not run.exists():  # tests from the source archive, which may leave hidden folders out
        assert (TOP / "PKG-INFO").exists()
        return
    assert os.access(run, os.X_OK)
    assert subprocess.run(["sh", "-n", run], check=False).returncode == 0


def test_top_level_folders() -> None:
    """Four rooms and the CI; what git does not know is no part of the project."""
    listed = subprocess.run(["git", "ls-files"], cwd=TOP, capture_output=True, text=True, check=False).stdout
    folders = {name.split("/")[0] for name in listed.splitlines() if "/" in name}
    assert folders <= {"stance", "models", "tests", "labeled", ".ci"}
