use super::support::{export, import, told};
use crate::{
    access::{Code, Stop},
    domain::{
        catalog_document::{Column, Place, Row, RowKind, Rows, plain},
        testing::Ground,
    },
};
use std::collections::BTreeSet;

fn column(kind: RowKind, header: &str) -> Option<&'static Column> {
    kind.columns().iter().find(|column| column.is_called(&plain(header)))
}

/// A table as people write it: a head, then rows, with bars between.
fn rows(kind: RowKind, table: &str) -> Vec<Row> {
    let mut lines = table.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let head = head.iter().map(|header| column(kind, header).unwrap_or_else(|| panic!("{header}")).name);
    let head = head.collect::<Vec<_>>();
    let row = |(at, cells): (usize, Vec<&str>)| Row {
        number: at as u64 + 2,
        fields: head.iter().zip(cells).map(|(name, cell)| ((*name).to_owned(), cell.to_owned())).collect(),
    };
    lines.enumerate().map(row).collect()
}

fn place(row: u64, column: &str) -> Place {
    Place { row, column: Some(column.to_owned()) }
}

#[test]
fn each_header_is_one_column_s() {
    for kind in RowKind::ALL {
        let headers = kind.columns().iter().flat_map(|column| {
            assert!(column.help.ends_with('.') && !column.help.contains('\n'), "{}", column.name);
            std::iter::once(column.name).chain(column.aliases.iter().copied())
        });
        let headers = headers.collect::<Vec<_>>();
        let distinct = headers.iter().map(|header| header.to_lowercase()).collect::<BTreeSet<_>>();
        assert_eq!(distinct.len(), headers.len(), "{kind:?}");
        for one in kind.columns() {
            assert!(one.aliases.iter().all(|alias| column(kind, alias).unwrap().name == one.name));
        }
    }
    assert_eq!(column(RowKind::Systems, " Nästa Granskning").unwrap().name, "reviewDue");
    assert_eq!(column(RowKind::ThirdParties, "privacy_contact").unwrap().name, "privacyContact");
    assert!(column(RowKind::Services, "pris").is_none());
}

#[tokio::test]
async fn rows_in_swedish_become_what_a_document_does() {
    let ground = Ground::seeded().await;
    let tables = [
        (
            RowKind::ThirdParties,
            "Namn|Slag|Roll|Land|Beslut|Motivering|Bedömd av|Bedömdes|Avtal|Avtal tecknat|Åtgärder|Granskas senast\n\
             Posten AB|POST|processor|SE|approved|Avtal genomgånget.|Maja|2024-03-01|PUB-1|2024-02-01|Lås; Larm|2025-03-01\n\
             Budet AB|COURIER|PROCESSOR|SE||||||||",
        ),
        (RowKind::Systems, "System|Leverantör|Land|Ägare\nPostrum|Posten AB|SE|Otto"),
        (RowKind::Services, "Tjänst|Namn|Engelskt namn\nletterbox|Postbox|Letterbox"),
        (
            RowKind::Requirements,
            "Tjänst|Kategori|Ändamål|System|Gallring|Frist\nletterbox|user.name|CONTACT|Postrum|erase|P30D\n\
             letterbox|user.contact.email|CONTACT|Kartotek|ERASE|",
        ),
    ];
    let mut changes = Vec::new();
    for (kind, table) in tables {
        let read = Rows::read(kind, &rows(kind, table)).unwrap();
        changes.extend(told(&ground.run(import(&read.document)).await));
        assert_eq!(ground.run(import(&read.document)).await.changes, []);
    }
    assert_eq!(changes.len(), 7, "{changes:#?}");
    let document = export(&ground).await;
    assert_eq!(document.third_parties[1].assessments.len(), 1);
    assert_eq!(document.services[0].requirements.as_ref().unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_wrong_is_told_by_row_and_column() {
    let wrong = |kind: RowKind, table: &str| {
        let wrong = Rows::read(kind, &rows(kind, table)).unwrap_err();
        wrong.into_iter().map(|one| (one.place, one.code)).collect::<Vec<_>>()
    };
    assert_eq!(
        wrong(RowKind::Systems, "name|country|reviewDue|retired\nA|SE|31/3|maybe\n|SE||\nB|SE||\nB|SE||"),
        [
            (place(2, "reviewDue"), Code::InvalidFormat),
            (place(2, "retired"), Code::InvalidFormat),
            (place(3, "name"), Code::Required),
            (place(5, "name"), Code::AlreadyExists),
        ]
    );
    assert_eq!(
        wrong(RowKind::ThirdParties, "name|role|agreement\nA|boss|\nB|PROCESSOR|PUB-1"),
        [(place(2, "role"), Code::InvalidFormat), (place(3, "agreementReference"), Code::Required)]
    );

    let ground = Ground::seeded().await;
    let table = "service|category|purpose|system|onEnd\nnope|user.name|CONTACT|Kartotek|ERASE\n\
                 hosting|user.name|CONTACT|Kartotek|ERASE\nhosting|user.nomen|CONTACT|Kartotek|ERASE\n\
                 hosting|user.name|CONTACT|Nirgends|ERASE";
    let service = Rows::read(RowKind::Services, &rows(RowKind::Services, "key|name\nhosting|Webb")).unwrap();
    ground.run(import(&service.document)).await;
    for (table, kind, expected) in [
        (table, RowKind::Requirements, vec![place(2, "service"), place(5, "system")]),
        (
            "service|category|purpose|system|onEnd\nhosting|user.name|CONTACT|Kartotek|ERASE\n\
             hosting|user.nomen|CONTACT|Kartotek|ERASE",
            RowKind::Requirements,
            vec![place(3, "category")],
        ),
        (
            "name|country\nA|SE\nB|Sverige\nC|",
            RowKind::Systems,
            vec![place(3, "country"), place(4, "country")],
        ),
        (
            "name|kind|role|country|status|grounds|measures\nA|POST|CONTROLLER|SE|APPROVED|Bra.|Lås",
            RowKind::ThirdParties,
            vec![place(2, "reviewDue")],
        ),
        ("key|name|nameEn\nBad Key|x|y", RowKind::Services, vec![place(2, "key")]),
    ] {
        let read = Rows::read(kind, &rows(kind, table)).unwrap();
        let Err(Stop::Refused(refusals)) = ground.attempt(import(&read.document)).await else {
            panic!("{table}")
        };
        let mut places = refusals.iter().map(|one| read.place(&one.field).unwrap()).collect::<Vec<_>>();
        places.sort_by_key(|place| place.row);
        assert_eq!(places, expected, "{refusals:?}");
    }
}
