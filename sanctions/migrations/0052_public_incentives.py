from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0052_public_incentives.sql"
UNDO = """
DROP TRIGGER recommended_organisations ON sanctions_recommendation;
DROP TRIGGER sanctions_recommendation_append_only ON sanctions_recommendation;
DROP TRIGGER sanctions_handover_append_only ON sanctions_financehandover;
DROP TRIGGER event_locked ON sanctions_promotionevent;
DROP TRIGGER product_locked ON sanctions_financeproduct;
DROP FUNCTION sanctions_refuse_published_change();
DROP VIEW public_recommendation;
DROP VIEW public_promotion_event;
DROP VIEW public_finance_product;
"""


class Migration(migrations.Migration):
    dependencies = [("sanctions", "0051_incentives")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO)]
