"""The market that the portfolio sells in: clients, solutions, competitors, seasons; and the people who sell."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Client:
    """Who may buy."""

    name: str
    industry: str
    region: str
    language: str
    currency: str
    size: float
    """Multiplies the usual deal."""
    fondness: float
    """Of us, in log-odds of winning."""


@dataclass(frozen=True, slots=True)
class Solution:
    """What is sold."""

    title: str
    title_zh: str
    days: float
    """Person-days of a usual deal."""
    modules: tuple[str, ...]
    strength: float
    """Against others, in log-odds of winning."""


@dataclass(frozen=True, slots=True)
class Competitor:
    name: str
    strength: float
    """What it takes from our log-odds where it bids."""
    share: float
    """How often it is met."""


_CLIENTS = {
    # industry, language, currency, size: name, region, fondness
    ("banking", "zh", "CNY", 1.5): (
        ("江岚银行", "上海", 0.3),
        ("云溪农商行", "杭州", 0.1),
        ("北辰信托", "北京", -0.2),
        ("南浦村镇银行", "广州", 0.4),
        ("澜山证券", "深圳", -0.4),
        ("青禾消费金融", "成都", 0.0),
    ),
    ("government", "zh", "CNY", 1.2): (
        ("临川市政务服务局", "南昌", 0.2),
        ("海陵区教育局", "南京", 0.0),
        ("望江县自然资源局", "合肥", -0.3),
        ("滨城市住房公积金中心", "青岛", 0.1),
        ("玉泉区应急管理局", "呼和浩特", -0.1),
        ("锦屏市交通运输局", "成都", 0.3),
    ),
    ("manufacturing", "zh", "CNY", 1.0): (
        ("恒锐重工", "沈阳", 0.2),
        ("中远精密", "苏州", 0.0),
        ("华腾电子", "深圳", 0.3),
        ("东麓汽车零部件", "武汉", -0.1),
        ("晨光新材", "宁波", 0.1),
    ),
    ("healthcare", "zh", "CNY", 0.8): (
        ("仁和医疗集团", "北京", 0.2),
        ("康泽医院", "西安", 0.0),
        ("安澜药业", "杭州", -0.2),
    ),
    ("retail", "zh", "CNY", 0.6): (
        ("百悦超市", "郑州", 0.1),
        ("禾木家居", "上海", -0.1),
        ("澄海便利", "厦门", 0.2),
    ),
    ("energy", "zh", "CNY", 1.3): (
        ("西岭水电", "成都", 0.3),
        ("华燃能源", "天津", -0.1),
        ("北疆风电", "乌鲁木齐", 0.1),
    ),
    ("manufacturing", "en", "EUR", 0.9): (
        ("Nordhaven Pumps", "Hamburg", 0.0),
        ("Lindqvist Bearings", "Rotterdam", 0.2),
    ),
}
CLIENTS = tuple(
    Client(name, industry, region, language, currency, size, fondness)
    for (industry, language, currency, size), named in _CLIENTS.items()
    for name, region, fondness in named
)

SOLUTIONS = (
    Solution("Lending platform", "信贷业务平台", 420, ("Origination", "Decision", "Servicing"), 0.4),
    Solution("Data platform", "数据中台", 380, ("Ingestion", "Catalogue", "Quality"), 0.0),
    Solution("Permit portal", "一网通办门户", 300, ("Intake", "Review", "Archive"), 0.3),
    Solution("Supply chain portal", "供应链协同平台", 260, ("Orders", "Suppliers", "Settlement"), -0.1),
    Solution("Asset management", "设备资产管理", 220, ("Register", "Maintenance", "Stock"), 0.1),
    Solution("Customer service desk", "客户服务中心", 160, ("Tickets", "Knowledge", "Reports"), 0.2),
    Solution("Identity and access", "统一身份认证", 120, ("Login", "Rights", "Audit"), 0.0),
    Solution("Field inspection app", "移动巡检应用", 90, ("Routes", "Findings", "Photos"), -0.3),
)

COMPETITORS = (
    Competitor("远图科技", 0.5, 0.3), Competitor("华序软件", 0.2, 0.25), Competitor("鼎言信息", 0.0, 0.2),
    Competitor("Castellan Systems", 0.8, 0.1), Competitor("启川数据", -0.3, 0.15),
)  # fmt: skip

SEASON = (0.8, 0.45, 1.0, 1.1, 1.15, 1.2, 0.8, 0.8, 1.1, 0.9, 1.25, 1.35)
"""Openings of a month against the mean, January first: little in the Spring Festival, much before budgets close."""

OWNERS = ("lin", "sun", "ma", "qian", "he", "luo")
"""Whose opportunities they are: `lin` has a token of the development issuer."""

KINDS = {"tender": (0.45, -0.5), "direct": (0.4, 0.2), "renewal": (0.15, 1.2)}
"""Share of each kind of business, and what it adds to the log-odds of winning."""
