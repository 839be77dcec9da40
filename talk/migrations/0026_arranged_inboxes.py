from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("talk", "0025_pinned_and_saved_messages")]

    operations = [
        migrations.AddField(
            "participation",
            "notify",
            models.CharField(
                choices=[
                    ("everything", "everything"),
                    ("mentions", "mentions"),
                    ("nothing", "nothing"),
                ],
                db_default="everything",
                default="everything",
                editable=False,
                max_length=10,
                verbose_name="notifications",
            ),
        ),
        migrations.AddField(
            "participation",
            "muted_until",
            models.DateTimeField(editable=False, null=True, verbose_name="muted until"),
        ),
        migrations.AddField(
            "participation",
            "archived_at",
            models.DateTimeField(editable=False, null=True, verbose_name="archived at"),
        ),
        migrations.AddField(
            "participation",
            "pinned_at",
            models.DateTimeField(editable=False, null=True, verbose_name="pinned at"),
        ),
    ]
