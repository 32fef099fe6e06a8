import process from 'node:process'
import { print } from './report.ts'

const benches: Readonly<Record<string, () => Promise<{ readonly run: () => Promise<void> }>>> = {
  launch: () => import('./launch.ts'),
  kill: () => import('./kill.ts'),
  attribution: () => import('./attribution.ts'),
  wal: () => import('./wal.ts'),
}

const [, , ...asked] = process.argv
const names = asked.length === 0 ? Object.keys(benches) : asked
for (const name of names) {
  const load = benches[name]
  if (load === undefined) {
    print(`no bench ${JSON.stringify(name)}: there are ${Object.keys(benches).join(', ')}`)
    process.exitCode = 2
    break
  }
  await (await load()).run()
}
