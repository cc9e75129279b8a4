//! What a task's system knows the person by: references of the lines it is about, and what of the profile it cannot do
//! without. When that changes or goes, what systems that still have something need of it is sealed for them.

use crate::{
    access::{Apart, Broken, Profile, Reader, Sql, Stop, Writer},
    connector::{Subject, known_by},
    domain::catalog::Catalog,
    policy::ProfileField,
};
use entity::{
    connector::Connector,
    customer, data_location,
    enums::SubjectKeyKind,
    envelope,
    ids::{CategoryKey, CustomerId, SystemId, TaskId},
    subject_key, system, task,
};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use zeroize::Zeroizing;

/// What stands in an envelope.
pub(in crate::domain) type Sealed = BTreeMap<SubjectKeyKind, BTreeSet<String>>;

/// What a task's system knows the person by, and what the task is about.
pub(super) struct Known {
    /// None when what was sealed does not open.
    pub subject: Option<Subject>,
    pub categories: BTreeSet<CategoryKey>,
}

/// The field of a profile that a system may know somebody by.
const fn field(kind: SubjectKeyKind) -> Option<ProfileField> {
    match kind {
        SubjectKeyKind::Email => Some(ProfileField::Email),
        SubjectKeyKind::Phone => Some(ProfileField::Phone),
        SubjectKeyKind::NationalId => Some(ProfileField::NationalId),
        SubjectKeyKind::ExternalReference | SubjectKeyKind::Reference => None,
    }
}

/// What a system knows people by of their profiles.
pub(super) fn fields(connector: &Connector) -> Vec<(SubjectKeyKind, ProfileField)> {
    known_by(connector).into_iter().filter_map(|kind| Some((kind, field(kind)?))).collect()
}

/// A line that a task is about, and that is still there.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub task: TaskId,
    pub row: data_location::Model,
}

impl FromQueryResult for Line {
    fn from_query_result(result: &sea_orm::QueryResult, prefix: &str) -> Result<Self, sea_orm::DbErr> {
        let row = data_location::Model::from_query_result(result, prefix)?;
        Ok(Self { task: result.try_get(prefix, "of_task")?, row })
    }
}

/// The lines of these tasks, those of them that are still there.
pub(super) async fn lines_of(w: &Writer, tasks: &[TaskId]) -> Result<Vec<Line>, Stop> {
    let mut sql = Sql::new(
        "SELECT l.*, x.task_id AS of_task FROM task_location x JOIN data_location l ON l.id = x.data_location_id \
         WHERE l.held_to IS NULL AND x.task_id IN ",
    );
    sql.list(tasks.iter().map(|id| id.0)).push(" ORDER BY l.id");
    w.numbers(sql).await
}

/// What the person of each of these tasks is known by at a system with this connector, and what each is about. For those of
/// whom it cannot be told, why.
pub(super) async fn subjects(
    w: &Writer,
    system: &system::Model,
    tasks: &[task::Model],
    lines: &[Line],
) -> Result<HashMap<TaskId, Known>, Stop> {
    let Some(connector) = &system.connector else { return Ok(HashMap::new()) };
    let whose = tasks.iter().map(|task| task.customer_id).collect::<BTreeSet<_>>();
    let customers = customer::Entity::find().filter(customer::Column::Id.is_in(whose.iter().copied()));
    let customers = w.all(customers).await?;
    let customers = customers.into_iter().map(|row| (row.id, row)).collect::<HashMap<_, _>>();
    let (wanted, fields) = (known_by(connector), fields(connector));
    let (mut keys, mut envelopes, mut there) = (HashMap::new(), HashMap::new(), BTreeSet::new());
    let by_number = wanted.contains(&SubjectKeyKind::Reference);
    if !fields.is_empty() || by_number {
        let of = subject_key::Column::CustomerId.is_in(whose.iter().copied());
        let found = w.all(subject_key::Entity::find().filter(of)).await?;
        keys.extend(found.into_iter().map(|row| (row.customer_id, row)));
        let of = envelope::Column::CustomerId.is_in(whose.iter().copied());
        let at = envelope::Column::SystemId.eq(system.id);
        let sealed = w.all(envelope::Entity::find().filter(of).filter(at)).await?;
        envelopes.extend(sealed.into_iter().map(|row| (row.customer_id, row)));
        there = ever_there(w, system, &whose, &fields).await?;
    }
    let mut subjects = HashMap::new();
    for task in tasks {
        let theirs = || lines.iter().filter(|line| line.task == task.id).map(|line| &line.row);
        let categories = theirs().map(|line| line.category.clone()).collect::<BTreeSet<_>>();
        let mut subject = Subject::default();
        if wanted.contains(&SubjectKeyKind::ExternalReference) {
            let references = theirs().filter_map(|line| line.external_reference.as_deref());
            for reference in references.collect::<BTreeSet<_>>() {
                subject = subject.known_by(SubjectKeyKind::ExternalReference, reference);
            }
        }
        let customer = customers.get(&task.customer_id);
        // A pseudonym says nothing to anybody: of who is gone, what was sealed is the number.
        if let Some(customer) = customer.filter(|row| by_number && row.disposed_as.is_none()) {
            subject = subject.known_by(SubjectKeyKind::Reference, &customer.reference);
        }
        // A third party is told nothing of the person that it never had.
        let told = fields.iter().filter(|(_, field)| {
            system.third_party_id.is_none() || there.contains(&(task.customer_id, field.category().into()))
        });
        let told = told.copied().collect::<Vec<_>>();
        let known = customer.map(|customer| {
            let envelope = envelopes.get(&customer.id);
            sealed_and_now(w, envelope, (customer, keys.get(&customer.id)), &told, by_number)
        });
        let known = match known.transpose() {
            Ok(known) => known.unwrap_or_default(),
            // One that does not open is somebody's to look at, and keeps nobody else waiting.
            Err(Stop::Broken(Broken::Sealed)) => {
                subjects.insert(task.id, Known { subject: None, categories });
                continue;
            }
            Err(stop) => return Err(stop),
        };
        for (kind, values) in &known {
            for value in values {
                subject = subject.known_by(*kind, value);
            }
        }
        w.tells(task.customer_id, &told.iter().map(|(_, field)| field.category().into()).collect::<Vec<_>>());
        subjects.insert(task.id, Known { subject: Some(subject), categories });
    }
    Ok(subjects)
}

/// What a system may know one person by. `None` when what was sealed does not open.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn person(
    w: &Writer,
    system: &system::Model,
    customer: &customer::Model,
) -> Result<Option<Subject>, Stop> {
    let Some(connector) = &system.connector else { return Ok(None) };
    let (wanted, fields) = (known_by(connector), fields(connector));
    let mut subject = Subject::default();
    let by_number = wanted.contains(&SubjectKeyKind::Reference);
    if by_number && customer.disposed_as.is_none() {
        subject = subject.known_by(SubjectKeyKind::Reference, &customer.reference);
    }
    if wanted.contains(&SubjectKeyKind::ExternalReference) {
        let theirs = data_location::Entity::find()
            .filter(data_location::Column::CustomerId.eq(customer.id))
            .filter(data_location::Column::SystemId.eq(system.id))
            .filter(data_location::Column::ExternalReference.is_not_null());
        let lines = w.all(theirs).await?;
        let references = lines.iter().filter_map(|line| line.external_reference.as_deref());
        for reference in references.collect::<BTreeSet<_>>() {
            subject = subject.known_by(SubjectKeyKind::ExternalReference, reference);
        }
    }
    let key = w.one(subject_key::Entity::find_by_id(customer.id)).await?;
    let sealed = w.one(envelope::Entity::find_by_id((customer.id, system.id))).await?;
    let known = match sealed_and_now(w, sealed.as_ref(), (customer, key.as_ref()), &fields, by_number) {
        Ok(known) => known,
        Err(Stop::Broken(Broken::Sealed)) => return Ok(None),
        Err(stop) => return Err(stop),
    };
    for (kind, values) in &known {
        for value in values {
            subject = subject.known_by(*kind, value);
        }
    }
    w.tells(customer.id, &fields.iter().map(|(_, field)| field.category().into()).collect::<Vec<_>>());
    Ok(Some(subject))
}

/// What a system knew these customers by before their profiles changed, of those of whom something is sealed. `None` when
/// it does not open.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn known_before(
    w: &Writer,
    system: SystemId,
    customers: &[CustomerId],
) -> Result<Vec<(CustomerId, Option<Sealed>)>, Stop> {
    let theirs = envelope::Entity::find()
        .filter(envelope::Column::SystemId.eq(system))
        .filter(envelope::Column::CustomerId.is_in(customers.iter().copied()));
    let envelopes = w.all(theirs).await?;
    let open = |row: &envelope::Model| match unseal(w, row) {
        Ok(sealed) => Ok((row.customer_id, Some(sealed))),
        Err(Stop::Broken(Broken::Sealed)) => Ok((row.customer_id, None)),
        Err(stop) => Err(stop),
    };
    envelopes.iter().map(open).collect()
}

/// Of these customers, which categories of these fields a system has, or had.
async fn ever_there(
    w: &Writer,
    system: &system::Model,
    whose: &BTreeSet<CustomerId>,
    fields: &[(SubjectKeyKind, ProfileField)],
) -> Result<BTreeSet<(CustomerId, CategoryKey)>, Stop> {
    let mut sql =
        Sql::new("SELECT DISTINCT l.customer_id, l.category FROM data_location l WHERE l.system_id = ");
    sql.bind(system.id.0).push(" AND l.customer_id IN ").list(whose.iter().map(|id| id.0));
    sql.push(" AND l.category IN ").list(fields.iter().map(|(_, field)| field.category().to_owned()));
    let found = w.numbers::<There>(sql).await?;
    Ok(found.into_iter().map(|row| (row.customer_id, row.category)).collect())
}

#[derive(FromQueryResult)]
struct There {
    customer_id: CustomerId,
    category: CategoryKey,
}

/// What a person was known by, and is.
fn sealed_and_now(
    w: &Writer,
    envelope: Option<&envelope::Model>,
    (customer, key): (&customer::Model, Option<&subject_key::Model>),
    fields: &[(SubjectKeyKind, ProfileField)],
    by_number: bool,
) -> Result<Sealed, Stop> {
    let mut all = envelope.map(|envelope| unseal(w, envelope)).transpose()?.unwrap_or_default();
    all.retain(|kind, _| {
        fields.iter().any(|(wanted, _)| wanted == kind) || (by_number && *kind == SubjectKeyKind::Reference)
    });
    if let Some(key) = key.filter(|_| !fields.is_empty()) {
        let profile = w.open(customer, key)?.unwrap_or_default();
        add(&mut all, &profile, fields);
    }
    Ok(all)
}

pub(super) fn add(all: &mut Sealed, profile: &Profile, fields: &[(SubjectKeyKind, ProfileField)]) {
    for (kind, field) in fields {
        if let Some(value) = profile.get(*field) {
            all.entry(*kind).or_default().insert(value.to_owned());
        }
    }
}

/// What an envelope is sealed as: that of another system does not open in its place.
pub(super) fn envelope_of(system: SystemId) -> String {
    format!("envelope of system {system}")
}

pub(super) fn unseal(r: &Reader, envelope: &envelope::Model) -> Result<Sealed, Stop> {
    let (of, what) = (envelope.customer_id, envelope_of(envelope.system_id));
    let (master_key_id, wrapped) = (envelope.master_key_id.clone(), envelope.wrapped.clone());
    let plain =
        r.open_apart(of, &what, &Apart { master_key_id, wrapped, sealed: envelope.sealed.clone() })?;
    serde_json::from_slice(&plain).map_err(|_| Broken::Sealed.into())
}

#[derive(FromQueryResult)]
struct At {
    system_id: SystemId,
}

/// Seals what systems know a customer by, where they have something of theirs and know them by these fields of the profile,
/// which are about to change: when that has to go, now or in years, they have to find them by what they were.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn seal_before_change(
    w: &Writer,
    catalog: &Catalog,
    customer: &customer::Model,
    before: &Profile,
    changing: &[ProfileField],
) -> Result<(), Stop> {
    let needed = |connector: &Connector| {
        let fields = fields(connector);
        fields.iter().any(|(_, field)| changing.contains(field)).then_some(fields)
    };
    let systems = catalog.systems.values();
    let systems = systems.filter_map(|system| Some((system.id, needed(system.connector.as_ref()?)?)));
    let systems = systems.collect::<BTreeMap<_, _>>();
    if systems.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new(
        "SELECT DISTINCT l.system_id FROM data_location l WHERE l.held_to IS NULL AND l.customer_id = ",
    );
    sql.bind(customer.id.0).push(" AND l.system_id IN ").list(systems.keys().map(|id| id.0));
    sql.push(" ORDER BY l.system_id");
    for at in w.numbers::<At>(sql).await? {
        let Some(fields) = systems.get(&at.system_id) else { continue };
        let known = w.one(envelope::Entity::find_by_id((customer.id, at.system_id))).await?;
        let mut all = known.as_ref().map(|known| unseal(w, known)).transpose()?.unwrap_or_default();
        add(&mut all, before, fields);
        let plain = Zeroizing::new(serde_json::to_vec(&all).map_err(|_| Broken::Sealed)?);
        let (customer_id, system_id) = (customer.id, at.system_id);
        let Apart { master_key_id, wrapped, sealed } =
            w.seal_apart(customer_id, &envelope_of(system_id), &plain)?;
        let sealed = envelope::Model { customer_id, system_id, master_key_id, wrapped, sealed };
        match known {
            Some(_) => w.update::<envelope::Entity>(sealed).await.map(drop)?,
            None => w.insert::<envelope::Entity>(sealed).await.map(drop)?,
        }
    }
    Ok(())
}

/// Destroys what was sealed for a system about somebody of whom nothing is left there.
///
/// # Errors
/// When the database fails.
pub(super) async fn forget_if_nothing_is_left(w: &Writer, task: &task::Model) -> Result<(), Stop> {
    let mut sql = Sql::new("DELETE FROM envelope WHERE customer_id = ");
    sql.bind(task.customer_id.0).push(" AND system_id = ").bind(task.system_id.0);
    sql.push(
        " AND NOT EXISTS (SELECT 1 FROM data_location l WHERE l.customer_id = envelope.customer_id \
         AND l.system_id = envelope.system_id AND l.held_to IS NULL)",
    );
    w.execute(sql).await.map(drop)
}
