"""How settings are read from the environment and listed, and the settings that several parts share."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from reportline.readiness import NotReady
from reportline.server_urls import HostNames, ServerUrl

FROM_ENVIRONMENT = SettingsConfigDict(
    env_prefix="REPORTLINE_", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
)
Settings = TypeVar("Settings", bound=BaseSettings)

DataFolder = Annotated[Path, Field(description="folder of everything that is kept: keys, database, outbox")]
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
    """Read settings from the environment; raises NotReady, which names the wrong ones, without values."""
    try:
        return kind()
    except ValidationError as error:
        faults = (
            f"REPORTLINE_{str(fault['loc'][0]).upper()}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_input=False, include_url=False)
            if fault["type"] != "default_factory_not_called"
        )
        raise NotReady("Change what is wrong in the environment.\n" + "\n".join(faults)) from None
    except SettingsError as error:
        # pydantic names the setting in its sentence only.
        named = [name.upper() for name in kind.model_fields if f'"{name}"' in str(error)]
        faults = (f"REPORTLINE_{name}: this is not JSON" for name in named)
        raise NotReady("Change what is wrong in the environment.\n" + "\n".join(faults)) from None


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting as `reportline settings` shows it; a secret's value is hidden."""

    name: str
    meaning: str
    value: str
    source: str
    default: str


def described_settings(settings: BaseSettings) -> tuple[SettingRow, ...]:
    """Describe every setting, secrets hidden; the source is "environment", "file" or "default"."""
    prefix = settings.model_config.get("env_prefix", "")
    return tuple(
        SettingRow(
            name=f"{prefix}{name}".upper(),
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


def _source(settings: BaseSettings, name: str) -> str:
    if name in settings.model_fields_set:
        return "environment"
    return "file" if getattr(settings, f"{name}_file", None) else "default"
