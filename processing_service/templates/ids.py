"""Ids that can be computed again: a task's id is a function of its scenario's id and of its name."""

from hashlib import blake2b

import shortuuid

ALPHABET = shortuuid.ShortUUID().get_alphabet()
PART_LENGTH = 10  # 57^10 = 2^58.3: two of 100,000 names in one scenario meet with probability 2e-8, and then it is reported

_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]


def task_id(scenario_id: str, name: str) -> str:
    """`<scenario_id>.<part>`, the part derived by hashing both: the same name always gives the same id."""
    digest = blake2b(name.encode(), key=scenario_id.encode(), digest_size=16).digest()
    number = int.from_bytes(digest)
    part = ""
    for _ in range(PART_LENGTH // 2):
        number, pair = divmod(number, len(_PAIRS))
        part += _PAIRS[pair]
    return f"{scenario_id}.{part}"
