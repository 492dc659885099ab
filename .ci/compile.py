"""A build step that is off unless asked for: modules that read text become machine code, see README, "How fast it is".

Modules with public functions stay as they are, since compiled ones have no docstrings.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

READING = "lexicon grammar phrases tree arguments features names discovery references things speech".split()


class Compile(BuildHookInterface):  # type: ignore[type-arg]
    """Compile what reads text with mypyc, from the very same source."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the libraries to the wheel, which then is for one platform and one version of Python."""
        self.work = Path(tempfile.mkdtemp())  # in the checkout, a library would hide what is edited later
        shutil.copytree(Path(self.root, "stance"), self.work / "stance", ignore=shutil.ignore_patterns("__pycache__"))
        command = [sys.executable, "-m", "mypyc", "--ignore-missing-imports", *(f"stance/{name}.py" for name in READING)]
        subprocess.run(command, cwd=self.work, check=True)
        suffix = sysconfig.get_config_var("EXT_SUFFIX")
        for library in (*self.work.glob(f"*{suffix}"), *self.work.glob(f"stance/*{suffix}")):
            build_data["force_include"][str(library)] = library.relative_to(self.work).as_posix()
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.work)
