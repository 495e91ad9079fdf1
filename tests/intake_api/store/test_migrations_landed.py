"""A step of the database never changes once it has landed: some database was led through it as it was."""

import hashlib
from pathlib import Path

from intake_api.store import migrations

VERSIONS = Path(migrations.__file__).parent / "versions"
# What has to change goes into the next step; that one gets its line here when it lands.
DIGESTS = {
    "0001_first_tables.py": "0fbdf43190dbd3dc",
    "0002_a_queue_for_many.py": "57237969e51c4253",
    "0003_keys_and_rows.py": "fb3030099cf9b664",
    "0004_orders_without_clocks.py": "896a5b1a6329b050",
    "0005_words_within_reach.py": "96df6252090cbdc9",
    "0006_entries_that_bind.py": "913237ac7136f184",
    "0007_processes.py": "227f7856f89edfaa",
    "0008_words_unshown.py": "8bbd5226dfa06e2d",
    "0009_numbered_claims.py": "de4275bbad2c1cd2",
    "0010_circumstances_after_a_decision.py": "32cdcaf6fa066aec",
}


def test_a_step_that_has_landed_never_changes() -> None:
    steps = sorted(VERSIONS.glob("[0-9]*.py"))
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in steps} == DIGESTS
