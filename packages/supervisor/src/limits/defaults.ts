import type { Limits } from '@runtimo/capabilities'

const mebibyte = 1_048_576

/**
 * What a job may use when nobody says. Not limited: written bytes and files (a build writes what it must),
 * file size, CPU time and share (the deadline ends all), output (all is counted, the first 10 MiB are kept).
 */
export function defaultLimits(machine: { readonly memoryBytes: number }): Limits {
  return {
    // One job alone must not push the machine, or our container, into the kernel's own choice of a victim.
    memoryBytes: Math.min(4096 * mebibyte, Math.floor(machine.memoryBytes / 2)),
    // A parallel build takes hundreds; a fork bomb is over before it is felt.
    processes: 1024,
    // What Linux itself gives a login; a leak is told early, as EMFILE.
    descriptors: 1024,
    // A worker answers a few times; what it prints does not pass here.
    messages: 10_000,
  }
}

/** The private file systems in memory of a job. Inodes are memory too: at least 1 KiB of the kernel's each. */
export const tmpfsDefaults: Readonly<Record<'/tmp' | '/dev/shm', { bytes: number; inodes: number }>> = {
  // Room for a compiler's temporary files; larger things belong into the workspace.
  '/tmp': { bytes: 64 * mebibyte, inodes: 16_384 },
  // Semaphores and small buffers. Python's multiprocessing needs some.
  '/dev/shm': { bytes: 16 * mebibyte, inodes: 1024 },
}
