import { ProtocolError } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Values } from '../../i18n/language.ts'
import { FilePicker } from '../../view/file-picker.tsx'
import type { Carrier } from '../carrier.ts'
import { parcelsIn } from '../stick.ts'
import { type Key, useWords } from '../words/index.ts'

/** A file of parcels that came on a stick instead of by camera. */
export function Stick({ carrier }: { carrier: Carrier }): VNode {
  const { t } = useWords()
  const [said, setSaid] = useState<{ key: Key; values: Values; wrong: boolean } | undefined>()
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return
    let [kept, known] = [0, 0]
    const tell = (key: Key, values: Values, wrong = false): void => setSaid({ key, values, wrong })
    try {
      for await (const parcel of parcelsIn(file)) {
        const added = await carrier.add(parcel)
        if (added === 'full') return tell('full', {}, true)
        if (added === 'kept') kept++
        else known++
      }
      if (kept + known === 0) throw new ProtocolError('PARCEL_MALFORMED', 'no parcel in it')
      tell(kept === 0 ? 'stick.known' : 'stick.kept', { n: kept === 0 ? known : kept })
    } catch (error) {
      if (error instanceof ProtocolError) tell('stick.wrong', { code: error.code, n: kept }, true)
      else tell('no-room', {}, true)
    }
    if (kept > 0) void carrier.handOver()
  }
  return (
    <section class="stick" aria-labelledby="stick-h">
      <h2 id="stick-h">{t('stick')}</h2>
      <p class="note">{t('stick.say')}</p>
      <FilePicker id="stick" label={t('stick.choose')} onPick={([file]) => void take(file)} />
      <p class={said?.wrong ? 'wrong' : 'note'} role="status">
        {said !== undefined && t(said.key, said.values)}
      </p>
    </section>
  )
}
