"""Names already held get their key again, in the newer normal form. Killed anywhere, it starts over and does no harm."""

from django.db import migrations

from records.identity import name_key

SLICE = 5000


def refold(apps, schema_editor):
    subjects, last = apps.get_model("records", "Subject").objects, 0
    while part := list(subjects.filter(pk__gt=last).order_by("pk").only("legal_name", "name_key")[:SLICE]):
        changed = [subject for subject in part if name_key(subject.legal_name) != subject.name_key]
        for subject in changed:
            subject.name_key = name_key(subject.legal_name)
        subjects.bulk_update(changed, ["name_key"])
        last = part[-1].pk
    staged = apps.get_model("records", "StagedRow").objects  # rows of a batch that was being merged
    for name in staged.values_list("subject_name", flat=True).distinct().iterator():
        staged.filter(subject_name=name).exclude(name_key=name_key(name)).update(name_key=name_key(name))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("records", "0006_subjects")]
    operations = [migrations.RunPython(refold, migrations.RunPython.noop)]
