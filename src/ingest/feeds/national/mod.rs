//! The form in which warnings are handed to the national platform and dropped into folders: a zip with one
//! XML, named after what it holds, and the answer that is put beside it.

mod answer;
mod file_name;
mod package;
mod record;

pub use answer::{Answer, answer_name};
pub use file_name::FileName;
pub use package::{MAX_PACKAGE, MAX_XML};

use super::Fault;
use crate::domain::warning::Message;

/// One message and the file it came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// Name of the XML file without `.xml`; the answer is named after it.
    pub stem: String,
    /// The XML as it came, decoded.
    pub xml: String,
    pub message: Message,
}

/// Reads a zip with its one XML.
pub fn read(bytes: &[u8]) -> Result<Received, Fault> {
    let (name, xml) = package::unpack(bytes)?;
    read_xml(&name, &xml)
}

/// Reads an XML file by itself, as a folder may hold it unpacked.
pub fn read_xml(name: &str, bytes: &[u8]) -> Result<Received, Fault> {
    let stem = file_name::stem(name)?;
    let (xml, message) = record::read(stem, bytes)?;
    Ok(Received { stem: stem.to_owned(), xml, message })
}
