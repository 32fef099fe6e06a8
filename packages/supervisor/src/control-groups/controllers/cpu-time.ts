import { readControl, readCount, readField } from '../control-file.ts'
import type { Controller } from './controller.ts'

/** Time on the processors. Every group of version 2 tells it, though it has no controllers at all. */
export const cpuTime: Controller = {
  names: { 1: 'cpuacct', 2: undefined },

  read(directory, version) {
    if (version === 1) {
      const total = readCount(directory, 'cpuacct.usage')
      const user = readCount(directory, 'cpuacct.usage_user')
      const system = readCount(directory, 'cpuacct.usage_sys')
      if (total === undefined || user === undefined || system === undefined) return {}
      return split(total / 1e6, user, system)
    }
    const stat = readControl(directory, 'cpu.stat')
    const total = readField(stat, 'usage_usec')
    const user = readField(stat, 'user_usec')
    const system = readField(stat, 'system_usec')
    if (total === undefined || user === undefined || system === undefined) return {}
    return split(total / 1e3, user, system)
  },
}

/** Version 1 measures the sum exactly, but its parts by ticks: they only say in which proportion to divide it. */
function split(
  cpuMs: number,
  user: number,
  system: number,
): { cpuMs: number; userMs: number; systemMs: number } {
  const userMs = user + system === 0 ? cpuMs : (cpuMs * user) / (user + system)
  return { cpuMs, userMs, systemMs: cpuMs - userMs }
}
