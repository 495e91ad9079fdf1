"""`python -m reportline`: the same as the command `reportline`."""

from reportline.command_line import app

app()
