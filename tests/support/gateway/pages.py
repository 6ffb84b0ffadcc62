"""Who calls the gateway, and the browser that opens its pages."""

FORM = {
    "pages": [
        {
            "name": "one", "title": {"default": "Your business", "zh-cn": "业务现状"}, "description": {"zh-cn": "关于贵行的信贷业务。"},
            "elements": [
                {"type": "html", "name": "note", "html": {"default": "<p>Rough <b>figures</b> will do.</p>", "zh-cn": "<p>大致<b>数字</b>即可。</p>"}},
                {"type": "comment", "name": "needs", "title": {"default": "What must it do?", "zh-cn": "系统必须做到什么？"}, "description": None},
            ],
        },
        {
            "name": "two", "title": {"default": "Your people", "zh-cn": "人员"},
            "elements": [
                {"type": "panel", "name": "inner", "title": {"default": "Users", "zh-cn": "使用者"}, "elements": [
                    {"type": "panel", "name": "innermost", "elements": [{"type": "text", "name": "users", "title": None}]},
                ]},
                {"type": "checkbox", "name": "channels", "choices": [{"value": "web", "text": None}, "branch"]},
                {"type": "rating", "name": "score", "minRateDescription": None},
            ],
        },
    ],
}  # fmt: skip


CHROMIUM = "/usr/bin/chromium"


def bearer(token):
    return {"Authorization": f"Bearer {token}"}
