"""What every shape that a caller sends has in common: it is closed, and never repeated in an error."""

from pydantic import BaseModel, ConfigDict


class Taken(BaseModel):
    """A body of a request: a field that it does not name is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
