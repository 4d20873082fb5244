"""The documentation tells all that there is, and nothing that is not: settings, commands, make targets, the schedule."""

import ast
import re
from pathlib import Path

from utbud import cli
from utbud.base import schedule

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
SETTING = re.compile(r"UTBUD_[A-Z_]+|PORT|DATABASE_URL")
NOT_OURS = {"DJANGO_SETTINGS_MODULE"}


def table(heading: str) -> dict[str, list[str]]:
    """The first table under a heading: what its first column names, and the other cells."""
    section = OPERATIONS.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    return {name.strip("` "): rest for name, *rest in rows[2:]}


def variables_read() -> set[str]:
    """Every environment variable that the package names, or reads by a constant name."""
    found: set[str] = set()
    for path in (ROOT / "utbud").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Constant(value=str(text)) if SETTING.fullmatch(text):
                    found.add(text)
                case ast.Call(func=ast.Attribute(value=of), args=[ast.Constant(value=str(text)), *_]) if (
                    reads(of)
                ):
                    found.add(text)
                case ast.Subscript(value=of, slice=ast.Constant(value=str(text))) if reads(of):
                    found.add(text)
    return found - NOT_OURS


def reads(node: ast.expr) -> bool:
    """Whether an expression is ``os.environ`` or the settings' ``env``."""
    return ast.unparse(node) in ("os.environ", "environ", "env")


def test_every_setting_is_in_the_table_and_no_other() -> None:
    assert set(table("Settings")) == variables_read()


def test_every_setting_named_anywhere_in_the_docs_exists() -> None:
    named = set(re.findall(r"\bUTBUD_[A-Z_]+\b", OPERATIONS))
    assert named - variables_read() == set()


def test_every_command_is_in_the_table_and_no_other() -> None:
    assert set(table("Commands")) == {f"utbud {name}" for name in cli.COMMANDS}


def test_everything_on_the_schedule_is_in_the_table_and_no_other() -> None:
    told = {name: int(cells[0]) for name, cells in table("What runs when").items()}
    assert told == {entry.name: entry.seconds for entry in schedule.entries()}


def test_every_make_target_is_told_and_no_other() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = set(
        re.findall(r"\bmake ([a-z-]+)", "".join(re.findall(r"`[^`]+`|```.*?```", OPERATIONS + readme, re.S)))
    )
    assert told == targets


def test_every_decision_is_numbered_once_and_in_order() -> None:
    names = sorted(path.name for path in (ROOT / "docs/adr").glob("[0-9]*.md"))
    numbers = [int(name[:4]) for name in names]
    assert numbers == sorted(set(numbers))  # a number may be kept for one that is being written


def test_every_link_to_a_file_in_the_docs_leads_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []
