"""Mail records: SPF, DMARC, DKIM, MTA-STS and the Null MX, as their RFCs read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.technology import domain


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("V=SPF1 -all",), "V=SPF1 -all"),
        (("v=spf1",), "v=spf1"),
        (("v=spf10 -all",), None),
        (("v=spf1 -all", "v=spf1 ~all"), None),
        ((), None),
    ],
)
def test_spf_record_is_the_only_one(texts: tuple[str, ...], found: str | None) -> None:
    """One record counts; two are a permanent error for receivers and nothing to read for us."""
    assert domain.spf_record(texts) == found


def test_spf_targets_leave_macros_out() -> None:
    """Includes and redirects are followed, qualified ones too; macros name nobody."""
    record = "v=spf1 +include:A.example. ?include:b.example redirect=c.example include:%{d}.x exists:d.example include:"
    assert list(domain.spf_targets(record)) == ["a.example", "b.example", "c.example"]


@pytest.mark.parametrize(
    ("record", "policy"),
    [
        ("v=spf1 -all", "fail"),
        ("v=spf1 ~ALL", "softfail"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1 all", "pass"),
        ("v=spf1 +all", "pass"),
        ("v=spf1 mx", None),
    ],
)
def test_spf_policy(record: str, policy: str | None) -> None:
    """The `all` term gives the policy."""
    assert domain.spf_policy(record) == policy


@pytest.mark.parametrize(
    ("texts", "policy"),
    [
        (("v=DMARC1; p=reject",), "reject"),
        (("v=DMARC1 ;p = none ; sp=reject",), "none"),
        (("v=DMARC1; p=whatever",), None),
        (("v=DMARC1",), None),
        (("v=DMARC1; p=none", "v=DMARC1; p=reject"), None),
        ((), None),
    ],
)
def test_dmarc_policy(texts: tuple[str, ...], policy: str | None) -> None:
    """The policy of the one DMARC record."""
    assert domain.dmarc_policy(texts) == policy


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("v=DMARC1; p=none; rua=mailto:a@B.example", ("b.example",)),
        (
            "v=DMARC1; rua=mailto:a@b.example!10m, mailto:c@d.example.; ruf=mailto:x@y.example",
            ("b.example", "d.example"),
        ),
        ("v=DMARC1; rua=https://b.example/x", ()),
        ("v=DMARC1; rua=mailto:a", ("mailto:a",)[:0]),
        ("v=DMARC1; p=none", ()),
    ],
)
def test_dmarc_hosts_without_their_mailboxes(text: str, hosts: tuple[str, ...]) -> None:
    """Where aggregate reports go, by host; sizes and mailboxes are left out, other schemes too."""
    assert domain.dmarc_hosts((text,)) == hosts


@pytest.mark.parametrize(
    ("texts", "announced"),
    [
        (("v=STSv1; id=20260101;",), True),
        (("V=stsv1;id=1", "unrelated"), True),
        (("v=STSv1; id=1", "v=STSv1; id=2"), False),
        (("v=STSv10; id=1",), False),
        ((), False),
    ],
)
def test_mta_sts(texts: tuple[str, ...], announced: bool) -> None:  # noqa: FBT001 - a table's column
    """One record announces a policy; several are as none."""
    assert domain.mta_sts(texts) is announced


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("v=DKIM1; k=rsa; p=MIGf", True),
        ("k=rsa; p=MIGf", True),
        ("v=DKIM1; p=", False),
        ("v=DKIM2; p=MIGf", False),
        ("v=spf1 -all", False),
        ("google-site-verification=p", False),
        ("", False),
    ],
)
def test_dkim_key(text: str, holds: bool) -> None:  # noqa: FBT001 - as above
    """A key counts unless it is withdrawn; another text at the selector is none."""
    assert domain.has_dkim_key((text,)) is holds


def test_null_mx() -> None:
    """One MX that points to the root says that no mail is accepted."""
    assert domain.null_mx(("",))
    assert domain.null_mx((".",))
    assert not domain.null_mx(("mx.example",))
    assert not domain.null_mx(())


@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_text_is_read_as_something(texts: list[str]) -> None:
    """Whatever stands in a zone, nothing raises."""
    record = domain.spf_record(texts) or "".join(texts)
    assert all(isinstance(target, str) for target in domain.spf_targets(record))
    domain.spf_policy(record)
    domain.dmarc_policy(texts)
    assert all("@" not in host for host in domain.dmarc_hosts(texts))
    assert domain.mta_sts(texts) in (True, False)
    assert domain.has_dkim_key(texts) in (True, False)
