import { GraphiQL } from 'graphiql';
import { useMemo, useState } from 'react';
import type { ExplorerSettings } from '../src/server/explorer-settings.ts';
import { askServer } from './ask-server.ts';
import { openPageStorage } from './browser-storage.ts';
import { keepToken, readToken } from './session-token.ts';
import { TokenForm } from './token-form.tsx';

const SAMPLE = 'Sample account: bundled example data, not your AWS account';
const storage = openPageStorage();

export function ExplorerPage({ settings }: { readonly settings: ExplorerSettings }) {
  const [token, setToken] = useState(() => (settings.tokenRequired ? readToken() : null));
  const [refused, setRefused] = useState(false);
  const changeToken = (next: string | null, wasRefused = false) => {
    keepToken(next);
    setToken(next);
    setRefused(wasRefused);
  };
  const locked = settings.tokenRequired && token === null;
  return (
    <>
      <Banner settings={settings} {...(token !== null && { onForget: () => changeToken(null) })} />
      {locked ? (
        <TokenForm refused={refused} onToken={(given) => changeToken(given)} />
      ) : (
        <QueryEditor settings={settings} token={token} onTokenRefused={() => changeToken(null, true)} />
      )}
    </>
  );
}

function Banner({ settings, onForget }: { readonly settings: ExplorerSettings; readonly onForget?: () => void }) {
  return (
    <header className={settings.isSample ? 'banner banner-sample' : 'banner'}>
      <span className="banner-source">{settings.isSample ? SAMPLE : settings.sourceLabel}</span>
      {onForget && (
        <button type="button" onClick={onForget}>
          Forget token
        </button>
      )}
    </header>
  );
}

interface QueryEditorProps {
  readonly settings: ExplorerSettings;
  readonly token: string | null;
  readonly onTokenRefused: () => void;
}

/**
 * The headers editor is off: GraphiQL's history writes headers to localStorage even when told not to persist them,
 * and the only header this server reads is the token, which the page sends itself.
 */
function QueryEditor({ settings, token, onTokenRefused }: QueryEditorProps) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new fetcher makes GraphiQL load the schema again.
  const fetcher = useMemo(() => askServer(token, onTokenRefused), [token]);
  return (
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      defaultQuery={settings.query}
      externalFragments={settings.fragments}
      isHeadersEditorEnabled={false}
      shouldPersistHeaders={false}
      showPersistHeadersSettings={false}
      defaultEditorToolsVisibility={false}
    >
      <GraphiQL.Logo>{settings.title}</GraphiQL.Logo>
    </GraphiQL>
  );
}
