"""Who practises now, from a file: where a plan is made again after the first months."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from spark.errors import DataError, Fault, UsageError, nearest
from spark.network import Ids, unknown

ID, AGO = "id", "steps_ago"


def read_observed(path: Path, people: Ids) -> dict[str, int]:
    """Read who practises now, and for how many steps already.

    Parameters
    ----------
    path : a csv file with a column ``id`` and, if wanted, ``steps_ago``: 0 or empty for who began in the last step; or
        one id a line.
    people : the ids of the network.

    Returns
    -------
    id -> steps since she began.

    Raises
    ------
    UsageError
        There is no such file. `DataError`: with all that is wrong in it, each with its line.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise DataError(Fault("is not UTF-8 text; save the file as UTF-8", str(path), line)) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    header = next(csv.reader(io.StringIO(text, newline="")), [])
    if ID not in header:
        if len(header) > 1:
            raise DataError(Fault(f"there is no column {ID}{nearest(ID, header)}", str(path), 1))
        return _checked(path, people, [(line, row, "") for line, row in enumerate(text.splitlines(), 1)])
    reader = csv.reader(io.StringIO(text, newline=""))
    next(reader)
    who, ago = header.index(ID), header.index(AGO) if AGO in header else None
    rows = []
    for row in reader:
        cells = [*row, *[""] * (len(header) - len(row))]
        rows.append((reader.line_num, cells[who], "" if ago is None else cells[ago]))
    return _checked(path, people, rows)


def _checked(path: Path, people: Ids, rows: list[tuple[int, str, str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    faults = []
    for line, person, ago in rows:
        if not person:
            continue
        if person not in people:
            faults.append(Fault(unknown(person, people), str(path), line, ID))
        elif person in found:
            faults.append(Fault(f"{person!r} is there twice", str(path), line, ID))
        steps = ago.strip()
        if steps and not steps.isdecimal():
            faults.append(Fault(f"{ago!r} is not a whole number of at least 0", str(path), line, AGO))
        found.setdefault(person, int(steps) if steps.isdecimal() else 0)
    if faults:
        raise DataError(*faults)
    return found
