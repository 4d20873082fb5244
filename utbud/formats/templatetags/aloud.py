"""Pages that are templates, read aloud: the page itself is what is read, so that what is heard is what stands there."""

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

from utbud.base.richtext import Block, blocks_from_html
from utbud.formats.html import EMPTY, Counter, Explainer, blocks_html, phrase_html

register = template.Library()
NAME = "aloud_script"


class Script:
    """What a page has told so far, in order: give it to the template as ``aloud_script``."""

    def __init__(self) -> None:
        self.counter, self.blocks = Counter(1), list[Block]()  # 0 is the title


class _Aloud(template.Node):
    def __init__(self, nodes: NodeList) -> None:
        self.nodelist = nodes

    def render(self, context: Context) -> SafeString:
        shown = self.nodelist.render(context)
        script: Script = context[NAME]
        blocks = blocks_from_html(shown)
        script.blocks += blocks
        if shown.lstrip().startswith(("<p", "<ul")):
            return blocks_html(blocks, Explainer(EMPTY), script.counter)
        return mark_safe("".join(phrase_html(block, script.counter) for block in blocks))  # escaped there


@register.tag
def aloud(parser: Parser, token: Token) -> _Aloud:
    """``{% aloud %}…{% endaloud %}``: paragraphs, a list, or what stands inside something, to be read aloud and marked."""
    nodes = parser.parse(("endaloud",))
    parser.delete_first_token()
    return _Aloud(nodes)
