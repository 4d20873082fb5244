"""A password is long, and not what somebody who knows the library would try; wherever it is chosen."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from utbud.people.models import User

SHORT = "Lösenordet är för kort. Det ska ha minst 12 tecken."
EASY = "Lösenordet är lätt att gissa. Ta fyra ord som inte hör ihop, och inget om dig eller biblioteket."
GOOD = "pärlugn gnider stolpe"


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("admin12345", SHORT), ("elva tecken", SHORT), ("admin1234567", EASY), ("password1234", EASY), ("L0senord1234", EASY),
        ("Biblioteket2026", EASY), ("biblioteketbiblioteket", EASY), ("digitaltutbud1", EASY), ("digitalt-utbud-demo", EASY),
        ("bibliotek-kurs-2026", EASY), ("Wagtail12345", EASY), ("redaktör123456", EASY), ("Sommar2026!!!", EASY),
        ("sommarvinter12", EASY), ("Fredag2026!!", EASY), ("Välkommen2026", EASY), ("Harnosand12345", EASY),
        ("MajaBergström12", EASY), ("Bergstrom2026!", EASY), ("Fjällbiblioteket1", EASY), ("Storvik-2026-a", EASY),
        ("123456789012", EASY), ("aaaaaaaaaaaa", EASY), ("abcdefghijkl", EASY), ("qwertyuiopå1", EASY), ("19850412-1234", EASY),
        (GOOD, None), ("xK9#vq2Lm!p7", None), ("kaffe-tunnel-94-igelkott", None), (GOOD * 5, None),
    ],
)  # fmt: skip
def test_what_is_taken(site, password: str, said: str | None) -> None:
    from utbud.places.models import LibrarySettings

    lib = LibrarySettings.load()
    lib.library_name, lib.municipality = "Fjällbiblioteket", "Storvik"
    lib.save()
    maja = User(username="maja", first_name="Maja", last_name="Bergström", email="maja@example.org")
    heard = None
    try:
        validate_password(password, maja)
    except ValidationError as error:
        (heard,) = error.messages
    assert heard == said


@pytest.mark.parametrize(("password", "taken"), [("admin1234567", False), (GOOD, True)])
@pytest.mark.parametrize(
    "way", ["new user", "changed user", "own account", "reset", "first login", "environment"]
)
def test_everywhere(site, client, monkeypatch, way: str, password: str, taken: bool) -> None:
    user = {"username": "nyanka", "email": "ny@example.org", "first_name": "Ny", "last_name": "Anka"}
    both = {"password1": password, "password2": password}
    client.force_login(site.admin)
    before = site.editor.password
    if way == "new user":
        client.post(reverse("wagtailusers_users:add"), user | both)
    elif way == "changed user":
        client.post(
            reverse("wagtailusers_users:edit", args=[site.editor.pk]), user | both | {"is_active": "on"}
        )
    elif way == "own account":
        client.force_login(site.editor)
        fields = {"password-old_password": "demo-demo-demo"}
        new = {"password-new_password1": password, "password-new_password2": password}
        own = {
            "name_email-first_name": "Ny",
            "name_email-last_name": "Anka",
            "name_email-email": "ny@example.org",
        }
        client.post(
            reverse("wagtailadmin_account"),
            fields
            | new
            | own
            | {
                "theme-theme": "system",
                "theme-contrast": "system",
                "theme-density": "default",
                "theme-keyboard_shortcuts": "on",
            },
        )
    elif way == "reset":
        from django.contrib.auth.tokens import default_token_generator
        from django.utils.http import urlsafe_base64_encode

        client.logout()
        about = [
            urlsafe_base64_encode(str(site.editor.pk).encode()),
            default_token_generator.make_token(site.editor),
        ]
        page = client.get(reverse("wagtailadmin_password_reset_confirm", args=about), follow=True)
        client.post(page.redirect_chain[-1][0], {"new_password1": password, "new_password2": password})
    else:
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)
        answers = iter(["nyanka", "ny@example.org"])
        monkeypatch.setattr(
            "builtins.input", lambda *_a: next(answers, "y")
        )  # «y» would pass by what is weak
        monkeypatch.setattr("getpass.getpass", lambda *_a: password)
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        kind = {"interactive": way == "first login", "username": None, "email": None}
        if way == "environment":
            kind |= {"username": "nyanka", "email": "ny@example.org"}
        try:
            call_command("createsuperuser", verbosity=0, **kind)
        except CommandError as error:
            assert str(error) == EASY  # noqa: PT017 - it is right only when the password is weak
    if way in ("changed user", "own account", "reset"):
        site.editor.refresh_from_db()
        assert (site.editor.password != before) is taken
    else:
        assert User.objects.filter(username="nyanka").exists() is taken
