import { type Ability, type ControlGroups, openControlGroups } from '../../control-groups/index.ts'
import { type Check, has, lacks, type Subject } from '../check.ts'

const subjects: Readonly<Record<Ability, Subject & { readonly without: string }>> = {
  memory: {
    ability: 'memory_ceiling',
    field: 'memory',
    neededFor: 'limits',
    without: 'memory of a whole job is not limited',
  },
  pids: {
    ability: 'pids_ceiling',
    field: 'pids',
    neededFor: 'limits',
    without: 'processes are limited by RLIMIT_NPROC',
  },
  cpu: {
    ability: 'cpu_ceiling',
    field: 'cpu',
    neededFor: 'limits',
    without: 'shares of processors are not limited',
  },
  kill: {
    ability: 'group_kill',
    field: 'cgroup',
    neededFor: 'limits',
    without: 'level process is killed by sweeps',
  },
  io: {
    ability: 'io_accounting',
    field: 'usage',
    neededFor: 'convenience',
    without: 'bytes are counted for each process',
  },
}

/** Makes a group with every ceiling, and removes it. */
export async function probeControlGroups(): Promise<Check[]> {
  await using groups = await openControlGroups()
  const { kind, abilities, missing } = groups
  return Object.entries(subjects).map(([name, { without, ...subject }]) => {
    if (isAble(abilities, name)) return has(subject, `control groups: ${kind}`)
    return lacks(
      subject,
      without,
      missing.filter(({ ability }) => ability === name),
    )
  })
}

function isAble(abilities: ControlGroups['abilities'], name: string): boolean {
  return Object.entries(abilities).some(([ability, able]) => ability === name && able)
}
