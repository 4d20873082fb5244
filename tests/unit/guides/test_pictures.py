"""Pictures of a guide's steps: private until they are saved, made on the server, put in the draft."""

import datetime as dt
import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image as Pillow
from PIL import ImageDraw
from wagtail.images.models import Image

from tests.unit.guides.conftest import screenshot, step
from utbud.guides.actions import pictures
from utbud.guides.marks import Mark
from utbud.guides.models import GuidePage, MarkedPicture
from utbud.publishing import actions as publishing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]
ACCENT = "#0b5a5e"
BLUR = Mark("blur", 40, 40, 200, 60)


def png(text="19121212-1212"):
    drawn = Pillow.new("RGB", (400, 300), "white")
    ImageDraw.Draw(drawn).text((60, 60), text, fill="black")
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


def draft_of(guide):
    return GuidePage.objects.get(pk=guide.pk).get_latest_revision_as_object()


def step_id(guide, number=0):
    return str(draft_of(guide).steps[number].id)


def kept_under(folder="private/pictures"):
    return sorted(default_storage.listdir(folder)[1]) if default_storage.exists(folder) else []


@pytest.fixture
def save(site, now):
    """Mark a picture and save it in a step of a guide."""

    def save(guide, *, picture=None, marks=(BLUR,), number=0, alt="En skärm med en ruta."):
        picture = picture or pictures.take_in(content=png(), by=site.editor, now=now)
        return pictures.save(
            picture=picture, marks=tuple(marks), guide=guide, step=step_id(guide, number), alt=alt, accent=ACCENT,
            by=site.editor, now=now,
        )  # fmt: skip

    return save


def test_a_saved_picture_stands_in_the_draft_with_its_words(
    write_guide, save, site, django_capture_on_commit_callbacks
):
    guide = write_guide()
    image = save(guide, number=1)
    block = draft_of(guide).steps[1].value
    assert (block["picture"], block["alt"]) == (image, "En skärm med en ruta.")
    assert image.title == "Skaffa BankID i en ny telefon, steg 2"
    assert image.marked.marks == [BLUR.data()]
    assert draft_of(guide).latest_revision.user == site.editor


def test_what_readers_get_holds_nothing_of_what_is_hidden(write_guide, save):
    guide = write_guide()
    image = save(guide)
    with image.open_file() as file:
        made = Pillow.open(file).convert("RGB").crop((40, 40, 240, 100))
    darkest = min(made.convert("L").tobytes())
    assert darkest > 110  # the words were black


def test_the_source_is_private_and_nobody_is_served_it_by_name(write_guide, save, client):
    image = save(write_guide())
    name = image.marked.source.name
    assert name.startswith("private/pictures/")
    assert client.get(f"/media/{name}").status_code == 404
    assert client.get(reverse("guides_picture_source", args=[image.marked.pk])).status_code == 302


def test_made_again_it_is_the_same_picture_with_another_file(
    write_guide, save, site, now, django_capture_on_commit_callbacks
):
    guide = write_guide()
    image = save(guide)
    before, digest = image.file.name, image.get_file_hash()
    again = pictures.take_image(image=image, by=site.editor, now=now)
    with django_capture_on_commit_callbacks(execute=True):
        after = save(guide, picture=again, marks=[BLUR, Mark("box", 10, 10, 90, 90)])
    assert (after.pk, again.pk, Image.objects.count(), MarkedPicture.objects.count()) == (
        image.pk,
        image.marked.pk,
        1,
        1,
    )
    assert after.get_file_hash() != digest
    assert (default_storage.exists(before), default_storage.exists(after.file.name)) == (False, True)


@pytest.mark.parametrize("how", ["asked for approval", "out"])
def test_what_somebody_has_seen_stays_as_it_was(write_guide, publish_guide, save, site, now, how):
    guide = write_guide()
    image = save(guide)
    digest = image.get_file_hash()
    guide.refresh_from_db()
    if how == "out":
        revision = guide.latest_revision
        draft = revision.as_object()
        draft.save()  # what publishing does
    request = publishing.request_approval(page=guide, message="", by=site.editor, now=now)
    if how == "out":
        publishing.approve(request=request, publisher=site.publisher, by=site.chief, now=now)
    again = pictures.take_image(image=image, by=site.editor, now=now)
    after = save(guide, picture=again, marks=[Mark("box", 10, 10, 90, 90)])
    image.refresh_from_db()
    assert after.pk != image.pk
    assert image.get_file_hash() == digest
    assert again.source.name != image.marked.source.name
    assert draft_of(guide).steps[0].value["picture"] == after


def test_a_step_that_is_gone_is_told(write_guide, site, now):
    guide = write_guide()
    picture = pictures.take_in(content=png(), by=site.editor, now=now)
    with pytest.raises(pictures.StepGone):
        pictures.save(
            picture=picture, marks=(), guide=guide, step="borta", alt="Ord.", accent=ACCENT, by=site.editor, now=now
        )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "Det går inte att läsa filen som en bild. Använd en skärmbild i JPG eller PNG."),
        (b"%PDF-1.7", "Det går inte att läsa filen som en bild. Använd en skärmbild i JPG eller PNG."),
        (
            b"0" * (pictures.MOST_BYTES + 1),
            "Bilden är större än 12 MB. Ta en skärmbild, eller gör den mindre.",
        ),
    ],
    ids=["empty", "no picture", "too large"],
)
def test_bad_pictures(site, now, content, says):
    with pytest.raises(pictures.PictureError) as error:
        pictures.take_in(content=content, by=site.editor, now=now)
    assert (str(error.value), MarkedPicture.objects.count(), kept_under()) == (says, 0, [])


def test_what_was_never_saved_is_forgotten_after_a_week(
    write_guide, save, site, now, django_capture_on_commit_callbacks
):
    save(write_guide())
    pictures.take_in(content=png(), by=site.editor, now=now)
    assert len(kept_under()) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert pictures.purge_unfinished(now + dt.timedelta(days=6)) == 0
        assert pictures.purge_unfinished(now + dt.timedelta(days=8)) == 1
    assert len(kept_under()) == 1


def test_the_source_goes_with_the_picture(write_guide, save, django_capture_on_commit_callbacks):
    image = save(write_guide())
    with django_capture_on_commit_callbacks(execute=True):
        image.delete()
    assert (MarkedPicture.objects.count(), kept_under()) == (0, [])


def test_the_source_can_be_forgotten_alone(write_guide, save, django_capture_on_commit_callbacks):
    image = save(write_guide())
    with django_capture_on_commit_callbacks(execute=True):
        pictures.forget(picture=image.marked)
    assert (Image.objects.filter(pk=image.pk).exists(), kept_under()) == (True, [])


# --- pages ------------------------------------------------------------------------------------------


def marks_form(*rows, **more):
    data = {
        "m-TOTAL_FORMS": str(len(rows)),
        "m-INITIAL_FORMS": "0",
        "m-MIN_NUM_FORMS": "0",
        "m-MAX_NUM_FORMS": "30",
    }
    for index, mark in enumerate(rows):
        data |= {f"m-{index}-{name}": str(value) for name, value in mark.data().items()}
    return data | {"alt": "En skärm med en ruta."} | more


def test_a_picture_is_uploaded_marked_and_saved_without_a_script(write_guide, client, site):
    guide = write_guide()
    client.force_login(site.editor)
    block = step_id(guide)
    file = SimpleUploadedFile("skarm.png", png(), "image/png")
    answer = client.post(reverse("guides_choose_picture", args=[guide.pk, block]), {"file": file})
    page = answer["Location"]
    assert Image.objects.count() == 0  # nothing that readers could see
    assert "Så blir bilden" in client.get(page).content.decode()
    shown = client.post(page, marks_form(add="blur")).content.decode()
    assert 'name="m-0-kind" value="blur"' in shown
    assert draft_of(guide).steps[0].value["picture"] is None
    answer = client.post(page, marks_form(BLUR, Mark("box", 10, 10, 80, 80), save="1"))
    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("guides_pictures", args=[guide.pk]) + "#steg-1",
    )
    assert Image.objects.get().marked.marks == [BLUR.data(), Mark("box", 10, 10, 80, 80).data()]
    assert "En skärm med en ruta." in client.get(reverse("guides_pictures", args=[guide.pk])).content.decode()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"alt": ""}, "Beskriv bilden i ord"),
        ({"m-0-x": "abc"}, "Skriv ett helt tal mellan 0 och 1600."),
        ({"m-0-width": "2"}, "8"),
        ({"m-0-kind": "circle"}, "circle"),
    ],
)
def test_faults_are_told_and_nothing_is_saved(write_guide, client, site, now, change, says):
    guide = write_guide()
    client.force_login(site.editor)
    picture = pictures.take_in(content=png(), by=site.editor, now=now)
    page = reverse("guides_mark", args=[guide.pk, step_id(guide), picture.pk])
    answer = client.post(page, marks_form(BLUR, save="1") | change)
    assert (answer.status_code, Image.objects.count()) == (422, 0)
    assert says in answer.content.decode()


def test_marks_are_opened_again_and_taken_away(write_guide, save, client, site):
    guide = write_guide()
    save(guide)
    client.force_login(site.editor)
    answer = client.post(reverse("guides_mark_again", args=[guide.pk, step_id(guide)]))
    page = answer["Location"]
    assert 'name="m-0-kind" value="blur"' in client.get(page).content.decode()
    client.post(page, marks_form(BLUR, **{"m-0-gone": "on"}, save="1"))
    assert Image.objects.get().marked.marks == []


def test_a_picture_of_the_library_is_marked(write_guide, client, site):
    guide = write_guide(steps=[step(picture=screenshot(), alt="En skärm.")])
    client.force_login(site.editor)
    page = client.post(reverse("guides_mark_again", args=[guide.pk, step_id(guide)]))["Location"]
    client.post(page, marks_form(Mark("number", 20, 20, 60, 60), save="1"))
    assert Image.objects.count() == 2  # the one of the library is as it was
    assert draft_of(guide).steps[0].value["picture"].marked.marks == [Mark("number", 20, 20, 60, 60).data()]


def test_a_picture_is_taken_out_of_a_step(write_guide, save, client, site):
    guide = write_guide()
    save(guide)
    client.force_login(site.editor)
    client.post(reverse("guides_take_out_picture", args=[guide.pk, step_id(guide)]))
    assert draft_of(guide).steps[0].value["picture"] is None
    assert Image.objects.count() == 1


def test_nobody_without_the_right_marks_pictures(write_guide, save, client, django_user_model):
    guide = write_guide()
    image = save(guide)
    client.force_login(django_user_model.objects.create_user("gast"))
    for address in (
        reverse("guides_pictures", args=[guide.pk]),
        reverse("guides_choose_picture", args=[guide.pk, step_id(guide)]),
        reverse("guides_mark", args=[guide.pk, step_id(guide), image.marked.pk]),
        reverse("guides_picture_source", args=[image.marked.pk]),
    ):
        assert client.get(address).status_code == 302
