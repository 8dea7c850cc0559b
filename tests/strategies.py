"""Random tiny networks, models and plans for the laws that must hold for all of them."""

import itertools

from hypothesis import strategies as st

import spark

CHANCES = (0.0, 0.125, 0.25, 0.5, 0.75, 1.0)
FACTORS = (0.0, 0.5, 1.0, 2.0)


@st.composite
def tables(draw, *, least=2, most=5, most_ties=8, layers=("ties",), personal=False, partners=False, adopted=True):
    """The arguments of `Network.from_edges`, in a form that a test can change before it makes the network."""
    size = draw(st.integers(least, most))
    rows = [(u, v, layer) for u, v in itertools.permutations(range(size), 2) for layer in layers]
    rows = draw(st.lists(st.sampled_from(rows), unique=True, max_size=most_ties))

    def column(values, count=size):
        return draw(st.lists(st.sampled_from(values), min_size=count, max_size=count))

    people = {"id": list(range(size))}
    if adopted:
        people["adopted"] = column((False, False, False, True))
    if personal:
        people |= {name: column(FACTORS) for name in ("readiness", "visibility", "outlook")}
        people["value"] = column((0.0, 1.0, 2.5))
    tables = {
        "source": [u for u, _, _ in rows],
        "target": [v for _, v, _ in rows],
        "layer": [layer for _, _, layer in rows],
        "columns": {
            "chance": column(CHANCES, len(rows)),
            "strength": column((0.5, 1.0, 2.0), len(rows)),
            "days": column((1.0, 2.0, 4.0), len(rows)),
        },
        "people": people,
    }
    if partners:
        people["organisation"] = column(("a", "b", "c", None))
        inside = sorted({name for name in people["organisation"] if name is not None})
        pairs = list(itertools.permutations(inside, 2))
        pairs = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=3)) if pairs else []
        if pairs:
            tables["partners"] = {
                "source": [q for q, _ in pairs],
                "target": [o for _, o in pairs],
                "weight": column((0.5, 1.0, 3.0), len(pairs)),
            }
    return tables


def network_of(tables):
    return spark.Network.from_edges(**tables)


def networks(**options):
    return tables(**options).map(network_of)


def delays():
    """What a tie's delay can be, on the columns of `tables`."""
    return st.sampled_from((1, 2, "days", (0.5, 0.0, 0.5), spark.GeometricDelay(0.5)))


ONE_STEP = st.just(1)


def cascades(partners=False, delay=ONE_STEP):
    """Independent and weighted cascades on the columns of `tables`."""
    share = st.sampled_from((0.3, 1.0)) if partners else st.just(0.0)
    probability = st.sampled_from((0.3, "chance"))
    return st.one_of(
        st.builds(spark.IndependentCascade, probability, share, st.sampled_from((None, "strength")), delay),
        st.builds(spark.WeightedCascade, share, delay),
    )


def thresholds(partners=False, totals=("normalise", "cap"), delay=ONE_STEP):
    """Linear thresholds whose totals never refuse the network."""
    share = st.sampled_from((0.25, 1.0)) if partners else st.just(0.0)
    weight = st.sampled_from((None, 0.25, "chance"))
    return st.builds(spark.LinearThreshold, weight, share, st.sampled_from(totals), delay)


def several_examples(partners=False, delay=ONE_STEP):
    """Cascades in which one hit is not enough."""
    return st.builds(spark.ExamplesNeeded, st.integers(2, 4), cascades(partners, delay))


TOLERANCES = (
    spark.ExponentialTolerance(),
    spark.UniformTolerance(),
    spark.ErlangTolerance(2),
    spark.ErlangTolerance(3),
    spark.TableTolerance((0.25, 0.25, 1.5), (0.2, 0.5, 0.9)),
    spark.TableTolerance((0.125, 1.0, 1.0, 1.5), (0.0, 0.5, 0.75, 1.0)),
)


def general_thresholds(partners=False, totals=("normalise", "cap"), delay=ONE_STEP, noise=(0.0,)):
    """Any law of tolerances, some people simple for good."""
    return st.builds(
        spark.GeneralThreshold,
        st.sampled_from(TOLERANCES),
        cascades(partners, delay) | thresholds(partners, totals, delay),
        st.sampled_from((0.0, 0.25, 1.0)),
        st.sampled_from(noise),
    )


def waiting(partners=False, totals=("normalise", "cap"), noise=(0.0,)):
    """Every model in which ties can take their time, or noise helps."""
    return st.one_of(
        cascades(partners, delays()),
        thresholds(partners, totals, delays()),
        several_examples(partners, delays()),
        general_thresholds(partners, totals, delays(), noise),
    )


def hard_thresholds(noise=(0.0,), delay=ONE_STEP):
    """Counts and shares of neighbours; a broadcast has no meaning under them."""
    return st.one_of(
        st.builds(spark.CountThreshold, st.integers(1, 3), st.sampled_from(noise), delay),
        st.builds(spark.FractionalThreshold, st.sampled_from((0.3, "1/3", 0.5, 1.0)), st.sampled_from(noise), delay),
    )


@st.composite
def plans(draw, size, *, late=True, broadcasts=True):
    """Seeds, some of them late, and a broadcast to some."""
    person = st.integers(0, size - 1)
    actions = [spark.Seeds(draw(st.lists(person, max_size=2)))]
    if late and draw(st.booleans()):
        actions.append(spark.Seeds(draw(st.lists(person, max_size=1)), start=draw(st.integers(1, 3))))
    if broadcasts and draw(st.booleans()):
        start = draw(st.integers(1, 3))
        to = draw(st.sampled_from((None, {"people": [0]})))
        dose = draw(st.sampled_from((0.1, 0.25)))
        actions.append(spark.Broadcast(dose=dose, to=to, start=start, stop=start + draw(st.integers(1, 2))))
    return spark.Plan(*actions)
