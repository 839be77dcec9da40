/** Looks at all that stores show at any time: nothing may be there twice, or out of order. */

/**
 * @param {import("../../../schema/client/types.js").InboxStore[]} lists
 * @param {import("../../../schema/client/types.js").ConversationStore[]} conversations
 * @param {(fault: string) => void} tell is called with what is wrong.
 */
export function watch(lists, conversations, tell) {
  const mustDiffer = (what, values) => {
    const twice = values.filter((value, index) => values.indexOf(value) !== index);
    if (twice.length) tell(`${what} twice: ${twice}`);
  };
  for (const list of lists) {
    list.subscribe(() => {
      const { rows, invitations } = list.getSnapshot();
      const all = [...rows, ...invitations];
      mustDiffer(
        "conversations",
        all.map((row) => row.conversation.id),
      );
    });
  }
  for (const each of conversations) {
    each.subscribe(() => {
      const { rows } = each.getSnapshot();
      const messages = rows.flatMap(({ message }) => message ?? []);
      const clientIds = rows.flatMap(({ message, unsent }) => (message ?? unsent).clientId ?? []);
      mustDiffer(
        "keys",
        rows.map((row) => row.key),
      );
      mustDiffer(
        "messages",
        messages.map((message) => message.id),
      );
      mustDiffer("client ids", clientIds);
      const numbers = messages.map((message) => message.number);
      const isInOrder = numbers.every((number, index) => !index || number > numbers[index - 1]);
      if (!isInOrder) tell(`messages out of order: ${numbers}`);
    });
  }
}
