"""Refusals: every error that a caller sees is one of these, rendered as RFC 9457 problem+json in English or Chinese.

A `Problem` is a refusal for good: HTTP answers 4xx, an event that raises one is parked. Any other exception is
passing: HTTP answers 5xx, an event is delivered again.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from shared.kernel.naming import in_chinese

REFERENCE = "/problems#"
"""Every `type` points at this page of the gateway."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: a JSON pointer, a stable code, and the mend in both languages."""

    pointer: str
    code: str
    en: str
    zh: str


class Problem(Exception):
    """Base of all refusals. `en` and `zh` are templates filled with the keyword arguments."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = ""
    title: ClassVar[tuple[str, str]] = ("Bad request", "请求有误")
    en: ClassVar[str] = ""
    zh: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        # Services may say one fact each in their words: the same is shown whatever was imported first.
        CATALOGUE[cls.code] = min(CATALOGUE.get(cls.code, cls), cls, key=lambda kind: kind.__module__)

    def __init__(self, *, errors: Iterable[FieldError] = (), **facts: Any) -> None:
        self.facts = facts
        self.errors = tuple(errors)
        super().__init__(self.detail("en"))

    def detail(self, language: str) -> str:
        """The sentence for people, in `zh` or `en`."""
        return self.zh.format(**in_chinese(self.facts)) if language == "zh" else self.en.format(**self.facts)

    def members(self) -> Mapping[str, Any]:
        """Extension members for programs; none unless a subclass adds some."""
        return {}

    def headers(self) -> Mapping[str, str]:
        return {}

    def render(self, language: str, *, instance: str, trace_id: str) -> dict[str, Any]:
        """The problem+json object."""
        return {
            "type": REFERENCE + self.code,
            "title": self.title[language == "zh"],
            "status": self.status,
            "detail": self.detail(language),
            "instance": instance,
            "code": self.code,
            "errors": [
                {"pointer": e.pointer, "code": e.code, "message": e.zh if language == "zh" else e.en}
                for e in self.errors
            ],
            "trace_id": trace_id,
            **self.members(),
        }


CATALOGUE: dict[str, type[Problem]] = {}
"""Every problem class by code; `docs/problems.md` is made from it."""


class Invalid(Problem):
    """The request is understood, but some of its fields cannot be."""

    status = 422
    title = ("Some fields are wrong", "部分字段有误")
    en = "{count} field(s) are wrong; each is named in `errors` with what would be right."
    zh = "有 {count} 个字段有误，`errors` 逐一指明位置与正确写法。"

    def __init__(self, errors: Iterable[FieldError]) -> None:
        errors = tuple(errors)
        super().__init__(errors=errors, count=len(errors))


class Malformed(Problem):
    status = 400
    title = ("Not valid JSON", "不是有效的 JSON")
    en = "The body is not valid JSON: {why}."
    zh = "请求体不是有效的 JSON，或无法读取，请检查其语法与编码。"


class HeaderRepeated(Problem):
    status = 400
    title = ("A header came more than once", "请求头重复")
    en = "The header `{header}` may come once: which of several counts is not for us to choose."
    zh = "请求头 `{header}` 只能出现一次。"


class Unauthenticated(Problem):
    status = 401
    title = ("Who are you?", "未通过身份验证")
    en = "No valid bearer token: {why}."
    zh = "缺少有效的访问令牌，请重新登录后再试。"

    def headers(self) -> Mapping[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(Problem):
    status = 403
    title = ("You may not do this", "无权执行此操作")
    en = "This needs the permission `{scope}`, which these roles have: {holders}; your roles are: {roles}."
    zh = "此操作需要权限 `{scope}`，以下角色具备：{holders}；您的角色为：{roles}。"


class NotFound(Problem):
    status = 404
    title = ("There is no such thing", "未找到")
    en = "There is no {kind} with id {id}."
    zh = "不存在标识为 {id} 的 {kind}。"


class NoSuchPath(Problem):
    status = 404
    title = ("There is no such path", "路径不存在")
    en = "There is nothing at {path}; /docs lists what there is."
    zh = "路径 {path} 不存在；可用接口见 `/docs`。"


class MethodNotAllowed(Problem):
    status = 405
    title = ("Not this way", "请求方法不允许")
    en = "{method} is not possible at {path}."
    zh = "{path} 不支持 {method} 方法。"


class IllegalTransition(Problem):
    status = 409
    title = ("Not possible in this state", "当前状态不允许此操作")
    en = "A {kind} that is {state} cannot {action}; possible now: {possible}."
    zh = "{kind}当前状态为“{state}”，不能执行“{action}”；当前可执行：{possible}。"

    def members(self) -> Mapping[str, Any]:
        return {"state": self.facts["state"]}


class AlreadyExists(Problem):
    status = 409
    title = ("It exists already", "已存在")
    en = "There is a {kind} with this {fields} already, and only one may be."
    zh = "已存在 {fields} 相同的 {kind}，不能重复。"


class BrokenReference(Problem):
    status = 409
    title = ("Others depend on it", "存在关联")
    en = "Something refers to this, or it refers to something that is not there ({constraint})."
    zh = "存在引用关系或引用的对象不存在（{constraint}）。"


class PreconditionRequired(Problem):
    status = 428
    title = ("Say which version you saw", "缺少版本条件")
    en = "Send `If-Match` with the ETag of the version that you changed."
    zh = "请在 `If-Match` 中给出您所修改版本的 ETag。"


class PreconditionFailed(Problem):
    status = 412
    title = ("Somebody was faster", "版本已变化")
    en = "Your `If-Match` is not the current version; that is {current}. Read it again, then repeat your change."
    zh = "`If-Match` 不是当前版本（当前为 {current}）。请重新读取后再修改。"

    def members(self) -> Mapping[str, Any]:
        return {"current_version": self.facts["current"]}

    def headers(self) -> Mapping[str, str]:
        return {"ETag": f'"{self.facts["current"]}"'}


class IdempotencyKeyReused(Problem):
    status = 422
    title = ("This key belongs to another request", "幂等键已用于其他请求")
    en = "`Idempotency-Key` {key} was used for another request; take a new key for a new request."
    zh = "幂等键 {key} 已用于另一个请求；新请求请使用新键。"


class IdempotencyKeyInUse(Problem):
    status = 409
    title = ("The same request is under way", "相同请求正在处理")
    en = "A request with `Idempotency-Key` {key} is under way; repeat it in a moment to get its answer."
    zh = "幂等键 {key} 的请求正在处理，请稍后重试以取得结果。"


class TooLarge(Problem):
    status = 413
    title = ("The body is too large", "请求体过大")
    en = "The body may have {limit} bytes at most."
    zh = "请求体最多 {limit} 字节。"


class TooManyRequests(Problem):
    status = 429
    title = ("Slow down", "请求过于频繁")
    en = "More than {limit} requests in {seconds} s; try again in {retry_after} s."
    zh = "{seconds} 秒内超过 {limit} 次请求；请 {retry_after} 秒后重试。"

    def members(self) -> Mapping[str, Any]:
        return {"policy": self.facts["policy"]}

    def headers(self) -> Mapping[str, str]:
        wait = str(self.facts["retry_after"])
        return {"Retry-After": wait, "RateLimit": f'"{self.facts["policy"]}";r=0;t={wait}'}


class EventTooLarge(Problem):
    status = 422
    title = ("Too large to publish", "内容过大")
    en = "{kind} would make an event of {size} bytes; {limit} are possible. Split it, or shorten its texts."
    zh = "{kind} 产生的事件为 {size} 字节，上限 {limit} 字节。请拆分或精简文字。"


class InternalError(Problem):
    status = 500
    title = ("We failed", "系统内部错误")
    en = "Something went wrong on our side; give us the trace_id."
    zh = "系统出现错误，请提供 `trace_id` 以便排查。"


class Unavailable(Problem):
    status = 503
    title = ("Not available now", "服务暂不可用")
    en = "{what} does not answer at the moment; try again soon."
    zh = "所需的服务或数据库暂时没有响应，请稍后重试。"

    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": "2"}


def language_of(accept_language: str | None) -> str:
    """`zh` or `en`, whichever `Accept-Language` weighs higher; English when it says nothing of either."""
    best, weight = "en", 0.0
    for item in (accept_language or "").split(","):
        tag, _, parameter = item.strip().partition(";")
        try:
            quality = float(parameter.split("=", 1)[1]) if "=" in parameter else 1.0
        except ValueError:
            continue
        primary = tag.strip().lower().split("-")[0]
        if primary in {"zh", "en"} and quality > weight:
            best, weight = primary, quality
    return best
