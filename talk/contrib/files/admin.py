"""Shows moderators the files of reported messages, on the admin pages of reports."""

from collections.abc import Iterator

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from talk.admin.moderation import ReportAdmin
from talk.models import Attachment, Report

from .addresses import download_url


class ReportWithFilesAdmin(ReportAdmin):
    readonly_fields = [*ReportAdmin.readonly_fields, "files"]
    fields = [*readonly_fields, "act", "reason"]

    @admin.display(description=_("files that the message has now"))
    def files(self, report: Report) -> str:
        return format_html_join(mark_safe("<br>"), "{}", zip(_shown(report))) or "-"


def _shown(report: Report) -> Iterator[SafeString]:
    message = report.message
    if message is None or message.removal:
        return
    for each in message.attachments.order_by("position"):
        if each.state != Attachment.State.READY:
            yield format_html("{} ({})", each.filename, each.get_state_display())
            continue
        url, picture = download_url(each), SafeString()
        if each.has_thumbnails:
            picture = format_html('<img src="{}" alt="">', download_url(each, "thumbnail"))
        yield format_html('<a href="{}">{}{}</a>', url, picture, each.filename)


# Unless the project shows reports in its own way.
if admin.site.is_registered(Report) and type(admin.site.get_model_admin(Report)) is ReportAdmin:
    admin.site.unregister(Report)
    admin.site.register(Report, ReportWithFilesAdmin)
