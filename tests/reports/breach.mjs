// Puts a breach on record at the demo company, so that there is one to report, and prints its id.
const ask = async (query, variables = {}) => {
  const answer = await fetch(`${process.env.KARTOTEK_ENDPOINT}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${process.env.KARTOTEK_TOKEN}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
};

const { systems } = await ask('{ systems(first: 200) { nodes { id name } } }');
const place = systems.nodes.find(({ name }) => name === 'Kundregister');
const now = new Date();
const input = {
  summary: 'A backup lay open.',
  kinds: ['CONFIDENTIALITY'],
  place: { systemIds: [place.id] },
  windowStart: new Date(now - 60_000).toISOString(),
  awareAt: now.toISOString(),
};
const { reportIncident } = await ask(
  'mutation ($input: ReportIncidentInput!) { reportIncident(input: $input) { incident { id } userErrors { message } } }',
  { input },
);
if (!reportIncident.incident) throw new Error(JSON.stringify(reportIncident.userErrors));
console.log(reportIncident.incident.id);
