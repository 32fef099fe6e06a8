// A supervisor in a process of its own that runs jobs: its memory now and then, one JSON line each.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { Supervisor } from '@runtimo/supervisor'

const [, , jobs, step] = process.argv.map(Number)
const callers = 16
const all = mkdtempSync(join(tmpdir(), 'runtimo-bench-'))
const workingDir = join(all, 'work')
chmodSync(all, 0o755)
mkdirSync(workingDir)
writeFileSync(join(workingDir, 'small'), 'x')
const supervisor = new Supervisor({
  walPath: join(all, 'wal', 'wal.jsonl'),
  guards: { pressure: false, maxZombies: 1_000_000 },
})
try {
  let asked = 0
  let done = 0
  tell(0)
  const call = async () => {
    while (asked < jobs) {
      const isCommand = ++asked % 10 === 0 // in a sandbox of its own
      const result = isCommand
        ? await supervisor.run('ShellExec', { cmd: 'true' }, { workingDir })
        : await supervisor.run('FileRead', { path: 'small' }, { workingDir })
      if (!result.success) throw new Error(JSON.stringify(result.error))
      if (++done % step === 0) tell(done)
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
} finally {
  await supervisor.close()
  rmSync(all, { recursive: true })
}

function tell(jobsDone) {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage()
  process.stdout.write(`${JSON.stringify({ jobs: jobsDone, rss, heapTotal, heapUsed, external })}\n`)
}
