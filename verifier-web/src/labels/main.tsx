import './style/index.css'
import { render } from 'preact'
import { LabelsApp } from './view/app.tsx'
import { chooseLanguage } from './words/index.ts'

const root = document.getElementById('page')!
root.replaceChildren()
render(<LabelsApp initial={chooseLanguage(location.search, navigator.languages)} />, root)
