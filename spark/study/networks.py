"""The networks of a scenario: read, started from those who practise now, and checked against its models and plans."""

from __future__ import annotations

import dataclasses

from spark.errors import DataError, Fault, SparkError, UsageError
from spark.model import (
    Aware,
    ExamplesNeeded,
    GeneralThreshold,
    IndependentCascade,
    LinearThreshold,
    TrivalencyCascade,
    WeightedCascade,
)
from spark.network import Network
from spark.plan import Plan
from spark.problem.actions import lower_plans
from spark.problem.together import lower_together
from spark.scenario import Scenario, load_network
from spark.study.run import blamed_on_file


def load(scenario: Scenario) -> Network:
    """Read the network of a scenario, and check that those whom its plans name are in it."""
    with blamed_on_file(scenario, "network"):
        network = _as_observed(load_network(scenario.network), scenario)
    if scenario.origin is not None:
        from spark.scenario.reading import check_plans  # pydantic, which is not needed without a scenario file

        check_plans(scenario.origin, network)
    return network


def check(network: Network, scenario: Scenario) -> None:
    """Check that the model and the plans of a scenario fit its network, without running anything."""
    plans = {name: plan for name, plan in scenario.plans.items() if isinstance(plan, Plan)}
    lower_plans(network, plans)
    for model in (scenario.model, *scenario.also):
        with blamed_on_file(dataclasses.replace(scenario, model=model), "model"):
            lower_together(network, model, plans)


def _as_observed(network: Network, scenario: Scenario) -> Network:
    """Start from those who practise now, where a file says who they are.

    Who began before the last step has had her say where ties have one chance. Where they try again in every step, and
    under thresholds that are known, nothing is to be done; under other models it is not known what is left to say.
    """
    path = scenario.network.observed
    if path is None:
        return network
    from spark.files.observed import AGO, read_observed

    since = read_observed(path, network.people)
    before = [person for person, steps in since.items() if steps > 0]
    if not before:
        return network.with_adopted(since)
    models = (scenario.model, *scenario.also)
    once = [model for model in models if isinstance(model, _ONE_CHANCE) and model.delay == 1]
    others = [model for model in models if model not in once]
    unknown = [model for model in others if isinstance(model, (*_ONE_CHANCE, *_HALF_SAID))]
    if unknown or (once and others):
        name = type((unknown or others)[0]).__name__
        raise UsageError(
            f"{path}: {AGO}: what those who began earlier have said already cannot be taken out of {name}"
            f"{' beside models in which it can' if not unknown else ''}; leave the column out, and all are taken to "
            "have begun in the last step"
        )
    return network.with_adopted(since, spent=before if once else ())


_ONE_CHANCE = (IndependentCascade, WeightedCascade, TrivalencyCascade)
_HALF_SAID = (Aware, ExamplesNeeded, GeneralThreshold, LinearThreshold)


def other_networks(scenario: Scenario) -> dict[str, Network]:
    """Read every network of a folder: each folder in it, and each file, in order of their names."""
    source = scenario.network
    assert source.others is not None
    places = sorted(place for place in source.others.iterdir() if not place.name.startswith("."))
    if len(places) < 2:
        raise UsageError(f"{source.others} has fewer than two networks; each folder and file in it is one")
    read = {place.name: dataclasses.replace(source, path=place, others=None) for place in places}
    networks, faults = {}, []
    for name, file in read.items():
        try:
            networks[name] = _as_observed(load_network(file), scenario)
        except SparkError as error:
            faults += [Fault(f"network {name}: {f.message}", f.file, f.line, f.key) for f in error.faults]
    if faults:
        raise DataError(*faults)
    return networks
