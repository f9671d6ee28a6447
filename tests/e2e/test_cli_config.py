"""`seawall config check`: everything a start would find wrong, all at once; no secret is quoted and no file is made."""

from __future__ import annotations

import json
import re
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from support.gateway import Gateway, command
from support.house import settings_for

SECRET = "sk-live-0123456789abcdef"


@pytest.fixture
def folder(foreign, home, tmp_path):
    return Gateway(settings_for(foreign, home), tmp_path / "house")


def check(tmp_path, text: str):
    file = tmp_path / "seawall.toml"
    file.write_text(text)
    done = command("config", "check", str(file))
    assert "panicked" not in done.stderr
    return done


def test_all_files_it_names_are_opened(tmp_path):
    done = check(
        tmp_path,
        '[identity]\nkeys = "no-clients.toml"\n[trust]\nca_file = "no-roots.pem"\n[geo]\ncountry_database = "no.mmdb"\n'
        '[policy]\nfolder = "no-policy"\n[keys]\nprevious = ["no.pub"]\n'
        '[[listeners]]\nname = "main"\naddress = "127.0.0.1:18787"\ntls = { certificate = "no-chain.pem", key = "no-key.pem" }\n'
        '[[routes]]\ndestination = "openai"\n',
    )
    assert done.returncode == 2
    for name in ("no-clients.toml", "no-roots.pem", "no.mmdb", "no-policy", "no.pub", "no-chain.pem"):
        assert name in done.stderr, done.stderr


def test_it_makes_nothing(folder):
    before = sorted(path.name for path in folder.folder.rglob("*"))
    assert command("config", "check", str(folder.file)).returncode == 0
    assert sorted(path.name for path in folder.folder.rglob("*")) == before


def test_every_wrong_key_is_told_with_its_place(tmp_path):
    done = check(tmp_path, 'nonsense = 1\n[limits]\nbody = true\nhead_time = "soon"\n[admin]\naddress = "here"\n')
    assert done.returncode == 2
    for place in ("toml:1:1: nonsense", "toml:3:8: limits.body", "toml:4:13: limits.head_time", "toml:6:11: admin.address"):
        assert place in done.stderr, done.stderr


def test_absurd_values_are_told(tmp_path):
    done = check(
        tmp_path,
        "[judgement]\nfuel_per_byte = 0\nfuel_base = 0\nanswer = 0\n[journal]\ncheckpoint = \"0s\"\nmax_bytes = 1\norigin = \"a b\"\n"
        '[telemetry]\notlp = "file:///etc/passwd"\n[identity]\nnode = "x\\ny"\n',
    )
    assert done.returncode == 2
    for key in ("fuel_per_byte", "fuel_base", "answer", "checkpoint", "max_bytes", "origin", "otlp", "node"):
        assert key in done.stderr, done.stderr


def test_the_unsigned_tail_is_bounded(tmp_path):
    assert "journal.checkpoint" in check(tmp_path, '[journal]\ncheckpoint = "1h"\n').stderr


@pytest.mark.parametrize(
    "text",
    [
        f'[limits]\nbody = "{SECRET}"', f'[keys]\ndestinations = "{SECRET}"', f'[keys]\ndestinations = {{ domestic = "{SECRET}" }}',
        f'[journal]\nrecord = "{SECRET}"', f'[admin]\naddress = "{SECRET}"', f"[keys]\nsecret = {SECRET}",
    ],
)  # fmt: skip
def test_no_value_is_quoted(tmp_path, text):
    done = check(tmp_path, text)
    assert done.returncode == 2 and SECRET not in done.stdout + done.stderr


def test_a_key_in_the_file_of_client_keys_is_not_quoted(folder):
    (folder.folder / "clients.toml").write_text(f'[[key]]\nname = ["{SECRET}"]\nsha256 = "x"\n')
    done = command("config", "check", str(folder.file))
    assert done.returncode == 2 and SECRET not in done.stdout + done.stderr and "clients.toml:2" in done.stderr


# --- everything at once ---------------------------------------------------------------------------------------------
WRONG_EVERYWHERE = """
[dns]
hosts = { "a.example" = ["not an address"] }
[[listeners]]
name = "main"
address = "127.0.0.1:18787"
tls = { certificate = "no-chain.pem", key = "no-key.pem" }
[[listeners]]
name = "main"
address = "127.0.0.1:18788"
[[routes]]
destination = "opnai"
[trust]
ca_file = "no-roots.pem"
[geo]
country_database = "no.mmdb"
[keys]
destinations = { domestik = "no-domestic.key" }
[identity]
keys = "clients.toml"
networks = [{ name = "office", cidr = "10.20.0.1/16" }]
[journal]
listeners = { mian = "async" }
"""


def test_nothing_that_is_wrong_hides_anything_else(tmp_path):
    (tmp_path / "clients.toml").write_text('[[key]]\nname = 5\nsha256 = "abc"\n[[key]]\nname = "b"\nsha256 = "def"\n')
    done = check(tmp_path, WRONG_EVERYWHERE)
    assert done.returncode == 2
    expected = [
        r"seawall.toml:3:26: dns.hosts.a.example\[0\]: ",
        r"seawall.toml:7:9: listeners\[0\].tls.certificate: .*no-chain.pem",
        r"seawall.toml:7:39: listeners\[0\].tls.key: .*no-key.pem",
        r"seawall.toml:9:1: listeners\[1\].name: is used twice",
        r"seawall.toml:12:1: routes\[0\].destination: .*`opnai`; did you mean `openai`\?",
        r"seawall.toml:14:1: trust.ca_file: .*no-roots.pem",
        r"seawall.toml:16:1: geo.country_database: .*no.mmdb",
        r"seawall.toml:18:18: keys.destinations.domestik: names no text file",
        r"seawall.toml:18:18: keys.destinations.domestik: .*did you mean `domestic`\?",
        r"seawall.toml:21:32: identity.networks\[0\].cidr: host bits are set; .*`10.20.0.0/16`",
        r"seawall.toml:23:15: journal.listeners.mian: .*did you mean `main`\?",
        r"clients.toml:2:8: key\[0\].name: ",
        r"clients.toml:3:1: key\[0\].sha256: ",
        r"clients.toml:6:1: key\[1\].sha256: ",
    ]
    told = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    for place in expected:
        assert sum(bool(re.search(place, line)) for line in told) == 1, f"{place}\n{done.stderr}"
    assert len(told) == len(expected), done.stderr


OWN_DETECTOR = """
[[detector]]
id = 'own.key'
family = 'credential'
title = "Key of a locker"
patterns = [%s]
level = { bare = 'likely' }
source = "invented for this test"
examples = ['{{LOCKER-123456}}']
counter_examples = ['LOCKER']
"""
BROKEN_RULE = "\nclass own\n  \"x\"\n  detect own.key, holdings.papers, own-documents\n\nrule mistaken\n  when data includes nonsense\n  then block\n"


@pytest.mark.parametrize("wrong", ["holdings", "detectors", "both"])
def test_nothing_that_is_looked_for_hides_the_policy_or_an_allow_list(folder, wrong):
    """Nor is anything told of names that only what could not be read would know."""
    policy = next((folder.folder / "policy").rglob("rules.policy"))
    policy.write_text(policy.read_text() + BROKEN_RULE)
    own = folder.folder / "detectors"
    pattern = "'LOCKER-\\d{6}'" if wrong == "holdings" else "'LOCKER-('"
    (own / "own.toml").write_text(OWN_DETECTOR % pattern)
    (folder.folder / "allowed.toml").write_text(
        '[[allow]]\nname = "a"\nreason = ""\nowner = "b"\ngranted = 2026-01-01\nuntil = 2026-02-01\ndetectors = ["iban"]\nvalues = ["x"]\n'
    )
    text = folder.file.read_text()
    text = text.replace("[policy]\n", '[policy]\nallowed = ["allowed.toml"]\n')
    if wrong != "detectors":
        (folder.folder / "a.key").write_text("0" * 63 + "1")
        text += '\n[[holdings]]\nname = "papers"\nfile = "no.holdings"\nkey = "a.key"\n'
    else:
        policy.write_text(policy.read_text().replace(", holdings.papers, own-documents", ""))
    folder.file.write_text(text)
    done = command("config", "check", str(folder.file))
    told = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    expected = ["nonsense", r"allow\[0\].reason"]
    expected += ["no.holdings"] if wrong != "detectors" else []
    expected += ["own.toml"] if wrong != "holdings" else []
    for place in expected:
        assert sum(bool(re.search(place, line)) for line in told) == 1, f"{place}\n{done.stderr}"
    assert "own.key`" not in done.stderr and "no detector or family" not in done.stderr
    assert done.returncode == 2


def test_a_policy_with_mistakes_hides_no_route_that_leads_nowhere(folder):
    policy = next((folder.folder / "policy").rglob("rules.policy"))
    policy.write_text(policy.read_text() + "\nrule mistaken\n  when data includes nonsense\n  then block\n")
    folder.file.write_text(folder.file.read_text().replace('destination = "foreign"', 'destination = "foriegn"'))
    done = command("config", "check", str(folder.file))
    told = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert done.returncode == 2 and len(told) == 2, done.stderr
    assert re.search(r"rules.policy:\d+:\d+: P010: there is no class called `nonsense`", done.stderr)
    assert re.search(r"seawall.toml:\d+:1: routes\[0\].destination: .*did you mean `foreign`", done.stderr)


def test_one_open_bracket_is_one_error(tmp_path):
    done = check(tmp_path, '[dns]\nservers = ["192.0.2.1:53"\n[admin]\nhosts = []\n[[routes]]\ndestination = "openai"\n')
    assert done.returncode == 2 and done.stderr.count("error: ") == 1, done.stderr


def test_a_key_for_a_destination_that_is_none_is_wrong_and_stops_nobody(folder):
    spare = folder.folder / "spare.key"
    spare.write_text("sk-spare")
    text = folder.file.read_text()
    folder.file.write_text(text.replace("destinations = {", f'destinations = {{ home-caht = "{spare}",', 1))
    done = command("config", "check", str(folder.file))
    assert done.returncode == 2 and "did you mean `home-chat`?" in done.stderr
    with folder:
        folder.process.stderr.wait("^warning: .*home-caht", 10)


def test_keys_that_never_leave_are_told_where_they_would_be_needed(start):
    gateway = start(begin=False, client_keys={"sk-app": "app"}, gateway_keys={})
    done = command("config", "check", str(gateway.file))
    assert done.returncode == 0
    assert re.search(r"^warning: .*routes\[0\].destination: `foreign` .*issued_here", done.stderr, re.MULTILINE), done.stderr
    clients = gateway.folder / "clients.toml"
    clients.write_text(clients.read_text().replace("issued_here = true", "issued_here = false"))
    assert command("config", "check", str(gateway.file)).stderr == ""


# --- the documented file ---------------------------------------------------------------------------------------------
DOCUMENTED = Path(__file__).parents[2] / "docs/seawall.toml"


def test_the_documented_file_is_fine():
    done = command("config", "check", str(DOCUMENTED))
    assert done.returncode == 0, done.stderr


def plain(value):
    """A value with its unit undone, and without what is absent."""
    units = {"ms": 1, "s": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if inner not in (None, {}, [])}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    measure = re.fullmatch(r"([0-9]+) ?(\w+)", value) if isinstance(value, str) else None
    return int(measure[1]) * units[measure[2]] if measure and measure[2] in units else value


def test_every_key_is_documented_with_its_default():
    schema = json.loads(command("config", "schema").stdout)
    written = {key: plain(value) for key, value in tomllib.loads(DOCUMENTED.read_text()).items()}
    defaults = {key: plain(inner["default"]) for key, inner in schema["properties"].items()}
    assert {key: value for key, value in written.items() if value} == {key: value for key, value in defaults.items() if value}

    def keys_of(rule):
        rule = rule.get("items", rule)
        rule = next((one for one in rule.get("anyOf", []) if "$ref" in one), rule)
        if "$ref" in rule:
            rule = schema["$defs"][rule["$ref"].rpartition("/")[2]]
        return rule.get("properties", {})

    parts = re.split(r"^(?:# )?\[+([\w.]+)\]+$", DOCUMENTED.read_text(), flags=re.MULTILINE)
    sections = [(name, body) for name, body in zip(parts[1::2], parts[2::2])]

    def check(section, rule):
        """Each key has its line, or is a section of its own."""
        assert keys_of(rule), section
        text = "".join(body for name, body in sections if name == section)
        for key, inner in keys_of(rule).items():
            if any(name == f"{section}.{key}" for name, _ in sections):
                check(f"{section}.{key}", inner)
            else:
                assert re.search(rf"^(# )?{key} = ", text, flags=re.MULTILINE), f"[{section}] in docs/seawall.toml lacks {key}"

    for section, rule in schema["properties"].items():
        check(section, rule)


# --- policy folders -------------------------------------------------------------------------------------------------
def test_a_policy_may_be_a_mounted_configmap(folder):
    """Kubernetes mounts `name -> ..data/name`, `..data -> ..2026_11_21`."""
    policy = folder.folder / "policy"
    versions = policy / "..2026_11_21"
    versions.mkdir()
    for file in policy.glob("*.policy"):
        file.rename(versions / file.name)
        file.symlink_to(f"..data/{file.name}")
    (policy / "..data").symlink_to("..2026_11_21")
    done = command("config", "check", str(folder.file))
    assert done.returncode == 0, done.stderr


def test_a_link_that_leads_in_a_circle_is_an_error_and_ends(folder):
    (folder.folder / "policy" / "round").symlink_to(".")
    done = command("config", "check", str(folder.file), timeout=20)
    assert done.returncode == 2 and "link" in done.stderr


# --- the administrators' listener -----------------------------------------------------------------------------------
def admin(gateway, host: str) -> int:
    request = urllib.request.Request(f"http://{gateway.addresses['admin']}/api/v1/records", headers={"host": host})
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status
    except urllib.error.HTTPError as reply:
        return reply.code


def test_the_console_answers_to_its_own_names_only(gateway):
    """A page elsewhere whose name resolves to this address gets nothing."""
    port = gateway.address("admin")[1]
    assert admin(gateway, f"localhost:{port}") == admin(gateway, f"127.0.0.1:{port}") == 200
    assert admin(gateway, "evil.example") == admin(gateway, f"evil.example:{port}") == 421
