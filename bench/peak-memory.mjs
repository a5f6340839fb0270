// Loaded before a program whose memory is measured: says on stderr at its end how much it had at the most, in KiB.
import { writeSync } from 'node:fs';

process.on('exit', () => writeSync(2, `peak memory: ${process.resourceUsage().maxRSS}\n`));
