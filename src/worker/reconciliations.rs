//! Compares the map with what systems hold, where that was asked for. The system is read page by page, and nothing of ours
//! is locked meanwhile.

use super::Worker;
use crate::{
    access::{Code, Stop},
    connector::{
        Failure, Subject,
        sql::{Page, Whose},
    },
    domain::reconciliation::{
        AllRead, CompareLines, CompareRest, FailReconciliation, FinishReconciliation, ForgetFound,
        LeaseReconciliation, Leased, NotOnMap, ReconciliationsDue, StageFound,
    },
};
use entity::{
    connector::{SqlConnector, SqlTable},
    enums::SubjectKeyKind,
    reconciliation_found,
};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    time::{Duration, Instant},
};
use tokio::{sync::watch, time::MissedTickBehavior};

/// How often it is looked whether one was asked for.
const EVERY: Duration = Duration::from_secs(5);

/// People who are read at a time.
const PAGE: u32 = 2_000;

/// People who are asked for by their keys at a time. A statement names them all.
const KEYS: usize = 200;

/// Compares until `stop` says so. What is under way is taken up again by whoever comes next.
pub async fn keep_reconciliations(worker: Worker, mut stop: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let kept = async {
        loop {
            tick.tick().await;
            if let Err(error) = worker.reconcile().await {
                metrics::counter!("reconciliation_failures_total").increment(1);
                tracing::warn!(%error, "maps could not be compared with systems");
            }
        }
    };
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = kept => {}
    }
}

/// Why a comparison goes no further.
enum Ends {
    /// The system could not be read.
    Unread(Result<Failure, &'static str>),
    /// Our own database failed, or somebody else has it in hand by now.
    Stopped(Stop),
}

impl From<Stop> for Ends {
    fn from(stop: Stop) -> Self {
        Self::Stopped(stop)
    }
}

impl From<Failure> for Ends {
    fn from(failure: Failure) -> Self {
        Self::Unread(Ok(failure))
    }
}

impl Worker {
    /// Makes all comparisons that were asked for, and says how many.
    ///
    /// # Errors
    /// When it cannot be told which, or one is left to be taken up again.
    pub async fn reconcile(&self) -> Result<usize, Stop> {
        let mut made = 0;
        while self.access("findReconciliations").read(ReconciliationsDue).await? {
            let Some(leased) = self.access("reconcileSystem").write(LeaseReconciliation).await? else {
                break;
            };
            let begun = Instant::now();
            match self.compare(&leased).await {
                Ok(()) => {}
                Err(Ends::Unread(why)) => self.fail(&leased, why).await?,
                Err(Ends::Stopped(Stop::Refused(why)))
                    if why.iter().all(|one| one.code == Code::VersionConflict) =>
                {
                    self.fail(&leased, Err("The system's settings were changed while it was read.")).await?;
                }
                Err(Ends::Stopped(stop)) => return Err(stop),
            }
            metrics::histogram!("reconciliation_seconds").record(begun.elapsed().as_secs_f64());
            tracing::info!(system.id = %leased.system, "the map was compared with a system");
            made += 1;
        }
        Ok(made)
    }

    async fn compare(&self, leased: &Leased) -> Result<(), Ends> {
        let settings = leased.how.as_ref().map_err(|why| Ends::Unread(Err(why)))?;
        if !leased.is_read {
            for at in 0..settings.tables.len() {
                match (&leased.subject, leased.of_one) {
                    (Some(subject), _) => self.read_one(leased, settings, at, subject).await?,
                    (None, true) => return Err(Ends::Unread(Err("Nobody knows whom to look for."))),
                    (None, false) => self.read_all(leased, settings, at).await?,
                }
            }
            self.access("reconcileSystem").write(AllRead { id: leased.id, lease: leased.lease }).await?;
        }
        let lines = || CompareLines {
            catalog: self.catalogs.current(),
            id: leased.id,
            lease: leased.lease,
            settings: settings.clone(),
        };
        while self.access("reconcileSystem").write(lines()).await? {}
        if !leased.of_one {
            self.compare_rest(leased, settings).await?;
        }
        self.forget(leased).await?;
        let finish = FinishReconciliation { id: leased.id, lease: leased.lease };
        Ok(self.access("reconcileSystem").write(finish).await?)
    }

    async fn read_all(&self, leased: &Leased, settings: &SqlConnector, at: usize) -> Result<(), Ends> {
        let mut after = None;
        loop {
            let whose = Whose::After(after.as_deref());
            let page = self.connectors.subjects(leased.system, settings, at, whose, PAGE).await?;
            let more = page.more;
            after = page.subjects.last().map(|one| one.key.clone());
            self.put_aside(leased, &settings.tables[at], page).await?;
            if !more || after.is_none() {
                return Ok(());
            }
        }
    }

    async fn read_one(
        &self,
        leased: &Leased,
        settings: &SqlConnector,
        at: usize,
        subject: &Subject,
    ) -> Result<(), Ends> {
        let keys = subject.values(settings.tables[at].subject_key).map(str::to_owned).collect::<Vec<_>>();
        for some in keys.chunks(KEYS) {
            let page =
                self.connectors.subjects(leased.system, settings, at, Whose::Among(some), PAGE).await?;
            self.put_aside(leased, &settings.tables[at], page).await?;
        }
        Ok(())
    }

    async fn put_aside(&self, leased: &Leased, table: &SqlTable, page: Page) -> Result<(), Stop> {
        let stage = StageFound {
            catalog: self.catalogs.current(),
            id: leased.id,
            lease: leased.lease,
            known_by: table.subject_key,
            found: page.subjects,
        };
        self.access("reconcileSystem").write(stage).await
    }

    async fn compare_rest(&self, leased: &Leased, settings: &SqlConnector) -> Result<(), Ends> {
        let mut after = None;
        loop {
            let rows = NotOnMap { id: leased.id, after: after.take() };
            let rows = self.access("reconcileSystem").read(rows).await?;
            let Some(last) = rows.last().cloned() else { return Ok(()) };
            after = Some(last);
            let found = match self.still_there(leased, settings, rows).await {
                Ok(found) => found,
                // Some of the map is changed by now: it is gone on with later.
                Err(failure) => {
                    tracing::warn!(%failure, system.id = %leased.system, "what is on no map could not be looked at again");
                    return Err(Stop::Broken(crate::access::Broken::Contention).into());
                }
            };
            let rest = CompareRest { id: leased.id, lease: leased.lease, found };
            self.access("reconcileSystem").write(rest).await?;
        }
    }

    /// Those that are there now. Of what went meanwhile, and from the map as well, nobody can tell by its reference that it
    /// was on the map when it was read.
    async fn still_there(
        &self,
        leased: &Leased,
        settings: &SqlConnector,
        rows: Vec<reconciliation_found::Model>,
    ) -> Result<Vec<reconciliation_found::Model>, Failure> {
        let by_reference =
            |row: &&reconciliation_found::Model| row.known_by == SubjectKeyKind::ExternalReference;
        let keys = rows.iter().filter(by_reference).map(|row| row.key.clone()).collect::<BTreeSet<_>>();
        if keys.is_empty() || leased.without_asking {
            return Ok(rows);
        }
        let keys = keys.into_iter().collect::<Vec<_>>();
        let mut there = HashMap::<String, HashSet<_>>::new();
        for (at, table) in settings.tables.iter().enumerate() {
            if table.subject_key != SubjectKeyKind::ExternalReference {
                continue;
            }
            for some in keys.chunks(KEYS) {
                let page =
                    self.connectors.subjects(leased.system, settings, at, Whose::Among(some), PAGE).await?;
                for one in page.subjects {
                    there
                        .entry(one.key)
                        .or_default()
                        .extend(one.traces.into_iter().map(|trace| trace.category));
                }
            }
        }
        let is_there = |row: &reconciliation_found::Model| {
            !by_reference(&row) || there.get(&row.key).is_some_and(|all| all.contains(&row.category))
        };
        Ok(rows.into_iter().filter(is_there).collect())
    }

    async fn forget(&self, leased: &Leased) -> Result<(), Stop> {
        let forget = ForgetFound { id: leased.id, lease: leased.lease };
        while self.access("reconcileSystem").write(forget).await? {}
        Ok(())
    }

    async fn fail(&self, leased: &Leased, why: Result<Failure, &'static str>) -> Result<(), Stop> {
        self.forget(leased).await?;
        let fail = FailReconciliation { id: leased.id, lease: leased.lease, why };
        self.access("reconcileSystem").write(fail).await
    }
}
