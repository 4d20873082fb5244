"""Approval of the demo's pages, as of anyone's."""

import datetime as dt

from utbud.people.models import ResponsiblePublisher, User
from utbud.publishing import actions as publishing
from utbud.publishing.models import ApprovalRequest, ApprovedPage


def approve_and_publish(
    page: ApprovedPage, editor: User, publisher: ResponsiblePublisher, now: dt.datetime
) -> ApprovalRequest:
    """Send ``page`` the whole way. Its files are left to the worker, so that the demo starts at once."""
    request = publishing.request_approval(page=page, message="", by=editor, now=now)
    request.links.update(sent_at=now, claimed_at=now)  # a demo writes no letters to anyone
    publishing.approve(request=request, publisher=publisher, by=publisher.user, now=now, files_first=False)
    return request
