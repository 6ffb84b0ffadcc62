"""Having a finding become something elsewhere: the service whose it is makes a draft when it hears of it."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.domain.lessons import TARGETS, lesson_id
from services.insights.models import Lesson, Retrospective
from services.insights.schemas.lessons import LessonIn
from shared.kernel.auth import Principal
from shared.kernel.db import context_of, load
from shared.kernel.events import NO_OPPORTUNITY
from shared.kernel.messaging import publish_of
from shared.kernel.problems import FieldError, Invalid
from shared.language.events.insights import LessonProposed

_TEXTS = ("title", "title_zh", "text", "text_zh")


async def propose(session: AsyncSession, wish: LessonIn, caller: Principal) -> Lesson:
    """Have a finding become what `wish` says; said again, the lesson that is there.

    Raises `Forbidden` to whom may not write what it becomes, `RetrospectiveIsNotConcluded`, `Invalid` for a finding
    that there is not, and `FindingHasBecomeThat` for other texts than the first time.
    """
    caller.require(f"{TARGETS[wish.kind].collection}:write")
    # Locked: whoever proposes the same at the same time waits, and finds ours.
    held = await load(session, Retrospective, wish.retrospective_id)
    held.refuse_unless_concluded()
    if wish.finding > len(held.findings):
        en, zh = f"the retrospective has {len(held.findings)} findings", f"该复盘只有 {len(held.findings)} 条结论"
        raise Invalid([FieldError("/finding", "unknown_finding", en, zh)])
    key = lesson_id(context_of(session).tenant, held.id, wish.finding, wish.kind, wish.questionnaire_key)
    if row := await session.get(Lesson, key):
        row.refuse_other({name: getattr(wish, name) for name in _TEXTS})
        return row
    row = Lesson(id=key, **wish.model_dump(exclude={"questionnaire_key"}))
    session.add(row)
    about = {"opportunity_id": held.opportunity_id or NO_OPPORTUNITY, "questionnaire_key": wish.questionnaire_key}
    await publish_of(session, LessonProposed, row, **about)
    return row
