"""What the requirements service says of what is the team's own: products, what they can do, and questionnaires."""

from typing import ClassVar
from uuid import UUID

from shared.kernel.events import Event


class ProductRecorded(Event):
    """A product that we sell was recorded, changed, retired or offered again; it names no opportunity."""

    type: ClassVar[str] = "requirements.product.recorded.v1"
    product_id: UUID
    code: str
    release: str
    name: str
    name_zh: str | None
    description: str | None
    description_zh: str | None
    status: str
    """active or retired."""
    version: int


class CapabilityRecorded(Event):
    """Something that a product of ours can do was recorded or changed; it names no opportunity."""

    type: ClassVar[str] = "requirements.capability.recorded.v1"
    capability_id: UUID
    product_id: UUID
    code: str
    name: str
    name_zh: str | None
    description: str | None
    description_zh: str | None
    version: int


class QuestionnaireRecorded(Event):
    """A version of a questionnaire was published, retired, or drafted of a lesson; it names no opportunity."""

    type: ClassVar[str] = "requirements.questionnaire.recorded.v1"
    questionnaire_id: UUID
    key: str
    """The same for all versions of a questionnaire."""
    number: int
    status: str
    """published or retired; draft of one that a lesson became."""
    title: str
    title_zh: str
    version: int
