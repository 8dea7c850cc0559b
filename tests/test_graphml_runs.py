"""Runs of ties that are taken whole give what the parser alone gives, wherever and however they are written."""

import tracemalloc
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from test_files import assert_equal

import spark
from spark.errors import DataError, SparkError
from spark.files import xml
from spark.files.plain_ties import PlainTies

KEYS = """<key id="w" for="edge" attr.name="weight" attr.type="double"/><key id="l" for="edge" attr.name="layer"/>
<key id="h" for="edge" attr.name="hours" attr.type="int"><default>3</default></key>"""
WHOLE, WORDS = ("1", "2", "30", "400"), ("1", "007", "é", "n1", "a.b")
VALUES = {
    "w": ("1", "0.25", "2e-1", " 3 ", "-1", "nan", "many", "1_0", ""),
    "l": ("x", "day é", "", "a&amp;b"),
    "h": ("7",),
}
BETWEEN = (
    "",
    "\n",
    "\r\n  ",
    "<!-- <edge source='1' target='2'/> -->",
    "<desc>\n</desc>",
    "\n<node id='9'/>",
    "<?x <edge ?>",
)


@st.composite
def files(draw):
    """A GraphML file whose ties are written in several ways."""
    ids = draw(st.sampled_from((WHOLE, WORDS, WHOLE + WORDS)))
    ends = st.tuples(st.sampled_from(ids), st.sampled_from(ids))
    good = draw(st.booleans())
    parts = [f"<node id='{name}'/>" for name in ids]
    for _ in range(draw(st.integers(1, 4))):
        keys = draw(st.lists(st.sampled_from("wlh"), max_size=3, unique=draw(st.booleans())))
        gap, form = draw(st.sampled_from(("", "\n ", "\r\n"))), draw(st.integers(0, 4))
        for source, target in draw(st.lists(ends, min_size=1, max_size=5)):
            values = {key: draw(st.sampled_from(VALUES[key][: 2 if good else None])) for key in keys}
            data = "".join(f'{gap}<data key="{key}">{value}</data>' for key, value in values.items())
            known = (f'source="{source}" target="{target}"', f'id="e" target="{target}" source="{source}"')[form % 2]
            known += ' directed="false"' if form == 4 else ""
            parts.append(f"<edge {known}{' />' if not data and form else f'>{data}{gap}</edge>'}{gap}")
        parts.append(draw(st.sampled_from(BETWEEN)))
    kind = draw(st.sampled_from(("directed", "undirected")))
    encoding = draw(st.sampled_from(("utf-8", "latin-1", "utf-16")))
    head = "" if encoding == "utf-8" else f'<?xml version="1.0" encoding="{encoding}"?>'
    return f'{head}<graphml>{KEYS}<graph edgedefault="{kind}">{"".join(parts)}</graph></graphml>'.encode(encoding)


def outcome(path):
    """The network, or what is said against the file."""
    try:
        return spark.read_network(path, merge="sum")
    except SparkError as wrong:
        return str(wrong)


@given(files(), st.sampled_from((50, 300, 1 << 18)))
@example(f'<graphml>{KEYS}<graph><edge source="1" target="2"/><![CDATA[<edge ]]></graph></graphml>'.encode(), 1 << 18)
def test_ties_that_are_taken_whole_are_those_that_the_parser_reads(tmp_path_factory, content, chunk):
    path = tmp_path_factory.mktemp("runs") / "g.graphml"
    path.write_bytes(content)
    with mock.patch.object(xml, "_CHUNK", chunk):
        whole = outcome(path)
        with mock.patch.object(PlainTies, "take", lambda self, text, at, line, undirected: at):
            parsed = outcome(path)
    if isinstance(parsed, str):
        assert whole == parsed
    else:
        assert_equal(whole, parsed)
        assert (whole.reading.notes, whole.reading.unused) == (parsed.reading.notes, parsed.reading.unused)


def test_nearly_all_ties_of_a_file_that_a_program_wrote_are_taken_whole(tmp_path):
    network = spark.generate.erdos_renyi(2_000, 20_000, directed=True, rng=1)
    path = tmp_path / "g.graphml"
    spark.write_network(network, path)
    taken, take = [], PlainTies.take

    def counted(self, text, at, line, undirected):
        end = take(self, text, at, line, undirected)
        taken.append(text.count(b"<edge ", at, end))
        return end

    with mock.patch.object(PlainTies, "take", counted):
        spark.read_network(path)
    assert sum(taken) > 0.99 * network.tie_count


def test_a_tie_deep_within_a_run_is_named_by_its_line(tmp_path):
    lines = [
        f'<edge source="{i}" target="{i + 1}"><data key="w">{-1 if i == 700 else 1}</data></edge>' for i in range(900)
    ]
    path = tmp_path / "g.graphml"
    path.write_text("\n".join([f"<graphml>{KEYS}<graph>", *lines, "</graph></graphml>"]))
    with pytest.raises(DataError, match=r"g\.graphml:703: weight: -1\.0 is not a number of at least 0"):
        spark.read_network(path)


@pytest.mark.parametrize("named", ["", "person-"])
def test_memory_stays_near_that_of_the_network(tmp_path, named):
    generator = np.random.default_rng(1)
    ends = np.unique(generator.integers(0, 8_000, (60_000, 2)), axis=0)
    ends = generator.permutation(ends[ends[:, 0] != ends[:, 1]])
    form = '<edge source="{0}{1}" target="{0}{2}"><data key="l">{3}</data><data key="w">.5</data></edge>'
    lines = [f'<node id="{named}{u}"/>' for u in range(8_000)]
    lines += [form.format(named, u, v, "xy"[u % 2]) for u, v in ends.tolist()]
    path = tmp_path / "g.graphml"
    path.write_text("\n".join([f"<graphml>{KEYS}<graph>", *lines, "</graph></graphml>"]))
    spark.read_network(path)  # so that what is imported on the way is not counted
    tracemalloc.start()
    try:
        with mock.patch.object(xml, "_CHUNK", 1 << 14):
            network = spark.read_network(path)
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert network.tie_count == len(ends)
    assert peak < 3.5 * held  # the parts of a small file weigh more than those of a large one
