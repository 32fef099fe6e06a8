import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { WalWriter } from '@runtimo/supervisor'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { arena, judge } from '../support/attack.ts'
import { until } from '../support/processes.ts'
import { type Acts, attempt, succeeded, unconfined } from '../support/shell.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

const uid = process.geteuid?.() ?? 0
const levels = ['sandbox', 'process'] as const

/** A home directory with secrets, and a project in it. */
function homeDirectory(): { home: string; project: string } {
  const home = temporaryDirectory()
  chmodSync(home, 0o755)
  vi.stubEnv('HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  for (const name of ['.ssh', '.aws', '.docker', 'project']) mkdirSync(join(home, name))
  const secrets = [
    '.ssh/id_ed25519',
    '.aws/credentials',
    '.docker/config.json',
    '.npmrc',
    '.netrc',
    'project/.env',
  ]
  for (const name of [...secrets, 'project/.env.example', 'project/work', 'notes'])
    writeFileSync(join(home, name), 'secret\n')
  return { home, project: join(home, 'project') }
}

const credentials = (home: string): Acts => ({
  ssh: `grep secret ${home}/.ssh/id_ed25519`,
  aws: `grep secret ${home}/.aws/credentials`,
  docker: `grep secret ${home}/.docker/config.json`,
  npm: `grep secret ${home}/.npmrc`,
  netrc: `grep secret ${home}/.netrc`,
})

const sockets: Acts = {
  docker: 'ls /var/run/docker.sock || ls /run/docker.sock',
  shadow: 'cat /etc/shadow',
  keys: 'ls /etc/ssh || ls /etc/ssl/private',
  others: 'ls /root || ls -d /home/*/ | grep -vxF ~/', // its own may be among them
}

test('without us, a job in a project reads the keys of its owner', async () => {
  const { home, project } = homeDirectory()
  const acts = { ...credentials(home), env: 'grep secret .env' }
  expect(await unconfined(acts, project)).toEqual(Object.keys(acts))
})

describe.each(levels)('level %s', (level) => {
  test('credentials are not there (F23): the job has its project, and a home of its own', async () => {
    const supervisor = arena()
    const { home, project } = homeDirectory()
    const twin = {
      work: 'grep secret work',
      example: 'grep secret .env.example',
      own: 'echo x >~/own && cat ~/own',
    }
    const acts = { ...credentials(home), ...credentials('~'), ...sockets, notes: `cat ${home}/notes` }
    const result = await attempt(supervisor, { ...acts, ...twin }, { level, workingDir: project })
    expect(succeeded(result)).toEqual(Object.keys(twin))
    await judge(supervisor, result, { outcome: 'completed', spawned: ['sh'] })
  })
})

describe('level sandbox', () => {
  const level = 'sandbox'

  test('in the home directory itself credentials are hidden, and what a login runs cannot be changed (F23)', async () => {
    const supervisor = arena()
    const { home } = homeDirectory()
    const acts = { ...credentials(home), login: 'echo x >>.profile', gitconfig: 'echo x >.gitconfig' }
    const twin = { notes: 'grep secret notes', work: 'echo x >>project/work' }
    const result = await attempt(supervisor, { ...acts, ...twin }, { level, workingDir: home })
    expect(succeeded(result)).toEqual(Object.keys(twin))
    await judge(supervisor, result, { outcome: 'completed' })
  })

  test('in a directory with our log, the log is hidden; inside of our state nothing runs (F14)', async () => {
    const workingDir = temporaryDirectory()
    const supervisor = arena({ walPath: join(workingDir, 'wal.jsonl') })
    const acts = {
      read: 'grep job wal.jsonl',
      write: 'echo x >>wal.jsonl',
      move: 'mv wal.jsonl x',
      remove: 'rm -f wal.jsonl',
    }
    const result = await attempt(supervisor, { ...acts, twin: 'echo x >beside' }, { level, workingDir })
    expect(succeeded(result)).toEqual(['twin'])
    await judge(supervisor, result, { outcome: 'completed' })
    const state = attempt(supervisor, {}, { level, workingDir: `/tmp/runtimo-${uid}` })
    await expect(state).rejects.toMatchObject({ code: 'RT_POSTURE_UNAVAILABLE' })
  })

  test('while jobs see its directory, the log keeps its file: what follows it would not be hidden (F14)', async () => {
    const workingDir = temporaryDirectory()
    const walPath = join(workingDir, 'wal.jsonl')
    const supervisor = arena({ walPath, wal: { segmentBytes: 4096 } })
    // Another process that shares the log, and sees to it that it is full.
    await using other = new WalWriter(walPath, { segmentBytes: 4096 })
    const fill = async (): Promise<void> => {
      for (let n = 0; n < 10; n++) await other.append({ type: 'command_executed', fill: 'x'.repeat(1000) })
    }
    const acts = {
      ended: 'ls wal.jsonl.0*',
      read: 'grep . wal.jsonl',
      plant: 'echo x >wal.jsonl.recovery || echo x >wal.jsonl.outputs/x',
    }
    const running = attempt(supervisor, { wait: 'touch up; sleep 1', ...acts }, { level, workingDir })
    await until('the job', () => existsSync(join(workingDir, 'up')))
    await fill()
    expect(succeeded(await running)).toEqual(['wait'])
    await supervisor.close()
    await fill()
    expect(readdirSync(workingDir).filter((name) => name.startsWith('wal.jsonl.0'))).not.toEqual([])
  })

  test('a link in the place of something hidden hides what it leads to (F15)', async () => {
    const supervisor = arena()
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'settings'), 'secret')
    symlinkSync('settings', join(directory, '.env'))
    symlinkSync('/dev/null', join(directory, '.env.local'))
    const acts = {
      link: 'grep secret .env',
      target: 'grep secret settings',
      move: 'mv settings s && grep secret s',
    }
    expect(await unconfined({ link: acts.link }, directory)).toEqual(['link'])
    const result = await attempt(
      supervisor,
      { ...acts, twin: 'ls -l .env .env.local' },
      { level, workingDir: directory },
    )
    expect(succeeded(result)).toEqual(['twin'])
    await judge(supervisor, result, { outcome: 'completed' })
    expect(readFileSync(join(directory, 'settings'), 'utf8')).toBe('secret')
  })
})
