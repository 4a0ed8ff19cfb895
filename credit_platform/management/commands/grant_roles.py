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
                self._login_role(cursor, password)

    def _login_role(self, cursor, password: str) -> None:
        """credit_app logs in and can only put on one of the three roles; by itself it may do nothing."""
        cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'credit_app')")
        verb = "ALTER" if cursor.fetchone()[0] else "CREATE"
        cursor.execute(
            sql.SQL("{} ROLE credit_app LOGIN NOINHERIT PASSWORD {}").format(sql.SQL(verb), sql.Literal(password))
        )
        for role in ROLES:
            cursor.execute(sql.SQL("GRANT {} TO credit_app").format(sql.Identifier(role)))
