import { readText } from './read-text.ts'

/** Share of time in percent that tasks stood still, over 10, 60 and 300 seconds. */
export interface Stall {
  avg10: number
  avg60: number
  avg300: number
}

/** Waiting for one resource: `some` task, or `full`y all of them. */
export interface ResourcePressure {
  some: Stall
  full?: Stall
}

/** Pressure stall information of the host, /proc/pressure. */
export interface Pressure {
  cpu?: ResourcePressure
  memory?: ResourcePressure
  io?: ResourcePressure
}

/** Reads the pressure; undefined when the kernel does not measure it. */
export function readPressure(root: string): Pressure | undefined {
  const pressure: Pressure = {}
  for (const resource of ['cpu', 'memory', 'io'] as const) {
    const text = readText(root, `/proc/pressure/${resource}`) ?? ''
    const some = parseStall(text, 'some')
    const full = parseStall(text, 'full')
    if (some !== undefined) pressure[resource] = { some, ...(full !== undefined && { full }) }
  }
  return Object.keys(pressure).length === 0 ? undefined : pressure
}

function parseStall(text: string, kind: 'some' | 'full'): Stall | undefined {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${kind} `))
  const match = /avg10=([\d.]+) avg60=([\d.]+) avg300=([\d.]+)/.exec(line ?? '')
  if (match === null) return undefined
  const [avg10 = 0, avg60 = 0, avg300 = 0] = match.slice(1).map(Number)
  return { avg10, avg60, avg300 }
}
