/** English words about files. */

import { addWords } from "../words.js";

export const files = {
  attach: "Attach files",
  cancelFile: "Don’t send {name}",
  chosenFiles: "Chosen files",
  download: "Download",
  dropHere: "Drop files here to send them",
  fileChecking: "Is being checked",
  fileEmpty: "{name} is empty.",
  fileLost: "A file is not here any more. Take it out, or choose it again.",
  filePart: "{name}, uploaded",
  fileRefused: "Not let through: it may be harmful",
  filesOfMessage: "Files of the message",
  fileTooLarge: "{name} is too large: a file can have {size} at most.",
  fileType: "{name} is of a type that can’t be sent here.",
  fileUnsent: "Not uploaded",
  noFiles: "There are no files yet.",
  noFolders: "A folder can’t be sent. Send the files in it.",
  openPicture: "Open picture {name}",
  pictureFailed: "This picture can’t be loaded now.",
  pictureNext: "Next picture",
  picturePlace: "{number} of {total}",
  picturePrevious: "Previous picture",
  removeFile: "Remove {name}",
  sharedFiles: "Pictures and files",
  tooManyFiles: {
    one: "A message can have one file.",
    other: "A message can have {count} files at most.",
  },
};

addWords(files);
