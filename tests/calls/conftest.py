"""One hotline for each test worker, brought up once by the same code as ./hotline up."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.calls.city import City, build_city, raze


@pytest.fixture(scope="session")
def running_city(request: pytest.FixtureRequest) -> Iterator[City]:
    worker = getattr(request.config, "workerinput", {}).get("workerid", "gw0")
    settings = build_city(int(worker.removeprefix("gw")))
    yield City(settings)
    raze(settings)


@pytest.fixture
async def city(running_city: City) -> AsyncIterator[City]:
    yield running_city
    await running_city.well()
    await running_city.forgiven()
    running_city.console("channel request hangup all")
    await running_city.quiet()
