"""Plans tried in sixty-four worlds at once come to the same in each world as one by one, on both backends."""

from dataclasses import replace
from unittest import mock

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import cascades, networks, several_examples
from test_interventions_worlds import LAPSING, interventions
from test_laws import KEYS
from test_optimise import needs_compiled

from spark.backends import cpu_lockstep, open_backend
from spark.errors import UsageError
from spark.plan import Bridge, Plan, Seeds
from spark.problem.arrays import Watch, Worlds
from spark.problem.parts import Parts
from spark.problem.together import lower_together

pytestmark = needs_compiled
GROUPS = np.zeros((0, 1), np.int32)


@st.composite
def instances(draw, models, horizons, sustain=False):
    """A network, a model, a few plans of all kinds, and what to count."""
    network = draw(networks(personal=True, partners=True, layers=("day", "night")))
    with mock.patch("test_interventions_worlds.TAKE_UP", st.just(1.0)):
        plans = {str(i): draw(interventions(network, sustain=sustain)) for i in range(3)}
    some = draw(st.sampled_from((1.0, 0.5)))
    for name, plan in plans.items():
        parts = [
            replace(part, take_up=some) if isinstance(part, Seeds | Bridge) else part for part in plan.interventions
        ]
        plans[name] = Plan(*parts)
    value = draw(st.sampled_from((np.empty(0, np.int64), np.arange(network.size) * 7)))
    try:
        problem, actions = lower_together(network, draw(models), plans)
    except UsageError:  # two bridges between the same two people
        return None
    return problem, actions, Watch(GROUPS, 0, value, draw(horizons))


def held(instance, key, first, worlds=70):
    """Whether lockstep and the plain kernels agree; None where they are the same kernels."""
    if instance is None or not cpu_lockstep.in_lockstep(*instance):
        return None
    where = Worlds(key, first, worlds)
    backend = open_backend(workers=1)
    plain = backend.run(*instance, where).finals(instance[2])
    assert backend.finals(*instance, where).tolist() == plain.tolist()
    assert backend.finals(*instance, where).tolist() == plain.tolist()  # with what was kept
    return True


@settings(max_examples=150)
@given(instances(cascades(partners=True), st.sampled_from((-1, 0, 1, 3))), KEYS, st.sampled_from((0, 5)))
def test_cascades_in_lockstep(instance, key, first):
    held(instance, key, first)


@settings(max_examples=80)
@given(instances(several_examples(), st.sampled_from((-1, 3))), KEYS)
def test_several_examples_in_lockstep(instance, key):
    held(instance, key, 0)


@settings(max_examples=150)
@given(instances(LAPSING, st.sampled_from((0, 1, 4)), sustain=True), KEYS, st.sampled_from((0, 5)))
def test_lapses_in_lockstep(instance, key, first):
    held(instance, key, first)


@settings(max_examples=10)
@given(instances(LAPSING, st.just(3), sustain=True), KEYS)
def test_lockstep_agrees_with_the_twin(instance, key):
    if instance is not None:
        compiled, twin = (open_backend(name).finals(*instance, Worlds(key, 0, 6)) for name in ("cpu", "python"))
        assert compiled.tolist() == twin.tolist()


@settings(max_examples=60)
@given(st.data(), KEYS)
def test_parts_put_together_come_to_what_the_plan_does(data, key):
    lapsing = data.draw(st.booleans())
    network = data.draw(networks(personal=True, partners=True, layers=("day", "night")))
    several = [data.draw(interventions(network, sustain=lapsing)).interventions for _ in range(2)]
    every = [part for some in several for part in some]
    model = data.draw(LAPSING if lapsing else cascades(partners=True) | several_examples())
    try:
        parts = Parts(network, model, every)
    except UsageError:  # a tie in two windows
        return
    sets = [sorted(data.draw(st.sets(st.integers(0, len(every) - 1)))) for _ in range(3)]
    plans = {str(i): Plan(*(every[j] for j in chosen)) for i, chosen in enumerate(sets)}
    where, watch = Worlds(key, 0, 40), Watch(GROUPS, 0, np.empty(0, np.int64), 4)
    backend = open_backend(workers=1)
    expected = backend.run(*lower_together(network, model, plans), watch, where).adopters[:, :, -1].tolist()
    assert backend.run(*parts.lower(sets), watch, where).adopters[:, :, -1].tolist() == expected
    assert backend.finals(*parts.lower(sets), watch, where).tolist() == expected


def test_most_instances_can_be_tried_in_lockstep():
    seen = []

    @settings(max_examples=60, database=None)
    @given(instances(cascades(partners=True), st.just(-1)) | instances(LAPSING, st.just(3), sustain=True))
    def look(instance):
        seen.append(instance is not None and cpu_lockstep.in_lockstep(*instance))

    look()
    assert np.mean(seen) > 0.7


def test_a_lockstep_that_forgets_draws_again():
    with mock.patch.object(cpu_lockstep, "KEPT_WORDS", 0):
        test_cascades_in_lockstep()
