//! What a report says of itself.

use super::{
    content::About,
    labels::Labels,
    lease::{Taken, wanted},
    wanted::Wanted,
};
use crate::domain::{
    audit::AuditFilter, catalog::Catalog, finding::FindingFilter, inventory::InventoryFilter, period::time_of,
};
use chrono::{DateTime, Utc};
use entity::{
    enums::{Locale, ReportKind},
    report,
};
use sea_orm::ActiveEnum;

/// What the report says of itself. `subject` is what it is about, where that is one thing, as it is called.
pub(super) fn about(
    catalog: &Catalog,
    taken: &Taken,
    made_at: DateTime<Utc>,
    subject: Option<&str>,
) -> About {
    let locale = taken.row.locale;
    let said =
        subject.map(|subject| (title_of_subject(&taken.wanted, locale).to_owned(), subject.to_owned()));
    About {
        id: taken.row.id.to_string(),
        kind: taken.row.kind,
        title: title(taken.row.kind, locale).to_owned(),
        company: catalog.controller.as_ref().map(|company| company.name.clone()),
        made_by: taken.row.requested_by_name.clone(),
        made_at,
        purpose: taken.row.purpose.clone(),
        filter: said.into_iter().chain(limits(catalog, &taken.wanted, locale)).collect(),
        locale,
        zone: catalog.zone(),
    }
}

/// What a report is limited to, in words, each with its name; but for whom or what all of it is about.
fn limits(catalog: &Catalog, wanted: &Wanted, locale: Locale) -> Vec<(String, String)> {
    let mut said = Said { labels: Labels { catalog, locale }, all: Vec::new() };
    said.wanted(wanted);
    said.all
}

/// The same of a report that is on record; nothing where another version has put it there.
#[must_use]
pub fn limits_of(catalog: &Catalog, row: &report::Model) -> Vec<(String, String)> {
    wanted(row).map(|wanted| limits(catalog, &wanted, row.locale)).unwrap_or_default()
}

const fn title_of_subject(wanted: &Wanted, locale: Locale) -> &'static str {
    match (wanted, locale) {
        (Wanted::Incident(_), _) => "Incident",
        (_, Locale::Sv) => "Kund",
        (_, Locale::En) => "Customer",
    }
}

const fn title(kind: ReportKind, locale: Locale) -> &'static str {
    let (sv, en) = match kind {
        ReportKind::Ropa => {
            ("Register över behandling (artikel 30)", "Record of processing activities (Article 30)")
        }
        ReportKind::Inventory => ("Inventering av personuppgifter", "Inventory of personal data"),
        ReportKind::Findings => ("Brister att åtgärda", "Findings"),
        ReportKind::Customer => ("En kunds uppgifter", "One customer's data"),
        ReportKind::Incident => ("Personuppgiftsincident", "Personal data breach"),
        ReportKind::Audit => ("Utdrag ur åtkomstloggen", "Extract of the audit log"),
    };
    match locale {
        Locale::Sv => sv,
        Locale::En => en,
    }
}

/// What a report is limited to, in words.
struct Said<'a> {
    labels: Labels<'a>,
    all: Vec<(String, String)>,
}

impl Said<'_> {
    fn add(&mut self, sv: &str, en: &str, value: impl Into<String>) {
        self.all.push((self.labels.say(sv, en).to_owned(), value.into()));
    }

    fn any(&mut self, sv: &str, en: &str, values: Option<impl IntoIterator<Item = String>>) {
        if let Some(values) = values {
            self.add(sv, en, values.into_iter().collect::<Vec<_>>().join(", "));
        }
    }

    fn words<T: ActiveEnum<Value = String> + Copy>(&mut self, sv: &str, en: &str, values: Option<&Vec<T>>) {
        let labels = self.labels;
        self.any(sv, en, values.map(|all| all.iter().map(move |one| labels.of(*one).label)));
    }

    fn time(&mut self, sv: &str, en: &str, moment: Option<DateTime<Utc>>) {
        if let Some(moment) = moment {
            self.add(sv, en, time_of(moment, &self.labels.catalog.zone()));
        }
    }

    fn wanted(&mut self, wanted: &Wanted) {
        match wanted {
            Wanted::Ropa | Wanted::Customer(_) | Wanted::Incident(_) => {}
            Wanted::Inventory { by, filter, as_of } => {
                let by = by.iter().map(|one| one.name(self.labels.locale).to_owned());
                self.any("Grupperad efter", "Grouped by", Some(by.collect::<Vec<_>>()));
                self.time("Som den såg ut", "As of", *as_of);
                self.inventory(filter);
            }
            Wanted::Findings(filter) => self.findings(filter),
            Wanted::Audit(filter) => self.audit(filter),
        }
    }

    fn inventory(&mut self, filter: &InventoryFilter) {
        let labels = self.labels;
        let InventoryFilter {
            systems,
            third_parties,
            in_house,
            categories,
            purposes,
            services,
            countries,
            ..
        } = filter;
        self.any(
            "System",
            "System",
            systems.as_ref().map(|all| all.iter().map(move |id| labels.system(*id))),
        );
        let parties = third_parties.as_ref();
        self.any(
            "Tredje part",
            "Third party",
            parties.map(|all| all.iter().map(move |id| labels.third_party(*id))),
        );
        if let Some(in_house) = in_house {
            let value = labels.say(
                if *in_house { "internt" } else { "hos tredje part" },
                if *in_house { "in-house" } else { "at third parties" },
            );
            self.add("Plats", "Place", value);
        }
        let keys = categories.as_ref();
        self.any(
            "Kategori",
            "Category",
            keys.map(|all| all.iter().map(move |key| labels.category(key).label)),
        );
        let keys = purposes.as_ref();
        self.any("Ändamål", "Purpose", keys.map(|all| all.iter().map(move |key| labels.purpose(key).label)));
        let ids = services.as_ref();
        self.any("Tjänst", "Service", ids.map(|all| all.iter().map(move |id| labels.service(*id).label)));
        self.any("Land", "Country", countries.clone());
        self.words("Skyddsbehov", "Sensitivity", filter.sensitivities.as_ref());
        self.words("Tillstånd", "State", filter.states.as_ref());
        self.words("Rättslig grund", "Legal basis", filter.legal_bases.as_ref());
    }

    fn findings(&mut self, filter: &FindingFilter) {
        let labels = self.labels;
        let kinds = filter.kinds.as_ref();
        self.any(
            "Brist",
            "Finding",
            kinds.map(|all| all.iter().map(move |kind| labels.word(kind.word()).label)),
        );
        let severities = filter.severities.as_ref();
        self.any(
            "Allvar",
            "Severity",
            severities.map(|all| all.iter().map(move |one| labels.word(one.word()).label)),
        );
        let systems = filter.systems.as_ref();
        self.any("System", "System", systems.map(|all| all.iter().map(move |id| labels.system(*id))));
        let parties = filter.third_parties.as_ref();
        self.any(
            "Tredje part",
            "Third party",
            parties.map(|all| all.iter().map(move |id| labels.third_party(*id))),
        );
        if let Some(acknowledged) = filter.acknowledged {
            let (sv, en) = if acknowledged { ("ja", "yes") } else { ("nej", "no") };
            self.add("Godtagen tills vidare", "Acknowledged", labels.say(sv, en));
        }
    }

    fn audit(&mut self, filter: &AuditFilter) {
        let labels = self.labels;
        self.any("Vem", "Actor", filter.actor.clone().map(|one| [one]));
        self.words("Slags aktör", "Kind of actor", filter.actor_kinds.as_ref());
        self.any("Operation", "Operation", filter.operations.clone());
        self.words("Slag", "Kind", filter.kinds.as_ref());
        self.words("Utfall", "Outcome", filter.outcomes.as_ref());
        let purposes = filter.purposes.as_ref();
        self.any(
            "Ändamål",
            "Purpose",
            purposes.map(|all| all.iter().map(move |key| labels.purpose(key).label)),
        );
        let keys = filter.categories.as_ref();
        self.any(
            "Kategori",
            "Category",
            keys.map(|all| all.iter().map(move |key| labels.category(key).label)),
        );
        self.any("Begäran", "Request", filter.request_id.clone().map(|one| [one]));
        self.time("Från", "From", filter.from);
        self.time("Till", "To", filter.to);
    }
}
