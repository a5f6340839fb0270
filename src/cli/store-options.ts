import { type Command, Option } from 'commander';
import type { Expired } from '../store/scans/retention.ts';
import { parseDuration } from './duration.ts';

/** Where scans are kept unless told otherwise: in the folder that one stands in. */
const DEFAULT_STORE = 'iamql-store';

/** The flag of the commands that are about a store itself. */
export const addStoreOption = (command: Command): Command =>
  command.option('--store <location>', 'a folder, or postgres://user@host/database', DEFAULT_STORE);

export const keepOption = (): Option =>
  new Option('--keep <time>', 'delete what no question as of this long ago or later needs, for example 90d').argParser(
    parseDuration,
  );

export const formatOption = (): Option =>
  new Option('--format <format>', 'how it is printed').choices(['text', 'json']).default('text');

/** What `--keep` counts from. */
export const keptSince = (keepMs: number): Date => new Date(Date.now() - keepMs);

/** What was deleted, in words. */
export const describeExpired = ({ scans, rows, findings, judgements }: Expired): string =>
  `scans: ${scans}, states of assets: ${rows}, findings that are gone: ${findings}, judgements that changed nothing: ${judgements}`;
