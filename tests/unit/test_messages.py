"""The Wagtail admin speaks Swedish throughout.

Wagtail's Swedish catalogues hold only part of its messages; utbud/locale/sv tops them up. These tests read
the catalogues alone and need no Django: they fail, with the list of what is missing, when an upgrade of
Wagtail brings a message that neither catalogue translates.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import polib
import pytest

from tests.swedish import STRAIGHT

OURS = Path(__file__).parents[2] / "utbud" / "locale" / "sv" / "LC_MESSAGES"
DOMAINS = ("django", "djangojs")

# Parts of Wagtail that are not installed here. A part that is new in Wagtail counts as used until it is named.
NOT_USED = {
    "wagtail/contrib/forms",
    "wagtail/contrib/search_promotions",
    "wagtail/contrib/simple_translation",
    "wagtail/contrib/styleguide",
    "wagtail/contrib/table_block",
    "wagtail/contrib/typed_table_block",
}

# What a translation must keep: %(name)s, %s, {name} and HTML tags.
KEPT = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}|</?[a-z][^>]*>")

Key = tuple[str | None, str]
Text = tuple[str, ...]


def package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def english_catalogues(domain: str) -> dict[str, Path]:
    """The `en` catalogues of the apps in use, by app."""
    found: dict[str, Path] = {}
    for name in ("wagtail", "taggit"):
        root = package(name)
        for path in sorted(root.rglob(f"locale/en/LC_MESSAGES/{domain}.po")):
            app = path.parents[3].relative_to(root.parent).as_posix()
            if app not in NOT_USED:
                found[app] = path
    return found


def texts(entry: polib.POEntry | polib.MOEntry) -> Text:
    """What the entry says in Swedish: one text, or one for each plural form."""
    if entry.msgid_plural:
        return tuple(text for _form, text in sorted(entry.msgstr_plural.items()))
    return (entry.msgstr,)


def translations(path: Path) -> dict[Key, Text]:
    """The whole translations of a .mo, which msgfmt leaves fuzzy ones out of; an absent one has none."""
    if not path.exists():
        return {}
    return {
        (entry.msgctxt, entry.msgid): texts(entry) for entry in polib.mofile(str(path)) if all(texts(entry))
    }


def ours(domain: str) -> list[polib.POEntry]:
    return list(polib.pofile(str(OURS / f"{domain}.po")))


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_message_of_the_admin_is_in_swedish(domain: str) -> None:
    catalogues = english_catalogues(domain)
    assert "wagtail/admin" in catalogues
    topped_up = translations(OURS / f"{domain}.mo")
    missing = []
    for app, english in catalogues.items():
        swedish = english.parents[2] / "sv" / "LC_MESSAGES" / f"{domain}.mo"
        have = {**translations(swedish), **topped_up}
        for entry in polib.pofile(str(english)):
            if entry.obsolete:
                continue
            forms = 2 if entry.msgid_plural else 1
            if len(have.get((entry.msgctxt, entry.msgid), ())) != forms:
                context = f" [{entry.msgctxt}]" if entry.msgctxt else ""
                missing.append(f"{app}{context}: {entry.msgid!r}")
    assert not missing, f"{len(missing)} without a Swedish translation in {domain}:\n" + "\n".join(missing)


# Wagtail's Swedish, where it is clumsy, wrong, or no word of a library's: utbud/locale has better.
POOR = re.compile(
    r"\bLedsen\b|[Aa]ddera|[Ss]ajt|[Ss]nutt|[Ss]tutt|tillträd|[Uu]tforska|framgångsrik|[Vv]änligen|orginal|p\.g\.a|otifikation"
    r"|glömmen|multipla|instrumentbräd|har%|uppift|ollektion|lags till|lats till|^Ny: |skulle vilja|Wagtail[- ][a-zåäö]"
    rf"|{STRAIGHT.pattern}"  # the house writes «…»
)


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_message_of_the_admin_is_in_poor_swedish(domain: str) -> None:
    topped_up = translations(OURS / f"{domain}.mo")
    poor = []
    for app, english in english_catalogues(domain).items():
        have = {**translations(english.parents[2] / "sv" / "LC_MESSAGES" / f"{domain}.mo"), **topped_up}
        wanted = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(english)) if not entry.obsolete}
        poor += [f"{app}: {text!r}" for key in wanted for text in have.get(key, ()) if POOR.search(text)]
    assert sorted(poor) == []


def test_one_kind_of_quotation_marks_in_all_that_people_read() -> None:
    """«…»: in templates, what we translate, what is typeset and the demo. What others wrote is read with any."""
    top = OURS.parents[3]
    wrong = [
        f"{path.relative_to(top)}: {line.strip()[:80]}"
        for folder, endings in (
            ("utbud", ("html", "txt", "typ", "po", "js")),
            ("demo", ("yaml", "svg")),
            ("docs", ("md",)),
        )
        for ending in endings
        for path in sorted((top / folder).rglob(f"*.{ending}"))
        for line in path.read_text().splitlines()
        if re.search("[”“„]", line)
    ]
    assert wrong == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_translations_keep_placeholders_and_tags(domain: str) -> None:
    wrong = []
    for entry in ours(domain):
        wanted = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
        for source, swedish in zip(wanted, texts(entry), strict=True):
            if set(KEPT.findall(source)) != set(KEPT.findall(swedish)):
                wrong.append(f"{source!r} -> {swedish!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("domain", DOMAINS)
def test_mo_is_what_the_po_compiles_to(domain: str) -> None:
    source = polib.pofile(str(OURS / f"{domain}.po"))
    compiled = polib.mofile(str(OURS / f"{domain}.mo"))
    assert source.metadata == compiled.metadata
    assert source.metadata["Language"] == "sv"
    assert source.metadata["Plural-Forms"] == "nplurals=2; plural=(n != 1);"
    unfinished = [entry.msgid for entry in source if entry.obsolete or not entry.translated()]
    assert unfinished == []

    def whole(catalogue: polib.POFile | polib.MOFile) -> dict[tuple[Key, str], Text]:
        return {((entry.msgctxt, entry.msgid), entry.msgid_plural): texts(entry) for entry in catalogue}

    assert whole(source) == whole(compiled)
    assert len(source) == len(whole(source)), "a message stands twice"
