"""A network under a model and a plan, read as plain numbers: what gives whom how much dose."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import numpy as np

from spark.errors import DataError, UsageError, nearest
from spark.exact.adoption import AdoptionCase
from spark.exact.aware import AwareCase
from spark.exact.laws import beyond_of, delays_of
from spark.exact.plans import Heard, dose_of, read_plan
from spark.exact.times import TimesCase, times_case
from spark.model import (
    SEIR,
    SI,
    SIR,
    SIS,
    Adoption,
    Aware,
    Bass,
    ContinuousSEIR,
    ContinuousSI,
    ContinuousSIR,
    ContinuousSIS,
    CountThreshold,
    ExamplesNeeded,
    ExponentialTime,
    FractionalThreshold,
    GeneralThreshold,
    IndependentCascade,
    LinearThreshold,
    Model,
    Share,
    TrivalencyCascade,
    WeightedCascade,
)
from spark.network import Network
from spark.plan import Plan

MOST_PEOPLE = 64
"""People of a network; how many can be enumerated depends on how they are tied."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a person sees of a partner organisation q: S_q, the sum of the shares k_u/n_q of its adopted members.

    Its dose is `dose` times S_q.
    """

    members: tuple[int, ...]
    shares: tuple[float, ...]
    dose: float


@dataclass(frozen=True, slots=True)
class Lapsing:
    """How people keep delivering, and give up.

    Attributes
    ----------
    continuous : doses are rates per unit of time, else doses per step.
    giving_up : chance per step, or rate per unit of time.
    rekindle : what each lapse multiplies what reaches a person over ties and from partners by.
    removed : who gave up is never back, by nobody and nothing.
    outside : rate that reaches everybody at all times.
    onset : rate at which those who are convinced start to practise; None: at once.
    """

    continuous: bool
    giving_up: float
    rekindle: float
    removed: bool = False
    outside: float = 0.0
    onset: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """All doses of one network under one model and one plan. Sets of people are integers: bit i is position i.

    Attributes
    ----------
    size : people.
    beyond : the chance that the tolerance of a person is above a dose: one minus the law Psi of tolerances.
    worlds : how live-edge worlds are drawn: a coin for each source, one pick for each person; None: there are none.
    ties : for each person, (source, dose) of each in-tie; strength, visibility and readiness are in the dose.
    looks : for each person, what she sees of partners; outlook and readiness are in the dose.
    heard : for each person, step -> dose of all broadcasts in that step.
    joins : step -> the set of people made adopters at its end; step 0 holds who practises already.
    horizon : last step, or None.
    delays : for each person and each of her in-ties, (steps, chance) of every delay within the horizon; empty where
        every tie takes one step.
    noise : the chance per step that whom a tie has reached adopts whatever her tolerance.
    lapsing : on the clocks on which adopters keep delivering; None: a tie delivers once.
    """

    size: int
    beyond: Callable[[int, float], float]
    worlds: Literal["coins", "picks"] | None
    ties: tuple[tuple[tuple[int, float], ...], ...]
    looks: tuple[tuple[Look, ...], ...]
    heard: tuple[Mapping[int, float], ...]
    joins: Mapping[int, int]
    horizon: int | None
    delays: tuple[tuple[tuple[tuple[int, float], ...], ...], ...] = ()
    noise: float = 0.0
    lapsing: Lapsing | None = None

    def seeded(self, people: int) -> Case:
        """Return the case with a set of people more among the seeds of step 0."""
        return replace(self, joins={**self.joins, 0: self.joins[0] | people})

    def last(self) -> int:
        """Return the last step in which something comes from outside."""
        return max(itertools.chain(self.joins, *self.heard))

    def steps(self) -> Iterator[int]:
        """Return all steps in which something can happen: after the last event, a chain of n people ends in n more, or
        in n times the longest delay.
        """
        longest = max((steps for ties in self.delays for law in ties for steps, _ in law), default=1)
        end = self.last() + self.size * longest if self.horizon is None else self.horizon
        return iter(range(1, end + 1))


def read_case(
    network: Network, model: Model, plan: Plan, horizon: int | None
) -> Case | AdoptionCase | AwareCase | TimesCase:
    """Read a network, a model and a plan; errors as in `spark.exact.spread`."""
    if network.size > MOST_PEOPLE:
        raise UsageError(
            f"spark.exact takes networks of at most {MOST_PEOPLE} people; this one has {network.size:,}. "
            "spark.simulate estimates the same in networks of any size"
        )
    if horizon is not None and horizon < 0:
        raise UsageError(f"horizon {horizon} is not a step of at least 0")
    joins, heard = read_plan(network, plan, horizon)
    if isinstance(model, SEIR) or (isinstance(model, SI | SIS | SIR) and model.delay != 1):
        model = model.as_adoption
    if isinstance(model, Adoption):
        if horizon is None:
            raise UsageError("Adoption goes on for ever: give a horizon, the step at which to look")
        return AdoptionCase(network, model, joins, heard, horizon)
    if isinstance(model, Aware):
        return AwareCase(network, model, joins, heard, horizon)
    if isinstance(model, ContinuousSI | ContinuousSIR | ContinuousSEIR) and _has_memory(model):
        rates = _rates(network, model)
        if isinstance(model.delay, str):
            times = _values(network, model.delay)
            into = [[e for e, (_, target) in enumerate(_pairs(network)) if target == v] for v in range(network.size)]
            rates = [
                [(u, rate / times[e]) for (u, rate), e in zip(ties, tie_ids, strict=True)]
                for ties, tie_ids in zip(rates, into, strict=True)
            ]
        return times_case(model, rates, heard, joins, horizon)
    ties, looks, beyond, worlds = _rule(network, model, heard)
    lapsing = _lapsing(model)
    noise = model.noise if isinstance(model, GeneralThreshold | CountThreshold | FractionalThreshold) else 0.0
    if (noise > 0 or (lapsing is not None and _never_ends(lapsing))) and horizon is None:
        raise UsageError(f"{type(model).__name__} goes on for ever: give a horizon, the step at which to look")
    rows = _frozen(ties), _frozen(looks), heard
    delays = delays_of(network, model, horizon)
    return Case(network.size, beyond, worlds, *rows, joins, horizon, delays, noise, lapsing)


T = TypeVar("T")
Ties = list[list[tuple[int, float]]]
Looks = list[list[Look]]


def _rule(
    network: Network, model: Model, heard: Heard
) -> tuple[Ties, Looks, Callable[[int, float], float], Literal["coins", "picks"] | None]:
    """Return the doses under a model, the law of tolerances, and how live-edge worlds are drawn."""
    if isinstance(model, IndependentCascade | WeightedCascade | TrivalencyCascade):
        return *_doses(network, model), lambda v, dose: math.exp(-dose), "coins"
    if isinstance(model, SI | SIS | SIR):
        again = IndependentCascade(model.probability, partners=model.partners)
        return *_doses(network, again), lambda v, dose: math.exp(-dose), None
    if isinstance(model, ContinuousSI | ContinuousSIS | ContinuousSIR | ContinuousSEIR | Bass):
        return _rates(network, model), [[] for _ in range(network.size)], lambda v, dose: math.exp(-dose), None
    if isinstance(model, ExamplesNeeded):
        k = model.examples
        return *_doses(network, model.of), lambda v, dose: _fewer_hits(dose, k), "coins" if k == 1 else None
    if isinstance(model, GeneralThreshold):
        if isinstance(model.of, LinearThreshold):
            return *_weights(network, model.of, heard), beyond_of(network, model), None
        return *_doses(network, model.of), beyond_of(network, model), None
    if isinstance(model, LinearThreshold):
        return *_weights(network, model, heard), lambda v, dose: 1 - min(1.0, dose), "picks"
    if isinstance(model, CountThreshold | FractionalThreshold):
        counts = [len(sources) for sources in _neighbours(network)]
        if isinstance(model, FractionalThreshold):
            needed = [max(1, math.ceil(model.exact * count)) for count in counts]
        else:
            needed = [model.threshold] * network.size
        layers = _layers(network)
        ties = _ties(network, [1 / layers[pair] for pair in _pairs(network)])
        none: Looks = [[] for _ in counts]
        return ties, none, lambda v, dose: float(dose < needed[v] - 1e-9), None
    raise UsageError(f"spark.exact does not know the model {model!r}")


def _lapsing(model: Model) -> Lapsing | None:
    """How people give up under a model; None where a tie delivers once."""
    if isinstance(model, SI | SIS | SIR):
        giving_up = 0.0 if isinstance(model, SI) else model.lapse
        return Lapsing(False, giving_up, model.rekindle if isinstance(model, SIS) else 0.0)
    if isinstance(model, Bass):
        return Lapsing(True, 0.0, 1.0, outside=model.p)
    if isinstance(model, ContinuousSIS):
        return Lapsing(True, model.recovery, model.rekindle)
    if isinstance(model, ContinuousSI | ContinuousSIR | ContinuousSEIR):
        giving_up = 0.0 if isinstance(model, ContinuousSI) else model.recovery
        onset = model.onset if isinstance(model, ContinuousSEIR) else None
        return Lapsing(True, giving_up, 0.0, removed=True, onset=onset)
    return None


def _has_memory(model: ContinuousSI | ContinuousSIR | ContinuousSEIR) -> bool:
    """Whether a time of the model is of another law than the exponential one."""
    laws = [getattr(model, name) for name in ("delay", "latency", "duration") if hasattr(model, name)]
    return any(not isinstance(law, ExponentialTime) for law in laws)


def _never_ends(lapsing: Lapsing) -> bool:
    return not lapsing.continuous or (lapsing.giving_up > 0 and not lapsing.removed)


def _rates(network: Network, model: ContinuousSI | ContinuousSIS | ContinuousSIR | ContinuousSEIR | Bass) -> Ties:
    """Continuous time: how often each tie convinces; in a crowd, everybody convinces everybody."""
    if isinstance(model, Bass):
        others = [[u for u in range(network.size) if u != v] for v in range(network.size)]
        return [[(u, model.q / len(rest)) for u in rest] for rest in others]
    return _ties(network, _shares(network, model.rate))


def _fewer_hits(dose: float, most: int) -> float:
    """The chance that a unit Poisson process has fewer than `most` hits within a dose."""
    if math.isinf(dose):
        return 0.0
    return math.fsum(math.exp(-dose) * dose**i / math.factorial(i) for i in range(most))


def _frozen(rows: list[list[T]]) -> tuple[tuple[T, ...], ...]:
    return tuple(tuple(row) for row in rows)


def _times(dose: float, *factors: float) -> float:
    """A dose times factors, where a certain dose stays certain and nothing times anything is nothing."""
    factor = math.prod(factors)
    return dose * factor if dose > 0 and factor > 0 else 0.0


def _doses(network: Network, model: IndependentCascade | WeightedCascade | TrivalencyCascade) -> tuple[Ties, Looks]:
    """Independent cascade: dose s (-ln(1-p)) r k on a tie."""
    if isinstance(model, WeightedCascade):
        neighbours, layers = _neighbours(network), _layers(network)
        doses = [dose_of(1 / len(neighbours[v])) / layers[u, v] for u, v in _pairs(network)]
    elif isinstance(model, TrivalencyCascade):
        doses = [dose_of(_one_of(model.values, model.draw, e)) for e in range(network.tie_count)]
    else:
        strengths = _values(network, model.strength) if model.strength else [1.0] * network.tie_count
        chances = _shares(network, model.probability, most=1.0)
        doses = [_times(dose_of(p), s) for p, s in zip(chances, strengths, strict=True)]
    whole = dose_of(model.partners)
    return _ties(network, doses), _looks(network, [_times(whole, float(a)) for a in network.partner_weight])


def _one_of(values: tuple[float, ...], draw: int, tie: int) -> float:
    """The value that a draw gives a tie: two rounds of splitmix64 (Steele, Lea & Flood 2014), modulo their number."""
    most = (1 << 64) - 1

    def mixed(x: int) -> int:
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & most
        x = (x ^ x >> 27) * 0x94D049BB133111EB & most
        return x ^ x >> 31

    return values[mixed(mixed(draw) + (tie + 1) * 0x9E3779B97F4A7C15 & most) % len(values)]


def _weights(network: Network, model: LinearThreshold, heard: Heard) -> tuple[Ties, Looks]:
    """Linear threshold: weights as given, or what the partners leave split equally over the neighbours."""
    total: dict[int, float] = defaultdict(float)
    for o, a in zip(network.partner_target, network.partner_weight, strict=True):
        total[int(o)] += float(a)
    parts = [
        model.partners * float(a) / total[int(o)] if a > 0 else 0.0
        for o, a in zip(network.partner_target, network.partner_weight, strict=True)
    ]
    if model.weight is None:
        taken: dict[int, float] = defaultdict(float)
        for q, o, part in zip(network.partner_source, network.partner_target, parts, strict=True):
            taken[int(o)] += part if (network.organisation == q).any() else 0.0  # an empty one takes nothing
        neighbours, layers = _neighbours(network), _layers(network)
        left = [1 - taken[int(o)] if o >= 0 else 1.0 for o in network.organisation]
        weights = [left[v] / len(neighbours[v]) / layers[u, v] for u, v in _pairs(network)]
    else:
        weights = _shares(network, model.weight)
    ties, looks = _ties(network, weights), _looks(network, parts)
    faults = []
    for v in range(network.size):
        outside = math.fsum(heard[v].values())
        inside = math.fsum([x for _, x in ties[v]] + [look.dose * math.fsum(look.shares) for look in looks[v]])
        if inside + outside <= 1 + 1e-9 or model.totals == "cap":
            continue
        if model.totals == "refuse" or outside > 1:
            faults.append(f"linear threshold: the weights of {network.people[v]!r} add up to {inside + outside:.6g}")
        else:
            scale = (1 - outside) / inside
            ties[v] = [(u, x * scale) for u, x in ties[v]]
            looks[v] = [replace(look, dose=look.dose * scale) for look in looks[v]]
    if faults:
        raise DataError(*faults)
    return ties, looks


def _pairs(network: Network) -> list[tuple[int, int]]:
    return [(int(u), int(v)) for u, v in zip(network.sources(), network.targets, strict=True)]


def _neighbours(network: Network) -> list[set[int]]:
    """Who can influence each person, on any layer."""
    found: list[set[int]] = [set() for _ in range(network.size)]
    for u, v in _pairs(network):
        found[v].add(u)
    return found


def _layers(network: Network) -> dict[tuple[int, int], int]:
    """On how many layers each pair is tied."""
    found: dict[tuple[int, int], int] = defaultdict(int)
    for pair in _pairs(network):
        found[pair] += 1
    return found


def _ties(network: Network, doses: list[float]) -> Ties:
    """Doses of ties, times the visibility of their source and the readiness of whom they lead to, by person."""
    ties: Ties = [[] for _ in range(network.size)]
    for (u, v), dose in zip(_pairs(network), doses, strict=True):
        ties[v].append((u, _times(dose, float(network.visibility[u]), float(network.readiness[v]))))
    return ties


def _looks(network: Network, doses: list[float]) -> Looks:
    """What each person sees of the partners of her organisation, from the dose of each partner tie."""
    looks: Looks = [[] for _ in range(network.size)]
    for q, o, dose in zip(network.partner_source, network.partner_target, doses, strict=True):
        members = tuple(int(u) for u in np.flatnonzero(network.organisation == q))
        shares = tuple(float(network.visibility[u]) / len(members) for u in members)
        for v in np.flatnonzero(network.organisation == o):
            seen = _times(dose, float(network.readiness[v]), float(network.outlook[v]))
            looks[v].append(Look(members, shares, seen))
    return looks


def _values(network: Network, column: str) -> list[float]:
    if column not in network.columns:
        raise UsageError(f"the network has no tie column {column!r}{nearest(column, network.columns)}")
    return [float(x) for x in network.columns[column]]


def _shares(network: Network, share: Share, most: float = math.inf) -> list[float]:
    """A number, a column, or either for each layer, for every tie."""
    if isinstance(share, Mapping):
        if unknown := [layer for layer in share if layer not in network.layers]:
            raise UsageError(*(f"the network has no layer {name!r}{nearest(name, network.layers)}" for name in unknown))
        parts = {layer: _shares(network, part, most) for layer, part in share.items()}
        layers = [network.layers[code] for code in network.layer]
        return [parts[layer][e] if layer in parts else 0.0 for e, layer in enumerate(layers)]
    values = _values(network, share) if isinstance(share, str) else [float(share)] * network.tie_count
    if any(x > most for x in values):
        raise DataError(f"{share}: {max(values):g} is not a number in [0, 1]")
    return values
