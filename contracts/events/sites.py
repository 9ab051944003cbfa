"""Say what is known of sites, and what inspections planned and found there."""

from typing import Annotated

from pydantic import Field

from contracts.fields import (
    Count,
    Data,
    Day,
    Division,
    Familiar,
    Id,
    MaybeId,
    MaybeName,
    MaybeWord,
    Name,
    References,
    Text,
    Word,
    Words,
)
from contracts.vocabulary import CoordinateSystem, InspectionKind, SiteKind, SiteTag

Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class Site(Data):
    """One place that is supervised: an enterprise, an area, a project or another place."""

    id: Id = Field(description="场所编号: the site's id at its source")
    name: Name = Field(description="名称: its name")
    uscc: MaybeName = Field(None, description="统一社会信用代码: its credit code; an invalid one is kept and flagged")
    address: Name = Field(description="地址: its address")
    kind: Annotated[Word, Familiar(SiteKind)] = Field(description="类别: what sort of place it is")
    sector: Word = Field(description="行业领域: its sector, in the words of the policy")
    supervising_unit: MaybeName = Field(None, description="监管单位: who supervises it")
    responsible_person: MaybeName = Field(None, description="责任人: a handle, not a name")
    tags: Annotated[Words | None, Familiar(SiteTag)] = Field(None, description="标签: what it is known for")
    capacity: Count | None = Field(None, description="容纳人数: how many people it holds")
    lon: Longitude | None = Field(None, description="经度: longitude in degrees")
    lat: Latitude | None = Field(None, description="纬度: latitude in degrees")
    coord_sys: Annotated[MaybeWord, Familiar(CoordinateSystem)] = Field(
        None,
        description="坐标系: the system of lon and lat",
    )


class SiteRegistered(Data):
    """场所登记: what is known of one site; a newer registration replaces the older."""

    site: Site = Field(description="场所: the site as it is now")


class SiteTransferred(Data):
    """场所移交: a site goes to another unit in charge, and its open cases with it."""

    site_id: Id = Field(description="场所编号: the site")
    from_tenant: Division = Field(description="原属地: division code it leaves")
    to_tenant: Division = Field(description="现属地: division code it goes to")
    document_no: MaybeName = Field(None, description="文号: the document that says so")


class InspectionPlanned(Data):
    """检查计划: an inspection is planned for a day."""

    inspection_id: Id = Field(description="检查编号: the inspection's id at its source")
    planned_on: Day = Field(description="计划日期: the day")
    kind: Annotated[MaybeWord, Familiar(InspectionKind)] = Field(None, description="检查方式: how it is to be made")
    site_id: MaybeId = Field(None, description="场所编号: the site")
    team_id: MaybeId = Field(None, description="检查组: the team")
    campaign: MaybeId = Field(None, description="专项行动: the campaign it belongs to")
    unannounced: bool | None = Field(None, description="四不两直: without notice to the site")


class InspectionCompleted(Data):
    """检查完成: an inspection was made; a zero report is still a report."""

    inspection_id: Id = Field(description="检查编号: the inspection's id at its source")
    kind: Annotated[Word, Familiar(InspectionKind)] = Field(description="检查方式: how it was made")
    site_id: Id = Field(description="场所编号: the site")
    found: Count = Field(description="发现隐患数: how many hazards were found")
    team_id: MaybeId = Field(None, description="检查组: the team")
    campaign: MaybeId = Field(None, description="专项行动: the campaign it belongs to")
    unannounced: bool | None = Field(None, description="四不两直: without notice to the site")
    documents: References | None = Field(None, description="执法文书号: numbers of enforcement documents")


class ServiceGiven(Data):
    """服务指导: help was asked for or given, so that service stands beside punishment."""

    site_id: Id = Field(description="场所编号: the site")
    kind: Word = Field(description="服务类别: what sort of help")
    description: Text = Field(description="内容: what was asked for or given")
