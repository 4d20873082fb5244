"""A file is made once, also when two processes make it at the same time."""

import json
import os
import subprocess
import sys

from tests import ready

CHILD = """
import json, pathlib, sys, time
import django
django.setup()
from django.core.files.storage import default_storage
from django.db import connection
from utbud.formats import actions
from utbud.formats.models import Rendition
from tests.unit.formats.conftest import a_library, a_word
folder, me = pathlib.Path(sys.argv[1]), sys.argv[2]

def wait_for(*names):
    until = time.monotonic() + 120
    while not all((folder / name).exists() for name in names) and time.monotonic() < until:
        time.sleep(0.01)

if me == "a":
    with connection.schema_editor() as editor:
        editor.create_model(Rendition)
    (folder / "table").touch()
wait_for("table")
save = default_storage.save

def save_and_wait_for_the_other(name, content):
    name = save(name, content)
    (folder / me).touch()
    wait_for("a", "b")
    return name

default_storage.save = save_and_wait_for_the_other
card = actions.card(item=a_word(), sender=a_library())
print(json.dumps([card.pk, card.file.name, default_storage.exists(card.file.name)]))
"""


def test_two_processes_at_once_end_with_one_row_and_one_file(tmp_path):
    var, flags = tmp_path / "var", tmp_path / "flags"
    flags.mkdir()
    told = {**os.environ, "UTBUD_VAR": str(var), "DJANGO_SETTINGS_MODULE": "utbud.settings"}
    told.pop("DATABASE_URL", None)
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(flags), me], env=told, cwd=ready.ROOT, stdout=subprocess.PIPE
        )
        for me in ("a", "b")
    ]
    try:
        answers = [json.loads(child.communicate(timeout=180)[0]) for child in children]
    finally:
        for child in children:
            child.kill()
            child.communicate()
    assert answers[0] == answers[1]
    assert answers[0][2] is True
    assert [path.suffix for path in (var / "media").rglob("*") if path.is_file()] == [".png"]
