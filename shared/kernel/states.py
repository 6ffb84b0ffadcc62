"""State machines as tables: which action leads from which states where. One mechanism for every resource."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from shared.kernel.auth import CALLER, SCOPES, Principal
from shared.kernel.problems import Forbidden, IllegalTransition, Problem


@dataclass(frozen=True, slots=True)
class Transition:
    """`action` leads from any of `sources` to `target`."""

    action: str
    sources: tuple[str, ...]
    target: str
    is_automatic: bool = False
    """It comes of something else, an event or what a client does by link: nobody is offered it."""


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


_IS_BRIEF: ContextVar[bool] = ContextVar("is_brief", default=False)


@contextmanager
def brief() -> Iterator[None]:
    """Meanwhile resources say of their actions only those that are possible: what a row of a list has buttons for.

    Why the others are not is most of a resource's size, and is asked of one resource at a time.
    """
    token = _IS_BRIEF.set(True)
    try:
        yield
    finally:
        _IS_BRIEF.reset(token)


STEADY = "open"
"""The state of a resource that has none."""


class StateMachine:
    """The transitions of one kind of resource, and where each of its actions is done.

    An action is a route below the resource: `PATCH /{collection}/{}` is `change`, `DELETE` is `delete`, and
    `POST /{collection}/{}/take-back` is `take_back`; `doors` names the routes of those whose path says it otherwise.
    """

    def __init__(
        self,
        kind: str,
        transitions: Sequence[Transition],
        *,
        collection: str | None = None,
        doors: Mapping[str, str] | None = None,
    ) -> None:
        self.kind, self.transitions = kind, tuple(transitions)
        self.collection = collection or re.sub(r"[ _]", "-", kind) + "s"
        self.doors = {one.action: self._door(one.action) for one in self.transitions if not one.is_automatic}
        """The route of each action, in order."""
        self.doors |= doors or {}
        self._open = lru_cache(maxsize=512)(self._what_is_open)

    @classmethod
    def steady(cls, kind: str, *actions: str, **where: Any) -> "StateMachine":
        """Of a resource without states: these actions are possible as long as nothing else stands against them."""
        return cls(kind, [Transition(action, (STEADY,), STEADY) for action in actions], **where)

    def next(self, state: str, action: str) -> str:
        """The state that `action` leads to. Raises `IllegalTransition`, naming what is possible."""
        for transition in self.transitions:
            if transition.action == action and state in transition.sources:
                return transition.target
        possible = [t.action for t in self.transitions if state in t.sources and not t.is_automatic]
        raise IllegalTransition(kind=self.kind, state=state, action=action, possible=", ".join(possible) or "nothing")

    def allowed(
        self,
        state: str,
        blocked: Mapping[str, Problem | Sequence[Problem]] | None = None,
        *,
        barred: Problem | None = None,
        spared: Collection[str] = (),
        instead: Mapping[str, Problem] | None = None,
    ) -> list[AllowedAction]:
        """Every action of this kind, with the reasons where it is not possible, in the order in which a call looks.

        First the caller may not (`CALLER`, by the permissions of the action's route), then `barred` stands against
        every action but the `spared`, then the state, and last the guards of `blocked`. Where a call says more of a
        state than that the action is illegal there, `instead` has what it says. Within `brief`, only what is possible.
        """
        caller = CALLER.get()
        actions = self._open(state, caller and caller.roles, caller and caller.scopes)
        if instead:
            actions = [_action(one.action, _said(one, instead)) if one.action in instead else one for one in actions]
        if barred:
            actions = [one if one.action in spared else _action(one.action, _barred(one, barred)) for one in actions]
        if blocked:
            actions = [_with(one, blocked[one.action]) if one.action in blocked else one for one in actions]
        return [one for one in actions if one.is_allowed] if _IS_BRIEF.get() else list(actions)

    def _what_is_open(
        self, state: str, roles: tuple[str, ...] | None, scopes: frozenset[str] | None
    ) -> list[AllowedAction]:
        """What permissions and state say. The same for everybody with these, and asked for each row of each list."""
        caller = None if roles is None or scopes is None else Principal("", "", roles, scopes)
        actions = []
        for action, door in self.doors.items():
            problems: list[Problem] = []
            missing = (scope for scope in SCOPES.get(door, ()) if caller and not caller.may(scope))
            problems += [caller.lacks(scope) for scope in missing if caller]
            try:
                self.next(state, action)
            except IllegalTransition as illegal:
                problems.append(illegal)
            actions.append(_action(action, _reasons(problems)))
        return actions

    def _door(self, action: str) -> str:
        of_resource = f"/{self.collection}/{{}}"
        match action:
            case "change":
                return f"PATCH {of_resource}"
            case "delete":
                return f"DELETE {of_resource}"
            case _:
                return f"POST {of_resource}/{action.replace('_', '-')}"


def _with(one: AllowedAction, guards: Problem | Sequence[Problem]) -> AllowedAction:
    return _action(one.action, [*one.reasons, *_reasons(guards)])


def _action(action: str, reasons: list[Reason]) -> AllowedAction:
    return AllowedAction.model_construct(
        action=action, is_allowed=not reasons, reason=next(iter(reasons), None), reasons=reasons
    )


def _reasons(problems: Problem | Sequence[Problem]) -> list[Reason]:
    return [
        Reason.model_construct(code=one.code, message=one.detail("en"), message_zh=one.detail("zh"))
        for one in ([problems] if isinstance(problems, Problem) else problems)
    ]


def _barred(one: AllowedAction, barred: Problem) -> list[Reason]:
    refusals = [reason for reason in one.reasons if reason.code == Forbidden.code]
    return [*refusals, *_reasons(barred), *one.reasons[len(refusals) :]]


def _said(one: AllowedAction, instead: Mapping[str, Problem]) -> list[Reason]:
    told = _reasons(instead[one.action])
    return [new for reason in one.reasons for new in (told if reason.code == IllegalTransition.code else [reason])]
