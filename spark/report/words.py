"""What a run took for granted, in words for somebody who runs a service and not a computer."""

from __future__ import annotations

from collections.abc import Mapping

from spark.model import (
    MODELS,
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
    FractionalThreshold,
    GeneralThreshold,
    GeometricDelay,
    IndependentCascade,
    LinearThreshold,
    Model,
    TrivalencyCascade,
    WeightedCascade,
)
from spark.model.parameters import written
from spark.model.plain import tolerance_in_words
from spark.network import Network
from spark.report.layout import count, number
from spark.report.rates import in_time

ERROR_NOTE = (
    "± is one standard error: with other luck in the drawing, the figure would move by about that much; it says "
    "nothing about how right the network and the model are."
)


def model_in_words(model: Model) -> str:
    """Say how the practice spreads under a model.

    >>> model_in_words(IndependentCascade(0.1))
    'everyone who adopts has one chance of 0.1 to convince each person they can influence (independent-cascade)'
    """
    if isinstance(model, GeneralThreshold):
        words = _general(model)
    elif isinstance(model, ExamplesNeeded):
        words = _cascade(model.of, "give a convincing moment to" if model.examples > 1 else "convince")
        words += f"; {_moments(model.examples)}"
    elif isinstance(model, LinearThreshold):
        weights = "all who can influence a person count equally"
        if model.weight is not None:
            weights = f"each counts {_share(model.weight, 'with weight {}', 'as the column {!r} says')}"
        words = (
            "a person adopts once enough of those who can influence them have adopted; how many is enough is drawn "
            f"for each person, and {weights}"
        )
    elif isinstance(model, FractionalThreshold):
        words = (
            f"a person adopts once a share of {model.threshold} of those who can influence them have adopted"
            f"{_chance_left(model)}"
        )
    elif isinstance(model, CountThreshold):
        people = count(model.threshold, "person who can influence them has", "people who can influence them have")
        words = f"a person adopts once {people} adopted{_chance_left(model)}"
    elif isinstance(model, Adoption | SEIR):
        words = adoption_in_words(model.as_adoption if isinstance(model, SEIR) else model)
    elif isinstance(model, Aware):
        passes, adopts = (_chance(share) for share in (model.awareness, model.adoption))
        words = (
            f"word spreads: who adopts passes it on {passes}{_otherwise(model)}, once, to each person they can "
            f"influence; who hears it adopts {adopts}"
        )
    elif isinstance(model, SI | SIS | SIR):
        words = f"{_cascade(model)}; {_lapse(model)}"
    elif isinstance(model, ContinuousSI | ContinuousSIS | ContinuousSIR | ContinuousSEIR | Bass):
        words = in_time(model)
    else:
        words = _cascade(model)
    words += _waits(model)
    name = written(model)[0]
    names = [name, "examples-needed"] if isinstance(model, ExamplesNeeded) else [name]
    return f"{words} ({', '.join(names)})" if name in MODELS else words


def adoption_in_words(model: Adoption) -> str:
    """Say what people go through under the full model, and only what is in use."""
    if model.probability is not None:
        chance = _share(model.probability, "a chance of {}", "a chance, given by the column {!r},")
    else:
        chance = _share(model.dose, "a dose of {}", "a dose, given by the column {!r},")
    said = [f"everyone who practises has {chance} in every step to convince each person they can influence"]
    if model.moments > 1:
        said.append(_moments(model.moments))
    if model.law is not None:
        simple = f", or exponential for a share of {number(model.simple)} of the people" if model.simple else ""
        said.append(
            f"a person adopts once the doses of all steps come to a tolerance of the law "
            f"{tolerance_in_words(model.law)}{simple}"
        )
    if model.noise:
        said.append(
            f"whom a tie has reached is also convinced with a chance of {number(model.noise)} in every step, whatever "
            "is enough for them"
        )
    if model.awareness is not None:
        passes = _chance(model.awareness)
        said.append(f"nobody adopts who does not know of it: adopters pass word on {passes}{_otherwise(model)}")
    if model.trials_last or model.trial_failure:
        time = f" for {count(model.trial_time, 'step')}" if model.trial_time else ""
        if model.trial_end:
            time = f" for {number(1 / model.trial_end)} steps on average"
        seen = f", seen with a share of {number(model.trial_visibility)}" if model.trial_visibility else ""
        fails = f", which fails with chance {number(model.trial_failure)}" if model.trial_failure else ""
        said.append(f"people first try it{time}{seen}{fails}")
    said.append(_lapse(model))
    if model.lapse_factor:
        said.append(f"the column {model.lapse_factor!r} makes that more or less likely")
    if model.peer_support:
        said.append(f"adopters around a person keep them going (strength {number(model.peer_support)})")
    if model.turnover:
        leaves = _share(model.turnover, "with a chance of {} per step", "as the column {!r} says")
        said.append(f"people leave {leaves}, and whoever comes starts from the beginning")
    if model.organisation_threshold is not None:
        policy = f", which convinces its people with chance {number(model.policy)} per step" if model.policy else ""
        said.append(f"an organisation signs up once a share of {model.organisation_threshold} has adopted{policy}")
    return "; ".join(said)


def _otherwise(model: Adoption | Aware) -> str:
    return f" (others who know of it {_chance(model.hearsay)})" if model.hearsay else ""


def _chance(share: object) -> str:
    return _share(share, "with chance {}", "as the column {!r} says")


def _cascade(model: Model, what: str = "convince") -> str:
    """Say what each adopter does to each person she can influence."""
    if isinstance(model, IndependentCascade):
        strength = f", made stronger or weaker by the column {model.strength!r}" if model.strength else ""
        chance = _share(model.probability, "one chance of {}", "one chance, given by the column {!r},")
        return f"everyone who adopts has {chance} to {what} each person they can influence{strength}"
    if isinstance(model, WeightedCascade):
        return (
            f"everyone who adopts has one chance to {what} each person they can influence: 1 in d for a person whom "
            "d people can influence"
        )
    if isinstance(model, TrivalencyCascade):
        values = " or ".join(f"{value:g}" for value in model.values)
        return (
            f"everyone who adopts has one chance of {values} to {what} each person they can influence; which of "
            "these was drawn for each tie, once and for all"
        )
    if isinstance(model, SI | SIS | SIR):
        chance = _share(model.probability, "a chance of {}", "a chance, given by the column {!r},")
        return f"everyone who practises has {chance} in every step to convince each person they can influence"
    return repr(model)


def _general(model: GeneralThreshold) -> str:
    """Say what a general threshold takes for granted."""
    if isinstance(model.of, LinearThreshold):
        doses = "the weights of those who can influence them and have adopted"
    else:
        doses = "what those who can influence them and have adopted give, a chance p as the dose -ln(1 - p),"
    words = (
        f"a person adopts once {doses} come to their tolerance, drawn by the law {tolerance_in_words(model.tolerance)}"
    )
    if model.simple > 0:
        words += f", or, for a share of {number(model.simple)} of the people, exponential"
    return words + (_chance_left(model) if model.noise else "")


def _chance_left(model: FractionalThreshold | CountThreshold | GeneralThreshold) -> str:
    if model.noise > 0:
        return (
            f"; whom a tie has reached also adopts with a chance of {number(model.noise)} in every step, whatever is "
            "enough for them"
        )
    drawn = not isinstance(getattr(model, "delay", 1), int | str)
    return "" if drawn else "; nothing is left to chance"


def _waits(model: Model) -> str:
    """Say how long ties take, where it is not one step."""
    inner = model.of if isinstance(model, ExamplesNeeded | GeneralThreshold) else model
    delay = getattr(inner, "delay", 1)
    if delay == 1 or model.guarantee.clock == "continuous":
        return ""
    if isinstance(delay, int):
        return f"; a tie takes {delay} steps"
    if isinstance(delay, str):
        return f"; a tie takes as many steps as the column {delay!r} says"
    if isinstance(delay, GeometricDelay):
        chance = _share(delay.meeting, "a chance of {}", "a chance, given by the column {!r},")
        return f"; two people meet with {chance} in every step, and a tie takes until they do"
    return "; how many steps a tie takes is drawn for each tie"


def _moments(examples: int) -> str:
    if examples == 1:
        return "one convincing moment is enough"
    return (
        f"a person adopts at their {examples}{_ENDINGS.get(examples, 'th')} convincing moment; one adopter may give "
        "several"
    )


_ENDINGS = {tens + one: end for tens in (0, *range(20, 70, 10)) for one, end in ((1, "st"), (2, "nd"), (3, "rd"))}


def _lapse(model: SI | SIS | SIR | Adoption) -> str:
    if isinstance(model, SI) or model.lapse == 0:
        return "nobody gives up"
    gives_up = f"gives up with a chance of {number(model.lapse)} per step"
    if isinstance(model, SIR) or model.rekindle == 0:
        return f"who practises {gives_up}, and people cannot convince them again"
    if model.rekindle == 1:
        return f"who practises {gives_up}, and can be convinced again as easily as before"
    return f"who practises {gives_up}, and is only {number(model.rekindle)} as ready to be convinced again, each time"


def _share(value: object, as_number: str, as_column: str) -> str:
    if isinstance(value, str):
        return as_column.format(value)
    if isinstance(value, Mapping):
        layers = (f"on {layer!r} {_share(part, as_number, as_column)}" for layer, part in value.items())
        return ", ".join(layers)
    assert isinstance(value, int | float)
    return as_number.format(number(value))


_INFLUENCE = {
    "source-to-target": "from the source of a tie to its target",
    "target-to-source": "from the target of a tie to its source (the source names the target)",
    "both": "both ways along a tie",
}


def assumptions(network: Network, model: Model, why: str = "") -> list[str]:
    """List what was taken for granted: the model, the direction of influence, what was not used.

    Parameters
    ----------
    why : why this model, such as "named by --model".
    """
    said = [f"How it spreads: {model_in_words(model)}{f'; {why}' if why else ''}."]
    said.append(f"What is known of this model: {model.guarantee.statement}.")
    said.append(f"Influence runs {_INFLUENCE[network.reading.influence]}.")
    partner_ties = int(network.partner_source.size)
    parameters = written(model)[1]
    partners = parameters.get("partners", 0.0)
    if partner_ties and partners:
        share = number(partners)
        if isinstance(model, LinearThreshold):
            said.append(f"Partner organisations carry {share} of what it takes to convince a person.")
        elif model.guarantee.clock == "per_period":
            said.append(
                f"A partner organisation of weight 1 convinces a person with chance {share} per step while all of it "
                "practises."
            )
        else:
            said.append(
                f"A partner organisation of weight 1 convinces a person with chance {share} once all of it adopted."
            )
    elif partner_ties:
        ties = count(partner_ties, "partner tie is", "partner ties are")
        would = "--partners 0.02 would use them" if "partners" in parameters else "this model has no use for them"
        said.append(f"The {ties} not used; {would}.")
    adopted = int(network.adopted.sum())
    if adopted:
        spent = int((network.adopted & (network.visibility == 0)).sum())
        had = f"; {spent:,} of them {'has' if spent == 1 else 'have'} had their say and convince nobody more"
        practise = count(adopted, "person practises", "people practise")
        said.append(f"{practise} already, in every plan{had if spent else ''}.")
    used = [name for name in ("readiness", "visibility", "outlook", "value") if name in network.given]
    if used:
        said.append(f"Taken from the data on people: {', '.join(used)}.")
    columns = [name for name in network.columns if name not in _columns_of(model)]
    if columns:
        said.append(f"Columns of the ties that this model does not use: {', '.join(columns)}.")
    return said


def _columns_of(model: Model) -> set[str]:
    shares = [written(model)[1].get(name) for name in ("probability", "weight", "strength", "rate", "delay")]
    flat = [part for share in shares for part in (share.values() if isinstance(share, Mapping) else (share,))]
    return {part for part in flat if isinstance(part, str)}


def cost_in_words(network: Network) -> str:
    """Say what a budget is counted in."""
    if "cost" in network.given:
        return "Costs are those of the cost column."
    return "There is no cost column, so everybody costs 1 and a budget is a number of people."


def where(network: Network, position: int) -> str:
    """Say where a person works and as what, as far as the data say.

    Parameters
    ----------
    position : the person's position in the network.
    """
    parts = []
    label = name_of(network, position)
    if network.team[position] >= 0:
        parts.append(str(network.teams[int(network.team[position])]))
    for column in ("role", "profession", "job", "post", "position", "title"):
        group = network.groups.get(column)
        if group is not None and group.codes[position] >= 0:
            parts.append(group.names[group.codes[position]])
    parts = [part for part in parts if part not in label]
    return ", ".join(parts)


def name_of(network: Network, position: int) -> str:
    """The label of a person, or an empty text."""
    return network.label[position] if network.label is not None else ""


def organisation_of(network: Network, position: int) -> str:
    """The organisation of a person, or an empty text."""
    code = int(network.organisation[position])
    return str(network.organisations[code]) if code >= 0 else ""
