import { isAbsolute } from 'node:path'
import { RuntimoError } from '../errors/runtimo-error.ts'

/** What the kernel takes, in bytes: NAME_MAX, and PATH_MAX without the NUL at its end. */
export const maxNameBytes = 255
export const maxPathBytes = 4095

/**
 * A path as it was given, made absolute: nothing else about it is changed.
 * @throws RT_FILE_NAME for what cannot name a file
 */
export function absolutePath(path: string, workingDir: string): string {
  const absolute = isAbsolute(path) ? path : `${workingDir}/${path}`
  const problem = problemOf(path) ?? lengthProblem(absolute)
  if (problem !== undefined) throw nameError(path, problem)
  return absolute
}

export function nameError(path: string, problem: string): RuntimoError {
  const shown = path.length <= 200 ? path : `${path.slice(0, 100)}…${path.slice(-100)}`
  const message = `${JSON.stringify(shown.toWellFormed())} cannot name a file: ${problem}`
  return new RuntimoError('RT_FILE_NAME', message, { path: shown.toWellFormed(), problem })
}

/** The names in a path: neither empty ones nor `.` say anything. */
export function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.')
}

/** What ends so names a directory, or nothing. */
export function endsAsDirectory(path: string): boolean {
  return /(?:^|\/)\.{0,2}$/u.test(path)
}

function problemOf(path: string): string | undefined {
  if (path === '') return 'it is empty'
  if (path.includes('\0')) return 'it holds a NUL, at which the kernel would end it'
  if (!path.isWellFormed()) return 'it holds half of a surrogate pair, which UTF-8 has no bytes for'
  return undefined
}

function lengthProblem(path: string): string | undefined {
  const bytes = Buffer.byteLength(path)
  if (bytes > maxPathBytes) return `it takes ${bytes} bytes with its directory, of ${maxPathBytes} at most`
  const longest = Math.max(...path.split('/').map((name) => Buffer.byteLength(name)))
  if (longest > maxNameBytes) return `a name in it takes ${longest} bytes, of ${maxNameBytes} at most`
  return undefined
}
