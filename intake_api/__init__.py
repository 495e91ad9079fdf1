"""The intake API receives sealed reports, and lets analysts claim and assess the items made from them.

In the order in which a report meets them:

- `hand_in/`: a report comes in, and a receipt is asked about
- `items/`: reports become items, after the answer
- `analysts/`: analysts claim items, read them and decide
- `export/`, `numbers/`: assessments leave, and numbers and health are told
- `http/`: what every request meets: its key, its errors, its limits
- `store/`: the database
- `vault`: what is sealed before it is stored, and found again by keyed hashes
- `keys`, `settings`: the intake's keys, and what an operator may decide
- `clock`, `faults`, `roles`: the time, why something is refused, whose access key it is
- `upkeep/`: keys and copies are renewed
- `server/`: the API put together and served
- `commands/`: the intake's side of the command line
"""
