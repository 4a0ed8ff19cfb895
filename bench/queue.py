"""The reviewers' queue with 20,000 open cases: how long its page takes, filters, counts and a full list included."""

import time
from datetime import date

from django.db import connection
from django.test import Client

from accounts.models import Department, Role, User
from accounts.services import place_user

CASES, ROUNDS = 20_000, 15
ADDRESS = "/admin/cases/"
LOOKS = ("", "?look=open", "?look=late&kind=objection", "?look=free&page=20")


def fill(count: int, *, opened_by: User, holder: User, department: Department, today: date) -> None:
    """Open cases set by set: objections to the first records there are, complaints beyond; a third of them held."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO repair_case (public_id, number, check_code_digest, kind, way, record_id, subject_id,
                department_id, contested, claim, on_paper, agent_name, agent_authority, opened_by_id, channel,
                suspends, review_body, review_no, state, version, holder_id, held_since, submitted_on, asked_for,
                accepted_on, forwarded_on, opinion, answer, outcome, remedy, corrected_values, reasons, article,
                letter, letter_edition, rule_key, revoked_reason, commitment, due_on, key, created_at, updated_at)
            SELECT gen_random_uuid(), 'CS20261101-' || lpad(g.n::text, 5, '0'), 'x',
                CASE WHEN r.id IS NULL THEN 'complaint' ELSE 'objection' END, '', r.id, r.subject_id,
                %(department)s, '[]', '测速', true, '', '', %(opened_by)s, 'counter', false, '', '',
                s.state, 1, CASE WHEN g.n %% 3 = 0 THEN %(holder)s END, CASE WHEN g.n %% 3 = 0 THEN now() END,
                %(today)s::date - 30, '', CASE WHEN s.state <> 'submitted' THEN %(today)s::date - 20 END,
                CASE WHEN s.state = 'forwarded' THEN %(today)s::date - 10 END, '', '', '', '', '{}', '', '', '', '',
                '', '', '', %(today)s::date - 20 + g.n %% 60, gen_random_uuid(), now(), now()
            FROM generate_series(1, %(count)s) AS g (n)
            CROSS JOIN LATERAL (
                SELECT (ARRAY['submitted', 'accepted', 'accepted', 'forwarded'])[1 + g.n %% 4]
            ) AS s (state)
            LEFT JOIN (
                SELECT id, subject_id, row_number() OVER (ORDER BY id) AS n
                FROM records_record AS record
                WHERE NOT EXISTS (SELECT FROM repair_case AS c WHERE c.record_id = record.id)
                ORDER BY id LIMIT %(count)s
            ) AS r ON r.n = g.n
            """,
            {
                "count": count, "department": department.pk, "opened_by": opened_by.pk, "holder": holder.pk,
                "today": today,
            },
        )  # fmt: skip
        cursor.execute("ANALYZE repair_case")


def times(client: Client, rounds: int = ROUNDS) -> list[float]:
    """Milliseconds of every request of `rounds` over the usual looks, shortest first."""
    taken = []
    for look in LOOKS:
        client.get(ADDRESS + look)
    for number in range(rounds):
        began = time.perf_counter()
        answer = client.get(ADDRESS + LOOKS[number % len(LOOKS)])
        taken.append(1000 * (time.perf_counter() - began))
        if answer.status_code != 200:
            raise RuntimeError(answer.status_code)
    return sorted(taken)


def measure(today: date) -> dict[str, float]:
    """The median and the slowest request, in milliseconds, with CASES open cases."""
    department = Department.objects.order_by("pk").first()
    people = {
        role: User.objects.filter(username=f"bench-{role}").first()
        or place_user(User(username=f"bench-{role}", password="!"), department=place, role=role)
        for role, place in ((Role.REVIEWER, None), (Role.CLERK, department))
    }
    reviewer = people[Role.REVIEWER]
    fill(CASES, opened_by=people[Role.CLERK], holder=reviewer, department=department, today=today)
    client = Client(SERVER_NAME="localhost")
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    taken = times(client)
    return {"median": taken[len(taken) // 2], "slowest": taken[-1]}
