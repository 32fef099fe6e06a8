import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { closeProcConnector, openProcConnector } from './proc-connector.ts'

const unavailable = reasonAgainst()
if (unavailable !== undefined) console.warn(`skipped: ${unavailable}`)

describe.skipIf(unavailable !== undefined)('the proc connector', () => {
  test('tells of our own renaming', () => {
    const connector = openProcConnector()
    try {
      const comm = readFileSync('/proc/self/comm')
      writeFileSync('/proc/self/comm', comm.subarray(0, -1))
      const bytes = Buffer.alloc(4096)
      const isRenamed = (): boolean =>
        bytes.readUInt32LE(36) === 0x200 && bytes.readUInt32LE(56) === process.pid
      do readSync(connector, bytes)
      while (!isRenamed())
      expect(readFileSync('/proc/self/comm')).toEqual(comm)
    } finally {
      closeProcConnector(connector)
    }
  })

  test('says so when its buffer overflowed', () => {
    const connector = openProcConnector(1)
    try {
      spawnSync('sh', ['-c', 'i=0; while [ $i -lt 50 ]; do (:); i=$((i+1)); done'])
      expect(() => readSync(connector, Buffer.alloc(4096))).toThrow('ENOBUFS')
    } finally {
      closeProcConnector(connector)
    }
  })

  test('is not inherited, and is gone when closed', () => {
    const connector = openProcConnector()
    const flags = Number.parseInt(/flags:\t(\d+)/.exec(fdInfo(connector))?.[1] ?? '', 8)
    expect(flags & 0o2000000).toBe(0o2000000)
    closeProcConnector(connector)
    expect(existsSync(`/proc/self/fd/${connector}`)).toBe(false)
  })
})

function fdInfo(fd: number): string {
  return readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')
}

function reasonAgainst(): string | undefined {
  try {
    closeProcConnector(openProcConnector())
    return undefined
  } catch (error) {
    return String(error)
  }
}
