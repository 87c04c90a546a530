//! The sheet that is printed and stamped: 《突发事件信息专报》. Every word of people is escaped.

use std::fmt::Write as _;

use crate::domain::{
    board::Board,
    bulletin::IssueNumber,
    deadline::{Rank, Series},
    report::{Mark, Report},
    time::Timestamp,
};

/// Returns a page of its own; it looks as `print.css` says.
pub(super) fn sheet(board: &Board, report: &Report) -> String {
    let county = board.jurisdiction().map(|area| board.areas.name(area)).unwrap_or_default();
    let heading = match report.series {
        Series::Incident => "突发事件信息专报",
        Series::Statistics => "自然灾害情况统计报告",
    };
    let heading = if report.drill { format!("【演练】{heading}") } else { heading.to_owned() };
    let number = report.number.map_or_else(|| "未编号".to_owned(), IssueNumber::zh);
    let signed = report.signed.as_ref();
    let to: Vec<&str> = report.to.iter().map(|rank| rank_zh(*rank)).collect();
    let mut page = format!(
        "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n\
         <link rel=\"stylesheet\" href=\"/api/v1/report.css\">\n</head>\n<body>\n<article>\n<header>\n\
         <h1>{}</h1>\n<p class=\"number\">{}</p>\n<dl>\n",
        escaped(&report.title),
        escaped(&heading),
        escaped(&number)
    );
    row(&mut page, "报送单位", &county);
    row(&mut page, "签发人", &signed.map_or_else(|| "未签发".to_owned(), |mark| name(board, mark)));
    let at = signed.map(|mark| clock(board, mark.at)).unwrap_or_default();
    row(&mut page, "签发时间", &at);
    let _ = write!(page, "</dl>\n</header>\n<h2>{}</h2>\n", escaped(&report.title));
    if signed.is_none() {
        page.push_str("<p class=\"unsigned\">未经签发，不得报送</p>\n");
    }
    for line in report.text.lines().filter(|line| !line.trim().is_empty()) {
        let _ = writeln!(page, "<p>{}</p>", escaped(line));
    }
    page.push_str("<footer>\n<dl>\n");
    row(&mut page, "报送", &to.join("、"));
    row(&mut page, "拟稿", &name(board, &report.drafted));
    let checked = report.checked.as_ref().map(|mark| name(board, mark));
    row(&mut page, "审核", &checked.unwrap_or_default());
    let sent = report.sent.as_ref().map(|sent| clock(board, sent.at));
    row(&mut page, "报送时间", &sent.unwrap_or_default());
    row(&mut page, "事件编号", &report.incident.to_string());
    page.push_str("</dl>\n</footer>\n</article>\n</body>\n</html>\n");
    page
}

fn row(page: &mut String, label: &str, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "<div><dt>{label}</dt><dd>{}</dd></div>", escaped(text));
}

fn name(board: &Board, mark: &Mark) -> String {
    let person = mark.person.as_ref().and_then(|person| board.people.get(person));
    person.map_or_else(|| mark.by.to_string(), |person| person.name.to_string())
}

fn clock(board: &Board, at: Timestamp) -> String {
    at.local(board.timezone()).format("%Y年%-m月%-d日%H:%M").to_string()
}

fn rank_zh(rank: Rank) -> &'static str {
    match rank {
        Rank::Province => "省级",
        Rank::City => "市级",
        Rank::County => "县级",
        Rank::Township => "乡镇级",
        Rank::Village => "村级",
        Rank::Unit => "单位",
        Rank::Scene => "现场",
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_never_markup() {
        assert_eq!(
            escaped("<script>a && 'b' \"c\"</script>"),
            "&lt;script&gt;a &amp;&amp; &#39;b&#39; &quot;c&quot;&lt;/script&gt;"
        );
    }
}
