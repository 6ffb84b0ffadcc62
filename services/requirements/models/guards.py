"""What may be done with a resource now, and why the rest may not."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import STEADY, AllowedAction, StateMachine


class NotSuspect(Problem):
    status = 409
    title = ("Nothing is suspect", "没有待核实标记")
    en = "Nothing that it stands on has changed since somebody last looked."
    zh = "其所依据的内容自上次核实以来没有变化。"


class Guarded(Resource):
    """A resource that lists its actions; its `machine` knows them, its `status` is their state if it has one."""

    __abstract__ = True

    machine: ClassVar[StateMachine]
    barred: ClassVar[Problem | None] = None
    """What stands against every action, where somebody has looked (`queries.guards.look`); not kept."""

    spared: ClassVar[tuple[str, ...]] = ()
    """What `barred` does not stand against."""

    def refusals(self) -> Mapping[str, Problem]:
        """What stands against single actions that the state would allow."""
        return {}

    def refusals_by_state(self) -> Mapping[str, Problem]:
        """What is said of single actions that the state does not allow, in place of that alone."""
        return {}

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        state = getattr(self, "status", STEADY)
        return self.machine.allowed(
            state, self.refusals(), barred=self.barred, spared=self.spared, instead=self.refusals_by_state()
        )


class InOpportunity(Guarded):
    """A resource within one opportunity: it changes only while that is open."""

    __abstract__ = True

    opportunity_id: Mapped[UUID]
