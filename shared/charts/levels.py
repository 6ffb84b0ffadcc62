"""Names of the levels of a scale, from three to seven of them."""

from shared.charts import Label

_LEVELS = {
    "very_low": Label("Very low", "很低"),
    "low": Label("Low", "低"),
    "rather_low": Label("Rather low", "较低"),
    "medium": Label("Medium", "中"),
    "rather_high": Label("Rather high", "较高"),
    "high": Label("High", "高"),
    "very_high": Label("Very high", "很高"),
}
_NAMED = {
    3: "low medium high",
    4: "very_low low high very_high",
    5: "very_low low medium high very_high",
    6: "very_low low rather_low rather_high high very_high",
    7: "very_low low rather_low medium rather_high high very_high",
}


def level_names(count: int) -> tuple[Label, ...]:
    """The names from the lowest level up; numbers for a scale of another length."""
    if count not in _NAMED:
        return tuple(Label.same(str(level)) for level in range(1, count + 1))
    return tuple(_LEVELS[code] for code in _NAMED[count].split())
