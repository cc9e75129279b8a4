// The IDE: GraphiQL, pointed at this server, knowing no other host.
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { createRoot } from 'react-dom/client';

const WELCOME = `# Every operation is recorded in the audit log,
# with the purpose stated in the headers below.

query WhoAmI {
  viewer {
    displayName
    roles
    purpose
    allowedOperations
  }
}
`;

/// The token from `#token=…`. A fragment never reaches a server or its logs; it is taken out of the
/// address bar at once, so that it does not stay in the history or in a screenshot either.
function fromFragment() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  if (location.hash) history.replaceState(null, '', location.pathname);
  return { token: fragment.get('token') ?? '', purpose: fragment.get('purpose') ?? '' };
}

/// Nothing typed here outlives the tab: queries and variables name customers.
const storage = {
  get length() {
    return sessionStorage.length;
  },
  getItem: (key) => sessionStorage.getItem(key),
  setItem: (key, value) => sessionStorage.setItem(key, value),
  removeItem: (key) => sessionStorage.removeItem(key),
  clear: () => sessionStorage.clear(),
};

const { token, purpose } = fromFragment();
const headers = JSON.stringify(
  { Authorization: `Bearer ${token}`, 'Access-Purpose': purpose, 'Access-Reason': '' },
  null,
  2,
);

/// Without a token there is nobody to sign in: the audit log should not have a failed attempt for opening the page.
function send(url, init) {
  const headers = new Headers(init.headers);
  if (headers.get('Authorization')?.trim() === 'Bearer') headers.delete('Authorization');
  return fetch(url, { ...init, headers });
}

const fetcher = createGraphiQLFetcher({ url: '/graphql', fetch: send });

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL
    fetcher={fetcher}
    storage={storage}
    defaultQuery={WELCOME}
    headers={headers}
    defaultEditorToolsVisibility="headers"
    shouldPersistHeaders={false}
    showPersistHeadersSettings={false}
  />,
);
