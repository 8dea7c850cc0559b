"""Plain text that fits 80 columns, CSV and JSON: how things are written, whatever they are."""

from __future__ import annotations

import csv
import io
import json
import math
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal

WIDTH = 80
_NARROWEST = 12
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: numbers stand right; ids are never cut; where the table is too wide, a text is cut, and a
    "long" one goes on in the next line.
    """

    title: str
    kind: Literal["id", "text", "long", "number"] = "text"


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]], *, indent: int = 2) -> str:
    """Lay out a table; columns without any content are left out.

    >>> print(table([Column("id", "id"), Column("adds", "number")], [["amina", 3.5], ["bo", 12]]))
      id     adds
      amina   3.5
      bo       12
    """
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    used = [i for i in range(len(columns)) if any(row[i] for row in cells)]
    columns = [columns[i] for i in used]
    cells = [[column.title for column in columns], *([row[i] for i in used] for row in cells)]
    widths = [max(display_width(row[i]) for row in cells) for i in range(len(columns))]
    words = [
        max(display_width(word) for row in cells for word in row[i].split(" ")) if column.kind == "long" else 0
        for i, column in enumerate(columns)
    ]
    _shrink(widths, columns, WIDTH - indent, words)
    lines = []
    for row in cells:
        broken = [
            _broken(cell, width) if column.kind == "long" else [_cut(cell, width)]
            for cell, width, column in zip(row, widths, columns, strict=True)
        ]
        for line in zip_longest(*broken, fillvalue=""):
            parts = [
                _pad(cell, width, column.kind == "number")
                for cell, width, column in zip(line, widths, columns, strict=True)
            ]
            lines.append((" " * indent + "  ".join(parts)).rstrip())
    return "\n".join(lines)


def paragraph(text: str, *, indent: int = 2, bullet: str = "") -> str:
    """Wrap a sentence or two; words are never broken."""
    first = " " * indent + bullet
    return textwrap.fill(
        printable(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def section(title: str, *parts: str) -> str:
    """Put a title above parts, which are already laid out; nothing without parts."""
    body = "\n".join(part for part in parts if part)
    return f"{title}\n{body}\n" if body else ""


def document(*sections: str) -> str:
    """Join sections with one empty line between them."""
    return "\n".join(part for part in sections if part)


def with_error(mean: float, error: float | None) -> str:
    """Write an estimate with its standard error, to the digits that mean something.

    >>> with_error(412.3456, 1.234), with_error(3, 0), with_error(1234567.8, 1234.5)
    ('412.3 ± 1.2', '3', '1,234,568 ± 1,234')
    """
    if not error:
        return number(mean)
    digits = min(6, max(0, 1 - math.floor(math.log10(error))))
    return f"{mean:,.{digits}f} ± {error:,.{digits}f}"


def interval(mean: float, low: float, high: float) -> tuple[str, str, str]:
    """Write an estimate and its interval, all to the digits that mean something.

    >>> interval(12.3456, 10.1, 14.6)
    ('12.3', '10.1', '14.6')
    """
    spread = (high - low) / 4
    digits = min(6, max(0, 1 - math.floor(math.log10(spread)))) if spread > 0 else 2
    mean_text, low_text, high_text = (f"{round(value, digits) + 0.0:,.{digits}f}" for value in (mean, low, high))
    return mean_text, low_text, high_text


def number(value: float) -> str:
    """Write a number that is exact, or whose error is said elsewhere.

    >>> number(12.0), number(0.1), number(1234.5678)
    ('12', '0.1', '1,234.57')
    """
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) >= 100 else f"{value:.4g}"


BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float]) -> str:
    """Draw a curve as a line of bars from 0 to the largest value, at most 60 of them.

    >>> sparkline([0, 1, 2, 4, 7, 8])
    '▁▂▃▅▇█'
    """
    last = len(values) - 1
    picked = values if last < 60 else [values[round(at * last / 59)] for at in range(60)]
    most = max(picked, default=0) or 1
    return "".join(BARS[min(7, round(7 * value / most))] for value in picked)


def percent(share: float) -> str:
    """Write a share as a percentage, two digits of it; never 0 % or 100 % unless it is.

    >>> percent(0.123), percent(0.0124), percent(0.9999), percent(1), percent(0.0002)
    ('12 %', '1.2 %', 'over 99 %', '100 %', 'under 0.1 %')
    """
    if 0 < share < 0.001:
        return "under 0.1 %"
    if 0.99 < share < 1:
        return "over 99 %"
    return f"{100 * share:.0f} %" if share >= 0.0995 else f"{100 * share:.2g} %"


def percent_with_error(share: float, error: float | None) -> str:
    """Write an estimated share and its standard error as percentages.

    >>> percent_with_error(0.8583, 0.0108), percent_with_error(1, 0)
    ('85.8 ± 1.1 %', '100 %')
    """
    return f"{with_error(100 * share, 100 * error if error else None)} %"


def count(number_of: int, one: str, many: str = "") -> str:
    """Write how many there are of something.

    >>> count(1, "person", "people"), count(1200, "tie")
    ('1 person', '1,200 ties')
    """
    return f"{number_of:,} {one if number_of == 1 else many or one + 's'}"


def printable(text: str) -> str:
    """The text without what would make a terminal act on it; everything that can be seen stays as it is."""
    if text.isprintable():
        return text
    return "".join(c.encode("unicode_escape").decode() if unicodedata.category(c) in _UNPRINTABLE else c for c in text)


def display_width(text: str) -> int:
    """How many columns of a terminal the text takes.

    >>> display_width("amina"), display_width("日本"), display_width("e\u0301")
    (5, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(_character_width(c) for c in text)


def _character_width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _shrink(widths: list[int], columns: Sequence[Column], room: int, words: Sequence[int]) -> None:
    """Make the widest texts narrower; only where that is not enough, narrower than the longest word of a long one."""
    texts = [i for i, column in enumerate(columns) if column.kind in ("text", "long")]
    for least in (words, [_NARROWEST] * len(widths)):
        while sum(widths) + 2 * (len(widths) - 1) > room:
            able = [i for i in texts if widths[i] > max(_NARROWEST, least[i])]
            if not able:
                break
            widths[max(able, key=lambda i: widths[i])] -= 1


def _cut(text: str, width: int) -> str:
    if display_width(text) <= width:
        return text
    while display_width(text) > width - 1:
        text = text[:-1]
    return text + "…"


def _broken(text: str, width: int) -> list[str]:
    """Break a text into lines: between words, and where a word is too long, within it.

    >>> _broken("community rehabilitation 1", 12)
    ['community', 'rehabilitati', 'on 1']
    """
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if display_width(longer) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
        while display_width(lines[-1]) > width:
            fits = next(at for at in range(len(lines[-1]), 0, -1) if display_width(lines[-1][:at]) <= width)
            lines[-1:] = [lines[-1][:fits], lines[-1][fits:]]
    return lines


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - display_width(text))
    return space + text if right else text + space


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table as CSV: every id comes back from a CSV reader exactly as it was."""
    return "".join(csv_record(row) + "\n" for row in [header, *rows])


def csv_record(values: Iterable[object]) -> str:
    """Write one CSV record without its line end, as ``--seeds`` takes it.

    >>> csv_record(["amina", "Smith, Jo"])
    'amina,"Smith, Jo"'
    """
    text = io.StringIO()
    # with the default line end, both characters of it are quoted inside a value
    csv.writer(text).writerow(["" if value is None else value for value in values])
    return text.getvalue().removesuffix("\r\n")


def json_text(schema: str, data: dict[str, Any]) -> str:
    """Write one JSON document, its schema first."""
    return json.dumps({"schema": schema, **data}, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
