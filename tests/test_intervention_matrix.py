"""Every intervention tried under every model: what is carried out is the table of the documentation."""

import os
import re
from pathlib import Path
from typing import get_args

import pytest
from intervention_matrix import INTERVENTIONS, MODELS, NOTHING, WORKS, matrix, network, outcomes

import spark
from spark.errors import UsageError
from spark.kernels.accelerate import COMPILED
from spark.model import MODELS as NAMED
from spark.plan import Intervention

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "interventions.md"
TABLE = re.compile(r"(?<=<!-- matrix -->\n\n).*?(?=\n\n<!-- /matrix -->)", re.DOTALL)


def test_every_model_and_every_intervention_is_tried():
    assert {type(model) for model in MODELS.values()} == set(NAMED.values())
    assert {type(action) for action in INTERVENTIONS.values()} == set(get_args(Intervention))


@pytest.mark.skipif(not COMPILED, reason="many worlds need compiled kernels")
def test_what_is_carried_out_under_which_model_is_what_the_documentation_says():
    text = PAGE.read_text(encoding="utf-8")
    written, found = TABLE.search(text)[0], matrix()
    assert NOTHING not in found  # whatever is not refused can be seen to do something
    if os.environ.get("SPARK_UPDATE_DOCS"):
        PAGE.write_text(TABLE.sub(lambda _: found, text), encoding="utf-8")
        written = found
    assert written == found, "SPARK_UPDATE_DOCS=1 writes the table again"


@pytest.mark.skipif(not COMPILED, reason="many worlds need compiled kernels")
def test_what_does_nothing_is_seen():
    model = spark.IndependentCascade(0.0)
    assert outcomes(model)["boost"] == NOTHING
    assert outcomes(model)["seed"] == WORKS


@pytest.mark.parametrize("model", [spark.SI(0.2), spark.ContinuousSI(0.2), spark.Aware(adoption=0.5, awareness=0.5)])
def test_where_nobody_gives_up_help_to_keep_going_is_refused(model):
    with pytest.raises(UsageError, match="nobody gives up under it") as error:
        spark.simulate(network(), model, spark.Plan(spark.Sustain(0.5)), worlds=4, rng=1, horizon=3)
    assert error.value.exit_code == 2


def test_all_that_a_model_does_not_carry_out_is_said_at_once():
    plan = spark.Plan(*(action for title, action in INTERVENTIONS.items() if title not in ("seed", "late seed")))
    for model, what in (
        (spark.FractionalThreshold(0.5), ("a broadcast or a mandate", "help to keep going", "bridge")),
        (spark.Bass(0.03, 0.4), ("broadcasts and mandates", "readier", "no ties", "goes along", "help to keep going")),
        (spark.Aware(adoption=0.5, awareness=0.5), ("boosts", "bridges", "help to keep going")),
    ):
        with pytest.raises(UsageError) as error:
            spark.simulate(network(), model, plan, worlds=4, rng=1, horizon=3)
        assert all(sum(part in str(fault) for fault in error.value.faults) == 1 for part in what), error.value
