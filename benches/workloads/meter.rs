//! What processes used, as Linux tells it in `/proc`.

use std::{collections::HashMap, fs, time::Duration};

use crate::Result;

/// Processor time is counted in hundredths of a second, whatever the machine (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// What a process and all those that it started have used of the processors, those that have ended included.
pub fn processor_time(root: u32) -> Result<Duration> {
    let mut all = HashMap::new();
    for entry in fs::read_dir("/proc")? {
        let Ok(process) = entry?.file_name().to_string_lossy().parse::<u32>() else { continue };
        // It may have ended since.
        let Ok(stat) = fs::read_to_string(format!("/proc/{process}/stat")) else { continue };
        // The name in brackets may hold anything; what follows it are numbers.
        let Some((_, rest)) = stat.rsplit_once(") ") else { continue };
        let fields = rest.split(' ').collect::<Vec<_>>();
        let number =
            |at: usize| fields.get(at).and_then(|field| field.parse::<u32>().ok()).unwrap_or_default();
        all.insert(process, (number(1), number(11) + number(12) + number(13) + number(14)));
    }
    let mut ticks = 0;
    let mut of_tree = vec![root];
    while let Some(process) = of_tree.pop() {
        let Some((_, used)) = all.get(&process) else { continue };
        ticks += used;
        of_tree.extend(all.iter().filter(|(_, (parent, _))| *parent == process).map(|(child, _)| *child));
    }
    Ok(TICK * ticks)
}

/// What this program itself has used of the processors, without those that it started.
pub fn own_time() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, rest) = stat.rsplit_once(") ").ok_or("no times")?;
    let mut fields = rest.split(' ').skip(11).map(str::parse::<u32>);
    let mut next = || fields.next().ok_or("no times");
    Ok(TICK * (next()?? + next()??))
}

/// What the programs that this one started and that have ended have used of the processors.
pub fn ended_time() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, rest) = stat.rsplit_once(") ").ok_or("no times")?;
    let mut fields = rest.split(' ').skip(13).map(str::parse::<u32>);
    let mut next = || fields.next().ok_or("no times");
    Ok(TICK * (next()?? + next()??))
}

/// The memory that a process has in use, in megabytes.
pub fn resident(process: u32) -> Result<f64> {
    memory(process, "VmRSS:")
}

/// The most memory that a process ever had in use, in megabytes.
pub fn most_resident(process: u32) -> Result<f64> {
    memory(process, "VmHWM:")
}

fn memory(process: u32, name: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no memory")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}
