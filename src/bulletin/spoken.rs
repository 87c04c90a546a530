//! Texts as a voice reads them: numbers, times and measures in words, and no signs that cannot be heard.

use super::sentences::ENDS;

const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
/// Numbers with more digits than this are names, such as those of telephones.
const LONGEST_NUMBER: usize = 6;
/// Signs between two numbers that mean "to".
const RANGES: [char; 7] = ['-', '～', '~', '—', '–', '－', '〜'];
const MINUS: [char; 3] = ['-', '－', '−'];
/// Words before a number that is dialled.
const DIALLED: [&str; 5] = ["拨打", "电话", "热线", "致电", "电话："];
/// Measures after a number, the longer first.
const MEASURES: [(&str, &str); 14] = [
    ("mm/h", "毫米每小时"),
    ("km/h", "公里每小时"),
    ("m3/s", "立方米每秒"),
    ("m³/s", "立方米每秒"),
    ("m/s", "米每秒"),
    ("℃", "摄氏度"),
    ("°C", "摄氏度"),
    ("mm", "毫米"),
    ("cm", "厘米"),
    ("km", "公里"),
    ("hPa", "百帕"),
    ("m", "米"),
    ("h", "小时"),
    ("°", "度"),
];

/// Returns a text in words.
pub(super) fn words(text: &str) -> String {
    let plain: Vec<char> = text.chars().map(half_width).collect();
    let mut spoken = String::with_capacity(text.len());
    let mut at = 0;
    while at < plain.len() {
        let rest = &plain[at..];
        let negative = MINUS.contains(&rest[0]) && !follows_value(&plain[..at]);
        if rest[0].is_ascii_digit() || (negative && rest.get(1).is_some_and(char::is_ascii_digit)) {
            at += number(rest, &mut spoken);
        } else {
            sign(rest[0], &mut spoken);
            at += 1;
        }
    }
    tidy(&spoken)
}

/// Tells whether what stands before a dash is a number or its measure: then the dash means "to".
fn follows_value(before: &[char]) -> bool {
    before.last().is_some_and(|c| c.is_ascii_digit() || "℃%级度米时日月年".contains(*c))
}

/// Reads a number with what belongs to it; returns how many characters that takes.
fn number(rest: &[char], spoken: &mut String) -> usize {
    let negative = !rest[0].is_ascii_digit();
    let start = usize::from(negative);
    let digits = run(&rest[start..]);
    let whole: String = rest[start..start + digits].iter().collect();
    let mut at = start + digits;
    if let Some(length) = clock(&whole, &rest[at..], spoken) {
        return at + length;
    }
    let mut fraction = String::new();
    if rest.get(at) == Some(&'.') && run(rest.get(at + 1..).unwrap_or_default()) > 0 {
        let digits = run(&rest[at + 1..]);
        fraction = rest[at + 1..at + 1 + digits].iter().collect();
        at += 1 + digits;
    }
    let after = &rest[at..];
    let year = digits == 4 && fraction.is_empty() && after.first() == Some(&'年');
    let value = if year { one_by_one(&whole, '一') } else { value(&whole, &fraction, spoken) };
    if after.first() == Some(&'%') {
        spoken.push_str(if negative { "负百分之" } else { "百分之" });
        spoken.push_str(&value);
        return at + 1;
    }
    if negative {
        let cold = rest.iter().take(16).collect::<String>();
        spoken.push_str(if cold.contains(['℃', '°']) { "零下" } else { "负" });
    }
    spoken.push_str(&value);
    at + follow(after, spoken)
}

/// Reads what follows a number: a measure, and the dash of a range.
fn follow(after: &[char], spoken: &mut String) -> usize {
    let text: String = after.iter().take(5).collect();
    let measure = MEASURES.iter().find(|(sign, _)| {
        let next = text.strip_prefix(sign).map(|rest| rest.chars().next());
        next.is_some_and(|next| !next.is_some_and(|c| c.is_ascii_alphanumeric()))
    });
    let mut at = 0;
    if let Some((sign, word)) = measure {
        spoken.push_str(word);
        at += sign.chars().count();
    }
    let is_value = |c: Option<&char>| c.is_some_and(|c| c.is_ascii_digit() || MINUS.contains(c));
    if after.get(at).is_some_and(|c| RANGES.contains(c)) && is_value(after.get(at + 1)) {
        spoken.push('到');
        at += 1;
    }
    at
}

/// Reads `21:29` and `21:29:05`; `hour` stands before the colon.
fn clock(hour: &str, after: &[char], spoken: &mut String) -> Option<usize> {
    let colon = |at: usize| matches!(after.get(at), Some(':' | '：'));
    let part = |at: usize| {
        let digits = after.get(at..at + 2)?.iter().collect::<String>();
        let number: u32 = digits.parse().ok()?;
        let ends = !after.get(at + 2).is_some_and(char::is_ascii_digit);
        (number < 60 && ends).then_some(number)
    };
    let hour: u32 = hour.parse().ok().filter(|hour| *hour <= 24)?;
    let minute = colon(0).then(|| part(1)).flatten()?;
    spoken.push_str(&format!("{}时", integer(u64::from(hour))));
    let second = colon(3).then(|| part(4)).flatten();
    if minute > 0 || second.is_some() {
        spoken.push_str(&format!("{}分", integer(u64::from(minute))));
    }
    if let Some(second) = second {
        spoken.push_str(&format!("{}秒", integer(u64::from(second))));
    }
    Some(if second.is_some() { 6 } else { 3 })
}

/// Returns a number in words: as a quantity, or digit by digit where it is a name.
fn value(whole: &str, fraction: &str, before: &str) -> String {
    let dialled = DIALLED.iter().any(|word| before.ends_with(word));
    let named = whole.len() > LONGEST_NUMBER || (whole.len() > 1 && whole.starts_with('0'));
    if dialled || (named && fraction.is_empty()) {
        return one_by_one(whole, if dialled { '幺' } else { '一' });
    }
    let said = whole.parse().map_or_else(|_| one_by_one(whole, '一'), integer);
    if fraction.is_empty() { said } else { format!("{said}点{}", one_by_one(fraction, '一')) }
}

fn one_by_one(digits: &str, one: char) -> String {
    let word = |c: char| match c.to_digit(10) {
        Some(1) => one,
        Some(digit) => DIGITS.get(digit as usize).copied().unwrap_or(c),
        None => c,
    };
    digits.chars().map(word).collect()
}

/// Returns a whole number in words, such as 一万零三十.
fn integer(number: u64) -> String {
    const GROUPS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];
    if number == 0 {
        return "零".to_owned();
    }
    let mut said = String::new();
    let mut higher = false;
    for (power, group) in (0_u32..).zip(GROUPS).collect::<Vec<_>>().into_iter().rev() {
        let part = number / 10_000_u64.pow(power) % 10_000;
        if part == 0 {
            continue;
        }
        // A gap between the groups is said as one 零.
        let gap = higher && (part < 1_000 || said.ends_with(GROUPS[2]) && power == 0);
        if gap {
            said.push('零');
        }
        said.push_str(&below_ten_thousand(part));
        said.push_str(group);
        higher = true;
    }
    match said.strip_prefix("一十") {
        Some(rest) => format!("十{rest}"),
        None => said,
    }
}

fn below_ten_thousand(number: u64) -> String {
    const PLACES: [(u64, &str); 4] = [(1_000, "千"), (100, "百"), (10, "十"), (1, "")];
    let mut said = String::new();
    let mut gap = false;
    for (place, name) in PLACES {
        let digit = number / place % 10;
        if digit == 0 {
            gap = !said.is_empty();
            continue;
        }
        if gap {
            said.push('零');
            gap = false;
        }
        said.extend(usize::try_from(digit).ok().and_then(|digit| DIGITS.get(digit)));
        said.push_str(name);
    }
    said
}

fn run(text: &[char]) -> usize {
    text.iter().take_while(|c| c.is_ascii_digit()).count()
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' => {
            char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c)
        }
        '％' => '%',
        '．' => '.',
        c => c,
    }
}

/// Reads one sign that is no part of a number.
fn sign(c: char, spoken: &mut String) {
    match c {
        'Ⅰ' => spoken.push('一'),
        'Ⅱ' => spoken.push('二'),
        'Ⅲ' => spoken.push('三'),
        'Ⅳ' => spoken.push('四'),
        '（' | '）' | '(' | ')' | '【' | '】' | '[' | ']' | '［' | '］' | '「' | '」' | '{'
        | '}' | '〔' | '〕' | '<' | '>' | '〈' | '〉' | '/' | ',' => spoken.push('，'),
        '“' | '”' | '‘' | '’' | '"' | '\'' | '《' | '》' | '*' | '#' | '_' | '|' => {}
        '℃' => spoken.push_str("摄氏度"),
        '%' => spoken.push_str("百分比"),
        '\n' => spoken.push('。'),
        ':' => spoken.push('：'),
        c if c.is_whitespace() || c.is_control() => {}
        c => spoken.push(c),
    }
}

/// Leaves one sign where several meet, the one that makes the longest pause, and none at the start.
pub(super) fn tidy(text: &str) -> String {
    let pause = |c: char| match c {
        _ if ENDS.contains(&c) => 3,
        '：' => 2,
        '，' | '、' => 1,
        _ => 0,
    };
    let mut tidy = String::with_capacity(text.len());
    for c in text.chars() {
        let last = tidy.chars().next_back();
        let before = last.map_or(3, pause);
        match pause(c) {
            0 => tidy.push(c),
            // The start of a text counts as a pause.
            _ if last.is_none() => {}
            longer if before > 0 && longer > before => {
                tidy.pop();
                tidy.push(c);
            }
            _ if before > 0 => {}
            _ => tidy.push(c),
        }
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_times_and_measures_are_said_in_words() {
        for (text, said) in [
            ("10月6日21:29", "十月六日二十一时二十九分"),
            ("8:00至20:05:09", "八时至二十时五分九秒"),
            ("2026年7月21日", "二零二六年七月二十一日"),
            ("阵风7-8级，局地9～10级", "阵风七到八级，局地九到十级"),
            ("3小时降雨量达50mm以上", "三小时降雨量达五十毫米以上"),
            ("最低-5℃", "最低零下五摄氏度"),
            ("-5～-3℃", "零下五到零下三摄氏度"),
            ("12.5m/s", "十二点五米每秒"),
            ("湿度30%", "湿度百分之三十"),
            ("水位64.10米", "水位六十四点一零米"),
            ("请拨打110或致电12345", "请拨打幺幺零或致电幺二三四五"),
            ("降雨110毫米", "降雨一百一十毫米"),
            ("13800000000", "一三八零零零零零零零零"),
            ("G30高速", "G三十高速"),
            ("发布蓝色预警[Ⅳ级/一般]", "发布蓝色预警，四级，一般，"),
            ("（来源：台）请注意！。", "来源：台，请注意！"),
            ("５０人", "五十人"),
            ("a - b", "a-b"),
            ("25:70", "二十五：七十"),
            ("", ""),
        ] {
            assert_eq!(words(text), said, "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_said_as_people_say_them() {
        for (number, said) in [
            (0, "零"),
            (7, "七"),
            (10, "十"),
            (19, "十九"),
            (20, "二十"),
            (101, "一百零一"),
            (110, "一百一十"),
            (1_001, "一千零一"),
            (1_010, "一千零一十"),
            (10_000, "一万"),
            (10_030, "一万零三十"),
            (110_000, "十一万"),
            (123_456, "十二万三千四百五十六"),
            (100_001_000, "一亿零一千"),
        ] {
            assert_eq!(integer(number), said, "{number}");
        }
    }

    #[test]
    fn nothing_that_cannot_be_heard_is_left() {
        let text = words("【演练】“注意”（防范）[一]{二}<三>《四》");
        assert!(
            !text.contains(['【', '】', '（', '）', '[', ']', '{', '}', '<', '>', '《', '“']),
            "{text}"
        );
    }
}
