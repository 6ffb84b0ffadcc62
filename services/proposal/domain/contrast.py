"""Whether text can be read on a colour (Web Content Accessibility Guidelines 2.2, success criterion 1.4.3)."""

READABLE = 4.5
"""What text of usual size needs (level AA)."""
WHITE = "#ffffff"
_STEPS = 100


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours `#rrggbb`, from 1 (equal) to 21 (black and white), in any order."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def darkened(colour: str) -> str:
    """The lightest shade of `colour`, towards black, on which white text can be read."""
    channels = _channels(colour)
    shades = (_hex([channel * step / _STEPS for channel in channels]) for step in range(_STEPS, -1, -1))
    return next(shade for shade in shades if contrast(shade, WHITE) >= READABLE)


def _luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    """Of a channel of sRGB, 0 to 1."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 (the standard's)


def _channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _hex(channels: list[float]) -> str:
    return "#" + "".join(f"{int(channel):02x}" for channel in channels)
