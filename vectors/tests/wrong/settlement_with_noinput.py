"""Signs ES with NOINPUT: it could be replayed on another funding output."""

import settlement
import spend
from channel import Channel

right = settlement.Spend


def with_flag(spent, rules, code, hash_type, *rest):
    return right(spent, rules, code, 0x41 if rules == "noinput" else hash_type, *rest)


settlement.Spend = with_flag
assert spend and Channel
