// One way of reading a log, in a process of its own: what it took, and the most memory that it had.
import process from 'node:process'
import { LogIndex } from '../packages/supervisor/src/wal/catalog/log-index.ts'
import { FullAnswers } from '../packages/supervisor/src/wal/catalog/full-answers.ts'
import { WalReader } from '../packages/supervisor/src/wal/reader.ts'
import { lastEntries } from '../packages/supervisor/src/wal/read/last.ts'
import { verifyLog } from '../packages/supervisor/src/wal/verify/verify.ts'

const [, , what, path, jobId] = process.argv
const ways = {
  verify: async () => await verifyLog(path),
  entries: async () => {
    let records = 0
    for await (const entry of new WalReader(path).entries()) if (entry.ok) records += 1
    return { records }
  },
  last: async () => ({ records: (await lastEntries(path, 20)).length }),
  index: async () => {
    using index = await LogIndex.open(path)
    return { records: (await index.records({ jobId })).length, unfinished: (await index.unfinished()).length }
  },
  job: async () => {
    using index = await LogIndex.open(path)
    return { records: (await index.records({ jobId })).length }
  },
  jobs: async () => {
    using index = await LogIndex.open(path)
    return { records: (await index.jobs({ limit: 20 })).length }
  },
  unindexed: async () => ({ records: (await new FullAnswers(path).records({ jobId })).length }),
}
const beganAt = performance.now()
const result = await ways[what]()
const ms = performance.now() - beganAt
process.stdout.write(JSON.stringify({ ms, maxRssBytes: process.resourceUsage().maxRSS * 1024, ...result }))
