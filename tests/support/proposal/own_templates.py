"""Templates that a tenant uploads."""

SMALL = b"""#import "theme.typ": *
#set document(title: data.title)
#set text(font: fonts)
Offer #data.code in #lang
"""


async def uploaded(client, data, *, kind="typst"):
    return await client.post(f"/templates?kind={kind}&name=ours", content=data)


async def activated(client, data):
    kept = await uploaded(client, data)
    assert kept.status_code == 201, kept.text
    return (await client.act(f"/templates/{kept.json()['id']}/activate")).json()
