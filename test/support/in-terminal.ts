import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/iamql.js', import.meta.url));

/** Node opens no terminal of its own; Python, which moto needs, does. Ctrl-C is typed once the text stands there. */
const TERMINAL = `
import fcntl, os, pty, struct, sys, termios
columns, ctrl_c_after, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, int(columns), 0, 0))
    os.execv(command[0], command)
seen, typed = b'', ctrl_c_after == ''
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    seen += piece
    if not typed and ctrl_c_after.encode() in seen:
        typed = os.write(terminal, b'\\x03') > 0
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

export interface TerminalOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly columns?: number;
  /** Ctrl-C is typed when this stands on the screen; left out, never. */
  readonly ctrlCAfter?: string;
}

/** Runs `iamql` in a terminal of its own, to its end. Gives all that was written to it, stdout and stderr as they came. */
export async function runInTerminal(
  args: readonly string[],
  { env, columns = 80, ctrlCAfter = '' }: TerminalOptions,
): Promise<{ readonly code: number | null; readonly screen: string }> {
  const command = ['-c', TERMINAL, String(columns), ctrlCAfter, process.execPath, BIN, ...args];
  const child = spawn('python3', command, {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, screen }));
  });
}
