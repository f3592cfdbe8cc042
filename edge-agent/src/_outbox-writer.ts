// A gateway's outbox being written to, for the tests to kill: prints every event that was accepted and every batch that was signed.

import { fromUtf8, utf8 } from '@tristamp/protocol'
import { AgentError } from './error.ts'
import { readKeyFile } from './key-file.ts'
import { Outbox } from './outbox.ts'
import { Signer } from './signer.ts'
import { Store } from './store.ts'

const [folder = '', first = '0', mode = ''] = process.argv.slice(2)
const signer = new Signer(readKeyFile(`${folder}/key.pem`), {
  uri: 'https://id.gs1.org/8004/9506000134-FARM1',
  station: 'https://id.gs1.org/414/9506000134017',
})
const store = await Store.open(`${folder}/outbox`)
const outbox = await Outbox.open(store, folder, signer.kid)
process.stdout.write('open\n')

async function accept(): Promise<never> {
  for (let n = Number(first); ; n++) {
    await outbox.accept([utf8(`event ${n}`)], [])
    process.stdout.write(`accepted ${n}\n`)
  }
}

async function sign(): Promise<void> {
  for (;;) {
    await outbox.sign(7, async (events, at) => {
      const batch = await signer.signBatch(events, at, 0)
      process.stdout.write(`signing ${at.seq} ${events.map(({ event }) => fromUtf8(event).slice(6)).join(',')}\n`)
      return batch
    })
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
}

if (mode === 'until-refused') {
  const again = (): Promise<string> => outbox.accept([utf8('x')], []).then(() => 'accepted', codeOf)
  const code = await accept().catch(codeOf)
  // It stays refused until the database is opened again.
  process.stdout.write(`refused ${code} ${await again()}\n`)
} else {
  await Promise.all([accept(), sign()])
}

function codeOf(error: unknown): string {
  return error instanceof AgentError ? error.code : String(error)
}
