/**
 * The most calls of one account that are under way at once. Of an account that allows 10 to 100 calls a second, 16 or 32
 * at once were measured to read no sooner, for they are throttled more (docs/adr/0008-call-gate.md).
 */
export const CALLS_AT_ONCE = 8;

/**
 * Lets as many calls of one account through as AWS seems to allow; the others wait their turn. The number halves when AWS
 * throttles, once for all that was under way then, and grows back by one for each round of calls that went well: AWS does
 * not say what it allows, and other programs share it.
 */
export class CallGate {
  private allowed = CALLS_AT_ONCE;
  private running = 0;
  private halvedAt = Number.NEGATIVE_INFINITY;
  private readonly waiting: (() => void)[] = [];

  async pass<T>(call: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      const answer = await call();
      this.allowed = Math.min(CALLS_AT_ONCE, this.allowed + 1 / this.allowed);
      return answer;
    } finally {
      this.running -= 1;
      this.letIn();
    }
  }

  /** @param sentAt when the request was sent that AWS refused, on the clock of `performance.now`. */
  noteThrottling(sentAt: number): void {
    if (sentAt < this.halvedAt) return;
    this.halvedAt = performance.now();
    this.allowed = Math.max(1, this.allowed / 2);
  }

  private enter(): Promise<void> {
    return new Promise((enter) => {
      this.waiting.push(enter);
      this.letIn();
    });
  }

  private letIn(): void {
    while (this.waiting.length > 0 && this.running < Math.floor(this.allowed)) {
      this.running += 1;
      this.waiting.shift()?.();
    }
  }
}
