"""The options that commands share, as decorators; each hands the command one noun instead of many parameters."""

from __future__ import annotations

from spark.cli.options.again import command_line, other_command, with_other_models, with_other_probabilities
from spark.cli.options.bundle import PATH, Decorator, bundle, examples
from spark.cli.options.model import ModelOptions, model_options
from spark.cli.options.network import NetworkOptions, network_options
from spark.cli.options.run import OutputOptions, RunOptions, output_options, plot_file, plot_option, run_options

__all__ = [
    "PATH",
    "Decorator",
    "ModelOptions",
    "NetworkOptions",
    "OutputOptions",
    "RunOptions",
    "bundle",
    "command_line",
    "examples",
    "model_options",
    "network_options",
    "other_command",
    "output_options",
    "plot_file",
    "plot_option",
    "run_options",
    "with_other_models",
    "with_other_probabilities",
]
