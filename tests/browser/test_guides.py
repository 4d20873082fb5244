"""Guides in a real browser: a picture is marked by keyboard alone, a partner answers, a service changes."""

import io
import json

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests import ready

pytestmark = pytest.mark.browser

WRITE = """
from utbud.guides.actions import partners
from utbud.guides.models import GuideIndexPage, GuidePage, GuidePartner
from utbud.people.models import Organisation, User
from django.utils import timezone
by = User.objects.get(username="redaktor")
guide = GuidePage(title="Prova guiden", live=False, owner=by, one_sentence="Så provar du.", needs="En telefon")
guide.steps = [("step", {"action": "Tryck på Fortsätt.", "picture": None, "alt": "", "right": "", "wrong": "Ring oss."})]
GuideIndexPage.objects.get().add_child(instance=guide)
partner, _made = Organisation.objects.get_or_create(name="Provföreningen")
guide.partners.set([GuidePartner(organisation=partner)])
guide.save()
guide.save_revision(user=by, clean=False)
review, secret = partners.ask(guide=guide, organisation=partner, letter=False, by=by, now=timezone.now())
said = [guide.pk, secret]
"""


@pytest.fixture
def inside(server):
    """What ``said`` is after some lines run in the program, with the site's own data."""

    def inside(lines):
        code = f"import json\n{lines}\nprint('SAID', json.dumps(said))"
        told = ready.utbud("shell", "--no-imports", "-c", code, var=server.var, url=server.database)
        return json.loads(told.split("SAID ", 1)[1])

    return inside


def screenshot():
    drawn = Image.new("RGB", (720, 1200), "white")
    ImageDraw.Draw(drawn).text((60, 300), "19121212-1212", fill="black", font_size=60)
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return {"name": "skarm.png", "mimeType": "image/png", "buffer": out.getvalue()}


def numbers(page, row):
    fields = page.locator("[data-row]").nth(row)
    return [int(fields.locator(f"[name$='-{name}']").input_value()) for name in ("x", "y", "width", "height")]


def test_a_picture_is_marked_by_keyboard_and_a_partner_answers(page, login, inside, accessible):
    guide, secret = inside(WRITE)
    login("redaktor")
    page.goto(f"/admin/guider/{guide}/bilder/")
    accessible()
    page.get_by_role("link", name="Lägg till bild").press("Enter")
    accessible()
    page.get_by_label("Skärmbild eller foto").set_input_files(screenshot())
    page.get_by_role("button", name="Fortsätt till markeringar").press("Enter")

    # A box by keyboard: it has the focus when it is made; arrows move it, shift and arrows change its size.
    page.get_by_role("button", name="Lägg till ruta").press("Enter")
    box = page.get_by_role("button", name="1. Ruta")
    expect(box).to_be_focused()
    assert numbers(page, 0) == [270, 525, 180, 150]
    for key in ("ArrowDown", "ArrowDown", "ArrowLeft", "Alt+ArrowLeft", "Shift+ArrowRight", "Shift+ArrowUp"):
        box.press(key)
    assert numbers(page, 0) == [259, 545, 190, 140]
    box.press("Control+z")
    assert numbers(page, 0) == [259, 545, 190, 150]
    box.press("Control+y")
    assert numbers(page, 0) == [259, 545, 190, 140]

    # What is hidden is placed with numbers.
    page.get_by_role("button", name="Dölj uppgifter").press("Enter")
    for name, value in (("x", "40"), ("y", "290"), ("width", "600"), ("height", "90")):
        field = page.locator(f"[name='m-1-{name}']")
        field.fill(value)
        field.press("Tab")
    page.get_by_role("button", name="2. Dölj").focus()
    assert numbers(page, 1) == [40, 290, 600, 90]
    page.get_by_role("button", name="Lägg till siffra").press("Enter")
    page.keyboard.press("Delete")
    expect(page.locator("[data-row]")).to_have_count(2)
    page.get_by_role("button", name="Ångra", exact=True).press("Enter")
    expect(page.locator("[data-row]")).to_have_count(3)
    page.get_by_role("button", name="Zooma in").press("Enter")
    accessible()
    page.get_by_role("button", name="Spara i steg 1").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(
        "Beskriv bilden i ord"
    )  # nothing that was drawn is lost
    expect(page.locator("[data-row]")).to_have_count(3)
    page.get_by_label("Bilden i ord").fill("En skärm. Knappen Fortsätt har en ruta.")
    page.get_by_role("button", name="Spara i steg 1").press("Enter")
    expect(page.get_by_text("Bilden finns nu i steg 1 i utkastet.")).to_be_visible()
    expect(page.get_by_text("En skärm. Knappen Fortsätt har en ruta.")).to_be_visible()
    accessible()

    # By mouse: a mark that is there is opened again, and dragged.
    page.get_by_role("button", name="Markera eller dölj").click()
    before = numbers(page, 0)
    held = page.get_by_role("button", name="1. Ruta").bounding_box()
    page.get_by_role("button", name="1. Ruta").scroll_into_view_if_needed()
    held = page.locator(".g-stage g[role] .g-around").first.bounding_box()
    page.mouse.move(held["x"] + held["width"] / 3, held["y"] + held["height"] / 3)
    page.mouse.down()
    page.mouse.move(held["x"] + held["width"] / 3 + 60, held["y"] + held["height"] / 3, steps=3)
    page.mouse.up()
    after = numbers(page, 0)
    assert (after[0] > before[0], after[2:]) == (True, before[2:])

    # The partner needs no account.
    page.context.clear_cookies()
    page.goto(f"/guider/granska/{secret}/")
    accessible()
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_label("Nej, det här behöver ändras").check()
    page.get_by_role("button", name="Svara").click()
    expect(page.get_by_role("alert")).to_contain_text("Skriv vad som behöver ändras")
    page.get_by_label("Om steg 1").fill("Knappen heter Nästa.")
    page.get_by_role("button", name="Svara").click()
    expect(page.get_by_role("heading", name="Tack för ditt svar")).to_be_visible()

    page.set_viewport_size({"width": 1280, "height": 800})
    login("redaktor")
    page.get_by_role("link", name="Provföreningen: Prova guiden").click()
    expect(page.get_by_text("Steg 1: Knappen heter Nästa.")).to_be_visible()
    accessible()
    page.get_by_role("button", name="Jag har läst svaret").click()
    expect(page.get_by_role("button", name="Jag har läst svaret")).to_have_count(0)


def test_marks_without_a_script(browser, server, inside, browser_context_args):
    guide, _secret = inside(WRITE.replace("Prova guiden", "Prova utan skript"))
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    page.goto("/admin/login/")
    page.locator("#id_username").fill("redaktor")
    page.locator("#id_password").fill("digitalt-utbud-demo")
    page.get_by_role("button", name="Logga in").click()
    page.goto(f"/admin/guider/{guide}/bilder/")
    page.get_by_role("link", name="Lägg till bild").click()
    page.get_by_label("Skärmbild eller foto").set_input_files(screenshot())
    page.get_by_role("button", name="Fortsätt till markeringar").click()
    page.get_by_role("button", name="Lägg till pil").click()
    page.get_by_label("Pekar").select_option("nw")
    page.get_by_label("Från vänster").fill("10")
    page.get_by_role("button", name="Visa hur det blir").click()
    expect(page.get_by_label("Från vänster")).to_have_value("10")
    page.get_by_label("Bilden i ord").fill("En pil pekar på knappen.")
    page.get_by_role("button", name="Spara i steg 1").click()
    expect(page.get_by_text("En pil pekar på knappen.")).to_be_visible()
    context.close()


@pytest.mark.parametrize(
    "path",
    ["/admin/guider/", "/admin/guider/fran-film/", "/admin/kontrollera/", "/admin/kontrollera/tjanster/"],
)
def test_the_staffs_pages_are_accessible(page, login, accessible, path):
    login("redaktor")
    page.goto(path)
    accessible()
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
