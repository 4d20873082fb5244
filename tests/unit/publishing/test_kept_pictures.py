"""A picture that was put before a publisher is neither given another file nor deleted, by whatever door."""

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import ProtectedError
from PIL import Image as Pillow
from wagtail.images.models import Image

from utbud.people.models import Organisation
from utbud.places.models import LibrarySettings
from utbud.publishing import actions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]


def png(colour):
    out = io.BytesIO()
    Pillow.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def drawing(db):
    image = Image.objects.create(title="Teckning", file=ContentFile(png("white"), "teckning.png"))
    image.get_file_hash()
    return image


@pytest.fixture(
    params=["asked for", "out", "taken down", "another picture since", "partner's mark", "logotype"]
)
def kept(request, drawing, site, write, publish, now):
    """The picture in each state in which it is kept."""
    if request.param == "logotype":
        library = LibrarySettings.load()
        library.logo, library.logo_alt = drawing, "Biblioteket"
        library.save()
        return drawing
    if request.param == "partner's mark":
        Organisation.objects.create(name="Solrosen", logo=drawing)
        return drawing
    word = write(drawing=drawing, drawing_alt="En ruta.")
    if request.param == "asked for":
        actions.request_approval(page=word, message="", by=site.editor, now=now)
        return drawing
    publish(word)
    if request.param == "taken down":
        word.unpublish(user=site.editor)
    if request.param == "another picture since":
        word.drawing = Image.objects.create(title="Ny", file=ContentFile(png("red"), "ny.png"))
        word.drawing.get_file_hash()
        word.save_revision(user=site.editor)
        publish(word)
    return drawing


@pytest.mark.parametrize("role", ["editor", "admin"])
def test_no_door_takes_it(kept, site, client, role):
    name = kept.file.name
    client.force_login(getattr(site, role))
    new = {
        "title": "Ny titel",
        "file": SimpleUploadedFile("ny.png", png("red")),
        "collection": kept.collection_id,
        "tags": "",
    }
    shown = client.get(f"/admin/images/{kept.pk}/").content.decode()
    assert ('type="file"' in shown, "Bildens fil byts inte" in shown) == (False, True)
    client.post(f"/admin/images/{kept.pk}/", new)
    client.post(f"/admin/images/{kept.pk}/delete/")
    client.post(f"/admin/images/multiple/{kept.pk}/delete/", headers={"X-Requested-With": "XMLHttpRequest"})
    client.post(f"/admin/bulk/wagtailimages/image/delete/?id={kept.pk}&next=/admin/")
    image = Image.objects.get(pk=kept.pk)
    assert (image.file.name, image.title) == (name, "Ny titel")
    with image.open_file() as file:
        assert file.read() == png("white")


def test_the_wall_behind_the_doors(kept):
    kept.file = ContentFile(png("red"), "ny.png")
    with pytest.raises(ProtectedError):
        kept.save()
    with pytest.raises(ProtectedError):
        Image.objects.filter(pk=kept.pk).delete()


def test_one_that_nobody_saw_may_go(drawing, write, site, client):
    write(drawing=None)
    client.force_login(site.editor)
    client.post(f"/admin/images/{drawing.pk}/delete/")
    assert not Image.objects.exists()


def test_a_document_is_handed_to_nobody(site, client):
    from wagtail.documents.models import Document

    document = Document.objects.create(title="Fil", file=ContentFile(b"x", "fil.txt"))
    assert client.get(document.url).status_code == 404
