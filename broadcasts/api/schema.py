"""What other systems may ask for, as types: they check a call, and the OpenAPI document is made of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Topic = Literal["service", "event", "greeting", "survey", "reminder", "offer"]
"""All but an emergency: that goes past every wish not to be written to and past the second person, so that a person says it."""
Channel = Literal["telegram", "webchat", "sms", "email", "voice", "fax"]
Language = Literal["zh_CN", "en"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\x20-\x7e]+$")]
Number = Annotated[int, Field(ge=1, le=2_147_483_647)]
Values = Annotated[dict[Name, Annotated[str, StringConstraints(max_length=500)]], Field(max_length=50)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class To(_Part):
    """One person: a resident of the Org by her number, or by a phone number or e-mail address that is hers; or an address of
    somebody who is not registered."""

    resident: Number | None = Field(None, description="Her number, as in the address of her page.")
    phone: Annotated[str, StringConstraints(max_length=40)] | None = Field(None, examples=["13800132210"])
    email: Annotated[str, StringConstraints(max_length=254)] | None = Field(
        None, examples=["chen@example.com"]
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(v is not None for v in (self.resident, self.phone, self.email)) != 1:
            raise ValueError("give exactly one of resident, phone, email")
        return self


class Button(_Part):
    """`opens`: an address (https://…)."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    opens: Annotated[str, StringConstraints(pattern=r"^https?://", max_length=500)]


class Text(_Part):
    """What is said in one language; `short` by SMS and `spoken` in calls, where they differ from `text`."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=3000)]
    short: Annotated[str, StringConstraints(max_length=600)] = ""
    spoken: Annotated[str, StringConstraints(max_length=1500)] = ""
    subject: Annotated[str, StringConstraints(max_length=150)] = Field("", description="Of the e-mail.")
    buttons: list[Button] = Field(default_factory=list, max_length=6)


class _Said(_Part):
    """What is said: a Notice that staff wrote, or the words themselves by language. Places like {{name}} take the `values`."""

    notice: Number | None = Field(None, description="A notice from /api/v1/notices.")
    wording: dict[Language, Text] | None = Field(None, min_length=1)
    topic: Topic | None = Field(
        None, description="What it is about, as people choose to hear it or not; by default the notice’s."
    )
    channels: list[Channel] = Field(
        default_factory=list,
        max_length=6,
        description="These in this order, and no others; empty: as each person prefers.",
    )

    @model_validator(mode="after")
    def _words(self) -> Self:
        if (self.notice is None) == (self.wording is None):
            raise ValueError("give a notice or a wording, and not both")
        if self.wording is not None and self.topic is None:
            raise ValueError("say what it is about: topic")
        return self


class Message(_Said):
    """A message to one person."""

    to: To
    values: Values = Field(default_factory=dict)
    reference: Reference | None = Field(
        None, description="Your own name for it; comes back with every receipt."
    )


class Recipient(To):
    values: Values = Field(default_factory=dict)


class Campaign(_Said):
    """A message to many: those listed here, or the rows of a saved view. It is sent off at once; to more people than the community
    allows for one person it waits until somebody there has approved it."""

    name: Name
    recipients: list[Recipient] | None = Field(None, min_length=1, max_length=10_000)
    view: Number | None = Field(
        None, description="A view of the residents’ table that is shared with everybody."
    )
    merge: Literal["person", "household"] = "person"
    send_at: AwareDatetime | None = Field(None, description="Not before then.")
    expires_at: AwareDatetime | None = Field(None, description="What has not left by then stays.")

    @model_validator(mode="after")
    def _people(self) -> Self:
        if (self.recipients is None) == (self.view is None):
            raise ValueError("give recipients or a view, and not both")
        return self


class MessageState(BaseModel):
    """What became of a message."""

    id: str
    reference: str | None
    state: Literal["waiting", "sending", "sent", "delivered", "read", "failed", "unknown", "cancelled"]
    channel: str | None = Field(description="Where it was tried last.")
    error: str | None
    sandbox: bool
    created_at: datetime


class CampaignState(BaseModel):
    """How a campaign stands; `states` counts its people, each in exactly one, `left_out` why some get nothing."""

    id: int
    name: str
    state: Literal[
        "draft",
        "waiting",
        "scheduled",
        "freezing",
        "running",
        "paused",
        "done",
        "refused",
        "cancelled",
        "expired",
        "failed",
    ]
    people: int
    states: dict[str, int]
    left_out: dict[str, int]
    sandbox: bool
    created_at: datetime
    ended_at: datetime | None


class NoticeState(BaseModel):
    """A Notice and the names that its text asks for."""

    id: int
    name: str
    topic: Topic
    languages: list[str]
    names: list[str]


class DeviceState(BaseModel):
    """A device; `points` are its last values, each as [value, milliseconds since 1970]."""

    id: int
    address: str
    name: str
    model: str | None
    status: Literal["new", "active", "retired"]
    online: bool | None
    seen_at: datetime | None
    points: dict[str, tuple[str | int | float | bool | None, int]]


class ReadingState(BaseModel):
    """What one message of a device said, by the points of Linli’s vocabulary."""

    id: int
    at: datetime
    received_at: datetime
    kind: Literal["data", "event"]
    values: dict[str, str | int | float | bool | None]


class DevicesAsked(_Part):
    """Which page of the devices."""

    after: Annotated[int, Field(ge=0, le=2_147_483_647)] = Field(0, description="`next` of the page before.")
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class ReadingsAsked(_Part):
    """Which readings, from the earliest on; a page may be empty and yet have a `next`."""

    since: AwareDatetime | None = Field(None, alias="from", description="Said then or later.")
    to: AwareDatetime | None = Field(None, description="Said before then.")
    point: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        None, description="Only readings that have it, and only it."
    )
    after: Annotated[str, StringConstraints(max_length=40, pattern=r"^-?\d{1,15}-\d{1,18}$")] | None = Field(
        None, description="`next` of the page before."
    )
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Problem(BaseModel):
    """What went wrong, in the language that the call asked for (Accept-Language). `field` says where, `correlation` is for our log."""

    error: str
    field: str | None = None
    correlation: str
