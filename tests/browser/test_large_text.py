"""Every page a reader can reach, with the letters twice as large in a browser set so, on two narrow phones."""

import re

import pytest

from tests.browser.conftest import FLAGS

pytestmark = pytest.mark.browser
# Text that begins or ends outside the screen, or outside a box that does not scroll: what nobody can read; and short words
# (eight letters) that go on in the next line, like «BankI/D».
CUT = """() => {
  const seen = at => !at.closest(".skip, .unseen, .unseen *, script, style, option") && at.checkVisibility({ visibilityProperty: true });
  const broken = () => {
    const found = [], range = document.createRange(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode, at = node.parentElement;
      range.selectNodeContents(node);
      if (!seen(at) || range.getClientRects().length < 2) continue;
      for (const word of node.data.matchAll(/(?<![\\p{L}\\p{N}'’@/._-])[\\p{L}\\p{N}]{2,8}(?![\\p{L}\\p{N}'’@/_-]|\\.\\p{L})/gu)) {
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const tops = [...range.getClientRects()].filter(one => one.width > 1).map(one => one.top);
        if (Math.max(...tops) - Math.min(...tops) > 8) found.push(`«${word[0]}» goes on in the next line: ${at.tagName}.${at.className}`);
      }
    }
    return found;
  };
  const told = [], width = document.documentElement.clientWidth, walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  if (document.documentElement.scrollWidth > width) told.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  while (walker.nextNode()) {
    const node = walker.currentNode, at = node.parentElement;
    if (!node.data.trim() || !seen(at)) continue;
    let left = 0, right = width;
    for (let box = at; box && box !== document.body; box = box.parentElement) {
      const how = getComputedStyle(box).overflowX;
      if (how === "auto" || how === "scroll") { right = Infinity; break; }
      if (how !== "visible") {
        const edge = box.getBoundingClientRect();
        left = Math.max(left, edge.left); right = Math.min(right, edge.right);
      }
    }
    const range = document.createRange();
    range.selectNodeContents(node);
    if ([...range.getClientRects()].some(one => one.width > 1 && (one.left < left - 1 || one.right > right + 1)))
      told.push(`${at.tagName}.${at.className}: ${node.data.trim().slice(0, 60)}`);
  }
  told.push(...broken());
  for (const button of document.querySelectorAll("button, input"))
    if (button.checkVisibility() && button.getBoundingClientRect().right > width + 1) told.push(button.outerHTML.slice(0, 80));
  return told;
}"""

# Something one can join that does not end in a number to ring, or in just coming.
DEAD_END = """() => [...document.querySelectorAll("main .group")].map(group => group.innerText)
    .filter((text, at) => !document.querySelectorAll("main .group")[at].querySelector("a[href^='tel:']") && !/Kom som du är|Inställt:/.test(text))"""


@pytest.fixture(scope="module")
def large(browser_type, browser_type_launch_args, server):
    """A page in a browser whose owner has set the letters to 32 px."""
    arguments = [*FLAGS, "--blink-settings=defaultFontSize=32"]
    with browser_type.launch(**browser_type_launch_args | {"args": arguments}) as browser:
        page = browser.new_page(base_url=server.url, viewport={"width": 320, "height": 568})
        page.set_default_timeout(60_000)
        yield page


def published(page):
    """The site's map, and what it does not name: one of each kind of page that somebody is led to."""
    listed = re.findall(r"<loc>https?://[^/]+([^<]*)</loc>", page.request.get("/sitemap.xml").text())
    beside = [
        "/sok/?q=bank+id", "/sok/?q=xyzzyq", "/finns-inte/", "/kurser/min-anmalan/", "/tillganglighet/rapportera/", "/ord/a-o/",
        "/kurser/ta-fina-bilder-och-hitta-dem-igen/anmalan/", "/guider/logga-in-med-bankid/steg/1/",
    ]  # fmt: skip
    page.goto("/guider/lana-en-e-bok/")
    answered = page.locator("form[action^='/svar/']").get_attribute("action")
    return [
        *dict.fromkeys(
            [*listed, *beside, *(f"{answered}{given}/" for given in ("self", "helped", "not_yet"))]
        )
    ]


def test_nothing_is_cut_with_letters_of_twice_the_size_and_every_offer_ends_in_a_number(large):
    told, pages = {}, published(large)
    assert len(pages) > 100
    for address in pages:
        large.goto(address, wait_until="domcontentloaded")
        told |= {(address, "no phone"): ends} if (ends := large.evaluate(DEAD_END)) else {}
        for width in (320, 360):
            large.set_viewport_size({"width": width, "height": 568})
            if faults := large.evaluate(CUT):
                told[address, width] = faults[:5]
    assert told == {}


@pytest.mark.parametrize("menu", ["closed", "open"])
def test_the_head_of_a_page_leaves_room_for_the_page(page, menu):
    """On the first screen of an old phone the page itself begins, and «Meny» works without JavaScript."""
    page.set_viewport_size({"width": 320, "height": 568})
    page.goto("/")
    summary = page.locator(".menu summary")
    before = [summary.bounding_box(), page.locator(".call").bounding_box()]
    if menu == "open":
        summary.click()
        assert page.get_by_role("navigation", name="Huvudmeny").is_visible()
        assert [
            summary.bounding_box(),
            page.locator(".call").bounding_box(),
        ] == before  # what one presses stays
    else:
        assert page.locator(".top").bounding_box()["height"] < 568 * 0.4
