from django.db import migrations, models
from django.db.models import F, Q

from ._concurrently import AddCheck, AddPositiveField


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("talk", "0032_private_reading")]

    operations = [
        AddPositiveField(
            "participation",
            "unread_again_from",
            models.PositiveBigIntegerField(
                blank=True, editable=False, null=True, verbose_name="unread again from"
            ),
        ),
        AddCheck(
            "participation",
            models.CheckConstraint(
                condition=Q(unread_again_from=None)
                & (Q(first_unread_number=None) | Q(first_unread_number__gt=F("last_read_number")))
                | Q(unread_again_from__isnull=False)
                & Q(unread_again_from__range=(1, F("last_read_number")))
                & (
                    Q(first_unread_number=None) | Q(first_unread_number__gte=F("unread_again_from"))
                ),
                name="talk_participation_unread_agrees",
            ),
        ),
    ]
