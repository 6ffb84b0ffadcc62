"""Lists in pages, with cursors and times as a stranger might send them."""

import pytest

from shared.kernel import cursor
from shared.kernel.context import new_id


async def opportunities(client, close_dates):
    """Ids of opportunities that close on these dates, None among them."""
    owner = (await client.post("/clients", json={"name": "Bank"})).json()
    made = [
        await client.post(
            "/opportunities",
            json={"client_id": owner["id"], "title": "Deal", "currency": "CNY", "close_date": close_date},
        )
        for close_date in close_dates
    ]
    return [answer.json()["id"] for answer in made]


async def walked(client, path, **query):
    """The ids of a whole list, read two at a time."""
    ids, query = [], {**query, "limit": 2}
    while True:
        page = await client.get(path, params=query)
        assert page.status_code == 200, page.text
        ids += [item["id"] for item in page.json()["items"]]
        if page.json()["next_cursor"] is None:
            return ids
        query["cursor"] = page.json()["next_cursor"]


async def test_a_list_sorted_by_what_may_be_missing_meets_every_row_once_and_the_missing_last(requirements):
    a, b, c, d, e = await opportunities(requirements, [None, "2027-03-01", None, "2027-01-01", "2027-02-01"])

    upwards = await walked(requirements, "/opportunities", sort="close_date")
    downwards = await walked(requirements, "/opportunities", sort="-close_date")

    assert upwards == [d, e, b, a, c]
    assert downwards == [b, e, d, c, a]


WRONG_CURSORS = {
    "an id that is none": ("created_at", ["2027-01-31T08:00:00Z", "nope"]),
    "a number for an id": ("created_at", ["2027-01-31T08:00:00Z", 7]),
    "no id": ("created_at", ["2027-01-31T08:00:00Z", None]),
    "no time": ("created_at", ["nope", str(new_id())]),
    "null for a time that is always there": ("created_at", [None, str(new_id())]),
    "a time outside the calendar": ("created_at", ["0001-01-01T00:00:00+14:00", str(new_id())]),
    "a number for a text": ("code", [5, str(new_id())]),
    "an object for a text": ("code", [{"a": 1}, str(new_id())]),
    "a NUL character": ("code", ["a\x00b", str(new_id())]),
    "one value too few": ("code", ["a"]),
}


@pytest.mark.parametrize("case", WRONG_CURSORS)
async def test_a_cursor_that_we_did_not_make_is_refused(requirements, case):
    sort, position = WRONG_CURSORS[case]

    refused = await requirements.get("/opportunities", params={"sort": sort, "cursor": cursor.encode(position)})

    assert refused.status_code == 422, refused.text
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [("?cursor", "wrong_cursor")]


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        ("2027-01-31T08:00:00", "no_time_zone"),
        ("0001-01-01T00:00:00+14:00", "out_of_calendar"),
        ("9999-12-31T23:00:00-14:00", "out_of_calendar"),
        ("yesterday", "wrong_format"),
    ],
)
async def test_a_time_that_is_none_is_refused(requirements, moment, code):
    refused = await requirements.get("/clients", params={"created_after": moment})

    assert refused.status_code == 422, refused.text
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [("?created_after", code)]
