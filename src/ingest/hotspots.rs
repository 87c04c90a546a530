//! Hot spots as FIRMS writes them (NASA's Fire Information for Resource Management System): CSV of VIIRS or MODIS.
//!
//! Invariant: nothing of a file with a fault is taken; each fault is named by its row and column.

use std::fmt;

use chrono::{NaiveDate, NaiveTime};
use csv::{ReaderBuilder, StringRecord};

use crate::domain::{
    hotspot::{Confidence, Detection},
    time::Timestamp,
};

/// Most rows of a file: more than a province has on a day of spring.
const ROWS_LIMIT: usize = 10_000;
/// Faults told of one file; the others are counted.
const TOLD: usize = 20;
/// Longest piece of a file that is quoted back, in characters.
const QUOTED: usize = 40;

/// One thing wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// As an editor numbers lines, the heading's is 1.
    pub row: u64,
    /// The column's heading; empty for a whole row.
    pub column: &'static str,
    pub why: String,
}

impl Fault {
    /// Returns where it stands, such as `row 3, column frp`.
    pub fn place(&self) -> String {
        match self.column {
            "" => format!("row {}", self.row),
            column => format!("row {}, column {column}", self.row),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.why)
    }
}

/// Everything wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Faults {
    pub told: Vec<Fault>,
    pub total: usize,
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fault) in self.told.iter().enumerate() {
            write!(f, "{}{fault}", if number == 0 { "" } else { "; " })?;
        }
        match self.total.saturating_sub(self.told.len()) {
            0 => f.write_str("; nothing was taken"),
            more => write!(f, "; and {more} more; nothing was taken"),
        }
    }
}

impl Faults {
    fn one(row: u64, column: &'static str, why: impl Into<String>) -> Self {
        Self { told: vec![Fault { row, column, why: why.into() }], total: 1 }
    }

    fn note(&mut self, fault: Fault) {
        self.total += 1;
        if self.told.len() < TOLD {
            self.told.push(fault);
        }
    }
}

/// The columns that are read, by their headings. Others, such as `version`, are left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Latitude,
    Longitude,
    Brightness,
    Scan,
    Track,
    Date,
    Time,
    Satellite,
    Instrument,
    Confidence,
    Power,
    DayNight,
}

impl Column {
    /// Each with its headings: that of VIIRS first, then that of MODIS where it is another.
    const ALL: [(Column, &'static [&'static str], bool); 12] = [
        (Column::Latitude, &["latitude"], true),
        (Column::Longitude, &["longitude"], true),
        (Column::Brightness, &["bright_ti4", "brightness"], true),
        (Column::Scan, &["scan"], false),
        (Column::Track, &["track"], false),
        (Column::Date, &["acq_date"], true),
        (Column::Time, &["acq_time"], true),
        (Column::Satellite, &["satellite"], true),
        (Column::Instrument, &["instrument"], false),
        (Column::Confidence, &["confidence"], true),
        (Column::Power, &["frp"], false),
        (Column::DayNight, &["daynight"], false),
    ];
}

/// Where each column stands, and what the file calls it.
struct Layout {
    places: Vec<(Column, &'static str, usize)>,
    width: usize,
}

/// Reads a file; every fault is named, and then nothing of it is taken.
pub fn read(bytes: &[u8]) -> Result<Vec<Detection>, Faults> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let upto = &bytes[..error.valid_up_to()];
        let row = upto.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        Faults::one(row, "", "this is no UTF-8 text; save the file as CSV UTF-8")
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let Some(Ok(heading)) = records.next() else {
        return Err(Faults::one(1, "latitude", "the file is empty; send what FIRMS gives as CSV"));
    };
    let layout = Layout::of(&heading)?;
    let mut faults = Faults { told: Vec::new(), total: 0 };
    let mut detections = Vec::new();
    for (number, record) in records.enumerate() {
        let Ok(record) = record else {
            faults.note(Fault { row: number as u64 + 2, column: "", why: "not CSV".to_owned() });
            continue;
        };
        let row = record.position().map_or(number as u64 + 2, csv::Position::line);
        if number >= ROWS_LIMIT {
            let why = format!("the file has more than {ROWS_LIMIT} rows; split it");
            return Err(Faults::one(row, "", why));
        }
        match layout.detection(&record) {
            Ok(detection) => detections.push(detection),
            Err((column, why)) => faults.note(Fault { row, column, why }),
        }
    }
    if faults.total > 0 { Err(faults) } else { Ok(detections) }
}

impl Layout {
    fn of(heading: &StringRecord) -> Result<Self, Faults> {
        let mut faults = Faults { told: Vec::new(), total: 0 };
        let mut places = Vec::new();
        for (column, names, needed) in Column::ALL {
            let named = |text: &str| names.iter().find(|name| name.eq_ignore_ascii_case(text));
            let mut found =
                heading.iter().enumerate().filter_map(|(at, text)| Some((at, *named(text)?)));
            let (first, again) = (found.next(), found.next());
            let fault = |why: &str| Fault { row: 1, column: names[0], why: why.to_owned() };
            match (first, again) {
                (Some((at, name)), None) => places.push((column, name, at)),
                (Some(_), Some(_)) => {
                    faults.note(fault("the column stands there twice; delete one"));
                }
                (None, _) if needed => {
                    faults.note(fault("the column is missing; send what FIRMS gives as CSV"));
                }
                (None, _) => {}
            }
        }
        if faults.total > 0 {
            return Err(faults);
        }
        Ok(Self { places, width: heading.len() })
    }

    fn detection(&self, record: &StringRecord) -> Result<Detection, (&'static str, String)> {
        if record.len() > self.width {
            let more = record.len() - self.width;
            return Err(("", format!("{more} more cells than headings; check the commas")));
        }
        let latitude = self.number(record, Column::Latitude, -90.0, 90.0)?;
        let longitude = self.number(record, Column::Longitude, -180.0, 180.0)?;
        let scan = self.may(record, Column::Scan, 0.0, 100.0)?;
        let track = self.may(record, Column::Track, 0.0, 100.0)?;
        Ok(Detection {
            satellite: self.word(record, Column::Satellite)?.into(),
            instrument: self.cell(record, Column::Instrument).map_or("", |(_, text)| text).into(),
            at: self.instant(record)?,
            point: [longitude, latitude],
            confidence: self.confidence(record)?,
            brightness_k: Some(self.number(record, Column::Brightness, 0.0, 5_000.0)?),
            frp_mw: self.may(record, Column::Power, -1_000.0, 1_000_000.0)?,
            pixel_km: scan.zip(track).map(|(scan, track)| [scan, track]),
            night: self.night(record)?,
        })
    }

    /// Returns a cell and the heading over it; nothing where the file has no such column.
    fn cell<'r>(
        &self,
        record: &'r StringRecord,
        column: Column,
    ) -> Option<(&'static str, &'r str)> {
        let (_, name, at) = self.places.iter().find(|(known, ..)| *known == column)?;
        Some((name, record.get(*at).unwrap_or_default()))
    }

    fn word<'r>(
        &self,
        record: &'r StringRecord,
        column: Column,
    ) -> Result<&'r str, (&'static str, String)> {
        let (name, text) = self.cell(record, column).unwrap_or_default();
        if text.is_empty() {
            return Err((name, "the cell is empty or the row breaks off before it".to_owned()));
        }
        Ok(text)
    }

    fn number(
        &self,
        record: &StringRecord,
        column: Column,
        low: f64,
        high: f64,
    ) -> Result<f64, (&'static str, String)> {
        let text = self.word(record, column)?;
        let name = self.cell(record, column).map_or("", |(name, _)| name);
        match text.parse::<f64>() {
            // NaN lies in no range.
            Ok(number) if (low..=high).contains(&number) => Ok(number),
            Ok(_) => Err((name, format!("{} is not between {low} and {high}", quoted(text)))),
            Err(_) => Err((name, format!("{} is no number", quoted(text)))),
        }
    }

    /// Reads a number that a source may leave out.
    fn may(
        &self,
        record: &StringRecord,
        column: Column,
        low: f64,
        high: f64,
    ) -> Result<Option<f64>, (&'static str, String)> {
        match self.cell(record, column) {
            Some((_, text)) if !text.is_empty() => self.number(record, column, low, high).map(Some),
            Some(_) | None => Ok(None),
        }
    }

    /// Reads day and minute of the pass, UTC.
    fn instant(&self, record: &StringRecord) -> Result<Timestamp, (&'static str, String)> {
        let day = self.word(record, Column::Date)?;
        let wrong_day = || ("acq_date", format!("{} is no day such as 2026-04-05", quoted(day)));
        let date = NaiveDate::parse_from_str(day, "%Y-%m-%d").map_err(|_| wrong_day())?;
        let clock = self.word(record, Column::Time)?;
        let wrong = || ("acq_time", format!("{} is no time in UTC such as 0630", quoted(clock)));
        // 57 minutes past midnight comes as 0057 and, out of a spreadsheet, as 57.
        let digits = (1..=4).contains(&clock.len()) && clock.bytes().all(|b| b.is_ascii_digit());
        let number: u32 = clock.parse().ok().filter(|_| digits).ok_or_else(wrong)?;
        let time = NaiveTime::from_hms_opt(number / 100, number % 100, 0).ok_or_else(wrong)?;
        Ok(Timestamp::from_millis(date.and_time(time).and_utc().timestamp_millis()))
    }

    /// Reads the classes of VIIRS or the percentage of MODIS.
    fn confidence(&self, record: &StringRecord) -> Result<Confidence, (&'static str, String)> {
        let text = self.word(record, Column::Confidence)?;
        match text.to_ascii_lowercase().as_str() {
            "l" | "low" => Ok(Confidence::Low),
            "n" | "nominal" => Ok(Confidence::Nominal),
            "h" | "high" => Ok(Confidence::High),
            number => {
                let percent = number.parse::<u8>().ok().filter(|percent| *percent <= 100);
                percent.map(Confidence::of_percent).ok_or_else(|| {
                    ("confidence", format!("{} is none of l, n, h, or 0 to 100", quoted(text)))
                })
            }
        }
    }

    fn night(&self, record: &StringRecord) -> Result<bool, (&'static str, String)> {
        match self.cell(record, Column::DayNight) {
            None | Some((_, "" | "D" | "d")) => Ok(false),
            Some((_, "N" | "n")) => Ok(true),
            Some((name, text)) => Err((name, format!("{} is neither D nor N", quoted(text)))),
        }
    }
}

fn quoted(text: &str) -> String {
    format!("{:?}", text.chars().take(QUOTED).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As FIRMS writes them; the places are invented.
    const VIIRS: &str = "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight\n\
        35.62810,114.44000,337.31,0.45,0.63,2026-04-05,0512,N20,VIIRS,n,2.0NRT,294.10,5.61,D\n\
        35.63100,114.44210,367.00,0.45,0.63,2026-04-05,1824,N,VIIRS,h,2.0NRT,301.22,21.07,N\n";
    const MODIS: &str = "satellite,confidence,frp,acq_time,acq_date,track,scan,brightness,longitude,latitude,daynight,bright_t31,type\n\
        Terra,79,12.4,57,2026-04-05,1.0,1.1,318.4,114.44,35.62,D,290.1,0\n\
        Aqua,100,,0057,2026-04-05,,,331.0,114.44,35.62,,,\n";

    #[test]
    fn a_file_of_viirs_is_read() {
        let read = read(format!("\u{feff}{VIIRS}").as_bytes()).unwrap();
        let [first, second] = &read[..] else { panic!("{read:?}") };
        assert_eq!(first.point, [114.44, 35.6281]);
        assert_eq!(first.at, "2026-04-05T13:12:00+08:00".parse().unwrap());
        assert_eq!((first.satellite.as_str(), first.instrument.as_str()), ("N20", "VIIRS"));
        assert_eq!((first.confidence, first.night), (Confidence::Nominal, false));
        assert_eq!((first.brightness_k, first.frp_mw), (Some(337.31), Some(5.61)));
        assert_eq!(first.pixel_km, Some([0.45, 0.63]));
        assert_eq!((second.confidence, second.night), (Confidence::High, true));
    }

    #[test]
    fn a_file_of_modis_is_read_whatever_the_order_of_its_columns() {
        let read = read(MODIS.as_bytes()).unwrap();
        let confidence: Vec<Confidence> = read.iter().map(|one| one.confidence).collect();
        assert_eq!(confidence, [Confidence::Nominal, Confidence::High]);
        assert_eq!(read[0].at, "2026-04-05T08:57:00+08:00".parse().unwrap());
        assert_eq!(read[0].at, read[1].at);
        assert_eq!((read[1].frp_mw, read[1].pixel_km), (None, None));
        let lowest = [0, 29, 30, 79, 80, 100].map(Confidence::of_percent);
        let (low, nominal, high) = (Confidence::Low, Confidence::Nominal, Confidence::High);
        assert_eq!(lowest, [low, low, nominal, nominal, high, high]);
    }

    #[test]
    fn every_fault_is_named_by_row_and_column_and_nothing_is_taken() {
        let cases = [
            ("35.62810,", "九十,", "row 2, column latitude: \"九十\" is no number"),
            ("35.62810,", "95.1,", "row 2, column latitude: \"95.1\" is not between -90 and 90"),
            ("114.44210", "NaN", "row 3, column longitude"),
            ("337.31", "", "row 2, column bright_ti4: the cell is empty"),
            ("2026-04-05,0512", "05/04/2026,0512", "row 2, column acq_date"),
            ("2026-04-05,0512", "2026-02-30,0512", "row 2, column acq_date"),
            (",0512", ",2460", "row 2, column acq_time"),
            (",0512", ",05:12", "row 2, column acq_time"),
            (",N20", ",", "row 2, column satellite"),
            (",n,", ",x,", "row 2, column confidence"),
            (",n,", ",101,", "row 2, column confidence"),
            ("5.61,D", "much,D", "row 2, column frp"),
            ("5.61,D", "5.61,X", "row 2, column daynight"),
            ("5.61,D", "5.61,D,7", "row 2: 1 more cells than headings"),
            (",1824,N,VIIRS,h,2.0NRT,301.22,21.07,N\n", ",18", "row 3, column satellite"),
            ("acq_date,", "date,", "row 1, column acq_date: the column is missing"),
            ("version", "latitude", "row 1, column latitude: the column stands there twice"),
        ];
        for (right, wrong, says) in cases {
            let text = VIIRS.replacen(right, wrong, 1);
            assert_ne!(text, VIIRS, "{right}");
            let refused = read(text.as_bytes()).unwrap_err().to_string();
            assert!(refused.contains(says), "{wrong}: {refused}");
            assert!(refused.ends_with("nothing was taken"), "{refused}");
        }
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        let page = "<!doctype html><html><body>Invalid MAP_KEY.</body></html>";
        for (bytes, says) in [
            (b"".as_slice(), "row 1, column latitude: the file is empty"),
            (page.as_bytes(), "row 1, column latitude: the column is missing"),
            (b"latitude,longitude\n\xff\xfe", "row 2: this is no UTF-8 text"),
        ] {
            let refused = read(bytes).unwrap_err().to_string();
            assert!(refused.contains(says), "{refused}");
        }
        let row = VIIRS.lines().nth(1).unwrap();
        let long = format!("{VIIRS}{}", format!("{row}\n").repeat(ROWS_LIMIT));
        assert!(read(long.as_bytes()).unwrap_err().to_string().contains("split it"));
        let wrong = format!("{VIIRS}{}", "a,b\n".repeat(50));
        let faults = read(wrong.as_bytes()).unwrap_err();
        assert_eq!((faults.told.len(), faults.total), (TOLD, 50));
        assert_eq!(faults.told[0].row, 4);
    }

    #[test]
    fn a_file_with_a_heading_only_has_nothing_to_tell() {
        assert_eq!(read(VIIRS.lines().next().unwrap().as_bytes()), Ok(Vec::new()));
    }
}
