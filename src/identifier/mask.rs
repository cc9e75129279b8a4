//! So much of a value that who knows it recognizes it, and nobody else learns it.

/// `anna.berg@example.se` as `a***@example.se`.
#[must_use]
pub fn email(email: &str) -> Option<String> {
    let (local, domain) = email.rsplit_once('@')?;
    Some(format!("{}***@{domain}", local.chars().next()?))
}

/// `+46701740605` as `+46*****05`: the country's first digits and the last two.
#[must_use]
pub fn phone(e164: &str) -> Option<String> {
    let (start, end) = (e164.get(..3)?, e164.get(e164.len().checked_sub(2)?..)?);
    Some(format!("{start}*****{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_recognizes_and_no_more() {
        assert_eq!(email("anna.berg@example.se").as_deref(), Some("a***@example.se"));
        assert_eq!(phone("+46701740605").as_deref(), Some("+46*****05"));
        assert_eq!(email("no address"), None);
    }
}
