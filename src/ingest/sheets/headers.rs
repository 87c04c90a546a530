//! The columns of each kind of list and every heading they are known by, in one place.

pub(super) use super::columns::Column;

/// One column of a kind of list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub column: Column,
    pub required: bool,
    /// The English heading, then the Chinese ones, the usual one first.
    pub names: &'static [&'static str],
}

const IGNORED: Header =
    optional(Column::Ignored, &["no", "序号", "备注", "说明", "remark", "note"]);
const AREA: Header = required(
    Column::Area,
    &["area", "区划代码", "行政区划代码", "所属区划", "所属区划代码", "单位代码"],
);
const DUTY: Header = required(Column::Duty, &["duty", "岗位", "岗位类别", "值班类别", "职责"]);
const FROM: Header =
    optional(Column::From, &["from", "开始时间", "上班时间", "值班开始时间", "起始时间"]);
const TO: Header =
    optional(Column::To, &["to", "结束时间", "下班时间", "值班结束时间", "截止时间"]);
const PEOPLE: Header =
    required(Column::People, &["people", "人员", "值班人员", "人员编号", "值班人", "姓名"]);

pub(super) const AREAS: &[Header] = &[
    required(Column::Code, &["code", "区划代码", "行政区划代码", "统计用区划代码", "代码", "编码"]),
    required(Column::Name, &["name", "名称", "区划名称", "单位名称"]),
    optional(Column::Lon, &["lon", "经度", "longitude", "lng"]),
    optional(Column::Lat, &["lat", "纬度", "latitude"]),
    IGNORED,
];

pub(super) const PERSONS: &[Header] = &[
    required(Column::Id, &["id", "编号", "人员编号", "工号"]),
    required(Column::Name, &["name", "姓名"]),
    AREA,
    optional(Column::Title, &["title", "职务", "职务名称", "单位职务"]),
    optional(
        Column::Mobile,
        &["mobile", "手机", "手机号", "手机号码", "移动电话", "联系电话", "电话"],
    ),
    optional(
        Column::Landline,
        &["landline", "固定电话", "固话", "座机", "办公电话", "值班电话", "办公室电话"],
    ),
    optional(Column::App, &["app", "移动端", "手机端", "客户端", "手机客户端"]),
    IGNORED,
];

pub(super) const POSTS: &[Header] = &[
    AREA,
    DUTY,
    optional(Column::Title, &["title", "岗位名称", "名称"]),
    optional(Column::Holders, &["holders", "责任人", "责任人编号", "任职人员", "a角"]),
    optional(Column::Deputies, &["deputies", "代理人", "代理人编号", "副职", "b角"]),
    IGNORED,
];

pub(super) const ROTATIONS: &[Header] = &[
    AREA,
    DUTY,
    required(Column::StartsOn, &["starts_on", "起始日期", "开始日期", "启用日期"]),
    required(Column::DayType, &["day_type", "日期类型", "日类型"]),
    FROM,
    TO,
    required(Column::Crew, &["crew", "班次", "班组", "组别", "轮次"]),
    PEOPLE,
    IGNORED,
];

/// The long form of a roster: one line for each shift.
pub(super) const ROSTER: &[Header] = &[
    required(Column::Date, &["date", "日期", "值班日期"]),
    Header { required: false, ..AREA },
    DUTY,
    FROM,
    TO,
    PEOPLE,
    IGNORED,
];

const ID: Header = required(
    Column::Id,
    &[
        "id",
        "编号",
        "代码",
        "站码",
        "测站编码",
        "统一编号",
        "仓库编号",
        "场所编号",
        "隐患点编号",
        "风险点编号",
    ],
);
const NAME: Header = required(
    Column::Name,
    &[
        "name",
        "名称",
        "站名",
        "仓库名称",
        "储备库名称",
        "储备点名称",
        "场所名称",
        "避难场所名称",
        "安置点名称",
        "隐患点名称",
        "风险点名称",
    ],
);
const LON: Header = required(Column::Lon, &["lon", "经度", "longitude", "lng"]);
const LAT: Header = required(Column::Lat, &["lat", "纬度", "latitude"]);
const CRS: Header = optional(Column::Crs, &["crs", "坐标系", "坐标系统"]);
const CONTACT: Header = optional(
    Column::Contact,
    &["contact", "责任人", "责任人编号", "联系人", "负责人", "管理员", "保管员"],
);
const REPORTS_EVERY: Header =
    optional(Column::ReportsEvery, &["reports_every_s", "上报间隔", "上报周期", "报送间隔"]);

pub(super) const UNITS: &[Header] = &[
    ID,
    NAME,
    required(Column::Kind, &["kind", "类型", "种类", "类别", "车型"]),
    AREA,
    Header { required: false, ..LON },
    Header { required: false, ..LAT },
    CRS,
    optional(Column::Terminal, &["terminal", "终端号", "终端编号", "设备号"]),
    REPORTS_EVERY,
    optional(Column::Strength, &["strength", "人数", "编制人数", "乘员"]),
    CONTACT,
    optional(Column::Capabilities, &["capabilities", "能力", "救援能力", "专长"]),
    optional(Column::Amounts, &["capacity", "能力指标", "额定能力", "处置能力"]),
    optional(Column::Equipment, &["equipment", "装备", "主要装备", "随队装备"]),
    optional(Column::Members, &["members", "队员", "队员编号", "成员", "成员编号"]),
    optional(Column::Deputy, &["deputy", "备用联系人", "副队长", "第二联系人"]),
    IGNORED,
];

/// Bases and depots.
pub(super) const PLACES: &[Header] = &[ID, NAME, AREA, LON, LAT, CRS, CONTACT, IGNORED];

pub(super) const SHELTERS: &[Header] = &[
    ID,
    NAME,
    AREA,
    LON,
    LAT,
    CRS,
    required(
        Column::Capacity,
        &[
            "capacity",
            "容纳人数",
            "可容纳人数",
            "容量",
            "可安置人数",
            "设计容纳人数",
            "日间容纳人数",
            "白天容纳人数",
        ],
    ),
    optional(
        Column::NightCapacity,
        &[
            "night_capacity",
            "夜间容纳人数",
            "夜间容量",
            "床位",
            "床位数",
            "夜间可安置人数",
            "可住宿人数",
        ],
    ),
    CONTACT,
    IGNORED,
];

pub(super) const GAUGES: &[Header] = &[
    ID,
    NAME,
    AREA,
    LON,
    LAT,
    CRS,
    required(Column::Measures, &["measures", "站类", "类型", "测站类型"]),
    optional(Column::Water, &["water", "河流", "河名", "水库", "所在河流"]),
    optional(Column::Datum, &["datum", "基面", "高程基准", "高程基面"]),
    optional(Column::Warning, &["warning_m", "警戒水位"]),
    optional(Column::Guarantee, &["guarantee_m", "保证水位"]),
    optional(Column::FloodLimit, &["flood_limit_m", "汛限水位"]),
    optional(Column::Rain1h, &["rain_1h_mm", "1小时雨量"]),
    optional(Column::Rain3h, &["rain_3h_mm", "3小时雨量"]),
    optional(Column::Rain24h, &["rain_24h_mm", "24小时雨量"]),
    optional(Column::HighWater, &["high_water_m", "高水位", "高水位告警"]),
    optional(Column::Historic, &["historic_m", "历史最高水位", "历史最高"]),
    optional(Column::Rain6h, &["rain_6h_mm", "6小时雨量"]),
    optional(Column::Leave1h, &["leave_1h_mm", "立即转移1小时雨量"]),
    optional(Column::Leave3h, &["leave_3h_mm", "立即转移3小时雨量"]),
    optional(Column::Leave6h, &["leave_6h_mm", "立即转移6小时雨量"]),
    optional(Column::Leave24h, &["leave_24h_mm", "立即转移24小时雨量"]),
    optional(Column::Guards, &["guards", "影响区划", "保护对象", "预警区划"]),
    optional(Column::Station, &["station", "遥测站码", "遥测站地址", "stcd"]),
    optional(Column::ValidFrom, &["valid_from", "生效日期", "启用日期"]),
    REPORTS_EVERY,
    CONTACT,
    IGNORED,
];

pub(super) const RISK_POINTS: &[Header] = &[
    ID,
    NAME,
    AREA,
    LON,
    LAT,
    CRS,
    required(Column::Hazard, &["hazard", "灾害类型", "隐患类型", "类型", "灾害种类", "风险类型"]),
    required(
        Column::Residents,
        &["residents", "威胁人数", "受威胁人数", "人数", "威胁人口", "受威胁人口"],
    ),
    required(Column::Repaired, &["repaired", "已整治", "是否整治", "是否已整治", "是否治理"]),
    optional(
        Column::Shelter,
        &["shelter", "安置点", "安置点编号", "转移安置点", "安置地点", "避险安置点"],
    ),
    optional(Column::Plan, &["plan", "转移预案", "转移路线", "预案"]),
    optional(Column::PlanPeople, &["plan_people", "转移人数", "需转移人数", "应转移人数"]),
    optional(
        Column::Watchers,
        &["watchers", "监测责任人", "监测责任人编号", "监测员", "巡查责任人"],
    ),
    optional(
        Column::Movers,
        &["movers", "转移责任人", "转移责任人编号", "转移负责人", "包保责任人"],
    ),
    CONTACT,
    IGNORED,
];

/// Roads, or pieces of ground, that cannot be passed.
pub(super) const CLOSURES: &[Header] = &[
    AREA,
    required(Column::Reason, &["reason", "原因", "封闭原因", "阻断原因", "管制原因"]),
    optional(Column::Road, &["road", "道路编号", "道路", "路段编号", "路线编号"]),
    Header { required: false, ..LON },
    Header { required: false, ..LAT },
    CRS,
    optional(Column::Radius, &["radius_km", "半径", "影响半径", "封闭半径"]),
    optional(Column::Ring, &["polygon", "范围", "封闭范围", "边界"]),
    optional(Column::Until, &["expected_until", "预计恢复时间", "预计恢复日期", "预计开通时间"]),
    IGNORED,
];

pub(super) const STOCK: &[Header] = &[
    required(
        Column::Depot,
        &["depot", "储备点", "储备点编号", "仓库", "储备库", "仓库名称", "存放仓库", "储备库名称"],
    ),
    required(
        Column::Item,
        &["item", "物资编码", "物资代码", "编码", "物资", "物资分类代码", "分类代码"],
    ),
    optional(Column::Name, &["name", "名称", "物资名称", "品名"]),
    optional(Column::CountedIn, &["unit", "单位", "计量单位"]),
    required(Column::Quantity, &["quantity", "数量", "库存数量", "现有数量", "结存数量"]),
    optional(Column::Batch, &["batch", "批次", "批号", "生产批号"]),
    optional(Column::Produced, &["produced", "生产日期", "出厂日期"]),
    optional(
        Column::Expires,
        &["expires", "有效期", "有效期至", "失效日期", "到期日期", "报废日期"],
    ),
    optional(Column::Position, &["position", "存放位置", "仓位", "货位"]),
    IGNORED,
];

/// Every kind of list.
#[cfg(test)]
const ALL: [&[Header]; 12] = [
    AREAS,
    PERSONS,
    POSTS,
    ROTATIONS,
    ROSTER,
    UNITS,
    PLACES,
    SHELTERS,
    GAUGES,
    RISK_POINTS,
    CLOSURES,
    STOCK,
];

const fn required(column: Column, names: &'static [&'static str]) -> Header {
    Header { column, required: true, names }
}

const fn optional(column: Column, names: &'static [&'static str]) -> Header {
    Header { column, required: false, names }
}

/// Returns the column that a heading names, whatever its case, spaces and remarks in brackets.
pub(super) fn find(headers: &[Header], heading: &str) -> Option<Column> {
    let heading = plain(heading);
    let header = headers.iter().find(|header| header.names.contains(&heading.as_str()))?;
    Some(header.column)
}

/// Returns the headings a person can choose from: `编号(id)、姓名(name)`.
pub(super) fn known(headers: &[Header]) -> String {
    let named = headers.iter().filter(|header| header.column != Column::Ignored);
    let named = named.map(|header| format!("{}({})", header.names[1], header.names[0]));
    named.collect::<Vec<_>>().join("、")
}

/// Returns a heading without case, white space, `*` and a remark in brackets.
pub(super) fn plain(heading: &str) -> String {
    let narrow = super::fields::half_width(heading).to_lowercase();
    let without_remark = narrow.split(['(', '[', '【']).next().unwrap_or_default();
    let kept = without_remark.chars().filter(|c| !c.is_whitespace() && !"*:：".contains(*c));
    kept.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_heading_names_one_column_of_a_kind() {
        for headers in ALL {
            let mut seen = BTreeSet::new();
            for name in headers.iter().flat_map(|header| header.names) {
                assert!(seen.insert(name), "{name} names two columns");
                assert_eq!(*name, plain(name), "{name} can never be found");
            }
        }
    }

    #[test]
    fn a_heading_is_found_with_its_decoration() {
        for heading in ["手机号码", " 手 机 号 码 ", "*手机号码（必填）", "Mobile", "手机号码："]
        {
            assert_eq!(find(PERSONS, heading), Some(Column::Mobile), "{heading}");
        }
        assert_eq!(find(PERSONS, "手机号吗"), None);
    }
}
