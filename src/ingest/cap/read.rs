//! A tree of elements to a message, with a note for each leniency.

use super::{
    alert::{Alert, Area, Info, NamedValue, Reference, Resource},
    encoding,
    fault::{Fault, Problem, excerpt},
    geometry,
    group::{Group, leaf, prose, word},
    layout,
    note::{MAX_NOTES, Note, Remark},
    path::Path,
    rules, times,
    words::{Category, Certainty, MsgType, Scope, Version, Word},
    xml::{self, Element},
};
use crate::domain::time::Timestamp;

/// The media type of contents that name none (RFC 2046).
const UNKNOWN_MEDIA: &str = "application/octet-stream";

/// A message that keeps the rules, and what was unusual about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    pub alert: Alert,
    pub notes: Vec<Note>,
}

/// Reads a message of any version, in any encoding that its XML declares.
pub fn read(bytes: &[u8]) -> Result<Parsed, Fault> {
    let text = encoding::decode(bytes)?;
    let root = xml::parse(&text)?;
    let version = version_of(&root)?;
    let mut reading = Reading { version, points_left: geometry::MAX_POINTS, notes: Vec::new() };
    let alert = reading.alert(&root)?;
    rules::check(&alert)?;
    Ok(Parsed { alert, notes: reading.notes })
}

fn version_of(root: &Element) -> Result<Version, Fault> {
    let namespace = root.namespace.as_deref();
    match namespace.and_then(Version::of_namespace) {
        Some(version) if root.name == "alert" => Ok(version),
        Some(_) | None => {
            let name = excerpt(&root.name);
            let found = match namespace {
                Some(namespace) => format!("<{name}> in the namespace {}", excerpt(namespace)),
                None => format!("<{name}> in no namespace"),
            };
            Err(Path::root(&name).fault(Problem::NotCap { found }))
        }
    }
}

struct Reading {
    version: Version,
    points_left: usize,
    notes: Vec<Note>,
}

impl Reading {
    fn alert(&mut self, root: &Element) -> Result<Alert, Fault> {
        let path = Path::root("alert");
        let group = Group::new(root, layout::ALERT, self.version, &path)?;
        let identifier = group.one("identifier", rules::identifier)?;
        let sender = group.one("sender", rules::identifier)?;
        let sent = self.time(&group, "sent")?;
        let sent = sent.ok_or_else(|| path.child("sent").fault(Problem::Missing))?;
        let alert = Alert {
            version: self.version,
            identifier,
            sender,
            sent,
            status: group.word("status")?,
            msg_type: self.msg_type(&group)?,
            source: group.prose("source")?,
            scope: self.scope(&group)?,
            restriction: group.prose("restriction")?,
            addresses: group.maybe("addresses", rules::quoted_list)?.unwrap_or_default(),
            codes: group.every("code", prose)?.into_iter().flatten().collect(),
            note: group.prose("note")?,
            references: self.references(&group, sent)?,
            incidents: group.maybe("incidents", rules::quoted_list)?.unwrap_or_default(),
            infos: self.parts(&group, "info", Self::info)?,
        };
        if group.prose("password")?.is_some() {
            self.note(&path.child("password"), Remark::PasswordDropped);
        }
        if alert.infos.is_empty() && matches!(alert.msg_type, MsgType::Alert | MsgType::Update) {
            self.note(&path.child("info"), Remark::NoInfo);
        }
        Ok(alert)
    }

    fn info(&mut self, element: &Element, path: &Path<'_>) -> Result<Info, Fault> {
        let group = Group::new(element, layout::INFO, self.version, path)?;
        Ok(Info {
            language: group.formed("language", rules::language)?.unwrap_or("en-US".into()),
            categories: self.categories(&group)?,
            event: group.filled("event")?,
            response_types: group.words("responseType")?,
            urgency: group.word("urgency")?,
            severity: group.word("severity")?,
            certainty: self.certainty(&group)?,
            audience: group.prose("audience")?,
            event_codes: self.named_values(&group, "eventCode")?,
            effective: self.time(&group, "effective")?,
            onset: self.time(&group, "onset")?,
            expires: self.time(&group, "expires")?,
            sender_name: group.prose("senderName")?,
            headline: group.prose("headline")?,
            description: group.prose("description")?,
            instruction: group.prose("instruction")?,
            web: group.formed("web", rules::absolute_uri)?,
            contact: group.prose("contact")?,
            parameters: self.named_values(&group, "parameter")?,
            resources: self.parts(&group, "resource", Self::resource)?,
            areas: self.parts(&group, "area", Self::area)?,
        })
    }

    fn resource(&mut self, element: &Element, path: &Path<'_>) -> Result<Resource, Fault> {
        let group = Group::new(element, layout::RESOURCE, self.version, path)?;
        let deref_uri = group.formed("derefUri", rules::base64)?;
        let uri = if deref_uri.is_some() { rules::any_uri } else { rules::absolute_uri };
        Ok(Resource {
            desc: group.prose("resourceDesc")?.unwrap_or_default(),
            mime_type: group.prose("mimeType")?.unwrap_or(UNKNOWN_MEDIA.into()),
            size: group.maybe("size", rules::size)?,
            uri: group.formed("uri", uri)?,
            deref_uri,
            digest: group.prose("digest")?,
        })
    }

    fn area(&mut self, element: &Element, path: &Path<'_>) -> Result<Area, Fault> {
        let group = Group::new(element, layout::AREA, self.version, path)?;
        let area = Area {
            desc: group.filled("areaDesc")?,
            polygons: self.polygons(&group)?,
            circles: group.every("circle", geometry::circle)?,
            geocodes: self.named_values(&group, "geocode")?,
            altitude_ft: group.maybe("altitude", rules::feet)?,
            ceiling_ft: group.maybe("ceiling", rules::feet)?,
        };
        let problem = match (area.altitude_ft, area.ceiling_ft) {
            (None, Some(_)) => Problem::CeilingAlone,
            (Some(altitude), Some(ceiling)) if ceiling < altitude => Problem::CeilingBelow,
            (_, None) | (Some(_), Some(_)) => return Ok(area),
        };
        Err(path.child("ceiling").fault(problem))
    }

    fn polygons(&mut self, group: &Group<'_, '_>) -> Result<Vec<Vec<[f64; 2]>>, Fault> {
        let mut polygons = Vec::new();
        for (number, element) in group.elements("polygon") {
            let path = group.path.nth_child("polygon", number);
            let text = leaf(element, self.version, &path)?;
            if text.trim_ascii().is_empty() {
                self.note(&path, Remark::EmptyPolygon);
                continue;
            }
            let (ring, remark) = geometry::polygon(text, &mut self.points_left)
                .map_err(|problem| path.fault(problem))?;
            self.notes_at(&path, remark);
            polygons.push(ring);
        }
        Ok(polygons)
    }

    /// Reads the groups of that name, each by `part`.
    fn parts<T>(
        &mut self,
        group: &Group<'_, '_>,
        name: &str,
        part: impl Fn(&mut Self, &Element, &Path<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        group
            .elements(name)
            .map(|(number, element)| part(self, element, &group.path.nth_child(name, number)))
            .collect()
    }

    fn named_values(
        &mut self,
        group: &Group<'_, '_>,
        name: &str,
    ) -> Result<Vec<NamedValue>, Fault> {
        if self.version == Version::V1_0 {
            return group.every(name, rules::named_value);
        }
        self.parts(group, name, |reading, element, path| {
            let pair = Group::new(element, layout::NAMED_VALUE, reading.version, path)?;
            let name = pair.prose("valueName")?.unwrap_or_default();
            Ok(NamedValue { name, value: pair.prose("value")?.unwrap_or_default() })
        })
    }

    fn time(&mut self, group: &Group<'_, '_>, name: &str) -> Result<Option<Timestamp>, Fault> {
        let read = group.maybe(name, |text| times::time(text.trim_ascii(), self.version))?;
        let Some((time, remark)) = read else { return Ok(None) };
        self.notes_at(&group.path.child(name), remark);
        Ok(Some(time))
    }

    fn references(
        &mut self,
        group: &Group<'_, '_>,
        sent: Timestamp,
    ) -> Result<Vec<Reference>, Fault> {
        let read = group.maybe("references", |text| rules::references(text, self.version))?;
        let (references, remarks) = read.unwrap_or_default();
        let path = group.path.child("references");
        self.notes_at(&path, remarks);
        if references.iter().any(|reference| reference.sent == sent) {
            self.note(&path, Remark::ReferenceSent);
        }
        Ok(references)
    }

    fn msg_type(&mut self, group: &Group<'_, '_>) -> Result<MsgType, Fault> {
        let (msg_type, remark) = group.one("msgType", |text| match text {
            "Cancle" => Ok((MsgType::Cancel, Some(Remark::MisspeltCancel))),
            text => Ok((word(text, self.version)?, None)),
        })?;
        self.notes_at(&group.path.child("msgType"), remark);
        Ok(msg_type)
    }

    /// Only 1.0 may leave the scope out; what else it says then tells which is meant.
    fn scope(&mut self, group: &Group<'_, '_>) -> Result<Scope, Fault> {
        if let Some(scope) = group.maybe("scope", |text| word(text, self.version))? {
            return Ok(scope);
        }
        let scope = if group.prose("restriction")?.is_some() {
            Scope::Restricted
        } else if group.prose("addresses")?.is_some() {
            Scope::Private
        } else {
            Scope::Public
        };
        self.note(&group.path.child("scope"), Remark::ScopeAssumed { scope: scope.as_str() });
        Ok(scope)
    }

    /// Only 1.0 may leave the category out.
    fn categories(&mut self, group: &Group<'_, '_>) -> Result<Vec<Category>, Fault> {
        let categories = group.words("category")?;
        if !categories.is_empty() {
            return Ok(categories);
        }
        self.note(&group.path.child("category"), Remark::CategoryAssumed);
        Ok(vec![Category::Other])
    }

    /// CAP 1.1 says that the `Very Likely` of 1.0 is to be treated as `Likely`.
    fn certainty(&mut self, group: &Group<'_, '_>) -> Result<Certainty, Fault> {
        let (certainty, remark) = group.one("certainty", |text| match text {
            "Very Likely" if self.version == Version::V1_0 => {
                Ok((Certainty::Likely, Some(Remark::VeryLikely)))
            }
            text => Ok((word(text, self.version)?, None)),
        })?;
        self.notes_at(&group.path.child("certainty"), remark);
        Ok(certainty)
    }

    fn notes_at(&mut self, path: &Path<'_>, remarks: impl IntoIterator<Item = Remark>) {
        for remark in remarks {
            self.note(path, remark);
        }
    }

    fn note(&mut self, path: &Path<'_>, remark: Remark) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(Note::new(path, remark));
        }
    }
}
