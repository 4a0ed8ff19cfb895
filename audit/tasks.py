"""The bell rung by beat. A lost or doubled message does no harm: the database knows what is not yet sealed."""

from celery import shared_task

from audit import checkpoints, heads, sealing


@shared_task
def seal_events() -> int:
    return sealing.seal_all()


@shared_task
def write_checkpoint() -> None:
    checkpoints.write_checkpoint()


@shared_task
def sign_heads() -> None:
    heads.sign_due_heads()
