"""On which line of a TOML text a key stands: tomllib does not say.

The text must be valid TOML (tomllib has read it), so that this scanner only has to know where things begin and end.
"""

from __future__ import annotations

import bisect
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
Found = tuple[Path, str]
"""Where in a document something is wrong, and what."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:[^"\\]|\\.)*"|' + r"'[^']*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]*")


@dataclass(frozen=True, slots=True)
class Places:
    """The lines (from 1) of the keys, tables and list items of one TOML text."""

    lines: Mapping[Path, int]

    def line(self, path: Path) -> int | None:
        """Return the line of `path`, or else of the nearest table around it; None for the document as a whole."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def key_text(path: Path) -> str:
    """Write a path as it is shown to the user.

    >>> key_text(("plan", 0, "seeds", 2)), key_text(("model", "probability", "e mail"))
    ('plan[0].seeds[2]', 'model.probability."e mail"')
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _BARE.fullmatch(part) else f'"{part}"')
    return text


def sound(place: Path, wrong: Iterable[Path]) -> bool:
    """Whether nothing is wrong at a place, or below it."""
    return not any(other[: len(place)] == place for other in wrong)


def entries(value: Any) -> list[Any]:
    """What a list of a document holds; nothing where it is no list."""
    return value if isinstance(value, list) else []


def find_places(text: str) -> Places:
    """Find the line of everything in a valid TOML text.

    >>> find_places('run = {worlds = 3}').line(("run", "worlds"))
    1
    """
    return Places(_Scanner(text).document())


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line_ends = [match.start() for match in re.finditer("\n", text)]
        self.lines: dict[Path, int] = {}
        self.tables_in: dict[Path, int] = {}

    def document(self) -> dict[Path, int]:
        table: Path = ()
        while self.blank():
            if self.text.startswith("[[", self.at):
                table = self.header(2)
            elif self.text[self.at] == "[":
                table = self.header(1)
            else:
                self.pair(table)
        return self.lines

    def blank(self) -> bool:
        self.take(_BLANK)
        return self.at < len(self.text)

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        assert match is not None, "find_places was given a text that is not TOML"
        self.at = match.end()
        return match.group()

    def note(self, path: Path) -> None:
        self.lines.setdefault(path, bisect.bisect_left(self.line_ends, self.at) + 1)

    def header(self, brackets: int) -> Path:
        start, self.at = self.at, self.at + brackets
        keys = self.keys()
        end, self.at = self.at + brackets, start
        path: Path = ()
        for depth, key in enumerate(keys):
            path += (key,)
            self.note(path)
            if brackets == 2 and depth == len(keys) - 1:
                self.tables_in[path] = self.tables_in.get(path, 0) + 1
            if path in self.tables_in:
                path += (self.tables_in[path] - 1,)
                self.note(path)
        self.at = end
        return path

    def keys(self) -> list[str]:
        keys = []
        while True:
            self.blank()
            if self.text[self.at] in "\"'":
                keys.append(str(tomllib.loads(f"key = {self.take(_STRING)}")["key"]))
            else:
                keys.append(self.take(_BARE))
            self.blank()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def pair(self, table: Path) -> None:
        start = self.at
        keys = self.keys()
        end, self.at = self.at + 1, start
        for depth in range(len(keys)):
            self.note(table + tuple(keys[: depth + 1]))
        self.at = end
        self.value((*table, *keys))

    def value(self, path: Path) -> None:
        self.blank()
        opening = self.text[self.at]
        if opening == "[":
            self.items(path, "]")
        elif opening == "{":
            self.items(path, "}")
        elif opening in "\"'":
            self.take(_STRING)
        else:
            self.take(_SCALAR)

    def items(self, path: Path, closing: str) -> None:
        self.at += 1
        index = 0
        while self.blank() and self.text[self.at] != closing:
            if self.text[self.at] == ",":
                self.at += 1
            elif closing == "}":
                self.pair(path)
            else:
                self.note((*path, index))
                self.value((*path, index))
                index += 1
        self.at += 1
