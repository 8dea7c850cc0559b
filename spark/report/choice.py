"""Whom to start with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spark.model import Model
from spark.network import Network
from spark.picture import figure_of
from spark.question import RULES
from spark.report import Frame
from spark.report.explanation import explained
from spark.report.frame import assumed, provenance, what_next
from spark.report.layout import (
    Column,
    count,
    csv_text,
    document,
    json_text,
    number,
    paragraph,
    percent,
    percent_with_error,
    printable,
    section,
    table,
    with_error,
)
from spark.report.spread import by_organisation, in_order, in_words, outcome, spread_document, when
from spark.report.words import ERROR_NOTE, assumptions, cost_in_words, name_of, organisation_of, where
from spark.results import Choice, Explanation
from spark.study import ChoiceAnswer as Chosen
from spark.study import OtherChoice

if TYPE_CHECKING:
    from matplotlib.figure import Figure

IN_ORDER = (
    "In this order, if you have to stop early. 'ties' is how many people each can influence directly, 'adds' how many "
    "more practise in the end than with those above alone."
)


ASKED_FOR = "What you asked for"


@dataclass(frozen=True, slots=True)
class ChoiceAnswer:
    """The answer of ``spark plan``."""

    network: Network
    model: Model
    chosen: Chosen
    frame: Frame
    explanation: Explanation | None = None

    def text(self) -> str:
        """Lay out the answer."""
        choice = self.chosen.choice
        return document(
            section(
                f"Start with {count(len(choice.seeds), 'person', 'people')}",
                paragraph(IN_ORDER),
                ranking(self.network, choice),
                by_rule(self.chosen),
                asked(choice),
                *(paragraph(in_words(b)) for b in self.chosen.request.beside),
                cost(self.network, self.chosen),
            ),
            explained(self.explanation),
            aim(choice),
            under(choice),
            budgets(choice),
            section(when(choice.spread), *outcome(self.network, choice.spread)),
            section("How sure", *how_sure(choice)),
            section("Compared with simpler rules, in the same worlds", baselines(self.network, choice)),
            by_organisation(choice.spread.by_organisation),
            sensitivity(self.chosen),
            paragraph(ERROR_NOTE, indent=0) + "\n",
            assumed(self.sentences()),
            what_next(self.frame.next),
        )

    def json(self, run: Mapping[str, Any] | None) -> str:
        """Write a document of docs/schemas/plan.json."""
        choice = self.chosen.choice
        data = choice.to_dict()
        data["seeds"] = in_order(self.network, choice.seeds)
        data["spread"] = spread_document(self.network, choice.spread)
        if self.chosen.sensitivity:
            data["sensitivity"] = [_other(self.network, other) for other in self.chosen.sensitivity]
        if self.explanation is not None:
            told = self.explanation.to_dict()
            data["explanation"] = {key: told[key] for key in ("seeds", "curve", "shape")}
        data["assumptions"] = self.sentences()
        data["provenance"] = provenance(choice.provenance, self.frame, run)
        return json_text("spark.plan/1", data)

    @property
    def result(self) -> Choice:
        """The result, as it was computed."""
        return self.chosen.choice

    def figure(self) -> Figure:
        """Draw the answer."""
        return figure_of(self.chosen.choice, self.network)

    def csv(self) -> str:
        """Write the ranking: one row a seed, in the order of choosing."""
        rows = []
        for rank, seed in enumerate(self.chosen.choice.ranking, 1):
            at = self.network.people.position(seed.id)
            place = name_of(self.network, at), organisation_of(self.network, at), where(self.network, at)
            rows.append((rank, seed.id, *place, repr(seed.gain), seed.gain_standard_error, repr(seed.cost)))
        header = ["rank", "id", "label", "organisation", "where", "gain", "gain_standard_error", "cost"]
        return csv_text(header, rows)

    def sentences(self) -> list[str]:
        """Say what was assumed."""
        said = assumptions(self.network, self.model, self.frame.why)
        return [*said, cost_in_words(self.network)] if self.chosen.request.budget is not None else said


def ranking(network: Network, choice: Choice) -> str:
    """Lay out the seeds in order, with who they are and why: what each adds, and how many people each can reach."""
    reach = network.out_degree()
    costs = "cost" in network.given and any(seed.cost for seed in choice.ranking)
    rows, below = [], []
    for rank, seed in enumerate(choice.ranking, 1):
        at = network.people.position(seed.id)
        adds = with_error(seed.gain, seed.gain_standard_error)
        price = number(seed.cost) if costs else ""
        rows.append((rank, seed.id, name_of(network, at), price, f"{reach[at]:,}", adds))
        below.append(", ".join(part for part in (organisation_of(network, at), where(network, at)) if part))
    columns = [
        Column("", "number"),
        Column("id", "id"),
        Column("name"),
        Column("cost", "number"),
        Column("ties", "number"),
        Column("adds", "number"),
    ]
    head, *lines = table(columns, rows).split("\n")
    indent = " " * (len(str(len(rows))) + 6)
    places = [f"{indent}{place}" if place else "" for place in map(printable, below)]
    return "\n".join([head, *(line for pair in zip(lines, places, strict=True) for line in pair if line)])


def cost(network: Network, chosen: Chosen) -> str:
    """Say what the seeds cost, where a budget was given or costs are known."""
    budget = chosen.request.budget
    if budget is None and "cost" not in network.given:
        return ""
    of = f" of a budget of {number(budget)}" if budget is not None else ""
    return paragraph(f"Together they cost {number(chosen.choice.cost)}{of}.")


def by_rule(chosen: Chosen) -> str:
    """Say which simple rule was followed, if one was."""
    rule = RULES.get(chosen.request.method)
    return paragraph(f"By the rule {rule.title}, not chosen by spark.") if rule is not None else ""


def asked(choice: Choice) -> str:
    """Say what the choice had to keep to, and whether people agree."""
    said = ""
    if choice.constraints:
        said = f"As you asked: {'; '.join(choice.constraints)}."
    asking = (choice.provenance.options or {}).get("asking")
    if asking is not None:
        chance = asking["take_up"]
        who = f"with a chance of {percent(chance)}" if isinstance(chance, int | float) else "as the data say"
        due = "when they agree" if asking["pay"] == "on_acceptance" else "when they are asked"
        said += f"{' ' * bool(said)}People agree {who}; their cost is due {due}."
    return paragraph(said) if said else ""


def aim(choice: Choice) -> str:
    """Say how far the choice gets in what was asked for, where that is not the mean, and what that costs."""
    found = choice.aim
    if found is None:
        return ""
    wanted = paragraph(f"{found.statement[0].upper()}{found.statement[1:]}.")
    share = found.unit in ("share", "chance")
    figure = (percent_with_error if share else with_error)(found.reached, found.standard_error)
    named = {"share": f" of {found.group}, where it is smallest", "people": " people", "value": " in value"}
    named["value-periods"] = " in value, summed over the steps"
    said = f"Reached: {figure}{named.get(found.unit, '')}."
    if found.plain is None or found.price is None:
        return section(ASKED_FOR, wanted, paragraph(said))
    price = with_error(abs(found.price), found.price_standard_error)
    against = f"The choice for the most adopters, which asks for nothing else, gets {percent(found.plain)} there"
    if found.price == 0 and not found.price_standard_error:
        against = "The choice for the most adopters, which asks for nothing else, does as well in every world."
    elif found.price > 2 * (found.price_standard_error or 0):
        against += f"; the price of this one against it is {price} adopters."
    else:
        against += f", and has {'no more adopters' if found.price <= 0 else 'hardly more adopters'} ({price})."
    return section(ASKED_FOR, wanted, paragraph(said), paragraph(against))


def under(choice: Choice) -> str:
    """Lay out how a choice for several models does under each."""
    if not choice.under:
        return ""
    rows = [
        (
            one.model,
            with_error(one.mean, one.standard_error),
            with_error(max(0.0, one.regret), one.regret_standard_error),
            percent(one.share),
        )
        for one in choice.under
    ]
    columns = [
        Column("model"),
        Column("practise", "number"),
        Column("fewer by", "number"),
        Column("share", "number"),
    ]
    note = (
        "'fewer by' is against the seeds chosen for that model alone, in the same worlds; 'share' is of the increase "
        "that those bring about. Everything else here is said of the first model."
    )
    return section("Under each model", table(columns, rows), paragraph(note))


def budgets(choice: Choice) -> str:
    """Lay out how likely the share is reached with each size that was tried."""
    if not choice.budgets:
        return ""
    rows = [(f"{step.count:,}", number(step.cost), percent(step.chance)) for step in choice.budgets]
    columns = [Column("people", "number"), Column("cost", "number"), Column("chance", "number")]
    note = paragraph("Tried on worlds of their own; the people are the first of one list, and the last ones exchanged.")
    return section("How likely with fewer or more", table(columns, rows), note)


def how_sure(choice: Choice) -> list[str]:
    """Say what is guaranteed, and what is estimated; the two are different things."""
    statement = choice.certificate.statement.removeprefix("no bound: ").removesuffix(".")
    proved = choice.certificate.confidence is not None
    sure = "Guaranteed" if proved else "Nothing is guaranteed"
    said = [paragraph(f"{sure}: {statement}.", bullet="- ")]
    if choice.quality is not None:
        share = percent(choice.quality)
        said.append(
            paragraph(f"Estimated: this reaches {share} of what the best search of this kind would find.", bullet="- ")
        )
    return said


def baselines(network: Network, choice: Choice) -> str:
    """Lay out what simpler rules reach."""
    spread = choice.spread
    rows: list[tuple[object, ...]] = [
        ("this choice", len(choice.seeds), with_error(spread.mean, spread.standard_error))
    ]
    rows += [(b.name, len(b.seeds) or "", with_error(b.mean, b.standard_error)) for b in choice.baselines]
    columns = [Column("rule", "id"), Column("people", "number"), Column("practise", "number")]
    notes = [paragraph(f"{b.name}: {b.note}.") for b in choice.baselines if b.note]
    notes += [paragraph(line) for line in _better(choice)]
    if choice.left_out:
        notes.append(paragraph(f"Left out: {'; '.join(choice.left_out)}."))
    return "\n".join([table(columns, rows), *notes])


def _better(choice: Choice) -> list[str]:
    """Name the simple rule that did clearly better in these worlds, if one with as many people did."""
    spread, followed = choice.spread, "method" in (choice.provenance.options or {})
    rules = [b for b in choice.baselines if b.method in RULES and len(b.seeds) <= len(choice.seeds)]
    best = max(rules, key=lambda b: b.mean, default=None)
    if best is None or followed or choice.aim is not None or spread.mean_value is not None:
        return []
    ahead, error = best.mean - spread.mean, math.hypot(best.standard_error, spread.standard_error)
    if ahead <= 2 * error:
        return []
    more = ", within what the quality asked for allows; a --quality nearer to 1 looks further" if choice.quality else ""
    return [f"{best.name} did better here, by {with_error(ahead, error)}{more}."]


def sensitivity(chosen: Chosen) -> str:
    """Say whether the choice depends on the probability."""
    if not chosen.sensitivity:
        return ""
    size = len(chosen.choice.seeds)
    rows = []
    for other in chosen.sensitivity:
        main, there = other.main, other.there
        rows.append(
            (
                number(other.probability),
                f"{other.overlap} of {size}",
                with_error(main.mean, main.standard_error),
                with_error(there.mean, there.standard_error),
                _loss(other),
            )
        )
    columns = [
        Column("probability", "number"),
        Column("same people", "number"),
        Column("this choice", "number"),
        Column("choice made there", "number"),
        Column("loss", "number"),
    ]
    changed = [number(other.probability) for other in chosen.sensitivity if other.changes]
    unsure = [number(other.probability) for other in chosen.sensitivity if other.against.verdict == "too-close"]
    if changed:
        verdict = f"It matters: with {' or '.join(changed)} another choice would be better."
    elif unsure:
        verdict = f"Too close to call with {' or '.join(unsure)}; more --worlds would tell."
    else:
        verdict = "It hardly matters: the same choice is as good as any with every probability tried."
    return section("Does the answer depend on the probability?", table(columns, rows), paragraph(verdict))


def _loss(other: OtherChoice) -> str:
    lost = -other.against.mean
    if lost <= 0 or not other.there.mean:
        return "none"
    return percent(lost / other.there.mean)


def _other(network: Network, other: OtherChoice) -> dict[str, Any]:
    difference = other.against
    return {
        "probability": other.probability,
        "seeds": in_order(network, other.seeds),
        "overlap": other.overlap,
        "this_choice": {"mean": other.main.mean, "standard_error": other.main.standard_error},
        "choice_made_there": {"mean": other.there.mean, "standard_error": other.there.standard_error},
        "difference": {"mean": difference.mean, "low": difference.low, "high": difference.high},
        "changes": other.changes,
    }
