"""The names of all settings, and the advice on a name that is none of them."""

import os
from collections.abc import Mapping
from typing import Final

PREFIX: Final = "REPORTLINE_"
CONFIG: Final = "REPORTLINE_CONFIG"
# Those that hold a secret; beside each is one whose name ends in _file, for a file that holds it instead.
SECRETS: Final = frozenset({"analyst_token", "database_url", "telegram_token", "valkey_url"})
# A test compares these with the settings that bot and intake describe: neither of them knows the other's.
NAMES: Final = SECRETS | {
    "analyst_token_file",
    "backup_passphrase_file",
    "bots_file",
    "data_dir",
    "database_url_file",
    "exposure_break_minutes",
    "exposure_minutes_a_day",
    "exposure_minutes_at_once",
    "fleet_host",
    "fleet_port",
    "fleet_url",
    "intake_host",
    "intake_lease_minutes",
    "intake_port",
    "intake_url",
    "outbox_maximum",
    "portal",
    "portals_dir",
    "private_hosts",
    "reopen_after_days",
    "status_after_days",
    "telegram_api_url",
    "telegram_token_file",
    "time_zone",
    "valkey_url_file",
}
# Those that the analysts' client reads, which knows nothing of the file.
OF_CLIENT: Final = frozenset(
    {"analyst_token", "analyst_token_file", "data_dir", "intake_port", "intake_url", "private_hosts"}
)
# Of the same prefix: where the file of settings is, and what docker-compose.yml reads.
_OTHERS: Final = frozenset(
    {
        *("config", "polled_bots", "portals", "site"),
        *("image", "caddy_image", "postgres_image", "python_image", "valkey_image"),
    }
)


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Give a sentence on each variable that looks like a setting and is none; no sentence holds a value."""
    ours = sorted(variable for variable in environment if variable.upper().startswith(PREFIX))
    return [
        f"{_shown(variable)} is no setting, and changes nothing. {_advice(name, PREFIX)}"
        for variable in ours
        if (name := variable[len(PREFIX) :].lower()) not in NAMES | _OTHERS
    ]


def unknown_name(name: str) -> str:
    """Give a sentence on a name in a file, which is no setting's."""
    return f"{_shown(name)} is no setting. {_advice(name.lower().removeprefix(PREFIX.lower()))}"


def _advice(name: str, prefix: str = "") -> str:
    import difflib  # noqa: PLC0415 - only a slip of the pen needs it

    for nearest in difflib.get_close_matches(name, NAMES, n=1):
        return f"Did you mean {prefix}{nearest.upper() if prefix else nearest}?"
    return "`reportline settings` lists them all."


def _shown(name: str) -> str:
    """Give a name as a terminal may print it."""
    return "".join(one if one.isprintable() else "\ufffd" for one in name)
