//! Whom, and which kind of their data, is a row about?

use crate::ids::{CategoryKey, CustomerId};
use sea_orm::{EntityTrait, IntoActiveModel};

/// What reading or changing a row means for the audit log. Most rows are about nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touch {
    /// Whose row it is; `None` for reference data.
    pub customer: Option<CustomerId>,
    /// The kind of data it is about, when it is about one.
    pub category: Option<CategoryKey>,
}

impl Touch {
    /// A row that is about no customer.
    #[must_use]
    pub fn nobody() -> Self {
        Self::default()
    }

    /// A row about this customer.
    #[must_use]
    pub fn of(customer: CustomerId) -> Self {
        Self { customer: Some(customer), category: None }
    }

    /// ... and about this kind of their data.
    #[must_use]
    pub fn category(self, category: CategoryKey) -> Self {
        Self { category: Some(category), ..self }
    }
}

/// An entity whose rows say whom they are about: the only kind that the door reads or writes.
pub trait Recorded: EntityTrait {
    /// Whom `row` is about.
    fn touch(row: &Self::Model) -> Touch;
}

/// One of those whose rows are written as a whole.
pub trait Written:
    Recorded<ActiveModel: Send, Model: IntoActiveModel<<Self as EntityTrait>::ActiveModel> + Clone>
{
}

impl<E: Recorded> Written for E
where
    E::Model: IntoActiveModel<E::ActiveModel> + Clone,
    E::ActiveModel: Send,
{
}
