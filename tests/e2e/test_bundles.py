"""Policies as signed bundles: from the command line into a running gateway, and every attack on the way refused and told."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tarfile
import threading
import time
from pathlib import Path

import openai
import pytest

from support.answers import say
from support.clock import build, showing
from support.contract import CRASH_AT, METRIC_RELOADS, RELOAD_SIGNAL
from support.disk import fill, small_disk
from support.gateway import Gateway, binary, command
from support.house import settings_for
from support.ministry import Ministry, seawall
from support.values import CLEAN

FETCHES = "seawall_policy_bundle_fetches_total"
NATIONAL = """
class marked
  "Protective markings"
  detect   marking-eu, marking-nato

invariant markings-stay-off-the-market
  "Nothing that bears a marking goes to the market."
  when   data includes marked
  and    it goes to tier market
  then   it must never be sent
"""


@pytest.fixture
def ministry(tmp_path, foreign, home) -> Ministry:
    return Ministry(tmp_path / "ministry", settings_for(foreign, home))


@pytest.fixture
def serve(start, foreign, ministry):
    """A gateway that takes its policy from the ministry's mirror, or from elsewhere."""

    def make(source: str | Path | None = None, begin: bool = True, every: str = "1s", **keys) -> Gateway:
        foreign.always(say("ok"))
        gateway = start(begin=False, bundle={"from": str(source or ministry.mirror), "every": every, "deadline": "2s", **keys})
        ministry.found(gateway)
        return gateway.start() if begin else gateway

    return make


def is_open(gateway) -> bool:
    """Whether the policy in force lets harmless text go to the market."""
    try:
        gateway.openai().chat.completions.create(model="m", messages=[{"role": "user", "content": CLEAN}])
    except openai.PermissionDeniedError:
        return False
    return True


def lifecycle(gateway, event: str) -> list[dict]:
    return [record for record in gateway.records() if record.get("event") == event]


def wait_fetch(gateway, result: str, more: int = 1) -> None:
    gateway.wait_metric(FETCHES, gateway.metric(FETCHES, result=result) + more, result=result)


# --- the command line ----------------------------------------------------------------------------------------------


def test_the_same_files_and_times_give_the_same_bytes_and_the_stock_tool_verifies_and_signs(ministry, tmp_path):
    when = ("--created", "2026-11-22T10:00:00Z")
    first = ministry.pack("base", *when).read_bytes()
    bundle = ministry.sign(ministry.pack("base", *when), "anna")
    assert bundle.read_bytes() == first
    with tarfile.open(bundle) as archive:
        names = archive.getnames()
    assert names[0] == "header.json" and names[-1] == "proof.json" and "detectors/case.toml" in names
    if not shutil.which("minisign"):
        pytest.skip("minisign is not installed")
    signature = f"{bundle}.anna.minisig"
    run = subprocess.run(["minisign", "-V", "-m", bundle, "-x", signature, "-p", ministry.folder / "anna.pub"], capture_output=True, text=True)
    assert run.returncode == 0 and "on a Sunday" in run.stdout, run.stdout + run.stderr
    subprocess.run(
        ["minisign", "-S", "-W", "-m", bundle, "-x", f"{bundle}.dora.minisig", "-s", ministry.folder / "dora.key"], check=True, capture_output=True
    )
    said = json.loads(seawall("rules", "verify", bundle, "--root", ministry.root, "--format", "json"))
    assert [signer["signer"] for signer in said["signers"]] and said["fine"]


def test_verify_tells_who_signed_and_what_is_wrong(ministry):
    bundle = ministry.pack()
    said = seawall("rules", "verify", bundle, "--root", ministry.root, code=1)
    assert "authors" in said and "dpo" in said, said
    ministry.sign(bundle, "anna", "dora")
    said = seawall("rules", "verify", bundle, "--root", ministry.root)
    assert "ministry 1 for xm.interior" in said and "anna" in said and "dora" in said


def test_a_policy_that_does_not_hold_its_invariants_is_not_packed(ministry):
    def edit(folder: Path) -> None:
        allowed = 'rule too-much\n  "Too much."\n  when   data includes marked\n  and    it goes to tier market\n  then   allow\n'
        (folder / "more.policy").write_text(NATIONAL + allowed)

    ministry.pack(edit=edit, code=1)
    assert not list(ministry.folder.glob("*.policy-bundle"))


def test_a_bundle_is_not_overwritten_by_another(ministry):
    signed = ministry.bundle("base", "--created", "2026-11-22T10:00:00Z")
    before = signed.read_bytes()
    again = ("rules", "pack", ministry.folder / "policy", "--root", ministry.root, "-o", ministry.folder)
    said = seawall(*again, "--created", "2026-11-22T10:00:01Z", code=2)
    assert "nothing was overwritten" in said and "--previous" in said, said
    assert signed.read_bytes() == before
    seawall(*again, "--created", "2026-11-22T10:00:00Z")
    seawall("rules", "verify", signed, "--root", ministry.root, code=0)


def test_revert_is_a_new_version_with_the_old_content(ministry):
    first = ministry.bundle()
    second = ministry.bundle("nothing", previous=first)
    seawall("rules", "revert", first, "--newest", second, "-o", ministry.folder)
    third = ministry.folder / "ministry-000003.policy-bundle"
    with tarfile.open(first) as old, tarfile.open(third) as new:
        same = [name for name in old.getnames() if name != "header.json"]
        assert [old.extractfile(name).read() for name in same] == [new.extractfile(name).read() for name in same]
        header = json.load(new.extractfile("header.json"))
    assert header["version"] == 3 and header["previous"]
    assert seawall("rules", "revert", second, "--newest", first, "-o", ministry.folder, code=2)


# --- into a running gateway ----------------------------------------------------------------------------------------


def test_a_gateway_without_root_state_or_bundle_does_not_start(start, ministry):
    gateway = start(begin=False, bundle={"from": str(ministry.mirror)})
    for step in ("nothing", "root"):
        if step == "root":
            seawall("rules", "trust", ministry.root, "--store", gateway.folder / "store")
        done = command("serve", "--config", str(gateway.file))
        assert done.returncode == 2 and ("rules trust" in done.stderr or "rules install" in done.stderr), done.stderr
    ministry.publish(ministry.bundle())
    seawall("rules", "install", "--config", gateway.file)
    (gateway.folder / "store" / "a" / "state.json").unlink(missing_ok=True)
    (gateway.folder / "store" / "b" / "state.json").unlink(missing_ok=True)
    done = command("serve", "--config", str(gateway.file))
    assert done.returncode == 2 and "state.json" in done.stderr, done.stderr
    (gateway.folder / "store" / "current").unlink()
    for line in (("serve", "--config", gateway.file), ("rules", "install", "--config", gateway.file), ("rules", "trust", ministry.root, "--store", gateway.folder / "store")):
        said = seawall(*line, code=2)
        assert "backup" in said and "rules trust" not in said, (line, said)


def test_a_new_bundle_takes_over_and_is_on_record(ministry, serve):
    first = ministry.publish(ministry.bundle())
    gateway = serve()
    assert is_open(gateway)
    ministry.publish(ministry.bundle("nothing", previous=first))
    gateway.wait_metric(FETCHES, 1, result="installed")
    assert not is_open(gateway)
    [begun, installed] = lifecycle(gateway, "bundle-installed")
    assert begun["version"] == 1, "what is in force at a start is on record, too"
    assert installed["version"] == 2 and sorted(installed["signers"]) == ["anna", "dora"], installed
    # The other policy does not know the caller's agency, so that one cannot be decided again.
    assert (installed["stricter"] + installed["unknown"], installed["looser"]) == (1, 0), installed
    assert gateway.metric("seawall_policy_bundle_version") == gateway.metric("seawall_policy_bundle_highest_version") == 2
    assert 89 * 86_400 < gateway.metric("seawall_policy_bundle_expires_in_seconds") <= 90 * 86_400
    gateway.restart()
    assert not is_open(gateway), "what was installed is what a start finds"


def test_sighup_asks_at_once_and_takes_what_was_installed_by_hand(ministry, serve):
    first = ministry.publish(ministry.bundle())
    gateway = serve(every="1h")
    wait_fetch(gateway, "same", 0)
    second = ministry.publish(ministry.bundle("nothing", previous=first))
    gateway.process.signal(RELOAD_SIGNAL)
    gateway.wait_metric(FETCHES, 1, result="installed")
    assert not is_open(gateway)
    third = ministry.bundle("base", previous=second)
    seawall("rules", "install", third, "--config", gateway.file)
    before = gateway.metric(METRIC_RELOADS, result="ok")
    (ministry.mirror / "latest").unlink()
    for file in ministry.mirror.glob("*.policy-bundle*"):
        file.unlink()
    gateway.process.signal(RELOAD_SIGNAL)
    gateway.wait_metric(METRIC_RELOADS, before + 1, result="ok")
    assert is_open(gateway), "the source has nothing, and yet what lies in the store is taken over"
    installed = lifecycle(gateway, "bundle-installed")
    assert [(record["version"], record["signers"]) for record in installed] == [(version, ["anna", "dora"]) for version in (1, 2, 3)]
    gateway.reload()
    assert len(lifecycle(gateway, "bundle-installed")) == 3, "a reload of the same bundle is none"


def test_a_mirror_that_is_behind_what_was_installed_by_hand_is_no_alarm(ministry, serve):
    first = ministry.publish(ministry.bundle("nothing"))
    gateway = serve(every="1h")
    wait_fetch(gateway, "same", 0)
    gateway.reload()
    seawall("rules", "install", ministry.bundle("base", previous=first), "--config", gateway.file)
    for _ in range(3):
        gateway.reload()
    assert is_open(gateway) and gateway.metric("seawall_policy_bundle_version") == 2
    assert gateway.metric(FETCHES, result="refused") == 0 and not lifecycle(gateway, "bundle-refused")


# --- attacks: refused with the reason, the old policy enforced, told -------------------------------------------------


def changed_byte(ministry, bundle):
    damaged = bytearray(bundle.read_bytes())
    damaged[700] ^= 1
    bundle.write_bytes(damaged)


def stripped(ministry, bundle):
    for file in ministry.folder.glob(f"{bundle.name}.*.minisig"):
        file.unlink()


def one_of_two(ministry, bundle):
    (ministry.folder / f"{bundle.name}.dora.minisig").unlink()


def wrong_key(ministry, bundle):
    seawall("rules", "sign", bundle, "--key", ministry.folder / "stranger.key", "--as", "dora")


def huge(ministry, bundle):
    with bundle.open("ab") as file:
        file.truncate(65 << 20)


def resigned(change):
    """A file that its signers signed as it is: even they cannot get it in."""

    def attack(ministry, bundle):
        change(ministry, bundle)
        ministry.sign(bundle, "anna", "dora")

    return attack


def second_entry(data: bytes) -> tuple[int, int]:
    """Where the second entry of an archive begins and ends."""

    def end(at: int) -> int:
        size = int(data[at + 124 : at + 136].rstrip(b"\0 "), 8)
        return at + 512 + -(-size // 512) * 512

    return end(0), end(end(0))


def entry(name: bytes | None = None, kind: bytes | None = None, twice: bool = False):
    """Another name or kind of the second entry with a right checksum, or the entry once more; all signed as it is."""

    def change(_, bundle):
        data = bytearray(bundle.read_bytes())
        start, end = second_entry(data)
        if name:
            data[start : start + 100] = name.ljust(100, b"\0")
        if kind:
            data[start + 156 : start + 157] = kind
        data[start + 148 : start + 156] = b" " * 8
        data[start + 148 : start + 156] = b"%07o\0" % sum(data[start : start + 512])
        if twice:
            data[end:end] = data[start:end]
        bundle.write_bytes(data)

    return resigned(change)


ATTACKS = {
    "stripped": (stripped, "too-few-signers"),
    "one-of-two": (one_of_two, "too-few-signers"),
    "wrong-key": (wrong_key, "too-few-signers"),
    "changed-byte": (changed_byte, "signature-wrong"),
    "huge": (huge, "too-large"),
    "zip-slip": (entry(name=b"../../etc/cron.d/x.policy"), "entry-name"),
    "absolute": (entry(name=b"/etc/x.policy"), "entry-name"),
    "symlink": (entry(kind=tarfile.SYMTYPE), "not-a-file"),
    "hard-link": (entry(kind=tarfile.LNKTYPE), "not-a-file"),
    "device": (entry(kind=tarfile.CHRTYPE), "not-a-file"),
    "duplicate": (entry(twice=True), "duplicate"),
}


def refusal(gateway) -> dict:
    gateway.wait_metric(FETCHES, 1, result="refused")
    records = lifecycle(gateway, "bundle-refused")
    assert records, "a refusal is on record"
    return records[-1]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_with_its_reason_and_the_old_policy_stays(ministry, serve, attack):
    first = ministry.publish(ministry.bundle("nothing"))
    gateway = serve()
    do, code = ATTACKS[attack]
    bundle = ministry.bundle(previous=first)
    do(ministry, bundle)
    ministry.publish(bundle)
    told = refusal(gateway)
    assert told["code"] == code, told
    assert told["installed"] == 1 and not is_open(gateway)
    gateway.process.stderr.wait("no bundle was installed, version 1 stays: ", 10)
    wait_fetch(gateway, "refused")
    assert len(lifecycle(gateway, "bundle-refused")) == 1, "the same reason is recorded once"


def test_old_early_expired_and_strangers_bundles_are_refused(ministry, serve, tmp_path, foreign, home):
    first = ministry.publish(ministry.bundle("nothing"))
    second = ministry.publish(ministry.bundle("nothing", previous=first))
    gateway = serve(every="1h")
    other = Ministry(tmp_path / "other", settings_for(foreign, home))
    for name in ("anna", "dora"):
        for end in ("key", "pub"):
            shutil.copy(ministry.folder / f"{name}.{end}", other.folder)
    seawall("rules", "root", "--name", "ministry", "--audience", "xm.finance", "--role", f"root=1:{other.folder}/olga.pub",
            "--role", f"authors=1:{other.folder}/anna.pub", "--role", f"dpo=1:{other.folder}/dora.pub", "-o", other.root)  # fmt: skip
    cases = [
        (lambda: first, "old"),
        (lambda: ministry.bundle("base", "--from", "2099-01-01T00:00:00Z", previous=second), "early"),
        (lambda: ministry.bundle("base", "--created", "2020-01-01T00:00:00Z", previous=second), "expired"),
        (lambda: ministry.bundle("base", previous=first), "old"),
        (lambda: other.bundle("base", previous=second), "audience"),
    ]
    for number, (make, code) in enumerate(cases):
        bundle = make()
        for file in list(ministry.mirror.iterdir()):
            file.unlink()
        for file in bundle.parent.glob(f"{bundle.name}*"):
            shutil.copy(file, ministry.mirror)
        before = gateway.metric(FETCHES, result="refused")
        gateway.process.signal(RELOAD_SIGNAL)
        gateway.wait_metric(FETCHES, before + 1, result="refused")
        assert code in [record["code"] for record in lifecycle(gateway, "bundle-refused")], (number, code, lifecycle(gateway, "bundle-refused"))
        assert not is_open(gateway)


REACHED = """[[allow]]
name = "hotline"
reason = "Published"
owner = "press"
granted = 2026-11-01
until = 2027-06-30
detectors = ["marking-label", "contact"]
values = ["hotline@agency.example"]
"""


def test_an_agency_reaches_required_files_neither_by_names_nor_by_allow_lists(tmp_path, foreign, home):
    contacts = 'class contacts\n  "What reaches a person"\n  detect   contact\n'
    ministry = Ministry(tmp_path / "ministry", settings_for(foreign, home), required=NATIONAL + contacts)

    def edit(folder: Path) -> None:
        (folder / "allowed").mkdir()
        (folder / "allowed" / "own.toml").write_text(REACHED)

    ministry.pack(edit=edit, code=1)
    ministry.pack()
    (ministry.required / "national.policy").write_text(NATIONAL.replace("marked", "classified").split("\n\n")[1])
    said = seawall("rules", "require", ministry.required, "--audience", "xm.interior", "--version", 1, "-o", tmp_path / "r.json", code=1)
    assert "no class called `classified`" in said and str(ministry.required / "national.policy") in said, said
    assert not (tmp_path / "r.json").exists()
    ministry.pack(code=1)


def test_required_invariants_cannot_be_removed_or_changed_by_the_agency(tmp_path, foreign, home, start):
    ministry = Ministry(tmp_path / "ministry", settings_for(foreign, home), required=NATIONAL)
    foreign.always(say("ok"))
    first = ministry.publish(ministry.bundle())
    gateway = start(begin=False, bundle={"from": str(ministry.mirror), "every": "1s"})
    ministry.found(gateway).start()
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "national.policy").write_text(NATIONAL.replace("market", "allied"))
    ministry.publish(ministry.bundle("nothing", "--required", empty, previous=first))
    assert refusal(gateway)["code"] == "required-not-signed"
    assert is_open(gateway)
    shutil.rmtree(empty)
    for file in ministry.mirror.glob("*000002*"):
        file.unlink()
    ministry.required = None
    ministry.publish(ministry.bundle("nothing", previous=first))
    wait_fetch(gateway, "refused", 2)
    assert is_open(gateway)
    assert {record["code"] for record in lifecycle(gateway, "bundle-refused")} == {"required-not-signed"}


def test_a_policy_that_fails_its_own_tests_is_refused_though_it_is_signed(ministry, serve):
    """The signers' machine may have been another: what counts is what holds on the gateway."""
    first = ministry.publish(ministry.bundle("nothing"))
    gateway = serve()

    def edit(folder: Path) -> None:
        (folder / "own.policy").write_text('test "harmless text may go"\n  given   data nothing\n  and     to foreign\n  on      2026-11-21\n  expect  allow\n')

    def fails(_, bundle):
        data = bundle.read_bytes()
        assert data.count(b"expect  allow") == 1
        bundle.write_bytes(data.replace(b"expect  allow", b"expect  block"))

    bundle = ministry.bundle(previous=first, edit=edit)
    resigned(fails)(ministry, bundle)
    ministry.publish(bundle)
    told = refusal(gateway)
    assert told["code"] == "unproved" and "harmless text may go" in told["first"], told
    assert not is_open(gateway)


def test_the_packs_that_a_policy_names_are_signed_with_it(ministry, serve):
    """What a gateway compiles is what was signed, whatever packs its own release brings."""

    def edit(folder: Path) -> None:
        file = next(file for file in folder.rglob("*.policy") if re.search(r"^policy ", file.read_text(), flags=re.MULTILINE))
        file.write_text(re.sub(r"^( +)default +block$", r"\1default block\n\1packs tlp", file.read_text(), flags=re.MULTILINE))
        (folder / "pool.policy").write_text("pool domestic-models\n  members  foreign\n")

    bundle = ministry.publish(ministry.bundle("nothing", edit=edit))
    assert b"pack tlp" in bundle.read_bytes()
    assert not is_open(serve())


def test_a_policy_that_names_what_the_gateway_does_not_have_is_refused(ministry, serve):
    first = ministry.publish(ministry.bundle("nothing"))
    gateway = serve()

    def edit(folder: Path) -> None:
        (folder / "own.policy").write_text('class staff\n  "Our own people"\n  detect   holdings.staff\n')

    ministry.publish(ministry.bundle("base", "--holdings", "staff:dictionary", previous=first, edit=edit))
    told = refusal(gateway)
    assert told["code"] == "policy" and "holdings.staff" in told["first"], told
    assert not is_open(gateway)


# --- the disk and the clock ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", ["bundle.slot.cleared", "bundle.slot.written", "bundle.slot.synced", "bundle.current.written", "bundle.current.renamed"])
def test_killed_at_any_step_of_an_installation_a_start_finds_one_whole_policy(ministry, serve, point):
    first = ministry.publish(ministry.bundle())
    gateway = serve(begin=False)
    gateway.start(env={CRASH_AT: point})
    assert is_open(gateway)
    ministry.publish(ministry.bundle("nothing", previous=first))
    gateway.process.wait_end(30)
    gateway.start()
    gateway.wait_metric("seawall_policy_bundle_version", 2)
    assert not is_open(gateway)


@pytest.mark.parametrize("point", ["bundle.slot.cleared", "bundle.slot.written", "bundle.slot.synced", "bundle.current.written", "bundle.current.renamed"])
def test_an_installation_by_hand_that_is_killed_leaves_one_whole_policy(ministry, serve, point):
    first = ministry.publish(ministry.bundle("nothing"))
    gateway = serve(begin=False, every="1h")
    second = ministry.bundle("base", previous=first)
    seawall("rules", "install", second, "--config", gateway.file, code=-signal.SIGKILL, env={CRASH_AT: point})
    gateway.start()
    is_new = point == "bundle.current.renamed"
    assert gateway.metric("seawall_policy_bundle_version") == (2 if is_new else 1) and is_open(gateway) == is_new
    if not is_new:
        seawall("rules", "install", second, "--config", gateway.file)
        gateway.reload()
    assert is_open(gateway)


def test_a_full_disk_keeps_the_old_policy_and_goes_on_when_there_is_room(ministry, tmp_path, start, foreign):
    foreign.always(say("ok"))
    first = ministry.publish(ministry.bundle("nothing"))
    with small_disk(tmp_path / "disk", kilobytes=4096) as disk:
        gateway = start(begin=False, bundle={"from": str(ministry.mirror), "every": "1s"})
        text = gateway.file.read_text().replace(str(gateway.folder / "store"), str(disk / "store"))
        gateway.file.write_text(text)
        seawall("rules", "trust", ministry.root, "--store", disk / "store")
        seawall("rules", "install", "--config", gateway.file)
        gateway.start()
        ballast = fill(disk)
        ministry.publish(ministry.bundle(previous=first))
        assert refusal(gateway)["code"] == "store"
        assert not is_open(gateway)
        ballast.unlink()
        gateway.wait_metric("seawall_policy_bundle_version", 2)
        assert is_open(gateway)
        gateway.stop()


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return build(tmp_path_factory.mktemp("clock"))


def test_expiry_is_told_before_and_closes_the_market_first_then_allies(ministry, serve, library, home):
    home.always(say("at home"))
    created = ("--created", "2027-01-01T00:00:00Z")
    ministry.publish(ministry.bundle("base", *created, days=90))
    env = showing(library, "2027-01-02")
    gateway = None
    for day, event, opened in [("2027-01-02", None, True), ("2027-03-25", "policy-expires", True), ("2027-04-02", "policy-expired", False)]:
        if gateway is None:
            gateway = serve_at(serve, ministry, env)
        else:
            gateway.restart(env=showing(library, day))
        assert is_open(gateway) == opened, day
        if event:
            gateway.process.stderr.wait("the policy, bundle 1, expire", 10)
            assert lifecycle(gateway, event), day
    [expired] = lifecycle(gateway, "policy-expired")
    assert expired["closed"] == ["market"]
    decision = gateway.decisions()[-1]
    assert "policy-expired" in str(decision) and "'validity': 'expired'" in str(decision)
    # Set back, the clock opens nothing again.
    gateway.restart(env=showing(library, "2027-02-01"))
    assert not is_open(gateway)
    gateway.restart(env=showing(library, "2027-06-01"))
    gateway.process.stderr.wait("closed until a new one is installed: market, allied", 10)


def test_a_bundle_that_expired_is_not_installed_by_hand_with_a_clock_set_back(ministry, serve, library):
    """By the time in the store, which is noted whether the source answers or not; and by the journal's, if the store is an old backup."""
    created = ("--created", "2027-01-01T00:00:00Z")
    first = ministry.publish(ministry.bundle("nothing", *created, days=90))
    short = ministry.bundle("base", *created, previous=first, days=30)
    gateway = serve_at(serve, ministry, showing(library, "2027-01-02"))
    store, backup = gateway.folder / "store", gateway.folder / "backup"
    gateway.stop()
    shutil.copytree(store, backup)
    for file in ministry.mirror.iterdir():
        file.unlink()

    def state(folder: Path) -> str:
        slot = (folder / "current").read_text().strip()
        return (folder / slot / "state.json").read_text()

    gateway.start(env=showing(library, "2027-03-01"))
    deadline = time.monotonic() + 20
    while "2027-03-01" not in state(store) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert "2027-03-01" in state(store) and "2027-03-01" not in state(backup)
    assert not is_open(gateway)
    gateway.stop()
    back = showing(library, "2027-01-03")
    for folder in (store, backup):
        if folder == backup:
            shutil.rmtree(store)
            shutil.copytree(backup, store)
        said = seawall("rules", "install", short, "--config", gateway.file, code=1, env=back)
        assert "it held until 2027-01-31" in said and "the latest time seen is 2027-03-01" in said, (folder, said)
    # The same store beside no journal takes it: what refused it was the record.
    shutil.move(gateway.journal_dir, gateway.folder / "away")
    seawall("rules", "install", short, "--config", gateway.file, env=back)
    shutil.move(gateway.folder / "away", gateway.journal_dir)


def serve_at(serve, ministry, env) -> Gateway:
    """A gateway whose clock, and that of who installs, shows another day."""
    os.environ.update(env)
    try:
        return serve(every="1h")
    finally:
        for name in env:
            del os.environ[name]


# --- servers ----------------------------------------------------------------------------------------------------------


def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running:
    """A server from a package, for the length of a test."""

    def __init__(self, *line, at: int, env=None):
        self._process = subprocess.Popen([*map(str, line)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})})
        threading.Thread(target=self._process.stdout.read, daemon=True).start()
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", at)) == 0:
                    return
            time.sleep(0.05)
        raise TimeoutError(f"{line[0]} does not listen")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(20)


def takes_over(gateway, ministry, first, publish) -> None:
    """What is published while it runs comes into force, and asking again brings nothing new."""
    assert is_open(gateway)
    wait_fetch(gateway, "same")
    publish(ministry.publish(ministry.bundle("nothing", previous=first)))
    gateway.wait_metric(FETCHES, 1, result="installed", timeout=30)
    assert not is_open(gateway)
    wait_fetch(gateway, "same", 2)
    assert gateway.metric(FETCHES, result="refused") == 0


@pytest.mark.skipif(not shutil.which("nginx") and not Path("/usr/sbin/nginx").exists(), reason="nginx is not installed")
def test_https_with_tags_from_nginx(ministry, serve, authority, tmp_path):
    leaf, at, log = authority.issue("localhost"), port(), tmp_path / "access.log"
    (tmp_path / "nginx.conf").write_text(
        ("user root; " if os.geteuid() == 0 else "") + f"daemon off; pid {tmp_path}/nginx.pid; error_log stderr; events {{}}\n"
        f"http {{ log_format short '$request_uri $status $http_if_none_match'; access_log {log} short;\n"
        + "".join(f"{kind}_temp_path {tmp_path}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        + f"server {{ listen 127.0.0.1:{at} ssl; ssl_certificate {leaf.cert}; ssl_certificate_key {leaf.key}; root {ministry.folder}; }} }}\n"
    )
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    first = ministry.publish(ministry.bundle())
    with Running(nginx, "-c", tmp_path / "nginx.conf", "-e", "stderr", at=at):
        gateway = serve(f"https://localhost:{at}/mirror/", ca_file=str(authority.ca))
        takes_over(gateway, ministry, first, lambda bundle: None)
        assert " 304 " in log.read_text(), "asked by its tag"
        gateway.stop()


def tool(name: str) -> str | None:
    """A server's program: on the path, or in the folder that SEAWALL_TEST_TOOLS names."""
    return shutil.which(name, path=os.pathsep.join(filter(None, [os.environ.get("SEAWALL_TEST_TOOLS"), os.environ["PATH"]])))


@pytest.mark.skipif(not tool("moto_server"), reason="moto is not installed")
def test_s3_compatible_storage_from_moto(ministry, serve, tmp_path):
    boto3 = pytest.importorskip("boto3")
    at = port()
    credentials = tmp_path / "credentials"
    credentials.write_text("test-key:test-secret\n")
    storage = boto3.client(
        "s3", endpoint_url=f"http://127.0.0.1:{at}", region_name="us-east-1",
        aws_access_key_id="test-key", aws_secret_access_key="test-secret",
    )  # fmt: skip

    def publish(_) -> None:
        for file in sorted(ministry.mirror.iterdir(), key=lambda file: file.name == "latest"):
            storage.put_object(Bucket="policies", Key=f"north/{file.name}", Body=file.read_bytes())

    first = ministry.publish(ministry.bundle())
    with Running(tool("moto_server"), "-H", "127.0.0.1", "-p", at, at=at):
        storage.create_bucket(Bucket="policies")
        publish(first)
        gateway = serve("s3://policies/north", endpoint=f"http://127.0.0.1:{at}", credentials=str(credentials))
        takes_over(gateway, ministry, first, publish)
        gateway.stop()


@pytest.mark.skipif(not tool("docker-registry"), reason="docker-registry is not installed")
def test_an_oci_registry_from_debian(ministry, serve, tmp_path):
    import hashlib
    import urllib.request

    at = port()
    (tmp_path / "registry.yml").write_text(
        f"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {tmp_path}/registry\nhttp:\n  addr: 127.0.0.1:{at}\n"
    )
    base = f"http://127.0.0.1:{at}/v2/north/policy"

    def send(method: str, url: str, data: bytes, kind: str) -> str:
        request = urllib.request.Request(url, data, {"content-type": kind}, method=method)
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.headers.get("location", "")

    def push(data: bytes) -> dict:
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        where = send("POST", f"{base}/blobs/uploads/", b"", "application/octet-stream")
        send("PUT", f"{where}{'&' if '?' in where else '?'}digest={digest}", data, "application/octet-stream")
        return {"mediaType": "application/octet-stream", "digest": digest, "size": len(data)}

    def publish(bundle: Path) -> None:
        files = sorted(ministry.folder.glob(f"{bundle.name}*"))
        layers = [push(file.read_bytes()) | {"annotations": {"org.opencontainers.image.title": file.name}} for file in files]
        config = push(b"{}") | {"mediaType": "application/vnd.oci.empty.v1+json"}
        kind = "application/vnd.oci.image.manifest.v1+json"
        manifest = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": layers}
        send("PUT", f"{base}/manifests/stable", json.dumps(manifest).encode(), kind)

    first = ministry.publish(ministry.bundle())
    with Running(tool("docker-registry"), "serve", tmp_path / "registry.yml", at=at):
        publish(first)
        gateway = serve(f"oci+http://127.0.0.1:{at}/north/policy:stable")
        takes_over(gateway, ministry, first, publish)
        gateway.stop()


# --- the guide --------------------------------------------------------------------------------------------------------


def test_every_command_of_the_guide_runs(tmp_path):
    root = Path(__file__).resolve().parents[2]
    blocks = (root / "docs" / "bundles.md").read_text().split("```sh\n")[1:]
    script = "\n".join(block.split("```")[0] for block in blocks)
    shutil.copytree(root / "rules" / "default", tmp_path / "policy")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "seawall").symlink_to(binary())
    env = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-eux"], input=script, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    assert "bundle 1 is installed, signed by anna, dora" in done.stdout and "bundle 3 is installed" in done.stdout
