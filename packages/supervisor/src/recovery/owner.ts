import { isJsonObject, type Json } from '@runtimo/capabilities'
import { ownIdentity, ownPidNamespace, readBootId } from '../linux/identity.ts'
import { isAlive, type ProcessIdentity } from '../processes/index.ts'

/** Whose a job is: enough to tell for all time which process of which machine ran it. */
export interface Owner extends ProcessIdentity {
  /** Inode of the pid namespace that the pid is told in: in another it means another process. */
  readonly pidNamespace: number
  /** Name of the lock that it holds while it lives: see `LifeLock`. */
  readonly life: string
}

/** The same as it was found in a record, with the boot that the record is of. */
export interface RecordedOwner extends Owner {
  readonly bootId: string
}

export function ownOwner(life: string): Owner {
  return { ...ownIdentity(), pidNamespace: Number(ownPidNamespace()), life }
}

/** Undefined where a record names no owner, as those of others than us. */
export function parseOwner(owner: Json | undefined, bootId: Json | undefined): RecordedOwner | undefined {
  if (!isJsonObject(owner) || typeof bootId !== 'string') return undefined
  const { pid, start_time: startTime, pid_namespace: pidNamespace = 0, life = '' } = owner
  if (typeof pid !== 'number' || typeof startTime !== 'number') return undefined
  if (typeof pidNamespace !== 'number' || typeof life !== 'string') return undefined
  return { pid, startTime, pidNamespace, life, bootId }
}

/** Whether its pid, and those of its jobs, mean here what they meant to it: in this boot, in our pid namespace. */
export function hasOurPids({ bootId, pidNamespace }: RecordedOwner): boolean {
  return bootId === readBootId() && pidNamespace === Number(ownPidNamespace())
}

/**
 * Whether the owner is surely dead. Its pid is asked where that means the same process here; of another container
 * only the lock can tell, which the kernel takes from whoever dies. After a new start of the machine all are dead.
 */
export function isDead(owner: RecordedOwner, isLocked: (life: string) => boolean): boolean {
  if (hasOurPids(owner)) return !isAlive(owner)
  if (owner.bootId !== readBootId()) return true
  return owner.life !== '' && !isLocked(owner.life)
}
