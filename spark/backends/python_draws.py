"""The draws of the slow twin: numbers as functions of a key, a purpose, a world, and a tie or a person."""

from __future__ import annotations

from decimal import Decimal, localcontext

_MASK = (1 << 64) - 1
KINDS = {
    "tolerance": 0x746F6C6572616E63,
    "again": 0x616761696E303031,
    "trial end": 0x74726965646F7574,
    "partners": 0x706172746E657273,
    "broadcast": 0x62726F6164636173,
    "lapse": 0x6C61707365643031,
    "simple": 0x73696D706C653031,
    "noise": 0x6E6F697365303031,
    "delay": 0x64656C6179303031,
    "duration": 0x6475726174696F6E,
    "turnover": 0x7475726E6F766572,
    "trial": 0x747269616C656E64,
    "willing": 0x77696C6C696E6721,
    "loud ties": 0x6C6F756474696573,
    "latency": 0x6C6174656E637931,
    "ready": 0x7265616479303031,
    "layer": 0x626F6F7374303031,
}
with localcontext() as _context:
    _context.prec = 50
    _CENTRE = [1 + Decimal(2 * i + 1) / 512 for i in range(256)]
    _LOG = [int((centre.ln() * 2**60).to_integral_value()) for centre in _CENTRE]
    _INVERSE = [int((2**64 / centre).to_integral_value()) for centre in _CENTRE]
    _LN2 = int((Decimal(2).ln() * 2**56).to_integral_value())


def finalise(x: int) -> int:
    """Mix 64 bits."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & _MASK
    return x ^ (x >> 31)


def _world_key(key: int, world: int, block: int) -> int:
    start = world * 0x9E3779B97F4A7C15 + key * 0xD1342543DE82EF95 + block * 0xA0761D6478BD642F + 0x2545F4914F6CDD1D
    return finalise(finalise(start & _MASK))


def tie_draw(key: int, world: int, tie: int) -> int:
    """32 bits for one tie in one world (DESIGN section 2)."""
    halves = _world_key(key, world, tie >> 24)
    x = (tie % 2**32 * 0x9E3779B1 % 2**32) ^ (halves >> 32)
    x = (x ^ (x >> 16)) * 0x7FEB352D % 2**32
    x = (x ^ (x >> 15) ^ (halves % 2**32)) * 0x846CA68B % 2**32
    return x ^ (x >> 16)


def person_draw(key: int, kind: str, world: int, person: int, number: int = 0) -> int:
    """64 bits for one person in one world, of one kind; `number` counts on where one is not enough."""
    start = _world_key(finalise(key ^ KINDS[kind]), world, 0) + number * 0xD6E8FEB86659FD93
    return finalise(start + (person + 1) * 0x9E3779B97F4A7C15 & _MASK)


def coin(key: int, kind: int, world: int, who: int) -> int:
    """32 bits: the coin of a kind of intervention, by its place in `UPTAKEKINDS`."""
    start = _world_key(finalise(key ^ 0x636F696E00000000 + kind), world, 0)
    return finalise(start + (who + 1) * 0x9E3779B97F4A7C15 & _MASK) >> 32


def exponential(draw: int) -> int:
    """-ln((draw | 1) / 2^64) in units of 2^-56, by the table of 256 centres and six terms."""
    x = draw | 1
    zeros = 64 - x.bit_length()
    x <<= zeros
    i = (x >> 55) & 255
    distance = x - ((1 << 63) + ((2 * i + 1) << 54))
    power = [1 << 64, abs(distance) * 512 * _INVERSE[i] >> 64]
    for _ in range(5):
        power.append(power[-1] * power[1] >> 64)
    odd = (power[1] >> 12) + (power[3] >> 28) // 3 + (power[5] >> 44) // 5
    even = (power[2] >> 21) + (power[4] >> 38) + (power[6] >> 52) // 6
    log = _LOG[i] + (odd if distance >= 0 else -odd) - even
    return max((zeros + 1) * _LN2 - (log + 8 >> 4), 1)


def step_key(key: int, t: int) -> int:
    """The key of the draws of a step."""
    return finalise(key + t * 0x8CB92BA72F3D8DD7 & _MASK)
