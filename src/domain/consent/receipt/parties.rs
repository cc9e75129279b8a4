//! Who has a part in a consent, and where to find them: the customer by their id alone.

use crate::domain::{notice::in_one_line, third_party::is_in_eea};
use entity::{controller, enums::ThirdPartyRole, json::Contact, third_party};
use serde_json::{Value, json};

/// What the company is called within the receipt.
pub(super) const CONTROLLER: &str = "#controller";
/// What the supervisory authority is called within the receipt.
pub(super) const AUTHORITY: &str = "#authority";

/// Those who have a part in a consent.
pub(super) struct Parties<'a> {
    pub controller: Option<&'a controller::Model>,
    pub third_party: Option<&'a third_party::Model>,
    pub third_party_id: &'a str,
    pub customer_id: &'a str,
}

impl Parties<'_> {
    pub fn all(&self) -> Vec<Value> {
        let customer = json!({
            "@id": self.customer_id,
            "@type": ["dpv:DataSubject"],
            "dpv:hasIdentifier": self.customer_id,
        });
        let authority = self.controller.and_then(|controller| controller.supervisory_authority.as_ref());
        let companies =
            [self.controller.map(|row| self.company(row)), self.third_party.map(|row| self.recipient(row))];
        let companies = companies.into_iter().flatten();
        companies.chain(authority.map(supervisor)).chain([customer]).collect()
    }

    fn company(&self, row: &controller::Model) -> Value {
        let mut roles = vec!["dpv:DataController"];
        roles.extend(self.is_transfer().then_some("dpv:DataExporter"));
        json!({
            "@id": CONTROLLER,
            "@type": roles,
            "dpv:hasIdentifier": row.registration_number.as_deref().unwrap_or(CONTROLLER),
            "dpv:hasName": row.name,
            "schema:address": address(row.address.as_deref(), Some(&row.country)),
            "schema:contactPoint": contact_of(row),
            "schema:email": row.email,
            "schema:telephone": row.phone,
            "schema:url": row.website,
        })
    }

    fn recipient(&self, row: &third_party::Model) -> Value {
        let mut roles = vec!["dpv:Recipient"];
        roles.push(match row.role {
            ThirdPartyRole::Processor => "dpv:DataProcessor",
            ThirdPartyRole::JointController => "dpv:JointDataControllers",
            ThirdPartyRole::Controller => "dpv:ThirdParty",
        });
        roles.extend(self.is_transfer().then_some("dpv:DataImporter"));
        let own = row.privacy_contact.as_ref().map(|email| point("privacy", &row.name, Some(email), None));
        json!({
            "@id": self.third_party_id,
            "@type": roles,
            "dpv:hasIdentifier": self.third_party_id,
            "dpv:hasName": row.name,
            "schema:address": address(None, Some(&row.country)),
            // Who has given no contact is reached through the company, which answers for the sharing.
            "schema:contactPoint": own.or_else(|| self.controller.map(contact_of)),
        })
    }

    /// Whether the data leaves the European Economic Area (Art. 44).
    fn is_transfer(&self) -> bool {
        self.third_party.is_some_and(|party| !is_in_eea(&party.country))
    }
}

fn supervisor(contact: &Contact) -> Value {
    let (email, phone) = (contact.email.as_deref(), contact.phone.as_deref());
    json!({
        "@id": AUTHORITY,
        "@type": ["dpv:DataProtectionAuthority"],
        "dpv:hasIdentifier": AUTHORITY,
        "dpv:hasName": contact.name,
        "schema:address": address(contact.address.as_deref(), None),
        "schema:contactPoint": point("complaints", &contact.name, email, phone),
    })
}

/// The data protection officer, or the company itself where there is none.
fn contact_of(row: &controller::Model) -> Value {
    match &row.data_protection_officer {
        Some(officer) => point(
            "data protection officer",
            &officer.name,
            officer.email.as_deref(),
            officer.phone.as_deref(),
        ),
        None => point("privacy", &row.name, row.email.as_deref(), row.phone.as_deref()),
    }
}

fn point(kind: &str, name: &str, email: Option<&str>, phone: Option<&str>) -> Value {
    json!({
        "@type": "schema:ContactPoint",
        "schema:contactType": kind,
        "schema:name": name,
        "schema:email": email,
        "schema:telephone": phone,
    })
}

fn address(street: Option<&str>, country: Option<&str>) -> Value {
    json!({
        "@type": "schema:PostalAddress",
        "schema:streetAddress": street.map(in_one_line),
        "schema:addressCountry": country,
    })
}
