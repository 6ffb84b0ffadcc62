"""One resource of each kind under an opportunity."""

from tests.requirements.conftest import made, requirement

FORM = {"elements": [{"type": "text", "name": "a"}]}


async def one_of_each(client, deal):
    """A resource of every collection within the opportunity, by collection."""
    own = {"opportunity_id": deal["id"]}
    need = await requirement(client, deal)
    asked = await made(client, "/questionnaires", key=f"k{deal['code'][-4:]}", title="T", title_zh="T", form=FORM)
    await client.act(f"/questionnaires/{asked['id']}/publish")
    product = await made(client, "/products", code=deal["code"], name="P", release="1")
    await made(client, f"/products/{product['id']}/capabilities", code="C", name="C")
    addition = {"op": "add", "requirement": {"title": "t", "statement": "s", "kind": "user"}}
    wishes = {
        "stakeholders": {**own, "name": "王敏", "role": "coach"},
        "pains": {**own, "statement": "slow"},
        "constraints": {**own, "kind": "date", "name": "Go-live", "is_hard": True, "latest": "2027-06-30"},
        "concerns": {**own, "category": "technical", "statement": "old core system"},
        "invitations": {**own, "questionnaire_id": asked["id"], "recipient_name": "王敏"},
        "interviews": {**own, "title": "Kick-off", "held_at": "2026-11-02T09:00:00Z"},
        "confirmations": {**own, "requirement_codes": [need["code"]], "recipient_name": "王敏"},
        "fit-assessments": {"requirement_id": need["id"], "verdict": "full"},
        "change-requests": {**own, "title": "t", "reason": "不再需要", "operations": [addition]},
        "baselines": {**own, "title": "B"},
    }
    query = {**own, "file_name": "a.csv"}
    await client.post("/imports", params=query, content=b"ID,Requirement\nA-1,It shall run.\n")
    return {name: await made(client, f"/{name}", **wish) for name, wish in wishes.items()}
