import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deleteKeyCommand, keyStatusCommand, shellOption, shellWord } from '../../src/iam/shell.ts';
import { argumentsOf } from '../support/shell-arguments.ts';

/** Any text but NUL, which no word of a command can hold, and halves of pairs, which no process can be handed. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom("'", '"', '\\', '$', '`', '\n', ' ', '-', '(', ')', ';', '&', '*', '~', '!', '#'),
  }),
);
const anyText = text.filter((one) => !one.includes('\0') && one.isWellFormed());

describe('shellOption', () => {
  test.each([
    ['ana', '--user-name ana'],
    ['a+=,.@-_/:b', '--user-name a+=,.@-_/:b'],
    ["o'neil", "--user-name 'o'\\''neil'"],
    ['$(touch x)', "--user-name '$(touch x)'"],
    ['-rf', '--user-name=-rf'],
    ["-'$x", "--user-name='-'\\''$x'"],
    ['', "--user-name ''"],
  ])('of %j', (name, printed) => {
    expect(shellOption('--user-name', name)).toBe(printed);
  });
});

test('a shell reads back every word as it was', () => {
  // One shell reads many words: what ends one of them early moves all that follow.
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 200, maxLength: 400 }), (words) => {
      const read = execFileSync('sh', ['-s'], { input: `printf '%s\\0' ${words.map(shellWord).join(' ')}\n` });
      expect(read.toString('utf8').split('\0').slice(0, -1)).toEqual(words);
    }),
    { numRuns: 10 },
  );
});

test('the commands for keys, run by a shell, are about that user and that key and nothing else', () => {
  fc.assert(
    fc.property(
      fc.array(
        anyText.filter((name) => name !== ''),
        { minLength: 50, maxLength: 100 },
      ),
      (names) => {
        const commands = names.map((name) => keyStatusCommand(name, 'AKIAIOSFODNN7EXAMPLE', 'Inactive'));
        expect(argumentsOf(commands)).toEqual(
          names.map((name) => [
            'iam',
            'update-access-key',
            ...(name.startsWith('-') ? [`--user-name=${name}`] : ['--user-name', name]),
            '--access-key-id',
            'AKIAIOSFODNN7EXAMPLE',
            '--status',
            'Inactive',
          ]),
        );
      },
    ),
    { numRuns: 10 },
  );
  expect(deleteKeyCommand('ana', 'AKIAIOSFODNN7EXAMPLE')).toBe(
    'aws iam delete-access-key --user-name ana --access-key-id AKIAIOSFODNN7EXAMPLE',
  );
});
