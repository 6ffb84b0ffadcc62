"""What is asked at the quality gates of a drafted schedule, until persons say better."""

GATES: dict[str, tuple[tuple[str, str], ...]] = {
    "requirements-agreed": (
        ("The client has confirmed the requirement baseline", "客户已确认需求基线"),
        ("No clarification of a must-have requirement is open", "必须需求无未决澄清"),
        ("Every must-have requirement has an acceptance criterion", "每项必须需求均有验收标准"),
    ),
    "design-approved": (
        ("Every requirement is traced to a part of the design", "每项需求均可追溯到设计"),
        ("Interfaces are agreed with those on the other side", "接口已与对方系统确认"),
        ("The design review has no severe finding open", "设计评审无未关闭的严重问题"),
    ),
    "built": (
        ("All modules are integrated and pass their tests", "全部模块已集成并通过测试"),
        ("Code reviews and security scans have no severe finding open", "代码评审与安全扫描无未关闭的严重问题"),
    ),
    "accepted": (
        ("All acceptance tests of must-have requirements have passed", "必须需求的验收测试全部通过"),
        ("No severe defect is open; the rest has dates", "无未关闭的严重缺陷，其余缺陷已定期限"),
        ("Performance and security targets are shown to be met", "性能与安全指标已验证达标"),
    ),
    "live": (
        ("The client has signed the acceptance", "客户已签署验收"),
        ("Cut-over and fallback have been rehearsed", "切换与回退已演练"),
        ("Users and operators are trained", "用户与运维人员已培训"),
    ),
}
"""Criteria in English and Chinese by milestone; the others are plain milestones."""
