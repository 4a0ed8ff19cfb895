"""Questions to the public views. The views know the day (platform_today()), so no date is passed for display."""

import uuid
from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber

from catalogue.models import Category, SubjectKind

USCC_LENGTH = 18


class PublicSubjectQuerySet(models.QuerySet):
    def coded(self, code: str):
        """The subject whose address ends in `code`: its USCC, or the neutral id of one that has none."""
        if len(code) == USCC_LENGTH:
            return self.filter(uscc=code.upper())
        try:
            return self.filter(public_id=uuid.UUID(code), uscc__isnull=True)
        except ValueError:
            return self.none()

    def starting_with(self, key: str):
        """Folded names that begin with `key`, the name itself first (index subject_name_key)."""
        return self.filter(name_key__startswith=key).order_by("name_key", "id")

    def containing(self, key: str):
        """Folded names that contain `key`: two characters by the pairs, more by trigrams."""
        if len(key) == 2:
            return self.filter(bigrams__contains=[key], name_key__contains=key)
        return self.filter(name_key__contains=key)


class PublicFormerAddressQuerySet(models.QuerySet):
    def of(self, code: str):
        """Where the page that was called `code` is now."""
        if len(code) == USCC_LENGTH:
            return self.filter(uscc=code.upper())
        try:
            return self.filter(public_id=uuid.UUID(code))
        except ValueError:
            return self.none()


class PublicRecordQuerySet(models.QuerySet):
    def about_organisations(self):
        """What may be browsed. A natural person's record is found by its document number only."""
        return self.exclude(subject_kind=SubjectKind.PERSON)

    def newest_first(self):
        return self.order_by("-decided_on", "-id")

    def about_subjects_in(self, region_prefix: str, subjects):
        """Records about those of `subjects` whose region code begins so: 53 the province, 5301 a prefecture."""
        return self.filter(subject_id__in=subjects.filter(region_code__startswith=region_prefix).values("id"))

    def counted_by_item(self, subject_ids: Iterable[int]):
        """How many records of each item there are about each subject."""
        return (
            self.filter(subject_id__in=subject_ids)
            .values("subject_id", "item_code", "item_name", "category", "is_adverse")
            .annotate(total=Count("id"))
            .order_by()
        )

    def first_of_each_item(self, limit: int):
        """The newest `limit` records of every item, each with `total`, the number of its item's records."""
        order = [F("decided_on").desc(), F("id").desc()]
        return (
            self.defer("values")
            .annotate(
                place=Window(RowNumber(), partition_by="item_code", order_by=order),
                total=Window(Count("id"), partition_by="item_code"),
            )
            .filter(place__lte=limit)
            .order_by("item_code", "place")
        )


class PublicListingQuerySet(models.QuerySet):
    def honours_of(self, subject_ids: Iterable[int]):
        return self.filter(subject_id__in=subject_ids, category=Category.HONOUR).order_by("-listed_on", "-id")


class PublicListKindQuerySet(models.QuerySet):
    def of_record(self, item_code: str, title: str):
        """The list a record is an entry to, if any: an item that is one list, or the list it names."""
        return self.filter(Q(is_alone=True) | Q(name=title), item_code=item_code).first()


class PublicEditionQuerySet(models.QuerySet):
    def in_force(self, *, on: date):
        """The edition in force on a day, or none before the first."""
        return self.filter(in_force_on__lte=on).order_by("-in_force_on").first()
