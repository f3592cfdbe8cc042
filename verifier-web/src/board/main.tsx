import './style/index.css'
import { render } from 'preact'
import { shelf } from '../own/shelf.ts'
import { takeToken } from '../own/token.ts'
import { BoardApp } from './view/app.tsx'

const root = document.getElementById('page')!
root.replaceChildren()
const session = shelf(() => sessionStorage)
render(
  <BoardApp
    token={takeToken('board', location, history, session)}
    session={session}
    local={shelf(() => localStorage)}
  />,
  root,
)
