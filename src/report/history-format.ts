/** How a history may be written. Apart from what writes it, so that a command line is read without. */
export const historyFormats = ['text', 'json', 'csv'] as const;
export type HistoryFormat = (typeof historyFormats)[number];
