//! Feeds of CAP messages, Atom (RFC 4287) and RSS 2.0: what is to be fetched, the oldest first, so that an
//! update comes after what it updates.

use chrono::DateTime;
use reqwest::Url;

use super::{Fault, Problem};
use crate::{
    domain::time::Timestamp,
    ingest::cap::{
        encoding,
        fault::excerpt,
        xml::{self, Element, Namespace},
    },
};

/// Most entries of one feed that are looked at, the newest of them; a relay keeps some hundreds.
pub const MAX_ENTRIES: usize = 5_000;
/// Longest address, in bytes.
const MAX_LINK: usize = 2_000;
/// The media type of a CAP message; parameters such as a charset may follow.
const CAP: &str = "application/cap+xml";

/// What a feed says.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    pub title: String,
    pub updated: Option<Timestamp>,
    /// Where older entries are, when the feed is only a page of many.
    pub next: Option<String>,
    /// The oldest first; those that do not say when they were updated come before all others.
    pub entries: Vec<Result<Entry, Fault>>,
}

/// One entry: a message, or where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the feed calls it; its link where it has no name.
    pub id: String,
    pub title: String,
    pub updated: Option<Timestamp>,
    pub cap: Cap,
}

/// Where the message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cap {
    /// An absolute address, http or https. It may be on another host than the feed.
    At(String),
    /// In the feed itself: the message, a document of its own.
    Here(String),
}

/// Reads a feed that was fetched from `base`.
pub fn read(bytes: &[u8], base: &str) -> Result<Feed, Fault> {
    let of_xml = |fault: crate::ingest::cap::Fault| {
        Fault::of_all(&fault.element, Problem::Xml(fault.problem))
    };
    let text = encoding::decode(bytes).map_err(of_xml)?;
    let root = xml::parse(&text).map_err(of_xml)?;
    let base =
        Url::parse(base).map_err(|_| Fault::of_all("/", Problem::Link { link: excerpt(base) }))?;
    let (form, holder) = match &*root.name {
        "feed" if root.namespace == Namespace::Atom => (Form::Atom, &root),
        "rss" => match root.children.iter().find(|child| child.name == "channel") {
            Some(channel) => (Form::Rss, channel),
            None => return Err(Fault::of_all("/rss/channel", Problem::Missing)),
        },
        _ => {
            let problem = Problem::Shape { expected: "an Atom feed or an RSS channel" };
            return Err(Fault::of_all(&format!("/{}", excerpt(&root.name)), problem));
        }
    };
    let reading = Reading { text: &text, form, inherited: bindings(&root, &[]) };
    Ok(reading.feed(holder, &based(&base, holder)))
}

/// Which of the two forms it is: they have other names for the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Atom,
    Rss,
}

impl Form {
    fn entry(self) -> &'static str {
        match self {
            Form::Atom => "entry",
            Form::Rss => "item",
        }
    }

    fn namespace(self) -> Namespace {
        match self {
            Form::Atom => Namespace::Atom,
            Form::Rss => Namespace::Missing,
        }
    }
}

type Bindings = Vec<(String, String)>;

struct Reading<'t> {
    text: &'t str,
    form: Form,
    /// Declarations of namespaces at the root, which a message inside may rely on.
    inherited: Bindings,
}

impl Reading<'_> {
    fn feed(&self, holder: &Element, base: &Url) -> Feed {
        let entries = holder.children.iter().filter(|child| {
            child.name == self.form.entry() && child.namespace == self.form.namespace()
        });
        let mut read: Vec<(Option<Timestamp>, Result<Entry, Fault>)> = (1..)
            .zip(entries)
            .take(MAX_ENTRIES)
            .map(|(number, entry)| (self.updated(entry), self.entry(holder, entry, number, base)))
            .collect();
        // Feeds put the newest first; entries of one moment, or of none, keep that order turned round.
        read.reverse();
        read.sort_by_key(|(updated, _)| *updated);
        let mut entries: Vec<_> = read.into_iter().map(|(_, entry)| entry).collect();
        entries.dedup();
        let more = holder.children.iter().filter(|child| child.name == self.form.entry()).count();
        if more > MAX_ENTRIES {
            let problem = Problem::TooLarge { what: "entries", limit: MAX_ENTRIES };
            entries.push(Err(Fault::of_all(&format!("/{}", holder.name), problem)));
        }
        Feed {
            title: excerpt(self.text_of(holder, "title").unwrap_or_default()),
            updated: self.updated(holder),
            next: links(holder)
                .find(|link| link.rel == "next")
                .and_then(|link| absolute(base, link.href).ok()),
            entries,
        }
    }

    fn entry(
        &self,
        holder: &Element,
        entry: &Element,
        number: usize,
        base: &Url,
    ) -> Result<Entry, Fault> {
        let base = based(base, entry);
        let name = match self.form {
            Form::Atom => self.text_of(entry, "id"),
            Form::Rss => self.text_of(entry, "guid"),
        };
        let path = format!("/{}/{}[{number}]", holder.name, entry.name);
        let fault = |element: &str, problem| Fault {
            item: name.map_or_else(|| format!("entry {number}"), excerpt),
            element: format!("{path}{element}"),
            problem,
        };
        let cap = match self.inline(holder, entry) {
            Some(message) => Cap::Here(message),
            None => {
                let link = self.link(entry).ok_or_else(|| fault("", Problem::LinkMissing))?;
                Cap::At(absolute(&base, link).map_err(|problem| fault("/link", problem))?)
            }
        };
        let id = match (&cap, name) {
            (_, Some(name)) => excerpt(name),
            (Cap::At(link), None) => link.clone(),
            (Cap::Here(_), None) => return Err(fault("/id", Problem::Missing)),
        };
        Ok(Entry {
            id,
            title: excerpt(self.text_of(entry, "title").unwrap_or_default()),
            updated: self.updated(entry),
            cap,
        })
    }

    /// Returns where the message is, by the most certain of the links.
    fn link<'e>(&self, entry: &'e Element) -> Option<&'e str> {
        let ranked =
            |wanted: fn(&Link<'_>) -> bool| links(entry).find(wanted).map(|link| link.href);
        let content = entry.children.iter().find(|child| child.name == "content");
        let out_of_line = content
            .filter(|content| is_cap(attribute(content, "type").unwrap_or_default()))
            .and_then(|content| attribute(content, "src"));
        let plain = || match self.form {
            Form::Atom => None,
            Form::Rss => self.text_of(entry, "link"),
        };
        ranked(|link| is_cap(link.media_type))
            .or(out_of_line)
            .or_else(|| ranked(|link| link.is_alternate() && is_xml(link.media_type)))
            .or_else(|| ranked(|link| link.is_alternate() && names_xml(link.href)))
            .or_else(plain)
            .or_else(|| ranked(|link| link.is_alternate() && link.media_type.is_empty()))
    }

    /// Returns the message that stands in the entry itself, as elements or as text.
    fn inline(&self, holder: &Element, entry: &Element) -> Option<String> {
        let outer = bindings(entry, &bindings(holder, &self.inherited));
        let holders = entry
            .children
            .iter()
            .filter(|child| matches!(&*child.name, "content" | "description" | "encoded"));
        for child in holders {
            if let Some(alert) = child.children.iter().find(|inner| is_alert(inner)) {
                return self.cut_out(alert, &bindings(child, &outer));
            }
            let text = child.text.trim();
            if text.starts_with('<') && text.contains("alert") && text.contains(":cap:1.") {
                return Some(text.to_owned());
            }
        }
        let alert = entry.children.iter().find(|child| is_alert(child))?;
        self.cut_out(alert, &outer)
    }

    /// Cuts a message out as a document of its own, with the namespaces that were declared around it.
    fn cut_out(&self, alert: &Element, outer: &Bindings) -> Option<String> {
        let text = self.text.get(alert.span.clone())?;
        let end = text.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
        let (tag, rest) = text.split_at(end);
        let missing = outer.iter().filter(|(name, _)| attribute(alert, name).is_none());
        let declared: String = missing
            .map(|(name, uri)| {
                let uri = uri.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
                format!(" {name}=\"{uri}\"")
            })
            .collect();
        Some(format!("{tag}{declared}{rest}"))
    }

    fn updated(&self, element: &Element) -> Option<Timestamp> {
        let of_atom = ["updated", "published"].iter().find_map(|name| self.text_of(element, name));
        if let Some(text) = of_atom {
            return text.parse().ok();
        }
        let text = self.text_of(element, "pubDate").or(self.text_of(element, "lastBuildDate"))?;
        let read = DateTime::parse_from_rfc2822(text).ok()?;
        Some(Timestamp::from_millis(read.timestamp_millis()))
    }

    /// Returns the text of a child of the feed's own kind.
    fn text_of<'e>(&self, element: &'e Element, name: &str) -> Option<&'e str> {
        let own = |child: &&Element| child.name == name && child.namespace == self.form.namespace();
        let text = element.children.iter().find(own)?.text.trim();
        (!text.is_empty()).then_some(text)
    }
}

/// A link or an enclosure.
struct Link<'e> {
    href: &'e str,
    rel: &'e str,
    media_type: &'e str,
}

impl Link<'_> {
    fn is_alternate(&self) -> bool {
        matches!(self.rel, "" | "alternate" | "enclosure")
    }
}

fn links(element: &Element) -> impl Iterator<Item = Link<'_>> {
    element.children.iter().filter_map(|child| {
        let href = match (&*child.name, child.namespace) {
            ("link", Namespace::Atom) => attribute(child, "href")?,
            ("enclosure", Namespace::Missing) => attribute(child, "url")?,
            _ => return None,
        };
        let rel = attribute(child, "rel").unwrap_or_default();
        Some(Link { href, rel, media_type: attribute(child, "type").unwrap_or_default() })
    })
}

fn attribute<'e>(element: &'e Element, name: &str) -> Option<&'e str> {
    element.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

/// Returns the declarations of namespaces in force inside an element.
fn bindings(element: &Element, outer: &[(String, String)]) -> Bindings {
    let mut all: Bindings = outer.to_vec();
    let declares = |name: &str| name == "xmlns" || name.starts_with("xmlns:");
    for (name, uri) in element.attributes.iter().filter(|(name, _)| declares(name)) {
        all.retain(|(known, _)| known != name.as_str());
        all.push((name.to_string(), uri.clone()));
    }
    all
}

/// Returns the address that links inside an element are relative to.
fn based(base: &Url, element: &Element) -> Url {
    let own = attribute(element, "xml:base").and_then(|own| base.join(own).ok());
    own.unwrap_or_else(|| base.clone())
}

/// Resolves a link. One that carries a login or is neither http nor https is refused.
fn absolute(base: &Url, link: &str) -> Result<String, Problem> {
    let refused = || Problem::Link { link: excerpt(link) };
    let url = base.join(link.trim()).map_err(|_| refused())?;
    let open = url.username().is_empty() && url.password().is_none();
    let followed = matches!(url.scheme(), "http" | "https") && url.has_host();
    if open && followed && url.as_str().len() <= MAX_LINK { Ok(url.into()) } else { Err(refused()) }
}

fn is_alert(element: &Element) -> bool {
    element.name == "alert" && matches!(element.namespace, Namespace::Cap(_))
}

fn is_cap(media_type: &str) -> bool {
    media_type.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case(CAP))
}

fn is_xml(media_type: &str) -> bool {
    let name = media_type.split(';').next().unwrap_or_default().trim();
    matches!(name, "application/xml" | "text/xml")
}

fn names_xml(link: &str) -> bool {
    let path = link.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    path.ends_with(".xml") || path.ends_with(".cap")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::cap;

    const BASE: &str = "https://met.example/feeds/all.atom";

    #[test]
    fn entries_come_oldest_first_with_absolute_links() {
        let feed = read_atom(
            "<title>预警</title><updated>2026-07-21T18:00:00+08:00</updated>\
             <link rel='self' href='all.atom'/><link rel='next' href='?page=2'/>\
             <entry><id>urn:c</id><title>c</title><updated>2026-07-21T18:00:00+08:00</updated>\
             <link href='c.html' type='text/html'/><link href='/cap/c' type='application/cap+xml; charset=utf-8'/></entry>\
             <entry xml:base='https://other.example/x/'><id>urn:b</id><updated>2026-07-21T09:00:00Z</updated>\
             <link rel='alternate' href='b.xml'/></entry>\
             <entry><id>urn:a</id><updated>2026-07-21T09:00:00Z</updated><link href='a'/></entry>",
        );
        assert_eq!(feed.title, "预警");
        assert_eq!(feed.updated, "2026-07-21T18:00:00+08:00".parse().ok());
        assert_eq!(feed.next.as_deref(), Some("https://met.example/feeds/all.atom?page=2"));
        let links: Vec<_> =
            feed.entries.iter().map(|entry| entry.as_ref().unwrap().cap.clone()).collect();
        assert_eq!(
            links,
            [
                Cap::At("https://met.example/feeds/a".into()),
                Cap::At("https://other.example/x/b.xml".into()),
                Cap::At("https://met.example/cap/c".into()),
            ]
        );
    }

    #[test]
    fn a_message_in_the_feed_is_cut_out_with_its_namespaces() {
        let inner = "<c:identifier>i</c:identifier><c:sender>s</c:sender>\
                     <c:sent>2026-07-21T18:00:00+08:00</c:sent><c:status>Actual</c:status>\
                     <c:msgType>Alert</c:msgType><c:scope>Public</c:scope>";
        let feed = read_atom(&format!(
            "<entry><id>1</id><content type='text/xml' xmlns:c='urn:oasis:names:tc:emergency:cap:1.2'>\
             <c:alert>{inner}</c:alert></content></entry>\
             <entry><id>2</id><content type='text'>&lt;alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"/&gt;</content></entry>"
        ));
        let Cap::Here(escaped) = &feed.entries[0].as_ref().unwrap().cap else { panic!("not here") };
        assert!(escaped.starts_with("<alert"));
        let Cap::Here(message) = &feed.entries[1].as_ref().unwrap().cap else { panic!("not here") };
        assert_eq!(cap::read(message.as_bytes()).unwrap().alert.identifier, "i");
    }

    #[test]
    fn rss_is_read_too() {
        let text = "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>t</title>\
            <link>https://met.example/</link><atom:link rel='self' href='x'/>\
            <item><guid>2</guid><pubDate>Tue, 21 Jul 2026 18:00:00 +0800</pubDate><link>two.cap</link></item>\
            <item><title>1</title><pubDate>Tue, 21 Jul 2026 08:00:00 GMT</pubDate>\
            <enclosure url='/one' type='application/cap+xml' length='1'/><link>one.html</link></item>\
            </channel></rss>";
        let feed = read(text.as_bytes(), BASE).unwrap();
        let entries: Vec<_> = feed.entries.iter().map(|entry| entry.clone().unwrap()).collect();
        assert_eq!(entries[0].cap, Cap::At("https://met.example/one".into()));
        assert_eq!(entries[0].id, "https://met.example/one");
        assert_eq!(
            (entries[1].id.as_str(), &entries[1].cap),
            ("2", &Cap::At("https://met.example/feeds/two.cap".into()))
        );
        assert_eq!(entries[1].updated, "2026-07-21T18:00:00+08:00".parse().ok());
    }

    #[test]
    fn an_entry_without_a_message_is_a_fault_of_its_own() {
        let feed = read_atom(
            "<entry><id>ok</id><link href='a.cap'/></entry>\
             <entry><id>page</id><link href='b.html' type='text/html'/></entry>\
             <entry><link href='file:///etc/passwd' type='application/cap+xml'/></entry>\
             <entry><id>login</id><link href='https://a:b@c.example/' type='application/cap+xml'/></entry>",
        );
        let faults: Vec<_> = feed.entries.iter().filter_map(|entry| entry.as_ref().err()).collect();
        let told: Vec<_> = faults.iter().map(|fault| (&*fault.item, fault.code())).collect();
        assert_eq!(
            told,
            [("login", "feed.link"), ("entry 3", "feed.link"), ("page", "feed.link_missing")]
        );
        assert_eq!(feed.entries.len(), 4);
    }

    #[test]
    fn what_is_no_feed_is_refused_and_entries_are_bounded() {
        let code = |text: &str| read(text.as_bytes(), BASE).unwrap_err().code();
        assert_eq!(code("<feed/>"), "feed.shape");
        assert_eq!(code("<rss/>"), "feed.missing_element");
        assert_eq!(code("<!DOCTYPE a [<!ENTITY b 'c'>]><feed>&b;</feed>"), "feed.xml");
        assert_eq!(code("hello"), "feed.xml");
        assert_eq!(read(b"<rss><channel/></rss>", "no address").unwrap_err().code(), "feed.link");
        let many = read_atom(&"<entry/>".repeat(MAX_ENTRIES + 1));
        assert_eq!(many.entries.last().unwrap().as_ref().unwrap_err().code(), "feed.too_large");
    }

    fn read_atom(inside: &str) -> Feed {
        read(format!("<feed xmlns='http://www.w3.org/2005/Atom'>{inside}</feed>").as_bytes(), BASE)
            .unwrap()
    }
}
