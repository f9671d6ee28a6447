"""Every decision of this whole run, judged again offline, comes out the same."""

from __future__ import annotations

import copy
import json

import pytest

from support import journal
from support.contract import find
from support.gateway import command

pytestmark = pytest.mark.last


def test_every_decision_comes_out_the_same(ended):
    assert ended.gateways, "no gateway of this run left its records"
    different = [line for gateway, records in ended.gateways for line in journal.judged_differently(gateway, records)]
    assert not different, "\n".join(different)


def test_a_changed_record_does_not(ended):
    """The check itself can fail: the same record with the opposite decision is told apart."""
    gateway, records = next((g, r) for g, r in ended.gateways if any(find(record, "action") == "allow" for record in r))
    record = copy.deepcopy(next(record for record in records if find(record, "action") == "allow"))
    turned = json.loads(json.dumps(record).replace('"action": "allow"', '"action": "block"'))
    assert turned != record
    done = command("judge", "--policies", str(gateway.kept_policies), "--record", "-", stdin=json.dumps(turned))
    assert done.returncode == 1
