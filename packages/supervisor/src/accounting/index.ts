export { type SampledUsage, type Usage, usageOf, type UsageParts, type UsageSource } from './job-usage.ts'
