"""The options of commands that try one plan: --seeds or --plan."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from spark.cli.plans import Draft, finish, read_plans, read_seeds
from spark.errors import UsageError

if TYPE_CHECKING:
    from spark.network import Network
    from spark.plan import Plan
    from spark.request import ChoiceRequest
    from spark.scenario import Scenario

SEEDS_HELP = (
    "People to start with: ids as one CSV record (a,b), @FILE with one id a line or an id column, @- for standard "
    "input; @@ is a literal @. Repeatable. '' is nobody."
)
PLAN_HELP = (
    "NAME of a plan of the scenario, or NAME=PLAN, where PLAN is ids or @FILE as in --seeds, choose:10 (a budget), "
    "choose-count:10, mix:10, random:10, degree:10, nomination:10, broadcast:0.02 (everybody, once, chance 0.02), or "
    "boost:team=icu:0.5 and other interventions. The same NAME twice adds up."
)


@dataclass(frozen=True, slots=True)
class OnePlan:
    """The one plan to try, as it was typed."""

    seeds: tuple[str, ...]
    plans: tuple[str, ...]

    def draft(self, scenario: Scenario) -> dict[str, Draft | str]:
        """Return what was asked for, or the only plan of the scenario.

        Raises
        ------
        UsageError
            There is no plan, or there are several.
        """
        drafts = read_plans(self.plans or (() if self.seeds else tuple(scenario.plans)), scenario.plans)
        if self.seeds:
            drafts[""] = Draft(read_seeds(self.seeds))
        if len(drafts) != 1:
            names = f"--plan with one of {', '.join(scenario.plans)}" if scenario.plans else "--seeds '' for nobody"
            raise UsageError(f"give one plan: --seeds a,b or --seeds @FILE, or {names}")
        return drafts

    def words(self) -> list[str]:
        """Return the options again, for another command."""
        asked = [("--seeds", text) for text in self.seeds] + [("--plan", text) for text in self.plans]
        return [word for pair in asked for word in pair]


def finished(drafts: dict[str, Draft | str], scenario: Scenario, network: Network) -> tuple[str, Plan | ChoiceRequest]:
    """Return the name and the plan of the one draft, its people looked up."""
    ((name, plan),) = finish(drafts, scenario.plans, network).items()
    return name, plan


def one_plan(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --seeds and --plan, and hand it a `OnePlan` as `wanted`."""

    @functools.wraps(command)
    def gather(**values: Any) -> Any:
        return command(wanted=OnePlan(values.pop("seeds"), values.pop("plans")), **values)

    named = click.option("--plan", "plans", multiple=True, metavar="NAME", help=PLAN_HELP)(gather)
    return click.option("--seeds", "-s", multiple=True, metavar="IDS", help=SEEDS_HELP)(named)
