import { execFileSync } from 'node:child_process';

/** What `aws` is called with when a shell runs these commands: the arguments of each call. */
export function argumentsOf(commands: readonly string[]): readonly (readonly string[])[] {
  const aws = `aws() { printf '%s\\0' "$#" "$@"; }`;
  const printed = execFileSync('sh', ['-s'], { input: `set -u\n${aws}\n${commands.join('\n')}\n` }).toString('utf8');
  const words = printed.split('\0').slice(0, -1);
  const calls: string[][] = [];
  while (words.length > 0) {
    const [count = ''] = words.splice(0, 1);
    calls.push(words.splice(0, Number(count)));
  }
  return calls;
}
