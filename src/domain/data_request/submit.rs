//! A customer asks for something by their rights, and the clock starts.

use super::{
    parts::categories,
    request::{Incoming, Request, columns},
};
use crate::{
    access::{Access, Code, Command, Profile, Refusal, Sql, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks},
        customer::{ProfileChange, differing, living},
        task::{Owner, seal},
    },
    policy::{Action, Role, Target},
};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    data_request, data_request_category,
    enums::{Channel, DataRequestType, RestrictionGround, SealedKind},
    ids::{CategoryKey, CustomerId},
};
use std::{collections::BTreeSet, sync::Arc};

/// The most categories that one request names.
const MOST: usize = 200;

/// Since when the rights are there that requests use (Art. 99(2)).
const RIGHTS_SINCE: Option<NaiveDate> = NaiveDate::from_ymd_opt(2018, 5, 25);

/// Records a request.
#[derive(Clone, Debug)]
pub struct SubmitDataRequest {
    pub catalog: Arc<Catalog>,
    pub customer: CustomerId,
    pub kind: DataRequestType,
    pub channel: Channel,
    /// When the company had it; now unless told.
    pub received_at: Option<DateTime<Utc>>,
    /// With everything below them; all unless told.
    pub categories: Option<Vec<CategoryKey>>,
    /// The corrections, of a rectification.
    pub profile: Option<ProfileChange>,
    /// Of a restriction.
    pub restriction_ground: Option<RestrictionGround>,
    pub note: Option<String>,
    /// Whether it is the customer who does this, signed in.
    pub by_themselves: bool,
}

impl SubmitDataRequest {
    /// Whether whoever asks is the customer, and nobody of the company.
    #[must_use]
    pub fn is_by_themselves(access: &Access) -> bool {
        let is_customer = access.caller().actor.is(Role::Customer);
        is_customer && access.sees_only_themselves(Action::SubmitDataRequest)
    }
}

impl Command for SubmitDataRequest {
    const ACTION: Action = Action::SubmitDataRequest;
    type Output = Request;

    fn target(&self) -> Target {
        Target::customer(self.customer)
    }

    async fn run(self, w: &mut Writer) -> Result<Request, Stop> {
        let catalog = catalog::held(w, &self.catalog).await?;
        let row = self.check(w, &catalog)?;
        // Locked: of two who submit the same at once, the second sees the first one's.
        living(w, self.customer, "customerId").await?;
        let asked = self.profile.as_ref().map(|profile| corrections(w, &catalog, profile)).transpose()?;
        let of_profile = asked.iter().flat_map(|asked| differing(asked, &Profile::default()));
        let of_profile = of_profile.map(|field| CategoryKey::from(field.category()));
        let keys = self.categories.into_iter().flatten().chain(of_profile).collect::<BTreeSet<_>>();
        refuse_duplicate(w, &row, &keys).await?;
        let category = |category: CategoryKey| data_request_category::Model {
            data_request_id: row.id,
            customer_id: row.customer_id,
            category,
        };
        let id = row.id;
        let categories = keys.into_iter().map(category).collect::<Vec<_>>();
        w.insert::<data_request::Entity>(row).await?;
        w.insert_all::<data_request_category::Entity>(&categories).await?;
        if let Some(asked) = asked {
            w.tells(self.customer, &categories.iter().map(|row| row.category.clone()).collect::<Vec<_>>());
            seal(w, (self.customer, Owner::Request(id)), SealedKind::Profile, &asked).await?;
        }
        w.changed(self.customer, &["dataRequests"]);
        super::open::read(w, id).await
    }
}

impl SubmitDataRequest {
    fn check(&self, w: &Writer, catalog: &Catalog) -> Result<data_request::Model, Stop> {
        let mut checks = Checks::new();
        let categories = self.categories.as_deref().unwrap_or_default();
        if self.categories.as_ref().is_some_and(Vec::is_empty) {
            checks.refuse("categories", Code::Required, "Name at least one, or leave it out for all.");
        }
        checks.at_most("categories", categories, MOST);
        let unknown = |(_, key): &(usize, &CategoryKey)| !catalog.categories.contains_key(*key);
        for (at, _) in categories.iter().enumerate().take(MOST).filter(unknown) {
            checks.refuse(&format!("categories.{at}"), Code::NotFound, "There is no such category.");
        }
        self.check_kind(&mut checks);
        let (now, zone) = (w.now(), catalog.zone());
        self.check_receipt(&mut checks, now);
        let received_at = self.received_at.unwrap_or(now);
        let note = self.note.as_ref().map(|text| checks.block("note", text, BLOCK));
        checks.finish()?;
        let (customer, kind, channel) = (self.customer, self.kind, self.channel);
        let row = Incoming { customer, kind, channel, received_at, note }.row(w, &zone);
        Ok(data_request::Model { restriction_ground: self.restriction_ground, ..row })
    }

    /// Each type has what it needs, and nothing that it has no use for.
    fn check_kind(&self, checks: &mut Checks) {
        let rectifies = self.kind == DataRequestType::Rectification;
        match (&self.profile, rectifies) {
            (None, true) => checks.refuse("profile", Code::Required, "Say what is right."),
            (Some(_), false) => {
                checks.refuse("profile", Code::OutOfRange, "Only a RECTIFICATION corrects something.");
            }
            _ => {}
        }
        let restricts = self.kind == DataRequestType::Restriction;
        match (&self.restriction_ground, restricts) {
            (None, true) => {
                checks.refuse("restrictionGround", Code::Required, "Say on which ground of Art. 18(1).");
            }
            (Some(_), false) => {
                checks.refuse("restrictionGround", Code::OutOfRange, "Only a RESTRICTION has this.");
            }
            _ => {}
        }
        if (rectifies || restricts) && self.categories.is_some() {
            let message = if rectifies {
                "A RECTIFICATION is about what it corrects: leave this out."
            } else {
                "A RESTRICTION is of all that there is: leave this out."
            };
            checks.refuse("categories", Code::OutOfRange, message);
        }
    }

    /// Staff may put on record today what a letter asked for last week; what a customer does themselves is received as
    /// they do it, or they could have it due at once.
    fn check_receipt(&self, checks: &mut Checks, now: DateTime<Utc>) {
        let Some(received_at) = self.received_at else { return };
        if received_at > now {
            checks.refuse("receivedAt", Code::OutOfRange, "This lies in the future.");
        } else if self.by_themselves {
            let message = "What you ask for here is received now: leave this out.";
            checks.refuse("receivedAt", Code::OutOfRange, message);
        } else if RIGHTS_SINCE.is_some_and(|since| received_at.date_naive() < since) {
            let message = "The rights that requests use are there since 25 May 2018.";
            checks.refuse("receivedAt", Code::OutOfRange, message);
        }
    }
}

/// What a customer says is right: only that, in normal form.
fn corrections(w: &Writer, catalog: &Catalog, profile: &ProfileChange) -> Result<Profile, Stop> {
    let asked = profile.checked(w, catalog, &Profile::default())?;
    let mut checks = Checks::new();
    for field in profile.cleared() {
        let message = "A correction has a value; what is to go is asked for by an ERASURE.";
        checks.refuse(&format!("profile.{}", field.word()), Code::OutOfRange, message);
    }
    if differing(&asked, &Profile::default()).is_empty() {
        checks.refuse("profile", Code::Required, "Say what is right.");
    }
    checks.finish()?;
    Ok(asked)
}

/// One that is under way, and about some of the same, is asked for already.
async fn refuse_duplicate(
    w: &Writer,
    row: &data_request::Model,
    keys: &BTreeSet<CategoryKey>,
) -> Result<(), Stop> {
    let mut sql = Sql::new(&format!("SELECT {} FROM data_request t WHERE t.customer_id = ", columns()));
    sql.bind(row.customer_id.0).push(" AND t.kind = ").bind(row.kind);
    let open = w.rows(sql, Request::touch).await?.into_iter().filter(|request| !request.is_closed());
    let open = open.map(|request| request.row.id).collect::<Vec<_>>();
    if open.is_empty() {
        return Ok(());
    }
    let meet = |other: &CategoryKey| {
        keys.iter().any(|key| key.is_within(other.as_str()) || other.is_within(key.as_str()))
    };
    let scopes = categories(w, &open).await?;
    if scopes.values().any(|scope| scope.is_empty() || keys.is_empty() || scope.iter().any(meet)) {
        let message = "The customer has asked for this already, and it is under way: see `dataRequests`.";
        return Err(Refusal::new(Code::DuplicateRequest, message).at("customerId").into());
    }
    Ok(())
}
