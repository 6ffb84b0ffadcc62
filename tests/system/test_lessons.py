"""What insights hands on and hears: findings become drafts of other services, and products are found by words."""

from functools import partial

import pytest

from deploy.embedded import throwaway_folder
from deploy.system import System
from tests.support.system.waiting import until as waited

until = partial(waited, within=20.0)
FINDING = {"kind": "learnt", "statement": "伙伴的接口要早定。"}
TEXTS = {"title_zh": "接口日期", "text_zh": "伙伴的接口要早定。"}


@pytest.fixture(scope="module")
def system():
    with throwaway_folder("presales-system-") as folder:
        system = System(folder, log_level="warning")
        system.services = {name: system.services[name] for name in ("engagement", "insights", "requirements", "risk")}
        system.start()
        yield system
        system.stop()


def test_what_a_finding_became_is_followed_until_it_is_published(team):
    held = team.post("lin", "/retrospectives", {"period": "2026-Q3", "title": "三季度", "findings": [FINDING]})
    review = team.act("lin", f"/retrospectives/{held['id']}/conclude")
    about = {"retrospective_id": review["id"], "finding": 1, **TEXTS}

    def became():
        [finding] = team.get("lin", f"/retrospectives/{review['id']}")["findings"]
        return {one["kind"]: one["status"] for one in finding["became"]}

    article = team.post("lin", "/lessons", {**about, "kind": "article"})
    rule = team.post("zhao", "/lessons", {**about, "kind": "risk_rule"})

    question = team.post("lin", "/lessons", {**about, "kind": "question", "questionnaire_key": "interfaces"})

    until(lambda: became() == {"article": "draft", "question": "draft", "risk_rule": "draft"})
    for one in (article, question):
        team.act("lin", f"{one['path'].removeprefix('/v1')}/publish")
    until(lambda: became() == {"article": "published", "question": "published", "risk_rule": "draft"})
    key = team.get("zhao", rule["path"].removeprefix("/v1"))["key"]
    finished = {
        "key": key, "category": "technical", "trigger": {"over": "requirements", "worst": 5}, "title": {"zh": "延期"},
        "cause": {"zh": "接口"}, "effect": {"zh": "推迟"}, "probability": {"weakest": 0.2, "strongest": 0.6},
        "cost_shares": {"optimistic": 0.05, "most_likely": 0.1, "pessimistic": 0.3}, "preventive": {"zh": "先定日期"},
        "contingency": {"zh": "模拟器"},
    }  # fmt: skip
    assert team.post("zhao", "/risk-catalogue", finished)["id"] == rule["id"]
    until(lambda: became() == {"article": "published", "question": "published", "risk_rule": "enabled"})


def test_a_product_is_found_in_both_languages_as_soon_as_it_is_recorded(team):
    can = {"code": "WF", "name": "Workflow engine", "name_zh": "审批流引擎"}
    made = team.post("lin", "/products", {
        "code": "LOS", "name": "Loan origination", "name_zh": "信贷系统", "release": "5.2", "capabilities": [can],
    })  # fmt: skip

    for words, kind in (("loan", "product"), ("信贷", "product"), ("workflow", "capability"), ("审批", "capability")):
        found = until(lambda words=words: team.get("guest", "/search", q=words)["items"])
        assert [one["kind"] for one in found] == [kind], words
    assert team.get("guest", "/search", q="loan")["items"][0]["path"] == f"/v1/products/{made['id']}"
