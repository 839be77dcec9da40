/** How the inbox looks. */

import { sheet } from "./theme.js";

export const inboxStyle = sheet(`
:host {
  display: flex; flex-direction: column; position: relative; background: var(--_surface);
  --_ring: var(--_surface);
}
.title { display: flex; align-items: center; gap: .2rem; padding: .9rem .8rem .55rem 1.15rem }
.title h2 { flex: 1; font-size: 1.3em; font-weight: 700; letter-spacing: -.01em }
.search { position: relative; margin: 0 .8rem .6rem }
.search .icon {
  position: absolute; inset-inline-start: .75em; inset-block: 0; margin-block: auto;
  color: var(--_muted);
}
.search .field {
  padding-inline-start: 2.5em; border-color: transparent; background: var(--_hover);
  border-radius: 12px;
}
.box {
  flex: 1; min-height: 0; overflow: hidden auto; overscroll-behavior: contain;
  scrollbar-width: thin;
}
.rows { position: relative }
.end { display: grid; justify-items: center; gap: .8rem; padding: 1rem }
.end:empty { display: none }
.end > .skeleton {
  width: 100%; height: calc(var(--_row) - 16px); border-radius: 12px; background: var(--_hover);
  animation: pulse 1.2s infinite alternate;
}
@keyframes pulse { to { opacity: .45 } }
.invitation {
  display: grid; grid-template-columns: auto 1fr 1fr; gap: .6rem; align-items: center;
  margin: 0 .8rem .6rem; padding: .8rem;
  border: 1px solid var(--_line); border-radius: 14px; background: var(--_raised);
}
.invitation > div { grid-column: 2 / -1; min-width: 0 }
.invitation > .button:nth-of-type(1) { grid-column: 1 / 3 }
.results { padding: 0 .5rem .6rem }
.results h3 { padding: .6rem .6rem .3rem; font-size: .85em; font-weight: 600 }
.results p { padding: .6rem; text-align: center }
.result {
  display: flex; align-items: center; gap: .8rem; width: 100%; padding: .45rem .6rem; border: 0;
  border-radius: 12px;
  background: none; text-align: start; cursor: pointer;
}
.result:hover { background: var(--_hover) }
.result:focus-visible { outline-offset: -2px }
`);
