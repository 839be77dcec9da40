from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("talk", "0013_reported_titles")]

    operations = [
        migrations.AddField(
            "conversation",
            "folded_title",
            models.TextField(blank=True, db_default="", default="", editable=False),
        ),
    ]
