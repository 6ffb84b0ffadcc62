"""What persons changed is kept when what it was drafted from moves on."""

from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.rebase import Change, bridged, rebased


def test_an_untouched_field_follows_and_a_changed_one_stays():
    base = [{"id": "a", "days": 5, "name": "A"}]
    mine = [{"id": "a", "days": 5, "name": "Alpha"}]
    theirs = [{"id": "a", "days": 8, "name": "A"}]

    merged, changes = rebased(base, mine, theirs)

    assert merged == [{"id": "a", "days": 8, "name": "Alpha"}]
    assert changes == [Change("taken", "a", "days", 5, 8)]


def test_a_change_that_the_draft_contradicts_is_kept_and_told():
    merged, changes = rebased([{"id": "a", "days": 5}], [{"id": "a", "days": 6}], [{"id": "a", "days": 8}])

    assert merged == [{"id": "a", "days": 6}]
    assert changes == [Change("kept", "a", "days", 6, 8)]


def test_what_is_new_comes_what_is_gone_goes_and_what_persons_added_stays():
    base, mine = [{"id": "a"}, {"id": "b"}], [{"id": "a"}, {"id": "own"}]
    theirs = [{"id": "b"}, {"id": "c"}]

    merged, changes = rebased(base, mine, theirs)

    assert merged == [{"id": "c"}, {"id": "own"}]
    assert changes == [Change("left_out", "b"), Change("added", "c"), Change("removed", "a")]


def test_links_lead_through_what_is_gone():
    gone = {
        "b": {"id": "b", "links": [{"predecessor": "a", "kind": "SS"}]},
        "c": {"id": "c", "links": [{"predecessor": "b", "kind": "FS"}, {"predecessor": "x", "kind": "FS"}]},
    }
    tasks = [{"id": "d", "links": [{"predecessor": "c", "kind": "FS"}, {"predecessor": "x", "kind": "FS"}]},
             {"id": "a", "links": []}]  # fmt: skip

    kept, changes = bridged(tasks, gone)

    assert kept[0]["links"] == [{"predecessor": "a", "kind": "SS"}, {"predecessor": "x", "kind": "FS"}]
    assert [(one.kind, one.id) for one in changes] == [("bridged", "d")]


def test_thousands_of_tasks_that_are_gone_in_a_row_are_bridged():
    gone = {str(n): {"id": str(n), "links": [{"predecessor": str(n - 1), "kind": "FS"}]} for n in range(1, 3_000)}

    [kept], _ = bridged([{"id": "last", "links": [{"predecessor": "2999", "kind": "FS"}]}], gone)

    assert kept["links"] == [{"predecessor": "0", "kind": "FS"}]


things = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3)).map(
    lambda found: [{"id": key, "days": days} for key, days in found.items()]
)


@given(things, things)
def test_without_edits_the_new_draft_is_taken_as_it_is(base, theirs):
    merged, changes = rebased(base, base, theirs)

    assert merged == theirs
    assert {one.kind for one in changes} <= {"added", "removed", "taken"}


@given(things, things)
def test_without_a_new_draft_the_edits_stay_as_they_are(base, mine):
    merged, changes = rebased(base, mine, base)

    assert sorted(merged, key=lambda one: one["id"]) == sorted(mine, key=lambda one: one["id"])
    assert {one.kind for one in changes} <= {"left_out"}
