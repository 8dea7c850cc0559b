"""The draw: as good as a random generator at everything that a cascade can see (PCG64 is the control).

Each measure is a standard score; in the tests of a draw that is sound, the largest of a few hundred stays below 5. The
schemes that were given up must fail, to prove that the measures can see.
"""

import math
from dataclasses import replace
from decimal import Decimal, localcontext

import numpy as np
import pytest

import spark
from spark import exact
from spark.backends import open_backend
from spark.kernels.accelerate import COMPILED
from spark.kernels.draw import (
    BROADCAST,
    PARTNERS,
    TOLERANCE,
    draw_ties,
    exponential_tolerance,
    person_draw,
    uniform_tolerance,
    world_key,
)
from spark.problem.actions import lower_plans
from spark.problem.arrays import ONE, Problem, Watch, Worlds, freeze
from spark.problem.fixed_point import thresholds
from spark.problem.keys import run_key
from spark.problem.lowering import lower

u32, u64 = np.uint32, np.uint64
GOLDEN = 0x9E3779B1
SCORE = 5.0


def mix(x):
    x = x ^ (x >> u64(30))
    x = x * u64(0xBF58476D1CE4E5B9)
    x = x ^ (x >> u64(27))
    x = x * u64(0x94D049BB133111EB)
    return x ^ (x >> u64(31))


def formula(ties, worlds, key, *, multiplied=True, blocks=True):
    """The draw as the design page writes it, uint32[worlds, ties], with its two safeguards as switches."""
    with np.errstate(over="ignore"):
        e, w = np.asarray(ties, u64)[None, :], np.asarray(worlds, u64)[:, None]
        start = w * u64(0x9E3779B97F4A7C15) + u64(key) * u64(0xD1342543DE82EF95) + u64(0x2545F4914F6CDD1D)
        k = mix(mix(start + (e >> u64(24)) * u64(0xA0761D6478BD642F))) if blocks else mix(mix(start))
        x = (e & u64(0xFFFFFFFF)).astype(u32)
        x = (x * u32(GOLDEN) if multiplied else x) ^ (k >> u64(32)).astype(u32)
        x = (x ^ (x >> u32(16))) * u32(0x7FEB352D)
        x = (x ^ (x >> u32(15)) ^ k.astype(u32)) * u32(0x846CA68B)
        return x ^ (x >> u32(16))


def ours(ties, worlds, key):
    """The draws of consecutive worlds, from the kernel where it is compiled."""
    if not COMPILED:
        return formula(ties, worlds, key)
    out = np.empty((len(worlds), len(ties)), u32)
    draw_ties(np.asarray(ties, u64), u64(key), int(worlds[0]), out)
    return out


def pcg64(ties, worlds, key):
    return np.random.default_rng(key).integers(0, 1 << 32, (len(worlds), len(ties)), dtype=u32)


def xor(ties, worlds, key):
    """The usual fused shortcut: the hash of a tie, xor a random word of the world."""
    with np.errstate(over="ignore"):
        of_tie = mix(mix(np.asarray(ties, u64) + u64(mix(u64(key)))))
        of_world = mix(mix(np.asarray(worlds, u64) * u64(0x9E3779B97F4A7C15) + u64(key)))
        return of_tie.astype(u32)[None, :] ^ of_world.astype(u32)[:, None]


KEY = run_key(3, "evaluate")
WORLDS = np.arange(2048)
TIES = {
    "consecutive": np.arange(2048),
    "far apart": np.arange(2048) * 65536,
    "across a block": (1 << 24) - 1024 + np.arange(2048),
    "beyond 32 bits": (1 << 32) - 1024 + np.arange(2048),
}


def standardised(draws, chance):
    live = draws <= u32(round(chance * 2**32) - 1)
    return (live - chance) / math.sqrt(chance * (1 - chance))


def bit_bias(draws):
    ones = np.array([np.count_nonzero(draws & u32(1 << b)) for b in range(32)])
    return float(np.abs(ones - draws.size / 2).max() / math.sqrt(draws.size / 4))


def byte_law(draws):
    """Chi-squared of each of the four bytes."""
    worst = 0.0
    for shift in (0, 8, 16, 24):
        counts = np.bincount((draws >> u32(shift) & u32(255)).ravel(), minlength=256)
        expected = draws.size / 256
        worst = max(worst, abs(((counts - expected) ** 2 / expected).sum() - 255) / math.sqrt(510))
    return worst


def counts_per_row(z):
    """Whether the live ties of a world vary over worlds as they should (transposed: the live worlds of a tie)."""
    rows, columns = z.shape
    return abs((z.sum(axis=1) ** 2).sum() / columns - rows) / math.sqrt(2 * rows)


def neighbours(z):
    steps = [step for step in (1, 2, 3, 16, 64, 1024) if step < z.shape[1]]
    return max(abs(float((z[:, step:] * z[:, :-step]).sum())) / math.sqrt(z[:, step:].size) for step in steps)


def all_pairs(z):
    """Whether the squared correlations of all pairs of rows are as small as chance leaves them."""
    rows, columns = z.shape
    correlations = np.corrcoef(z)[np.triu_indices(rows, 1)]
    return abs(float((correlations**2).mean()) * columns - 1) * math.sqrt(correlations.size / 2)


def blocks(z):
    """Whether two ties in two worlds agree four at a time more often than they should."""
    worst = 0.0
    for world in (1, 2, 512):
        for tie in (1, 2, 512):
            products = z[world:, tie:] * z[:-world, tie:] * z[world:, :-tie] * z[:-world, :-tie]
            worst = max(worst, abs(float(products.sum())) / math.sqrt(products.size))
    return worst


def scores(draws):
    """All measures of a matrix of draws."""
    found = {"bit bias": bit_bias(draws), "byte law": byte_law(draws)}
    for chance in (0.5, 0.1, 0.01):
        z = standardised(draws, chance)
        found |= {
            f"live ties of a world, p={chance}": counts_per_row(z),
            f"live worlds of a tie, p={chance}": counts_per_row(z.T),
            f"neighbouring ties, p={chance}": neighbours(z),
            f"neighbouring worlds, p={chance}": neighbours(z.T),
        }
        if chance >= 0.1:  # products of rarer events are too far from normal
            found |= {
                f"2x2 blocks, p={chance}": blocks(z),
                f"all pairs of ties, p={chance}": all_pairs(z.T[:512]),
                f"all pairs of worlds, p={chance}": all_pairs(z[:512]),
            }
    return found


def too_large(found):
    return {name: round(score, 1) for name, score in found.items() if not score < SCORE}


def test_the_kernel_draws_what_the_design_page_says():
    rng = np.random.default_rng(1)
    ties = rng.integers(0, 1 << 40, 100, dtype=u64)
    ties[:6] = 0, (1 << 24) - 1, 1 << 24, (1 << 32) - 1, 1 << 32, (1 << 63) + 5
    for rng_number in (0, 1, -1, 1 << 40):
        key = run_key(rng_number, "choose")
        out = np.empty((20, ties.size), u32)
        with np.errstate(over="ignore"):
            draw_ties(ties, u64(key), 1000, out)
        assert (out == formula(ties, np.arange(1000, 1020), key)).all()


@pytest.mark.parametrize("where", TIES)
def test_the_draw_passes_every_measure(where):
    assert not too_large(scores(ours(TIES[where], WORLDS, KEY)))


def test_the_control_passes_every_measure():
    assert not too_large(scores(pcg64(TIES["consecutive"], WORLDS, KEY)))


def test_the_xor_shortcut_fails_where_worlds_must_be_independent():
    bad = too_large(scores(xor(TIES["consecutive"], WORLDS, KEY)))
    assert {"all pairs of ties, p=0.1", "all pairs of worlds, p=0.1", "2x2 blocks, p=0.5"} <= set(bad)


def test_a_draw_with_one_bit_set_in_two_hundred_draws_fails():
    draws = pcg64(TIES["consecutive"], WORLDS, KEY)
    draws.reshape(-1)[::200] |= u32(1 << 31)
    assert "bit bias" in too_large(scores(draws))


BASES = np.random.default_rng(4).integers(0, 1 << 24, 64)
MASKS = [1 << a | 1 << b for a in range(32) for b in range(a + 1)]


def pair_scores(draw, pairs):
    """The largest standard score of the correlation between the draws of two ties, for each kind of pair."""
    worlds = np.arange(2048)
    worst = {}
    base = draw(BASES, worlds, KEY)
    for name, others in pairs.items():
        other = draw(others, worlds, KEY)
        score = 0.0
        for chance in (0.5, 0.1):
            products = standardised(base, chance) * standardised(other, chance)
            score = max(score, abs(float(products.sum())) / math.sqrt(products.size))
        u, v = (x / 2**32 * math.sqrt(12) - math.sqrt(3) for x in (base, other))
        worst[name] = max(score, abs(float((u * v).sum())) / math.sqrt(u.size))
    return worst


def test_ties_whose_ids_differ_in_one_or_two_bits_are_independent():
    assert len(MASKS) == 32 + 496
    assert not too_large(pair_scores(ours, {hex(mask): BASES ^ mask for mask in MASKS}))


def test_without_the_first_multiply_ids_that_differ_in_two_bits_are_not_independent():
    def unmultiplied(ties, worlds, key):
        return formula(ties, worlds, key, multiplied=False, blocks=False)

    assert pair_scores(unmultiplied, {"pair": BASES ^ 0x80008000})["pair"] > 50


def test_ids_a_known_distance_apart_are_independent():
    apart = 396_918_784
    assert apart * GOLDEN % (1 << 32) == 0x80008000
    assert not too_large(pair_scores(ours, {"apart": BASES + apart, "32 bits apart": BASES + (1 << 32)}))


def test_without_the_block_key_ids_a_known_distance_apart_are_not_independent():
    def unblocked(ties, worlds, key):
        return formula(ties, worlds, key, blocks=False)

    found = pair_scores(unblocked, {"apart": BASES + 396_918_784, "32 bits apart": BASES + (1 << 32)})
    assert min(found.values()) > 50


def test_rng_0_world_0_tie_0_is_an_ordinary_draw():
    by_rng = np.concatenate([ours(np.arange(256), np.arange(1), run_key(rng, "evaluate")) for rng in range(2048)])
    assert 6 <= int(by_rng[0, 0]).bit_count() <= 26
    assert np.unique(by_rng[:, 0]).size == 2048
    assert not too_large({"bit bias": bit_bias(by_rng), "byte law": byte_law(by_rng)})
    z = standardised(by_rng, 0.5)
    assert not too_large({"rngs": all_pairs(z[:256]), "ties": all_pairs(z.T), "next rng": neighbours(z.T)})


def test_a_key_of_0_is_an_ordinary_key():
    draws = ours(np.arange(1024), np.arange(1024), 0)
    z = standardised(draws, 0.5)
    assert not too_large({"bit bias": bit_bias(draws), "worlds": all_pairs(z), "ties": all_pairs(z.T)})


def test_purposes_of_one_rng_share_no_world():
    draws = [
        ours(np.arange(2048), np.arange(256), run_key(7, purpose)) for purpose in ("evaluate", "choose", "certify")
    ]
    z = [standardised(x, 0.5) for x in draws]
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert abs((z[a] * z[b]).sum()) / math.sqrt(z[a].size) < SCORE
        assert all_pairs(np.concatenate([z[a], z[b]])) < SCORE


def test_a_chance_becomes_a_threshold_by_rounding_half_to_even():
    chances = [0.0, 2.0**-34, 2.0**-33, np.nextafter(2.0**-33, 1), 2.0**-32, 1.5 * 2.0**-32, 2.5 * 2.0**-32, 0.5, 1.0]
    live, never = thresholds(chances)
    assert never.tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0]
    assert live[3:].tolist() == [0, 0, 1, 1, 2**31 - 1, 2**32 - 1]


def world_with_a_draw_of_zero(key, ties):
    """(world, tie) whose draw is 0 and whose tie id is below `ties`, by running the formula backwards."""
    with np.errstate(over="ignore"):
        k = mix(mix(np.arange(1 << 21, dtype=u64) * u64(0x9E3779B97F4A7C15) + u64(key * 0xD1342543DE82EF95 % 2**64)
                    + u64(0x2545F4914F6CDD1D)))  # fmt: skip
        x = k.astype(u32)  # before the last multiply, xor k1: 0
        x = x ^ (x >> u32(15)) ^ (x >> u32(30))
        x = x * u32(pow(0x7FEB352D, -1, 1 << 32))
        x = (x ^ (x >> u32(16)) ^ (k >> u64(32)).astype(u32)) * u32(pow(GOLDEN, -1, 1 << 32))
    world = int(np.flatnonzero(x < ties)[0])
    return world, int(x[world])


def test_the_smallest_draw_is_live_at_2_to_the_minus_32_and_not_below_2_to_the_minus_33(backend):
    people = 4096
    network = spark.Network.from_edges(np.zeros(people - 1, int), np.arange(1, people))
    world, tie = world_with_a_draw_of_zero(run_key(0, "evaluate"), people - 1)
    assert formula([tie], [world], run_key(0, "evaluate"))[0, 0] == 0
    lit = {}
    for chance in (2.0**-34, 2.0**-33, 2.0**-32):
        replay = spark.replay(network, spark.IndependentCascade(chance), [0], world=world, rng=0, backend=backend)
        lit[chance] = sorted(event.person for event in replay.events)
    assert lit == {2.0**-34: [0], 2.0**-33: [0], 2.0**-32: [0, tie + 1]}


def test_a_tie_of_chance_1_is_live_in_every_world(backend):
    network = spark.Network.from_edges(np.arange(30), np.arange(1, 31))
    spread = spark.simulate(network, spark.IndependentCascade(1.0), [0], worlds=300, rng=0, backend=backend)
    assert spread.sizes.tolist() == [31] * 300


@pytest.mark.skipif(not COMPILED, reason="17 million ties need compiled kernels")
def test_ties_on_both_sides_of_a_block_are_drawn_with_the_key_of_their_own_block():
    # the first person has 5 ties; the second so many that the last of them are in the next block
    ties, near = (1 << 24) + 30, 60
    targets = np.ones(ties, np.int32)
    targets[-near:] = np.arange(2, near + 2)
    indptr = np.full(near + 3, ties)
    indptr[:2] = 0, 5
    problem = lower(spark.Network.from_edges([0], [1]), spark.IndependentCascade(0.5))
    nobody = freeze(np.full(near + 2, -1, np.int32))
    graph = replace(problem.graph, indptr=freeze(indptr), targets=freeze(targets), organisation=nobody)
    live = freeze(np.full(ties, (1 << 31) - 1, u32))
    zeros = freeze(np.zeros(near + 2, u64))
    law = replace(problem.law, live=live, never=freeze(np.zeros(ties, np.uint8)), visibility=zeros, receptivity=zeros)
    law = replace(law, adopted=freeze(np.eye(1, near + 2, 1, dtype=np.uint8)[0]))
    actions = lower_plans(spark.Network.from_edges([0], [1]), {"": spark.Plan()})
    watch = Watch(freeze(np.empty((0, near + 2), np.int32)), 0, freeze(np.empty(0, np.int64)))
    tally = open_backend("cpu", workers=1).run(Problem(graph, law), actions, watch, Worlds(KEY, 0, 20))
    live_near = formula(np.arange(ties - near, ties), np.arange(20), KEY) < u32(1 << 31)
    assert tally.adopters[0, :, -1].tolist() == (1 + live_near.sum(axis=1)).tolist()
    assert tally.reached[0, 2:].tolist() == live_near.sum(axis=0).tolist()


def variance_score(totals, nominal, blocks_of=256):
    """How far the variance of means over blocks of worlds is from nominal, in standard errors."""
    means = totals.reshape(-1, blocks_of).mean(axis=1)
    assert means.size >= 5000
    return (means.var(ddof=1) / (nominal / blocks_of) - 1) / math.sqrt(2 / (means.size - 1))


@pytest.mark.statistics
@pytest.mark.skipif(not COMPILED, reason="1.3 million worlds need compiled kernels")
@pytest.mark.parametrize(("draw", "holds"), [(ours, True), (pcg64, True), (xor, False)])
def test_the_mean_over_256_worlds_of_each_rng_varies_as_that_of_independent_worlds(draw, holds):
    ties, worlds, keys = np.arange(8), np.arange(256), [run_key(rng, "evaluate") for rng in range(5000)]
    live = np.concatenate([draw(ties, worlds, key) for key in keys]) < u32(1 << 31)
    reached = np.cumprod(live, axis=1).sum(axis=1)  # people of a path of 9 whom its first one lights
    length = np.arange(9)
    law = 0.5 ** np.minimum(length + 1, 8)
    nominal = law @ length**2 - (law @ length) ** 2
    assert (abs(variance_score(reached, nominal)) < 4) == holds


@pytest.mark.statistics
@pytest.mark.skipif(not COMPILED, reason="1.3 million worlds need compiled kernels")
@pytest.mark.parametrize("model", [spark.IndependentCascade(0.4), spark.LinearThreshold()])
def test_the_mean_spread_over_256_worlds_varies_as_that_of_independent_worlds(model):
    ring = np.arange(6)
    network = spark.Network.from_edges(np.r_[ring, ring], np.r_[(ring + 1) % 6, (ring + 2) % 6])
    law = exact.sizes(network, model, [0])
    mean, square = law @ np.arange(7), law @ np.arange(7) ** 2
    sizes = spark.simulate(network, model, [0], worlds=5000 * 256, rng=5, workers=1).sizes
    assert abs(sizes.mean() - mean) < 4 * math.sqrt((square - mean**2) / sizes.size)
    assert abs(variance_score(sizes, square - mean**2)) < 4
    assert abs(variance_score(np.repeat(sizes[::2], 2), square - mean**2)) > 4  # every world used twice


def person_draws(kind, worlds, people):
    keys = [int(world_key(u64(mix(u64(KEY) ^ kind)), u64(w), u64(0))) for w in range(worlds)]
    return np.array([[int(person_draw(u64(k), v)) for v in range(people)] for k in keys], u64)


@pytest.fixture(scope="module")
def persons():
    with np.errstate(over="ignore"):
        return {kind: person_draws(kind, 256, 256) for kind in (TOLERANCE, PARTNERS, BROADCAST)}


def test_draws_of_people_pass_every_measure_in_both_halves(persons):
    for draws in persons.values():
        for half in ((draws >> u64(32)).astype(u32), draws.astype(u32)):
            z = standardised(half, 0.5)
            found = {"bit bias": bit_bias(half), "byte law": byte_law(half), "people": all_pairs(z.T)}
            found |= {"worlds": all_pairs(z), "next person": neighbours(z), "next world": neighbours(z.T)}
            assert not too_large(found)


def test_a_persons_draws_of_different_kinds_and_of_ties_are_independent(persons):
    z = [standardised((draws >> u64(32)).astype(u32), 0.5) for draws in persons.values()]
    z.append(standardised(ours(np.arange(256), np.arange(256), KEY), 0.5))
    for a in range(4):
        for b in range(a):
            assert abs((z[a] * z[b]).sum()) / math.sqrt(z[a].size) < SCORE
            assert all_pairs(np.concatenate([z[a], z[b]])) < SCORE


def test_a_uniform_tolerance_runs_from_the_smallest_dose_to_one():
    with np.errstate(over="ignore"):
        assert int(uniform_tolerance(u64(0))) == 1
        assert int(uniform_tolerance(u64((1 << 64) - 1))) == ONE
        assert int(uniform_tolerance(u64(1 << 63))) == ONE // 2 + 1


def test_an_exponential_tolerance_is_the_logarithm_of_the_draw():
    rng = np.random.default_rng(6)
    draws = [0, 1, 2, 3, (1 << 64) - 1, 1 << 63, (1 << 63) - 1]
    for shift, x in enumerate(rng.integers(1 << 62, 1 << 63, 3000).tolist()):
        draws += [x >> shift % 40, (1 << 64) - (x >> shift % 60), x << 1]
    with np.errstate(over="ignore"):
        found = [int(exponential_tolerance(u64(x))) for x in draws]
    for x, tolerance in zip(draws, found, strict=True):
        leading_zeros = 64 - (x | 1).bit_length()
        assert abs(tolerance - logarithm_of(x | 1)) <= 2 + leading_zeros / 2  # ln 2 is held to half a unit


def logarithm_of(draw):
    """-ln(draw / 2^64) in units of 2^-56."""
    with localcontext() as context:
        context.prec = 60
        return max(1, int((-(Decimal(draw) / (1 << 64)).ln() * ONE).to_integral_value()))


def test_a_larger_draw_never_has_a_larger_exponential_tolerance():
    rng = np.random.default_rng(8)
    with np.errstate(over="ignore"):
        for bits in (64, 63, 60, 40, 20):
            starts = rng.integers(0, 1 << bits, 40, dtype=u64)
            for start in starts:
                around = [int(start) + step for step in (0, 1, 2, 3, 1000) if int(start) + step < 1 << 64]
                tolerances = [int(exponential_tolerance(u64(x))) for x in around]
                assert tolerances == sorted(tolerances, reverse=True)
