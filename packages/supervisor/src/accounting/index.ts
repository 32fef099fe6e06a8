export { accounted, noSample, type Usage, usageOf } from './job-usage.ts'
export { growing, usageSince } from './since.ts'
