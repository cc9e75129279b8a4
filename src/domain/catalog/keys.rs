//! The forms of keys: words that people write, and that never change.

/// Lower-case words of letters, digits and underscores, between dots: `user.contact.phone_number`.
#[must_use]
pub fn is_category_key(key: &str) -> bool {
    words(key, '.', |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Upper-case words between underscores: `DELIVER_SERVICE`.
#[must_use]
pub fn is_purpose_key(key: &str) -> bool {
    starts_with_letter(key) && words(key, '_', |b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Lower-case words between hyphens: `web-hosting`.
#[must_use]
pub fn is_service_key(key: &str) -> bool {
    starts_with_letter(key) && words(key, '-', |b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

fn starts_with_letter(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn words(key: &str, between: char, allowed: impl Fn(u8) -> bool) -> bool {
    key.split(between).all(|word| !word.is_empty() && word.bytes().all(&allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_words_between_dots() {
        for good in ["user", "user.contact.phone_number", "a1.b2"] {
            assert!(is_category_key(good), "{good}");
        }
        for bad in ["", ".", "user.", ".user", "user..name", "User", "user.kontakt-väg", "user name"] {
            assert!(!is_category_key(bad), "{bad}");
        }
    }

    #[test]
    fn purposes_shout() {
        for good in ["SELF", "DELIVER_SERVICE", "PLAN_2"] {
            assert!(is_purpose_key(good), "{good}");
        }
        for bad in ["", "_", "A__B", "A_", "_A", "Deliver", "2ND", "A B", "A-B"] {
            assert!(!is_purpose_key(bad), "{bad}");
        }
    }

    #[test]
    fn services_are_words_between_hyphens() {
        for good in ["backup", "web-hosting", "plan-2"] {
            assert!(is_service_key(good), "{good}");
        }
        for bad in ["", "-", "a--b", "-a", "a-", "Web", "a_b", "2a", "webb hotell"] {
            assert!(!is_service_key(bad), "{bad}");
        }
    }
}
