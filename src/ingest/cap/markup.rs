//! XML as text: well-formed whatever the texts hold, one element a line.

use std::fmt::{Display, Write};

/// A document that is being written.
pub(in crate::ingest) struct Xml {
    text: String,
    depth: usize,
}

impl Xml {
    pub(in crate::ingest) fn new() -> Self {
        Xml { text: r#"<?xml version="1.0" encoding="UTF-8"?>"#.into(), depth: 0 }
    }

    pub(in crate::ingest) fn finish(mut self) -> String {
        self.text.push('\n');
        self.text
    }

    /// Writes an element of items with a space between, or none when there are none.
    pub(in crate::ingest) fn list(&mut self, name: &str, items: impl Iterator<Item = String>) {
        let items: Vec<String> = items.collect();
        if !items.is_empty() {
            self.leaf(name, items.join(" "));
        }
    }

    pub(in crate::ingest) fn leaves(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = impl Display>,
    ) {
        for value in values {
            self.leaf(name, value);
        }
    }

    /// Writes an element with text alone. A character that XML cannot carry becomes U+FFFD.
    pub(in crate::ingest) fn leaf(&mut self, name: &str, value: impl Display) {
        self.line();
        // Writing to a string cannot fail.
        let _ = write!(self.text, "<{name}>");
        let _ = write!(Escaped(&mut self.text), "{value}");
        let _ = write!(self.text, "</{name}>");
    }

    /// Writes an element of attributes alone.
    pub(in crate::ingest) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.line();
        let _ = write!(self.text, "<{name}");
        for (name, value) in attributes {
            let mut escaped = String::new();
            let _ = write!(Escaped(&mut escaped), "{value}");
            // White space other than a blank would come back as one.
            let escaped = escaped.replace('"', "&quot;").replace(['\t', '\n'], " ");
            let _ = write!(self.text, " {name}=\"{escaped}\"");
        }
        self.text.push_str("/>");
    }

    /// Writes an element around others; `tag` is its name, with attributes where it has some.
    pub(in crate::ingest) fn group(&mut self, tag: &str, contents: impl FnOnce(&mut Self)) {
        self.line();
        let _ = write!(self.text, "<{tag}>");
        self.depth += 1;
        contents(self);
        self.depth -= 1;
        self.line();
        let name = tag.split_once(' ').map_or(tag, |(name, _)| name);
        let _ = write!(self.text, "</{name}>");
    }

    fn line(&mut self) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", self.depth));
    }
}

/// Escapes what passes through it.
struct Escaped<'t>(&'t mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                // A bare carriage return would come back as a newline.
                '\r' => self.0.push_str("&#13;"),
                '\t' | '\n' => self.0.push(c),
                '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => self.0.push('\u{FFFD}'),
                _ => self.0.push(c),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::cap::xml;

    #[test]
    fn a_character_that_xml_cannot_carry_is_replaced() {
        let mut text = String::new();
        write!(Escaped(&mut text), "a\0<&>\u{1F}\u{FFFF}\r\n]]>").unwrap();
        assert_eq!(text, "a\u{FFFD}&lt;&amp;&gt;\u{FFFD}\u{FFFD}&#13;\n]]&gt;");
    }

    #[test]
    fn an_attribute_may_hold_anything() {
        let mut document = Xml::new();
        document.empty("a", &[("b", "<\"'&>"), ("c", "暴雨\n\0")]);
        let root = xml::parse(&document.finish()).unwrap();
        let values: Vec<&str> = root.attributes.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["<\"'&>", "暴雨 \u{FFFD}"]);
    }
}
