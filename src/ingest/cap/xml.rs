//! Text to a small tree of elements. Refuses what is not well-formed, anything that could make a
//! parser fetch or expand (a DOCTYPE, an undefined entity), and more than the bounds allow.

use std::ops::Range;

use compact_str::CompactString;
use quick_xml::{
    NsReader, XmlVersion,
    errors::Error,
    escape::EscapeError,
    events::{BytesRef, BytesStart, Event, attributes::Attribute},
    name::ResolveResult,
};

use super::{
    fault::{Fault, Problem, excerpt},
    words::Version,
};

/// Elements of one message, with those of signatures. The largest real one has a few hundred.
const MAX_ELEMENTS: usize = 200_000;
/// Depth of elements: a CAP message needs 5, a signature inside it some more.
const MAX_DEPTH: usize = 32;
/// Attributes of one element, so that looking for one given twice stays cheap.
const MAX_ATTRIBUTES: usize = 32;

/// Whose element it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ingest) enum Namespace {
    Cap(Version),
    /// RFC 4287: feeds carry messages, and some messages carry its elements.
    Atom,
    Other,
    Missing,
}

impl Namespace {
    pub(in crate::ingest) const ATOM: &str = "http://www.w3.org/2005/Atom";

    fn of(uri: &str) -> Self {
        match Version::of_namespace(uri) {
            Some(version) => Namespace::Cap(version),
            None if uri == Self::ATOM => Namespace::Atom,
            None => Namespace::Other,
        }
    }

    /// Tells whether an element of it is somebody's addition to a CAP message.
    pub(super) fn is_foreign(self) -> bool {
        match self {
            Namespace::Atom | Namespace::Other => true,
            Namespace::Cap(_) | Namespace::Missing => false,
        }
    }
}

/// An element with its text and children.
#[derive(Debug)]
pub(in crate::ingest) struct Element {
    /// The name without its prefix.
    pub(in crate::ingest) name: CompactString,
    pub(in crate::ingest) namespace: Namespace,
    /// Names with their prefixes, declarations of namespaces among them, and values.
    pub(in crate::ingest) attributes: Vec<(CompactString, String)>,
    /// All character data directly inside, joined.
    pub(in crate::ingest) text: String,
    pub(in crate::ingest) children: Vec<Element>,
    /// Bytes of the document from its start tag to its end tag.
    pub(in crate::ingest) span: Range<usize>,
}

/// Parses one document and returns its root.
pub(in crate::ingest) fn parse(text: &str) -> Result<Element, Fault> {
    let mut parser = Parser::new(text);
    parser.check_characters()?;
    while parser.step()? {}
    match parser.root.take() {
        Some(root) => Ok(root),
        None => Err(parser.syntax(text.len(), "the document ends before its root element does")),
    }
}

struct Parser<'t> {
    text: &'t str,
    reader: NsReader<&'t [u8]>,
    /// Elements whose end has not come, outermost first.
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Self {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().enable_all_checks(true);
        Parser { text, reader, open: Vec::new(), root: None, elements: 0 }
    }

    fn check_characters(&self) -> Result<(), Fault> {
        match self.text.char_indices().find(|(_, found)| !is_xml(*found)) {
            Some((at, found)) => Err(self.syntax(at, &forbidden(found))),
            None => Ok(()),
        }
    }

    /// Takes one event; `false` means that the document has ended.
    fn step(&mut self) -> Result<bool, Fault> {
        let at = usize::try_from(self.reader.buffer_position()).unwrap_or_default();
        let (resolved, event) = match self.reader.read_resolved_event() {
            Ok(resolved) => resolved,
            Err(error) => return Err(self.unreadable(&error)),
        };
        let namespace = match resolved {
            ResolveResult::Unbound => Namespace::Missing,
            ResolveResult::Bound(uri) => Namespace::of(uri.as_ref()),
            ResolveResult::Unknown(prefix) => {
                let detail = format!("the prefix {} is not declared", excerpt(&prefix));
                return Err(self.syntax(at, &detail));
            }
        };
        match event {
            Event::Start(tag) => self.start(&tag, namespace, at)?,
            Event::Empty(tag) => {
                self.start(&tag, namespace, at)?;
                self.end();
            }
            Event::End(_) => self.end(),
            Event::Text(text) if text.contains("]]>") => {
                return Err(self.syntax(at, "]]> stands in text"));
            }
            Event::Text(text) if self.open.is_empty() && text.trim_ascii().is_empty() => {}
            Event::Text(text) => self.append(&text, at)?,
            Event::CData(text) => self.append(&text, at)?,
            Event::GeneralRef(reference) => {
                let character = self.referenced(&reference, at)?;
                self.append(character.encode_utf8(&mut [0; 4]), at)?;
            }
            Event::Decl(declaration) if at > 0 || declaration.version().is_err() => {
                return Err(self.syntax(at, "the XML declaration is misplaced or malformed"));
            }
            Event::DocType(_) => return Err(self.fault(Problem::Doctype)),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return Ok(false),
        }
        Ok(true)
    }

    fn start(
        &mut self,
        tag: &BytesStart<'_>,
        namespace: Namespace,
        at: usize,
    ) -> Result<(), Fault> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(self.fault(Problem::TooLarge { what: "elements", limit: MAX_ELEMENTS }));
        }
        if self.open.len() == MAX_DEPTH {
            let what = "elements inside each other";
            return Err(self.fault(Problem::TooLarge { what, limit: MAX_DEPTH }));
        }
        if self.root.is_some() {
            return Err(self.syntax(at, "there is a second root element"));
        }
        if !is_name(tag.name().as_ref()) {
            let detail = format!("{} is not a name", excerpt(tag.name().as_ref()));
            return Err(self.syntax(at, &detail));
        }
        let attributes = self.attributes(tag, at)?;
        let name = CompactString::from(tag.local_name().as_ref());
        self.open.push(Element {
            name,
            namespace,
            attributes,
            text: String::new(),
            children: Vec::new(),
            span: at..at,
        });
        Ok(())
    }

    /// Attributes mean nothing in CAP; a broken one still makes the document unreadable to others.
    fn attributes(
        &self,
        tag: &BytesStart<'_>,
        at: usize,
    ) -> Result<Vec<(CompactString, String)>, Fault> {
        let mut found = Vec::new();
        for (index, attribute) in tag.attributes().enumerate() {
            if index == MAX_ATTRIBUTES {
                let what = "attributes of one element";
                return Err(self.fault(Problem::TooLarge { what, limit: MAX_ATTRIBUTES }));
            }
            let attribute = attribute.map_err(|error| self.syntax(at, &error.to_string()))?;
            let name = CompactString::from(attribute.key.as_ref());
            found.push((name, self.attribute(&attribute, at)?));
        }
        Ok(found)
    }

    fn attribute(&self, attribute: &Attribute<'_>, at: usize) -> Result<String, Fault> {
        if !is_name(attribute.key.as_ref()) || attribute.value.contains('<') {
            let detail = format!("the attribute {} is malformed", excerpt(attribute.key.as_ref()));
            return Err(self.syntax(at, &detail));
        }
        if !attribute.value.contains('&') {
            return Ok(attribute.value.to_string());
        }
        match attribute.normalized_value(XmlVersion::Implicit1_0) {
            Ok(value) => Ok(value.into_owned()),
            Err(Error::Escape(EscapeError::UnrecognizedEntity(_, name))) => {
                Err(self.fault(Problem::Entity { name: excerpt(&name) }))
            }
            Err(error) => Err(self.syntax(at, &error.to_string())),
        }
    }

    fn end(&mut self) {
        let Some(mut done) = self.open.pop() else { return };
        done.span.end = usize::try_from(self.reader.buffer_position()).unwrap_or_default();
        match self.open.last_mut() {
            Some(parent) => parent.children.push(done),
            None => self.root = Some(done),
        }
    }

    fn append(&mut self, text: &str, at: usize) -> Result<(), Fault> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None => return Err(self.syntax(at, "text stands outside the root element")),
        }
        Ok(())
    }

    fn referenced(&self, reference: &BytesRef<'_>, at: usize) -> Result<char, Fault> {
        if reference.is_char_ref() {
            return match reference.resolve_char_ref() {
                Ok(Some(found)) if is_xml(found) => Ok(found),
                Ok(Some(found)) => Err(self.syntax(at, &forbidden(found))),
                Ok(None) => Err(self.syntax(at, "a character reference is malformed")),
                Err(error) => Err(self.syntax(at, &error.to_string())),
            };
        }
        match &**reference {
            "lt" => Ok('<'),
            "gt" => Ok('>'),
            "amp" => Ok('&'),
            "apos" => Ok('\''),
            "quot" => Ok('"'),
            name => Err(self.fault(Problem::Entity { name: excerpt(name) })),
        }
    }

    fn unreadable(&self, error: &Error) -> Fault {
        let at = usize::try_from(self.reader.error_position()).unwrap_or_default();
        self.syntax(at, &error.to_string())
    }

    fn syntax(&self, at: usize, detail: &str) -> Fault {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        self.fault(Problem::Syntax { line, detail: detail.to_owned() })
    }

    /// Blames the innermost element that is open.
    fn fault(&self, problem: Problem) -> Fault {
        let names: Vec<String> = self.open.iter().map(|element| excerpt(&element.name)).collect();
        Fault { element: format!("/{}", names.join("/")), problem }
    }
}

fn is_name(text: &str) -> bool {
    let starts = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | ':') || !c.is_ascii();
    text.starts_with(starts)
        && text.chars().all(|c| starts(c) || c.is_ascii_digit() || matches!(c, '-' | '.'))
}

fn is_xml(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

fn forbidden(found: char) -> String {
    format!("the character U+{:04X} is not allowed", u32::from(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_joined_across_references_comments_and_cdata() {
        let root = parse("<a>1 &lt; 2<!-- no --> &#x6625;<![CDATA[<b>&amp;]]></a>").unwrap();
        assert_eq!(root.text, "1 < 2 春<b>&amp;");
    }

    #[test]
    fn prefixes_are_resolved_where_they_are_declared() {
        let cap = Version::V1_1.namespace();
        let root = parse(&format!("<p:a xmlns:p='{cap}'><b xmlns='urn:y'/><c/></p:a>")).unwrap();
        assert_eq!((root.name.as_str(), root.namespace), ("a", Namespace::Cap(Version::V1_1)));
        assert_eq!(root.children[0].namespace, Namespace::Other);
        assert_eq!(root.children[1].namespace, Namespace::Missing);
    }

    #[test]
    fn an_element_knows_its_attributes_and_where_it_stands() {
        let text =
            "<?xml version='1.0'?>\n<a>t<b c='1 &amp; 2' x:d='' xmlns:x='u'>暴雨</b><b/></a>";
        let root = parse(text).unwrap();
        assert!(text[root.span.clone()].starts_with("<a>") && text.ends_with("</a>"));
        let [first, second] = &root.children[..] else { panic!("two") };
        assert_eq!(&text[first.span.clone()], "<b c='1 &amp; 2' x:d='' xmlns:x='u'>暴雨</b>");
        assert_eq!(&text[second.span.clone()], "<b/>");
        let attributes: Vec<_> =
            first.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(attributes, [("c", "1 & 2"), ("x:d", ""), ("xmlns:x", "u")]);
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for text in [
            "",
            "   ",
            "hello",
            "<alert</alert>",
            "<a>",
            "<a></b>",
            "</a>",
            "<a/><b/>",
            "<a/>text",
            "<a/>&amp;",
            "<a/><![CDATA[x]]>",
            "<a b=1/>",
            "<a b='1' b='2'/>",
            "<a b='<'/>",
            "<a b='&#xD800;'/>",
            "<1/>",
            "<a>&</a>",
            "<a>& b</a>",
            "<a>&#0;</a>",
            "<a>&#1;</a>",
            "<a>&#xZZ;</a>",
            "<a>]]></a>",
            "<a>\u{1}</a>",
            "<a><!-- a -- b --></a>",
            "<a><![CDATA[</a>",
            "<a><?pi</a>",
            " <?xml version='1.0'?><a/>",
            "<?xml encoding='UTF-8'?><a/>",
            "<p:a/>",
            "<a/><",
        ] {
            assert_eq!(refused(text), "cap.xml_syntax", "{text}");
        }
    }

    #[test]
    fn a_doctype_is_refused_before_what_it_declares_is_looked_at() {
        let bomb = "<!DOCTYPE a [<!ENTITY b 'x'><!ENTITY c '&b;&b;'>]><a>&c;</a>";
        assert_eq!(refused(bomb), "cap.doctype");
        assert_eq!(refused("<!DOCTYPE a SYSTEM 'http://example.org/a.dtd'><a/>"), "cap.doctype");
        assert_eq!(refused("<a>&c;</a>"), "cap.entity");
        assert_eq!(refused("<a b='&c;'/>"), "cap.entity");
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let deep = "<a>".repeat(MAX_DEPTH + 1);
        assert_eq!(refused(&deep), "cap.too_large");
        let many = format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS));
        assert_eq!(refused(&many), "cap.too_large");
        let attributes: String = (0..=MAX_ATTRIBUTES).map(|n| format!(" a{n}=''")).collect();
        assert_eq!(refused(&format!("<a{attributes}/>")), "cap.too_large");
        let bindings: String = (0..30).map(|n| format!(" xmlns:a{n}='u'")).collect();
        assert_eq!(refused(&format!("<a{bindings}>").repeat(5)), "cap.xml_syntax");
    }

    #[test]
    fn a_fault_names_the_line_and_the_open_element() {
        let fault = parse("<a>\n<b>\n&c\n</b></a>").unwrap_err();
        assert_eq!(fault.element, "/a/b");
        assert!(fault.to_string().contains("line 3"), "{fault}");
    }

    #[track_caller]
    fn refused(text: &str) -> &'static str {
        parse(text).unwrap_err().code()
    }
}
