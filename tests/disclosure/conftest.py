import pytest

from disclosure import figures


@pytest.fixture(autouse=True)
def on_the_day(request, db, rehearse):
    """Every test of the portal is about TODAY, and starts with no figures counted before."""
    figures.forget()
    yield
    figures.forget()
