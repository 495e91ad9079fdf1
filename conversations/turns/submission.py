"""The report that is handed in for a state of a talk; the same state gives the same report."""

from datetime import datetime

from conversations.state import State
from conversations.wire.report import Report, ReportedAddress

ADVICE_VERSION = 1


def report_of(state: State, hour: datetime) -> Report:
    """Give the report of a talk as it stands; `hour` is the hour (UTC) in which it is handed in.

    Every answer goes into the report's field of the same name. `ADVICE_VERSION` rises whenever the rules of
    advice change in meaning. Raises ValueError when the draft has no revision to hand in, or keeps an answer
    for which the report has no field.
    """
    draft = state.draft
    about: dict[str, object] = {
        "draft_id": draft.draft_id,
        "revision": draft.revision,
        "receipt": draft.receipt,
        "portal": state.portal,
        "channel": state.channel,
        "language": state.language,
        "hour": hour,
        "advice_version": ADVICE_VERSION,
        "withdrawn": draft.withdrawn,
    }
    if draft.withdrawn:
        return Report.model_validate({**about, "addresses": ()})
    answers = {**dict(draft.answers), "circumstances": draft.circumstances}
    return Report.model_validate({**answers, **about, "addresses": _addresses(state)})


def _addresses(state: State) -> tuple[ReportedAddress, ...]:
    if state.draft.partial:
        return (ReportedAddress(given=state.draft.partial, complete=False),)
    sites = dict(state.draft.sites)
    # Two links that differed in a name alone are one without it.
    each = dict.fromkeys(state.draft.addresses)
    return tuple(ReportedAddress(given=given, whole_site=sites.get(given)) for given in each)
