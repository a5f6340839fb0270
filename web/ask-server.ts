import type { GraphiQLProps } from 'graphiql';

type Fetcher = GraphiQLProps['fetcher'];
type Answer = Awaited<ReturnType<Fetcher>>;

/** Sends what GraphiQL wants to run to our own /graphql and hands back the body as it came, `extensions` included. */
export function askServer(token: string | null, onTokenRefused: () => void): Fetcher {
  return async (operation) => {
    const response = await post(JSON.stringify(operation), token);
    if (!response) return problem('The server could not be reached. Is iamql still running?');
    if (response.status === 401 && token !== null) onTokenRefused();
    return readAnswer(response);
  };
}

async function post(body: string, token: string | null): Promise<Response | null> {
  const headers = new Headers({ accept: 'application/json', 'content-type': 'application/json' });
  try {
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    return await fetch('/graphql', { method: 'POST', headers, body, credentials: 'same-origin' });
  } catch {
    return null;
  }
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return problem(`The server answered ${response.status} with something other than JSON: ${text.slice(0, 500)}`);
  }
}

function problem(message: string): Answer {
  return { errors: [{ message }] } as unknown as Answer;
}
