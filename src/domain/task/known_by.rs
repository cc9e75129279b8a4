//! What a task's system knows the person by: references of the lines it is about, and what of the profile it cannot do
//! without. When that changes or goes, what open tasks need of it is sealed for each of them.

use crate::{
    access::{Profile, Sql, Stop, Writer},
    connector::{Subject, known_by},
    domain::catalog::Catalog,
    policy::ProfileField,
};
use entity::{
    connector::Connector,
    customer, data_location,
    enums::SubjectKeyKind,
    ids::{CategoryKey, TaskId},
    subject_key, task, task_envelope,
};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use zeroize::Zeroizing;

/// What stands in the envelope of a task.
type Sealed = BTreeMap<SubjectKeyKind, String>;

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
fn fields(connector: &Connector) -> Vec<(SubjectKeyKind, ProfileField)> {
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

/// What the person of each of these tasks is known by at a system with this connector, and what each is about.
pub(super) async fn subjects(
    w: &Writer,
    connector: &Connector,
    tasks: &[task::Model],
    lines: &[Line],
) -> Result<HashMap<TaskId, (Subject, BTreeSet<CategoryKey>)>, Stop> {
    let ids = tasks.iter().map(|task| task.id).collect::<Vec<_>>();
    let whose = tasks.iter().map(|task| task.customer_id).collect::<BTreeSet<_>>();
    let customers = customer::Entity::find().filter(customer::Column::Id.is_in(whose.iter().copied()));
    let customers = w.all(customers).await?;
    let customers = customers.into_iter().map(|row| (row.id, row)).collect::<HashMap<_, _>>();
    let (wanted, fields) = (known_by(connector), fields(connector));
    let (mut keys, mut envelopes) = (HashMap::new(), HashMap::new());
    if !fields.is_empty() {
        let of = subject_key::Column::CustomerId.is_in(whose);
        keys.extend(
            w.all(subject_key::Entity::find().filter(of))
                .await?
                .into_iter()
                .map(|row| (row.customer_id, row)),
        );
        let of = task_envelope::Column::TaskId.is_in(ids);
        let sealed = w.all(task_envelope::Entity::find().filter(of)).await?;
        envelopes.extend(sealed.into_iter().map(|row| (row.task_id, row)));
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
        if let Some(customer) = customer.filter(|_| wanted.contains(&SubjectKeyKind::Reference)) {
            subject = subject.known_by(SubjectKeyKind::Reference, &customer.reference);
        }
        let known = match (envelopes.get(&task.id), customer) {
            (Some(envelope), _) => unseal(w, envelope)?,
            (None, Some(customer)) => of_profile(w, customer, keys.get(&customer.id), &fields)?,
            (None, None) => Sealed::new(),
        };
        for (kind, value) in known {
            subject = subject.known_by(kind, &value);
        }
        let told = fields.iter().map(|(_, field)| field.category().into()).collect::<Vec<_>>();
        w.tells(task.customer_id, &told);
        subjects.insert(task.id, (subject, categories));
    }
    Ok(subjects)
}

fn of_profile(
    w: &Writer,
    customer: &customer::Model,
    key: Option<&subject_key::Model>,
    fields: &[(SubjectKeyKind, ProfileField)],
) -> Result<Sealed, Stop> {
    let Some(key) = key.filter(|_| !fields.is_empty()) else { return Ok(Sealed::new()) };
    let profile = w.open(customer, key)?.unwrap_or_default();
    Ok(known(&profile, fields))
}

fn known(profile: &Profile, fields: &[(SubjectKeyKind, ProfileField)]) -> Sealed {
    let value =
        |(kind, field): &(SubjectKeyKind, ProfileField)| Some((*kind, profile.get(*field)?.to_owned()));
    fields.iter().filter_map(value).collect()
}

fn unseal(w: &Writer, envelope: &task_envelope::Model) -> Result<Sealed, Stop> {
    let plain = w.open_for_task(envelope)?;
    serde_json::from_slice(&plain).map_err(|_| crate::access::Broken::Stored("an envelope").into())
}

/// Seals for each open task of a customer's what its system knows them by, where it knows them by these fields of the
/// profile, which are about to change: it has to find them by what they were.
///
/// # Errors
/// When the database fails.
pub(in crate::domain) async fn seal_for_open_tasks(
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
    let mut sql = Sql::new("SELECT t.* FROM task t WHERE t.finished_at IS NULL AND t.customer_id = ");
    sql.bind(customer.id.0).push(" AND t.system_id IN ").list(systems.keys().map(|id| id.0));
    sql.push(" AND NOT EXISTS (SELECT 1 FROM task_envelope e WHERE e.task_id = t.id) ORDER BY t.id");
    let mut sealed = Vec::new();
    for task in w.numbers::<task::Model>(sql).await? {
        let Some(fields) = systems.get(&task.system_id) else { continue };
        let plain = serde_json::to_vec(&known(before, fields));
        let plain = Zeroizing::new(plain.map_err(|_| crate::access::Broken::Stored("an envelope"))?);
        sealed.push(w.seal_for_task(&task, &plain)?);
    }
    w.insert_all::<task_envelope::Entity>(&sealed).await
}

/// Destroys what was sealed for these tasks, which have ended.
///
/// # Errors
/// When the database fails.
pub(super) async fn forget_known(w: &Writer, tasks: &[TaskId]) -> Result<(), Stop> {
    let of = task_envelope::Column::TaskId.is_in(tasks.iter().copied());
    w.delete(task_envelope::Entity::delete_many().filter(of)).await.map(drop)
}
