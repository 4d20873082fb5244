"""Ways to reach somebody, as people write them."""

import pytest

from utbud.inbox.contact import Contact, ContactKind, UnclearContact, read_contact

PHONE = "Vi känner inte igen telefonnumret. Skriv det med riktnummer, till exempel 08-465 004 00."
EMAIL = "E-postadressen är inte hel. Den ska se ut så här: namn@exempel.se"
EITHER = "Skriv ett telefonnummer eller en e-postadress, så att vi kan svara dig."


@pytest.mark.parametrize(
    ("written", "kind", "kept", "words"),
    [
        ("070-174 06 05", "phone", "+46701740605", "070-174 06 05"),
        ("0701740605", "phone", "+46701740605", "070-174 06 05"),
        ("  070  174 06 05 ", "phone", "+46701740605", "070-174 06 05"),
        ("+46 70 174 06 05", "phone", "+46701740605", "070-174 06 05"),
        ("+46 (0)70 174 06 05", "phone", "+46701740605", "070-174 06 05"),
        ("0046701740605", "phone", "+46701740605", "070-174 06 05"),
        ("08-465 004 00", "phone", "+46846500400", "08-465 004 00"),
        ("(08) 465 004 00", "phone", "+46846500400", "08-465 004 00"),
        ("0611-34 80 00", "phone", "+46611348000", "0611-34 80 00"),
        ("+47 22 00 00 00", "phone", "+4722000000", "+47 22 00 00 00"),
        ("Anna.Ek@Example.ORG", "email", "Anna.Ek@example.org", "Anna.Ek@example.org"),
        (" anna@exempel.example.org ", "email", "anna@exempel.example.org", "anna@exempel.example.org"),
    ],
)
def test_what_can_be_answered(written: str, kind: str, kept: str, words: str) -> None:
    found = read_contact(written)
    assert (found, found.words) == (Contact(ContactKind(kind), kept), words)
    assert read_contact(kept) == found  # what is kept is read the same again


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("", PHONE),
        ("112", PHONE),
        ("0", PHONE),
        ("465 004 00", PHONE),
        ("070-174 06", PHONE),
        ("070-174 06 05 05 05", PHONE),
        ("+46", PHONE),
        ("hej", PHONE),
        ("min dotter", EITHER),
        ("Storgatan 1, Härnösand", EITHER),
        ("www.example.org", EITHER),
        ("anna@", EMAIL),
        ("@example.org", EMAIL),
        ("anna@example", EMAIL),
        ("anna ek@example.org", EMAIL),
        ("<script>@example.org", EMAIL),
    ],
)
def test_what_cannot(written: str, says: str) -> None:
    with pytest.raises(UnclearContact) as refused:
        read_contact(written)
    assert str(refused.value) == says


def test_a_letter_is_answered_by_letter() -> None:
    found = read_contact("Anna Ek, Storgatan 1,\n871 31 Härnösand", by_post=True)
    assert found == Contact(ContactKind.POST, "Anna Ek, Storgatan 1, 871 31 Härnösand")
    assert read_contact("070-174 06 05", by_post=True).kind == ContactKind.PHONE
    with pytest.raises(UnclearContact):
        read_contact("465 004 00", by_post=True)
