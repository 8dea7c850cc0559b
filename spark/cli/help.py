"""Help pages whose options stand under headings, for commands with many of them."""

from __future__ import annotations

from collections.abc import Iterable

import click

_HEADINGS: dict[str, str] = {}


def head(noun: type[object], names: Iterable[str]) -> None:
    """Put options, by the names of their parameters, under a heading: what the noun made of them says of itself."""
    _HEADINGS.update(dict.fromkeys(names, (noun.__doc__ or "").rstrip(".")))


class Command(click.Command):
    """A command whose options stand under the headings of `head`; its own come first, under "Options"."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, a list for each heading."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record is not None:
                sections.setdefault(_HEADINGS.get(parameter.name or "", "Options"), []).append(record)
        own = sections.pop("Options", [])
        for heading, records in [("Options", own), *sections.items()]:
            with formatter.section(heading):
                formatter.write_dl(records)
