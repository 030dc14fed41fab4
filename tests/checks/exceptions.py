"""Where, without its own sentence, a mistake may be told another's: with the reason.

For each exercise, telling parts of the sentences that are taken out.
"""

STAND_INS: dict[str, tuple[str, ...]] = {}
