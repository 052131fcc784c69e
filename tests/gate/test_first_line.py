"""What a wrong answer says about itself is read, or refused with the reason."""

from __future__ import annotations

import pytest

from checker.catalog import names_check
from checker.gate.first_line import Claim, NoClaim, read_claim


def test_checks_and_words_are_read_and_spaces_do_not_matter() -> None:
    assert read_claim("# fails: a, b_c | says: holds  the loop: `x`\nimport asyncio\n") == Claim(
        ("a", "b_c"), "holds the loop: `x`"
    )
    assert read_claim("#fails:a[3]|says:no | bar") == Claim(("a[3]",), "no | bar")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "does not say which checks"),
        ("import asyncio\n# fails: a | says: b", "does not say which checks"),
        ("# fails: a", "does not say which checks"),
        ("# fails: | says: b", "no check is named"),
        ("# fails: a, | says: b", "a comma too many"),
        ("# fails: a, a | says: b", "named twice"),
        ("# fails: a | says:", "no words"),
        ("# fails: test_a | says: b", "without `test_`"),
    ],
)
def test_a_line_of_another_form_is_refused(text: str, reason: str) -> None:
    with pytest.raises(NoClaim, match=reason):
        read_claim(text)


def test_a_name_means_the_check_or_all_its_cases() -> None:
    assert names_check("order", "order")
    assert names_check("order", "order[3-a]")
    assert names_check("order[3-a]", "order[3-a]")
    assert not names_check("order[3]", "order[4]")
    assert not names_check("ord", "order")
