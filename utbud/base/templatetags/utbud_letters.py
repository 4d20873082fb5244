"""What templates ask about letters: whether they go, and what to say where they do not."""

from django import template

from utbud.base import letters

register = template.Library()
register.simple_tag(letters.promise, name="letter_promise")
register.simple_tag(letters.go_out, name="letters_go")
