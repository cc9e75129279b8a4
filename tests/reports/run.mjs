// Reads the files that reports are with what others wrote to read such files, and with nothing of Kartotek's own.
//
//   npm ci && node run.mjs FOLDER [--same]
//
// Checks every <kind>.xlsx, .csv (with .csv-metadata.json beside it), .json and .html of FOLDER. With --same the files of a kind
// were made of the same content: then all but .csv, which has one table of it, have to tell the same hash. Pages need Chromium
// (CHROMIUM, or /usr/bin/chromium); what they look like goes to SCREENSHOTS, or FOLDER/screenshots. Prints what was checked.
// Exits with 1 when anything is not as it should be.
import { readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { checkCsv } from './csv.mjs';
import { checkHtml, openBrowser } from './html.mjs';
import { checkJson } from './json.mjs';
import { checkXlsx } from './xlsx.mjs';

const folder = process.argv.slice(2).find((one) => !one.startsWith('--'));
const isSame = process.argv.includes('--same');
if (!folder) {
  console.error('usage: node run.mjs FOLDER [--same]');
  process.exit(64);
}

const checks = { '.csv': checkCsv, '.html': checkHtml, '.json': checkJson, '.xlsx': checkXlsx };
const files = readdirSync(folder).sort().map((name) => ({ name, kind: parse(name).name, extension: parse(name).ext }));
const reports = files.filter(({ name, extension }) => checks[extension] && !name.endsWith('.csv-metadata.json'));

class Wrong extends Error {}

async function run() {
  if (reports.length === 0) throw new Wrong(`there is no report in ${folder}`);
  const browser = reports.some(({ extension }) => extension === '.html') ? await openBrowser() : undefined;
  const hashes = {};
  try {
    for (const { name, kind, extension } of reports) {
      const check = (what, right, told) => {
        if (!right) throw new Wrong(`${name}: not as it should be: ${what}${told === undefined ? '' : `: ${told}`}`);
        console.log(`${name}: ${what}`);
      };
      const screenshots = process.env.SCREENSHOTS ?? join(folder, 'screenshots');
      const hash = await checks[extension](join(folder, name), check, { kind, browser, screenshots });
      if (!isSame || extension === '.csv') continue;
      hashes[kind] ??= { hash, name };
      check(`tells the same hash as ${hashes[kind].name}`, hash === hashes[kind].hash, `${hash}, ${hashes[kind].hash}`);
    }
  } finally {
    await browser?.close();
  }
  console.log(`${reports.length} files are as they should be.`);
}

run().catch((error) => {
  console.error(error instanceof Wrong ? error.message : error);
  process.exit(1);
});
