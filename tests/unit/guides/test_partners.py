"""A partner is asked by a link, answers once, and what they said is advice to those who decide."""

import datetime as dt
import smtplib

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse

from utbud.guides import checks, reviews
from utbud.guides.actions import partners
from utbud.guides.models import GuidePage, PartnerReview
from utbud.web.today import today_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def mailed(partner):
    partner.contact = "tillvaxt@example.org"
    partner.save()
    return partner


@pytest.fixture
def together(write_guide, mailed):
    return write_guide(partners=[mailed])


@pytest.fixture
def ask(site, now):
    def ask(guide, organisation, *, letter=False, at=None):
        return partners.ask(
            guide=guide, organisation=organisation, letter=letter, by=site.editor, now=at or now
        )

    return ask


def say(secret, now, *, agrees=True, comment="", steps=(), who=""):
    return partners.answer(secret=secret, agrees=agrees, comment=comment, steps=steps, who=who, now=now)


def advice(guide, now):
    return reviews.advice(GuidePage.objects.get(pk=guide.pk).get_latest_revision_as_object(), now)


def change(guide, site, **fields):
    draft = GuidePage.objects.get(pk=guide.pk).get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.save_revision(user=site.editor)


def test_from_question_to_yes(together, mailed, ask, now):
    assert advice(together, now) == ["Tillväxtavdelningen har inte fått frågan än."]
    _review, secret = ask(together, mailed)
    assert advice(together, now) == ["Tillväxtavdelningen har inte svarat än."]
    review = say(secret, now + DAY, who="Karin")
    assert (review.agrees, review.who, review.answered_at) == (True, "Karin", now + DAY)
    assert advice(together, now + DAY) == []


@pytest.mark.parametrize(
    ("agrees", "fields", "says"),
    [
        (False, {}, ["Tillväxtavdelningen vill att något ändras."]),
        (
            False,
            {"done": "Nu är det klart."},
            ["Tillväxtavdelningen ville att något ändrades. Guiden är ändrad sedan dess. Fråga igen."],
        ),
        (
            True,
            {"done": "Nu är det klart."},
            ["Tillväxtavdelningen sa ja till en tidigare version. Guiden är ändrad sedan dess."],
        ),
        (True, {"review_by": dt.date(2030, 1, 1)}, []),  # reaches no reader
    ],
)
def test_an_answer_is_about_what_was_shown(together, mailed, ask, site, now, agrees, fields, says):
    _review, secret = ask(together, mailed)
    say(secret, now, agrees=agrees, comment="Byt ett ord.")
    if fields:
        change(together, site, **fields)
    assert advice(together, now) == says
    assert [
        one.says
        for one in checks.problems_of(GuidePage.objects.get(pk=together.pk).get_latest_revision_as_object())
        if "Tillväxtavdelningen" in one.says
    ] == says


def test_only_a_hash_is_kept(together, mailed, ask):
    review, secret = ask(together, mailed)
    kept = {str(value) for value in PartnerReview.objects.values().get(pk=review.pk).values()}
    assert not any(secret in value for value in kept)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("other", "Länken stämmer inte, eller så har ni fått en nyare. Kontrollera att hela länken kom med."),
        ("old", "Länken är för gammal. Be oss om en ny."),
        ("answered", "Ni har redan svarat. Tack. Vill ni ändra er? Hör av er till oss."),
        (
            "asked again",
            "Länken stämmer inte, eller så har ni fått en nyare. Kontrollera att hela länken kom med.",
        ),
    ],
)
def test_a_link_that_cannot_be_used_says_why(together, mailed, ask, client, now, wrong, says):
    _review, secret = ask(together, mailed)
    moment = now
    if wrong == "other":
        secret = "fel"
    elif wrong == "old":
        moment = now + 31 * DAY
    elif wrong == "answered":
        say(secret, now)
    else:
        ask(together, mailed)
    with pytest.raises(partners.LinkUnusable, match=f"^{says}".replace("?", r"\?")):
        say(secret, moment)


def test_one_who_is_no_partner_is_not_asked(write_guide, mailed, ask):
    with pytest.raises(partners.NotPartner):
        ask(write_guide(), mailed)


def test_comments_on_steps_stand_with_their_number(together, mailed, ask, now):
    _review, secret = ask(together, mailed)
    review = say(secret, now, agrees=False, comment="Bra.", steps=[(1, ""), (3, "Knappen heter OK.")])
    assert review.comment == "Bra.\n\nSteg 3: Knappen heter OK."


# --- letters ------------------------------------------------------------------------------------------


def test_a_letter_goes_once_and_its_link_works(together, mailed, ask, client, now):
    ask(together, mailed, letter=True)
    assert (partners.send_due_letters(now), partners.send_due_letters(now + MINUTE)) == (1, 0)
    letter = mail.outbox[0]
    assert (letter.to, letter.subject) == (
        ["tillvaxt@example.org"],
        "Stämmer guiden «Skaffa BankID i en ny telefon»?",
    )
    link = next(line for line in letter.body.splitlines() if "/guider/granska/" in line)
    secret = link.rstrip("/").rsplit("/", 1)[1]
    assert partners.open_link(secret=secret, now=now).organisation == mailed


def test_no_letter_to_one_without_an_address(together, mailed, ask, now):
    mailed.contact = "08-465 004 00"
    mailed.save()
    review, _secret = ask(together, mailed, letter=True)
    assert (review.address, partners.send_due_letters(now), mail.outbox) == ("", 0, [])


def test_a_letter_that_the_server_refuses_is_tried_again_and_then_put_before_a_person(
    together, mailed, ask, site, now, monkeypatch
):
    def refuse(*_anything):
        raise smtplib.SMTPServerDisconnected("stängt")

    monkeypatch.setattr(EmailBackend, "open", refuse)
    review, _secret = ask(together, mailed, letter=True)
    tries = sum(partners.send_due_letters(now + minute * MINUTE) == 0 for minute in range(1, 200))
    review.refresh_from_db()
    assert (tries, review.attempts, review.sent_at) == (199, 5, None)
    assert [one.pk for one in reviews.stuck_letters(now + DAY)] == [review.pk]
    assert "Brev som kanske inte kom fram" in [group.title for group in today_for(site.editor, now + DAY)]
    monkeypatch.undo()
    partners.send_again(review=review, now=now + DAY)
    assert partners.send_due_letters(now + DAY) == 1


def test_a_letter_that_was_claimed_by_a_killed_process_is_never_sent_by_itself(together, mailed, ask, now):
    review, _secret = ask(together, mailed, letter=True)
    PartnerReview.objects.filter(pk=review.pk).update(claimed_at=now)
    assert partners.send_due_letters(now + DAY) == 0
    assert [one.pk for one in reviews.stuck_letters(now + DAY)] == [review.pk]


def test_everything_is_forgotten_after_a_year(together, mailed, ask, now):
    _review, secret = ask(together, mailed)
    say(secret, now, who="Karin")
    assert (partners.purge(now + 364 * DAY), partners.purge(now + 366 * DAY)) == (0, 1)


# --- pages --------------------------------------------------------------------------------------------


@pytest.fixture
def soon(now, monkeypatch):
    """The clock of the pages stands at ``now``."""
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: now)


def test_the_partner_sees_the_guide_and_answers_without_logging_in(together, mailed, ask, client, now, soon):
    _review, secret = ask(together, mailed)
    page = reverse("guides_review", args=[secret])
    answer = client.get(page)
    assert (answer.status_code, answer["X-Robots-Tag"], answer["Referrer-Policy"]) == (
        200,
        "noindex, nofollow",
        "same-origin",
    )
    assert "no-store" in answer["Cache-Control"]
    assert "Stämmer guiden «Skaffa BankID i en ny telefon»?" in answer.content.decode()
    look = client.get(page + "sida/")
    assert (look.status_code, look["X-Robots-Tag"]) == (200, "noindex, nofollow")
    assert "Öppna appen BankID i din nya telefon." in look.content.decode()
    paper = client.get(page + "utskrift.pdf")
    assert b"".join(paper.streaming_content).startswith(b"%PDF")
    assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
    assert PartnerReview.objects.get().answered_at is None  # reading never decides
    wrong = client.post(page, {"answer": "no"})
    assert (wrong.status_code, PartnerReview.objects.get().answered_at) == (422, None)
    thanks = client.post(page, {"answer": "no", "step2": "Knappen heter Fortsätt."})
    assert "Tack för ditt svar" in thanks.content.decode()
    assert PartnerReview.objects.get().comment == "Steg 2: Knappen heter Fortsätt."
    assert client.get(page).status_code == 410
    assert client.get(page + "sida/").status_code == 404


def test_staff_ask_see_the_link_once_and_read_the_answer(together, mailed, site, client, now, soon):
    client.force_login(site.editor)
    page = reverse("guides_partners", args=[together.pk])
    shown = client.post(page, {"organisation": mailed.pk, "letter": "on"}).content.decode()
    secret = shown.split("/guider/granska/", 1)[1].split("/", 1)[0]
    assert "/guider/granska/" not in client.get(page).content.decode()
    say(secret, now, agrees=False, comment="Byt bild i steg 1.", who="Karin")
    review = PartnerReview.objects.get()
    group = next(one for one in today_for(site.editor, now) if one.title == "Svar från partner")
    assert [(task.title, task.url, task.note) for task in group.tasks] == [
        ("Tillväxtavdelningen: Skaffa BankID i en ny telefon", page, "vill att något ändras")
    ]
    assert "Byt bild i steg 1." in client.get(page).content.decode()
    client.post(reverse("guides_partner_seen", args=[review.pk]))
    assert "Svar från partner" not in [one.title for one in today_for(site.editor, now)]


def test_a_question_is_taken_back(together, mailed, ask, site, client, now):
    review, secret = ask(together, mailed)
    client.force_login(site.editor)
    client.post(reverse("guides_partner_close", args=[review.pk]))
    with pytest.raises(partners.LinkUnusable):
        partners.open_link(secret=secret, now=now)


def test_the_partner_sees_what_was_asked_and_not_a_later_draft(
    together, mailed, ask, site, client, now, soon
):
    _review, secret = ask(together, mailed)
    change(together, site, done="Något som partnern inte har fått.")
    look = client.get(reverse("guides_review", args=[secret]) + "sida/").content.decode()
    assert "Något som partnern inte har fått." not in look
