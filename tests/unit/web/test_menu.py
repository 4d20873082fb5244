"""The staff side's menu: by what one does, for each role, with nothing left out."""

import pytest
from wagtail.admin.menu import admin_menu

from utbud.web.wagtail_hooks import MENU

pytestmark = pytest.mark.django_db
# Documents are public as soon as they are there; the others hold nothing here.
LEFT_OUT = {"documents", "reports", "help", "snippets"}
WRITES = {
    "Skriva": [
        "Ord",
        "Året",
        "Guider",
        "Filmer",
        "Film och ljud",
        "Podden",
        "Sidor",
        "Bilder",
        "Inläsningar",
    ],
    "Godkänna": ["Godkänna", "Kontrollera"],
}


def seen_by(user, rf):
    """The entries under the heading of their group, as they stand."""
    request = rf.get("/admin/")
    request.user = user
    groups = {"": []}
    for item in admin_menu.render_component(request):
        groups.setdefault(group := item.attrs.get("data-group", list(groups)[-1]), []).append(str(item.label))
        assert list(groups)[-1] == group  # no group twice
    return groups


@pytest.mark.parametrize(
    ("role", "groups"),
    [
        ("editor", WRITES | {
            "Möta": ["Kurser", "Kalender"],
            "Sprida": ["Kanaler", "Räckvidd", "Skärmar", "Telefonlinjen"],
            "Ställa in": ["Dagar som avviker", "Inställningar"],
        }),
        ("desk", {
            "Möta": ["Disken", "Kurser", "Inkorg", "Besked", "Kalender"],
            "Sprida": ["Prenumeranter", "Skärmar", "Telefonlinjen"],
            "Ställa in": ["Dagar som avviker", "Inställningar"],
        }),
        ("admin", WRITES | {
            "Möta": ["Disken", "Kurser", "Kalender"],
            "Sprida": ["Kanaler", "Räckvidd", "Skärmar", "Telefonlinjen"],
            "Ställa in": ["Dagar som avviker", "Platser", "Inställningar"],
        }),
    ],
)  # fmt: skip
def test_each_role_sees_what_it_does(site, rf, role, groups):
    assert seen_by(getattr(site, role), rf) == {"": ["Idag"]} | groups


def test_every_entry_has_its_place(site):
    placed = {name for names in MENU.values() for name in names}
    registered = {item.name for item in admin_menu.registered_menu_items}
    assert registered - LEFT_OUT - placed == set()
