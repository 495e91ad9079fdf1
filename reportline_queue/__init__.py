"""What analysts, leads and auditors type; it speaks HTTP to the intake, and can be installed alone.

It needs typer, rich and httpx, no other package of this project, and nothing that Windows does not have.

- `client`: the commands, and what each does
- `decisions`: what an analyst decides, typed as options
- `claim_argument`: finds the claim that a command names
- `leads`: what leads and auditors do
- `export`: assessments, written into a file
- `tables`, `numbers`: how answers look on the screen
- `text`: text from outside, made safe to print
- `errors`, `printing`: what ends a command, and where output meets the terminal
- `intake/`: requests to the intake, its answers, and the settings that say where it is
- `vocabulary/`: the words in which analysts decide
- `address/`: addresses in what people write, found and made safe to show
"""

from typing import Final

HELP: Final = "Work on the queue, as an analyst."
