"""Look for suspected duplicates and doubtful codes now; beat does the same every night."""

import json

from django.core.management.base import BaseCommand

from records import services


class Command(BaseCommand):
    help = "查找疑似重复主体和重错码，以 JSON 打印各有多少件待办"

    def handle(self, **options):
        found = {"duplicates": services.find_duplicates(), "codes": services.find_code_cases()}
        self.stdout.write(json.dumps(found))
