"""Articles: versions, review dates that are never passed silently, and what fits a support request."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.relevance import relevance
from services.engagement.handlers import on_lessons
from services.engagement.models.articles import Article
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from shared.kernel.events import NO_OPPORTUNITY
from shared.language.events.insights import LessonProposed
from tests.conftest import TENANT, envelope, said
from tests.engagement.conftest import acted, actions_of, ids, made, patched, run_until
from tests.support.days import in_days, today

LAPSED = "engagement.article.lapsed.v1"


async def drafted(client, key="k8s-sizing", **wish):
    body = {
        "key": key,
        "title_zh": "Kubernetes 容量测算",
        "body_zh": "按并发用户数估算节点。",
        "review_on": in_days(30),
    }
    return await made(client, "articles", **{**body, **wish})


async def published(client, *args, **wish):
    article = await drafted(client, *args, **wish)
    return await acted(client, f"/articles/{article['id']}/publish")


async def test_a_published_version_takes_the_place_of_the_one_before(engagement):
    first = await published(engagement)
    second = await drafted(engagement, body_zh="按每秒事务数估算节点。")

    after = await acted(engagement, f"/articles/{second['id']}/publish")

    assert (first["number"], second["number"], after["status"]) == (1, 2, "published")
    assert (await engagement.get(f"/articles/{first['id']}")).json()["status"] == "retired"
    assert await ids(engagement, "articles", key="k8s-sizing", status="published") == [second["id"]]
    told = await said(engagement.app.state.database, "engagement.article.recorded.v1")
    assert [(one.data["number"], one.data["status"]) for one in told] == [
        (1, "published"), (1, "retired"), (2, "published"),
    ]  # fmt: skip
    late = await patched(engagement, f"/articles/{second['id']}", title_zh="x")
    assert (late.status_code, late.json()["code"]) == (409, "article_is_not_draft")


async def test_an_overdue_review_is_told_once_and_shown_until_somebody_looks(engagement):
    article = await published(engagement, owner="li")
    path, due = f"/articles/{article['id']}", now() + timedelta(days=31)

    early = await run_until(engagement, now() + timedelta(days=29))
    late = await run_until(engagement, due)
    again = await run_until(engagement, due + timedelta(days=30))
    told = await said(engagement.app.state.database, LAPSED)
    shown = (await engagement.get(path)).json()
    looked = await acted(engagement, f"{path}/review", {"review_on": in_days(90)})
    await run_until(engagement, now() + timedelta(days=92))

    assert (early, late, again) == (0, 1, 0)
    assert [(one.data["key"], one.data["owner"]) for one in told] == [("k8s-sizing", "li")]
    assert told[0].opportunity_id == UUID(int=0)
    assert shown["stale_since"] is not None
    assert (looked["stale_since"], looked["reviewed_at"] is None, looked["review_on"]) == (None, False, in_days(90))
    assert len(await said(engagement.app.state.database, LAPSED)) == 2
    told = await said(engagement.app.state.database, "engagement.article.recorded.v1")
    assert [one.data["review_on"] for one in told][1:] == [in_days(90)]


async def test_a_stale_article_says_so_wherever_it_is_shown(engagement, deal):
    fresh = await published(engagement)
    stale = await published(
        engagement, "k8s-network", title_zh="Kubernetes 网络", body_zh="网络策略。", review_on=in_days(1)
    )
    await back_in_time(engagement, stale, days=2)
    request = await made(
        engagement, "support-requests", opportunity_id=deal, title="Kubernetes 咨询", description="网络怎么规划？",
        domain="technical", kind="consulting",
    )  # fmt: skip

    suggested = (await engagement.get(f"/support-requests/{request['id']}/suggested-articles")).json()["articles"]

    assert [(one["key"], one["is_stale"]) for one in suggested] == [("k8s-network", True), ("k8s-sizing", False)]
    assert suggested[0]["stale_reason"]["code"] == "review_overdue"
    assert "ann" in suggested[0]["stale_reason"]["message_zh"]
    assert set(suggested[0]["words"]) == {"kubernetes", "网络"}
    assert suggested[0]["score"] > suggested[1]["score"] > 0
    assert await ids(engagement, "articles", stale=True) == [stale["id"]]
    assert await ids(engagement, "articles", stale=False) == [fresh["id"]]


async def back_in_time(client, article, *, days):
    """Move the review date of a published article, as if that many days had passed."""
    async with client.app.state.database.transaction(Context(TENANT, "test")) as session:
        day = today() - timedelta(days=days)
        await session.execute(sa.update(Article).where(Article.id == UUID(article["id"])).values(review_on=day))


async def test_drafts_and_retired_articles_are_suggested_to_nobody(engagement, deal):
    await drafted(engagement, "draft")
    retired = await published(engagement)
    await acted(engagement, f"/articles/{retired['id']}/retire")
    request = await made(
        engagement, "support-requests", opportunity_id=deal, title="Kubernetes", description="容量",
        domain="technical", kind="consulting",
    )  # fmt: skip

    found = await engagement.get(f"/support-requests/{request['id']}/suggested-articles")

    assert found.json() == {"articles": []}


async def test_articles_are_found_by_words_in_both_languages_tags_and_owner(engagement):
    one = await drafted(engagement, tags=["性能", "sizing"], owner="li")
    two = await drafted(engagement, "hand-over", title="Hand-over checklist", body="What **delivery** asks for.",
                        title_zh=None, body_zh=None)  # fmt: skip

    assert await ids(engagement, "articles", q="并发用户") == await ids(engagement, "articles", q="性能") == [one["id"]]
    assert await ids(engagement, "articles", q="delivery checklist") == [two["id"]]
    assert (
        await ids(engagement, "articles", tag="sizing") == await ids(engagement, "articles", owner="li") == [one["id"]]
    )
    assert (two["owner"], two["title_zh"]) == ("ann", None)


async def test_an_article_that_would_be_stale_at_once_is_not_published(engagement):
    article = await drafted(engagement, review_on=in_days(0))
    path = f"/articles/{article['id']}"

    refused = await engagement.act(f"{path}/publish")

    assert (refused.status_code, refused.json()["code"]) == (409, "review_is_due")
    assert (await actions_of(engagement, path))["publish"] == "review_is_due"
    await patched(engagement, path, review_on=in_days(5))
    await acted(engagement, f"{path}/publish")
    backwards = await engagement.act(f"{path}/review", {"review_on": in_days(-1)})
    assert (backwards.status_code, backwards.json()["code"]) == (409, "review_is_due")


@pytest.mark.parametrize(
    "wish",
    [
        {"title_zh": None},
        {"title_zh": None, "body_zh": None},
        {"title": "only a title"},
        {"key": "Not a key"},
        {"tags": [""]},
        {"body_zh": "a\x00b"},
    ],
)
async def test_a_wrong_article_is_refused(engagement, wish):
    body = {"key": "x", "title_zh": "x", "body_zh": "x", "review_on": in_days(9), **wish}

    assert (await engagement.post("/articles", json=body)).status_code == 422


async def test_a_change_leaves_an_article_in_a_language(engagement):
    article = await drafted(engagement)

    refused = await patched(engagement, f"/articles/{article['id']}", body_zh=None)

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "language_missing")


words = st.sampled_from(["审批", "流程", "workflow", "cloud", "risk"])
texts = st.lists(st.lists(words, min_size=1, max_size=12), min_size=1, max_size=6)


@given(st.lists(words, max_size=4), texts)
def test_a_text_without_a_word_of_the_query_does_not_fit_and_any_other_does(query, documents):
    for document, found in zip(documents, relevance(query, documents), strict=True):
        assert (found.score > 0) == bool(set(query) & set(document))
        assert set(found.words) == set(query) & set(document)
        assert list(found.words.values()) == sorted(found.words.values(), reverse=True)


@given(words, texts)
def test_a_word_that_is_rarer_among_all_texts_weighs_more(word, documents):
    few = relevance([word], documents, of=len(documents))
    many = relevance([word], documents, of=len(documents) + 100)

    assert all(rare.score >= common.score for common, rare in zip(few, many, strict=True))


def test_the_weight_is_that_of_the_textbook():
    [found] = relevance(["a"], [["a", "b"]], of=4)

    assert found.score == pytest.approx(1.2039728 * 2.2 / (1 + 1.2))


def proposal(**wish):
    return LessonProposed(**{
        "opportunity_id": NO_OPPORTUNITY, "lesson_id": new_id(), "retrospective_id": new_id(), "finding": 1,
        "kind": "article", "title": "Hear early", "title_zh": None, "text": "Interviews first.", "text_zh": None,
        "version": 1, **wish,
    })  # fmt: skip


async def propose(client, *events):
    return await on_lessons.handle(client.app.state.database, [envelope(one, actor="lin") for one in events])


async def test_a_lesson_becomes_a_draft_once_which_is_published_as_any_other(engagement):
    lesson = proposal()

    await propose(engagement, lesson)
    await propose(engagement, lesson, proposal(kind="risk_rule"))

    [listed] = (await engagement.get("/articles")).json()["items"]
    path = f"/articles/{lesson.lesson_id}"
    draft = (await engagement.get(path)).json()
    assert (listed["id"], draft["status"], draft["owner"]) == (str(lesson.lesson_id), "draft", "lin")
    assert (draft["title"], draft["body"], draft["title_zh"]) == ("Hear early", "Interviews first.", None)
    assert draft["key"] == f"lesson-{lesson.lesson_id.hex[:12]}"
    await patched(engagement, path, title_zh="尽早倾听", body_zh="先访谈。", review_on=in_days(20))
    await acted(engagement, f"{path}/publish")
    recorded = await said(engagement.app.state.database, "engagement.article.recorded.v1")
    assert [(one.aggregate_id, one.data["status"]) for one in recorded] == [
        (lesson.lesson_id, "draft"), (lesson.lesson_id, "published"),
    ]  # fmt: skip


async def test_the_longest_lesson_is_a_draft_and_its_owner_need_not_be_in_the_roster(engagement):
    await made(engagement, "colleagues", subject="wang", name="Wang", role="presales")

    await propose(engagement, proposal(title="x" * 300, text="字" * 8000))

    [draft] = (await engagement.get("/articles", params={"view": "full"})).json()["items"]
    assert (len(draft["title"]), len(draft["body"]), draft["owner"]) == (300, 8000, "lin")
