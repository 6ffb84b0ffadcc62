"""Word and Excel files read again."""

import io
import re
import zipfile

import docx
from python_calamine import CalamineWorkbook


def sheets(data):
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def formulas(data):
    """Every formula with its kept value, by sheet and cell."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            if name.startswith("xl/worksheets/sheet"):
                text = package.read(name).decode()
                for cell, formula, value in re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f>(.*?)</f><v>(.*?)</v>', text):
                    found[name, cell] = (formula, float(value))
    return found


def text_of(data):
    document = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def template(*lines):
    """A Word template of these paragraphs."""
    document, file = docx.Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    document.save(file)
    return file.getvalue()
