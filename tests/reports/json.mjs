// JSON line by line, to compute its hash again, and as JSON-LD, to ask it in the words of others.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import jsonld from 'jsonld';
import { Parser, Store } from 'n3';

const OWN = 'urn:kartotek:report#';
const DCT = 'http://purl.org/dc/terms/';
const DPV = 'https://w3id.org/dpv#';
const GDPR = 'https://w3id.org/dpv/legal/eu/gdpr#';
const XSD = 'http://www.w3.org/2001/XMLSchema#';
const TYPE = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type';

const CLASSES = { ROPA: `${DPV}ROPA`, INCIDENT: `${GDPR}DataBreachReport` };

// Tables and texts stand between the line of the filter and that of the number of rows; each row is a line.
function hashOf(text) {
  const lines = text.split('\n');
  const begin = lines.findIndex((line) => line.startsWith('"filter":'));
  const end = lines.findLastIndex((line) => line.startsWith('"rows":'));
  const hash = createHash('sha256');
  for (const line of lines.slice(begin + 1, end)) {
    const [, key, rest] = /^"([^"]+)":(.*)$/.exec(line) ?? [];
    if (line.startsWith('{')) hash.update(`${line.replace(/,$/, '')}\n`);
    else if (rest === '[') hash.update(`${key}\n`);
    else if (key) hash.update(`${key}\n${rest.replace(/,$/, '')}\n`);
  }
  return hash.digest('hex');
}

// No other host is asked what this means.
async function documentLoader(url) {
  throw new Error(`it refers to another document: ${url}`);
}

export async function checkJson(path, check) {
  const text = readFileSync(path, 'utf8');
  const report = JSON.parse(text);
  const tables = Object.keys(report).filter((key) => key !== 'filter' && Array.isArray(report[key]));
  check('is a report', report.format === 'kartotek-report-1' && report.kind && report.title);
  const rows = tables.reduce((sum, key) => sum + report[key].length, 0);
  check('has as many rows as it tells', rows === report.rows, `${rows}, ${report.rows}`);
  check('its lines have the hash that it tells', hashOf(text) === report.contentSha256, hashOf(text));

  let quads;
  try {
    // Safe: a field that means nothing is an error rather than left out.
    quads = await jsonld.toRDF(report, { documentLoader, format: 'application/n-quads', safe: true });
  } catch (error) {
    check('is JSON-LD that asks no other host and loses nothing', false, error.details?.cause?.message ?? error.message);
  }
  check('is JSON-LD that asks no other host and loses nothing', quads.length > 0);
  const store = new Store(new Parser({ format: 'N-Quads' }).parse(quads));
  const all = (subject, predicate) => store.getObjects(subject, predicate, null);
  const [created] = all(report.id, `${DCT}created`);
  check('tells when it was made', created?.datatype?.value === `${XSD}dateTime`, created?.datatype?.value);
  check('tells who made it', all(report.id, `${DCT}creator`).some(({ value }) => value === report.madeBy));
  check('tells its hash', all(report.id, `${OWN}contentSha256`).some(({ value }) => value === report.contentSha256));
  for (const key of tables) {
    const count = all(report.id, `${OWN}${key}`).length;
    check(`all rows of ${key} belong to it`, count === report[key].length, count);
  }
  const wanted = CLASSES[report.kind];
  if (wanted) check(`is a ${wanted}`, all(report.id, TYPE).some(({ value }) => value === wanted));
  if (report.kind === 'ROPA') {
    check('tells of purposes', store.getObjects(null, `${DPV}hasPurpose`, null).length > 0);
    const bases = store.getObjects(null, `${DPV}hasLegalBasis`, null);
    const isArticle6 = ({ termType, value }) => termType === 'NamedNode' && value.startsWith(`${GDPR}A6-1-`);
    check('tells of legal bases in the words of the vocabulary', bases.some(isArticle6));
    const own = bases.find(({ termType }) => termType !== 'NamedNode') ?? bases.find(({ value }) => value.startsWith(OWN));
    check('has no legal basis that the vocabulary has no word for', own === undefined, own?.value);
  }
  return report.contentSha256;
}
