//! URLs as somebody would write them to reach what they should not (W7).

use super::*;

fn nothing_allowed() -> Egress {
    Egress::default()
}

fn allowing(networks: &[&str]) -> Egress {
    Egress::allowing(networks.iter().map(|network| network.parse().unwrap()))
}

#[test]
fn w7_urls_to_inner_addresses_are_refused_in_every_spelling() {
    for host in [
        "169.254.169.254",
        "127.0.0.1",
        "127.1",
        "127.0.0.1.",
        "0x7f.1",
        "0x7f000001",
        "0177.0.0.1",
        "2130706433",
        "017700000001",
        "0",
        "0.0.0.0",
        "10.0.0.1",
        "192.168.1.1:8443",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:1.1.1.1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "①②⑦.⓪.⓪.①",
        "１２７。０。０。１",
        "127.0.0.1%2e",
        "localhost",
        "LOCALHOST",
        "a.localhost",
    ] {
        let refused = nothing_allowed().check(&format!("https://{host}/dsr")).unwrap_err();
        assert!(matches!(refused, OutOfBounds::Address(_)), "{host}: {refused}");
        assert!(nothing_allowed().check(&format!("http://{host}/dsr")).is_err(), "{host}");
    }
}

#[test]
fn w7_other_schemes_user_names_and_trailing_dots_are_refused() {
    for (url, why) in [
        ("file:///etc/passwd", OutOfBounds::Scheme),
        ("gopher://example.com:25/_HELO", OutOfBounds::Scheme),
        ("ftp://example.com/", OutOfBounds::Scheme),
        ("data:text/plain,x", OutOfBounds::Scheme),
        ("unix:/run/docker.sock", OutOfBounds::Scheme),
        ("http://example.com/", OutOfBounds::Scheme),
        ("http://1.1.1.1/", OutOfBounds::Scheme),
        ("http://10.0.0.1/", OutOfBounds::Scheme),
        ("https://user@example.com/", OutOfBounds::UserInfo),
        ("https://user:word@example.com/", OutOfBounds::UserInfo),
        ("https://:word@example.com/", OutOfBounds::UserInfo),
        ("https://example.com@127.0.0.1/", OutOfBounds::UserInfo),
        ("https://example.com./", OutOfBounds::Host),
        ("https://localhost./", OutOfBounds::Host),
        ("https://metadata.google.internal./", OutOfBounds::Host),
        ("https://", OutOfBounds::NotAUrl),
        ("https:///", OutOfBounds::NotAUrl),
        ("https://a b/", OutOfBounds::NotAUrl),
        ("https://256.1.1.1/", OutOfBounds::NotAUrl),
        ("//example.com/", OutOfBounds::NotAUrl),
        ("example.com/dsr", OutOfBounds::NotAUrl),
        ("", OutOfBounds::NotAUrl),
    ] {
        assert_eq!(allowing(&["10.0.0.0/8"]).check(url).unwrap_err(), why, "{url}");
    }
}

#[test]
fn public_hosts_are_good_with_https() {
    for url in [
        "https://example.com/dsr?version=1",
        "https://1.1.1.1:8443/",
        "https://[2600::1]/",
        "HTTPS://EXAMPLE.COM",
    ] {
        assert!(nothing_allowed().check(url).unwrap().is_https(), "{url}");
    }
}

#[test]
fn w7_what_is_checked_is_what_is_called() {
    // Some parsers take a backslash for a part of the user's name. There is one parser here, and no second opinion.
    let destination = nothing_allowed().check(r"https://example.com\@127.0.0.1/").unwrap();
    assert_eq!(destination.url().as_str(), "https://example.com/@127.0.0.1/");
}

#[test]
fn http_is_for_this_machine_and_only_if_the_operator_allows_it() {
    let here = allowing(&["127.0.0.0/8"]);
    for url in ["http://127.0.0.1:8080/", "http://localhost:8080/", "http://0x7f.1/", "http://127.9.9.9/"] {
        assert!(!here.check(url).unwrap().is_https(), "{url}");
    }
    // Allowed as a network, and yet not this machine.
    assert!(allowing(&["10.0.0.0/8"]).check("https://10.0.0.1/").is_ok());
    assert_eq!(allowing(&["10.0.0.0/8"]).check("http://10.0.0.1/"), Err(OutOfBounds::Scheme));
    // The other loopback was not allowed.
    assert!(here.check("http://[::1]/").is_err());
    assert!(here.check("http://[::ffff:127.0.0.1]/").is_err());
    assert!(allowing(&["::1/128"]).check("http://[::1]/").is_ok());
}

#[test]
fn neither_paths_nor_queries_are_shown() {
    let destination = nothing_allowed().check("https://example.com/hook/s3cret?key=s3cret").unwrap();
    assert_eq!(format!("{destination:?}"), "Destination(https://example.com)");
}
