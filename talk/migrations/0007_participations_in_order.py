from django.db import migrations, models


class Migration(migrations.Migration):
    # By itself: what holds the lock for an index waits for nothing else.
    dependencies = [("talk", "0006_acts_are_append_only")]

    operations = [
        migrations.AddIndex(
            model_name="participation",
            index=models.Index(fields=["conversation", "id"], name="talk_participation_in_order"),
        ),
    ]
