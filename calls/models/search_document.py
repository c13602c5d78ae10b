"""SearchDocument: the full-text index of a call."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from calls.models.call import Call


class SearchDocument(models.Model):
    """The terms of a call's notes, feedback, title and transcript, and the suffixes of its to_number.

    Maintained by PostgreSQL triggers (migrations/0002_search_triggers.py). A call without terms has no row.
    """

    call = models.OneToOneField(Call, models.CASCADE, primary_key=True, related_name="search_document")
    document = SearchVectorField()

    class Meta:
        verbose_name_plural = "search documents"
        # Every search reads the whole pending list, so it is kept short (kB).
        indexes = [GinIndex(fields=["document"], name="search_document", gin_pending_list_limit=512)]

    def __str__(self) -> str:
        return f"Search document of {self.call_id}"
