"""UUIDv7 (RFC 9562): ids that sort by the time they were made, in Python and in SQL."""

import hashlib
import uuid
from datetime import datetime

import uuid_utils


def uuid7() -> uuid.UUID:
    """A new UUIDv7."""
    return uuid.UUID(int=uuid_utils.uuid7().int)


def derived_uuid7(at: datetime, *names: object) -> uuid.UUID:
    """A UUIDv7 of this time whose other bits are a hash of the names: the same for the same arguments."""
    digest = hashlib.sha256("\0".join(map(str, names)).encode()).digest()
    rest = int.from_bytes(digest[:10]) & ~(0xF << 76) & ~(0x3 << 62)
    return uuid.UUID(int=int(at.timestamp() * 1000) << 80 | 0x7 << 76 | 0x2 << 62 | rest)


def sql_uuid7(base: str, ordinal: str = "0") -> str:
    """SQL for a new UUIDv7 with the time of the UUIDv7 `base`; ids of one time sort by `ordinal` (0 to 255).

    PostgreSQL's own uuidv7() needs version 18.
    """
    fresh = f"overlay(uuid_send(gen_random_uuid()) PLACING substring(uuid_send({base}) FOR 7) FROM 1)"
    return f"encode(set_byte({fresh}, 7, {ordinal}), 'hex')::uuid"
