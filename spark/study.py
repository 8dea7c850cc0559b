"""Answer the question of a scenario: read its network, resolve what is still to be chosen, call one verb.

This is the only module that knows both scenarios and optimisers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from spark.errors import DataError, Fault, SparkError, UsageError, nearest
from spark.model import (
    Aware,
    ExamplesNeeded,
    GeneralThreshold,
    IndependentCascade,
    LinearThreshold,
    Model,
    TrivalencyCascade,
    WeightedCascade,
)
from spark.model.parameters import with_probability
from spark.network import Network
from spark.plan import ChoiceRequest, Plan
from spark.problem.actions import lower_plans, plan_cost
from spark.problem.scaling import scale_plan
from spark.problem.together import lower_together
from spark.question import ALL, BEST, RULES, Reaching
from spark.results import (
    Choice,
    Comparison,
    ComparisonAcross,
    Conditions,
    Difference,
    Explanation,
    Mix,
    Replay,
    Spread,
    WhoLitWhom,
)
from spark.scenario import Scenario, load_network
from spark.worlds import Progress, UntilClear, compare_across, conditions, replay, who_lit_whom
from spark.worlds import compare as compare_plans
from spark.worlds import simulate as simulate_plan

MAIN, THERE = "main answer", "chosen there"


@dataclass(frozen=True, slots=True)
class OtherChoice:
    """What would have been chosen with another probability, and what the main answer is worth there.

    Attributes
    ----------
    seeds : the choice with that `probability`; `overlap` : how many of them are in the main answer, too.
    against : the two in the same worlds, with that probability; a is the main answer, b the choice there.
    """

    probability: float
    seeds: tuple[Any, ...]
    overlap: int
    main: Spread
    there: Spread
    against: Difference

    @property
    def changes(self) -> bool:
        """Whether the choice made for this probability is better here than the main answer."""
        return self.against.verdict == "b"


@dataclass(frozen=True, slots=True)
class ChoiceAnswer:
    """Whom to start with, and whether that depends on the probability."""

    request: ChoiceRequest
    choice: Choice
    sensitivity: tuple[OtherChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherComparison:
    """The same plans with another probability; `changed` are the pairs of which another one is better, or none."""

    probability: float
    comparison: Comparison
    changed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class UnderModel:
    """The plans under one of several models."""

    model: Model
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Pair:
    """Two plans under several models: under which of them which is better; under the others that is not known."""

    a: str
    b: str
    a_better: tuple[Model, ...]
    b_better: tuple[Model, ...]

    @property
    def flips(self) -> bool:
        """Whether the better one under one model is the worse one under another."""
        return bool(self.a_better and self.b_better)


@dataclass(frozen=True, slots=True)
class ComparisonAnswer:
    """Which plan is better, how the plans came to their seeds, and whether that depends on probability or model.

    `choices` holds the choice behind each plan that was still to be chosen. `models` is empty, or holds the comparison
    under each model of the scenario, its own first. `across` : the plans on other networks, where there are any;
    `anew` : whether seeds were chosen there, on each network its own.
    """

    comparison: Comparison
    plans: Mapping[str, Plan]
    choices: Mapping[str, Choice]
    sensitivity: tuple[OtherComparison, ...] = ()
    models: tuple[UnderModel, ...] = ()
    across: ComparisonAcross | None = None
    anew: bool = False

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Each pair of plans under all of `models`."""
        found = []
        for at, d in enumerate(self.comparison.differences):
            better = [(under.model, _better(under.comparison.differences[at])) for under in self.models]
            a_better, b_better = (tuple(model for model, name in better if name == plan) for plan in (d.a, d.b))
            found.append(Pair(d.a, d.b, a_better, b_better))
        return tuple(found)


def load(scenario: Scenario) -> Network:
    """Read the network of a scenario, and check that those whom its plans name are in it."""
    with _blamed_on_file(scenario, "network"):
        network = _as_observed(load_network(scenario.network), scenario)
    if scenario.origin is not None:
        from spark.scenario.reading import check_plans  # pydantic, which is not needed without a scenario file

        check_plans(scenario.origin, network)
    return network


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


def check(network: Network, scenario: Scenario) -> None:
    """Check that the model and the plans of a scenario fit its network, without running anything."""
    plans = {name: plan for name, plan in scenario.plans.items() if isinstance(plan, Plan)}
    lower_plans(network, plans)
    for model in (scenario.model, *scenario.also):
        with _blamed_on_file(dataclasses.replace(scenario, model=model), "model"):
            lower_together(network, model, plans)


def simulate(
    network: Network, scenario: Scenario, plan: Plan | ChoiceRequest, *, progress: Progress | None = None
) -> tuple[Plan, Spread]:
    """Estimate how far one plan of a scenario spreads; what is still to be chosen is chosen first."""
    fixed, _ = _resolve(network, scenario, plan, progress)
    with _blamed_on_file(scenario, "model"):
        return fixed, simulate_plan(network, scenario.model, fixed, **_run_options(scenario), progress=progress)


def trace(
    network: Network, scenario: Scenario, plan: Plan | ChoiceRequest, world: int | None = None
) -> tuple[WhoLitWhom, Replay | None]:
    """Sum up who lights whom under one plan of a scenario, and tell the story of one of its worlds if wanted."""
    fixed, _ = _resolve(network, scenario, plan, None)
    run = scenario.run
    with _blamed_on_file(scenario, "model"):
        given = {"horizon": run.horizon, "rng": run.rng, "backend": run.backend}
        told = who_lit_whom(network, scenario.model, fixed, worlds=run.worlds, **given)  # type: ignore[arg-type]
        if world is None:
            return told, None
        return told, replay(network, scenario.model, fixed, world=world, **given)  # type: ignore[arg-type]


def find_conditions(
    network: Network, scenario: Scenario, *, others: int | None, most: int, progress: Progress | None = None
) -> Conditions:
    """Say where conditions are right for a single match, and what blocks teams."""
    options = _run_options(scenario)
    del options["standard_error"]
    with _blamed_on_file(scenario, "model"):
        return conditions(network, scenario.model, others=others, most=most, **options, progress=progress)


def choose(
    network: Network, scenario: Scenario, request: ChoiceRequest, *, progress: Progress | None = None
) -> ChoiceAnswer:
    """Choose whom to start with, and say what other probabilities of the scenario would change."""
    choice = _choice(network, scenario, request, progress)
    others = tuple(
        _other_choice(network, other, request, choice, probability, progress)
        for probability, other in _other_models(scenario)
    )
    return ChoiceAnswer(request, choice, others)


def mix(
    network: Network,
    scenario: Scenario,
    budget: float,
    *,
    verbs: Iterable[str] | None = None,
    candidates: Plan | None = None,
    terms: Plan | None = None,
    progress: Progress | None = None,
) -> Mix:
    """Choose the best mix of interventions for a budget.

    Parameters
    ----------
    verbs : kinds to make candidates of; None: all that the model carries out.
    candidates : a plan whose interventions are the candidates; else they are made up.
    terms : a plan whose interventions say how strong and dear each kind is that is made up.
    """
    from spark.optimise import candidates_for, choose_plan

    options = _run_options(scenario)
    del options["standard_error"]
    with _blamed_on_file(scenario, "model"):
        if candidates is None:
            own = {_VERBS.get(type(action).__name__, ""): action for action in (terms or Plan()).interventions}
            looked = {key: options[key] for key in ("horizon", "rng", "workers")}
            listed = candidates_for(
                network, scenario.model, budget=budget, verbs=verbs or list(own) or None, templates=own, **looked
            )
        else:
            listed = candidates.interventions
        return choose_plan(network, scenario.model, listed, budget=budget, **options, progress=progress)


_VERBS = {"Seeds": "seed", "Boost": "boost", "Sustain": "sustain", "Bridge": "bridge", "Broadcast": "broadcast"}


def compare(
    network: Network,
    scenario: Scenario,
    plans: Mapping[str, Plan | ChoiceRequest],
    *,
    progress: Progress | None = None,
) -> ComparisonAnswer:
    """Try plans in the same worlds, and say whether other probabilities or models of the scenario change a verdict.

    What is still to be chosen is chosen once, for the scenario's own model.
    """
    fixed: dict[str, Plan] = {}
    choices: dict[str, Choice] = {}
    for name, plan in plans.items():
        fixed[name], choice = _resolve(network, scenario, plan, progress)
        if choice is not None:
            choices[name] = choice
    main = _comparison(network, scenario, fixed, progress)
    others = []
    for probability, other in _other_models(scenario):
        comparison = _comparison(network, other, fixed, progress)
        pairs = zip(main.differences, comparison.differences, strict=True)
        changed = tuple((here.a, here.b) for here, there in pairs if _better(here) != _better(there))
        others.append(OtherComparison(probability, comparison, changed))
    models = [UnderModel(scenario.model, main)] if scenario.also else []
    for model in scenario.also:
        comparison = _comparison(network, dataclasses.replace(scenario, model=model), fixed, progress)
        models.append(UnderModel(model, comparison))
    across = None if scenario.network.others is None else _across(scenario, plans, progress)
    anew = any(isinstance(plan, ChoiceRequest) for plan in plans.values())
    return ComparisonAnswer(main, fixed, choices, tuple(others), tuple(models), across, anew)


def same_cost(
    network: Network, scenario: Scenario, plans: Mapping[str, Plan | ChoiceRequest], name: str
) -> dict[str, Plan | ChoiceRequest]:
    """Return the plans, and each of the others once more at the size that the money of plan `name` buys.

    A rule or a request to choose gets that budget. Seeds that are named are cut short, or go on with those who have
    most out-ties; else a broadcast is made longer or stronger (`spark.scale_plan`). What costs the same already, or
    cannot be scaled, comes once.
    """
    if name not in plans:
        raise UsageError(f"there is no plan {name!r}; the plans are {', '.join(plans)}{nearest(name, plans)}")
    money = plan_cost(network, _resolve(network, scenario, plans[name], None)[0], scenario.run.horizon)
    found = dict(plans)
    for other, plan in plans.items():
        if other == name:
            continue
        if isinstance(plan, ChoiceRequest):
            beside = plan_cost(network, Plan(*plan.beside), scenario.run.horizon)
            now = plan_cost(network, _resolve(network, scenario, plan, None)[0], scenario.run.horizon)
            scaled: Plan | ChoiceRequest = dataclasses.replace(plan, budget=max(0.0, money - beside), count=None)
        else:
            now = plan_cost(network, plan, scenario.run.horizon)
            order = (
                [network.people[at] for at in np.argsort(-network.out_degree(), kind="stable")] if plan.seeds else []
            )
            try:
                scaled = scale_plan(network, plan, money, order=order, horizon=scenario.run.horizon)
            except UsageError:
                continue
        if now != money:
            found[f"{other} for the money of {name}"] = scaled
    return found


def _across(
    scenario: Scenario, plans: Mapping[str, Plan | ChoiceRequest], progress: Progress | None
) -> ComparisonAcross:
    """Try plans on the other networks of a scenario; what is to be chosen is chosen on each."""

    def on(plan: Plan | ChoiceRequest) -> Callable[[Network], Plan]:
        return lambda network: _resolve(network, scenario, plan, None)[0]

    options = _run_options(scenario)
    del options["standard_error"]
    return compare_across(
        _other_networks(scenario),
        scenario.model,
        {name: on(plan) for name, plan in plans.items()},
        **options,
        smallest_difference=scenario.run.smallest_difference,
        progress=progress,
    )


def _other_networks(scenario: Scenario) -> dict[str, Network]:
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


def _better(difference: Difference) -> str | None:
    """Which of the two is better, or None, whether that is known or not."""
    return {"a": difference.a, "b": difference.b}.get(difference.verdict)


def _comparison(
    network: Network, scenario: Scenario, plans: Mapping[str, Plan], progress: Progress | None
) -> Comparison:
    with _blamed_on_file(scenario, "model"):
        return compare_plans(
            network,
            scenario.model,
            plans,
            **_run_options(scenario) | _until_clear(scenario),
            smallest_difference=scenario.run.smallest_difference,
            progress=progress,
        )


def _resolve(
    network: Network, scenario: Scenario, plan: Plan | ChoiceRequest, progress: Progress | None
) -> tuple[Plan, Choice | None]:
    if isinstance(plan, Plan):
        return plan, None
    if plan.method in RULES:
        from spark.optimise import baseline_seeds

        size: dict[str, Any] = {"budget": plan.budget, "count": plan.count, "constraints": plan.constraints}
        people = baseline_seeds(network, plan.method, **size, rng=scenario.run.rng)
        return _asked(network, plan, people), None
    choice = _choice(network, scenario, _alone(plan), progress)
    return _asked(network, plan, choice.seeds), choice


def explain(network: Network, scenario: Scenario, request: ChoiceRequest, choice: Choice) -> Explanation:
    """Explain a choice that a request came to."""
    from spark.optimise import explain as explain_choice

    options = {"workers": scenario.run.workers, "backend": scenario.run.backend}
    asked = {"constraints": request.constraints, "asking": request.asking, "beside": request.beside}
    with _blamed_on_file(scenario, "model"):
        return explain_choice(network, scenario.model, choice, **asked, **options)  # type: ignore[arg-type]


def _alone(request: ChoiceRequest) -> ChoiceRequest:
    """The same request without all simple rules beside it, where nobody will read of them."""
    return dataclasses.replace(request, method=BEST) if request.method == ALL else request


def _asked(network: Network, request: ChoiceRequest, people: Sequence[Any]) -> Plan:
    """The plan of a request, once it is known whom it asks."""
    from spark.optimise import seeds_plan

    return Plan(*seeds_plan(network, people, request.asking).interventions, *request.beside)


def _choice(network: Network, scenario: Scenario, request: ChoiceRequest, progress: Progress | None) -> Choice:
    # where nothing is to be chosen, nothing of it need be loaded
    from spark.optimise import choose_seeds, smallest_budget

    options = _run_options(scenario)
    del options["standard_error"]
    with _blamed_on_file(scenario, "model"):
        options |= {"beside": request.beside, "constraints": request.constraints, "asking": request.asking}
        if request.method == ALL:
            options["baselines"] = ALL
        if request.chance is not None and isinstance(request.objective, Reaching):
            options |= {"chance": request.chance, "progress": progress}
            return smallest_budget(network, scenario.model, request.objective, **options)
        return choose_seeds(
            network,
            scenario.model,
            budget=request.budget,
            count=request.count,
            objective=request.objective,
            method=request.method if request.method in RULES else BEST,
            **options,
            progress=progress,
        )


def _other_choice(
    network: Network,
    scenario: Scenario,
    request: ChoiceRequest,
    main: Choice,
    probability: float,
    progress: Progress | None,
) -> OtherChoice:
    there = _choice(network, scenario, _alone(request), progress)
    plans = {MAIN: _asked(network, request, main.seeds), THERE: _asked(network, request, there.seeds)}
    comparison = _comparison(network, scenario, plans, progress)
    return OtherChoice(
        probability,
        there.seeds,
        len(set(main.seeds) & set(there.seeds)),
        comparison.plans[0].spread,
        comparison.plans[1].spread,
        comparison.differences[0],
    )


def _other_models(scenario: Scenario) -> Iterator[tuple[float, Scenario]]:
    for probability in scenario.probabilities:
        model = with_probability(scenario.model, probability)
        if model is None:
            raise UsageError(f"several probabilities were given, but {type(scenario.model).__name__} takes none")
        yield probability, dataclasses.replace(scenario, model=model, also=())


def _run_options(scenario: Scenario) -> dict[str, Any]:
    run = scenario.run
    return {
        "worlds": run.worlds,
        "standard_error": run.standard_error,
        "horizon": run.horizon,
        "rng": run.rng,
        "workers": run.workers,
        "backend": run.backend,
    }


def _until_clear(scenario: Scenario) -> dict[str, Any]:
    most = scenario.run.until_clear
    return {} if most is None else {"worlds": UntilClear(most=most), "standard_error": None}


@contextmanager
def _blamed_on_file(scenario: Scenario, section: Literal["network", "model"]) -> Iterator[None]:
    """What a scenario file says wrongly is wrong in a file, unless an option has replaced it."""
    try:
        yield
    except UsageError as error:
        origin = scenario.origin
        said = [] if origin is None else [origin.network] if section == "network" else [origin.model, *origin.also]
        if origin is None or not any(known is getattr(scenario, section) for known in said):
            raise
        faults = (fault if fault.file else origin.fault((section,), fault.message) for fault in error.faults)
        raise DataError(*faults) from error
