import type { ExplorerSettings } from '../src/server/explorer-settings.ts';

/** The server writes the settings into a <meta> attribute, because its policy allows no inline script. */
export function readSettings(page: Document): ExplorerSettings {
  const meta = page.querySelector('meta[name="iamql-settings"]');
  return JSON.parse(meta?.getAttribute('content') ?? '') as ExplorerSettings;
}
