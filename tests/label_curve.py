"""How many labels suggestion saves against random order: a curve, printed as CSV. Not a test: run it by hand.

    python tests/label_curve.py LABELED.csv [--test HELD_OUT.csv] [--seeds 3] > curve.csv

A fifth of the documents is kept aside for the score (or all of HELD_OUT). From a random seed set, each round either
draws more pairs at random, or asks the model trained so far for those that it is least sure of (`spread_out`, over
actors, targets and documents), reads their labels, and trains again.
"""

import argparse
import sys

import numpy as np

from stance import StanceModel, read_labeled
from stance.evaluate import evaluate_model, groups_of
from stance.pairs import STANCES
from stance.suggest import spread_out, uncertainty

P = [f"p_{s}" for s in STANCES]


def choose(model, pool, n, how, draw):
    """Positions in `pool` of the `n` pairs to label next."""
    if how == "random":
        return draw.permutation(len(pool))[:n]
    doubt = uncertainty(model.predict_pairs(pool)[P].to_numpy())
    if how == "uncertain":
        return np.argsort(-doubt, kind="stable")[:n]
    columns = pool[["actor", "target", "doc_id"]].itertuples(index=False, name=None)
    return np.array(spread_out(doubt.tolist(), list(columns), n))


def main():
    """Print seed, way, labels, macro_f1."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("labeled")
    arguments.add_argument("--test")
    arguments.add_argument("--seeds", type=int, default=3)
    arguments.add_argument("--start", type=int, default=500)
    arguments.add_argument("--most", type=int, default=8000)
    given = arguments.parse_args()
    frame = read_labeled(given.labeled)
    sizes = [given.start]
    while sizes[-1] < given.most:
        sizes.append(int(sizes[-1] * 1.5))
    print("seed,way,labels,sides,macro_f1")
    for seed in range(given.seeds):
        draw = np.random.default_rng(seed)
        groups = groups_of(frame)
        aside = np.isin(groups, draw.permutation(groups.max() + 1)[: (groups.max() + 1) // 5])
        test = read_labeled(given.test) if given.test else frame[aside]
        pool = frame if given.test else frame[~aside]
        pool = pool.reset_index(drop=True)
        first = draw.permutation(len(pool))[: sizes[0]]
        for way in ("random", "uncertain", "spread"):
            known, model = first, StanceModel()
            order = np.random.default_rng(seed + 100)
            for size in sizes:
                rest = np.setdiff1d(np.arange(len(pool)), known)
                if size > len(known):
                    picked = choose(model, pool.iloc[rest], size - len(known), way, order)
                    known = np.concatenate([known, rest[picked]])
                model = StanceModel().fit(pool.iloc[known])
                score = evaluate_model(test, model).macro.f1
                sides = int((pool.iloc[known]["stance"] != "neutral").sum())
                print(f"{seed},{way},{len(known)},{sides},{score:.4f}", flush=True)
            print(f"seed {seed}, {way}: done", file=sys.stderr)


if __name__ == "__main__":
    main()
