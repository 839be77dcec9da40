/** How files look: in messages, above the box, and in the list of a conversation's files. */

import { sheet } from "../theme.js";

export const filesStyle = sheet(`
.files {
  flex: 1 0 100%; display: grid; grid-template-columns: minmax(0, 1fr); gap: 6px; min-width: 0;
  margin: 0 -6px 5px;
}
.bubble:has(.files) { max-width: min(100%, 336px); padding-block-start: 6px }
.bubble:not(:has(> .body)) .files { margin-block-end: -1px }
.pictures { min-width: 0; border-radius: calc(var(--_radius) - 5px); overflow: clip }
.pictures.several { display: grid; gap: 3px; width: 320px; max-width: 100% }
.pictures.several { grid-template-columns: repeat(6, minmax(0, 1fr)) }
.tile {
  position: relative; display: grid; place-items: center; min-width: 0; max-width: 100%; padding: 0;
  border: 0; overflow: clip; background: color-mix(in srgb, var(--_text) 9%, var(--_background));
  background-size: cover; color: var(--_muted);
}
.pictures:not(.several) .tile { border-radius: inherit }
button.tile { cursor: zoom-in }
.tile > * { grid-area: 1 / 1 }
.tile img { display: block; width: 100%; height: 100%; object-fit: cover }
.tile > img { position: absolute; inset: 0 }
.tile > .icon { width: 2em; height: 2em; opacity: .7 }
.tile.broken img { display: none }
.tile:focus-visible { outline-offset: -3px; outline-color: #fff; box-shadow: inset 0 0 0 5px #000a }
.tile.unsent img { opacity: .6 }
.bubble:not(:has(> .body)):has(.files > .pictures:last-child) { padding: 4px; position: relative }
.bubble:not(:has(> .body)):has(.files > .pictures:last-child) .files { margin: 0 }
.bubble:not(:has(> .body)):has(.files > .pictures:last-child) .meta {
  position: absolute; inset-block-end: 10px; inset-inline-end: 10px; padding: 1px 8px;
  border-radius: 99px; background: #000a; pointer-events: none;
}
.bubble:not(:has(> .body)):has(.files > .pictures:last-child) .meta,
.own .bubble:not(.gone, .big, :has(> .body)):has(.files > .pictures:last-child) .meta { color: #fff }
.tile .round, .file .round { z-index: 1; background: #000a; color: #fff }
.tile .round { width: 2.7em; height: 2.7em }
.tile .round:hover, .file .round:hover { background: #000d; color: #fff }
.tile .fault {
  position: absolute; inset-block-start: 8px; inset-inline-start: 8px; z-index: 1; display: grid;
  padding: 5px; border-radius: 50%; background: var(--_danger); color: light-dark(#fff, #2a0a0e);
}
.files progress {
  position: absolute; inset-inline: 10px; inset-block-end: 10px; width: calc(100% - 20px);
  height: 5px; border: 0; border-radius: 3px; appearance: none; background: #0008; overflow: hidden;
}
.files progress::-webkit-progress-bar { background: none }
.files progress::-webkit-progress-value { background: #fff; transition: width .2s }
.files progress::-moz-progress-bar { background: #fff }
.bubble:not(:has(> .body)) .pictures progress { inset-block-end: 40px }
.file {
  position: relative; display: flex; align-items: center; gap: 10px; min-width: 0; min-height: 52px;
  padding: 7px 10px; border-radius: calc(var(--_radius) - 5px);
  background: color-mix(in srgb, currentColor 9%, transparent); color: inherit;
  text-decoration: none;
}
.files .file { width: 320px; max-width: 100% }
a.file:hover { background: color-mix(in srgb, currentColor 15%, transparent) }
.file .sign {
  display: grid; place-items: center; flex: none; width: 38px; height: 38px; border-radius: 9px;
  background: var(--_accent); color: var(--_on-accent);
}
.own .bubble .file .sign { background: #fff3; color: inherit }
.own .file .about { opacity: 1 }
.file.refused .sign, .file .fault { background: none; color: var(--_danger) }
.own .file.refused .sign, .own .file .fault { color: inherit }
.names-file { flex: 1; display: grid; min-width: 0 }
.filename {
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 550;
  unicode-bidi: isolate;
}
.names-file .about { font-size: .82em }
.file progress { inset-block-end: 4px; background: color-mix(in srgb, currentColor 25%, transparent) }
.file progress::-webkit-progress-value { background: currentColor }
.file progress::-moz-progress-bar { background: currentColor }
.attach { align-self: flex-end; margin-block: 0 1.5px; margin-inline: 0 .25em }
.field:has(> .attach) .left { padding-inline-end: .5em }
.tray {
  display: flex; gap: 8px; padding: 10px 4px 10px; overflow-x: auto; scrollbar-width: thin;
}
.banner:not([hidden]):has(.icon-edit) ~ form .attach { display: none }
.tray li {
  position: relative; display: flex; align-items: center; gap: 8px; flex: none; height: 68px;
  max-width: 15rem; border: 1px solid var(--_line); border-radius: 12px;
  background: var(--_surface);
}
.tray li:not(:has(img)) { padding-inline: 12px 22px }
.tray img { width: 66px; height: 66px; border-radius: 11px; object-fit: cover }
.tray .about { color: var(--_muted) }
.tray .round {
  position: absolute; inset-block-start: -8px; inset-inline-end: -8px; width: 26px; height: 26px;
  background: var(--_text); color: var(--_background);
}
.tray .round .icon { width: 1em; height: 1em; stroke-width: 2.4 }
.drop {
  position: absolute; inset: 10px; z-index: 3; display: grid; place-content: center;
  justify-items: center; gap: .8rem; border: 2px dashed var(--_accent); border-radius: 18px;
  background: color-mix(in srgb, var(--_background) 88%, transparent); color: var(--_accent);
  font-size: 1.1em; font-weight: 600; pointer-events: none;
}
.drop .icon { width: 2.6em; height: 2.6em }
@media (forced-colors: active) {
  .tile, .file, .tray li { border: 1px solid }
  .files progress { forced-color-adjust: none; background: Canvas; border: 1px solid CanvasText }
}
`);
