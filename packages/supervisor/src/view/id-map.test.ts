import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseMounts } from '../linux/mount-info.ts'
import { idMapSupport, requireIdMap } from './id-map.ts'

const isRoot = process.geteuid?.() === 0
if (!isRoot) console.warn('skipped: id mapping: only root may')

describe.skipIf(!isRoot)('id mapping', () => {
  test('is had where the file system has it', async () => {
    using namespace = await userNamespace()
    expect(idMapSupport(folder(), namespace.fd)).toEqual({ isSupported: true })
  })

  test('is refused for a file system without it, which is named', async () => {
    using namespace = await userNamespace()
    const support = idMapSupport('/proc/sys', namespace.fd)
    expect(support).toMatchObject({ isSupported: false, cause: expect.stringContaining('has no id mapping') })
    expect(support).toMatchObject({ cause: expect.stringContaining('file system proc') })
  })

  test('is refused with the cure, naming each directory', async () => {
    using namespace = await userNamespace()
    const paths = [folder(), '/proc/sys']
    expect(() => requireIdMap(paths, namespace.fd)).toThrow(
      expect.objectContaining({
        code: 'RT_POSTURE_UNAVAILABLE',
        details: { missing: [expect.objectContaining({ path: '/proc/sys', field: 'workspace' })] },
      }),
    )
    expect(() => requireIdMap([folder()], namespace.fd)).not.toThrow()
  })

  test('of a missing directory fails with the call that failed', async () => {
    using namespace = await userNamespace()
    expect(idMapSupport('/missing', namespace.fd)).toMatchObject({ cause: '/missing: open_tree: ENOENT' })
  })
})

test('mounts are read with blanks in their names', () => {
  const line = String.raw`36 35 98:0 /mnt1 /mnt\0402\134 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
  expect(parseMounts(`${line}\n`)).toEqual([{ target: String.raw`/mnt 2` + '\\', type: 'ext3' }])
})

/** A user namespace in which our uid is that of nobody. */
async function userNamespace(): Promise<{ fd: number } & Disposable> {
  const child = spawn('unshare', ['-U', 'sh', '-c', 'echo; exec sleep 60'], { stdio: 'pipe' })
  using _ = { [Symbol.dispose]: () => void child.kill('SIGKILL') }
  await once(child.stdout, 'data')
  const directory = `/proc/${child.pid}`
  writeFileSync(`${directory}/uid_map`, '65534 0 1')
  writeFileSync(`${directory}/gid_map`, '65534 0 1')
  const fd = openSync(`${directory}/ns/user`, 'r')
  return { fd, [Symbol.dispose]: () => closeSync(fd) }
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'runtimo-id-map-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}
