"""What `deploy/` ships fits the binary: flags, paths, signals, configurations, system calls."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from support import contract
from support.gateway import ROOT, binary, command

SYSTEMD = ROOT / "deploy/systemd"
CONTAINER = ROOT / "deploy/container"
UNIT = SYSTEMD / "seawall@.service"
INSTALLED = "/usr/bin/seawall"
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


def setting(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), flags=re.MULTILINE)


def assert_flags_exist(words: list[str]) -> None:
    """Every flag of `seawall COMMAND --flag` is one that its help tells."""
    subcommand = words[0]
    told = command(subcommand, "--help").stdout
    for word in words[1:]:
        assert not word.startswith("--") or word in told, f"{subcommand} has no {word}"


# --- configurations -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("file", [SYSTEMD / "seawall.toml", CONTAINER / "seawall.toml"], ids=["systemd", "container"])
def test_the_configurations_are_fine_and_keep_what_is_kept_where_the_unit_may_write(file):
    done = command("config", "check", str(file))
    assert done.returncode == 0, done.stderr
    settings = tomllib.loads(file.read_text())
    for path in (settings["journal"]["folder"], settings["keys"]["secret"], settings["keys"]["signing"]):
        assert path.startswith("/var/lib/seawall/")
    assert settings["admin"]["address"].startswith("127.") if "admin" in settings else True


# --- systemd --------------------------------------------------------------------------------------------------------
def test_the_unit_starts_what_there_is():
    (start,) = setting("ExecStart")
    path, *words = start.split()
    assert path == INSTALLED and words[-1] == "$SEAWALL_START" and setting("PassEnvironment") == ["SEAWALL_START"]
    assert_flags_exist(words[:-1] + ["--upgrade"])
    assert words[words.index("--config") + 1] == "/etc/seawall/seawall.toml"
    (reload,) = setting("ExecReload")
    assert f"-{contract.RELOAD_SIGNAL.name.removeprefix('SIG')} " in reload


def test_the_unit_waits_for_running_exchanges_and_keeps_the_socket_of_the_upgrade():
    defaults = json.loads(command("config", "schema").stdout)["properties"]["process"]["default"]
    assert defaults["grace"] == "5min" and defaults["stop"] == "5s" and setting("TimeoutStopSec") == ["6min"]
    socket = tomllib.loads((SYSTEMD / "seawall.toml").read_text())["process"]["upgrade_socket"]
    assert Path(socket).parent == Path("/run") / setting("RuntimeDirectory")[0]
    assert setting("RuntimeDirectoryMode") == ["0700"] and setting("RuntimeDirectoryPreserve") == ["yes"]


def verified(unit: Path) -> subprocess.CompletedProcess:
    return subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=60)


@needs_systemd
def test_systemd_understands_the_unit(tmp_path):
    installed = tmp_path / "bin/seawall"
    installed.parent.mkdir()
    installed.symlink_to(binary())
    unit = tmp_path / "seawall@.service"
    unit.write_text(UNIT.read_text().replace(INSTALLED, str(installed)))
    trivial = tmp_path / "trivial.service"
    trivial.write_text("[Service]\nExecStart=/bin/sh -c :\nExecReload=/bin/kill -HUP $MAINPID\n")
    if verified(trivial).returncode:
        pytest.skip("systemd-analyze cannot verify the simplest unit here")
    done = verified(unit)
    told = [line for line in done.stderr.splitlines() if "seawall" in line]
    assert done.returncode == 0 and not told, done.stderr


def allowed_calls() -> set[str]:
    """The system calls that the unit's filters leave."""

    def group(name: str) -> set[str]:
        done = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
        words = [line.strip() for line in done.stdout.splitlines()[1:] if line.startswith("    ") and "#" not in line]
        return set().union(*(group(word) if word.startswith("@") else {word} for word in words))

    allowed: set[str] = set()
    for line in setting("SystemCallFilter"):
        allowed = allowed - group(line[1:]) if line.startswith("~") else allowed | group(line)
    return allowed


@needs_systemd
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_the_tour_makes_no_system_call_that_the_unit_forbids(tmp_path):
    trace = tmp_path / "trace"
    tour = ["strace", "-f", "-qq", "-e", "signal=none", "-o", str(trace), str(binary()), "demo", "--once"]
    done = subprocess.run(tour, capture_output=True, text=True, timeout=120, cwd=tmp_path, env={**os.environ, "TMPDIR": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    made = set(re.findall(r"^\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed>)", trace.read_text(errors="replace"), flags=re.MULTILINE))
    assert {"fdatasync", "connect"} <= made
    # What this strace has no name for is not held against the unit.
    assert not {call for call in made if not call.startswith("syscall_")} - allowed_calls()


SYSTEMCTL = """#!/bin/sh
echo "$@" >> {folder}/log
for unit in "$@"; do :; done
case "$1" in
  is-active) grep -qx "$unit" {folder}/active ;;
  start) {start} ;;
esac
"""


def upgrade(tmp_path, running: str, starts: bool = True) -> tuple[int, list[str]]:
    """Runs the script with stand-ins for systemctl, sleep and the binary; what it asked of systemctl."""
    (tmp_path / "active").write_text(f"seawall@{running}\n" if running else "")
    start = f'echo "$unit" >> {tmp_path}/active' if starts else "exit 0"
    fakes = {"systemctl": SYSTEMCTL.format(folder=tmp_path, start=start), "sleep": "#!/bin/sh\n", "seawall": "#!/bin/sh\n"}
    for name, text in fakes.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    script = tmp_path / "script"
    script.write_text((SYSTEMD / "seawall-upgrade").read_text().replace(INSTALLED, str(tmp_path / "seawall")))
    done = subprocess.run(["sh", str(script)], capture_output=True, text=True, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}, timeout=30)
    return done.returncode, [line for line in (tmp_path / "log").read_text().splitlines() if not line.startswith("is-active")]


@pytest.mark.parametrize(("running", "other"), [("a", "b"), ("b", "a")])
def test_the_upgrade_goes_from_the_instance_that_runs_to_the_other(tmp_path, running, other):
    signal = contract.HAND_OVER_SIGNAL.name
    code, asked = upgrade(tmp_path, running)
    assert code == 0
    assert asked == [
        "set-environment SEAWALL_START=--upgrade",
        f"start seawall@{other}",
        f"kill --kill-whom=main --signal={signal} seawall@{running}",
        f"disable --quiet seawall@{running}",
        f"enable --quiet seawall@{other}",
        "unset-environment SEAWALL_START",
    ]


def test_an_upgrade_that_does_not_start_takes_nothing_over(tmp_path):
    code, asked = upgrade(tmp_path, "a", starts=False)
    assert code == 1 and not any(line.startswith("kill") for line in asked)
    assert asked[-1] == "unset-environment SEAWALL_START"


def test_without_a_running_instance_there_is_nothing_to_upgrade(tmp_path):
    code, asked = upgrade(tmp_path, "")
    assert code == 1 and asked == []


# --- container ------------------------------------------------------------------------------------------------------
def test_the_image_is_built_from_what_there_is():
    text = (CONTAINER / "Containerfile").read_text()
    channel = tomllib.loads((ROOT / "rust-toolchain.toml").read_text())["toolchain"]["channel"]
    assert f"rust:{channel.rsplit('.', 1)[0]}-" in text
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", text, flags=re.MULTILINE):
        for path in source.split():
            assert (ROOT / path).exists(), path
    (start,) = re.findall(r"^CMD (\[.*\])$", text, flags=re.MULTILINE)
    words = json.loads(start)
    assert_flags_exist(words)
    assert f"{words[words.index('--config') + 1]}\n" in text.replace("COPY deploy/container/seawall.toml ", "")
    port = tomllib.loads((CONTAINER / "seawall.toml").read_text())["listeners"][0]["address"].rpartition(":")[2]
    assert f"EXPOSE {port}\n" in text


def test_every_file_that_the_guide_installs_is_there():
    told = re.findall(r"^install .* (\S+)\s+/\S+$", (ROOT / "deploy/README.md").read_text(), flags=re.MULTILINE)
    assert len(told) == 5
    assert all((ROOT / path).exists() for path in told if not path.startswith("target/"))
