"""seawall.toml and the policy folder of a test gateway, generated here and nowhere else."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

HELD = {"home-chat": "sk-held-chat", "home-messages": "sk-held-messages"}
POLICIES = Path(__file__).resolve().parent.parent / "policies"
SHIPPED = POLICIES.parents[2] / "rules" / "default"
# Where the shipped policy would send to, and which place of ours stands in for it.
STAND_INS = {
    "https://api.openai.com/v1": "$foreign_url", "https://api.anthropic.com": "$foreign_messages_url", "http://127.0.0.1:11434/v1": "$home_chat_url",
}  # fmt: skip


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
    prefix: str | None = None


@dataclass
class Settings:
    """What differs between test gateways; every field has the value most tests want."""

    destinations: dict[str, str] = field(default_factory=dict)  # Name in the policy -> URL.
    listeners: list[Listener] = field(default_factory=lambda: [Listener()])
    routes: list[Route] = field(
        default_factory=lambda: [Route("openai-chat", "foreign"), Route("anthropic-messages", "foreign-messages")]
    )
    policy: str = "base"  # A folder under tests/e2e/policies; "default" is the one that we ship.
    policy_values: dict[str, str] = field(default_factory=dict)  # Values of its `$name` places, besides the URLs.
    record: str = "durable"  # "durable" | "async"
    journal: Path | None = None  # Where the journal lies; default: in the gateway's folder.
    census: Path | None = None  # Where counted persons are kept; default: beside the journal.
    dns: dict[str, list[str]] = field(default_factory=lambda: {"api.foreign.test": ["127.0.0.1"], "api.home.test": ["127.0.0.1"]})
    dns_servers: list[str] = field(default_factory=list)  # Default: those of the system, which no test asks.
    dns_private: list[str] = field(default_factory=list)  # Names that may stand for private addresses.
    countries: Path | None = None  # A database of countries by address.
    upstream_ca: Path | None = None
    networks: dict[str, str] = field(default_factory=lambda: {"office": "127.0.0.0/8"})
    client_keys: dict[str, str] = field(default_factory=dict)  # Client API key -> name of its application.
    people: dict[str, str] = field(default_factory=dict)  # Name of a list -> what its file says, one member a line.
    token: dict[str, object] | None = None  # Keys of [identity.token]; the provider's key set lies in `idp.json` of the folder.
    gateway_keys: dict[str, str] = field(default_factory=lambda: dict(HELD))  # Destination -> key the gateway holds for it.
    holdings: dict[str, tuple[Path, Path]] = field(default_factory=dict)  # Name of the agency's own data -> its file and its key.
    allowed: list[Path] = field(default_factory=list)  # Files of values that are known to be harmless.
    telemetry: str | None = None  # OTLP/HTTP endpoint.
    trace_upstream: bool = False  # Whether providers get a traceparent.
    limits: dict[tuple[str, str], object] = field(default_factory=dict)  # Section (limits, upstream, judgement, dns) and key to value.
    journal_bytes: int | None = None  # Most bytes of the journal.
    inspect: bool = True  # False: no detector is loaded (benchmarks only).
    bundle: dict[str, object] | None = None  # Keys of [policy.bundle]; the policy then comes as a signed bundle.
    threads: int | None = None  # Worker threads; default: the gateway's own choice.


def write(settings: Settings, folder: Path) -> Path:
    """Writes configuration, keys and policy into `folder`; returns the path of seawall.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    write_policy(settings, folder / "policy")
    if (folder / "policy" / "detectors").is_dir():
        shutil.copytree(folder / "policy" / "detectors", folder / "detectors", dirs_exist_ok=True)
    (folder / "clients.toml").write_text("".join(_client_key(key, name) for key, name in settings.client_keys.items()))
    for name, members in settings.people.items():
        (folder / f"{name}.people").write_text(members)
    for name, key in settings.gateway_keys.items():
        if name in settings.destinations:
            (folder / f"{name}.key").write_text(key)
    file = folder / "seawall.toml"
    file.write_text(text(settings, folder))
    return file


def text(settings: Settings, folder: Path) -> str:
    lines: list[str] = []
    for listener in settings.listeners:
        lines += ["[[listeners]]", f"name = {_q(listener.name)}", f"address = {_q(free(listener.address))}"]
        if listener.tls:
            lines.append(f"tls = {{ certificate = {_q(listener.tls[0])}, key = {_q(listener.tls[1])} }}")
        else:
            lines.append(f"h2c = {_q(listener.h2c)}")
        lines.append("")
    for route in settings.routes:
        lines += ["[[routes]]", f"listener = {_q(route.listener)}", f"dialect = {_q(route.dialect)}"]
        lines += [f"destination = {_q(route.destination)}", *([f"prefix = {_q(route.prefix)}"] if route.prefix else []), ""]
    for name, (own, key) in settings.holdings.items():
        lines += ["[[holdings]]", f"name = {_q(name)}", f"file = {_q(own)}", f"key = {_q(key)}", ""]
    if settings.bundle is not None:
        lines += ["[policy.bundle]", f"store = {_q(folder / 'store')}", *(f"{key} = {_q(value)}" for key, value in settings.bundle.items())]
    else:
        lines += ["[policy]", f"folder = {_q(folder / 'policy')}"]
    if (folder / "detectors").is_dir() and settings.bundle is None:
        lines.append(f"detectors = {_q(folder / 'detectors')}")  # In addition to what is built in.
    if settings.allowed:
        lines.append(f"allowed = {json.dumps([str(path) for path in settings.allowed])}")
    if not settings.inspect:
        lines.append("embedded_detectors = false")
    lines += ["", "[journal]", f"folder = {_q(settings.journal or folder / 'journal')}", f"record = {_q(settings.record)}"]
    if settings.journal_bytes:
        lines.append(f"max_bytes = {settings.journal_bytes}")
    lines += ['checkpoint = "20ms"', "", "[admin]", f"address = {_q(free('127.0.0.1:0'))}", ""]
    lines += ["[identity]", f"keys = {_q(folder / 'clients.toml')}", f"networks = {_networks(settings.networks)}"]
    lists = [f"{_q(name)} = {_q(folder / f'{name}.people')}" for name in settings.people]
    lines += ["people = { " + ", ".join(lists) + " }", ""]
    if settings.token is not None:
        lines += ["[identity.token]", f"keys = {_q(folder / 'idp.json')}", *(f"{key} = {_nested(value)}" for key, value in settings.token.items()), ""]
    held = {name: folder / f"{name}.key" for name in settings.gateway_keys if name in settings.destinations}
    lines += ["[keys]", f"secret = {_q(folder / 'secret')}", f"signing = {_q(folder / 'journal.pem')}"]
    lines += ["destinations = { " + ", ".join(f"{_q(name)} = {_q(path)}" for name, path in held.items()) + " }", ""]
    if settings.census:
        lines += ["[census]", f"folder = {_q(settings.census)}", ""]
    lines += ["[process]", f"upgrade_socket = {_q(folder / 'run' / 'upgrade.sock')}"]
    lines += ['grace = "5s"', 'stop = "1s"', *([f"threads = {settings.threads}"] if settings.threads else []), ""]
    lines += ["[dns]", f"hosts = {_table(settings.dns)}"]
    lines += [f"servers = {json.dumps(settings.dns_servers)}", f"private = {json.dumps(settings.dns_private)}", *_keys(settings, "dns"), ""]
    if settings.countries:
        lines += ["[geo]", f"country_database = {_q(settings.countries)}", ""]
    if settings.upstream_ca:
        lines += ["[trust]", f"ca_file = {_q(settings.upstream_ca)}", ""]
    lines += ["[telemetry]", f"trace_upstream = {_q(settings.trace_upstream)}"]
    lines += [f"otlp = {_q(settings.telemetry)}", ""] if settings.telemetry else [""]
    for section in ("limits", "upstream", "judgement"):
        if keys := _keys(settings, section):
            lines += [f"[{section}]", *keys, ""]
    return "\n".join(lines)


def _keys(settings: Settings, section: str) -> list[str]:
    return [f"{key} = {_q(value)}" for (where, key), value in settings.limits.items() if where == section]


def limits(
    *, body: int | None = None, memory: int | None = None, head_seconds: float | None = None, total_seconds: float | None = None
) -> dict[tuple[str, str], object]:
    """The keys of [limits] and [upstream]: bytes of one body, bytes of all buffered bodies, seconds for a head, seconds for
    an exchange."""
    given = {
        ("limits", "body"): body,
        ("limits", "memory"): memory,
        ("limits", "head_time"): _millis(head_seconds),
        ("upstream", "total"): _millis(total_seconds),
        ("limits", "body_time"): _millis(total_seconds),
    }
    return {key: value for key, value in given.items() if value is not None}


def free(address: str) -> str:
    """The address with a port that is free now, if it names none."""
    host, _, port = address.rpartition(":")
    if port != "0":
        return address
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host.strip("[]"), 0))
        return f"{host}:{probe.getsockname()[1]}"


def write_policy(settings: Settings, folder: Path) -> None:
    """Copies the policy folder and fills in its `$places`. Places without a value are an error."""
    shutil.rmtree(folder, ignore_errors=True)
    values = {name.replace("-", "_") + "_url": url for name, url in settings.destinations.items()} | settings.policy_values
    shipped = settings.policy == "default"
    policy = SHIPPED if shipped else POLICIES / settings.policy
    for source in sorted(policy.rglob("*.*")):
        target = folder / source.relative_to(policy)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text()
        for url, place in STAND_INS.items() if shipped else ():
            text = text.replace(url, place)
        target.write_text(Template(text).substitute(values) if source.suffix == ".policy" else text)


def _q(value) -> str:
    """A TOML value; JSON's spelling of strings, numbers and booleans is TOML's too."""
    return json.dumps(value if isinstance(value, (bool, int, float)) else str(value))


def _nested(value) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_q(key)} = {_nested(held)}" for key, held in value.items()) + " }"
    return json.dumps(value)


def _client_key(key: str, name: str) -> str:
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"[[key]]\nname = {_q(name)}\nsha256 = {_q(digest)}\nissued_here = true\n\n"


def _networks(networks: dict[str, str]) -> str:
    return "[" + ", ".join(f"{{ name = {_q(name)}, cidr = {_q(cidr)} }}" for name, cidr in networks.items()) + "]"


def _millis(seconds: float | None) -> str | None:
    return None if seconds is None else f"{int(seconds * 1000)}ms"


def _table(pairs: dict[str, list[str]]) -> str:
    return _nested(pairs)
