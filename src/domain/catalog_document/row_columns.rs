//! What the columns of a file are called whose rows are reference data, of one kind to a file.

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowKind {
    ThirdParties,
    Systems,
    Services,
    /// What services need, a line to a row.
    Requirements,
}

/// A column that there can be.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// As the document calls it.
    pub name: &'static str,
    /// Whether each row must have it. What only new things must have is not required.
    pub required: bool,
    /// What else it may be called, in English and in Swedish: as it is [`plain`]. Not the name itself.
    pub aliases: &'static [&'static str],
    /// What stands in it, on one line.
    pub help: &'static str,
}

impl RowKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::ThirdParties, Self::Systems, Self::Services, Self::Requirements];

    /// Its list in the document.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Systems => "systems",
            Self::ThirdParties => "thirdParties",
            Self::Services => "services",
            Self::Requirements => "requirements",
        }
    }

    /// The columns that it can have.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Systems => SYSTEM_COLUMNS,
            Self::ThirdParties => THIRD_PARTY_COLUMNS,
            Self::Services => SERVICE_COLUMNS,
            Self::Requirements => REQUIREMENT_COLUMNS,
        }
    }
}

impl Column {
    /// Whether this is the column of that name, which is [`plain`].
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        plain(self.name) == name || self.aliases.contains(&name)
    }
}

/// A name without what people write differently: case, spaces, hyphens, underscores and dots.
#[must_use]
pub fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '.'));
    letters.flat_map(char::to_lowercase).collect()
}

const fn needed(name: &'static str, aliases: &'static [&'static str], help: &'static str) -> Column {
    Column { name, required: true, aliases, help }
}

const fn optional(name: &'static str, aliases: &'static [&'static str], help: &'static str) -> Column {
    Column { name, required: false, aliases, help }
}

/// Of places where data is stored.
pub const SYSTEM_COLUMNS: &[Column] = &[
    needed(
        "name",
        &["system", "namn", "systemnamn"],
        "What it is called. A name that is there already is changed.",
    ),
    optional(
        "thirdParty",
        &["supplier", "leverantör", "tredjepart", "biträde"],
        "The name of who runs it; none: the company itself.",
    ),
    optional("country", &["land"], "Where it is, as two capital letters, such as SE. New ones must have it."),
    optional("owner", &["ägare", "systemägare", "ansvarig"], "Who answers for it in the company."),
    optional(
        "measures",
        &["åtgärder", "säkerhetsåtgärder"],
        "How it is protected (Art. 32), with semicolons between.",
    ),
    optional(
        "reviewDue",
        &["granskassenast", "nästagranskning"],
        "By which day it is to be looked at again, such as 2027-03-31.",
    ),
    optional("retired", &["avvecklad"], "yes: it goes out of use."),
];

/// Of those that receive data.
pub const THIRD_PARTY_COLUMNS: &[Column] = &[
    needed(
        "name",
        &["thirdparty", "namn", "tredjepart", "leverantör", "företag"],
        "What it is called. A name that is there already is changed.",
    ),
    optional(
        "kind",
        &["category", "slag", "typ", "mottagarkategori"],
        "The category of recipient, one word in capitals, such as HOSTING. New ones must have it.",
    ),
    optional("role", &["roll"], "PROCESSOR, JOINT_CONTROLLER or CONTROLLER. New ones must have it."),
    optional("country", &["land"], "Where it is, as two capital letters, such as SE. New ones must have it."),
    optional(
        "privacyContact",
        &["dataskyddskontakt", "kontakt", "epost"],
        "The e-mail address for questions of data protection.",
    ),
    optional("subProcessorOf", &["underbiträdetill"], "The name of the third party that it works for."),
    optional("announcedOn", &["anmäld", "anmäldes"], "When it was announced as a sub-processor."),
    optional("objectionUntil", &["invändningsenast"], "The last day to object to it."),
    optional(
        "status",
        &["decision", "beslut"],
        "What an assessment of it decided: APPROVED or SUSPENDED. Without, it is put on record as PROPOSED.",
    ),
    optional(
        "grounds",
        &["grund", "motivering"],
        "What was looked at, and why that followed. An assessment must have it.",
    ),
    optional("assessedBy", &["bedömdav"], "Who made the assessment."),
    optional("assessedOn", &["bedömd", "bedömdes"], "The day of the assessment."),
    optional(
        "agreementReference",
        &["agreement", "avtal", "biträdesavtal", "avtalsnummer"],
        "The agreement's number (Art. 28(3)). Part of an assessment, as are those that follow.",
    ),
    optional("agreementSignedOn", &["avtaltecknat", "avtalsdatum"], "When the agreement was signed."),
    optional("agreementExpiresOn", &["avtaltillochmed"], "The agreement's last day, if it has one."),
    optional(
        "safeguard",
        &["skyddsåtgärd", "överföringsgrund"],
        "What makes a transfer out of the EEA lawful: ADEQUACY, SCC, BCR or DEROGATION.",
    ),
    optional("safeguardReference", &["skyddsåtgärddokumenterad"], "Where that is documented."),
    optional(
        "measures",
        &["åtgärder", "säkerhetsåtgärder"],
        "How it protects data (Art. 32), with semicolons between.",
    ),
    optional("reviewDue", &["granskassenast", "nästagranskning"], "By which day it is assessed anew."),
    optional("retired", &["avslutad"], "yes: the relationship ends for good."),
    optional("reason", &["skäl"], "Why it ends."),
];

/// Of what customers can order.
pub const SERVICE_COLUMNS: &[Column] = &[
    needed(
        "key",
        &["service", "nyckel", "tjänst"],
        "Lower-case words between hyphens, such as web-hosting. It never changes.",
    ),
    optional("name", &["namn"], "What it is called, in the company's language. New ones must have it."),
    optional("description", &["beskrivning"], "What it is."),
    optional(
        "nameEn",
        &["englishname", "engelsktnamn"],
        "Its name in English, where the company's language is another.",
    ),
    optional("descriptionEn", &["englishdescription", "engelskbeskrivning"], "What it is, in English."),
    optional(
        "processedOnBehalf",
        &["behandlasförkundensräkning"],
        "What is processed on the customer's behalf (Art. 30(2)), with semicolons between.",
    ),
    optional(
        "impactAssessmentReference",
        &["impactassessment", "konsekvensbedömning"],
        "Where its impact assessment (Art. 35) is.",
    ),
    optional("retired", &["avvecklad", "utgången"], "yes: it can no longer be ordered."),
];

/// Of what services need.
pub const REQUIREMENT_COLUMNS: &[Column] = &[
    needed("service", &["tjänst"], "A service's key."),
    needed(
        "category",
        &["datacategory", "kategori", "uppgiftskategori"],
        "A data category's key, such as user.contact.email.",
    ),
    needed("purpose", &["ändamål"], "A purpose's key, such as DELIVER_SERVICE."),
    needed("system", &["plats"], "A system's name."),
    optional(
        "onEnd",
        &["disposal", "gallring", "vidslut"],
        "How the data goes in the end: ERASE or ANONYMIZE. New ones must have it.",
    ),
    optional(
        "grace",
        &["gallringsfrist", "frist"],
        "How long it may stay after that, such as P30D; the company's default unless told.",
    ),
    optional("retired", &["behövsintelängre"], "yes: the service needs it no more."),
];
