"""Say what authorities did about a subject: documents, listings and talks."""

from typing import Annotated

from pydantic import Field

from contracts.fields import (
    Amount,
    Data,
    Day,
    DayOrInstant,
    Decides,
    Familiar,
    Id,
    Ids,
    MaybeId,
    MaybeName,
    MaybeWord,
    Name,
    References,
    Word,
)
from contracts.vocabulary import EnforcementKind, Level, ListedKind, SubjectKind


class EnforcementRecorded(Data):
    """执法文书: a document of enforcement was served."""

    document_no: Name = Field(description="文号: the document's number")
    kind: Annotated[Word, Familiar(EnforcementKind)] = Field(description="文书类别: what sort of document")
    site_id: Id = Field(description="场所编号: the site")
    hazard_ids: Ids | None = Field(None, description="隐患编号: the hazards it is about")
    amount: Amount | None = Field(None, description="金额: yuan")


class ListedSubject(Data):
    """What is listed."""

    kind: Annotated[Word, Familiar(ListedKind)] = Field(description="对象类别: site, area or project")
    id: Id = Field(description="对象编号: its id; an area by its division code")


class _OfListing(Data):
    listing_id: Id = Field(description="挂牌编号: the listing's id at its source")


class ListingOpened(_OfListing):
    """挂牌督办: a subject was listed, outside or by confirming a proposal."""

    subject: ListedSubject = Field(description="挂牌对象: what is listed")
    level: Annotated[Level, Decides(Level)] = Field(description="挂牌层级: who listed it: town, county, city, province")
    until: DayOrInstant = Field(description="整改期限: by when it is to be put right")
    batch: MaybeWord = Field(None, description="批次: the batch")
    class_: MaybeWord = Field(None, alias="class", description="类别: the class")
    hazard_ids: Ids | None = Field(None, description="隐患编号: the hazards it is about")


class ListingExtended(_OfListing):
    """挂牌延期: the listing may last longer."""

    until: DayOrInstant = Field(description="延至: the new end")
    approver: Name = Field(description="批准人: a handle or unit")


class ListingLifted(_OfListing):
    """摘牌: the rectification was accepted and the listing ended."""

    accepted_by: Name = Field(description="验收: who accepted it")


class TalkSubject(Data):
    """Who was talked to."""

    kind: Annotated[Word, Familiar(SubjectKind)] = Field(description="对象类别: area, department, unit or site")
    id: Id = Field(description="对象编号: its id; an area by its division code")


class TalkHeld(Data):
    """约谈: a talk was held."""

    subject: TalkSubject = Field(description="约谈对象: who was talked to")
    held_on: Day = Field(description="约谈日期: the day")
    talk_id: MaybeId = Field(None, description="约谈编号: the talk's id at its source")
    follow_up_by: DayOrInstant | None = Field(None, description="反馈期限: by when a report is due")
    media: References | None = Field(None, description="影像: references to photographs and documents")
    document_no: MaybeName = Field(None, description="文号: the minutes' document")
