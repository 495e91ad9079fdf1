"""Makes the checks of `reportline doctor`: this machine, the intake's API and Telegram; changes nothing."""

from functools import partial
from typing import Final

import httpx

from bot.commands import checks as bot_checks
from bot.commands.command_line import ready
from bot.settings import BotSettings
from intake_api.audit.head import head_of
from intake_api.audit.log import Head
from intake_api.commands import checks as intake_checks
from intake_api.settings import IntakeSettings, QueueSettings
from reportline.bounded_files import read_text
from reportline.checks import Check, look_at
from reportline.config_file import read_config_file
from reportline.private_files import require_private
from reportline.readiness import NotReady
from reportline.setting_names import unknown_variables
from reportline.settings import read_settings

SECONDS_TO_ANSWER = 10
_NEW_KEY: Final = "Have the intake make a new one: `reportline intake key add analyst NAME`."


def look_at_everything(settings: BotSettings, audit_head: str | None = None) -> list[Check]:
    """Check everything that this host's halves need: the bot's, the intake's or both.

    `audit_head` is what an auditor noted down, NUMBER:CHAIN, which the intake's audit log must hold.
    """
    noted_down = None if audit_head is None else ready(lambda: _noted_down(audit_head))
    intake = ready(lambda: read_settings(IntakeSettings))
    queue = ready(lambda: read_settings(QueueSettings))
    # Whether a server's URL can be used, the checks tell.
    has_server = intake.database_url is not None or intake.database_url_file is not None
    has_intake = intake.folder.is_dir() or has_server
    has_bot = settings.folder.is_dir()
    if has_bot and not has_intake:
        half = "the bot's half; the intake is on another machine"
    elif has_intake and not has_bot:
        half = "the intake's half; bots are on other machines"
    else:
        half = "bot and intake"
    return [
        Check("this host", fine=True, advice=half),
        look_at("settings", _look_at_settings),
        *(intake_checks.check(intake, noted_down) if has_intake or not has_bot else ()),
        *(
            (*bot_checks.check(settings), bot_checks.check_telegram(settings))
            if has_bot or not has_intake
            else ()
        ),
        _check_intake(settings),
        *((bot_checks.check_match(settings),) if has_bot else ()),
        *(
            (look_at("receipts", partial(_look_at_receipts, settings, intake)),)
            if has_bot and has_intake
            else ()
        ),
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
        advice = f"Nothing answers at {settings.intake_url}. Start it: `reportline intake serve`."
        return Check("intake API", fine=False, advice=advice)
    if answer.is_success:
        return Check("intake API", fine=True, advice=f"answers at {settings.intake_url}")
    return Check("intake API", fine=False, advice="It is up, but not ready. See its log.")


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
