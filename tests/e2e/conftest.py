"""Fixtures: providers, certificates, and gateways that are checked again when they end."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support import contract, journal
from support.certs import Authority
from support.collector import Collector
from support.gateway import Gateway
from support.house import settings_for
from support.provider import Provider


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="also the tests marked long")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--long"):
        skip = pytest.mark.skip(reason="only with --long")
        for item in items:
            if "long" in item.keywords:
                item.add_marker(skip)
    items.sort(key=lambda item: "last" in item.keywords)


@dataclass
class Ended:
    """Gateways that have ended, with their decision records, for the tests marked `last`."""

    gateways: list[tuple[Gateway, list[dict]]] = field(default_factory=list)

    def add(self, gateway: Gateway) -> None:
        """What holds for every gateway of every test: nothing panicked, the journal verifies, and each record is known by its id."""
        assert gateway.may_panic or "panicked at" not in gateway.said, f"a panic: {gateway.said[-3000:]}"
        journal.assert_whole(gateway)
        records = gateway.records()
        journal.assert_distinct(records)
        gateway.keep_policies()
        self.gateways.append((gateway, [record for record in records if contract.kind(record) == contract.KIND_DECISION]))


@pytest.fixture(scope="session")
def ended() -> Ended:
    return Ended()


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def stranger(tmp_path_factory) -> Authority:
    """An authority that the gateway does not trust."""
    return Authority(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="module")
def _foreign():
    with Provider("foreign") as provider:
        yield provider


@pytest.fixture(scope="module")
def _home():
    with Provider("home") as provider:
        yield provider


@pytest.fixture
def foreign(_foreign) -> Provider:
    """The foreign provider; each test finds it empty."""
    _foreign.reset()
    return _foreign


@pytest.fixture
def home(_home) -> Provider:
    """The domestic provider."""
    _home.reset()
    return _home


@pytest.fixture
def collector():
    with Collector() as running:
        yield running


@pytest.fixture(scope="module")
def _shared(_foreign, _home, tmp_path_factory, ended):
    gateway = Gateway(settings_for(_foreign, _home), tmp_path_factory.mktemp("gateway"))
    with gateway:
        yield gateway
    ended.add(gateway)


@pytest.fixture
def gateway(_shared, foreign, home) -> Gateway:
    """The gateway most tests of a file share: default settings, plain HTTP on both sides."""
    return _shared


@pytest.fixture
def start(foreign, home, tmp_path: Path, ended):
    """Starts gateways of a test's own: `start(record="async")`. Each is ended and checked after the test."""
    numbers = itertools.count()
    running: list[Gateway] = []

    def make(begin: bool = True, env=None, wrapper=(), **more) -> Gateway:
        gateway = Gateway(settings_for(foreign, home, **more), tmp_path / f"gateway{next(numbers)}")
        if begin:
            gateway.start(env=env, wrapper=wrapper)
        running.append(gateway)
        return gateway

    yield make
    for gateway in running:
        gateway.stop()
    for gateway in running:
        if gateway.processes:
            ended.add(gateway)
