import process from 'node:process'
import { libcFunction } from './libc.ts'

const NOREPLACE = 1
const EXCHANGE = 2
const SYS_renameat2 = process.arch === 'arm64' ? 276 : 316
const call = libcFunction(
  'renameat2',
  'long syscall(long number, int fromDirectory, const char *from, int toDirectory, const char *to, uint flags)',
)

/** Gives a file another name. @throws `EEXIST` when there is something of that name; `EINVAL` where it cannot be done */
export function renameNoReplace(fromDirectory: number, from: string, toDirectory: number, to: string): void {
  call(SYS_renameat2, fromDirectory, from, toDirectory, to, NOREPLACE)
}

/** Each gets the name of the other, in one step. @throws `ENOENT` when one is missing; `EINVAL` where it cannot be done */
export function renameExchange(fromDirectory: number, from: string, toDirectory: number, to: string): void {
  call(SYS_renameat2, fromDirectory, from, toDirectory, to, EXCHANGE)
}
