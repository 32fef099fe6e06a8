export { defaultWalPath } from './location.ts'
export { type WalDamage, type WalEntry, WalReader } from './reader.ts'
export { type RecordType, type WalEvent, type WalRecord } from './record.ts'
export { WalWriter } from './writer.ts'
