"""What an import could not take over as it was."""

from dataclasses import dataclass, field

_MOST = 500


@dataclass(frozen=True, slots=True)
class Remark:
    """`about` is the name of a task or calendar."""

    code: str
    about: str
    en: str
    zh: str


@dataclass(slots=True)
class Remarks:
    """Collects remarks, each once, and no flood of them."""

    found: list[Remark] = field(default_factory=list)

    def note(self, code: str, about: str, *, en: str, zh: str) -> None:
        remark = Remark(code, about[:300], f"{about[:300]}: {en}", f"{about[:300]}：{zh}")
        if len(self.found) < _MOST and remark not in self.found:
            self.found.append(remark)
