"""What the shipped catalogue proposes to say to a client of a risk, by the id of its rule.

Whether it is said a person decides for each risk: all are internal until then. Rules about our own estimate, price,
people and assumptions have none.
"""

from collections.abc import Mapping

from services.risk.domain.rule import Words

CLIENT_WORDINGS: Mapping[str, Words] = {
    "performance_unmeasured": Words(
        "Some performance is asked for without a figure. Both sides agree on measurable figures and on how they are"
        " tested before design begins.",
        "部分性能要求尚无量化指标。双方在设计开始前商定可度量的指标与测试方法。",
    ),
    "performance_demanding": Words(
        "A demanding performance may not be reached at the first attempt. It is load-tested early on a thin slice, so"
        " that there is time to tune.",
        "较高的性能要求可能无法首次达标。前期即对最小可用链路开展压力测试，为调优预留时间。",
    ),
    "acceptance_missing": Words(
        "Some requirements do not say yet how they are accepted. Both sides write their criteria down before work on"
        " them begins.",
        "部分需求尚未明确验收方式。双方在开工前共同编写验收标准。",
    ),
    "external_interfaces": Words(
        "Systems of third parties may be ready late or differ from their description. Specifications and test access"
        " are agreed in writing at the start, and simulators stand in until then.",
        "外部对接系统可能延期或与接口说明不符。启动时书面确认接口文档与测试环境，其间以模拟器代替。",
    ),
    "data_migration": Words(
        "Existing data may need more cleansing than expected. They are profiled early, cleansed at the source, and"
        " moved in trial runs before cut-over.",
        "历史数据的清洗量可能超出预期。前期开展数据剖析并在源头清洗，切换前进行多轮迁移演练。",
    ),
    "security_load": Words(
        "An audit of security or compliance may find gaps shortly before go-live. A pre-audit is held early enough to"
        " close them.",
        "上线前的安全或合规测评可能发现缺陷。提前安排预测评，为整改留出时间。",
    ),
    "flat_priorities": Words(
        "Where nearly everything is a must, nothing can give way when scope grows. Both sides agree on an order of"
        " delivery.",
        "若几乎所有需求均为必须，范围增加时将无法取舍。双方商定交付的先后次序。",
    ),
}
