"""What ``make test`` says about its own time."""

from pathlib import Path

import pytest

from tests import report

XML = """<testsuites><testsuite tests="4">
<testcase classname="tests.unit.formats.test_clip" name="test_a[1]" time="2.60" />
<testcase classname="tests.unit.media.test_uploads.TestBytes" name="test_b" time="0.30" />
<testcase classname="tests.unit.test_docs" name="test_c" time="0.01" />
<testcase classname="tests.browser.test_pages" name="test_d" time="9.00" />
<testcase classname="" name="tests.unit.broken" time="0.0"><error /></testcase>
</testsuite></testsuites>"""


def test_seconds_by_room_the_longest_first_and_the_slowest_tests(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(XML)
    ran = [test for kind in ("SQLite", "PostgreSQL") for test in report.read(tmp_path / "report.xml", kind)]
    ran = [test for test in ran if test.room != "browser" or test.database == "SQLite"]
    assert list(report.lines(ran)) == [
        "Sekunder per rum          SQLite  PostgreSQL",
        "browser                        9           0",
        "formats                        3           3",
        "media                          0           0",
        "unit                           0           0",
        "De långsammaste testen",
        "   9.0 s  browser.test_pages::test_d (SQLite)",
        "   2.6 s  unit.formats.test_clip::test_a[1] (SQLite)",
        "   2.6 s  unit.formats.test_clip::test_a[1] (PostgreSQL)",
        "   0.3 s  unit.media.test_uploads.TestBytes::test_b (SQLite)",
        "   0.3 s  unit.media.test_uploads.TestBytes::test_b (PostgreSQL)",
        "   0.0 s  unit.test_docs::test_c (SQLite)",
        "   0.0 s  unit.test_docs::test_c (PostgreSQL)",
    ]


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(600, "600 s"), (612.4, "!!! 612 s: 12 s ÖVER DE 600 SOM TESTEN FÅR TA PÅ TVÅ LEDIGA KÄRNOR !!!")],
)
def test_a_run_over_budget_says_so_loudly(seconds: float, says: str) -> None:
    assert report.verdict(seconds) == says
