"""Many points in one request: read in pieces, located, and written in the format asked for."""

from api.bulk.answering import Asked, answer_bulk
from api.bulk.body import Body
from api.bulk.media import Negotiated

__all__ = ["Asked", "Body", "Negotiated", "answer_bulk"]
