"""What a call can be searched by."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from calls.models.call import Call


class SearchDocument(models.Model):
    """The words of a call's notes, feedback, title and transcript, and the digits of its call_to.

    PostgreSQL keeps it by triggers (migration 0004), whoever writes those; a call without words has none.
    """

    call = models.OneToOneField(Call, models.CASCADE, primary_key=True, related_name="search_document")
    document = SearchVectorField()

    class Meta:
        verbose_name_plural = "search documents"
        # A short list of what is not in the index yet: every search reads all of it.
        indexes = [GinIndex(fields=["document"], name="search_document", gin_pending_list_limit=512)]

    def __str__(self) -> str:
        return f"Words of {self.call_id}"
