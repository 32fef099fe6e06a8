import { readFileSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { typeAt } from './type-at.ts'

/** A home directory, without links. */
export interface Home {
  readonly path: string
  /** Somebody logs in there: what a shell reads at its start is run. */
  readonly isLogin: boolean
}

/** Of all users of this machine: who works in a home directory need not own it. */
export function readHomes(file: string = '/etc/passwd', own: string = homedir()): Home[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  const homes = new Map<string, Home>()
  const add = (home: string | undefined, isLogin: boolean): void => {
    const path = home === undefined || home === '' ? undefined : real(home)
    if (path === undefined || path === '/') return
    homes.set(path, { path, isLogin: isLogin || homes.get(path)?.isLogin === true })
  }
  add(own, true)
  for (const line of lines) {
    const [, , , , , home, shell] = line.split(':')
    add(home, shell === undefined || !/\/(?:nologin|false|sync)$/u.test(shell))
  }
  return [...homes.values()]
}

function real(path: string): string | undefined {
  if (typeAt(path) === 'absent') return undefined
  try {
    return realpathSync.native(path)
  } catch {
    return undefined
  }
}
