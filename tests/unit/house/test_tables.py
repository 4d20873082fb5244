"""Tables that leave the house: nothing in a cell is run as a formula, and nothing else is changed."""

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest

import utbud
from utbud.base import tables

AS_IT_IS = ["", "Anna", " Anna", "a=1", "3 kronor", "'citat", "–5", "Räksmörgås", "070-174 06 05", "1+1"]
GUARDED = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", " =1+1", "   =1+1", "\u00a0=1", "\u2003=1", "\u200b=1", "\ufeff=1",
    "\u202e=1", "＝1+1", "＋1", "－1", "＠x", " ＝1", "\r\n=1", "\x00=1", "﹦1", "+46701740605",
]  # fmt: skip


@pytest.mark.parametrize("text", AS_IT_IS)
def test_what_is_no_formula_is_as_it_was(text) -> None:
    assert tables.harmless(text) == text


@pytest.mark.parametrize("text", GUARDED)
def test_what_may_be_a_formula_is_guarded(text) -> None:
    assert tables.harmless(text) == f"'{text}"


def test_a_table_as_csv() -> None:
    made = tables.csv_file(["=Rubrik", "Tal"], [["", 1.5], [" =1+1", -2]]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(made, newline=""), delimiter=";")) == [
        ["'=Rubrik", "Tal"], ["", "1,5"], ["' =1+1", "-2"],
    ]  # fmt: skip


def test_a_table_as_xlsx() -> None:
    made = tables.xlsx_file("[a]", ["=Rubrik", "Tal"], [["", 1.5], [" =1+1", -2], ["＝1", 3]])
    sheet = openpyxl.load_workbook(io.BytesIO(made)).active
    assert [list(row) for row in sheet.iter_rows(values_only=True)] == [
        ["=Rubrik", "Tal"], [None, 1.5], [" =1+1", -2], ["＝1", 3],
    ]  # fmt: skip
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}


def test_every_table_is_written_in_one_place() -> None:
    root = Path(utbud.__file__).parent
    writes = re.compile(r"csv\.(?:writer|DictWriter)|Workbook\(")
    assert [
        str(path.relative_to(root))
        for path in sorted(root.rglob("*.py"))
        if writes.search(path.read_text("utf-8"))
    ] == ["base/tables.py"]
