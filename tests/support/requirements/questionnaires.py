"""Questionnaires and their forms."""

FORM = {
    "description": {"default": "Ten minutes.", "zh-cn": "约十分钟。"},
    "elements": [
        {"type": "comment", "name": "needs", "title": {"default": "What must it do?", "zh-cn": "系统必须做到什么？"},
         "isRequired": True, "presales": {"becomes": "requirement", "kind": "functional", "priority": "must"}},
        {"type": "checkbox", "name": "pains", "choices": [{"value": "slow", "text": {"default": "Too slow", "zh-cn": "太慢"}}, "errors"],
         "presales": {"becomes": "pain", "severity": "high"}},
        {"type": "text", "name": "goal", "presales": {"becomes": "objective"}},
        {"type": "rating", "name": "satisfaction"},
    ],
}  # fmt: skip


async def drafted(service, **wish):
    body = {"key": "discovery", "title": "Discovery", "title_zh": "需求调研", "form": FORM}
    return await service.post("/questionnaires", json={**body, **wish})
