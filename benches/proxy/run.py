#!/usr/bin/env python3
"""Whole-proxy load: direct, nginx, stock pingora and Seawall side by side, interleaved, as medians and ratios.

The proxy under test has one core to itself; the load generator (wrk) and the upstream share the other. The robust columns
are CPU time per request (schedstat of all threads of the proxy) and the ratios; requests per second swing with whatever
else the machine does. A row counts only if no request failed. Standard library only; needs nginx, wrk and taskset.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import platform
import re
import shlex
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from string import Template

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from support import config  # noqa: E402  The one place that writes seawall.toml.

RESULTS = ROOT / "benches" / "RESULTS.md"
PROXY_CORE, LOAD_CORE = "1", "0"
SENTENCE = "The tides of the North Sea follow the moon, and the marshes follow the tides. "
MODES = ["direct", "nginx", "pingora", "seawall-blind", "seawall-async", "seawall-durable"]
TOLD = {
    "direct": "no proxy", "nginx": "nginx pass-through", "pingora": "stock pingora pass-through",
    "seawall-blind": "Seawall, inspection off, records async", "seawall-async": "Seawall, inspection on, records async",
    "seawall-durable": "Seawall, inspection on, records durable",
}  # fmt: skip


@dataclass
class Round:
    rate: float  # Requests per second.
    cpu: float  # Microseconds of CPU per request; 0 for direct.
    p50: float
    p99: float


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def wait_port(port: int, process: subprocess.Popen) -> None:
    for _ in range(1000):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.01)
    raise SystemExit(f"nothing listens: {shlex.join(process.args)}")


@contextlib.contextmanager
def running(core: str, command: list[str], port: int | None = None, **more):
    process = subprocess.Popen(["taskset", "-c", core, *command], **more)
    try:
        if port:
            wait_port(port, process)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def nginx(template: str, folder: Path, **values) -> list[str]:
    file = folder / template.removesuffix(".in")
    file.write_text(Template((HERE / template).read_text()).safe_substitute(folder=folder, **values))
    return ["nginx", "-p", str(folder), "-c", str(file)]


# --- the proxies ----------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def proxy(mode: str, upstream: int, folder: Path, options):
    """Starts one proxy; yields its port and the process to account for."""
    if mode == "direct":
        yield upstream, None
    elif mode.startswith("seawall"):
        with seawall(mode, upstream, folder, options) as started:
            yield started
    else:
        port = free_port()
        if mode == "nginx":
            command = nginx("nginx.conf.in", folder, port=port, upstream=upstream)
        else:
            command = [str(options.pingora), f"127.0.0.1:{port}", f"127.0.0.1:{upstream}"]
        with running(PROXY_CORE, command, port) as process:
            yield port, process


@contextlib.contextmanager
def seawall(mode: str, upstream: int, folder: Path, options):
    settings = config.Settings(
        destinations={"foreign": f"http://127.0.0.1:{upstream}/v1"},
        routes=[config.Route("openai-chat", "foreign")],
        policy="bench-blind" if mode == "seawall-blind" else "bench",
        inspect=mode != "seawall-blind", gateway_keys={}, threads=1,
        record="durable" if mode == "seawall-durable" else "async",
    )  # fmt: skip
    file = config.write(settings, folder / mode)
    command = [str(options.seawall), "serve", "--config", str(file)]
    with running(PROXY_CORE, command, stdout=subprocess.PIPE, text=True) as process:
        port = None
        for line in process.stdout:
            if found := re.match(r"listening main \S+:(\d+)", line):
                port = int(found[1])
            if line.strip() == "ready":
                break
        if port is None:
            raise SystemExit(f"Seawall did not start with {file}")
        yield port, process


# --- one round ------------------------------------------------------------------------------------------------------
def cpu_nanoseconds(process: subprocess.Popen | None) -> int:
    """CPU time of all threads so far: the first field of each thread's schedstat."""
    total = 0
    for task in Path(f"/proc/{process.pid}/task").iterdir() if process else []:
        with contextlib.suppress(OSError):
            total += int((task / "schedstat").read_text().split()[0])
    return total


def load(port: int, body: Path, seconds: float, connections: int) -> dict:
    command = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", "post.lua"]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}"], capture_output=True, text=True, cwd=HERE, env={**os.environ, "BODY": str(body)}
    )
    found = re.search(r"^RESULT (.*)$", done.stdout, re.MULTILINE)
    if not found:
        raise SystemExit(f"wrk failed: {done.stdout}{done.stderr}")
    return json.loads(found[1])


def measure(mode: str, upstream: int, body: Path, folder: Path, options) -> Round:
    with proxy(mode, upstream, folder, options) as (port, process):
        load(port, body, 1, options.connections)  # Warm: connections, caches, allocator.
        before = cpu_nanoseconds(process)
        result = load(port, body, options.seconds, options.connections)
        spent = cpu_nanoseconds(process) - before
    if result["status"] or result["socket"]:
        raise SystemExit(f"{mode}: {result['status']} bad answers, {result['socket']} socket errors: the row does not count")
    requests = result["requests"]
    return Round(requests / result["microseconds"] * 1e6, spent / 1000 / requests, result["p50"] / 1000, result["p99"] / 1000)


# --- the table ------------------------------------------------------------------------------------------------------
def chat_body(size: int, folder: Path) -> Path:
    """A clean chat body of exactly `size` bytes."""
    frame = json.dumps({"model": "m", "messages": [{"role": "user", "content": ""}]})
    text = (SENTENCE * (size // len(SENTENCE) + 1))[: size - len(frame)]
    file = folder / f"body-{size}.json"
    file.write_text(json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}))
    return file


def median(rounds: list[Round], field: str) -> float:
    return statistics.median(getattr(one, field) for one in rounds)


def rows(size: int, rounds: dict[str, list[Round]]) -> list[str]:
    lines = []
    per_core = {mode: 1e6 / median(found, "cpu") for mode, found in rounds.items() if mode != "direct"}
    for mode, found in rounds.items():
        cpus = [one.cpu for one in found]
        cpu = f"{median(found, 'cpu'):.1f} [{min(cpus):.1f}–{max(cpus):.1f}]" if mode != "direct" else "–"
        ratios = [
            f"{per_core[mode] / per_core[base]:.2f}" if mode in per_core and base in per_core else "–" for base in ("nginx", "pingora")
        ]
        lines.append(
            f"| {size // 1024} KB | {TOLD[mode]} | {median(found, 'rate'):,.0f} | {cpu} | {ratios[0]} | {ratios[1]} "
            f"| {median(found, 'p50'):.2f} | {median(found, 'p99'):.2f} |"
        )
    return lines


HEAD = """| body | what | requests/s | CPU µs a request [min–max] | per core ÷ nginx | per core ÷ pingora | p50 ms | p99 ms |
|---|---|---|---|---|---|---|---|"""


def machine() -> str:
    cpu = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} × {cpu[1] if cpu else platform.machine()}, Linux {platform.release().split('-')[0]}"


def report(lines: list[str], options) -> str:
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    load_before = " ".join(f"{value:.1f}" for value in options.load)
    how = f"`benches/proxy/run.py {shlex.join(sys.argv[1:])}`".replace(" `", "`")
    return (
        f"\n## Whole proxy, {now}\n\n{machine()}; load average before: {load_before}. {how}: {options.rounds} interleaved rounds of "
        f"{options.seconds} s, {options.connections} connections, proxy on one core, load and upstream on the other; medians.\n\n"
        + "\n".join([HEAD, *lines]) + "\n"
    )  # fmt: skip


def arguments():
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=8, help="length of one measurement")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--sizes", default="1024,4096,32768", help="bytes of the request body")
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--seawall", type=Path, default=target / "dist" / "seawall", help="cargo build --profile dist")
    parser.add_argument("--pingora", type=Path, default=target / "dist" / "examples" / "pingora_pass")
    parser.add_argument("--write", action="store_true", help="append the table to benches/RESULTS.md")
    options = parser.parse_args()
    options.load = os.getloadavg()
    options.modes = options.modes.split(",")
    if unknown := set(options.modes) - set(MODES):
        parser.error(f"unknown modes: {', '.join(sorted(unknown))}")
    if any(mode.startswith("seawall") for mode in options.modes) and not options.seawall.exists():
        parser.error(f"{options.seawall} is not built: cargo build --profile dist")
    if "pingora" in options.modes and not options.pingora.exists():
        parser.error(f"{options.pingora} is not built: cargo build --profile dist --example pingora_pass")
    return options


def main() -> None:
    options = arguments()
    lines = []
    with tempfile.TemporaryDirectory(prefix="seawall-bench-") as name:
        folder = Path(name)
        upstream = free_port()
        command = nginx("upstream.conf.in", folder, port=upstream, answer=json.dumps({"x": "y" * 503}))
        with running(LOAD_CORE, command, upstream):
            for size in map(int, options.sizes.split(",")):
                body = chat_body(size, folder)
                rounds: dict[str, list[Round]] = {mode: [] for mode in options.modes}
                for number in range(options.rounds):
                    for mode in options.modes:
                        one = measure(mode, upstream, body, folder, options)
                        rounds[mode].append(one)
                        progress = f"{size:6} B  round {number + 1}  {mode:16} {one.rate:9,.0f}/s  {one.cpu:6.1f} µs"
                        print(progress, file=sys.stderr)
                lines += rows(size, rounds)
    text = report(lines, options)
    print(text)
    if options.write:
        with RESULTS.open("a") as file:
            file.write(text)


if __name__ == "__main__":
    main()
