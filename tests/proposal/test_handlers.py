"""What the proposal service makes of events: in any order, once, and never of two bases."""

import random
from dataclasses import replace

import pytest
import sqlalchemy as sa

from services.proposal.handlers import on, on_drafts
from services.proposal.models.documents import Content, Document
from services.proposal.models.projections import Head, IngredientsDisagree
from services.proposal.models.proposals import Proposal
from shared.kernel.context import Context, new_id
from shared.kernel.problems import Problem
from shared.language.events.requirements import BaselineWithdrawn, OpportunityClosed
from tests.conftest import TENANT, envelope, said, statements
from tests.support.proposal.makers import proposals, typeset
from tests.support.proposal.samples import events

KINDS = ("baseline", "estimate", "risk", "price")


async def hear(client, *found):
    for event in found:
        await on.handle(client.app.state.database, [envelope(event)])


def all_of(found):
    return [getattr(found, kind) for kind in KINDS]


def withdrawn(found, epoch):
    return BaselineWithdrawn(
        opportunity_id=found.baseline.opportunity_id,
        baseline_id=found.baseline.baseline_id,
        baseline_number=found.baseline.baseline_number,
        epoch=epoch,
        withdrawn_by="ann",
        reason="Wrong.",
    )


def closed(found, epoch):
    return OpportunityClosed(opportunity_id=found.baseline.opportunity_id, outcome="lost", reason=None, epoch=epoch)


async def rows(client, model=Proposal):
    async with client.app.state.database.transaction(Context(tenant=TENANT, actor="test")) as session:
        return (await session.scalars(sa.select(model))).all()


async def state(client):
    """All that must not depend on the order of events."""
    names = (
        "id",
        "revision",
        "status",
        "freshness",
        "stale_because",
        "content_hash",
        "epoch",
        "estimate_revision",
        "risk_revision",
    )
    proposals = sorted(tuple(getattr(row, name) for name in names) for row in await rows(client))
    contents = sorted((row.proposal_id, row.content) for row in await rows(client, Content))
    [head] = await rows(client, Head)
    return proposals, contents, (head.basis, head.epoch_began)


@pytest.mark.parametrize("order", [KINDS[turn:] + KINDS[:turn] for turn in range(4)], ids="-".join)
async def test_the_last_of_the_four_makes_the_draft(service, order):
    found = events("permits", 2)
    *first, last = (getattr(found, kind) for kind in order)

    await hear(service, *first)
    before = await rows(service)
    await hear(service, last)

    assert before == []
    [proposal] = await rows(service)
    assert (proposal.status, proposal.freshness, proposal.revision) == ("draft", "fresh", 10_010_010_000)
    [event] = await said(service.app.state.database, "proposal.proposal.drafted.v1")
    assert event.data["content_hash"] == proposal.content_hash
    assert event.data["proposal_id"] == str(proposal.id)


async def test_an_event_that_comes_twice_makes_one_draft(service):
    database = service.app.state.database
    envelopes = [envelope(event) for event in all_of(events("permits", 2))]

    fresh = [await on.handle(database, [one]) for one in (*envelopes, *envelopes)]
    await on.handle(database, [envelope(event) for event in all_of(events("permits", 2))])

    assert fresh == [1, 1, 1, 1, 0, 0, 0, 0]
    assert len(await rows(service)) == 1
    assert len(await said(database, "proposal.proposal.drafted.v1")) == 1


async def test_versions_are_never_mixed(service):
    first, second = events("permits", 2), events("permits", 3, epoch=2)

    await hear(service, first.baseline, first.estimate, second.risk, second.price, first.risk, second.baseline)

    assert await rows(service) == []
    await hear(service, second.estimate)
    [proposal] = await rows(service)
    assert proposal.baseline_id == second.baseline.baseline_id
    assert proposal.estimate_id == second.estimate.estimate_id
    assert proposal.risk_budget_id == second.risk.risk_budget_id


async def test_a_newer_baseline_makes_the_draft_stale_at_once_and_superseded_when_recomputed(service):
    first, second = events("permits", 2), events("permits", 3, epoch=2)
    await hear(service, *all_of(first))

    await hear(service, second.baseline)
    [stale] = await rows(service)
    await hear(service, second.estimate, second.risk, second.price)

    assert (stale.status, stale.freshness, stale.stale_because) == ("draft", "stale", "baseline_approved")
    old, new = sorted(await rows(service), key=lambda row: row.revision)
    assert (old.status, old.freshness) == ("superseded", "stale")
    assert (new.status, new.freshness, new.revision) == ("draft", "fresh", 20_010_010_000)
    database = service.app.state.database
    [outdated] = await said(database, "proposal.proposal.outdated.v1")
    [superseded] = await said(database, "proposal.proposal.superseded.v1")
    assert (outdated.data["reason"]["code"], outdated.data["epoch"]) == ("baseline_approved", 2)
    assert superseded.data["superseded_by"] == str(new.id)


async def test_a_new_estimate_of_the_same_baseline_makes_a_new_revision(service):
    first, second = events("permits", 2), events("permits", 2, estimate_revision=2, scale=1.3)
    await hear(service, *all_of(first), second.estimate)
    [stale] = await rows(service)

    await hear(service, second.risk, second.price)

    assert stale.stale_because == "estimate_revised"
    old, new = sorted(await rows(service), key=lambda row: row.revision)
    assert (old.status, new.status, new.version_label) == ("superseded", "draft", "1.2.1")


async def test_a_new_risk_budget_makes_a_new_revision(service):
    first, second = events("permits", 2), events("permits", 2, risk_revision=2)

    await hear(service, *all_of(first), second.risk)
    [stale] = await rows(service)
    await hear(service, second.price)

    assert stale.stale_because == "risk_budget_revised"
    assert sorted(row.version_label for row in await rows(service)) == ["1.1.1", "1.1.2"]


@pytest.mark.parametrize(("ending", "reason"), [(withdrawn, "baseline_withdrawn"), (closed, "opportunity_closed")])
async def test_withdrawing_and_closing_make_the_draft_stale(service, ending, reason):
    found = events("permits", 2)

    await hear(service, *all_of(found), ending(found, 2))

    [proposal] = await rows(service)
    assert (proposal.status, proposal.freshness, proposal.stale_because) == ("draft", "stale", reason)


async def test_an_older_basis_that_comes_late_is_superseded_at_once_and_ordered_before(service):
    first, second = events("permits", 2), events("permits", 3, epoch=2)

    await hear(service, *all_of(second), *all_of(first))

    old, new = sorted(await rows(service), key=lambda row: row.revision)
    assert (old.epoch, old.status, old.freshness) == (1, "superseded", "stale")
    assert (new.epoch, new.status, new.freshness) == (2, "draft", "fresh")


async def test_any_order_with_duplicates_ends_in_the_same_state(start, tmp_path):
    first, revised = events("permits", 2), events("permits", 2, risk_revision=2)
    second, third = events("permits", 3, epoch=3), events("permits", 2, epoch=4, estimate_revision=1)
    story = [
        *all_of(first),
        revised.risk,
        revised.price,
        withdrawn(first, 2),
        *all_of(second),
        *all_of(third)[:2],
        closed(first, 5),
    ]
    chance = random.Random(20261123)

    ends = []
    for round_ in range(8):
        told = list(story)
        if round_:
            told += chance.sample(story, 4)
            chance.shuffle(told)
        async with start("proposal", documents_folder=tmp_path) as client:
            await hear(client, *told)
            ends.append(await state(client))

    assert len(ends[0][0]) == 3
    assert all(end == ends[0] for end in ends)


async def test_events_of_many_opportunities_in_one_batch(service):
    database = service.app.state.database
    found = [events("permits", 2), events("lending", 2)]
    batch = [envelope(getattr(one, kind)) for kind in KINDS for one in found]

    await on.handle(database, batch)

    assert sorted(row.code for row in await rows(service)) == ["PRO-2026-0007", "PRO-2026-0012"]


async def test_ingredients_that_contradict_each_other_are_refused_in_both_languages(service):
    found = events("permits", 2)
    other = found.price.model_copy(update={"risk_budget_id": found.estimate.estimate_id})
    await hear(service, found.baseline, found.estimate, found.risk)

    with pytest.raises(IngredientsDisagree) as refused:
        await hear(service, other)

    assert "risk_budget_id" in refused.value.detail("en")
    assert "不一致" in refused.value.detail("zh")
    assert await rows(service) == []
    await hear(service, found.price)
    assert len(await rows(service)) == 1


async def test_figures_that_make_no_proposal_are_refused_with_nothing_half_written(service):
    found = events("permits", 2)
    phases = tuple(
        phase.model_copy(update={"labour": 0, "material": 0, "financial": 0, "contingency": 0})
        for phase in found.price.phases
    )
    await hear(service, found.baseline, found.estimate, found.risk)

    with pytest.raises(Problem) as refused:
        await hear(service, found.price.model_copy(update={"phases": phases}))

    assert refused.value.code == "price_without_basis"
    assert await rows(service) == []
    assert await said(service.app.state.database) == []


async def test_a_draft_is_rendered_in_the_clients_language_once(service, tmp_path):
    await hear(service, *all_of(events("permits", 3)))
    database = service.app.state.database
    [draft] = await said(database, "proposal.proposal.drafted.v1")

    await typeset(service, [draft])
    again = await on_drafts.handle(database, [draft])
    await typeset(service, [replace(draft, id=new_id())])

    documents = await rows(service, Document)
    assert again == 0
    assert [one.language for one in documents] == [(await rows(service))[0].language] == ["en"]
    told = await said(database, "proposal.document.rendered.v1")
    assert {event.data["sha256"] for event in told} == {one.sha256 for one in documents}
    for one in documents:
        file = tmp_path / one.sha256[:2] / one.sha256
        assert file.stat().st_size == one.size_bytes
        listed = (await service.get(f"/documents/{one.id}/file")).content
        assert listed == file.read_bytes()
        assert listed.startswith(b"%PDF-")


async def test_a_file_says_its_name_and_its_hash(service):
    await hear(service, *all_of(events("permits", 2)))
    await typeset(service)
    [proposal] = await rows(service)
    listed = (await service.get(f"/documents?proposal_id={proposal.id}&language=en")).json()["items"]

    file = await service.get(f"/documents/{listed[0]['id']}/file")

    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"] == "attachment; filename*=UTF-8''PRO-2026-0012-1.1.1-en.pdf"
    assert file.headers["etag"] == f'"{listed[0]["sha256"]}"'
    assert listed[0]["content_hash"] == proposal.content_hash


async def test_an_altered_file_is_not_sent_out(service, tmp_path):
    await hear(service, *all_of(events("permits", 2)))
    await typeset(service)
    document = (await rows(service, Document))[0]
    (tmp_path / document.sha256[:2] / document.sha256).write_bytes(b"%PDF-forged")

    refused = await service.get(f"/documents/{document.id}/file")

    assert (refused.status_code, refused.json()["code"]) == (503, "document_unavailable")


async def test_a_file_of_another_tenant_is_not_found(service):
    await hear(service, *all_of(events("permits", 2)))
    await typeset(service)
    document = (await rows(service, Document))[0]

    refused = await service.as_("eve", "admin", tenant="other").get(f"/documents/{document.id}/file")

    assert refused.status_code == 404


async def test_before_there_is_a_proposal_neither_proposals_nor_plans_are_looked_for(service):
    with statements(service.app.state.database) as sent:
        await hear(service, *all_of(events("permits", 2)))

    looked_for = [one for one in sent if one.startswith("SELECT")]
    assert len(await rows(service)) == 1
    assert not [
        one for one in looked_for if any(f"FROM {name}" in one for name in ("proposal ", "schedule", "resource_plan"))
    ]


async def test_an_event_reads_and_writes_each_thing_once_and_a_draft_is_in_its_first_version(service):
    await hear(service, *all_of(events("permits", 2)))
    found = events("permits", 3, epoch=2)

    for event in all_of(found):
        with statements(service.app.state.database) as sent:
            await hear(service, event)

        assert sorted(set(sent)) == sorted(sent)
        about_ingredients = [one for one in sent if "ingredient" in one and "ingredient.data \n" not in one]
        assert len(about_ingredients) == 1  # kept, and seen which others are there
    assert [one["version"] for one in await proposals(service, found) if one["status"] == "draft"] == [1]
