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
import { control, judge, judgeRefusal, siege } from '../support/attack.ts'
import { until } from '../support/processes.ts'
import { type Acts, attempt, succeeded, unconfined } from '../support/shell.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

const uid = process.geteuid?.() ?? 0
const levels = ['sandbox', 'process'] as const

const changesOfHome: Acts = { login: 'echo x >>.profile', gitconfig: 'echo x >.gitconfig' }
const ofLog: Acts = { read: 'grep job wal.jsonl', write: 'echo x >>wal.jsonl', move: 'mv wal.jsonl x' }
const ofSegments: Acts = {
  ended: 'ls wal.jsonl.0*',
  read: 'grep . wal.jsonl',
  plant: 'echo x >wal.jsonl.recovery || echo x >wal.jsonl.outputs/x',
}

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

async function readKeys(): Promise<void> {
  const { home, project } = homeDirectory()
  const acts = { ...credentials(home), env: 'grep secret .env' }
  expect(await unconfined(acts, project)).toEqual(Object.keys(acts))
}
const keysAreRead = control('without us, a job in a project reads the keys of its owner', readKeys)

async function changeHome(): Promise<void> {
  const { home } = homeDirectory()
  const acts = { ...credentials(home), ...changesOfHome }
  expect(await unconfined(acts, home)).toEqual(Object.keys(acts))
}
const homesAreChanged = control('without us, a job in a home directory changes what a login runs', changeHome)

async function changeLog(): Promise<void> {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'wal.jsonl'), 'job')
  expect(await unconfined({ ...ofLog, again: 'mv x wal.jsonl', remove: 'rm wal.jsonl' }, directory)).toEqual([
    ...Object.keys(ofLog),
    'again',
    'remove',
  ])
}
const logsAreChanged = control('without us, a job beside a log reads, writes and moves it', changeLog)

async function changeSegments(): Promise<void> {
  const directory = temporaryDirectory()
  for (const name of ['wal.jsonl', 'wal.jsonl.000001']) writeFileSync(join(directory, name), 'job')
  expect(await unconfined(ofSegments, directory)).toEqual(Object.keys(ofSegments))
}
const segmentsAreRead = control('without us, a job beside a log sees its segments', changeSegments)

describe.each(levels)('level %s', (level) => {
  test('credentials are not there (F23): the job has its project, and a home of its own', async () => {
    await keysAreRead()
    const supervisor = siege()
    const { home, project } = homeDirectory()
    const twin = {
      work: 'grep secret work',
      example: 'grep secret .env.example',
      own: 'echo x >~/own && cat ~/own',
    }
    const acts = { ...credentials(home), ...credentials('~'), ...sockets, notes: `cat ${home}/notes` }
    const result = await attempt(supervisor, { ...acts, ...twin }, { level, workingDir: project })
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed: () => expect(readdirSync(home)).not.toContain('own'),
      twin: () => expect(succeeded(result)).toEqual(Object.keys(twin)),
    })
  })
})

describe('level sandbox', () => {
  const level = 'sandbox'

  test('in the home directory itself credentials are hidden, and what a login runs cannot be changed (F23)', async () => {
    await homesAreChanged()
    const supervisor = siege()
    const { home } = homeDirectory()
    const before = readdirSync(home)
    const acts = { ...credentials(home), ...changesOfHome }
    const twin = { notes: 'grep secret notes', work: 'echo x >>project/work' }
    const result = await attempt(supervisor, { ...acts, ...twin }, { level, workingDir: home })
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed: () => expect(readdirSync(home)).toEqual(before),
      twin: () => expect(succeeded(result)).toEqual(Object.keys(twin)),
    })
  })

  test('in a directory with our log, the log is hidden; inside of our state nothing runs (F14)', async () => {
    await logsAreChanged()
    const workingDir = temporaryDirectory()
    const supervisor = siege({ walPath: join(workingDir, 'wal.jsonl') })
    const acts = { ...ofLog, remove: 'rm -f wal.jsonl', twin: 'echo x >beside' }
    const result = await attempt(supervisor, acts, { level, workingDir })
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed: () => expect(existsSync(join(workingDir, 'x'))).toBe(false),
      twin: () => expect(succeeded(result)).toEqual(['twin']),
    })
    const state = `/tmp/runtimo-${uid}`
    const job = attempt(supervisor, { make: 'echo x >made' }, { level, workingDir: state })
    const unharmed = (): void => expect(existsSync(join(state, 'made'))).toBe(false)
    await judgeRefusal(job, 'RT_POSTURE_UNAVAILABLE', unharmed)
  })

  test('while jobs see its directory, the log keeps its file: what follows it would not be hidden (F14)', async () => {
    await segmentsAreRead()
    const workingDir = temporaryDirectory()
    const walPath = join(workingDir, 'wal.jsonl')
    const supervisor = siege({ walPath, wal: { segmentBytes: 4096 } })
    // Another process that shares the log, and sees to it that it is full.
    await using other = new WalWriter(walPath, { segmentBytes: 4096 })
    const fill = async (): Promise<void> => {
      for (let n = 0; n < 10; n++) await other.append({ type: 'command_executed', fill: 'x'.repeat(1000) })
    }
    const twin = { wait: 'touch up; sleep 1' }
    const running = attempt(supervisor, { ...twin, ...ofSegments }, { level, workingDir })
    await until('the job', () => existsSync(join(workingDir, 'up')))
    await fill()
    const result = await running
    const segments = (): string[] => readdirSync(workingDir).filter((name) => name.startsWith('wal.jsonl.0'))
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed: () => expect(segments()).toEqual([]),
      twin: () => expect(succeeded(result)).toEqual(['wait']),
    })
    await supervisor.close()
    await fill()
    expect(segments()).not.toEqual([])
  })

  test('a link in the place of something hidden hides what it leads to (F15)', async () => {
    const supervisor = siege()
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
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed: () => expect(readFileSync(join(directory, 'settings'), 'utf8')).toBe('secret'),
      twin: () => expect(succeeded(result)).toEqual(['twin']),
    })
  })
})
