"""Pictures: a map of a network, and whole figures of a result with the map of its network beside its chart."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from spark.drawing import draw_curves, draw_people, place
from spark.errors import RunError, UsageError
from spark.network import Network
from spark.results import Choice, Comparison, Conditions, Mix, Spread, WhoLitWhom

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PEOPLE = 20_000


def plot_network(
    network: Network, spread: Spread | None = None, *, seeds: Iterable[Hashable] = (), ax: Axes | None = None
) -> Axes:
    """Draw a network as a map (needs matplotlib): each organisation is a circle, people who are tied stand close.

    Parameters
    ----------
    spread : of a plan on this network; the darker a person, the more likely that they practise in the end, and stars
        mark those whom the plan starts with. Without it people are coloured by organisation.
    seeds : people to be marked with a star, where there is no spread.
    ax : the axes to draw on, or None for those of a new figure.

    Raises
    ------
    UsageError
        The spread is of another network, a seed is not in it, or there are more than 20,000 people.

    Examples
    --------
    >>> trust = spark.generate.health_trust(rng=1)
    >>> axes = plot_network(trust, seeds=["m1"])
    >>> axes.get_figure().savefig("trust.png")  # doctest: +SKIP
    """
    if network.size > MOST_PEOPLE:
        raise UsageError(f"a map of {network.size:,} people cannot be read; at most {MOST_PEOPLE:,} are drawn")
    if spread is not None and list(spread.people) != list(network.people):
        raise UsageError("the spread is of another network: its people are not those of this one")
    marked = network.index(seeds if spread is None else spread.seeds)
    group, names = _groups(network)
    source = network.sources()
    organisations = len(network.organisations)
    grouped = bool(names)
    partners = (network.partner_source, network.partner_target) if grouped else (source[:0], source[:0])
    said = [f"{network.size:,} people", f"{network.tie_count:,} ties"]
    said += [f"{organisations:,} organisations"] if organisations else []
    said += (
        [f"{network.partner_source.size:,} partner ties (dashed)"] if grouped and network.partner_source.size else []
    )
    if spread is not None:
        said += [f"{spread.worlds:,} worlds", str(spread.provenance.model["name"])]
    if marked.size:
        said.append(f"stars: {marked.size:,} started with")
    title = repr(network)[10:-1] if spread is None else repr(spread)[9:-1]
    return draw_people(
        ax,
        place(source, network.targets, group),
        (source, network.targets),
        group,
        names,
        chances=None if spread is None else spread.chances,
        marked=marked,
        partners=partners,
        title=title,
        caption=", ".join(said),
    )


def figure_of(
    result: Spread | Choice | Comparison | Conditions | Mix | WhoLitWhom | None, network: Network | None = None
) -> Figure:
    """Return a figure of a result with its chart, and with a map where there is a network that can be drawn.

    Parameters
    ----------
    result : None is a map of the network by organisation.
    """
    figure = _figure(2 if isinstance(result, Comparison | WhoLitWhom) else 1)
    mapped = network is not None and network.size <= MOST_PEOPLE
    if isinstance(result, Comparison):
        differences, curves = figure.subplots(1, 2, width_ratios=(3, 2))
        result.plot(differences)
        draw_curves(
            curves,
            {plan.name: [step.mean for step in plan.spread.over_time] for plan in result.plans},
            title="Over time",
            caption=f"means of {result.worlds:,} worlds",
        )
    elif result is None:
        if network is None or not mapped:
            raise UsageError(f"a map is drawn of at most {MOST_PEOPLE:,} people")
        plot_network(network, ax=figure.subplots())
    elif isinstance(result, WhoLitWhom):
        matches, generations = figure.subplots(1, 2, width_ratios=(3, 2))
        result.plot(matches)
        result.plot_generations(generations)
    elif isinstance(result, Conditions):
        result.plot(figure.subplots())
    elif isinstance(result, Mix):
        figure.set_size_inches(13.0, 9.5 if mapped else 5.2)
        at_left, at_right = figure.subfigures(1, 2, squeeze=False)[0]
        if network is not None and mapped:
            above, below = at_left.subplots(2, 1, height_ratios=(3, 2))
            plot_network(network, result.spread, ax=above)
        else:
            below = at_left.subplots()
        result.plot_frontier(below)
        result.plot(at_right.subplots())
    elif isinstance(result, Spread) and result.over_time_by:
        _by_group(figure, result, network if mapped else None)
    elif mapped and network is not None:
        figure.set_size_inches(12.5, 6.4)
        at_left, at_right = figure.subplots(1, 2, width_ratios=(3, 2))
        plot_network(network, result if isinstance(result, Spread) else result.spread, ax=at_left)
        result.plot(at_right)
    else:
        result.plot(figure.subplots())
    return figure


def _by_group(figure: Figure, spread: Spread, network: Network | None) -> None:
    """Draw the map, if there is one, the curve of all, and those of each column of groups below."""
    columns = list(spread.over_time_by)
    height = 3.4 * (1 + len(columns))
    figure.set_size_inches(13.5 if network is not None else 8.0, height)
    if network is not None:
        at_left, at_right = figure.subfigures(1, 2, width_ratios=(3, 2), squeeze=False)[0]
        plot_network(network, spread, ax=at_left.subplots())
        panels = at_right.subplots(1 + len(columns), 1, squeeze=False)
    else:
        panels = figure.subplots(1 + len(columns), 1, squeeze=False)
    spread.plot(panels[0, 0])
    for panel, column in zip(panels[1:, 0], columns, strict=True):
        spread.plot_by(column, panel)


def _figure(panels: int) -> Figure:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise RunError("plots need matplotlib: pip install 'orgspark[plot]'") from error
    return Figure(figsize=(11.5, 4.2) if panels > 1 else (8.0, 7.0), layout="constrained")


def _groups(network: Network) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], list[str]]:
    """The circle of each person, and the names of the circles; one circle without a name where there are hardly any."""
    count = len(network.organisations)
    if not 2 <= count <= network.size / 3:
        return np.zeros(network.size, np.int64), []
    group = network.organisation.astype(np.int64)
    names = [str(name) for name in network.organisations]
    alone = group < 0
    if alone.any():
        group = np.where(alone, count, group)
        names.append("no organisation")
    return group, names
