"""Why a file is no risk register that can be taken."""

from shared.kernel.problems import Problem


class NoRisksInFile(Problem):
    status = 422
    title = ("No risks", "没有风险")
    en = "{name} has no table with columns for a risk and its probability; their headings are named in `columns`."
    zh = "{name} 中没有含风险与概率列的表格；可用 `columns` 指明列标题。"


class UnreadableRisks(Problem):
    status = 422
    title = ("Rows that cannot be read", "存在无法读取的行")
    en = "{count} row(s) cannot be read, so none is recorded: {places}; `errors` says why."
    zh = "有 {count} 行无法读取，因此未登记任何一行：{places}；`errors` 说明原因。"
