"""Plots say what they show, put it where it belongs, and draw on the axes that they are given."""

import io

import matplotlib.figure
import pytest

import spark

LINE = spark.Network.from_edges(["ann", "bo", "cy"], ["bo", "cy", "di"])
MODEL = spark.IndependentCascade(0.5)


@pytest.fixture
def axes():
    return matplotlib.figure.Figure().subplots()


def texts(ax):
    return ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()


def test_the_curve_shows_the_mean_and_the_band_of_every_step(axes):
    spread = spark.simulate(LINE, MODEL, ["ann"], worlds=200, rng=1)
    assert spread.plot(axes) is axes
    (line,) = axes.get_lines()
    assert line.get_ydata().tolist() == [step.mean for step in spread.over_time]
    title, x, y = texts(axes)
    assert f"{spread.mean:.2f}" in title
    assert "4 people, 200 worlds, IndependentCascade" in x
    assert y == "people who practise"


def test_the_sizes_are_all_there(axes):
    spread = spark.simulate(LINE, MODEL, ["ann"], worlds=200, rng=1)
    spread.plot_sizes(axes)
    heights = [bar.get_height() for bar in axes.patches]
    assert sum(heights) == 200
    assert heights[0] == (spread.sizes == spread.sizes.min()).sum()


def test_each_pair_of_plans_has_a_row_with_its_interval(axes):
    plans = {"A": ["ann"], "B": ["bo"], "<C>": ["di"]}
    comparison = spark.compare(LINE, MODEL, plans, worlds=200, rng=1)
    comparison.plot(axes)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["A − B", "A − <C>", "B − <C>"]
    assert comparison.plot().get_figure() is not axes.get_figure()


def test_a_figure_can_be_saved_without_a_screen():
    figure = spark.simulate(LINE, MODEL, ["ann"], worlds=20, rng=1).plot().get_figure()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    assert buffer.getvalue().startswith(b"\x89PNG")
