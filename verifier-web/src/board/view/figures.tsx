import type { ComponentChildren, VNode } from 'preact'
import { Mark } from '../../view/parts.tsx'
import type { State } from '../model.ts'
import { bytes, long } from '../say.ts'
import { useWords } from '../words/index.ts'
import { Line } from './parts.tsx'

interface Part {
  state: State
  /** How long ago a time of the state is. */
  agoMs: (ms: number) => number
}

export function Figures({ state, agoMs }: Part): VNode {
  const { t } = useWords()
  const { intake } = state
  return (
    <dl class="figs">
      <Figure label={t('fig.intake')} value={intake.lastMinute} unit={t('fig.intake.unit', { n: intake.lastMinute })}>
        <Line values={intake.minutes} />
      </Figure>
      {state.role === 'leader' ? <Answers state={state} /> : <Lag state={state} agoMs={agoMs} />}
      <Checkpoint state={state} agoMs={agoMs} />
      <Cosigned state={state} />
      <Disk state={state} />
      <Refused state={state} />
    </dl>
  )
}

function Figure({
  label,
  value,
  unit,
  bad,
  children,
}: {
  label: string
  value: string | number
  unit: string
  /** Marked by a shape beside its name too. */
  bad?: 'stop' | 'care' | undefined
  children?: ComponentChildren
}): VNode {
  const { format } = useWords()
  return (
    <div>
      <dt class={bad && `t-${bad}`}>
        {bad !== undefined && <Mark id={`r-${bad}`} class="mk" />}
        {label}
      </dt>
      <dd>
        <bdi>{typeof value === 'number' ? format.number(value) : value}</bdi>
        <small>{unit}</small>
        {children}
      </dd>
    </div>
  )
}

function Answers({ state: { answers } }: { state: State }): VNode {
  const { t, format } = useWords()
  const label = t('fig.answers')
  if (answers === null) return <Figure label={label} value={t('dash')} unit={t('fig.answers.none')} />
  const ms = answers.p99Ms
  if (ms < 1000)
    return <Figure label={label} value={format.number(Math.max(1, Math.round(ms)))} unit={t('fig.answers.ms')} />
  return <Figure label={label} value={format.number(Math.round(ms / 100) / 10)} unit={t('fig.answers.s')} />
}

function Lag({ state: { leader }, agoMs }: Part): VNode {
  const words = useWords()
  const { t } = words
  const label = t('fig.lag')
  if (leader === null || leader.heardAtMs === null)
    return <Figure label={label} value={leader?.lag ?? t('dash')} unit={t('fig.lag.unheard')} bad="care" />
  const ago = long(agoMs(leader.heardAtMs), words)
  return <Figure label={label} value={leader.lag} unit={t('fig.lag.unit', { n: leader.lag, ago })} />
}

function Checkpoint({ state: { checkpoint, concerns }, agoMs }: Part): VNode {
  const words = useWords()
  const { t } = words
  const label = t('fig.checkpoint')
  if (checkpoint === null) return <Figure label={label} value={t('dash')} unit={t('fig.checkpoint.none')} />
  const { waiting, height, atMs } = checkpoint
  const unit = waiting > 0 ? t('fig.checkpoint.waiting', { n: waiting }) : t('fig.checkpoint.unit', { height: height })
  const late = concerns.some(({ code }) => code === 'SEAL_LATE')
  return <Figure label={label} value={long(agoMs(atMs), words)} unit={unit} bad={late ? 'stop' : undefined} />
}

function Cosigned({ state: { witnesses, role } }: { state: State }): VNode {
  const { t, format } = useWords()
  const label = t('fig.witnesses')
  if (witnesses === null)
    return (
      <Figure
        label={label}
        value={t('dash')}
        unit={t(role === 'follower' ? 'fig.witnesses.leader' : 'fig.witnesses.none')}
      />
    )
  const { list, needed, quorum } = witnesses
  const signed = list.filter((one) => one.signed).length
  const unit =
    needed !== null
      ? t('fig.witnesses.needed', { n: needed })
      : t(quorum ? 'fig.witnesses.policy' : 'fig.witnesses.policy.not')
  const value = `${format.number(signed)}/${format.number(list.length)}`
  return <Figure label={label} value={value} unit={unit} bad={quorum ? undefined : 'stop'} />
}

function Disk({ state: { disk } }: { state: State }): VNode {
  const words = useWords()
  const { t, format } = words
  const label = t('fig.disk')
  if (disk === null) return <Figure label={label} value={t('dash')} unit="" />
  const part = disk.totalBytes === 0 ? 0 : (100 * disk.freeBytes) / disk.totalBytes
  const free = bytes(disk.freeBytes, words)
  const steady = disk.bytesPerDay !== null && disk.bytesPerDay <= 0
  const unit =
    disk.daysLeft !== null && disk.daysLeft < 10_000
      ? t('fig.disk.days', { free, n: disk.daysLeft })
      : t(steady ? 'fig.disk.steady' : 'fig.disk.free', { free })
  const bad = disk.state === 'nearly-full' ? 'stop' : disk.state === 'low' ? 'care' : undefined
  return <Figure label={label} value={`${format.number(Math.floor(part))}\u00a0%`} unit={unit} bad={bad} />
}

function Refused({ state: { refused, errors } }: { state: State }): VNode {
  const { t } = useWords()
  // The newest; which source it is of does not matter to whoever looks it up.
  const code = errors.find((one) =>
    /^(SEQ|PREV|KEY|SIGNATURE|ROLE|EVENT|BATCH|STATEMENT|GOVERNANCE)/.test(one.code),
  )?.code
  const unit =
    refused === 0
      ? t('fig.refused.none')
      : code === undefined
        ? t('fig.refused.unit', { n: refused })
        : t('fig.refused.last', { n: refused, code })
  return <Figure label={t('fig.refused')} value={refused} unit={unit} />
}
