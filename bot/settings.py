"""The settings of the bot host; secrets come only from the environment or private files."""

import re
from collections.abc import Container
from pathlib import Path
from typing import Final

from pydantic import Field, SecretStr

from conversations.wire.sealing import IntakePublicKey, is_of
from reportline.bounded_files import read_text
from reportline.private_files import OPEN_TO_READ, OPEN_TO_WRITE, require_private
from reportline.readiness import NotReady
from reportline.server_urls import ListenAddress, ServerUrl, StoreUrl, require_safe_store
from reportline.settings import (
    DataFolder,
    IntakePort,
    IntakeUrl,
    LocalPath,
    OurSettings,
    PrivateHosts,
    default_intake_url,
)

PORTALS: Final = Path(__file__).resolve().with_name("portals")
_TOKEN_SHAPE: Final = re.compile(r"[0-9]+:[A-Za-z0-9_-]{30,}")
_MADE_BY_SETUP: Final = "`reportline setup` makes it on the intake's machine; if that is another,"
_PUBLIC_KEY_SHAPE: Final = re.compile(r"([a-z][a-z0-9_-]{0,31}):([0-9a-f]{64})")


class BotSettings(OurSettings):
    """The settings of the bot host; its keys and its outbox are in `folder`."""

    data_dir: DataFolder = Path("data")
    private_hosts: PrivateHosts = ()
    telegram_token: SecretStr | None = Field(
        default=None, description="token of the Telegram bot, from BotFather; without it none is served"
    )
    telegram_token_file: LocalPath | None = Field(
        default=None, description="file that holds the token instead, readable by its owner only"
    )
    telegram_api_url: ServerUrl = Field(
        default="https://api.telegram.org", description="Telegram's Bot API server, or one of your own"
    )
    intake_port: IntakePort = 8080
    intake_url: IntakeUrl = Field(default_factory=default_intake_url)
    valkey_url: StoreUrl | None = Field(
        default=None,
        description="Valkey server, or one of a cluster, for open talks; without it a restart ends them",
    )
    valkey_url_file: LocalPath | None = Field(
        default=None, description="file that holds Valkey's URL instead, readable by its owner only"
    )
    outbox_maximum: int = Field(
        default=20_000, ge=1, description="sealed reports that may wait on this disk, of 128 KiB at most each"
    )
    bots_file: LocalPath = Field(
        default=Path("bots.toml"), description="file of the bots that a fleet serves"
    )
    fleet_host: ListenAddress = Field(
        default="127.0.0.1", description="address on which a fleet takes webhooks"
    )
    fleet_port: int = Field(default=8090, ge=0, le=65535, description="port on which a fleet takes webhooks")
    fleet_url: ServerUrl | None = Field(
        default=None, description="https address under which Telegram reaches the fleet"
    )
    portal: str = Field(default="international", description="portal whose talk is held, by its file's name")
    portals_dir: LocalPath = Field(default=PORTALS, description="folder of the portals' files")

    @property
    def has_telegram_token(self) -> bool:
        """Whether a token is set, so that a bot is polled."""
        return self.telegram_token is not None or self.telegram_token_file is not None

    @property
    def folder(self) -> Path:
        """The folder of the bot host's keys and outbox, which no other user may enter."""
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
        """The file of the secrets that open the talks in Valkey; absent while talks are kept in memory."""
        return self.folder / "talk_secrets"

    @property
    def fleet_key_file(self) -> Path:
        """The file of the key that makes the webhooks' paths and secrets; absent without a fleet."""
        return self.folder / "fleet.key"

    @property
    def metrics_token_file(self) -> Path:
        """The file of the key to a fleet's numbers; absent without a fleet."""
        return self.folder / "metrics.token"

    @property
    def outbox_folder(self) -> Path:
        """The folder of the sealed reports on their way."""
        return self.folder / "outbox"


def telegram_token(settings: BotSettings) -> str:
    """Give the Telegram bot's token; raises NotReady if there is none, or it cannot be one."""
    if settings.telegram_token and settings.telegram_token_file:
        raise NotReady("Set one of REPORTLINE_TELEGRAM_TOKEN and REPORTLINE_TELEGRAM_TOKEN_FILE, not both.")
    if settings.telegram_token_file:
        return read_token(settings.telegram_token_file)
    if settings.telegram_token:
        return require_token(settings.telegram_token.get_secret_value())
    raise NotReady(
        "There is no Telegram token. Ask BotFather for one, write it into a file that only you can read, and "
        "set REPORTLINE_TELEGRAM_TOKEN_FILE to that file."
    )


def read_token(path: Path) -> str:
    """Give the Telegram token in a file; raises NotReady if it is missing, open to others or no token."""
    return require_token(_read(path, "Write the token into it."))


def require_token(token: str) -> str:
    """Give a Telegram token back; raises NotReady if it cannot be one."""
    if not _TOKEN_SHAPE.fullmatch(token):
        raise NotReady("The Telegram token is no token. Copy it whole, as BotFather gave it.")
    return token


def valkey_url(settings: BotSettings) -> SecretStr | None:
    """Give Valkey's URL, or None if talks are kept in memory; raises NotReady if its file cannot be used."""
    if settings.valkey_url and settings.valkey_url_file:
        raise NotReady("Set one of REPORTLINE_VALKEY_URL and REPORTLINE_VALKEY_URL_FILE, not both.")
    if settings.valkey_url_file is None:
        return settings.valkey_url
    written = _read(settings.valkey_url_file, "Write Valkey's URL into it.")
    try:
        require_safe_store(written, settings.private_hosts)
    except ValueError as fault:
        raise NotReady(f"The URL in {settings.valkey_url_file} cannot be used: {fault}.") from None
    return SecretStr(written)


def intake_public_key(settings: BotSettings) -> IntakePublicKey:
    """Give the key to which reports are sealed; raises NotReady if missing, damaged or open to change."""
    path = settings.public_key_file
    advice = f"{_MADE_BY_SETUP} copy it from there."
    written = _read(path, advice, OPEN_TO_WRITE)
    match = _PUBLIC_KEY_SHAPE.fullmatch(written)
    if match is None or not is_of(match[1], bytes.fromhex(match[2])):
        raise NotReady(f"{path} is damaged. Copy it again from the intake's machine.")
    return IntakePublicKey(match[1], bytes.fromhex(match[2]))


def channel_token(settings: BotSettings) -> str:
    """Give the key with which this host hands in; raises NotReady if missing, empty or open to others."""
    path = settings.channel_token_file
    advice = f"{_MADE_BY_SETUP} have it make one for this channel."
    token = _read(path, advice, OPEN_TO_READ)
    if not token.isascii() or not token.isprintable() or not token:
        raise NotReady(f"{path} holds no key. Have the intake make a new one for this channel.")
    return token


def require_portal(settings: BotSettings, portals: Container[str]) -> None:
    """Raise NotReady unless the portal of the settings is among these."""
    if settings.portal not in portals:
        raise NotReady(
            f"There is no portal {settings.portal} in {settings.portals_dir}. Set REPORTLINE_PORTAL."
        )


def talk_secrets_file(settings: BotSettings) -> Path:
    """Give the file of the secrets that open the talks in Valkey; raises NotReady if open to others."""
    path = settings.talk_secrets_file
    if path.exists():
        require_private(path)
    return path


def _read(path: Path, if_missing: str, forbidden: int = OPEN_TO_READ) -> str:
    try:
        written = read_text(path).strip()
        require_private(path, forbidden)
    except FileNotFoundError:
        raise NotReady(f"The file {path} is missing. {if_missing}") from None
    except OSError as fault:
        raise NotReady(f"The file {path} cannot be read: {fault.strerror}. See whose it is.") from None
    return written
