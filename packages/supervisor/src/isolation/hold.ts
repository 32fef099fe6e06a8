import type { Boundary } from './boundary.ts'
import type { Custody } from './custody.ts'

/** What holds a job: on its way, or there. */
export interface Hold {
  readonly boundary: Promise<Boundary>
  take(boundary: Boundary): Custody
  /** To be called when the job lets go of it. `isKept`: it may hold another. */
  done(used: Boundary | undefined, isKept: boolean): void
}

/** Whatever came of it. */
export async function letGo(hold: Hold, custody: Custody | undefined): Promise<void> {
  const boundary = await hold.boundary.catch(() => undefined)
  await (custody ?? boundary)?.[Symbol.asyncDispose]()
  hold.done(boundary, custody?.isKept === true)
}
