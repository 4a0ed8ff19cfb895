"""The portal as it is deployed on the internet side: its own settings, its own database role, nobody signed in."""

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

ASK = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("collectstatic", interactive=False, verbosity=0)
browser = Client(headers={"Cookie": "__Host-session=left-over"})
print(json.dumps({path: browser.get(path, secure=True, HTTP_HOST="localhost").status_code for path in sys.argv[1:]}))
"""
EXPECTED = {
    "/": 200,
    "/search/?q=示例": 200,
    "/law/": 200,
    "/lists/": 200,
    "/guarantees/": 200,
    "/api/v1/public/subjects/?q=示例": 200,
    "/api/v1/schema/": 200,
    "/nowhere/": 404,
    "/office/": 404,
    "/admin/": 404,
    "/api/v1/batches/": 404,
}


@pytest.mark.django_db
def test_the_portal_answers_with_its_own_role_and_has_no_office(tmp_path):
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "credit_platform.settings.portal",
        "DATABASE_URL": url,
        "DATABASE_ROLE": "credit_portal",
        "STATIC_ROOT": str(tmp_path),
        "SECRET_KEY": "x" * 60,
        "FIELD_KEYS": "t1:" + "11" * 16,
        "INDEX_KEY": "22" * 32,
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK, *EXPECTED], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == EXPECTED
