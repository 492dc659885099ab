"""The model file: a joblib file of one plain dict of strings and bytes, which nothing that it holds can change.

A file is ``{"format": "1", "header": JSON, "sha256": hex, NAME: bytes ...}``, pickled by `joblib.dump` and compressed
with gzip. `joblib.load` shows anyone that dict; `load_model` never calls it, because unpickling a stranger's file can
run code. It reads the stream under a cap, walks its opcodes and refuses all but those that build strings, bytes and one
dict, and checks digest, types, shapes, ranges and finiteness before it rebuilds the model.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import pickle
import pickletools
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata, resources
from pathlib import Path
from typing import IO, Any

import numpy as np

from stance.features import GROUPS
from stance.model import Scorer, StanceModel, check_prior
from stance.pairs import STANCES
from stance.text import InputError

FORMAT = "1"
MAX_BYTES = 1 << 30
"""The most that a model file may unpack to."""

_OPCODES = {
    *("PROTO", "FRAME", "STOP", "MARK", "EMPTY_DICT", "SETITEM", "SETITEMS", "MEMOIZE", "BINPUT", "BINGET"),
    *("BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
}


def default_model_path() -> Path:
    """The model that ships: beside the package in a wheel, in `models/` in a checkout."""
    for path in (Path(str(resources.files("stance"))) / "models", Path(__file__).parent.parent / "models"):
        if (path / "default.joblib").exists():
            return path / "default.joblib"
    raise InputError("no default model is installed; train one: stance train LABELED -o MODEL, and give it with --model")


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends well, and vanishes when it does not."""
    path = Path(path)
    if path.is_symlink():
        raise InputError(f"{path}: is a symbolic link; name the file itself")
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
    os.close(descriptor)
    try:
        yield Path(name)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def save_model(model: StanceModel, path: str | Path) -> None:
    """Write a fitted model. The same model gives the same bytes."""
    import joblib

    scorer = model.scorer_
    arrays: dict[str, bytes] = {
        "idf": scorer.idf.astype("<f4").tobytes(),
        "coef": scorer.coef.astype("<f4").tobytes(),
        "intercept": scorer.intercept.astype("<f4").tobytes(),
    }
    for group, terms in scorer.vocabulary.items():
        arrays[f"terms:{group}"] = "\n".join(terms).encode()
    header = {
        "settings": {**model.get_params(), "prior": dict(model.prior) if model.prior else None},
        "labels": list(STANCES),
        "prior": model.prior_,
        "groups": [{"name": g, "weight": GROUPS[g], "terms": len(t)} for g, t in scorer.vocabulary.items()],
        "versions": {p: metadata.version(p) for p in ("stance", "scikit-learn", "numpy", "pandas", "joblib")},
        **model.info_,
    }
    text = json.dumps(header, sort_keys=True, ensure_ascii=False)
    plain: dict[str, str | bytes] = {"format": FORMAT, "header": text, **arrays}
    plain["sha256"] = _digest(plain)
    buffer = io.BytesIO()
    joblib.dump(plain, buffer, compress=False, protocol=4)
    with replacing(path) as temporary:
        temporary.write_bytes(gzip.compress(buffer.getvalue(), compresslevel=6, mtime=0))


def _digest(plain: dict[str, str | bytes]) -> str:
    digest = hashlib.sha256()
    for key in sorted(plain):
        if key != "sha256":
            value = plain[key]
            raw = value.encode() if isinstance(value, str) else value
            digest.update(f"{key}:{type(value).__name__}:{len(raw)}:".encode())
            digest.update(raw)
    return digest.hexdigest()


class _Refuse(pickle.Unpickler):
    """Builds strings, bytes and dicts; whatever names a class or function is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise InputError(f"asks to run {module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        raise InputError("refers to an object outside itself")


def _unpack(path: Path, limit: int) -> bytes:
    """The gzip stream's content, at most `limit` bytes."""
    with open(path, "rb") as raw:
        if raw.read(2) != b"\x1f\x8b":
            raise InputError("is no gzip file")
        raw.seek(0)
        with gzip.GzipFile(fileobj=raw) as stream:
            data = stream.read(limit + 1)
    if len(data) > limit:
        raise InputError(f"unpacks to more than {limit:,} bytes")
    return data


def _audit(data: bytes) -> None:
    """Walk the pickle's opcodes; refuse all that do not build strings, bytes and one dict."""
    strings: list[str] = []
    position = 0
    for opcode, argument, at in pickletools.genops(data):
        position = at or 0
        if opcode.name in ("GLOBAL", "INST"):
            raise InputError(f"asks to run {str(argument).replace(' ', '.')}")
        if opcode.name == "STACK_GLOBAL":
            raise InputError(f"asks to run {'.'.join(strings[-2:])}")
        if opcode.name in ("PERSID", "BINPERSID"):
            raise InputError("refers to an object outside itself")
        if opcode.name not in _OPCODES:
            raise InputError(f"holds a pickle opcode that no model file has ({opcode.name})")
        if isinstance(argument, str):
            strings.append(argument[:100])
    if position + 1 != len(data):
        raise InputError(f"has {len(data) - position - 1:,} bytes after its end")


def read_plain(path: str | Path, limit: int = MAX_BYTES) -> dict[str, Any]:
    """The plain dict of a model file, audited, its digest checked.

    Raises
    ------
    InputError
        saying what is wrong, where the file is anything else.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path}: no such model file; train one with: stance train LABELED -o {path}")
    remedy = "; it is no model of stance, or a damaged one: train it again"
    try:
        data = _unpack(path, limit)
        _audit(data)
        plain = _Refuse(io.BytesIO(data)).load()
        if not isinstance(plain, dict) or not all(isinstance(k, str) for k in plain):
            raise InputError("holds no dict of strings")
        if plain.get("format") != FORMAT:
            raise InputError(f"has format {plain.get('format')!r}; this release reads {FORMAT!r}")
        if not all(isinstance(v, (str, bytes)) for v in plain.values()):
            raise InputError("holds more than strings and bytes")
        if plain.get("sha256") != _digest(plain):
            raise InputError("its content does not match its digest")
    except InputError as error:
        raise InputError(f"{path}: {error}{remedy}") from None
    except (OSError, EOFError, ValueError, zlib.error, pickle.UnpicklingError, MemoryError, KeyError, IndexError) as error:
        raise InputError(f"{path}: cannot be read ({error}){remedy}") from None
    return plain


def read_header(path: str | Path) -> dict[str, Any]:
    """The header of a model file: settings, labels, versions, training data and scores."""
    header: dict[str, Any] = json.loads(read_plain(path)["header"])
    return header


def load_model(path: str | Path) -> StanceModel:
    """Rebuild a model from its file; see `read_plain` for what is refused."""
    plain = read_plain(path)
    try:
        return _rebuild(plain)
    except (InputError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path}: is damaged or was not written by stance ({error}); train it again") from None


def _rebuild(plain: dict[str, Any]) -> StanceModel:
    header = json.loads(plain["header"])
    if header["labels"] != list(STANCES):
        raise InputError(f"labels {header['labels']}, not {list(STANCES)}")
    groups = [(g["name"], g["weight"]) for g in header["groups"]]
    if groups != list(GROUPS.items()):
        raise InputError("made with other groups of terms than this release has")
    vocabulary: dict[str, dict[str, int]] = {}
    base = 0
    for group in header["groups"]:
        terms = plain[f"terms:{group['name']}"].decode().split("\n") if group["terms"] else []
        vocabulary[group["name"]] = {term: base + i for i, term in enumerate(terms)}
        if len(vocabulary[group["name"]]) != group["terms"]:
            raise InputError(f"{len(terms)} terms in group {group['name']!r}, not {group['terms']}")
        base += len(terms)
    arrays = {}
    for name, shape in (("idf", (base,)), ("coef", (base, len(STANCES))), ("intercept", (len(STANCES),))):
        array = np.frombuffer(plain[name], dtype="<f4").astype(np.float64).reshape(shape)
        if not np.isfinite(array).all():
            raise InputError(f"{name} holds a value that is not a finite number")
        arrays[name] = array
    settings = header["settings"]
    model = StanceModel(C=settings["C"], min_df=settings["min_df"], prior=settings["prior"])
    if settings["prior"] is not None:
        check_prior(settings["prior"])
    model.scorer_ = Scorer(vocabulary, arrays["idf"], arrays["coef"], arrays["intercept"])
    model.prior_ = {s: float(header["prior"][s]) for s in STANCES}
    model.classes_ = np.array(STANCES)
    known = {"settings", "labels", "prior", "groups", "versions"}
    model.info_ = {k: v for k, v in header.items() if k not in known}
    return model
