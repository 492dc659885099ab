"""Write tests/data/format1.joblib and what it predicts: run once for a release, from the top of the checkout."""

from pathlib import Path

from test_storage import KEPT, labeled

from stance import StanceModel

if __name__ == "__main__":
    KEPT.mkdir(exist_ok=True)
    frame = labeled()
    model = StanceModel().fit(frame)
    path = Path(KEPT / "format1.joblib")
    model.save(path)
    pairs = frame[["text", "actor", "target"]].drop_duplicates(ignore_index=True)
    pairs.join(model.predict_pairs(pairs)).to_json(KEPT / "format1.json", orient="records", indent=1)
    print(f"{path}: {path.stat().st_size} bytes")
