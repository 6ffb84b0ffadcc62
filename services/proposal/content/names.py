"""Names in both languages of what the plan itself brings in: phases, milestones, roles, price components."""

from services.proposal.content.base import Named

GENERAL = Named(name="Whole solution", name_zh="整体要求")
"""Stands for requirements that belong to no module."""
PROJECT = Named(name="Project services", name_zh="项目服务")
"""Stands for the standing activities of the work breakdown."""

_PHASES = {
    "requirements": ("Requirements", "需求"),
    "design": ("Design", "设计"),
    "build": ("Build", "开发"),
    "test": ("Test", "测试"),
    "deployment": ("Deployment", "上线"),
    "warranty": ("Warranty", "质保"),
}
_MILESTONES = {
    "start": ("Project start", "项目启动"),
    "requirements-agreed": ("Requirements agreed", "需求确认"),
    "design-approved": ("Design approved", "设计确认"),
    "built": ("Build complete", "开发完成"),
    "accepted": ("Acceptance test passed", "验收测试通过"),
    "live": ("Go-live", "正式上线"),
    "closed": ("End of warranty", "质保期满"),
}
_ROLES = {
    "account_manager": ("Account manager", "客户经理"),
    "analyst": ("Business analyst", "业务分析师"),
    "architect": ("Architect", "架构师"),
    "business_analyst": ("Business analyst", "业务分析师"),
    "designer": ("Designer", "设计师"),
    "developer": ("Developer", "开发工程师"),
    "devops_engineer": ("DevOps engineer", "运维工程师"),
    "operations_engineer": ("Operations engineer", "运维工程师"),
    "project_manager": ("Project manager", "项目经理"),
    "security_engineer": ("Security engineer", "安全工程师"),
    "tester": ("Tester", "测试工程师"),
    "trainer": ("Trainer", "培训师"),
    "ui_designer": ("User interface designer", "界面设计师"),
}
_ACTIVITIES = {
    "management": ("Project management", "项目管理"),
    "quality_assurance": ("Quality assurance", "质量保证"),
    "deployment": ("Deployment", "部署"),
    "training": ("Training", "培训"),
    "warranty": ("Warranty", "质保"),
}
_ITEMS = {
    "material": ("Material and third-party services", "物资与第三方服务"),
    "financial": ("Financing and guarantees", "资金与保函"),
    "reserve": ("Reserve for identified risks", "已识别风险储备"),
}


def _named(known: dict[str, tuple[str, str]], code: str) -> Named:
    # A role or activity that a tenant brings along has no other name than its code.
    plain = code.replace("_", " ").replace("-", " ").capitalize()
    name, name_zh = known.get(code, (plain, plain))
    return Named(name=name, name_zh=name_zh)


def phase(code: str) -> Named:
    return _named(_PHASES, code)


def milestone(code: str) -> Named:
    return _named(_MILESTONES, code)


def role(code: str) -> Named:
    return _named(_ROLES, code)


def item(code: str) -> Named:
    return _named(_ITEMS, code)


def module(group: str | None) -> Named:
    """A module has the client's name, in any language."""
    return Named(name=group, name_zh=group) if group else GENERAL


def task(phase_code: str, group: str | None, activity: str | None) -> Named:
    """`Build: Lending`, `Training`, or just the phase."""
    if activity:
        return _named(_ACTIVITIES, activity)
    if group is None:
        return phase(phase_code)
    stage, part = phase(phase_code), module(group)
    return Named(name=f"{stage.name}: {part.name}", name_zh=f"{stage.name_zh}：{part.name_zh}")
