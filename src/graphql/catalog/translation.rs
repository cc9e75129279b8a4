//! Names in the reader's language.

use crate::{domain::catalog::Catalog, graphql::enums::Locale};
use async_graphql::{InputObject, SimpleObject};
use entity::json;

/// A name and description in another language than the controller's.
#[derive(Clone, Debug, SimpleObject)]
pub struct Translation {
    locale: Locale,
    name: String,
    description: Option<String>,
}

impl From<&json::Translation> for Translation {
    fn from(of: &json::Translation) -> Self {
        Self { locale: of.locale.into(), name: of.name.clone(), description: of.description.clone() }
    }
}

#[derive(Debug, InputObject)]
pub struct TranslationInput {
    locale: Locale,
    name: String,
    description: Option<String>,
}

impl From<TranslationInput> for json::Translation {
    fn from(input: TranslationInput) -> Self {
        Self { locale: input.locale.into(), name: input.name, description: input.description }
    }
}

/// All that came in.
pub fn given(inputs: Vec<TranslationInput>) -> Vec<json::Translation> {
    inputs.into_iter().map(Into::into).collect()
}

/// All translations of something.
pub fn all(of: &json::Translations) -> Vec<Translation> {
    of.0.iter().map(Translation::from).collect()
}

/// The translation into the language asked for; `None` stands for the controller's own.
pub fn into<'a>(
    locale: Option<Locale>,
    translations: &'a json::Translations,
    catalog: &Catalog,
) -> Option<&'a json::Translation> {
    catalog.translation(locale?.into(), translations)
}

/// The name and the description of a thing, in the language asked for or else in the controller's.
macro_rules! translated {
    (name $self:ident $ctx:ident $locale:ident) => {
        $crate::graphql::catalog::translation::into($locale, &$self.0.translations, &catalog($ctx))
            .map_or_else(|| $self.0.name.clone(), |translation| translation.name.clone())
    };
    (description $self:ident $ctx:ident $locale:ident) => {
        match $crate::graphql::catalog::translation::into($locale, &$self.0.translations, &catalog($ctx)) {
            Some(translation) => translation.description.clone(),
            None => $self.0.description.clone(),
        }
    };
}
pub(super) use translated;
