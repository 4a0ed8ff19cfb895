"""manage.py audit_export FILE: the trail as JSON lines, for standalone/verify_audit.py on somebody else's machine."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from audit import bulk, canonical
from audit.actions import Action
from audit.models import Seal
from audit.services import record
from audit.verify import seal_values

FORMAT = "credit-audit-export/1"


class Command(BaseCommand):
    help = "把审计记录与封存导出为 JSON 行文件，供 verify_audit.py 独立校验。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="写入的文件")

    def handle(self, *args: object, **options: Any) -> None:
        exported = 0
        with transaction.atomic(), options["file"].open("w", encoding="utf-8") as file:
            for line in lines():
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                exported += line["kind"] == "event"
            record(Action.LOG_EXPORTED, detail={"events": exported})
        self.stdout.write(f"已导出 {exported} 条已封存的审计记录。")


def lines() -> Iterator[dict[str, object]]:
    """A header, each seal, each sealed event in its order, and last the events not yet sealed."""
    yield {"kind": "header", "format": FORMAT}
    for seal in Seal.objects.order_by("number").iterator():
        yield {"kind": "seal", "hash": seal.hash, **seal_values(seal)._asdict()}
    for (seal_number, position, event_id, leaf), event in bulk.stream_sealed_events():
        place = {"seal": seal_number, "position": position, "event_id": event_id}
        yield {"kind": "event", **place, "leaf": leaf.hex(), "values": _named(event)}
    for event in bulk.stream_unsealed():
        yield {"kind": "pending", "values": _named(event)}


def _named(event: tuple[str | None, ...]) -> dict[str, str | None]:
    return dict(zip(canonical.EVENT_NAMES, event, strict=True))
