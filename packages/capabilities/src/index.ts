export { listJournals } from './backups/list-journals.ts'
export { markEnded } from './backups/mark-ended.ts'
export { makePrivateDirectories, syncDirectory } from './backups/private-directory.ts'
export { pruneBackups, type Pruned, type Retention } from './backups/prune.ts'
export { builtins, findBuiltin, isCommand } from './builtins.ts'
export {
  type Capability,
  type CapturedStream,
  type CommandCapability,
  type CommandPlan,
  type CommandResult,
  type Context,
  defineCapability,
  type FileAccess,
  type FunctionCapability,
  type Output,
} from './capability.ts'
export { catalogue } from './errors/catalogue.ts'
export type { CatalogueEntry } from './errors/entry.ts'
export { type ErrorCode, errorCodes, isErrorCode, isFileErrorCode } from './errors/codes.ts'
export { cutMessage, type ErrorReport, RuntimoError } from './errors/runtimo-error.ts'
export { isJsonObject, type Json, type JsonObject } from './json/json.ts'
export { redact, redacted, scrub, type Secrets, secretsOf, secretTexts } from './json/redact.ts'
export { type JsonLimits, type JsonProblem, measureJson } from './json/measure.ts'
export {
  limitCatalogue,
  type LimitKey,
  limitKeys,
  type LimitName,
  type Limits,
  limitsSchema,
} from './limits.ts'
export { type Level, levels, type Manifest, manifestSchema, maxManifestBytes } from './manifest.ts'
export type { Permissions } from './permissions.ts'
export { settleJournal, type SettledPath, type Settlement } from './undo/settle.ts'
