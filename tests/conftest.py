"""What every test stands on: a data folder of its own, no network but loopback, a small site."""

import datetime as dt
import gc
import shutil
from contextlib import ExitStack
from functools import partial
from types import SimpleNamespace

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import override_settings

from tests import made_once, ready

MONDAY = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)  # 10:00 in Stockholm, ISO week 48
QUICK_PASSWORDS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS_AT_ONCE = {
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": ["default", "slow"]}
}


def pytest_collection_finish(session):
    """What is loaded now is there to the end: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Begin with a copy of the migrated database that ``make test`` made, where it made one."""
    database = django_settings.DATABASES["default"]
    if ready.READY:
        database["TEST"]["MIGRATE"] = False
        if "postgresql" in database["ENGINE"]:
            database["TEST"]["TEMPLATE"] = ready.TEMPLATE
        else:
            database["TEST"]["NAME"] = f"{django_settings.VAR}/test.sqlite3"
            shutil.copy(f"{ready.READY}/empty/utbud.sqlite3", database["TEST"]["NAME"])


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb):
    """Do not empty the copy before it is used."""
    copied = ready.READY and "sqlite3" in django_settings.DATABASES["default"]["ENGINE"]
    return django_db_keepdb or bool(copied)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """A database that has a site from the start; a test sees it whether it asks for ``site`` or not."""
    with django_db_blocker.unblock():
        make_site()


@pytest.fixture(scope="session", autouse=True)
def _made_once():
    """A sound, a film, a sheet or a cover that has been made for one test is not made anew for the next."""
    with made_once.sharing():
        yield


@pytest.fixture(scope="session", autouse=True)
def _kept_in_memory():
    """What a process keeps in memory it keeps in a test too, which is one transaction; what is saved is seen at once."""
    from django.db.models.signals import post_delete, post_save

    from utbud.places import models as places
    from utbud.places import queries
    from utbud.web import context

    def changed(sender, **_what):
        if issubclass(sender, places.Counted):
            places.edition += 1

    with pytest.MonkeyPatch.context() as patch:
        for module in (queries, context):
            patch.setattr(module, "connection", SimpleNamespace(in_atomic_block=False))
        for signal in (post_save, post_delete):
            signal.connect(changed)
        yield
        for signal in (post_save, post_delete):
            signal.disconnect(changed)


@pytest.fixture(autouse=True)
def _plain_settings(settings, tmp_path, monkeypatch):
    """Static files without a build, files in a folder of the test's own, quick passwords, tasks at once, no films."""
    from utbud.places import models as places
    from utbud.publishing import files
    from utbud.web import ready as site_ready

    places.edition += 1  # what the last test saw is not what this one sees
    monkeypatch.setattr(site_ready, "_seen", [True])  # asked once by a process: no test's queries should tell
    monkeypatch.setattr(files, "make_films", SimpleNamespace(enqueue=lambda **_what: None))  # seconds each
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PASSWORD_HASHERS = QUICK_PASSWORDS
    settings.TASKS = TASKS_AT_ONCE
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def now():
    return MONDAY


@pytest.fixture
def site(db):
    """A site as `utbud setup` makes it, with a user for each role, and a second editor."""
    from utbud.web.models import StartPage

    if not StartPage.objects.exists():  # a test with transactions of its own has emptied the database
        make_site()
    return the_site()


@override_settings(PASSWORD_HASHERS=QUICK_PASSWORDS, TASKS=TASKS_AT_ONCE)
def make_site():
    """Make that site where there is none."""
    from django.contrib.auth.models import Group
    from wagtail.models import Collection

    from utbud.people.models import ADMINISTRATOR, DESK, EDITOR, PUBLISHER, ResponsiblePublisher, User
    from utbud.web.actions import setup

    if (
        not Collection.objects.exists()
    ):  # the migrations' own: a test with transactions of its own has emptied the database
        Collection.add_root(name="Root")
    setup()
    roles = {
        "redaktor": EDITOR, "kollega": EDITOR, "utgivare": PUBLISHER, "disk": DESK, "admin": ADMINISTRATOR,
    }  # fmt: skip
    for name, role in roles.items():
        user = User.objects.create_user(name, email=f"{name}@example.org", password="demo-demo-demo")
        user.groups.add(Group.objects.get(name=role))
    ResponsiblePublisher.objects.create(
        name="Utgivaren", email="utgivare@example.org", user=User.objects.get(username="utgivare")
    )


def the_site():
    """What ``make_site`` made, read from the database."""
    from utbud.learning.models import WordIndexPage
    from utbud.people.models import ResponsiblePublisher, User
    from utbud.web.models import StartPage

    users = User.objects.in_bulk(field_name="username")
    return SimpleNamespace(
        start=StartPage.objects.get(),
        index=WordIndexPage.objects.get(),
        editor=users["redaktor"],
        colleague=users["kollega"],
        chief=users["utgivare"],
        desk=users["disk"],  # who meets people, and sees what is known of them
        admin=users["admin"],
        publisher=ResponsiblePublisher.objects.get(),
    )


@pytest.fixture(scope="module")
def standing(request, django_db_setup, django_db_blocker, tmp_path_factory):
    """Rows that all tests of a file begin with, made once: ``standing(make)`` gives what ``make(site)`` gives.

    They are made in a transaction around those of the tests, which is rolled back after the file. ``standing.possible`` is
    false where some test of the file has transactions of its own: such a test empties the database.
    """

    def standing(make):
        assert standing.possible, "a test of this file has transactions of its own"
        with django_db_blocker.unblock(), ExitStack() as meanwhile:
            around = transaction.atomic()
            around.__enter__()
            afterwards.callback(undo, around)
            plain = {"PASSWORD_HASHERS": QUICK_PASSWORDS, "TASKS": TASKS_AT_ONCE}
            meanwhile.enter_context(
                override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("standing"), **plain)
            )
            make_no_files(meanwhile.enter_context(pytest.MonkeyPatch.context()))
            return make(the_site())

    def undo(around):
        with django_db_blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)

    tests = [test for test in request.session.items if test.getparent(pytest.Module) is request.node]
    standing.possible = not any(
        "transactional_db" in test.fixturenames
        or any(mark.kwargs.get("transaction") for mark in test.iter_markers("django_db"))
        for test in tests
    )
    with ExitStack() as afterwards:
        yield standing


@pytest.fixture
def no_files(monkeypatch):
    """Leave the making of sound and print out, where a test is about something else; the phone line's too."""
    make_no_files(monkeypatch)


def make_no_files(patch):
    """Have nothing made, as long as ``patch`` lasts."""
    from utbud.phone import tasks
    from utbud.publishing import files

    patch.setattr(files, "make", lambda page, slow=False: None)
    for name in ("make_films", "make_read_aloud"):
        patch.setattr(files, name, SimpleNamespace(enqueue=lambda **_what: None))
    path = tasks.read_in_missing.module_path
    patch.setattr(tasks, "read_in_missing", SimpleNamespace(module_path=path, enqueue=lambda **_what: None))


SENTENCE = "Ett testord är ett ord som vi provar med."


@pytest.fixture
def write(site):
    """Write a word as an editor does: ``write("Kaka", forms="kakor")`` gives a draft with a revision."""
    return partial(write_word, site)


def write_word(site, title="Testord", *, by=None, **fields):
    """A word as an editor writes it: a draft with a revision."""
    from utbud.learning.models import WordPage

    by = by or site.editor
    text = "<p>Det här är en kort text. Den är lätt att läsa.</p>"
    word = WordPage(title=title, live=False, owner=by, one_sentence=SENTENCE, explanation=text)
    site.index.add_child(instance=word)
    for name, value in fields.items():
        setattr(word, name, value)
    word.save_revision(user=by, clean=False)  # a draft may lack what it must have
    return word


@pytest.fixture
def publish(site, no_files, now):
    """Send a draft the whole way: asked for by the editor, approved by the publisher."""
    return partial(send_out, site, now=now)


def send_out(site, page, *, now=MONDAY, at=None):
    """Ask for a page to be approved as the editor does, and approve it as the publisher does."""
    from utbud.publishing import actions

    moment = at or now
    request = actions.request_approval(page=page, message="", by=site.editor, now=moment)
    actions.approve(request=request, publisher=site.publisher, by=site.chief, now=moment)
    page.refresh_from_db()
    return request


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
