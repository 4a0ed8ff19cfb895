"""Give each process exactly the database rights it needs."""

import os
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from psycopg import sql

GRANTS = Path(__file__).parents[2] / "sql" / "grants.sql"
ROLES = ("credit_office", "credit_worker", "credit_portal")


class Command(BaseCommand):
    help = "建立数据库角色并授予最小权限（可重复执行）"

    @transaction.atomic
    def handle(self, **options):
        with connection.cursor() as cursor:
            cursor.execute(GRANTS.read_text(encoding="utf-8"))
            cursor.execute("SELECT current_user")
            for role in ROLES:
                cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))
            if password := os.environ.get("APP_DATABASE_PASSWORD"):
                self._login_role(cursor, "credit_app", password, ROLES)
            if password := os.environ.get("PORTAL_DATABASE_PASSWORD"):
                self._login_role(cursor, "credit_portal_app", password, ("credit_portal",))

    def _login_role(self, cursor, name: str, password: str, roles: tuple[str, ...]) -> None:
        """A login that by itself may do nothing: it can only put on one of `roles`."""
        cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [name])
        verb = "ALTER" if cursor.fetchone()[0] else "CREATE"
        login = sql.Identifier(name)
        cursor.execute(
            sql.SQL("{} ROLE {} LOGIN NOINHERIT PASSWORD {}").format(sql.SQL(verb), login, sql.Literal(password))
        )
        for role in roles:
            cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), login))
