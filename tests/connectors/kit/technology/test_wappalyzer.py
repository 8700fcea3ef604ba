"""The operator's own fingerprint file: what is read of it, what is left out, and that no pattern hangs a search."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.schema import check_value
from connectors.kit.technology.closure import Relations
from connectors.kit.technology.detect import CONFIDENCE, Detected, Signals
from connectors.kit.technology.patterns import LONGEST, Pattern
from connectors.kit.technology.wappalyzer import Fingerprints, load, slug_of
from tests.connectors.kit.technology.clocks import forever, within

FILE = {
    "categories": {"1": {"name": "Web servers", "priority": 8}, "2": {"name": "Acme & Co"}},
    "technologies": {
        "Acme Server": {
            "cats": [1, 2],
            "headers": {"Server": r"^Acme(?:/([\d.]+))?\;version:\1", "X-Acme": ""},
            "implies": [r"Acme OS\;confidence:50", "Nobody"],
        },
        "Acme OS": {"cats": [2]},
        "Acme Chat": {
            "cats": [9],
            "scriptSrc": [r"chat\.acme\.example/v(\d+)\;version:\1", r"acme-chat\;confidence:40"],
            "cookies": {"acme_chat": ""},
            "html": r"<div class=\"acme\">\;confidence:30",
            "requires": "Acme Server",
        },
        "Acme Mail": {"cats": [2], "dns": {"MX": [r"\.acme\.example"], "txt": "acme-verify=", "SOA": "acme"}},
        "Acme Site": {
            "cats": [2],
            "meta": {"generator": [r"^Acme Site ([\d.]+)\;version:\1?\1:none"]},
            "js": {"acme": ""},
        },
        "Old Site": {"cats": [2], "meta": {"generator": "Site"}},
        "New Site": {"cats": [2], "meta": {"generator": "Site 9"}, "excludes": ["Old Site"]},
    },
}
BOMB = r"(a+)+$"
"""An expression that takes for ever on a long run of `a` without a fit."""
REPEATS = r"(?:(?:a{1000}){1000}){1000}"
"""An expression that no machine has the memory for."""


def loaded(document: object = None) -> Fingerprints:
    """The file, or another document."""
    return load(json.dumps(FILE if document is None else document).encode())


def one(entry: dict[str, object]) -> Fingerprints:
    """A file with one technology."""
    return loaded({"technologies": {"Acme": entry}})


def usable(written: str) -> Pattern:
    """A pattern that can be used."""
    pattern = Pattern.read(written)
    assert isinstance(pattern, Pattern)
    return pattern


def told(detected: Detected) -> dict[str, tuple[str, float]]:
    """Version and confidence by slug."""
    return {found.slug: (found.version, round(found.confidence, 3)) for found in detected.found}


def test_headers_versions_and_what_they_imply() -> None:
    """Names in any case, the version out of its group; what is implied counts for its part of what implies it."""
    detected = loaded().detect(Signals(headers=(("SERVER", "acme/2.4"),)), forever)
    sure = CONFIDENCE["header"]
    assert told(detected) == {"acme-server": ("2.4", sure), "acme-os": ("", round(sure / 2, 3))}
    assert [found.basis for found in detected.found] == ["implied", "header"]
    assert detected.found[1].category == "web-servers"
    for found in detected.found:
        check_value("company.technologies", found.value())


def test_what_is_required_must_be_there() -> None:
    """A technology counts only beside what it requires; its signs add up, to one at most."""
    chat = Signals(scripts=("https://chat.acme.example/v3/a.js",), cookies=("acme_chat",))
    assert told(loaded().detect(chat, forever)) == {}
    both = Signals(scripts=chat.scripts, headers=(("x-acme", "1"),))
    assert told(loaded().detect(both, forever))["acme-chat"] == ("3", CONFIDENCE["script"])
    weak = Signals(scripts=("https://x.example/acme-chat.js",), headers=(("x-acme", "1"),))
    assert told(loaded().detect(weak, forever))["acme-chat"] == ("", round(CONFIDENCE["script"] * 0.4, 3))


def test_signs_that_are_weak_alone_add_up() -> None:
    """Two of forty and thirty make seventy hundredths of the surer record."""
    signals = Signals(
        scripts=("https://x.example/acme-chat.js",), html='<div class="acme">', headers=(("x-acme", "1"),)
    )
    assert told(loaded().detect(signals, forever))["acme-chat"][1] == round(CONFIDENCE["script"] * 0.7, 3)


def test_dns_and_metas() -> None:
    """Record types in any case; a template may choose by whether its group is there."""
    signals = Signals(dns={"mx": ("mx.acme.example",)}, metas=(("generator", "Acme Site 4.1"),))
    assert told(loaded().detect(signals, forever))["acme-mail"] == ("", CONFIDENCE["mx"])
    assert told(loaded().detect(signals, forever))["acme-site"] == ("4.1", CONFIDENCE["meta"])


def test_what_is_excluded_is_left_out() -> None:
    """Of two that fit the one that rules the other out remains."""
    found = told(loaded().detect(Signals(metas=(("generator", "Site 9"),)), forever))
    assert set(found) == {"new-site"}


def test_what_cannot_be_used_is_counted() -> None:
    """Bad and long patterns, wrong types, other record types and keys for browsers are left out, and told."""
    found = loaded(
        {
            "technologies": {
                "Bad": {"html": ["(", "[", "*a", REPEATS, "x" * (LONGEST + 1), 7, None, "good"]},
                "Browser": {"js": {"x": ""}, "dom": "x", "dns": {"SOA": "x"}},
                "Empty": {},
                "Text": "no",
                "???": {"html": "x"},
            }
        }
    )
    assert found.skipped == {
        "pattern_bad": 4,
        "pattern_too_long": 1,
        "not_text": 2,
        "key_js": 1,
        "key_dom": 1,
        "key_dns": 1,
        "entry_bad": 3,
    }
    assert told(found.detect(Signals(html="good"), forever)) == {"bad": ("", CONFIDENCE["html"])}


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'"x"', b"{}", b'{"technologies": []}', b'{"technologies": {"a": 1}}', b"[" * 100_000, b"\xff"],
)
def test_another_file_is_refused(data: bytes) -> None:
    """What holds no technologies is refused, in words that repeat nothing of it."""
    with pytest.raises(ValueError, match="the file"):
        load(data)


def test_a_file_without_end_is_refused() -> None:
    """The size and the number of patterns are bounded."""
    with pytest.raises(ValueError, match="larger"):
        load(b" " * 101, largest=100)
    written = json.dumps({"technologies": {"Acme": {"html": ["a", "b", "c", "d"]}}}).encode()
    assert load(written, largest=len(written), most_patterns=2).skipped == {"too_many": 2}


@pytest.mark.parametrize("shape", ["technologies", "apps", None])
def test_older_shapes_are_read(shape: str | None) -> None:
    """With `technologies`, with the older `apps`, or bare."""
    entries = {"Acme": {"html": "acme"}}
    found = loaded(entries if shape is None else {shape: entries})
    assert told(found.detect(Signals(html="ACME"), forever)) == {"acme": ("", CONFIDENCE["html"])}


@pytest.mark.parametrize("bomb", [BOMB, r"(?:a|aa)+$", r"^(a|a?)+$"])
def test_a_pattern_that_explodes_is_stopped(bomb: str) -> None:
    """Its search ends with its time, the others go on, and the answer says that it is not whole."""
    found = loaded({"technologies": {"Bomb": {"html": bomb}, "Acme": {"html": "acme"}}})
    begun = time.thread_time()
    detected = found.detect(Signals(html="a" * 20_000 + "! acme"), within(1.0))
    assert time.thread_time() - begun < 0.5
    assert told(detected)["acme"] == ("", CONFIDENCE["html"])
    assert not detected.whole


def test_many_that_explode_end_with_the_time() -> None:
    """A file full of them takes no longer than there is time."""
    found = loaded({"technologies": {f"Bomb {number}": {"html": BOMB} for number in range(500)}})
    begun = time.thread_time()
    detected = found.detect(Signals(html="a" * 20_000 + "!"), within(0.3))
    assert time.thread_time() - begun < 0.6
    assert (detected.found, detected.whole) == ((), False)


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [
        (r"chat\.acme\.example/v(\d+)", "chat.acme.example/v"),
        (r"^Server", "server"),
        ("acmes?", "acme"),
        ("acme*", ""),
        ("acm", ""),
        ("acme|other", ""),
        ("(?:acme)", ""),
        ("(acme)", ""),
        (r"\bacme", ""),
        ("acme{2}", ""),
        ("acmex{2}", "acme"),
    ],
)
def test_the_plain_beginning_of_a_pattern(pattern: str, literal: str) -> None:
    """Only what every fit must begin with saves a search; where that is in doubt the search is made."""
    assert usable(pattern).literal == literal


@given(st.text("acme.x*?+|()[]{}\\^$d1 ", max_size=12), st.text("acmex1 .", max_size=24))
def test_the_plain_beginning_never_hides_a_fit(written: str, text: str) -> None:
    """With the literal or without, the same texts fit."""
    pattern = Pattern.read(written)
    if isinstance(pattern, str):
        return
    try:
        fits = pattern.engine.search(text, timeout=1.0) is not None
        assert (pattern.search(text, text.lower(), 1.0) is not None) is fits
    except TimeoutError:
        return


@pytest.mark.parametrize(
    ("pattern", "text", "version"),
    [
        (r"acme ([\d.]+)?\;version:\1", "acme 1.2", "1.2"),
        (r"acme ([\d.]+)?\;version:\1", "acme ", ""),
        (r"acme(x)?\;version:\1?next:1", "acmex", "next"),
        (r"acme(x)?\;version:\1?next:1", "acme", "1"),
        (r"acme\;version:\7", "acme", ""),
        (r"acme\;version:2", "acme", "2"),
        (r"acme(.+)\;version:\1", "acme" + "9" * 100, ""),
        (r"acme\;unknown:2", "acme", ""),
        (r"acme\;confidence:x", "acme", ""),
        ("acme", "other", None),
    ],
)
def test_versions(pattern: str, text: str, version: str | None) -> None:
    """A template of groups and of a choice; what is too long for a version is none."""
    assert usable(pattern).search(text, text.lower(), 1.0) == version


def test_what_implies_itself_ends() -> None:
    """A circle adds nothing, and a chain counts for the product of its parts."""
    relations = Relations.read(
        {
            "a": {"implies": ["b\\;confidence:50"]},
            "b": {"implies": ["c\\;confidence:50", "a"]},
            "c": {"implies": ["a", "b", "c", 7]},
        }
    )
    assert relations.close({"a": 1.0}) == {"a": 1.0, "b": 0.5, "c": 0.25}


NAMES = st.sampled_from("abcdef")


@given(
    st.dictionaries(NAMES, st.dictionaries(st.sampled_from(["implies", "requires", "excludes"]), st.lists(NAMES))),
    st.dictionaries(NAMES, st.floats(0.1, 1.0)),
)
def test_relations_of_any_kind_end(entries: dict[str, dict[str, list[str]]], seen: dict[str, float]) -> None:
    """Whatever implies, requires or excludes whatever, it ends, and nothing is surer than the surest that was seen."""
    sure = Relations.read(entries).close(seen)
    assert set(sure) <= set(entries) | set(seen)
    assert all(how <= max(seen.values()) for how in sure.values())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=6),
        lambda each: (
            st.lists(each, max_size=4)
            | st.dictionaries(st.sampled_from(["cats", "html", "headers", "dns", "implies", "x"]), each, max_size=4)
        ),
        max_leaves=20,
    )
)
def test_any_json_is_read_or_refused(document: object) -> None:
    """A file of any shape is read as far as it goes, or refused with a ValueError."""
    try:
        found = loaded({"technologies": {"Acme": document}})
    except ValueError:
        return
    found.detect(Signals(html="x", headers=(("x", "x"),)), forever)


def test_slugs() -> None:
    """Letters and digits in lower case, single hyphens for the rest."""
    assert [slug_of(name) for name in ("Acme & Co.", "ASP.NET", "Größe", "  ", "a--b")] == [
        "acme-co",
        "asp-net",
        "gr-e",
        "",
        "a-b",
    ]
