//! Only the keys that a database was sealed with open it: others are refused before anything is done with them.

use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    policy::{Action, Target},
};
use entity::{envelope, master_key, report_part, sealed, subject_key};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Starts to work with the server's master keys, unless the database was sealed with others: profiles would not open,
/// nobody would be found by what they are known by, and one national id would get a second customer.
#[derive(Clone, Copy, Debug)]
pub struct UseMasterKeys;

impl Command for UseMasterKeys {
    const ACTION: Action = Action::UseMasterKeys;
    type Output = ();

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<(), Stop> {
        let keys = w.master_key_ids();
        let looks_up = keys.last().copied().unwrap_or_default();
        let known = w.all(master_key::Entity::find()).await?;
        for key in &known {
            let place = keys.iter().position(|id| *id == key.id);
            if key.looks_up && key.id != looks_up {
                let what = match place {
                    Some(place) => format!(
                        "has it as key {} of {}: a key file has the newest key first and the oldest last",
                        place + 1,
                        keys.len()
                    ),
                    None => "does not have it".to_owned(),
                };
                return Err(refusal(&format!(
                    "Customers are looked up by the master key {}, the last of its file; this file {what}.",
                    key.id
                )));
            }
            if place.is_none() && still_wraps(w, key).await? {
                let id = &key.id;
                return Err(refusal(&format!(
                    "Profiles are sealed under the master key {id}; this file lacks it."
                )));
            }
        }
        let is_new = |id: &&&str| known.iter().all(|key| key.id != ***id);
        let row = |id: &&str| master_key::Model {
            id: (*id).to_owned(),
            looks_up: *id == looks_up,
            first_used_at: w.now(),
        };
        let new = keys.iter().filter(is_new).map(row);
        w.insert_all::<master_key::Entity>(&new.collect::<Vec<_>>()).await
    }

    /// Another server that starts on the same empty database was first.
    fn duplicate(&self, _constraint: &str) -> Option<Refusal> {
        Some(Refusal::new(Code::InUse, "Another server has just begun with this database: start again."))
    }
}

async fn still_wraps(w: &Writer, key: &master_key::Model) -> Result<bool, Stop> {
    let id = &*key.id;
    Ok(w.exists(subject_key::Entity::find().filter(subject_key::Column::MasterKeyId.eq(id))).await?
        || w.exists(envelope::Entity::find().filter(envelope::Column::MasterKeyId.eq(id))).await?
        || w.exists(report_part::Entity::find().filter(report_part::Column::MasterKeyId.eq(id))).await?
        || w.exists(sealed::Entity::find().filter(sealed::Column::MasterKeyId.eq(id))).await?)
}

fn refusal(message: &str) -> Stop {
    Refusal::new(Code::NotFound, message).into()
}
