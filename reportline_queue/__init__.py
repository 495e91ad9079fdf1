"""The client of analysts, leads and auditors: it speaks HTTP to the intake, and can be installed alone.

It needs typer, rich and httpx, no other package of this project, and nothing that Windows does not have.

- `client`: the commands
- `decisions`: the command that records a decision
- `claim_argument`: finds the claim that a command names
- `leads`: the commands of leads and auditors
- `export`: writes assessments into a file
- `tables`, `numbers`: draw the intake's answers
- `text`: makes text from outside safe to print
- `errors`, `printing`: the error that ends a command, and the output to the terminal
- `intake/`: requests to the intake, its answers, and the settings that say where it is
- `vocabulary/`: the terms of a decision
- `address/`: finds addresses, and makes them safe to show
"""

from typing import Final

HELP: Final = "Work on the queue, as an analyst."
