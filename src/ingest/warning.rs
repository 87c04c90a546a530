//! CAP messages as the warnings they mean, and warnings as the CAP messages they would be.

use base64::{Engine, prelude::BASE64_STANDARD};
use compact_str::CompactString;

use super::cap::{
    self, Alert, Area, Circle, Info, NamedValue, Parsed, Reference,
    china::{self, IdentifierForm, Profile},
    words::{
        Category, Certainty, MsgType, ResponseType, Scope, Severity, Status, Urgency, Version,
    },
};
use crate::domain::{
    area::Shape,
    time::Timestamp,
    warning::{self, Colour, Message, MessageKind, Original, WarnedArea},
};

/// Name of the geocode that carries a division code, as the national feed writes it.
const GEOCODE: &str = "CPEAS Geographic Code";
/// Stands where CAP wants a text and the source gave none.
const UNKNOWN: &str = "未注明";
/// Says of an update or cancel that it names nothing.
const UNNAMED: &str = "来源未指明所更新或解除的预警";
/// Name of the event code that carries a national code.
const EVENT_CODE: &str = "GB/T 35561";

/// Reads a CAP message as the warning it means; the names of forecasters are left out.
pub fn message(parsed: &Parsed) -> Message {
    let alert = &parsed.alert;
    let profile = china::profile(alert);
    let ends = profile.as_ref().is_some_and(|profile| profile.ends);
    let mut notes: Vec<String> = parsed.notes.iter().map(ToString::to_string).collect();
    notes.extend(profile.iter().flat_map(|profile| &profile.notes).map(ToString::to_string));
    Message {
        identifier: alert.identifier.as_str().into(),
        sender: alert.sender.as_str().into(),
        sent: alert.sent,
        status: status(alert.status),
        kind: kind(alert.msg_type, ends),
        references: alert.references.iter().map(reference).collect(),
        notes,
        ..said(alert, profile.as_ref())
    }
}

fn said(alert: &Alert, profile: Option<&Profile<'_>>) -> Message {
    let info = profile.map(|profile| profile.info);
    let text = |field: fn(&Info) -> &Option<String>| {
        info.and_then(|info| field(info).clone()).unwrap_or_default()
    };
    Message {
        identifier: CompactString::default(),
        sender: CompactString::default(),
        sent: alert.sent,
        status: warning::Status::Actual,
        kind: MessageKind::Alert,
        references: Vec::new(),
        event: info.map(|info| info.event.as_str().into()).unwrap_or_default(),
        event_code: profile
            .and_then(|profile| profile.event)
            .map(|event| event.code.as_str().into()),
        colour: profile.and_then(|profile| profile.colour),
        headline: profile.map(|profile| profile.title.to_owned()).unwrap_or_default(),
        description: text(|info| &info.description),
        instruction: text(|info| &info.instruction),
        effective: info.and_then(|info| info.effective).unwrap_or(alert.sent),
        onset: info.and_then(|info| info.onset),
        expires: info.and_then(|info| info.expires),
        areas: profile.map(|profile| areas(alert, profile)).unwrap_or_default(),
        notes: Vec::new(),
    }
}

/// Collects the areas of every part in the profile's language: several parts are several areas.
fn areas(alert: &Alert, profile: &Profile<'_>) -> Vec<WarnedArea> {
    let language = &profile.info.language;
    let parts = alert.infos.iter().filter(|info| info.language == *language);
    let mut areas: Vec<WarnedArea> = parts
        .flat_map(|info| &info.areas)
        .map(|area| WarnedArea {
            description: area.desc.as_str().into(),
            codes: Vec::new(),
            shapes: shapes(area),
        })
        .collect();
    if let Some(first) = areas.first_mut() {
        first.codes.clone_from(&profile.areas);
    }
    areas
}

fn shapes(area: &Area) -> Vec<Shape> {
    let polygons = area.polygons.iter().cloned().map(Shape::Polygon);
    let circles = area.circles.iter().map(|circle| {
        let Circle { lon, lat, radius_km } = *circle;
        Shape::Circle { center: [lon, lat], radius_km }
    });
    polygons.chain(circles).collect()
}

fn reference(reference: &Reference) -> warning::Reference {
    warning::Reference {
        sender: reference.sender.as_str().into(),
        identifier: reference.identifier.as_str().into(),
        sent: reference.sent,
    }
}

fn status(status: Status) -> warning::Status {
    match status {
        Status::Actual => warning::Status::Actual,
        Status::Exercise => warning::Status::Exercise,
        Status::System => warning::Status::System,
        Status::Test => warning::Status::Test,
        Status::Draft => warning::Status::Draft,
    }
}

/// A message whose title says that it lifts others is a cancellation, whatever its type says.
fn kind(msg_type: MsgType, ends: bool) -> MessageKind {
    match msg_type {
        MsgType::Alert | MsgType::Update if ends => MessageKind::Cancel,
        MsgType::Alert => MessageKind::Alert,
        MsgType::Update => MessageKind::Update,
        MsgType::Cancel => MessageKind::Cancel,
        MsgType::Ack => MessageKind::Ack,
        MsgType::Error => MessageKind::Error,
    }
}

/// Writes a warning that came in another form as the CAP message it would have been.
///
/// CAP has no update and no cancel of nothing named, but some sources send them: the first is an alert to
/// everybody else too, and the second an alert whose headline ends it, as the weather bureau writes them.
/// An acknowledgement that names nothing is refused where it comes in. Names stay as they are, so that
/// reading the message again tells whether they are fit for CAP; [`handed_on`] makes them fit.
pub fn alert(message: &Message) -> Alert {
    let unnamed = message.references.is_empty()
        && matches!(message.kind, MessageKind::Update | MessageKind::Cancel);
    Alert {
        version: Version::V1_2,
        identifier: message.identifier.to_string(),
        sender: message.sender.to_string(),
        sent: message.sent,
        status: match message.status {
            warning::Status::Actual => Status::Actual,
            warning::Status::Exercise => Status::Exercise,
            warning::Status::System => Status::System,
            warning::Status::Test => Status::Test,
            warning::Status::Draft => Status::Draft,
        },
        msg_type: match message.kind {
            MessageKind::Update | MessageKind::Cancel if unnamed => MsgType::Alert,
            MessageKind::Alert => MsgType::Alert,
            MessageKind::Update => MsgType::Update,
            MessageKind::Cancel => MsgType::Cancel,
            MessageKind::Ack => MsgType::Ack,
            MessageKind::Error => MsgType::Error,
        },
        source: None,
        scope: Scope::Public,
        restriction: None,
        addresses: Vec::new(),
        codes: Vec::new(),
        note: unnamed.then(|| UNNAMED.to_owned()),
        references: message
            .references
            .iter()
            .map(|reference| Reference {
                sender: reference.sender.to_string(),
                identifier: reference.identifier.to_string(),
                sent: reference.sent,
            })
            .collect(),
        incidents: Vec::new(),
        infos: info(message).into_iter().collect(),
    }
}

/// Writes a warning as CAP whatever its names are: a gauge may be called what CAP does not allow.
pub fn handed_on(message: &Message) -> Alert {
    let mut alert = alert(message);
    let names = [&mut alert.identifier, &mut alert.sender];
    let referred = alert
        .references
        .iter_mut()
        .flat_map(|Reference { sender, identifier, .. }| [sender, identifier]);
    for text in names.into_iter().chain(referred) {
        *text = name(text);
    }
    alert
}

/// Returns a name as CAP allows names. A gauge's own may hold a comma, which would split a reference: it
/// is written as in an address, so that two names stay two.
fn name(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace()
            || c.is_control()
            || matches!(c, ',' | '<' | '&' | '\u{FFFE}' | '\u{FFFF}')
        {
            let bytes = &mut [0; 4];
            c.encode_utf8(bytes).bytes().for_each(|byte| name.push_str(&format!("%{byte:02X}")));
        } else {
            name.push(c);
        }
    }
    if name.is_empty() { UNKNOWN.to_owned() } else { name }
}

/// Returns what the message says; nothing where it only acknowledges or ends another.
fn info(message: &Message) -> Option<Info> {
    let text = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
    let code = message.event_code.iter();
    let event = text(&message.event).or_else(|| text(&message.headline));
    let rest = [&message.description, &message.instruction].map(|rest| text(rest));
    let is_bare = event.is_none() && rest == [None, None] && message.areas.is_empty();
    let is_about_others = !matches!(message.kind, MessageKind::Alert | MessageKind::Update)
        && !message.references.is_empty();
    if is_bare && is_about_others {
        return None;
    }
    let ends = message.kind == MessageKind::Cancel && message.references.is_empty();
    let response = ends.then_some(ResponseType::AllClear);
    Some(Info {
        language: "zh-CN".to_owned(),
        categories: vec![category(message.event_code.as_deref())],
        event: event.unwrap_or_else(|| UNKNOWN.to_owned()),
        response_types: response.into_iter().collect(),
        urgency: Urgency::Unknown,
        severity: message.colour.map_or(Severity::Unknown, severity),
        certainty: Certainty::Unknown,
        audience: None,
        event_codes: code
            .map(|code| NamedValue { name: EVENT_CODE.to_owned(), value: code.to_string() })
            .collect(),
        effective: Some(message.effective),
        onset: message.onset,
        expires: message.expires,
        sender_name: None,
        headline: if ends { Some(ending(message)) } else { text(&message.headline) },
        description: text(&message.description),
        instruction: text(&message.instruction),
        web: None,
        contact: None,
        parameters: Vec::new(),
        resources: Vec::new(),
        areas: message.areas.iter().map(area).collect(),
    })
}

/// Returns a headline that ends a warning by itself.
fn ending(message: &Message) -> String {
    let headline = message.headline.trim();
    if china::lifts(headline) { headline.to_owned() } else { format!("{headline}（解除）") }
}

/// Returns CAP's word for a kind of the national list: the earth's own dangers, fires, and the rest, which
/// weather and water bring.
fn category(event_code: Option<&str>) -> Category {
    match event_code.and_then(|code| code.as_bytes().get(2)) {
        Some(b'C' | b'D') => Category::Geo,
        Some(b'G') => Category::Fire,
        Some(_) | None => Category::Met,
    }
}

fn severity(colour: Colour) -> Severity {
    match colour {
        Colour::Red => Severity::Extreme,
        Colour::Orange => Severity::Severe,
        Colour::Yellow => Severity::Moderate,
        Colour::Blue => Severity::Minor,
    }
}

fn area(area: &WarnedArea) -> Area {
    let mut polygons = Vec::new();
    let mut circles = Vec::new();
    for shape in &area.shapes {
        match shape {
            Shape::Polygon(ring) => polygons.push(ring.clone()),
            Shape::Circle { center: [lon, lat], radius_km } => {
                circles.push(Circle { lon: *lon, lat: *lat, radius_km: *radius_km });
            }
        }
    }
    let geocodes = area.codes.iter();
    let named = area.description.trim();
    Area {
        desc: if named.is_empty() { UNKNOWN.to_owned() } else { named.to_owned() },
        polygons,
        circles,
        geocodes: geocodes
            .map(|code| NamedValue { name: GEOCODE.to_owned(), value: code.to_string() })
            .collect(),
        altitude_ft: None,
        ceiling_ft: None,
    }
}

/// Makes an identifier where the sender left it out: when, and enough chance that no two are the same.
pub fn identifier(sender: &str, now: Timestamp) -> CompactString {
    let digits: String = now.to_string().chars().filter(char::is_ascii_digit).take(17).collect();
    let mut chance = [0; 4];
    getrandom::fill(&mut chance).expect("the operating system's random source cannot fail");
    compact_str::format_compact!("{sender}-{digits}-{:08x}", u32::from_be_bytes(chance))
}

/// Returns what the record keeps of the bytes that came: all of them, except the forecaster's name,
/// which the national feed puts where an office belongs and which is nobody's business here.
pub fn original(bytes: &[u8], media_type: &str, alert: &Alert) -> Original {
    let media_type = CompactString::from(media_type);
    match std::str::from_utf8(bytes) {
        Ok(text) if alert.infos.iter().all(|info| info.sender_name.is_none()) => {
            let body = without_sender_names(text);
            // A name that is written in an unusual way is left out by writing the message anew.
            let body = if names_a_sender(&body) { cap::write(alert) } else { body };
            Original { media_type, body, base64: false }
        }
        Ok(text) => Original { media_type, body: text.to_owned(), base64: false },
        // Its bytes cannot be edited safely in their own encoding, so it is written anew without the name.
        Err(_) if china::identifier_form(&alert.identifier) != IdentifierForm::Foreign => {
            Original { media_type, body: cap::write(alert), base64: false }
        }
        Err(_) => Original { media_type, body: BASE64_STANDARD.encode(bytes), base64: true },
    }
}

fn names_a_sender(text: &str) -> bool {
    let read = cap::read(text.as_bytes());
    read.is_ok_and(|parsed| parsed.alert.infos.iter().any(|info| info.sender_name.is_some()))
}

/// Empties every `senderName` element, whatever its prefix.
fn without_sender_names(text: &str) -> String {
    const NAME: &str = "senderName";
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = rest.find(NAME) {
        let (before, after) = rest.split_at(found + NAME.len());
        kept.push_str(before);
        rest = after;
        let opens = before.trim_end_matches(NAME).rsplit('<').next();
        let opens = opens.is_some_and(|tag| !tag.starts_with('/') && !tag.contains('>'));
        let Some(content) = after.strip_prefix('>').filter(|_| opens) else { continue };
        let Some(end) = content.find('<') else { continue };
        kept.push('>');
        rest = &content[end..];
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, option, prelude::*, sample::select};

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

        #[test]
        fn every_message_can_be_handed_on_as_cap_and_means_the_same(message in any_message()) {
            let written = cap::write(&handed_on(&message));
            let parsed = cap::read(written.as_bytes());
            prop_assert!(parsed.is_ok(), "{}\n{written}", parsed.unwrap_err());
            let again = super::message(&parsed.unwrap());
            let unnamed = message.references.is_empty();
            let is_new = unnamed && message.kind == MessageKind::Update;
            let kind = if is_new { MessageKind::Alert } else { message.kind };
            // A headline may end a warning that its type does not.
            let lifts = china::lifts(&message.headline) || china::lifts(&message.event);
            let ended = again.kind == MessageKind::Cancel && lifts;
            prop_assert!(again.kind == kind || ended, "{:?} was {:?}", again.kind, message.kind);
            let named = |reference: &warning::Reference| warning::Reference {
                sender: super::name(&reference.sender).into(),
                identifier: super::name(&reference.identifier).into(),
                sent: reference.sent,
            };
            let named: Vec<_> = message.references.iter().map(named).collect();
            prop_assert_eq!(again.references, named);
            prop_assert_eq!(again.status, message.status);
            prop_assert_eq!((again.sent, again.sender), (message.sent, message.sender));
            prop_assert_eq!(again.areas.len() , message.areas.len());
        }
    }

    #[test]
    fn a_cancel_that_names_nothing_still_ends() {
        for (headline, expected) in [
            ("县气象台解除暴雨红色预警信号", "县气象台解除暴雨红色预警信号"),
            ("县气象台发布暴雨红色预警信号", "县气象台发布暴雨红色预警信号（解除）"),
            ("", "（解除）"),
        ] {
            let cancel = Message {
                kind: MessageKind::Cancel,
                references: vec![],
                headline: headline.into(),
                ..plain()
            };
            let parsed = cap::read(cap::write(&alert(&cancel)).as_bytes()).unwrap();
            assert_eq!(parsed.alert.msg_type, MsgType::Alert);
            assert_eq!(super::message(&parsed).headline, expected);
            assert_eq!(super::message(&parsed).kind, MessageKind::Cancel);
        }
    }

    #[test]
    fn a_name_that_cap_does_not_allow_is_written_as_in_an_address() {
        for (own, written) in [
            ("gauge-a,b", "gauge-a%2Cb"),
            ("R&D <1>", "R%26D%20%3C1>"),
            ("淇门", "淇门"),
            ("\u{3000}", "%E3%80%80"),
            ("", "未注明"),
        ] {
            assert_eq!(super::name(own), written, "{own}");
        }
    }

    #[test]
    fn a_kind_of_the_national_list_has_its_category() {
        for (code, expected) in [
            (Some("11B03"), Category::Met),
            (Some("11A51"), Category::Met),
            (Some("11D02"), Category::Geo),
            (Some("11G01"), Category::Fire),
            (None, Category::Met),
        ] {
            assert_eq!(category(code), expected, "{code:?}");
        }
    }

    #[test]
    fn two_messages_of_one_moment_have_identifiers_of_their_own() {
        let now = Timestamp::from_millis(1_790_000_000_000);
        assert_ne!(identifier("gateway", now), identifier("gateway", now));
    }

    #[test]
    fn a_forecasters_name_in_unusual_markup_is_not_kept_either() {
        for name in [
            "<senderName>王五</senderName>",
            "<senderName><![CDATA[王五]]></senderName>",
            "<senderName >王五</senderName >",
            "<senderName><!-- a -->王五</senderName>",
        ] {
            let text = format!(
                "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\
                 <identifier>99010141600000_20260721100000</identifier><sender>met</sender>\
                 <sent>2026-07-21T10:00:00+08:00</sent><status>Actual</status>\
                 <msgType>Alert</msgType><scope>Public</scope><info><language>zh-CN</language>\
                 <category>Met</category><event>暴雨</event><urgency>Immediate</urgency>\
                 <severity>Extreme</severity><certainty>Likely</certainty>{name}\
                 <headline>暴雨红色预警</headline></info></alert>"
            );
            let mut parsed = cap::read(text.as_bytes()).unwrap();
            china::forget_forecaster(&mut parsed.alert);
            let kept = original(text.as_bytes(), "application/cap+xml", &parsed.alert);
            assert!(!kept.body.contains("王五"), "{name}");
            assert!(kept.body.contains("暴雨红色预警"), "{name}");
        }
    }

    #[test]
    fn the_forecasters_name_is_not_kept_and_nothing_else_is_lost() {
        let text = "<alert><info><senderName>王五</senderName><event>a</event></info>\
                    <cap:senderName>李四</cap:senderName></alert>";
        let kept = without_sender_names(text);
        assert_eq!(
            kept,
            "<alert><info><senderName></senderName><event>a</event></info>\
             <cap:senderName></cap:senderName></alert>"
        );
    }

    fn plain() -> Message {
        Message {
            identifier: "a".into(),
            sender: "b".into(),
            sent: Timestamp::from_millis(1_790_000_000_000),
            status: warning::Status::Actual,
            kind: MessageKind::Alert,
            references: vec![],
            event: "暴雨".into(),
            event_code: Some("11B03".into()),
            colour: Some(Colour::Red),
            headline: "县气象台发布暴雨红色预警信号".into(),
            description: String::new(),
            instruction: String::new(),
            effective: Timestamp::from_millis(1_790_000_000_000),
            onset: None,
            expires: None,
            areas: vec![],
            notes: vec![],
        }
    }

    /// Messages as forms and feeds make them: an acknowledgement names what it is about.
    fn any_message() -> impl Strategy<Value = Message> {
        use MessageKind::{Ack, Alert, Cancel, Error, Update};
        let kind = select(&[Alert, Update, Cancel, Ack, Error][..]);
        let status = select(&[warning::Status::Actual, warning::Status::Exercise][..]);
        let head = (kind, status, name(), when(), vec(reference(), 0..3));
        let texts = (prose(), prose(), prose(), prose());
        let colour = option::of(select(&Colour::ALL[..]));
        let times = (when(), option::of(when()), option::of(when()));
        (head, texts, colour, times, vec(warned(), 0..3)).prop_map(
            |(head, texts, colour, times, areas)| {
                let (kind, status, identifier, sent, mut references) = head;
                if references.is_empty() && matches!(kind, Ack | Error) {
                    let sender = identifier.clone();
                    references.push(warning::Reference { sender, identifier: "x".into(), sent });
                }
                Message {
                    identifier,
                    sent,
                    status,
                    kind,
                    references,
                    event: texts.0.into(),
                    colour,
                    headline: texts.1,
                    description: texts.2,
                    instruction: texts.3,
                    effective: times.0,
                    onset: times.1,
                    expires: times.2,
                    areas,
                    ..plain()
                }
            },
        )
    }

    fn warned() -> impl Strategy<Value = WarnedArea> {
        let place = (-179.0..178.0_f64, -89.0..88.0_f64, 0.001..1.0_f64);
        let shape = (place, any::<bool>()).prop_map(|((x, y, side), round)| match round {
            true => Shape::Circle { center: [x, y], radius_km: side },
            false => {
                let (east, north) = (x + side, y + side);
                Shape::Polygon(vec![[x, y], [east, y], [east, north], [x, north], [x, y]])
            }
        });
        let code = (11_u32..82).prop_map(|province| format!("{province}0101").parse().unwrap());
        (prose(), vec(code, 0..3), vec(shape, 0..3)).prop_map(|(description, codes, shapes)| {
            WarnedArea { description: description.into(), codes, shapes }
        })
    }

    fn reference() -> impl Strategy<Value = warning::Reference> {
        (name(), name(), when()).prop_map(|(sender, identifier, sent)| warning::Reference {
            sender,
            identifier,
            sent,
        })
    }

    fn when() -> impl Strategy<Value = Timestamp> {
        (0..4_000_000_000_i64).prop_map(|second| Timestamp::from_millis(second * 1000))
    }

    fn name() -> impl Strategy<Value = CompactString> {
        vec(select(&["a", "1", "_", ",", "&", "<", " ", "\0", "台"][..]), 1..6)
            .prop_map(|parts| parts.concat().into())
    }

    fn prose() -> impl Strategy<Value = String> {
        let piece = select(
            &["解除", "发布", "暴雨红色预警", "&", "<", "]]>", "\r\n", " ", "\0", "🌊", "[Ⅰ级]"][..],
        );
        vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }
}
