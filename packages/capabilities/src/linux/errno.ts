import { constants } from 'node:os'
import { getSystemErrorMessage, getSystemErrorName } from 'node:util'

/** The code of an error, such as `ENOENT`; empty for one that has none. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** An error as Node's own calls throw it. The number is negative, as libuv has it. */
export function systemError(syscall: string, errno: number): Error {
  const code = getSystemErrorName(errno)
  const message = `${code}: ${getSystemErrorMessage(errno)}, ${syscall}`
  return Object.assign(new Error(message), { code, errno, syscall })
}

/** For what we find ourselves as the kernel would. @throws an error as `systemError` makes it */
export function failWith(code: keyof typeof constants.errno, syscall: string): never {
  throw systemError(syscall, -constants.errno[code])
}
