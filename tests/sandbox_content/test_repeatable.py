"""The same seed gives the same workspace, everywhere."""

import hashlib
import json
import os
import subprocess
import sys

from intercom_pipeline.sandbox import content
from intercom_pipeline.sandbox.content.chance import Kind, mix, roller
from tests.sandbox_content.workspace import NOW, SEED, contacts, conversations, people

DIGEST = """
import hashlib, json
from intercom_pipeline.sandbox import content
people = content.make_people(7, now=1_763_800_000, contacts=50, conversations=20, articles=5)
contact = content.make_contact(7, 3, 1_763_800_000, people)
conversation = content.make_conversation(7, 9, 1_763_800_000, people)
made = [contact, conversation]
print(hashlib.sha256(json.dumps([made, people.companies, people.admins]).encode()).hexdigest())
"""


def test_a_record_is_the_same_whenever_it_is_made() -> None:
    """Making a record again, alone, gives the same record."""
    assert content.make_contact(SEED, 41, NOW, people()) == contacts()[41]
    assert content.make_conversation(SEED, 41, NOW, people()) == conversations()[41]


def test_another_process_makes_the_same_records() -> None:
    """Neither the process nor its hash seed has a part in the content."""
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
    assert len(digests.pop().strip()) == hashlib.sha256().digest_size * 2


def test_another_seed_makes_other_records() -> None:
    """Ids, names and words hang on the seed."""
    others = content.make_people(SEED + 1, now=NOW, contacts=10, conversations=10)
    assert content.contact_id(SEED, 0) != content.contact_id(SEED + 1, 0)
    assert [admin["id"] for admin in others.admins] != [admin["id"] for admin in people().admins]
    assert content.make_conversation(SEED + 1, 3, NOW, others)["source"] != conversations()[3]["source"]


def test_numbers_are_the_same_on_every_python() -> None:
    """The draws are fixed for ever: a sandbox of seed 7 is the same next year."""
    assert mix(7, Kind.COMPANY, 3) == 6_292_882_503_442_296_037
    assert [int(roller(7, Kind.COMPANY, 3)() * 1000), mix(7, Kind.COMPANY, 4) % 1000] == [267, 962]


def test_ids_lead_back_to_their_index() -> None:
    """An id names one record, and its index can be computed back; a strange id has none."""
    for index in (0, 1, 299_999):
        assert content.contact_index(SEED, content.contact_id(SEED, index)) == index
        assert content.conversation_index(SEED, content.conversation_id(SEED, index)) == index
    assert content.contact_index(SEED, "zz" * 12) is None
    assert content.contact_index(SEED, content.contact_id(SEED + 1, 4)) is None
    assert content.conversation_index(SEED, "last") is None


def test_records_survive_json() -> None:
    """Records hold nothing but what JSON knows."""
    for record in (*contacts()[:50], *conversations()[:50]):
        assert json.loads(json.dumps(record)) == record
