"""Makes the checks of `reportline doctor`: this machine, the intake's API and Telegram; changes nothing."""

from collections.abc import Iterator
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import httpx

from bot.commands import checks as bot_checks
from bot.commands import polled_checks
from bot.commands.command_line import ready
from bot.settings import BotSettings, intake_public_key
from conversations.wire.sealing import fingerprint, public_half
from intake_api.audit.head import head_of
from intake_api.audit.log import Head
from intake_api.commands import checks as intake_checks
from intake_api.keys import read_keys
from intake_api.settings import IntakeSettings, QueueSettings
from reportline.bounded_files import read_text
from reportline.checks import Check, look_at
from reportline.config_file import read_config_file
from reportline.private_files import require_private
from reportline.readiness import NotReady
from reportline.setting_names import unknown_variables
from reportline.settings import read_settings

SECONDS_TO_ANSWER = 10
_ON_ANOTHER_MACHINE: Final = (
    "See that its name and certificate are right, that this network lets you through to it, and, on that "
    "machine, that the intake and its proxy run."
)
_NEW_KEY: Final = "Have the intake make a new one: `reportline intake key add analyst NAME`."


def look_at_everything(
    settings: BotSettings, audit_head: str | None = None, health_port: int | None = None
) -> list[Check]:
    """Check everything that this host's halves need: the bot's, the intake's or both.

    `audit_head` is what an auditor noted down, NUMBER:CHAIN, which the intake's audit log must hold;
    `health_port` is where the polled bot says how it is.
    """
    noted_down = None if audit_head is None else ready(lambda: _noted_down(audit_head))
    intake = ready(lambda: read_settings(IntakeSettings))
    queue = ready(lambda: read_settings(QueueSettings))
    # Whether a server's URL can be used, the checks tell.
    has_server = intake.database_url is not None or intake.database_url_file is not None
    has_intake = intake.folder.is_dir() or has_server
    has_bot = settings.folder.is_dir()
    if not has_bot and not has_intake:
        return [
            look_at("this host", partial(_say_that_nothing_is_here, settings)),
            look_at("settings", _look_at_settings),
            look_at("analyst token", partial(_look_at_analyst_token, queue)),
        ]
    if has_bot and not has_intake:
        half = "the bot's half; the intake is on another machine"
    elif has_intake and not has_bot:
        half = "the intake's half; bots are on other machines"
    else:
        half = "bot and intake"
    return [
        Check("this host", fine=True, advice=half),
        look_at("settings", _look_at_settings),
        *(intake_checks.check(intake, noted_down) if has_intake else ()),
        *(_look_at_bot(settings, health_port) if has_bot else ()),
        _check_intake(settings),
        *((bot_checks.check_match(settings),) if has_bot else ()),
        *(_look_at_both(settings, intake) if has_bot and has_intake else ()),
        look_at("analyst token", partial(_look_at_analyst_token, queue)),
    ]


def _noted_down(written: str) -> Head:
    head = head_of(written)
    if head is None:
        raise NotReady("An audit log's head is NUMBER:CHAIN, as `reportline queue audit --head` shows it.")
    return head


def _look_at_settings() -> str:
    if unknown := unknown_variables():
        raise NotReady(" ".join(unknown))
    file = read_config_file().path
    return "come from the environment" if file is None else f"come from the environment, then from {file}"


def _say_that_nothing_is_here(settings: BotSettings) -> str:
    raise NotReady(
        f"Neither an intake nor a bot is set up in {settings.data_dir}. `reportline setup` makes both; if "
        "they are elsewhere, set REPORTLINE_DATA_DIR."
    )


def _look_at_bot(settings: BotSettings, health_port: int | None) -> Iterator[Check]:
    yield from bot_checks.check(settings)
    yield polled_checks.check_telegram(settings)
    yield polled_checks.check_running(settings, health_port)


def _look_at_both(settings: BotSettings, intake: IntakeSettings) -> Iterator[Check]:
    yield look_at("receipts", partial(_look_at_receipts, settings, intake))
    if _is_here(settings):
        yield look_at("halves of this host", partial(_compare_keys, settings, intake))


def _compare_keys(settings: BotSettings, intake: IntakeSettings) -> str:
    """Compare the bot's public key with the intake's keys, also while the intake is stopped."""
    public = intake_public_key(settings)
    private = read_keys(intake.folder).seals
    if fingerprint(public.raw) not in {fingerprint(public_half("", key).raw) for key in private.values()}:
        raise NotReady(
            f"{intake.folder} has no key that opens what is sealed to the public key in "
            f"{settings.public_key_file}. Put back the seal key that the intake lacks; or, if this is to be "
            "another intake's bot from now on, move that public key away, and run `reportline setup`."
        )
    return "the intake opens what is sealed to the bot's public key"


def _is_here(settings: BotSettings) -> bool:
    return urlsplit(settings.intake_url).hostname in {"127.0.0.1", "::1", "localhost"}


def _look_at_receipts(settings: BotSettings, intake: IntakeSettings) -> str:
    """Compare the portals whose receipts say more with those that this host's bots know."""
    known = {file.stem for file in settings.portals_dir.glob("*.toml")}
    if unknown := ", ".join(sorted(intake.status_after_days.keys() - known)):
        raise NotReady(
            f"REPORTLINE_STATUS_AFTER_DAYS names portals that are not in {settings.portals_dir}: {unknown}. "
            "Write their files' names."
        )
    return "the portals of REPORTLINE_STATUS_AFTER_DAYS are there"


def _check_intake(settings: BotSettings) -> Check:
    try:
        answer = httpx.get(f"{settings.intake_url}/readyz", timeout=SECONDS_TO_ANSWER, trust_env=False)
    except httpx.HTTPError:
        what = "Start it: `reportline intake serve`." if _is_here(settings) else _ON_ANOTHER_MACHINE
        advice = f"Nothing answers at {settings.intake_url}. {what}"
        return Check("intake API", fine=False, advice=advice)
    if answer.status_code == httpx.codes.NOT_FOUND and not _is_here(settings):
        advice = f"{settings.intake_url} answers, and passes no question about health on, as it should be"
        return Check("intake API", fine=True, advice=advice)
    if answer.is_success:
        return Check("intake API", fine=True, advice=f"answers at {settings.intake_url}")
    return Check("intake API", fine=False, advice="It is up, and takes no reports now. See its log.")


def _look_at_analyst_token(settings: QueueSettings) -> str:
    """Ask with an analyst's key for the claims that it holds: that shows no address, and writes nothing."""
    if settings.analyst_token is not None:
        where, token = "REPORTLINE_ANALYST_TOKEN", settings.analyst_token.get_secret_value()
    elif settings.token_file.is_file():
        require_private(settings.token_file)
        where, token = str(settings.token_file), read_text(settings.token_file).strip()
    else:
        return f"none is on this host; it would be in {settings.token_file}"
    url, headers = f"{settings.intake_url}/v1/queue/claims", {"Authorization": f"Bearer {token}"}
    try:
        status = httpx.get(url, headers=headers, timeout=SECONDS_TO_ANSWER, trust_env=False).status_code
    except UnicodeEncodeError:
        status = httpx.codes.UNAUTHORIZED
    except httpx.HTTPError:
        return "the intake does not answer, and so could not be asked"
    if status == httpx.codes.UNAUTHORIZED:
        raise NotReady(f"The intake refuses the key in {where}. {_NEW_KEY}")
    if status == httpx.codes.FORBIDDEN:
        raise NotReady(f"The key in {where} is no analyst's. {_NEW_KEY}")
    return "the intake takes it" if status == httpx.codes.OK else "the intake could not say"
