/** How often a call that takes long is seen to go on. */
const EVERY_MS = 250;
const CLEAR = '\r\u001b[K';
/** Of a terminal that does not say how wide it is. */
const USUAL_COLUMNS = 80;

/** What is going on, on one line of a terminal that is cleared at the end. Nothing where stderr is no terminal. */
export interface Progress {
  /** Something has changed that the line tells. */
  changed(): void;
  end(): void;
}

/** A terminal has one such line: whoever draws another ends it. */
let shown: Progress | undefined;

/** @param line what the line says at this moment. */
export function startProgress(line: () => string): Progress {
  const { stderr } = process;
  if (!stderr.isTTY) return { changed: () => {}, end: () => {} };
  endProgress();
  // A line that goes on below could not be cleared.
  const draw = (): void => void stderr.write(`${CLEAR}${line().slice(0, (stderr.columns || USUAL_COLUMNS) - 1)}`);
  draw();
  const timer = setInterval(draw, EVERY_MS);
  // What is done, or an error, ends the process whatever is drawn.
  timer.unref();
  const end = (): void => {
    if (shown !== progress) return;
    shown = undefined;
    clearInterval(timer);
    stderr.write(CLEAR);
  };
  const progress: Progress = { changed: () => shown === progress && draw(), end };
  shown = progress;
  return progress;
}

/** Before a note, which begins a line of its own; the line is drawn again below it. */
export const clearProgress = (): void => void (shown && process.stderr.write(CLEAR));

/** Before the result, which may go to the same terminal. */
export const endProgress = (): void => shown?.end();
