from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("talk", "0011_tokens_in_the_admins_history")]

    operations = [
        migrations.AddField(
            "participation",
            "joined_at_number",
            models.PositiveBigIntegerField(
                "joined at number", default=0, db_default=0, editable=False
            ),
        ),
    ]
