"""The model file: what is saved loads with equal predictions; whatever else a file holds is refused and never run."""

from __future__ import annotations

import copyreg
import gzip
import io
import json
import os
import pickle
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from conftest import SENTENCES
from hypothesis import given, settings
from hypothesis import strategies as st

import stance.storage as storage
from stance import InputError, StanceModel
from stance.storage import load_model, read_header, read_plain, replacing

KEPT = Path(__file__).parent / "data"


def labeled() -> pd.DataFrame:
    return pd.DataFrame(list(SENTENCES) * 3, columns=["text", "actor", "target", "stance"])


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "m.joblib"
    StanceModel().fit(labeled()).save(path)
    return path


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def plain_of(path: Path) -> dict[str, Any]:
    return dict(joblib.load(path))


def signed(plain: dict[str, Any]) -> bytes:
    """A model file of whatever content, with a digest that fits: what an attacker who reads the source writes."""
    plain = {k: v for k, v in plain.items() if k != "sha256"}
    plain["sha256"] = storage._digest(plain)
    buffer = io.BytesIO()
    joblib.dump(plain, buffer, protocol=4)
    return packed(buffer.getvalue())


# ------------------------------------------------------------------------------------------------- what is kept


def test_same_bytes_same_predictions(model_file: Path, tmp_path: Path) -> None:
    model = StanceModel().fit(labeled())
    again = tmp_path / "again.joblib"
    model.save(again)
    assert again.read_bytes() == model_file.read_bytes()
    loaded = StanceModel.load(model_file)
    pd.testing.assert_frame_equal(loaded.predict_pairs(labeled()), model.predict_pairs(labeled()))
    loaded.save(again)
    assert again.read_bytes() == model_file.read_bytes()
    assert loaded.get_params() == model.get_params()


def test_joblib_shows_a_plain_dict(model_file: Path) -> None:
    plain = joblib.load(model_file)
    assert {type(v) for v in plain.values()} == {str, bytes}
    assert plain["format"] == storage.FORMAT
    header = json.loads(plain["header"])
    assert header["labels"] == ["against", "favor", "neutral"] and set(header["versions"]) >= {"stance", "scikit-learn"}


def test_loaded_pipeline_predicts_as_the_scorer_does(model_file: Path) -> None:
    """Under whatever scikit-learn is installed: the continuous integration runs this file with the oldest one too."""
    from stance.pairs import STANCES, frame_pairs

    model = StanceModel.load(model_file)
    p = model.pipeline_.predict_proba(frame_pairs(labeled()))
    frame = model.predict_pairs(labeled())
    for k, name in enumerate(STANCES):
        np.testing.assert_allclose(p[:, k], frame[f"p_{name}"], atol=2e-6)


def test_a_file_of_format_1_loads_for_ever() -> None:
    """Written by `python tests/keep_format.py` once, for the release; never written anew after that."""
    model = StanceModel.load(KEPT / "format1.joblib")
    kept = pd.read_json(KEPT / "format1.json", orient="records")
    found = model.predict_pairs(kept[["text", "actor", "target"]])
    assert list(found["stance"]) == list(kept["stance"])
    for column in ("p_favor", "p_against", "p_neutral"):
        np.testing.assert_allclose(found[column], kept[column], atol=2e-6)


# ------------------------------------------------------------------------------------------------- what is refused


class Runs:
    """Unpickled, this would write a file that the tests look for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.path}",)


class Persistent(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        return "elsewhere" if obj == "here" else None


def _object_array(payload: Any) -> bytes:
    array = np.empty(1, dtype=object)
    array[0] = payload
    buffer = io.BytesIO()
    joblib.dump({"format": "1", "coef": array}, buffer)
    return buffer.getvalue()


def _persistent() -> bytes:
    buffer = io.BytesIO()
    Persistent(buffer, protocol=4).dump({"format": "here"})
    return buffer.getvalue()


def _extension(model: Runs) -> bytes:
    copyreg.add_extension("posix", "system", 177)
    try:
        return pickle.dumps({"format": model}, protocol=4)
    finally:
        copyreg.remove_extension("posix", "system", 177)


def _doubling(depth: int = 60) -> bytes:
    """A list of two lists of two lists ...: small here, 2**60 strings once it is walked."""
    x: Any = ["lol"]
    for _ in range(depth):
        x = [x, x]
    return pickle.dumps({"format": x}, protocol=4)


def _text(code: bytes) -> bytes:
    return b"\x80\x04}\x94(\x8c\x06format\x94" + code


HUGE = (1 << 62).to_bytes(8, "little")
DOTTED = b"\x8c\x02os\x94\x8c\x14system.__call__.real\x94\x93\x94"
PICKLES: dict[str, tuple[Any, str]] = {
    "reduce payload": (lambda p: pickle.dumps(Runs(p), protocol=4), "asks to run posix.system"),
    "in a dict": (lambda p: pickle.dumps({"format": "1", "header": Runs(p)}, protocol=4), "asks to run posix.system"),
    "in a list": (lambda p: pickle.dumps({"format": [[Runs(p)]]}, protocol=4), "asks to run posix.system"),
    "as a key": (lambda p: pickle.dumps({("a", Runs(p)): 1}, protocol=4), "asks to run posix.system"),
    "protocol 0": (lambda p: pickle.dumps({"format": Runs(p)}, protocol=0), "asks to run posix.system"),
    "protocol 2": (lambda p: pickle.dumps({"format": Runs(p)}, protocol=2), "asks to run posix.system"),
    "protocol 5": (lambda p: pickle.dumps({"format": Runs(p)}, protocol=5), "asks to run posix.system"),
    "object array": (lambda p: _object_array(Runs(p)), "asks to run joblib.numpy_pickle.NumpyArrayWrapper"),
    "dotted name": (lambda p: _text(DOTTED + b")R."), "asks to run os.system.__call__.real"),
    "names from the memo": (
        lambda p: _text(b"\x8c\x05posix\x94\x8c\x06system\x94]\x94h\x02h\x03\x93."),
        "asks to run posix.system",
    ),
    "INST": (lambda p: _text(b"(Vtrue\niposix\nsystem\n."), "asks to run posix.system"),
    "OBJ": (lambda p: _text(b"(cposix\nsystem\nVtrue\no."), "asks to run posix.system"),
    "persistent id": (lambda p: _persistent(), "refers to an object outside itself"),
    "persistent id as text": (lambda p: _text(b"P0\n."), "refers to an object outside itself"),
    "extension": (lambda p: _extension(Runs(p)), "asks to run extension 177 of copyreg"),
    "escape in a name": (lambda p: _text(b"c\x1b[2Jos\nsystem\n."), r"asks to run '\x1b[2Jos.system'"),
    "doubling lists": (lambda p: _doubling(), "holds a pickle opcode that no model file has (EMPTY_LIST)"),
    "memo out of range": (lambda p: _text(b"r" + b"\xff\xff\xff\x7f."), "no model file has (LONG_BINPUT)"),
    "memo of nothing": (lambda p: _text(b"h\x63s."), "refers to what it does not hold"),
    "endless memo": (lambda p: _text(b"\x8c\x01a\x94" * 100_000), "has more than 4,096 parts"),
    "huge string": (lambda p: _text(b"\x8d" + HUGE), "unpacks to more than"),
    "huge bytes": (lambda p: _text(b"\x8e" + HUGE), "unpacks to more than"),
    "big number": (lambda p: _text(b"\x8b\xff\xff\xff\x7f"), "no model file has"),
    "a number": (lambda p: pickle.dumps({"format": 1}, protocol=4), "that no model file has (BININT1)"),
    "no dict": (lambda p: pickle.dumps("format", protocol=4), "holds no dict"),
    "two of one key": (lambda p: _text(b"\x8c\x011\x94\x8c\x06format\x94\x8c\x011\x94u."), "holds 'format' twice"),
    "key without value": (lambda p: _text(b"u."), "keys without values"),
    "ends early": (lambda p: b"\x80\x04.", "holds no dict"),
    "set into nothing": (lambda p: b"\x80\x04u.", "ends what it did not begin"),
    "bytes after the end": (lambda p: pickle.dumps({"a": "b"}, protocol=4) + b"more", "has bytes after its end"),
    "other format": (lambda p: pickle.dumps({"format": "99"}, protocol=4), "has format '99'; this release reads '1'"),
    "no format": (lambda p: pickle.dumps({}, protocol=4), "has format 'None'"),
    "no header": (lambda p: pickle.dumps({"format": "1"}, protocol=4), "has no header"),
    "not UTF-8": (lambda p: _text(b"\x8c\x01\xff\x94u."), "is damaged"),
    "cut off": (lambda p: _text(b"\x8c\x06he"), "is cut off"),
    "an estimator": (lambda p: pickle.dumps(StanceModel(), protocol=4), "asks to run stance.model.StanceModel"),
}


@pytest.mark.parametrize("name", PICKLES)
@pytest.mark.parametrize("is_packed", [True, False])
def test_hostile_pickles_are_refused_by_name(name: str, is_packed: bool, tmp_path: Path) -> None:
    make, message = PICKLES[name]
    ran = tmp_path / "ran"
    data = make(ran)
    path = tmp_path / "m.joblib"
    path.write_bytes(packed(data) if is_packed else data)
    with pytest.raises(InputError) as error:
        load_model(path)
    assert not ran.exists()
    assert str(path) in str(error.value) and "\n" not in str(error.value) and "\x1b" not in str(error.value)
    if is_packed:
        assert message in str(error.value)
    with pytest.raises(InputError):
        read_header(path)


def _zeros(n: int) -> bytes:
    deflate = zlib.compressobj(1, wbits=31)
    return b"".join(deflate.compress(bytes(1 << 20)) for _ in range(n >> 20)) + deflate.flush()


def _bomb(n: int) -> bytes:
    """A well-formed start, then bytes that unpack to `n` zeros."""
    deflate = zlib.compressobj(1, wbits=31)
    head = _text(b"\x8e" + n.to_bytes(8, "little"))
    return deflate.compress(head) + b"".join(deflate.compress(bytes(1 << 20)) for _ in range(n >> 20)) + deflate.flush()


FILES: dict[str, tuple[Any, str]] = {
    "empty": (lambda m: b"", "is empty"),
    "text": (lambda m: b"not a model\n", "is no gzip file"),
    "zlib": (lambda m: zlib.compress(gzip.decompress(m)), "is no gzip file"),
    "uncompressed": (lambda m: gzip.decompress(m), "is not compressed"),
    "one byte": (lambda m: m[:1], "is no gzip file"),
    "magic only": (lambda m: m[:2], "is cut off"),
    "half": (lambda m: m[: len(m) // 2], "is cut off"),
    "last byte missing": (lambda m: m[:-1], "is cut off"),
    "a byte after": (lambda m: m + b"\0", "has bytes after its end"),
    "a second member": (lambda m: m + packed(b"more"), "has bytes after its end"),
    "wrong checksum": (lambda m: m[:-8] + bytes(8), "is damaged"),
    "zeros, a gigabyte": (lambda m: _zeros(1 << 30), "holds a pickle opcode"),
    "bomb, a gigabyte": (lambda m: _bomb(1 << 30), "unpacks to more than"),
    "bomb, below the cap": (lambda m: _bomb(1 << 23) + os.urandom(1 << 20), "is cut off"),
    "a gzip of a gzip": (lambda m: packed(m), "holds a pickle opcode"),
}


@pytest.mark.parametrize("name", FILES)
def test_damaged_files_are_refused(name: str, model_file: Path, tmp_path: Path) -> None:
    make, message = FILES[name]
    path = tmp_path / "m.joblib"
    path.write_bytes(make(model_file.read_bytes()))
    with pytest.raises(InputError, match=message):
        load_model(path)


def _changed(**header: Any) -> Any:
    def change(plain: dict[str, Any]) -> dict[str, Any]:
        return plain | {"header": json.dumps(json.loads(plain["header"]) | header)}

    return change


def _groups(**fields: Any) -> Any:
    def change(plain: dict[str, Any]) -> dict[str, Any]:
        header = json.loads(plain["header"])
        header["groups"][0] |= fields
        return plain | {"header": json.dumps(header)}

    return change


def _array(name: str, change: Any) -> Any:
    def apply(plain: dict[str, Any]) -> dict[str, Any]:
        array = np.frombuffer(plain[name], dtype="<f4").copy()
        return plain | {name: change(array).tobytes()}

    return apply


def _set(value: float) -> Any:
    def change(array: np.ndarray) -> np.ndarray:
        array[0] = value
        return array

    return change


def _terms(change: Any) -> Any:
    def apply(plain: dict[str, Any]) -> dict[str, Any]:
        name = next(k for k in plain if k.startswith("terms:") and plain[k].count(b"\n") > 1)
        return plain | {name: change(plain[name])}

    return apply


def _twice(terms: bytes) -> bytes:
    first, _, *rest = terms.split(b"\n")
    return b"\n".join([first, first, *rest])


CONTENTS: dict[str, tuple[Any, str]] = {
    "huge shape": (_groups(terms=10**18), "not the"),
    "negative shape": (_groups(terms=-1), "-1 terms"),
    "shape as float": (_groups(terms=3.0), "groups need name"),
    "shape as truth": (_groups(terms=True), "groups need name"),
    "too few terms": (_groups(terms=1), "promises"),
    "other group": (_groups(name="unheard"), "other groups of terms"),
    "other weight": (_groups(weight=77.5), "other groups of terms"),
    "no groups": (_changed(groups=[]), "other groups of terms"),
    "groups as text": (_changed(groups="abc"), "has no groups"),
    "other terms": (_changed(terms_sha256="0" * 64), "computes other terms"),
    "labels swapped": (_changed(labels=["favor", "against", "neutral"]), "labels"),
    "unknown setting": (_changed(settings={"depth": 3}), "no parameter 'depth'"),
    "settings as list": (_changed(settings=[1]), "has no settings"),
    "prior of two": (_changed(prior={"favor": 0.5, "against": 0.5}), "'neutral' is missing"),
    "prior as text": (_changed(prior={"favor": "x", "against": "y", "neutral": "z"}), "could not convert"),
    "prior above one": (_changed(prior={"favor": 5, "against": 5, "neutral": 5}), "holds no shares"),
    "scores as list": (_changed(cross_validation=[]), "cross_validation is no object"),
    "header no object": (lambda p: p | {"header": "[]"}, "header is no object"),
    "header no JSON": (lambda p: p | {"header": "{"}, "cannot be used"),
    "header holds NaN": (lambda p: p | {"header": '{"a": NaN}'}, "holds NaN"),
    "header nests": (lambda p: p | {"header": "[" * 200_000}, "cannot be used"),
    "header as bytes": (lambda p: p | {"header": b"{}"}, "has no header"),
    "no coefficients": (lambda p: {k: v for k, v in p.items() if k != "coef"}, "'coef' is missing"),
    "array as text": (lambda p: p | {"coef": "text"}, "coef has 4 bytes"),
    "array cut": (lambda p: p | {"coef": p["coef"][:-1]}, "promises"),
    "a number too many": (lambda p: p | {"intercept": p["intercept"] + bytes(4)}, "promises"),
    "NaN": (_array("coef", _set(np.nan)), "not a finite number"),
    "infinity": (_array("intercept", _set(-np.inf)), "not a finite number"),
    "idf of zero": (_array("idf", _set(0)), "not above 0"),
    "a term twice": (_terms(_twice), "stands twice"),
    "a term too few": (_terms(lambda t: t.split(b"\n", 1)[1]), "are not"),
    "terms as text": (_terms(lambda t: t.decode()), "are not"),
    "terms not UTF-8": (_terms(lambda t: b"\xff" + t), "can't decode"),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_contents_that_do_not_fit_are_refused_though_their_digest_fits(
    name: str, model_file: Path, tmp_path: Path
) -> None:
    change, message = CONTENTS[name]
    path = tmp_path / "m.joblib"
    path.write_bytes(signed(change(plain_of(model_file))))
    with pytest.raises(InputError) as error:
        load_model(path)
    assert message in str(error.value) and str(path) in str(error.value)


def test_changed_content_does_not_match_its_digest(model_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.joblib"
    plain = plain_of(model_file)
    for key in plain:
        if key in ("format", "sha256"):
            continue
        value = plain[key]
        other = value + "x" if isinstance(value, str) else value + b"x"
        joblib.dump(plain | {key: other}, path, compress=("gzip", 3))
        with pytest.raises(InputError, match="does not match its digest"):
            read_plain(path)


def test_missing_model_and_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such model file"):
        load_model(tmp_path / "none.joblib")
    with pytest.raises(InputError, match="is no file"):
        load_model(tmp_path)


PREDICTED = "Oslo backs the treaty that Rome rejects."


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_fuzzed_files_are_refused_or_predict_the_same(model_file: Path, data: st.DataObject) -> None:
    """Bits flipped, bytes cut out, put in and swapped, in the file and in what it unpacks to."""
    raw = bytearray(model_file.read_bytes())
    inside = data.draw(st.booleans())
    if inside:
        raw = bytearray(gzip.decompress(bytes(raw)))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        kind = data.draw(st.sampled_from(["flip", "cut", "insert", "set"]))
        if kind == "flip":
            raw[at] ^= 1 << data.draw(st.integers(0, 7))
        elif kind == "cut":
            del raw[at : at + data.draw(st.integers(1, 20))]
        elif kind == "insert":
            raw[at:at] = data.draw(st.binary(min_size=1, max_size=20))
        else:
            raw[at] = data.draw(st.integers(0, 255))
        if not raw:
            break
    path = model_file.with_name("fuzzed.joblib")
    path.write_bytes(packed(bytes(raw)) if inside else bytes(raw))
    frame = pd.DataFrame([[PREDICTED, "Oslo", "the treaty"]], columns=["text", "actor", "target"])
    try:
        model = load_model(path)
    except InputError as error:
        assert str(path) in str(error)
    else:
        expected = StanceModel.load(model_file).predict_pairs(frame)
        pd.testing.assert_frame_equal(model.predict_pairs(frame), expected)


def test_single_bit_flips(model_file: Path, tmp_path: Path) -> None:
    """Refused, or the very same content: in gzip's own header, and in the bits that fill its last byte."""
    raw = model_file.read_bytes()
    content = plain_of(model_file)
    path = tmp_path / "m.joblib"
    unnoticed = 0
    places = sorted({*range(64), *range(64, len(raw), 40), *range(len(raw) - 32, len(raw))})
    for at in places:
        for bit in range(8):
            path.write_bytes(raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :])
            try:
                assert read_plain(path) == content
                unnoticed += 1
            except InputError:
                pass
    assert unnoticed <= 8 * 7 + 7


WORST = ("zeros, a gigabyte", "bomb, a gigabyte", "bomb, below the cap")


def test_hostile_files_take_little_memory(model_file: Path, tmp_path: Path) -> None:
    """All of the worst files, refused one after the other in one process that may map 200 MB beyond its imports."""
    for number, name in enumerate(WORST):
        (tmp_path / f"{number}.joblib").write_bytes(FILES[name][0](model_file.read_bytes()))
    script = (
        "import resource, sys, pathlib\n"
        "from stance.storage import load_model, InputError\n"
        "import stance.features\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 200_000_000,) * 2)\n"
        "for p in sorted(pathlib.Path(sys.argv[1]).glob('*.joblib')):\n"
        "    try:\n"
        "        load_model(p)\n"
        "    except InputError as error:\n"
        "        print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) == len(WORST) and "MemoryError" not in run.stdout


def test_what_packs_too_well_is_packed_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real model never reads as a bomb, however alike its terms are."""
    monkeypatch.setattr(storage, "_SLACK", 0)
    monkeypatch.setattr(storage, "_MAX_RATIO", 1.2)
    path = tmp_path / "m.joblib"
    model = StanceModel().fit(labeled())
    model.save(path)
    pd.testing.assert_frame_equal(StanceModel.load(path).predict_pairs(labeled()), model.predict_pairs(labeled()))


# ------------------------------------------------------------------------------------------------- writing


def test_replacing_writes_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "deep" / "out.csv"
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with replacing(path) as temporary:
        temporary.write_text("first")
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "first"
    path.chmod(0o640)
    with replacing(path) as temporary:
        temporary.write_text("second")
    assert path.read_text() == "second" and path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in path.parent.iterdir()] == ["out.csv"]


def test_replacing_follows_no_symbolic_link(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("untouched")
    link = tmp_path / "out.csv"
    link.symlink_to(secret)
    with pytest.raises(InputError, match="is a symbolic link"), replacing(link):
        pass
    link.unlink()
    planted = tmp_path / ".out.csv.0.tmp"
    planted.symlink_to(secret)
    with replacing(link) as temporary:
        temporary.write_text("new")
    assert secret.read_text() == "untouched" and link.read_text() == "new" and not link.is_symlink()
    planted.unlink()
    with pytest.raises(InputError, match="is a symbolic link"), replacing(link) as temporary:
        link.unlink()
        link.symlink_to(secret)
    assert secret.read_text() == "untouched"


@pytest.mark.parametrize("kind", ["folder", "fifo", "below a file"])
def test_replacing_refuses_what_is_no_file(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.write_text("a file")
        path = path / "out.csv"
    with pytest.raises(InputError, match=str(path)), replacing(path):
        pass


def test_two_writers_and_leftovers(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    (tmp_path / ".out.csv.0.tmp").write_text("left by a writer that was killed")
    (tmp_path / ".out.csv.1.tmp").write_text("another")
    with replacing(path) as first:
        with replacing(path) as second:
            assert first != second
            first.write_text("first")
            second.write_text("second")
        assert path.read_text() == "second"
    assert path.read_text() == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
