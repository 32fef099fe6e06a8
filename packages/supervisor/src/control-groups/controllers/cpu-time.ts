import type { Controller, Counters, ReadFile } from './controller.ts'
import { divided, field, whole } from './count.ts'

/** Time on the processors. Every group of version 2 tells it, though it has no controllers at all. */
export const cpuTime: Controller = {
  names: { 1: 'cpuacct', 2: undefined },
  counters: {
    1: split(divided(whole('cpuacct.usage'), 1e6), whole('cpuacct.usage_user'), whole('cpuacct.usage_sys')),
    2: split(
      divided(field('cpu.stat', 'usage_usec'), 1e3),
      field('cpu.stat', 'user_usec'),
      field('cpu.stat', 'system_usec'),
    ),
  },
}

type Count = (read: ReadFile) => number | undefined

/** Version 1 measures the sum exactly, but its parts by ticks: they only say in which proportion to divide it. */
function split(total: Count, user: Count, system: Count): Counters {
  const userMs: Count = (read) => {
    const [all, inUser, inSystem] = [total(read), user(read), system(read)]
    if (all === undefined || inUser === undefined || inSystem === undefined) return undefined
    return inUser + inSystem === 0 ? all : (all * inUser) / (inUser + inSystem)
  }
  return {
    cpuMs: total,
    userMs,
    systemMs: (read) => {
      const [all, inUser] = [total(read), userMs(read)]
      return all === undefined || inUser === undefined ? undefined : all - inUser
    },
  }
}
