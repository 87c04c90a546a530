//! Bytes to text: by byte order mark, else by the XML declaration, else UTF-8. A byte that is no
//! character of its encoding refuses the message: a garbled place name must not be called out.

use std::borrow::Cow;

use quick_xml::{Reader, events::Event};

use super::fault::{Fault, Problem, excerpt};

/// The largest message; HTTP refuses more before it comes here.
const MAX_BYTES: usize = 10 * 1024 * 1024;
/// How far into the message the XML declaration may reach.
const DECLARATION_MAX: usize = 256;

/// Decodes a message, with line ends as XML wants them.
pub(in crate::ingest) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    if bytes.len() > MAX_BYTES {
        return Err(fault(Problem::TooLarge { what: "bytes", limit: MAX_BYTES }));
    }
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0x00, b'<', ..] => utf16(bytes, u16::from_be_bytes)?,
        [b'<', 0x00, ..] => utf16(bytes, u16::from_le_bytes)?,
        _ => as_declared(bytes)?,
    };
    if !text.contains('\r') {
        return Ok(text);
    }
    Ok(Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")))
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| not_in("UTF-8"))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, Fault> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(not_in("UTF-16"));
    }
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .collect::<Result<String, _>>()
        .map(Cow::Owned)
        .map_err(|_| not_in("UTF-16"))
}

fn as_declared(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let head = &bytes[..bytes.len().min(DECLARATION_MAX)];
    let ascii = head.iter().position(|byte| !byte.is_ascii()).unwrap_or(head.len());
    let head = std::str::from_utf8(&head[..ascii]).unwrap_or_default();
    let Ok(Event::Decl(declaration)) = Reader::from_str(head).read_event() else {
        return utf8(bytes);
    };
    let Some(Ok(label)) = declaration.encoding() else {
        return utf8(bytes);
    };
    // UTF-16 has a zero in each pair that its declaration is written in: these bytes have none.
    let encoding = declaration.encoder().filter(|known| !known.name().starts_with("UTF-16"));
    encoding
        .and_then(|known| known.decode_without_bom_handling_and_without_replacement(bytes))
        .ok_or_else(|| not_in(&label))
}

fn not_in(label: &str) -> Fault {
    fault(Problem::Encoding { label: excerpt(label) })
}

/// Blames the document: its elements are not known yet.
fn fault(problem: Problem) -> Fault {
    Fault { element: "/".into(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declared_encoding_is_used() {
        let mut latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>Usulut".to_vec();
        latin.extend([0xE1, b'n']);
        assert!(decode(&latin).unwrap().ends_with("Usulután"));
        let mut gbk = b"<?xml version=\"1.0\" encoding=\"GB2312\"?><a>".to_vec();
        gbk.extend([0xB1, 0xA9, 0xD3, 0xEA]);
        assert!(decode(&gbk).unwrap().ends_with("暴雨"));
        let mut gb18030 = b"<?xml version='1.0' encoding='GB18030'?><a>".to_vec();
        gb18030.extend([0x95, 0x32, 0x82, 0x36]);
        assert!(decode(&gb18030).unwrap().ends_with('\u{20000}'));
    }

    #[test]
    fn utf16_is_known_by_its_mark_or_its_first_character() {
        let text = "<alert>暴雨</alert>";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&little).unwrap(), text);
        assert_eq!(decode(&big).unwrap(), text);
        assert_eq!(decode(&[&[0xFE, 0xFF], big.as_slice()].concat()).unwrap(), text);
        assert_eq!(decode(&little[..little.len() - 1]).unwrap_err().code(), "cap.encoding");
    }

    #[test]
    fn bytes_that_contradict_their_encoding_are_refused() {
        for bytes in [
            b"<a>\xB1\xA9</a>".as_slice(),
            b"<?xml version='1.0' encoding='UTF-16'?><a/>",
            b"<?xml version='1.0' encoding='UTF-16'?><a />",
            b"<?xml version='1.0' encoding='klingon'?><a/>",
            b"<?xml version='1.0' encoding='GBK'?><a>\xFF\xFF</a>",
        ] {
            assert_eq!(decode(bytes).unwrap_err().code(), "cap.encoding");
        }
    }

    #[test]
    fn a_message_beyond_all_measure_is_refused() {
        assert_eq!(decode(&vec![b' '; MAX_BYTES + 1]).unwrap_err().code(), "cap.too_large");
    }

    #[test]
    fn line_ends_become_single_newlines() {
        assert_eq!(decode(b"\xEF\xBB\xBF<a>1\r\n2\r3</a>").unwrap(), "<a>1\n2\n3</a>");
    }
}
