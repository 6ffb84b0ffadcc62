"""Networks with published answers (each case names its source), and made-up ones."""

from hypothesis import strategies as st

from shared.quant.network import Activity, Link, LinkKind
from shared.quant.three_point import ThreePoint
from tests.support.quant.published import published

CASES = {case["id"]: case for topic in ("cpm", "pert") for case in published(topic)}
THREE_POINT_NETWORKS = [
    key for key, case in CASES.items() if key.startswith("pert-") and "activities" in case["inputs"]
]
SINGLE_RANGES = [key for key, case in CASES.items() if "activities" not in case["inputs"]]


def raw_activities(case):
    return CASES[case]["inputs"]["activities"]


def ranges(case):
    return {raw["id"]: ThreePoint(raw["a"], raw["m"], raw["b"]) for raw in raw_activities(case)}


def activities(case):
    """A case for the domain; durations of three points are (a + 4 m + b) / 6."""

    def one(raw):
        duration = raw["duration"] if "duration" in raw else ThreePoint(raw["a"], raw["m"], raw["b"]).mean
        links = [Link(before) for before in raw.get("predecessors", ())]
        links += [Link(r["pred"], LinkKind(r["type"]), r["lag"]) for r in raw.get("relations", ())]
        return Activity(raw["id"], duration, tuple(links))

    return [one(raw) for raw in raw_activities(case)]


def wishes(case):
    """A case as the API takes it."""

    def one(raw):
        wish = {"id": raw["id"], "predecessors": raw.get("predecessors", [])}
        if "a" in raw:
            wish |= {"optimistic": raw["a"], "most_likely": raw["m"], "pessimistic": raw["b"]}
        else:
            wish["duration"] = raw["duration"]
        if "relations" in raw:
            wish["links"] = [{"predecessor": r["pred"], "kind": r["type"], "lag": r["lag"]} for r in raw["relations"]]
        if "max_crash" in raw:
            wish["crash"] = {"most": raw["max_crash"], "cost_per_period": raw["cost_per_period"]}
        return wish

    return [one(raw) for raw in raw_activities(case)]


@st.composite
def networks(draw, most=12):
    """Networks without a circle, with links of all kinds."""
    found = []
    for number in range(draw(st.integers(1, most))):
        before = draw(st.sets(st.integers(0, number - 1), max_size=3)) if number else set()
        links = tuple(
            Link(str(key), draw(st.sampled_from(LinkKind)), draw(st.integers(-3, 5))) for key in sorted(before)
        )
        found.append(Activity(str(number), draw(st.integers(0, 20)), links))
    return found
