"""Bad requests are refused with a problem document; no answer repeats them or tells too much."""

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake_api.http.errors import MEDIA_TYPE
from intake_api.http.middleware import MAXIMUM_BODY
from tests.intake_api.running_api import a_report
from tests.intake_api.served_api import ServedApi, request, serving

MARK = "marker-3141"
HAND_IN = f"/v1/reports/{'0' * 32}"
ROUTES = [
    ("channel", "PUT", HAND_IN),
    ("channel", "POST", "/v1/receipts/status"),
    ("analyst", "POST", "/v1/queue/claims"),
]
BOUNDED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Bodies that are none, or none of ours.
MALFORMED = {
    "broken JSON": b'{"key_id": "marker-3141',
    "invalid UTF-8": b'{"key_id": "marker-3141\xff"}',
    "UTF-16": '{"key_id": "marker-3141"}'.encode("utf-16"),
    "deep nesting": b'["marker-3141"' + b"[" * 100_000,
    "deep nesting of objects": b'{"marker-3141":' * 10_000,
    "a huge number": b'{"count": ' + b"9" * 10_000 + b', "marker-3141": 1}',
    "a number out of range": b'{"count": 1e999, "marker-3141": 1}',
    "no number": b'{"count": NaN, "key_id": -Infinity, "sealed": "marker-3141"}',
    "NUL characters": b'{"key_id": "\\u0000", "sealed": "\\u0000marker-3141", "receipt": ["\\u0000"]}',
    "raw NUL": b'{"key_id": "marker-3141\x00"}',
    "half a surrogate": b'{"key_id": "\\ud800marker-3141", "sealed": "\\udfff", "receipt": "\\ud800"}',
    "a key twice": b'{"count": 1, "count": "marker-3141"}',
    "a list": b'["marker-3141"]',
    "empty": b"",
}


@pytest.fixture(scope="module")
def served(fresh_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    """Serve an intake, on SQLite: none of this gets as far as the database, but for the keys."""
    folder = tmp_path_factory.mktemp("served") / "data"
    shutil.copytree(fresh_folder, folder)
    with serving(folder) as process:
        yield process


def _raw(served: ServedApi, sent: bytes, method: str = "GET") -> tuple[int, str, bytes]:
    """Send bytes; gives the status of the first answer, its media type, and all of it but the status line."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as client:
        client.sendall(sent)
        with closing(HTTPResponse(client, method=method)) as answer:
            answer.begin()
            told = answer.reason.encode() + bytes(answer.headers) + answer.read()
            return answer.status, answer.headers.get_content_type(), told


def _assert_refused(answer: tuple[int, str, bytes]) -> None:
    status, media_type, told = answer
    assert 400 <= status < 500
    assert media_type == MEDIA_TYPE
    assert b"marker" not in told


def _assert_harmless(answer: httpx.Response) -> None:
    assert answer.status_code < 500
    if answer.is_error:
        assert answer.headers["content-type"] == MEDIA_TYPE
    assert "marker" not in f"{answer.headers}{answer.text}"


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_body_is_a_problem_at_every_route(served: ServedApi, body: bytes) -> None:
    for role, method, path in ROUTES:
        with served.client(role) as client:
            answer = client.request(method, path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in {400, 422}
        _assert_harmless(answer)


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/xml", "multipart/form-data", "marker", "a/b;c=\xe9", ""]
)
def test_a_body_of_another_type_is_a_problem(served: ServedApi, media_type: str) -> None:
    body = json.dumps(served.sealed(a_report())).encode()
    for role, method, path in ROUTES:
        with served.client(role) as client:
            answer = client.request(
                method, path, content=body, headers={b"Content-Type": media_type.encode()}
            )
        assert answer.status_code in {400, 422}
        _assert_harmless(answer)


_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
_MARKED = st.builds(lambda before, after: f"{before}{MARK}{after}", _TEXT, _TEXT)
_NAMES = st.sampled_from(["key_id", "sealed", "receipt", "count"]) | _MARKED
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _MARKED,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)
_WRITTEN = _JSON.map(lambda value: json.dumps(value).encode())
_BODIES = (
    _WRITTEN
    | st.binary(max_size=200).map(lambda some: some + MARK.encode())
    | st.builds(lambda whole, cut: whole[:cut], _WRITTEN, st.integers(0, 60))
)
_TYPES = st.sampled_from(["application/json", "application/marker+json", "text/plain"])


@BOUNDED
@given(route=st.sampled_from(ROUTES), body=_BODIES, media_type=_TYPES)
def test_no_body_makes_a_fault_or_comes_back(
    served: ServedApi, route: tuple[str, str, str], body: bytes, media_type: str
) -> None:
    role, method, path = route
    with served.client(role) as client:
        _assert_harmless(client.request(method, path, content=body, headers={"Content-Type": media_type}))


_LINE = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=40).map(
    lambda some: (some + MARK).encode("latin-1")
)
_FIELDS = st.lists(
    _LINE
    | st.builds(
        lambda value: b"Content-Length: " + value, st.sampled_from([b"-1", b"1,2", b"9" * 30, b"x", b""])
    )
    | st.builds(lambda value: b"Authorization: Bearer " + value, _LINE)
    | st.builds(lambda value: b"Transfer-Encoding: " + value, st.sampled_from([b"chunked", b"gzip", b"x"]))
    | st.builds(lambda value: b"X-Marker: " + value, _LINE),
    max_size=3,
)
_STARTS = _LINE | st.builds(
    lambda method, path: method + b" /" + path + b" HTTP/1.1",
    st.sampled_from([b"GET", b"PUT", b"OPTIONS", b"TRACE", b"marker", b"CONNECT"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30).map(str.encode),
)


@BOUNDED
@given(start=_STARTS, fields=_FIELDS)
def test_no_head_makes_a_fault_or_comes_back(served: ServedApi, start: bytes, fields: list[bytes]) -> None:
    head = b"\r\n".join([start, b"Host: marker.example", *fields])
    _assert_refused(_raw(served, head + b"\r\n\r\n"))


PATHS = [
    *(
        "/",
        "/marker",
        "/v1",
        "/v1/",
        "//v1/counts",
        "/v1//counts",
        "/v1/counts/",
        "/v1/./counts",
        "/v1/counts%2f",
    ),
    *(
        "/v1/%2e%2e/marker",
        "/%00marker",
        "/%ff%fe",
        "/v1/openapi.json/",
        "/healthz/marker",
        "//marker.example/",
    ),
    *("*", "http://marker.example/v1/counts", "/" + "marker" * 10_000),
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_of_nobodys_is_not_found_and_not_repeated(served: ServedApi, path: str) -> None:
    answer = _raw(served, f"GET {path} HTTP/1.1\r\nHost: marker.example\r\n\r\n".encode())
    _assert_refused(answer)
    assert answer[0] == 404


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PATCH", "CONNECT", "marker"])
@pytest.mark.parametrize("path", ["/v1/counts", HAND_IN])
def test_a_method_that_is_not_offered_tells_those_that_are(served: ServedApi, method: str, path: str) -> None:
    answer = _raw(served, request(method, path, "X-Marker: marker"), method)
    _assert_refused(answer)
    assert answer[0] == 405
    assert b"Allow: " in answer[2] or b"allow: " in answer[2]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_load_balancer_may_ask_with_head(served: ServedApi, path: str) -> None:
    """It has the heading of what GET is answered with; other methods are told both."""
    with served.client() as nobody:
        asked, got = nobody.head(path), nobody.get(path)
        assert (asked.status_code, asked.content) == (got.status_code, b"") == (200, b"")
        assert asked.headers == got.headers
        assert nobody.post(path).headers["allow"] == "GET, HEAD"


def test_a_request_with_two_lengths_is_the_last_of_its_connection(served: ServedApi) -> None:
    """What follows it might be a part of it, to a proxy that believes the other length (RFC 9112, 6.1)."""
    fields = ("Content-Type: application/json", f"Authorization: Bearer {served.token('channel')}")
    both = request(
        "POST",
        "/v1/receipts/status",
        *fields,
        "Content-Length: 3",
        "Transfer-Encoding: chunked",
        body=b'10\r\n{"receipt": "x"}\r\n0\r\n\r\n',
    )
    one = request("POST", "/v1/receipts/status", *fields, "Content-Length: 16", body=b'{"receipt": "x"}')
    for first, answers in ((one, 2), (both, 1)):
        with socket.create_connection(("127.0.0.1", served.port), timeout=5) as client:
            client.sendall(first + request("GET", "/healthz", "Connection: close"))
            answer = b"".join(iter(lambda: client.recv(4096), b""))
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.count(b"HTTP/1.1 ") == answers


@pytest.mark.parametrize("length", ["-1", "1, 2", "+5", "0x10", "5\r\nContent-Length: 6", "9" * 30])
def test_a_wrong_length_is_malformed(served: ServedApi, length: str) -> None:
    answer = _raw(served, request("PUT", HAND_IN, f"Content-Length: {length}", body=b"marker"), "PUT")
    _assert_refused(answer)
    assert answer[0] == 400


def test_what_follows_a_body_longer_than_announced_is_malformed(served: ServedApi) -> None:
    fields = (f"Authorization: Bearer {served.token('channel')}", "Content-Length: 9")
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as client:
        client.sendall(request("PUT", HAND_IN, *fields, body=b'{"marker"\x00\r\n\r\n'))
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 422 ")
    assert b"HTTP/1.1 400 " in answer
    assert b"marker" not in answer


def test_a_body_beyond_the_limit_is_refused_while_it_comes(served: ServedApi) -> None:
    """The sender of a body without end has the answer after a little more than the limit."""
    fields = (f"Authorization: Bearer {served.token('channel')}", "Transfer-Encoding: chunked")
    chunk = b"10000\r\n" + b"m" * 65536 + b"\r\n"
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as client:
        client.sendall(request("PUT", HAND_IN, *fields) + chunk * (MAXIMUM_BODY // 65536 + 1))
        assert client.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_no_answer_tells_the_time_or_the_server(served: ServedApi) -> None:
    with served.client("analyst") as analyst, served.client() as nobody:
        answers = [
            served.hand_in(a_report()),
            analyst.get("/v1/counts"),
            nobody.get("/v1/counts"),
            nobody.get("/marker"),
            nobody.get("/healthz"),
        ]
    for answer in answers:
        marks = {"cache-control", "x-content-type-options", "www-authenticate"}
        assert set(answer.headers) <= {"content-length", "content-type", *marks}


@pytest.mark.parametrize("key", [None, "wrong", f"reportline-{'0' * 12}-{'0' * 64}"])
@pytest.mark.parametrize(("method", "path"), [route[1:] for route in ROUTES])
def test_without_a_key_every_request_has_one_and_the_same_answer(
    served: ServedApi, method: str, path: str, key: str | None
) -> None:
    """Whatever is wrong with it besides, and however it is framed."""
    fields = ["Content-Type: application/json"] + [f"Authorization: Bearer {key}"] * (key is not None)
    framings = [(f"Content-Length: {len(body)}", body) for body in MALFORMED.values()]
    framings += [
        (f"Content-Length: {MAXIMUM_BODY + 1}", b""),
        (f"Content-Length: {'9' * 20}", b"{"),
        ("Transfer-Encoding: chunked", b"1\r\n"),
        ("Content-Length: 5\r\nExpect: 100-continue", b""),
    ]
    asked = [request(method, path, *fields, framing, body=body) for framing, body in framings]
    asked += [request(method, path.replace("0" * 32, "marker"), *fields)]
    answers = {_raw(served, one, method) for one in asked}
    assert [status for status, _, _ in answers] == [401]


@pytest.mark.parametrize("body", [b"{}", b'{"marker": 1}', b'["marker"]'])
def test_a_body_is_not_read_with_a_key_of_another_role(served: ServedApi, body: bytes) -> None:
    for role, method, path in ROUTES:
        with served.client("analyst" if role == "channel" else "channel") as client:
            answer = client.request(method, path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 403
