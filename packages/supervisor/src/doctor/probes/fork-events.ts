import { ForkEvents } from '../../attribution/fork-events/fork-events.ts'
import { type Check, has, lacks } from '../check.ts'

const subject = { ability: 'proc_connector', field: 'attribution', neededFor: 'attribution' } as const

/** The kernel's account of forks: a mark must come back through it. */
export async function probeForkEvents(): Promise<Check> {
  const opened = await ForkEvents.open()
  if (opened instanceof ForkEvents) {
    await opened[Symbol.asyncDispose]()
    return has(subject, 'an event came back: attribution is exact')
  }
  const cure =
    'start as root in the initial pid and network namespaces (`docker run --pid=host --network=host …`); else attribution is sampled'
  return lacks(subject, 'attribution is sampled, with an exact count', [{ cause: opened.unavailable, cure }])
}
