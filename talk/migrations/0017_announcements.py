from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("talk", "0016_reports_from_one_side")]

    operations = [
        migrations.AddField(
            "message",
            "announced_as",
            models.UUIDField("announced as", null=True, editable=False),
        ),
    ]
