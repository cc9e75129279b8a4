//! Commands that ask a server, as processes, with the server in this one.

use super::{Client, TestApp, process::pause};
use serde_json::Value;
use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

/// How it ended, and what it said.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Standard output as one object.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Standard output as lines.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        let parsed =
            |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        self.out.lines().map(parsed).collect()
    }

    /// (reference, code) of all with whom it could not be done.
    #[track_caller]
    pub fn failures(&self) -> Vec<(String, String)> {
        let json = self.json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let listed = json["failures"].as_array().unwrap().iter();
        listed.map(|failure| (text(&failure["reference"]), text(&failure["code"]))).collect()
    }

    /// That it ended so, and what it said says this.
    #[track_caller]
    pub fn ended(&self, code: i32, told: &str) -> &Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.err.contains(told), "{told}: {self:?}");
        self
    }
}

impl Client<'_> {
    /// `kartotek anonymize`, with this client's token.
    pub fn anonymize(&self, args: &[&str]) -> Command {
        self.command("anonymize", args)
    }

    /// `kartotek report`, with this client's token.
    pub fn report_command(&self, args: &[&str]) -> Command {
        self.command("report", args)
    }

    /// Such a command, with this client's token.
    pub fn command(&self, name: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kartotek"));
        command.env_clear().current_dir(self.app.database.beside("."));
        command.env("KARTOTEK_ENDPOINT", self.app.url.get().unwrap());
        if let Some(token) = &self.token {
            command.env("KARTOTEK_TOKEN", token);
        }
        command.arg(name).args(args).stdin(Stdio::null());
        command
    }
}

impl TestApp {
    /// A file of the test's own.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.database.beside(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The path of one that is not there yet.
    pub fn new_file(&self, name: &str) -> (PathBuf, String) {
        let path = self.database.beside(name);
        (path.clone(), path.to_str().unwrap().to_owned())
    }

    /// Waits for the command's end, while a worker does what there is to do.
    pub async fn ran(&self, command: Command) -> Ran {
        self.run(command, true).await
    }

    /// The same, without a worker.
    pub async fn ran_alone(&self, command: Command) -> Ran {
        self.run(command, false).await
    }

    async fn run(&self, mut command: Command, works: bool) -> Ran {
        let ended = tokio::task::spawn_blocking(move || command.output().unwrap());
        while !ended.is_finished() {
            if works {
                self.run_jobs().await;
                self.make_reports().await;
            }
            pause(Duration::from_millis(20)).await;
        }
        let output = ended.await.unwrap();
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Customers of these numbers, of whom nobody else holds anything.
    pub async fn registered(&self, numbers: std::ops::Range<u32>) -> Vec<String> {
        let mut references = Vec::new();
        for n in numbers {
            self.register(&format!("K-{n}")).await;
            references.push(format!("K-{n}"));
        }
        references
    }
}

/// The same command on a terminal of its own, by util-linux, where somebody types this.
pub async fn on_a_terminal(app: &TestApp, command: Command, types: &'static str) -> Ran {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let quoted = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect::<Vec<_>>().join(" ");
    let mut script = Command::new("script");
    script
        .args(["-qec", &quoted, "/dev/null"])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("SHELL", "/bin/sh");
    script.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    script.current_dir(command.get_current_dir().unwrap());
    script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ended = tokio::task::spawn_blocking(move || {
        let mut child = script.spawn().unwrap();
        let mut keyboard = child.stdin.take().unwrap();
        keyboard.write_all(types.as_bytes()).unwrap();
        // Whoever sits there does not go away.
        let output = child.wait_with_output().unwrap();
        drop(keyboard);
        output
    });
    while !ended.is_finished() {
        app.run_jobs().await;
        tokio::task::yield_now().await;
    }
    let output = ended.await.unwrap();
    let screen = String::from_utf8(output.stdout).unwrap();
    Ran { code: output.status.code(), out: screen.clone(), err: screen }
}
