/** Lets requests of several runs through one by one, in an order of its own, as soon as each run has asked something. */
export class Turns {
  running = 1;
  private readonly waiting: (() => void)[] = [];
  private readonly order: readonly number[];
  private given = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(order: readonly number[]) {
    this.order = order;
  }

  wait(): Promise<void> | undefined {
    if (this.order.length === 0) return undefined;
    return new Promise((pass) => {
      this.waiting.push(pass);
      if (this.waiting.length >= this.running) this.give();
      else this.giveSoon();
    });
  }

  /** A run that reads a file or thinks asks nothing for a while. */
  private giveSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.give(), 3);
  }

  private give(): void {
    const turn = this.order[this.given % this.order.length] ?? 0;
    this.given += 1;
    const [pass] = this.waiting.splice(turn % Math.max(1, this.waiting.length), 1);
    pass?.();
    if (this.waiting.length > 0) this.giveSoon();
  }
}
