/** Picks one of so many. */
export type Choose = (count: number) => number

/** Every way to choose when there are no more than `limit` ways; as many at random otherwise, the same in each run. */
export function* choices(limit: number, seed: number): Generator<Choose, void> {
  const counts: number[] = []
  let path: number[] = []
  let at = 0
  const walk: Choose = (count) => {
    counts[at] = count
    return path[at++] ?? 0
  }
  yield walk
  const ways = counts.reduce((product, count) => product * count, 1)
  if (ways > limit) {
    for (let n = 0; n < limit; n++) yield random(seed * limit + n)
    return
  }
  for (;;) {
    const digits = counts.slice(0, at)
    path = Array.from(digits, (_, index) => path[index] ?? 0)
    let last = path.length - 1
    while (last >= 0 && (path[last] ?? 0) + 1 >= (digits[last] ?? 1)) last--
    if (last < 0) return
    path = [...path.slice(0, last), (path[last] ?? 0) + 1]
    at = 0
    yield walk
  }
}

/** mulberry32 */
export function random(seed: number): Choose {
  let state = Math.imul(seed + 1, 0x9e3779b1)
  return (count) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count
  }
}
