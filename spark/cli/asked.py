"""What every command that runs worlds is asked: PATH, the options that all of them share, and what comes of both."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spark.cli.options import (
    PATH,
    ModelOptions,
    NetworkOptions,
    OutputOptions,
    RunOptions,
    model_options,
    network_options,
    output_options,
    plot_option,
    run_options,
)
from spark.cli.output import refuse_to_overwrite
from spark.errors import UsageError

if TYPE_CHECKING:
    from spark.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Asked:
    """PATH, how to read the network, how the practice spreads, how the worlds are run, where the results go."""

    path: Path
    network: NetworkOptions
    model: ModelOptions
    run: RunOptions
    output: OutputOptions

    def scenario(self, *, several: bool = False, standard_error: bool = True) -> tuple[Scenario, str]:
        """Return the scenario of PATH and the options, and why it has the model that it has, in words.

        Parameters
        ----------
        several : whether several models, or several probabilities, are of use.
        standard_error : whether a mean known well enough is of use in place of a number of worlds.

        Raises
        ------
        UsageError
            An option that is of no use here.
        """
        from spark.cli.settings import scenario_of

        name = click.get_current_context().info_name
        scenario, why = scenario_of(self.path, self.network, self.model, self.run, several=several)
        if not standard_error and scenario.run.standard_error is not None:
            raise UsageError(f"{name} takes a number of --worlds, not a --standard-error")
        if not several and scenario.probabilities and self.model.probability:
            raise UsageError(f"{name} takes one --probability; plan and compare take a list")
        return scenario, why


def asked_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command PATH and the options of all that run worlds, and hand it an `Asked` as `asked`.

    A file that would be overwritten is refused before anything is read.
    """

    @functools.wraps(command)
    def gather(
        path: Path,
        network_options: NetworkOptions,
        model_options: ModelOptions,
        run_options: RunOptions,
        output: OutputOptions,
        **own: Any,
    ) -> Any:
        refuse_to_overwrite(output)
        return command(asked=Asked(path, network_options, model_options, run_options, output), **own)

    decorated: Callable[..., Any] = gather
    for options in (plot_option, output_options, run_options, network_options, model_options):
        decorated = options(decorated)
    return click.argument("path", type=PATH)(decorated)
