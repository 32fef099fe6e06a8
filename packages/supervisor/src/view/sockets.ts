import { readFileSync } from 'node:fs'

/**
 * The sockets with a path that anybody in our network namespace listens or talks on. Through one of them,
 * Docker's say, a job would leave its sandbox: a read-only mount does not stop it from connecting.
 */
export function readSocketPaths(file: string = '/proc/net/unix'): string[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(1)
  const paths = lines.flatMap((line) => /^(?:\S+\s+){6}\d+\s(\/.*)$/u.exec(line)?.[1] ?? [])
  return [...new Set(paths)]
}
