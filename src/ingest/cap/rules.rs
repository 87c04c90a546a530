//! The rules of the specification's text that a schema cannot say: what identifiers, references and
//! addresses look like, and which elements need each other.

use super::{
    alert::{Alert, NamedValue, Reference},
    fault::{Fault, Problem, excerpt},
    note::Remark,
    path::Path,
    times::time,
    words::{MsgType, Scope, Version, Word},
};

/// What a part is written in that does not say.
pub(super) const DEFAULT_LANGUAGE: &str = "en-US";

/// Checks that the parts of a message fit each other.
pub(super) fn check(alert: &Alert) -> Result<(), Fault> {
    let root = Path::root("alert");
    let restricted = alert.scope == Scope::Restricted;
    match &alert.restriction {
        None if restricted => {
            return Err(root.child("restriction").fault(Problem::RestrictionMissing));
        }
        Some(_) if !restricted => {
            let problem = Problem::RestrictionUnexpected { scope: alert.scope };
            return Err(root.child("restriction").fault(problem));
        }
        None | Some(_) => {}
    }
    if alert.scope == Scope::Private && alert.addresses.is_empty() {
        return Err(root.child("addresses").fault(Problem::AddressesMissing));
    }
    if alert.msg_type != MsgType::Alert && alert.references.is_empty() {
        let problem = Problem::ReferencesMissing { msg_type: alert.msg_type.as_str() };
        return Err(root.child("references").fault(problem));
    }
    Ok(())
}

/// Reads an identifier or a sender.
pub(super) fn identifier(text: &str) -> Result<String, Problem> {
    match text.chars().find(|c| c.is_whitespace() || matches!(c, ',' | '<' | '&')) {
        Some(found) => Err(Problem::Identifier { text: excerpt(text), found }),
        None if text.is_empty() => Err(Problem::Blank),
        None => Ok(text.to_owned()),
    }
}

/// Reads `sender,identifier,sent` triples, with the leniencies that some needed.
pub(super) fn references(
    text: &str,
    version: Version,
) -> Result<(Vec<Reference>, Vec<Remark>), Problem> {
    let mut references = Vec::new();
    let mut remarks = Vec::new();
    for group in text.split_ascii_whitespace() {
        let fields: Vec<&str> = group.split(',').collect();
        if fields.len() > 3 {
            remarks.push(Remark::ReferencesJoined);
        }
        for triple in fields.chunks(3) {
            let (reference, remark) = reference(triple, version)
                .ok_or_else(|| Problem::References { text: excerpt(group) })?;
            references.push(reference);
            remarks.extend(remark);
        }
    }
    Ok((references, remarks))
}

fn reference(triple: &[&str], version: Version) -> Option<(Reference, Option<Remark>)> {
    let [sender, id, sent] = triple else { return None };
    let (sent, remark) = time(sent, version).ok()?;
    let (sender, identifier) = (identifier(sender).ok()?, identifier(id).ok()?);
    Some((Reference { sender, identifier, sent }, remark))
}

/// Splits a list at white space, but not inside quotation marks.
pub(super) fn quoted_list(text: &str) -> Result<Vec<String>, Problem> {
    let mut items = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (item, after) = match rest.strip_prefix('"') {
            Some(quoted) => {
                quoted.split_once('"').ok_or_else(|| Problem::Quotation { text: excerpt(rest) })?
            }
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        items.push(item.trim().to_owned());
        rest = after.trim_start();
    }
    items.retain(|item| !item.is_empty());
    Ok(items)
}

/// Reads the `valueName=value` of CAP 1.0.
pub(super) fn named_value(text: &str) -> Result<NamedValue, Problem> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(Problem::NamedValue { text: excerpt(text) });
    };
    Ok(NamedValue { name: name.trim().to_owned(), value: value.trim().to_owned() })
}

/// Reads an RFC 3066 tag; an empty element stands for the schema's default.
pub(super) fn language(text: &str) -> Result<String, Problem> {
    if text.is_empty() {
        return Ok(DEFAULT_LANGUAGE.to_owned());
    }
    let tag = text.trim_ascii();
    let fits = |part: &str| (1..=8).contains(&part.len());
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    let well_formed = fits(primary)
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| fits(part) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if well_formed { Ok(tag.to_owned()) } else { Err(Problem::Language { text: excerpt(text) }) }
}

/// Reads a URI with its scheme; one on the web needs a host too.
pub(super) fn absolute_uri(text: &str) -> Result<String, Problem> {
    let Some((scheme, rest)) = text.split_once(':') else {
        return Err(Problem::Uri { text: excerpt(text) });
    };
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let complete = match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" | "ftp" => rest
            .strip_prefix("//")
            .is_some_and(|host| !host.is_empty() && !host.starts_with(['/', '?', '#'])),
        _ => named && !rest.is_empty(),
    };
    if complete && is_uri_text(text) {
        Ok(text.to_owned())
    } else {
        Err(Problem::Uri { text: excerpt(text) })
    }
}

/// Reads a URI that may be relative, as the name of contents that come along.
pub(super) fn any_uri(text: &str) -> Result<String, Problem> {
    if is_uri_text(text) { Ok(text.to_owned()) } else { Err(Problem::Uri { text: excerpt(text) }) }
}

/// Letters of any script may stand in a URI: receivers read IRIs too.
fn is_uri_text(text: &str) -> bool {
    !text.chars().any(|c| c.is_whitespace() || c.is_control() || r#"<>"{}|\^`"#.contains(c))
}

/// Reads a number of bytes.
pub(super) fn size(text: &str) -> Result<u64, Problem> {
    let digits = text.trim_ascii();
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse());
    number.and_then(Result::ok).ok_or_else(|| Problem::Size { text: excerpt(text) })
}

/// Reads base64 and drops the white space in it.
pub(super) fn base64(text: &str) -> Result<String, Problem> {
    let packed: String = text.split_ascii_whitespace().collect();
    let digits = packed.trim_end_matches('=');
    let padding = packed.len() - digits.len();
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    if padding <= 2 && digits.len() % 4 != 1 && digits.bytes().all(is_digit) {
        Ok(packed)
    } else {
        Err(Problem::Base64)
    }
}

/// Reads the decimal notation of the schemas: no exponent, no infinity.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || whole.len() + fraction.len() == 0 {
        return None;
    }
    // Adding zero turns -0 into 0, so that equal places compare equal.
    text.parse().ok().filter(|number: &f64| number.is_finite()).map(|number| number + 0.0)
}

/// Reads a height above mean sea level.
pub(super) fn feet(text: &str) -> Result<f64, Problem> {
    decimal(text.trim_ascii()).ok_or_else(|| Problem::Feet { text: excerpt(text) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_triples_with_spaces_between() {
        let sent = "2013-01-05T09:01:16-00:00";
        let read = |text: &str| references(text, Version::V1_2);
        let (two, remarks) = read(&format!(" a@b,1,{sent}\n a@b,2,{sent} ")).unwrap();
        assert_eq!((two.len(), remarks), (2, vec![]));
        assert_eq!(two[1].identifier, "2");
        let (joined, remarks) = read(&format!("a,1,{sent},b,2,{sent}")).unwrap();
        assert_eq!((joined.len(), remarks), (2, vec![Remark::ReferencesJoined]));
        assert_eq!(read(" ").unwrap(), (vec![], vec![]));
        for text in ["a", "a,1", "a,1,2013", &format!("a,1,{sent},b"), &format!("a,1 {sent}"), ",,"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_list_keeps_together_what_is_quoted() {
        assert_eq!(quoted_list("  a \"b c\"d\t\"\" e").unwrap(), ["a", "b c", "d", "e"]);
        assert_eq!(quoted_list("").unwrap(), [""; 0]);
        assert!(quoted_list("a \"b").is_err());
    }

    #[test]
    fn a_language_is_a_tag() {
        assert_eq!(language("").as_deref(), Ok("en-US"));
        for text in ["zh-CN", "zh-Hans-CN", "tl", "i-klingon", "\nfr-CA "] {
            assert_eq!(language(text).as_deref(), Ok(text.trim()));
        }
        for text in [" ", "zh_CN", "中文", "mandarinchinese", "123", "en-", "-en", "en US"] {
            assert!(language(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_uri_is_absolute_with_its_scheme() {
        for text in [
            "http://www.dhs.gov/dhspublic/display?theme=29",
            "HTTPS://example.org",
            "urn:oid:2.49.0",
            "mailto:duty@example.org",
            "https://应急.example/预警#1",
        ] {
            assert_eq!(absolute_uri(text).as_deref(), Ok(text));
        }
        for text in [
            "some non full absolute uri",
            "www.example.org",
            "/a/b",
            "http:",
            "http://",
            "http:///a",
            "http:a",
            "http://a b",
            "://a",
            "1a:b",
            "a:",
            "https://a/<b>",
        ] {
            assert!(absolute_uri(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_are_decimals_of_the_schema() {
        for (text, number) in
            [("1", 1.0), ("-1.5", -1.5), ("+.5", 0.5), ("5.", 5.0), ("007", 7.0), ("-0", 0.0_f64)]
        {
            assert_eq!(decimal(text).map(f64::to_bits), Some(number.to_bits()), "{text}");
        }
        for text in ["", ".", "-", "1e5", "inf", "NaN", "0x1", "1,5", " 1", "１", "--1", "1.2.3"] {
            assert_eq!(decimal(text), None, "{text}");
        }
        assert_eq!(decimal(&"9".repeat(400)), None);
        assert_eq!(size(" 98865\n"), Ok(98_865));
        assert!(["", "-1", "1.5", "99999999999999999999"].iter().all(|text| size(text).is_err()));
    }

    #[test]
    fn base64_is_packed() {
        assert_eq!(base64("aGVs\n bG8=").as_deref(), Ok("aGVsbG8="));
        assert_eq!(base64("aGVsbG8").as_deref(), Ok("aGVsbG8"));
        for text in ["a", "aGVsb", "====", "aG=s", "a-b_", "aGVsbG8%"] {
            assert_eq!(base64(text), Err(Problem::Base64), "{text}");
        }
    }
}
