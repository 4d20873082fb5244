"""Tables that leave the house: CSV as Excel in Sweden reads it, and XLSX. Nothing in a cell is run as a formula.

Every table that the house writes is written here.
"""

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

Cell = str | int | float | dt.date
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = "\ufeff"  # without it Excel takes å for two letters
RUN_BY_EXCEL = ("=", "+", "-", "@")
CUT_OFF = ("\t", "\r", "\n")  # what some programs take away before they look
UNSEEN = ("Z", "C")  # categories of Unicode: spaces and line breaks; marks that are not seen
NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def harmless(text: str) -> str:
    """``text`` so that no spreadsheet takes it for a formula: what may be one gets an apostrophe before it.

    Also where it begins with spaces or marks that are not seen, or with a full-width sign. "" stays "".
    """
    seen = next((sign for sign in text if unicodedata.category(sign)[0] not in UNSEEN), "")
    formula = unicodedata.normalize("NFKC", seen).startswith(RUN_BY_EXCEL)
    return f"'{text}" if formula or text.startswith(CUT_OFF) else text


def csv_file(header: Sequence[Any], rows: Iterable[Sequence[Cell]], *, plain: bool = False) -> bytes:
    """A table as CSV: UTF-8 with a mark, semicolons, decimal commas. ``plain``: no mark and commas, for a program that reads it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="," if plain else ";", lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow([_said(cell) for cell in row])
    return (("" if plain else BOM) + out.getvalue()).encode()


def _said(cell: Any) -> Any:
    if isinstance(cell, float):
        return str(cell).replace(".", ",")
    return cell if isinstance(cell, int | dt.date) else harmless(str(cell))


def xlsx_file(title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table as XLSX, with a heading row that stays when one scrolls. A text is a text there, whatever it begins with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31] or "Lista")
    sheet.freeze_panes = "A2"
    heads = [_xlsx_cell(sheet, str(name)) for name in header]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for row in rows:
        sheet.append([_xlsx_cell(sheet, cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xlsx_cell(sheet: Any, cell: Cell) -> Any:
    if not isinstance(cell, str):
        return cell
    made = WriteOnlyCell(sheet, value=NOT_TEXT.sub("", cell))
    made.data_type = "s"  # never a formula, whatever it begins with
    return made
