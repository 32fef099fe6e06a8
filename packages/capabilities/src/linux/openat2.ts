import { libcFunction } from './libc.ts'

/** How openat2 takes links and the like on the way; see openat2(2). */
export const resolveFlags = {
  noMagicLinks: 0x02,
  noSymlinks: 0x04,
  beneath: 0x08,
} as const

export interface OpenHow {
  /** As for open(2). O_CLOEXEC is added. */
  readonly flags: number
  readonly mode?: number
  /** Of `resolveFlags`. */
  readonly resolve: number
}

const O_CLOEXEC = 0o2000000
/** The same number on x86-64 and arm64. */
const SYS_openat2 = 437
const call = libcFunction(
  'openat2',
  'long syscall(long number, int directory, const char *path, const uint64_t *how, size_t size)',
)

/**
 * A new descriptor, which the caller closes.
 * @throws the error of the system: `ENOSYS` below Linux 5.6 and under our own filter, `EXDEV` for what leads out,
 * `ELOOP` for a link that `resolve` does not take, `EAGAIN` when something was renamed meanwhile
 */
export function openat2(directory: number, path: string, how: OpenHow): number {
  const words = BigUint64Array.of(BigInt(how.flags | O_CLOEXEC), BigInt(how.mode ?? 0), BigInt(how.resolve))
  return call(SYS_openat2, directory, path, new Uint8Array(words.buffer), words.byteLength)
}
