"""What makes options one noun, and what all commands share."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from spark.cli.help import head

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

PATH = click.Path(exists=True, path_type=Path)


def bundle(name: str, noun: type[Any], *options: Decorator) -> Decorator:
    """Return a decorator that hands the command `noun`, made of these options, as the argument `name`.

    What the noun says of itself is the heading above the options on a help page.
    """
    head(noun, [item.name for item in dataclasses.fields(noun)])

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        names = [item.name for item in dataclasses.fields(noun)]

        @functools.wraps(command)
        def gather(**values: Any) -> Any:
            return command(**{name: noun(**{key: values.pop(key) for key in names})}, **values)

        decorated: Callable[..., Any] = gather
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


def examples(*lines: str) -> str:
    """Return lines to type, for the end of a help page."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
