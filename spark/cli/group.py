"""The group of commands: loads a command when it is asked for, and turns what goes wrong into words and exit codes."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from spark.errors import Fault, SparkError, nearest

INTERRUPTED = 130


class _ReaderGoneError(Exception):
    """Whoever read our output has stopped reading."""


class LazyGroup(click.Group):
    """Commands by name, each the click command ``command`` of its module, imported on first use.

    Parameters
    ----------
    commands : name of the module of each command.
    help, version : what ``--help`` and ``--version`` print.
    """

    def __init__(self, name: str, *, commands: Mapping[str, str], help: str, version: str) -> None:  # noqa: A002
        super().__init__(name, help=help, context_settings={"help_option_names": ["-h", "--help"]})
        self.modules = commands
        click.version_option(version, prog_name="spark")(self)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order of the help."""
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in self.modules:
            return None
        return import_module(self.modules[cmd_name]).command  # type: ignore[no-any-return]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of a line, or suggest the nearest."""
        if args and args[0] not in self.modules and not args[0].startswith("-"):
            raise click.UsageError(f"no such command {args[0]!r}{nearest(args[0], self.modules)}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; click would end with 1 where the reader of our output has seen enough."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise _ReaderGoneError from None

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run a command line and exit with its code; no mistake of a user ends in a traceback."""
        args = list(sys.argv[1:] if args is None else args)
        as_json = "--json" in args
        try:
            code = super().main(args, prog_name or "spark", **extra | {"standalone_mode": False})
            sys.stdout.flush()
        except click.exceptions.Exit as end:
            code = end.exit_code
        except (click.Abort, KeyboardInterrupt):
            _say("interrupted")
            code = INTERRUPTED
        except click.ClickException as error:
            _report([_click_fault(error)], as_json, _where_to_look(error))
            code = error.exit_code
        except SparkError as error:
            _report(error.faults, as_json)
            code = error.exit_code
        except _ReaderGoneError:
            # without this, Python would complain when it flushes at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 0
        except MemoryError:
            _report([Fault("out of memory; try fewer --workers, or a smaller network")], as_json)
            code = 1
        except OSError as error:
            _report([Fault(error.strerror or str(error), error.filename and str(error.filename))], as_json)
            code = 1
        sys.exit(code if isinstance(code, int) else 0)


def _say(message: str) -> None:
    click.echo(f"spark: {message}", err=True)


def _report(faults: Sequence[Fault], as_json: bool, hint: str = "") -> None:
    faults = [dataclasses.replace(fault, message=_as_options(fault.message)) for fault in faults]
    if as_json:
        errors = [{key: getattr(fault, key) for key in ("file", "line", "key", "message")} for fault in faults]
        click.echo(json.dumps({"schema": "spark.error/1", "errors": errors}, indent=2), err=True)
        return
    for fault in faults:
        _say(_printable(str(fault)))
    if hint:
        _say(hint)


def _as_options(message: str) -> str:
    """Turn what a message says to a Python programmer into options: ``columns={'id': 'x'}`` into ``--columns id=x``."""

    def options(match: re.Match[str]) -> str:
        pairs = re.findall(r"'([\w.]+)': (?:'([^']*)'|[^,]+)", match[1])
        return " ".join("--columns " + shlex.quote(f"{role}={name or 'NAME'}") for role, name in pairs)

    return re.sub(r"columns=\{([^}]*)\}", options, message).replace("give influence: ", "give --influence: ")


def _printable(text: str) -> str:
    """The text without what would make the terminal act on it, or stop Python from writing it."""
    shown = "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)
    return shown.encode("utf-8", "backslashreplace").decode()


def _click_fault(error: click.ClickException) -> Fault:
    message = error.format_message()
    key = None
    parameter = getattr(error, "param", None)
    if isinstance(parameter, click.Parameter):
        key = parameter.opts[-1] if isinstance(parameter, click.Option) else parameter.human_readable_name.upper()
        if isinstance(error, click.MissingParameter):
            message = "is missing"
        elif isinstance(error, click.BadParameter):
            message = error.message
    return Fault(message[:1].lower() + message[1:] if key is None else message, key=key)


def _where_to_look(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"see {context.command_path} --help" if context is not None else ""
