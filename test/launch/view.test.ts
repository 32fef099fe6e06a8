import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished, expect, test } from 'vitest'
import { remove } from './edit.ts'
import { Launched, type Options, shell, workplace } from './launched.ts'
import { isRoot, jobUid, mount } from './policies.ts'
import { openUserNamespace } from './user-namespace.ts'

/** Why some tests are root's. */
const mapping = 'only root maps the ids of a mount'

/** The place of a test's host files: only root, or the user itself, may enter it. */
function place(files: Readonly<Record<string, string>>): ReturnType<typeof workplace> {
  const made = workplace('sandbox')
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(made.directory, name, '..'), { recursive: true })
    writeFileSync(join(made.directory, name), content)
  }
  return made
}

function run(script: string, made: ReturnType<typeof workplace>, options = {}): Launched['outcome'] {
  return new Launched(['/bin/sh', '-c', script], options, made).outcome
}

test('the job sees its own root, which is read-only, and its own host name', async () => {
  const ran = await shell('echo $(ls / /etc/passwd /dev); hostname; cat /etc/hosts; touch /x /etc/x /dev/x')
  expect(ran.out).toContain('work')
  expect(ran.out).not.toMatch(/root|home|boot|\.old/u)
  expect(ran.out).toContain('sandbox\n127.0.0.1 localhost\n')
  expect(ran.err.match(/Read-only file system/gu)).toHaveLength(3)
})

test('the job writes in its workspace, /tmp, /dev/shm and its home; on the host the workspace file is its user’s', async () => {
  const job = new Launched([
    '/bin/sh',
    '-c',
    'echo a > a; echo b > /tmp/b; echo c > /dev/null; echo d > /dev/shm/d; echo e > ~/e',
  ])
  expect(await job.outcome).toMatchObject({ code: 0, err: '' })
  expect(readFileSync(join(job.workspace, 'a'), 'utf8')).toBe('a\n')
  expect(statSync(join(job.workspace, 'a')).uid).toBe(jobUid)
})

test('private directories have the size and the number of files that they were given', async () => {
  const ran = await shell(
    'head -c 5000000 /dev/zero > /tmp/x; rm /tmp/x; for i in $(seq 200); do : > /tmp/$i; done',
  )
  expect(ran.err).toMatch(/No space left on device[^]*No space left on device/u)
})

test('the job sees only its own processes', async () => {
  const { out } = await shell('cd /proc; echo [0-9]*')
  expect(out).toMatch(/^1 2\s/u)
})

test('a read-only mount refuses writes to files of the job’s own', async () => {
  const made = workplace('sandbox')
  const ran = await run('echo x > /readonly/x; echo y > y; ls /readonly', made, {
    mounts: [mount(made.workspace, '/readonly')],
  })
  expect(ran.err).toMatch(/Read-only file system/u)
  expect(ran.out).toBe('y\n')
})

test('a mount point inside the workspace must exist: none is left on the host', async () => {
  const made = place({ 'other/file': 'text' })
  const mounts = [mount(join(made.directory, 'other'), '/work/point')]
  expect((await run('true', made, { mounts })).failed).toMatchObject({ call: 'move_mount', errno: 2 })
  mkdirSync(join(made.workspace, 'point'))
  expect(await run('cat point/file', made, { mounts })).toMatchObject({ code: 0, out: 'text' })
})

test('a source that is missing is reported', async () => {
  const missing = { ...mount('/usr', '/missing'), source: '/nope' }
  const { failed } = await shell('true', { mounts: [missing] })
  expect(failed).toMatchObject({ call: 'open_tree', purpose: 'take /nope', errno: 2 })
})

test('masked paths are empty and stay so, frozen paths are read-only', async () => {
  const made = workplace('sandbox')
  for (const name of ['.git/hooks/post', 'secret/key', '.env', 'free']) {
    mkdirSync(join(made.workspace, name, '..'), { recursive: true })
    writeFileSync(join(made.workspace, name), 'content')
  }
  if (isRoot) spawnSync('chown', ['-R', String(jobUid), made.workspace])
  const masks = [
    { path: '/work/secret', type: 'directory' },
    { path: '/work/.env', type: 'file' },
  ]
  const script = `ls -A secret; cat .env; cat .git/hooks/post free
    for f in secret/x .env .git/hooks/x .git/x; do (echo x > $f) 2>/dev/null && echo wrote $f; done
    mv .env y 2>/dev/null && echo moved; echo more > free`
  const covered = await run(script, made, { job: { masks, frozen: ['/work/.git'] } })
  expect(covered.failed).toBeUndefined()
  expect(covered.out).toBe('contentcontent')
  expect(readFileSync(join(made.workspace, 'free'), 'utf8')).toBe('more\n')
  const open = await run(script, made)
  expect(open.out).toContain('wrote .git/hooks/x')
  expect(open.out).toContain('moved')
})

test('what is dangerous in /proc is empty or read-only', async () => {
  const ran = await shell('cat /proc/keys /proc/kallsyms; wc -c < /proc/keys; (echo 1 > /proc/pressure/cpu)')
  expect(ran.out).toBe('0\n')
  expect(ran.err).toMatch(/Read-only file system/u)
})

test('a workspace below a directory that only root may enter works', async ({ skip }) => {
  skip(!isRoot, 'only root has directories that the job user may not enter')
  const made = workplace('sandbox')
  chmodSync(made.directory, 0o700)
  expect(await run('echo x > x && cat x', made)).toMatchObject({ code: 0, out: 'x\n' })
})

test('with an id-mapped mount, root’s workspace is the job’s, and what it makes is root’s', async ({
  skip,
}) => {
  skip(!isRoot, mapping)
  const { fd, code } = await openUserNamespace()
  expect(code).toBe(125)
  const made = place({ 'root/file': 'of root' })
  const own = join(made.directory, 'root')
  chmodSync(own, 0o700)
  const mounts = [{ ...mount(own, '/own', 'write'), isIdMapped: true }]
  const job = { landlock: undefined }
  const mapped = await run('cat /own/file; echo new > /own/new; stat -c %u /own/new', made, {
    mounts,
    job,
    extra: [fd],
  })
  expect(mapped).toMatchObject({ code: 0, out: `of root${jobUid}\n` })
  expect(statSync(join(own, 'new')).uid).toBe(0)
  const plain = await run('cat /own/file', made, { mounts: [mount(own, '/own', 'write')], job })
  expect(plain.err).toMatch(/Permission denied/u)
})

test('what cannot be id-mapped fails with a sentence', async ({ skip }) => {
  skip(!isRoot, mapping)
  const { fd } = await openUserNamespace()
  const mounts = [{ ...mount('/proc/sys', '/own'), isIdMapped: true }]
  const { failed } = await shell('true', { mounts, extra: [fd] })
  expect(failed).toMatchObject({ call: 'mount_setattr', errno: 22 })
  expect(failed?.purpose).toMatch(/map ids below \/proc\/sys: its file system .* must support it/u)
  expect(failed?.text).toContain('MOUNT_ATTR_IDMAP')
})

test('mounts over a shared mount of the host do not appear on the host', async ({ skip }) => {
  skip(!isRoot, 'only root mounts')
  const made = place({ 'shared/a/file': '' })
  const shared = join(made.directory, 'shared')
  const mounted = spawnSync('mount', ['-t', 'tmpfs', 'none', shared])
  expect(mounted.status).toBe(0)
  onTestFinished(() => void spawnSync('umount', ['-R', shared]))
  spawnSync('mount', ['--make-shared', shared])
  mkdirSync(join(shared, 'a'))
  const countMounts = (): number => readFileSync('/proc/self/mountinfo', 'utf8').split(shared).length - 1
  const options: Options = {
    mounts: [mount(shared, '/shared', 'write')],
    job: { masks: [{ path: '/shared/a', type: 'directory' }] },
    isGone: false,
  }
  const kept = new Launched(['/bin/true'], options)
  await kept.held
  expect(countMounts()).toBe(1)
  // Without what makes the copy of the mount private, the mask is mounted on the host, too.
  const open = new Launched(['/bin/true'], { ...options, edit: (base) => remove(base, /restrict .*shared/u) })
  await open.held
  expect(countMounts()).toBe(2)
})
