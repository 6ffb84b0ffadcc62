"""What can be done with a resource is said by the resource itself."""

import re

import pytest

from services.engagement.models.advice import Advice
from services.engagement.models.after_sales import AfterSalesPlan
from services.engagement.models.articles import Article
from services.engagement.models.cadences import Cadence
from services.engagement.models.calendar_feeds import CalendarFeed
from services.engagement.models.clarifications import Clarification
from services.engagement.models.commitments import Commitment
from services.engagement.models.contacts import Contact
from services.engagement.models.effort import TimeEntry
from services.engagement.models.handovers import Handover
from services.engagement.models.interactions import Interaction
from services.engagement.models.proofs import ProofOfConcept
from services.engagement.models.response_clocks import ResponseClock
from services.engagement.models.support import SupportRequest
from services.engagement.models.surveys import Survey, SurveyInvitation
from services.engagement.models.trainings import Training
from tests.contracts.record import openapi

KINDS = {
    "advice": Advice, "after-sales-plans": AfterSalesPlan, "articles": Article, "cadences": Cadence,
    "calendar-feeds": CalendarFeed, "clarifications": Clarification, "commitments": Commitment, "contacts": Contact,
    "handovers": Handover, "interactions": Interaction, "proofs-of-concept": ProofOfConcept,
    "response-clocks": ResponseClock, "support-requests": SupportRequest, "survey-invitations": SurveyInvitation,
    "surveys": Survey, "time-entries": TimeEntry, "trainings": Training,
}  # fmt: skip
SAID = {"answers": "answer", "attendance": "attend", "feedback": "send", "messages": "message", "needs": "hear_needs",
        "results": "record"}  # fmt: skip
"""Actions whose path is the noun of what is sent."""


@pytest.fixture(scope="module")
def document():
    return openapi("engagement")


@pytest.mark.parametrize("collection", KINDS)
def test_whatever_can_be_done_with_a_resource_is_among_its_actions(document, collection):
    done = set()
    for path, operations in document["paths"].items():
        own = re.fullmatch(rf"/v1/{collection}/{{\w+}}(?:/([a-z-]+))?", path)
        if own and own[1] and "post" in operations:
            done.add(SAID.get(own[1], own[1]))
        if own and not own[1] and "patch" in operations:
            done.add("change")

    assert done <= {transition.action for transition in KINDS[collection].machine.transitions}


def test_every_resource_that_has_states_lists_its_actions(document):
    stateful = {
        name
        for name, schema in document["components"]["schemas"].items()
        if name.endswith("Out") and {"id", "version"} <= schema.get("properties", {}).keys()
        and {"status", "state"} & schema["properties"].keys()
    }  # fmt: skip

    silent = {
        name for name in stateful if "allowed_actions" not in document["components"]["schemas"][name]["properties"]
    }

    assert stateful > {"AdviceOut", "TrainingOut"}
    assert silent - {"ParkedEventOut"} == set()
