/** Puts the bytes of a file at an address: with XMLHttpRequest, which tells how far it is, or with fetch. */

import { Refusal, TalkError } from "../errors.js";

/** @typedef {{url: string, method: string, headers: {name: string, value: string}[]}} Place */
/** @typedef {{signal: AbortSignal, onProgress: (part: number) => void}} PutOptions */
/** @typedef {{status: number, text: string, retryAfter: string | null}} Response status 0: none came. */

/** After so many milliseconds without a sign of life, an upload is given up. */
const PATIENCE = 60_000;
/** What a proxy answers while something is wrong that passes. */
const PASSING = [408, 425, 429, 500, 502, 503, 504];

/**
 * Throws a `Refusal` if the server does not take the file, and a `TalkError` if there is no answer.
 * @param {Place} place
 * @param {Blob} file
 * @param {PutOptions} options
 * @param {typeof globalThis.fetch} [fetch] instead of the page's own ways.
 * @returns {Promise<void>}
 */
export async function put(place, file, options, fetch) {
  const { signal } = options;
  signal.throwIfAborted();
  const put = fetch || !globalThis.XMLHttpRequest ? putByFetch : putByRequest;
  const response = await put(place, file, options, fetch ?? globalThis.fetch);
  signal.throwIfAborted();
  if (response.status) return check(response);
  await checkFile(file);
  throw new TalkError("NETWORK", "The server can't be reached.", { retryable: true });
}

/**
 * @param {Place} place
 * @param {Blob} file
 * @param {PutOptions} options
 * @returns {Promise<Response>}
 */
function putByRequest({ url, method, headers }, file, { signal, onProgress }) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    let timer = setTimeout(stop, PATIENCE);
    request.open(method, url);
    for (const { name, value } of headers) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => {
      clearTimeout(timer);
      timer = setTimeout(stop, PATIENCE);
      if (!signal.aborted) onProgress(loaded / file.size);
    };
    request.onloadend = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      const retryAfter = request.status >= 400 ? request.getResponseHeader("Retry-After") : null;
      resolve({ status: request.status, text: request.responseText, retryAfter });
    };
    signal.addEventListener("abort", stop);
    request.send(file);
  });
}

/**
 * @param {Place} place
 * @param {Blob} file
 * @param {PutOptions} options
 * @param {typeof globalThis.fetch} fetch
 * @returns {Promise<Response>}
 */
async function putByFetch({ url, method, headers }, file, { signal, onProgress }, fetch) {
  try {
    const response = await fetch(url, {
      method,
      headers: headers.map(({ name, value }) => [name, value]),
      body: file,
      // The address alone says who may put something there.
      credentials: "omit",
      redirect: "error",
      signal,
    });
    const text = await response.text();
    onProgress(1);
    return { status: response.status, text, retryAfter: response.headers.get("Retry-After") };
  } catch {
    return { status: 0, text: "", retryAfter: null };
  }
}

/** @param {Response} response */
function check({ status, text, retryAfter }) {
  // An earlier attempt may have brought it there, whose answer was lost. A store answers 412 then.
  if (status < 300 || status === 409 || status === 412) return;
  const { code, message, retryable } = parsed(text);
  const wait = retryAfter ? Number(retryAfter) : undefined;
  if (typeof code !== "string") {
    // A proxy before the server answers, or a store. S3 says with status 400 that it was too slow.
    const words = `The server does not take the file: status ${status}.`;
    const passes = PASSING.includes(status) || text.includes("<Code>RequestTimeout</Code>");
    throw new TalkError("NETWORK", words, { retryable: passes, retryAfter: wait });
  }
  if (!retryable) throw new Refusal({ code, message, path: [] });
  throw new TalkError(code, message, { retryable, retryAfter: wait });
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** Without an answer, it may be the file that is not there any more. @param {Blob} file */
async function checkFile(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch (cause) {
    throw new TalkError("FILE_LOST", "This file can't be read any more.", { cause });
  }
}
