"""The intake API receives sealed reports, and lets analysts claim and assess the items made from them.

In the order of a report's way:

- `hand_in/`: takes reports, and tells the status of a receipt
- `items/`: makes items of reports, after the answer
- `analysts/`: lets analysts claim items, read them and decide
- `export/`, `numbers/`: export assessments, and tell numbers and health
- `http/`: the keys, errors and limits of every request
- `known_keys/`: what the database knows of keys
- `audit/`: the audit log
- `store/`: the database
- `vault`: seals values before they are stored, and makes the keyed hashes that find them
- `keys`, `key_ring`, `settings`: the intake's keys in their folder and in a running process, and its settings
- `clock`, `faults`, `roles`: the time, the reasons of refusals, the roles of access keys
- `upkeep/`: rotates keys, and backs up and restores
- `server/`: builds the API and serves it
- `commands/`: the intake's commands
"""
