"""Plots and layouts over plain arrays, readable in grey; matplotlib (the extra ``plot``) is imported when one is drawn.

Every function draws on the axes it is given, or on new ones, and returns them; the caption says how many worlds.
"""

from spark.drawing.charts import (
    draw_curve,
    draw_curves,
    draw_differences,
    draw_frontier,
    draw_gains,
    draw_parts,
    draw_scatter,
    draw_sizes,
    draw_states,
)
from spark.drawing.layout import Places, place
from spark.drawing.people import draw_people

__all__ = [
    "Places",
    "draw_curve",
    "draw_curves",
    "draw_differences",
    "draw_frontier",
    "draw_gains",
    "draw_parts",
    "draw_people",
    "draw_scatter",
    "draw_sizes",
    "draw_states",
    "place",
]
