/** Something to be timed: resolves to what it took, in milliseconds. */
export interface Contender {
  readonly name: string
  run(): Promise<number>
}

export interface Timing {
  readonly name: string
  readonly median: number
  readonly p95: number
  readonly rounds: number
}

/**
 * Runs all in turns, so that what else the machine does falls on all alike; in another order each time, so that
 * nobody always comes after the same one.
 */
export async function interleave(
  contenders: readonly Contender[],
  rounds: number,
  warmUps: number = 3,
): Promise<Timing[]> {
  const times = new Map(contenders.map(({ name }) => [name, [] as number[]]))
  for (let round = -warmUps; round < rounds; round++) {
    for (const contender of shuffled(contenders)) {
      const time = await contender.run()
      if (round >= 0) times.get(contender.name)?.push(time)
    }
  }
  return [...times].map(([name, measured]) => ({
    name,
    median: median(measured),
    p95: quantile(measured, 0.95),
    rounds: measured.length,
  }))
}

/** NaN where nothing of that name was timed. */
export function medianOf(timings: readonly Timing[], name: string): number {
  return timings.find((timing) => timing.name === name)?.median ?? Number.NaN
}

export function median(measured: readonly number[]): number {
  return quantile(measured, 0.5)
}

function quantile(measured: readonly number[], share: number): number {
  const sorted = measured.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Milliseconds that something took. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const beganAt = performance.now()
  await run()
  return performance.now() - beganAt
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
