"""People's data: encrypted, masked, kept no longer than needed; every look at them is told."""

from gis.privacy.fields import FIELDS
from gis.privacy.importing import import_persons
from gis.privacy.keyring import (
    KeyFile,
    Keyring,
    add_keys,
    drop_old_keys,
    new_keyring,
    read_keyring,
    write_keyring,
)
from gis.privacy.model import SUBJECTS, Person, Subject, SubjectKind
from gis.privacy.persons import Doer, find_by_phone, masked_person, put_person, unmask_person
from gis.privacy.queries import count_by_key, count_outdated, find_subject
from gis.privacy.small_cells import THRESHOLD, suppressed, suppressed_parts
from gis.privacy.upkeep import (
    START,
    Rotated,
    erase_person,
    purge_batch,
    record_rotation,
    rotate_batch,
)

__all__ = [
    "FIELDS",
    "START",
    "SUBJECTS",
    "THRESHOLD",
    "Doer",
    "KeyFile",
    "Keyring",
    "Person",
    "Rotated",
    "Subject",
    "SubjectKind",
    "add_keys",
    "count_by_key",
    "count_outdated",
    "drop_old_keys",
    "erase_person",
    "find_by_phone",
    "find_subject",
    "import_persons",
    "masked_person",
    "new_keyring",
    "purge_batch",
    "put_person",
    "read_keyring",
    "record_rotation",
    "rotate_batch",
    "suppressed",
    "suppressed_parts",
    "unmask_person",
    "write_keyring",
]
