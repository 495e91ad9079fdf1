"""From the state of a talk to the report that is handed in: the same state gives the same report."""

from datetime import datetime

from conversations.state import State
from conversations.wire.report import Access, Depiction, Live, Reached, Report, ReportedAddress, Seen

ADVICE_VERSION = 1


def report_of(state: State, hour: datetime) -> Report:
    """Give the report of a talk as it stands; `hour` is the hour (UTC) in which it is handed in.

    `ADVICE_VERSION` rises whenever the rules of advice change in meaning. Raises ValueError when the draft
    has no revision to hand in.
    """
    draft = state.draft
    answers = {} if draft.withdrawn else dict(draft.answers)
    return Report(
        draft_id=draft.draft_id,
        revision=draft.revision,
        receipt=draft.receipt,
        portal=state.portal,
        channel=state.channel,
        language=state.language,
        hour=hour,
        advice_version=ADVICE_VERSION,
        withdrawn=draft.withdrawn,
        addresses=() if draft.withdrawn else _addresses(state),
        depiction=Depiction(answers["depiction"]) if "depiction" in answers else None,
        reached=Reached(answers["reached"]) if "reached" in answers else None,
        referer=answers.get("referer"),
        access=Access(answers["access"]) if "access" in answers else None,
        page_password=answers.get("page_password"),
        position=answers.get("position"),
        seen=Seen(answers["seen"]) if "seen" in answers else None,
        live=Live(answers["live"]) if "live" in answers else None,
        note=answers.get("note"),
    )


def _addresses(state: State) -> tuple[ReportedAddress, ...]:
    if state.draft.partial:
        return (ReportedAddress(given=state.draft.partial, complete=False),)
    sites = dict(state.draft.sites)
    return tuple(ReportedAddress(given=given, whole_site=sites.get(given)) for given in state.draft.addresses)
