"""The command line over everything, and the few modules that every other package may use.

- `command_line`: `reportline`: mounts the commands of the bot, the intake and the languages
- `logs`: the only way in which this project writes about itself
- `http_server`: a server that is bounded in time, in connections and in what it tells
- `server_urls`: which servers' URLs are taken
"""
