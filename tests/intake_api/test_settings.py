"""The intake's settings: what is wrong or contradicts gets a sentence, without its value."""

import pytest

from intake_api.settings import IntakeSettings
from reportline.readiness import NotReady
from reportline.settings import read_settings


def _read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> IntakeSettings:
    for name in IntakeSettings.model_fields:
        monkeypatch.delenv(f"REPORTLINE_{name.upper()}", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(f"REPORTLINE_{name.upper()}", value)
    return read_settings(IntakeSettings)


@pytest.mark.parametrize(
    "limits",
    [
        {"exposure_minutes_at_once": "301"},
        {"exposure_minutes_at_once": "90", "exposure_minutes_a_day": "60"},
    ],
)
def test_no_break_comes_after_the_day_has_ended(
    monkeypatch: pytest.MonkeyPatch, limits: dict[str, str]
) -> None:
    with pytest.raises(NotReady) as refused:
        _read(monkeypatch, **limits)
    _, told = str(refused.value).splitlines()
    assert told.startswith(
        "REPORTLINE_EXPOSURE_MINUTES_AT_ONCE: this is more than REPORTLINE_EXPOSURE_MINUTES_A_DAY; write"
    )


@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"exposure_minutes_at_once": "300"},
        {"exposure_minutes_a_day": "30"},
        {"exposure_minutes_at_once": "60", "exposure_minutes_a_day": "60"},
    ],
)
def test_a_short_day_needs_no_shorter_break(monkeypatch: pytest.MonkeyPatch, limits: dict[str, str]) -> None:
    assert _read(monkeypatch, **limits).exposure_minutes_a_day


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("TIME_ZONE", "Mars/Olympus", "there is no such time zone; names are like America/Bogota"),
        ("STATUS_AFTER_DAYS", "{ar: 28}", "this is not JSON"),
        ("STATUS_AFTER_DAYS", "[" * 10_000, "is like"),
        ("INTAKE_HOST", "0.0.0.0", "name the same address in REPORTLINE_PRIVATE_HOSTS"),  # noqa: S104
    ],
)
def test_a_wrong_value_gets_a_sentence_without_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    with pytest.raises(NotReady) as refused:
        _read(monkeypatch, **{name: value})
    assert f"REPORTLINE_{name}" in str(refused.value)
    assert sentence in str(refused.value)
    assert value not in str(refused.value)
