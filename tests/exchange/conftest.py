"""One stub process for a whole module, emptied before each test; and a client that talks to it."""

from collections.abc import Iterator

import pytest

from exchange.client import NationalPlatform
from tests.exchange.national import KEY, SOURCE, StubProcess


@pytest.fixture(scope="module")
def stub_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StubProcess]:
    with StubProcess(tmp_path_factory.mktemp("national"), "--allow-reset") as stub:
        yield stub


@pytest.fixture
def stub(stub_process: StubProcess) -> StubProcess:
    stub_process.control(reset=True, fault="none")
    return stub_process


@pytest.fixture
def platform(stub: StubProcess) -> NationalPlatform:
    return NationalPlatform(stub.url, KEY, SOURCE, timeout=10)
