"""The API put together and served.

- `assembly`: the parts of one intake
- `app`: the app, which does not start when a promise cannot be kept
- `listening`: the app at its port
- `openapi`: the contract as clients read it
"""
