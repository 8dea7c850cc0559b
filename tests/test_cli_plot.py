"""--plot draws what the command says, in the form that the name of the file asks for, and never over another file."""

import subprocess

import pytest


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plots")
    (folder / "ties.csv").write_text("source,target\namina,bo\nbo,carys\ncarys,dev\ndev,amina\n")
    return folder


def spark(folder, shell, *words):
    return subprocess.run(["spark", *words], cwd=folder, env=shell, capture_output=True, text=True)


QUICK = ("--probability", "0.5", "--worlds", "64")


@pytest.mark.parametrize(
    ("name", "start", "words"),
    [
        ("check.svg", b"<?xml", ("check", "ties.csv")),
        ("simulate.png", b"\x89PNG", ("simulate", "ties.csv", "--seeds", "amina", *QUICK)),
        ("plan.pdf", b"%PDF", ("plan", "ties.csv", "--count", "1", *QUICK)),
        ("trace.png", b"\x89PNG", ("trace", "ties.csv", "--seeds", "amina", *QUICK)),
        ("compare.svg", b"<?xml", ("compare", "ties.csv", "--plan", "A=amina", "--plan", "B=bo", *QUICK)),
    ],
)
def test_a_command_draws_its_answer_and_prints_it_as_before(folder, shell, name, start, words):
    plain = spark(folder, shell, *words, "--quiet")
    drawn = spark(folder, shell, *words, "--plot", name)
    assert drawn.returncode == 0, drawn.stderr
    assert drawn.stdout == plain.stdout
    assert f"drawn in {name}" in drawn.stderr
    assert (folder / name).read_bytes().startswith(start)
    again = spark(folder, shell, *words, "--plot", name)
    assert again.returncode == 2
    assert "--force" in again.stderr
    first = (folder / name).read_bytes()
    assert spark(folder, shell, *words, "--plot", name, "--force").returncode == 0
    assert (folder / name).read_bytes() == first


def test_a_form_that_is_not_drawn_is_refused_before_anything_runs(folder, shell):
    done = spark(folder, shell, "simulate", "ties.csv", "--seeds", "amina", "--plot", "map.gif")
    assert done.returncode == 2
    assert "does not end in .png, .svg or .pdf" in done.stderr
    done = spark(folder, shell, "check", "ties.csv", "--plot", "nowhere/map.png")
    assert done.returncode == 2
    assert "there is no folder 'nowhere'" in done.stderr


def test_a_saved_result_is_drawn_again_and_beside_the_map_of_its_network(folder, shell):
    saved = ("--output", "trace.json"), ("--output", "spread.json")
    for words, out in (("trace", saved[0]), ("simulate", saved[1])):
        assert spark(folder, shell, words, "ties.csv", "--seeds", "amina", *QUICK, *out).returncode == 0
    for words in (("spread.json",), ("spread.json", "--network", "ties.csv"), ("trace.json",)):
        drawn = spark(folder, shell, "show", *words, "--plot", "again.png", "--force")
        assert drawn.returncode == 0, drawn.stderr
        sizes = sizes_of(folder / "again.png")
        assert (sizes[0] > 1.5 * sizes[1]) == (len(words) == 3 or words[0] == "trace.json")


def sizes_of(path):
    """The width and the height of a PNG."""
    content = path.read_bytes()
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def test_a_map_is_refused_where_it_is_of_others_or_there_is_none(folder, shell):
    (folder / "others.csv").write_text("source,target\nx,y\n")
    for words in ("trace", "simulate"):
        file = f"{words}-for-map.json"
        spark(folder, shell, words, "ties.csv", "--seeds", "amina", *QUICK, "--output", file)
    for words, said in (
        (("simulate-for-map.json", "--network", "others.csv", "--plot", "m.png"), "the spread is of another network"),
        (("trace-for-map.json", "--network", "ties.csv", "--plot", "m.png"), "what it holds has no map"),
        (("simulate-for-map.json", "--network", "ties.csv"), "are for the map of --plot FILE"),
        (("simulate-for-map.json", "--influence", "both", "--plot", "m.png"), "give --network PATH"),
    ):
        done = spark(folder, shell, "show", *words)
        assert done.returncode == 2, done.stderr
        assert said in done.stderr
