//! Who has a part in a consent, and where to find them: the customer by their id alone, the others as the
//! notice named them.

use crate::domain::{notice::in_one_line, third_party::is_in_eea};
use entity::{
    enums::ThirdPartyRole,
    json::{Contact, SaidController, SaidThirdParty},
};
use serde_json::{Value, json};

/// What the company is called within the receipt.
pub(super) const CONTROLLER: &str = "#controller";
/// What the supervisory authority is called within the receipt.
pub(super) const AUTHORITY: &str = "#authority";

/// Those who have a part in a consent.
pub(super) struct Parties<'a> {
    pub controller: Option<&'a SaidController>,
    pub third_party: Option<&'a SaidThirdParty>,
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
            [self.controller.map(|it| self.company(it)), self.third_party.map(|it| self.recipient(it))];
        let companies = companies.into_iter().flatten();
        companies.chain(authority.map(supervisor)).chain([customer]).collect()
    }

    fn company(&self, said: &SaidController) -> Value {
        let mut roles = vec!["dpv:DataController"];
        roles.extend(self.is_transfer().then_some("dpv:DataExporter"));
        json!({
            "@id": CONTROLLER,
            "@type": roles,
            "dpv:hasIdentifier": said.registration_number.as_deref().unwrap_or(CONTROLLER),
            "dpv:hasName": said.name,
            "schema:address": address(said.address.as_deref(), Some(&said.country)),
            "schema:contactPoint": contact_of(said),
            "schema:email": said.email,
            "schema:telephone": said.phone,
            "schema:url": said.website,
        })
    }

    fn recipient(&self, said: &SaidThirdParty) -> Value {
        let mut roles = vec!["dpv:Recipient"];
        roles.push(match said.role {
            ThirdPartyRole::Processor => "dpv:DataProcessor",
            ThirdPartyRole::JointController => "dpv:JointDataControllers",
            ThirdPartyRole::Controller => "dpv:ThirdParty",
        });
        roles.extend(self.is_transfer().then_some("dpv:DataImporter"));
        let own = said.privacy_contact.as_ref().map(|email| point("privacy", &said.name, Some(email), None));
        json!({
            "@id": self.third_party_id,
            "@type": roles,
            "dpv:hasIdentifier": self.third_party_id,
            "dpv:hasName": said.name,
            "schema:address": address(None, Some(&said.country)),
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
fn contact_of(said: &SaidController) -> Value {
    match &said.data_protection_officer {
        Some(officer) => point(
            "data protection officer",
            &officer.name,
            officer.email.as_deref(),
            officer.phone.as_deref(),
        ),
        None => point("privacy", &said.name, said.email.as_deref(), said.phone.as_deref()),
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
