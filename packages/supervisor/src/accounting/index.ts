export { noSample, type Usage, usageOf } from './job-usage.ts'
export { usageSince } from './since.ts'
