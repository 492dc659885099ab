"""What each group of terms brings: a table, printed as CSV, with each group left out in turn. Not a test: run it by hand.

    python tests/ablation.py TRAIN.csv [TRAIN2 ...] --test HELD_OUT.csv [--folds 5] [--only roles paths] > ablation.csv

A row holds what was left out, macro-F1 in cross-validation by document on TRAIN, macro-F1 on HELD_OUT of a model trained on
all of TRAIN, both also as differences from the whole model (below zero: the group earns its place), the number of terms,
seconds to fit, and pairs predicted a second, on one core. All groups are worked out of a sentence whichever are used, so
that only the time of weighing them differs. `--alone` adds rows with one group only.
"""

import argparse
import sys
import time
from contextlib import contextmanager

import numpy as np

from stance import StanceModel, cross_validate, features, model, read_labeled
from stance.evaluate import groups_of, score
from stance.pairs import frame_pairs

COLUMNS = ("left_out", "cv_f1", "cv_change", "test_f1", "test_change", "terms", "fit_seconds", "pairs_per_second")


@contextmanager
def only(groups):
    """Both training and scoring with some of the groups; `features.GROUPS` is one dict, whoever imported it."""
    whole = dict(features.GROUPS)
    assert model.GROUPS is features.GROUPS
    try:
        features.GROUPS.clear()
        features.GROUPS.update({name: whole[name] for name in whole if name in groups})
        yield
    finally:
        features.GROUPS.clear()
        features.GROUPS.update(whole)


def clear_caches():
    """Each row reads its sentences anew, as a first run does; the lexicon stays read."""
    from stance import grammar

    for function in vars(grammar).values():
        if hasattr(function, "cache_clear") and function.__module__ == grammar.__name__:
            function.cache_clear()


def measure(groups, train, test, folds):
    """Macro-F1 in cross-validation and on `test`, terms, seconds of the fit, pairs a second."""
    with only(groups):
        clear_caches()
        start = time.perf_counter()
        fitted = StanceModel().fit(train)
        seconds = time.perf_counter() - start
        clear_caches()
        pairs = frame_pairs(test)
        start = time.perf_counter()
        fitted.scorer_.log_odds(pairs)
        rate = len(pairs) / (time.perf_counter() - start)
        held_out = score(test["stance"], fitted.predict_pairs(test)["stance"]).macro.f1
        crossed = cross_validate(train, StanceModel(), folds)[0].macro.f1 if folds else float("nan")
        return crossed, held_out, len(fitted.scorer_.idf), seconds, rate


def main():
    """Print `COLUMNS`."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("train", nargs="+")
    arguments.add_argument("--test", required=True)
    arguments.add_argument("--folds", type=int, default=5, help="0: no cross-validation")
    arguments.add_argument("--only", nargs="+", help="groups to leave out; by default each")
    arguments.add_argument("--alone", action="store_true", help="also each group alone")
    arguments.add_argument("--documents", type=int, help="train on so many documents only, to try the script")
    given = arguments.parse_args()
    train, test = read_labeled(*given.train), read_labeled(given.test)
    if given.documents:
        train = train[np.asarray(groups_of(train)) < given.documents]
    every = features.term_groups("")  # the trees of spaCy have no terms here
    rows = [("nothing", every)]
    rows += [(name, [g for g in every if g != name]) for name in given.only or every]
    if given.alone:
        rows += [(f"all but {name}", [name]) for name in given.only or every]
    print(",".join(COLUMNS))
    features.pair_terms(frame_pairs(train[:1])[0])  # reads the lexicon, so that the first row's times do not hold it,
    features.build_pipeline(1.0, 1, None)  # and imports scikit-learn
    whole = None
    for name, groups in rows:
        print(f"without {name} ...", file=sys.stderr)
        crossed, held_out, terms, seconds, rate = measure(groups, train, test, given.folds)
        whole = whole or (crossed, held_out)
        figures = f"{crossed:.4f},{crossed - whole[0]:+.4f},{held_out:.4f},{held_out - whole[1]:+.4f}"
        print(f"{name},{figures},{terms},{seconds:.1f},{rate:.0f}", flush=True)


if __name__ == "__main__":
    main()
