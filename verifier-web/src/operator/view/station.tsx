import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { stepLabel } from '../act-text.ts'
import type { PageError } from '../gateway.ts'
import type { GatewayState, StationView } from '../model.ts'
import { type Key, useWords } from '../words/index.ts'
import { Button, Icon, Mark } from './parts.tsx'

export interface StationProps {
  state: GatewayState
  station: StationView | undefined
  failure: PageError | undefined
  onSend: (text: string) => void
  onChoose: (station: string) => void
  onPin: () => void
}

/** The commands of the printed cards as buttons for a gloved hand. */
export function StationPart({ state, station, failure, onSend, onChoose, onPin }: StationProps): VNode {
  const words = useWords()
  const { t, pick } = words
  if (station === undefined)
    return (
      <section id="station" class="station" tabIndex={-1}>
        <h2>{t('station')}</h2>
        <p class="note">{t('none')}</p>
      </section>
    )
  const { steps, step, open, tests } = station
  const may = state.access === 'operator'
  const controls = (['next', 'end', 'cancel', 'undo'] as const).filter(
    (name) => name !== 'next' || steps.some(({ action }) => action === 'transform'),
  )
  const benches = tests ? (['white-reference', 'test'] as const) : []
  return (
    <section id="station" class="station" tabIndex={-1} aria-labelledby="station-h">
      <div class="now">
        <h2 id="station-h">
          {t('station')} <span class="code">{station.id}</span>
        </h2>
        {state.stations.length > 1 && <Chooser state={state} chosen={station.id} onChoose={onChoose} />}
        <p>
          <span class="note">{t('step')}</span>{' '}
          <b>{step === null ? t('step.none') : stepLabel(step, state.stations, words)}</b>
          <span class={open ? 'open some' : 'open'}>{openText(station, t)}</span>
        </p>
      </div>
      {station.answer && (
        <p class="answering" role="status">
          <Mark id="i-recall" class="t-stop" />{' '}
          <span>{t('answer.scan', { state: t(`answer.${station.answer.state}`), n: station.answer.count })}</span>
        </p>
      )}
      {!may && (
        <p class="read">
          <Mark id="r-ask" class="t-idle" /> <span>{t('read')}</span>
          <Button class="btn solid" onPress={onPin}>
            {t('pin')}
          </Button>
        </p>
      )}
      {steps.length > 0 && (
        <>
          <fieldset class="keys steps" aria-label={t('step')}>
            {steps.map(({ name, action, label }) => (
              <Button
                key={name}
                class="key"
                pressed={name === step}
                disabled={!may}
                onPress={() => onSend(`tristamp:do/${name}`)}
              >
                <Icon name={action} />
                <span>{pick(label)}</span>
              </Button>
            ))}
            {benches.map((name) => (
              <Button key={name} class="key" disabled={!may} onPress={() => onSend(`tristamp:do/${name}`)}>
                <Icon name={name} />
                <span>{t(name)}</span>
              </Button>
            ))}
          </fieldset>
          <div class="keys controls">
            {controls.map((name) => (
              <Button key={name} class={`key ${name}`} disabled={!may} onPress={() => onSend(`tristamp:${name}`)}>
                <Icon name={name} />
                <span>{t(name)}</span>
              </Button>
            ))}
          </div>
        </>
      )}
      {failure && (
        <p class="failure" role="alert">
          <Mark id="r-stop" class="t-stop" /> <span>{failureText(failure, t)}</span>
        </p>
      )}
      {may && steps.length > 0 && <Typed onSend={onSend} />}
    </section>
  )
}

function Chooser({
  state,
  chosen,
  onChoose,
}: {
  state: GatewayState
  chosen: string
  onChoose: (id: string) => void
}): VNode {
  const { t } = useWords()
  return (
    <fieldset class="choose" aria-label={t('choose')}>
      {state.stations.map(({ id }) => (
        <Button key={id} class="tool code" pressed={id === chosen} onPress={() => onChoose(id)}>
          {id}
        </Button>
      ))}
    </fieldset>
  )
}

/** For a label that no scanner reads. */
function Typed({ onSend }: { onSend: (text: string) => void }): VNode {
  const { t } = useWords()
  const [text, setText] = useState('')
  const submit = (event: Event): void => {
    event.preventDefault()
    if (text.trim() === '') return
    onSend(text.trim())
    setText('')
  }
  return (
    <form class="typed" onSubmit={submit}>
      <label for="typed">{t('type')}</label>
      <div>
        <input
          id="typed"
          class="code"
          value={text}
          maxLength={1000}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          placeholder="(01)…(21)…"
          aria-describedby="typed-hint"
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" class="btn">
          {t('enter')}
        </button>
      </div>
      <p id="typed-hint" class="note">
        {t('type.hint')}
      </p>
    </form>
  )
}

type T = (key: Key, values?: Record<string, string | number>) => string

function openText({ open }: StationView, t: T): string {
  if (!open) return t('open.none')
  const { count: n, parent, outputs } = open
  return t(outputs ? 'open.outputs' : parent ? 'open.parent' : 'open.some', { n })
}

const KNOWN: ReadonlySet<string> = new Set(['PIN_WRONG', 'PIN_WAIT', 'PIN_NEEDED', 'OFFLINE', 'BUSY', 'NOTHING'])

export function failureText({ code, waitMs }: PageError, t: T): string {
  if (!KNOWN.has(code)) return t('error.other', { code })
  return t(`error.${code}` as Key, { n: Math.ceil(waitMs / 1000) })
}
