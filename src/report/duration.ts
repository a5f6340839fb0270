const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** A length of time as people say it, in its two largest units: `4 h 20 min`. @param seconds zero or more. */
export function renderDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const index = UNITS.findIndex(([, size]) => whole >= size);
  if (index < 0) return `${whole} s`;
  const [unit, size] = UNITS[index] as (typeof UNITS)[number];
  const next = UNITS[index + 1];
  const rest = next ? Math.floor((whole % size) / next[1]) : 0;
  const large = `${Math.floor(whole / size)} ${unit}`;
  return next && rest > 0 && index < 2 ? `${large} ${rest} ${next[0]}` : large;
}
