"""What a terminal shows, what a pipe gets, what the shell completes, and saved results printed again."""

import json
import os
import pty
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from json_schema import violations

import spark
from spark.cli import COMMANDS
from spark.report.layout import BARS, display_width, sparkline

GOLDEN = Path(__file__).parent / "golden"
SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"
QUICK = "--probability 0.5 --worlds 64 --quiet"

GOLDEN_LINES = {
    "init": "init my-trust",
    "generate": "generate ring --people 12 --reach 2 --output ring",
    "datasets-list": "datasets list",
    "datasets-show": "datasets show health-trust",
    "datasets-export": "datasets export health-trust --output trust.npz",
    "trace": f"trace ties.csv --seeds amina --world 3 {QUICK}",
    "show": f"plan ties.csv --count 1 {QUICK} --output plan.json && spark show plan.json",
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "ties.csv").write_text("source,target\namina,bo\nbo,carys\ncarys,dev\ndev,amina\n")
    return tmp_path


def typed(line, folder, shell, *, code=0):
    environment = {key: value for key, value in shell.items() if key not in ("SPARK_DATA", "COLUMNS")}
    done = subprocess.run(f"spark {line}", shell=True, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def seen(line, folder, shell, **environment):
    """What a command prints to a terminal."""
    parent, child = pty.openpty()
    merged = {key: value for key, value in shell.items() if key != "NO_COLOR"} | {
        "TERM": "xterm-256color",
        **environment,
    }
    process = subprocess.Popen(
        f"spark {line}", shell=True, cwd=folder, env=merged, stdout=child, stderr=subprocess.DEVNULL, close_fds=True
    )
    os.close(child)
    parts = []
    while True:
        try:
            part = os.read(parent, 65536)
        except OSError:  # on Linux the end of a terminal is an error
            break
        if not part:
            break
        parts.append(part)
    os.close(parent)
    assert process.wait() == 0
    return b"".join(parts).decode().replace("\r\n", "\n")


@pytest.mark.parametrize("name", GOLDEN_LINES)
def test_what_each_other_command_prints_is_as_in_its_golden_file(name, folder, shell):
    text = typed(GOLDEN_LINES[name], folder, shell)
    assert [line for line in text.splitlines() if display_width(line) > 80 and "spark " not in line] == []
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("SPARK_UPDATE_GOLDEN") == "1":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_every_command_has_a_golden_file_or_prints_what_no_two_machines_share():
    files = {path.stem.partition("-")[0] for path in GOLDEN.glob("*.txt")}
    missing = set(COMMANDS) - files - {"doctor", "completion"}
    assert not missing, f"add a line to GOLDEN_LINES for {missing}, and run with SPARK_UPDATE_GOLDEN=1"


def test_a_terminal_shows_titles_in_bold_and_a_pipe_or_no_color_gets_plain_text(folder, shell):
    line = f"simulate ties.csv --seeds amina {QUICK}"
    plain = typed(line, folder, shell)
    assert "\x1b" not in plain
    bold = seen(line, folder, shell)
    assert "\x1b[1mIn the end\x1b[0m" in bold
    assert re.sub(r"\x1b\[\d+m", "", bold) == plain
    assert seen(line, folder, shell, NO_COLOR="1") == plain
    assert seen(line, folder, shell, TERM="dumb") == plain
    assert "\x1b" not in seen(f"{line} --json", folder, shell)


def test_the_curve_is_drawn_as_a_line_of_bars_in_letters_that_the_terminal_has(folder, shell):
    line = f"simulate ties.csv --seeds amina {QUICK}"
    assert re.search(rf"^  [{BARS}]+  means, from step 0 to \d+$", typed(line, folder, shell), re.MULTILINE)
    latin = subprocess.run(
        f"spark {line}", shell=True, cwd=folder, env={**shell, "PYTHONIOENCODING": "latin-1"}, capture_output=True
    ).stdout.decode("latin-1")
    assert re.search(r"^  [_.\-~=+*#]+  means, from step 0", latin, re.MULTILINE)
    assert sparkline([0, 0, 0]) == BARS[0] * 3
    assert sparkline([]) == ""
    assert len(sparkline(list(range(1000)))) == 60
    assert sparkline(list(range(1000))) == "".join(sorted(sparkline(list(range(1000)))))


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_shell(name, folder, shell):
    script = typed(f"completion {name}", folder, shell)
    assert "_SPARK_COMPLETE" in script
    if shutil.which(name):
        checked = subprocess.run([name, "-n"], input=script, text=True, capture_output=True)
        assert checked.returncode == 0, checked.stderr


def test_the_shell_completes_commands_options_and_choices(folder, shell):
    def completed(words, at):
        environment = {**shell, "_SPARK_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(at)}
        return subprocess.run(["spark"], env=environment, cwd=folder, capture_output=True, text=True).stdout

    assert "simulate" in completed("spark sim", 1)
    assert "--seeds" in completed("spark simulate --se", 2)
    assert "target-to-source" in completed("spark check . --influence t", 4)


SAVED = {
    "simulate": f"simulate ties.csv --seeds amina {QUICK}",
    "plan": f"plan ties.csv --count 1 {QUICK}",
    "compare": f"compare ties.csv --plan A=amina --plan B=bo {QUICK}",
    "check": "check ties.csv --quiet",
}


@pytest.mark.parametrize("name", SAVED)
def test_a_saved_result_is_printed_again_in_every_form_without_the_network(name, folder, shell):
    line = SAVED[name]
    forms = {form: typed(f"{line} {form}", folder, shell) for form in ("", "--json", "--csv")}
    typed(f"{line} --output saved.json", folder, shell)
    document = json.loads((folder / "saved.json").read_text())
    assert not [*violations(document, json.loads((SCHEMAS / f"{name}.json").read_text()))]
    (folder / "ties.csv").unlink()
    for form, printed in forms.items():
        assert typed(f"show saved.json {form}", folder, shell) == printed
    if name == "check":
        assert "no result to draw" in typed("show saved.json --plot it.svg", folder, shell, code=3)
        with pytest.raises(spark.SparkError, match="only what spark check printed"):
            spark.read_result(folder / "saved.json")
    else:
        typed("show saved.json --plot it.svg", folder, shell)
        assert (folder / "it.svg").read_bytes().startswith(b"<?xml")


def test_a_saved_result_comes_back_to_python_as_it_was(folder, shell):
    typed(f"plan ties.csv --count 2 {QUICK} --output saved.json", folder, shell)
    choice = spark.read_result(folder / "saved.json")
    network = spark.read_network(folder / "ties.csv")
    same = spark.choose_seeds(network, spark.IndependentCascade(0.5), count=2, worlds=64, rng=0)
    assert choice.to_dict() == same.to_dict()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("source,target\n", "other.json:1: is no JSON document"),
        ("[1, 2]", "is no result of spark"),
        ('{"schema": "other/1"}', "is no result of spark"),
        ('{"schema": "spark.plan/2"}', "spark.plan/2 is of another version of spark; this one reads spark.plan/1"),
        ('{"schema": "spark.plan/1", "saved": 3}', "is not what spark writes there"),
        ('{"schema": "spark.plan/1", "saved": {"result": {"seeds": []}}}', "cannot be read"),
        ('{"schema": "spark.plan/1"}', "holds no text, which --output result.json keeps"),
    ],
)
def test_other_files_are_refused_in_words(content, said, folder, shell):
    (folder / "other.json").write_text(content)
    assert said in typed("show other.json", folder, shell, code=3)
