"""What all commands have in common: help, weight, errors, exit codes, and where output goes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from json_schema import violations

import spark.cli
from spark.cli import COMMANDS

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"


def run(*args: str | Path, stdin: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(spark.cli.command, [str(arg) for arg in args], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def shell(*args: str | Path, **options) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "spark", *map(str, args)]
    return subprocess.run(line, capture_output=True, text=True, encoding="utf-8", check=False, **options)


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    folder = tmp_path / "ward"
    folder.mkdir()
    (folder / "people.csv").write_text("id,organisation\namina,north\nbo,north\ncy,south\n")
    (folder / "ties.csv").write_text("source,target\namina,bo\nbo,cy\n")
    return folder


def test_help_and_version_import_nothing_heavy():
    heavy = ["numba", "numpy", "scipy", "networkx", "pydantic", "rich", "llvmlite"]
    script = (
        "import resource, sys\n"
        "from spark.cli import command\n"
        "try: command([sys.argv[1]])\n"
        "except SystemExit: pass\n"
        "print(sorted(set(sys.modules) & set(sys.argv[2:])), file=sys.stderr)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_utime, file=sys.stderr)\n"
    )
    for option in ("--help", "--version"):
        done = subprocess.run(
            [sys.executable, "-c", script, option, *heavy], capture_output=True, text=True, check=True
        )
        imported, seconds = done.stderr.splitlines()
        assert imported == "[]"
        assert float(seconds) < 3  # a tenth of this on an idle machine; the limit is for the busiest


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples_that_parse(name):
    result = run(name, "--help")
    assert result.exit_code == 0
    assert "Examples:" in result.stdout
    context = click.Context(spark.cli.command)
    command = spark.cli.command.get_command(context, name)
    assert command is not None
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts[0]} has no help"
            assert len(re.findall(rf"^  (?:-\w, )?{parameter.opts[-1]}\b(?!-)", result.stdout, re.MULTILINE)) == 1
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


def test_the_options_of_a_command_stand_under_headings():
    page = run("plan", "--help").stdout
    headings = [line for line in page.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert headings == [
        "Options:",
        "Who may be chosen, and to what end:",
        "How the practice spreads:",
        "How to read the network:",
        "How the worlds are run:",
        "Where the results go, and in which form:",
    ]
    assert page.index("Where the results go") < page.index("--json") < page.index("--plot")


def test_every_command_is_in_the_documentation():
    page = (SCHEMAS.parent / "commands.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`spark {name}" not in page] == []


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("pln {ward}", 2, "no such command 'pln'; did you mean 'plan'?"),
        ("plan", 2, "PATH: is missing"),
        ("plan {ward}/no", 2, "does not exist"),
        ("plan {ward} --count 2 --wolrds 3", 2, "--worlds"),
        ("plan {ward} --count two", 2, "--count: 'two'"),
        ("plan {ward}", 2, "--budget 10"),
        ("plan {ward} --count 1 --budget 1", 2, "give either --budget or --count"),
        ("plan {ward} --count 1 --plan A", 2, "there is no plan of that name"),
        ("simulate {ward} --seeds amna", 2, "--seeds: 'amna' is not in the network (3 people); did you mean 'amina'?"),
        ("simulate {ward} --seeds amina --probability 1.2", 2, "1.2 is not a number in [0, 1]"),
        ("simulate {ward} --seeds amina --probability .1,x", 2, "--probability: 'x' is not a number"),
        ("simulate {ward} --seeds amina --probability .1,.2", 2, "simulate takes one --probability"),
        ("simulate {ward} --seeds amina --probability p", 2, "'p'"),
        ("simulate {ward} --seeds amina --model weighted-cascade -p .1", 2, "belongs to independent-cascade"),
        ("simulate {ward} --seeds amina --model independent-cascade", 2, "needs --probability"),
        ("simulate {ward} --seeds amina --model sir-ish", 2, "--model: 'sir-ish' is not one of"),
        ("simulate {ward} --seeds amina --worlds 1", 2, "--worlds"),
        ("simulate {ward} --seeds amina --worlds 9 --standard-error 1", 2, "either --worlds or --standard-error"),
        ("simulate {ward} --seeds amina --backend gpu", 2, "'gpu' is none of cpu, python"),
        ("simulate {ward} --seeds amina --json --csv", 2, "either --json or --csv"),
        ("simulate {ward} --seeds @{ward}/no.csv", 2, "cannot be read: No such file"),
        ("simulate {ward} --seeds 'amina", 2, "amina"),
        ("simulate {ward}", 2, "give one plan"),
        ("simulate {ward} --plan A", 2, "there is no plan of that name"),
        ("compare {ward} --plan A=amina", 2, "at least two plans"),
        ("compare {ward} --plan A=amina --plan =bo", 2, "no name before the equals sign"),
        ("compare {ward} --plan A=amina --plan B=choose:x", 2, "'x' is not a number"),
        ("compare {ward} --plan A=amina --plan B=choose-count:1.5", 2, "not a whole number"),
        ("compare {ward} --plan A=amina --plan B=choose:1 --plan B=bo", 2, "either people or one request"),
        ("compare {ward} --plan A=amina --plan B=broadcast:1", 2, "1.0 is not in [0, 1)"),
        ("check {ward} --columns source", 2, "is not of the form role=name"),
        ("check {ward} --columns source=from", 2, "'from'"),
        ("check {ward} --layer mail", 2, "'mail'"),
        ("generate ring -o {ward}/new", 2, "ring needs --people"),
        ("generate star --people 3 --ties 2 -o {ward}/new", 2, "star takes no --ties"),
        ("generate star --people 0 -o {ward}/new", 2, "0 is not a whole number of at least 1"),
        ("generate stars -o {ward}/new", 2, "'stars' is not one of"),
        ("plan {ward} --count 4", 4, "4"),
        ("plan {ward} --budget 3.5", 4, "3"),
        ("plan {ward} --count 2 --apart amina", 2, "names fewer than two people"),
        ("plan {ward} --count 2 --at-most organisation", 2, "write organisation=2"),
        ("plan {ward} --count 2 --only zed", 2, "only: 'zed' is not in the network"),
        ("plan {ward} --count 2 --only amina --exclude amina", 4, "left out by only and exclude"),
        ("plan {ward} --count 2 --only amina,bo --apart amina,bo", 4, "a count of 1, or looser limits, would do"),
        ("plan {ward} --count 1 --reach lots", 2, "'lots' is not a share; write 30% or 0.3"),
        ("plan {ward} --count 1 --reach 30% --confidence 80%", 2, "give no --budget or --count beside it"),
        ("plan {ward} --confidence 80%", 2, "--confidence needs a --reach"),
        ("plan {ward} --count 1 --worst-off team --floor team=1%", 2, "give only one of --worst-off, --floor"),
        ("plan {ward} --count 1 --pay on-offer", 2, "--pay needs a --take-up"),
        ("plan {ward} --count 1 --take-up 2", 2, "take_up 2.0 is not a chance"),
        ("plan {ward} --count 1 --maximise adopter-periods", 2, "give one of at least 1"),
    ],
)
def test_mistakes_on_the_command_line_are_said_in_words(ward, line, code, message):
    before = sorted(ward.rglob("*"))
    result = run(*line.format(ward=ward).split())
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert sorted(ward.rglob("*")) == before


@pytest.mark.parametrize(
    ("file", "content", "line", "message"),
    [
        ("ties.csv", b"source,target\namina\n", 2, ""),
        ("ties.csv", b"source,target,weight\namina,bo,nan\n", 2, "nan"),
        ("ties.csv", b"source,target,weight\namina,bo,-1\n", 2, "-1"),
        ("ties.csv", b"source,target\namina,zed\n", 2, "zed"),
        ("ties.csv", b"who,whom,weight\namina,bo,1\n", 1, "--columns source=NAME --columns target=NAME"),
        ("ties.csv", b"", None, "empty"),
        ("ties.csv", "source,target\namina,bo\n".encode("utf-16"), None, "UTF-16"),
        ("ties.csv", b"\x7fELF\x00\x01\x02" * 50, None, ""),
        ("ties.csv", None, None, "ties"),
        ("people.csv", b"id,organisation\namina,north\namina,south\nbo,north\ncy,south\n", 3, "amina"),
        ("people.csv", b"id,readiness\namina,-0.2\nbo,1\ncy,1\n", 2, "-0.2"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_the_file_and_the_line(ward, file, content, line, message):
    if content is None:
        (ward / file).unlink()
    else:
        (ward / file).write_bytes(content)
    result = run("simulate", ward, "--seeds", "amina", "--json")
    assert (result.exit_code, result.stdout) == (3, "")
    told = json.loads(result.stderr)
    assert not [*violations(told, json.loads((SCHEMAS / "error.json").read_text()))]
    assert any(line is None or fault["line"] == line for fault in told["errors"])
    assert message in result.stderr


def test_an_id_that_is_not_in_the_network_is_the_fault_of_the_file_that_names_it(ward, tmp_path):
    chosen = tmp_path / "chosen.csv"
    chosen.write_text("rank,id\n1,amina\n2,bob\n")
    result = run("simulate", ward, "--seeds", f"@{chosen}", "--seeds", "zed")
    assert result.exit_code == 3
    assert f"spark: {chosen}:3: 'bob' is not in the network (3 people); did you mean 'bo'?" in result.stderr
    assert "spark: --seeds: 'zed' is not in the network (3 people)" in result.stderr


def test_with_json_errors_of_the_command_line_are_json_too(ward):
    for line in (("plan", ward, "--count", "two"), ("plan",), ("simulate", ward, "--seeds", "zed")):
        result = run(*line, "--json")
        assert (result.exit_code, result.stdout) == (2, "")
        document = json.loads(result.stderr)
        assert not [*violations(document, json.loads((SCHEMAS / "error.json").read_text()))]
        assert len(document["errors"]) == 1
        assert document["errors"][0]["key"] in {"--count", "PATH", "--seeds"}


def test_what_a_scenario_says_wrongly_about_the_network_is_wrong_in_the_file(ward):
    scenario = ward / "pilot.toml"
    scenario.write_text(
        '[network]\npath = "."\n[model]\nname = "independent-cascade"\nprobability = "p"\n'
        '[[plan]]\nname = "A"\nseeds = []\n'
    )
    result = run("simulate", scenario)
    assert result.exit_code == 3
    assert result.stderr.splitlines()[-1].startswith(f"spark: {scenario}:3: model: ")
    assert run("simulate", scenario, "--probability", "q").exit_code == 2
    assert run("simulate", scenario, "--probability", "0.5", "--worlds", "8").exit_code == 0


def test_nothing_is_overwritten_without_force_and_the_old_file_stays_whole(ward, tmp_path):
    output = tmp_path / "answer.json"
    output.write_text("mine")
    line = ("simulate", ward, "--seeds", "amina", "--worlds", "8", "--output", output)
    result = run(*line)
    assert result.exit_code == 2
    assert "add --force" in result.stderr
    assert output.read_text() == "mine"
    assert run(*line, "--seeds", "zed", "--force").exit_code == 2
    assert output.read_text() == "mine"
    assert run(*line, "--force").exit_code == 0
    assert json.loads(output.read_text())["schema"] == "spark.simulate/1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answer.json", "ward"]


def test_the_name_of_the_output_chooses_the_form_and_options_override_it(ward, tmp_path):
    line = ("simulate", ward, "--seeds", "amina", "--worlds", "8", "--quiet")
    for name, options, start in (
        ("a.json", (), '{\n  "schema"'),
        ("a.csv", (), "id,label,"),
        ("a.txt", (), "This plan"),
        ("b.txt", ("--json",), '{\n  "schema"'),
        ("b.json", ("--csv",), "id,label,"),
    ):
        result = run(*line, "--output", tmp_path / name, *options)
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
        assert (tmp_path / name).read_text().startswith(start)


def test_only_files_record_what_may_differ_between_machines(ward, tmp_path):
    line = ("simulate", ward, "--seeds", "amina", "--worlds", "8", "--workers", "2", "--json")
    assert "run" not in json.loads(run(*line).stdout)["provenance"]
    run(*line, "--output", tmp_path / "a")
    assert json.loads((tmp_path / "a").read_text())["provenance"]["run"] == {"backend": "cpu", "workers": 2}


def test_results_go_to_standard_output_and_remarks_do_not(ward):
    line = ("simulate", ward, "--seeds", "amina", "--worlds", "8")
    loud, quiet = run(*line), run(*line, "--quiet")
    assert loud.stdout == quiet.stdout != ""
    assert loud.stderr.startswith("spark: simulate: ")
    assert quiet.stderr == ""


def test_seeds_come_from_records_files_and_standard_input(ward, tmp_path):
    plain, table, bom = tmp_path / "plain.txt", tmp_path / "table.csv", tmp_path / "bom.txt"
    plain.write_text("bo\r\n\r\ncy\r\n")
    table.write_text('label,id\n"x, ""y""\nz",bo\n,cy\n')
    bom.write_bytes("\ufeffbo\ncy\n".encode())
    expected = ["bo", "cy"]

    def seeds(*options: str | Path, stdin: str | None = None) -> list[str]:
        result = run("simulate", ward, "--worlds", "8", "--json", *options, stdin=stdin)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)["seeds"]

    assert seeds("--seeds", "cy,bo") == expected
    assert seeds("--seeds", "cy", "-s", "bo,cy") == expected
    for file in (plain, table, bom):
        assert seeds("--seeds", f"@{file}") == expected
    assert seeds("--seeds", "@-", stdin="cy\nbo\n") == expected
    assert seeds("--seeds", "") == []


def test_a_seed_file_that_is_not_utf8_is_the_fault_of_the_file(ward, tmp_path):
    (tmp_path / "seeds").write_bytes(b"bo\n\xff\xfe\n")
    result = run("simulate", ward, "--seeds", f"@{tmp_path / 'seeds'}")
    assert result.exit_code == 3
    assert f"{tmp_path / 'seeds'}:2: is not UTF-8 text" in result.stderr


def test_standard_output_does_not_depend_on_workers_and_no_colour_codes_are_in_it(ward, tmp_path):
    outputs = {
        shell("simulate", ward, "--seeds", "amina", "--workers", workers, *form).stdout
        for workers in ("1", "2")
        for form in ((), ("--json",))
    }
    assert len(outputs) == 2
    assert not any("\x1b" in output for output in outputs)


def test_a_reader_that_stops_early_causes_no_complaint(ward):
    line = f"{sys.executable} -m spark simulate {ward} --seeds amina --worlds 8 --csv --quiet | true"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_text_is_written_even_where_the_terminal_cannot_show_it(ward):
    (ward / "people.csv").write_text("id,organisation\namina,Nørth 🔥\nbo,north\ncy,south\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "spark", "simulate", str(ward), "--seeds", "amina", "--worlds", "8"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        check=True,
    )
    assert rb"N\xf8rth \U0001f525" in done.stdout


def test_control_characters_in_ids_and_arguments_do_not_reach_the_terminal(ward):
    (ward / "people.csv").write_text("id,organisation\namina,a\x1b[2Jb\nbo,north\ncy,south\n")
    result = run("simulate", ward, "--seeds", "amina", "--worlds", "8")
    assert "\x1b" not in result.stdout
    assert "a\\x1b[2Jb" in result.stdout
    wrong = shell("simulate", ward, "--seeds", "\x1b]0;x\x07")
    assert wrong.returncode == 2
    assert "\x1b" not in wrong.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX systems")
def test_an_interrupted_run_ends_with_130_and_writes_nothing(ward, tmp_path):
    output = tmp_path / "never.json"
    line = [sys.executable, "-m", "spark", "simulate", str(ward), "--seeds", "amina", "-o", str(output)]
    line += ["--backend", "python", "--worlds", "1000000"]

    def heed() -> None:  # what runs in the background may have been started with Ctrl-C ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed) as process:
        time.sleep(4)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.strip() == "spark: interrupted"
    assert not output.exists()
