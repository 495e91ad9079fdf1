"""On one host a file (SQLite) serves one process, and PostgreSQL several."""

import pytest

from intake_api.settings import IntakeSettings
from reportline.readiness import NotReady
from tests.intake_api.running_api import RunningApi, a_report, opened


async def test_a_second_process_on_one_file_is_told(api: RunningApi) -> None:
    """The first one goes on; on PostgreSQL both serve."""
    settings = api.intake.settings
    if api.intake.database.is_postgresql:
        async with opened(settings) as second:
            assert (await second.hand_in(a_report())).status_code == 202
    else:
        with pytest.raises(NotReady, match=r"serves one process; several need PostgreSQL"):
            async with opened(settings):
                pass
    assert (await api.hand_in(a_report())).status_code == 202


async def test_the_next_process_may_serve_the_file(sqlite_settings: IntakeSettings) -> None:
    for _ in range(2):
        async with opened(sqlite_settings) as api:
            assert (await api.hand_in(a_report())).status_code == 202
