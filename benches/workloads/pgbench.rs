//! The limit: `pgbench` doing the same in bare SQL against the same tables.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use crate::{Result, http::Load};

/// The program and what its scripts need.
pub struct Pgbench {
    pub program: PathBuf,
    pub folder: PathBuf,
    pub database: String,
    pub customers: u64,
    /// How long the server's bodies and lists of categories are.
    pub lengths: (u64, u64),
}

impl Pgbench {
    /// Runs a script over so many connections for so long.
    pub fn run(&self, script: &str, connections: usize, time: Duration) -> Result<Load> {
        let file = self.folder.join("script.sql");
        fs::write(&file, script)?;
        let prefix = self.folder.join("pgbench");
        let text = |length: u64| "x".repeat(usize::try_from(length).unwrap_or_default());
        let done = Command::new(&self.program)
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=1", "--log"])
            .arg(format!("--client={connections}"))
            .arg(format!("--time={}", time.as_secs().max(1)))
            .arg(format!("--log-prefix={}", prefix.display()))
            .arg(format!("--file={}", file.display()))
            .args(["-D", &format!("customers={}", self.customers)])
            .args(["-D", &format!("body={}", text(self.lengths.0))])
            .args(["-D", &format!("categories={}", text(self.lengths.1))])
            .args(["-D", &format!("leaf={}", "5a".repeat(32))])
            .arg(&self.database)
            .env("PGOPTIONS", "-c jit=off")
            .stdin(Stdio::null())
            .output()?;
        if !done.status.success() {
            return Err(String::from_utf8_lossy(&done.stderr).into_owned().into());
        }
        let report = String::from_utf8(done.stdout)?;
        let mut micros = latencies(&self.folder)?;
        micros.sort_unstable();
        let rate = report.lines().find_map(|line| line.strip_prefix("tps = ")).ok_or("no rate")?;
        let rate = rate.split(' ').next().unwrap_or_default().parse::<f64>()?;
        let count = u32::try_from(micros.len())?;
        Ok(Load { micros, took: Duration::from_secs_f64(f64::from(count) / rate), ..Load::default() })
    }
}

/// The third column of the logs, which are taken away.
fn latencies(folder: &Path) -> Result<Vec<u32>> {
    let mut micros = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("pgbench.")) {
            let log = fs::read_to_string(&path)?;
            micros.extend(log.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<u32>().ok()));
            fs::remove_file(path)?;
        }
    }
    Ok(micros)
}
