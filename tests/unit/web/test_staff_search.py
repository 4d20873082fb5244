"""The staff side's search: what each role finds, and that a look at people is remembered."""

import pytest
from django.urls import reverse

from tests.unit.house.test_doors import planted  # noqa: F401 - a fixture
from utbud.people.models import Look

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]


def found(client, user, question):
    """The headings under which something was found, and the page."""
    client.force_login(user)
    answer = client.get(reverse("staff_search"), {"q": question})
    return [hits.title for hits in answer.context["found"]], answer.content.decode()


def test_who_meets_people_finds_them_by_name_number_and_code_and_is_remembered(planted, client):  # noqa: F811
    desk = planted.site.desk
    everything = ["Anmälningar", "Meddelanden", "Att ringa, posta eller se till"]
    code = planted.seated.code
    for question, kinds in (
        ("planterad person", everything),
        ("PERSON", everything),
        ("070-174 06 66", everything),
        ("174 06 66", everything),
        (f"{code[:3]} {code[3:5]} {code[5:]}", ["Anmälningar"]),
        ("Planterad fråga", ["Meddelanden"]),
        ("Ingen Alls", []),
    ):
        Look.objects.all().delete()
        assert found(client, desk, question)[0] == kinds, question
        assert Look.objects.filter(user=desk).count() == len(kinds), question
    assert "Inget hittades för «Ingen Alls»" in found(client, desk, "Ingen Alls")[1]


def test_who_may_not_see_people_finds_pages_and_drafts_also_as_people_spell(planted, write, publish, client):  # noqa: F811
    site = planted.site
    publish(write("Facebook", misspellings="fejsbok\nfejsbuk"))
    write("Molnet vi bor i")
    for user in (site.editor, site.admin):
        assert found(client, user, "Planterad")[0] == []
        for question, title in (
            ("fejsbok", "Facebook"),
            ("facebok", "Facebook"),
            ("molnet", "Molnet vi bor i"),
        ):
            kinds, page = found(client, user, question)
            assert (kinds, title in page) == (["Sidor"], True), question
    assert not Look.objects.exists()


@pytest.mark.parametrize("question", ["fejsbok", "Facebook", "facebok"])
def test_the_desk_finds_what_is_published_where_readers_see_it_and_no_drafts(
    site, write, publish, client, question
):
    word = write("Facebook", misspellings="fejsbok\nfejsbuk")
    publish(word)
    write("Facebook i utkast")
    kinds, page = found(client, site.desk, question)
    assert kinds == ["På webben"]
    assert f'href="{word.url}"' in page
    assert "i utkast" not in page
