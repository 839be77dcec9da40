/** How the panel with the details of a conversation looks. */

import { sheet } from "./theme.js";

export const detailsStyle = sheet(`
.sheet {
  width: min(24rem, 100vw); height: 100dvh; max-height: none; max-width: none; margin-block: 0;
  margin-inline: auto 0;
  border-width: 0; border-start-end-radius: 0; border-end-end-radius: 0;
}
.sheet { --_ring: var(--_raised) }
.sheet .dialog-body { padding: 0 1rem 1.2rem; flex: 1; gap: 1.1rem }
.face { padding-top: .4rem; display: grid; justify-items: center; gap: .35rem; text-align: center }
.face h3 { font-size: 1.25em; font-weight: 700; margin-top: .4rem }
.face .title { display: inline-flex; align-items: center; gap: .2rem }
.description { max-width: 100%; white-space: pre-wrap; text-align: start }
.face p:empty { display: none }
.tools { display: flex; flex-wrap: wrap; justify-content: center; gap: .6rem }
.group h3 { padding: 0 .5rem .35rem; font-size: .85em; font-weight: 600; color: var(--_muted) }
.member { display: flex; align-items: center; gap: .8rem; min-height: 3.3em; padding: .25rem .5rem }
.member > div { flex: 1; min-width: 0 }
.member .about { font-size: .86em; color: var(--_muted) }
.last { display: grid; gap: 2px; padding-top: .7rem; border-top: 1px solid var(--_line) }
.line {
  display: flex; align-items: center; gap: .8rem; min-height: 2.7em; padding: .3rem .6rem;
  border: 0; border-radius: 10px;
  background: none; text-align: start; cursor: pointer;
}
.line:hover { background: var(--_hover) }
.line .icon { color: var(--_muted) }
.line.danger, .line.danger .icon { color: var(--_danger) }
`);
