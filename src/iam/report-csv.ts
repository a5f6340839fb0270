import Papa from 'papaparse';
import { IamqlError } from './error.ts';

export type Rows = readonly (readonly string[])[];

/**
 * Cells as text, without the byte order mark and the empty lines at the end that spreadsheets leave.
 *
 * @throws IamqlError Corrupt when quotes do not match, or a row has more or fewer cells than the header.
 */
export function parseReportCsv(csv: string): Rows {
  const text = csv.charCodeAt(0) === 0xfeff ? csv.slice(1) : csv;
  const unix = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  const { data, errors } = Papa.parse<string[]>(unix, { delimiter: ',', newline: '\n' });
  const problem = errors[0];
  if (problem) throw corrupt(data, problem.row ?? 0, `${problem.message.toLowerCase()}; the file may be cut`);
  let end = data.length;
  while (end > 0 && data[end - 1]?.length === 1 && data[end - 1]?.[0] === '') end--;
  const rows = end === data.length ? data : data.slice(0, end);
  const columns = rows[0]?.length;
  const wrong = rows.findIndex((row) => row.length !== columns);
  if (wrong >= 0) throw wrongLength(rows, wrong);
  return rows;
}

/** An error at a row, by the line that it begins at. @param place more than the line, such as `, column arn`. */
export function corrupt(rows: Rows, index: number, message: string, place = ''): IamqlError {
  return new IamqlError('Corrupt', `credential report, line ${lineOf(rows, index)}${place}: ${message}`);
}

/** A cell as an error shows it. */
export const quoteCell = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

function wrongLength(rows: Rows, index: number): IamqlError {
  const cells = rows[index]?.length ?? 0;
  const columns = rows[0]?.length ?? 0;
  const cut = cells < columns && index === rows.length - 1 ? ': the file was cut' : '';
  return corrupt(rows, index, `${cells} cells under ${columns} columns${cut}`);
}

/** The line, from 1, that a row begins at. Quoted cells may hold line breaks of their own. */
function lineOf(rows: Rows, index: number): number {
  const breaks = rows.slice(0, index).map((row) => row.reduce((sum, cell) => sum + cell.split('\n').length - 1, 1));
  return breaks.reduce((sum, lines) => sum + lines, 1);
}
