//! What was measured, as tables, and whether it is enough.

use crate::http::Load;
use std::{fmt::Write, time::Duration};

/// Who answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Pgbench,
    OnPostgres,
    OnSqlite,
}

impl Who {
    pub fn name(self) -> &'static str {
        match self {
            Self::Pgbench => "pgbench",
            Self::OnPostgres => "Kartotek on PostgreSQL",
            Self::OnSqlite => "Kartotek on SQLite",
        }
    }
}

/// What was asked of whom, over how many connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    pub workload: &'static str,
    pub who: Who,
    pub connections: usize,
}

/// One round of a case, or the medians of several.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Answers a second.
    pub rate: f64,
    pub p50: f64,
    pub p99: f64,
    /// Microseconds of processor time for an answer.
    pub server: f64,
    pub postgres: f64,
    /// Megabytes.
    pub resident: f64,
    /// Of a hundred requests, those that were told to come again.
    pub refused: f64,
}

impl Figures {
    pub fn of(load: &Load, server: Duration, postgres: Duration, resident: f64) -> Self {
        let count = f64::from(u32::try_from(load.micros.len()).unwrap_or(u32::MAX)).max(1.0);
        let each = |time: Duration| time.as_secs_f64() * 1e6 / count;
        let at = |percent: usize| {
            let place = load.micros.len() * percent / 100;
            load.micros.get(place).map_or(0.0, |micros| f64::from(*micros) / 1e3)
        };
        Self {
            rate: count / load.took.as_secs_f64(),
            p50: at(50),
            p99: at(99),
            server: each(server),
            postgres: each(postgres),
            resident,
            refused: {
                let refused = f64::from(u32::try_from(load.refused).unwrap_or(u32::MAX));
                100.0 * refused / (count + refused)
            },
        }
    }

    /// Answers for each second of a processor.
    fn per_core(&self) -> f64 {
        1e6 / (self.server + self.postgres)
    }
}

/// How a server was once it was ready.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    pub who: Who,
    pub seconds: f64,
    pub resident: f64,
}

/// Everything that was measured.
#[derive(Debug, Default)]
pub struct Report {
    pub rounds: Vec<(Case, Figures)>,
    pub starts: Vec<Start>,
}

impl Report {
    fn cases(&self) -> Vec<Case> {
        let mut cases = self.rounds.iter().map(|(case, _)| *case).collect::<Vec<_>>();
        cases.sort_unstable();
        cases.dedup();
        cases
    }

    /// The median of each figure on its own.
    fn median(&self, workload: &'static str, who: Who, connections: usize) -> Option<Figures> {
        let case = Case { workload, who, connections };
        let middle = |figure: fn(&Figures) -> f64| {
            median(self.rounds.iter().filter(|(of, _)| *of == case).map(|(_, figures)| figure(figures)))
        };
        Some(Figures {
            rate: middle(|of| of.rate)?,
            p50: middle(|of| of.p50)?,
            p99: middle(|of| of.p99)?,
            server: middle(|of| of.server)?,
            postgres: middle(|of| of.postgres)?,
            resident: middle(|of| of.resident)?,
            refused: middle(|of| of.refused)?,
        })
    }

    /// How many answers for each second of a processor, beside what it is compared with.
    fn ratio(&self, workload: &'static str, who: Who, to: Who) -> Option<f64> {
        let mine = self.median(workload, who, crate::CONNECTIONS)?.per_core();
        Some(mine / self.median(workload, to, crate::CONNECTIONS)?.per_core())
    }

    /// The table of all cases.
    pub fn table(&self) -> String {
        let mut text = String::from(
            "| | | connections | requests/s | p50 ms | p99 ms | server µs | PostgreSQL µs | per core-second | × pgbench | MB | refused |\n\
             |---|---|---|---|---|---|---|---|---|---|---|---|\n",
        );
        for Case { workload, who, connections } in self.cases() {
            let Some(figures) = self.median(workload, who, connections) else { continue };
            let limit =
                self.median(workload, Who::Pgbench, crate::CONNECTIONS).filter(|_| who != Who::Pgbench);
            let ratio =
                limit.map_or(String::new(), |limit| format!("{:.2}", figures.per_core() / limit.per_core()));
            // Writing to a text cannot fail.
            let _ = writeln!(
                text,
                "| {workload} | {} | {connections} | {:.0} | {:.2} | {:.2} | {} | {} | {:.0} | {ratio} | {} | {} |",
                who.name(),
                figures.rate,
                figures.p50,
                figures.p99,
                some(figures.server),
                some(figures.postgres),
                figures.per_core(),
                some(figures.resident),
                if figures.refused > 0.0 { format!("{:.1} %", figures.refused) } else { String::new() },
            );
        }
        text
    }

    /// The targets that can be told from what was measured.
    pub fn targets(&self) -> String {
        let mut all = Vec::new();
        let mut target = |what: String, value: Option<f64>, unit: &str, bound: f64, at_least: bool| {
            let Some(value) = value else { return };
            let reached = if at_least { value >= bound } else { value <= bound };
            let (sign, reached) = (if at_least { "≥" } else { "≤" }, if reached { "yes" } else { "**no**" });
            all.push(format!("| {what} | {sign} {bound}{unit} | {value:.2}{unit} | {reached} |\n"));
        };
        let ratio = |workload, who, to| self.ratio(workload, who, to);
        let beside = "per core-second, beside";
        target(
            format!("W4 on PostgreSQL {beside} pgbench"),
            ratio("W4", Who::OnPostgres, Who::Pgbench),
            " ×",
            0.8,
            true,
        );
        target(
            format!("W4 on SQLite {beside} PostgreSQL"),
            ratio("W4", Who::OnSqlite, Who::OnPostgres),
            " ×",
            0.8,
            true,
        );
        for who in [Who::OnPostgres, Who::OnSqlite] {
            let price =
                |workload| self.median(workload, who, crate::CONNECTIONS).map(|of| of.server + of.postgres);
            let price = price("W4").zip(price("W1")).map(|(with, without)| with / without);
            let what = format!("{}: processor time of W4, beside the same with nothing recorded", who.name());
            target(what, price, " ×", 1.35, false);
        }
        let spread = self.median("W4", Who::OnSqlite, 32).map(|figures| figures.p99 / figures.p50);
        target("W4 on SQLite, 32 connections: p99 beside p50".to_owned(), spread, " ×", 10.0, false);
        target(
            format!("W2 on PostgreSQL {beside} pgbench"),
            ratio("W2", Who::OnPostgres, Who::Pgbench),
            " ×",
            0.5,
            true,
        );
        for who in [Who::OnPostgres, Who::OnSqlite] {
            let name = who.name();
            let starts = || self.starts.iter().filter(move |start| start.who == who);
            let ready = median(starts().map(|start| start.seconds));
            target(format!("{name}: ready after"), ready, " s", 1.0, false);
            let resident = median(starts().map(|start| start.resident));
            target(format!("{name}: memory after the start"), resident, " MB", 60.0, false);
            let busy = self.median("W4", who, 256).map(|figures| figures.resident);
            target(format!("{name}: memory under W4, 256 connections"), busy, " MB", 200.0, false);
        }
        format!("| target | bound | measured | reached |\n|---|---|---|---|\n{}", all.concat())
    }
}

fn some(value: f64) -> String {
    if value > 0.0 { format!("{value:.0}") } else { String::new() }
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values = values.collect::<Vec<_>>();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
