"""Whether limits can be met at all; if not, which of them cannot, and what would make them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spark.errors import InfeasibleError
from spark.network import Network
from spark.optimise.limits import Row, with_rows
from spark.optimise.programme import programme_of
from spark.optimise.wish import SLACK, Wish


def check(network: Network, wish: Wish, exactly: bool) -> NDArray[np.int32] | None:
    """Check that somebody meets every limit of a wish.

    Parameters
    ----------
    exactly : `wish.most` people are to be chosen, not fewer.

    Returns
    -------
    some choice that meets them, int32; None without limits.

    Raises
    ------
    InfeasibleError
        With every limit that cannot be met, and what would make it possible.
    """
    if wish.limits is None:
        return None
    faults = _by_itself(wish) or _together(network, wish)
    if faults:
        raise InfeasibleError(*faults)
    chosen = programme_of(wish).best(np.ones(wish.allowed.size))
    if chosen is None:
        raise InfeasibleError(_contradiction(wish))
    if exactly and chosen.size < wish.most:
        raise InfeasibleError(_too_many(wish, chosen.size))
    return chosen


def _by_itself(wish: Wish) -> list[str]:
    """Rows that contradict themselves."""
    faults = []
    for row in wish.limits.rows if wish.limits is not None else ():
        able = int(np.count_nonzero(wish.allowed[row.people]))
        if row.least > row.most:
            faults.append(
                f"at least {row.least:,} but at most {row.most:,} of {row.name}: raise at_most to {row.least:,} or "
                f"lower at_least to {row.most:,}"
            )
        elif row.least > able:
            faults.append(
                f"at least {row.least:,} of {row.name}: only {_people(able)} there may be chosen"
                f"{'' if wish.costs is None else ' and paid for'}; lower at_least to {able:,}, or let more of them be "
                "chosen"
            )
    return faults


def _together(network: Network, wish: Wish) -> list[str]:
    """Groupings whose minima together are more than what may be chosen, or cost more."""
    faults: list[str] = []
    limits = wish.limits
    for key, family in limits.families.items() if limits is not None else ():
        rows = [limits.rows[at] for at in family if limits is not None and limits.rows[at].least]
        needed = sum(row.least for row in rows)
        if not rows:
            continue
        cheapest = 0.0
        for row in rows:
            prices = np.sort(network.cost[row.people[wish.allowed[row.people] != 0]])
            cheapest += float(prices[: row.least].sum())
        said = f"at least {_minima(rows)} {'are' if needed > 1 else 'is'} {_people(needed)} in all"
        if wish.budget is not None and cheapest > wish.budget:
            budget = wish.budget / (1 + SLACK)
            faults.append(
                f"{said} and cost{'' if needed > 1 else 's'} {cheapest:,g} or more, above the budget of {budget:,g}; "
                f"a budget of {cheapest:,g} or a lower at_least for {key} would do"
            )
        elif needed > wish.most:
            what = "count" if not wish.cost.any() else "number that the budget pays for"
            faults.append(
                f"{said}, more than the {what}, {wish.most:,}; {_people(needed)} or a lower at_least for {key} would do"
            )
    return faults


def _minima(rows: list[Row]) -> str:
    if len(rows) == 1:
        return f"{rows[0].least:,} of {rows[0].name}"
    least = {row.least for row in rows}
    number = f"{min(least):,}" if len(least) == 1 else f"{min(least):,} to {max(least):,}"
    return f"{number} of each of {len(rows):,} groups of {rows[0].by}"


def _too_many(wish: Wish, largest: int) -> str:
    """The count is above what the limits allow: which of them hold it down."""
    names = [" ".join(kind) for kind in _kinds(wish) if _largest(_loosened(wish, kind)) > largest]
    under = f" under {' and '.join(names)}" if names else ""
    return (
        f"count {wish.most:,} is more than the {largest:,} who may be chosen together{under}; a count of {largest:,}, "
        "or looser limits, would do"
    )


def _contradiction(wish: Wish) -> str:
    """Limits that can be met one by one but not together: which of them, if left out, would free the others."""
    kinds = _kinds(wish)
    culprits = [" ".join(kind) for kind in kinds if _feasible(_loosened(wish, kind))]
    said = f"no choice meets all of {', '.join(' '.join(kind) for kind in kinds)}"
    freed = f"they could be met without {' or without '.join(culprits)}" if culprits else ""
    price = np.ones(wish.allowed.size) if wish.costs is None else wish.cost
    cheapest = programme_of(wish, size=False).best(-price)
    if cheapest is None:
        return f"{said}; {freed}" if freed else said
    amount = "count" if not wish.cost.any() else "budget"
    if wish.costs is None and amount == "budget":
        price = wish.cost
    least = float(price[cheapest].sum())
    return f"{said} with this {amount}; a {amount} of {least:,g} would do{f', or {freed}' * bool(freed)}"


def _kinds(wish: Wish) -> list[tuple[str, ...]]:
    """The limits as the user gave them: those who are kept apart, at_most and at_least of each grouping."""
    kinds: list[tuple[str, ...]] = []
    for row in wish.limits.rows if wish.limits is not None else ():
        if row.by is None:
            kinds.append(("apart",))
        else:
            kinds += [("at_most", row.by)] * (row.most < row.people.size) + [("at_least", row.by)] * (row.least > 0)
    return list(dict.fromkeys(kinds))


def _loosened(wish: Wish, kind: tuple[str, ...]) -> Wish:
    """The wish without one kind of limit."""
    assert wish.limits is not None
    rows = list(wish.limits.rows)
    if kind == ("apart",):
        rows = [row for row in rows if row.by is not None]
    elif kind[0] == "at_most":
        rows = [replace(row, most=row.people.size) if row.by == kind[1] else row for row in rows]
    else:
        rows = [replace(row, least=0) if row.by == kind[1] else row for row in rows]
    return replace(wish, limits=with_rows(rows, wish.allowed.size))


def _feasible(wish: Wish) -> bool:
    return programme_of(wish).best(np.zeros(wish.allowed.size)) is not None


def _largest(wish: Wish) -> int:
    chosen = programme_of(wish).best(np.ones(wish.allowed.size))
    return 0 if chosen is None else chosen.size


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"
