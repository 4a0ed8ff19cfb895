"""The session of somebody who has signed in as a subject: a few keys, and never together with one of the staff."""

import time

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from repair.models import Applicant

APPLICANT, SEEN, ACTING_FOR = "applicant", "applicant_seen", "applicant_acting_for"
# The moment of the last request is written this often only, so that reading does not write each time.
RENEWED_EVERY = 60


def begin(session: SessionBase, applicant: Applicant) -> None:
    """Somebody comes in. Whoever was signed in here before is out: a new key, nothing kept."""
    session.flush()
    session[APPLICANT], session[SEEN] = applicant.pk, int(time.time())


def is_idle(session: SessionBase) -> bool:
    """Whether nothing was asked for so long that the session ends."""
    return time.time() - session.get(SEEN, 0) > settings.SUBJECT_IDLE_MINUTES * 60


def renew(session: SessionBase) -> None:
    """Note that something was asked for."""
    if time.time() - session.get(SEEN, 0) > RENEWED_EVERY:
        session[SEEN] = int(time.time())


def act_for(session: SessionBase, subject_id: int) -> None:
    """Whose affairs the pages show from now on."""
    session[ACTING_FOR] = subject_id
