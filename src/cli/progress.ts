/** How often a call that takes long is seen to go on. */
const EVERY_MS = 250;

/** What is going on, on one line of a terminal that is cleared at the end. Nothing where stderr is no terminal. */
export interface Progress {
  /** One more control has its verdict. */
  judged(): void;
  end(): void;
}

/** @param calls grows as AWS is asked. */
export function startProgress(controls: number, calls: () => number, stream = process.stderr): Progress {
  if (!stream.isTTY) return { judged: () => {}, end: () => {} };
  let judged = 0;
  const draw = (): void =>
    void stream.write(`\r\u001b[Kjudged ${judged} of ${controls} controls, ${calls()} AWS calls so far`);
  draw();
  const timer = setInterval(draw, EVERY_MS);
  // A judgement that is done, or an error, ends the process whatever is drawn.
  timer.unref();
  return {
    judged: () => {
      judged += 1;
      draw();
    },
    end: () => {
      clearInterval(timer);
      stream.write('\r\u001b[K');
    },
  };
}
