"""A table from its margins: iterative proportional fitting (Deming and Stephan, 1940)."""

from collections.abc import Mapping

ROUNDS = 12
_CLOSE = 1e-6
"""Enough for a hundredth of a day: each round brings the row totals closer, the column totals are exact."""
_SEED_FLOOR = 1e-6
"""Keeps a cell possible that the pattern does not have, if the margins need it."""


def fitted(
    pattern: Mapping[str, Mapping[str, float]], columns: Mapping[str, float], rows: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """Cells by column and row whose column totals are `columns`, row totals close to `rows`, in the given `pattern`.

    Margins that are zero give no cells. Rows without any total give no table.
    """
    wanted = {row: total for row, total in rows.items() if total > 0}
    table = {
        column: {row: pattern.get(column, {}).get(row, 0.0) + _SEED_FLOOR for row in wanted}
        for column, total in columns.items()
        if total > 0 and wanted
    }
    for _ in range(ROUNDS if table else 0):
        scales = {row: total / sum(cells[row] for cells in table.values()) for row, total in wanted.items()}
        for cells in table.values():
            for row, scale in scales.items():
                cells[row] *= scale
        for column, cells in table.items():
            scale = columns[column] / sum(cells.values())
            for row in cells:
                cells[row] *= scale
        if all(abs(scale - 1) < _CLOSE for scale in scales.values()):
            break
    return table
