/**
 * Many may look at once, or one may write: what is looked at over several statements stays as it was. Who writes waits for
 * those who look, and who comes after waits for both, so that neither waits for ever.
 */
export class Turns {
  private looking = 0;
  private isWriting = false;
  private readonly waiting: { readonly writes: boolean; readonly enter: () => void }[] = [];

  /** @returns what ends the look; once is enough. */
  async look(): Promise<() => void> {
    await this.enter(false);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.looking -= 1;
      this.letIn();
    };
  }

  async write<T>(work: () => Promise<T>): Promise<T> {
    await this.enter(true);
    try {
      return await work();
    } finally {
      this.isWriting = false;
      this.letIn();
    }
  }

  private enter(writes: boolean): Promise<void> {
    return new Promise((enter) => {
      this.waiting.push({ writes, enter });
      this.letIn();
    });
  }

  private letIn(): void {
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      if (this.isWriting || (next.writes && this.looking > 0)) return;
      this.waiting.shift();
      if (next.writes) this.isWriting = true;
      else this.looking += 1;
      next.enter();
    }
  }
}
