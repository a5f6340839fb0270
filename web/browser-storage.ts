const PREFIX = 'iamql:';
const TABS = 'graphiql:tabState';
const LAST_EDITED = new Set(['graphiql:query', 'graphiql:variables']);

export interface PageStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  clear(): void;
  readonly length: number;
}

/**
 * Where GraphiQL keeps tabs, history and pane sizes. It has its own prefix because other tools served from the same
 * localhost port write GraphiQL's stock keys too. Nothing is kept when the browser forbids storage, which makes the
 * mere mention of localStorage throw.
 */
export function openPageStorage(): PageStorage {
  try {
    return prefixed(window.localStorage);
  } catch {
    return NOTHING_KEPT;
  }
}

const NOTHING_KEPT: PageStorage = { getItem: () => null, setItem() {}, removeItem() {}, clear() {}, length: 0 };

function prefixed(storage: Storage): PageStorage {
  const ownKeys = () => Object.keys(storage).filter((key) => key.startsWith(PREFIX));
  return {
    getItem: (key) => (isStale(storage, key) ? null : storage.getItem(PREFIX + key)),
    setItem: (key, value) => storage.setItem(PREFIX + key, value),
    removeItem: (key) => storage.removeItem(PREFIX + key),
    clear: () => {
      for (const key of ownKeys()) storage.removeItem(key);
    },
    get length() {
      return ownKeys().length;
    },
  };
}

/** Without a saved tab, the text last edited belongs to no tab and would hide the query the server opens with. */
function isStale(storage: Storage, key: string): boolean {
  return LAST_EDITED.has(key) && storage.getItem(PREFIX + TABS) === null;
}
