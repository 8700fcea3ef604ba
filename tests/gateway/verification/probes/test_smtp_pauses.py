"""Which mail servers belong together, and how long those that refuse us are left alone."""

from datetime import timedelta

import pytest

from gateway.verification.mail_servers import (
    EVERY,
    LONGEST,
    Pause,
    after_refusal,
    group_of,
    is_operator,
    standing,
    without_names,
)
from tests.gateway.verification.fakes import NOW

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("host", "group"),
    [
        ("acme-com.mail.protection.outlook.com", "outlook.com"),
        ("acme-com.a-v1.mx.microsoft", "outlook.com"),
        ("aspmx.l.google.com", "google.com"),
        ("alt1.gmr-smtp-in.l.googlemail.com", "google.com"),
        ("mxa-00112233.gslb.pphosted.com", "pphosted.com"),
        ("mx.acme.co.uk", "acme.co.uk"),
        ("acme.co.uk", "acme.co.uk"),
        ("mx.oak.k12.ca.us", "oak.k12.ca.us"),
        ("mx.acme.chuo.tokyo.jp", "acme.chuo.tokyo.jp"),
        ("acme.example", "acme.example"),
        ("localhost", "localhost"),
    ],
)
def test_servers_are_grouped_by_their_operator(host: str, group: str) -> None:
    """The registrable name of the host: Microsoft, Google and Proofpoint each serve thousands of domains."""
    assert group_of(host) == group


def refuse(known: list[Pause], group: str, hours: float) -> Pause:
    """Add a refusal to what is known; gives the group's pause."""
    for pause in after_refusal(known, group, "no", NOW + hours * HOUR):
        known[:] = [each for each in known if each.group != pause.group] + [pause]
    return next(each for each in known if each.group == group)


def test_each_refusal_in_a_row_doubles_the_pause() -> None:
    """4, 8, 16 hours and so on, a week at most; a week after the end of a pause all is forgiven."""
    known: list[Pause] = []
    at, lengths = 0.0, []
    for _ in range(8):
        pause = refuse(known, "outlook.com", at)
        lengths.append((pause.until - pause.refused_at) / HOUR)
        at = (pause.until - NOW) / HOUR + 1
    assert lengths == [4, 8, 16, 32, 64, 128, 168, 168]
    assert refuse(known, "outlook.com", at + 169).times == 1


def test_a_refusal_while_a_pause_stands_does_not_double_it() -> None:
    """Two talks that were under way at once are one refusal."""
    known: list[Pause] = []
    first = refuse(known, "outlook.com", 0)
    second = refuse(known, "outlook.com", 0.1)
    assert (second.until, second.times) == (first.until, 1)


def test_refusals_spread_over_hours_stop_nobody_else() -> None:
    """Three groups within the hour stop everything; the same three over a day do not."""
    known: list[Pause] = []
    for number, group in enumerate(("a.example", "b.example", "c.example")):
        refuse(known, group, 0.6 * number)
    assert EVERY not in {each.group for each in known}
    refuse(known, "d.example", 1.3)
    assert standing(known, "z.example", NOW + 2 * HOUR) is not None


def test_of_two_pauses_the_longer_stands() -> None:
    """A group that rests for longer than everybody is told its own time."""
    own = Pause(group="a.example", refused_at=NOW, until=NOW + LONGEST, times=9, why="no")
    all_of_them = Pause(group=EVERY, refused_at=NOW, until=NOW + HOUR, times=1, why="many")
    assert standing([own, all_of_them], "a.example", NOW) == own
    assert standing([own, all_of_them], "b.example", NOW) == all_of_them
    assert standing([own, all_of_them], "b.example", NOW + HOUR) is None


@pytest.mark.parametrize(
    ("group", "why", "kept"),
    [
        ("janedoe.example", "554 5.7.1 mail.janedoe.example refuses Jane's guest", "554 5.7.1"),
        ("janedoe.example", "421 janedoe", "421"),
        ("janedoe.example", "no such thing", ""),
        ("outlook.com", "550 5.7.606 banned [1.2.3.4] S3140", "550 5.7.606 banned [1.2.3.4] S3140"),
        ("google.com", "550-5.7.26 for JaneDoe.example: mx.google.com", "550-5.7.26 for …: mx.google.com"),
        ("google.com", "550 müller.de, doe.xn--p1ai", "550 …, …"),
        (EVERY, "3 groups: google.com, group-0123456789ab", "3 groups: google.com, group-0123456789ab"),
    ],
)
def test_a_reply_is_kept_without_names(group: str, why: str, kept: str) -> None:
    """Of a server that may bear a person's name only the codes; of a well-known operator the words."""
    assert without_names(group, why) == kept


@pytest.mark.parametrize("host", ["aspmx.l.google.com", "acme.a-v1.mx.microsoft", "x.mimecast.com", "mx1.pphosted.com"])
def test_well_known_operators_are_told_by_name(host: str) -> None:
    """Those that serve thousands of domains; a company's own server is none."""
    assert is_operator(group_of(host))
    assert not is_operator(group_of(f"{host}.janedoe.example"))
