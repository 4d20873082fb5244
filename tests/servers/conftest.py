"""Servers are only started by ``make servers``: installing them needs npm, and takes minutes."""

import pytest

from tests.servers import run


def pytest_collection_modifyitems(config, items):
    if "servers" in config.option.markexpr:
        return
    for item in items:
        if item.get_closest_marker("servers"):
            item.add_marker(pytest.mark.skip(reason="startar riktiga servrar: make servers"))


def started(kind: str):
    """A fixture: one server for all tests of a file."""

    @pytest.fixture(scope="module", name=kind)
    def fixture():
        with run.server(kind) as server:
            yield server

    return fixture


bluesky, mastodon, mail = started("bluesky"), started("mastodon"), started("mail")
