"""The script that web sites load, run in Node: what it solves is accepted, and it sends again when it should."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread
from typing import ClassVar
from urllib.parse import parse_qs

import pytest

from gateway.intake.kit.challenge import NoticeRef, verify_challenge
from tests.gateway.intake.solved import challenge
from tests.gateway.intake.worlds import KEY, NOW

NODE = shutil.which("node")
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(NODE is None, reason="Node.js is not installed, so the form script cannot run"),
]

PAGE = """
const listeners = {};
const email = { value: "ann@gmial.com", addEventListener: (name, act) => { listeners.change = act; } };
const said = [];
const output = { set textContent(text) { said.push(text); }, get textContent() { return said.at(-1); } };
const form = {
  dataset: DATASET,
  getAttribute: () => ACTION,
  querySelector: (what) => (what === "output" ? output : email),
  addEventListener: (name, act) => { listeners[name] = act; },
  reset: () => { form.wasReset = true; },
};
const site = "https://www.example";
globalThis.location = { href: `${site}/contact`, origin: site, assign: (to) => { form.wentTo = to; } };
globalThis.FormData = class { *[Symbol.iterator]() { yield ["name", "Ann Lee"]; yield ["cv", { name: "cv.pdf" }]; } };
leadgate.attach(form);
"""


def run(script: str) -> str:
    """Run the snippet and then a script in Node; give what it prints."""
    snippet = files("gateway.intake.kit").joinpath("snippet.js").read_text(encoding="utf-8")
    source = (
        f"{snippet}\n(async () => {{ {script} }})().catch((error) => {{ console.error(error); process.exit(1); }});"
    )
    done = subprocess.run(
        [str(NODE), "--input-type=commonjs", "-"], input=source, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Gateway(BaseHTTPRequestHandler):
    """A gateway that is busy as often as it is told, and remembers what it was sent."""

    busy: ClassVar[list[int]] = []
    answer: ClassVar[tuple[int, dict[str, str]]] = (202, {})
    posts: ClassVar[list[dict[str, list[str]]]] = []

    def do_GET(self) -> None:
        self._say(200, challenge(NOW).to_json())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path.endswith("/check"):
            self._say(200, {"suggestion": "ann@gmail.com"})
            return
        self.posts.append(parse_qs(body))
        if self.busy:
            self._say(self.busy.pop(0), {})
        else:
            self._say(*self.answer)

    def _say(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """A running gateway's form address."""
    Gateway.busy, Gateway.answer, Gateway.posts = [], (202, {}), []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/f/website"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("cost", [1, 5000])
def test_what_the_browser_solves_is_accepted(cost: int) -> None:
    """The script's own solver finds what the server verifies, with a notice in any script."""
    notice = NoticeRef(id="Einwilligung für Müller 😀", version=3)
    given = challenge(NOW, cost=cost, notice=notice)
    solved = run(f"console.log(await leadgate.solve({json.dumps(given.to_json())}));")
    proof = verify_challenge(solved, key=KEY, form="website", now=NOW + timedelta(seconds=9))
    assert (proof.served_at, proof.notice) == (NOW, notice)


def test_it_sends_again_while_the_gateway_is_busy(url: str) -> None:
    """Two refusals with Retry-After, then the same body is taken."""
    Gateway.busy = [503, 429]
    script = f'const a = await leadgate.send("{url}", new URLSearchParams({{x: "1"}})); console.log(a.status);'
    assert run(script) == "202"
    assert Gateway.posts == [{"x": ["1"]}] * 3


def test_it_does_not_send_again_what_is_refused(url: str) -> None:
    """A 422 stays a 422."""
    Gateway.answer = (422, {})
    script = f'const a = await leadgate.send("{url}", new URLSearchParams({{x: "1"}})); console.log(a.status);'
    assert run(script) == "422"
    assert len(Gateway.posts) == 1


def test_it_gives_up_after_six_tries(url: str) -> None:
    """A gateway that stays busy is told of, not asked for ever."""
    Gateway.busy = [503] * 9
    script = f'const a = await leadgate.send("{url}", new URLSearchParams({{x: "1"}})); console.log(a.status);'
    assert run(script) == "503"
    assert len(Gateway.posts) == 6


def page(url: str, act: str, **dataset: str) -> str:
    """A page with one form; `act` is what the person does."""
    setting = PAGE.replace("DATASET", json.dumps(dataset)).replace("ACTION", json.dumps(url))
    return f"{setting}\n{act}"


SUBMIT = """await listeners.submit({ preventDefault() {} });
console.log(JSON.stringify([output.textContent, form.wentTo, form.wasReset]));"""


def test_a_submit_sends_fields_page_and_proof(url: str) -> None:
    """What arrives has the fields, a file's name only, the page and an accepted proof."""
    assert json.loads(run(page(url, SUBMIT, sent="Danke"))) == ["Danke", None, True]
    (sent,) = Gateway.posts
    assert (sent["name"], sent["cv"], sent["page_url"]) == (["Ann Lee"], ["cv.pdf"], ["https://www.example/contact"])
    assert verify_challenge(sent["altcha"][0], key=KEY, form="website", now=NOW).id == "01" * 16


def test_a_redirect_is_followed(url: str) -> None:
    """The page goes where the answer says."""
    Gateway.answer = (202, {"redirect": "https://www.example/thanks"})
    assert json.loads(run(page(url, SUBMIT)))[1] == "https://www.example/thanks"


def test_a_failure_keeps_what_was_typed(url: str) -> None:
    """Nothing is reset, and the person is told."""
    Gateway.answer = (422, {})
    assert json.loads(run(page(url, SUBMIT, failed="Nochmal")))[::2] == ["Nochmal", None]


def test_the_visitor_is_told_that_it_tries_again(url: str) -> None:
    """While it waits, and at the end whether it was sent; the words may be the form's own."""
    Gateway.busy = [503]
    act = "await listeners.submit({ preventDefault() {} }); console.log(JSON.stringify(said));"
    assert json.loads(run(page(url, act))) == ["This takes longer than usual, we keep trying …", "Thank you."]
    Gateway.busy = [503, 503, 503, 503, 503, 503]
    told = json.loads(run(page(url, act, retrying="Moment", failed="Leider nicht")))
    assert told == ["Moment"] * 5 + ["Leider nicht"]


def test_the_console_says_why_there_is_no_proof() -> None:
    """Where the challenge cannot be read, the developer of the page is told what may be wrong; the post goes out."""
    act = "console.warn = (text) => console.log(text);"
    setting = PAGE.replace("DATASET", "{}").replace("ACTION", json.dumps("http://127.0.0.1:9/f/website"))
    script = f"{act}\n{setting}\nawait new Promise((resume) => setTimeout(resume, 300));"
    assert "does not list https://www.example" in run(script)


def test_a_typo_is_hinted_at_only_if_asked(url: str) -> None:
    """Without `data-hint` nothing is sent while typing."""
    act = "await listeners.change(); console.log(output.textContent);"
    assert run(page(url, act, hint="Did you mean")) == "Did you mean ann@gmail.com"
    assert run(page(url, "console.log(typeof listeners.change);")) == "undefined"
