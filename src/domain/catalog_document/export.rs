//! The reference data as a document. What was taken out of use is left out, and so is what ships with the program and was not
//! changed.

use super::{
    entries::{Entries, shipped},
    model::{
        AssessmentEntry, CategoryEntry, ContactEntry, ControllerEntry, Document, PurposeEntry,
        RequirementEntry, RetentionRuleEntry, ServiceEntry, SystemEntry, ThirdPartyEntry, TranslationEntry,
    },
};
use crate::{
    access::{Inquiry, Reader, Stop},
    domain::{
        catalog::{Catalog, changed},
        change::Change,
        period::day_of,
    },
    policy::{Action, Target},
};
use entity::{
    assessment, controller, data_category, data_requirement,
    ids::{SystemId, ThirdPartyId},
    json::{Contact, Texts, Translations},
    purpose, retention_rule, service, system, third_party,
};

/// All reference data, as a document.
#[derive(Clone, Copy, Debug)]
pub struct ExportCatalog;

impl Inquiry for ExportCatalog {
    const ACTION: Action = Action::ExportCatalog;
    const SNAPSHOT: bool = true;
    type Output = Document;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Document, Stop> {
        Ok(Document::of(&changed(r).await?))
    }
}

impl Document {
    /// What is in use, in an order that depends on names and keys alone.
    #[must_use]
    pub fn of(catalog: &Catalog) -> Self {
        let entries = Entries(catalog);
        let shipped = shipped();
        let is_own = |row: &&data_category::Model| {
            shipped.get(&row.key).is_none_or(|shipped| category(shipped) != category(row))
        };
        let mut rules = entries.rules().map(retention_rule).collect::<Vec<_>>();
        rules.sort_by(|a, b| (&a.purpose, &a.category).cmp(&(&b.purpose, &b.category)));
        let mut third_parties =
            entries.third_parties().map(|row| third_party(catalog, row)).collect::<Vec<_>>();
        third_parties.sort_by(|a, b| a.name.cmp(&b.name));
        let mut systems = entries.systems().map(|row| system(catalog, row)).collect::<Vec<_>>();
        systems.sort_by(|a, b| (!a.built_in, &a.name).cmp(&(!b.built_in, &b.name)));
        let mut services = entries.services().map(|row| service(catalog, row)).collect::<Vec<_>>();
        services.sort_by(|a, b| a.key.cmp(&b.key));
        Self {
            controller: catalog.controller.as_deref().map(controller),
            data_categories: entries.categories().filter(is_own).map(category).collect(),
            purposes: entries.purposes().map(purpose).collect(),
            retention_rules: rules,
            third_parties,
            systems,
            services,
            requirements: Vec::new(),
        }
    }
}

/// What there is, and nothing where there is nothing.
fn said<T>(value: Option<T>) -> Change<T> {
    value.map_or(Change::Keep, Change::Set)
}

fn texts(texts: &Texts) -> Change<Vec<String>> {
    said(Some(texts.0.clone()).filter(|texts| !texts.is_empty()))
}

fn translations(all: &Translations) -> Change<Vec<TranslationEntry>> {
    let entry = |one: &entity::json::Translation| TranslationEntry {
        locale: Some(one.locale),
        name: one.name.clone(),
        description: one.description.clone(),
    };
    let all = all.0.iter().map(entry).collect::<Vec<_>>();
    said(Some(all).filter(|all| !all.is_empty()))
}

fn contact(contact: Option<&Contact>) -> Change<ContactEntry> {
    said(contact.map(|contact| ContactEntry {
        name: contact.name.clone(),
        email: contact.email.clone(),
        phone: contact.phone.clone(),
        address: contact.address.clone(),
    }))
}

pub(super) fn controller(row: &controller::Model) -> ControllerEntry {
    ControllerEntry {
        name: Change::Set(row.name.clone()),
        registration_number: said(row.registration_number.clone()),
        address: said(row.address.clone()),
        country: Change::Set(row.country.clone()),
        email: said(row.email.clone()),
        phone: said(row.phone.clone()),
        website: said(row.website.clone()),
        data_protection_officer: contact(row.data_protection_officer.as_ref()),
        representative: contact(row.representative.as_ref()),
        supervisory_authority: contact(row.supervisory_authority.as_ref()),
        locale: Change::Set(row.locale),
        time_zone: Change::Set(row.time_zone.clone()),
        fiscal_year_end_month: Change::Set(row.fiscal_year_end_month),
        default_grace: Change::Set(row.default_grace.clone()),
    }
}

pub(super) fn category(row: &data_category::Model) -> CategoryEntry {
    CategoryEntry {
        key: row.key.0.clone(),
        name: Change::Set(row.name.clone()),
        description: said(row.description.clone()),
        sensitivity: Change::Set(row.sensitivity),
        translations: translations(&row.translations),
        retired: false,
    }
}

pub(super) fn purpose(row: &purpose::Model) -> PurposeEntry {
    PurposeEntry {
        key: row.key.0.clone(),
        name: Change::Set(row.name.clone()),
        description: said(row.description.clone()),
        legal_basis: Change::Set(row.legal_basis),
        legitimate_interest: said(row.legitimate_interest.clone()),
        special_category_condition: said(row.special_category_condition),
        sharing_needs_consent: Change::Set(row.sharing_needs_consent),
        assessment_reference: said(row.assessment_reference.clone()),
        translations: translations(&row.translations),
        retired: false,
    }
}

pub(super) fn retention_rule(row: &retention_rule::Model) -> RetentionRuleEntry {
    RetentionRuleEntry {
        category: row.category.0.clone(),
        purpose: row.purpose.0.clone(),
        keep_for: Change::Set(row.keep_for.clone()),
        counted_from: Change::Set(row.counted_from),
        statute: Change::Set(row.statute.clone()),
        retired: false,
    }
}

fn name_of_party(catalog: &Catalog, id: Option<ThirdPartyId>) -> Change<String> {
    said(id.and_then(|id| catalog.third_parties.get(&id)).map(|party| party.name.clone()))
}

pub(super) fn third_party(catalog: &Catalog, row: &third_party::Model) -> ThirdPartyEntry {
    ThirdPartyEntry { assessments: assessments(catalog, row.id), ..without_assessments(catalog, row) }
}

pub(super) fn without_assessments(catalog: &Catalog, row: &third_party::Model) -> ThirdPartyEntry {
    ThirdPartyEntry {
        name: row.name.clone(),
        was: None,
        kind: Change::Set(row.kind.clone()),
        role: Change::Set(row.role),
        country: Change::Set(row.country.clone()),
        privacy_contact: said(row.privacy_contact.clone()),
        sub_processor_of: name_of_party(catalog, row.sub_processor_of),
        announced_on: said(row.announced_on),
        objection_until: said(row.objection_until),
        assessments: Vec::new(),
        retired: false,
        reason: None,
    }
}

/// How it was vetted, oldest first.
pub(super) fn history(catalog: &Catalog, of: ThirdPartyId) -> Vec<&assessment::Model> {
    let mut all = catalog
        .assessments
        .iter()
        .filter(|row| row.third_party_id == of)
        .map(|row| &**row)
        .collect::<Vec<_>>();
    all.reverse();
    all
}

fn assessments(catalog: &Catalog, of: ThirdPartyId) -> Vec<AssessmentEntry> {
    let mut before = None;
    let mut all = Vec::new();
    for row in history(catalog, of) {
        all.push(assessment(catalog, before, row));
        before = Some(row);
    }
    all
}

/// One of them, after `before`: what an entry leaves out is as the one before had it, so what has gone since is said to.
pub(super) fn assessment(
    catalog: &Catalog,
    before: Option<&assessment::Model>,
    row: &assessment::Model,
) -> AssessmentEntry {
    fn since<T: Clone>(
        before: Option<&assessment::Model>,
        row: &assessment::Model,
        field: impl Fn(&assessment::Model) -> Option<T>,
    ) -> Change<T> {
        match field(row) {
            Some(now) => Change::Set(now),
            None if before.and_then(field).is_some() => Change::Clear,
            None => Change::Keep,
        }
    }
    let measures = |row: &assessment::Model| Some(row.measures.0.clone()).filter(|all| !all.is_empty());
    AssessmentEntry {
        status: Some(row.status),
        assessed_by: Some(row.assessed_by.clone()),
        assessed_on: Some(day_of(row.assessed_at, &catalog.zone())),
        grounds: row.grounds.clone(),
        agreement_reference: since(before, row, |row| row.agreement_reference.clone()),
        agreement_signed_on: since(before, row, |row| row.agreement_signed_on),
        agreement_expires_on: since(before, row, |row| row.agreement_expires_on),
        safeguard: since(before, row, |row| row.safeguard),
        safeguard_reference: since(before, row, |row| row.safeguard_reference.clone()),
        measures: since(before, row, measures),
        review_due: since(before, row, |row| row.review_due),
    }
}

pub(super) fn system(catalog: &Catalog, row: &system::Model) -> SystemEntry {
    SystemEntry {
        name: row.name.clone(),
        was: None,
        built_in: row.built_in,
        third_party: name_of_party(catalog, row.third_party_id),
        country: Change::Set(row.country.clone()),
        owner: said(row.owner.clone()),
        measures: texts(&row.measures),
        review_due: said(row.review_due),
        connector: said(row.connector.as_ref().map(Into::into)),
        retired: false,
    }
}

fn service(catalog: &Catalog, row: &service::Model) -> ServiceEntry {
    let needs = catalog.requirements_of(row.id).map(|need| requirement(catalog, need));
    let mut needs = needs.collect::<Vec<_>>();
    needs.sort_by(|a, b| (&a.system, &a.purpose, &a.category).cmp(&(&b.system, &b.purpose, &b.category)));
    ServiceEntry { requirements: Some(needs), ..without_requirements(row) }
}

pub(super) fn without_requirements(row: &service::Model) -> ServiceEntry {
    ServiceEntry {
        key: row.key.clone(),
        name: Change::Set(row.name.clone()),
        description: said(row.description.clone()),
        processed_on_behalf: texts(&row.processed_on_behalf),
        impact_assessment_reference: said(row.impact_assessment_reference.clone()),
        translations: translations(&row.translations),
        requirements: None,
        retired: false,
    }
}

pub(super) fn requirement(catalog: &Catalog, row: &data_requirement::Model) -> RequirementEntry {
    RequirementEntry {
        category: row.category.0.clone(),
        purpose: row.purpose.0.clone(),
        system: name_of_system(catalog, row.system_id),
        on_end: Some(row.on_end),
        grace: Some(row.grace.clone()),
    }
}

pub(super) fn name_of_system(catalog: &Catalog, id: SystemId) -> String {
    catalog.systems.get(&id).map(|row| row.name.clone()).unwrap_or_default()
}
