"""The client of analysts, leads and auditors: it speaks HTTP to the intake, and can be installed alone.

It needs typer, rich and httpx, no other package of this project, and nothing that Windows does not have.

- `starting`: starts a command, here and for the whole program
- `client`: the commands
- `work`: takes one item after another, shows it and asks for the decision
- `questions`: asks for the fields that go with an outcome
- `own_claims`: the commands that take, list, show, keep and release claims
- `decisions`: the command that records a decision
- `claim_argument`: finds the claims that a command names
- `leads`: the commands of leads and auditors
- `export`: writes assessments into a file
- `guard`: tells how long the guard still opens new items
- `items`, `tables`, `numbers`: draw the intake's answers
- `text`: makes text from outside safe to print
- `errors`, `printing`: the error that ends a command, and the output to the terminal
- `intake/`: requests to the intake, its answers, and the settings that say where it is
- `vocabulary/`: the terms of a decision
- `address/`: finds addresses, and makes them safe to show
"""

from typing import Final

HELP: Final = "Work on the queue, as an analyst."
