"""Powers of attorney: given by whom a matter is about, to somebody named by name and number, until a day."""

from datetime import date

from django.db import transaction

from audit import services as audit
from audit.actions import Action
from records.errors import Refused
from records.identity import name_key
from repair.errors import NotYours
from repair.models import Act, Applicant, Representation
from repair.services.applicants import identified, require_allowed
from repair.services.outsiders import outsider


@transaction.atomic
def grant_power(
    *, by: Applicant, agent_kind: str, agent_name: str, number_kind: str, number: str, until: date, today: date
) -> Representation:
    """Let somebody look after one's own affairs until a day, that day included (民法典第一百六十五条: 授权委托).

    Nobody passes on a power they were given. Whether the agent has an account is not told: the power waits for them.

    Raises Refused: level_too_low, nothing_known, identifier_invalid, until_past, own_agent, granted_already.
    """
    require_allowed(by, Act.EMPOWER)
    by = Applicant.objects.select_for_update(of=("self",)).select_related("subject__merged_into").get(pk=by.pk)
    if by.subject is None:
        raise Refused("平台没有关于您的记录，没有需要委托办理的事项。", code="nothing_known")
    agent = identified(agent_kind, number_kind, number)
    if until < today:
        raise Refused("委托的期限不能早于今天。", code="until_past")
    if (agent.kind, agent.lookup) == (by.identifier_kind, by.lookup):
        raise Refused("不需要委托自己。", code="own_agent")
    subject = by.subject.merged_into or by.subject
    same = {"agent_identifier_kind": agent.kind, "agent_lookup": agent.lookup}
    if Representation.objects.in_force(on=today).filter(subject=subject, **same).exists():
        raise Refused("已经委托了这个代理人。要改期限，请先撤销原来的委托。", code="granted_already")
    power = Representation(
        subject=subject, agent_kind=agent_kind, agent_name=agent_name.strip(), granted_by=by, valid_from=today,
        valid_until=until, **same,
    )  # fmt: skip
    power.authority_no = f"WT{today:%Y%m%d}-{power.public_id.hex[:8].upper()}"
    power.applicant = _account_of(power)
    power.save(force_insert=True)
    _note(Action.REPRESENTATION_GRANTED, power, by, today)
    return power


def _account_of(power: Representation) -> Applicant | None:
    """The account of whom the power names: by number, and then by name."""
    known = Applicant.objects.filter(identifier_kind=power.agent_identifier_kind, lookup=power.agent_lookup)
    return next((each for each in known if name_key(each.name) == name_key(power.agent_name)), None)


@transaction.atomic
def revoke_power(power: Representation, *, by: Applicant, today: date) -> Representation:
    """Take a power back; from this moment the agent sees and does nothing more. Raises NotYours."""
    power = Representation.objects.select_for_update(of=("self",)).select_related("subject").get(pk=power.pk)
    theirs = by.subject and {by.subject_id, by.subject.merged_into_id}
    if not theirs or not {power.subject_id, power.subject.merged_into_id} & (theirs - {None}):
        raise NotYours("没有找到这项委托。")
    if power.revoked_on is None:
        power.revoked_on = today
        power.save(update_fields=["revoked_on"])
        _note(Action.REPRESENTATION_REVOKED, power, by, today)
    return power


def _note(line: Action, power: Representation, by: Applicant, today: date) -> None:
    detail = {"subject": power.subject_id, "until": power.valid_until.isoformat()}
    audit.record(line, power, actor=outsider(by), business_on=today, detail=detail)
