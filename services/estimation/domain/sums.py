"""Which correlation quantities can have, all of them with each other."""

from shared.kernel.problems import FieldError, Problem


class CorrOutOfRange(Problem):
    status = 422
    title = ("An impossible correlation", "相关系数超出范围")
    en = "{count} quantities cannot all be correlated with {correlation:g}: it must be between {least:.4f} and 1."
    zh = "{count} 个量两两相关系数不可能同为 {correlation:g}：须在 {least:.4f} 与 1 之间。"


def refuse_impossible(count: int, correlation: float) -> None:
    """Raises `CorrOutOfRange` unless the correlation is -1 / (n - 1) to 1: more would make the variance negative."""
    least = -1 / (count - 1) if count > 1 else -1.0
    if not least <= correlation <= 1:
        error = FieldError("/correlation", "corr_out_of_range", f"must be {least:.4f} to 1", f"须为 {least:.4f} 至 1")
        raise CorrOutOfRange(count=count, correlation=correlation, least=least, errors=[error])
