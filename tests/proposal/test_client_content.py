"""What is internal is in nothing that a client gets: no document, no room, in no language.

Every field is classified in `disclosure.json`; a new one fails until it is. Each internal one gets a text or figure of
its own, and everything that leaves is searched for them.
"""

import re
import shutil

import pytest

from services.proposal.content.assembly import Ingredients, assemble
from services.proposal.content.client import for_client
from services.proposal.content.model import ProposalContent
from services.proposal.content.room import room_section, shown_sections
from services.proposal.document import stamp
from services.proposal.document.formats import DOCX, MEDIA_TYPES, PDF, XLSX, made
from services.proposal.document.render import TEMPLATES, render
from services.proposal.document.samples import samples
from services.proposal.domain.canonical import canonical
from shared.language.events.estimation import EstimateCompleted, EstimatePriced
from shared.language.events.requirements import BaselineApproved, FitFacts
from shared.language.events.risk import RiskBudgetCalculated
from tests.support.proposal.authored import RICH
from tests.support.proposal.client_content import said_in
from tests.support.proposal.fields import fields, leaves
from tests.support.proposal.planting import DISCLOSURE, Planter
from tests.support.proposal.samples import events

INPUTS = {
    "baseline": BaselineApproved, "estimate": EstimateCompleted, "price": EstimatePriced, "risk": RiskBudgetCalculated,
}  # fmt: skip
LANGUAGES = {PDF: ("zh", "en", "bilingual"), DOCX: ("zh", "en"), XLSX: ("zh", "en")}
SAMPLES = ("lending", "permits")


@pytest.mark.parametrize(("name", "kind"), [*INPUTS.items(), ("content", ProposalContent)])
def test_every_field_is_said_to_be_for_the_client_or_internal(name, kind):
    there = {path for path, _ in fields(kind)}
    said = [path for paths in DISCLOSURE[name].values() for path in paths]

    assert sorted(there - set(said)) == [], "say in disclosure.json whether a client may read of it"
    assert sorted(set(said) - there) == []
    assert len(said) == len(set(said))


def judged(sample):
    """The events of a sample, with how our products meet some requirements."""
    found = events(sample, 12)
    fits = tuple(
        FitFacts(requirement_id=one.id, requirement_code=one.code, verdict="partial", deviation="negative",
                 response="Set up at go-live", client_visibility=visibility, client_wording="Comes with release two")
        for one, visibility in zip(found.baseline.requirements, ("internal", "client") * 3, strict=False)
    )  # fmt: skip
    found.baseline = found.baseline.model_copy(update={"fits": fits})
    return found


@pytest.fixture(scope="module", params=SAMPLES)
def planted(request):
    """A whole content with needles in all that is internal, and the needles by where they were put."""
    found = judged(request.param)
    planter = Planter()
    baseline = planter.event("baseline", found.baseline)
    estimate, price = planter.event("estimate", found.estimate), planter.event("price", found.price)
    content = assemble(Ingredients(baseline, estimate, price, planter.event("risk", found.risk)), RICH)
    needles = dict(planter.planted)
    shown = {str(value) for _, value in leaves(for_client(content))}
    internal = set(DISCLOSURE["content"]["internal"])
    for path, value in leaves(content):
        if path in internal and len(re.sub(r"\D", "", str(value))) > 5 and str(value) not in shown:
            needles.setdefault(f"content: {path}", []).append(str(value))
    return content, needles


def test_every_internal_field_has_a_needle(planted):
    _, needles = planted

    wanted = {f"{name}: {path}" for name in INPUTS for path in DISCLOSURE[name]["internal"]}
    assert wanted - needles.keys() == set()
    assert {"content: price.phases[].reserve", "content: basis.estimate_id"} <= needles.keys()


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_a_client_may_read_of_the_events_is_in_the_content_or_named_as_left_out(sample):
    found, planter = judged(sample), Planter("client")
    planted = [planter.event(name, getattr(found, name)) for name in INPUTS]

    content = assemble(Ingredients(*planted), RICH)

    said = "\n".join(str(value) for _, value in leaves(for_client(content))).replace(",", "")
    wanted = {f"{name}: {path}" for name in INPUTS for path in DISCLOSURE[name]["client"]}
    assert planter.planted.keys() == wanted
    dropped = {where for where, needles in planter.planted.items() if not any(one in said for one in needles)}
    assert dropped == set(DISCLOSURE["dropped"]), "show it, or say in disclosure.json why the content goes without it"


def test_what_the_client_gets_has_nothing_in_an_internal_field():
    internal = set(DISCLOSURE["content"]["internal"])
    for sample in samples():
        shown = for_client(ProposalContent.model_validate_json(sample.content))

        assert [(path, value) for path, value in leaves(shown) if path in internal and value not in (None, "", 0)] == []


def test_a_limit_that_we_only_assume_counts_and_is_not_shown(planted):
    content, _ = planted
    [limit, *others] = content.constraints
    ours = limit.model_copy(update={"client_visibility": "internal", "name": "They may pay more"})

    shown = for_client(content.model_copy(update={"constraints": (ours, *others)}))

    assert shown.constraints == tuple(others)


@pytest.mark.parametrize("media_type", MEDIA_TYPES.values(), ids=MEDIA_TYPES)
async def test_no_document_has_anything_internal(planted, media_type):
    content, needles = planted

    for language in LANGUAGES[media_type]:
        file = await made(bytes_of(content), language, media_type)

        assert leaked(said_in(file.data, media_type), needles) == {}


def test_no_room_has_anything_internal(planted):
    content, needles = planted
    shown = for_client(content)

    said = [room_section(shown, code).model_dump_json() for code in shown_sections(shown)]

    assert len(said) > 10
    assert leaked("\n".join(said), needles) == {}


@pytest.mark.parametrize("media_type", MEDIA_TYPES.values(), ids=MEDIA_TYPES)
async def test_a_document_of_the_whole_content_is_caught(planted, media_type, monkeypatch):
    content, needles = planted
    monkeypatch.setattr(stamp, "for_client", lambda whole: whole)

    file = await made(bytes_of(content), "en", media_type)

    found = leaked(said_in(file.data, media_type), needles)
    assert {"risk: risks[].title", "baseline: fits[].gap"} <= found.keys() or media_type == DOCX
    assert "baseline: opportunity.assumptions[]" in found or media_type == XLSX


async def test_a_template_that_prints_the_reserve_finds_none_and_would_be_caught(planted, tmp_path, monkeypatch):
    content, needles = planted
    folder = shutil.copytree(TEMPLATES, tmp_path / "templates")
    source = (folder / "plan.typ").read_text(encoding="utf-8")
    printing = 'chapter("cost", "price.title")\n  price.phases.map(phase => amount(phase.reserve)).join([ ])\n'
    assert 'chapter("cost", "price.title")' in source
    (folder / "plan.typ").write_text(source.replace('chapter("cost", "price.title")', printing), encoding="utf-8")

    closed = await render(bytes_of(content), "en", templates=folder)
    monkeypatch.setattr(stamp, "for_client", lambda whole: whole)
    opened = await render(bytes_of(content), "en", templates=folder)

    assert leaked(said_in(closed.data, PDF), needles) == {}
    assert "content: price.phases[].reserve" in leaked(said_in(opened.data, PDF), needles)


def bytes_of(content):
    return canonical(content.model_dump(mode="json"))


def leaked(said, needles):
    """The needles that are there, by the field that they are of."""
    plain = re.sub(r"[\s,\u200b\ufffe\x02]", "", said)
    found = {where: [one for one in own if one in plain] for where, own in needles.items()}
    return {where: own for where, own in found.items() if own}
