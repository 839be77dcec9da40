"""Prepared queries: SQL that is made once, and asked in as few round trips as possible.

This module is the door of the package. Django writes the SQL of a queryset anew each time, which
takes longer than the database takes to answer. A prepared question is a queryset with named
placeholders:

    @prepared
    def _places(user: Any, conversation: Any) -> QuerySet[Participation]:
        return Participation.objects.filter(user=user, conversation=conversation)

    rows = _places(user=viewer, conversation=7).ask()

Arguments by name are values, for which the SQL has placeholders. A list is the set of a condition
by `among`. Arguments by position shape the SQL, of which there is one for each of their values.
A condition with None is another question than one with a value.
"""

from .instances import is_made_by_columns, refer, renew
from .placeholders import Among, among, round_up
from .questions import Question, ask, prepared
from .writes import changing, columns_of, deleting, inserting

__all__ = [
    "Among",
    "Question",
    "among",
    "ask",
    "changing",
    "columns_of",
    "deleting",
    "inserting",
    "is_made_by_columns",
    "prepared",
    "refer",
    "renew",
    "round_up",
]
