"""Somebody from outside, as the trail names them."""

from dataclasses import dataclass

from repair.models import Applicant


@dataclass(frozen=True, slots=True)
class Outsider:
    """An applicant as the trail names one: by number, never by name."""

    pk: str
    username: str


def outsider(applicant: Applicant) -> Outsider:
    """Who acts, for a line of the trail."""
    return Outsider(f"applicant:{applicant.pk}", str(applicant))
