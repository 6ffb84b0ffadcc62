"""State machines as tables: which action leads from which states where. One mechanism for every resource."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from shared.problems import IllegalTransition, Problem


@dataclass(frozen=True, slots=True)
class Transition:
    """`action` leads from any of `sources` to `target`."""

    action: str
    sources: tuple[str, ...]
    target: str


class Reason(BaseModel):
    """Why an action is not possible, and how to mend it, in both languages."""

    code: str
    message: str
    message_zh: str


class AllowedAction(BaseModel):
    """An action of a resource: possible now, or why not."""

    action: str
    is_allowed: bool
    reason: Reason | None = None
    """The first of the reasons."""
    reasons: list[Reason] = []
    """All of them: each is to be mended."""


STEADY = "open"
"""The state of a resource that has none."""


class StateMachine:
    """The transitions of one kind of resource."""

    def __init__(self, kind: str, transitions: Sequence[Transition]) -> None:
        self.kind, self.transitions = kind, tuple(transitions)

    @classmethod
    def steady(cls, kind: str, *actions: str) -> "StateMachine":
        """Of a resource without states: these actions are possible as long as nothing else stands against them."""
        return cls(kind, [Transition(action, (STEADY,), STEADY) for action in actions])

    def next(self, state: str, action: str) -> str:
        """The state that `action` leads to. Raises `IllegalTransition`, naming what is possible."""
        for transition in self.transitions:
            if transition.action == action and state in transition.sources:
                return transition.target
        possible = [t.action for t in self.transitions if state in t.sources]
        raise IllegalTransition(kind=self.kind, state=state, action=action, possible=", ".join(possible) or "nothing")

    def allowed(
        self, state: str, blocked: Mapping[str, Problem | Sequence[Problem]] | None = None
    ) -> list[AllowedAction]:
        """Every action of this kind, with the reasons where it is not possible; `blocked` adds the guards that fail."""
        blocked = blocked or {}
        actions = []
        for action in dict.fromkeys(transition.action for transition in self.transitions):
            guards = blocked.get(action, ())
            problems = [guards] if isinstance(guards, Problem) else [*guards]
            try:
                self.next(state, action)
            except IllegalTransition as illegal:
                problems.insert(0, illegal)
            reasons = [
                Reason(code=problem.code, message=problem.detail("en"), message_zh=problem.detail("zh"))
                for problem in problems
            ]
            actions.append(
                AllowedAction(action=action, is_allowed=not reasons, reason=next(iter(reasons), None), reasons=reasons)
            )
        return actions
