import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("talk", "0041_link_previews")]

    operations = [
        migrations.AddField(
            "attachment",
            "avatar_of",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="talk.conversation",
                verbose_name="avatar of",
            ),
        ),
    ]
