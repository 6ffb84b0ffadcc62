"""What an estimate takes for granted, or persons judged of it, in the words that they gave it for the client."""

from collections.abc import Iterable

from services.proposal.content.base import Part, Words
from shared.language.events.estimation import EstimateCompleted, OverrideFacts, WarningFacts


class EstimateWords(Part):
    """In the place of what the estimate said when it was made: judged later, or worded otherwise."""

    items: tuple[Words, ...]


def words_of(estimate: EstimateCompleted) -> tuple[Words, ...]:
    """What the client reads of an estimate, as it was made."""
    return worded((*estimate.warnings, *estimate.overrides))


def worded(notes: Iterable[WarningFacts | OverrideFacts]) -> tuple[Words, ...]:
    """The wordings of those that are for the client, each once."""
    said = (
        Words(en=one.client_wording, zh=one.client_wording_zh)
        for one in notes
        if one.client_visibility == "client" and (one.client_wording or one.client_wording_zh)
    )
    return tuple(dict.fromkeys(said))
