/** Colours and measures that all elements share. A host sets `--talk-…`; each has a default here. */

/**
 * Make a style sheet. Sheets made by a script are shared by all elements, are there before the first
 * paint, and need no exception in a Content-Security-Policy.
 * @param {string} text
 */
export function sheet(text) {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}

// `--talk-…` is the host's. `--_…` is what the elements use, the default included. A scheme that an
// attribute `theme` chooses is inherited by the elements inside.
export const theme = sheet(`
:host([theme="light"]) { --_scheme: light }
:host([theme="dark"]) { --_scheme: dark }
:host {
  color-scheme: var(--_scheme, light dark);
  --_accent: var(--talk-accent, light-dark(#4353d9, #8b9aff));
  --_on-accent: var(--talk-on-accent, light-dark(#fff, #12152b));
  --_background: var(--talk-background, light-dark(#fff, #15171d));
  --_surface: var(--talk-surface, light-dark(#f6f7f9, #1b1e25));
  --_raised: var(--talk-raised, light-dark(#fff, #23262f));
  --_bubble: var(--talk-bubble, light-dark(#eff1f5, #262a34));
  --_own: var(--talk-own-bubble, light-dark(#4353d9, #3c49b8));
  --_on-own: var(--talk-on-own-bubble, #fff);
  --_text: var(--talk-text, light-dark(#1b1e27, #e9ebf1));
  --_muted: var(--talk-muted, light-dark(#5f6675, #a0a7b8));
  --_line: var(--talk-line, light-dark(#e3e6ec, #2d313c));
  --_hover: color-mix(in srgb, var(--_text) 6%, transparent);
  --_tint: color-mix(in srgb, var(--_accent) 14%, transparent);
  --_danger: var(--talk-danger, light-dark(#c2263a, #ff8b94));
  --_warning: var(--talk-warning, light-dark(#fff4dc, #3a3018));
  --_online: var(--talk-online, light-dark(#1f9d61, #3fcf8a));
  --_radius: var(--talk-radius, 14px);
  --_shadow: var(--talk-shadow, 0 1px 2px #0002, 0 12px 40px #0003);
  --_font: var(--talk-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif);
  --_size: var(--talk-font-size, 15px);
  display: block; box-sizing: border-box; min-width: 0; min-height: 0;
  font: var(--_size)/1.4 var(--_font); color: var(--_text); background: var(--_background);
  text-align: start; text-transform: none; text-indent: 0; white-space: normal; user-select: text;
  overflow-wrap: anywhere; -webkit-tap-highlight-color: transparent;
}
:host([hidden]), [hidden] { display: none !important }
*, ::before, ::after { box-sizing: border-box }
h1, h2, h3, p, ul, ol, menu { margin: 0; padding: 0; font: inherit }
ul, ol, menu { list-style: none }
button, input, textarea, select { font: inherit; color: inherit; letter-spacing: inherit }
:focus { outline: none }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px }
.icon {
  width: 1.35em; height: 1.35em; flex: none; vertical-align: middle; fill: none;
  stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round;
}
:host(:dir(rtl)) :is(.icon-back, .icon-reply, .icon-send, .icon-leave) { transform: scaleX(-1) }
.icon-more { stroke-width: 3.2 }
.button {
  display: inline-flex; align-items: center; justify-content: center; gap: .5em; min-height: 2.5em;
  padding: .35em 1em; border: 1px solid var(--_line); border-radius: 10px;
  background: var(--_raised);
  font-weight: 600; cursor: pointer; transition: background .12s, filter .12s;
}
.button:hover { background: color-mix(in srgb, var(--_text) 5%, var(--_raised)) }
.button.primary { background: var(--_accent); border-color: transparent; color: var(--_on-accent) }
.button.primary:hover { filter: brightness(1.08) }
.button.danger { color: var(--_danger) }
.button.primary.danger { background: var(--_danger); color: light-dark(#fff, #2a0a0e) }
.button:disabled { opacity: .5; cursor: default; filter: none }
.round {
  display: inline-grid; place-items: center; flex: none; width: 2.4em; height: 2.4em; padding: 0;
  border: 0; border-radius: 50%; background: none; color: var(--_muted); cursor: pointer;
  transition: background .12s, color .12s;
}
.round:hover, .round[aria-expanded="true"] { background: var(--_hover); color: var(--_text) }
.field {
  width: 100%; min-height: 2.6em; padding: .5em .8em; border: 1px solid var(--_line);
  border-radius: 10px; background: var(--_background); color: var(--_text);
}
.field::placeholder { color: var(--_muted); opacity: 1 }
.field:focus-visible { outline-offset: -1px }
.refusal { color: var(--_danger) }
.muted { color: var(--_muted) }
.spoken {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}
.avatar {
  --_hue: 0; position: relative; display: inline-grid; place-items: center; flex: none;
  width: var(--_avatar, 44px); height: var(--_avatar, 44px); border-radius: 50%;
  font-size: calc(var(--_avatar, 44px) * .38); font-weight: 600; line-height: 1; user-select: none;
  background: light-dark(hsl(var(--_hue) 62% 90%), hsl(var(--_hue) 32% 27%));
  color: light-dark(hsl(var(--_hue) 55% 28%), hsl(var(--_hue) 70% 86%));
}
.avatar img { width: 100%; height: 100%; border-radius: inherit; object-fit: cover }
.avatar.online::after {
  content: ""; position: absolute; inset-block-end: 0; inset-inline-end: 0; width: 27%; height: 27%;
  border-radius: 50%; background: var(--_online);
  border: 2px solid var(--_ring, var(--_background));
}
.pair {
  display: inline-block; position: relative; flex: none; width: var(--_avatar);
  height: var(--_avatar);
}
.pair .avatar { position: absolute; inset-block-start: 0; inset-inline-end: 0 }
.pair .avatar + .avatar {
  inset-block: auto 0; inset-inline: 0 auto; box-shadow: 0 0 0 2px var(--_ring, var(--_background));
}
time { unicode-bidi: plaintext }
/* Names and other short words begin where their line does, in whichever direction they are read. */
span[dir="auto"], bdi { text-align: -webkit-match-parent; text-align: match-parent }
@media (forced-colors: active) {
  .mark, [aria-pressed="true"], .avatar.online::after {
    forced-color-adjust: none; background: Highlight !important; color: HighlightText !important;
  }
  :is([aria-current="true"], [aria-selected="true"], .menu button:focus-visible) {
    outline: 2px solid Highlight !important; outline-offset: -2px;
  }
}
@keyframes rise { from { opacity: 0; transform: translateY(8px) scale(.985) } }
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after {
    animation: none !important; transition: none !important; scroll-behavior: auto !important;
  }
}
`);
