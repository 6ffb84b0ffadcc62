"""What a person may do is said by the routes alone: every action of every machine is one of them."""

import importlib
import re
import string
from pathlib import Path

import pytest

import services
from shared.kernel.auth import CALLER, SCOPES, Principal
from shared.kernel.base import Base
from shared.kernel.naming import in_chinese
from shared.kernel.problems import IllegalTransition, Problem
from shared.kernel.service import note_permissions
from shared.kernel.states import StateMachine, Transition
from shared.language.labels import ACTIONS, KINDS, STATES
from shared.language.labels import ROLES as ROLE_NAMES
from shared.language.roles import ROLES

SERVICES = sorted(path.parent.name for path in Path(services.__path__[0]).glob("*/app.py"))


def machines():
    """Every machine, by the name of its resource; what their routes ask for is known then."""
    for name in SERVICES:
        for router in importlib.import_module(f"services.{name}.routes").routers:
            note_permissions(router)
    kinds = (mapper.class_ for mapper in Base.registry.mappers)
    return {kind.__name__: kind.machine for kind in kinds if hasattr(kind, "machine")}


MACHINES = machines()
LATIN = re.compile(r"\b[a-z_]{2,}")
"""A word in small letters; names of products and formats begin with a capital."""


@pytest.fixture
def calling():
    """Be somebody with a role, or whoever holds a scope."""
    tokens = []

    def call(role=None, *scopes):
        tokens.append(CALLER.set(Principal.of("ann", "acme", (role,) if role else (), scopes)))

    yield call
    for token in reversed(tokens):
        CALLER.reset(token)


def by_action(actions):
    return {one.action: one for one in actions}


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_every_action_that_is_offered_is_done_at_a_route(name):
    assert set(MACHINES[name].doors.values()) <= SCOPES.keys()


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_a_role_is_offered_what_its_scopes_let_through_and_is_told_who_may_do_the_rest(name, calling):
    machine = MACHINES[name]
    states = {state for one in machine.transitions for state in one.sources}

    for role in ROLES:
        calling(role)
        for state in states:
            for one in machine.allowed(state):
                asked = SCOPES[machine.doors[one.action]]
                is_forbidden = not all(Principal.of("x", "x", (role,)).may(scope) for scope in asked)
                assert is_forbidden == ("forbidden" in {reason.code for reason in one.reasons}), (role, one)
                assert not is_forbidden or one.reason.code == "forbidden"


def test_what_is_refused_for_want_of_a_permission_names_it_and_who_has_it_in_both_languages(calling):
    calling("viewer")

    reason = by_action(MACHINES["Baseline"].allowed("in_review"))["approve"].reason

    assert "`baselines:approve`" in reason.message
    assert "approver, admin" in reason.message
    assert "viewer" in reason.message
    assert (
        reason.message_zh == "此操作需要权限 `baselines:approve`，以下角色具备：审批人、管理员；您的角色为：只读用户。"
    )


def test_whoever_holds_a_link_is_offered_what_the_link_is_for(calling, monkeypatch):
    monkeypatch.setitem(SCOPES, "POST /things/{}/answer", ("things:answer",))
    monkeypatch.setitem(SCOPES, "POST /things/{}/withdraw", ("things:write",))
    calling(None, "things:answer")

    offered = {
        one.action for one in StateMachine.steady("thing", "answer", "withdraw").allowed("open") if one.is_allowed
    }

    assert offered == {"answer"}


def test_an_action_with_two_permissions_needs_both(calling, monkeypatch):
    monkeypatch.setitem(SCOPES, "POST /things/{}/weigh", ("things:write", "cost:read"))
    calling("risk_manager", "things:write")
    weighed = StateMachine.steady("thing", "weigh")

    allowed = weighed.allowed("open")
    calling("risk_manager")

    assert allowed[0].is_allowed
    assert [one.code for one in weighed.allowed("open")[0].reasons] == ["forbidden"]


def test_without_a_caller_only_the_state_counts():
    assert by_action(MACHINES["Baseline"].allowed("in_review"))["approve"].is_allowed


def test_reasons_come_in_the_order_in_which_a_call_looks(calling):
    calling("viewer")
    machine = MACHINES["Baseline"]

    class Barred(Problem):
        code, en, zh = "barred_for_a_test", "b", "b"

    class Guard(Problem):
        code, en, zh = "guard_of_a_test", "g", "g"

    approve = by_action(machine.allowed("draft", {"approve": Guard()}, barred=Barred()))["approve"]

    codes = [one.code for one in approve.reasons]
    assert codes == ["forbidden", "barred_for_a_test", "illegal_transition", "guard_of_a_test"]


def test_what_happens_by_itself_is_offered_to_nobody():
    machine = StateMachine("thing", (Transition("go", ("a",), "b"), Transition("lapse", ("a",), "c", True)))

    with pytest.raises(IllegalTransition) as refused:
        machine.next("a", "stop")

    assert machine.next("a", "lapse") == "c"
    assert [one.action for one in machine.allowed("a")] == ["go"]
    assert refused.value.facts["possible"] == "go"


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_every_kind_state_and_action_has_a_chinese_word(name):
    machine = MACHINES[name]
    states = {state for one in machine.transitions for state in (*one.sources, one.target)}

    assert machine.kind.replace(" ", "_") in KINDS
    assert {one.action for one in machine.transitions} <= ACTIONS.keys()
    assert states <= STATES.keys()


def test_every_role_has_a_chinese_word():
    assert ROLES.keys() <= ROLE_NAMES.keys()


def kinds_of(kind):
    return {kind}.union(*map(kinds_of, kind.__subclasses__()))


PROBLEMS = sorted(kinds_of(Problem), key=lambda kind: (kind.__module__, kind.__name__))
NAMES = re.compile(r"`[^`]*`|\{[^}]*\}")
"""Names of fields, headers and paths, and places for facts."""
ENGLISH = {"why", "what", "where", "missing", "message"}
"""Facts that are said in English; a Chinese sentence has the fact that ends with `_zh` in its place."""
OF_PROGRAMS = {"handling_failed", "not_an_event", "retry_refused", "unreadable_event", "unusable_estimate"}
"""What an operator reads of an event: it quotes what a program said."""


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.code)
def test_a_chinese_sentence_contains_no_english_word_but_names(kind):
    words = LATIN.findall(NAMES.sub("", kind.zh))

    assert words == [], kind.zh


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.code)
def test_a_chinese_sentence_takes_no_fact_that_is_said_in_english(kind):
    facts = {name for _, name, *_ in string.Formatter().parse(kind.zh) if name}

    assert not facts & ENGLISH or kind.code in OF_PROGRAMS, kind.zh


@pytest.mark.parametrize(
    ("facts", "zh"),
    [
        ({"asked": "2 × approver, 1 × risk_manager"}, {"asked": "2 × 审批人、1 × 风险经理"}),
        ({"kind": "risk budget", "state": "in_review"}, {"kind": "风险预算", "state": "评审中"}),
        ({"wanted": "CNY", "given": "USD"}, {"wanted": "CNY", "given": "USD"}),
        ({"name": "open"}, {"name": "open"}),
    ],
)
def test_facts_that_name_something_of_ours_are_named_in_chinese(facts, zh):
    assert in_chinese(facts) == zh


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_chinese_reasons_of_states_contain_no_english_word(name):
    machine = MACHINES[name]

    for state in {state for one in machine.transitions for state in (*one.sources, one.target)}:
        for one in machine.allowed(state):
            for reason in one.reasons:
                assert not LATIN.search(reason.message_zh), reason.message_zh
