"""Every block of the README and of docs/ runs, in order, page by page, in an empty folder.

- A ``python`` block runs as it stands; with ``>>>`` it is a doctest, and its output is compared. Names stay.
- A ``sh`` block runs in bash, with ``spark`` on the path; a ``text`` block right after it is what it prints.
- A block after ``<!-- file: NAME -->`` is written to that file.
- A block after ``<!-- command: NAME -->`` sets up an environment, which .ci/run does; here a `spark` at its end runs.

In a ``text`` block, a line ``...`` stands for any lines.

With SPARK_UPDATE_DOCS=1 the ``text`` blocks are rewritten instead of compared.
"""

from __future__ import annotations

import difflib
import doctest
import os
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUN_LANGUAGES = {"python", "sh"}
PLAIN_LANGUAGES = {"", "text", "csv", "toml", "json", "bibtex"}
BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>file|command): (?P<name>.+?) -->\n)?"
    r"```(?P<language>\w*)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: where it stands, its mark, language and text."""

    line: int
    mark: str | None
    name: str | None
    language: str
    body: str
    start: int
    stop: int


def blocks(text: str) -> list[Block]:
    return [
        Block(
            text.count("\n", 0, found.start("body")) + 1,
            found["mark"],
            found["name"],
            found["language"],
            found["body"],
            found.start("body"),
            found.end("body"),
        )
        for found in BLOCK.finditer(text)
    ]


def run_python(block: Block, page: Path, names: dict[str, Any]) -> None:
    where = f"{page.relative_to(ROOT)}:{block.line}"
    if ">>>" not in block.body:
        exec(compile("\n" * (block.line - 1) + block.body, str(page), "exec"), names)
        return
    test = doctest.DocTestParser().get_doctest(block.body, names, where, str(page), block.line - 1)
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    said: list[str] = []
    runner.run(test, out=said.append, clear_globs=False)
    assert not runner.failures, "".join(said)
    names.update(test.globs)


def run_shell(block: Block, page: Path, folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.body], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{page.relative_to(ROOT)}:{block.line}\n{done.stdout}{done.stderr}"
    return done.stdout


def matches(body: str, printed: str) -> bool:
    pattern = "".join(r"(?:.*\n)*" if line == "...\n" else re.escape(line) for line in body.splitlines(keepends=True))
    return re.fullmatch(pattern, printed) is not None


def excerpt(body: str, printed: str) -> str:
    """Cut out of what is printed what most resembles the parts of `body` between its ``...`` lines."""
    lines, kept, first = printed.splitlines(keepends=True), [], 0

    def most_like(line: str, start: int) -> int:
        likeness = [difflib.SequenceMatcher(None, line, other).ratio() for other in lines[start:]]
        return start + likeness.index(max(likeness))

    parts = re.split(r"^\.\.\.\n", body, flags=re.MULTILINE)
    for number, part in enumerate(part.splitlines(keepends=True) for part in parts):
        if part and first < len(lines):
            start = first if number == 0 else most_like(part[0], first)
            first = len(lines) if number == len(parts) - 1 else most_like(part[-1], start) + 1
            kept.append("".join(lines[start:first]))
        else:
            kept.append(printed if len(parts) == 1 else "")
    return "...\n".join(kept)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_of_the_page_runs(
    page: Path, tmp_path: Path, shell: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    monkeypatch.chdir(folder)
    text = page.read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "docs"}
    printed: str | None = None
    rewritten: list[tuple[Block, str]] = []
    for block in blocks(text):
        assert block.language in RUN_LANGUAGES | PLAIN_LANGUAGES, f"{page.name}:{block.line}: {block.language}"
        if block.mark == "command":
            last = block.body.strip().rpartition("&& ")[2].removeprefix(".venv/bin/")
            printed = run_shell(replace(block, body=last), page, folder, shell) if last.startswith("spark ") else None
        elif block.mark == "file":
            path = folder / str(block.name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.body, encoding="utf-8")
        elif block.language == "python":
            run_python(block, page, names)
        elif block.language == "sh":
            printed = run_shell(block, page, folder, shell)
        elif block.language == "text" and printed is not None:
            if os.environ.get("SPARK_UPDATE_DOCS") == "1" and not matches(block.body, printed):
                rewritten.append((block, excerpt(block.body, printed)))
            else:
                assert matches(block.body, printed), (
                    f"{page.relative_to(ROOT)}:{block.line}: what is printed is\n{printed}"
                )
            printed = None
    for block, output in reversed(rewritten):
        text = text[: block.start] + output + text[block.stop :]
    if rewritten:
        page.write_text(text, encoding="utf-8")


def test_a_block_that_fails_is_seen(tmp_path: Path, shell: dict[str, str]) -> None:
    failing = "```python\n>>> 1 + 1\n3\n```\n\n```sh\nspark no-such-command\n```\n"
    wrong, broken = blocks(failing)
    with pytest.raises(AssertionError, match="Expected"):
        run_python(wrong, ROOT / "README.md", {})
    with pytest.raises(AssertionError, match="no-such-command"):
        run_shell(broken, ROOT / "README.md", tmp_path, shell)
    assert matches("one\n...\nfour\n", "one\ntwo\nthree\nfour\n")
    assert not matches("one\n...\nfour\n", "one\ntwo\nthree\nfive\n")


def test_the_readme_has_the_two_commands_that_ci_runs() -> None:
    named = {block.name: block.body for block in blocks((ROOT / "README.md").read_text(encoding="utf-8"))}
    assert "spark demo" in named["demo"]
    assert "pytest" in named["test"]
