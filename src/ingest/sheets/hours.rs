//! Hours of shifts: single times of day, and the sentences that give them (`夜：17:30-次日8:30`).

use super::{
    fields,
    problem::{self, Problem},
    table::Cell,
};
use crate::domain::roster::ShiftTime;

/// Minutes of a day.
const DAY: u32 = 24 * 60;
/// Longest shift, as rotations allow.
const LONGEST: u32 = 3 * DAY;
/// When a duty day begins where nothing else is said: 8:00 to 8:00 is what bureaus use.
pub(super) const WHOLE_DAY: ShiftTime = ShiftTime { from_minute: 8 * 60, minutes: DAY };
/// Says that the time after it is on the next day.
const NEXT_DAY: [&str; 4] = ["次日", "翌日", "第二天", "隔日"];
const SAME_DAY: [&str; 3] = ["当日", "当天", "每日"];

/// A time of day; up to 24:00, or on the day after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    minute: u32,
    next_day: bool,
}

impl Clock {
    /// Returns the minutes since the midnight in which the day began.
    pub fn minutes(self) -> u32 {
        self.minute + if self.next_day { DAY } else { 0 }
    }
}

/// Hours with the words before them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Labelled {
    pub label: String,
    pub hours: ShiftTime,
}

/// Reads one time of day: `08:00`, `8时30分`, `次日8:00`, `24:00`, or a spreadsheet's fraction of a day.
pub(super) fn clock(cell: &Cell) -> Result<Clock, Problem> {
    let bad = || problem::not_a_time(cell.text());
    match cell {
        Cell::Serial(part) | Cell::Number(part) if (0.0..1.0).contains(part) => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 1")]
            let minute = (part * f64::from(DAY)).round() as u32;
            Ok(Clock { minute, next_day: false })
        }
        Cell::Text(text) => {
            let text = fields::half_width(text);
            let times = times(&text);
            let [time] = &times[..] else { return Err(bad()) };
            let around = format!("{}{}", &text[..time.start], &text[time.end..]);
            let words =
                NEXT_DAY.iter().chain(&SAME_DAY).fold(around, |rest, word| rest.replace(word, ""));
            // 08:00:00
            let bare = matches!(words.trim(), "" | ":00");
            if bare { Ok(time.clock) } else { Err(bad()) }
        }
        Cell::Empty | Cell::Serial(_) | Cell::Number(_) | Cell::Broken(_) => Err(bad()),
    }
}

/// Returns the shift from `from` to `to`; an end not after the start is on the next day.
pub(super) fn shift(from: Clock, to: Clock) -> Result<ShiftTime, Problem> {
    let next = to.next_day || to.minute <= from.minute;
    let end = to.minute + if next { DAY } else { 0 };
    let minutes = end.saturating_sub(from.minute);
    if from.next_day || from.minute >= DAY || !(1..=LONGEST).contains(&minutes) {
        let text = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
        return Err(problem::not_a_shift(format!("{}-{}", text(from.minute), text(end))));
    }
    Ok(ShiftTime { from_minute: from.minute, minutes })
}

/// Returns every pair of hours in a sentence, with what stands before it: `白：8:30-17:30  夜：17:30-次日8:30`.
pub(super) fn labelled(text: &str) -> Vec<Labelled> {
    let text = fields::half_width(text);
    let times = times(&text);
    let mut found = Vec::new();
    let mut label_start = 0;
    let mut index = 0;
    while let [from, to, ..] = times.get(index..).unwrap_or_default() {
        let joined = is_join(&text[from.end..to.start]);
        if let Some(hours) = joined.then(|| shift(from.clock, to.clock).ok()).flatten() {
            let label = label(&text[label_start..from.start]);
            found.push(Labelled { label, hours });
            label_start = to.end;
            index += 2;
        } else {
            index += 1;
        }
    }
    found
}

struct Time {
    start: usize,
    end: usize,
    clock: Clock,
}

/// Finds the times of day in a half-width text.
fn times(text: &str) -> Vec<Time> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(|c: char| c.is_ascii_digit()) {
        let start = at + offset;
        let digits = text[start..].bytes().take_while(u8::is_ascii_digit).count();
        at = start + digits;
        let Some((minute, length)) = time_at(&text[start..], digits) else { continue };
        let before = text[..start].trim_end();
        let next_day = NEXT_DAY.iter().any(|word| before.ends_with(word));
        at = start + length;
        found.push(Time { start, end: at, clock: Clock { minute, next_day } });
    }
    found
}

/// Reads `8:30`, `8时30分` or `8点` at the start of `text`: the minute of the day and the length.
fn time_at(text: &str, digits: usize) -> Option<(u32, usize)> {
    let hour: u32 = text[..digits].parse().ok().filter(|hour| digits <= 2 && *hour <= 24)?;
    let sign = text[digits..].chars().next().filter(|c| [':', '时', '点'].contains(c))?;
    let mut length = digits + sign.len_utf8();
    let minutes = text[length..].bytes().take_while(u8::is_ascii_digit).count();
    let minute: u32 = match minutes {
        2 => text[length..length + 2].parse().ok()?,
        0 if sign != ':' => 0,
        _ => return None,
    };
    length += minutes;
    if sign != ':' && minutes == 2 && text[length..].starts_with('分') {
        length += '分'.len_utf8();
    }
    let total = hour * 60 + minute;
    (minute < 60 && total <= DAY).then_some((total, length))
}

fn is_join(between: &str) -> bool {
    let words = NEXT_DAY.iter().chain(&SAME_DAY);
    let rest = words.fold(between.to_owned(), |rest, word| rest.replace(word, ""));
    let rest: String = rest.split_whitespace().collect();
    !rest.is_empty() && rest.chars().all(|c| "-—–―~至到".contains(c))
}

/// Returns the last words before the hours: `白`, `值班时间为`.
fn label(before: &str) -> String {
    let mut rest = before.trim();
    for word in SAME_DAY {
        rest = rest.trim_end_matches(word).trim();
    }
    let rest = rest.trim_end_matches([':', '(', ' ', '为', '是']);
    let last = rest.rsplit([';', ',', '、', '。', ' ', '\n', ')']).next().unwrap_or(rest);
    last.trim_start_matches(|c: char| !c.is_alphabetic()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legend_gives_each_mark_its_hours() {
        let legend = labelled("白：8:30-17:30  夜：17:30-次日8:30  备：备勤");
        assert_eq!(legend, [of("白", 510, 540), of("夜", 1050, 900)]);
        let spoken = labelled("早班 8时至16时，晚班（16点30分到次日8点）");
        assert_eq!(spoken, [of("早班", 480, 480), of("晚班", 990, 930)]);
    }

    #[test]
    fn the_hours_of_a_note_are_found_among_other_numbers() {
        let note = "注：1.值班时间为当日8:00至次日8:00；2.带班领导保持24小时通讯畅通；3.如需调班请提前报办公室。";
        let found = labelled(note);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].hours, WHOLE_DAY);
        assert!(labelled("填报时间：2026年6月28日 电话：0990-5551234").is_empty());
    }

    #[test]
    fn single_times_are_read_as_text_and_as_fractions() {
        let minute = |cell: Cell| clock(&cell).map(|clock| (clock.minute, clock.next_day));
        assert_eq!(minute(Cell::of_text("8：30")), Ok((510, false)));
        assert_eq!(minute(Cell::of_text("次日8:00")), Ok((480, true)));
        assert_eq!(minute(Cell::of_text("24:00")), Ok((1440, false)));
        assert_eq!(minute(Cell::of_text("08:00:00")), Ok((480, false)));
        assert_eq!(minute(Cell::Serial(1.0 / 3.0)), Ok((480, false)));
        for wrong in ["25:00", "8:5", "上午", "8:00-9:00", "约8:00"] {
            assert!(clock(&Cell::of_text(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_shift_that_ends_at_or_before_its_start_ends_tomorrow() {
        let between = |from: &str, to: &str| {
            shift(clock(&Cell::of_text(from)).unwrap(), clock(&Cell::of_text(to)).unwrap())
        };
        assert_eq!(between("20:00", "8:00").unwrap().minutes, 720);
        assert_eq!(between("8:00", "8:00").unwrap().minutes, 1440);
        assert_eq!(between("8:00", "次日9:00").unwrap().minutes, 1500);
        assert_eq!(between("0:00", "24:00").unwrap().minutes, 1440);
        assert!(between("24:00", "8:00").is_err());
    }

    fn of(label: &str, from_minute: u32, minutes: u32) -> Labelled {
        Labelled { label: label.to_owned(), hours: ShiftTime { from_minute, minutes } }
    }
}
