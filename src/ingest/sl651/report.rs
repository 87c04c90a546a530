//! What a station said: who, when, and the values of its elements with their times.

use std::fmt;

use super::{
    Fault, Frame, Value, body, digits,
    element::Element,
    station::{Password, Station},
};
use crate::domain::time::Timestamp;

/// Bytes of serial number and time before everything else.
const PREFIX: usize = 8;

/// What a report is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Function {
    /// 2F 链路维持报: the station is there.
    KeepAlive,
    /// 30 测试报: of somebody at work on the station. Nothing of it is true of the water.
    Test,
    /// 31 均匀时段报: one element at even steps.
    Even,
    /// 32 定时报.
    Timed,
    /// 33 加报: more has changed than it waits for.
    Threshold,
    /// 34 小时报.
    Hourly,
    /// 35 人工置数报: typed in by somebody.
    Manual,
    /// 36 图片报.
    Picture,
    /// 37 答实时数据.
    Current,
    /// 38 答时段数据.
    Period,
    /// 39 答人工置数.
    ManualAnswer,
    /// 3A 答指定要素.
    Elements,
    /// 44 答水泵电机实时工作数据.
    Pumps,
    /// 46 答状态及报警信息.
    State,
}

impl Function {
    const ALL: [Function; 14] = [
        Function::KeepAlive,
        Function::Test,
        Function::Even,
        Function::Timed,
        Function::Threshold,
        Function::Hourly,
        Function::Manual,
        Function::Picture,
        Function::Current,
        Function::Period,
        Function::ManualAnswer,
        Function::Elements,
        Function::Pumps,
        Function::State,
    ];

    pub fn code(self) -> u8 {
        match self {
            Function::KeepAlive => 0x2F,
            Function::Test => 0x30,
            Function::Even => 0x31,
            Function::Timed => 0x32,
            Function::Threshold => 0x33,
            Function::Hourly => 0x34,
            Function::Manual => 0x35,
            Function::Picture => 0x36,
            Function::Current => 0x37,
            Function::Period => 0x38,
            Function::ManualAnswer => 0x39,
            Function::Elements => 0x3A,
            Function::Pumps => 0x44,
            Function::State => 0x46,
        }
    }

    /// Returns the function of a code. The other answers of 40 to 51 are about settings, some of them
    /// secret, which nobody here asks for.
    pub fn from_code(code: u8) -> Result<Self, Fault> {
        let settings = (0x40..=0x51).contains(&code);
        let unknown = if settings { Fault::Unasked } else { Fault::Function };
        Self::ALL.into_iter().find(|function| function.code() == code).ok_or(unknown)
    }

    /// Tells whether the station's class follows its address.
    pub(super) fn has_class(self) -> bool {
        match self {
            Function::KeepAlive | Function::Manual | Function::ManualAnswer | Function::State => {
                false
            }
            Function::Test
            | Function::Even
            | Function::Timed
            | Function::Threshold
            | Function::Hourly
            | Function::Picture
            | Function::Current
            | Function::Period
            | Function::Elements
            | Function::Pumps => true,
        }
    }

    /// Tells whether the body names the station again.
    pub(super) fn has_address(self) -> bool {
        self.has_class() || self == Function::State
    }

    /// Tells whether a time step makes what follows one series.
    pub(super) fn is_series(self) -> bool {
        matches!(self, Function::Even | Function::Period)
    }
}

/// What kind of station speaks (测站分类码), as the letter it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(pub u8);

impl Class {
    /// 降水站.
    pub const RAIN: Class = Class(b'P');
    /// 河道站.
    pub const RIVER: Class = Class(b'H');
    /// 水库(湖泊)站.
    pub const RESERVOIR: Class = Class(b'K');
}

/// From whom a report is, and by what it is known again when it is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    pub centre: u8,
    pub station: Station,
    pub password: Password,
    pub function: Function,
    pub serial: u16,
    pub sent_at: Timestamp,
}

impl Origin {
    /// Reads who sends an uplink, and as what.
    pub fn read(frame: &Frame) -> Result<Self, Fault> {
        let function = Function::from_code(frame.function)?;
        let ([high, low, time @ ..], _) =
            frame.body.split_first_chunk::<PREFIX>().ok_or(Fault::TooShort)?;
        Ok(Self {
            centre: frame.centre,
            station: frame.station,
            password: frame.password,
            function,
            serial: u16::from_be_bytes([*high, *low]),
            sent_at: digits::time(time).ok_or(Fault::Time)?,
        })
    }
}

/// One value of one element.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub element: Element,
    /// When it was measured; when the frame does not say, when it was sent.
    pub at: Timestamp,
    pub value: Value,
}

/// A picture (JPEG), as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture(pub Vec<u8>);

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({} bytes)", self.0.len())
    }
}

/// What a station said.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub centre: u8,
    pub station: Station,
    pub password: Password,
    pub function: Function,
    pub serial: u16,
    /// By the station's clock, which may be wrong.
    pub sent_at: Timestamp,
    pub class: Option<Class>,
    /// The first time of observation in the frame, by the station's clock.
    pub observed_at: Option<Timestamp>,
    /// In the order of the frame.
    pub values: Vec<Reading>,
    /// What somebody typed in (人工置数).
    pub text: Option<String>,
    pub picture: Option<Picture>,
}

impl Report {
    /// Reads a whole report: one frame, or the packets of several put together.
    pub fn read(frame: &Frame) -> Result<Self, Fault> {
        let origin = Origin::read(frame)?;
        let rest = frame.body.get(PREFIX..).unwrap_or_default();
        body::read(Self::of(origin), rest)
    }

    /// Returns a report that says nothing yet.
    pub fn of(origin: Origin) -> Self {
        let Origin { centre, station, password, function, serial, sent_at } = origin;
        Self {
            centre,
            station,
            password,
            function,
            serial,
            sent_at,
            class: None,
            observed_at: None,
            values: Vec::new(),
            text: None,
            picture: None,
        }
    }

    pub fn origin(&self) -> Origin {
        let Self { centre, station, password, function, serial, sent_at, .. } = *self;
        Origin { centre, station, password, function, serial, sent_at }
    }

    /// Tells whether it is of somebody at work on the station: kept apart, and never of the water.
    pub fn is_test(&self) -> bool {
        self.function == Function::Test
    }
}
