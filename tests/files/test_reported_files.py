"""Moderators can look at the files of a reported message, as long as it has them."""

import pytest
from django.urls import reverse

from talk.contrib.files.addresses import download_url
from talk.models import Report

from ..domain.acting import hired, participation_of
from .conftest import PNG, now

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(sent):
    attachment = sent(PNG, "<soup>.png")
    type(attachment).objects.update(has_thumbnails=True)
    return now(attachment)


@pytest.fixture
def page(bob, harbour, file):
    """`page(browser)`: the answer to the request for the page of the report."""
    reported = Report.objects.report_message(
        participation_of(bob, harbour), file.message, "It is rude."
    )
    return lambda browser: browser.get(reverse("admin:talk_report_change", args=[reported.pk]))


def test_moderators_see_the_files_of_a_reported_message(erin, file, page, get):
    shown = page(hired(erin, "moderate")).content.decode()

    url = download_url(file)
    assert f'<a href="{url}"><img src="{download_url(file, "thumbnail")}" alt="">' in shown
    assert "&lt;soup&gt;.png</a>" in shown
    assert get(url).status_code == 200


def test_staff_without_the_permission_do_not(erin, page):
    browser = hired(erin, "view_message", "view_attachment", "read_message_bodies")

    assert page(browser).status_code == 403


def test_files_that_the_message_lost_are_not_shown(erin, alice, harbour, file, page):
    participation_of(alice, harbour).retract(now(file.message))

    assert "/talk/files/" not in page(hired(erin, "moderate")).content.decode()
