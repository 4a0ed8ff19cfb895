"""One subject: names, numbers, and the records about it that the user may see."""

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import JSONObject
from django.db.models.lookups import Exact
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Department
from audit.actions import Action
from catalogue.models import SubjectKind
from deadlines.clock import today
from records import crypto, services
from records.errors import RightMissing
from records.forms import RenameForm, RevealForm, StandingForm
from records.identity import mask_number
from records.models import Certificate, Identifier, StandingChange, Subject
from records.services.batches import require_right
from records.services.readings import note_readings
from records.views.history import LATEST, reading_event, readings_before
from records.views.lists import LISTED, mask_name, page_of, record_line
from records.views.reading import reader_of
from records.views.records import records_of


@dataclass(frozen=True, slots=True)
class Number:
    """An identifier as it may be shown: a person's number is masked, with the form that asks for the whole of it."""

    kind: str
    text: str
    reveal: RevealForm | None


def _shown(user, public_id) -> Subject:
    return get_object_or_404(Subject.objects.visible_to(user), public_id=public_id)


@require_safe
def subject(request, public_id):
    with transaction.atomic():
        shown = _shown(request.user, public_id)
        if shown.merged_into_id:
            return redirect(_address(_shown(request.user, shown.merged_into.public_id)))
        return _page(request, shown)


def _page(request, shown: Subject, *, refused: RevealForm | None = None):
    """In a transaction: that a person is shown is written down first."""
    fields = ("legal_name", "number_masked", *LISTED)
    reading = note_readings(Action.SUBJECT_VIEWED, [shown], reader=reader_of(request), fields=fields)
    page = page_of(records_of(request.user).filter(subject=shown).order_by("-decided_on", "-pk"), request)
    numbers = [_number(identifier, refused) for identifier in _identifiers_seen(request.user, shown)]
    context = {
        "subject": shown,
        "is_person": shown.kind == SubjectKind.PERSON,
        "numbers": numbers,
        "refused": refused,
        "former_names": shown.former_names.all(),
        "standing": _standing(shown),
        "page": page,
        "rows": [record_line(record, today(), reading) for record in page],
        "readings": [reading_event(line) for line in readings_before(request.user, shown).order_by("-id")[:LATEST]],
        "may_rename": _may_rename(request.user),
        "has_certificate": Certificate.objects.visible_to(request.user).filter(subject=shown).exists(),
        "section": "records",
        "crumbs": _crumbs(shown),
    }
    return render(request, "office/subject.html", context)


def _standing(shown: Subject) -> StandingChange | None:
    """The decision behind the present state, when there was one."""
    return shown.standing_changes.select_related("department").order_by("-since", "-pk").first()


def _identifiers_seen(user, shown: Subject) -> QuerySet[Identifier]:
    """A person's number, and of an organisation's codes those that stand in a record the user may see (T-02)."""
    number = JSONObject(number=OuterRef("lookup"))
    holds_it = Func(F("values"), Value("$.* ? (@ == $number)"), number, function="jsonb_path_exists")
    reported = records_of(user).filter(Exact(ExpressionWrapper(holds_it, BooleanField()), True), subject=shown)
    return shown.identifiers.filter(~Q(cipher="") | Exists(reported)).order_by("pk")


def _crumbs(shown: Subject) -> list[tuple[str, str]]:
    return [("待办", "/office/"), ("记录", "/office/records/"), (_label(shown), _address(shown))]


def _label(shown: Subject) -> str:
    return mask_name(shown.legal_name) if shown.kind == SubjectKind.PERSON else shown.legal_name


def _address(shown: Subject) -> str:
    return reverse("office:subject", args=[shown.public_id])


@sensitive_variables()
def _number(identifier: Identifier, refused: RevealForm | None) -> Number:
    if not identifier.cipher:
        return Number(identifier.get_kind_display(), identifier.lookup, None)
    is_refused = refused is not None and refused.cleaned_data["kind"] == identifier.kind
    form = refused if is_refused else RevealForm(initial={"kind": identifier.kind})
    form.auto_id = f"id_{identifier.kind}_%s"
    return Number(identifier.get_kind_display(), mask_number(crypto.open_text(identifier.cipher)), form)


def _may_rename(user) -> bool:
    return user.department is not None and user.has_perm("accounts.correct_department", user.department)


@require_POST
@sensitive_variables()
def reveal(request, public_id):
    """The full number, once, on the answer to this POST; asking again needs a purpose again (T-17)."""
    shown = _shown(request.user, public_id)
    form = RevealForm(request.POST)
    is_complete = form.is_valid()
    sealed = shown.identifiers.exclude(cipher="").filter(kind=form.cleaned_data.get("kind", ""))
    identifier = sealed.order_by("pk").first()
    if identifier is None:
        raise Http404
    if not is_complete:
        with transaction.atomic():
            return _page(request, shown, refused=form)
    purpose = form.cleaned_data["purpose"]
    number = services.reveal_identifier(identifier, actor=request.user, purpose=purpose, today=today())
    context = {
        "subject": shown,
        "kind": identifier.get_kind_display(),
        "number": number,
        "purpose": purpose,
        "section": "records",
        "crumbs": [*_crumbs(shown), ("完整号码", "")],
    }
    return render(request, "office/revealed.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def standing(request, public_id):
    """Enter that an organisation was deregistered, revoked, moved away or restored."""
    shown = _shown(request.user, public_id)
    department = _correcting(request.user)
    form = StandingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.enter_standing(shown, **form.cleaned_data, department=department, actor=request.user, today=today())
        messages.success(request, "登记状态已录入。以前的记录仍然保留。")
        return redirect(_address(shown))
    crumbs = [*_crumbs(shown), ("登记状态", "")]
    context = {"subject": shown, "form": form, "section": "records", "crumbs": crumbs}
    return render(request, "office/standing.html", context)


def _correcting(user) -> Department:
    """The department in whose name the user corrects. Raises RightMissing."""
    if user.department is None:
        raise RightMissing("您的角色不代表任何部门更正信息。")
    require_right(user, "correct", user.department)
    return user.department


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request, public_id):
    """Enter a change of name. Only who may correct for a department that holds records about the subject."""
    shown = _shown(request.user, public_id)
    department = _correcting(request.user)
    form = RenameForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.rename_subject(
            shown,
            name=form.cleaned_data["name"],
            renamed_on=form.cleaned_data["renamed_on"],
            department=department,
            actor=request.user,
            reason=form.cleaned_data["reason"],
            today=today(),
        )
        messages.success(request, "名称已变更。以前的记录仍保留当时报送的名称。")
        return redirect(_address(shown))
    with transaction.atomic():
        note_readings(Action.SUBJECT_VIEWED, [shown], reader=reader_of(request), fields=["legal_name"])
        return render(
            request,
            "office/rename.html",
            {"subject": shown, "form": form, "section": "records", "crumbs": [*_crumbs(shown), ("更名", "")]},
        )
