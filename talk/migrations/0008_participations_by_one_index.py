import django.db.models.deletion
from django.db import migrations, models

#: As Django named it for the foreign key. The one in order does for what this one was for.
INDEX = "talk_participation_conversation_id_144dc2fe"


class Migration(migrations.Migration):
    dependencies = [("talk", "0007_participations_in_order")]

    operations = [
        # Only the index goes. Django would make the foreign key anew, too, and for that lock
        # tables in an order in which those who write don't.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f'DROP INDEX IF EXISTS "{INDEX}"',
                    f'CREATE INDEX "{INDEX}" ON "talk_participation" ("conversation_id")',
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="participation",
                    name="conversation",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="participations",
                        to="talk.conversation",
                        verbose_name="conversation",
                    ),
                )
            ],
        ),
    ]
