"""The administrators' page, in a real browser: every kind of record is drawn, over all epochs, and none of it is data."""

from __future__ import annotations

import html
import json
import re
import subprocess

from support.answers import say
from support.values import CLEAN, EMAIL, HEALTH, aws_key
from support.wire import curl

CHAT = "/v1/chat/completions"


def ask(gateway, text: str) -> int:
    return curl(gateway.url() + CHAT, json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}).encode()).status


def page(gateway, folder) -> str:
    """What the page shows once its script has run."""
    browser = ["chromium-headless-shell", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}", "--virtual-time-budget=5000"]
    done = subprocess.run([*browser, "--dump-dom", f"http://{gateway.addresses['admin']}/"], capture_output=True, text=True, timeout=60)
    return done.stdout


def rows(dom: str) -> list[list[str]]:
    table = re.search(r'<tbody id="records">(.*?)</tbody>', dom, re.DOTALL)[1]
    return [
        [html.unescape(re.sub(r"<[^>]*>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
    ]


def test_the_page_tells_who_what_where_and_why(start, foreign, home, tmp_path):
    gateway = start()
    foreign.always(say("ok"))
    home.always(say("ok"))
    assert [ask(gateway, text) for text in (CLEAN, f"Write to {EMAIL}", HEALTH, f"The key is {aws_key(4)}")] == [200, 200, 200, 403]
    gateway.outcomes(4)

    dom = page(gateway, tmp_path / "browser")
    drawn = rows(dom)

    assert "policy" in dom and "does not answer" not in dom
    decisions = {row[3]: row for row in drawn if row[3] in ("allow", "redact", "reroute", "block")}
    assert drawn[-1][3] == "start" and set(decisions) == {"allow", "redact", "reroute", "block"}
    assert all(re.fullmatch(r"1\.\d+", row[0]) and re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d+", row[1]) for row in drawn)
    blocked = decisions["block"]
    assert "foreign" in blocked[4] and "confirmed" in blocked[5] and "secrets-never-leave" in blocked[6] and "high" in blocked[7]
    assert {row[3] for row in drawn} >= {"complete", "refused", "start"}
    assert EMAIL not in dom and aws_key(4) not in dom


def test_older_records_go_on_in_the_epoch_before(start, foreign):
    gateway = start()
    foreign.always(say("ok"))
    ask(gateway, CLEAN)
    gateway.upgrade()  # A new process beside the old one has an epoch of its own.
    ask(gateway, CLEAN)

    def records(query: str) -> list[tuple[int, int]]:
        status, text = gateway.admin(f"/api/v1/records?{query}")
        assert status == 200
        return [(record["epoch"], record["index"]) for record in json.loads(text)["records"]]

    gateway.outcomes(2)  # An outcome follows the last byte of its answer: none may come while the pages are turned.
    everything = records("limit=500")
    assert everything == sorted(everything, reverse=True) and everything[-1] == (1, 0)
    walked, place = [], ""
    while part := records(f"limit=3{place}"):
        walked += part
        place = "&epoch={}&before={}".format(*part[-1])
    assert walked == everything
    assert gateway.admin("/api/v1/records?before=3")[0] == 400
