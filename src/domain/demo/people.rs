//! Who the example company's customers are. All invented.

/// A customer: name, date of birth, town, services.
#[derive(Debug)]
pub(super) struct Person {
    name: &'static str,
    born: &'static str,
    town: &'static str,
    pub(super) services: &'static [&'static str],
}

/// What is known of a customer of the demo.
#[derive(Clone)]
pub struct Known {
    /// The company's number for them.
    pub reference: String,
    pub name: String,
    pub email: String,
    pub phone: String,
    pub address: String,
    pub national_id: String,
}

/// Invented, and still treated as if it were not.
impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("reference", &self.reference).finish_non_exhaustive()
    }
}

const fn person(
    name: &'static str,
    born: &'static str,
    town: &'static str,
    services: &'static [&'static str],
) -> Person {
    Person { name, born, town, services }
}

/// All invented. Their personal numbers have the serial 238, which Skatteverket sets apart for testing.
pub(super) const PEOPLE: [Person; 24] = [
    person("Anna Almgren", "19850312", "Lund", &["web-hosting", "domain-se", "mail-hosting"]),
    person("Bertil Bäck", "19470923", "Umeå", &["domain-se"]),
    person("Cecilia Crona", "19921104", "Visby", &["managed-wordpress", "domain-se", "newsletter"]),
    person("David Dahl", "19780130", "Kiruna", &["web-hosting", "backup"]),
    person("Elin Ek", "20010617", "Borås", &["web-hosting"]),
    person("Fredrik Frost", "19690805", "Gävle", &["web-shop", "domain-com", "web-analytics"]),
    person("Gunilla Grahn", "19551228", "Ystad", &["domain-se", "mail-hosting"]),
    person("Hampus Hall", "19960219", "Falun", &["managed-wordpress"]),
    person("Ingrid Isaksson", "19630711", "Luleå", &["support-agreement", "web-hosting"]),
    person("Johan Jonsson", "19810426", "Kalmar", &["web-hosting", "domain-se", "ssl-certificate"]),
    person("Karin Kvist", "19740908", "Motala", &["newsletter", "web-analytics"]),
    person("Lars Lind", "19581014", "Skara", &["domain-com"]),
    person("Maria Moberg", "19890522", "Växjö", &["consulting", "web-hosting"]),
    person("Nils Nyman", "20030101", "Piteå", &["mail-hosting"]),
    person("Olga Olofsson", "19660303", "Arvika", &["web-shop", "domain-se", "backup"]),
    person("Per Palm", "19930725", "Nora", &["web-hosting", "newsletter"]),
    person("Rebecka Roos", "19871116", "Mora", &["managed-wordpress", "ssl-certificate"]),
    person("Sven Svärd", "19440604", "Ängelholm", &["domain-se"]),
    person("Tove Thelin", "19990829", "Sigtuna", &["web-hosting", "web-analytics"]),
    person("Ulf Ulfsson", "19710213", "Trosa", &["support-agreement"]),
    person("Vera Viklund", "19841020", "Åmål", &["web-shop", "domain-com", "newsletter"]),
    person("Wille Wiberg", "19910507", "Örebro", &["backup", "web-hosting"]),
    person("Ylva Ymer", "19791202", "Sala", &["consulting"]),
    // Asked for an offer, and has ordered nothing yet.
    person("Zeb Zander", "20000416", "Laholm", &[]),
];

/// All customers of the demo, in the order of their numbers.
#[must_use]
pub fn people() -> Vec<Known> {
    PEOPLE.iter().enumerate().map(|(number, person)| person.known(number)).collect()
}

impl Person {
    pub(super) fn known(&self, number: usize) -> Known {
        let mail = self.name.to_lowercase().replace(' ', ".").replace(['å', 'ä'], "a").replace('ö', "o");
        Known {
            reference: reference(number),
            name: self.name.to_owned(),
            email: format!("{mail}@kund.example"),
            phone: format!("070-174 06 {:02}", 5 + number),
            address: format!("Exempelgatan {}\n123 45 {}", 1 + number, self.town),
            national_id: personal_number(self.born),
        }
    }
}

pub(super) fn reference(number: usize) -> String {
    format!("K-{}", 1001 + number)
}

/// The personal number of a date of birth and the serial 238, with its check digit (Luhn over the ten digits).
fn personal_number(born: &str) -> String {
    let nine = format!("{}238", &born[2..]);
    let sum = nine.bytes().map(|byte| u32::from(byte - b'0')).enumerate().fold(0, |sum, (place, digit)| {
        let weighted = if place % 2 == 0 { digit * 2 } else { digit };
        sum + weighted / 10 + weighted % 10
    });
    format!("{born}-238{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::NationalId;
    use std::collections::BTreeSet;

    #[test]
    fn every_demo_customer_has_a_valid_number_of_their_own() {
        let today = jiff::civil::date(2026, 1, 1);
        let ids = PEOPLE.each_ref().map(|person| {
            NationalId::parse(&personal_number(person.born), today).unwrap().normalized().to_owned()
        });
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), PEOPLE.len());
    }
}
