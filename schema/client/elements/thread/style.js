/** How a thread looks. */

import { sheet } from "../theme.js";

export const threadStyle = sheet(`
:host {
  display: flex; flex-direction: column; height: 100%; overflow: hidden;
  container-type: inline-size;
}
.screen { position: relative; flex: 1; min-height: 0; display: flex; flex-direction: column }
.scroller {
  flex: 1; min-height: 0; display: flex; flex-direction: column; overflow: hidden auto;
  overflow-anchor: none; overscroll-behavior: contain; scrollbar-width: thin;
  scrollbar-color: var(--_line) transparent;
}
.log { flex: none; margin-top: auto }
article {
  position: relative; display: flow-root; padding: 2px 16px 0; contain: layout style; outline: none;
}
article.starts { padding-top: 12px }
article:last-child { padding-bottom: 10px }
article > * { max-width: 60rem; margin-inline: auto }
.day, .new, .system {
  font-size: .82em; color: var(--_muted); text-align: center; text-wrap: balance;
}
.day { padding: 14px 0 6px; font-weight: 600 }
.day::first-letter { text-transform: uppercase }
.system { padding: 4px 10%; overflow: clip }
.new {
  display: flex; align-items: center; gap: .8em; padding: 8px 0; color: var(--_danger);
  font-weight: 600;
}
.new::before, .new::after {
  content: ""; flex: 1; height: 1px; background: color-mix(in srgb, currentColor 40%, transparent);
}
.line { display: flex; gap: 8px }
.side { flex: none; width: 32px; --_avatar: 32px }
.stack {
  display: flex; flex-direction: column; align-items: flex-start; min-width: 0;
  max-width: min(40rem, 88%);
}
.own .stack { align-items: flex-end; margin-inline-start: auto }
.stack > .name {
  max-width: 100%; padding: 0 12px 3px; font-size: .82em; font-weight: 600; color: var(--_muted);
}
.name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.beside { display: flex; align-items: center; gap: 2px; max-width: 100% }
.own .beside { flex-direction: row-reverse }
.bubble {
  display: flex; flex-wrap: wrap; align-items: flex-end; align-content: start; gap: 0 10px;
  min-width: 0; padding: 7px 12px; border-radius: var(--_radius); background: var(--_bubble);
  overflow: clip;
}
.other:not(.starts) .bubble { border-start-start-radius: 5px }
.other:not(.ends) .bubble { border-end-start-radius: 5px }
.own .bubble { background: var(--_own); color: var(--_on-own) }
.own:not(.starts) .bubble { border-start-end-radius: 5px }
.own:not(.ends) .bubble { border-end-end-radius: 5px }
.for-me.other .bubble {
  background: color-mix(in srgb, var(--_accent) 13%, var(--_bubble));
  box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--_accent) 35%, transparent);
}
.announced .bubble { background: var(--_warning) }
.bubble.gone, .own .bubble.gone {
  background: none; color: var(--_muted); box-shadow: inset 0 0 0 1px var(--_line);
}
.gone { font-style: italic }
/* Paler, with words as easy to read. */
.unsent:not(.refused) .bubble { filter: saturate(.5) }
.body {
  flex: 0 1 auto; min-width: 0; white-space: pre-wrap; overflow-wrap: anywhere;
  unicode-bidi: plaintext;
}
.body a {
  color: inherit; text-decoration-thickness: 1px; text-underline-offset: 2px; unicode-bidi: isolate;
}
.other .body a { color: var(--_accent) }
.big .body { font-size: 2.4em; line-height: 1.15 }
.bubble.big { background: none; color: inherit; padding-inline: 4px }
.mention { font-weight: 600; color: var(--_accent) }
.own .mention { color: inherit }
.mention.me { padding: 0 .2em; border-radius: 4px; background: var(--_tint) }
.meta {
  display: inline-flex; align-items: center; gap: .5em; margin-inline-start: auto; font-size: .73em;
  line-height: 1.7; color: var(--_muted); white-space: nowrap;
}
.own .bubble:not(.gone, .big) .meta { color: color-mix(in srgb, var(--_on-own) 82%, transparent) }
.for-me.other .meta { color: color-mix(in srgb, var(--_text) 80%, var(--_muted)) }
.meta .icon { width: 1.2em; height: 1.2em }
.link {
  min-height: 24px; padding: 0; border: 0; background: none; color: inherit;
  text-decoration: underline; text-underline-offset: 2px; cursor: pointer; border-radius: 3px;
}
.bubble:has(.quote) { min-width: min(15rem, 100%) }
.quote {
  display: grid; flex: 1 0 100%; width: 0; min-width: 100%; margin: 2px 0 4px; padding: 3px 10px;
  border: 0; border-inline-start: 3px solid; border-radius: 6px;
  background: color-mix(in srgb, currentColor 9%, transparent); color: inherit; font-size: .88em;
  text-align: start; cursor: pointer;
}
.other .quote, .banner .quote, .branch .quote { border-color: var(--_accent) }
.quote .name { font-weight: 600 }
.words {
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden;
  opacity: .9;
}
.card {
  display: grid; gap: 1px; max-width: 26rem; margin-top: 3px; padding: 6px 10px;
  border: 1px solid var(--_line); border-inline-start: 3px solid var(--_accent);
  border-radius: 8px; background: var(--_background); color: var(--_text); font-size: .88em;
  overflow-wrap: anywhere; text-align: start; text-decoration: none;
}
.card:hover { background: var(--_hover) }
.card:empty { display: none }
.card strong { font-weight: 600 }
.site { display: flex; flex-wrap: wrap; gap: 0 .8em; font-size: .86em; color: var(--_muted) }
.seen { padding: 2px 4px 0; font-size: .75em; color: var(--_muted) }
.tools { display: flex; flex: none; opacity: 0; transition: opacity .12s }
.tools .round { width: 2em; height: 2em }
article:is(:hover, :focus-within) .tools, .tools:has([aria-expanded="true"]) { opacity: 1 }
article:focus-visible .bubble, article:focus-visible .system {
  outline: 2px solid var(--_accent); outline-offset: 2px;
}
article:focus-visible .system { border-radius: 8px; outline-offset: -2px }
.flash::before {
  content: ""; position: absolute; inset: 2px 0 0; margin: 0; max-width: none;
  background: var(--_tint); animation: fade 1.6s forwards; pointer-events: none;
}
@keyframes fade { 60% { opacity: 1 } to { opacity: 0 } }
.reactions { display: flex; flex-wrap: wrap; gap: 4px; padding-top: 4px; min-width: 0 }
.reaction {
  position: relative; display: inline-flex; gap: .3em; align-items: center; min-height: 26px;
  padding: 0 .6em; border: 1px solid var(--_line); border-radius: 13px;
  background: var(--_background); font-size: .85em; font-variant-numeric: tabular-nums;
  cursor: pointer;
}
.reaction:hover { border-color: var(--_muted) }
.reaction[aria-pressed="true"] {
  border-color: var(--_accent);
  background: color-mix(in srgb, var(--_accent) 14%, var(--_background));
}
.reaction[aria-disabled] { cursor: default }
.reaction:is(:hover, :focus-visible):not([data-names=""])[data-names]::after {
  content: attr(data-names); position: absolute; z-index: 2; inset-block-end: calc(100% + 6px);
  inset-inline-start: 0; width: max-content; max-width: 15rem; padding: .35em .7em;
  border-radius: 8px; background: var(--_text); color: var(--_background); text-align: start;
  pointer-events: none;
}
.own .reaction::after { inset-inline: auto 0 !important }
.replies {
  display: flex; align-items: center; gap: .4em; min-height: 26px; padding: 2px 6px; border: 0;
  border-radius: 6px; background: none; font-size: .82em; color: var(--_muted); cursor: pointer;
}
.replies:hover { background: var(--_hover); color: var(--_text) }
.branch { display: grid; gap: .4rem }
.state {
  display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 2px 12px; padding-top: 4px;
  font-size: .85em; text-align: end;
}
.state p { display: flex; gap: .4em; align-items: center }
.state .link { color: var(--_accent); font-weight: 550; text-decoration: none }
.status {
  position: absolute; inset: 0; display: grid; place-content: center; justify-items: center;
  gap: 1rem; padding: 2rem; color: var(--_muted); text-align: center;
}
.pager {
  position: absolute; inset-block-start: 8px; inset-inline: 0; width: fit-content;
  margin-inline: auto; padding: .3em 1em; border-radius: 99px; background: var(--_raised);
  box-shadow: var(--_shadow); font-size: .85em; color: var(--_muted);
}
.newest {
  position: absolute; inset-block-end: 10px; inset-inline: 0; width: fit-content;
  margin-inline: auto; display: flex; align-items: center; gap: .5em; min-height: 2.3em;
  padding: 0 .7em 0 1em; border: 0; border-radius: 99px; background: var(--_raised);
  box-shadow: var(--_shadow); font-size: .87em; font-weight: 550; cursor: pointer;
}
.typing {
  height: 1.5em; padding: 0 18px; font-size: .8em; line-height: 1.5; color: var(--_muted);
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
}
.foot { padding: 0 12px max(12px, env(safe-area-inset-bottom)) }
.foot > * { max-width: 60rem; margin-inline: auto }
.composer { position: relative }
.composer form { display: flex; align-items: flex-end; gap: 6px }
.composer .field {
  position: relative; display: flex; padding: 0; border-radius: 20px; background: var(--_surface);
}
.composer .field:focus-within { border-color: var(--_accent) }
.box {
  flex: 1; min-width: 0; max-height: min(40vh, 14em); padding: .6em 1.05em; border: 0;
  background: none; resize: none; line-height: 1.4; outline: none; scrollbar-width: thin;
}
.box::placeholder { color: var(--_muted); opacity: 1 }
.left {
  align-self: flex-end; padding: .75em .9em .75em 0; font-size: .85em; color: var(--_muted);
  font-variant-numeric: tabular-nums;
}
.send { width: 2.7em; height: 2.7em; background: var(--_accent); color: var(--_on-accent) }
.send:hover { background: var(--_accent); color: var(--_on-accent); filter: brightness(1.08) }
.send:disabled { background: var(--_hover); color: var(--_muted); cursor: default; filter: none }
.banner {
  display: flex; align-items: center; gap: 8px; padding: 0 4px 6px 12px; color: var(--_muted);
}
.banner .quote { flex: 1; min-width: 0; color: var(--_text) }
.banner .words { -webkit-line-clamp: 1 }
.names {
  position: absolute; z-index: 3; inset-block-end: calc(100% + 6px); inset-inline: 0;
  width: min(20rem, 100%); max-height: 16rem; padding: 6px; overflow: auto;
  border: 1px solid var(--_line); border-radius: 12px; background: var(--_raised);
  box-shadow: var(--_shadow);
}
.names li {
  display: flex; align-items: center; gap: .7em; padding: .4em .6em; border-radius: 8px;
  cursor: pointer; --_avatar: 26px;
}
.names li:is(:hover, [aria-selected="true"]) { background: var(--_tint) }
.closed {
  display: flex; flex-wrap: wrap; justify-content: center; align-items: center; gap: 10px;
  padding: .9em 1em; border-radius: var(--_radius); background: var(--_surface);
  color: var(--_muted); text-align: center;
}
.closed p { flex: 1 1 14em }
.edits { display: grid; gap: .9rem }
.edits .muted { font-size: .82em }
.picker:popover-open { grid-template-columns: repeat(6, 1fr); min-width: 0 }
.picker button {
  justify-content: center; padding: 0; width: 2.1em; min-height: 2.1em; font-size: 1.25em;
}
@media (forced-colors: active) {
  .bubble { border: 1px solid }
  .own .bubble { border-inline-end-width: 4px }
  .composer .field:focus-within { outline: 2px solid Highlight }
}
@media (hover: none) { .tools { opacity: .75 } .pick { display: none } }
@container (max-width: 30rem) {
  article { padding-inline: 10px }
  .stack { max-width: 94% }
  .foot { padding-inline: 8px }
}
`);
