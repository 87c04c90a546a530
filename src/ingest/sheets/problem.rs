//! Every problem an import can find: its code and what to say about it, in one table.

/// What is wrong and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: &'static str,
    pub zh: Wording,
    pub en: Wording,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    pub problem: String,
    pub remedy: String,
}

/// Makes one function per problem; its name is the problem's code.
macro_rules! problems {
    ($($name:ident($($arg:ident),*):
        $zh:literal, $zh_remedy:literal;
        $en:literal, $en_remedy:literal;)*) => {
        $(pub(super) fn $name($($arg: impl std::fmt::Display),*) -> Problem {
            $(let $arg = short(&$arg.to_string());)*
            Problem {
                code: stringify!($name),
                zh: Wording { problem: format!($zh), remedy: format!($zh_remedy) },
                en: Wording { problem: format!($en), remedy: format!($en_remedy) },
            }
        })*
    };
}

// The file as a whole.
problems! {
    too_large(limit_mib):
        "文件超过 {limit_mib} MiB", "请拆分成几个文件分别导入";
        "the file is larger than {limit_mib} MiB", "split it into several files";
    unknown_format():
        "不是可以读取的表格文件", "请另存为 xlsx 或 CSV 后再导入";
        "this is no spreadsheet that can be read", "save it as xlsx or CSV";
    locked():
        "工作簿设有打开密码", "请取消密码后再导入";
        "the workbook is protected by a password", "remove the password";
    macros():
        "工作簿带有宏", "请另存为不带宏的 xlsx 后再导入";
        "the workbook carries macros", "save it as xlsx without macros";
    damaged(detail):
        "文件已损坏（{detail}）", "请用 Excel 或 WPS 打开并另存为 xlsx";
        "the file is damaged ({detail})", "open it and save it again as xlsx";
    not_text():
        "文字编码既不是 UTF-8 也不是 GB18030", "请另存为“CSV UTF-8”格式";
        "the text is neither UTF-8 nor GB18030", "save it as CSV UTF-8";
    too_many_rows(limit):
        "数据超过 {limit} 行", "请拆分成几个文件分别导入";
        "there are more than {limit} rows", "split it into several files";
    too_wide(limit):
        "第 {limit} 列之后还有内容", "请删除表格右侧的多余内容";
        "there is content beyond column {limit}", "delete what stands right of the table";
    empty():
        "没有数据", "请检查是否选错了文件";
        "there is no data", "check that this is the right file";
    no_header(expected):
        "没有找到表头", "表头须有：{expected}";
        "no row of headings was found", "give these headings: {expected}";
}

// Columns.
problems! {
    missing_column(accepted):
        "缺少这一列", "请加上这一列，表头可写：{accepted}";
        "this column is missing", "add it under any of these headings: {accepted}";
    unknown_column(known):
        "不认识这一列", "请改正表头或删除该列；可用的表头：{known}";
        "this column is not known", "correct the heading or delete the column; known are: {known}";
    repeated_column():
        "表头出现了两次", "请合并或删除其中一列";
        "this heading occurs twice", "merge the columns or delete one";
    no_heading():
        "这一列有内容但没有表头", "请补上表头或删除该列";
        "this column has content but no heading", "give it a heading or delete it";
}

// Single cells.
problems! {
    broken(text):
        "单元格是公式错误 {text}", "请修正公式或改填数值";
        "the cell holds the formula error {text}", "correct the formula or write the value";
    line_break():
        "单元格内有换行，可能有引号没有闭合，后面的行被并入其中", "请补上或删除引号，并去掉换行";
        "the cell holds a line break; a quote may be left open, with the rows below swallowed", "close or delete the quote and remove the line break";
    missing():
        "单元格为空", "请填写";
        "the cell is empty", "fill it in";
    too_long(limit):
        "超过 {limit} 个字", "请缩短";
        "this is longer than {limit} characters", "shorten it";
    not_an_area_code(text):
        "“{text}”不是行政区划代码", "请填写 12 位统计用区划代码（县可写 6 位，乡镇可写 9 位）";
        "{text:?} is no area code", "give 12 digits (6 for a county, 9 for a township)";
    not_an_id(text):
        "“{text}”不能作为编号", "编号最长 64 个字符，不含空格和斜杠";
        "{text:?} is no id", "use up to 64 characters without spaces or /";
    unknown_duty(text, known):
        "不认识岗位“{text}”", "可填写：{known}，或小写英文代码";
        "duty {text:?} is not known", "use one of {known}, or a name of a-z, 0-9 and _";
    not_a_longitude(text):
        "“{text}”不是经度", "请填写 WGS-84 经度，如 114.4512";
        "{text:?} is no longitude", "give WGS-84 degrees such as 114.4512";
    not_a_latitude(text):
        "“{text}”不是纬度", "请填写 WGS-84 纬度，如 35.6209";
        "{text:?} is no latitude", "give WGS-84 degrees such as 35.6209";
    swapped():
        "经度和纬度填反了", "请对调这两列";
        "longitude and latitude are swapped", "exchange the two";
    half_a_point():
        "经度和纬度只填了一个", "请两个都填，或都不填";
        "only one of longitude and latitude is given", "give both or neither";
    not_a_mobile(text):
        "“{text}”不是手机号码", "请填写 11 位手机号码，以 13 至 19 开头";
        "{text:?} is no mobile number", "give 11 digits that begin with 13 to 19";
    not_a_landline(text):
        "“{text}”不是固定电话号码", "请填写区号加 7 或 8 位号码，如 0990-5551234";
        "{text:?} is no landline number", "give the area code and 7 or 8 digits, such as 0990-5551234";
    extension(text):
        "“{text}”带有分机号，自动外呼无法拨打分机", "请填写直线号码";
        "{text:?} has an extension, which a call cannot dial", "give a direct line";
    digits_lost(text):
        "“{text}”的末尾数字已被表格软件丢失", "请把该列设为文本格式后重新填写";
        "the last digits of {text:?} were lost by the spreadsheet", "format the column as text and write it again";
    zero_lost(text):
        "“{text}”开头的 0 已被表格软件丢失", "请把该列设为文本格式，区号写全";
        "{text:?} has lost its leading 0", "format the column as text and write the area code in full";
    not_yes_or_no(text):
        "“{text}”不是“是”或“否”", "请填写 是 或 否";
        "{text:?} is neither yes nor no", "write yes or no";
    repeated(text, row):
        "“{text}”与第 {row} 行重复", "请删除重复行或改正编号";
        "{text:?} repeats row {row}", "delete one or correct the id";
    no_parent(parent):
        "上级区划 {parent} 不在文件中，也没有导入过", "请补上上级区划，或检查代码";
        "its parent {parent} is neither in the file nor imported", "add the parent or check the code";
    unknown_area(code):
        "没有导入过区划 {code}", "请先导入该区划（import areas），或检查代码";
        "no area {code} was imported", "import it first (import areas) or check the code";
    outside_area(code, jurisdiction):
        "区划 {code} 不在本辖区 {jurisdiction} 内", "请改正代码，或删除这一行";
        "area {code} does not lie in {jurisdiction}", "correct the code or delete the row";
    unknown_people(ids):
        "没有导入过人员 {ids}", "请先导入人员（import people），或检查编号";
        "no people {ids} were imported", "import them first (import people) or check the ids";
    unknown_post(post):
        "没有导入过岗位 {post}", "请先导入岗位（import posts），或检查区划代码和岗位";
        "no post {post} was imported", "import it first (import posts) or check area and duty";
    bad_outline(detail):
        "边界有误：{detail}", "请在制图软件中修正后重新导出";
        "the outline is wrong: {detail}", "correct it in the mapping program and export it again";
    not_geojson(detail):
        "不是 GeoJSON 要素集合：{detail}", "请导出为 WGS-84 坐标的 FeatureCollection";
        "this is no GeoJSON feature collection: {detail}", "export a FeatureCollection in WGS-84";
}

// Units and sites.
problems! {
    one_of(text, known):
        "不认识“{text}”", "可填写：{known}";
        "{text:?} is not known", "use one of: {known}";
    not_a_crs(text):
        "“{text}”不是坐标系", "可填写：wgs84、cgcs2000、gcj02（高德、腾讯）、bd09（百度）";
        "{text:?} is no coordinate system", "use wgs84, cgcs2000, gcj02 or bd09";
    outside_county(lon, lat, county):
        "坐标 {lon},{lat} 不在{county}境内", "请核对经度、纬度和坐标系（crs）";
        "the point {lon},{lat} does not lie in {county}", "check longitude, latitude and crs";
    not_a_count(text):
        "“{text}”不是数量", "请填写 0 或正整数";
        "{text:?} is no count", "write a whole number, 0 or more";
    not_a_number(text):
        "“{text}”不是数字", "请填写数字，不带单位";
        "{text:?} is no number", "write a number without its unit";
    not_between(low, high):
        "不在 {low} 到 {high} 之间", "请核对";
        "this is not between {low} and {high}", "check it";
    unknown_capability(text, known):
        "不认识能力“{text}”", "可填写：{known}";
        "capability {text:?} is not known", "use one of: {known}";
    not_measured(text):
        "“{text}”不按指标计量", "请把它填在“能力”列，这里只填有计量单位的能力，如 排涝:1000";
        "{text:?} is not counted as an amount", "put it into the column capabilities; here belongs what has a unit of measure, such as pump:1000";
    not_an_amount(text):
        "“{text}”没有写明数量", "请填写能力和 1 至 10000000 的整数，如 排涝:1000";
        "{text:?} does not say how much", "write a capability and a whole number from 1 to 10000000, such as pump:1000";
    not_equipment(text):
        "“{text}”不是装备和件数", "请填写如 冲锋舟:2；救生衣:40，件数为 1 至 1000000";
        "{text:?} is no equipment with its number", "write it as boat:2; life jacket:40, with 1 to 1000000 pieces";
    listed_twice(text):
        "“{text}”写了两次", "请合并成一项";
        "{text:?} is listed twice", "add the two up";
    too_many(limit):
        "超过 {limit} 项", "请只填写主要的";
        "there are more than {limit}", "keep the most important";
    terminal_taken(unit):
        "该终端号属于 {unit}", "每个终端只对应一辆车或一支队伍，请改正";
        "this is the terminal of {unit}", "give each unit a terminal of its own";
    other_kind(known):
        "该编号已用于另一类地点（{known}）", "请换一个编号";
        "this id is that of a {known}", "give the site an id of its own";
    unknown_depot(id):
        "没有导入过储备点 {id}", "请先导入储备点（import depots），或检查编号";
        "no depot {id} was imported", "import it first (import depots) or check the id";
    unknown_item(text, near):
        "物资目录中没有“{text}”", "请改正编码或名称，或先把它加入 supplies.toml；相近的有：{near}";
        "no item {text:?} in the catalogue", "correct it or add it to supplies.toml; near are: {near}";
    other_unit(text, unit):
        "目录中该物资按“{unit}”计，此处写的是“{text}”", "请换算数量并改正单位";
        "the catalogue counts this in {unit}, not in {text}", "convert the quantity and correct the unit";
    expires_before_made():
        "有效期早于生产日期", "请核对两个日期";
        "it expires before it was made", "check the two dates";
    unknown_shelter(id):
        "没有导入过安置点 {id}", "请先导入安置点（import shelters），或检查编号";
        "no shelter {id} was imported", "import it first (import shelters) or check the id";
    plan_to_nowhere():
        "有转移预案但没有安置点", "请填写安置点编号";
        "there is a plan but no shelter", "name the shelter it leads to";
    several_rings():
        "封闭范围须是一个没有孔洞的多边形", "请拆分成几个要素";
        "a closure is one polygon without holes", "make a feature of each";
    not_a_ring(text):
        "“{text}”不是封闭范围", "请依次填写 3 至 200 个角点，如 114.10 35.20；114.12 35.20；114.12 35.22";
        "{text:?} is no polygon", "write 3 to 200 corners in order, such as 114.10 35.20; 114.12 35.20; 114.12 35.22";
    nothing_closed():
        "没有写明封闭的是什么", "请填写道路编号，或经纬度和半径（公里），或范围，三者选一";
        "it does not say what is closed", "give a road, or a point with its radius in km, or a polygon: one of the three";
    unlikely(remedy):
        "阈值不合理（{remedy}）", "请核对该站各项阈值";
        "this cannot be: {remedy}", "correct the thresholds of this gauge";
}

// Rotations and rosters.
problems! {
    not_a_date(text):
        "“{text}”不是日期", "请填写如 2026-07-21 或 7月21日";
        "{text:?} is no date", "write it as 2026-07-21 or 7月21日";
    no_year(text):
        "“{text}”没有年份，标题中也没有", "请在标题中写明年份，或在导入时指定年份";
        "{text:?} has no year and neither has the title", "put the year into the title or name it on import";
    no_month():
        "不知道这是哪一年哪一月的排班表", "请在标题中写明，如“2026年7月排班表”";
        "it is not known which month this is", "put year and month into the title, such as 2026年7月";
    wrong_weekday(date, actual, claimed):
        "{date} 是星期{actual}，表中写的是星期{claimed}", "请核对年份、日期和星期";
        "{date} is weekday {actual}, but the sheet says {claimed}", "check the year, the date and the weekday";
    not_a_time(text):
        "“{text}”不是时间", "请填写如 08:00、20:00 或 次日8:00";
        "{text:?} is no time of day", "write it as 08:00, 20:00 or 次日8:00";
    not_a_shift(hours):
        "班次 {hours} 不在 1 分钟到 72 小时之间", "请核对开始和结束时间";
        "the shift {hours} does not last 1 minute to 72 hours", "check its start and end";
    not_a_day_type(text):
        "“{text}”不是日期类型", "请填写 工作日、周末、节假日 或 调休上班";
        "{text:?} is no day type", "write workday, weekend, holiday or makeup_workday";
    not_a_crew(text):
        "“{text}”不是班次序号", "请从 1 开始连续编号";
        "{text:?} is no crew number", "number the crews from 1";
    missing_crew(number):
        "缺少第 {number} 班", "同一岗位同一日期类型的班次须从 1 开始连续编号";
        "crew {number} is missing", "number the crews of a post and day type from 1 without a hole";
    differs(row):
        "与第 {row} 行不一致", "请改成一致";
        "this differs from row {row}", "make them agree";
    no_area():
        "不知道这是哪个单位的值班表", "请在导入时指定区划代码";
        "it is not known whose roster this is", "name the area on import";
    nobody():
        "没有写明值班人员", "请填写姓名；确实无人时写“无”";
        "nobody is named", "write a name, or 无 where nobody is meant";
    named_twice(name):
        "“{name}”写了两次", "请删除一个，或改成另一人";
        "{name:?} is named twice", "delete one or name somebody else";
    names_run_together(text):
        "“{text}”分不清是几个人", "请用顿号分隔姓名";
        "it is not clear where the names in {text:?} end", "separate the names by 、";
    names_do_not_fit_days(names, days):
        "{days} 天写了 {names} 个人", "按日期顺序每天写一个人";
        "there are {names} names for {days} days", "give one name for each day, in order";
    unknown_mark(text, known):
        "不认识标记“{text}”", "可用的标记：{known}";
        "mark {text:?} is not known", "use one of: {known}";
    no_hours(mark):
        "表中没有说明“{mark}”班的起止时间", "请在表下注明，如“{mark}：8:30-17:30”";
        "the sheet does not say when {mark:?} begins and ends", "add a legend such as {mark}：8:30-17:30";
    unknown_person(name):
        "人员名单中没有“{name}”", "请先导入该人员，或核对姓名";
        "nobody known is called {name:?}", "import the person first or check the name";
    namesakes(name, candidates):
        "有几个人叫“{name}”：{candidates}", "请改写编号，或在值班表中写上电话";
        "several people are called {name:?}: {candidates}", "write the id, or give the telephone number in the roster";
}

/// Longest piece of a file that is quoted back, in characters.
const QUOTED: usize = 200;

fn short(text: &str) -> String {
    if text.chars().count() <= QUOTED {
        return text.to_owned();
    }
    text.chars().take(QUOTED).chain(['…']).collect()
}
