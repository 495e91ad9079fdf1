"""How settings are read and listed, and the settings that several parts share."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from reportline.config_file import read_config_file
from reportline.readiness import NotReady
from reportline.server_urls import HostNames, ServerUrl
from reportline.setting_names import PREFIX

# Control characters, and halves of letters, which no terminal shows.
_NO_PATH: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_DAYS: Final = 'write portals and days from 7 to 365, such as {"ar": 28}'
_NUMBER: Final = "write a whole number"
_TEXT: Final = "write a text"
_OTHERWISE: Final = "this value does not fit; `reportline settings` says what the setting means"
# By pydantic's name of the fault.
_WORDS: Final = {
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float", "int_parsing_size"), _NUMBER),
    **dict.fromkeys(("string_type", "path_type"), _TEXT),
    "greater_than_equal": "write {ge} or more",
    "less_than_equal": "write {le} or less",
}


class OurSettings(BaseSettings):
    """Settings that come from the environment, and below it from `reportline.toml`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic names it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Give the sources, the strongest first; raises NotReady if the file cannot be used."""
        # pydantic's own source of TOML would neither refuse a secret nor know what a path is relative to.
        written = InitSettingsSource(settings_cls, dict(read_config_file().values))
        return init_settings, env_settings, written


Settings = TypeVar("Settings", bound=OurSettings)


def _absolute(path: Path) -> Path:
    if _NO_PATH.search(str(path)):
        raise ValueError("a path is letters, digits and signs on one line")
    if "~" in path.parts:
        raise ValueError("write the path whole: only a shell knows what ~ is")
    try:
        return path.absolute()
    except OSError:
        raise ValueError(
            "the folder in which this runs is gone; write a whole path, or go elsewhere"
        ) from None


# Absolute from the start, so that a message names the file wherever it is read.
LocalPath = Annotated[Path, AfterValidator(_absolute)]
DataFolder = Annotated[
    LocalPath, Field(description="folder of everything that is kept: keys, database, outbox")
]
PrivateHosts = Annotated[
    HostNames,
    NoDecode,
    Field(description="hosts on a network that nobody else is on, reached without TLS; with commas between"),
]
IntakePort = Annotated[int, Field(ge=0, le=65535, description="port of the intake API on this machine")]
IntakeUrl = Annotated[ServerUrl, Field(description="where the bot and the analysts reach the intake API")]


def default_intake_url(settings: Mapping[str, Any]) -> str:
    """Give the URL of an intake on this machine."""
    return f"http://127.0.0.1:{settings['intake_port']}"


def read_settings(kind: type[Settings]) -> Settings:
    """Read settings; raises NotReady, which names the wrong ones, without values."""
    try:
        return kind()
    except ValidationError as error:
        faults = [
            f"{_place_of(str(fault['loc'][0]))}: {_in_words(fault)}"
            for fault in error.errors(include_input=False, include_url=False)
            if fault["type"] != "default_factory_not_called"
        ]
        raise NotReady("\n".join([_where_to_change(), *dict.fromkeys(faults)])) from None
    except SettingsError as error:
        # pydantic names the setting in its sentence only.
        named = [name for name in kind.model_fields if f'"{name}"' in str(error)]
        told = (f"{_place_of(name)}: this is not JSON; {_DAYS}" for name in named)
        raise NotReady("\n".join([_where_to_change(), *told])) from None
    except RecursionError:
        raise NotReady(
            'JSON in a setting is nested too deeply: REPORTLINE_STATUS_AFTER_DAYS is like {"ar": 28}.'
        ) from None


def _place_of(name: str) -> str:
    """Name a setting as it is written where its value comes from."""
    variable, file = f"{PREFIX}{name}".upper(), read_config_file()
    return variable if _is_in_environment(variable) or name not in file.values else f"{name} in {file.path}"


def _in_words(fault: ErrorDetails) -> str:
    """Say what to write; pydantic's own words are a programmer's."""
    if fault["loc"][0] == "status_after_days":
        return _DAYS
    told = _WORDS.get(fault["type"])
    if told is not None:
        return told.format(**fault.get("ctx", {}))
    return fault["msg"].removeprefix("Value error, ") if fault["type"] == "value_error" else _OTHERWISE


def _is_in_environment(variable: str) -> bool:
    return variable in {name.upper() for name, value in os.environ.items() if value}


def _where_to_change() -> str:
    file = read_config_file().path
    return f"Change what is wrong in the environment{'' if file is None else f', or in {file}'}."


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting as `reportline settings` shows it; a secret's value is hidden."""

    name: str
    meaning: str
    value: str
    source: str
    default: str


def described_settings(settings: OurSettings) -> tuple[SettingRow, ...]:
    """Describe every setting, secrets hidden.

    The source is "environment", the path of `reportline.toml`, "file" for a secret in one, or "default".
    """
    return tuple(
        SettingRow(
            name=f"{PREFIX}{name}".upper(),
            meaning=information.description or "",
            value=_shown(getattr(settings, name)),
            source=_source(settings, name),
            default=_shown(
                information.get_default(call_default_factory=True, validated_data=settings.__dict__)
            ),
        )
        for name, information in type(settings).model_fields.items()
    )


def _shown(value: object) -> str:
    if value is None:
        return ""
    return "(hidden)" if isinstance(value, SecretStr) else str(value)


def _source(settings: OurSettings, name: str) -> str:
    if _is_in_environment(f"{PREFIX}{name}".upper()):
        return "environment"
    file = read_config_file()
    if name in file.values:
        return str(file.path)
    return "file" if getattr(settings, f"{name}_file", None) else "default"
