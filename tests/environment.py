"""Loaded before the settings: tests keep their data in a folder of their own, never in var/."""

import os
import tempfile

os.environ["UTBUD_VAR"] = tempfile.mkdtemp(prefix="utbud-test-")
os.mkdir(os.path.join(os.environ["UTBUD_VAR"], "static"))
os.environ["UTBUD_INSIDE_HOSTS"] = "127.0.0.1,localhost,::1"  # the stand-ins of services run on this machine
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's sync API runs a loop beside the tests


def pytest_collection_modifyitems(config, items):
    """On PostgreSQL only what asks a database is run: the rest has been run on SQLite and cannot differ.

    What is marked ``only_on("postgresql")`` is left out on the other: it is about what that one alone does.
    """
    ours = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"

    def belongs(item):
        only = item.get_closest_marker("only_on")
        return (only is None or ours in only.args) and (ours == "sqlite" or asks_a_database(item))

    kept = [item for item in items if belongs(item)]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if not belongs(item)])
        items[:] = kept


def asks_a_database(item):
    """Whether a test has a database, or starts something that has."""
    if any(item.get_closest_marker(name) for name in ("django_db", "processes", "browser")):
        return True
    return bool({"db", "transactional_db"} & set(getattr(item, "fixturenames", ())))
