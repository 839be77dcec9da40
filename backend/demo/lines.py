"""What the people of the demo say by themselves, each in their own way."""

import re

#: Answers by what a message is about, for everybody. The first that fits is taken.
TOPICS = (
    (
        r"\b(thanks?|thank you|thx|danke)\b",
        ("You are welcome!", "Any time. Well, not during the Bruckner."),
    ),
    (
        r"\b(bye|good night|see you|ciao)\b",
        ("See you on Thursday!", "Sleep well. Warm-up is at five to seven."),
    ),
    (
        r"\b(hi|hello|hey|hallo|good (morning|evening))\b",
        ("Hello {name}! Good to see you here.", "Hey {name}! We were just talking about Thursday."),
    ),
    (
        r"\b(cake|food|eat|walnuts?|bread)\b",
        ("Cake? I am on my way.", "Without walnuts, please. Noor can't have any."),
    ),
    (
        r"\b(sorry|late|train)\b",
        (
            "No worries, we start with the warm-up anyway.",
            "Take your time. The tenors are late.",
        ),
    ),
)
#: Answers of each person to questions, and to everything else.
PEOPLE = {
    "mira": (
        ("Let me look into my calendar. I think so.", "Yes, and please from memory."),
        ("Good. I am writing that down for Thursday.", "Lovely, {name}. Now all together."),
    ),
    "jonas": (
        ("Ask the tenors. We know everything.", "Yes. No. Is it about the pencils?"),
        ("Ha! I will tell the metronome.", "The tenors agree, for once."),
    ),
    "priya": (
        ("I think so, but I am on the train again.", "I hope so! Shall I ask the others?"),
        ("I like that!", "Count me in. Ten minutes late, but in."),
    ),
    "tomas": (
        ("Yes. In four very good notes: yes.", "I can bring the trailer, if that is the question."),
        ("The basses approve.", "Noted. I will make a cake for it."),
    ),
    "aiko": (
        ("I will find out, and write it in ink.", "Yes, I have the key."),
        ("Noted. In ink.", "Written into my copy, {name}."),
    ),
    "lena": (
        ("Only if it is not bar 41.", "My mother says yes."),
        ("A historic day.", "The altos are with you, {name}."),
    ),
}
REACTIONS = ("👍", "❤️", "😂", "🎉")
WELCOMES = (
    "There you are, {name}! We have the library on Thursday, tell everybody.",
    "Hello {name}! Say something, we are all ears.",
)


def answer(username: str, to: str, name: str, turn: int) -> str:
    """What somebody answers `to` what the person called `name` said.

    `turn` is a number that grows: the same words get another answer the next time.
    """
    topics = (lines for pattern, lines in TOPICS if re.search(pattern, to, re.IGNORECASE))
    questions, others = PEOPLE[username]
    return _chosen(next(topics, questions if "?" in to else others), turn).format(name=name)


def welcome(name: str, turn: int) -> str:
    """What somebody says when the person called `name` looks into a group."""
    return _chosen(WELCOMES, turn).format(name=name)


def reaction(turn: int) -> str:
    return _chosen(REACTIONS, turn)


def _chosen(lines: tuple[str, ...], turn: int) -> str:
    return lines[turn % len(lines)]
