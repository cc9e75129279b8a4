//! The parts by month that the audit log is in on Postgres.

use sea_orm_migration::{
    SchemaManager,
    sea_orm::{
        ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement,
        TransactionTrait,
    },
};

/// Parts are made by who owns the tables; of the server's role no more is asked than that it asks for them in time. It runs as that owner
/// then, so that every name is looked for in one place: `SCHEMA` stands for the schema of the tables.
pub(crate) const FUNCTIONS: &str = r"
-- A UUIDv7 begins with its milliseconds.
CREATE FUNCTION SCHEMA.first_audit_id(month date) RETURNS uuid LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN rpad(lpad(to_hex((extract(epoch FROM month) * 1000)::bigint), 12, '0'), 32, '0')::uuid;
END $$;

-- Triggers on rows come with the log's own; the others, and that they are always on, are a part's own. A subject is looked for in
-- the events' part of the same name, as who owns it: the role itself reads and writes no part.
CREATE FUNCTION SCHEMA.make_audit_part(log text, part text, bounds text) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    name text := log || part;
BEGIN
    EXECUTE format('CREATE TABLE SCHEMA.%I (LIKE SCHEMA.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name, log);
    EXECUTE format('REVOKE ALL ON SCHEMA.%I FROM PUBLIC', name);
    IF to_regrole('kartotek_runtime') IS NOT NULL THEN
        EXECUTE format('REVOKE ALL ON SCHEMA.%I FROM kartotek_runtime', name);
    END IF;
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON SCHEMA.%I FOR EACH STATEMENT EXECUTE FUNCTION SCHEMA.refuse_change_of_audit_log()',
        log || '_no_truncate', name);
    IF log = 'audit_subject' THEN
        EXECUTE format($function$
            CREATE FUNCTION SCHEMA.%1$I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $body$
            BEGIN
                IF NOT EXISTS (SELECT FROM SCHEMA.%2$I e WHERE e.event_id OPERATOR(pg_catalog.=) new.event_id
                    AND e.xid OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id()) THEN
                    RAISE EXCEPTION 'the audit log is append-only: a subject comes with its event'
                        USING ERRCODE = 'insufficient_privilege';
                END IF;
                RETURN NULL;
            END $body$;
            CREATE TRIGGER audit_subject_with_its_event AFTER INSERT ON SCHEMA.%3$I FOR EACH ROW EXECUTE FUNCTION SCHEMA.%1$I();
            ALTER TABLE SCHEMA.%3$I ENABLE ALWAYS TRIGGER audit_subject_with_its_event
        $function$, 'refuse_subject_of_another_transaction' || part, 'audit_event' || part, name);
    END IF;
    EXECUTE format('ALTER TABLE SCHEMA.%I ATTACH PARTITION SCHEMA.%I %s', log, name, bounds);
    EXECUTE format('ALTER TABLE SCHEMA.%1$I ENABLE ALWAYS TRIGGER %2$I, ENABLE ALWAYS TRIGGER %3$I',
        name, log || '_no_change', log || '_no_truncate');
END $$;

-- Whether the month has a part, by when its events' ids were made. A month of which events have come already stays in the part of
-- what has no other.
CREATE FUNCTION SCHEMA.make_audit_month(month date) RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    part text := to_char(month::timestamp, '_YYYY_MM');
    bounds text := format('FOR VALUES FROM (%L) TO (%L)', SCHEMA.first_audit_id(month),
        SCHEMA.first_audit_id((month + interval '1 month')::date));
    there regclass := to_regclass('SCHEMA.audit_event' || part);
BEGIN
    IF there IS NOT NULL THEN
        RETURN EXISTS (SELECT FROM pg_inherits WHERE inhrelid = there AND inhparent = 'SCHEMA.audit_event'::regclass);
    END IF;
    PERFORM SCHEMA.make_audit_part(log, part, bounds) FROM unnest(ARRAY['audit_event', 'audit_subject']) AS log;
    RETURN true;
EXCEPTION WHEN check_violation THEN
    RETURN false;
END $$;

-- This month and the next three. Back comes how many of those have a part.
CREATE FUNCTION SCHEMA.prepare_audit_months() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
BEGIN
    -- One after another, by a lock that only the owner can take, and that neither reads nor writes wait for.
    LOCK TABLE SCHEMA.audit_event_default IN SHARE UPDATE EXCLUSIVE MODE;
    RETURN (SELECT count(*) FILTER (WHERE SCHEMA.make_audit_month(month::date))
        FROM generate_series(0, 3) AS n,
            LATERAL (SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n) AS month) AS m);
END $$;
";

const MAKE: &str = r"
REVOKE EXECUTE ON FUNCTION SCHEMA.first_audit_id(date), SCHEMA.make_audit_part(text, text, text), SCHEMA.make_audit_month(date),
    SCHEMA.prepare_audit_months() FROM PUBLIC;
SELECT SCHEMA.make_audit_part(log, '_default', 'DEFAULT') FROM unnest(ARRAY['audit_event', 'audit_subject']) AS log;
SELECT SCHEMA.prepare_audit_months();
";

/// Makes the functions, the parts of what has no month of its own, and the first months.
///
/// # Errors
/// What the database says.
pub(crate) async fn make(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let schema = Statement::from_string(DbBackend::Postgres, "SELECT quote_ident(current_schema())");
    let schema = db.query_one_raw(schema).await?.map(|row| row.try_get_by_index::<String>(0)).transpose()?;
    let schema = schema.ok_or_else(|| DbErr::Custom("there is no schema to make tables in".to_owned()))?;
    for sql in [FUNCTIONS, MAKE] {
        db.execute_unprepared(&sql.replace("SCHEMA.", &format!("{schema}."))).await?;
    }
    Ok(())
}

/// Makes this month's and those of the next three, as the server's own role; how many of these are there then. `None`: there are no
/// parts on SQLite.
///
/// # Errors
/// What the database says, such as that somebody is looking at what has no month of its own just now.
pub async fn prepare(db: &impl ConnectionTrait) -> Result<Option<i64>, DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(None);
    }
    let prepare = Statement::from_string(DbBackend::Postgres, "SELECT prepare_audit_months()");
    db.query_one_raw(prepare).await?.map(|row| row.try_get_by_index(0)).transpose()
}

/// The first days of the months that have a part of their own, from the first on; nothing on SQLite.
///
/// # Errors
/// What the database says.
pub async fn attached(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(Vec::new());
    }
    let parts = Statement::from_string(
        DbBackend::Postgres,
        r"SELECT translate(substring(c.relname FROM '^audit_event_(\d{4}_\d\d)$'), '_', '-') AS month
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = to_regclass('audit_event') AND c.relname ~ '^audit_event_\d{4}_\d\d$' ORDER BY 1",
    );
    db.query_all_raw(parts).await?.iter().map(|row| row.try_get("", "month")).collect()
}

/// Whether this login owns the log.
async fn owns(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let owns = Statement::from_string(
        DbBackend::Postgres,
        "SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class WHERE oid IN (to_regclass('audit_event'), to_regclass('audit_subject'))",
    );
    let owns =
        db.query_one_raw(owns).await?.map(|row| row.try_get_by_index::<Option<bool>>(0)).transpose()?;
    Ok(owns.flatten().unwrap_or_default())
}

/// The turn to take months out of the log: one login after another has it, and only who owns the tables.
#[derive(Debug)]
pub struct Detaching {
    db: DatabaseConnection,
    turn: DatabaseTransaction,
}

impl Detaching {
    /// Takes the turn, with a pool of two connections at least; `None` while somebody else has it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn begin(db: DatabaseConnection) -> Result<Option<Self>, DbErr> {
        if !owns(&db).await? {
            let why = "the login that KARTOTEK_DATABASE_URL names does not own the audit log: name the one that migrates";
            return Err(DbErr::Custom(why.to_owned()));
        }
        let turn = db.begin().await?;
        // Whoever writes or reads the log waits for nothing here; the server's own role may take no such lock.
        turn.execute_unprepared(
            "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '1s'",
        )
        .await?;
        match turn.execute_unprepared("LOCK TABLE audit_checkpoint IN SHARE UPDATE EXCLUSIVE MODE").await {
            Ok(_) => Ok(Some(Self { db, turn })),
            Err(error) if error.to_string().contains("lock timeout") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Takes a month of so many events out.
    ///
    /// # Errors
    /// What the database says, or that there are not as many events; nothing has changed then, unless the connection was lost.
    pub async fn month(&self, month: &str, events: u64) -> Result<(), DbErr> {
        // Nobody else has begun meanwhile.
        self.turn.execute_unprepared("SELECT 1").await?;
        detach(&self.db, month, events).await
    }

    /// Whether a month is still in the log: for certain, once whoever takes it out this moment has ended.
    ///
    /// # Errors
    /// What the database says.
    pub async fn has(&self, month: &str) -> Result<bool, DbErr> {
        if !attached(&self.db).await?.iter().any(|there| there == month) {
            return Ok(false);
        }
        let name = month.replace('-', "_");
        let tx = self.db.begin().await?;
        tx.execute_unprepared(&format!("LOCK TABLE audit_event_{name} IN ACCESS SHARE MODE")).await?;
        let has = attached(&tx).await?.iter().any(|there| there == month);
        tx.commit().await?;
        Ok(has)
    }

    /// Gives the turn back.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end(self) -> Result<(), DbErr> {
        self.turn.commit().await?;
        self.db.close().await
    }
}

/// Takes a month of so many events out of the log: its parts stay as tables of their own. Whoever is in the way is not waited for for
/// long, as everybody else would wait behind.
async fn detach(db: &DatabaseConnection, month: &str, events: u64) -> Result<(), DbErr> {
    let name = month.replace('-', "_");
    let tx = db.begin().await?;
    // Who has an event for it that has not committed yet is waited for here, and nobody waits behind.
    let lock = format!(
        "SET LOCAL lock_timeout = '1s'; LOCK TABLE audit_event_{name}, audit_subject_{name} IN SHARE MODE"
    );
    tx.execute_unprepared(&lock).await?;
    let count =
        Statement::from_string(DbBackend::Postgres, format!("SELECT count(*) FROM audit_event_{name}"));
    let count = tx.query_one_raw(count).await?.map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
    if count.and_then(|count| u64::try_from(count).ok()) != Some(events) {
        let why = format!("{month} has got an event more since it was looked at: run the same command again");
        return Err(DbErr::Custom(why));
    }
    // Here everybody waits who comes meanwhile, behind whoever is reading: for no longer than nobody minds.
    let detach = format!(
        "SET LOCAL lock_timeout = '50ms'; LOCK TABLE audit_event, audit_subject IN ACCESS EXCLUSIVE MODE; \
         SET LOCAL lock_timeout = '1s'; ALTER TABLE audit_subject DETACH PARTITION audit_subject_{name}; \
         ALTER TABLE audit_event DETACH PARTITION audit_event_{name}; \
         DROP FUNCTION refuse_subject_of_another_transaction_{name}() CASCADE"
    );
    tx.execute_unprepared(&detach).await?;
    tx.commit().await
}
