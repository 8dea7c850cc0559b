"""What the compiled backend needs for what one plan changes beside seeds and broadcasts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spark.kernels.world import Changes, Questions
from spark.problem.arrays import ALWAYS, Actions, Uptake, freeze


def changes_of(actions: Actions, plan: int) -> Changes:
    """What one plan changes beside seeds and broadcasts; of size 0 where this plan does not, whatever others do."""
    seeds = slice(actions.seed_indptr[plan], actions.seed_indptr[plan + 1])
    bridges = slice(*actions.bridge_indptr[plan : plan + 2]) if actions.bridge_id.size else slice(0)

    def followed(rows: NDArray[np.int32]) -> NDArray[np.int32]:
        on = rows.size and (rows[plan] >= 0).any()
        return freeze(rows[plan] if on else np.empty(0, np.int32))

    boost, sustain = followed(actions.boost), followed(actions.sustain)
    return Changes(
        _asked(actions.seed_accept[seeds]),
        _questions(actions.heard_uptake, followed(actions.schedule)),
        boost,
        actions.boost_level,
        _questions(actions.boost_uptake, boost),
        sustain,
        actions.sustain_left,
        _questions(actions.sustain_uptake, sustain),
        freeze(actions.bridge_source[bridges]),
        freeze(actions.bridge_target[bridges]),
        freeze(actions.bridge_id[bridges]),
        freeze(actions.bridge_start[bridges]),
        freeze(actions.bridge_stop[bridges]),
        _asked(actions.bridge_accept[bridges]),
        freeze(actions.bridge_chance[:, bridges]),
        freeze(actions.bridge_more[:, :, bridges]),
        freeze(actions.bridge_dose[:, bridges]),
        freeze(actions.boost_speed),
    )


def changes_anything(changes: Changes) -> bool:
    """Whether a plan needs the kernels of interventions."""
    parts = (changes.seed_accept, changes.heard.kind, changes.boost, changes.sustain, changes.source)
    return any(part.size for part in parts)


def _asked(accept: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return freeze(accept if (accept < ALWAYS).any() else accept[:0])


def _questions(uptake: Uptake, rows: NDArray[np.int32]) -> Questions:
    """The questions, where the rows of a plan lead to any."""
    some = np.unique(rows[rows >= 0]) if uptake.accept.size else rows[:0]
    if not (uptake.accept[some] < ALWAYS).any():
        uptake = Uptake()
    return Questions(uptake.kind, uptake.accept, uptake.yes, uptake.no)
