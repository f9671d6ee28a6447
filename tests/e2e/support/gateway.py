"""The gateway under test: the built binary in a folder of its own, with everything it prints and writes at hand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
from pathlib import Path

import anthropic
import openai

from . import config, contract

ROOT = Path(__file__).resolve().parents[3]
START = float(os.environ.get("SEAWALL_TEST_START_SECONDS", "30"))


def binary() -> Path:
    """The binary that the Rust tests were built with, or the one SEAWALL_BIN names."""
    named = os.environ.get("SEAWALL_BIN")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return Path(named) if named else target / "release" / "seawall"


def command(*arguments: str, stdin: str | None = None, env=None, timeout: float = 60) -> subprocess.CompletedProcess:
    """Runs one command of the CLI to its end."""
    return subprocess.run(
        [str(binary()), *arguments], input=stdin, capture_output=True, text=True, timeout=timeout, env={**os.environ, **(env or {})}
    )


class Output:
    """Lines of one pipe, kept whole, with waiting."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self.text = ""
        self.closed = False

    def follow(self, pipe) -> None:
        def read() -> None:
            for line in pipe:
                with self._lock:
                    self.text += line
                    self._lock.notify_all()
            with self._lock:
                self.closed = True
                self._lock.notify_all()

        threading.Thread(target=read, daemon=True).start()

    def wait(self, pattern: str, timeout: float) -> re.Match:
        """Waits for a line that matches; fails at once when the pipe closes without it."""
        wanted = re.compile(pattern, re.MULTILINE)
        with self._lock:
            self._lock.wait_for(lambda: wanted.search(self.text) or self.closed, timeout)
            found = wanted.search(self.text)
        if not found:
            raise TimeoutError(f"no line like {pattern!r} in: {self.text[-2000:]}")
        return found

    def drain(self, timeout: float = 5) -> None:
        """Waits for the end of the pipe: a process may have ended before the last of what it said was read here."""
        with self._lock:
            self._lock.wait_for(lambda: self.closed, timeout)


class Process:
    """One running `seawall serve`."""

    def __init__(self, file: Path, extra: tuple[str, ...], env: dict[str, str], wrapper: tuple[str, ...]):
        self.stdout, self.stderr = Output(), Output()
        self.ended_itself = False  # Before it was ready.
        self._popen = subprocess.Popen(
            [*wrapper, str(binary()), "serve", "--config", str(file), *extra],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **env},
        )  # fmt: skip
        self.stdout.follow(self._popen.stdout)
        self.stderr.follow(self._popen.stderr)

    def wait_ready(self) -> dict[str, str]:
        """Waits for `ready`; returns listener name -> address."""
        try:
            self.stdout.wait(r"^ready\s*$", START)
        except TimeoutError as problem:
            self.ended_itself = self.stdout.closed
            if self.ended_itself:
                self.stderr.drain()
            raise RuntimeError(f"the gateway did not start: {problem}\nstderr: {self.stderr.text[-4000:]}") from None
        return dict(re.findall(r"^listening (\S+) (\S+)\s*$", self.stdout.text, re.MULTILINE))

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    def signal(self, number: int) -> None:
        self._popen.send_signal(number)

    def kill(self) -> None:
        self._popen.kill()
        self.wait_end()

    def wait_end(self, timeout: float = 30) -> int:
        code = self._popen.wait(timeout)
        self.stdout.drain()
        self.stderr.drain()
        return code


class Gateway:
    """A configured gateway; `with Gateway(settings, folder) as gateway:` starts and ends it."""

    def __init__(self, settings: config.Settings, folder: Path):
        self.settings = settings
        self.folder = folder
        self.may_panic = False  # A test that causes a defect says so.
        self.file = config.write(settings, folder)
        self.journal_dir = settings.journal or folder / "journal"
        self.kept_policies = folder / "kept.policies"
        self.processes: list[Process] = []
        self.addresses: dict[str, str] = {}

    def __enter__(self) -> "Gateway":
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()

    # --- life -------------------------------------------------------------------------------------------------
    def start(self, *extra: str, env: dict[str, str] | None = None, wrapper: tuple[str, ...] = ()) -> "Gateway":
        process = Process(self.file, extra, env or {}, wrapper)
        self.processes.append(process)
        try:
            self.addresses = process.wait_ready()
        except Exception:
            process.kill()
            raise
        return self

    @property
    def process(self) -> Process:
        return self.processes[-1]

    def stop(self) -> None:
        """Ends it in good order; a process that does not end is killed and the test fails."""
        for process in self.processes:
            if process.running:
                process.signal(contract.STOP_SIGNAL)
        for process in self.processes:
            try:
                process.wait_end()
            except subprocess.TimeoutExpired:
                process.kill()
                raise AssertionError("the gateway did not end within 30 s of being told to") from None

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()

    def restart(self, *extra: str, env: dict[str, str] | None = None) -> None:
        self.stop()
        self.start(*extra, env=env)

    def upgrade(self, env: dict[str, str] | None = None) -> None:
        """Hands the listeners to a new process of the same binary and waits until the old one has ended."""
        old = self.process
        new = Process(self.file, ("--upgrade",), env or {}, ())
        self.processes.append(new)
        old.signal(contract.HAND_OVER_SIGNAL)
        self.addresses = new.wait_ready()
        old.wait_end(60)

    def reload(self, settings: config.Settings | None = None, result: str = "ok") -> None:
        """Writes the policy anew (if given), asks for a reload and waits until the gateway has counted its `result`."""
        before = self.metric(contract.METRIC_RELOADS, result=result)
        if settings:
            config.write_policy(settings, self.folder / "policy")
        self.process.signal(contract.RELOAD_SIGNAL)
        self.wait_metric(contract.METRIC_RELOADS, before + 1, result=result)

    # --- addresses and clients --------------------------------------------------------------------------------
    def address(self, name: str = "main") -> tuple[str, int]:
        host, _, port = self.addresses[name].rpartition(":")
        return host, int(port)

    def url(self, name: str = "main", scheme: str = "http") -> str:
        return f"{scheme}://{self.addresses[name]}"

    def openai(self, key: str = "sk-client-openai", listener: str = "main", **more) -> openai.OpenAI:
        return openai.OpenAI(base_url=self.url(listener) + "/v1", api_key=key, max_retries=0, timeout=30, **more)

    def anthropic(self, key: str = "sk-client-anthropic", listener: str = "main", **more) -> anthropic.Anthropic:
        return anthropic.Anthropic(base_url=self.url(listener), api_key=key, max_retries=0, timeout=30, **more)

    # --- the admin listener -----------------------------------------------------------------------------------
    def admin(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://{self.addresses['admin']}{path}", timeout=10) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as reply:
            return reply.code, reply.read().decode()

    def metrics(self) -> list[tuple[str, dict[str, str], float]]:
        """Every sample of /metrics: name, labels, value."""
        status, text = self.admin("/metrics")
        assert status == 200, f"/metrics answered {status}"
        return parse_metrics(text)

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples that carry these labels; 0 when there is none yet."""
        return sum(
            value for sample, found, value in self.metrics() if sample == name and all(found.get(k) == v for k, v in labels.items())
        )

    def wait_metric(self, name: str, at_least: float, timeout: float = 15, **labels: str) -> None:
        """Asks /metrics until the value is reached. The admin listener has no push, so this is the one place that polls."""
        pause = threading.Event()
        for _ in range(int(timeout / 0.02)):
            if self.metric(name, **labels) >= at_least:
                return
            pause.wait(0.02)
        raise TimeoutError(f"{name}{labels} is {self.metric(name, **labels)}, not {at_least}\nstderr: {self.process.stderr.text[-2000:]}")

    # --- the journal ------------------------------------------------------------------------------------------
    def records(self) -> list[dict]:
        """Every record, by `seawall journal export`, which shows what is signed; a running gateway signs soon."""
        if self.process.running:
            self._wait_signed()
        done = command("journal", "export", "--folder", str(self.journal_dir))
        assert done.returncode == 0, f"journal export: {done.stderr}"
        return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]

    def _wait_signed(self) -> None:
        pause = threading.Event()
        for _ in range(500):
            if self.metric("seawall_journal_signed") >= self.metric("seawall_journal_durable"):
                return
            pause.wait(0.01)
        raise TimeoutError("the journal does not sign what it holds")

    def decisions(self) -> list[dict]:
        return [record for record in self.records() if contract.kind(record) == contract.KIND_DECISION]

    def outcomes(self, count: int = 0) -> list[dict]:
        """The outcome records; waits until there are `count`, since an outcome follows the last byte of the answer."""
        pause = threading.Event()
        for _ in range(200):
            found = [record for record in self.records() if contract.kind(record) == contract.KIND_OUTCOME]
            if len(found) >= count:
                return found
            pause.wait(0.05)
        raise TimeoutError(f"{len(found)} outcome records, not {count}")

    def keep_policies(self) -> None:
        """Copies the policies beside the journal to where they outlive the test, whose disk may not."""
        shutil.copytree(f"{self.journal_dir}.policies", self.kept_policies, dirs_exist_ok=True)

    def verify(self) -> subprocess.CompletedProcess:
        return command("journal", "verify", "--folder", str(self.journal_dir), "--key", str(self.folder / "journal.pem.pub"))

    @property
    def said(self) -> str:
        """All that every process of this gateway printed."""
        return "\n".join(process.stdout.text + process.stderr.text for process in self.processes)


SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: # .*| \d+)?$")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


def parse_metrics(text: str) -> list[tuple[str, dict[str, str], float]]:
    """The Prometheus and OpenMetrics text form, strictly: a line that is neither comment nor sample is an error."""
    samples = []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        found = SAMPLE.match(line)
        assert found, f"not a sample: {line!r}"
        samples.append((found[1], dict(LABEL.findall(found[2] or "")), float(found[3])))
    return samples
