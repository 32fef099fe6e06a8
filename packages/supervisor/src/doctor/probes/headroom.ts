import prettyBytes from 'pretty-bytes'
import { findCgroup } from '../../telemetry/cgroup.ts'
import { readMemory } from '../../telemetry/memory.ts'
import { parseCount, readText } from '../../telemetry/read-text.ts'
import { type Check, has, lacks } from '../check.ts'

const memory = { ability: 'free_memory', field: 'memory', neededFor: 'process' } as const
const tasks = { ability: 'free_pids', field: 'pids', neededFor: 'process' } as const
/** The supervisor's own 120 MB, and a worker or two. */
const neededBytes = 256 * 1024 * 1024
/** A worker is up to eleven threads. */
const neededTasks = 64

/** @param root where the machine's files are found; another place in tests */
export function probeMemory(root: string = '/'): Check {
  const { availableBytes, limitBytes, usedBytes = 0 } = readMemory(root)
  const free = Math.min(availableBytes, limitBytes === undefined ? Infinity : limitBytes - usedBytes)
  const detail = `${prettyBytes(Math.max(0, free))} free`
  if (free >= neededBytes) return has(memory, detail)
  const cause = `less than ${prettyBytes(neededBytes)} are free for us, on the host or in our control group`
  return lacks(memory, detail, [
    { cause, cure: 'end something, or raise the limit: `docker run --memory 1g …`, MemoryMax= in the unit' },
  ])
}

/** How many processes and threads may still be made: by our user, our control group, the kernel. */
export function probeTasks(root: string = '/'): Check {
  const rooms = [ofGroup(root), ofKernel(root)].filter((room) => room !== undefined)
  const { left, what } = rooms.reduce((least, room) => (room.left < least.left ? room : least), {
    left: Infinity,
    what: 'no limit',
  })
  const detail = left === Infinity ? 'no limit' : `${left} more by ${what}`
  if (left >= neededTasks) return has(tasks, detail)
  const cause = `${what} leaves room for ${left} more, ${neededTasks} are needed`
  return lacks(tasks, detail, [
    {
      cause,
      cure: 'raise it: `docker run --pids-limit -1 …`, TasksMax= in the unit, `sysctl -w kernel.threads-max=…`',
    },
  ])
}

interface Room {
  readonly left: number
  readonly what: string
}

function ofKernel(root: string): Room | undefined {
  const most = parseCount(readText(root, '/proc/sys/kernel/threads-max'))
  // "0.20 0.18 0.12 1/80 11206": running and all tasks
  const [, now] = /\d+\/(\d+) \d+$/mu.exec(readText(root, '/proc/loadavg') ?? '') ?? []
  return most === undefined || now === undefined
    ? undefined
    : { left: most - Number(now), what: 'kernel.threads-max' }
}

/** Our own group's or that of one above, up to the container's as it sees itself. */
function ofGroup(root: string): Room | undefined {
  const { mount, paths } = findCgroup(root, 'pids') ?? { mount: '', paths: [] }
  const rooms = paths.flatMap((path) => {
    const directory = mount + path
    const most = parseCount(readText(root, `${directory}/pids.max`))
    const now = parseCount(readText(root, `${directory}/pids.current`))
    return most === undefined || now === undefined
      ? []
      : [{ left: most - now, what: `${directory}/pids.max` }]
  })
  return rooms.toSorted((a, b) => a.left - b.left)[0]
}
