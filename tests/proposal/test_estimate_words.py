"""What an estimate takes for granted reaches the client in the words that somebody gave it, and else nothing of it."""

from types import SimpleNamespace
from uuid import UUID

import pytest

from services.proposal.content.client import for_client
from services.proposal.content.model import ProposalContent
from services.proposal.content.offer import offer_of
from services.proposal.content.room import room_section
from services.proposal.document.formats import MEDIA_TYPES, made
from services.proposal.domain.canonical import canonical
from services.proposal.handlers import on, on_opportunities
from shared.kernel.clock import now
from shared.language.events.estimation import EstimateJudged, OverrideFacts, WarningFacts
from shared.language.events.requirements import OpportunityChanged
from shared.language.events.values import ThreePoint
from tests.conftest import envelope
from tests.support.proposal.client_content import said_in
from tests.support.proposal.makers import content, hear, newest
from tests.support.proposal.samples import events

WORDS = {"en": "The reports are sized in the first month.", "zh": "报表规模在首月内共同确认。"}
WORDED = {"client_visibility": "client", "client_wording": WORDS["en"], "client_wording_zh": WORDS["zh"]}
JUDGED = {"judged_by": "chen", "judged_at": now(), "judgement": "Our estimate is low."}
UNSIZED = WarningFacts(
    id=UUID(int=11), code="requirements_unsized", message="Two have no size.", message_zh="两项未给出规模。"
)


@pytest.fixture
async def found(service):
    """A small opportunity whose estimate warns, drafted."""
    found = warning(events("permits", 3))
    await hear(service, found)
    return found


def warning(found, **changes):
    estimate = found.estimate.model_copy(update={"warnings": (UNSIZED,), **changes})
    return SimpleNamespace(**{**vars(found), "estimate": estimate})


async def judge(service, found, version, **said):
    estimate = found.estimate
    event = EstimateJudged(
        opportunity_id=estimate.opportunity_id, estimate_id=estimate.estimate_id, revision=estimate.revision,
        basis=estimate.basis, warnings=(UNSIZED.model_copy(update=said),), version=version,
    )  # fmt: skip
    await on.handle(service.app.state.database, [envelope(event)])


async def stated(service, found):
    return (await content(service, await newest(service, found)))["assumptions"]["of_estimate"]


async def test_a_judgement_alone_leaves_the_draft_as_it_is(service, found):
    before = await newest(service, found)

    await judge(service, found, 2, **JUDGED)

    assert (await newest(service, found))["id"] == before["id"]
    assert await stated(service, found) == []


async def test_a_warning_that_is_worded_for_the_client_makes_the_next_draft_until_it_is_internal_again(service, found):
    before = await newest(service, found)

    await judge(service, found, 3, **JUDGED, **WORDED)
    await judge(service, found, 2, **JUDGED)
    worded = await newest(service, found)
    shown = await stated(service, found)
    await judge(service, found, 4, **JUDGED)

    assert worded["revision"] > before["revision"]
    assert shown == [WORDS]
    assert (await newest(service, found))["revision"] > worded["revision"]
    assert await stated(service, found) == []


async def test_the_next_estimate_brings_its_own_words(service, found):
    await judge(service, found, 3, **JUDGED, **WORDED)

    later = warning(events("permits", 3, estimate_revision=2), warnings=())
    await hear(service, later, ("estimate", "risk", "price"))

    assert await stated(service, found) == []


async def test_an_estimate_that_comes_with_words_is_drafted_with_them_once(service):
    judged = OverrideFacts(
        id=UUID(int=12), line_id=None, computed_days=90, reason="They hope.", judged_by="chen", judged_at=now(),
        effort_days=ThreePoint(optimistic=80, most_likely=90, pessimistic=120), baseline_number=1, **WORDED,
    )  # fmt: skip
    worded = UNSIZED.model_copy(update={**JUDGED, **WORDED})

    found = warning(events("permits", 3), warnings=(worded,), overrides=(judged,))
    await hear(service, found)

    assert await stated(service, found) == [WORDS]
    assert (await newest(service, found))["version_label"] == "1.1.1"


@pytest.mark.parametrize("media_type", MEDIA_TYPES.values(), ids=MEDIA_TYPES)
async def test_every_format_says_it_in_the_words_for_the_client(service, found, media_type):
    await judge(service, found, 2, **JUDGED, **WORDED)
    whole = ProposalContent.model_validate(await content(service, await newest(service, found)))
    shown = for_client(whole)

    for language, words in WORDS.items():
        file = await made(canonical(whole.model_dump(mode="json")), language, media_type)
        assert "".join(words.split()) in "".join(said_in(file.data, media_type).split())
    assert WORDS["en"] in offer_of(shown).assumptions
    assert WORDS in [one.model_dump() for one in room_section(shown, "assumptions").assumptions.assumptions]


async def test_an_assumption_that_is_worded_for_the_client_late_is_in_the_next_draft(service, found):
    opportunity = found.baseline.opportunity.model_copy(update={"client_assumptions": (WORDS["en"],)})
    event = OpportunityChanged(
        opportunity_id=found.baseline.opportunity_id, opportunity=opportunity, version=1,
        constraints=found.baseline.constraints,
    )  # fmt: skip

    await on_opportunities.handle(service.app.state.database, [envelope(event)])

    assumptions = (await content(service, await newest(service, found)))["assumptions"]
    assert assumptions["for_client"] == [WORDS["en"]]
