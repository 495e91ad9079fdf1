"""The bot host: it holds talks with reporters, keeps nobody's identity and loses no report.

- `channels/`: what a platform sends becomes an event, an answer becomes what it takes
- `talks/`: a talk is loaded, advanced, saved and put into words
- `sessions/`: where open talks live
- `delivery/`: a sealed report leaves this host
- `exchange`: what passes between a channel and a talk
- `settings`: what an operator may decide about the bot host
- `assembly`: the bot host put together from its settings
- `fleet/`: many portals' bots behind one webhook server
- `tools/`: what operators and translators look at
- `commands/`: the bot's side of the command line

`portals/` holds the portals' files (TOML).
"""
