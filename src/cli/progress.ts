/** How often a call that takes long is seen to go on. */
const EVERY_MS = 250;

/** What is going on, on one line of a terminal that is cleared at the end. Nothing where stderr is no terminal. */
export interface Progress {
  /** Something has changed that the line tells. */
  changed(): void;
  end(): void;
}

/** @param line what the line says at this moment. */
export function startProgress(line: () => string, stream = process.stderr): Progress {
  if (!stream.isTTY) return { changed: () => {}, end: () => {} };
  const draw = (): void => void stream.write(`\r\u001b[K${line()}`);
  draw();
  const timer = setInterval(draw, EVERY_MS);
  // What is done, or an error, ends the process whatever is drawn.
  timer.unref();
  return {
    changed: draw,
    end: () => {
      clearInterval(timer);
      stream.write('\r\u001b[K');
    },
  };
}
