import { type FormEvent, useState } from 'react';

interface TokenFormProps {
  readonly refused: boolean;
  readonly onToken: (token: string) => void;
}

/** The field has no name and the form no target, so a token can never end up in an address. */
export function TokenForm({ refused, onToken }: TokenFormProps) {
  const [token, setToken] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim()) onToken(token.trim());
  };
  return (
    <main className="token">
      <form className="token-form" onSubmit={submit} autoComplete="off">
        <h1>This server asks for a token</h1>
        <p id="token-hint">It stays in this tab until you close it, and is sent only to this server.</p>
        {refused && (
          <p className="token-refused" role="alert">
            The server refused that token.
          </p>
        )}
        <label htmlFor="token">Token</label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          // biome-ignore lint/a11y/noAutofocus: the field is the only thing on the page at this point.
          autoFocus
          required
          aria-describedby="token-hint"
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <button type="submit">Open the explorer</button>
      </form>
    </main>
  );
}
