import { ownIdentity, ownPidNamespace, readBootId } from '../linux/identity.ts'
import { isAlive, type ProcessIdentity } from '../processes/index.ts'

/** Whose a leaf is. */
export interface LeafOwner {
  readonly process: ProcessIdentity
  /** The first 8 hex digits of the kernel's boot id. */
  readonly boot: string
  /** Inode of the pid namespace that the pid is told in: in another it means another process. */
  readonly pidNamespace: number
}

const pattern = /^runtimo-(\d+)-(\d+)-([0-9a-f]{8})-(\d+)-\d+$/u

export function formatLeafName({ process, boot, pidNamespace }: LeafOwner, number: number): string {
  return `runtimo-${process.pid}-${process.startTime}-${boot}-${pidNamespace}-${number}`
}

/** Undefined when it is not the name of a leaf. */
export function parseLeafName(name: string): LeafOwner | undefined {
  const match = pattern.exec(name)
  if (match === null) return undefined
  const [, pid, startTime, boot = '', pidNamespace] = match
  return {
    process: { pid: Number(pid), startTime: Number(startTime) },
    boot,
    pidNamespace: Number(pidNamespace),
  }
}

export function ownLeafOwner(): LeafOwner {
  return { process: ownIdentity(), boot: bootDigits(), pidNamespace: Number(ownPidNamespace()) }
}

/**
 * Whether the owner is surely dead. Of another pid namespace (a neighbour's container) or another boot id we
 * cannot say who lives, so those are left alone.
 */
export function isDead(owner: LeafOwner, judge: LeafOwner): boolean {
  return owner.boot === judge.boot && owner.pidNamespace === judge.pidNamespace && !isAlive(owner.process)
}

function bootDigits(): string {
  return /^[0-9a-f]{8}/u.exec(readBootId())?.[0] ?? '00000000'
}
