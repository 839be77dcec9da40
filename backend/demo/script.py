"""What the choir says to each other, each line with who says it, or what they do to a line.

A name in brackets is for lines that come later: they reply to it, react to it, edit it, take it
back, remove it, pin it or save it. `play.py` reads this.
"""

REHEARSAL = """
mira: Rehearsal is at seven on Thursday, in the small hall again.
jonas: The small hall is cold. Bring a jumper.
aiko: Noted. Two jumpers.
priya: Can we start with the Rheinberger? I finally know my part.
mira: Gladly. Altos, please look at bar 41 before then.
lena (bar41): Bar 41 and I have met. We are not friends.
jonas, replying to bar41: Nobody is friends with bar 41.
tomas: The basses are ready since Sunday, just saying.
priya: The basses have four notes, Tomás.
tomas: Four very good notes.
lena (key): Who has the key to the music cupboard?
aiko, replying to key: I do. Is something missing?
lena: Only the good pencils.
priya: The good pencils went home with the tenors.
jonas: We are looking after them.
mira: That is what you said about the metronome.
jonas: The metronome is happy with us.
tomas (recording): Does anybody still need the recording from last week?
priya, replying to recording: Yes please, from the second verse on.
tomas: I put it where the others are.
priya: Thank you! I hear myself breathing in bar 12.
lena: We all hear you breathing in bar 12.
mira: Then let us all breathe there, and call it phrasing.
aiko: Writing that into my copy, in ink.
jonas: With which pencil?
mira: Important: the small hall is taken by the chess club. We have the library.
aiko (code): The code of the library's door is 1750.
mira, removing code
mira: I took the code out of here, @Aiko. I will tell it to each of you.
tomas: Do we have to sing quietly?
mira: Only until eight. Then the reading group leaves.
lena: My mother is in the reading group. She will stay.
aiko (piano): Is there a piano in the library?
jonas (half), replying to piano: There is half a piano.
priya, replying to half: Which half?
jonas: The left. Good for the basses.
tomas: All four notes are there. I checked.
mira: I bring the keyboard, then. Who carries?
jonas: Me. You can have the pencils back, too.
lena: A historic day.
aiko: Are there two new sopranos coming, or did I dream that?
mira: You didn't. They are called Ida and Noor, and they can read music.
priya: Both of them? We should be careful.
tomas (cake): I will make the cake with the walnuts.
lena, replying to cake: Noor can't have nuts, I asked.
tomas, editing cake: I will make the cake without the walnuts.
aiko, reacting to cake: 🍰
lena, reacting to cake: 🍰
jonas, replying to cake: So, a cake.
tomas: A cake.
mira (lovely): Thursday was lovely. The ending finally sat.
priya, reacting to lovely: ❤️
jonas, reacting to lovely: 🎉
tomas, reacting to lovely: ❤️
aiko: I had goose bumps, and it wasn't the heating.
priya: The heating was on?
lena: In the library it always is. For the books.
jonas: I would like to be a book.
mira: Homework: the Fauré, by heart, to the first double bar.
tomas: By heart as in without looking?
mira: By heart as in without looking at your shoes, either.
priya: What do we look at?
mira: At me!
aiko: Revolutionary.
lena (scarf): Has anybody seen a green scarf? Left it on the coat stand.
jonas (bust), replying to scarf: It is on the bust of Beethoven. It suits him.
mira, reacting to bust: 😂
priya, reacting to bust: 😂
aiko, reacting to bust: 🧣
lena, replying to bust: Leave it with him until next week.
priya (late): I am ten minutes late on Thursday, the train again.
aiko (bike), replying to late: I can meet you at the station with the bike.
priya, replying to bike: Two on one bike, past the bakery, uphill?
aiko: We have done worse. The Bruckner, for example.
tomas (bruckner): Altos against the Bruckner, 0 to 1.
lena, replying to bruckner: There will be a rematch.
mira: There will, in spring. I have ordered the scores.
jonas: I will hide the pencils.
jonas (bread): Mum, do we still have bread?
jonas, taking back bread
jonas: That was for my mother. We do.
aiko (folder): Does somebody have a spare folder? Mine met the rain.
lena (blue), replying to folder: I have a blue one and a very blue one.
aiko, replying to blue: The very blue one, please.
mira (warmup): Warm-up begins at five to six. Not at seven. You know who you are.
mira, editing warmup: Warm-up begins at five to seven. Not at seven. You know who you are, @Jonas.
jonas, reacting to warmup: 😇
lena, reacting to warmup: 👍
mira, pinning warmup
mira, saving cake
"""

CONCERT = """
lena (church): The church confirmed the 12th. We have it from noon.
aiko, reacting to church: 🎉
lena, pinning church
jonas, saving church
mira (chairs): Wonderful! Who can help with the chairs?
tomas, replying to chairs: Me, and I can bring the trailer.
aiko (posters): I can do posters. Blue or green?
jonas, replying to posters: Blue.
priya, replying to posters: Green.
aiko: So, yellow.
lena: Yellow it is.
mira: I will write to the paper.
"""

TOUR = """
lena: The coach leaves at seven, with us or without us.
tomas: With me, I sleep in it.
jonas: Seven in the morning?
mira: Thank you all. What a week! The scores come back to me, please.
aiko: Until next summer.
"""

CAKE = """
jonas: Who brings cake on Thursday?
tomas: Define cake.
jonas: Flour, sugar, and no raisins.
lena: I have nothing but raisins.
tomas: Then define raisins.
"""
