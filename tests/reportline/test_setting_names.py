"""Every setting is listed, and a name that is none is told with the nearest one."""

import re

import pytest

from bot.settings import BotSettings
from intake_api.settings import BackupSettings, QueueSettings
from reportline.setting_names import NAMES, OF_CLIENT, SECRETS, unknown_variables
from tests.system import ROOT

ALL = BotSettings.model_fields | BackupSettings.model_fields | QueueSettings.model_fields


def test_the_settings_are_those_that_bot_and_intake_describe() -> None:
    assert ALL.keys() == NAMES
    assert QueueSettings.model_fields.keys() == OF_CLIENT


def test_the_secrets_are_those_that_are_hidden_and_each_may_stand_in_a_file() -> None:
    assert {name for name, field in ALL.items() if "SecretStr" in str(field.annotation)} == SECRETS
    assert {f"{name}_file" for name in SECRETS} <= NAMES


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("REPORTLINE_DATABASE_URL_FIEL", "Did you mean REPORTLINE_DATABASE_URL_FILE?"),
        ("REPORTLINE_EXPOSURE_MINUTE_A_DAY", "Did you mean REPORTLINE_EXPOSURE_MINUTES_A_DAY?"),
        ("REPORTLINE_INTAKE_PROT", "Did you mean REPORTLINE_INTAKE_PORT?"),
        ("reportline_portall", "Did you mean REPORTLINE_PORTAL?"),
        ("REPORTLINE_XYZ", "`reportline settings` lists them all."),
    ],
)
def test_a_variable_that_is_no_setting_is_told_without_its_value(name: str, advice: str) -> None:
    assert unknown_variables({name: "marker"}) == [f"{name} is no setting, and changes nothing. {advice}"]


def test_known_and_foreign_variables_are_not_told() -> None:
    known = {f"REPORTLINE_{name.upper()}": "" for name in NAMES}
    assert unknown_variables({**known, "REPORTLINE_CONFIG": "", "reportline_portal": "", "PATH": ""}) == []


def test_what_compose_reads_is_known() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert unknown_variables(dict.fromkeys(re.findall(r"\$\{(REPORTLINE_\w+)", text), "")) == []


def test_a_name_cannot_write_to_the_terminal() -> None:
    (told,) = unknown_variables({"REPORTLINE_\x1b[31m": ""})
    assert "\x1b" not in told


def test_no_sentence_tells_an_operator_to_set_a_secret_itself() -> None:
    """It has no place in the file of settings, which refuses it: the file that holds it is named."""
    names = "|".join(sorted(name.upper() for name in SECRETS))
    told = re.compile(rf"[Ss]et `?REPORTLINE_(?:{names})\b")
    code = [path for part in ("bot", "intake_api", "reportline") for path in (ROOT / part).rglob("*.py")]
    found = [
        f"{path.relative_to(ROOT)}: {sentence}"
        for path in (*code, *(ROOT / "docs").glob("*.md"))
        for sentence in told.findall(path.read_text(encoding="utf-8"))
    ]
    assert found == []
