"""Back up a whole database into one file and its manifest, and restore it with proof."""

from gis.backup.dumping import back_up
from gis.backup.manifest import Manifest, manifest_path, read_manifest
from gis.backup.restoring import check_backup, restore_into
from gis.backup.target import restore_as

__all__ = [
    "Manifest",
    "back_up",
    "check_backup",
    "manifest_path",
    "read_manifest",
    "restore_as",
    "restore_into",
]
