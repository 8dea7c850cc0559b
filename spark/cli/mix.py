"""``spark mix``: where does the money go?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from spark.cli.asked import Asked, asked_options
from spark.cli.help import Command
from spark.cli.options import command_line, examples, other_command
from spark.cli.output import emit, timed
from spark.errors import UsageError, nearest
from spark.plan import Plan
from spark.report import Frame, Next
from spark.request import MOST, Among, ChoiceRequest

if TYPE_CHECKING:
    from spark.scenario import Scenario

VERBS_HELP = (
    "Kinds of intervention to choose from: of seed, boost, sustain, bridge and broadcast, separated by commas.  "
    "[default: all that the model can carry out]"
)


@click.command(
    "mix",
    cls=Command,
    short_help="Where does the money go?",
    epilog=examples(
        "spark mix my-trust --budget 20",
        "spark mix my-trust --budget 20 --verbs seed,boost,broadcast",
        "spark mix pilot.toml --budget 20000 --candidates 'all ideas'",
        "spark mix pilot.toml --budget 20000 --terms prices",
    ),
)
@click.option(
    "--budget", type=click.FloatRange(min=0), help="What all that is done may cost together.  [default: the scenario's]"
)
@click.option("--plan", "name", metavar="NAME", help="The plan of the scenario that is to be such a mix.")
@click.option("--verbs", metavar="LIST", help=VERBS_HELP)
@click.option(
    "--candidates",
    metavar="NAME",
    help="The plan of the scenario whose interventions are the candidates, each seed one of her own.",
)
@click.option(
    "--terms",
    metavar="NAME",
    help="The plan of the scenario whose interventions say how strong and how dear each kind is.",
)
@click.option("--most", type=click.IntRange(min=1), help=f"How many candidates spark lists at most.  [default: {MOST}]")
@asked_options
def command(
    asked: Asked,
    budget: float | None,
    name: str | None,
    verbs: str | None,
    candidates: str | None,
    terms: str | None,
    most: int | None,
) -> None:
    """Choose the mix of seeds, boosts, help to keep going, introductions and broadcasts that lights most for a budget.

    Without --candidates spark makes a list: the people, teams and pairs of teams that look most promising.
    """
    mixed(asked, Wanted(budget, name, verbs, candidates, terms, most))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What kind of mix is asked for; what is None, the scenario says, or spark."""

    budget: float | None
    name: str | None = None
    verbs: str | None = None
    candidates: str | None = None
    terms: str | None = None
    most: int | None = None

    def request(self, scenario: Scenario) -> ChoiceRequest:
        """Return what is to be chosen: the scenario's mix, with what the options say instead.

        Raises
        ------
        UsageError
            A plan of that name is not there, or options that do not go together.
        """
        asked = self._known(scenario)
        fixed = {name: plan for name, plan in scenario.plans.items() if isinstance(plan, Plan)}
        said = "there is no plan of that name without a choice" if fixed else "PATH has no plans; give a scenario.toml"
        faults = [
            f"--{option} {name}: {said}{nearest(name, fixed)}"
            for option, name in (("candidates", self.candidates), ("terms", self.terms))
            if name is not None and name not in fixed
        ]
        if faults:
            raise UsageError(*faults)
        budget = asked.budget if self.budget is None else self.budget
        among = asked.among or Among()
        if self.candidates is not None:
            if (self.verbs, self.terms, self.most) != (None, None, None):
                raise UsageError("--candidates lists all there is to choose from; give no --verbs, --terms or --most")
            return replace(asked, budget=budget, among=Among(fixed[self.candidates].interventions))
        given: dict[str, Any] = {"most": self.most}
        given["verbs"] = None if self.verbs is None else tuple(verb.strip() for verb in self.verbs.split(","))
        given["terms"] = None if self.terms is None else fixed[self.terms].interventions
        given = {key: value for key, value in given.items() if value is not None}
        if given:
            among = replace(among, candidates=None, **given)
        return replace(asked, budget=budget, among=among)

    def words(self) -> list[str]:
        """Return the options again but for the budget, for another command."""
        options = [("--plan", self.name), ("--verbs", self.verbs), ("--candidates", self.candidates)]
        options += [("--terms", self.terms), ("--most", None if self.most is None else str(self.most))]
        return [word for option, value in options if value is not None for word in (option, value)]

    def _known(self, scenario: Scenario) -> ChoiceRequest:
        known = mixes_of(scenario)
        if self.name is None:
            if len(known) == 1 and self.candidates is None and self.terms is None:
                return next(iter(known.values()))
            if self.budget is None:
                which = f"--plan with one of {', '.join(known)}, or " if known else ""
                raise UsageError(f"say what all that is done may cost together: {which}--budget 10")
            return ChoiceRequest(self.budget, among=Among())
        if self.name not in known:
            which = f"those that are mixes are {', '.join(known)}" if known else "PATH has no plan that is a mix"
            raise UsageError(f"--plan {self.name}: there is no mix of that name; {which}{nearest(self.name, known)}")
        return known[self.name]


def mixes_of(scenario: Scenario) -> dict[str, ChoiceRequest]:
    """Return the plans of a scenario that are mixes still to be chosen, by name."""
    return {
        name: plan
        for name, plan in scenario.plans.items()
        if isinstance(plan, ChoiceRequest) and plan.among is not None
    }


def mixed(asked: Asked, wanted: Wanted) -> None:
    """Choose and print."""
    from spark import study
    from spark.report.mix import MixAnswer

    scenario, why = asked.scenario()
    request = wanted.request(scenario)
    assert request.among is not None
    assert request.budget is not None
    with timed(asked.output, "mix") as progress:
        network = study.load(scenario)
        found = study.mix(network, scenario, request, progress=progress)
    more = other_command("mix", *wanted.words(), "--budget", f"{2 * request.budget:.12g}")
    alone = other_command("plan", "--budget", f"{request.budget:.12g}")
    steps: tuple[Next, ...] = (
        Next("What would twice the money do?", more),
        Next("Whom would spark start with, if seeds were all there is?", alone),
    )
    if request.budget > found.frontier[-1].budget:
        steps = steps[1:]  # there is nothing more to buy
    emit(
        MixAnswer(
            network,
            scenario.model,
            found,
            request.budget,
            study.made_up(network, found, request.among),
            Frame(command_line(), why, steps),
        ),
        asked.output,
        scenario.run,
    )
