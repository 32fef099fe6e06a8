import type { Plan } from './plan.ts'

/** A control file of a leaf and what to write there. */
export interface Switch {
  readonly parent: string
  readonly file: string
  readonly text: string
}

const freezers = {
  1: { file: 'freezer.state', on: 'FROZEN', off: 'THAWED' },
  2: { file: 'cgroup.freeze', on: '1', off: '0' },
} as const

/** What is written to kill a leaf; each is missing where no hierarchy has it. */
export interface Switches {
  /** Kills all members, and what they fork meanwhile. */
  readonly kill: Switch | undefined
  /** Nobody can fork. */
  readonly sterile: Switch | undefined
  /** Nobody runs. */
  readonly frozen: Switch | undefined
  readonly thawed: Switch | undefined
  /** No ceiling on the processors: a process that waits for its share dies only when it has got it. */
  readonly unthrottled: Switch | undefined
}

export function findSwitches({ killSwitch, freezer, controllers }: Plan): Switches {
  const pids = controllers.get('pids')
  const cpu = controllers.get('cpu')
  const { file, on, off } = freezers[freezer?.version ?? 1]
  return {
    kill: at(killSwitch, 'cgroup.kill', '1'),
    sterile: at(pids?.parent, 'pids.max', '0'),
    frozen: at(freezer?.parent, file, on),
    thawed: at(freezer?.parent, file, off),
    unthrottled:
      cpu?.version === 2 ? at(cpu.parent, 'cpu.max', 'max') : at(cpu?.parent, 'cpu.cfs_quota_us', '-1'),
  }
}

function at(parent: string | undefined, file: string, text: string): Switch | undefined {
  return parent === undefined ? undefined : { parent, file, text }
}
