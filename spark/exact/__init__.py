"""Exact answers for tiny networks, by enumeration: for teaching, and for testing everything else.

Read straight from the network and the model, in floating point; shares no code with lowering, kernels or optimisers.
Each figure can be computed in two ways whose results have the same law (Kempe, Kleinberg & Tardos 2003,
doi:10.1145/956750.956769, section 2; the share rule and broadcasts come in the same way):

- ``form="process"``: step by step; a person adopts when her dose reaches her tolerance. What is known of a tolerance
  that has not been reached yet is only that it lies above the dose so far. Any law of tolerances will do.
- ``form="live-edge"``: every tie, every look at a partner's member and every broadcast is live or not before anything
  happens, and whoever can be reached over what is live adopts. Only for independent cascade and linear threshold.

Where people keep trying and may give up (SI, SIS, SIR, SEIR, and the models of continuous time, with times without
memory) the process form follows a Markov chain over who practises and what earlier lapses left behind; under `Adoption`
over what everybody knows, does and has been through, under `Aware` over who has heard and has yet to pass it on.
"""

from spark.exact.adoption import adoption_states
from spark.exact.answers import (
    MOST_SETS,
    BestSeeds,
    Violation,
    best_seeds,
    chances,
    monotone_violations,
    outcomes,
    sizes,
    spread,
    spread_of_every_set,
    submodular_violations,
)
from spark.exact.cases import MOST_PEOPLE
from spark.exact.forms import MOST_WORLDS
from spark.exact.states import MOST_OUTCOMES

__all__ = [
    "MOST_OUTCOMES",
    "MOST_PEOPLE",
    "MOST_SETS",
    "MOST_WORLDS",
    "BestSeeds",
    "Violation",
    "adoption_states",
    "best_seeds",
    "chances",
    "monotone_violations",
    "outcomes",
    "sizes",
    "spread",
    "spread_of_every_set",
    "submodular_violations",
]
