"""The command line over every part, and the modules that every part may use.

The command line knows the bot, the intake and the languages:

- `command_line`: `reportline`: mounts every part's commands; `run`, `setup`, `settings` and `doctor`
- `running`: the intake, the bot and a talk on one machine
- `setting_up`: makes what is missing there
- `doctor`: looks at everything, and advises

These know no part, and every part may use them:

- `settings`: how settings are read and listed
- `server_urls`: which URLs of servers are accepted
- `checks`: one thing that the doctor looks at
- `private_files`: files that only their owner can read
- `readiness`: what is raised when something must be put right first
- `logs`: the only way in which this project writes about itself
- `garbage`: when Python's garbage collector works
- `http_server`: a server that is bounded in time, in connections and in what it tells
"""
