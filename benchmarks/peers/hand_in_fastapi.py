"""The hand-in as a user of FastAPI and SQLAlchemy would write it: a row a request, and a commit.

DATABASE_URL=sqlite+aiosqlite:///reports.db CHANNEL_TOKEN=... python -m benchmarks.peers.hand_in_fastapi
"""

import hmac
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

CHANNEL_TOKEN = os.environ["CHANNEL_TOKEN"]
engine = create_async_engine(os.environ["DATABASE_URL"])
sessions = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    """The tables."""


class Report(Base):
    """A report as it was handed in."""

    __tablename__ = "reports"

    draft_id: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[str]
    sealed: Mapped[str]
    arrived: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC).replace(tzinfo=None))


class SealedReport(BaseModel):
    """A report that only the analysts can open."""

    key_id: str
    sealed: str = Field(max_length=131072)


class Receipt(BaseModel):
    """What the channel gets."""

    receipt: str


if engine.dialect.name == "sqlite":

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        """Let readers and a writer work at once; what is committed is synced."""
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=30000")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Make the tables."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


async def open_session() -> AsyncIterator[AsyncSession]:
    """Open a session for a request."""
    async with sessions() as session:
        yield session


def require_channel(given: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> None:
    """Let nobody in but the channel."""
    if not hmac.compare_digest(given.credentials, CHANNEL_TOKEN):
        raise HTTPException(HTTPStatus.UNAUTHORIZED)


app = FastAPI(lifespan=lifespan)


@app.put("/v1/reports/{draft_id}", status_code=HTTPStatus.ACCEPTED, dependencies=[Depends(require_channel)])
async def hand_in(
    draft_id: str, sealed: SealedReport, session: Annotated[AsyncSession, Depends(open_session)]
) -> Receipt:
    """Take a report."""
    session.add(Report(draft_id=draft_id, key_id=sealed.key_id, sealed=sealed.sealed))
    await session.commit()
    return Receipt(receipt=draft_id)


if __name__ == "__main__":
    # A socket that names its protocol: asyncio sends answers at once on no other.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        print(listener.getsockname()[1], flush=True)  # noqa: T201 - whoever started it reads the port
        config = uvicorn.Config(app, loop="asyncio", log_level="warning")
        uvicorn.Server(config).run(sockets=[listener])
