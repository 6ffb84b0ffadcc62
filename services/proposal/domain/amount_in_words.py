"""Amounts of money in Chinese words (中文大写), as contracts and bills have them (支付结算办法, annex 1)."""

from decimal import ROUND_HALF_UP, Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ((10**8, "亿"), (10**4, "万"), (10**3, "仟"), (10**2, "佰"), (10, "拾"))


def in_words(yuan: Decimal) -> str:
    """A yuan amount in words, rounded half up to the fen: 人民币陆仟零柒元壹角肆分."""
    fen = int((abs(yuan) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    sign = "负" if yuan < 0 and fen else ""
    whole, (jiao, rest) = fen // 100, divmod(fen % 100, 10)
    words = f"{_integer(whole)}元" if whole or not fen else ""
    if fen % 100 == 0:
        return f"人民币{sign}{words}整"
    if words and (jiao == 0 or whole % 10 == 0):
        words += "零"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    if rest:
        words += f"{_DIGITS[rest]}分"
    return f"人民币{sign}{words}"


def _integer(number: int) -> str:
    """One zero is said for any gap between two parts."""
    for size, unit in _UNITS:
        high, low = divmod(number, size)
        if high:
            gap = "零" if 0 < low < size // 10 else ""
            return _integer(high) + unit + gap + (_integer(low) if low else "")
    return _DIGITS[number]
