#!/usr/bin/env bash
# The same question as trust.py, from the command line: a folder of csv files in, an answer out.
set -euo pipefail

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

# A made-up trust as people.csv, ties.csv and partners.csv; yours would be such a folder.
spark generate health-trust --rng 1 --output "$folder/trust"
spark check "$folder/trust"

# Whom do we start with, if ten people can be won? And does that change with the number that nobody knows?
spark plan "$folder/trust" --count 10 --probability 0.05,0.1 --rng 7 --output "$folder/plan.json"
spark plan "$folder/trust" --count 10 --probability 0.05 --rng 7

# Is it better than starting with three ward managers?
spark compare "$folder/trust" --probability 0.05 --plan chosen=choose-count:10 --plan managers=m1,m2,m3 --rng 7
