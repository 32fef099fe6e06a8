import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { type ProcessIdentity, readStat } from '../processes/index.ts'

const subreaper = JSON.stringify(new URL('../linux/subreaper.ts', import.meta.url).href)

/** Starts a shell below a process to which all its orphans come back, and which waits for them. */
export async function startLauncher(script: string): Promise<ProcessIdentity> {
  const program = `
    import { spawn } from 'node:child_process'
    import { setSubreaper, reapAdopted } from ${subreaper}
    setSubreaper(true)
    const started = spawn('/bin/sh', ['-c', ${JSON.stringify(script)}], { stdio: 'ignore', detached: true })
    setInterval(() => { for (let i = 0; i < 100; i++) reapAdopted(-1) }, 1)
    console.log(started.pid)`
  const flags = process.execArgv.filter((flag) => flag.startsWith('--conditions='))
  const child = spawn(process.execPath, [...flags, '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  await once(child.stdout, 'data')
  const { pid = 0 } = child
  return { pid, startTime: readStat(pid)?.startTime ?? 0 }
}

/** Those who live with the text in their command line; they are killed after the test. */
export function survivors(marker: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && commandLine(pid).includes(marker))
}

export function killSurvivors(marker: string): void {
  for (let tries = 0; tries < 1000 && survivors(marker).length > 0; tries++) {
    for (const pid of survivors(marker)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // gone meanwhile
      }
    }
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
