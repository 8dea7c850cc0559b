"""Why these people."""

from __future__ import annotations

from spark.report.layout import Column, paragraph, printable, section, table, with_error
from spark.results.explanation import ExplainedSeed, Explanation

_MOST_GROUPS, _MOST_TOLD = 6, 12
_SHAPES = {
    "diminishing": "Each person adds no more than the one before, as far as these worlds can tell.",
    "critical mass": "Critical mass: people marked * add more than the one before; stopping short of them loses most.",
}


def explained(found: Explanation | None) -> str:
    """Lay out what is lost without each seed, who could take her place, what she reaches first, and the curve."""
    if found is None:
        return ""
    rows = [
        (
            seed.id,
            with_error(seed.gain, seed.gain_standard_error) + ("*" if point.rises else " "),
            with_error(seed.loss, seed.loss_standard_error),
            "nobody" if seed.replacement is None else printable(str(seed.replacement)),
            "" if seed.replaced is None else with_error(seed.replaced, seed.replaced_standard_error),
        )
        for seed, point in zip(found.seeds, found.curve[1:], strict=True)
    ]
    columns = [
        Column("id", "id"),
        Column("adds", "number"),
        Column("lost without", "number"),
        Column("if she says no", "id"),
        Column("then practise", "number"),
    ]
    first = [paragraph(_reaches(seed), bullet="- ") for seed in found.seeds[:_MOST_TOLD]]
    if len(found.seeds) > _MOST_TOLD:
        first.append(paragraph("Whom the others reach first is in what --json writes, and in spark.explain."))
    whole = found.curve[-1]
    together = paragraph(f"With all of them {with_error(whole.mean, whole.standard_error)} practise.")
    return section("Why these people", table(columns, rows), together, paragraph(_SHAPES[found.shape]), *first)


def _reaches(seed: ExplainedSeed) -> str:
    inside = sorted(seed.by_organisation, key=lambda pair: -pair[1])
    groups = [f"{number:,} in {'no organisation' if name is None else name}" for name, number in inside[:_MOST_GROUPS]]
    said = f"{seed.id} reaches {seed.reaches:,} directly"
    said += f": {', '.join(groups)}" if groups else ""
    said += ", and others" if len(inside) > _MOST_GROUPS else ""
    if len(seed.by_layer) > 1:
        said += f"; by {', '.join(f'{name} {number:,}' for name, number in seed.by_layer)}"
    if seed.bridges:
        said += f"; a bridge to {seed.bridges:,} other organisation{'s' if seed.bridges > 1 else ''}"
    if seed.readiness is not None:
        said += f"; their mean readiness is {seed.readiness:.2g}"
    return printable(said) + "."
