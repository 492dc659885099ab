"""The model file, and writing files so that they are there whole or not at all.

A model file is ``{"format": "1", "header": JSON, NAME: bytes ..., "sha256": hex}``, pickled by `joblib.dump` and
compressed with gzip. `joblib.load` shows anyone that dict; `load_model` never calls it, because unpickling a stranger's
file can run code. `read_plain` unpacks the stream under a cap and reads the few opcodes that build one dict of strings
and bytes itself; every other opcode is refused, with what it asked for. Digest, types, shapes, ranges and finiteness
are checked before the model is rebuilt.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import metadata, resources
from pathlib import Path
from typing import IO, Any

import numpy as np

from stance.features import GROUPS, pair_terms, term_groups
from stance.model import Scorer, StanceModel, check_prior
from stance.pairs import STANCES, find_pair
from stance.text import InputError, Problems, refused_path

try:
    import fcntl
except ImportError:  # Windows: two writers at once still give one of the two files, but leftovers are not swept
    fcntl = None  # type: ignore[assignment]

FORMAT = "1"
MAX_BYTES = 1 << 30
"""The most that a model file may unpack to: about 25 million terms."""
_MAX_RATIO = 8  # gzip takes a model down to a third or so; a bomb of zeros to a thousandth
_SLACK = 1 << 20
_MAX_HEADER = 1 << 22
_MAX_OPCODES = 4096  # a model file has about forty


def default_model_path() -> Path:
    """The model that ships: beside the package in a wheel, in `models/` in a checkout."""
    for path in (Path(str(resources.files("stance"))) / "models", Path(__file__).parent.parent / "models"):
        if (path / "default.joblib").exists():
            return path / "default.joblib"
    raise InputError("no default model is installed; train one (stance train LABELED -o MODEL), name it with --model")


# ---------------------------------------------------------------------------------------------- writing


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends well, and vanishes when it does not.

    Whatever happens, `path` holds the old file or the new one, whole. The temporary is locked while its writer lives;
    one without a lock was left by a writer that was killed, and the next writer of the same path removes it. Symbolic
    links are not followed. Folders that are missing are made, and removed again when the block fails.

    Raises
    ------
    InputError
        before the block, where `path` cannot be written.
    """
    path = Path(path)
    try:
        _check_replaceable(path)
        made = [p for p in (path.parent, *path.parent.parents) if not p.exists()]
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
    descriptor = -1
    done = False
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = _temporary(path)
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror}") from None
        try:
            yield temporary
            _check_replaceable(path)
            if path.exists():
                os.chmod(temporary, stat.S_IMODE(path.stat().st_mode))
            _sync(temporary)
            os.replace(temporary, path)
            done = True
            with suppress(OSError):
                _sync(path.parent)
        finally:
            if not done:
                temporary.unlink(missing_ok=True)
    finally:
        if descriptor >= 0:
            os.close(descriptor)
        if not done:
            for folder in made:
                with suppress(OSError):
                    folder.rmdir()


def check_writable(path: str | Path) -> None:
    """Raise `InputError` where `replacing` could not write: asked before long work, not after."""
    with suppress(_Unwanted), replacing(path):
        raise _Unwanted


class _Unwanted(Exception):
    pass


def _check_replaceable(path: Path) -> None:
    if path.is_symlink():
        raise InputError(f"{path}: is a symbolic link; name the file itself")
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a file")
    if path.exists():
        if not path.is_file():
            raise InputError(f"{path}: is no regular file; leave -o out to write to a pipe")
        if not os.access(path, os.W_OK):
            raise InputError(f"{path}: is read-only; make it writable or name another file")


def _temporary(path: Path) -> tuple[int, Path]:
    """Make a temporary beside `path` and lock it; remove those that killed writers left."""
    mine: tuple[int, Path] | None = None
    number = 0
    while True:
        name = path.parent / f".{path.name}.{number}.tmp"
        if mine and not os.path.lexists(name):
            return mine
        if os.path.lexists(name):
            sweep(name)
        if not mine:
            with suppress(FileExistsError):
                descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
                if (
                    _lock(descriptor) is not False
                    and os.path.lexists(name)
                    and os.path.samestat(os.fstat(descriptor), os.lstat(name))
                ):
                    mine = descriptor, name
                else:  # someone took it for a leftover between its making and its lock
                    os.close(descriptor)
        number += 1


def _lock(descriptor: int) -> bool | None:
    """True: locked by us. False: another process holds it. None: this file system has no locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def sweep(name: Path) -> None:
    """Remove a temporary whose writer is dead: nobody holds its lock."""
    try:
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode) and _lock(descriptor) is True:
            with suppress(OSError):
                if os.path.samestat(os.fstat(descriptor), os.lstat(name)):
                    name.unlink()
    finally:
        os.close(descriptor)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def refusals(output: str | Path | None, skip: bool, say: Callable[[str], None]) -> Iterator[Problems]:
    """What `--on-error` asks for: `Problems` that raise, or that keep refused rows beside the output.

    Refused rows go, as they are met, to `OUTPUT.refused.jsonl`, one object a line with file, line, reason and row;
    without an output, each is said. A file of refused rows that an earlier run left is removed where there are none.
    """
    if not skip:
        yield Problems()
        return
    if output is None:
        problems = Problems(skip=True, sink=lambda row: say(f"refused {row['file']}:{row['line']}: {row['reason']}"))
        yield problems
        if problems.count:
            say(f"{problems.count:,} refused")
        return
    aside = refused_path(output)
    try:
        with replacing(aside) as temporary, open(temporary, "w", encoding="utf-8") as stream:
            problems = Problems(skip=True, sink=lambda row: print(_json_line(row), file=stream))
            yield problems
            stream.flush()
            if not problems.count:
                raise _Unwanted
        say(f"{problems.count:,} refused; see {aside}")
    except _Unwanted:
        aside.unlink(missing_ok=True)


def _json_line(row: dict[str, Any]) -> str:
    # Parquet may hold numbers that JSON does not: what is missing there is null, infinity a word
    return json.dumps(json.loads(json.dumps(row, default=str), parse_constant=lambda name: None if name == "NaN" else name))


# ---------------------------------------------------------------------------------------------- saving a model

_PROBES = (
    ("Oslo condemned the raid, and Rome did not support it.", "Oslo", "Rome"),
    ("Mr. Brown, who chairs ACME, said on 5 May that he would never back the tunnel.", "Mr. Brown", "the tunnel"),
    ("The strike was called off after the mayor praised the union's offer.", "the mayor", "the union"),
    ('"We oppose the new tax," said the League\'s Ana Ruiz; her rivals welcomed it.', "Ana Ruiz", "the new tax"),
)


def terms_digest() -> str:
    """sha256 of the terms of four set sentences: a model only fits the release that computes the same terms."""
    digest = hashlib.sha256()
    for text, actor, target in _PROBES:
        terms = pair_terms(find_pair(text, actor, target))
        digest.update(repr([(g, sorted(map(str, set(terms[g])))) for g in sorted(terms)]).encode())
    return digest.hexdigest()


def save_model(model: StanceModel, path: str | Path) -> None:
    """Write a fitted model. The same model gives the same bytes.

    Raises
    ------
    InputError
        where the file cannot be written, or would be larger than what `load_model` reads.
    """
    import gzip

    import joblib

    scorer = model.scorer_
    arrays: dict[str, bytes] = {
        "idf": scorer.idf.astype("<f4").tobytes(),
        "coef": scorer.coef.astype("<f4").tobytes(),
        "intercept": scorer.intercept.astype("<f4").tobytes(),
    }
    for group, terms in scorer.vocabulary.items():
        arrays[f"terms:{group}"] = "\n".join(terms).encode("utf-8", "surrogatepass")
        if arrays[f"terms:{group}"].count(b"\n") != max(len(terms) - 1, 0):
            raise InputError(f"a term of group {group!r} holds a line break; no model file can hold that")
    header = {
        "settings": {**model.get_params(), "prior": dict(model.prior) if model.prior else None},
        "labels": list(STANCES),
        "syntax": scorer.syntax,
        "prior": model.prior_,
        "offsets": model.offsets_,
        "groups": [{"name": g, "weight": GROUPS[g].weight, "terms": len(t)} for g, t in scorer.vocabulary.items()],
        "terms_sha256": terms_digest(),
        "versions": {p: metadata.version(p) for p in ("stance", "scikit-learn", "numpy", "pandas", "joblib")},
        **model.info_,
    }
    text = json.dumps(header, sort_keys=True, ensure_ascii=False)
    plain: dict[str, str | bytes] = {"format": FORMAT, "header": text, **arrays}
    plain["sha256"] = _digest(plain)
    buffer = io.BytesIO()
    joblib.dump(plain, buffer, compress=False, protocol=4)
    if buffer.tell() > MAX_BYTES:
        raise InputError(f"{path}: the model would take {buffer.tell():,} bytes, above {MAX_BYTES:,}; raise min_df")
    for level in (6, 1, 0):  # what packs better than any real model does would be taken for a bomb when it is read
        packed = gzip.compress(buffer.getvalue(), compresslevel=level, mtime=0)
        if buffer.tell() <= _MAX_RATIO * len(packed) + _SLACK:
            break
    with replacing(path) as temporary:
        temporary.write_bytes(packed)


def _digest(plain: dict[str, Any]) -> str:
    digest = hashlib.sha256()
    for key in sorted(plain):
        if key != "sha256":
            value = plain[key]
            raw = value.encode() if isinstance(value, str) else value
            kind = "str" if isinstance(value, str) else "bytes"
            digest.update(f"{key}:{kind}:{len(raw)}:".encode())
            digest.update(raw)
    return digest.hexdigest()


# ---------------------------------------------------------------------------------------------- reading a model


class _Unpacked:
    """The content of a gzip stream (or of a plain one), taken piece by piece and never beyond `limit` bytes in all."""

    def __init__(self, raw: IO[bytes], limit: int, packed: bool = True) -> None:
        self.raw = raw
        self.limit = limit
        self.inflate = zlib.decompressobj(wbits=31) if packed else None
        self.ready = b""
        self.at = 0
        self.taken = 0

    def _more(self, most: int) -> bytes:
        """At most `most` further bytes; b"" at the end of the content."""
        if self.inflate is None:
            return self.raw.read(most)
        while not self.inflate.eof:
            packed = self.inflate.unconsumed_tail or self.raw.read(1 << 16)
            piece = self.inflate.decompress(packed, most)
            if piece:
                return piece
            if not packed:
                raise InputError("is cut off: its end is missing")
        return b""

    def take(self, n: int) -> bytes | bytearray:
        """The next `n` bytes exactly: a bytearray where they are many, because that grows without a second copy."""
        self.taken += n
        if self.taken > self.limit:
            raise InputError(f"unpacks to more than {self.limit:,} bytes")
        out = self.ready[self.at : self.at + n]
        self.at += len(out)
        if len(out) == n:
            return out
        whole = bytearray(out)
        while (missing := n - len(whole)) > 0:
            self.ready = self._more(1 << 16)
            self.at = min(len(self.ready), missing)
            if not self.ready:
                raise InputError("is cut off: its end is missing")
            whole += self.ready[: self.at]
        return bytes(whole) if n < 1 << 16 else whole

    def rest(self, most: int) -> bytes:
        """What follows, at most `most` bytes, damaged or not."""
        out = self.ready[self.at :]
        with suppress(InputError, zlib.error):
            while len(out) < most and (piece := self._more(most)):
                out += piece
        return out[:most]

    def close(self) -> None:
        """Refuse whatever follows the content."""
        if self.at < len(self.ready) or self._more(1):
            raise InputError("has bytes after its end")
        if (self.inflate is not None and self.inflate.unused_data) or self.raw.read(1):
            raise InputError("has bytes after its end")


_STRINGS = {pickle.SHORT_BINUNICODE: 1, pickle.BINUNICODE: 4, pickle.BINUNICODE8: 8}
_BYTES = {pickle.SHORT_BINBYTES: 1, pickle.BINBYTES: 4, pickle.BINBYTES8: 8}
_MARK = object()


def _read_pickle(stream: _Unpacked) -> dict[str, Any]:
    """The dict that a pickle of protocol 4 builds from strings and bytes alone; anything else is refused by name."""
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    for _ in range(_MAX_OPCODES):
        code = bytes(stream.take(1))
        if code in _STRINGS or code in _BYTES:
            raw = stream.take(int.from_bytes(stream.take((_STRINGS | _BYTES)[code]), "little"))
            stack.append(raw.decode() if code in _STRINGS else raw)
        elif code == pickle.PROTO:
            stream.take(1)
        elif code == pickle.FRAME:
            stream.take(8)
        elif code == pickle.EMPTY_DICT:
            stack.append({})
        elif code == pickle.MARK:
            stack.append(_MARK)
        elif code == pickle.MEMOIZE:
            memo[len(memo)] = _top(stack)
        elif code == pickle.BINPUT:
            memo[stream.take(1)[0]] = _top(stack)
        elif code == pickle.BINGET:
            index = stream.take(1)[0]
            if index not in memo:
                raise InputError("is damaged: it refers to what it does not hold")
            stack.append(memo[index])
        elif code in (pickle.SETITEM, pickle.SETITEMS):
            _set_items(stack, 2 if code == pickle.SETITEM else None)
        elif code == pickle.STOP:
            stream.close()
            if len(stack) != 1 or not isinstance(stack[0], dict):
                raise InputError("holds no dict")
            return stack[0]
        else:
            raise InputError(_purpose(code + stream.rest(1 << 16), stack, memo))
    raise InputError(f"has more than {_MAX_OPCODES:,} parts")


def _top(stack: list[Any]) -> Any:
    if not stack:
        raise InputError("is damaged: it keeps what it does not hold")
    return stack[-1]


def _set_items(stack: list[Any], n: int | None) -> None:
    if n is None:
        if _MARK not in stack:
            raise InputError("is damaged: it ends what it did not begin")
        start = len(stack) - 1 - next(i for i, item in enumerate(reversed(stack)) if item is _MARK)
        items = stack[start + 1 :]
        del stack[start:]
    else:
        items = stack[-n:]
        del stack[-n:]
    if len(items) % 2 or not stack or not isinstance(stack[-1], dict):
        raise InputError("is damaged: its dict has keys without values")
    for key, value in zip(items[::2], items[1::2], strict=True):
        if not isinstance(key, str) or not isinstance(value, (str, bytes, bytearray)):
            raise InputError("holds more than strings and bytes")
        if key in stack[-1]:
            raise InputError(f"holds {key[:50]!r} twice")
        stack[-1][key] = value


def _purpose(data: bytes, stack: list[Any], memo: dict[int, Any]) -> str:
    """What a pickle asks for from a forbidden opcode on: the function that it would call, where it names one."""
    import pickletools
    import warnings

    strings = [s for s in stack if isinstance(s, str)]
    kept = {k: v for k, v in memo.items() if isinstance(v, str)}
    size = len(memo)
    first = ""
    # the rest may be cut or garbage: whatever it is, the file is refused
    with suppress(Exception), warnings.catch_warnings(action="ignore"):
        for opcode, argument, _ in pickletools.genops(data):
            first = first or opcode.name
            if opcode.name in ("GLOBAL", "INST"):
                return f"asks to run {_printable('.'.join(str(argument).split(' ', 1)))}"
            if opcode.name == "STACK_GLOBAL":
                return f"asks to run {_printable('.'.join(strings[-2:]))}"
            if opcode.name in ("PERSID", "BINPERSID"):
                return "refers to an object outside itself (a persistent id)"
            if opcode.name in ("EXT1", "EXT2", "EXT4"):
                return f"asks to run extension {argument} of copyreg"
            if opcode.name == "MEMOIZE":
                if strings:
                    kept[size] = strings[-1]
                size += 1
            elif opcode.name in ("PUT", "BINPUT", "LONG_BINPUT") and strings:
                kept[int(str(argument))] = strings[-1]
            elif opcode.name in ("GET", "BINGET", "LONG_BINGET"):
                strings.append(kept.get(int(str(argument)), "?"))
            elif isinstance(argument, str):
                strings.append(argument)
    return f"holds a pickle opcode that no model file has ({first or hex(data[0])})"


def _printable(text: str) -> str:
    text = text if len(text) <= 100 else text[:99] + "…"
    return text if text.isprintable() else ascii(text)


def read_plain(path: str | Path, limit: int = MAX_BYTES) -> dict[str, Any]:
    """The plain dict of a model file, its digest checked.

    Raises
    ------
    InputError
        saying what is wrong, where the file is anything else.
    """
    path = Path(path)
    try:
        there, regular = path.exists(), path.is_file()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    if not there:
        raise InputError(f"{path}: no such model file; train one with: stance train LABELED -o {path}")
    if not regular:
        raise InputError(f"{path}: is no file; name a model file (.joblib)")
    try:
        with open(path, "rb") as raw:
            plain = _read_file(raw, limit)
    except InputError as error:
        raise InputError(f"{path}: {error}; it is no model of stance, or a damaged one: train it again") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, zlib.error, MemoryError) as error:
        raise InputError(f"{path}: is damaged ({error}): train it again") from None
    return plain


def _read_file(raw: IO[bytes], limit: int) -> dict[str, Any]:
    size = os.fstat(raw.fileno()).st_size
    magic = raw.read(2)
    raw.seek(0)
    if not magic:
        raise InputError("is empty")
    if magic != b"\x1f\x8b":
        if magic[:1] == pickle.PROTO:
            _read_pickle(_Unpacked(raw, limit, packed=False))
            raise InputError("is not compressed")
        raise InputError("is no gzip file")
    plain = _read_pickle(_Unpacked(raw, min(limit, _MAX_RATIO * size + _SLACK)))
    if plain.get("format") != FORMAT:
        raise InputError(f"has format {str(plain.get('format'))[:20]!r}; this release reads {FORMAT!r}")
    if not isinstance(plain.get("header"), str) or len(plain["header"]) > _MAX_HEADER:
        raise InputError("has no header")
    if plain.get("sha256") != _digest(plain):
        raise InputError("its content does not match its digest")
    return plain


def _header(plain: dict[str, Any]) -> dict[str, Any]:
    """The header as a dict whose parts have the types that whoever prints or uses them relies on."""

    def no_constant(name: str) -> Any:
        raise ValueError(f"header holds {name}")

    header = json.loads(plain["header"], parse_constant=no_constant)
    kinds = {
        "settings": dict,
        "labels": list,
        "prior": dict,
        "groups": list,
        "versions": dict,
        "terms_sha256": str,
        "syntax": str,
    }
    if not isinstance(header, dict):
        raise ValueError("header is no object")
    for key, kind in kinds.items():
        if not isinstance(header.get(key), kind):
            raise ValueError(f"header has no {key}, or not as {kind.__name__}")
    for key in ("data", "cross_validation"):
        if not isinstance(header.get(key, {}), dict):
            raise ValueError(f"header's {key} is no object")
    for group in header["groups"]:
        if not isinstance(group, dict) or not isinstance(group.get("name"), str) or type(group.get("terms")) is not int:
            raise ValueError("header's groups need name, weight and terms")
        if group["terms"] < 0:
            raise ValueError(f"{group['terms']} terms in group {group['name']!r}")
    return header


def read_header(path: str | Path) -> dict[str, Any]:
    """The header of a model file: settings, labels, versions, training data and scores."""
    plain = read_plain(path)
    try:
        return _header(plain)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is damaged or was not written by stance ({error}); train it again") from None


def load_model(path: str | Path) -> StanceModel:
    """Rebuild a model from its file; see `read_plain` for what is refused."""
    plain = read_plain(path)
    try:
        return _rebuild(plain)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError, MemoryError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise InputError(f"{path}: cannot be used by this release ({what}); train it again") from None


def _rebuild(plain: dict[str, Any]) -> StanceModel:
    header = _header(plain)
    if header["labels"] != list(STANCES):
        raise InputError(f"labels {header['labels']}, not {list(STANCES)}")
    groups = term_groups(header["syntax"])
    if [(g["name"], g["weight"]) for g in header["groups"]] != [(name, GROUPS[name].weight) for name in groups]:
        named = ", ".join(g["name"] for g in header["groups"])
        raise InputError(f"made with other groups of terms ({named}) than this release has ({', '.join(groups)})")
    if header["terms_sha256"] != terms_digest():
        raise InputError("made by a release that computes other terms")
    total = sum(g["terms"] for g in header["groups"])
    arrays = {}
    width = len(STANCES)
    for name, n, shape in (("idf", total, (-1,)), ("coef", total * width, (-1, width)), ("intercept", width, (-1,))):
        if isinstance(plain[name], str) or len(plain[name]) != 4 * n:
            raise InputError(f"{name} has {len(plain[name]):,} bytes, not the {4 * n:,} that its header promises")
        array = np.frombuffer(plain[name], dtype="<f4").astype(np.float64).reshape(shape)
        if not np.isfinite(array).all():
            raise InputError(f"{name} holds a value that is not a finite number")
        arrays[name] = array
    if not (arrays["idf"] > 0).all():
        raise InputError("idf holds a value that is not above 0")
    vocabulary: dict[str, dict[str, int]] = {}
    base = 0
    for group in header["groups"]:
        raw = plain[f"terms:{group['name']}"]
        if not isinstance(raw, (bytes, bytearray)) or raw.count(b"\n") + (group["terms"] > 0) != group["terms"]:
            raise InputError(f"the terms of group {group['name']!r} are not {group['terms']}")
        terms = raw.decode("utf-8", "surrogatepass").split("\n") if group["terms"] else []
        vocabulary[group["name"]] = {term: base + i for i, term in enumerate(terms)}
        if len(vocabulary[group["name"]]) != group["terms"]:
            raise InputError(f"a term stands twice in group {group['name']!r}")
        base += len(terms)
    model = StanceModel()
    model.set_params(**header["settings"])
    if model.prior is not None:
        check_prior(model.prior)
    model.scorer_ = Scorer(vocabulary, arrays["idf"], arrays["coef"], arrays["intercept"], header["syntax"])
    if bool(header["syntax"]) != bool(model.syntax):
        raise InputError("its settings and its header disagree about syntax")
    model.prior_ = {s: float(header["prior"][s]) for s in STANCES}
    if not all(0 <= p <= 1 for p in model.prior_.values()):
        raise InputError(f"prior {model.prior_} holds no shares")
    model.offsets_ = {s: float(header["offsets"][s]) for s in STANCES}
    if not all(abs(offset) < 20 for offset in model.offsets_.values()):
        raise InputError(f"offsets {model.offsets_} are none")
    model.classes_ = np.array(STANCES)
    known = {"settings", "labels", "syntax", "prior", "offsets", "groups", "terms_sha256", "versions"}
    model.info_ = {k: v for k, v in header.items() if k not in known}
    return model
