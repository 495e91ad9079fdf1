"""How the client reaches the intake.

- `api`: asks, and says every failure in a sentence
- `answers`: what the intake answers
- `reading`: reads JSON into these shapes
- `settings`: where the intake is, and the analyst's access key
- `server_url`: which addresses of an intake are taken
"""
