import type { Command } from 'commander'

/** `wal …`: the log as evidence. */
export function addWalCommands(runtimo: Command): void {
  const wal = runtimo.command('wal').description('verify, anchor and recover the log')

  wal
    .command('verify')
    .description('check every record and the chain; the exit code is 1 when there is damage')
    .option('--from <seq>', 'begin with this record')
    .option('--anchor <hash>', 'what `wal head` once said: SEQ:HASH, or the hash alone')
    .option('--anchors <file>', 'signed anchors to be checked, too')
    .option('--key <file>', 'public key of the anchors')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('../wal/verify.ts')).verify(options))

  wal
    .command('head')
    .description('print seq and hash of the last record, to be kept elsewhere')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('../wal/head.ts')).head(options))

  wal
    .command('anchor')
    .description('sign the last record with an Ed25519 key')
    .requiredOption('--key <file>', 'private key, PEM')
    .option('--out <file>', 'append the anchor to this file')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('../wal/anchor.ts')).anchor(options))

  wal
    .command('recover')
    .description('end what dead supervisors left: it is done at every start of one, too')
    .option('--dry-run', 'say what would be done, and change nothing')
    .option('-j, --json', 'print JSON')
    .action(async (options) => (await import('../wal/recover.ts')).recover(options))
}
