//! Letters in Swedish.

use super::{
    letter::{Kind, Letter},
    words::{Words, list, written},
};
use chrono::NaiveDate;
use entity::enums::{SubjectKeyKind, TaskAction};

const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
];

pub(super) fn subject(letter: &Letter) -> String {
    let (controller, case) = (letter.controller(), letter.case_number());
    let request = words(letter.action, letter.lifts).request;
    match letter.kind {
        Kind::Asking => format!("{controller}: {request}, ärende {case}"),
        Kind::Reminding { nth, .. } => format!("{controller}: påminnelse {nth}, {request}, ärende {case}"),
    }
}

pub(super) fn text(letter: &Letter) -> String {
    let Words { asks, ground, note, answer, .. } = words(letter.action, letter.lifts);
    let (controller, case) = (letter.controller(), letter.case_number());
    let opening = match letter.kind {
        Kind::Asking => format!("{controller} ber er att {asks}."),
        Kind::Reminding { nth, asked_on } => format!(
            "Den {} bad {controller} er att {asks}. Vi har inte fått något svar. Det här är påminnelse nummer {nth}.",
            day(asked_on)
        ),
    };
    let about = match letter.categories() {
        none if none.is_empty() => "Det gäller alla uppgifter som ni har om personen.".to_owned(),
        names => format!("Det gäller:{}", list(&names)),
    };
    let known_by = format!("Hos er är personen känd genom {}: {}", kind(letter), letter.identifiers());
    let note = note.map(|note| format!("\n\n{note}")).unwrap_or_default();
    let by = day(letter.answer_by);
    let reply = match &letter.answer_url {
        Some(url) => format!(
            "Svara via den här länken. Den kräver ingen inloggning och kan användas en gång:\n{url}\n\n\
             Ni kan också svara på det här mejlet. Ange då ärendenumret {case}."
        ),
        None => format!("Svara på det här mejlet och ange ärendenumret {case}."),
    };
    format!(
        "Hej,\n\n{opening}\n\n{about}\n\n{known_by}\n\n{ground}{note}\n\n\
         Meddela oss senast den {by} {answer}.\n\n{reply} Skriv inga personuppgifter i svaret.\n\n\
         Med vänlig hälsning\n{controller}\n\n\
         Mejlet har skickats automatiskt. Svaret läses av en människa.\n"
    )
}

fn day(day: NaiveDate) -> String {
    written(day, MONTHS)
}

fn kind(letter: &Letter) -> &'static str {
    match letter.known_by.0 {
        SubjectKeyKind::ExternalReference => "er egen beteckning",
        SubjectKeyKind::Reference => "vårt kundnummer",
        SubjectKeyKind::Email => "e-postadressen",
        SubjectKeyKind::Phone => "telefonnumret",
        SubjectKeyKind::NationalId => "person- eller organisationsnumret",
    }
}

fn words(action: TaskAction, lifts: bool) -> Words {
    match action {
        TaskAction::Erase => ERASE,
        TaskAction::Anonymize => ANONYMIZE,
        TaskAction::Rectify => RECTIFY,
        TaskAction::Export => EXPORT,
        TaskAction::Restrict if lifts => LIFT,
        TaskAction::Restrict => RESTRICT,
        TaskAction::Verify => VERIFY,
    }
}

const ERASE: Words = Words {
    request: "begäran om radering",
    asks: "radera uppgifter om en person",
    ground: "Begäran grundar sig på artikel 17.1 i EU:s dataskyddsförordning (GDPR). Om ni behandlar uppgifterna för \
             vår räkning är den en instruktion enligt artikel 28.3 a och g; se då till att era underbiträden gör \
             detsamma. Om ni själva är personuppgiftsansvariga är den en underrättelse enligt artikel 19.",
    note: None,
    answer: "att uppgifterna är raderade, att ni inte har några sådana uppgifter, eller vilka uppgifter ni måste \
             behålla, enligt vilken lag och hur länge",
};

const ANONYMIZE: Words = Words {
    request: "begäran om anonymisering",
    asks: "anonymisera uppgifter om en person",
    ground: "Begäran grundar sig på artiklarna 5.1 e och 17.1 i EU:s dataskyddsförordning (GDPR): uppgifterna får inte \
             längre finnas kvar i en form som gör det möjligt att identifiera personen. Om ni behandlar uppgifterna \
             för vår räkning är den en instruktion enligt artikel 28.3 a; se då till att era underbiträden gör \
             detsamma. Om ni själva är personuppgiftsansvariga är den en underrättelse enligt artikel 19.",
    note: Some(
        "Uppgifterna är anonyma när ingen kan koppla dem till personen, inte heller med hjälp av andra uppgifter \
         (skäl 26). Att byta ut namnet mot ett nummer eller ett hashvärde är pseudonymisering (artikel 4.5) och räcker inte.",
    ),
    answer: "att uppgifterna är anonymiserade, att ni inte har några sådana uppgifter, eller vilka uppgifter ni måste \
             behålla som de är, enligt vilken lag och hur länge",
};

const RECTIFY: Words = Words {
    request: "begäran om rättelse",
    asks: "rätta uppgifter om en person",
    ground: "Begäran grundar sig på artikel 16 i EU:s dataskyddsförordning (GDPR). Om ni behandlar uppgifterna för vår \
             räkning är den en instruktion enligt artikel 28.3 a och e. Om ni själva är personuppgiftsansvariga är den \
             en underrättelse enligt artikel 19.",
    note: Some(
        "De rätta uppgifterna står inte här, eftersom e-post inte är ett säkert sätt att lämna dem. Hör av er, så \
         kommer vi överens om hur ni får dem.",
    ),
    answer: "att uppgifterna är rättade, att ni inte har några sådana uppgifter, eller varför ni inte rättar dem",
};

const EXPORT: Words = Words {
    request: "begäran om en kopia av uppgifter",
    asks: "lämna ut en kopia av uppgifter om en person",
    ground: "Begäran grundar sig på artiklarna 15.3 och 20 i EU:s dataskyddsförordning (GDPR). Om ni behandlar \
             uppgifterna för vår räkning ska ni hjälpa oss enligt artikel 28.3 e. Om ni själva är \
             personuppgiftsansvariga ber vi er att medverka, så att personen får ett fullständigt svar.",
    note: Some(
        "Skicka inte kopian med vanlig e-post. Hör av er, så kommer vi överens om ett säkert sätt att lämna den.",
    ),
    answer: "att kopian är lämnad, att ni inte har några sådana uppgifter, eller varför ni inte lämnar ut dem",
};

const RESTRICT: Words = Words {
    request: "begäran om begränsning av behandling",
    asks: "begränsa behandlingen av uppgifter om en person",
    ground: "Begäran grundar sig på artikel 18 i EU:s dataskyddsförordning (GDPR). Om ni behandlar uppgifterna för vår \
             räkning är den en instruktion enligt artikel 28.3 a och e; se då till att era underbiträden gör \
             detsamma. Om ni själva är personuppgiftsansvariga är den en underrättelse enligt artikel 19.",
    note: Some(
        "Till dess att vi meddelar något annat får uppgifterna lagras, men inte behandlas på annat sätt än artikel \
         18.2 medger. Radera dem inte.",
    ),
    answer: "att behandlingen är begränsad, att ni inte har några sådana uppgifter, eller varför ni inte begränsar den",
};

const LIFT: Words = Words {
    request: "begränsning upphör",
    asks: "åter behandla uppgifter om en person som förut, eftersom en begränsning hävs",
    ground: "Den begränsning enligt artikel 18 i dataskyddsförordningen (GDPR) som vi bad er om är hävd (artikel 18.3). \
             Om ni behandlar uppgifterna för vår räkning är det här en instruktion enligt artikel 28.3 a. Om ni själva är \
             personuppgiftsansvariga är det en underrättelse enligt artikel 19.",
    note: None,
    answer: "att begränsningen är hävd, eller att ni inte har några sådana uppgifter",
};

const VERIFY: Words = Words {
    request: "fråga om innehav av uppgifter",
    asks: "svara på om ni har uppgifter om en person",
    ground: "Vi behöver veta det för att kunna visa var personens uppgifter finns och för att kunna berätta det för \
             personen (artiklarna 5.2, 15.1 c och 19 i EU:s dataskyddsförordning, GDPR). Om ni behandlar uppgifterna \
             för vår räkning ber vi om svaret enligt artikel 28.3 h.",
    note: Some("Ändra eller radera ingenting med anledning av frågan."),
    answer: "om ni har sådana uppgifter och i så fall vilka slags uppgifter det är",
};
