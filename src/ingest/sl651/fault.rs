//! Why a frame is refused, and by which name programs and counters know the reason.

/// The first thing wrong with a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Fault {
    #[error("bytes that begin no frame")]
    Noise,
    #[error("the frame broke off before its end")]
    CutShort,
    #[error("the checksum is wrong")]
    Crc,
    #[error("the frame does not end as its direction demands")]
    End,
    #[error("the frame is one that a centre sends")]
    Downlink,
    #[error("the function is none that stations report by")]
    Function,
    #[error("the frame answers a question that was never asked")]
    Unasked,
    #[error("the frame is too short for its serial number and time")]
    TooShort,
    #[error("the time is none")]
    Time,
    #[error("the body speaks of another station than the header")]
    Station,
    #[error("an element runs past the end, or its length is none it can have")]
    Element,
    #[error("the time step is none")]
    Step,
    #[error("the data can be read in two ways")]
    Ambiguous,
    #[error("a packet is missing, or its number is none")]
    Packets,
    #[error("the report is too large")]
    TooLarge,
}

impl Fault {
    /// Returns the name that counters know the reason by.
    pub fn code(self) -> &'static str {
        match self {
            Fault::Noise => "sl651.noise",
            Fault::CutShort => "sl651.cut_short",
            Fault::Crc => "sl651.crc",
            Fault::End => "sl651.end",
            Fault::Downlink => "sl651.downlink",
            Fault::Function => "sl651.function",
            Fault::Unasked => "sl651.unasked",
            Fault::TooShort => "sl651.too_short",
            Fault::Time => "sl651.time",
            Fault::Station => "sl651.station",
            Fault::Element => "sl651.element",
            Fault::Step => "sl651.step",
            Fault::Ambiguous => "sl651.ambiguous",
            Fault::Packets => "sl651.packets",
            Fault::TooLarge => "sl651.too_large",
        }
    }

    /// Returns what whoever keeps the station can do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Fault::Noise => "set the station to SL651-2014, hexadecimal",
            Fault::CutShort | Fault::Crc => {
                "nothing if it is rare: the line is bad, the station repeats"
            }
            Fault::End => "end a report in 03, or 17 where more packets follow",
            Fault::Downlink => "point the station, not a centre, at this port",
            Fault::Function => "report by functions 2F to 3A",
            Fault::Unasked => "nothing: such answers are not used",
            Fault::TooShort => "begin the body with two bytes of serial number and six of time",
            Fault::Time => "set the station's clock: year, month, day, hour, minute in BCD",
            Fault::Station => "set the station's address the same everywhere",
            Fault::Element => {
                "check the element's data definition: bytes times eight plus decimals"
            }
            Fault::Step => "give the step as days, hours and minutes in BCD",
            Fault::Ambiguous => "send one element after a time step",
            Fault::Packets => "nothing: the station sends the packets again",
            Fault::TooLarge => "send smaller pictures",
        }
    }
}
