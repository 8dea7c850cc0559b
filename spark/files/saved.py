"""Results that a command wrote with ``--output result.json``, read back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spark.errors import DataError, Fault, UsageError
from spark.results import Choice, Comparison, Conditions, Mix, Spread, WhoLitWhom

Result = Spread | Choice | Comparison | Conditions | Mix | WhoLitWhom

_KINDS: dict[str, Callable[[Mapping[str, Any]], Result]] = {
    "spark.simulate": Spread.from_dict,
    "spark.plan": Choice.from_dict,
    "spark.compare": Comparison.from_dict,
    "spark.mix": Mix.from_dict,
    "spark.map": Conditions.from_dict,
    "spark.trace": WhoLitWhom.from_dict,
}


@dataclass(frozen=True, slots=True, eq=False)
class Saved:
    """A document of docs/schemas as it was saved.

    Attributes
    ----------
    file : where it was read.
    document : what the command prints with --json.
    text, table : what it prints, and what it prints with --csv; None where the file does not hold them.
    result : the result itself, or None where the command has none or the file does not hold it.
    """

    file: str
    document: dict[str, Any]
    text: str | None
    table: str | None
    result: Result | None


def read_result(path: str | Path) -> Result:
    """Read a result that a command wrote with ``--output result.json``.

    Returns
    -------
    A `Spread`, a `Choice`, a `Comparison`, a `Mix`, `Conditions` or `WhoLitWhom`, as the command computed it.

    Raises
    ------
    UsageError
        There is no such file.
    DataError
        The file is no result of spark, or holds no result that Python knows.
    """
    saved = read_saved(path)
    if saved.result is None:
        raise DataError(Fault(f"holds no result, only what {_command(saved)} printed", saved.file))
    return saved.result


def read_saved(path: str | Path) -> Saved:
    """Read the document that a command wrote."""
    path = Path(path)
    if not path.is_file():
        raise UsageError(f"there is no file {str(path)!r}")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise DataError(Fault("is no JSON document; --output result.json writes one", str(path), line)) from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if not (isinstance(schema, str) and schema.startswith("spark.")):
        raise DataError(Fault('is no result of spark: it would begin with "schema": "spark.', str(path)))
    name, _, number = schema.partition("/")
    if number != "1":
        raise DataError(
            Fault(f"{schema} is of another version of spark; this one reads {name}/1", str(path), key="schema")
        )
    kept = document.pop("saved", {})
    if not isinstance(kept, dict):
        raise DataError(Fault("is not what spark writes there", str(path), key="saved"))
    document.get("provenance", {}).pop("run", None)
    result = None
    if kept.get("result") is not None and name in _KINDS:
        try:
            result = _KINDS[name](kept["result"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataError(Fault(f"cannot be read: {error!r}", str(path), key="saved.result")) from error
    return Saved(str(path), document, kept.get("text"), kept.get("table"), result)


def _command(saved: Saved) -> str:
    return str(saved.document["schema"]).partition("/")[0].replace(".", " ")
