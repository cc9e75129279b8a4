// Bundles main.jsx into dist/: one script, one style sheet, their licences. Same input, same bytes.
import { build } from 'esbuild';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const { metafile, outputFiles } = await build({
  entryPoints: ['main.jsx'],
  outdir: 'dist',
  bundle: true,
  write: false,
  minify: true,
  metafile: true,
  format: 'iife',
  target: 'es2022',
  jsx: 'automatic',
  legalComments: 'none', // LICENSES has them in full
  define: { 'process.env.NODE_ENV': '"production"', 'globalThis.process.env.NODE_ENV': '"production"' },
});

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
for (const file of outputFiles) {
  const name = file.path.endsWith('.css') ? 'graphiql.css' : 'graphiql.js';
  // The system's fonts do: the bundled ones are two thirds of the style sheet and have licences of their own.
  const text = name.endsWith('.css') ? file.text.replace(/@font-face\s*\{[^}]*\}/g, '') : file.text;
  const packed = gzipSync(text, { level: 9 });
  packed[9] = 255; // the "operating system" byte: the same on every machine
  writeFileSync(join('dist', `${name}.gz`), packed);
  console.log(`${name}: ${Buffer.byteLength(text)} bytes, ${packed.length} packed`);
}

/// The folder of the package that a bundled file came from.
const packageOf = (path) => path.match(/^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0];

const packages = [...new Set(Object.keys(metafile.inputs).map(packageOf))].filter(Boolean).sort();
const notices = packages.map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `(no licence file in the package; it states: ${license})`;
  return `${name} ${version} (${license})\n\n${text}\n`;
});
writeFileSync(join('dist', 'LICENSES'), notices.join(`\n${'-'.repeat(80)}\n\n`));
