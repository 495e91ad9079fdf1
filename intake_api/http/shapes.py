"""The base class of request bodies: it accepts no unknown field, and errors never repeat the input."""

from pydantic import BaseModel, ConfigDict


class Taken(BaseModel):
    """A body of a request: a field that it does not name is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
