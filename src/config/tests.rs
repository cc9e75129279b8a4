//! Precedence, misspellings, bad values, masking.

use super::*;

fn environment(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn from(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::beside(Path::new("/nonexistent/kartotek.toml"), &Overrides::default(), environment(pairs))
}

fn from_file(text: &str) -> Result<Config, ConfigError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("kartotek.toml");
    std::fs::write(&path, text).unwrap();
    Config::beside(&path, &Overrides::default(), [])
}

#[test]
fn with_nothing_set_everything_has_its_default() {
    let config = from(&[("PATH", "/bin"), ("KARTOTEK_LISTEN", "")]).unwrap();
    assert_eq!(config.database_url.expose_secret(), "sqlite://./data/kartotek.db");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.max_body_bytes, 524_288);
    assert_eq!(config.request_timeout, Duration::from_secs(30));
    assert_eq!(config.introspection, None);
    assert_eq!(config.trusted_proxies, []);
}

#[test]
fn the_nearer_layer_wins() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("kartotek.toml");
    std::fs::write(
        &path,
        "listen = '1.1.1.1:1'\nlog_format = 'json'\nmax_connections = 3\ndata_dir = '/file'",
    )
    .unwrap();
    let variables = environment(&[
        ("KARTOTEK_CONFIG", path.to_str().unwrap()),
        ("KARTOTEK_LISTEN", "2.2.2.2:2"),
        ("KARTOTEK_MAX_CONNECTIONS", "4"),
    ]);
    let overrides = Overrides { listen: Some("3.3.3.3:3".into()), ..Overrides::default() };
    let config = Config::beside(Path::new("/nonexistent"), &overrides, variables).unwrap();
    assert_eq!(config.listen.to_string(), "3.3.3.3:3");
    assert_eq!(config.max_connections, 4);
    assert_eq!(config.log_format, LogFormat::Json);
    assert_eq!(config.database_url.expose_secret(), "sqlite:///file/kartotek.db");

    let printed = config.print();
    for line in [
        r#"listen = "3.3.3.3:3"  # command line"#,
        "max_connections = 4  # environment",
        &format!(r#"log_format = "json"  # {}"#, path.display()),
        r#"log_level = "info"  # default"#,
        "# jwks_url is not set",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line}\n{printed}");
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let overrides = Overrides { config_file: Some("/nonexistent/x.toml".into()), ..Overrides::default() };
    let error = Config::of(&overrides, []).unwrap_err().to_string();
    assert!(error.contains("/nonexistent/x.toml"), "{error}");
    // The command line's file comes before the environment's.
    let variables = environment(&[("KARTOTEK_CONFIG", "/nonexistent/y.toml")]);
    let error = Config::of(&overrides, variables).unwrap_err().to_string();
    assert!(error.contains("x.toml"), "{error}");
}

#[test]
fn what_is_misspelt_is_named_with_what_was_meant() {
    for (name, meant) in [
        ("KARTOTEK_LISTN", "`KARTOTEK_LISTEN`"),
        ("KARTOTEK_DATABASE", "`KARTOTEK_DATABASE_URL`"),
        ("KARTOTEK_JWKS_URI", "`KARTOTEK_JWKS_URL`"),
        ("KARTOTEK_JWT_ROLE_CLAIM", "`KARTOTEK_JWT_ROLES_CLAIM`"),
    ] {
        let error = from(&[(name, "hunter2")]).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(meant) && !error.contains("hunter2"), "{error}");
    }
    let error = from(&[("KARTOTEK_ZZZZZZZZZZZZ", "x")]).unwrap_err().to_string();
    assert_eq!(error, "there is no setting `KARTOTEK_ZZZZZZZZZZZZ` (environment)");
    let error = from_file("[jwt]\nissuer = 'x'").unwrap_err().to_string();
    assert!(error.contains("`jwt`"), "{error}");
    let error = from_file("lisen = 'x'").unwrap_err().to_string();
    assert!(
        error.contains("`lisen`") && error.contains("`listen`") && error.contains("kartotek.toml"),
        "{error}"
    );

    let others = [
        ("KARTOTEK_TOKEN", "t"),
        ("KARTOTEK_TOKEN_FILE", "f"),
        ("KARTOTEK_ENDPOINT", "e"),
        ("KARTOTEK_SECRET_CRM", "s"),
    ];
    assert!(from(&others).is_ok(), "these belong to others");
}

#[test]
fn a_bad_value_is_named_but_not_shown() {
    for (name, value, expected) in [
        ("KARTOTEK_LISTEN", "hunter2", "address and a port"),
        ("KARTOTEK_DATABASE_URL", "mysql://u:hunter2@h/d", "sqlite://"),
        ("KARTOTEK_MAX_BODY_BYTES", "hunter2", "whole number"),
        ("KARTOTEK_MAX_BODY_BYTES", "-1", "whole number"),
        ("KARTOTEK_MAX_CONNECTIONS", "0", "from 1"),
        ("KARTOTEK_DATABASE_CONNECTIONS", "1.5", "from 1"),
        ("KARTOTEK_REQUEST_TIMEOUT", "30", "such as 30s"),
        ("KARTOTEK_REQUEST_TIMEOUT", "0s", "such as 30s"),
        ("KARTOTEK_HEADER_TIMEOUT", "99999999999999999999d", "such as 30s"),
        ("KARTOTEK_JWT_MAX_LIFETIME", "31d", "30d"),
        ("KARTOTEK_INTROSPECTION", "yes", "true or false"),
        ("KARTOTEK_TRUSTED_PROXIES", "10.0.0.1,hunter2", "IP addresses"),
        ("KARTOTEK_TRUSTED_PROXIES", "10.0.0.0/33", "networks such as 10.0.0.0/8"),
        ("KARTOTEK_LOG_FORMAT", "xml", "text or json"),
        ("KARTOTEK_LOG_LEVEL", "info,kartotek=loud", "directives"),
        ("KARTOTEK_LOG_LEVEL", "warning", "error, warn, info"),
        ("KARTOTEK_LOG_LEVEL", "loud", "error, warn, info"),
        ("KARTOTEK_LOG_LEVEL", "kartotek=debug,hunter2", "error, warn, info"),
        ("KARTOTEK_LOG_LEVEL", "2", "error, warn, info"),
        ("KARTOTEK_LOG_LEVEL", ",", "error, warn, info"),
        ("KARTOTEK_JWT_AUDIENCE", " ", "text"),
        ("KARTOTEK_JWKS_URL", "http://evil.example/keys", "https://"),
        ("KARTOTEK_JWKS_URL", "https://u:hunter2@login.example/keys", "without a password"),
    ] {
        let error = from(&[(name, value)]).unwrap_err().to_string();
        let key = name.trim_start_matches("KARTOTEK_").to_ascii_lowercase();
        assert!(error.contains(&format!("`{key}` (environment)")) && error.contains(expected), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    for text in ["listen = 1.5", "listen = 8080"] {
        let error = from_file(text).unwrap_err().to_string();
        assert!(error.contains("address and a port"), "{error}");
    }
    for text in ["listen = { host = 'x' }", "[listen]\nhost = 'x'"] {
        let error = from_file(text).unwrap_err().to_string();
        assert!(error.contains("`listen`") && error.contains("kartotek.toml"), "{error}");
        assert!(error.contains("a single value, and no table"), "{error}");
    }
    let error = from_file("log_level = 'info'\ndatabase_url = \"postgres://u:hunter2@h").unwrap_err();
    assert!(
        error.to_string().contains("line 2") && !format!("{error:?} {error}").contains("hunter2"),
        "{error:?}"
    );
}

#[test]
fn what_does_not_go_together() {
    let error = from(&[("KARTOTEK_JWKS_URL", "https://x")]).unwrap_err().to_string();
    assert!(error.contains("`jwt_issuer` is missing"), "{error}");
    let error = from(&[("KARTOTEK_JWT_ISSUER", "https://x")]).unwrap_err().to_string();
    assert!(error.contains("set `jwks_url` or `jwt_public_key_file`"), "{error}");
    let both = [
        ("KARTOTEK_JWKS_URL", "https://x"),
        ("KARTOTEK_JWT_PUBLIC_KEY_FILE", "k"),
        ("KARTOTEK_JWT_ISSUER", "i"),
    ];
    let error = from(&both).unwrap_err().to_string();
    assert!(error.contains("not both"), "{error}");
}

#[test]
fn passwords_are_masked_wherever_a_configuration_shows() {
    for (url, shown) in [
        ("postgres://k:hunter2@db:5432/k?sslmode=require", "postgres://k:***@db:5432/k?sslmode=require"),
        ("postgres://k:hunt@hunter2@db/k", "postgres://k:***@db/k"),
        ("postgres://k:hunt?hunter2@db/k", "postgres://k:***@db/k"),
        ("postgres://db/k?user=k&password=hunter2", "postgres://db/k?user=k&password=***"),
        ("postgres://k@db/k", "postgres://k@db/k"),
        ("sqlite://data/k.db?mode=rwc", "sqlite://data/k.db?mode=rwc"),
        ("postgres://db/k?options=-chunter2", "postgres://db/k?options=***"),
        ("postgres://db/k?options[x]=hunter2&sslkey=hunter2", "postgres://db/k?options[x]=***&sslkey=***"),
    ] {
        let config = from(&[("KARTOTEK_DATABASE_URL", url)]);
        // A password with a `?` in it leaves no address that makes sense, and is masked all the same.
        let Ok(config) = config else {
            assert_eq!(url::masked(url), shown);
            continue;
        };
        let printed = config.print();
        assert!(printed.contains(shown) && !printed.contains("hunter2"), "{printed}");
        assert!(!format!("{config:?}").contains("hunter2"), "{config:?}");
    }
}

#[test]
fn a_database_is_addressed_with_parameters_that_its_driver_knows() {
    for (url, told) in [
        ("postgres://db/k?sslmod=require", "`sslmod`, which is not known: did you mean `sslmode`?"),
        (
            "postgresql://db/k?sslmode=require&pasword=hunter2",
            "`pasword`, which is not known: did you mean `password`?",
        ),
        ("postgres://db/k?sslpassword=hunter2", "`sslpassword`"),
        ("postgres://db/k?SSLMODE=require", "`SSLMODE`"),
        ("postgres://db/k?options[x=1", "`options[x`"),
        ("postgres://k:hunt?hunter2@db/k", "%3F"),
        ("postgres://k:hunt?hunter2=1@db/k", "%3F"),
        ("postgres://db/k?hunter2", "%3F"),
        ("postgres://db/k?user=k#&sslmode=require", "%23"),
        ("sqlite://k.db?mod=rwc", "`mod`, which is not known: did you mean `mode`?"),
        ("sqlite:///srv/my%20data.db", "without a `%`"),
        ("sqlite:file:/srv/k.db", "no address of SQLite's own"),
        ("sqlite://k.db?mode=%6demory", "without a `%`"),
        ("sqlite::memory:", "in memory"),
        ("sqlite://:memory:", "in memory"),
        ("sqlite://k.db?cache=shared&mode=memory", "in memory"),
        ("sqlite:", "in memory"),
    ] {
        let error = from(&[("KARTOTEK_DATABASE_URL", url)]).unwrap_err().to_string();
        assert!(error.contains("`database_url` (environment)") && error.contains(told), "{url}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    for url in [
        "postgres://k:a%3Fb@db:5432/k?sslmode=verify-full&sslrootcert=/ca.pem&options[search_path]=k",
        "postgres://db/k?application_name=a@b&",
        "sqlite:k.db",
        "sqlite:///var/k.db?mode=rw&cache=private",
    ] {
        assert!(from(&[("KARTOTEK_DATABASE_URL", url)]).is_ok(), "{url}");
    }
}

#[test]
fn what_is_printed_can_be_read_again() {
    let config = from(&[
        ("KARTOTEK_TRUSTED_PROXIES", "10.0.0.1, ::1,172.16.0.0/12"),
        ("KARTOTEK_INTROSPECTION", "true"),
        ("KARTOTEK_MASTER_KEY_FILE", "/keys/\"master\""),
        ("KARTOTEK_AUDIT_KEY_FILE", "/keys/audit"),
        ("KARTOTEK_AUDIT_CHECKPOINT_FILE", "/log/checkpoints.jsonl"),
        ("KARTOTEK_AUDIT_PUSH_URL", "https://archive.example/kartotek"),
        ("KARTOTEK_ERASURE_LEDGER_FILE", "/ledger/erasures.jsonl"),
        ("KARTOTEK_JWKS_URL", "https://login.example/keys"),
        ("KARTOTEK_JWT_ISSUER", "https://login.example"),
        ("KARTOTEK_HEADER_TIMEOUT", "1500ms"),
        ("KARTOTEK_CONNECTOR_HOSTS", "api.example, db.internal:5432,*.party.example"),
        ("KARTOTEK_CONNECTOR_NETWORKS", "127.0.0.1, 10.0.0.0/8,fd00::/8"),
        ("KARTOTEK_CONNECTOR_SQLITE_DIR", "/var/crm"),
        ("KARTOTEK_SECRETS_DIR", "/run/secrets"),
        ("KARTOTEK_PUBLIC_URL", "https://kartotek.example/"),
        ("KARTOTEK_SMTP_URL", "smtps://mail.example:465"),
        ("KARTOTEK_MAIL_FROM", "Fjällnät <integritet@fjallnat.example>"),
        ("KARTOTEK_REQUEST_TIMEOUT", "120s"),
    ])
    .unwrap();
    let printed = config.print();
    assert!(printed.contains("request_timeout = \"2m\""), "{printed}");
    assert!(printed.contains(r#"trusted_proxies = ["10.0.0.1", "::1", "172.16.0.0/12"]"#), "{printed}");
    let without_origins = |text: &str| {
        text.lines().map(|line| line.split("  # ").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(without_origins(&from_file(&printed).unwrap().print()), without_origins(&printed));
    for key in KEYS {
        assert!(printed.lines().any(|line| line.contains(key)), "{key}");
        assert!(config.shown(key).is_some() || key == "jwt_public_key_file", "{key} is shown");
    }
}

#[test]
fn what_is_logged() {
    for text in ["off", "WARN", "trace", "info,kartotek=debug", "warn,kartotek[request]=info"] {
        assert_eq!(from(&[("KARTOTEK_LOG_LEVEL", text)]).unwrap().log_level, text);
    }
}

#[test]
fn durations() {
    for (text, expected) in
        [("90s", Some(90)), ("15m", Some(900)), ("1h", Some(3600)), ("1d", Some(86_400)), ("0s", Some(0))]
    {
        assert_eq!(parse_duration(text), expected.map(Duration::from_secs));
    }
    for text in ["", "s", "5", "-5s", "1.5h", "1h30m", "5 s", "5S", "99999999999999999d"] {
        assert_eq!(parse_duration(text), None, "{text}");
    }
}

#[test]
fn a_folder_stands_in_the_address_of_the_database() {
    for folder in ["/srv/my%20data", "/srv/data?"] {
        let refused = from(&[("KARTOTEK_DATA_DIR", folder)]).unwrap_err().to_string();
        assert!(refused.contains("without `%` and `?`"), "{refused}");
    }
}
