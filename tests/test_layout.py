"""Maps of networks: organisations stand apart, those who are tied stand close, and everything that is said is drawn."""

import io
import itertools

import matplotlib.figure
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import KDTree

import spark
from spark.drawing.layout import MOST_PACKED, place
from spark.report.layout import Column, table


def planted(people, groups, *, within=6, between=1, rng=0):
    """Ties within groups, and a few anywhere: sources, targets, group of each person."""
    chance = np.random.Generator(np.random.PCG64(rng))
    group = np.sort(chance.integers(0, groups, people))
    group = np.unique(group, return_inverse=True)[1]
    members = [np.flatnonzero(group == g) for g in range(group.max() + 1)]
    source = np.repeat(np.arange(people), within)
    target = np.concatenate([chance.choice(members[g], within) for g in group])
    far = chance.integers(0, people, (2, between * people))
    return np.concatenate([source, far[0]]), np.concatenate([target, far[1]]), group


def meet(places):
    """How far the two nearest circles overlap; negative where none do."""
    apart = np.hypot(*(places.centres[:, None] - places.centres[None]).transpose(2, 0, 1))
    overlap = places.radii[:, None] + places.radii[None] - apart
    np.fill_diagonal(overlap, -np.inf)
    return overlap.max()


@pytest.mark.parametrize(("people", "groups"), [(1000, 12), (10_000, 40), (2000, 600)])
def test_organisations_stand_apart(people, groups):
    source, target, group = planted(people, groups)
    places = place(source, target, group)
    assert meet(places) < 0
    out = np.hypot(*(places.people - places.centres[group]).T) - places.radii[group]
    assert out.max() <= 1e-9
    nearest = KDTree(places.people).query(places.people, k=2)[1][:, 1]
    assert (group[nearest] == group)[np.bincount(group)[group] > 1].mean() > 0.99
    shuffled = np.random.Generator(np.random.PCG64(1)).permutation(group)  # what a layout that knows no groups gives
    assert (shuffled[nearest] == shuffled).mean() < 0.5


@given(st.integers(1, 40), st.integers(1, 8), st.integers(0, 5))
def test_any_network_has_a_layout_in_which_circles_do_not_meet_and_nobody_stands_on_another(people, groups, rng):
    source, target, group = planted(people, groups, within=1, rng=rng)
    places = place(source, target, group)
    assert np.isfinite(places.people).all()
    if len(places.radii) > 1:
        assert meet(places) < 0
    if people > 1:
        assert KDTree(places.people).query(places.people, k=2)[0][:, 1].min() > 1e-3


def test_many_groups_are_wound_up_by_size_without_meeting():
    source, target, group = planted(900, 300, within=2)
    assert group.max() >= MOST_PACKED
    assert meet(place(source, target, group)) < 0


def test_those_who_are_tied_stand_closer_than_others():
    grid = spark.generate.grid(20, 20)
    places = place(grid.sources(), grid.targets, np.zeros(grid.size, np.int64)).people
    tied = np.hypot(*(places[grid.sources()] - places[grid.targets]).T).mean()
    anybody = np.hypot(*(places - places[::-1]).T).mean()
    assert tied < anybody / 6
    shuffled = np.random.Generator(np.random.PCG64(0)).permutation(grid.size)
    assert np.hypot(*(places[shuffled][grid.sources()] - places[shuffled][grid.targets]).T).mean() > anybody / 2


def test_the_same_network_always_looks_the_same_whatever_the_order_of_its_ties():
    source, target, group = planted(300, 5)
    turned = np.random.Generator(np.random.PCG64(2)).permutation(source.size)
    first, second = place(source, target, group), place(target[turned], source[turned], group)
    assert first.people.tobytes() == second.people.tobytes()


@pytest.fixture(scope="module")
def trust():
    return spark.generate.health_trust(rng=1)


def test_the_map_says_how_many_people_worlds_and_seeds_and_names_the_organisations(trust):
    spread = spark.simulate(trust, spark.IndependentCascade(0.05), ["m1", "lw22"], worlds=100, rng=1)
    axes = spark.plot_network(trust, spread)
    said = axes.get_xlabel().replace("\n", " ")
    assert "1,500 people, 16,686 ties, 9 organisations" in said
    assert "100 worlds" in said
    assert "stars: 2 started with" in said
    names = {text.get_text().replace("\n", " ") for text in axes.texts}
    assert names == set(trust.organisations)
    dots = axes.collections[-2]
    assert sorted(dots.get_array().tolist()) == sorted(spread.chances.tolist())
    buffer = io.BytesIO()
    axes.get_figure().savefig(buffer, format="svg")
    assert b"<svg" in buffer.getvalue()


def test_without_a_spread_every_organisation_has_one_colour_and_given_axes_are_used(trust):
    axes = matplotlib.figure.Figure().subplots()
    assert spark.plot_network(trust, seeds=["m1"], ax=axes) is axes
    colours = axes.collections[-2].get_facecolors()
    for at in range(len(trust.organisations)):
        assert len(np.unique(colours[trust.organisation == at], axis=0)) == 1


def test_the_colours_of_chances_get_darker_all_the_way_so_that_grey_will_do():
    from matplotlib.colors import LinearSegmentedColormap, to_rgb

    from spark.drawing.people import FIRE, HUES

    def light(colour):
        return float(np.dot(colour[:3], (0.2126, 0.7152, 0.0722)))

    shades = [light(c) for c in LinearSegmentedColormap.from_list("fire", FIRE)(np.linspace(0, 1, 100))]
    assert all(a > b for a, b in itertools.pairwise(shades))
    hues = [light(to_rgb(c)) for c in HUES]
    assert min(abs(a - b) for a, b in zip(hues, hues[1:] + hues[:1], strict=True)) > 0.05


def test_what_does_not_fit_together_is_refused(trust):
    other = spark.Network.from_edges(["a"], ["b"])
    spread = spark.simulate(other, spark.IndependentCascade(0.5), ["a"], worlds=10, rng=1)
    with pytest.raises(spark.SparkError, match="another network"):
        spark.plot_network(trust, spread)
    with pytest.raises(spark.SparkError, match="did you mean"):
        spark.plot_network(trust, seeds=["m_1"])
    with pytest.raises(spark.SparkError, match="at most 20,000"):
        spark.plot_network(spark.generate.ring(20_001))


def test_a_long_text_goes_on_in_the_next_line_and_nothing_of_it_is_lost():
    rows = [["a very long name of a team that nobody could read if it were cut", "x" * 60, "1"], ["short", "y", "2"]]
    text = table([Column("team", "long"), Column("id", "long"), Column("n", "number")], rows)
    lines = text.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert "…" not in text
    assert sum(line.count("x") for line in lines) == 60
    words = " ".join(line[2 : lines[0].index("id")].strip() for line in lines[1:-1])
    assert words.split() == rows[0][0].split()
    assert lines[-1].split() == ["short", "y", "2"]
