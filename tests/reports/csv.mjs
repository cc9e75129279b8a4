// Comma-separated values, as RFC 4180 has them, against what the file beside them says of their columns.
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

const OWN = 'urn:kartotek:report#';

const FORMS = {
  boolean: /^(yes|no)$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  dateTime: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/,
  integer: /^-?\d+$/,
};

// What the columns are, if a file tells of them.
export function metadataOf(path) {
  const beside = path.replace(/\.[a-z]+$/, '.csv-metadata.json');
  return existsSync(beside) ? JSON.parse(readFileSync(beside, 'utf8')) : undefined;
}

export const datatype = (column) => column.datatype.base ?? column.datatype;

export function checkCsv(path, check) {
  const bytes = readFileSync(path);
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  check('begins without a byte order mark and ends with a line', !text.startsWith('\uFEFF') && text.endsWith('\r\n'));
  // Strict: a record with another number of fields, or a quotation mark in the wrong place, is an error.
  let records;
  try {
    records = parse(text, { record_delimiter: '\r\n' });
  } catch (error) {
    check('every record has the same number of fields', false, error.message);
  }
  const [header, ...rows] = records;
  check('every record has the same number of fields', rows.every((row) => row.length === header.length));

  const metadata = metadataOf(path);
  check('a file tells of its columns', metadata?.['@context']?.[0] === 'http://www.w3.org/ns/csvw');
  const { columns } = metadata.tableSchema;
  const names = columns.map(({ titles }) => titles.und);
  check('the columns are those', JSON.stringify(header) === JSON.stringify(names), `${header} / ${names}`);
  check('they have names in both languages', columns.every(({ titles }) => titles.sv && titles.en));
  check('there are as many rows as it tells', rows.length === metadata[`${OWN}rows`], rows.length);
  check('it tells the hash', /^[0-9a-f]{64}$/.test(metadata[`${OWN}contentSha256`]));
  check('it tells who made it, and when', metadata['dc:creator'] && FORMS.dateTime.test(metadata['dc:created']?.['@value']));
  columns.forEach((column, at) => {
    const form = FORMS[datatype(column)];
    const wrong = rows.map((row) => row[at]).find((value) =>
      form ? value !== '' && !form.test(value) : /^[=＝+＋\-－@＠\t\r\n]/.test(value));
    const what = form ? `is of its kind (${datatype(column)})` : 'begins like no formula';
    check(`all of ${header[at]} ${what}`, wrong === undefined, JSON.stringify(wrong));
  });
  return metadata[`${OWN}contentSha256`];
}
