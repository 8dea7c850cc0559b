"""What tests of choices compare with: every set of people that constraints allow, and the best of them, exactly."""

import itertools

import numpy as np

import spark


def group_of(network, key, v):
    column = {"organisation": (network.organisation, network.organisations)}.get(key)
    codes, names = column or (network.groups[key].codes, network.groups[key].names)
    return None if codes[v] < 0 else list(names)[codes[v]]


def allowed(network, constraints, people, budget=None, count=None):
    """Whether a set of positions meets every constraint, read as a user would."""
    ids = {network.people[v] for v in people}
    only = ids if constraints.only is None else set(constraints.only)
    if not ids <= only or ids & set(constraints.exclude) or any(len(ids & set(pair)) > 1 for pair in constraints.apart):
        return False
    if any(network.adopted[v] or not network.eligible[v] for v in people):
        return False
    if budget is not None and sum(network.cost[v] for v in people) > budget + 1e-9:
        return False
    if count is not None and len(people) > count:
        return False
    for limit, sign in ((constraints.at_most, 1), (constraints.at_least, -1)):
        for key, value in limit.items():
            names = {group_of(network, key, v) for v in range(network.size)} - {None}
            for name, number in (value if isinstance(value, dict) else dict.fromkeys(names, value)).items():
                inside = sum(group_of(network, key, v) == name for v in people)
                if sign * inside > sign * number:
                    return False
    return True


def every_choice(network, constraints, budget=None, count=None):
    """Every set of people, as sorted positions, that meets the constraints."""
    people = range(network.size)
    sets = (s for size in range(network.size + 1) for s in itertools.combinations(people, size))
    return [s for s in sets if allowed(network, constraints, s, budget, count)]


def gain_of_every_choice(network, model, choices, **options):
    """The exact increase in value over no action of each set of people."""
    nothing = spark.exact.chances(network, model, (), **options) @ network.value
    ids = [[network.people[v] for v in people] for people in choices]
    return np.array([spark.exact.chances(network, model, seeds, **options) @ network.value - nothing for seeds in ids])
