"""How many labels suggestion saves against random order: a curve, printed as CSV. Not a test: run it by hand.

    python tests/label_curve.py LABELED.csv [--seeds 3] [--ways random,suggested] > curve.csv

A sixth of the documents is kept aside for the scores; half is the pool. From the same random start, each round either
draws more pairs at random, or takes those that the model trained so far would suggest (`suggest_statements`: a draw by
uncertainty, spread out; or "certain": the least certain themselves), reads their labels, and trains again. Columns:

macro_f1 : as the model decides by itself. Suggested pairs are unlike the text as a whole (fewer clear neutrals), and the
    model trained on them decides for neutral more often: this column is held back by that, not by what was learned.
best_f1 : the same with the odds of neutral shifted to where the score is best, as `--prior` does; for both ways alike.
average_precision : of favor and against, their mean: how well pairs are ranked, whatever the threshold.
"""

import argparse

import numpy as np

from stance import StanceModel, read_labeled
from stance.evaluate import groups_of, score
from stance.pairs import STANCES
from stance.suggest import drawn, spread_out, uncertainty

SHIFTS = np.arange(-1.5, 1.51, 0.25)  # of the log-odds of neutral


def probabilities(model, frame):
    """float (n, 3), in the order of `STANCES`."""
    return model.predict_pairs(frame)[[f"p_{s}" for s in STANCES]].to_numpy()


def choose(model, pool, n, way, draw):
    """Positions in `pool` of the `n` pairs to label next."""
    if way == "random":
        return draw.permutation(len(pool))[:n]
    keys = pool[["actor", "target", "doc_id", "text"]].itertuples(index=False, name=None)
    worth = drawn(uncertainty(probabilities(model, pool)), int(draw.integers(2**31)) if way == "suggested" else None)
    return np.array(spread_out(worth.tolist(), list(keys), n))


def scores(model, test):
    """macro_f1, best_f1, average_precision."""
    from sklearn.metrics import average_precision_score

    p, truth = probabilities(model, test), test["stance"].to_numpy()
    neutral = np.array([s == "neutral" for s in STANCES])
    f1 = [score(truth, np.array(STANCES)[(np.log(p) + d * neutral).argmax(axis=1)]).macro.f1 for d in (0, *SHIFTS)]
    ranked = [average_precision_score(truth == s, p[:, k]) for k, s in enumerate(STANCES) if s != "neutral"]
    return f1[0], max(f1), float(np.mean(ranked))


def main():
    """Print seed, way, labels, sides and the scores."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("labeled")
    arguments.add_argument("--seeds", type=int, default=3)
    arguments.add_argument("--sizes", default="500,800,1200,1800,2700")
    arguments.add_argument("--ways", default="random,suggested,certain")
    given = arguments.parse_args()
    frame = read_labeled(given.labeled)
    sizes = [int(n) for n in given.sizes.split(",")]
    groups = groups_of(frame)
    print("seed,way,labels,sides,macro_f1,best_f1,average_precision")
    for seed in range(1, given.seeds + 1):
        draw = np.random.default_rng(seed)
        shuffled = draw.permutation(groups.max() + 1)
        sixth = len(shuffled) // 6
        test = frame[np.isin(groups, shuffled[:sixth])]
        pool = frame[np.isin(groups, shuffled[sixth : 4 * sixth])].reset_index(drop=True)
        first = draw.permutation(len(pool))[: sizes[0]]
        for way in given.ways.split(","):
            known = first
            model = StanceModel().fit(pool.iloc[known])
            for size in sizes:
                rest = np.setdiff1d(np.arange(len(pool)), known)
                if size > len(known):
                    picked = choose(model, pool.iloc[rest], size - len(known), way, draw)
                    known = np.concatenate([known, rest[picked]])
                    model = StanceModel().fit(pool.iloc[known])
                sides = int((pool.iloc[known]["stance"] != "neutral").sum())
                print(f"{seed},{way},{size},{sides}," + ",".join(f"{x:.4f}" for x in scores(model, test)), flush=True)


if __name__ == "__main__":
    main()
