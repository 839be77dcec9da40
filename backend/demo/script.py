"""What the choir says to each other, each line with who says it."""

REHEARSAL = """
mira: Rehearsal is at seven on Thursday, in the small hall again.
jonas: The small hall is cold. Bring a jumper.
aiko: Noted. Two jumpers.
priya: Can we start with the Rheinberger? I finally know my part.
mira: Gladly. Altos, please look at bar 41 before then.
lena: Bar 41 and I have met. We are not friends.
jonas: Nobody is friends with bar 41.
tomas: The basses are ready since Sunday, just saying.
priya: The basses have four notes, Tomás.
tomas: Four very good notes.
lena: Who has the key to the music cupboard?
aiko: I do. Is something missing?
lena: Only the good pencils.
priya: The good pencils went home with the tenors.
jonas: We are looking after them.
mira: That is what you said about the metronome.
jonas: The metronome is happy with us.
tomas: Does anybody still need the recording from last week?
priya: Yes please, from the second verse on.
tomas: I put it where the others are.
priya: Thank you! I hear myself breathing in bar 12.
lena: We all hear you breathing in bar 12.
mira: Then let us all breathe there, and call it phrasing.
aiko: Writing that into my copy, in ink.
jonas: With which pencil?
mira: Important: the small hall is taken by the chess club. We have the library.
tomas: Do we have to sing quietly?
mira: Only until eight. Then the reading group leaves.
lena: My mother is in the reading group. She will stay.
aiko: Is there a piano in the library?
jonas: There is half a piano.
priya: Which half?
jonas: The left. Good for the basses.
tomas: All four notes are there. I checked.
mira: I bring the keyboard, then. Who carries?
jonas: Me. You can have the pencils back, too.
lena: A historic day.
aiko: Are there two new sopranos coming, or did I dream that?
mira: You didn't. They are called Ida and Noor, and they can read music.
priya: Both of them? We should be careful.
tomas: I will make the cake with the walnuts.
lena: Noor can't have nuts, I asked.
tomas: Then I will make the cake without the walnuts.
jonas: So, a cake.
tomas: A cake.
mira: Thursday was lovely. The ending finally sat.
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
lena: Has anybody seen a green scarf? Left it on the coat stand.
jonas: It is on the bust of Beethoven. It suits him.
lena: Leave it with him until next week.
priya: I am ten minutes late on Thursday, the train again.
aiko: I can meet you at the station with the bike.
priya: Two on one bike, past the bakery, uphill?
aiko: We have done worse. The Bruckner, for example.
tomas: Altos against the Bruckner, 0 to 1.
lena: There will be a rematch.
mira: There will, in spring. I have ordered the scores.
jonas: I will hide the pencils.
aiko: Does somebody have a spare folder? Mine met the rain.
lena: I have a blue one and a very blue one.
aiko: The very blue one, please.
mira: Warm-up begins at five to seven. Not at seven. You know who you are.
"""

CONCERT = """
lena: The church confirmed the 12th. We have it from noon.
mira: Wonderful! Who can help with the chairs?
tomas: Me, and I can bring the trailer.
aiko: I can do posters. Blue or green?
jonas: Blue.
priya: Green.
aiko: So, yellow.
lena: Yellow it is.
mira: I will write to the paper.
"""
