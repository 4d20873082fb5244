"""Ways to reach somebody, as people write them."""

import pytest

from utbud.inbox.contact import Contact, ContactKind, UnclearContact, Written, read_contact, read_written

PHONE = "Vi känner inte igen telefonnumret. Skriv det med riktnummer, till exempel 08-465 004 00."
EMAIL = "E-postadressen är inte hel. Den ska se ut så här: namn@exempel.se"
DEAR = "Det är ett nummer som kostar extra att ringa. Skriv ett vanligt telefonnummer."
EITHER = "Skriv ett telefonnummer eller en e-postadress att svara till."


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
        ("Anna.Ek@Example.ORG", "email", "anna.ek@example.org", "anna.ek@example.org"),
        ("mailto:anna@example.org", "email", "anna@example.org", "anna@example.org"),
        ("anna@example.org.", "email", "anna@example.org", "anna@example.org"),
        ("anna＠example.org", "email", "anna@example.org", "anna@example.org"),
        # what nobody sees: from a phone's contact list, a chat, a word processor
        ("\u202a070-174 06 07\u202c", "phone", "+46701740607", "070-174 06 07"),
        ("\u2066+46 70 174 06 07\u2069", "phone", "+46701740607", "070-174 06 07"),
        ("070\u2011174\u00a006\u202f07", "phone", "+46701740607", "070-174 06 07"),
        ("\ufeff070-174\u00ad 06 07\u200e", "phone", "+46701740607", "070-174 06 07"),
        ("☎\ufe0f 070-174 06 07", "phone", "+46701740607", "070-174 06 07"),
        ("０７０-１７４ ０６ ０７", "phone", "+46701740607", "070-174 06 07"),
        ("٠٧٠١٧٤٠٦٠٧", "phone", "+46701740607", "070-174 06 07"),
        ("＋46701740607", "phone", "+46701740607", "070-174 06 07"),
        ("bo@exempel.se\u200b", "email", "bo@exempel.se", "bo@exempel.se"),
        ("\u2060bo@\u200dexempel.se\u2800", "email", "bo@exempel.se", "bo@exempel.se"),
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
        ("anna ek@example.org, 070-174 06 05", EMAIL),  # half an address may be somebody else's
        ("070-174 06, 08-465 004 00", PHONE),  # nor is a second number taken for a first that is not whole
        ("0900-123 456", DEAR),
        ("0939-123456 (Eva)", DEAR),
    ],
)
def test_what_cannot(written: str, says: str) -> None:
    with pytest.raises(UnclearContact) as refused:
        read_contact(written)
    assert str(refused.value) == says


@pytest.mark.parametrize(
    ("written", "kept", "note"),
    [
        ("0701740605", "+46701740605", ""),
        ("0701740605 (dottern Eva)", "+46701740605", "dottern Eva"),
        ("0701740605 dottern Eva", "+46701740605", "dottern Eva"),
        ("Eva: 0701740605", "+46701740605", "Eva"),
        ("tel. 070-174 06 05", "+46701740605", ""),
        ("mormors nummer är 0611-34 80 00 på dagen", "+46611348000", "mormors nummer är på dagen"),
        ("0701740605 vardagar 8-16", "+46701740605", "vardagar 8-16"),
        ("08-465 004 00 ankn 12", "+46846500400", "ankn 12"),
        ("070-174 06 05, 070-174 06 06", "+46701740605", "070-174 06 06"),
        ("070-174 06 05 070-174 06 06", "+46701740605", "070-174 06 06"),
        ("070-1740605/08-46500400", "+46701740605", "08-46500400"),
        ("0701740605 eller 08-465 004 00", "+46701740605", "08-465 004 00"),
        ("0701740605 (Eva), 08-465 004 00 (Bo)", "+46701740605", "Eva, 08-465 004 00 Bo"),
        ("+4722000000 (Oslo)", "+4722000000", "Oslo"),
        ("anna@example.org, 070-174 06 05", "anna@example.org", "070-174 06 05"),
        ("070-174 06 05 anna@example.org", "+46701740605", "anna@example.org"),
        ("Anna Ek <Anna@Example.org>", "anna@example.org", "Anna Ek"),
        ("anna@example.org (min son)", "anna@example.org", "min son"),
    ],
)
def test_one_is_taken_and_what_stood_beside_it_is_kept(written: str, kept: str, note: str) -> None:
    found = read_written(written)
    assert (found.contact.value, found.note) == (kept, note)
    assert read_written(found.text) == found  # what is kept is read the same again
    assert read_written(written, by_post=True) == found


def test_a_letter_is_answered_by_letter() -> None:
    found = read_contact("Anna Ek, Storgatan 1,\n871 31 Härnösand", by_post=True)
    assert found == Contact(ContactKind.POST, "Anna Ek, Storgatan 1, 871 31 Härnösand")
    with_number = "Anna Ek, Storgatan 1, 871 31 Härnösand, 070-174 06 05"
    assert read_written(with_number, by_post=True) == Written(Contact(ContactKind.POST, with_number))
    assert read_contact("070-174 06 05", by_post=True).kind == ContactKind.PHONE
    with pytest.raises(UnclearContact):
        read_contact("465 004 00", by_post=True)
