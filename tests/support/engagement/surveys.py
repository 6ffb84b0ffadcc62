"""Surveys that somebody was invited to."""

from tests.engagement.conftest import made


async def shipped(client, key):
    [one] = (await client.get("/surveys", params={"view": "full", "key": key})).json()["items"]
    return one


async def invited(client, deal, key="csat", **wish):
    survey = await shipped(client, key)
    return await made(
        client,
        "survey-invitations",
        **{"opportunity_id": deal, "survey_id": survey["id"], "recipient_name": "周敏", **wish},
    )
