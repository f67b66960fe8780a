"""Files of boundaries on their way into a changeset (边界文件上传): read, confirmed, applied."""

from gis.boundaries.uploads.applying import apply_upload
from gis.boundaries.uploads.confirming import MAX_SNAP_M, Confirmation, confirm_upload
from gis.boundaries.uploads.model import Upload
from gis.boundaries.uploads.previewing import preview_features
from gis.boundaries.uploads.queries import get_upload, list_uploads, read_features
from gis.boundaries.uploads.receiving import MAX_BYTES, Received, receive_file, take_upload

__all__ = [
    "MAX_BYTES",
    "MAX_SNAP_M",
    "Confirmation",
    "Received",
    "Upload",
    "apply_upload",
    "confirm_upload",
    "get_upload",
    "list_uploads",
    "preview_features",
    "read_features",
    "receive_file",
    "take_upload",
]
