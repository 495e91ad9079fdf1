"""A picture or file goes unopened; the words that came with it are kept like others, or shown back."""

from collections.abc import Mapping

from msgspec.structs import replace

from conversations.address.finding import Found
from conversations.events import Attached, Media, Said
from conversations.flow import FLOW
from conversations.flow.steps import Takes
from conversations.portals.model import Portal
from conversations.state import BESIDE_LENGTH, Fresh, State
from conversations.talk import RemoveMessage
from conversations.turns.doubts import asked_about, with_words_of_doubt
from conversations.turns.hearing import answered, heard_in
from conversations.turns.linked import linked
from conversations.turns.messages import found_in, readable, said, visible, with_need, with_removal
from conversations.turns.turn import Turn, remarked, shown_back, siblings, without_staying
from conversations.turns.unread import refused_media

_IMAGES = frozenset({Media.PICTURE, Media.VIDEO})


def attached(state: State, event: Attached, portals: Mapping[str, Portal], fresh: Fresh) -> Turn:
    """Refuse what is not text, without opening it; of its caption nothing is lost."""
    caption = readable(event.caption)
    turn = _refused(state, Attached(event.media, caption), portals, fresh)
    if _is_held(turn.state, caption):
        return turn
    remark = (*turn.state.remark, shown_back(visible(caption)))
    return Turn(replace(turn.state, remark=remark), turn.effects)


def _is_held(state: State, caption: str) -> bool:
    """Tell whether all words of a caption are on the card already, or asked about."""
    draft = state.draft
    held = [*draft.addresses, draft.partial, draft.said, *(answer for _, answer in draft.answers)]
    held += [state.asked.full[:BESIDE_LENGTH]] if state.asked else []
    held += [*state.doubt.readings, state.doubt.words] if state.doubt else []
    on_the_card = "\n".join(held).casefold()
    words = (word for word in caption.casefold().split() if any(map(str.isalnum, word)))
    return all(word in on_the_card for word in words)


def _refused(state: State, event: Attached, portals: Mapping[str, Portal], fresh: Fresh) -> Turn:
    portal, caption = portals[state.portal], event.caption
    found = found_in(state, caption)
    takes_link = FLOW[state.step].takes is not Takes.ANSWER and not portal.paused
    if takes_link and found.addresses:
        return _link_kept(state, found, portals, fresh)
    words = "media.images" if event.media in _IMAGES else "media.other"
    if _may_be_kept(state, caption):
        return _words_kept(state, caption, words, portals, fresh)
    heard = heard_in(state, caption, portals)
    if heard:
        return Turn(answered(state, heard, with_link=False), (RemoveMessage(),))
    if takes_link and found.doubtful:
        return Turn(asked_about(state, caption, found, is_gone=True).state, (RemoveMessage(),))
    return refused_media(state, words, caption, found, portal)


def _link_kept(state: State, found: Found, portals: Mapping[str, Portal], fresh: Fresh) -> Turn:
    state, found = with_words_of_doubt(state, found)
    kept = linked(state, found, portals[state.portal], fresh)
    said_so = remarked(replace(kept.state, remark=state.remark), *siblings("media.link_kept", 2))
    if RemoveMessage() not in kept.effects:
        said_so = replace(said_so, remark=(*said_so.remark, *without_staying(kept.state.remark)))
    return with_need(Turn(said_so, with_removal(kept.effects)), found.rest, portals)


def _words_kept(state: State, caption: str, words: str, portals: Mapping[str, Portal], fresh: Fresh) -> Turn:
    """Let the words go where words alone would, though the picture goes."""
    kept = said(state, Said(caption), portals, fresh)
    if kept.state.doubt and not state.doubt:
        doubt = replace(kept.state.doubt, is_gone=True)
        kept = Turn(replace(kept.state, doubt=doubt), kept.effects)
    told = remarked(replace(state, remark=()), *siblings(words, 2)).remark
    remark = (*without_staying(kept.state.remark), *told)
    return Turn(replace(kept.state, remark=remark), with_removal(kept.effects))


def _may_be_kept(state: State, caption: str) -> bool:
    """Tell whether words alone would be kept here: as an answer, or beside the link in hand."""
    in_hand = state.step == "review" and state.draft.is_unsent
    return any(map(str.isalnum, caption)) and (in_hand or FLOW[state.step].takes is Takes.ANSWER)
