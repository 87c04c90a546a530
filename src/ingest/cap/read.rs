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
    xml::{self, Element, Namespace},
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
    match root.namespace {
        Namespace::Cap(version) if root.name == "alert" => Ok(version),
        Namespace::Cap(_) | Namespace::Atom | Namespace::Other | Namespace::Missing => {
            Err(Path::root(&excerpt(&root.name)).fault(Problem::NotCap))
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
            language: group
                .maybe("language", rules::language)?
                .unwrap_or(rules::DEFAULT_LANGUAGE.into()),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ingest::cap::words::{ResponseType, Severity, Status, Urgency};

    const WHOLE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>99010141600000_20260721180000</identifier>
<sender>Shili_County_Meteorological_Observatory</sender>
<sent>2026-07-21T18:00:00+08:00</sent>
<status>Actual</status>
<msgType>Update</msgType>
<source>desk 3</source>
<scope>Restricted</scope>
<restriction>duty posts</restriction>
<addresses>one@example.org "the other" two</addresses>
<code>profile:A</code>
<code></code>
<code>profile:B</code>
<note>a note</note>
<references>Obs,99010141600000_20260721120000,2026-07-21T12:00:00+08:00 Obs,X,2026-07-20T12:00:00+08:00</references>
<incidents>flood "second rain"</incidents>
<info>
<language>zh-CN</language>
<category>Met</category>
<category>CBRNE</category>
<event>暴雨</event>
<responseType>Evacuate</responseType>
<responseType>AllClear</responseType>
<urgency>Immediate</urgency>
<severity>Extreme</severity>
<certainty>Observed</certainty>
<audience>all</audience>
<eventCode><valueName>GB/T 35561</valueName><value>11B03</value></eventCode>
<effective>2026-07-21T18:00:00+08:00</effective>
<onset>2026-07-21T12:00:00-00:00</onset>
<expires>2026-07-22T18:00:00+08:00</expires>
<senderName>somebody</senderName>
<headline>示例县气象台发布暴雨红色预警信号</headline>
<description>  河水 &lt; 66.10 m&#13;
second line </description>
<instruction><![CDATA[go & stay]]></instruction>
<web>https://example.org/a?b=c&amp;d=e#f</web>
<contact>12345</contact>
<parameter><valueName>p</valueName><value></value></parameter>
<resource>
<resourceDesc>picture</resourceDesc>
<mimeType>image/png</mimeType>
<size>12</size>
<uri>picture.png</uri>
<derefUri>aGVs
bG8=</derefUri>
<digest>abc</digest>
</resource>
<area>
<areaDesc> 示例县 </areaDesc>
<polygon>35.6,114.5 35.7,114.5 35.7,114.6 35.6,114.5</polygon>
<circle>35.6,114.5 2.5</circle>
<geocode><valueName>CPEAS Geographic Code</valueName><value>990101000000</value></geocode>
<altitude>100</altitude>
<ceiling>+200.5</ceiling>
</area>
</info>
</alert>"#;

    const OLD: &str = r#"<cap:alert xmlns:cap="http://www.incident.com/cap/1.0">
<cap:identifier>X1</cap:identifier>
<cap:sender>s@example.org</cap:sender>
<cap:sent>2003-06-11T20:56:00.5Z</cap:sent>
<cap:status>Actual</cap:status>
<cap:msgType>Alert</cap:msgType>
<cap:password>secret</cap:password>
<cap:info>
<cap:event>Earthquake</cap:event>
<cap:urgency>Past</cap:urgency>
<cap:severity>Minor</cap:severity>
<cap:certainty>Very Likely</cap:certainty>
<cap:eventCode>SAME=EQW</cap:eventCode>
<cap:parameter>Magnitude = 3.4 = Ml</cap:parameter>
<cap:resource>
<cap:resourceDesc>picture</cap:resourceDesc>
<cap:uri>http://example.org/p</cap:uri>
</cap:resource>
<cap:area>
<cap:areaDesc>Brawley</cap:areaDesc>
<cap:circle>32.9525,-115.5527 0</cap:circle>
<cap:geocode>fips6=006109</cap:geocode>
</cap:area>
</cap:info>
</cap:alert>"#;

    #[test]
    fn every_field_is_read() {
        let Parsed { alert, notes } = read(WHOLE.as_bytes()).unwrap();
        assert_eq!(notes, []);
        assert_eq!(alert.identifier, "99010141600000_20260721180000");
        assert_eq!(alert.sent, at("2026-07-21T18:00:00+08:00"));
        assert_eq!((alert.status, alert.msg_type), (Status::Actual, MsgType::Update));
        assert_eq!(
            (alert.scope, alert.restriction.as_deref()),
            (Scope::Restricted, Some("duty posts"))
        );
        assert_eq!(alert.addresses, ["one@example.org", "the other", "two"]);
        assert_eq!(alert.codes, ["profile:A", "profile:B"]);
        assert_eq!(alert.references[1].identifier, "X");
        assert_eq!(alert.incidents, ["flood", "second rain"]);
        let [info] = alert.infos.as_slice() else { panic!("{:?}", alert.infos) };
        assert_eq!((info.language.as_str(), info.event.as_str()), ("zh-CN", "暴雨"));
        assert_eq!(info.categories, [Category::Met, Category::Cbrne]);
        assert_eq!(info.response_types, [ResponseType::Evacuate, ResponseType::AllClear]);
        assert_eq!((info.urgency, info.severity), (Urgency::Immediate, Severity::Extreme));
        assert_eq!(info.onset, Some(at("2026-07-21T20:00:00+08:00")));
        assert_eq!(info.description.as_deref(), Some("河水 < 66.10 m\r\nsecond line"));
        assert_eq!(info.instruction.as_deref(), Some("go & stay"));
        assert_eq!(info.web.as_deref(), Some("https://example.org/a?b=c&d=e#f"));
        assert_eq!(info.parameters, [NamedValue { name: "p".into(), value: "".into() }]);
        assert_eq!(info.resources[0].deref_uri.as_deref(), Some("aGVsbG8="));
        assert_eq!(
            (info.resources[0].size, info.resources[0].uri.as_deref()),
            (Some(12), Some("picture.png"))
        );
        let [area] = info.areas.as_slice() else { panic!("{:?}", info.areas) };
        assert_eq!((area.desc.as_str(), area.polygons[0][0]), ("示例县", [114.5, 35.6]));
        assert_eq!((area.altitude_ft, area.ceiling_ft), (Some(100.0), Some(200.5)));
        assert_eq!(area.geocodes[0].value, "990101000000");
    }

    #[test]
    fn a_message_of_1_0_is_read_into_the_same_shape() {
        let Parsed { alert, notes } = read(OLD.as_bytes()).unwrap();
        assert_eq!(alert.version, Version::V1_0);
        assert_eq!(alert.sent, at("2003-06-11T20:56:00+00:00"));
        assert_eq!(alert.scope, Scope::Public);
        let info = &alert.infos[0];
        assert_eq!(info.language, "en-US");
        assert_eq!(info.categories, [Category::Other]);
        assert_eq!(info.certainty, Certainty::Likely);
        assert_eq!(info.event_codes, [NamedValue { name: "SAME".into(), value: "EQW".into() }]);
        assert_eq!(info.parameters[0].value, "3.4 = Ml");
        assert_eq!(info.resources[0].mime_type, UNKNOWN_MEDIA);
        assert_eq!(info.areas[0].geocodes[0].name, "fips6");
        let said: Vec<_> = notes.iter().map(|note| (note.code(), note.element.as_str())).collect();
        let expected = [
            ("cap.loose_time", "/alert/sent"),
            ("cap.scope_assumed", "/alert/scope"),
            ("cap.category_assumed", "/alert/info[1]/category"),
            ("cap.very_likely", "/alert/info[1]/certainty"),
            ("cap.password_dropped", "/alert/password"),
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn what_1_0_leaves_out_follows_from_what_it_says() {
        for (element, scope) in [("restriction", Scope::Restricted), ("addresses", Scope::Private)]
        {
            let added = format!("<cap:{element}>x</cap:{element}>\n<cap:info>");
            let message = OLD.replacen("<cap:info>", &added, 1);
            assert_eq!(read(message.as_bytes()).unwrap().alert.scope, scope);
        }
    }

    #[test]
    fn a_required_element_that_is_missing_is_named() {
        for (element, at) in [
            ("identifier", "/alert"),
            ("sender", "/alert"),
            ("sent", "/alert"),
            ("status", "/alert"),
            ("msgType", "/alert"),
            ("scope", "/alert"),
            ("event", "/alert/info[1]"),
            ("urgency", "/alert/info[1]"),
            ("severity", "/alert/info[1]"),
            ("certainty", "/alert/info[1]"),
            ("valueName", "/alert/info[1]/eventCode[1]"),
            ("resourceDesc", "/alert/info[1]/resource[1]"),
            ("mimeType", "/alert/info[1]/resource[1]"),
            ("areaDesc", "/alert/info[1]/area[1]"),
        ] {
            let (start, end) = (format!("<{element}>"), format!("</{element}>"));
            let (before, rest) = WHOLE.split_once(&start).unwrap();
            let (_, after) = rest.split_once(&end).unwrap();
            check(&format!("{before}{after}"), "cap.missing_element", &format!("{at}/{element}"));
        }
        let no_category =
            WHOLE.replace("<category>Met</category>\n<category>CBRNE</category>\n", "");
        check(&no_category, "cap.missing_element", "/alert/info[1]/category");
    }

    #[test]
    fn order_and_number_are_those_of_the_schema() {
        for (from, to, code, element) in [
            ("<status>", "<status>Test</status><status>", "cap.repeated_element", "/alert/status"),
            ("<info>", "<info/><info>", "cap.missing_element", "/alert/info[1]/category"),
            ("</alert>", "<note>x</note></alert>", "cap.repeated_element", "/alert/note"),
            ("</alert>", "<code>x</code></alert>", "cap.element_order", "/alert/code"),
            ("<event>", "<event>x</event><event>", "cap.repeated_element", "/alert/info[1]/event"),
            (
                "</info>",
                "<category>Geo</category></info>",
                "cap.element_order",
                "/alert/info[1]/category",
            ),
            (
                "<areaDesc>",
                "<altitude>1</altitude><areaDesc>",
                "cap.element_order",
                "/alert/info[1]/area[1]/areaDesc",
            ),
            (
                "<areaDesc>",
                "<extent/><areaDesc>",
                "cap.unknown_element",
                "/alert/info[1]/area[1]/extent",
            ),
            ("<info>", "<password>x</password><info>", "cap.unknown_element", "/alert/password"),
            ("<info>", "<Info/><info>", "cap.unknown_element", "/alert/Info"),
            ("<info>", "<info>text", "cap.stray_text", "/alert/info[1]"),
            (
                "</value></eventCode>",
                "</value><value>2</value></eventCode>",
                "cap.repeated_element",
                "/alert/info[1]/eventCode[1]/value",
            ),
            ("desk 3", "desk <b>3</b>", "cap.unknown_element", "/alert/source/b"),
        ] {
            check(&replaced(from, to), code, element);
        }
    }

    #[test]
    fn only_elements_of_other_namespaces_are_extensions() {
        for (extension, code) in [
            (r#"<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><note/></Signature>"#, ""),
            (r#"<x:more xmlns:x="urn:x">text</x:more>"#, ""),
            (r#"<more xmlns="">text</more>"#, "cap.unknown_element"),
            (r#"<info xmlns="urn:oasis:names:tc:emergency:cap:1.1"/>"#, "cap.unknown_element"),
        ] {
            let read = read(replaced("</alert>", &format!("{extension}</alert>")).as_bytes());
            assert_eq!(read.err().map_or("", |fault| fault.code()), code, "{extension}");
        }
    }

    #[test]
    fn only_an_alert_in_a_cap_namespace_is_one() {
        for root in [
            "<alert/>",
            "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.3'/>",
            "<info xmlns='urn:oasis:names:tc:emergency:cap:1.2'/>",
            "<html/>",
        ] {
            assert_eq!(read(root.as_bytes()).unwrap_err().code(), "cap.not_cap", "{root}");
        }
    }

    #[test]
    fn a_text_that_breaks_a_rule_is_refused_with_its_element() {
        for (from, to, code, element) in [
            ("99010141600000_20260721180000", "a b", "cap.identifier", "identifier"),
            ("99010141600000_20260721180000", "a,b", "cap.identifier", "identifier"),
            ("99010141600000_20260721180000", "a&amp;b", "cap.identifier", "identifier"),
            ("99010141600000_20260721180000", "\na\n", "cap.identifier", "identifier"),
            ("99010141600000_20260721180000", "", "cap.blank", "identifier"),
            ("Shili_County_Meteorological_Observatory", "a&lt;b", "cap.identifier", "sender"),
            ("<sent>2026-07-21T18:00:00+08:00", "<sent>2026-07-21T10:00:00Z", "cap.time", "sent"),
            ("<expires>2026", "<expires>26", "cap.time", "info[1]/expires"),
            ("<onset>2026-07-21T12:00:00-00:00", "<onset>", "cap.time", "info[1]/onset"),
            ("Actual", "actual", "cap.word", "status"),
            ("Actual", "Cancle", "cap.word", "status"),
            ("Update", "Upgrade", "cap.word", "msgType"),
            ("Restricted", "Secret", "cap.word", "scope"),
            ("CBRNE", "Weather", "cap.word", "info[1]/category[2]"),
            ("AllClear", "Run", "cap.word", "info[1]/responseType[2]"),
            ("Observed", "Very Likely", "cap.word", "info[1]/certainty"),
            ("Extreme", "", "cap.word", "info[1]/severity"),
            ("Restricted", "Public", "cap.restriction_unexpected", "restriction"),
            ("<restriction>duty posts", "<restriction> ", "cap.restriction_missing", "restriction"),
            (r#""the other""#, r#""the other"#, "cap.quotation", "addresses"),
            ("Obs,X,2026-07-20T12:00:00+08:00", "Obs,X", "cap.references", "references"),
            ("Obs,X,2026-07-20T12:00:00+08:00", "Obs,X,yesterday", "cap.references", "references"),
            (
                "Obs,X,2026-07-20T12:00:00+08:00",
                "Obs,,2026-07-20T12:00:00+08:00",
                "cap.references",
                "references",
            ),
            ("zh-CN", "zh_CN", "cap.language", "info[1]/language"),
            ("zh-CN", "Chinese language", "cap.language", "info[1]/language"),
            ("https://example.org/a", "www.example.org/a", "cap.uri", "info[1]/web"),
            ("https://example.org/a", "https:///a", "cap.uri", "info[1]/web"),
            ("https://example.org/a", "https://example.org/a b", "cap.uri", "info[1]/web"),
            ("<size>12", "<size>-12", "cap.size", "info[1]/resource[1]/size"),
            ("<size>12", "<size>", "cap.size", "info[1]/resource[1]/size"),
            ("bG8=", "bG8*", "cap.base64", "info[1]/resource[1]/derefUri"),
            ("<areaDesc> 示例县 ", "<areaDesc>　", "cap.blank", "info[1]/area[1]/areaDesc"),
            ("<event>暴雨", "<event>", "cap.blank", "info[1]/event"),
            ("35.7,114.5 35.7", "35.7;114.5 35.7", "cap.pair", "info[1]/area[1]/polygon[1]"),
            ("<circle>35.6,114.5 2.5", "<circle>", "cap.circle", "info[1]/area[1]/circle[1]"),
            ("<altitude>100", "<altitude>1e2", "cap.feet", "info[1]/area[1]/altitude"),
            ("<altitude>100", "<altitude>300", "cap.ceiling_below", "info[1]/area[1]/ceiling"),
            ("<altitude>100</altitude>", "", "cap.ceiling_alone", "info[1]/area[1]/ceiling"),
        ] {
            check(&replaced(from, to), code, &format!("/alert/{element}"));
        }
    }

    #[test]
    fn parts_that_need_each_other_are_checked() {
        let private = replaced("Restricted", "Private")
            .replace("<restriction>duty posts</restriction>\n", "");
        assert!(read(private.as_bytes()).is_ok());
        let (before, rest) = private.split_once("<addresses>").unwrap();
        let (_, after) = rest.split_once("</addresses>").unwrap();
        check(&format!("{before}{after}"), "cap.addresses_missing", "/alert/addresses");
        let (before, rest) = WHOLE.split_once("<references>").unwrap();
        let (_, after) = rest.split_once("</references>").unwrap();
        let alone = format!("{before}{after}");
        for msg_type in ["Update", "Cancel", "Ack", "Error"] {
            let message = alone.replace("Update", msg_type);
            check(&message, "cap.references_missing", "/alert/references");
        }
        assert!(read(alone.replace("Update", "Alert").as_bytes()).is_ok());
        let linked = replaced("<derefUri>aGVs\nbG8=</derefUri>", "");
        check(&linked, "cap.uri", "/alert/info[1]/resource[1]/uri");
    }

    #[test]
    fn blank_optional_texts_are_absent() {
        let message = WHOLE
            .replace("<note>a note</note>", "<note/>")
            .replace("<language>zh-CN</language>", "<language/>")
            .replace("<web>https://example.org/a?b=c&amp;d=e#f</web>", "<web> </web>")
            .replace("somebody", "\n　");
        let alert = read(message.as_bytes()).unwrap().alert;
        assert_eq!(alert.note, None);
        assert_eq!(alert.infos[0].language, "en-US");
        assert_eq!(alert.infos[0].web, None);
        assert_eq!(alert.infos[0].sender_name, None);
    }

    #[test]
    fn each_leniency_is_noted() {
        for (from, to, code, element) in [
            ("Update", "Cancle", "cap.misspelt_cancel", "msgType"),
            ("<sent>2026-07-21T", "<sent>2026-07-21 ", "cap.space_in_time", "sent"),
            (
                "2026-07-21T12:00:00+08:00 Obs",
                "2026-07-21T12:00:00+08:00,Obs",
                "cap.references_joined",
                "references",
            ),
            (
                "2026-07-20T12:00:00+08:00",
                "2026-07-21T18:00:00+08:00",
                "cap.reference_sent",
                "references",
            ),
            ("<polygon>", "<polygon/><polygon>", "cap.empty_polygon", "info[1]/area[1]/polygon[1]"),
        ] {
            let notes = read(replaced(from, to).as_bytes()).unwrap().notes;
            let said: Vec<_> =
                notes.iter().map(|note| (note.code(), note.element.as_str())).collect();
            assert_eq!(said, [(code, format!("/alert/{element}").as_str())]);
        }
        let (before, _) = WHOLE.split_once("<info>").unwrap();
        let bare = read(format!("{before}</alert>").as_bytes()).unwrap();
        assert_eq!(bare.notes[0].code(), "cap.no_info");
    }

    #[test]
    fn a_misspelt_cancel_is_a_cancel() {
        let alert = read(replaced("Update", "Cancle").as_bytes()).unwrap().alert;
        assert_eq!(alert.msg_type, MsgType::Cancel);
    }

    #[test]
    fn long_texts_and_endless_notes_are_bounded() {
        let long = "雨".repeat(200_000);
        check(&replaced("a note", &long), "cap.too_large", "/alert/note");
        let many = replaced("<polygon>", &format!("{}<polygon>", "<polygon/>".repeat(5_000)));
        assert_eq!(read(many.as_bytes()).unwrap().notes.len(), MAX_NOTES);
    }

    #[test]
    fn a_message_in_gb18030_is_read() {
        let (before, after) = OLD.split_once("Brawley").unwrap();
        let declaration = "<?xml version=\"1.0\" encoding=\"GB18030\"?>";
        let place = [0xCA, 0xBE, 0xC0, 0xFD, 0xCF, 0xD8];
        let bytes = [declaration.as_bytes(), before.as_bytes(), &place, after.as_bytes()].concat();
        assert_eq!(read(&bytes).unwrap().alert.infos[0].areas[0].desc, "示例县");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            old in any::<bool>(),
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, any::<u8>()), 1..12),
        ) {
            let mut bytes = if old { OLD } else { WHOLE }.as_bytes().to_vec();
            for (at, edit, byte) in edits {
                let at = at.index(bytes.len());
                match edit {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    2 => bytes.truncate(at.max(1)),
                    _ => drop(bytes.remove(at)),
                }
                if bytes.is_empty() {
                    bytes.push(byte);
                }
            }
            if let Err(fault) = read(&bytes) {
                prop_assert!(fault.element.starts_with('/'));
                prop_assert!(!fault.remedy().is_empty());
            }
        }

        #[test]
        fn no_markup_makes_it_panic(
            pieces in prop::collection::vec(0..MARKUP.len(), 0..40),
        ) {
            let text: String = pieces.into_iter().map(|piece| MARKUP[piece]).collect();
            let _ = read(text.as_bytes());
            let _ = read(WHOLE.replacen("desk 3", &text, 1).as_bytes());
        }
    }

    const MARKUP: &[&str] = &[
        "<",
        ">",
        "</",
        "/>",
        "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'>",
        "</alert>",
        "<info>",
        "</info>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<!DOCTYPE",
        "<!ENTITY a 'b'>",
        "<?",
        "?>",
        "<?xml version='1.0'",
        " encoding='GBK'",
        "&",
        "&amp;",
        "&#x",
        "&#55296;",
        ";",
        "\"",
        "'",
        "=",
        " a",
        ":",
        "xmlns",
        "xmlns:p='q'",
        "p:",
        "\u{FEFF}",
        "\0",
        "暴",
        "[",
        "]",
        "-",
        "\r",
    ];

    #[track_caller]
    fn check(message: &str, code: &str, element: &str) {
        let fault = read(message.as_bytes()).unwrap_err();
        assert_eq!((fault.code(), fault.element.as_str()), (code, element), "{fault}");
    }

    #[track_caller]
    fn replaced(from: &str, to: &str) -> String {
        assert!(WHOLE.contains(from), "{from} is not in the sample");
        WHOLE.replacen(from, to, 1)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }
}
