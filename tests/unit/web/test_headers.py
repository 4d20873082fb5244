"""What browsers are told, on every kind of answer."""

import pytest

from utbud.base.headers import POWERS, RECORDING

ALL = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
}
NOBODY = ", ".join(f"{power}=()" for power in POWERS)
STAFF = ", ".join(f"{power}={'(self)' if power in RECORDING else '()'}" for power in POWERS)
PUBLIC = {
    "default-src 'self'", "img-src 'self' data:", "media-src 'self' data:", "object-src 'none'", "base-uri 'none'",
    "form-action 'self'", "frame-ancestors 'self'",
}  # fmt: skip
STAFF_CSP = {
    "default-src 'self'", "script-src 'self' 'unsafe-inline'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:",
    "media-src 'self' data: blob:", "worker-src 'self' blob:", "frame-src 'self' https://www.youtube-nocookie.com",
    "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'self'",
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "status", "policy", "powers"),
    [
        ("/", 200, PUBLIC, NOBODY),
        ("/hjalp/", 200, PUBLIC, NOBODY),
        ("/ord/", 200, PUBLIC, NOBODY),
        ("/finns-inte/", 404, PUBLIC, NOBODY),
        ("/halsa/", 200, PUBLIC, NOBODY),
        ("/robots.txt", 200, PUBLIC, NOBODY),
        ("/godkann/fel/", 410, PUBLIC, NOBODY),
        ("/admin/login/", 200, STAFF_CSP, STAFF),
        ("/admin/", 302, STAFF_CSP, STAFF),
        ("/admin/password_reset/", 200, STAFF_CSP, STAFF),
    ],
)
def test_the_headers_of(site, client, path, status, policy, powers) -> None:
    for page in (site.start, site.index):
        type(page).objects.filter(pk=page.pk).update(live=True)
    answer = client.get(path)
    assert answer.status_code == status
    assert {name: answer.get(name) for name in ALL} == ALL
    assert answer["Permissions-Policy"] == powers
    assert {part.strip() for part in answer["Content-Security-Policy"].split(";")} == policy


@pytest.mark.parametrize("path", ["/", "/hjalp/", "/ord/", "/sitemap.xml", "/finns-inte/"])
def test_no_page_prints_the_host_that_was_asked_for(site, client, path) -> None:
    for page in (site.start, site.index):
        type(page).objects.filter(pk=page.pk).update(live=True)
    assert "fel.example.net" not in client.get(path, headers={"host": "fel.example.net"}).content.decode()
