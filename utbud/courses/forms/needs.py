"""What somebody needs to be able to take part, asked alike wherever it is asked."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from utbud.courses.models import Registration

INTERPRETER = "interpreter"


class NeedsFields(forms.Form):
    """What is needed, the language of an interpreter, and what else. ``needs_of`` is what is kept."""

    must_say_language = False  # of an interpreter: staff may not know it yet

    needs = forms.MultipleChoiceField(
        label=_("Behöver"),
        required=False,
        choices=list(Registration.NEEDS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    interpreter_language = forms.CharField(
        label=_("Tolk i vilket språk?"),
        help_text=_("Till exempel arabiska, finska eller teckenspråk."),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": _("Det blev för långt. Skriv bara språket.")},
    )
    needs_text = forms.CharField(
        label=_("Annat behov"),
        required=False,
        max_length=200,
        error_messages={"max_length": _("Det blev för långt. Skriv högst 200 tecken.")},
    )

    def clean_interpreter_language(self) -> str:
        language = " ".join(self.cleaned_data["interpreter_language"].split())
        needs = self.cleaned_data.get("needs", [])
        if language and INTERPRETER not in needs:  # whoever says a language wants one
            self.cleaned_data["needs"] = [*needs, INTERPRETER]
        if not language and self.must_say_language and INTERPRETER in needs:
            raise forms.ValidationError(_now("Skriv vilket språk tolken ska kunna, så att vi hittar någon."))
        return language

    def clean_needs_text(self) -> str:
        return " ".join(self.cleaned_data["needs_text"].split())

    def needs_of(self, *, also: Iterable[str] = ()) -> dict[str, Any]:
        """The needs as a registration keeps them, with ``also``."""
        data = self.cleaned_data
        chosen = {*data["needs"], *also}
        return {
            "needs": [need for need in Registration.NEEDS if need in chosen],
            "needs_text": data["needs_text"],
            "interpreter_language": data["interpreter_language"],
        }
