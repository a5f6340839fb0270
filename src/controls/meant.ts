/** `; did you mean IAMUser?`, or nothing where no known name is near. */
export function meant(name: string, known: Iterable<string>): string {
  const most = Math.floor(name.length * 0.4) + 1;
  const near = [...known]
    .map((candidate) => ({ candidate, distance: farness(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  return near[0] ? `; did you mean ${near[0].candidate}?` : '';
}

/** A name that was not written to its end is near. */
const farness = (name: string, candidate: string): number =>
  name.length > 2 && candidate.startsWith(name) ? 1 : distanceOf(name, candidate);

/** How many letters must be put in, left out or changed to make one of the other. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
