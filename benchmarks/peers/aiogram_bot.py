"""The talk as a bot of aiogram: a group of states, a handler for each, storage in memory."""

import uuid

import httpx
from aiogram import Dispatcher, F
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from benchmarks.peers import cards


class Reporting(StatesGroup):
    """Where a talk is."""

    link = State()
    review = State()
    sent = State()
    reached = State()
    access = State()


def dispatcher(intake: httpx.AsyncClient) -> Dispatcher:
    """Make the bot's dispatcher; reports go to the intake."""
    made = Dispatcher(intake=intake)
    made.message.register(start, CommandStart())
    made.message.register(take_link, Reporting.link, F.text)
    made.message.register(take_link, Reporting.review, F.text)
    made.callback_query.register(send, Reporting.review, F.data == "send")
    made.callback_query.register(change, Reporting.review, F.data == "change")
    made.callback_query.register(ask_how_reached, Reporting.sent, F.data == "details")
    made.callback_query.register(finish, F.data == "finish")
    made.callback_query.register(note_how_reached, Reporting.reached)
    made.callback_query.register(note_access, Reporting.access)
    return made


async def start(message: Message, state: FSMContext) -> None:
    """Begin."""
    await state.clear()
    await state.set_state(Reporting.link)
    await message.answer(cards.FIRST, reply_markup=keyboard(cards.FIRST_ROWS))


async def take_link(message: Message, state: FSMContext) -> None:
    """Show the link back, with the rules."""
    link = cards.link_in(message.text or "")
    if link is None:
        await message.answer(cards.NO_LINK)
        return
    await state.update_data(draft_id=uuid.uuid4().hex, link=link)
    await state.set_state(Reporting.review)
    text = cards.REVIEW.format(link=cards.defanged(link))
    await message.answer(text, reply_markup=keyboard(cards.REVIEW_ROWS))


async def change(query: CallbackQuery, state: FSMContext) -> None:
    """Ask for another link."""
    await state.set_state(Reporting.link)
    await show(query, cards.CHANGE, ())


async def send(query: CallbackQuery, state: FSMContext, intake: httpx.AsyncClient) -> None:
    """Send the report."""
    await hand_in(await state.get_data(), intake)
    await state.set_state(Reporting.sent)
    await show(query, cards.SENT, cards.SENT_ROWS)


async def ask_how_reached(query: CallbackQuery, state: FSMContext) -> None:
    """Ask the first question."""
    await state.set_state(Reporting.reached)
    await show(query, cards.REACHED, cards.REACHED_ROWS)


async def note_how_reached(query: CallbackQuery, state: FSMContext, intake: httpx.AsyncClient) -> None:
    """Send the first answer, and ask the second question."""
    if query.data != "skip":
        await hand_in(await state.update_data(reached=query.data), intake)
    await state.set_state(Reporting.access)
    await show(query, cards.ACCESS, cards.ACCESS_ROWS)


async def note_access(query: CallbackQuery, state: FSMContext, intake: httpx.AsyncClient) -> None:
    """Send the second answer, and end."""
    if query.data != "skip":
        await hand_in(await state.update_data(access=query.data), intake)
    await finish(query, state)


async def finish(query: CallbackQuery, state: FSMContext) -> None:
    """End."""
    await state.clear()
    await show(query, cards.END, cards.END_ROWS)


async def show(query: CallbackQuery, text: str, rows: cards.Rows) -> None:
    """Answer a tap with another card in place of the one that was tapped."""
    await query.answer()
    if isinstance(query.message, Message):
        await query.message.edit_text(text, reply_markup=keyboard(rows))


async def hand_in(report: dict[str, str], intake: httpx.AsyncClient) -> None:
    """Bring a report to the intake."""
    answer = await intake.put(f"/v1/reports/{report['draft_id']}", json=report)
    answer.raise_for_status()


def keyboard(rows: cards.Rows) -> InlineKeyboardMarkup:
    """Lay out buttons."""
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=label, callback_data=choice) for label, choice in row] for row in rows
        ]
    )
