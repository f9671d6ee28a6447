"""kill -9 under load, at marked points and anywhere: what reached a provider has its record, and the journal verifies.

The page cache survives a kill, so each of these runs twice: as it is, and on a disk that forgets whatever was not synced.
"""

from __future__ import annotations

import random
import signal

import pytest

from support import contract, journal
from support.answers import say
from support.disk import ForgetfulDisk
from support.gateway import Gateway, command
from support.load import Load
from support.values import CLEAN, EMAIL

WANTED_POINTS = 20
LEAST_ANSWERS = 30  # Of load before a kill from outside.


def points() -> list[str]:
    """The marked points, as the binary lists them."""
    done = command("journal", "points")
    assert done.returncode == 0, f"journal points: {done.stderr}"
    return done.stdout.split()


def pytest_generate_tests(metafunc):
    if "point" in metafunc.fixturenames:
        try:
            metafunc.parametrize("point", points())
        except (AssertionError, OSError) as problem:
            metafunc.parametrize("point", [pytest.param("", marks=pytest.mark.xfail(reason=str(problem), strict=True))])


def test_there_are_twenty_points():
    assert len(set(points())) >= WANTED_POINTS


def assert_survived(gateway: Gateway, foreign, disk: ForgetfulDisk | None) -> None:
    """After the kill: take away what was not synced, start again, and ask the journal."""
    if disk:
        disk.crash()
    gateway.start()
    journal.assert_whole(gateway)
    missing = journal.unrecorded(gateway, foreign)
    assert not missing, f"{len(missing)} of {len(foreign.requests)} requests reached the provider without a record: {missing[:3]}"


@pytest.fixture(params=["page cache survives", "only synced survives"])
def crashing(request, start, tmp_path):
    """A gateway not yet started, its environment, and the disk under it."""
    gateway = start(begin=False)
    gateway.journal_dir.mkdir(parents=True, exist_ok=True)
    disk = ForgetfulDisk(tmp_path / "disk", gateway.journal_dir) if request.param.startswith("only") else None
    return gateway, disk


def test_killed_at_a_marked_point_under_load(crashing, foreign, point):
    gateway, disk = crashing
    foreign.always(say("ok"))
    env = {contract.CRASH_AT: point, **(disk.env() if disk else {})}
    try:
        gateway.start(env=env)
    except RuntimeError:  # A point inside the start itself, which then ended before the harness gave up on it.
        assert gateway.process.ended_itself
    else:
        with Load(gateway.address(), f"{CLEAN} {EMAIL}", clients=6, run="crash"):
            gateway.process.wait_end(30)
    assert gateway.process.wait_end(30) == -signal.SIGKILL, f"it did not end at {point} as kill -9 ends it"
    assert_survived(gateway, foreign, disk)


@pytest.mark.parametrize("seed", range(3))
def test_killed_from_outside_under_load(crashing, foreign, seed):
    gateway, disk = crashing
    foreign.always(say("ok"))
    gateway.start(env=disk.env() if disk else None)
    with Load(gateway.address(), CLEAN, clients=6, run=f"kill{seed}") as load:
        load.wait_answers(LEAST_ANSWERS + random.Random(seed).randrange(60))
        gateway.kill()
    assert_survived(gateway, foreign, disk)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_killed_again_and_again(crashing, foreign, seed):
    """The same journal through four kills in a row."""
    gateway, disk = crashing
    foreign.always(say("ok"))
    chance = random.Random(seed)
    for life in range(4):
        gateway.start(env=disk.env() if disk else None)
        with Load(gateway.address(), CLEAN, clients=6, run=f"again{seed}-{life}") as load:
            load.wait_answers(5 + chance.randrange(150))
            gateway.kill()
        if disk:
            disk.crash()
    assert_survived(gateway, foreign, disk)


def test_told_to_stop_under_load_finishes_what_is_open(start, foreign):
    gateway = start()
    foreign.always(say("ok"))
    with Load(gateway.address(), CLEAN, clients=6, run="stop") as load:
        load.wait_answers(LEAST_ANSWERS)
        gateway.process.signal(contract.STOP_SIGNAL)
        assert gateway.process.wait_end() == 0
    outcomes = {contract.exchange(record) for record in gateway.outcomes()}
    decided = {contract.exchange(record) for record in gateway.decisions()}
    assert decided <= outcomes, "a decision without its outcome although the gateway ended in good order"
    assert not journal.unrecorded(gateway, foreign)
