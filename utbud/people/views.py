"""Logging in: Wagtail's views, which here answer 429 to who must wait and remember the device of who came in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from wagtail.admin.views import account

from utbud.people import logins
from utbud.people.forms import SLOWED, LoginForm, PasswordResetForm


def _in_time(response: HttpResponse, form: Any) -> HttpResponse:
    if form.has_error("__all__", SLOWED):
        response.status_code = 429
        response["Retry-After"] = "60"
    return response


class LoginView(account.LoginView):
    """The way in."""

    def get_form_class(self) -> type[LoginForm]:
        return LoginForm

    def form_valid(self, form: LoginForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        logins.remember_device(self.request, response, form.get_user())
        return response

    def form_invalid(self, form: LoginForm) -> HttpResponse:
        return _in_time(super().form_invalid(form), form)


class PasswordResetView(account.PasswordResetView):
    """Asking for a letter."""

    def get_form_class(self) -> type[PasswordResetForm]:
        return PasswordResetForm

    def get_form(self, form_class: Any = None) -> PasswordResetForm:
        form: PasswordResetForm = super().get_form(form_class)
        form.request = self.request
        return form

    def form_invalid(self, form: PasswordResetForm) -> HttpResponse:
        return _in_time(super().form_invalid(form), form)


class PasswordResetConfirmView(account.PasswordResetConfirmView):
    """A new password, by the link in the letter: whoever has it reads the owner's mail, so the device is known."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        logins.remember_device(self.request, response, self.user)
        return response
