"""The portfolio: the same for a seed and a day; and figures over it, computed here from what was simulated alone."""

import statistics
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from examples.portfolio import made, recorded
from examples.portfolio.recording import opportunity_id
from services.proposal.models.outcomes import OutcomeReason

ENDS = date(2026, 10, 30)
TAX = Decimal("1.06")


def _near(value):
    """Figures are told to six places."""
    return pytest.approx(value, abs=1e-6)


@pytest.fixture(scope="module")
def pursuits():
    return made(7, ENDS, opportunities=30)


def test_a_seed_and_a_day_make_one_portfolio(pursuits):
    assert recorded(made(7, ENDS, opportunities=30)) == recorded(pursuits)
    assert recorded(made(8, ENDS, opportunities=30)) != recorded(pursuits)


def test_events_are_in_order_and_over_and_each_has_an_id_of_its_own(pursuits):
    events = recorded(pursuits)

    assert len({event["id"] for event in events}) == len(events)
    assert [event["time"] for event in events] == sorted(event["time"] for event in events)
    assert date.fromisoformat(events[-1]["time"][:10]) <= ENDS


def test_two_years_are_believable():
    """What a team lead would not believe: nothing open, nothing lost, a favourite client only, or no seasons."""
    all_of_them = made(2, ENDS)
    results = Counter(one.result for one in all_of_them)

    assert len(all_of_them) == 200
    assert 15 <= results[None] <= 45
    assert {reason for one in all_of_them for reason in one.reasons} <= {one.value for one in OutcomeReason}
    assert 0.3 < results["won"] / (results["won"] + results["lost"] + results["no_decision"]) < 0.7
    assert len({one.client.name for one in all_of_them}) > 20
    assert (all_of_them[0].opened, all_of_them[-1].opened) < (date(2024, 12, 1), ENDS)
    february = sum(one.opened.month == 2 for one in all_of_them)
    december = sum(one.opened.month == 12 for one in all_of_them)
    assert february < december


@pytest.fixture
async def brought(start, pursuits):
    """The insights service with the portfolio brought, and nothing else."""
    events = recorded(pursuits)
    async with start("insights") as client:
        for place in range(0, len(events), 500):
            answer = await client.post("/history", json={"events": events[place : place + 500]})
            assert answer.status_code == 200, answer.text
        yield client


async def test_every_figure_is_what_was_simulated(brought, pursuits):
    """Each by its definition in `GET /v1/metrics`, from what was simulated, without any code of the service."""

    async def told(key, **query):
        answer = await brought.get(f"/metrics/{key}", params=query)
        assert answer.status_code == 200, answer.text
        return {(one["part"], *one["about"].values(), *one["group"].values()): one for one in answer.json()["figures"]}

    def value(figure):
        return None if figure["value"] is None else float(figure["value"])

    decided = [one for one in pursuits if one.result in {"won", "lost", "no_decision"}]
    won = [one for one in decided if one.result == "won"]
    rate = (await told("win_rate"))["rate",]
    assert (int(rate["numerator"]), int(rate["denominator"])) == (len(won), len(decided))
    year = [one for one in decided if one.decided.year == 2026]
    rate = (await told("win_rate", period="2026"))["rate",]
    assert (int(rate["numerator"]), int(rate["denominator"])) == (sum(one.result == "won" for one in year), len(year))
    by_industry = await told("win_rate", group_by="industry")
    for industry in {one.client.industry for one in decided}:
        own = [one.result == "won" for one in decided if one.client.industry == industry]
        assert value(by_industry["rate", industry]) == _near(sum(own) / len(own))

    amounts = await told("win_rate_by_amount")
    for currency in {one.currency for one in decided}:
        offered = [
            (one.result, (one.price * TAX).quantize(Decimal("0.01"))) for one in decided if one.currency == currency
        ]
        mine = sum(price for result, price in offered if result == "won") / sum(price for _, price in offered)
        assert value(amounts["rate", currency]) == _near(float(mine))

    funnel = await told("conversion")
    entered = {"active": [one for one in pursuits if "active" in dict(one.stages)]}
    submitted = [one for one in entered["active"] if one.submitted]
    found = funnel["rate", "active", "submitted", "all"]
    assert (int(found["numerator"]), int(found["denominator"])) == (len(submitted), len(entered["active"]))

    surveys = [survey for one in pursuits for survey in one.surveys]
    satisfaction = await told("satisfaction")
    csat = [one.score for one in surveys if one.kind == "csat" and one.score is not None]
    nps = [one.score for one in surveys if one.kind == "nps" and one.score is not None]
    assert value(satisfaction["csat_top_2",]) == _near(sum(score >= 4 for score in csat) / len(csat))
    assert value(satisfaction["nps",]) == _near((sum(s >= 9 for s in nps) - sum(s <= 6 for s in nps)) / len(nps))

    answers = [(number, answer) for one in pursuits for number, answer in enumerate(one.answers)]
    response = await told("response_time")
    for purpose, own in (
        ("first", [answer for number, answer in answers if number == 0]),
        ("following", [answer for number, answer in answers if number > 0]),
    ):
        assert value(response["in_time", purpose]) == _near(sum(one.is_in_time for one in own) / len(own))
        assert value(response["p50", purpose]) == _near(statistics.median(one.minutes for one in own))

    ended = [one for one in pursuits if one.result]
    hours = await told("pursuit_hours")
    assert value(hours["per_won",]) == _near(sum(part.hours for one in ended for part in one.hours) / len(won))

    delivered = [one for one in won if one.delivered]
    errors = [abs(one.actual_days - one.effort_days) / one.actual_days for one in delivered]
    accuracy = await told("effort_accuracy")
    assert value(accuracy["pred_25",]) == _near(sum(error <= 0.25 for error in errors) / len(errors))
    assert value(accuracy["mmre",]) == _near(statistics.mean(errors))
    assert value(accuracy["p80_coverage",]) == _near(
        sum(one.actual_days <= one.p80_days for one in delivered) / len(delivered)
    )

    brier = statistics.mean((one.expected - (one.result == "won")) ** 2 for one in decided if one.expected is not None)
    assert value((await told("win_probability"))["brier_score",]) == _near(brier)
    threats = [threat for one in pursuits for threat in one.threats if threat.happened is not None and one.submitted]
    assert value((await told("risk_probability"))["brier_score",]) == _near(
        statistics.mean((one.probability - one.happened) ** 2 for one in threats)
    )

    load = await told("support_load")
    asked = Counter((part.domain, part.kind) for one in pursuits for part in one.support)
    assert {
        key[1:]: int(figure["value"]) for key, figure in load.items() if len(key) == 3 and key[0] == "requests"
    } == asked

    await _the_opportunities_behind_are_named(brought, decided)
    await _folded_again_it_is_the_same(brought)


async def _the_opportunities_behind_are_named(brought, decided):
    rate = (await brought.get("/metrics/win_rate")).json()["figures"][0]

    behind = (await brought.get(rate["opportunities"].removeprefix("/v1"), params={"limit": 200})).json()["items"]

    assert {str(opportunity_id(one)) for one in decided} <= {one["opportunity_id"] for one in behind}


async def _folded_again_it_is_the_same(brought):
    async def everything():
        keys = [one["key"] for one in (await brought.get("/metrics")).json()["items"]]
        return {key: (await brought.get(f"/metrics/{key}")).json()["figures"] for key in keys}

    before = await everything()
    assert (await brought.post("/journeys:rebuild")).status_code == 200

    assert await everything() == before
