from tests.unit.people.conftest import _no_collected_files

__all__ = ["_no_collected_files"]
