"""StanceModel: what is learned from labelled pairs, and the predictions and explanations that it gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.articles import article_pairs, borne_out, crowded, outshone, read_article
from stance.entities import Catalogue, load_catalogue
from stance.features import GROUPS, build_pipeline, build_regression, terms_of, uncollected
from stance.pairs import OFFSETS, PROBABILITIES, STANCES, Pair, frame_pairs, frame_stances
from stance.text import Document, InputError, as_text, need_columns, split_sentences, unfit
from stance.tfidf import Incidence, incidence, inverse_document_frequencies, row_and_column, weigh, worth_processes
from stance.workers import in_processes

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline

    from stance.explain import Explanation

PRIOR = {"against": 0.27, "favor": 0.21, "neutral": 0.52}
"""The shares of the classes that a model is trained for, whatever the labelled data holds.

About five in six pairs of real news are neutral; a model fitted to that share finds too few stances, and one fitted to
equal shares finds too many. Chosen by cross-validation on macro-F1.
"""

TEMPERATURE = 1.4
"""What log-odds are divided by where a prior is given, so that probabilities mean what they say on other news too.

Words weigh less in news of other topics than in the news that a model was trained on: temperature scaling (Guo et al. 2017).
Chosen where a model trained on one of the labelled corpora scored the other; on new documents of its own topics a model is
then too modest: by 0.02 in DSE, by 0.07 in `labeled/`.
"""

DOUBT = 0.4
"""How much less a labelled pair counts in the second of two fits, the less likely the first one finds its stance.

The power to which that probability is taken: 0 would trust all labels alike. It is one step of the generalised cross-entropy
of Zhang and Sabuncu (2018), for labels some of which are slips, and for pairs that only words of their own topic explain.
The first fit is regularised `FIRMER` times as strongly: one that knows its own pairs by heart finds nothing to doubt.
Chosen where a model trained on one of the labelled corpora scored the other.
"""

FIRMER = 30
"""How much more strongly the first of the two fits is regularised than the second, see `DOUBT`."""

NEUTRAL_IN_ARTICLES = 0.12
"""How much of the prior odds of neutral is kept where whole documents are read.

Only part of the stances of an article can be read from single sentences at all, so a missed one weighs more than there:
the value is the one that gives the best F1 of statements over whole annotated articles. A prior given to `predict`
replaces it.
"""

STATEMENT_COLUMNS = (
    *("doc_id", "sentence_id", "actor", "target", "stance", *PROBABILITIES, "evidence"),
    *("sentence_start", "sentence_end", "actor_mention", "target_mention", *OFFSETS),
)
UNCERTAIN = "uncertain"
"""The stance of a statement whose highest probability is below the least confidence asked for."""

_FLOOR = 1e-6  # no probability is ever printed as 0 or 1: the tables hold six decimals


def label_weights(probability: np.ndarray, classes: np.ndarray, stances: np.ndarray) -> np.ndarray:
    """What each labelled pair counts, see `DOUBT`: float64 (n,); those of a stance count together as many as they are."""
    code = np.searchsorted(classes, stances)
    weight = probability[np.arange(len(code)), code] ** DOUBT
    return np.asarray(weight * (np.bincount(code) / np.bincount(code, weight))[code])


class Scorer:
    """The fitted pipeline as plain arrays: the same log-odds without importing scikit-learn.

    Parameters
    ----------
    vocabulary : group -> term -> row of `coef`
    idf : float64 (n_terms,), the inverse document frequency, 1 in groups where it does not count
    coef : float64 (n_terms, 3); intercept : float64 (3,), columns in the order of `STANCES`
    syntax : the spaCy pipeline from whose trees terms come too; empty where only the rules of `stance.tree` count
    """

    def __init__(
        self,
        vocabulary: Mapping[str, dict[str, int]],
        idf: np.ndarray,
        coef: np.ndarray,
        intercept: np.ndarray,
        syntax: str = "",
    ) -> None:
        self.vocabulary = vocabulary
        self.idf = idf
        self.coef = coef
        self.intercept = intercept
        self.syntax = syntax

    def matrix(self, terms_by_pair: Iterable[Mapping[str, list[str]]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """TF-IDF of the terms of pairs, as in scikit-learn: (row, column, value) of every nonzero cell, rows ascending."""
        columns: list[int] = []
        counts: list[int] = []  # of the terms known, one pair after the other
        known = list(self.vocabulary.items())
        for terms in terms_by_pair:
            before = len(columns)
            for group, index in known:
                columns += sorted({index[t] for t in terms[group] if t in index})
            counts.append(len(columns) - before)
        row, column = np.repeat(np.arange(len(counts)), counts), np.array(columns, dtype=np.int64)
        return row, column, weigh(row, column, self.idf, self.vocabulary)

    def log_odds(self, pairs: Sequence[Pair]) -> np.ndarray:
        """Unnormalised log-probabilities, float64 (n_pairs, 3)."""
        with uncollected():
            return self._summed(*self.matrix(terms_of(pairs, self.syntax)), len(pairs))

    def log_odds_in_parallel(self, pairs: Sequence[Pair]) -> np.ndarray:
        """`log_odds` by all cores, where there are so many pairs that other processes are worth their start."""
        if not worth_processes(pairs, self.syntax):
            return self.log_odds(pairs)
        from joblib import effective_n_jobs

        share = -(-len(pairs) // effective_n_jobs(-1))
        pieces = (pairs[i : i + share] for i in range(0, len(pairs), share))
        return np.concatenate(in_processes(self.log_odds, pieces))

    def log_odds_of(self, found: Incidence) -> np.ndarray:
        """`log_odds` of pairs whose terms are known, the columns being those of this scorer."""
        row, column = row_and_column(found)
        return self._summed(row, column, weigh(row, column, self.idf, self.vocabulary), found.matrix.shape[0])

    def _summed(self, row: np.ndarray, column: np.ndarray, value: np.ndarray, n: int) -> np.ndarray:
        out = np.empty((n, len(STANCES)))
        for k in range(len(STANCES)):
            out[:, k] = np.bincount(row, value * self.coef[column, k], minlength=n) + self.intercept[k]
        return out


def probabilities(log_odds: np.ndarray) -> np.ndarray:
    """Softmax of each row, kept away from 0 and 1 by a millionth."""
    odds = np.exp(log_odds - log_odds.max(axis=1, keepdims=True))
    p = odds / odds.sum(axis=1, keepdims=True)
    p = np.clip(p, _FLOOR, 1 - 2 * _FLOOR)
    return np.asarray(p / p.sum(axis=1, keepdims=True))


def check_prior(prior: Mapping[str, float]) -> dict[str, float]:
    """The prior with its shares scaled to sum to one; raises InputError where it is none."""
    try:
        given = {name: float(share) for name, share in prior.items()}
    except (TypeError, ValueError):
        given = {}
    total = sum(given.values())
    if set(given) != set(STANCES) or not min(given.values()) > 0 or not min(given.values()) / total > 0:
        raise InputError(f"a prior gives a share above 0 to each of {', '.join(STANCES)}; got {dict(prior)}")
    return {s: given[s] / total for s in STANCES}


def check_confidence(value: float) -> float:
    """A least confidence, from 0 to 1; raises InputError where it is none."""
    if not 0 <= value <= 1:
        raise InputError(f"min_confidence is a probability from 0 to 1, not {value!r}")
    return float(value)


class StanceModel:
    """TF-IDF and logistic regression over the terms of (actor, target) pairs.

    Parameters
    ----------
    C : inverse of the strength of regularisation, as in LogisticRegression.
    min_df : the least number of labelled pairs that a term must stand in.
    prior : the class shares that the model is trained for (class weights follow from it); None for those of the data.
    syntax : whether sentences are parsed by spaCy as well as by rules (the extra `syntax`): slower, more exact.

    Attributes
    ----------
    pipeline_ : the fitted scikit-learn pipeline, usable on its own: lists of `Pair` in, labels out.
    classes_ : the labels, in the order of the columns of `pipeline_.predict_proba`.
    prior_ : the class shares that the log-odds are for.
    offsets_ : what is added to the log-odds where a prior is given, before `TEMPERATURE` divides them: out of fold the mean
        probabilities then are the shares of `prior_`. 0 until `stance train` has cross-validated.
    info_ : what is known of the training: data, digest, versions, scores.
    """

    def __init__(
        self, C: float = 0.3, min_df: int = 3, prior: Mapping[str, float] | None = PRIOR, syntax: bool = False
    ) -> None:
        self.C = C
        self.min_df = min_df
        self.prior = prior
        self.syntax = syntax

    # -- scikit-learn's conventions, without importing it

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"C": self.C, "min_df": self.min_df, "prior": self.prior, "syntax": self.syntax}

    def set_params(self, **params: Any) -> StanceModel:
        """Set constructor's arguments by name."""
        for name, value in params.items():
            if name not in self.get_params():
                raise ValueError(f"no parameter {name!r}; there are {', '.join(self.get_params())}")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        return f"StanceModel({', '.join(f'{k}={v!r}' for k, v in self.get_params().items())})"

    # -- learning

    def fit(self, labeled: pd.DataFrame, y: Iterable[object] | None = None) -> StanceModel:
        """Learn from labelled pairs.

        Parameters
        ----------
        labeled : DataFrame with text, actor, target, stance (and offsets), as `read_labeled` gives.
        y : the stances, if `labeled` has none.

        Raises
        ------
        InputError
            where fewer than two stances stand in the data, a row is no pair or has no stance, or `syntax` is asked for and not
            installed.
        """
        stances = frame_stances(labeled, y)
        return self.fit_incidence(self.incidence(labeled), np.array(stances))

    def incidence(self, labeled: pd.DataFrame) -> Incidence:
        """The terms of labelled pairs that this model would learn from: what takes `fit` longest."""
        return incidence(frame_pairs(labeled), self.parser(), self.min_df)

    def parser(self) -> str:
        """The spaCy pipeline that `fit` uses, empty where `syntax` is off."""
        if not self.syntax:
            return ""
        from stance.syntax import installed_pipeline

        return installed_pipeline()

    def fit_incidence(self, found: Incidence, stances: np.ndarray) -> StanceModel:
        """`fit` for pairs whose terms are counted already, so that the folds of cross-validation count none again."""
        from scipy.sparse import csr_matrix
        from threadpoolctl import threadpool_limits

        classes, sizes = np.unique(stances, return_counts=True)
        if len(classes) < 2:
            raise InputError(
                f"only one stance in the labelled data ({', '.join(map(repr, map(str, classes)))}, {len(stances)} rows); "
                f"a model needs at least two of {', '.join(STANCES)}"
            )
        if not found.matrix.shape[1]:
            raise InputError(f"no term stands in {self.min_df} of the {len(stances)} labelled pairs; give more, or lower min_df")
        shares = dict(zip(classes, sizes / len(stances), strict=True))
        prior = shares if self.prior is None else check_prior(self.prior)
        total = sum(prior[c] for c in classes)
        weights = {c: prior[c] / total / shares[c] for c in classes}
        idf = inverse_document_frequencies(found)
        value = weigh(*row_and_column(found), idf, found.terms)
        regression = build_regression(self.C / FIRMER, weights)  # for the first fit, see `DOUBT`
        # with more than one thread BLAS adds in another order, and the bytes of the model change
        with threadpool_limits(1):
            data = csr_matrix((value, found.matrix.indices, found.matrix.indptr), found.matrix.shape)
            regression.fit(data, stances)
            regression.set_params(C=self.C, tol=5e-4, warm_start=True)  # the first may be rough; the second goes on from it
            regression.fit(data, stances, sample_weight=label_weights(regression.predict_proba(data), regression.classes_, stances))
        self.__dict__.pop("pipeline_", None)
        self.classes_ = np.array(STANCES)
        self.prior_ = {s: prior[s] / total if s in shares else 0.0 for s in STANCES}
        self.offsets_ = dict.fromkeys(STANCES, 0.0)
        self.scorer_ = scorer_of(found.terms, idf, regression, self.parser())
        self.info_: dict[str, Any] = {}
        return self

    def __getattr__(self, name: str) -> Any:
        if name == "pipeline_" and "scorer_" in self.__dict__:
            self.pipeline_ = pipeline_of(self.scorer_, self.C, self.min_df)
            return self.pipeline_
        if name.endswith("_") and not name.startswith("_"):
            raise AttributeError(f"this model is not fitted ({name} is missing); call fit, or StanceModel.load()")
        raise AttributeError(name)

    # -- pairs

    def expecting(self, log_odds: np.ndarray, prior: Mapping[str, float] | None) -> np.ndarray:
        """Log-odds, float64 (n, 3), where other class shares are expected than those of training; see `TEMPERATURE`."""
        if prior is None:
            return log_odds
        wanted = check_prior(prior)
        # the prior of training is in the log-odds, and divided too: without it, stances on other news come out too rare;
        # a stance that the training data lacks stays as good as impossible
        shift = np.array([np.log(wanted[s] / p) if (p := self.prior_[s]) else 0.0 for s in STANCES])
        return np.asarray((log_odds + np.array([self.offsets_[s] for s in STANCES])) / TEMPERATURE + shift)

    def document_log_odds(self, rows: Sequence[tuple[Any, ...]], pairs: Sequence[Pair]) -> np.ndarray:
        """Log-odds, float64 (n, 3), of all statements of whole documents, as `document_pairs` gives them.

        Leaned towards stances, see `NEUTRAL_IN_ARTICLES`, and weighed against each other: those of a sentence, see
        `crowded` and `outshone` of `stance.articles`, and those of an actor toward a target, see `borne_out` there.
        """
        out = self.scorer_.log_odds(pairs)
        against, favor, neutral = (STANCES.index(s) for s in ("against", "favor", "neutral"))
        out[:, neutral] += np.log(NEUTRAL_IN_ARTICLES) + crowded([row[:2] for row in rows])
        both = np.logaddexp(out[:, against], out[:, favor])
        sides = both - out[:, neutral]
        loss = outshone([(row[:2], row[2], row[3]) for row in rows], sides)
        out[:, neutral] += loss
        lean = borne_out([(row[0], row[2], row[3]) for row in rows], out[:, favor] - out[:, against], sides - loss)
        # which side, not how likely any is: what the two get together stays as it was
        out[:, favor] += lean
        out[:, [against, favor]] += (both - np.logaddexp(out[:, against], out[:, favor]))[:, None]
        return out

    def predict_pairs(
        self, frame: pd.DataFrame, prior: Mapping[str, float] | None = None, min_confidence: float = 0.0
    ) -> pd.DataFrame:
        """Stances of pairs that you already have.

        Parameters
        ----------
        frame : DataFrame with text, actor, target and maybe the four offsets.
        prior : class shares to expect in these pairs, such as ``{"against": 0.1, "favor": 0.06, "neutral": 0.84}``;
            by default those that the model was trained for. Given the true shares, the probabilities are calibrated.
        min_confidence : where the highest probability is lower, the stance is "uncertain", which is not "neutral": the
            model does not say. The probabilities stay.

        Returns
        -------
        DataFrame with the index of `frame` and the columns stance, p_favor, p_against, p_neutral.
        """
        import pandas as pd

        least = check_confidence(min_confidence)
        p = probabilities(self.expecting(self.scorer_.log_odds_in_parallel(frame_pairs(frame)), prior))
        return pd.DataFrame(_labels(p, least), index=frame.index)

    def explain(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Why each pair has the stance that it has: one row a term, the weightiest first.

        Parameters
        ----------
        frame : as for `predict_pairs`.

        Returns
        -------
        DataFrame with row (the index of `frame`), stance and versus (the stance predicted and the next likeliest), group,
        term, says (the term in words), value (its TF-IDF), contribution (to the log-odds of `stance` against `versus`), and
        the contributions against, favor, neutral to each stance's own log-odds. The row of group "intercept" included, the
        contributions of a pair add up to its log-odds exactly.
        """
        import pandas as pd

        from stance.explain import EXPLANATION_COLUMNS, explain_pairs

        rows = explain_pairs(self.scorer_, frame_pairs(frame), list(frame.index))
        return pd.DataFrame(rows, columns=list(EXPLANATION_COLUMNS))

    # -- documents

    def predict(
        self,
        documents: object,
        entities: object = None,
        prior: Mapping[str, float] | None = None,
        min_confidence: float = 0.0,
    ) -> pd.DataFrame:
        """Statements of documents: one row a pair of mentions in a sentence.

        Parameters
        ----------
        documents : a DataFrame with doc_id and text, a list of str, or Documents as `read_documents` gives.
        entities : the catalogue: a DataFrame or a path. By default the one that ships, and what the text names or describes.
        prior : see `predict_pairs`; by default see `document_log_odds`.
        min_confidence : see `predict_pairs`.

        Returns
        -------
        DataFrame with `STATEMENT_COLUMNS`; offsets index the document's text as given.
        """
        import pandas as pd

        least = check_confidence(min_confidence)
        catalogue = entities if isinstance(entities, Catalogue) else load_catalogue(entities)
        rows: list[tuple[Any, ...]] = []
        pairs: list[Pair] = []
        for document in as_documents(documents):
            for row, pair in document_pairs(document, catalogue, self.scorer_.syntax):
                rows.append(row)
                pairs.append(pair)
        if prior is None:
            p = probabilities(self.document_log_odds(rows, pairs))
        else:
            p = probabilities(self.expecting(self.scorer_.log_odds(pairs), prior))
        keys = [c for c in STATEMENT_COLUMNS if c not in ("stance", *PROBABILITIES)]
        frame = pd.DataFrame(rows, columns=keys)
        return frame.assign(**_labels(p, least))[list(STATEMENT_COLUMNS)]

    def explain_documents(
        self, documents: object, actor: str, target: str, entities: object = None
    ) -> list[Explanation]:
        """Explain every statement of documents that holds one actor's stance toward one target.

        Raises
        ------
        InputError
            where no statement has this actor and target, with pairs that there are.
        """
        from stance.explain import explain_documents

        return explain_documents(self, documents, actor, target, entities)

    # -- files

    def save(self, path: str | Path) -> None:
        """Write the model file: a joblib file of plain strings and bytes."""
        from stance.storage import save_model

        save_model(self, path)

    @classmethod
    def load(cls, path: str | Path | None = None) -> StanceModel:
        """Read a model file, by default the model that ships. Nothing in a file can run."""
        from stance.storage import default_model_path, load_model

        return load_model(default_model_path() if path is None else path)


def _labels(p: np.ndarray, min_confidence: float) -> dict[str, Any]:
    names = np.array(STANCES, dtype=object)
    best = names[p.argmax(axis=1)] if len(p) else np.array([], dtype=object)
    shares = {c: p[:, STANCES.index(c[2:])].round(6) for c in PROBABILITIES}
    if len(p):
        best[p.max(axis=1).round(6) < min_confidence] = UNCERTAIN  # rounded, so that a table agrees with itself
    return {"stance": best, **shares}


def as_documents(documents: Any) -> Iterator[Document]:
    """Documents from whatever `predict` takes, in order; texts without an id are numbered from 0.

    Raises
    ------
    InputError
        naming a document whose text is none, or whose id was given already.
    """
    seen: set[str] = set()
    for document in _given_documents(documents):
        if reason := unfit(document.text, nul=True):
            raise InputError(f"document {document.doc_id!r}: text {reason}")
        if document.doc_id in seen:
            raise InputError(f"document {document.doc_id!r} was given already; make ids unique")
        seen.add(document.doc_id)
        yield document


def _given_documents(documents: Any) -> Iterator[Document]:
    if isinstance(documents, (str, Path)):
        raise InputError("documents must be a DataFrame, a list of texts or Documents; read files with read_documents")
    if hasattr(documents, "columns"):
        need_columns(documents, ("doc_id", "text"))
        for i, (doc_id, text) in enumerate(zip(documents["doc_id"], documents["text"], strict=True)):
            if not isinstance(text, str):
                raise InputError(f"document {doc_id!r}: text is {type(text).__name__}, not a string")
            yield Document(as_text(doc_id) or str(i), text)
        return
    for i, document in enumerate(documents):
        if isinstance(document, Document):
            yield document
        elif isinstance(document, str):
            yield Document(str(i), document)
        else:
            raise InputError(f"document {i} is {type(document).__name__}, not a string or a Document")


def document_pairs(
    document: Document, catalogue: Catalogue, syntax: str = ""
) -> Iterator[tuple[tuple[Any, ...], Pair]]:
    """All pairs of a document: the key columns of its statement, and the pair to score, within its sentence or not.

    Where the sentence does not name the speaker of a quote or the thing that it is about, the pair's text says so first
    ("NAME said:", "On THING,"); the statement's evidence and offsets remain those of the document. With `syntax`, names that
    no catalogue lists come from that spaCy pipeline too.
    """
    recognised: Sequence[str] = ()
    if syntax and catalogue.discover:
        from stance.syntax import recognised_names

        recognised = recognised_names(document.text, syntax)
    article = read_article(document.text, split_sentences(document.text), catalogue, recognised)
    for found in article_pairs(article):
        sentence, actor, target = found.sentence, found.actor, found.target
        row = (
            *(document.doc_id, sentence.sentence_id, actor.entity, target.entity, sentence.text),
            *(sentence.start, sentence.end, actor.surface, target.surface),
            *(actor.start, actor.end, target.start, target.end),
        )
        yield row, found.pair


def scorer_of(terms: Mapping[str, list[str]], idf: np.ndarray, regression: LogisticRegression, syntax: str = "") -> Scorer:
    """What was learned as plain arrays, its coefficients rounded to float32 as the model file holds them."""
    vocabulary: dict[str, dict[str, int]] = {}
    base = 0
    for group, known in terms.items():
        vocabulary[group] = dict(zip(known, range(base, base + len(known)), strict=True))
        base += len(known)
    coef, intercept = regression.coef_, regression.intercept_
    if len(regression.classes_) == 2:  # one row, for the second class: the same odds as two opposite halves
        coef, intercept = np.vstack([-coef / 2, coef / 2]), np.array([-intercept[0] / 2, intercept[0] / 2])
    full = np.zeros((base, len(STANCES)))
    bias = np.full(len(STANCES), -20.0)  # a stance that the data lacks: never chosen, never quite 0
    for row, label in enumerate(regression.classes_):
        full[:, STANCES.index(label)] = coef[row].astype(np.float32)
        bias[STANCES.index(label)] = np.float32(intercept[row])
    return Scorer(vocabulary, idf, full, bias, syntax)


def pipeline_of(scorer: Scorer, C: float, min_df: int) -> Pipeline:
    """A fitted scikit-learn pipeline from the arrays: the reverse of `scorer_of`."""
    pipeline = build_pipeline(C=C, min_df=min_df, class_weight=None, syntax=scorer.syntax)
    union = pipeline.named_steps["tfidf"]
    # a vectorizer cannot do without terms, so that a group that has none is no part of it
    union.transformer_list = [(group, v) for group, v in union.transformer_list if scorer.vocabulary[group]]
    union.transformer_weights = {group: GROUPS[group].weight for group, _ in union.transformer_list}
    base = 0
    for group, vectorizer in union.transformer_list:
        terms = scorer.vocabulary[group]
        vocabulary = {term: i - base for term, i in terms.items()}
        if vectorizer.use_idf:
            vectorizer.vocabulary_ = vocabulary
            vectorizer.idf_ = scorer.idf[base : base + len(terms)]
        else:  # without idf there is nothing to set: a fit to a given vocabulary learns nothing else
            vectorizer.set_params(vocabulary=vocabulary, lowercase=False).fit([{group: []}])
        base += len(terms)
    regression = pipeline.named_steps["regression"]
    regression.classes_ = np.array(STANCES)
    regression.coef_, regression.intercept_ = scorer.coef.T.copy(), scorer.intercept.copy()
    regression.n_features_in_ = base
    regression.n_iter_ = np.array([0], dtype=np.int32)
    return pipeline
