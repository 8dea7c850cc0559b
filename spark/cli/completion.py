"""``spark completion``: let the shell complete commands, options and their values."""

from __future__ import annotations

import click

from spark.cli.options import examples


@click.command(
    "completion",
    short_help="Let your shell complete what you type.",
    epilog=examples(
        'eval "$(spark completion bash)"     # in ~/.bashrc',
        'eval "$(spark completion zsh)"      # in ~/.zshrc',
        "spark completion fish > ~/.config/fish/completions/spark.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print what makes SHELL complete commands, options and their values."""
    from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

    from spark.cli import command as spark

    kinds: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
    made = kinds[shell](spark, {}, "spark", "_SPARK_COMPLETE")
    # not `source()`, which runs the shell to see how old it is: this may be printed on another machine
    click.echo(made.source_template % made.source_vars())
