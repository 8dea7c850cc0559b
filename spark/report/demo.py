"""The whole job on a made-up trust."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spark.model import Model
from spark.network import Network
from spark.report import Frame
from spark.report.choice import IN_ORDER, ChoiceAnswer, how_sure, ranking
from spark.report.comparison import ComparisonAnswer, plans_table, verdict
from spark.report.frame import assumed, what_next
from spark.report.layout import count, document, json_text, paragraph, section, with_error
from spark.report.words import ERROR_NOTE, assumptions, organisation_of
from spark.results import Choice
from spark.study import ChoiceAnswer as Chosen
from spark.study import ComparisonAnswer as Compared

TITLE = """\
spark demo: where to light ten matches

  A practice such as co-production does not spread by decree. A working example
  inspires those who see it, some of them try, and each new example is seen by
  others. It spreads like fire: light a few matches where conditions are right.

  EVERYTHING HERE IS MADE UP: the trust, its people, their ties, the figures.
"""


@dataclass(frozen=True, slots=True)
class DemoAnswer:
    """The answer of ``spark demo``: the first plan of `compared` is the choice of `chosen`."""

    network: Network
    model: Model
    chosen: Chosen
    compared: Compared
    frame: Frame

    def text(self) -> str:
        """Lay out the answer."""
        choice, comparison = self.chosen.choice, self.compared.comparison
        first = comparison.plans[0].name
        against = [d for d in comparison.differences if first in (d.a, d.b)]
        people = len(choice.seeds)
        return document(
            TITLE,
            section("The made-up trust", paragraph(trust(self.network))),
            section(
                f"Four ways to start with {people} people's worth of effort",
                plans_table(comparison, values=False),
                paragraph(
                    "The thin message goes to everybody, and by itself convinces one in "
                    f"{self.network.size // people:,}: {people} people, on average."
                ),
            ),
            section(
                "Which is better", *(paragraph(line, bullet="- ") for line in [*map(verdict, against), *more(choice)])
            ),
            section("Start with", paragraph(IN_ORDER), ranking(self.network, choice)),
            section("Why them", *(paragraph(line) for line in why(self.network, self.compared))),
            section("How sure", *how_sure(choice)),
            paragraph(ERROR_NOTE, indent=0) + "\n",
            assumed(assumptions(self.network, self.model)),
            what_next(self.frame.next),
        )

    def json(self, run: Mapping[str, Any] | None) -> str:
        """Write a document of docs/schemas/demo.json: one of ``spark plan`` and one of ``spark compare``."""
        import json

        plan = ChoiceAnswer(self.network, self.model, self.chosen, self.frame).json(run)
        compare = ComparisonAnswer(self.network, self.model, self.compared, self.frame).json(run)
        return json_text("spark.demo/1", {"made_up": True, "plan": json.loads(plan), "compare": json.loads(compare)})

    def csv(self) -> str:
        """Write the ranking."""
        return ChoiceAnswer(self.network, self.model, self.chosen, self.frame).csv()


def more(choice: Choice) -> list[str]:
    """Say how many people at random would do as well."""
    return [
        f"It takes about {len(b.seeds):,} people at random to reach as many ({with_error(b.mean, b.standard_error)})."
        for b in choice.baselines
        if len(b.seeds) > len(choice.seeds)
    ]


def trust(network: Network) -> str:
    """Say what the trust consists of."""
    names = ", ".join(map(str, network.organisations))
    return (
        f"{network.size:,} staff in {len(network.organisations)} organisations ({names}), {len(network.teams)} wards "
        f"and teams; {network.tie_count:,} ties, {count(int(network.partner_source.size), 'partner tie')} between the "
        "organisations."
    )


def why(network: Network, compared: Compared) -> list[str]:
    """Say where the seeds of the plans sit: well connected people often sit together, and reach the same others."""
    said = []
    for name, plan in compared.plans.items():
        places = [network.people.position(person) for person in plan.seeds]
        if not places:
            continue
        teams = Counter(str(network.teams[int(network.team[at])]) for at in places if network.team[at] >= 0)
        organisations = {organisation_of(network, at) for at in places}
        largest, most = teams.most_common(1)[0]
        crowd = f", {most} of them in {largest}" if most > 1 else ""
        said.append(
            f"{name}: {count(len(places), 'person', 'people')} in {count(len(teams), 'team')} of "
            f"{count(len(organisations), 'organisation')}{crowd}."
        )
    said.append(
        "Well connected people often sit together and reach the same others; what counts is whom nobody else reaches."
    )
    return said
