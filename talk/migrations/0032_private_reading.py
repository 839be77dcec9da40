from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("talk", "0031_kinds_of_descriptions")]

    operations = [
        migrations.AddField(
            "participation",
            "read_privately",
            models.BooleanField(db_default=False, default=False, verbose_name="read privately"),
        ),
        migrations.RemoveConstraint("participation", "talk_participation_unread_after_read"),
    ]
