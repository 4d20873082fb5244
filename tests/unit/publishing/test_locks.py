"""A page that somebody has locked: whichever door a change comes by, the draft is as it was."""

import json

import pytest
from django.urls import reverse

from tests.unit.films.conftest import asset, film, film_files  # noqa: F401 - a real film, and a page about it
from utbud.base.locks import PageLocked
from utbud.media.actions import captions

SAYS = "Sidan är låst av {}. Inget är ändrat. Be den som låste att låsa upp den."


def lock(page, by, now):
    page.locked, page.locked_by, page.locked_at = True, by, now
    page.save(update_fields=["locked", "locked_by", "locked_at"])
    page.refresh_from_db()
    return SAYS.format(by.get_full_name() or by.username)


@pytest.mark.parametrize(("who", "may"), [("admin", True), ("editor", False), (None, True)])
def test_whoever_locked_it_and_the_program_go_on(site, write, now, who, may):
    word = write()
    says = lock(word, site.admin, now)
    draft = word.get_latest_revision_as_object()
    draft.one_sentence = "Ny mening."
    user = getattr(site, who) if who else None
    if may:
        draft.save_revision(user=user)
    else:
        with pytest.raises(PageLocked, match=says):
            draft.save_revision(user=user)
    word.refresh_from_db()
    assert (word.get_latest_revision_as_object().one_sentence == "Ny mening.") is may


def test_captions_of_a_locked_film(client, site, film, now):  # noqa: F811
    page = film(captions=[[0.5, 3.0, "Hej.", ""]])
    says = lock(page, site.admin, now)
    before = page.get_latest_revision().pk
    rows = {"cues": [["0:00,500", "0:03", "Ändrat.", ""]], "chapters": []}
    sent = {"rows": json.dumps(rows), "read": captions.version_of(page.get_latest_revision_as_object())}
    client.force_login(site.editor)
    saved = client.post(
        reverse("media_text_save", args=[page.pk]), sent, headers={"X-Requested-With": "XMLHttpRequest"}
    )
    plain = client.post(
        reverse("media_text", args=[page.pk]),
        {"start-0": "0:00,500", "end-0": "0:03", "text-0": "Ändrat.", "read": sent["read"]},
    )
    assert (saved.status_code, saved.json()) == (409, {"conflict": says})
    assert plain.status_code == 409
    assert says in plain.content.decode()
    assert "Ändrat." in plain.content.decode()  # what was typed is kept
    page.refresh_from_db()
    assert page.get_latest_revision().pk == before


def test_other_doors_lead_back_with_a_word(client, site, film, now):  # noqa: F811
    page = film()
    says = lock(page, site.admin, now)
    before = page.get_latest_revision().pk
    client.force_login(site.editor)
    url = reverse("media_poster", args=[page.pk])
    answer = client.post(url, {"second": "0.5"}, follow=True)
    assert says in answer.content.decode()
    page.refresh_from_db()
    assert page.get_latest_revision().pk == before
