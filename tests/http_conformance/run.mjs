// Runs the GraphQL-over-HTTP audits of `graphql-http` against a running server.
//
//   npm ci && node run.mjs http://127.0.0.1:8080/graphql [TOKEN]
//
// With a token, it goes with every request; the audits only ask for `__typename` and `__type`.
// Prints what fails. Exits with 1 when a MUST or a SHOULD fails; a MAY is only reported.
import { serverAudits } from 'graphql-http';

const [url, token] = process.argv.slice(2);
if (!url) {
  console.error('usage: node run.mjs URL [TOKEN]');
  process.exit(64);
}

const fetchFn = (target, init = {}) => {
  const headers = { ...init.headers };
  if (token) headers.authorization = `Bearer ${token}`;
  return fetch(target, { ...init, headers });
};

const counts = { ok: 0, notice: 0, warn: 0, error: 0 };
for (const audit of serverAudits({ url, fetchFn })) {
  const result = await audit.fn();
  counts[result.status] += 1;
  if (result.status === 'ok') continue;
  console.log(`${result.status}: ${result.id} ${result.name}: ${result.reason}`);
  if (result.response) console.log(`  answered ${result.response.status} ${await result.response.clone().text().catch(() => '')}`);
}
console.log(`${counts.ok} ok, ${counts.notice} may, ${counts.warn} should, ${counts.error} must`);
process.exit(counts.warn + counts.error > 0 ? 1 : 0);
