import { chmodSync, copyFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import { siege, control, jobUid, judge, Unconfined } from '../support/attack.ts'
import { type Acts, attempt, printed, python, succeeded, unconfined } from '../support/shell.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

const setId = (act: string): string => python(`import os; ${act}`)
/** Each leaves a file or directory with a set-id bit, whose owner runs it (F10). */
const setIds: Acts = {
  chmod: 'chmod 4755 mine',
  'chmod by letters': 'chmod u+s mine',
  'set-group-id': 'chmod g+s mine',
  install: 'install -m 4755 mine a1',
  directory: 'mkdir -m 2777 a2',
  open: setId('os.open("a3",os.O_CREAT,0o4755)'),
  'a nameless file': setId('os.open(".",os.O_TMPFILE|os.O_RDWR,0o4755)'),
  node: setId('os.mknod("a4",0o104755)'),
  fchmod: setId('os.fchmod(os.open("a5",os.O_CREAT),0o4755)'),
  archive: `${python('import tarfile; t=tarfile.open("t","w"); i=t.gettarinfo("mine"); i.mode=0o4755; i.name="a6"; t.addfile(i); t.close()')} && tar -xpf t && [ -u a6 ]`,
  copy: 'cp -p old a7 && [ -u a7 ]',
}

function workspace(): string {
  const directory = temporaryDirectory()
  for (const name of ['mine', 'old']) writeFileSync(join(directory, name), '')
  chmodSync(join(directory, 'old'), 0o4755)
  return directory
}

const withSetId = (directory: string): string[] =>
  readdirSync(directory).filter((name) => (statSync(join(directory, name)).mode & 0o6000) !== 0)

async function setAllIds(): Promise<void> {
  const directory = workspace()
  expect(await unconfined(setIds, directory)).toEqual(Object.keys(setIds))
  expect(withSetId(directory)).toHaveLength(9)
}
const idsAreSet = control('without us set-id bits are set', setAllIds)

const answer = (uid: number, held: number): string => `${uid}\nNoNewPrivs:\t${held}\n`

describe.each(['sandbox', 'process'] as const)('level %s', (level) => {
  test('no set-id bit reaches the disk, whatever makes the file (F10), and it goes when one is written to', async () => {
    await idsAreSet()
    const supervisor = siege()
    const directory = workspace()
    const twin = {
      modes: 'chmod 755 mine && install -m 700 mine b && mkdir -m 1777 c',
      write: 'echo x >>old',
    }
    const result = await attempt(supervisor, { ...setIds, ...twin }, { level, workingDir: directory })
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed: () => expect(withSetId(directory)).toEqual([]),
      twin: () => expect(succeeded(result)).toEqual(Object.keys(twin)),
    })
  })

  test('set-id programs of the host give nothing (F10)', async () => {
    const directory = temporaryDirectory()
    chmodSync(directory, 0o755)
    // A copy of id that is its owner's, whoever starts it. A user has nobody else's.
    copyFileSync('/usr/bin/id', join(directory, 'id'))
    chmodSync(join(directory, 'id'), 0o4755)
    const cmd = `${directory}/id -u; grep NoNewPrivs /proc/self/status`
    const own = process.geteuid?.() ?? 0
    expect(await Unconfined.shell(cmd, { isJobUser: true }).stdout).toBe(answer(own, 0))
    const supervisor = siege()
    const given = { level, workingDir: temporaryDirectory(), read: [directory] }
    const args = { cmd: `${cmd}; su root -c id; sudo -n id; true` }
    const result = await supervisor.run('ShellExec', args, given)
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['id'],
      unharmed: () => expect(printed(result)).toBe(answer(jobUid, 1)),
      twin: () => expect(result.posture?.uid).toBe(jobUid),
    })
  })
})
