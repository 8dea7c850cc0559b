"""Every kind of question put to every kind of model: what is answered, and that nothing but the question decides."""

import os
import re
from pathlib import Path

import pytest
from question_matrix import MODELS, QUESTIONS, asked, matrix, small

from spark.kernels.accelerate import COMPILED

pytestmark = pytest.mark.skipif(not COMPILED, reason="many sets need compiled kernels")
PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "questions.md"
TABLE = re.compile(r"(?<=<!-- matrix -->\n\n).*?(?=\n\n<!-- /matrix -->)", re.DOTALL)


def test_what_can_be_asked_of_which_model_is_what_the_documentation_says():
    text = PAGE.read_text(encoding="utf-8")
    written, found = TABLE.search(text)[0], matrix()
    if os.environ.get("SPARK_UPDATE_DOCS"):
        PAGE.write_text(TABLE.sub(lambda _: found, text), encoding="utf-8")
        written = found
    assert written == found, "SPARK_UPDATE_DOCS=1 writes the table again"


FEW = ("k seeds", "chance", "smallest budget", "all")
"""Questions that decide the method also where there are no sets."""


@pytest.mark.parametrize(
    ("name", "question"),
    [("independent cascade", question) for question in QUESTIONS]
    + [(name, question) for name in ("examples needed: 2", "SIS", "count threshold") for question in FEW],
)
def test_workers_and_backends_change_no_answer(name, question, monkeypatch):
    monkeypatch.setattr("spark.backends.cpu_reverse.PARALLEL_SETS", 0)
    options = {"horizon": 3, "worlds": 8, "quality": 0.5} if question != "smallest budget" else {"horizon": 3}
    with small():
        one, two, slow = (
            asked(MODELS[name], QUESTIONS[question], **options, **run).to_dict()
            for run in ({"workers": 1}, {"workers": 2}, {"backend": "python"})
        )
    assert one == two == slow
