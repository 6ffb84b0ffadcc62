"""Search on the real database: what the trigger keeps is what `tokens` says, and a tenant finds only its own."""

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from services.requirements.models.opportunities import Client
from shared.kernel import search
from shared.kernel.context import Context
from shared.kernel.db import Database
from shared.kernel.search import matches
from shared.kernel.words import tokens
from tests.conftest import empty


def test_words_and_pairs_of_chinese_characters():
    assert tokens("审批流程 Workflow 2.0 快") == ["审批", "批流", "流程", "workflow", "2", "0", "快"]
    assert tokens("ＡＢＣ、（全角）") == ["abc", "全角"]
    assert tokens("'; -- !!") == []


@given(st.text())
def test_any_text_has_tokens_that_a_query_can_hold(text):
    assert all(token and "'" not in token and "\\" not in token for token in tokens(text))


async def test_the_database_keeps_the_same_tokens(postgres):
    postgres.service_url("requirements")
    database = Database(postgres.service_url("requirements"), name="test")
    texts = [
        "审批流程 Workflow 2.0 快",
        "ＡＢＣ、（全角）Été Straße ПРИВЕТ 用户A能够在3秒内登录",
        "",
        "don't — stop_it: a\tb\nc",
        "𠮷野家 emoji 🎉 ok",
    ]
    async with database.transaction(Context(tenant="acme", actor="ann")) as session:
        kept = [
            await session.scalar(sa.text("select tsvector_to_array(search_tokens(:said))").bindparams(said=text))
            for text in texts
        ]
    await database.close()

    assert [set(one) for one in kept] == [set(tokens(text)) for text in texts]


async def test_each_tenant_finds_its_own(postgres):
    await empty(postgres, "requirements")
    database = Database(postgres.service_url("requirements"), name="test")
    for tenant in ("acme", "other"):
        async with database.transaction(Context(tenant=tenant, actor="ann")) as session:
            session.add(Client(name="东方商业银行 Oriental Bank", background="信贷", language="zh"))
            session.add(Client(name="Harbour Logistics", background="warehouse", language="en"))

    async def found(q):
        async with database.transaction(Context(tenant="acme", actor="ann")) as session:
            return (await session.scalars(sa.select(Client.name).where(await matches(session, Client, q)))).all()

    bank = ["东方商业银行 Oriental Bank"]
    answers = {q: await found(q) for q in ("商业银行", "银", "orien", "信贷 BANK", "银行 warehouse", "!?")}
    async with database.transaction(Context(tenant="acme", actor="ann")) as session:
        client = await session.scalar(sa.select(Client).where(await matches(session, Client, "harbour")))
        client.name = "Hafen Logistik"
    after = [await found("harbour"), await found("hafen")]
    await database.close()

    assert answers == {
        "商业银行": bank,
        "银": bank,
        "orien": bank,
        "信贷 BANK": bank,
        "银行 warehouse": [],
        "!?": [],
    }
    assert after == [[], ["Hafen Logistik"]]


@pytest.mark.parametrize("few", [0, 1000])
async def test_many_matches_are_found_like_few(start, monkeypatch, few):
    monkeypatch.setattr(search, "_FEW", few)
    async with start("requirements") as client:
        for name in ("Bank of Pudong", "浦东银行", "Bank of Harbour"):
            await client.post("/clients", json={"name": name})
        page = (await client.get("/clients", params={"q": "bank", "limit": 1})).json()
        rest = (await client.get("/clients", params={"q": "bank", "cursor": page["next_cursor"]})).json()
        foreign = await client.as_("eve", tenant="other").get("/clients", params={"q": "bank"})

    assert [item["name"] for item in page["items"] + rest["items"]] == ["Bank of Harbour", "Bank of Pudong"]
    assert rest["next_cursor"] is None
    assert foreign.json()["items"] == []
