import { type CpuLimit, readCpuLimit } from './cpu-limit.ts'
import { percentOf } from './percent.ts'
import { readText } from './read-text.ts'

/** CPU time spent up to one moment; seconds of all CPUs together. */
export interface CpuReading {
  /** Monotonic milliseconds. */
  atMs: number
  /** user, nice, system, irq, softirq and steal of /proc/stat; guest is within user already. */
  busySeconds: number
  idleSeconds: number
  iowaitSeconds: number
  /** Of this process, all threads. */
  ownSeconds: number
  /** Only where a quota holds. */
  container?: CpuLimit
}

/** CPU use between two readings. */
export interface CpuUsage {
  /** Of all CPUs of the host, 0..100, of the time that this process itself did not use. */
  percent: number
  /** What this process itself used, of all CPUs, 0..100. */
  ownPercent: number
  /** Between the two readings, in milliseconds. */
  spanMs: number
  /** The same of the container's quota. */
  containerPercent?: number
}

const TICKS_PER_SECOND = 100

/** Reads the counters; undefined without /proc/stat. */
export function takeReading(root: string): CpuReading | undefined {
  const match = /^cpu +([\d ]+)$/m.exec(readText(root, '/proc/stat') ?? '')
  if (match === null) return undefined
  const fields = (match[1] ?? '').split(' ').map((ticks) => Number(ticks) / TICKS_PER_SECOND)
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = fields
  const own = process.cpuUsage()
  const container = readCpuLimit(root)
  return {
    atMs: performance.now(),
    busySeconds: user + nice + system + irq + softirq + steal,
    idleSeconds: idle,
    iowaitSeconds: iowait,
    ownSeconds: (own.user + own.system) / 1e6,
    ...(container !== undefined && { container }),
  }
}

/** The rate between two readings; undefined when the host counted no time at all, as some sandboxes do. */
export function usageBetween(from: CpuReading, to: CpuReading): CpuUsage | undefined {
  // Counters can go backwards, iowait does so often: such a step counts as none.
  const since = (key: 'busySeconds' | 'idleSeconds' | 'iowaitSeconds'): number =>
    Math.max(0, to[key] - from[key])
  const busy = since('busySeconds')
  const own = to.ownSeconds - from.ownSeconds
  // Of what we leave to the others: while we are busy ourselves a full machine must still look full.
  const others = Math.max(0, busy - own)
  const percent = percentOf(others, others + since('idleSeconds') + since('iowaitSeconds'))
  const ownPercent = percentOf(own, busy + since('idleSeconds') + since('iowaitSeconds'))
  if (percent === undefined || ownPercent === undefined) return undefined
  const containerPercent = containerUse(from, to, own)
  return {
    percent,
    ownPercent,
    spanMs: Math.round(to.atMs - from.atMs),
    ...(containerPercent !== undefined && { containerPercent }),
  }
}

function containerUse(from: CpuReading, to: CpuReading, ownSeconds: number): number | undefined {
  if (from.container?.usageSeconds === undefined || to.container?.usageSeconds === undefined) return undefined
  const others = Math.max(0, to.container.usageSeconds - from.container.usageSeconds - ownSeconds)
  const quota = (to.container.cpus * (to.atMs - from.atMs)) / 1000
  return percentOf(others, Math.max(others, quota - ownSeconds))
}
