"""What every test stands on: a data folder of its own, no network but loopback, a small site."""

import datetime as dt
from types import SimpleNamespace

import pytest

MONDAY = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)  # 10:00 in Stockholm, ISO week 48


@pytest.fixture(autouse=True)
def _plain_settings(settings, tmp_path):
    """Static files without a build, files in a folder of the test's own, quick passwords, tasks at once."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def now():
    return MONDAY


@pytest.fixture
def site(db):
    """A site as `utbud setup` makes it, with an editor, a second editor, a publisher and an administrator."""
    return make_site()


def make_site():
    """The same where a database is at hand without the fixture."""
    from django.contrib.auth.models import Group

    from utbud.learning.models import WordIndexPage
    from utbud.people.models import ADMINISTRATOR, EDITOR, PUBLISHER, ResponsiblePublisher, User
    from utbud.web.actions import setup

    start = setup()

    def user(name, role):
        made = User.objects.create_user(name, email=f"{name}@example.org", password="demo-demo-demo")
        made.groups.add(Group.objects.get(name=role))
        return made

    editor, colleague = user("redaktor", EDITOR), user("kollega", EDITOR)
    chief, admin = user("utgivare", PUBLISHER), user("admin", ADMINISTRATOR)
    publisher = ResponsiblePublisher.objects.create(
        name="Utgivaren", email="utgivare@example.org", user=chief
    )
    return SimpleNamespace(
        start=start,
        index=WordIndexPage.objects.get(),
        editor=editor,
        colleague=colleague,
        chief=chief,
        admin=admin,
        publisher=publisher,
    )


@pytest.fixture
def no_files(monkeypatch):
    """Leave the making of sound and print out, where a test is about something else."""
    from utbud.publishing import files

    monkeypatch.setattr(files, "make", lambda page: None)


SENTENCE = "Ett testord är ett ord som vi provar med."


@pytest.fixture
def write(site):
    """Write a word as an editor does: ``write("Kaka", forms="kakor")`` gives a draft with a revision."""
    from utbud.learning.models import WordPage

    def write(title="Testord", *, by=None, **fields):
        by = by or site.editor
        text = "<p>Det här är en kort text. Den är lätt att läsa.</p>"
        word = WordPage(title=title, live=False, owner=by, one_sentence=SENTENCE, explanation=text)
        site.index.add_child(instance=word)
        for name, value in fields.items():
            setattr(word, name, value)
        word.save_revision(user=by, clean=False)  # a draft may lack what it must have
        return word

    return write


@pytest.fixture
def publish(site, no_files, now):
    """Send a draft the whole way: asked for by the editor, approved by the publisher."""
    from utbud.publishing import actions

    def publish(word, *, at=None):
        moment = at or now
        request = actions.request_approval(page=word, message="", by=site.editor, now=moment)
        actions.approve(request=request, publisher=site.publisher, by=site.chief, now=moment)
        word.refresh_from_db()
        return request

    return publish


@pytest.fixture
def word_form():
    """What the editor's form posts for a word: ``word_form(title="Nytt")``."""
    text = (
        '{"blocks":[{"key":"a","text":"En kort text.","type":"unstyled","depth":0,"inlineStyleRanges":[],'
        '"entityRanges":[],"data":{}}],"entityMap":{}}'
    )

    def word_form(**fields):
        return {
            "title": "Testord", "slug": "testord", "one_sentence": SENTENCE, "explanation": text, "steps-count": "0",
            "sources-count": "0", "related-TOTAL_FORMS": "0", "related-INITIAL_FORMS": "0", "related-MIN_NUM_FORMS": "0",
            "related-MAX_NUM_FORMS": "6", "checked_on": "2026-11-23", "review_by": "2027-11-23", "comments-TOTAL_FORMS": "0",
            "comments-INITIAL_FORMS": "0", "comments-MIN_NUM_FORMS": "0", "comments-MAX_NUM_FORMS": "",
        } | fields  # fmt: skip

    return word_form
