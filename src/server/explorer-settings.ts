/** What the explorer page is told by the server. It is public: the page is served before any token is checked. */
export interface ExplorerSettings {
  readonly title: string;
  /** Names the account being asked; the caller passes something neutral when `tokenRequired`. */
  readonly sourceLabel: string;
  readonly isSample: boolean;
  readonly tokenRequired: boolean;
  /** The operation the editor opens with, ready to run. */
  readonly query: string;
  /** Fragment definitions the server knows by itself, or '' for none. The editor uses them to complete and check. */
  readonly fragments: string;
}
