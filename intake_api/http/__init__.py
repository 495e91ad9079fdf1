"""The parts that all routes share: access keys, errors, middleware and dependencies.

- `access`: asks for an access key before a route runs
- `refusals`: counts requests without the right key
- `errors`: builds problem documents, which never repeat the input
- `middleware`: limits bodies, forbids caching and guessing at types, and answers unexpected errors
- `strict_requests`: refuses what would pass unseen
- `dependencies`: the parts of the intake that a route may ask for
- `shapes`: the base class of all request bodies
- `contract`: what a route tells the contract (OpenAPI)
"""
