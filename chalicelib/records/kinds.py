"""The words by which facts are told apart."""

from __future__ import annotations

from typing import Literal

SubjectKind = Literal["organisation", "individual_business", "government_body", "natural_person"]
Status = Literal["active", "revoked", "cancelled", "moved_out", "merged"]
Category = Literal["basic", "positive", "negative", "other"]
Severity = Literal["minor", "general", "severe"]
QueryKind = Literal["query", "review", "compare", "report", "export"]
QueryBasis = Literal["government_sharing", "consent", "counter"]
"""What entitles to a query: sharing between government bodies (NT-20), the consent of its subject, or that the subject came to the
counter (NT-22)."""
AnnouncementKind = Literal["repairs", "exits", "corrections", "cases"]
"""What is told of a record beside it: what became of it, in kinds of publicity of their own, and typical cases (NTN-4a)."""
EndedHow = Literal["repaired", "withdrawn", "corrected", "purged", "exited", "expired_early"]
"""By which procedure a record stopped counting before its last day."""
IssuerKind = Literal["citizens", "staff"]
"""Whose sign-in it is: citizens and people who act for organisations, or people who work here."""
ConsentWay = Literal["asked", "in advance", "written"]
"""How a consent came about: the other side asked for it, the subject gave it unasked, or on paper at the window."""
NoticeState = Literal["due", "told", "page only", "untold", "damaged", "served", "settled"]
"""What became of a notice: it waits for its day, went out by messages, stands only on its reader's page, reached nobody by any way,
could not be opened any more, was then served by hand, or was settled before it went out."""
ChannelKind = Literal["phone", "email", "letter"]
MessageState = Literal[
    "due", "claimed", "sent", "delivered", "bounced", "failed", "suppressed", "uncertain", "printed", "posted", "returned"
]
