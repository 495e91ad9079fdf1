"""The command line over every part, and the modules that every part may use.

The command line imports the bot, the intake and the languages:

- `command_line`: `reportline`: mounts every part's commands; `run`, `setup`, `settings` and `doctor`
- `running`: runs the intake, the bot and a talk on one machine
- `setting_up`: makes the keys, folders and database that are missing there
- `doctor`: checks everything, and advises

These modules import no part, and every part may import them:

- `settings`: reads and lists settings
- `config_file`: reads `reportline.toml`
- `setting_names`: the names of all settings, and the nearest one to a name that is none
- `server_urls`: accepts or refuses a server's URL
- `checks`: makes one of the doctor's checks
- `bounded_files`: reads files of settings, keys and tokens
- `private_files`: writes files that only their owner can read
- `plain_text`: makes any text fit for a terminal
- `readiness`: the error that stops a start
- `logs`: writes the log; nothing else writes to it
- `log_events`: the events that it may write, with their fields
- `garbage`: when Python's garbage collector works
- `event_loop`: runs long work on uvloop
- `http_server`: serves HTTP with limits on time and connections
"""
