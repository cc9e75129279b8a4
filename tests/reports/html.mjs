// Pages, as Chromium shows them, with axe's rules of WCAG 2.2 AA; on paper as well.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// A4 across, without its margins, in pixels; what is wider, Chromium makes smaller by up to a fifth.
const SHEET = Math.floor((269 / 25.4) * 96 * 1.25);

const QUIET = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

// The browser, if there is one.
export async function openBrowser() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    console.log('LEFT OUT: there is no Chromium here, so whether pages are accessible was not checked.');
    return undefined;
  }
  return chromium.launch({ executablePath, headless: true, args: QUIET });
}

async function audit(page, check, scheme) {
  await page.emulateMedia({ colorScheme: scheme });
  const result = await page.evaluate((tags) => globalThis.axe.run({ runOnly: { type: 'tag', values: tags } }), RULES);
  const told = result.violations.map(({ id, help, nodes }) => `${id} (${help}): ${nodes[0].target}: ${nodes[0].failureSummary}`);
  check(`axe finds nothing wrong (${scheme}, ${result.passes.length} rules)`, told.length === 0, told.join('\n'));
  check(`axe had something to look at (${scheme})`, result.passes.length > 20, result.passes.length);
}

export async function checkHtml(path, check, { kind, browser, screenshots }) {
  const text = readFileSync(path, 'utf8');
  const hash = /id="content-sha256">([0-9a-f]{64})</.exec(text)?.[1];
  check('tells its hash', hash);
  check('has no script', !/<script|\son[a-z]+\s*=\s*["'][^"']*["'][^<]*>/i.test(text.replace(/&[a-z]+;/g, '')));
  if (!browser) return hash;

  mkdirSync(screenshots, { recursive: true });
  // What its own policy would forbid counts as tried; nothing is sent in any case.
  const context = await browser.newContext({ bypassCSP: true, offline: true, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const address = pathToFileURL(resolve(path)).href;
  const asked = [];
  const told = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => told.push(message.text()));
  page.on('pageerror', (error) => told.push(error.message));
  await page.goto(address, { waitUntil: 'load' });
  await page.evaluate(axe.source);
  await audit(page, check, 'light');
  await audit(page, check, 'dark');
  await page.emulateMedia({ colorScheme: 'light' });

  const inside = await page.evaluate(() => {
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    const links = [...document.querySelectorAll('a[href]')].map((link) => link.getAttribute('href'));
    return {
      twice: ids.find((id, at) => ids.indexOf(id) !== at),
      lost: links.find((href) => !href.startsWith('#') || !document.getElementById(href.slice(1))),
      captions: [...document.querySelectorAll('table')].every((table) => table.caption?.textContent.trim()),
      heads: [...document.querySelectorAll('thead th')].every((head) => head.scope === 'col' && head.textContent.trim()),
      landmarks: ['header', 'main', 'footer'].every((name) => document.querySelectorAll(`body > ${name}`).length === 1),
      isWide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    };
  });
  check('every id is there once', inside.twice === undefined, inside.twice);
  check('every link leads to a part of it', inside.lost === undefined, inside.lost);
  check('every table has a caption', inside.captions);
  check('every column has a head', inside.heads);
  check('has a header, a main part and a footer', inside.landmarks);
  check('is no wider than the screen', !inside.isWide);
  await page.setViewportSize({ width: 320, height: 640 });
  const reflows = await page.evaluate(() => document.documentElement.scrollWidth <= 320);
  check('is no wider than a telephone', reflows);
  const stuck = await page.evaluate(() => {
    const scrolls = (one) => one.scrollWidth > one.clientWidth && getComputedStyle(one).overflowX === 'auto';
    const named = (one) => document.getElementById(one.getAttribute('aria-labelledby'))?.textContent.trim();
    const all = [...document.querySelectorAll('body *')].filter(scrolls);
    return { all: all.length, stuck: all.find((one) => one.tabIndex < 0 || one.role !== 'region' || !named(one))?.outerHTML.slice(0, 80) };
  });
  check(`what scrolls can be reached by keys, and has a name (${stuck.all})`, stuck.stuck === undefined, stuck.stuck);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.screenshot({ path: join(screenshots, `${kind}.png`), fullPage: true });
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: SHEET, height: 900 });
  const printed = await page.evaluate(() => {
    const isSeen = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility === 'visible';
    const all = [...document.querySelectorAll('h1, h2, th, td, figure, footer')];
    const heads = [...document.querySelectorAll('thead')];
    return {
      hidden: all.find((one) => !isSeen(one))?.outerHTML.slice(0, 80),
      once: heads.find((one) => getComputedStyle(one).display !== 'table-header-group')?.outerHTML.slice(0, 80),
      cut: [...document.querySelectorAll('table, svg')].find((one) =>
        one.getBoundingClientRect().right > document.documentElement.clientWidth)?.outerHTML.slice(0, 80),
      torn: [...document.querySelectorAll('tr')].find((one) => getComputedStyle(one).breakInside !== 'avoid')?.outerHTML.slice(0, 80),
    };
  });
  check('nothing is missing on paper', printed.hidden === undefined, printed.hidden);
  check('nothing is cut off on paper', printed.cut === undefined, printed.cut);
  check('the heads of tables are on every sheet', printed.once === undefined, printed.once);
  check('no row is torn between two sheets', printed.torn === undefined, printed.torn);
  const paper = await page.pdf({ preferCSSPageSize: true, tagged: true });
  writeFileSync(join(screenshots, `${kind}.pdf`), paper);
  check('can be printed', paper.subarray(0, 5).toString() === '%PDF-' && paper.length > 2000, paper.length);
  const others = asked.filter((url) => url !== address);
  check('asked no host for anything', asked.length > 0 && others.length === 0, others.join(' '));
  check('has nothing to complain of', told.length === 0, told.join('; '));
  await context.close();
  return hash;
}
