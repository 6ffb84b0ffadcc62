"""What a schedule is called in Microsoft Project XML (Project XML Data Interchange Schema, mspdi_pj12.xsd)."""

from shared.quant.network import ConstraintKind, LinkKind

NAMESPACE = "http://schemas.microsoft.com/project"
SAVE_VERSION = 12
"""Project 2007, which every later one reads."""

HOURS_PER_DAY = 8
MINUTES_PER_DAY = HOURS_PER_DAY * 60
SECONDS_PER_DAY = MINUTES_PER_DAY * 60
TENTHS_PER_DAY = MINUTES_PER_DAY * 10
"""Lags and slacks are tenths of minutes."""
IN_DAYS = 7
"""The format that durations and lags are shown in."""

LINKS = {
    LinkKind.FINISH_FINISH: 0,
    LinkKind.FINISH_START: 1,
    LinkKind.START_FINISH: 2,
    LinkKind.START_START: 3,
}
CONSTRAINTS = {
    ConstraintKind.AS_SOON_AS_POSSIBLE: 0,
    ConstraintKind.AS_LATE_AS_POSSIBLE: 1,
    ConstraintKind.MUST_START_ON: 2,
    ConstraintKind.MUST_FINISH_ON: 3,
    ConstraintKind.START_NO_EARLIER_THAN: 4,
    ConstraintKind.START_NO_LATER_THAN: 5,
    ConstraintKind.FINISH_NO_EARLIER_THAN: 6,
    ConstraintKind.FINISH_NO_LATER_THAN: 7,
}

# Fields of its own that the program has for everybody's use: Text1 … and, for PERT, Duration1 ….
ID_FIELD, CHINESE_FIELD, MODULE_FIELD = "188743731", "188743734", "188743737"
RANGE_FIELDS = ("188743783", "188743784", "188743785")
FIELDS = {
    ID_FIELD: ("Text1", "Id"),
    CHINESE_FIELD: ("Text2", "中文名称"),
    MODULE_FIELD: ("Text3", "Module"),
    RANGE_FIELDS[0]: ("Duration1", "Optimistic"),
    RANGE_FIELDS[1]: ("Duration2", "Most likely"),
    RANGE_FIELDS[2]: ("Duration3", "Pessimistic"),
}
"""Name and alias of each field that is used."""

CRITERION = "[ ] "
"""What a line of the notes begins with that is a criterion of a quality gate; ` | ` stands before its Chinese."""
CHINESE = " | "
