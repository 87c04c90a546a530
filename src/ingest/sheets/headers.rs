//! The columns of each kind of list and every heading they are known by, in one place.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Code,
    Name,
    Lon,
    Lat,
    Id,
    Area,
    Title,
    Mobile,
    Landline,
    App,
    Duty,
    Holders,
    Deputies,
    StartsOn,
    DayType,
    From,
    To,
    Crew,
    People,
    Date,
    /// Numbering, remarks and the like, which are read by people only.
    Ignored,
}

impl Column {
    /// Tells whether a cell of the column may hold several lines: values one below another, or a
    /// remark.
    pub fn may_hold_lines(self) -> bool {
        use Column::{Deputies, Holders, Ignored, Landline, Mobile, People};
        matches!(self, Holders | Deputies | People | Mobile | Landline | Ignored)
    }
}

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
        for headers in [AREAS, PERSONS, POSTS, ROTATIONS, ROSTER] {
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
