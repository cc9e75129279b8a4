//! Two languages side by side, so that neither is forgotten.

/// A text in one of two languages.
macro_rules! say {
    ($locale:expr, $sv:expr, $en:expr) => {
        match $locale {
            Locale::Sv => $sv,
            Locale::En => $en,
        }
    };
}

pub(in crate::domain) use say;
