"""The policy in other forms: canonical text, JSON twin and its schema, and reports for continuous integration."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest

from support.gateway import ROOT, command

MISTAKEN = "rule mistaken\n  when it leaves UK\n  then block\n"


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of the policy that we ship."""
    return Path(shutil.copytree(ROOT / "rules" / "default", tmp_path / "policy"))


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.rglob("*.policy"))}


# --- canonical form -------------------------------------------------------------------------------------------------
def test_what_we_ship_is_canonical_and_what_is_not_is_written_once(folder):
    assert command("rules", "fmt", "--check", str(ROOT / "rules" / "default")).returncode == 0
    good, rules = texts(folder), folder / "rules.policy"
    rules.write_text(good["rules.policy"].replace("\n  when    ", "\n when "))
    rules.chmod(0o640)
    spoiled = rules.read_text()
    asked = command("rules", "fmt", "--check", str(folder))
    assert asked.returncode == 1 and f"{rules}: is not in canonical form" in asked.stdout and rules.read_text() == spoiled
    done = command("rules", "fmt", str(folder))
    assert done.returncode == 0 and f"{rules}: written" in done.stdout, done.stdout + done.stderr
    assert texts(folder) == good and rules.stat().st_mode & 0o777 == 0o640
    assert "0 of" in command("rules", "fmt", str(folder)).stdout


def test_nothing_is_written_beside_a_file_with_mistakes(folder):
    (folder / "a.policy").write_text("rule  a\n  when data includes nothing\n  then allow\n")
    (folder / "b.policy").write_text("rul b\n")
    before = texts(folder)
    done = command("rules", "fmt", str(folder))
    assert done.returncode == 2 and "P002" in done.stderr and "did you mean `rule`?" in done.stderr
    assert texts(folder) == before
    assert command("rules", "fmt").returncode == 2


# --- JSON twin ------------------------------------------------------------------------------------------------------
def test_the_twin_of_what_we_ship_fits_the_schema_and_comes_back(folder, tmp_path):
    schema = json.loads(command("rules", "schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    exported = command("rules", "export", str(folder))
    twin = json.loads(exported.stdout)
    assert not list(validator.iter_errors(twin))
    file, out = tmp_path / "twin.json", tmp_path / "out"
    file.write_text(exported.stdout)
    done = command("rules", "import", str(file), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert json.loads(command("rules", "export", str(out)).stdout) == twin
    assert command("rules", "check", str(out)).returncode == 0 and command("rules", "fmt", "--check", str(out)).returncode == 0
    again = command("rules", "import", str(file), "--out", str(out))
    assert again.returncode == 2 and "is there already" in again.stderr
    printed = command("rules", "import", "-", stdin=exported.stdout).stdout
    one = tmp_path / "one.policy"
    one.write_text(printed)
    assert command("rules", "test", str(one)).returncode == 0


def test_packs_have_a_twin_too():
    twin = json.loads(command("rules", "export", str(ROOT / "rules")).stdout)
    assert any(file["path"].startswith("packs/") for file in twin["files"])
    schema = json.loads(command("rules", "schema").stdout)
    assert not [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(twin)]
    done = command("rules", "import", "-", stdin=json.dumps(twin))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("when", "told"),
    [({"it_leavs": ["EU"]}, "did you mean `it_leaves`?"), ({"it_leaves": "EU"}, "a list"), ({"it_leaves": ["E U"]}, "one word"), ({}, "expected")],
)
def test_schema_and_import_refuse_alike(when, told, tmp_path):
    rule = {"rule": "r", "when": [when], "then": [{"block": True}], "lawe": ["x"]}
    document = {"version": 1, "files": [{"path": "a.policy", "blocks": [rule]}]}
    schema = json.loads(command("rules", "schema").stdout)
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(document))
    done = command("rules", "import", "-", stdin=json.dumps(document))
    assert done.returncode == 2 and told in done.stderr and "$.files[0].blocks[0].when[0]" in done.stderr
    assert "$.files[0].blocks[0].lawe: is not known; did you mean `law`?" in done.stderr


def test_an_import_stays_in_its_folder(tmp_path):
    for path in ["../a.policy", "/a.policy", "a/../../b.policy", "a.txt", ".policy", "a/.hidden.policy"]:
        document = {"version": 1, "files": [{"path": path, "blocks": []}]}
        done = command("rules", "import", "-", "--out", str(tmp_path / "out"), stdin=json.dumps(document))
        assert done.returncode == 2 and "$.files[0].path" in done.stderr, path
    assert not (tmp_path / "out").exists()


# --- reports --------------------------------------------------------------------------------------------------------
def test_reports_tell_the_same_in_each_form(folder):
    (folder / "wrong.policy").write_text(MISTAKEN)
    plain = command("rules", "check", str(folder), "--format", "json")
    [problem] = json.loads(plain.stdout)["policy"]["diagnostics"]
    reports = {form: command("rules", "check", str(folder), "--format", form) for form in ("sarif", "junit", "github")}
    assert {done.returncode for done in reports.values()} | {plain.returncode} == {1}
    log = json.loads(reports["sarif"].stdout)
    [result] = [result for result in log["runs"][0]["results"] if result["level"] == "error"]
    place = result["locations"][0]["physicalLocation"]
    assert log["version"] == "2.1.0" and result["ruleId"] == problem["code"] == "P010"
    assert place["artifactLocation"]["uri"].endswith("/wrong.policy")
    assert place["region"] == {"startLine": 2, "startColumn": 18, "endLine": 2, "endColumn": 20}
    [change] = result["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [{"deletedRegion": place["region"], "insertedContent": {"text": "GB"}}]
    assert {rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]} >= {"P010"}
    tree = ET.fromstring(reports["junit"].stdout)
    failures = tree.findall(".//failure")
    assert tree.get("failures") == str(len(failures)) == "1" and "`GB`" in (failures[0].text or "")
    [line] = [line for line in reports["github"].stdout.splitlines() if line.startswith("::error")]
    assert "wrong.policy,line=2,col=18,title=P010::" in line


def test_failed_tests_are_told_in_each_form(folder):
    tests = folder / "tests.policy"
    tests.write_text(tests.read_text().replace("expect  allow by clean-text-may-go", "expect  block", 1))
    for word in ("check", "test"):
        tree = ET.fromstring(command("rules", word, str(folder), "--format", "junit").stdout)
        suites = {suite.get("name"): suite for suite in tree}
        assert suites["tests"].get("failures") == tree.get("failures") == "1", word
        [case] = [case for case in suites["tests"] if len(case)]
        assert case.get("name") == "Clean text goes to the market as it is" and int(case.get("line") or 0) > 1
        sarif = json.loads(command("rules", word, str(folder), "--format", "sarif").stdout)
        assert [result["ruleId"] for result in sarif["runs"][0]["results"] if result["level"] == "error"] == ["test-failed"]
    assert "::error file=" in command("rules", "test", str(folder), "--format", "github").stdout


def test_doubts_count_where_they_are_to_count(folder):
    (folder / "more.policy").write_text('group lonely\n  countries DE\n')
    assert command("rules", "check", str(folder)).returncode == 0
    done = command("rules", "check", str(folder), "--fail-level", "warning", "--format", "github")
    assert done.returncode == 1 and "::warning file=" in done.stdout and "title=P106" in done.stdout
