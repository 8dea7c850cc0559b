"""Whether the advice depends on the model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from spark.model import Model
from spark.model.parameters import in_short
from spark.report.layout import Column, interval, paragraph, printable, section, table, with_error
from spark.report.words import model_in_words
from spark.results import Difference
from spark.study import ComparisonAnswer as Compared
from spark.study import Pair, UnderModel

_MOST_COLUMNS = 4
_CHOSEN_FOR = (
    "Plans whose seeds spark chose were chosen for the first model, and are tried under the others as they are."
)


def under_models(compared: Compared) -> str:
    """Say whether the advice depends on the model, with the figures under each; nothing where there is but one."""
    if not compared.models:
        return ""
    names = labels([under.model for under in compared.models])
    words = [
        paragraph(f"{name}: {model_in_words(under.model)}. {_sentence(under.model)}", bullet="- ")
        for name, under in zip(names[1:], compared.models[1:], strict=True)
    ]
    return section(
        "Does the advice depend on the model?",
        *(paragraph(sentence) for sentence in advice(compared)),
        *([paragraph(_CHOSEN_FOR)] if compared.choices else []),
        "",
        means(compared.models),
        "\n" + verdicts(compared.models),
        "\n" + paragraph("The models beside the first:"),
        *words,
    )


def labels(models: Sequence[Model]) -> list[str]:
    """Name models in a table: parameters only where models of the same name differ in them.

    >>> from spark.model import SIR, ExamplesNeeded, WeightedCascade
    >>> labels([SIR(0.1, lapse=0.2), WeightedCascade(), ExamplesNeeded(2, of=WeightedCascade())])
    ['sir', 'weighted-cascade', 'weighted-cascade:examples-needed=2']
    """
    named = [in_short(model).partition(":") for model in models]
    found = []
    for name, _, text in named:
        own = _PART.split(text)
        others = [set(_PART.split(other)) for known, _, other in named if known == name]
        parts = [part for part in own if part and not all(part in other for other in others)]
        found.append(f"{name}:{','.join(parts)}" if parts else name)
    return found


_PART = re.compile(",(?=[a-z-]+=)")


def _sentence(model: Model) -> str:
    said = model.guarantee.statement
    return f"{said[0].upper()}{said[1:]}."


def advice(compared: Compared) -> list[str]:
    """Say in plain words whether the advice changes."""
    models = [under.model for under in compared.models]
    names = dict(zip(map(id, models), labels(models), strict=True))
    flips = [pair for pair in compared.pairs if pair.flips]
    if flips:
        return ["It does: the ranking flips.", *(_flip(pair, names) for pair in flips)]
    settled = {len(pair.a_better + pair.b_better) for pair in compared.pairs}
    if settled == {0}:
        return ["It does not: under none of these models is it known that one plan is better than another."]
    if settled <= {0, len(compared.models)}:
        return ["It does not: which plan is better is the same under every model."]
    return ["In part: no two plans change places, but which of them is better is not settled under every model."]


def _flip(pair: Pair, names: Mapping[int, str]) -> str:
    a, b = printable(pair.a), printable(pair.b)
    here, there = (" and ".join(names[id(model)] for model in models) for models in (pair.a_better, pair.b_better))
    return f"{a} beats {b} under {here}; {b} beats {a} under {there}."


def means(models: Sequence[UnderModel]) -> str:
    """Lay out how many practise under each model with each plan: a column a plan, or a row where plans are many."""
    plans = [plan.name for plan in models[0].comparison.plans]
    found = [[with_error(p.spread.mean, p.spread.standard_error) for p in under.comparison.plans] for under in models]
    names = labels([under.model for under in models])
    if len(plans) <= _MOST_COLUMNS:
        columns = [Column("practise under"), *(Column(printable(plan), "number") for plan in plans)]
        return table(columns, [(name, *row) for name, row in zip(names, found, strict=True)])
    columns = [Column("plan", "id"), Column("under"), Column("practise", "number")]
    rows = [(plan, name, row[at]) for at, plan in enumerate(plans) for name, row in zip(names, found, strict=True)]
    return table(columns, rows)


def verdicts(models: Sequence[UnderModel]) -> str:
    """Lay out the verdict on each pair of plans under each model."""
    rows: list[tuple[str, ...]] = []
    names = labels([under.model for under in models])
    for at, first in enumerate(models[0].comparison.differences):
        for number, under in enumerate(models):
            d = under.comparison.differences[at]
            mean, low, high = interval(d.mean, d.low, d.high)
            if number == 0:
                rows.append((f"{first.a} - {first.b}", "", "", ""))
            rows.append((f"  {names[number]}", _better(d), mean, f"{low} to {high}"))
    columns = [
        Column("plans", "id"),
        Column("better"),
        Column("difference", "number"),
        Column("95 % interval", "number"),
    ]
    return table(columns, rows)


def _better(d: Difference) -> str:
    return {"a": d.a, "b": d.b, "no-difference": "neither", "too-close": "too close"}[d.verdict]


def models_data(compared: Compared) -> dict[str, Any]:
    """Return what docs/schemas/compare.json has about several models."""
    return {
        "models": [
            {
                "model": in_short(under.model),
                "words": model_in_words(under.model),
                "guarantee": under.model.guarantee.statement,
                "plans": [
                    {"name": p.name, "mean": p.spread.mean, "standard_error": p.spread.standard_error}
                    for p in under.comparison.plans
                ],
                "differences": [asdict(difference) for difference in under.comparison.differences],
            }
            for under in compared.models
        ],
        "advice": {
            "changes": any(pair.flips for pair in compared.pairs),
            "statement": " ".join(advice(compared)),
            "flips": [
                {
                    "a": pair.a,
                    "b": pair.b,
                    "a_better_under": [in_short(model) for model in pair.a_better],
                    "b_better_under": [in_short(model) for model in pair.b_better],
                }
                for pair in compared.pairs
                if pair.flips
            ],
        },
    }
