"""What routes on people's data and on the audit ask for by type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.admission.security import Asking
from api.deps.gate import GateSession, address_of
from gis.core import clock
from gis.core.access import Power
from gis.db import session as sessions
from gis.privacy import Doer, KeyFile, find_subject, put_person


def _unmask(request: Request, actor: Asking) -> Iterator[sessions.WriteSession]:
    scope = actor.scope(Power.UNMASK)
    with sessions.write_session(request.app.state.engine, scope) as session:
        yield session


def _doer(request: Request, actor: Asking) -> Doer:
    return Doer(actor.name, address_of(request))


def _keys(request: Request) -> KeyFile:
    keys: KeyFile = request.app.state.person_keys
    return keys


@dataclass(frozen=True, slots=True)
class Reporters:
    """Stores who reported an event, in the transaction that takes it in."""

    keys: KeyFile
    doer: Doer
    days: int

    def put(
        self, session: sessions.WriteSession, event_no: str, given: Mapping[str, str | None]
    ) -> None:
        """Encrypt and store the reporter; the last thing that the transaction does."""
        keyring = self.keys.current()
        event = find_subject(sessions.as_reader(session), "event", event_no, event_no[8:14])
        until = clock.today() + dt.timedelta(days=self.days)
        put_person(session, keyring, self.doer, event, given, retain_until=until)


def _reporters(
    request: Request, keys: Annotated[KeyFile, Depends(_keys)], actor: Asking
) -> Reporters:
    return Reporters(keys, _doer(request, actor), request.app.state.settings.reporter_days)


#: Sees where the actor may see people's data, and writes the audit. It is committed before the
#: answer is sent: nobody sees what is not on record.
UnmaskSession = Annotated[sessions.WriteSession, Depends(_unmask, scope="function")]
#: Reads the audit; what it is asked for is limited to the auditor's area by `list_entries`.
AuditSession = GateSession
#: Who does it, as the audit names them.
DoerAsking = Annotated[Doer, Depends(_doer, scope="function")]
#: The keys of people's data; refuses where none are configured.
Keys = Annotated[KeyFile, Depends(_keys)]
#: Stores who reported an event.
ReportersKept = Annotated[Reporters, Depends(_reporters, scope="function")]
