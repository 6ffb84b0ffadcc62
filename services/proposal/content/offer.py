"""What is promised with a proposal, told to whoever delivers it."""

from services.proposal.content.authored import SolutionDesign
from services.proposal.content.base import Words
from services.proposal.content.client import ClientContent
from services.proposal.content.figures import warranty_of
from shared.language.events.proposal import MilestoneFacts, OfferFacts, PaymentFacts
from shared.language.money import Money


def offer_of(content: ClientContent) -> OfferFacts:
    """Dates, payments, assumptions, exclusions and deliverables; texts in the proposal's language."""
    design, is_zh = content.solution.design or SolutionDesign(), content.language == "zh"

    def said(words: Words) -> str:
        return words.said(content.language)

    return OfferFacts(
        version_label=content.version_label,
        start=content.schedule.start,
        finish=content.schedule.finish,
        p80_finish=content.schedule.p80_finish,
        milestones=tuple(MilestoneFacts.of(point) for point in content.schedule.milestones),
        payments=tuple(
            PaymentFacts.of(one, amount=Money(amount=one.amount, currency=content.currency))
            for one in content.price.payments
        ),
        assumptions=(*content.assumptions.stated, *map(said, (*design.assumptions, *content.assumptions.of_estimate))),
        exclusions=(*content.scope.out_of_scope, *map(said, design.exclusions)),
        deliverables=tuple(one.name_zh if is_zh else one.name for one in design.deliverables),
        warranty_months=warranty_of(content),
    )
