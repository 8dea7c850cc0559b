"""``python -m spark`` is the command line."""

from spark.cli import main

main()
