"""Sends requests to the intake, and reads its answers.

- `api`: sends a request, and says every failure in a sentence
- `answers`: the intake's answers
- `reading`: reads JSON into these shapes
- `settings`: where the intake is, and the analyst's access key
- `server_url`: accepts or refuses an intake's URL
"""
