"""What the contract says to its readers before it lists the operations."""

from typing import Final

_DESCRIPTION: Final = """\
Channels hand in reports, sealed to the intake's public key. Analysts claim the items that become of them, and
decide. The intake keeps no reporter's identity, and opens no reported address.

**What version 1 promises.** Paths, fields and what they mean stay. Answers may grow: a client passes over
fields, headers and problem types that it does not know. The bodies of requests are closed: a field that this
contract does not name is refused, so a misspelt one is no silent loss. So is a parameter of a query that an
operation does not name, and a name that comes twice in a query (both 422) or in an object of JSON (400).

**Keys.** Each operation names the roles whose access keys open it. The key is asked for before anything else
of a request is read: without one every request is answered 401, with that of another role 403.

**Errors** are problem documents (RFC 9457). `type` is the stable name of what happened, `detail` says what
the caller does about it. None repeats anything of what was sent. What no operation is at all is answered 404
(`not-found`), and a method that a path does not have 405 (`wrong-method`), with the header `Allow`.

**Retrying.** After 408, 500 and 503, and after no answer at all, try again: every PUT may be repeated, and an
assessment is answered as it was. A claim that was released before is `claim-lost`, an assessment that was
corrected before `superseded`. What a lost answer claimed is among one's claims.

**Times** are in UTC. Of a report they tell the hour and nothing finer; analysts' times are exact.
"""
INFO: Final = {"description": _DESCRIPTION, "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"}}
