import { parseCount, readText } from './read-text.ts'

/** One network interface of our network namespace, /proc/net/dev. */
export interface NetworkInterface {
  name: string
  /** Bytes since the interface was made. */
  rxBytes: number
  txBytes: number
  /** From /sys/class/net/NAME/operstate; missing when the driver does not know, as for loopback. */
  up?: boolean
}

/** A host of many containers has hundreds of interfaces; so many are enough for a record. */
const maxInterfaces = 64

/** Reads the first 64 interfaces; none without /proc/net. */
export function readNetwork(root: string): NetworkInterface[] {
  const interfaces: NetworkInterface[] = []
  for (const line of (readText(root, '/proc/net/dev') ?? '').split('\n')) {
    const [name = '', counters] = line.split(':')
    const fields = counters?.trim().split(/\s+/)
    const rxBytes = parseCount(fields?.[0])
    const txBytes = parseCount(fields?.[8])
    if (rxBytes === undefined || txBytes === undefined) continue
    if (interfaces.length === maxInterfaces) break
    interfaces.push({ name: name.trim(), rxBytes, txBytes, ...readState(root, name.trim()) })
  }
  return interfaces
}

function readState(root: string, name: string): { up?: boolean } {
  const state = readText(root, `/sys/class/net/${name}/operstate`)?.trim()
  return state === undefined || state === 'unknown' ? {} : { up: state === 'up' }
}
