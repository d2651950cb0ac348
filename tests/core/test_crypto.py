"""What is sealed comes back as it was."""

from __future__ import annotations

import pytest

from backend.core import crypto


@pytest.mark.parametrize(
    "data", [{"text": "张阿姨", "n": [1, 2.5, None, True]}, [2**64, -(10**30)], 10**20, "", {"a": 2**63 - 1}]
)
def test_what_was_sealed_comes_back_whole_numbers_to_the_last_digit(data: object) -> None:
    assert crypto.unseal(crypto.seal(data, b"a.b"), b"a.b") == data


def test_half_a_surrogate_pair_costs_no_more_than_itself() -> None:
    sealed = crypto.seal({"text": "好\ud83d", "n": 10**20}, b"a.b")
    assert crypto.unseal(sealed, b"a.b") == {"text": "好?", "n": 10**20}
