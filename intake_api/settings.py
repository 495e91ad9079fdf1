"""The settings of the API, of backups and of the analysts' client."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo

from conversations.wire.report import ShortName
from reportline.bounded_files import read_text
from reportline.private_files import require_private
from reportline.readiness import NotReady
from reportline.server_urls import DatabaseUrl, ListenAddress, require_safe_database
from reportline.settings import (
    DataFolder,
    IntakePort,
    IntakeUrl,
    LocalPath,
    OurSettings,
    PrivateHosts,
    default_intake_url,
)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        raise ValueError("there is no such time zone; names are like America/Bogota") from None
    return name


def _within_the_day(minutes: int, settings: ValidationInfo) -> int:
    if minutes > settings.data.get("exposure_minutes_a_day", minutes):
        raise ValueError("this is more than REPORTLINE_EXPOSURE_MINUTES_A_DAY; write as much, or less")
    return minutes


class IntakeSettings(OurSettings):
    """The settings of the API; its keys and its database are in `folder`."""

    data_dir: DataFolder = Path("data")
    private_hosts: PrivateHosts = ()
    intake_host: ListenAddress = Field(
        default="127.0.0.1", description="network address on which the intake API listens"
    )
    intake_port: IntakePort = 8080
    database_url: DatabaseUrl | None = Field(
        default=None,
        description="postgresql://name:password@host/database; without it, a SQLite file is the database",
    )
    database_url_file: LocalPath | None = Field(
        default=None, description="file that holds the database's URL instead, readable by its owner only"
    )
    intake_lease_minutes: int = Field(
        default=60, ge=1, le=480, description="minutes an analyst may keep a claimed item before it goes back"
    )
    reopen_after_days: int = Field(
        default=30,
        ge=0,
        le=3650,
        description="days after which a report brings an assessed item back; 0: it is counted only",
    )
    status_after_days: Mapping[ShortName, Annotated[int, Field(ge=7, le=365)]] = Field(
        default={},
        description="portals whose receipts may say assessed, so many days after the report; JSON",
    )
    exposure_minutes_a_day: int = Field(
        default=300, ge=1, le=1440, description="minutes of exposure after which an analyst's day ends"
    )
    exposure_minutes_at_once: Annotated[int, AfterValidator(_within_the_day)] = Field(
        default=60,
        ge=1,
        le=1440,
        # A day that is shorter than the default leaves no time for a break: that contradicts nobody.
        validate_default=False,
        description="minutes of exposure after which an analyst has a break",
    )
    exposure_break_minutes: int = Field(
        default=10, ge=1, le=240, description="minutes that an analyst's break lasts"
    )
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC",
        description="time zone in which the analysts' day begins at midnight, such as Asia/Kabul",
    )

    @property
    def folder(self) -> Path:
        """The folder of the intake's keys and database, which only their owner may enter."""
        return self.data_dir / "intake"

    @property
    def database_file(self) -> Path:
        """The file of the SQLite database, used if there is no URL of another database."""
        return self.folder / "reportline.db"

    def database_place(self) -> Path | str:
        """Return the file of SQLite or the URL of PostgreSQL; raises NotReady if the settings are wrong."""
        if self.database_url is not None and self.database_url_file is not None:
            raise NotReady("Set one of REPORTLINE_DATABASE_URL and REPORTLINE_DATABASE_URL_FILE, not both.")
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return self.database_file if self.database_url_file is None else self._url_in(self.database_url_file)

    @property
    def reopen_after(self) -> timedelta | None:
        """How long after its assessment a new report reopens an item; None if it never does."""
        return timedelta(days=self.reopen_after_days) if self.reopen_after_days else None

    @property
    def lease(self) -> timedelta:
        """How long a claim lasts."""
        return timedelta(minutes=self.intake_lease_minutes)

    def _url_in(self, file: Path) -> str:
        if not file.is_file():
            raise NotReady(f"There is no file {file}. Write the database's URL into it.")
        require_private(file)
        written = read_text(file).strip()
        try:
            require_safe_database(written, self.private_hosts)
        except ValueError as fault:
            raise NotReady(f"The URL in {file} cannot be used: {fault}.") from None
        return written


class BackupSettings(IntakeSettings):
    """The intake's settings, and the file of the passphrase of its backups."""

    backup_passphrase_file: LocalPath | None = Field(
        default=None,
        description="file that holds the passphrase of backups, readable by its owner only; else it is asked",
    )


class QueueSettings(OurSettings):
    """The settings of the analysts' terminal client."""

    data_dir: DataFolder = Path("data")
    intake_port: IntakePort = 8080
    private_hosts: PrivateHosts = ()
    intake_url: IntakeUrl = Field(default_factory=default_intake_url)
    analyst_token: SecretStr | None = Field(
        default=None, description="an analyst's access key; without it, the file analyst.token is read"
    )
    analyst_token_file: LocalPath | None = Field(
        default=None,
        description="file that holds the analyst's access key instead, readable by its owner only",
    )

    @property
    def token_file(self) -> Path:
        """The file that holds the analyst's access key: `analyst.token`, unless another one is named."""
        return self.analyst_token_file or self.first_token_file

    @property
    def first_token_file(self) -> Path:
        """The file into which set-up writes the first analyst's access key."""
        return self.data_dir / "analyst.token"
