"""Pictures of positions: a page with evidence (.html), and the same pictures for a paper (.png, .svg).

Altair describes the charts and vl-convert draws them, without a browser. Blue is favor and orange against, which people
with any of the colour deficiencies tell apart, and a sign repeats them where a mark has room for one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.aggregate import LEAST
from stance.exchange import actor_network, corpus_positions, timestamp_of, xml_text
from stance.pairs import OFFSETS, PROBABILITIES, STANCES, Pair, occurrences
from stance.text import InputError, as_text, unfit

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from stance.model import StanceModel

VIEWS = ("heatmap", "network", "time")
FAVOR, AGAINST = "#2166ac", "#b35806"
_SCALE = ("#b35806", "#e08214", "#fdb863", "#ececec", "#92c5de", "#4393c3", "#2166ac")
_GLOBALS = "window.vegaEmbed = vegaEmbed;"  # what the page takes from the bundled libraries
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
PER_CELL = 30
"""Sentences kept in the page for one actor and target, the strongest first."""


def write_report(
    table: pd.DataFrame,
    path: str | Path,
    view: str = "heatmap",
    top: int | None = None,
    title: str = "",
    scale: float = 3.0,
) -> None:
    """Draw a statements or positions table.

    Parameters
    ----------
    table : as `stance predict` writes; with a `date` column, positions over time are drawn too. A column `cues` (see
        `with_cues`) marks the deciding words in the evidence.
    path : .html for the page with all views and the evidence; .png or .svg for one picture.
    view : which picture, one of `VIEWS`; the page has all.
    top : the number of actors, and of targets, with the most statements that take a side; 0 for all. By default all in
        the page and 40 in a picture.
    title : above the picture; by default the page has one and pictures have none.
    scale : pixels of a PNG per point of the chart.

    Raises
    ------
    InputError
        for another ending, an unknown view, a title that is no text, a missing extra, or a table in which nobody takes a
        side.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in (".html", ".png", ".svg"):
        raise InputError(f"{path}: a report is written as .html, .png or .svg")
    if view not in VIEWS:
        raise InputError(f"unknown view {view!r}; choose {', '.join(VIEWS)}")
    if reason := unfit(title):
        raise InputError(f"the title {reason}")
    _need_altair()
    from stance.storage import replacing

    if kind == ".html":
        content: str | bytes = page(table, top=top or 0, title=title)
    else:
        import vl_convert

        draw = {"heatmap": heatmap, "network": network, "time": timeline}[view]
        # vl-convert ends the process at what XML cannot hold
        shown = table.assign(**{role: table[role].map(xml_text) for role in ("actor", "target")})
        spec = draw(shown, 40 if top is None else top, xml_text(title)).to_json()
        content = vl_convert.vegalite_to_svg(spec) if kind == ".svg" else vl_convert.vegalite_to_png(spec, scale=scale)
    with replacing(path) as temporary:
        if isinstance(content, str):
            temporary.write_text(content, encoding="utf-8")
        else:
            temporary.write_bytes(content)


def _need_altair() -> None:
    try:
        import altair  # noqa: F401
        import vl_convert  # noqa: F401
    except ImportError:
        raise InputError("reports need Altair and vl-convert; pip install 'stance[report]'") from None


# ---------------------------------------------------------------------------------------------- what is drawn


def sides(table: pd.DataFrame, top: int = 0) -> pd.DataFrame:
    """The positions to draw: of actors that take a side on a target on which a side is taken.

    Returns
    -------
    DataFrame of positions with `n` (statements that take a side, at least 1 where the position does), ordered so that
    alike actors and alike targets stand together; neutral positions only between actors and targets drawn anyway.

    Raises
    ------
    InputError
        where nobody takes a side.
    """
    positions = corpus_positions(table)
    positions = positions.assign(n=positions["n_favor"] + positions["n_against"])
    taken = positions["stance"] != "neutral"
    positions.loc[taken & (positions["n"] == 0), "n"] = 1
    if not taken.any():
        raise InputError("nobody takes a side in this table: every stance is neutral, so there is nothing to draw")
    for role in ("actor", "target"):
        weight = positions[taken].groupby(role)["n"].sum()
        order = sorted(weight.index, key=lambda name: (-weight[name], name))
        keep = set(order[:top] if top else order)
        positions = positions[positions[role].isin(keep)]
        taken = positions["stance"] != "neutral"
    # the cut of the targets may have left an actor without a side
    for role in ("actor", "target"):
        positions = positions[positions[role].isin(positions.loc[positions["stance"] != "neutral", role])]
    place = {role: {n: i for i, n in enumerate(alike_together(positions, role))} for role in ("actor", "target")}
    by = positions["actor"].map(place["actor"]) * len(place["target"]) + positions["target"].map(place["target"])
    return positions.loc[by.sort_values().index].reset_index(drop=True)


def alike_together(positions: pd.DataFrame, role: str) -> list[str]:
    """The names in a role, ordered by hierarchical clustering of their scores; those in favor of more come first."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import pdist

    other = "target" if role == "actor" else "actor"
    wide = positions.pivot(index=role, columns=other, values="score").fillna(0.0).sort_index()
    names = [str(n) for n in wide.index]
    values = wide.to_numpy()
    if len(names) > 2:
        length = np.linalg.norm(values, axis=1, keepdims=True)
        apart = pdist(values / np.maximum(length, 1e-9))
        leaves = leaves_list(linkage(apart, "average", optimal_ordering=len(names) <= 400))
        names, values = [names[i] for i in leaves], values[leaves]
    half = len(names) // 2
    return names[::-1] if values[:half].sum() < values[len(names) - half :].sum() else names


def over_time(table: pd.DataFrame) -> pd.DataFrame:
    """Scores by period, from the `date` column of statements or of positions by document.

    The interval is 95 % around the weighted mean: the spread between documents (linearized, as for a ratio) plus the
    uncertainty of each statement's own stance. With one document only the latter is known.

    Returns
    -------
    DataFrame: actor, target, period (date of its start), score, low, high, n (statements), n_sides, documents; first
    the pairs with the most statements that take a side. Empty without dates. `attrs["period"]` names the period.
    """
    import pandas as pd

    columns = ["actor", "target", "period", "score", "low", "high", "n", "n_sides", "documents"]
    empty = pd.DataFrame(columns=columns)
    if "date" not in table.columns:
        return empty
    when = pd.to_datetime(table["date"].map(as_text).map(timestamp_of), utc=True)
    rows = table[when.notna()]
    when = when[when.notna()].dt.tz_localize(None)
    if rows.empty:
        return empty
    count = rows["n_statements"] if "n_statements" in rows else pd.Series(1, index=rows.index)
    taken = rows["n_favor"] + rows["n_against"] if "n_statements" in rows else (rows["stance"] != "neutral").astype(int)
    s = (rows["p_favor"] - rows["p_against"]).astype(float)
    freq, name = _period(when, rows["actor"] + "\0" + rows["target"], taken)
    frame = pd.DataFrame(
        {
            **{"actor": rows["actor"], "target": rows["target"], "period": when.dt.to_period(freq).dt.start_time},
            **{"doc": rows.get("doc_id", rows.index), "s": s, "n": count, "n_sides": taken},
            **{
                "w": (1 - rows["p_neutral"]).clip(lower=LEAST) * count,
                "v": (rows["p_favor"] + rows["p_against"] - s * s) / count,
            },
        }
    )
    key = ["actor", "target", "period"]
    frame = frame.assign(ws=frame["w"] * frame["s"], own=frame["w"] ** 2 * frame["v"])
    result = frame.groupby(key)[["w", "ws", "own", "n", "n_sides"]].sum()
    result["score"] = result["ws"] / result["w"]
    per_doc = frame.groupby([*key, "doc"])[["w", "ws"]].sum().join(result["score"])
    per_doc["square"] = (per_doc["ws"] - per_doc["w"] * per_doc["score"]) ** 2
    spread = per_doc.groupby(key)["square"].agg(["sum", "size"])
    between = spread["sum"] * (spread["size"] / (spread["size"] - 1)).where(spread["size"] > 1, 0.0)
    half = 1.96 * np.sqrt(between + result["own"]) / result["w"]
    result = result.assign(
        low=(result["score"] - half).clip(lower=-1),
        high=(result["score"] + half).clip(upper=1),
        documents=spread["size"],
    )
    result = result.round({"score": 4, "low": 4, "high": 4}).reset_index()[columns]
    rank = result.groupby(["actor", "target"])["n_sides"].transform("sum")
    result = result.assign(rank=-rank).sort_values(["rank", "actor", "target", "period"]).drop(columns="rank")
    result = result.reset_index(drop=True)
    result.attrs["period"] = name
    return result


# the longest time, in days, that each period is drawn for: some twenty points at most
_PERIODS = ((21, "D", "day"), (150, "W", "week"), (750, "M", "month"), (2500, "Q", "quarter"), (10**9, "Y", "year"))


_FORMATS = {"day": "%-d %b", "week": "%-d %b", "month": "%b %Y", "quarter": "Q%q %Y", "year": "%Y"}


def _period(when: pd.Series[Any], pair: pd.Series[Any], taken: pd.Series[Any]) -> tuple[str, str]:
    """The shortest period that suits the time covered, lengthened while the best-known pairs have few statements in it.

    A point that stands for one statement says little; four periods are the least that show a course.
    """
    days = (when.max() - when.min()).days
    fit = [i for i, (limit, _, _) in enumerate(_PERIODS) if days <= limit]
    best = taken.groupby(pair).sum().sort_values(ascending=False).index[:12]
    known = pair.isin(best)
    for i in fit:
        longer = when.dt.to_period(_PERIODS[min(i + 1, len(_PERIODS) - 1)][1])
        points = when[known].dt.to_period(_PERIODS[i][1]).astype(str).groupby(pair[known]).nunique().sum()
        if known.sum() >= 3 * points or longer.nunique() < 4:
            return _PERIODS[i][1:]
    return _PERIODS[fit[-1]][1:]


# ---------------------------------------------------------------------------------------------- charts


def heatmap(table: pd.DataFrame, top: int = 40, title: str | None = None) -> alt.LayerChart:
    """Actors by targets: colour the score, size the number of statements that take a side, neutral a small ring.

    Here and below, a `title` that is not None stands above, with a line that says how to read the marks.
    """
    import altair as alt

    cells = sides(table, top)
    actors, targets = _order(cells, "actor"), _order(cells, "target")
    step = 34 if max(len(actors), len(targets)) <= 12 else 22 if max(len(actors), len(targets)) <= 45 else 13
    most = int(cells["n"].max())
    cells = cells.assign(sign=cells["stance"].map({"favor": "+", "against": "−", "mixed": "±", "neutral": ""}))
    # orders go in as numbers: a list of names would become an expression, in which not every character may stand
    cells = cells.assign(row=cells["actor"].map(actors.index), column=cells["target"].map(targets.index))
    columns = ["actor", "target", "stance", "score", "n", "n_favor", "n_against", "n_neutral", "sign", "row", "column"]
    base = alt.Chart(_plain(cells[columns])).encode(
        x=alt.X(
            "target:N",
            sort=alt.EncodingSortField("column", op="min"),
            title=None,
            axis=alt.Axis(orient="top", labelAngle=-50 if step > 13 else -90),
        ),
        y=alt.Y("actor:N", sort=alt.EncodingSortField("row", op="min"), title=None),
        tooltip=[
            *(alt.Tooltip("actor:N"), alt.Tooltip("target:N"), alt.Tooltip("stance:N")),
            *(alt.Tooltip("score:Q", format="+.2f"), alt.Tooltip("n_favor:Q", title="in favor")),
            *(alt.Tooltip("n_against:Q", title="against"), alt.Tooltip("n_neutral:Q", title="neutral")),
        ],
    )
    area = (step - 4) ** 2
    # a mark must have room for its sign: the smallest is a third of the largest in area
    least = area if most == 1 else area * 0.32
    size = alt.Size(
        "n:Q",
        scale=alt.Scale(type="sqrt", domain=[1, max(most, 2)], range=[least, area]),
        legend=alt.Legend(
            title="statements", format="d", values=_ticks(most), symbolFillColor="#999", symbolStrokeWidth=0
        )
        if most > 1
        else None,
    )
    taken = base.transform_filter("datum.stance != 'neutral'")
    marks = taken.mark_square(opacity=1, stroke="#555", strokeWidth=0.6).encode(size=size, color=_score_colour())
    rings = base.transform_filter("datum.stance == 'neutral'").mark_point(size=9, color="#999", strokeWidth=0.8)
    layers: list[Any] = [rings, marks]
    if step > 13:
        layers.append(
            taken.mark_text(baseline="middle", fontSize=11 if step < 30 else 15, fontWeight="bold").encode(
                text="sign:N", color=alt.condition("abs(datum.score) > 0.85", alt.value("white"), alt.value("#222"))
            )
        )
    chart = alt.layer(*layers).properties(
        width=alt.Step(step), height=alt.Step(step), description=describe(table, cells)
    )
    ring = "○ named together, no side taken" if (cells["stance"] == "neutral").any() else ""
    key = ", ".join(k for k in ("+ favor, − against, ± mixed" if step > 13 else "", ring) if k)
    picture: alt.LayerChart = _styled(chart, title, key, label_size=12 if step > 13 else 10)
    return picture


def network(table: pd.DataFrame, top: int = 40, title: str | None = None) -> alt.LayerChart:
    """Actors joined where they agree (blue) or differ (orange, dashed) on more targets than the other way round."""
    import altair as alt
    import pandas as pd

    cells = sides(table, top)
    ties = actor_network(cells)
    actors = _order(cells, "actor")
    few = len(actors) <= 12
    ties = strongest(ties[ties["subtract"] != 0], agreements=3, conflicts=3 if few else 1)
    place = layout(actors, ties)
    weight = cells[cells["stance"] != "neutral"].groupby("actor")["n"].sum()
    joined = set(ties["actor_a"]) | set(ties["actor_b"])
    alone = [a for a in actors if a not in joined]
    drawn = [a for a in actors if a in joined] or actors
    xy = np.array([place[a] for a in drawn])
    side = 420 if len(drawn) <= 12 else 640 if len(drawn) <= 30 else 860
    named = _labels(drawn, xy, [int(weight[a]) for a in drawn], side)
    nodes = pd.DataFrame({"actor": drawn, "x": xy[:, 0], "y": xy[:, 1], "n": [int(weight[a]) for a in drawn]})
    nodes = nodes.assign(label=drawn, place=[named.get(a, "") for a in drawn])
    edges = pd.DataFrame(
        {
            **{c: ties[c] for c in ("actor_a", "actor_b", "congruence", "conflict")},
            "tie": np.where(ties["subtract"] > 0, "agreement", "conflict"),
            "strength": ties["subtract"].abs(),
            **{
                f"{c}{k}": [place[a][i] for a in ties[f"actor_{e}"]]
                for k, e in (("", "a"), ("2", "b"))
                for i, c in enumerate("xy")
            },
        }
    )
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-1.15, 1.15]))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-1.1, 1.1]))
    strongest_tie = int(edges["strength"].max()) if len(edges) else 1
    lines = (
        alt.Chart(_plain(edges))
        .mark_rule(opacity=0.6 if few else 0.45)
        .encode(
            x=x,
            y=y,
            x2="x2:Q",
            y2="y2:Q",
            strokeWidth=alt.StrokeWidth(
                "strength:Q",
                scale=alt.Scale(domain=[1, max(strongest_tie, 2)], range=[0.8, 4 if few else 3]),
                legend=alt.Legend(title="targets", format="d", values=_ticks(strongest_tie))
                if strongest_tie > 1
                else None,
            ),
            color=alt.Color(
                "tie:N", title="tie", scale=alt.Scale(domain=["agreement", "conflict"], range=[FAVOR, AGAINST])
            ),
            strokeDash=alt.StrokeDash(
                "tie:N", title="tie", scale=alt.Scale(domain=["agreement", "conflict"], range=[[1, 0], [5, 3]])
            ),
            tooltip=["actor_a:N", "actor_b:N", "congruence:Q", "conflict:Q"],
        )
    )
    points = alt.Chart(_plain(nodes)).encode(x=x, y=y)
    dots = points.mark_circle(color="#444", opacity=1, stroke="white").encode(
        size=alt.Size("n:Q", scale=alt.Scale(type="sqrt", range=[40, 400]), legend=None),
        tooltip=[alt.Tooltip("actor:N"), alt.Tooltip("n:Q", title="statements")],
    )
    names: list[Any] = []
    for where, (dx, dy, align) in PLACES.items():
        some = points.transform_filter(alt.datum.place == where).encode(text="label:N")
        shape: dict[str, Any] = {"dx": dx, "dy": dy, "align": align, "baseline": "middle", "fontSize": 12, "limit": 180}
        halo: dict[str, Any] = {"stroke": "white", "strokeWidth": 4, "strokeJoin": "round", "strokeOpacity": 0.8}
        names += [some.mark_text(**shape, **style) for style in (halo, {"color": "#111"})]
    many = corpus_positions(table).query("stance != 'neutral'")["actor"].nunique()
    said = f"{len(actors)} of {many} actors, those with the most statements" if many > len(actors) else f"{many} actors"
    conflicts = "three strongest conflicts" if few else "strongest conflict"
    key = f"drawn are each actor's three strongest agreements and {conflicts}"
    said += f"; {key}."
    if alone and joined:
        said += f" Without a tie: {', '.join(alone[:12])}{' …' if len(alone) > 12 else ''}."
    chart = alt.layer(lines, dots, *names).properties(width=side, height=int(side * 0.75), description=said)
    picture: alt.LayerChart = _styled(chart, title, f"{key}; larger dots: more statements")
    return picture


def timeline(table: pd.DataFrame, top: int = 40, title: str | None = None) -> alt.FacetChart:
    """Positions over time, a small picture for each of the twelve pairs with the most statements, with intervals."""
    import altair as alt
    import pandas as pd

    series = over_time(table)
    if series.empty:
        raise InputError(
            "no positions over time: the table has no 'date' column with dates; give them with --documents"
        )
    pairs = longest(series)
    shown = series.merge(pd.DataFrame(pairs, columns=["actor", "target"]).assign(rank=range(len(pairs))))
    shown = shown.assign(pair=shown["actor"] + "\n→ " + shown["target"])  # names hold no line break: as_text
    columns = 2 if len(pairs) <= 4 else 3
    period = series.attrs["period"]
    layers = _time_layers(_plain(shown), period)
    header = alt.Header(
        labelExpr=r"split(datum.value, '\n')",
        labelPadding=4,
        labelFontSize=12,
        labelFontWeight="bold",
        labelLimit=250,
        title=None,
    )
    chart = (
        alt.layer(*layers)
        .properties(width=250, height=110)
        .facet(facet=alt.Facet("pair:N", sort=alt.EncodingSortField("rank", op="min"), header=header), columns=columns)
        .resolve_axis(x="independent")
        .properties(bounds="flush", spacing={"row": 60, "column": 22})
        .properties(description=f"Scores by {period} of {len(pairs)} pairs, with 95 % intervals.")
    )
    picture: alt.FacetChart = _styled(
        chart, title, f"score by {period}, with 95 % intervals; larger dots: more statements"
    )
    return picture


def longest(series: pd.DataFrame) -> list[tuple[str, str]]:
    """The twelve pairs to draw over time: those with the most statements, of those that have a course to show."""
    taken = series[series["n_sides"] > 0].groupby(["actor", "target"], sort=False)["period"].nunique()
    return list((taken[taken > 1] if (taken > 1).any() else taken).index[:12])


def _time_layers(data: Any, period: str) -> list[Any]:
    import altair as alt

    base = alt.Chart(data) if data is not None else alt.Chart(alt.NamedData(name="points"))
    # where there is room for it, each point is named by its period
    few = data is not None and data["period"].nunique() <= 5
    ticks = sorted(data["period"].unique()) if few else []
    named: dict[str, Any] = {"values": [f"{t:%Y-%m-%d}" for t in ticks], "format": _FORMATS[period]} if few else {}
    axis = alt.Axis(labelOverlap=True, grid=False, **(named or {"tickCount": 5}))
    x = alt.X("period:T", title=None, scale=alt.Scale(padding=22 if few else 10), axis=axis)
    words = "datum.value > 0 ? 'favor' : datum.value < 0 ? 'against' : '0'"
    placed: dict[str, Any] = {
        "title": None,
        "scale": alt.Scale(domain=[-1.12, 1.12], nice=False),  # the room above and below is for the dots
        "axis": alt.Axis(values=[-1, 0, 1], labelExpr=words, labelPadding=6),
    }
    y = alt.Y("score:Q", **placed)
    tooltip = [
        *(
            alt.Tooltip("period:T", title=period),
            alt.Tooltip("score:Q", format="+.2f"),
            alt.Tooltip("low:Q", format="+.2f"),
        ),
        *(alt.Tooltip("high:Q", format="+.2f"), alt.Tooltip("n:Q", title="statements"), alt.Tooltip("documents:Q")),
    ]
    zero = base.mark_rule(color="#bbb").encode(y=alt.YDatum(0, **placed))
    bars = base.mark_rule(color="#888", strokeWidth=1.2).encode(x=x, y=alt.Y("low:Q", **placed), y2="high:Q")
    line = base.mark_line(color="#666", strokeWidth=1.2).encode(x=x, y=y)
    dots = base.mark_circle(opacity=1, stroke="#333", strokeWidth=0.6).encode(
        x=x,
        y=y,
        color=_score_colour(legend=False),
        size=alt.Size("n:Q", scale=alt.Scale(type="sqrt", range=[25, 160]), legend=None),
        tooltip=tooltip,
    )
    return [zero, bars, line, dots]


def _score_colour(legend: bool = True) -> alt.Color:
    import altair as alt

    scale = alt.Scale(domain=[-1, -2 / 3, -1 / 3, 0, 1 / 3, 2 / 3, 1], range=list(_SCALE))
    say = "datum.value > 0.99 ? 'favor' : datum.value < -0.99 ? 'against' : datum.value == 0 ? '0' : ''"
    shown = alt.Legend(title="score", gradientLength=110, values=[-1, 0, 1], labelExpr=say) if legend else None
    return alt.Color("score:Q", scale=scale, legend=shown)


def _styled(chart: Any, title: str | None = None, key: str = "", label_size: int = 12) -> Any:
    import altair as alt

    if title is not None:
        quiet: dict[str, Any] = {"fontSize": 11, "fontWeight": "normal", "color": "#555"}
        above: dict[str, Any] = {"subtitle": key, **{f"subtitle{k[0].upper()}{k[1:]}": v for k, v in quiet.items()}}
        chart = chart.properties(title=alt.Title(title, **above) if title else alt.Title(key, **quiet))
    return (
        chart.configure(font=_FONT, background="white", padding=8)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=label_size, labelLimit=230, domain=False, ticks=False, grid=True, gridColor="#eee"
        )
        .configure_legend(labelFontSize=11, titleFontSize=11, titleFontWeight="normal")
        .configure_title(fontSize=14, anchor="start", offset=12)
    )


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Python strings in plain object columns, so that Altair guesses nothing from a pandas string type."""
    return frame.astype(
        {c: object for c in frame.columns if frame[c].dtype.kind in "OSUT" or str(frame[c].dtype) == "str"}
    )


def _order(cells: pd.DataFrame, role: str) -> list[str]:
    actors = list(dict.fromkeys(cells["actor"]))
    if role == "actor":
        return actors
    targets = alike_together(cells, "target")
    if len(cells) > _SPARSE * len(actors) * len(targets):
        return targets
    # hardly any target is shared: let the columns follow the rows, so that marks stand along a diagonal and not strewn
    row = cells["actor"].map({a: i for i, a in enumerate(actors)}).groupby(cells["target"]).mean()
    return sorted(targets, key=lambda t: (row[t], t))


_SPARSE = 0.06  # share of cells that are filled, below which columns follow the rows


def _ticks(most: int) -> list[int]:
    return sorted({1, max(round(most / 3), 1), most})


def describe(table: pd.DataFrame, cells: pd.DataFrame) -> str:
    """A sentence or two that say what the heatmap shows: its text alternative."""
    taken = cells[cells["stance"] != "neutral"]
    count = taken["stance"].value_counts()
    every = corpus_positions(table)
    whole = every.loc[every["stance"] != "neutral", "actor"].nunique()
    some = f"{taken['actor'].nunique()} of {whole}" if whole > taken["actor"].nunique() else f"{whole}"
    text = f"Positions of {some} actors toward {taken['target'].nunique()} targets: "
    text += ", ".join(f"{count.get(s, 0)} {s}" for s in ("favor", "against", "mixed")) + "."
    strong = taken.loc[(taken["score"].abs() * np.log1p(taken["n"])).sort_values(ascending=False).index[:3]]
    parts = [f"{p['actor']} toward {p['target']} ({p['score']:+.2f})" for p in strong.to_dict("records")]
    return f"{text} Clearest: {'; '.join(parts)}."


# ---------------------------------------------------------------------------------------------- the network's layout


def strongest(ties: pd.DataFrame, agreements: int = 3, conflicts: int = 3) -> pd.DataFrame:
    """The ties that are among the strongest agreements or conflicts of one of their two actors."""
    keep = []
    for sign, each in ((1, agreements), (-1, conflicts)):
        part = ties[np.sign(ties["subtract"]) == sign]
        strength = part["subtract"].abs()
        had: dict[str, int] = {}
        order = strength.sort_values(ascending=False, kind="stable").index
        for i in order:
            a, b = part.at[i, "actor_a"], part.at[i, "actor_b"]
            if had.get(a, 0) < each or had.get(b, 0) < each:
                keep.append(i)
                had[a], had[b] = had.get(a, 0) + 1, had.get(b, 0) + 1
    return ties.loc[sorted(keep)].reset_index(drop=True)


def layout(actors: Sequence[str], ties: pd.DataFrame, steps: int = 300) -> dict[str, tuple[float, float]]:
    """Places in [-1, 1] x [-1, 1]: agreement brings actors together, conflict keeps them apart.

    Each two actors have a wanted distance: 1 where they agree, 2 in conflict, the shortest way over others where no tie
    joins them, and 3 at most. Stress majorization (Gansner, Koren and North 2004) fits the places to it, from a start
    on a circle in the order of `actors`: the same table gives the same picture.
    """
    from scipy.sparse.csgraph import shortest_path

    n = len(actors)
    if n == 1:
        return {actors[0]: (0.0, 0.0)}
    index = {a: i for i, a in enumerate(actors)}
    wanted = np.zeros((n, n))
    for a, b, value in ties[["actor_a", "actor_b", "subtract"]].itertuples(index=False, name=None):
        wanted[index[a], index[b]] = wanted[index[b], index[a]] = 1.0 if value > 0 else 2.0
    wanted = np.minimum(shortest_path(wanted, directed=False), 3.0)
    pull = np.where(wanted > 0, 1 / np.maximum(wanted, 1e-9) ** 2, 0.0)
    inverse = np.linalg.pinv(np.diag(pull.sum(1)) - pull)
    angle = 2 * np.pi * np.arange(n) / n
    at = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    for _ in range(steps):
        distance = np.linalg.norm(at[:, None] - at[None], axis=-1)
        share = pull * wanted / np.maximum(distance, 1e-6)
        at = inverse @ (np.diag(share.sum(1)) - share) @ at
    at = at - (at.max(0) + at.min(0)) / 2
    at = at / np.maximum(np.abs(at).max(0), 1e-9)
    return {a: (round(float(x), 4), round(float(y), 4)) for a, (x, y) in zip(actors, at, strict=True)}


def _labels(actors: Sequence[str], xy: np.ndarray, weight: Sequence[int], side: int) -> dict[str, str]:
    """Which names fit beside their dots without covering another name or dot, the weightiest first: name to place.

    Of up to forty names none is left out: where none of the places is free, it takes the one that covers the least.
    """
    at = np.stack([xy[:, 0] / 2.3 * side, -xy[:, 1] / 2.2 * side * 0.75], axis=1)
    boxes = [(x - 7, y - 7, x + 7, y + 7) for x, y in at.tolist()]
    named: dict[str, str] = {}
    for i in sorted(range(len(actors)), key=lambda k: (-weight[k], actors[k])):
        wide = min(sum(3.5 if c in "iljtfrI.,' " else 6.4 for c in actors[i]), 180) + 2
        covers = []
        for place, (dx, dy, align) in PLACES.items():
            x, y = at[i, 0] + dx - {"center": wide / 2, "left": 0, "right": wide}[align], at[i, 1] + dy
            box = (x, y - 7, x + wide, y + 7)
            others = boxes[:i] + boxes[i + 1 :]
            covered = sum(
                max(0.0, min(box[2], b[2]) - max(box[0], b[0])) * max(0.0, min(box[3], b[3]) - max(box[1], b[1]))
                for b in others
            )
            covers.append((covered, place, box))
        covered, place, box = min(covers, key=lambda c: c[0])  # the first of equals
        if covered == 0 or len(actors) <= 40:
            boxes.append(box)
            named[actors[i]] = place
    return named


PLACES = {
    **{"above": (0, -16, "center"), "below": (0, 17, "center")},
    **{"right": (12, 0, "left"), "left": (-12, 0, "right")},
}
"""Where a name may stand beside its dot: shift to the right and down in points, and how it is aligned there."""


# ---------------------------------------------------------------------------------------------- the page


def page(table: pd.DataFrame, top: int = 0, title: str = "") -> str:
    """The self-contained page: it fetches nothing, and its policy forbids it to.

    Names and sentences are put in by script as text nodes, from JSON in which "<" is escaped, so none can be markup.
    """
    _need_altair()
    cells = sides(table, top)
    actors, targets = _order(cells, "actor"), _order(cells, "target")
    a_index, t_index = ({n: i for i, n in enumerate(names)} for names in (actors, targets))
    series = over_time(table)
    charts: dict[str, Any] = {}
    if len(actors) > 1:
        charts["network"] = json.loads(network(table, min(top or 60, 60)).to_json())
    if not series.empty:
        charts["time"] = json.loads(timeline(table, top).to_json())
        import altair as alt

        one = _styled(alt.layer(*_time_layers(None, series.attrs["period"])).properties(width=300, height=110))
        charts["one"] = json.loads(one.to_json())
    ties = actor_network(cells)
    ties = ties.loc[ties["subtract"].abs().sort_values(ascending=False, kind="stable").index]
    points: dict[str, list[dict[str, Any]]] = {}
    for p in series.to_dict("records"):
        if p["actor"] in a_index and p["target"] in t_index:
            key = f"{a_index[p['actor']]},{t_index[p['target']]}"
            point = {c: p[c] for c in ("score", "low", "high", "n", "documents")}
            points.setdefault(key, []).append({"period": f"{p['period']:%Y-%m-%d}", **point})
    data = {
        "title": title or "Who is for what, and who is against it",
        "summary": _summary(table, cells),
        "actors": actors,
        "targets": targets,
        "cells": [
            [a_index[p["actor"]], t_index[p["target"]], p["stance"], round(p["score"], 3), int(p["n"])]
            + [int(p[c]) for c in ("n_favor", "n_against", "n_neutral")]
            for p in cells.to_dict("records")
        ],
        "evidence": _evidence(table, a_index, t_index),
        "ties": ties.head(40).to_numpy(object).tolist(),
        "points": points,
        "shown": [[a_index[a], t_index[t]] for a, t in longest(series) if a in a_index and t in t_index],
        "period": series.attrs.get("period", ""),
        "charts": charts,
        "description": describe(table, cells),
    }
    template = (resources.files("stance") / "report.html").read_text(encoding="utf-8")
    parts = {
        "__DATA__": _json(data),
        "__TITLE__": escape(str(data["title"])),
        "__LIBRARIES__": _libraries(),
    }
    # in one pass: a sentence that holds "__TITLE__" stays a sentence
    return re.sub("|".join(parts), lambda m: parts[m.group()], template)


@lru_cache(maxsize=1)
def _libraries() -> str:
    import vl_convert

    return vl_convert.javascript_bundle(_GLOBALS).replace("</script", "<\\/script")


def _json(data: object) -> str:
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, default=int)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _summary(table: pd.DataFrame, cells: pd.DataFrame) -> str:
    count = int(table["n_statements"].sum()) if "n_statements" in table else len(table)
    parts = [f"{count:,} statements"]
    if "doc_id" in table:
        parts.append(f"{table['doc_id'].nunique():,} documents")
    if "date" in table:
        dates = sorted(d[:10] for d in table["date"].map(as_text) if d)
        parts += [f"{dates[0]} to {dates[-1]}"] if dates else []
    parts.append(f"{cells['actor'].nunique():,} actors and {cells['target'].nunique():,} targets with a side taken")
    return ", ".join(parts)


def _evidence(table: pd.DataFrame, a_index: dict[str, int], t_index: dict[str, int]) -> dict[str, list[dict[str, Any]]]:
    """The sentences of each cell, cut into pieces (text, role): role is "", a(ctor), t(arget) or c(ue)."""
    shown = table[table["actor"].isin(list(a_index)) & table["target"].isin(list(t_index))]
    shown = shown.assign(_side=shown[["p_favor", "p_against"]].max(axis=1)).sort_values(
        "_side", ascending=False, kind="stable"
    )
    out: dict[str, list[dict[str, Any]]] = {}
    more: dict[str, int] = {}
    for row in shown.to_dict("records"):
        key = f"{a_index[row['actor']]},{t_index[row['target']]}"
        found = out.setdefault(key, [])
        if len(found) >= PER_CELL:
            more[key] = more.get(key, 0) + 1
            continue
        found.append(
            {
                "doc": as_text(row.get("doc_id")),
                "date": as_text(row.get("date"))[:10],
                "stance": row["stance"],
                "p": [round(float(row[c]), 2) for c in PROBABILITIES],
                "pieces": pieces({str(k): v for k, v in row.items()}),
            }
        )
    for key, n in more.items():
        out[key].append({"more": n})
    return out


def with_cues(table: pd.DataFrame, model: StanceModel, most: int = 4) -> pd.DataFrame:
    """A statements table with a column `cues`: the (start, end) in `evidence` of the words that spoke most for the stance.

    Only for what a page shows: statements that take a side, the strongest of each actor and target. A pair whose words
    stand outside its sentence has none, and a table of positions, which does not say where the words stand, none at all.
    """
    from stance.explain import words_for

    columns = ["evidence", "sentence_start", *OFFSETS, *(f"p_{s}" for s in STANCES)]
    if not set(columns) <= set(table.columns):
        return table
    strength = table[["p_favor", "p_against"]].max(axis=1)
    ranked = strength.sort_values(ascending=False, kind="stable").index
    taken = table.loc[ranked][lambda t: t["stance"] != "neutral"].groupby(["actor", "target"]).head(PER_CELL)
    pairs: dict[Any, Pair] = {}
    for index, text, start, *ends in taken[columns[:6]].itertuples(index=True, name=None):
        a0, a1, t0, t1 = (int(e) - int(start) for e in ends)
        if min(a0, t0) >= 0 and max(a1, t1) <= len(text):
            pairs[index] = Pair(text, (a0, a1), (t0, t1))
    told = np.log(table.loc[list(pairs), columns[6:]].to_numpy(float).clip(min=LEAST))
    found = words_for(model.scorer_, list(pairs.values()), told, most)
    cues = {i: [(s, e) for s, e, _ in words] for i, words in zip(pairs, found, strict=True)}
    marked: list[Any] = [cues.get(i, []) for i in table.index]
    return table.assign(cues=marked)


def pieces(row: dict[str, Any]) -> list[tuple[str, str]]:
    """A statement's sentence cut where its actor, its target and its deciding words begin and end.

    >>> pieces({"evidence": "Oslo backs Rome.", "actor": "Oslo", "target": "Rome", "cues": [(5, 10)]})
    [('Oslo', 'a'), (' ', ''), ('backs', 'c'), (' ', ''), ('Rome', 't'), ('.', '')]
    """
    text = str(row["evidence"])
    spans: list[tuple[int, int, str]] = []
    start = row.get("sentence_start")
    for role, columns in (("a", OFFSETS[:2]), ("t", OFFSETS[2:])):
        name = str(row["actor" if role == "a" else "target"])
        if start is not None and all(c in row for c in columns):
            a, b = (int(row[c]) - int(start) for c in columns)
            spans += [(a, b, role)] if 0 <= a < b <= len(text) else []
        else:
            spans += [(a, b, role) for a, b in occurrences(text, name)[:1]]
    cues = row.get("cues")
    # a column of that name in a file holds text
    spans += [(a, b, "c") for a, b in cues] if isinstance(cues, (list, tuple)) else []
    out: list[tuple[str, str]] = []
    at = 0
    for a, b, role in sorted(spans, key=lambda s: (s[0], "atc".index(s[2]))):
        if a >= at:
            out += [(text[at:a], "")] if a > at else []
            out.append((text[a:b], role))
            at = b
    return out + ([(text[at:], "")] if at < len(text) else [])
