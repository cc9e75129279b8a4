//! Documents for the example company's services, and for companies that are otherwise.

use super::{Tilt, is_phone};
use crate::domain::{
    canonical::sha256,
    catalog::Catalog,
    gate::{Proposed, RulesOf, proposed},
    notice::text,
    testing::Ground,
};
use entity::{
    enums::{LegalBasis, Locale, TransferSafeguard},
    ids::{NoticeId, PurposeKey, ThirdPartyId},
    purpose, service,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// The fields that TILT 1.1 requires, and after a question mark those that it lets be absent, each with its type.
const FIELDS: &str = "
    object meta
    string meta._id meta.name meta.created meta.modified meta.language meta.status meta.url meta._hash
    integer meta.version
    object controller controller.representative
    string controller.name controller.address controller.country
    string controller.representative.name controller.representative.email controller.representative.phone?
    object dataProtectionOfficer
    string dataProtectionOfficer.name dataProtectionOfficer.address dataProtectionOfficer.country
    string dataProtectionOfficer.email dataProtectionOfficer.phone?
    array dataDisclosed
    object dataDisclosed[]
    string dataDisclosed[]._id dataDisclosed[].category
    array dataDisclosed[].purposes
    string dataDisclosed[].purposes[].purpose dataDisclosed[].purposes[].description
    array dataDisclosed[].legalBases
    string dataDisclosed[].legalBases[].reference dataDisclosed[].legalBases[].description?
    array dataDisclosed[].legitimateInterests
    boolean dataDisclosed[].legitimateInterests[].exists?
    string dataDisclosed[].legitimateInterests[].reasoning?
    array dataDisclosed[].recipients
    string dataDisclosed[].recipients[].category
    string dataDisclosed[].recipients[].name? dataDisclosed[].recipients[].country?
    array dataDisclosed[].storage dataDisclosed[].storage[].temporal?
    string dataDisclosed[].storage[].aggregationFunction
    string dataDisclosed[].storage[].temporal?[].description dataDisclosed[].storage[].temporal?[].ttl
    string dataDisclosed[].storage[].purposeConditional?[]
    object dataDisclosed[].nonDisclosure
    boolean dataDisclosed[].nonDisclosure.legalRequirement dataDisclosed[].nonDisclosure.contractualRegulation
    boolean dataDisclosed[].nonDisclosure.obligationToProvide
    string dataDisclosed[].nonDisclosure.consequences
    array thirdCountryTransfers
    string thirdCountryTransfers[].country?
    boolean thirdCountryTransfers[].adequacyDecision?.available?
    string thirdCountryTransfers[].adequacyDecision?.description?
    boolean thirdCountryTransfers[].appropriateGuarantees?.available?
    string thirdCountryTransfers[].appropriateGuarantees?.description?
    boolean thirdCountryTransfers[].standardDataProtectionClause?.available?
    string thirdCountryTransfers[].standardDataProtectionClause?.description?
    object accessAndDataPortability
    boolean accessAndDataPortability.available
    string accessAndDataPortability.description? accessAndDataPortability.url? accessAndDataPortability.email?
    array sources
    object rightToInformation rightToRectificationOrDeletion rightToDataPortability rightToWithdrawConsent rightToComplain
    boolean rightToInformation.available? rightToRectificationOrDeletion.available? rightToDataPortability.available?
    boolean rightToWithdrawConsent.available? rightToComplain.available?
    string rightToInformation.description? rightToRectificationOrDeletion.description?
    string rightToDataPortability.description? rightToWithdrawConsent.description? rightToComplain.description?
    string rightToComplain.supervisoryAuthority?.name rightToComplain.supervisoryAuthority?.address?
    string rightToComplain.supervisoryAuthority?.email? rightToComplain.supervisoryAuthority?.phone?
    object automatedDecisionMaking
    boolean automatedDecisionMaking.inUse?
    array changesOfPurpose
";

/// All that stands at a path; what must be there and is not is `null`.
fn at<'a>(document: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = vec![document];
    for step in path.split('.') {
        let name = step.trim_end_matches("[]").trim_end_matches('?');
        let may_lack = step.contains('?');
        let below = found.iter().map(|value| &value[name]).filter(|value| !(may_lack && value.is_null()));
        found = if step.ends_with("[]") {
            below.flat_map(|items| items.as_array().unwrap_or_else(|| panic!("{path}: {items}"))).collect()
        } else {
            below.collect()
        };
    }
    found
}

fn assert_conforms(document: &Value) {
    for line in FIELDS.lines() {
        let mut words = line.split_whitespace();
        let kind = words.next().unwrap_or_default();
        for path in words {
            for value in at(document, path) {
                let fits = match kind {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64(),
                    _ => value.is_string(),
                };
                assert!(fits, "{path} is no {kind}: {value}");
            }
        }
    }
    // What is so has a reason.
    for interest in at(document, "dataDisclosed[].legitimateInterests[]") {
        assert_eq!(interest["exists"], interest["reasoning"].is_string(), "{interest}");
    }
    for name in ["Information", "RectificationOrDeletion", "DataPortability", "WithdrawConsent", "Complain"] {
        let right = &document[format!("rightTo{name}")];
        assert_eq!(right["available"], right["description"].is_string(), "{right}");
    }
    assert!(document["rightToComplain"]["supervisoryAuthority"].is_object());
}

struct Case {
    catalog: Catalog,
    service: Arc<service::Model>,
    proposed: Vec<Proposed>,
}

impl Case {
    fn of(catalog: &Catalog, service: &str) -> Self {
        let service = catalog.service_by_key(service).unwrap().clone();
        let proposed = proposed(catalog, service.id);
        Self { catalog: catalog.clone(), service, proposed }
    }

    async fn new(service: &str) -> Self {
        Self::of(&*Ground::demo().await.catalog().await, service)
    }

    fn rules(&self) -> RulesOf<'_> {
        RulesOf { catalog: &self.catalog, today: "2026-03-31".parse().unwrap() }
    }

    fn document(&self, locale: Locale) -> Value {
        let document = Tilt {
            rules: &self.rules(),
            service: &self.service,
            proposed: &self.proposed,
            locale,
            notice: NoticeId(Uuid::from_u128(1)),
            delivered_at: "2026-03-31T12:00:00Z".parse().unwrap(),
        };
        let document = document.document();
        assert_conforms(&document);
        document
    }

    fn controller(&mut self) -> &mut entity::controller::Model {
        Arc::make_mut(self.catalog.controller.as_mut().unwrap())
    }

    fn purpose(&mut self, key: &PurposeKey) -> &mut purpose::Model {
        Arc::make_mut(self.catalog.purposes.get_mut(key).unwrap())
    }

    fn move_all(&mut self, to: &str, safeguard: Option<TransferSafeguard>) {
        let ids = self.proposed.iter().map(|one| one.third_party).collect::<BTreeSet<ThirdPartyId>>();
        for id in ids {
            let party = Arc::make_mut(self.catalog.third_parties.get_mut(&id).unwrap());
            party.country = to.to_owned();
            (party.safeguard, party.safeguard_reference) = (safeguard, Some("2026/17".to_owned()));
        }
    }
}

#[tokio::test]
async fn every_service_has_a_document_that_conforms_and_says_what_its_text_says() {
    let catalog = Ground::demo().await.catalog().await;
    let mut disclosed = 0;
    for service in catalog.services.values() {
        let case = Case::of(&catalog, &service.key);
        for locale in [Locale::Sv, Locale::En] {
            let document = case.document(locale);
            let text = text(&case.rules(), &case.service, &case.proposed, locale);
            for path in [
                "controller.name",
                "controller.address",
                "dataProtectionOfficer.name",
                "dataDisclosed[].category",
                "dataDisclosed[].purposes[].purpose",
                "dataDisclosed[].legitimateInterests[].reasoning?",
                "dataDisclosed[].recipients[].name",
                "rightToComplain.supervisoryAuthority?.name",
            ] {
                for said in at(&document, path) {
                    assert!(text.contains(said.as_str().unwrap()), "{path}, {said}: {text}");
                }
            }
            let categories = case.proposed.iter().map(|one| one.categories.len()).sum::<usize>();
            let entries = document["dataDisclosed"].as_array().unwrap();
            assert_eq!(entries.len(), categories);
            let ids = entries.iter().map(|entry| entry["_id"].as_str().unwrap()).collect::<BTreeSet<_>>();
            assert_eq!(ids.len(), categories);
            disclosed += categories;
        }
    }
    assert!(disclosed > 20, "{disclosed}");
}

#[tokio::test]
async fn the_hash_is_of_all_but_itself() {
    let mut document = Case::new("web-hosting").await.document(Locale::Sv);
    let hash = document["meta"].as_object_mut().unwrap().remove("_hash").unwrap();
    assert_eq!(hash, hex::encode(sha256(&document)));
}

#[tokio::test]
async fn each_language_is_its_own() {
    let case = Case::new("web-hosting").await;
    let (swedish, english) = (case.document(Locale::Sv), case.document(Locale::En));
    assert_eq!((&swedish["meta"]["language"], &english["meta"]["language"]), (&json!("sv"), &json!("en")));
    let ids = |document: &Value| at(document, "dataDisclosed[]._id").into_iter().cloned().collect::<Vec<_>>();
    assert_eq!(ids(&swedish), ids(&english));
    for path in [
        "dataDisclosed[].purposes[].purpose",
        "dataDisclosed[].nonDisclosure.consequences",
        "dataDisclosed[].legalBases[].description",
        "dataDisclosed[].storage[].temporal[].description",
        "dataDisclosed[].storage[].purposeConditional[]",
        "rightToInformation.description",
        "rightToWithdrawConsent.description",
    ] {
        let (sv, en) = (at(&swedish, path), at(&english, path));
        assert!(!sv.is_empty() && sv.iter().zip(&en).all(|(sv, en)| sv != en), "{path}: {sv:?} {en:?}");
    }
}

#[tokio::test]
async fn a_company_without_officer_or_authority_says_so() {
    let mut case = Case::new("web-hosting").await;
    let controller = case.controller();
    (controller.data_protection_officer, controller.supervisory_authority) = (None, None);
    let document = case.document(Locale::En);
    let officer = &document["dataProtectionOfficer"];
    assert_eq!(officer["name"], "No data protection officer is appointed");
    assert_eq!(officer["email"], "hej@bjorkobit.example");
    let authority = &document["rightToComplain"]["supervisoryAuthority"];
    assert_eq!(authority, &json!({ "name": "The supervisory authority where you live or work" }));
    // A company that has said nothing of itself at all.
    case.catalog.controller = None;
    assert_eq!(case.document(Locale::En)["dataProtectionOfficer"]["email"], "");
}

#[tokio::test]
async fn what_goes_outside_the_eea_says_what_protects_it() {
    let mut case = Case::new("web-hosting").await;
    assert_eq!(case.document(Locale::En)["thirdCountryTransfers"], json!([]));
    for (safeguard, adequate, guaranteed, clauses, said) in [
        (
            Some(TransferSafeguard::Adequacy),
            true,
            false,
            false,
            "an adequacy decision (Article 45) (2026/17)",
        ),
        (
            Some(TransferSafeguard::Scc),
            false,
            true,
            true,
            "standard contractual clauses (Article 46(2)(c)) (2026/17)",
        ),
        (Some(TransferSafeguard::Bcr), false, true, false, "binding corporate rules (Article 47) (2026/17)"),
        (Some(TransferSafeguard::Derogation), false, false, false, "a derogation (Article 49) (2026/17)"),
        (None, false, false, false, "none (2026/17)"),
    ] {
        case.move_all("US", safeguard);
        let transfer = case.document(Locale::En)["thirdCountryTransfers"][0].clone();
        assert_eq!(transfer["country"], "US");
        let found = ["adequacyDecision", "appropriateGuarantees", "standardDataProtectionClause"];
        assert_eq!(
            found.map(|name| transfer[name]["available"].as_bool().unwrap()),
            [adequate, guaranteed, clauses]
        );
        let told = &transfer[if adequate { "adequacyDecision" } else { "appropriateGuarantees" }];
        assert_eq!(told["description"], said);
    }
}

#[tokio::test]
async fn what_needs_no_consent_rests_on_what_it_rests_on() {
    let mut case = Case::new("web-hosting").await;
    assert_eq!(case.document(Locale::En)["rightToWithdrawConsent"]["available"], true);
    let keys = case.proposed.iter().map(|one| one.purpose.clone()).collect::<BTreeSet<_>>();
    for (basis, reference, [by_law, by_contract, interest]) in [
        (LegalBasis::Contract, "GDPR-6-1-b", [false, true, false]),
        (LegalBasis::LegalObligation, "GDPR-6-1-c", [true, false, false]),
        (LegalBasis::LegitimateInterests, "GDPR-6-1-f", [false, false, true]),
    ] {
        for key in &keys {
            let purpose = case.purpose(key);
            (purpose.sharing_needs_consent, purpose.legal_basis) = (false, basis);
            purpose.legitimate_interest = Some("Fraud costs everybody.".to_owned());
        }
        let document = case.document(Locale::En);
        assert_eq!(document["rightToWithdrawConsent"], json!({ "available": false }));
        for entry in document["dataDisclosed"].as_array().unwrap() {
            assert_eq!(entry["legalBases"][0]["reference"], reference);
            let without = &entry["nonDisclosure"];
            assert_eq!(
                [&without["legalRequirement"], &without["contractualRegulation"]],
                [by_law, by_contract]
            );
            assert_eq!(entry["legitimateInterests"][0]["exists"], interest);
        }
    }
}

#[test]
fn a_phone_number_is_what_tilt_takes_for_one() {
    for good in ["08-465 004 10", "+46 8 123", "(08) 123 45", "0049.151/1234", "112"] {
        assert!(is_phone(good), "{good}");
    }
    for bad in ["", "+", "call us", "08-123 ext. 4", "(12345) 6", "08 (123)"] {
        assert!(!is_phone(bad), "{bad}");
    }
}
