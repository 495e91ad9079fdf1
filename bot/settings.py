"""What an operator may decide about the bot host; secrets come only from the environment or private files."""

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from conversations.wire.sealing import IntakePublicKey
from reportline.server_urls import HostNames, ServerUrl, StoreUrl, require_safe_store

PORTALS: Final = Path(__file__).resolve().with_name("portals")
_TOKEN_SHAPE: Final = re.compile(r"[0-9]+:[A-Za-z0-9_-]{30,}")
_PUBLIC_KEY_SHAPE: Final = re.compile(r"([a-z][a-z0-9_-]{0,31}):([0-9a-f]{64})")
_OPEN_TO_READ: Final = 0o077
_OPEN_TO_WRITE: Final = 0o022


class NotReady(Exception):  # noqa: N818 - it names what is the case, as the other errors of the house do
    """The bot host cannot keep its promises as things are; the message says what to do about it."""


def _default_intake_url(settings: Mapping[str, Any]) -> str:
    return f"http://127.0.0.1:{settings['intake_port']}"


class BotSettings(BaseSettings):
    """The settings of the bot host; its keys and its outbox live in `folder`."""

    model_config = SettingsConfigDict(
        env_prefix="REPORTLINE_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(
        default=Path("data"), description="folder of everything that is kept: keys, database, outbox"
    )
    private_hosts: Annotated[HostNames, NoDecode] = Field(
        default=(),
        description="hosts on a network that nobody else is on, reached without TLS; with commas between",
    )
    telegram_token: SecretStr | None = Field(
        default=None, description="token of the Telegram bot, from BotFather; without it none is served"
    )
    telegram_token_file: Path | None = Field(
        default=None, description="file that holds the token instead, readable by its owner only"
    )
    telegram_api_url: ServerUrl = Field(
        default="https://api.telegram.org", description="Telegram's Bot API server, or one of your own"
    )
    intake_port: int = Field(
        default=8080, ge=0, le=65535, description="port of the intake API on this machine"
    )
    intake_url: ServerUrl = Field(
        default_factory=_default_intake_url, description="where the bot and the analysts reach the intake API"
    )
    valkey_url: StoreUrl | None = Field(
        default=None,
        description="Valkey server, or one of a cluster, for open talks; without it a restart ends them",
    )
    valkey_url_file: Path | None = Field(
        default=None, description="file that holds Valkey's URL instead, readable by its owner only"
    )
    outbox_maximum: int = Field(
        default=20_000, ge=1, description="sealed reports that may wait on this disk, of 128 KiB at most each"
    )
    bots_file: Path = Field(default=Path("bots.toml"), description="file of the bots that a fleet serves")
    fleet_host: str = Field(default="127.0.0.1", description="address on which a fleet takes webhooks")
    fleet_port: int = Field(default=8090, ge=0, le=65535, description="port on which a fleet takes webhooks")
    fleet_url: ServerUrl | None = Field(
        default=None, description="https address under which Telegram reaches the fleet"
    )
    portal: str = Field(default="international", description="portal whose talk is held, by its file's name")
    portals_dir: Path = Field(default=PORTALS, description="folder of the portals' files")

    @property
    def folder(self) -> Path:
        """The folder of the bot host's keys and outbox, which nobody else may enter."""
        return self.data_dir / "bot"

    @property
    def public_key_file(self) -> Path:
        """The file of the key to which reports are sealed."""
        return self.folder / "intake_public.key"

    @property
    def channel_token_file(self) -> Path:
        """The file of the key with which this host hands in reports."""
        return self.folder / "channel.token"

    @property
    def talk_secrets_file(self) -> Path:
        """The file of what opens the talks in Valkey; not there while talks live in memory."""
        return self.folder / "talk_secrets"

    @property
    def fleet_key_file(self) -> Path:
        """The file of what the webhooks' paths and secrets are made from; not there without a fleet."""
        return self.folder / "fleet.key"

    @property
    def metrics_token_file(self) -> Path:
        """The file of the key to a fleet's numbers; not there without a fleet."""
        return self.folder / "metrics.token"

    @property
    def outbox_folder(self) -> Path:
        """The folder of the sealed reports on their way."""
        return self.folder / "outbox"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting as `reportline settings` shows it; a secret's value is hidden."""

    name: str
    meaning: str
    value: str
    source: str
    default: str


def read_settings() -> BotSettings:
    """Read the settings from the environment; raises NotReady, which names the wrong ones, without values."""
    try:
        return BotSettings()
    except ValidationError as error:
        faults = (
            f"REPORTLINE_{str(fault['loc'][0]).upper()}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_input=False, include_url=False)
            if fault["type"] != "default_factory_not_called"
        )
        raise NotReady("Change what is wrong in the environment.\n" + "\n".join(faults)) from None


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


def telegram_token(settings: BotSettings) -> str:
    """Give the Telegram bot's token; raises NotReady if there is none, or it cannot be one."""
    if settings.telegram_token and settings.telegram_token_file:
        raise NotReady("Set one of REPORTLINE_TELEGRAM_TOKEN and REPORTLINE_TELEGRAM_TOKEN_FILE, not both.")
    if settings.telegram_token_file:
        return read_token(settings.telegram_token_file)
    if settings.telegram_token:
        return require_token(settings.telegram_token.get_secret_value())
    raise NotReady("There is no Telegram token. Ask BotFather for one; set REPORTLINE_TELEGRAM_TOKEN.")


def read_token(path: Path) -> str:
    """Give the Telegram token in a file; raises NotReady if it is missing, open to others or no token."""
    return require_token(_read(path, "Write the token into it.", _OPEN_TO_READ))


def require_token(token: str) -> str:
    """Give a Telegram token back; raises NotReady if it cannot be one."""
    if not _TOKEN_SHAPE.fullmatch(token):
        raise NotReady("The Telegram token is no token. Copy it whole, as BotFather gave it.")
    return token


def valkey_url(settings: BotSettings) -> SecretStr | None:
    """Give where Valkey is, or None if talks live in memory; raises NotReady if its file cannot be used."""
    if settings.valkey_url and settings.valkey_url_file:
        raise NotReady("Set one of REPORTLINE_VALKEY_URL and REPORTLINE_VALKEY_URL_FILE, not both.")
    if settings.valkey_url_file is None:
        return settings.valkey_url
    written = _read(settings.valkey_url_file, "Write Valkey's URL into it.", _OPEN_TO_READ)
    try:
        require_safe_store(written, settings.private_hosts)
    except ValueError as fault:
        raise NotReady(f"The URL in {settings.valkey_url_file} cannot be used: {fault}.") from None
    return SecretStr(written)


def intake_public_key(settings: BotSettings) -> IntakePublicKey:
    """Give the key to which reports are sealed; raises NotReady if missing, damaged or open to change."""
    path = settings.public_key_file
    written = _read(
        path, "`reportline setup` makes it; or copy it from the intake's machine.", _OPEN_TO_WRITE
    )
    match = _PUBLIC_KEY_SHAPE.fullmatch(written)
    if match is None:
        raise NotReady(f"{path} is damaged. Copy it again from the intake's machine.")
    return IntakePublicKey(match[1], bytes.fromhex(match[2]))


def channel_token(settings: BotSettings) -> str:
    """Give the key with which this host hands in; raises NotReady if missing, empty or open to others."""
    path = settings.channel_token_file
    token = _read(
        path, "`reportline setup` makes it; or have the intake make one for this channel.", _OPEN_TO_READ
    )
    if not token.isascii() or not token.isprintable() or not token:
        raise NotReady(f"{path} holds no key. Have the intake make a new one for this channel.")
    return token


def talk_secrets_file(settings: BotSettings) -> Path:
    """Give the file of what opens the talks in Valkey, made at need; raises NotReady if open to others."""
    path = settings.talk_secrets_file
    if path.exists():
        _refuse_if(path, _OPEN_TO_READ)
    return path


def _read(path: Path, if_missing: str, forbidden_mode: int) -> str:
    try:
        written = path.read_text(encoding="ascii", errors="replace").strip()
        _refuse_if(path, forbidden_mode)
    except FileNotFoundError:
        raise NotReady(f"The file {path} is missing. {if_missing}") from None
    except OSError:
        raise NotReady(f"The file {path} cannot be read. See whose it is.") from None
    return written


def _refuse_if(path: Path, forbidden_mode: int) -> None:
    if stat.S_IMODE(path.stat().st_mode) & forbidden_mode:
        raise NotReady(f"{path} is open to others on this machine. Close it: `chmod 600 {path}`.")


def _shown(value: object) -> str:
    if value is None:
        return ""
    return "(hidden)" if isinstance(value, SecretStr) else str(value)


def _source(settings: BaseSettings, name: str) -> str:
    if name in settings.model_fields_set:
        return "environment"
    return "file" if getattr(settings, f"{name}_file", None) else "default"
