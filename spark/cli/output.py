"""Write results whole or not at all, and never over a file that is in the way."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spark.cli.options import OutputOptions, plot_file
from spark.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from spark.report import Answer
    from spark.results import Choice, Comparison, Conditions, Spread
    from spark.scenario import Run


MOST_PEOPLE = 100_000
"""Of more people a saved document does not hold the chances of each."""


def refuse_to_overwrite(output: OutputOptions) -> None:
    """Say so before the work is done, if --output or --plot is in the way of a file or leads nowhere."""
    for option, path in (("--output", output.output), ("--plot", plot_file())):
        if path is None:
            continue
        if path.is_file() and not output.force:
            raise UsageError(f"{path} exists; add --force to overwrite it, or choose another {option}")
        if not path.parent.is_dir():
            raise UsageError(f"{option}: there is no folder {str(path.parent)!r}")


def emit(answer: Answer, output: OutputOptions, run: Run | None = None) -> None:
    """Render an answer in the form that was asked for, to standard output or to the file.

    What differs between machines (workers, backend) is recorded in files only: standard output is the same everywhere.
    """
    if output.form == "json":
        text = answer.json(_this_machine(run) if run and output.output else None)
        text = _with_all_forms(text, answer) if output.output else text
    elif output.form == "csv":
        text = answer.csv()
    else:
        text = answer.text()
    if output.output is None:
        stream = sys.stdout.buffer
        stream.write(_encoded(_styled(text) if output.form == "text" else text, output.form))
        stream.flush()
    else:
        write_file(output.output, text.encode("utf-8"))
        remark(output, f"written to {output.output}")
    picture = plot_file()
    if picture is not None:
        write_file(picture, drawn(answer.figure(), picture.suffix.lower()[1:]))  # type: ignore[attr-defined]
        remark(output, f"drawn in {picture}")


def _with_all_forms(document: str, answer: Answer) -> str:
    """Add to a document that is written to a file what `spark show` needs to print it again in any form."""
    result = getattr(answer, "result", None)
    people = _people(result)
    kept = {"text": answer.text(), "table": answer.csv() if people <= MOST_PEOPLE else None}
    kept["result"] = result.to_dict() if result is not None and people <= MOST_PEOPLE else None
    return json.dumps({**json.loads(document), "saved": kept}, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _people(result: Spread | Choice | Comparison | Conditions | None) -> int:
    spread: Any = getattr(result, "spread", result)
    if hasattr(spread, "plans"):
        return sum(len(plan.spread.people) for plan in spread.plans)
    return len(getattr(spread, "people", ()))


def _styled(text: str) -> str:
    """Titles in bold, remarks faint, where somebody looks at a terminal that can show it and wants it."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb":
        return text
    title = re.compile(r"^(?=\S).*$(?=\n  \S)", re.MULTILINE)
    line_to_type = re.compile(r"^    spark .*$", re.MULTILINE)
    text = title.sub(lambda found: click.style(found[0], bold=True), text)
    text = line_to_type.sub(lambda found: click.style(found[0], fg="cyan"), text)
    return re.sub(r" ± [\d.,]+", lambda found: click.style(found[0], dim=True), text)


def drawn(figure: Figure, form: str) -> bytes:
    """Return a figure as a file; the same figure is the same bytes, with one version of matplotlib."""
    import matplotlib

    content = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "spark"}):
        when = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form)
        figure.savefig(content, format=form, dpi=150, metadata=when)
    return content.getvalue()


def _this_machine(run: Run) -> dict[str, object]:
    from spark.backends.pool import default_workers

    return {"backend": run.backend, "workers": run.workers or default_workers()}


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside it first, then in its place."""
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(content)  # a pipe or a device
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def remark(output: OutputOptions, message: str) -> None:
    """Say something that is not a result."""
    if not output.quiet:
        click.echo(f"spark: {message}", err=True)


@contextmanager
def timed(output: OutputOptions, what: str) -> Iterator[Callable[[int, int], None] | None]:
    """Give a progress callback where somebody looks (a terminal), and say afterwards how long it took."""
    start = time.perf_counter()
    if output.quiet or not sys.stderr.isatty():
        yield None
    else:
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task(what, total=None)

            def show(done: int, total: int) -> None:
                bars.update(task, completed=done, total=total)

            yield show
    remark(output, f"{what}: {time.perf_counter() - start:.1f} s")


def _encoded(text: str, form: str) -> bytes:
    """Data are always UTF-8; text for people is what their terminal can show."""
    encoding = "utf-8" if form != "text" else getattr(sys.stdout, "encoding", None) or "utf-8"
    if form == "text" and encoding.lower().replace("-", "") != "utf8":
        text = text.translate(str.maketrans("▁▂▃▄▅▆▇█", "_.-~=+*#"))
    return text.encode(encoding, "backslashreplace")
