from django.db import migrations, models
from django.db.models import F, Q

from ._concurrently import AddCheck


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0023_words_of_open_reports")]

    operations = [
        AddCheck(
            "message",
            models.CheckConstraint(
                condition=Q(reply_to=None, root=None)
                | Q(root__gte=1, root__lte=F("reply_to"), reply_to__lt=F("number"))
                & Q(reply_to__isnull=False, root__isnull=False),
                name="talk_message_branch_agrees",
            ),
        ),
    ]
