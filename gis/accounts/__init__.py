"""Accounts, keys, sessions and grants: who may come in, and as whom."""

from gis.accounts.admission import admit_cookie, admit_key, hash_secret
from gis.accounts.attempts import Attempt, Refused, lock_after
from gis.accounts.granting import grant_role, open_account, revoke_role
from gis.accounts.keys import add_key, describe_key, find_key, list_keys, revoke_key
from gis.accounts.logins import log_in, log_in_as_subject, open_kiosk
from gis.accounts.lookups import display_name_of, get_account, grants_of, names_of_divisions
from gis.accounts.model import AccountInfo, Author, KeyInfo, Kind, Secret
from gis.accounts.passwords import make_password, room_to_hash
from gis.accounts.people import (
    add_account,
    change_password,
    describe_account,
    disable_account,
    enable_account,
    has_accounts,
    link_account,
    list_accounts,
    reset_password,
    set_password,
)
from gis.accounts.sessions import (
    Lives,
    Opened,
    close_everywhere,
    close_session,
    drop_session,
    open_session,
)

__all__ = [
    "AccountInfo",
    "Attempt",
    "Author",
    "KeyInfo",
    "Kind",
    "Lives",
    "Opened",
    "Refused",
    "Secret",
    "add_account",
    "add_key",
    "admit_cookie",
    "admit_key",
    "change_password",
    "close_everywhere",
    "close_session",
    "describe_account",
    "describe_key",
    "disable_account",
    "display_name_of",
    "drop_session",
    "enable_account",
    "find_key",
    "get_account",
    "grant_role",
    "grants_of",
    "has_accounts",
    "hash_secret",
    "link_account",
    "list_accounts",
    "list_keys",
    "lock_after",
    "log_in",
    "log_in_as_subject",
    "make_password",
    "names_of_divisions",
    "open_account",
    "open_kiosk",
    "open_session",
    "reset_password",
    "revoke_key",
    "revoke_role",
    "room_to_hash",
    "set_password",
]
