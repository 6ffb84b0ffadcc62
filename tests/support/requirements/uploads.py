"""Files sent to be imported."""

from tests.support.requirements import makers


async def upload(client, deal, name, content):
    return await client.post("/imports", params={"opportunity_id": deal["id"], "file_name": name}, content=content)


async def rows(client, taken, **query):
    return (await client.get(f"/imports/{taken['id']}/rows", params=query)).json()["items"]


HOSTILE = makers.hostile()
