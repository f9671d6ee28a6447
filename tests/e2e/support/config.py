"""seawall.toml and the policy folder of a test gateway, generated here and nowhere else."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

HELD = {"home-chat": "sk-held-chat", "home-messages": "sk-held-messages"}
POLICIES = Path(__file__).resolve().parent.parent / "policies"


@dataclass
class Listener:
    name: str = "main"
    address: str = "127.0.0.1:0"
    tls: tuple[Path, Path] | None = None  # Certificate and key.
    h2c: bool = True


@dataclass
class Route:
    dialect: str
    destination: str
    listener: str = "main"


@dataclass
class Settings:
    """What differs between test gateways; every field has the value most tests want."""

    destinations: dict[str, str] = field(default_factory=dict)  # Name in the policy -> URL.
    listeners: list[Listener] = field(default_factory=lambda: [Listener()])
    routes: list[Route] = field(
        default_factory=lambda: [Route("openai-chat", "foreign"), Route("anthropic-messages", "foreign-messages")]
    )
    policy: str = "base"  # A folder under tests/e2e/policies.
    policy_values: dict[str, str] = field(default_factory=dict)  # Values of its `$name` places, besides the URLs.
    record: str = "durable"  # "durable" | "async"
    journal: Path | None = None  # Where the journal lies; default: in the gateway's folder.
    dns: dict[str, list[str]] = field(default_factory=lambda: {"api.foreign.test": ["127.0.0.1"], "api.home.test": ["127.0.0.1"]})
    upstream_ca: Path | None = None
    networks: dict[str, str] = field(default_factory=lambda: {"office": "127.0.0.0/8"})
    client_keys: dict[str, str] = field(default_factory=dict)  # Client API key -> name of its application.
    gateway_keys: dict[str, str] = field(default_factory=lambda: dict(HELD))  # Destination -> key the gateway holds for it.
    telemetry: str | None = None  # OTLP/HTTP endpoint.
    limits: dict[str, object] = field(default_factory=dict)  # Keys of [limits], see `limits`.
    inspect: bool = True  # False: no detector is loaded (benchmarks only).
    threads: int | None = None  # Worker threads; default: the gateway's own choice.


def write(settings: Settings, folder: Path) -> Path:
    """Writes configuration, keys and policy into `folder`; returns the path of seawall.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    write_policy(settings, folder / "policy")
    (folder / "clients.toml").write_text(_pairs(settings.client_keys))
    (folder / "gateway-keys.toml").write_text(_pairs(settings.gateway_keys))
    (folder / "gateway-keys.toml").chmod(0o600)
    file = folder / "seawall.toml"
    file.write_text(text(settings, folder))
    return file


def text(settings: Settings, folder: Path) -> str:
    lines: list[str] = []
    for listener in settings.listeners:
        lines += ["[[listener]]", f"name = {_q(listener.name)}", f"address = {_q(listener.address)}"]
        if listener.tls:
            lines.append(f"tls = {{ cert = {_q(listener.tls[0])}, key = {_q(listener.tls[1])} }}")
        lines += [f"h2c = {_q(listener.h2c)}", ""]
    for route in settings.routes:
        lines += ["[[route]]", f"listener = {_q(route.listener)}", f"dialect = {_q(route.dialect)}"]
        lines += [f"destination = {_q(route.destination)}", ""]
    for name, cidr in settings.networks.items():
        lines += ["[[network]]", f"name = {_q(name)}", f"cidr = {_q(cidr)}", ""]
    lines += ["[policy]", f"dir = {_q(folder / 'policy')}", ""]
    if not settings.inspect:
        lines += ["[detect]", "builtin = false", ""]
    elif (folder / "policy" / "detectors").is_dir():
        lines += ["[detect]", f"dir = {_q(folder / 'policy' / 'detectors')}", ""]  # In addition to what is built in.
    lines += ["[journal]", f"dir = {_q(settings.journal or folder / 'journal')}", f"record = {_q(settings.record)}"]
    lines += [f"key = {_q(folder / 'journal.key')}", ""]
    lines += ["[admin]", 'address = "127.0.0.1:0"', ""]
    lines += ["[upgrade]", f"socket = {_q(folder / 'upgrade.sock')}", ""]
    lines += ["[dns]", f"hosts = {_table(settings.dns)}", ""]
    if settings.upstream_ca:
        lines += ["[upstream]", f"ca_file = {_q(settings.upstream_ca)}", ""]
    lines += ["[keys]", f"client_file = {_q(folder / 'clients.toml')}", f"gateway_file = {_q(folder / 'gateway-keys.toml')}", ""]
    if settings.telemetry:
        lines += ["[telemetry]", f"otlp = {_q(settings.telemetry)}", ""]
    if settings.threads:
        lines += ["[process]", f"threads = {settings.threads}", ""]
    if settings.limits:
        lines += ["[limits]", *(f"{key} = {_q(value)}" for key, value in settings.limits.items()), ""]
    return "\n".join(lines)


def limits(
    *, body: int | None = None, memory: int | None = None, head_seconds: float | None = None, total_seconds: float | None = None
) -> dict[str, object]:
    """The keys of [limits]: bytes of one body, bytes of all buffered bodies, seconds for a head, seconds for an exchange."""
    given = {"body_bytes": body, "memory_bytes": memory, "head_seconds": head_seconds, "exchange_seconds": total_seconds}
    return {key: value for key, value in given.items() if value is not None}


def write_policy(settings: Settings, folder: Path) -> None:
    """Copies the policy folder and fills in its `$places`. Places without a value are an error."""
    shutil.rmtree(folder, ignore_errors=True)
    values = {name.replace("-", "_") + "_url": url for name, url in settings.destinations.items()} | settings.policy_values
    for source in sorted((POLICIES / settings.policy).rglob("*.*")):
        target = folder / source.relative_to(POLICIES / settings.policy)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text()
        target.write_text(Template(text).substitute(values) if source.suffix == ".policy" else text)


def _q(value) -> str:
    """A TOML value; JSON's spelling of strings, numbers and booleans is TOML's too."""
    return json.dumps(value if isinstance(value, (bool, int, float)) else str(value))


def _pairs(pairs: dict[str, str]) -> str:
    return "".join(f"{_q(key)} = {_q(value)}\n" for key, value in pairs.items())


def _table(pairs: dict[str, list[str]]) -> str:
    return "{ " + ", ".join(f"{_q(key)} = {json.dumps(value)}" for key, value in pairs.items()) + " }"
