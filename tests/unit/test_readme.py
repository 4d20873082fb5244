"""What a stranger and the staff read first is true: pictures, commands, links, logins, names on the screen, plain language."""

import re
from functools import cache
from pathlib import Path

import polib
import pytest
import wagtail
from django.core.management import get_commands

from utbud import cli
from utbud.base.plain_language import WARN_OVER, readability
from utbud.web import demo

ROOT = Path(__file__).parents[2]
README, HANDBOOK = ROOT / "README.md", ROOT / "docs/handbok.md"
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?!https?:|mailto:)([^)]+)\)")
PUT_TOGETHER = {
    "Lägg till ansvarig utgivare",
    "Välj inläsning",
}  # by Wagtail, of a verb and what our model is called
CODE = re.compile(r"```.*?```|`[^`]+`", re.S)


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code(path: Path) -> str:
    """All that stands as code, without the marks."""
    return "\n".join(found.strip("`") for found in CODE.findall(text(path)))


def test_every_picture_is_there_and_none_is_unused() -> None:
    named = {
        (path.parent / target).resolve()
        for path in (README, HANDBOOK)
        for _alt, target in PICTURE.findall(text(path))
    }
    assert named == set((ROOT / "docs/bilder").resolve().glob("*"))


def test_every_picture_stands_in_words() -> None:
    silent = [
        target for path in (README, HANDBOOK) for alt, target in PICTURE.findall(text(path)) if len(alt) < 10
    ]
    assert silent == []


def test_all_pictures_together_are_small_to_download() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "docs/bilder").iterdir()) <= 1_200_000


@pytest.mark.parametrize("path", [README, HANDBOOK, ROOT / "docs/adr/README.md"], ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    broken = []
    for target in LINK.findall(text(path)):
        name, _hash, anchor = target.partition("#")
        file = path.parent / name if name else path
        if not file.exists() or (anchor and f'<a id="{anchor}">' not in text(file)):
            broken.append(target)
    assert broken == []


def test_every_make_target_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text(ROOT / "Makefile"), re.M))
    assert set(re.findall(r"\bmake ([a-z-]+)", code(README))) - targets == set()


def test_every_command_in_the_readme_exists() -> None:
    named = set(re.findall(r"\butbud ([a-z]+)", code(README)))
    assert named - set(cli.COMMANDS) - set(get_commands()) == set()


def test_the_logins_in_the_readme_are_those_of_the_demo() -> None:
    told = set(re.findall(r"\| `(\w+)` \| `([\w-]+)` \|", text(README)))
    assert told == {(username, demo.PASSWORD) for username, *_names in demo.LOGINS}


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs/adr"
    assert LINK.findall(text(folder / "README.md")) == sorted(path.name for path in folder.glob("[0-9]*.md"))


# --- the handbook -------------------------------------------------------------------------------


@cache
def on_the_screen() -> str:
    """All that the product can say, as one lower-case text: our own words, and Wagtail's in Swedish."""
    package = ROOT / "utbud"
    ours = [text(path) for ending in ("py", "html", "js", "yaml") for path in package.rglob(f"*.{ending}")]
    topped_up = {
        entry.msgid: entry.msgstr for entry in polib.pofile(str(package / "locale/sv/LC_MESSAGES/django.po"))
    }
    theirs = [
        topped_up.get(entry.msgid) or entry.msgstr
        for path in Path(wagtail.__file__).parent.rglob("locale/sv/LC_MESSAGES/django*.po")
        for entry in polib.pofile(str(path))
    ]
    return "\n".join([*ours, *topped_up.values(), *theirs]).lower()


def test_every_name_in_bold_in_the_handbook_stands_so_on_the_screen() -> None:
    names = set(re.findall(r"\*\*(.+?)\*\*", text(HANDBOOK)))
    assert {name for name in names - PUT_TOGETHER if name.lower() not in on_the_screen()} == set()


def test_the_handbook_is_easy_to_read() -> None:
    prose = re.sub(r'<a id="[^"]*"></a>\n|!\[[^\]]*\]\([^)]*\)', "", text(HANDBOOK))
    prose = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", prose)
    # A line of the file is a paragraph, a row or a point, as the count takes it.
    assert readability(re.sub(r"[*`#|]", " ", prose)).lix <= WARN_OVER
